# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting, not waiting, and running out of time: what is said, and that a re-run goes on from there."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.scenarios import CHANGED, RECREATES, Scenario, scenarios
from tests.support.tasks import (
    END,
    MODULE,
    OTHER_ROLE_ARN,
    STORAGE_PROPERTY,
    TRANSITIONAL,
    full,
    minimal,
    operation_names,
    put_experiment,
    rerun_unchanged,
    statuses,
    stored_experiment,
    stored_status,
    succeeded,
    without_outcome,
)
from tests.unit.conftest import Run

# What these have beside what the task gives is carried over, which takes a task that waits.
CARRYING = [scenario for scenario in RECREATES if scenario.before == "Created"]
SETTLED = [scenario for scenario in CHANGED if scenario.before not in TRANSITIONAL and scenario not in CARRYING]
MOVING = [scenario for scenario in CHANGED if scenario.before in TRANSITIONAL]


def _go_on(run: Run, emulator: Emulator, task: dict[str, Any], runs: int) -> None:
    """Run a task again, some time after the last run each, until it has nothing left to do."""
    for _run in range(runs):
        emulator.clock.advance(10)
        succeeded(run(MODULE, task))
    emulator.clock.advance(10)
    rerun_unchanged(run, emulator, task)


@scenarios(SETTLED)
def test_without_waiting_the_first_operation_is_sent_and_the_rest_planned(
    run: Run, emulator: Emulator, scenario: Scenario
) -> None:
    scenario.prepare(emulator)
    task = {**scenario.task, "wait": False}
    check = succeeded(run(MODULE, task, check=True))
    before = emulator.clock.now()
    result = succeeded(run(MODULE, task))
    assert result.changed
    assert operation_names(result) == list(scenario.operations)
    assert statuses(result) == ["IN_PROGRESS", *["PLANNED"] * (len(scenario.operations) - 1)]
    assert (len(emulator.writes()), "GetResourceRequestStatus" in emulator.calls()) == (1, False)
    assert emulator.clock.now() == before
    assert "request_token" in result["operations"][0]
    assert all("request_token" not in operation for operation in result["operations"][1:])
    assert (check.changed, without_outcome(check)) == (True, without_outcome(result))
    _go_on(run, emulator, task, len(scenario.operations) - 1)
    assert stored_status(emulator) == scenario.after


@scenarios(CARRYING)
@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
def test_nothing_is_deleted_without_waiting_that_a_later_run_could_not_create_as_it_was(
    run: Run, emulator: Emulator, scenario: Scenario, check: bool
) -> None:
    scenario.prepare(emulator)
    result = run(MODULE, {**scenario.task, "wait": False}, check=check)
    assert (result.failed, result.changed, emulator.writes()) == (True, False, [])
    assert all(word in result.msg for word in ("wait: false", "schedule"))


def test_what_was_carried_over_is_told_when_time_runs_out_between_deletion_and_creation(
    run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created", Description="Kept")
    emulator.settings.update({"operation_seconds": 100})
    result = run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True, wait_timeout=30))
    assert result["error"]["code"] == "TimedOut"
    assert (operation_names(result), statuses(result)) == (["delete", "create"], ["IN_PROGRESS", "PLANNED"])
    assert result["operations"][1]["desired_state"]["Description"] == "Kept"
    assert "StartTime" in result["operations"][1]["desired_state"]["Schedule"]
    assert any("description, schedule" in warning for warning in result.warnings)


def test_what_was_carried_over_is_told_when_the_creation_fails(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running", Description="Kept", tags={"kept": "1"})
    emulator.fault("CreateResource", "failed", code="ServiceLimitExceeded", message="No more")
    result = run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True))
    assert statuses(result) == ["SUCCESS", "FAILED"]
    assert [warning for warning in result.warnings if "description, tags" in warning and "operations" in warning]


