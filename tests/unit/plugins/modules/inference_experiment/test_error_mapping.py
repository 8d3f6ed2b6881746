# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a task for each error that SageMaker returns to the handler, whatever its HandlerErrorCode."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.emulator import Emulator
from tests.support.tasks import (
    MODULE,
    full,
    minimal,
    put_experiment,
    rerun_unchanged,
    statuses,
    stored_experiment,
    succeeded,
)
from tests.unit.conftest import Run

GRANT = "Grant the permission in the message to the identity in the message"
PLENTY = 999


class Error(NamedTuple):
    """An error of SageMaker."""

    code: str
    message: str = "The request failed."


THROTTLED = Error("ThrottlingException", "Rate exceeded")
DENIED = Error("AccessDeniedException", "User: x is not authorized to perform: sagemaker:Something on resource: y")
DENIED_EXPLICITLY = Error("AccessDeniedException", f"{DENIED.message} with an explicit deny in a permissions boundary")


class Row(NamedTuple):
    """The call of the handler that fails, and what the task does."""

    call: str
    error: Error
    code: str
    """The HandlerErrorCode."""
    outcome: str | None
    """The words of the hint if the task fails. None: the task succeeds if the error does not occur again."""
    kind: str = "handler"


def _stabilize(error: Error, outcome: str | None) -> Row:
    """An error of the Describe that waits for a status: the change has been made."""
    return Row("DescribeInferenceExperiment", error, "InvalidRequest", outcome, "stabilize")


TASKS: dict[str, tuple[str | None, dict[str, Any]]] = {
    # the status found, the options
    "create": (None, full(tags={"new": "1"})),
    "update": ("Created", minimal(description="New")),
    "update with tags": ("Running", minimal(description="New", tags={"new": "1"})),
    "start": ("Created", minimal(desired_state="Running")),
    "stop": ("Running", minimal(desired_state="Completed")),
    "delete": ("Running", minimal(state="absent")),
}
_Create, _Update, _Start = "CreateInferenceExperiment", "UpdateInferenceExperiment", "StartInferenceExperiment"
_Stop, _Delete = "StopInferenceExperiment", "DeleteInferenceExperiment"
INVALID, QUOTA = Error("ValidationException", "1 validation error detected: x"), Error("ResourceLimitExceeded")
CONFLICT, INTERNAL = Error("ConflictException"), Error("InternalError")

ROWS: dict[str, tuple[Row, ...]] = {
    "create": (
        Row(_Create, INVALID, "InvalidRequest", "Correct the option"),
        Row(_Create, Error("ResourceInUse"), "AlreadyExists", "another experiment probably uses the endpoint"),
        Row(_Create, THROTTLED, "Throttling", None),
        Row(_Create, QUOTA, "ServiceLimitExceeded", "Service Quotas"),
        Row(_Create, INTERNAL, "ServiceInternalError", None),
        Row(_Create, DENIED, "GeneralServiceException", GRANT),
        Row(_Create, DENIED_EXPLICITLY, "GeneralServiceException", "A permissions boundary denies"),
        Row(_Create, CONFLICT, "GeneralServiceException", "Correct the cause that the message names"),
        _stabilize(THROTTLED, None),
        _stabilize(DENIED, None),
    ),
    "update": (
        Row(_Update, INVALID, "GeneralServiceException", "Correct the cause that the message names"),
        Row(_Update, THROTTLED, "Throttling", None),
        Row(_Update, Error("ServiceUnavailable"), "ServiceInternalError", None),
        Row(_Update, DENIED, "GeneralServiceException", GRANT),
        Row(_Update, Error("ResourceNotFound"), "NotFound", "Another caller has deleted the resource"),
        _stabilize(THROTTLED, None),
        _stabilize(DENIED, None),
    ),
    "update with tags": (
        Row("AddTags", THROTTLED, "GeneralServiceException", None),
        Row("AddTags", DENIED, "GeneralServiceException", GRANT),
        Row("AddTags", CONFLICT, "GeneralServiceException", "Correct the cause that the message names"),
        Row("DeleteTags", THROTTLED, "GeneralServiceException", None),
        Row("DeleteTags", DENIED_EXPLICITLY, "GeneralServiceException", "A permissions boundary denies"),
    ),
    "start": (
        Row(_Start, THROTTLED, "Throttling", None),
        Row(_Start, DENIED, "GeneralServiceException", GRANT),
        _stabilize(THROTTLED, None),
        _stabilize(DENIED, None),
    ),
    "stop": (
        Row(_Stop, THROTTLED, "Throttling", None),
        Row(_Stop, DENIED, "GeneralServiceException", GRANT),
        _stabilize(THROTTLED, None),
        _stabilize(DENIED, None),
    ),
    "delete": (
        Row(_Stop, THROTTLED, "Throttling", None),
        Row(_Delete, THROTTLED, "Throttling", None),
        Row(_Delete, DENIED, "GeneralServiceException", GRANT),
        _stabilize(THROTTLED, None),
        _stabilize(DENIED, None),
    ),
}
CASES: list[Any] = [
    pytest.param(task, row, id=f"{task}: {row.error.code} of {row.call}{row.kind.removeprefix('handler')}")
    for task, rows in ROWS.items()
    for row in rows
]


