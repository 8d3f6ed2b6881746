"""Measure an unchanged task and the seven tasks of a lifecycle, and compare them with the baseline module."""

from __future__ import annotations

from collections.abc import Sequence

from tests.emulator.cloudcontrol.models import cloudcontrol_backends
from tests.emulator.seed import ACCOUNT_ID
from tests.support.environment import REGION
from tools.benchmarks.baseline import LEAST, LEAST_WITH_DESCRIBE
from tools.benchmarks.figures import Count, Figure, Report, compared
from tools.benchmarks.plays import INFO, MODULE, Bench, Task, declared

NAME = "checkout"
SCHEDULE = {"start_time": "2090-01-07T08:00:00Z", "end_time": "2090-01-14T08:00:00Z"}
POLL = "GetResourceRequestStatus"
GET, DESCRIBE = "GetResource", "DescribeInferenceExperiment"
UNCHANGED = Task(MODULE, declared(NAME, description="As it is", tags={"team": "checkout"}))
UNCHANGED_WITH_SCHEDULE = Task(MODULE, {**UNCHANGED.options, "schedule": SCHEDULE})
# With a schedule, because the experiment would otherwise start on create.
CREATED = Task(MODULE, declared(NAME, tags={"team": "checkout"}, schedule=SCHEDULE))
# In this order, so that each task alternates with its baseline.
KINDS = (
    UNCHANGED,
    Task(LEAST, {"name": NAME}),
    UNCHANGED_WITH_SCHEDULE,
    Task(LEAST_WITH_DESCRIBE, {"name": NAME}),
)
LIFECYCLE = (
    ("create", CREATED, [GET, "CreateResource", GET, DESCRIBE]),
    ("repeated create", CREATED, [GET, DESCRIBE]),
    ("update", Task(MODULE, {"name": NAME, "description": "New"}), [GET, "UpdateResource", GET]),
    ("start", Task(MODULE, {"name": NAME, "desired_state": "Running"}), [GET, "UpdateResource", GET]),
    ("repeated start", Task(MODULE, {"name": NAME, "desired_state": "Running"}), [GET]),
    ("info", Task(INFO, {"name": NAME}), [GET]),
    ("delete", Task(MODULE, {"name": NAME, "state": "absent"}), [GET, "DeleteResource", GET]),
)


def unchanged(bench: Bench, report: Report, *, rounds: int) -> None:
    """Measure unchanged tasks and their baselines alternately in one playbook. The first round is a warm-up."""
    bench.server.reset()
    bench.play([UNCHANGED_WITH_SCHEDULE])
    bench.server.clear_log()
    seconds = bench.play([*KINDS] * (1 + rounds))
    calls = bench.server.calls()
    wanted = [GET, GET, GET, DESCRIBE, GET, DESCRIBE] * (1 + rounds)
    report.counts.append(Count(what="calls of unchanged tasks", found=len(calls), wanted=len(wanted)))
    report.counts.append(
        Count(what="they are GetResource, and Describe with schedule", found=calls == wanted, wanted=True)
    )
    if not rounds:
        return
    ours, least, scheduled, described = (seconds[kind :: len(KINDS)] for kind in range(len(KINDS)))
    report.figures += [
        compared("unchanged task / baseline module", ours[1:], least[1:], target=1.05),
        compared("unchanged task with schedule / baseline, with Describe", scheduled[1:], described[1:], target=1.05),
        Figure(what="first task of a playbook / first baseline module", cost=ours[0], floor=least[0]),
    ]


def lifecycle(bench: Bench, report: Report, *, rounds: int) -> None:
    """Compare the seven tasks of a lifecycle with seven baseline modules and the duration of the operations."""
    bench.server.reset()
    # The baseline module reads another experiment, which always exists.
    bench.server.put_experiment(REGION, {"Name": "another"}, status="Running")
    tasks = [task for _title, task, _calls in LIFECYCLE]
    least = [Task(LEAST, {"name": "another"})] * len(tasks)
    bench.server.clear_log()
    seconds = bench.play([*tasks, *least] * (1 + rounds))
    if rounds:
        costs, floors = (_sums(seconds, len(tasks), which, rounds) for which in (0, 1))
        title = "lifecycle / 7 baseline modules + service"
        report.figures.append(compared(title, costs, floors, target=1.25, plus=_service_seconds()))
    calls = [call for call in bench.server.calls() if call != POLL]
    wanted = [call for _title, _task, calls in LIFECYCLE for call in calls]
    for place, (title, _task, needed) in enumerate(LIFECYCLE):
        begin = sum(len(calls) for _title, _task, calls in LIFECYCLE[:place])
        report.counts.append(Count(what=f"calls to {title}", found=calls[begin : begin + len(needed)], wanted=needed))
    report.counts.append(
        Count(
            what="calls of all lifecycles, without polls",
            found=len(calls),
            wanted=(len(wanted) + len(tasks)) * (1 + rounds),
        )
    )


def _sums(seconds: Sequence[float], size: int, which: int, rounds: int) -> list[float]:
    """Return the duration of each round without the first, in which Ansible assembles the payloads."""
    starts = [2 * size * turn + size * which for turn in range(1, 1 + rounds)]
    return [sum(seconds[start : start + size]) for start in starts]


def _service_seconds() -> float:
    """Return the seconds that the operations of one lifecycle took in the emulator."""
    requests = cloudcontrol_backends[ACCOUNT_ID][REGION].requests.values()
    took = [(request.finished - request.accepted).total_seconds() for request in requests]
    writes = sum(call.endswith("Resource") and call != GET for _title, _task, calls in LIFECYCLE for call in calls)
    return float(sum(took) / len(took) * writes)