@pytest.mark.parametrize(
    ("fault", "task"),
    [
        pytest.param(("DeleteResource", "failed", "InternalFailure"), {}, id="nothing was deleted"),
        pytest.param(
            ("CreateResource", "failed", "InternalFailure"), {"description": "Kept"}, id="the task gives it all"
        ),
        pytest.param(None, {}, id="all goes well"),
    ],
)
def test_nothing_is_said_of_what_was_carried_over_where(
    run: Run, emulator: Emulator, fault: tuple[str, str, str] | None, task: dict[str, str]
) -> None:
    put_experiment(emulator, "Running", Description="Kept")
    if fault:
        emulator.fault(fault[0], fault[1], code=fault[2])
    assert run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True, **task)).warnings == []


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
def test_what_the_task_gives_in_part_would_be_lost_without_waiting(run: Run, emulator: Emulator, check: bool) -> None:
    put_experiment(emulator, "Created", DataStorageConfig=dict(STORAGE_PROPERTY))
    given = {"schedule": {"end_time": END}, "data_storage_config": {"destination": STORAGE_PROPERTY["Destination"]}}
    task = full(role_arn=OTHER_ROLE_ARN, recreate=True, wait=False, **given)
    result = run(MODULE, task, check=check)
    assert (result.failed, emulator.writes()) == (True, [])
    assert "data_storage_config, schedule" in result.msg


def test_without_waiting_nothing_is_waited_for_that_may_have_been_created(run: Run, emulator: Emulator) -> None:
    emulator.fault("CreateResource", "error", code="AlreadyExistsException", message="There is one")
    before = emulator.clock.now()
    assert run(MODULE, full(wait=False)).failed
    assert emulator.clock.now() == before


def test_a_creation_that_others_keep_waiting_is_not_told_as_an_operation(run: Run, emulator: Emulator) -> None:
    emulator.fault("CreateResource", "error", code="ConcurrentOperationException", message="Busy", times=10**6)
    result = run(MODULE, full(wait_timeout=30))
    assert (result["error"]["code"], result["operations"]) == ("TimedOut", [])


@pytest.mark.parametrize(
    ("busy", "left"),
    [
        pytest.param("DeleteResource", [], id="nothing where the deletion was not begun"),
        pytest.param("CreateResource", ["SUCCESS", "PLANNED"], id="the creation where it was not begun"),
    ],
)
def test_operations_of_a_recreation_that_others_keep_waiting(
    run: Run, emulator: Emulator, busy: str, left: list[str]
) -> None:
    put_experiment(emulator, "Running", Description="Kept")
    emulator.fault(busy, "error", code="ConcurrentOperationException", message="Busy", times=10**6)
    result = run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True, wait_timeout=30))
    assert (result["error"]["code"], statuses(result)) == ("TimedOut", left)
    assert operation_names(result) == ["delete", "create"][: len(left)]


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
@scenarios(MOVING)
def test_without_waiting_nothing_is_sent_while_in_transit(
    run: Run, emulator: Emulator, scenario: Scenario, check: bool
) -> None:
    scenario.prepare(emulator)
    task = {**scenario.task, "wait": False}
    result = succeeded(run(MODULE, task, check=check))
    assert (result.changed, emulator.writes()) == (False, [])
    assert operation_names(result) == list(scenario.operations)
    assert set(statuses(result)) == {"PLANNED"}
    assert any(str(scenario.before) in warning for warning in result.warnings)
    _go_on(run, emulator, task, len(scenario.operations))


