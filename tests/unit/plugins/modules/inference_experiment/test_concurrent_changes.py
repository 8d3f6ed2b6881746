"""Changes by other callers during a task, lost responses to writes, and reads that contradict each other."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.tasks import (
    ALWAYS,
    MODULE,
    NAME,
    SCHEDULE,
    failed,
    full,
    minimal,
    put_experiment,
    statuses,
    succeeded,
)
from tests.unit.conftest import Run

RECREATE = full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True)
UPDATE, ABSENT = minimal(description="New"), minimal(state="absent")
CONCURRENT = {"kind": "error", "code": "ConcurrentOperationException", "message": "Busy"}
DENIED = {"kind": "error", "code": "AccessDeniedException", "message": "No", "times": ALWAYS}


def _update_by_another_caller(emulator: Emulator, path: str, value: Any) -> None:
    patch = json.dumps([{"op": "add", "path": path, "value": value}])
    emulator.client("cloudcontrol", REGION).update_resource(
        TypeName="AWS::SageMaker::InferenceExperiment", Identifier=NAME, PatchDocument=patch
    )


def _delete_by_another_caller(emulator: Emulator) -> None:
    emulator.client("sagemaker", REGION).delete_inference_experiment(Name=NAME)


# Read this test first.
def test_update_waits_for_operation_of_another_caller(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Created")
    emulator.settings.operation_seconds = 60.0
    emulator.on_call("UpdateResource", lambda: _update_by_another_caller(emulator, "/Description", "Theirs"))
    result = run("inference_experiment", {"name": "checkout", "description": "Ours"})
    assert [operation["operation_status"] for operation in result["operations"]] == ["SUCCESS"]
    assert "ListResourceRequests" in emulator.calls()
    assert emulator.experiment("checkout", "us-east-1")["properties"]["Description"] == "Ours"


@pytest.mark.parametrize("delay", [0.0, 3.0], ids=["identifier at once", "identifier later"])
@cases(
    ("update", minimal(description="Ours"), "Created"),
    ("start", minimal(desired_state="Running"), "Running"),
    ("delete", ABSENT, None),
)
def test_operation_of_another_caller_is_preserved(
    task: dict[str, Any], status: str | None, run: Run, emulator: Emulator, delay: float
) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.update({"operation_seconds": 60.0, "identifier_delay_seconds": delay})
    theirs = {"Destination": "s3://theirs/data"}
    write = "UpdateResource" if status else "DeleteResource"
    emulator.on_call(write, lambda: _update_by_another_caller(emulator, "/DataStorageConfig", theirs))
    result = succeeded(run(MODULE, task))
    assert (statuses(result), tasks.stored_status(emulator)) == (["SUCCESS"], status)
    assert "ListResourceRequests" in emulator.calls()
    if status:
        assert tasks.stored_experiment(emulator)["properties"]["DataStorageConfig"] == theirs


NO_WAIT = minimal(description="Ours", desired_state="Running", wait=False)


@cases(
    ("same change", minimal(description="Both"), "/Description", "Both", [], False),
    ("no wait", NO_WAIT, "/Tags", [], ["PLANNED", "PLANNED"], True),
)
def test_task_submits_nothing_after_operation_of_another_caller(
    task: dict[str, Any], path: str, value: Any, outcome: list[str], warned: bool, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 60.0
    emulator.on_call("UpdateResource", lambda: _update_by_another_caller(emulator, path, value))
    result = succeeded(run(MODULE, task))
    assert (result.changed, statuses(result)) == (False, outcome)
    assert any("concurrent operation" in warning for warning in result.warnings) is warned


@cases(
    ("open", "Created", (False, True), (["create", "update"], ["FAILED", "SUCCESS"])),
    ("ended", "Completed", (True, False), (["create"], ["FAILED"])),
)
def test_experiment_created_by_another_caller_is_updated_if_possible(
    status: str, outcome: tuple[bool, bool], operations: tuple[list[str], list[str]], run: Run, emulator: Emulator
) -> None:
    emulator.on_call("CreateResource", lambda: put_experiment(emulator, status, Description="Theirs"))
    result = run(MODULE, full(description="Ours"))
    assert (result.failed, result.changed, result.warnings) == (*outcome, [])
    assert (tasks.operation_names(result), statuses(result)) == operations


@pytest.mark.parametrize("late", [False, True], ids=["rejected call", "failed operation"])
def test_delete_succeeds_if_another_caller_deletes(run: Run, emulator: Emulator, late: bool) -> None:
    emulator.settings.delete_missing_late = late
    put_experiment(emulator, "Created")
    emulator.on_call("DeleteResource", lambda: _delete_by_another_caller(emulator))
    assert succeeded(run(MODULE, ABSENT))["inference_experiment"] == {}


def test_delete_waits_if_another_caller_starts(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.on_call("DeleteResource", lambda: put_experiment(emulator, "Starting", time_left=5))
    result = succeeded(run(MODULE, ABSENT))
    assert (statuses(result), tasks.stored_status(emulator)) == (["FAILED", "SUCCESS"], None)


TAG, INVALID = minimal(tags={"b": "1"}, purge_tags=False), "ValidationException"


@cases(
    ("patch with a test", "UpdateResource", {"kind": "error", "code": INVALID, "times": ALWAYS}, TAG, INVALID, False),
    ("create of a recreate", "CreateResource", {**DENIED, "times": 1}, RECREATE, "AccessDeniedException", True),
)
def test_final_failure_returns_change_of_another_caller(
    call: str, fault: Any, task: Any, code: str, changed: bool, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created", tags={"a": "1"})
    emulator.fault(call, **{**fault, "message": "No"})
    emulator.on_call(call, lambda: put_experiment(emulator, "Created", Description="Theirs", tags={"a": "1"}))
    result = run(MODULE, task)
    assert failed(result, code)["message"] == "No"
    assert (result.changed, statuses(result)[-1]) == (changed, "FAILED")
    assert result["inference_experiment"]["description"] == "Theirs"


@cases(("denied", DENIED, 1), ("failed", {**DENIED, "code": "InternalFailure"}, 0))
def test_operation_is_retried_if_concurrent_operation_cannot_be_identified(
    fault: dict[str, Any], warnings: int, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", **CONCURRENT, times=12)
    emulator.fault("ListResourceRequests", **fault)
    start = emulator.clock.now()
    result = succeeded(run(MODULE, UPDATE))
    assert (result.changed, statuses(result)) == (True, ["SUCCESS"])
    assert (emulator.clock.now() - start).total_seconds() >= 24, "at least two seconds before each attempt"
    assert len([warning for warning in result.warnings if "cannot be identified: No" in warning]) == warnings


def test_polling_interval_grows_while_concurrent_operation_is_unidentified(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("UpdateResource", **CONCURRENT, times=ALWAYS)
    failed(run(MODULE, minimal(description="New", wait_timeout=1200)), "TimedOut")
    assert len(emulator.calls()) < 200


def test_delete_that_contradicts_reads_fails_after_few_calls(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("DeleteResource", "error", code="ResourceNotFoundException", times=ALWAYS)
    assert run(MODULE, ABSENT).failed
    assert len(emulator.calls()) < 30


@cases(
    ("not found", {"kind": "error", "code": "ResourceNotFound"}, "not found"),
    ("other status", {"kind": "changed", "change": lambda response: {**response, "Status": "Running"}}, "Running"),
)
def test_contradicting_statuses_are_both_in_the_message(
    fault: dict[str, Any], words: str, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("DescribeInferenceExperiment", **fault, times=ALWAYS)
    failed(run(MODULE, minimal(schedule=SCHEDULE)), "Unsettled", f"Created in Cloud Control, {words} in sagemaker")
    assert len(emulator.calls()) < 30


@cases(
    ("create", "CreateResource", "InvalidRequest", ["SUCCESS", "FAILED"]),
    ("delete", "DeleteResource", "InternalFailure", ["FAILED", "PLANNED"]),
)
def test_failed_recreate_returns_both_operations(
    call: str, code: str, outcome: list[str], run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Running")
    emulator.fault(call, "failed", code=code, message="No")
    result = run(MODULE, RECREATE)
    failed(result, code)
    assert (tasks.operation_names(result), statuses(result)) == (["delete", "create"], outcome)
    assert (result["inference_experiment"] == {}) is (call == "CreateResource")


@cases(
    ("call", {"kind": "error", "code": "AlreadyExistsException"}, True),
    ("call without wait", {"kind": "error", "code": "AlreadyExistsException"}, False),
    ("operation", {"kind": "failed", "code": "AlreadyExists"}, True),
)
@pytest.mark.parametrize("options", [{}, {"description": "New", "tags": {"a": "b"}, "schedule": SCHEDULE}], ids=str)
def test_create_that_fails_with_already_exists_and_was_applied_returns_changed_and_a_warning(
    fault: dict[str, Any], wait: bool, run: Run, emulator: Emulator, options: dict[str, Any]
) -> None:
    emulator.fault("CreateResource", **fault, applied=True)
    task = full(**options, wait=wait)
    result = succeeded(run(MODULE, task))
    assert (result.changed, statuses(result)) == (True, ["FAILED"])
    (warning,) = (words for words in result.warnings if "AlreadyExists" in words)
    assert "did not exist before" in warning
    emulator.clock.advance(10)
    tasks.rerun_unchanged(run, emulator, task)


@pytest.mark.parametrize("seconds", [5.0, 0.1], ids=["in progress", "ended"])
def test_concurrent_operation_can_be_the_own_operation(run: Run, emulator: Emulator, seconds: float) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = seconds
    emulator.fault("UpdateResource", "lost_response")
    emulator.fault("UpdateResource", **CONCURRENT)
    result = succeeded(run(MODULE, UPDATE))
    assert (result.changed, statuses(result)) == (True, ["PENDING"])
    assert tasks.stored_experiment(emulator)["properties"]["Description"] == "New"


@cases(
    ("not found", "DeleteResource", "ResourceNotFoundException", ABSENT, "Created"),
    ("already exists", "CreateResource", "AlreadyExistsException", full(), None),
    ("expired credentials", "UpdateResource", "ExpiredTokenException", UPDATE, "Created"),
)
def test_write_with_lost_response_returns_changed_if_retry_is_rejected(
    call: str, code: str, task: dict[str, Any], status: str | None, run: Run, emulator: Emulator
) -> None:
    if status:
        put_experiment(emulator, status)
    emulator.fault(call, "lost_response")
    emulator.fault(call, "error", code=code, times=ALWAYS)
    result = run(MODULE, task)
    assert (result.changed, statuses(result)) == (True, ["PENDING"])
    assert result.failed is (code == "ExpiredTokenException")


@cases(
    ("no response", "lost_response", "PENDING", "aws cloudcontrol list-resource-requests --region us-east-1"),
    ("throttled", "throttle", "FAILED", "Run fewer tasks in parallel"),
)
def test_create_that_times_out_reads_once_more(
    kind: str, outcome: str, hint: str, run: Run, emulator: Emulator
) -> None:
    emulator.fault("CreateResource", kind, times=ALWAYS)
    result = run(MODULE, full(wait_timeout=5))
    assert hint in failed(result, "TimedOut")["hint"]
    assert (result.changed, statuses(result)) == (kind == "lost_response", [outcome])
    assert ("name" in result["inference_experiment"]) is result.changed


@pytest.mark.parametrize("known", [False, True], ids=["unknown in one", "known in both"])
def test_diff_has_schedule_only_if_known_before_and_after(run: Run, emulator: Emulator, known: bool) -> None:
    put_experiment(emulator, "Created" if known else "Running")
    later = (emulator.clock.now() + timedelta(days=5)).isoformat()
    options: dict[str, Any] = {} if known else {"desired_state": "Completed"}
    diff = succeeded(run(MODULE, minimal(schedule={"end_time": later}, **options), diff=True))["diff"]
    before, after = diff["before"].get("schedule", {}), diff["after"].get("schedule", {})
    assert {name for name in before if before[name] != after[name]} == ({"end_time"} if known else set())
    assert ("start_time" in before, "start_time" in after) == (known, known)
