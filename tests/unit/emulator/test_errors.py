"""The HandlerErrorCode of each error that SageMaker returns to the handler."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.aws_clients import Aws, add, rejected, replace

GENERAL = "GeneralServiceException"
THROTTLED = ("ThrottlingException", "Rate exceeded")
DENIED = ("AccessDeniedException", "User: arn is not authorized to perform: sagemaker:AddTags")
INVALID = ("ValidationException", "1 validation error detected: x")
CONFLICT = ("ConflictException", "Cannot")
UNAVAILABLE = ("ServiceUnavailable", "Sorry")
MISSING = ("ResourceNotFound", "None")
CREATE, UPDATE = "CreateInferenceExperiment", "UpdateInferenceExperiment"
ERRORS: list[Any] = [
    # call, SageMaker's error, HandlerErrorCode, part of the message, effects before the error
    (CREATE, INVALID, "InvalidRequest", "Invalid request provided: Failure reason: 1 validation error detected", ()),
    (CREATE, ("ValidationException", "No model"), GENERAL, "Failure reason: No model", ()),
    (CREATE, ("ResourceInUse", "In use"), "AlreadyExists", "'test' already exists", ()),
    (CREATE, THROTTLED, "Throttling", "Rate exceeded for operation 'Failure reason: Rate exceeded", ()),
    (CREATE, ("ResourceLimitExceeded", "Too many"), "ServiceLimitExceeded", "Reason: Failure reason: Too many", ()),
    (CREATE, ("InternalError", "Sorry"), "ServiceInternalError", "Failure reason: Sorry", ()),
    (CREATE, UNAVAILABLE, "ServiceInternalError", "Failure reason: Sorry", ()),
    (CREATE, DENIED, GENERAL, "is not authorized to perform", ()),
    (CREATE, CONFLICT, GENERAL, "Failure reason: Cannot", ()),
    (UPDATE, INVALID, GENERAL, "1 validation error detected: x", ()),
    (UPDATE, THROTTLED, "Throttling", "Rate exceeded", ()),
    (UPDATE, MISSING, "NotFound", "", ()),
    (UPDATE, DENIED, GENERAL, DENIED[1], ()),
    (UPDATE, CONFLICT, GENERAL, "Cannot", ()),
    *(("AddTags", error, GENERAL, error[1], ("update", "untag")) for error in (THROTTLED, DENIED, UNAVAILABLE)),
    ("AddTags", MISSING, "NotFound", "", ("update", "untag")),
    *(("DeleteTags", error, GENERAL, error[1], ("update",)) for error in (THROTTLED, DENIED)),
]


@pytest.mark.parametrize(("call", "error", "code", "message", "effects"), ERRORS)
def test_operation_fails_with_handler_error_code(
    aws: Aws, call: str, error: tuple[str, str], code: str, message: str, effects: tuple[str, ...]
) -> None:
    if call != CREATE:
        aws.put("Running", tags={"old": "tag"})
    aws.emulator.fault(call, "handler", code=error[0], message=error[1])
    tags = replace("/Tags", [{"Key": "new", "Value": "tag"}])
    event = aws.create() if call == CREATE else aws.update(add("/Description", "x"), tags)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert message in event["StatusMessage"]
    assert aws.emulator.operations()[-1].effects == effects


RETAINED = "stop: production Retain, shadow Retain"
STABILIZING: list[Any] = [
    # status, operation, effect before the Describe
    pytest.param(None, lambda aws: aws.create(), "create", id="create"),
    pytest.param("Running", lambda aws: aws.update(add("/Description", "x")), "update", id="update"),
    pytest.param("Created", lambda aws: aws.update(add("/DesiredState", "Running")), "start", id="start"),
    pytest.param("Running", lambda aws: aws.update(add("/DesiredState", "Completed")), RETAINED, id="stop"),
    pytest.param("Running", lambda aws: aws.delete(), RETAINED, id="delete"),
]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (THROTTLED, "InvalidRequest"),
        (DENIED, "InvalidRequest"),
        (MISSING, "InvalidRequest"),
        (("InternalError", "Sorry"), GENERAL),
    ],
)
@pytest.mark.parametrize(("status", "operate", "effect"), STABILIZING)
def test_error_of_describe_while_stabilizing_fails_operation_after_change(
    aws: Aws, status: str | None, operate: Any, effect: str, error: tuple[str, str], code: str
) -> None:
    if status:
        aws.put(status)
    aws.emulator.fault("DescribeInferenceExperiment", "stabilize", code=error[0], message=error[1])
    event = operate(aws)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert f"ErrorCode=[{error[0]}],  ErrorMessage=[{error[1]}]" in event["StatusMessage"]
    assert aws.emulator.operations()[-1].effects == (effect,)


@pytest.mark.parametrize("call", ["DescribeInferenceExperiment", "ListTags"])
def test_read_fails_with_error_of_handler(aws: Aws, call: str) -> None:
    aws.put()
    aws.emulator.fault(call, "handler", code="AccessDeniedException", message=DENIED[1])
    with rejected(GENERAL, DENIED[1]):
        aws.get()
    assert aws.get()["Name"] == "test"


def test_fault_of_handler_does_not_apply_to_other_callers_of_sagemaker(aws: Aws) -> None:
    aws.put()
    aws.emulator.fault("DescribeInferenceExperiment", "handler", code="ThrottlingException")
    assert aws.describe()["Name"] == "test"
    with rejected("ThrottlingException", "ordered by a test"):
        aws.get()