@pytest.mark.parametrize("task", [{}, {"description": "As it is"}], ids=["nothing given", "as declared"])
@pytest.mark.parametrize("status", TRANSITIONAL)
def test_a_transit_is_waited_out_even_if_nothing_differs(
    run: Run, emulator: Emulator, status: str, task: dict[str, str]
) -> None:
    put_experiment(emulator, status, Description="As it is", time_left=120)
    result = succeeded(run(MODULE, minimal(**task)))
    assert (result.changed, emulator.writes()) == (False, [])
    assert result["inference_experiment"]["status"] not in TRANSITIONAL


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
@pytest.mark.parametrize("status", TRANSITIONAL)
def test_a_transit_that_outlasts_wait_timeout(run: Run, emulator: Emulator, status: str, check: bool) -> None:
    put_experiment(emulator, status, time_left=600)
    before = emulator.clock.now()
    task = minimal(tags={"new": "1"}, wait_timeout=60)
    result = run(MODULE, task, check=check)
    assert result.failed
    assert all(word in result.msg for word in ("wait_timeout", "60", status))
    assert (result["error"]["code"], result["inference_experiment"]["status"]) == ("TimedOut", status)
    assert 60 <= (emulator.clock.now() - before).total_seconds() < 61
    assert (result.changed, emulator.writes()) == (False, [])
    emulator.clock.advance(600)
    assert succeeded(run(MODULE, task)).changed
    rerun_unchanged(run, emulator, task)


