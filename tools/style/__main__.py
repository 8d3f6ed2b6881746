"""Print the counts of all areas, and the findings above the limits: `python -m tools.style`.

With arguments, print every finding in the files with one of these path prefixes:
`python -m tools.style README.md docs/iam`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.style.areas import AREAS, DOCS, MESSAGES, MODULES, README, Areas, Text, areas
from tools.style.counts import COLUMNS, LIMITS, Count, count

ROOT = Path(__file__).resolve().parents[2]
# The areas with limits. For the others the counts are printed only.
LIMITED = (README, DOCS, MODULES, MESSAGES)


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Return 0 if no area is above its limits."""
    found = areas(root)
    if arguments:
        _show(root, [count(_begins(root, found[area], arguments)) for area in AREAS])
        return 0
    _table(found)
    checked = [count(found[area]) for area in LIMITED]
    above = [Count(counted.words, tuple(counted.above_limit())) for counted in checked]
    _show(root, above)
    return 1 if any(counted.findings for counted in above) else 0


def _begins(root: Path, texts: Iterable[Text], prefixes: Sequence[str]) -> list[Text]:
    return [text for text in texts if text.path.relative_to(root).as_posix().startswith(tuple(prefixes))]


def _table(found: Areas) -> None:
    print(f"{'per 1,000 words':26}{'words':>8}" + "".join(f"{column:>11}" for column in COLUMNS))
    for area in AREAS:
        counted = count(found[area])
        figures = "".join(f"{counted.per_1000(column):11.1f}" for column in COLUMNS)
        print(f"{area:26}{counted.words:8}{figures}")
    print(f"{'limit':34}" + "".join(f"{LIMITS[column]:11.1f}" for column in COLUMNS))


def _show(root: Path, counts: Iterable[Count]) -> None:
    for counted in counts:
        for finding in counted.findings:
            use = f": use {finding.use}" if finding.use else ""
            print(f"{finding.path.relative_to(root)}:{finding.line}: {finding.words!r}{use}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
