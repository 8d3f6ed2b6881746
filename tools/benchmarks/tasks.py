"""Measure an unchanged task and the seven tasks of a lifecycle, and compare them with the baseline module."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.emulator.cloudcontrol.models import cloudcontrol_backends
from tests.emulator.seed import ACCOUNT_ID
from tests.support.environment import REGION
from tools.benchmarks.baseline import LEAST, LEAST_WITH_DESCRIBE, LEAST_WITH_METRICS
from tools.benchmarks.figures import Report, compared, expect
from tools.benchmarks.plays import INFO, METRICS, MODULE, Bench, Task, declared

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
# The tasks of a lifecycle, each with its calls.
LIFECYCLE = (
    (CREATED, [GET, "CreateResource", GET, DESCRIBE]),
    (CREATED, [GET, DESCRIBE]),
    (Task(MODULE, {"name": NAME, "description": "New"}), [GET, "UpdateResource", GET]),
    (Task(MODULE, {"name": NAME, "desired_state": "Running"}), [GET, "UpdateResource", GET]),
    (Task(MODULE, {"name": NAME, "desired_state": "Running"}), [GET]),
    (Task(INFO, {"name": NAME}), [GET]),
    # The experiment is running, so the delete stops it, and the task verifies the endpoint.
    (
        Task(MODULE, {"name": NAME, "state": "absent"}),
        [GET, "DeleteResource", GET, "DescribeEndpoint", "DescribeEndpointConfig"],
    ),
)


def unchanged(bench: Bench, report: Report, *, rounds: int) -> None:
    """Measure unchanged tasks and their baselines alternately in one playbook. The first round is a warm-up."""
    bench.server.reset()
    bench.play([UNCHANGED_WITH_SCHEDULE])
    bench.server.clear_log()
    seconds = bench.play([*KINDS] * (1 + rounds))
    wanted = [GET, GET, GET, DESCRIBE, GET, DESCRIBE] * (1 + rounds)
    expect("calls of unchanged tasks", bench.server.calls(), wanted)
    if not rounds:
        return
    ours, least, scheduled, described = (seconds[kind :: len(KINDS)] for kind in range(len(KINDS)))
    report.figures += [
        compared("unchanged task / baseline module", ours[1:], least[1:], target=1.05),
        compared("unchanged task with schedule / baseline, with Describe", scheduled[1:], described[1:], target=1.05),
    ]


def metrics(bench: Bench, report: Report, *, rounds: int) -> None:
    """Compare a task of the metrics module with a module that makes the same calls. The first round is a warm-up."""
    bench.server.reset()
    seeded = bench.server.seed(REGION)
    start = datetime.now(timezone.utc).replace(second=0, microsecond=0) - timedelta(days=7)
    schedule = {"StartTime": start.isoformat(), "EndTime": (start + timedelta(days=14)).isoformat()}
    experiment = {"Name": NAME, "EndpointName": seeded.endpoint_name, "Schedule": schedule}
    bench.server.put_experiment(REGION, experiment, status="Running")
    bench.server.traffic(seeded.endpoint_name, REGION, invocations_per_minute=600, start=start)
    bench.server.clear_log()
    seconds = bench.play([Task(METRICS, {"name": NAME}), Task(LEAST_WITH_METRICS, {"name": NAME})] * (1 + rounds))
    wanted = [DESCRIBE, "GetMetricData"] * 2 * (1 + rounds)
    asked = [_statistics(record.request) for record in bench.server.log if record.operation == "GetMetricData"]
    expect("calls of metrics tasks", bench.server.calls(), wanted)
    expect("statistics of the task that the baseline omits", asked[0] - asked[1], set())
    if rounds:
        costs, floors = (seconds[kind + 2 :: 2] for kind in range(2))
        report.figures.append(compared("metrics task / baseline, same calls", costs, floors, target=1.10))


def _statistics(request: Mapping[str, Any]) -> set[str]:
    return {
        json.dumps({**query["MetricStat"], "Period": None}, sort_keys=True) for query in request["MetricDataQueries"]
    }


def lifecycle(bench: Bench, report: Report, *, rounds: int) -> None:
    """Compare the seven tasks of a lifecycle with seven baseline modules and the duration of the operations."""
    bench.server.reset()
    # The baseline module reads another experiment, which always exists.
    bench.server.put_experiment(REGION, {"Name": "another"}, status="Running")
    tasks = [task for task, _calls in LIFECYCLE]
    least = [Task(LEAST, {"name": "another"})] * len(tasks)
    bench.server.clear_log()
    seconds = bench.play([*tasks, *least] * (1 + rounds))
    if rounds:
        costs, floors = (_sums(seconds, len(tasks), which, rounds) for which in (0, 1))
        title = "lifecycle / 7 baseline modules + service"
        report.figures.append(compared(title, costs, floors, target=1.25, plus=_service_seconds()))
    calls = [call for call in bench.server.calls() if call != POLL]
    wanted = [call for _task, calls in LIFECYCLE for call in calls] + [GET] * len(least)
    expect("calls of the lifecycles, without polls", calls, wanted * (1 + rounds))


def _sums(seconds: Sequence[float], size: int, which: int, rounds: int) -> list[float]:
    """Return the duration of each round without the first, in which Ansible assembles the payloads."""
    starts = [2 * size * turn + size * which for turn in range(1, 1 + rounds)]
    return [sum(seconds[start : start + size]) for start in starts]


def _service_seconds() -> float:
    """Return the seconds that the operations of one lifecycle took in the emulator."""
    requests = cloudcontrol_backends[ACCOUNT_ID][REGION].requests.values()
    took = [(request.finished - request.accepted).total_seconds() for request in requests]
    writes = sum(call.endswith("Resource") and call != GET for _task, calls in LIFECYCLE for call in calls)
    return float(sum(took) / len(took) * writes)
