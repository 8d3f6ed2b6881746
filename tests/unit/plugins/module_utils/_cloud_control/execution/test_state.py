"""The report of a task, and the pauses after its failures."""

from __future__ import annotations

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CloudControlError
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.state import Operation, Report
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import Resource
from tests.support.cases import cases
from tests.support.experiments import declaration, seen
from tests.support.scripted_client import REQUEST, ScriptedClient, create_task

BEFORE, AFTER = seen("Created", Description="Old"), seen("Created", Description="New")


# Read this test first.
def test_report_is_changed_if_an_operation_succeeded() -> None:
    report = Report(operations=[Operation("delete", request_token=REQUEST, operation_status="SUCCESS")])
    assert report.changed(check_mode=False)
    assert [operation.result() for operation in report.operations] == [
        {"operation": "delete", "request_token": REQUEST, "operation_status": "SUCCESS"}
    ]


@cases(
    ("in progress", "IN_PROGRESS", REQUEST, False, BEFORE, True),
    ("failed, changed by another caller", "FAILED", REQUEST, False, AFTER, False),
    ("cancelled, unchanged", "CANCEL_COMPLETE", REQUEST, True, BEFORE, False),
    ("failed after a change", "FAILED", REQUEST, True, AFTER, True),
    ("no response, unchanged", "PENDING", None, False, BEFORE, False),
    ("no response, changed", "PENDING", None, False, AFTER, True),
    ("planned", "PLANNED", None, False, AFTER, False),
)
def test_report_is_changed_by_operation(
    status: str, request_token: str | None, failed_after_submission: bool, now: Resource, changed: bool
) -> None:
    operation = Operation("update", request_token=request_token, operation_status=status)
    report = Report(
        before_first_write=BEFORE, now=now, operations=[operation], failed_after_submission=failed_after_submission
    )
    assert report.changed(check_mode=False) is changed


@cases(
    ("no operation", Report(), False),
    ("planned operation", Report(operations=[Operation("create")]), True),
    ("operation left to another run", Report(operations=[Operation("create")], nothing_submitted=True), False),
)
def test_report_in_check_mode_is_changed_by_planned_operation(report: Report, changed: bool) -> None:
    assert report.changed(check_mode=True) is changed


def test_report_merges_effects_of_operations() -> None:
    report = Report(operations=[Operation("update", effects={"a": 1}), Operation("delete", effects={"b": 2})])
    assert report.effects == {"a": 1, "b": 2}


def test_pause_after_failure_raises_ninth_failure_in_a_row() -> None:
    task, failure = create_task(ScriptedClient(None), declaration()), CloudControlError("message", code="Throttling")
    for _turn in range(8):
        task.pause_after_failure(failure)
    with pytest.raises(CloudControlError) as raised:
        task.pause_after_failure(failure)
    assert raised.value is failure
    assert task.context.deadline.clock.monotonic() > 0


NOTHING, UNKNOWN = "Nothing was submitted.", "The outcome of the last request is unknown."


@cases(
    ("no write", [], NOTHING), ("write without response", [Operation("update", operation_status="PENDING")], UNKNOWN)
)
def test_submit_no_more_makes_task_plan_only_with_warning(operations: list[Operation], words: str) -> None:
    task = create_task(ScriptedClient(None), declaration(), wait=False)
    task.report.operations += operations
    task.submit_no_more("A reason.")
    assert (task.state.plan_only, task.report.nothing_submitted) == (True, not operations)
    assert task.report.warnings == [f"A reason. {words} Run the task again to resume."]
