# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
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
    ("code", "ThrottlingException", ""),
    ("code of another service", "TooManyRequestsException", ""),
    ("message", "InvalidRequest", "Rate exceeded (Service: SageMaker)"),
    ("exception in message", "InvalidRequest", "ThrottlingException: slow down"),
    ("word in message", "InvalidRequest", "The request was throttled."),
)
def test_throttled_is_true(code: str, message: str) -> None:
    assert errors.CloudControlError(message, code=code).throttled


@pytest.mark.parametrize(
    "message",
    ["Model 'throttled' does not exist", "arn:aws:x/throttling", "no-throttling", "Internal error"],
    ids=["quoted name", "ARN", "part of a name", "other message"],
)
def test_throttled_is_false(message: str) -> None:
    assert not errors.CloudControlError(message, code="GeneralServiceException").throttled


@cases(
    ("handler error code", "AccessDenied", ""),
    ("code of a call", "AccessDeniedException", ""),
    ("code of tags", "UnauthorizedTaggingOperation", ""),
    ("message", "GeneralServiceException", DENIED_MESSAGE),
    ("message of the handler", "InvalidRequest", "Access denied for operation 'x'"),
    ("exception in message", "InvalidRequest", "AccessDeniedException: no"),
)
def test_denied_is_true(code: str, message: str) -> None:
    assert errors.CloudControlError(message, code=code).denied


@pytest.mark.parametrize("message", ["Model 'AccessDenied' does not exist", "Internal error"], ids=["name", "other"])
def test_denied_is_false(message: str) -> None:
    assert not errors.CloudControlError(message, code="GeneralServiceException").denied


@pytest.mark.parametrize(
    ("message", "expected"),
    [("API not yet implemented", True), ("Not Implemented", True), ("It is implemented", False)],
    ids=["emulator", "HTTP 501", "other"],
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
