"""Print the counts of all areas, and the findings above the limits: `python -m tools.style`."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.style.areas import AREAS, DOCS, MESSAGES, MODULES, README, areas
from tools.style.counts import COLUMNS, LIMITS, count

ROOT = Path(__file__).resolve().parents[2]
# The areas with limits. For the others the counts are printed only.
LIMITED = (README, DOCS, MODULES, MESSAGES)


def main(root: Path = ROOT) -> int:
    """Return 0 if no area is above its limits."""
    texts = areas(root)
    counts = {area: count(texts[area]) for area in AREAS}
    print(f"{'per 1,000 words':26}{'words':>8}" + "".join(f"{column:>11}" for column in COLUMNS))
    for area, counted in counts.items():
        print(f"{area:26}{counted.words:8}" + "".join(f"{counted.per_1000(column):11.1f}" for column in COLUMNS))
    print(f"{'limit':34}" + "".join(f"{LIMITS[column]:11.1f}" for column in COLUMNS))
    above = [finding for area in LIMITED for finding in counts[area].above_limit()]
    for finding in above:
        use = f": use {finding.use}" if finding.use else ""
        print(f"{finding.path.relative_to(root)}:{finding.line}: {finding.words!r}{use}")
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
