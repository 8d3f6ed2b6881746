"""Measure the info module with many experiments, against a plain boto3 script with the same number of threads."""

from __future__ import annotations

import json
import sys
from typing import Any

from tools.benchmarks.baseline import BARE_SCRIPT, LEAST, LEAST_RETURNING_MANY
from tools.benchmarks.canned import PAGE, Canned, canned
from tools.benchmarks.figures import Count, Figure, Report, compared
from tools.benchmarks.plays import INFO, Bench, Task, names

LATENCY = 0.05
# The number of experiments that LEAST_RETURNING_MANY returns.
MANY = 5000


def info(bench: Bench, report: Report, *, number: int, latency: float, rounds: int, target: float | None) -> None:
    """Measure an info task, the script and the baseline module alternately, and add a point to the picture."""
    costs, scripts, floors = [], [], []
    first = names(1)[0]
    warm = [Task(LEAST, {"name": first}), Task(INFO, {"name": first})]
    with canned(bench, number, latency=latency) as service, canned(bench, 1, latency=0) as quick:
        for _round in range(rounds):
            scripts.append(bare_script(bench, service, number))
            # Without latency, because the calls of the script already include it.
            floors.append(bench.play([*warm, Task(LEAST, {"name": first})], **quick.environment)[-1])
            service.calls()
            costs.append(bench.play([*warm, Task(INFO, {})], **service.environment)[-1])
            calls = service.calls()
            # Without the reads of the warm-up tasks.
            found = calls["ListResources"], calls["GetResource"] - len(warm)
            wanted = -(-number // PAGE), number
            report.counts.append(Count(what=f"list and read calls for {number:,}", found=found, wanted=wanted))
    floors = [script + least for script, least in zip(scripts, floors, strict=True)]
    at = f" at {latency * 1000:.0f} ms" if latency else ""
    figure = compared(
        f"info task, {number:,} experiments{at} / plain script + baseline module", costs, floors, target=target
    )
    report.figures.append(figure)
    point = {"experiments": number, "latency": latency, "seconds": figure.cost, "floor": figure.floor}
    report.series.setdefault("info", []).append(point)


def throttled(bench: Bench, report: Report, *, number: int, a_second: int, measured: bool) -> None:
    """Measure an info task while the service throttles to a number of calls a second."""
    bench.fill(number)
    bench.play([Task(INFO, {"name": names(1)[0]})])
    needed = number + -(-number // PAGE)
    bench.server.clear_log()
    bench.server.settings.throttle_per_second = a_second
    cost = bench.play([Task(INFO, {})])[-1]
    bench.server.settings.throttle_per_second = None
    log = bench.server.log
    throttled_calls = sum(record.error is not None for record in log)
    least = bench.play([Task(LEAST, {"name": names(1)[0]})] * 2)[-1]
    report.counts += [
        Count(what=f"successful calls for {number:,}, throttled", found=len(log) - throttled_calls, wanted=needed),
        Count(
            what=f"more than two throttled calls a reader for {number:,}",
            found=throttled_calls > 2 * _readers(),
            wanted=False,
        ),
    ]
    if measured:
        what = f"info task, {number:,} experiments, {a_second} calls a second allowed / these seconds + baseline module"
        report.figures.append(Figure(what=what, cost=cost, floor=needed / a_second + least))


def returned(bench: Bench, report: Report) -> None:
    """Compare an info task for 5,000 experiments with the script and a baseline module that returns as much."""
    first = names(1)[0]
    with canned(bench, 1, latency=0) as quick:
        least, as_much = bench.play(
            [Task(kind, {"name": first}) for kind in (LEAST, LEAST, LEAST_RETURNING_MANY)], **quick.environment
        )[1:]
    (point,) = (p for p in report.series["info"] if p["experiments"] == MANY and not p["latency"])
    what = f"info task, {MANY:,} experiments / plain script + baseline module that returns as much"
    report.figures.append(Figure(what=what, cost=point["seconds"], floor=point["floor"] - least + as_much))


def flat(_bench: Bench, report: Report) -> None:
    """Compare the time for an additional experiment among 5,000 with the time among 200."""
    seconds = {point["experiments"]: point["seconds"] for point in report.series["info"] if point["latency"]}
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
    words = [sys.executable, "-c", BARE_SCRIPT, str(_readers())]
    printed: dict[str, Any] = json.loads(bench.run(words, **service.environment)[1])
    if printed["found"] != number:
        raise RuntimeError(f"the plain script has found {printed['found']} experiments instead of {number}")
    return float(printed["seconds"])


def _readers() -> int:
    # main() sets the path of the collection.
    from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.listing import MAX_CONCURRENT_READS

    return MAX_CONCURRENT_READS