def test_a_transit_that_never_ends_is_given_up_after_the_default_of_half_an_hour(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Updating", time_left=math.inf)
    before = emulator.clock.now()
    result = run(MODULE, minimal(description="New"))
    assert "1800" in result.msg
    assert 1800 <= (emulator.clock.now() - before).total_seconds() < 1801


SLOW: list[Any] = [
    # the status found, the task, the operations that come in time, the status last seen
    pytest.param(None, full(), ["create"], "Creating", id="a create"),
    pytest.param("Created", minimal(description="New"), ["update"], "Updating", id="an update"),
    pytest.param("Created", minimal(desired_state="Running"), ["update"], "Starting", id="a start"),
    pytest.param("Running", minimal(desired_state="Completed"), ["update"], "Stopping", id="a stop"),
    pytest.param("Running", minimal(state="absent"), ["delete"], "Stopping", id="a deletion"),
]


@pytest.mark.parametrize(("found", "task", "operations", "seen"), SLOW)
def test_an_operation_that_outlasts_wait_timeout(
    run: Run, emulator: Emulator, found: str | None, task: dict[str, Any], operations: list[str], seen: str
) -> None:
    if found:
        put_experiment(emulator, found)
    emulator.settings.update({"transition_seconds": 300.0, "operation_seconds": 300.0})
    task = {**task, "wait_timeout": 90}
    before = emulator.clock.now()
    result = run(MODULE, task)
    assert result.failed
    assert all(word in result.msg for word in ("wait_timeout", "90", seen))
    assert 90 <= (emulator.clock.now() - before).total_seconds() < 91
    assert (operation_names(result), statuses(result)) == (operations, ["IN_PROGRESS"])
    assert result.changed
    token = result["operations"][0]["request_token"]
    assert (result["error"]["code"], result["error"]["request_token"]) == ("TimedOut", token)
    assert result["inference_experiment"]["status"] == seen
    writes = len(emulator.writes())
    emulator.clock.advance(3600)
    succeeded(run(MODULE, task))
    rerun_unchanged(run, emulator, task)
    assert writes == 1


def test_a_re_run_waits_for_what_the_first_run_has_begun(run: Run, emulator: Emulator) -> None:
    task = full()
    emulator.settings.update({"transition_seconds": 300.0, "operation_seconds": 300.0})
    assert run(MODULE, {**task, "wait_timeout": 90}).failed
    emulator.clear_log()
    result = succeeded(run(MODULE, task))
    assert ("CreateResource" in emulator.calls(), operation_names(result)) == (False, [])


def test_one_budget_is_for_the_whole_task(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Updating", time_left=40)
    emulator.settings.update({"transition_seconds": 40.0, "operation_seconds": 40.0})
    before = emulator.clock.now()
    result = run(MODULE, minimal(description="New", desired_state="Running", wait_timeout=100))
    assert (result.failed, operation_names(result)) == (True, ["update", "update"])
    assert statuses(result) == ["SUCCESS", "IN_PROGRESS"]
    assert 100 <= (emulator.clock.now() - before).total_seconds() < 101


def test_retry_after_is_heeded(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.update({"transition_seconds": 100.0, "retry_after_seconds": 60.0})
    succeeded(run(MODULE, minimal(description="New")))
    assert emulator.calls().count("GetResourceRequestStatus") <= 3


ODD_PROGRESS = [{"identifier_delay_seconds": 5.0}, {"pending_seconds": 5.0}, {"retry_after_seconds": None}]


@pytest.mark.parametrize("setting", ODD_PROGRESS, ids=lambda setting: str(next(iter(setting))))
def test_an_operation_is_followed_whatever_its_progress_says(
    run: Run, emulator: Emulator, setting: dict[str, Any]
) -> None:
    emulator.settings.update({**setting, "operation_seconds": 20.0})
    result = succeeded(run(MODULE, full(schedule={"start_time": "2026-01-03T12:00:00Z"}, desired_state="Running")))
    assert (operation_names(result), statuses(result)) == (["create", "update"], ["SUCCESS", "SUCCESS"])


def test_start_that_succeeds_while_starting_is_waited_for_until_running(run: Run, emulator: Emulator) -> None:
    emulator.settings.transition_seconds = 120.0
    put_experiment(emulator, "Created")
    read: list[str] = []
    emulator.on_call(
        "GetResource", lambda: read.extend((emulator.operations()[-1].status, stored_experiment(emulator)["status"])), 2
    )
    result = succeeded(run(MODULE, minimal(desired_state="Running")))
    assert read == ["SUCCESS", "Starting"]
    assert (operation_names(result), result["inference_experiment"]["status"]) == (["update"], "Running")


def test_what_was_created_is_waited_for_until_it_can_be_read(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"read_delay_seconds": 15.0})
    result = succeeded(run(MODULE, full(tags={"new": "1"})))
    assert (operation_names(result), emulator.writes()) == (["create"], ["CreateResource"])
    assert result["inference_experiment"]["tags"] == {"new": "1"}


def test_a_re_run_in_the_time_when_it_cannot_be_read_creates_no_second(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"read_delay_seconds": 15.0})
    succeeded(run(MODULE, full(wait=False)))
    emulator.clock.advance(2)
    succeeded(run(MODULE, full()))
    rerun_unchanged(run, emulator, full())


@pytest.mark.parametrize(
    ("found", "then", "task", "writes"),
    [
        pytest.param("Updating", "Created", {"description": "New"}, ["Created"], id="change after an update"),
        pytest.param("Updating", "Created", {"desired_state": "Running"}, ["Created"], id="start after an update"),
        pytest.param("Updating", "Running", {"desired_state": "Completed"}, ["Running"], id="stop after an update"),
        pytest.param("Stopping", "Completed", {"tags": {"a": "b"}}, ["Completed"], id="tags after a stop"),
        pytest.param("Stopping", "Completed", {"desired_state": "Completed"}, [], id="nothing after a stop"),
    ],
)
def test_task_that_finds_another_change_waits_before_it_writes(
    run: Run, emulator: Emulator, found: str, then: str, task: dict[str, Any], writes: list[str]
) -> None:
    put_experiment(emulator, found, then=then, time_left=100.0)
    statuses_at_write: list[str] = []
    emulator.on_call("UpdateResource", lambda: statuses_at_write.append(stored_experiment(emulator)["status"]))
    succeeded(run(MODULE, minimal(**task)))
    assert statuses_at_write == writes
    rerun_unchanged(run, emulator, minimal(**task))


@scenarios(SETTLED)
def test_task_without_wait_returns_experiment_as_read_after_submission(
    run: Run, emulator: Emulator, scenario: Scenario
) -> None:
    scenario.prepare(emulator)
    result = succeeded(run(MODULE, {**scenario.task, "wait": False}, diff=True))
    returned = result["inference_experiment"]
    assert returned.get("status") == stored_status(emulator)
    shown = result["diff"]["after"]
    assert (returned, {"variant_actions", "status_reason"} & returned.keys()) == (
        {name: value for name, value in shown.items() if name not in ("variant_actions", "status_reason")},
        set(),
    )
    assert emulator.calls()[-1] == "GetResource"
