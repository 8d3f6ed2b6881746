# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""errors.py: the classification of error codes and messages, and the defaults of the exceptions."""

from __future__ import annotations

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import (
    CallFailed,
    CloudControlError,
    OperationFailed,
    Rejected,
    TimedOut,
    is_not_implemented,
)

DENIED_MESSAGE = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: sagemaker:AddTags"


# Read this test first.
def test_error_with_throttled_message_is_throttled_and_not_denied() -> None:
    error = OperationFailed("Rate exceeded, AccessDenied", code="GeneralServiceException", operation="update")

    assert error.throttled
    assert not error.denied


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param("ThrottlingException", "", id="code"),
        pytest.param("TooManyRequestsException", "", id="code of another service"),
        pytest.param("InvalidRequest", "Rate exceeded (Service: SageMaker)", id="message"),
        pytest.param("InvalidRequest", "ThrottlingException: slow down", id="exception in message"),
        pytest.param("InvalidRequest", "The request was throttled.", id="word in message"),
    ],
)
def test_throttled_is_true(code: str, message: str) -> None:
    assert CloudControlError(message, code=code).throttled


@pytest.mark.parametrize(
    "message",
    ["Model 'throttled' does not exist", "arn:aws:x/throttling", "no-throttling", "Internal error"],
    ids=["quoted name", "ARN", "part of a name", "other message"],
)
def test_throttled_is_false(message: str) -> None:
    assert not CloudControlError(message, code="GeneralServiceException").throttled


@pytest.mark.parametrize(
    ("code", "message"),
    [
        pytest.param("AccessDenied", "", id="handler error code"),
        pytest.param("AccessDeniedException", "", id="code of a call"),
        pytest.param("UnauthorizedTaggingOperation", "", id="code of tags"),
        pytest.param("GeneralServiceException", DENIED_MESSAGE, id="message"),
        pytest.param("InvalidRequest", "Access denied for operation 'x'", id="message of the handler"),
        pytest.param("InvalidRequest", "AccessDeniedException: no", id="exception in message"),
    ],
)
def test_denied_is_true(code: str, message: str) -> None:
    assert CloudControlError(message, code=code).denied


@pytest.mark.parametrize("message", ["Model 'AccessDenied' does not exist", "Internal error"], ids=["name", "other"])
def test_denied_is_false(message: str) -> None:
    assert not CloudControlError(message, code="GeneralServiceException").denied


@pytest.mark.parametrize(
    ("message", "expected"),
    [("API not yet implemented", True), ("Not Implemented", True), ("It is implemented", False)],
    ids=["emulator", "HTTP 501", "other"],
)
def test_is_not_implemented(message: str, expected: bool) -> None:
    assert is_not_implemented(message) is expected


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(TimedOut("x"), "TimedOut", id="name of the class"),
        pytest.param(Rejected("x"), "Refused", id="rejection"),
        pytest.param(Rejected("x", code="InvalidOptions"), "InvalidOptions", id="given code"),
    ],
)
def test_error_code(error: CloudControlError, code: str) -> None:
    assert error.code == code


def test_call_failed_is_final_and_answered_by_default() -> None:
    error = CallFailed("x", code="ValidationException")

    assert (error.transient, error.without_response, error.tries_before_first_response) == (False, False, None)
