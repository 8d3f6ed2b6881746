"""The outcome of a task for each error that SageMaker returns to the handler, whatever its HandlerErrorCode."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.tasks import ALWAYS, MODULE, failed, full, minimal, put_experiment, rerun_unchanged, statuses
from tests.unit.conftest import Run


class Error(NamedTuple):
    """An error of SageMaker."""

    code: str
    message: str = "The request failed."


class Row(NamedTuple):
    """The call of the handler that fails, and the outcome of the task."""

    call: str
    error: Error
    code: str
    """The HandlerErrorCode."""
    outcome: str | None
    """Words of the hint if the task fails. None: the task succeeds if the error does not occur again."""
    kind: str = "handler"


TASKS: dict[str, tuple[str | None, dict[str, Any]]] = {
    # the current status, the options
    "create": (None, full(tags={"new": "1"})),
    "update": ("Created", minimal(description="New")),
    "update with tags": ("Running", minimal(description="New", tags={"new": "1"})),
    "start": ("Created", minimal(desired_state="Running")),
    "stop": ("Running", minimal(desired_state="Completed")),
    "delete": ("Running", minimal(state="absent")),
}
CREATE, UPDATE, START = "CreateInferenceExperiment", "UpdateInferenceExperiment", "StartInferenceExperiment"
STOP, DELETE = "StopInferenceExperiment", "DeleteInferenceExperiment"
THROTTLED = Error("ThrottlingException", "Rate exceeded")
DENIED = Error("AccessDeniedException", "User: x is not authorized to perform: sagemaker:Something on resource: y")
DENIED_EXPLICITLY = Error("AccessDeniedException", f"{DENIED.message} with an explicit deny in a permissions boundary")
INVALID, QUOTA = Error("ValidationException", "1 validation error detected: x"), Error("ResourceLimitExceeded")
CONFLICT, INTERNAL = Error("ConflictException"), Error("InternalError")
GENERAL = "GeneralServiceException"
GRANT = "Grant the permission in the message to the identity in the message"
CORRECT, BOUNDARY = "Correct the cause that the message names", "A permissions boundary denies"
# Errors of the Describe that waits for a status, after the change.
STABILIZE = tuple(
    Row("DescribeInferenceExperiment", error, "InvalidRequest", None, "stabilize") for error in (THROTTLED, DENIED)
)


def _denied_and_throttled(call: str) -> tuple[Row, ...]:
    return (Row(call, THROTTLED, "Throttling", None), Row(call, DENIED, GENERAL, GRANT), *STABILIZE)


ROWS: dict[str, tuple[Row, ...]] = {
    "create": (
        *_denied_and_throttled(CREATE),
        Row(CREATE, INVALID, "InvalidRequest", "Correct the option"),
        Row(CREATE, Error("ResourceInUse"), "AlreadyExists", "another experiment probably uses the endpoint"),
        Row(CREATE, QUOTA, "ServiceLimitExceeded", "Service Quotas"),
        Row(CREATE, INTERNAL, "ServiceInternalError", None),
        Row(CREATE, DENIED_EXPLICITLY, GENERAL, BOUNDARY),
        Row(CREATE, CONFLICT, GENERAL, CORRECT),
    ),
    "update": (
        *_denied_and_throttled(UPDATE),
        Row(UPDATE, INVALID, GENERAL, CORRECT),
        Row(UPDATE, Error("ServiceUnavailable"), "ServiceInternalError", None),
        Row(UPDATE, Error("ResourceNotFound"), "NotFound", "Another caller has deleted the resource"),
    ),
    "update with tags": (
        Row("AddTags", THROTTLED, GENERAL, None),
        Row("AddTags", DENIED, GENERAL, GRANT),
        Row("AddTags", CONFLICT, GENERAL, CORRECT),
        Row("DeleteTags", THROTTLED, GENERAL, None),
        Row("DeleteTags", DENIED_EXPLICITLY, GENERAL, BOUNDARY),
    ),
    "start": _denied_and_throttled(START),
    "stop": _denied_and_throttled(STOP),
    "delete": (Row(STOP, THROTTLED, "Throttling", None), *_denied_and_throttled(DELETE)),
}
CASES: list[Any] = [
    pytest.param(task, row, id=f"{task}: {row.error.code} of {row.call}{row.kind.removeprefix('handler')}")
    for task, rows in ROWS.items()
    for row in rows
]


@pytest.mark.parametrize(("task", "row"), CASES)
def test_error_of_sagemaker_is_retried_or_final(run: Run, emulator: Emulator, task: str, row: Row) -> None:
    status, options = TASKS[task]
    if status:
        put_experiment(emulator, status, tags={"old": "1"})
    times = 1 if row.outcome is None else ALWAYS
    emulator.fault(row.call, row.kind, code=row.error.code, message=row.error.message, times=times)
    start = emulator.clock.now()
    result = run(MODULE, options)
    assert [operation.error for operation in emulator.operations()][:1] == [row.code]
    assert statuses(result)[0] == "FAILED"
    if row.outcome is None:
        tasks.succeeded(result)
        assert result.changed
        assert (emulator.clock.now() - start).total_seconds() >= 0.5
        rerun_unchanged(run, emulator, options)
    else:
        assert row.outcome in failed(result, row.code)["hint"]
        assert statuses(result) == ["FAILED"]
        assert row.code in ("NotFound", "AlreadyExists") or row.error.message in result.msg
        assert result.changed is bool(emulator.operations()[0].effects)
