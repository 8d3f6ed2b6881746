# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""execute(): one write, the classification of its failure, and the report."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import (
    CallFailed,
    CloudControlError,
    NotApplied,
    OperationFailed,
    TimedOut,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.executor import (
    Outcome,
    classify_failure,
    execute,
    raise_if_rejection_follows_from_write,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.state import Operation
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import Resource
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.plan import (
    Create,
    Delete,
    Reject,
    Update,
    Write,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.support.experiments import declaration, experiment, seen
from tests.support.scripted_client import REQUEST, ScriptedClient, create_task, failed

DESCRIBE = Update([{"op": "replace", "path": "/Description", "value": "New"}], frozenset({"Description"}))
STOP = Update([{"op": "add", "path": "/DesiredState", "value": "Completed"}], frozenset({"DesiredState"}))
TAG = Update(
    [{"op": "test", "path": "/Tags", "value": [{"Key": "team", "Value": "ml"}]}, {"op": "remove", "path": "/Tags"}],
    frozenset({"Tags"}),
)
RETAINED = {"variant_actions": {"production": "Retain", "shadow": "Retain"}}


def call_failed(code: str, **details: Any) -> CallFailed:
    return CallFailed("message", code=code, operation="UpdateResource", **details)


# Read this test first.
def test_execute_submits_update_and_returns_resource_read_afterwards() -> None:
    client = ScriptedClient(experiment("Created", Description="New"))
    task = create_task(client, declaration(properties={"Description": "New"}))

    after = execute(task, seen("Created", Description="Old"), DESCRIBE)

    assert client.requests == [("update", "test", DESCRIBE.patch)]
    assert after == seen("Created", Description="New")
    assert task.report.operations == [
        Operation("update", patch_document=DESCRIBE.patch, request_token=REQUEST, operation_status="SUCCESS")
    ]
    assert task.state.applied == {"Description"}


@pytest.mark.parametrize(
    ("step", "failure", "outcome"),
    [
        pytest.param(DESCRIBE, call_failed("ConcurrentOperationException"), Outcome.CONCURRENT, id="concurrent"),
        pytest.param(Delete(), OperationFailed("", code="NotFound"), Outcome.GONE, id="delete of missing resource"),
        pytest.param(DESCRIBE, OperationFailed("", code="NotFound"), Outcome.FINAL, id="update of missing resource"),
        pytest.param(Create({}), OperationFailed("", code="AlreadyExists"), Outcome.EXISTS, id="create of existing"),
        pytest.param(DESCRIBE, OperationFailed("", code="Throttling"), Outcome.TRANSIENT, id="throttled operation"),
        pytest.param(DESCRIBE, OperationFailed("", code="ResourceConflict"), Outcome.TRANSIENT, id="conflict"),
        pytest.param(
            DESCRIBE, OperationFailed("Rate exceeded", code="InvalidRequest"), Outcome.TRANSIENT, id="throttled request"
        ),
        pytest.param(DESCRIBE, call_failed("Throttling"), Outcome.FINAL, id="throttled call"),
        pytest.param(TAG, call_failed("ValidationException"), Outcome.STALE, id="patch with test operation"),
        pytest.param(DESCRIBE, call_failed("ValidationException"), Outcome.FINAL, id="patch without test operation"),
        pytest.param(TAG, OperationFailed("", code="AccessDenied"), Outcome.FINAL, id="denied"),
        pytest.param(DESCRIBE, OperationFailed("", code="NotStabilized"), Outcome.TRANSIENT, id="handler timeout"),
        pytest.param(
            DESCRIBE,
            OperationFailed("Stabilizing of x", code="GeneralServiceException"),
            Outcome.TRANSIENT,
            id="message of a handler timeout",
        ),
    ],
)
def test_classify_failure_returns_outcome(step: Write, failure: CloudControlError, outcome: Outcome) -> None:
    assert classify_failure(INFERENCE_EXPERIMENT, step, failure) is outcome


def test_classify_failure_of_poll_is_not_concurrent() -> None:
    failure = call_failed("ConcurrentOperationException")
    failure.request_token = REQUEST

    assert classify_failure(INFERENCE_EXPERIMENT, DESCRIBE, failure) is Outcome.FINAL


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        pytest.param(call_failed("AccessDenied"), "FAILED", id="response"),
        pytest.param(call_failed("ReadTimeoutError", without_response=True), "PENDING", id="no response"),
        pytest.param(TimedOut("wait_timeout"), "FAILED", id="timeout"),
    ],
)
def test_execute_reports_call_that_failed_without_effects(failure: CloudControlError, status: str) -> None:
    task = create_task(ScriptedClient(experiment("Running"), results=[failure]), declaration())

    with pytest.raises(type(failure)):
        execute(task, seen("Running"), STOP)

    assert task.report.operations == [Operation("update", patch_document=STOP.patch, operation_status=status)]