@pytest.mark.parametrize(("task", "row"), CASES)
def test_error_of_sagemaker_is_retried_or_final(run: Run, emulator: Emulator, task: str, row: Row) -> None:
    found, options = TASKS[task]
    if found:
        put_experiment(emulator, found, tags={"old": "1"})
    times = 1 if row.outcome is None else PLENTY
    emulator.fault(row.call, row.kind, code=row.error.code, message=row.error.message, times=times)
    before = emulator.clock.now()
    result = run(MODULE, options)
    assert [operation.error for operation in emulator.operations()][:1] == [row.code]
    assert statuses(result)[0] == "FAILED"
    if row.outcome is None:
        succeeded(result)
        assert result.changed
        assert (emulator.clock.now() - before).total_seconds() >= 0.5
        rerun_unchanged(run, emulator, options)
    else:
        assert (result.failed, statuses(result), result["error"]["code"]) == (True, ["FAILED"], row.code)
        assert row.outcome in result["error"]["hint"]
        assert row.code in ("NotFound", "AlreadyExists") or row.error.message in result.msg
        assert result.changed is bool(emulator.operations()[0].effects)


THROTTLED_FOR_GOOD: list[Any] = [
    pytest.param("update", Row(_Update, THROTTLED, "Throttling", None), id="update"),
    pytest.param("update with tags", Row("AddTags", THROTTLED, "GeneralServiceException", None), id="tags"),
]


@pytest.mark.parametrize(("task", "row"), THROTTLED_FOR_GOOD)
def test_error_that_stays_throttled_fails_with_its_hint(run: Run, emulator: Emulator, task: str, row: Row) -> None:
    found, options = TASKS[task]
    put_experiment(emulator, str(found), tags={"old": "1"})
    emulator.fault(row.call, row.kind, code=row.error.code, message=row.error.message, times=PLENTY)
    result = run(MODULE, options)
    assert (result.failed, result["error"]["code"], len(statuses(result))) == (True, row.code, 9)
    assert "Run fewer tasks in parallel" in result["error"]["hint"]


@pytest.mark.parametrize("call", ["DescribeInferenceExperiment", "ListTags"])
@pytest.mark.parametrize("error", [THROTTLED, DENIED], ids=["throttled", "denied"])
def test_error_of_the_read_handler_is_retried_or_final(run: Run, emulator: Emulator, error: Error, call: str) -> None:
    put_experiment(emulator, "Created")
    emulator.fault(call, "handler", code=error.code, message=error.message, times=1 if error == THROTTLED else PLENTY)
    result = run(MODULE, minimal(description="New"))
    if error == THROTTLED:
        assert succeeded(result).changed
        assert stored_experiment(emulator)["properties"]["Description"] == "New"
    else:
        assert (result.failed, result.changed, statuses(result)) == (True, False, [])
        assert GRANT in result["error"]["hint"]
