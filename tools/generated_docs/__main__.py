"""Write the generated pages of the documentation: `python -m tools.generated_docs`."""

from __future__ import annotations

import sys

from tests.support.environment import COLLECTIONS

if __name__ == "__main__":
    sys.path.insert(0, str(COLLECTIONS))
    from tools.generated_docs import facts, faults, lifecycle, troubleshooting

    for generated in (facts, faults, lifecycle, troubleshooting):
        generated.PAGE.write_text(generated.page(), encoding="utf-8")
