"""execute(): one write, the classification of its failure, and the report."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control import errors
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.executor import (
    Outcome,
    classify_failure,
    execute,
    raise_if_rejection_follows_from_write,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.state import Operation, Recreate
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning import plan
from tests.support.cases import cases
from tests.support.experiments import declaration, experiment, seen
from tests.support.model import INFERENCE_EXPERIMENT, Resource
from tests.support.scripted_client import REQUEST, ScriptedClient, create_task, failed

DESCRIBE = plan.Update([{"op": "replace", "path": "/Description", "value": "New"}], frozenset({"Description"}))
STOP = plan.Update([{"op": "add", "path": "/DesiredState", "value": "Completed"}], frozenset({"DesiredState"}))
TAG = plan.Update(
    [{"op": "test", "path": "/Tags", "value": [{"Key": "team", "Value": "ml"}]}, {"op": "remove", "path": "/Tags"}],
    frozenset({"Tags"}),
)
RETAINED = {"variant_actions": {"production": "Retain", "shadow": "Retain"}}


def call_failed(code: str, **details: Any) -> errors.CallFailed:
    return errors.CallFailed("message", code=code, operation="UpdateResource", **details)


# Read this test first.
def test_execute_submits_update_and_returns_resource_read_afterwards() -> None:
    client = ScriptedClient(experiment("Created", Description="New"))
    task = create_task(client, declaration(Description="New"))
    after = execute(task, seen("Created", Description="Old"), DESCRIBE)
    assert client.requests == [("update", "test", DESCRIBE.patch)]
    assert after == seen("Created", Description="New")
    assert task.report.operations == [
        Operation("update", patch_document=DESCRIBE.patch, request_token=REQUEST, operation_status="SUCCESS")
    ]
    assert task.state.applied == {"Description"}


@cases(
    ("concurrent", DESCRIBE, call_failed("ConcurrentOperationException"), Outcome.CONCURRENT),
    ("delete of missing resource", plan.Delete(), errors.OperationFailed("", code="NotFound"), Outcome.GONE),
    ("update of missing resource", DESCRIBE, errors.OperationFailed("", code="NotFound"), Outcome.FINAL),
    ("create of existing", plan.Create({}), errors.OperationFailed("", code="AlreadyExists"), Outcome.EXISTS),
    ("throttled operation", DESCRIBE, errors.OperationFailed("", code="Throttling"), Outcome.TRANSIENT),
    ("conflict", DESCRIBE, errors.OperationFailed("", code="ResourceConflict"), Outcome.TRANSIENT),
    ("throttled request", DESCRIBE, errors.OperationFailed("Rate exceeded", code="InvalidRequest"), Outcome.TRANSIENT),
    ("throttled patch", TAG, errors.OperationFailed("Rate exceeded", code="InvalidRequest"), Outcome.TRANSIENT),
    ("throttled call", DESCRIBE, call_failed("Throttling"), Outcome.FINAL),
    ("patch with test operation", TAG, call_failed("ValidationException"), Outcome.STALE),
    ("patch without test operation", DESCRIBE, call_failed("ValidationException"), Outcome.FINAL),
    ("denied", TAG, errors.OperationFailed("", code="AccessDenied"), Outcome.FINAL),
    ("handler timeout", DESCRIBE, errors.OperationFailed("", code="NotStabilized"), Outcome.TRANSIENT),
    (
        "message of a handler timeout",
        DESCRIBE,
        errors.OperationFailed("Stabilizing of x", code="GeneralServiceException"),
        Outcome.TRANSIENT,
    ),
)
def test_classify_failure_returns_outcome(
    step: plan.Write, failure: errors.CloudControlError, outcome: Outcome
) -> None:
    assert classify_failure(INFERENCE_EXPERIMENT, step, failure) is outcome


def test_classify_failure_of_poll_is_not_concurrent() -> None:
    failure = call_failed("ConcurrentOperationException")
    failure.request_token = REQUEST
    assert classify_failure(INFERENCE_EXPERIMENT, DESCRIBE, failure) is Outcome.FINAL


@cases(
    ("response", call_failed("AccessDenied"), "FAILED"),
    ("no response", call_failed("ReadTimeoutError", without_response=True), "PENDING"),
    ("timeout", errors.TimedOut("wait_timeout"), "FAILED"),
)
def test_execute_reports_call_that_failed_without_effects(failure: errors.CloudControlError, status: str) -> None:
    task = create_task(ScriptedClient(experiment("Running"), results=[failure]), declaration())
    with pytest.raises(type(failure)):
        execute(task, seen("Running"), STOP)
    assert task.report.operations == [Operation("update", patch_document=STOP.patch, operation_status=status)]


@cases(
    ("transient, status changed", "NotStabilized", "Stopping", RETAINED),
    ("transient, status unchanged", "NotStabilized", "Running", {}),
    ("denied, status changed", "AccessDenied", "Stopping", RETAINED),
    ("final, status changed by another caller", "GeneralServiceException", "Stopping", {}),
)
def test_execute_after_failure_reports_effects_that_status_shows(
    code: str, status: str, effects: dict[str, Any]
) -> None:
    task = create_task(ScriptedClient(experiment(status), results=[failed(code)]), declaration())
    earlier = Operation("update", effects={"earlier": True})
    task.report.operations.append(earlier)
    assert execute(task, seen("Running"), STOP) == seen(status)
    assert [operation.effects for operation in task.report.operations] == [{"earlier": True}, effects]


@cases(
    ("writable property changed", {"Description": "New"}, True),
    ("read-only property changed", {"LastModifiedTime": "2026-01-05T09:10:00Z"}, False),
)
def test_execute_continues_after_denial_if_changes_were_applied(changes: dict[str, Any], continues: bool) -> None:
    client = ScriptedClient(experiment("Created", **changes), results=[failed("AccessDenied")])
    task = create_task(client, declaration())
    if continues:
        assert execute(task, seen("Created"), DESCRIBE) == seen("Created", **changes)
        with pytest.raises(errors.OperationFailed):
            execute(task, seen("Created"), STOP)  # a further write would be denied too
        assert client.requests == [("update", "test", DESCRIBE.patch)]
    else:
        with pytest.raises(errors.OperationFailed):
            execute(task, seen("Created"), DESCRIBE)


@cases(("final", "InternalFailure", errors.OperationFailed), ("transient", "Throttling", errors.CallFailed))
def test_execute_raises_final_failure_of_operation_if_next_read_fails(code: str, raised: type[Exception]) -> None:
    unreadable = errors.CallFailed("No", code="AccessDeniedException", operation="GetResource")
    client = ScriptedClient(unreadable, results=[failed(code)])
    with pytest.raises(raised):
        execute(create_task(client, declaration()), seen("Created"), DESCRIBE)


@cases(
    ("throttled create", plan.Create({}), None, "Throttling", True),
    ("delete of missing resource", plan.Delete(), seen("Created"), "NotFound", False),
)
def test_execute_pauses_after_failure_unless_resource_is_gone(
    step: plan.Write, before: Resource | None, code: str, pauses: bool
) -> None:
    task = create_task(ScriptedClient(None, results=[failed(code)]), declaration())
    start = task.context.deadline.clock.monotonic()
    assert execute(task, before, step) is None
    assert (task.context.deadline.clock.monotonic() > start) is pauses


@cases(("create", None, True), ("create of a recreate", Recreate.CREATE, False))
def test_execute_raises_general_failure_of_create_without_recreate(recreate: Recreate | None, raises: bool) -> None:
    task = create_task(ScriptedClient(None, results=[failed("GeneralServiceException")]), declaration())
    task.state.recreate = recreate
    with pytest.raises(errors.OperationFailed) if raises else contextlib.nullcontext():
        assert execute(task, None, plan.Create({})) is None


@cases(("operation", failed("InvalidRequest"), True), ("call", call_failed("ValidationException"), False))
def test_execute_reports_late_failure_of_patch_that_still_fits(result: Any, failed_after_submission: bool) -> None:
    task = create_task(ScriptedClient(experiment("Created"), results=[result]), declaration())
    with pytest.raises((errors.OperationFailed, errors.CallFailed)):
        execute(task, seen("Created"), TAG)
    assert task.report.failed_after_submission is failed_after_submission


def test_execute_resets_transient_failures_after_success() -> None:
    task = create_task(ScriptedClient(experiment("Created")), declaration())
    task.state.transient_failures = 3
    execute(task, seen("Created"), DESCRIBE)
    assert task.state.transient_failures == 0


def test_rejection_after_write_removes_effects_of_last_operation_only() -> None:
    task = create_task(ScriptedClient(None), declaration())
    task.report.operations += [Operation("update", effects={"first": True}), Operation("update", effects={"last": 1})]
    raise_if_rejection_follows_from_write(task, Resource({"Status": "Created"}), plan.Reject("reason"))
    assert [operation.effects for operation in task.report.operations] == [{"first": True}, {}]


def test_execute_raises_not_applied_with_request_of_last_operation() -> None:
    client = ScriptedClient(None)
    task = create_task(client, declaration())
    task.state.applied = {"Description", "Tags"}
    task.report.operations += [
        Operation("update", effects={"first": True}),
        Operation("update", patch_document=DESCRIBE.patch, request_token=REQUEST, effects={"last": True}),
    ]

    with pytest.raises(errors.NotApplied, match=r"\(description\).* is Created\. Request: .*/Description") as raised:
        execute(task, seen("Created"), DESCRIBE)

    assert raised.value.request_token == REQUEST
    assert [operation.effects for operation in task.report.operations] == [{"first": True}, {}]
    assert client.requests == []
