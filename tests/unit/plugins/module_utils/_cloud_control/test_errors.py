"""errors.py: the classification of error codes and messages, and the defaults of the exceptions."""

from __future__ import annotations

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control import errors
from tests.support.cases import cases

DENIED_MESSAGE = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: sagemaker:AddTags"


# Read this test first.
def test_error_with_throttled_message_is_throttled_and_not_denied() -> None:
    error = errors.OperationFailed("Rate exceeded, AccessDenied", code="GeneralServiceException", operation="update")
    assert error.throttled
    assert not error.denied


@cases(
    ("throttled code", "ThrottlingException", "", True, False),
    ("throttled code of another service", "TooManyRequestsException", "", True, False),
    ("throttled", "InvalidRequest", "Rate exceeded (Service: SageMaker)", True, False),
    ("throttling exception", "InvalidRequest", "ThrottlingException: slow down", True, False),
    ("throttled request", "InvalidRequest", "The request was throttled.", True, False),
    ("quoted name", "GeneralServiceException", "Models 'throttled' and 'AccessDenied' do not exist", False, False),
    ("ARN", "GeneralServiceException", "arn:aws:x/throttling", False, False),
    ("part of a name", "GeneralServiceException", "no-throttling", False, False),
    ("denied by the handler", "AccessDenied", "", False, True),
    ("denied call", "AccessDeniedException", "", False, True),
    ("denied tags", "UnauthorizedTaggingOperation", "", False, True),
    ("denied", "GeneralServiceException", DENIED_MESSAGE, False, True),
    ("denied operation", "InvalidRequest", "Access denied for operation 'x'", False, True),
    ("exception for a denial", "InvalidRequest", "AccessDeniedException: no", False, True),
    ("other message", "GeneralServiceException", "Internal error", False, False),
)
def test_code_and_message_decide_throttled_and_denied(code: str, message: str, throttled: bool, denied: bool) -> None:
    error = errors.CloudControlError(message, code=code)
    assert (error.throttled, error.denied) == (throttled, denied)


@pytest.mark.parametrize(
    ("message", "expected"),
    [("API not yet implemented", True), ("Not Implemented", True), ("It is implemented", False)],
)
def test_is_not_implemented(message: str, expected: bool) -> None:
    assert errors.is_not_implemented(message) is expected


@cases(
    ("name of the class", errors.TimedOut("x"), "TimedOut"),
    ("rejection", errors.Rejected("x"), "Refused"),
    ("given code", errors.Rejected("x", code="InvalidOptions"), "InvalidOptions"),
)
def test_error_code(error: errors.CloudControlError, code: str) -> None:
    assert error.code == code


def test_call_failed_is_final_and_answered_by_default() -> None:
    error = errors.CallFailed("x", code="ValidationException")
    assert (error.transient, error.without_response, error.tries_before_first_response) == (False, False, None)
