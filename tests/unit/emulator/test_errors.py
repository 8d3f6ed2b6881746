"""The HandlerErrorCode of each error that SageMaker returns to the handler."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.aws_clients import Aws, Refused, add, replace

THROTTLED = ("ThrottlingException", "Rate exceeded")
DENIED = ("AccessDeniedException", "User: arn is not authorized to perform: sagemaker:AddTags")
INVALID = ("ValidationException", "1 validation error detected: x")
TAGS = [{"Key": "new", "Value": "tag"}]

CREATE_ERRORS: list[Any] = [
    # SageMaker's error of CreateInferenceExperiment, HandlerErrorCode, words of the message
    (INVALID, "InvalidRequest", "Invalid request provided: Failure reason: 1 validation error detected"),
    (
        ("ValidationException", "Could not find model"),
        "GeneralServiceException",
        "Failure reason: Could not find model",
    ),
    (("ResourceInUse", "In use"), "AlreadyExists", "'test' already exists"),
    (THROTTLED, "Throttling", "Rate exceeded for operation 'Failure reason: Rate exceeded"),
    (("ResourceLimitExceeded", "Too many"), "ServiceLimitExceeded", "Reason: Failure reason: Too many"),
    (("InternalError", "Sorry"), "ServiceInternalError", "Failure reason: Sorry"),
    (("ServiceUnavailable", "Sorry"), "ServiceInternalError", "Failure reason: Sorry"),
    (DENIED, "GeneralServiceException", "is not authorized to perform"),
    (("ConflictException", "Cannot"), "GeneralServiceException", "Failure reason: Cannot"),
]


@pytest.mark.parametrize(("error", "code", "words"), CREATE_ERRORS)
def test_create_fails_with_handler_error_code(aws: Aws, error: tuple[str, str], code: str, words: str) -> None:
    aws.emulator.fault("CreateInferenceExperiment", "handler", code=error[0], message=error[1])
    event = aws.create()
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert words in event["StatusMessage"]
    with pytest.raises(KeyError):
        aws.raw()


UPDATE_ERRORS: list[Any] = [
    # call, SageMaker's error, HandlerErrorCode, calls that were made all the same
    (
        "UpdateInferenceExperiment",
        ("ValidationException", "1 validation error detected: x"),
        "GeneralServiceException",
        (),
    ),
    ("UpdateInferenceExperiment", THROTTLED, "Throttling", ()),
    ("UpdateInferenceExperiment", ("ResourceNotFound", "None"), "NotFound", ()),
    ("UpdateInferenceExperiment", DENIED, "GeneralServiceException", ()),
    ("UpdateInferenceExperiment", ("ConflictException", "Cannot"), "GeneralServiceException", ()),
    ("AddTags", THROTTLED, "GeneralServiceException", ("update", "untag")),
    ("AddTags", DENIED, "GeneralServiceException", ("update", "untag")),
    ("AddTags", ("ServiceUnavailable", "Sorry"), "GeneralServiceException", ("update", "untag")),
    ("AddTags", ("ResourceNotFound", "None"), "NotFound", ("update", "untag")),
    ("DeleteTags", THROTTLED, "GeneralServiceException", ("update",)),
    ("DeleteTags", DENIED, "GeneralServiceException", ("update",)),
]


@pytest.mark.parametrize(("call", "error", "code", "effects"), UPDATE_ERRORS)
def test_update_fails_with_handler_error_code(
    aws: Aws, call: str, error: tuple[str, str], code: str, effects: tuple[str, ...]
) -> None:
    aws.put("Running", tags={"old": "tag"})
    aws.emulator.fault(call, "handler", code=error[0], message=error[1])
    event = aws.update(add("/Description", "x"), replace("/Tags", TAGS))
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert code == "NotFound" or error[1] in event["StatusMessage"]
    assert aws.emulator.operations()[-1].effects == effects


STABILIZING: list[Any] = [
    # operation, effect of the call that precedes the Describe
    pytest.param(lambda aws: aws.create(), "create", id="create"),
    pytest.param(lambda aws: aws.put() and aws.update(add("/Description", "x")), "update", id="update"),
    pytest.param(lambda aws: aws.put("Created") and aws.update(add("/DesiredState", "Running")), "start", id="start"),
    pytest.param(
        lambda aws: aws.put() and aws.update(add("/DesiredState", "Completed")),
        "stop: production Retain, shadow Retain",
        id="stop",
    ),
    pytest.param(lambda aws: aws.put() and aws.delete(), "stop: production Retain, shadow Retain", id="delete"),
]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (THROTTLED, "InvalidRequest"),
        (DENIED, "InvalidRequest"),
        (("ResourceNotFound", "None"), "InvalidRequest"),
        (("InternalError", "Sorry"), "GeneralServiceException"),
    ],
)
@pytest.mark.parametrize(("operate", "effect"), STABILIZING)
def test_error_of_describe_while_stabilizing_fails_the_operation_although_the_change_was_made(
    aws: Aws, operate: Any, effect: str, error: tuple[str, str], code: str
) -> None:
    aws.emulator.fault("DescribeInferenceExperiment", "stabilize", code=error[0], message=error[1])
    event = operate(aws)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert f"ErrorCode=[{error[0]}],  ErrorMessage=[{error[1]}]" in event["StatusMessage"]
    assert aws.emulator.operations()[-1].effects == (effect,)


@pytest.mark.parametrize("call", ["DescribeInferenceExperiment", "ListTags"])
def test_read_fails_with_the_error_of_its_handler(aws: Aws, call: str) -> None:
    aws.put()
    aws.emulator.fault(call, "handler", code="AccessDeniedException", message=DENIED[1])
    with Refused("GeneralServiceException", DENIED[1]):
        aws.get()
    assert aws.get()["Name"] == "test"


def test_fault_of_the_handler_does_not_disturb_the_caller_of_sagemaker(aws: Aws) -> None:
    aws.put()
    aws.emulator.fault("DescribeInferenceExperiment", "handler", code="ThrottlingException")
    assert aws.describe()["Name"] == "test"
    with Refused("ThrottlingException", "ordered by a test"):
        aws.get()


@pytest.mark.parametrize(
    ("operation", "kind"),
    [("UpdateResource", "handler"), ("*", "handler"), ("AddTags", "stabilize")],
)
def test_fault_of_the_handler_names_a_call_of_the_handler(aws: Aws, operation: str, kind: str) -> None:
    with pytest.raises(ValueError, match=f"a fault of kind '{kind}' is for"):
        aws.emulator.fault(operation, kind, code="ThrottlingException")
