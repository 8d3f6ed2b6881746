"""`make bench`: measure, and write tools/benchmarks/results. With --smoke, run the parts that count calls."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial

from tests.support.environment import ROOT
from tools.benchmarks import fleet, guide, listing, payload, plays, tasks, waiting
from tools.benchmarks.figures import Report
from tools.benchmarks.page import figures, page
from tools.benchmarks.picture import draw
from tools.benchmarks.plays import Bench

RESULTS = ROOT / "tools" / "benchmarks" / "results"
Part = Callable[[Bench, Report], None]
FULL: dict[str, Part] = {
    "unchanged": partial(tasks.unchanged, rounds=16),
    "lifecycle": partial(tasks.lifecycle, rounds=3),
    "metrics": partial(tasks.metrics, rounds=16),
    **{
        f"info_{number}": partial(listing.info, number=number, rounds=rounds, target=target)
        for number, rounds, target in ((1, 2, None), (200, 3, 1.15), (1000, 2, 1.15), (5000, 1, 1.15))
    },
    "flat": listing.flat,
    "memory": payload.memory,
    "breakdown": partial(payload.breakdown, rounds=3),
    "fleet": partial(fleet.fleet, numbers=(1, 20, 200)),
    "throughput": partial(guide.throughput, number=8, length=3.0),
}
# A smoke run measures nothing, so its operations are short.
QUICK = {"operation_seconds": 0.1, "transition_seconds": 0.1}
SMOKE: dict[str, Part] = {
    "unchanged": partial(tasks.unchanged, rounds=0),
    "lifecycle": partial(tasks.lifecycle, rounds=0),
    "metrics": partial(tasks.metrics, rounds=0),
    "info": partial(listing.info, number=25, rounds=1, target=None),
    "files": payload.files,
    "throughput": partial(guide.throughput, number=guide.REGIONS, length=0.1),
}


def main() -> None:
    """Measure all parts, or one part. Ratios depend on the machine, so they are only printed."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="check the calls, measure nothing, write nothing")
    parser.add_argument("--only", choices=sorted({*FULL, *SMOKE, "waiting"}), help="run one part, write nothing")
    options = parser.parse_args()
    # The collection that `make` installed.
    sys.path.insert(0, str(ROOT / ".build" / "collections"))
    report = Report()
    parts = SMOKE if options.smoke else FULL
    with plays.bench(**(QUICK if options.smoke else {})) as bench:
        for name, part in parts.items():
            if options.only in (None, name):
                _run(name, partial(part, bench, report))
    if options.only in (None, "waiting"):
        # In process with a manual clock. Two emulators cannot run in one process at the same time.
        _run("waiting", partial(waiting.waiting, report, rounds=2 if options.smoke else 40))
    if not (options.smoke or options.only):
        report.write(RESULTS / "costs.json")
        (RESULTS / "README.md").write_text(page(report), encoding="utf-8")
        draw(report.series, RESULTS)
    print(figures(report.figures))


def _run(name: str, part: Callable[[], None]) -> None:
    start = time.monotonic()
    print(f"{name} ...", end=" ", flush=True)
    part()
    print(f"{time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
