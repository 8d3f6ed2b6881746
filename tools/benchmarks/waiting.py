"""Measure the polls of operations on a manual clock: their number, and the delay after the end of an operation."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import datetime

from tests.emulator import Emulator, ManualClock
from tests.emulator.records import Record
from tools.benchmarks.figures import Figure, Report
from tools.benchmarks.plays import declared

LENGTHS = (0.5, 1, 2, 3, 5, 10, 20, 40, 60, 120, 300)
# The limit for an operation of five minutes.
POLLS_ALLOWED = 40


def waiting(report: Report, *, rounds: int) -> None:
    """Create experiments with operations of each length, and report the median and the maximum of the delays."""
    from tests.support.module_runner import run_module, with_shared_clients

    points = report.series["waiting"] = []
    for length in LENGTHS:
        overshoots, polls = [], []
        settings = {"retry_after_seconds": None, "check_references": False}
        with Emulator(clock=ManualClock(), **settings) as emulator, with_shared_clients():
            for turn in range(rounds):
                # Up to a tenth less, so that the ends are at different times between two polls.
                emulator.settings.operation_seconds = length * (1 - 0.1 * turn / rounds)
                emulator.clear_log()
                result = run_module("inference_experiment", declared(f"turn-{turn}"), emulator=emulator)
                if result.failed:
                    raise RuntimeError(result.msg)
                overshoot, polled = _delay_and_polls(emulator.log, emulator.settings.operation_seconds)
                overshoots.append(overshoot)
                polls.append(polled)
        points.append(
            {
                "operation_seconds": length,
                "overshoot_median": round(statistics.median(overshoots), 3),
                "overshoot_most": round(max(overshoots), 3),
                "overshoot_allowed": max(1.0, 0.1 * length),
                "polls_median": statistics.median(polls),
                "polls_most": max(polls),
            }
        )
    worst = max(points, key=lambda point: point["overshoot_most"] / point["overshoot_allowed"])
    report.figures += [
        Figure(
            what=f"maximum delay after an operation of {worst['operation_seconds']:g} s / allowed",
            cost=worst["overshoot_most"],
            floor=worst["overshoot_allowed"],
            target=1.0,
        ),
        Figure(
            what=f"maximum polls in {LENGTHS[-1]:g} s / allowed",
            cost=points[-1]["polls_most"],
            floor=POLLS_ALLOWED,
            unit="polls",
            target=1.0,
        ),
    ]


def _delay_and_polls(log: Sequence[Record], length: float) -> tuple[float, int]:
    """Return the seconds from the end of an operation to the next poll, and the number of polls."""
    accepted = next(record for record in log if record.write)
    polls = [record for record in log if record.operation == "GetResourceRequestStatus"]
    seen = datetime.fromisoformat(polls[-1].time) - datetime.fromisoformat(accepted.time)
    return seen.total_seconds() - length, len(polls)