@pytest.mark.parametrize(
    ("code", "status", "effects"),
    [
        pytest.param("NotStabilized", "Stopping", RETAINED, id="transient, status changed"),
        pytest.param("NotStabilized", "Running", {}, id="transient, status unchanged"),
        pytest.param("AccessDenied", "Stopping", RETAINED, id="denied, status changed"),
        pytest.param("GeneralServiceException", "Stopping", {}, id="final, status changed by another caller"),
    ],
)
def test_execute_after_failure_reports_effects_that_status_shows(
    code: str, status: str, effects: dict[str, Any]
) -> None:
    task = create_task(ScriptedClient(experiment(status), results=[failed(code)]), declaration())
    earlier = Operation("update", effects={"earlier": True})
    task.report.operations.append(earlier)

    assert execute(task, seen("Running"), STOP) == seen(status)

    assert [operation.effects for operation in task.report.operations] == [{"earlier": True}, effects]


@pytest.mark.parametrize(
    ("changes", "continues"),
    [
        pytest.param({"Description": "New"}, True, id="writable property changed"),
        pytest.param({"LastModifiedTime": "2026-01-05T09:10:00Z"}, False, id="read-only property changed"),
    ],
)
def test_execute_continues_after_denial_if_changes_were_applied(changes: dict[str, Any], continues: bool) -> None:
    client = ScriptedClient(experiment("Created", **changes), results=[failed("AccessDenied")])
    task = create_task(client, declaration())

    if continues:
        assert execute(task, seen("Created"), DESCRIBE) == seen("Created", **changes)
    else:
        with pytest.raises(OperationFailed):
            execute(task, seen("Created"), DESCRIBE)


@pytest.mark.parametrize(
    ("result", "failed_after_submission"),
    [
        pytest.param(failed("InvalidRequest"), True, id="operation"),
        pytest.param(call_failed("ValidationException"), False, id="call"),
    ],
)
def test_execute_reports_late_failure_of_patch_that_still_fits(result: Any, failed_after_submission: bool) -> None:
    task = create_task(ScriptedClient(experiment("Created"), results=[result]), declaration())

    with pytest.raises((OperationFailed, CallFailed)):
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

    raise_if_rejection_follows_from_write(task, Resource({"Status": "Created"}), Reject("reason"))

    assert [operation.effects for operation in task.report.operations] == [{"first": True}, {}]


def test_execute_raises_not_applied_with_request_of_last_operation() -> None:
    client = ScriptedClient(None)
    task = create_task(client, declaration())
    task.state.applied = {"Description"}
    task.report.operations += [
        Operation("update", effects={"first": True}),
        Operation("update", patch_document=DESCRIBE.patch, request_token=REQUEST, effects={"last": True}),
    ]

    with pytest.raises(NotApplied, match=r"\(description\).* is Created\. Request: .*/Description") as raised:
        execute(task, seen("Created"), DESCRIBE)

    assert raised.value.request_token == REQUEST
    assert [operation.effects for operation in task.report.operations] == [{"first": True}, {}]
    assert client.requests == []
