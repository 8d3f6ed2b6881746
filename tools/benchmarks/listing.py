"""Measure the info module with many experiments, against a plain boto3 script with the same number of threads."""

from __future__ import annotations

import json
import sys
from typing import Any

from tools.benchmarks.baseline import BARE_SCRIPT, LEAST
from tools.benchmarks.canned import PAGE, Canned, canned
from tools.benchmarks.figures import Figure, Report, compared, expect
from tools.benchmarks.plays import INFO, Bench, Task, names

LATENCY = 0.05


def info(bench: Bench, report: Report, *, number: int, rounds: int, target: float | None) -> None:
    """Measure an info task, the script and the baseline module alternately, and add a point to the picture."""
    costs, floors = [], []
    first = names(1)[0]
    warm = [Task(LEAST, {"name": first}), Task(INFO, {"name": first})]
    with canned(bench, number, latency=LATENCY) as service, canned(bench, 1, latency=0) as quick:
        for _round in range(rounds):
            script = bare_script(bench, service, number)
            # Without latency, because the calls of the script already include it.
            floors.append(script + bench.play([*warm, Task(LEAST, {"name": first})], **quick.environment)[-1])
            service.calls()
            costs.append(bench.play([*warm, Task(INFO, {})], **service.environment)[-1])
            calls = service.calls()
            # Without the reads of the warm-up tasks.
            found = calls["ListResources"], calls["GetResource"] - len(warm)
            expect(f"list and read calls for {number:,}", found, (-(-number // PAGE), number))
    at = f"{LATENCY * 1000:.0f} ms"
    title = f"info task, {number:,} experiments at {at} / plain script + baseline module"
    figure = compared(title, costs, floors, target=target)
    report.figures.append(figure)
    point = {"experiments": number, "seconds": figure.cost, "floor": figure.floor}
    report.series.setdefault("info", []).append(point)


def flat(_bench: Bench, report: Report) -> None:
    """Compare the time for an additional experiment among 5,000 with the time among 200."""
    seconds = {point["experiments"]: point["seconds"] for point in report.series["info"]}
    each = {number: (seconds[number] - seconds[1]) / number * 1000 for number in (200, 5000)}
    report.figures.append(
        Figure(
            what="time per experiment at 50 ms, 5,000 experiments / 200 experiments",
            cost=each[5000],
            floor=each[200],
            unit="ms",
            target=1.15,
        )
    )


def bare_script(bench: Bench, service: Canned, number: int) -> float:
    """Return the seconds that a plain script needs to list and read a number of experiments."""
    # main() sets the path of the collection.
    from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.listing import MAX_CONCURRENT_READS

    words = [sys.executable, "-c", BARE_SCRIPT, str(MAX_CONCURRENT_READS)]
    printed: dict[str, Any] = json.loads(bench.run(words, **service.environment)[1])
    expect("experiments that the plain script has found", printed["found"], number)
    return float(printed["seconds"])
