"""The options wait and wait_timeout: transitions and operations that a task waits for, and planned operations."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.scenarios import CHANGED, RECREATES, Scenario, scenarios
from tests.support.tasks import END, MODULE, failed, full, minimal, operation_names, put_experiment, statuses, succeeded
from tests.unit.conftest import Run

# A recreate that preserves properties requires wait.
PRESERVING = [scenario for scenario in RECREATES if scenario.before == "Created"]
STABLE = [scenario for scenario in CHANGED if scenario.before not in tasks.TRANSITIONAL and scenario not in PRESERVING]
TRANSITIONS = [scenario for scenario in CHANGED if scenario.before in tasks.TRANSITIONAL]
RECREATE = full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True)
SLOW = {"transition_seconds": 300.0, "operation_seconds": 300.0}


# Read this test first.
def test_start_waits_until_running(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Created")
    emulator.settings.transition_seconds = 120.0
    found: list[str] = []
    # The operation can succeed before the experiment runs.
    emulator.on_call("GetResource", lambda: found.append(emulator.operations()[0].status), nth=2)
    emulator.on_call("GetResource", lambda: found.append(str(tasks.stored_status(emulator))), nth=3)
    result = run("inference_experiment", {"name": "checkout", "desired_state": "Running"})
    assert found == ["SUCCESS", "Starting"]
    assert result["inference_experiment"]["status"] == "Running"
    assert emulator.writes() == ["UpdateResource"]


def _run_until_unchanged(run: Run, emulator: Emulator, task: dict[str, Any], runs: int) -> None:
    """Run a task so many times, 10 seconds apart, and once more without a change."""
    for _run in range(runs):
        emulator.clock.advance(10)
        succeeded(run(MODULE, task))
    emulator.clock.advance(10)
    tasks.rerun_unchanged(run, emulator, task)


@scenarios(STABLE)
def test_task_without_wait_submits_first_operation_and_plans_the_others(
    run: Run, emulator: Emulator, scenario: Scenario
) -> None:
    scenario.prepare(emulator)
    task = {**scenario.task, "wait": False}
    check = succeeded(run(MODULE, task, check=True))
    before = emulator.clock.now()
    result = succeeded(run(MODULE, task, diff=True))
    assert result.changed
    assert operation_names(result) == list(scenario.operations)
    assert statuses(result) == ["IN_PROGRESS", *["PLANNED"] * (len(scenario.operations) - 1)]
    assert (len(emulator.writes()), "GetResourceRequestStatus" in emulator.calls()) == (1, False)
    assert emulator.clock.now() == before
    assert ["request_token" in operation for operation in result["operations"]] == [
        status == "IN_PROGRESS" for status in statuses(result)
    ]
    assert (check.changed, tasks.without_outcome(check)) == (True, tasks.without_outcome(result))
    assert emulator.calls()[-1] == "GetResource"
    assert result["inference_experiment"].get("status") == tasks.stored_status(emulator)
    assert result["inference_experiment"] == tasks.omit(result["diff"]["after"], ["variant_actions", "status_reason"])
    _run_until_unchanged(run, emulator, task, len(scenario.operations) - 1)
    assert tasks.stored_status(emulator) == scenario.after


@tasks.CHECK
@scenarios(TRANSITIONS)
def test_task_without_wait_plans_all_operations_in_transitional_status(
    run: Run, emulator: Emulator, scenario: Scenario, check: bool
) -> None:
    scenario.prepare(emulator)
    task = {**scenario.task, "wait": False}
    result = succeeded(run(MODULE, task, check=check, diff=True))
    assert (result.changed, emulator.writes()) == (False, [])
    assert (operation_names(result), set(statuses(result))) == (list(scenario.operations), {"PLANNED"})
    assert any(str(scenario.before) in warning for warning in result.warnings)
    assert result["diff"]["before"] == result["diff"]["after"]
    if not check:
        assert result["inference_experiment"]["status"] == scenario.before
    _run_until_unchanged(run, emulator, task, len(scenario.operations))


PARTS = {
    **RECREATE,
    "schedule": {"end_time": END},
    "data_storage_config": {"destination": tasks.STORAGE_PROPERTY["Destination"]},
}


@tasks.CHECK
@cases(
    *((scenario.title, scenario.task, "schedule") for scenario in PRESERVING),
    ("parts of options", PARTS, "data_storage_config, schedule, tags"),
)
def test_recreate_without_wait_is_rejected_if_it_preserves_properties(
    options: dict[str, Any], words: str, run: Run, emulator: Emulator, check: bool
) -> None:
    put_experiment(emulator, "Created", tags={"kept": "1"}, DataStorageConfig=tasks.STORAGE_PROPERTY)
    tasks.rejected(run(MODULE, {**options, "wait": False}, check=check), emulator, "wait: false", words)


def test_recreate_that_times_out_returns_planned_create_and_warning(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created", Description="Kept")
    emulator.settings.update({"operation_seconds": 100})
    result = run(MODULE, {**RECREATE, "wait_timeout": 30})
    failed(result, "TimedOut")
    assert (operation_names(result), statuses(result)) == (["delete", "create"], ["IN_PROGRESS", "PLANNED"])
    desired_state = result["operations"][1]["desired_state"]
    assert (desired_state["Description"], "StartTime" in desired_state["Schedule"]) == ("Kept", True)
    assert any("description, schedule" in warning for warning in result.warnings)


@cases(
    ("create", "CreateResource", ["description, tags", "operations"]),
    ("delete", "DeleteResource", []),
    ("no failure", None, []),
)
def test_recreate_warns_of_preserved_properties_if_create_fails(
    call: str | None, words: list[str], run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Running", Description="Kept", tags={"kept": "1"})
    if call:
        emulator.fault(call, "failed", code="InternalFailure")
    result = run(MODULE, RECREATE)
    assert len(result.warnings) == bool(words)
    assert [word for word in words if word not in result.warnings[0]] == []


@cases(
    ("create", None, full(), "CreateResource", []),
    ("delete of a recreate", "Running", RECREATE, "DeleteResource", []),
    ("create of a recreate", "Running", RECREATE, "CreateResource", ["SUCCESS", "PLANNED"]),
)
def test_operation_that_concurrent_operations_prevent_is_not_returned(
    status: str | None, task: dict[str, Any], busy: str, outcome: list[str], run: Run, emulator: Emulator
) -> None:
    if status:
        put_experiment(emulator, status, Description="Kept")
    emulator.fault(busy, "error", code="ConcurrentOperationException", message="Busy", times=tasks.ALWAYS)
    result = run(MODULE, {**task, "wait_timeout": 30})
    failed(result, "TimedOut")
    assert statuses(result) == outcome
    assert operation_names(result) == ["delete", "create"][: len(outcome)]


@tasks.CHECK
@pytest.mark.parametrize(
    ("status", "options", "seconds"), [("Creating", {"wait_timeout": 60}, 60), ("Updating", {}, 1800)]
)
def test_transition_that_outlasts_wait_timeout_fails(
    run: Run, emulator: Emulator, status: str, options: dict[str, Any], seconds: int, check: bool
) -> None:
    put_experiment(emulator, status, time_left=math.inf)
    before = emulator.clock.now()
    result = run(MODULE, minimal(tags={"new": "1"}, **options), check=check)
    failed(result, "TimedOut", "wait_timeout", str(seconds), status)
    assert seconds <= (emulator.clock.now() - before).total_seconds() < seconds + 1
    assert (result["inference_experiment"]["status"], result.changed, emulator.writes()) == (status, False, [])


@cases(
    # the status before, the task, the status at the end of wait_timeout
    ("create", None, full(), "Creating"),
    ("stop", "Running", minimal(desired_state="Completed"), "Stopping"),
    ("delete", "Running", minimal(state="absent"), "Stopping"),
)
def test_operation_that_outlasts_wait_timeout_is_resumed_by_second_run(
    before: str | None, task: dict[str, Any], status: str, run: Run, emulator: Emulator
) -> None:
    if before:
        put_experiment(emulator, before)
    emulator.settings.update(SLOW)
    start = emulator.clock.now()
    result = run(MODULE, {**task, "wait_timeout": 90})
    error = failed(result, "TimedOut", "wait_timeout", "90", status)
    assert 90 <= (emulator.clock.now() - start).total_seconds() < 91
    assert (statuses(result), len(emulator.writes()), result.changed) == (["IN_PROGRESS"], 1, True)
    assert error["request_token"] == result["operations"][0]["request_token"]
    assert result["inference_experiment"]["status"] == status
    again = succeeded(run(MODULE, task))
    if "state" not in task:  # A delete ends with another status than it has at the timeout.
        assert operation_names(again) == []
    tasks.rerun_unchanged(run, emulator, task)


@pytest.mark.parametrize("second_run", [False, True], ids=["same task", "second run"])
def test_create_waits_until_experiment_can_be_read(run: Run, emulator: Emulator, second_run: bool) -> None:
    emulator.settings.update({"read_delay_seconds": 15.0})
    task = full(tags={"new": "1"})
    if second_run:
        succeeded(run(MODULE, {**task, "wait": False}))
        emulator.clock.advance(2)
    result = succeeded(run(MODULE, task))
    assert second_run or emulator.writes() == ["CreateResource"]
    assert result["inference_experiment"]["tags"] == {"new": "1"}
    tasks.rerun_unchanged(run, emulator, task)
