"""Write the pictures and the troubleshooting guide: `python -m tools.generated_docs`."""

from __future__ import annotations

import sys

from tests.support.environment import COLLECTIONS


def main() -> None:
    sys.path.insert(0, str(COLLECTIONS))
    from tools.generated_docs import diagram, steps, troubleshooting

    diagram.PICTURE.parent.mkdir(exist_ok=True)
    for drawn in (diagram, steps):
        drawn.PICTURE.write_text(drawn.picture(), encoding="utf-8")
    troubleshooting.PAGE.write_text(troubleshooting.page(), encoding="utf-8")


if __name__ == "__main__":
    main()
