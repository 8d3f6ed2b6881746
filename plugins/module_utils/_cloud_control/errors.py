# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions for failures, and the classification of error codes and messages of AWS."""

from __future__ import annotations

import re

# Precedes the name of the missing permission in messages of AWS.
NOT_AUTHORIZED = "not authorized to perform"

_THROTTLED_CODES = frozenset({"RequestLimitExceeded", "SlowDown", "ThrottledException", "Throttling"})
_THROTTLED_CODES |= {"ThrottlingException", "TooManyRequestsException"}


def _word(pattern: str) -> str:
    """Return a pattern that matches neither in a quoted name, nor in an ARN, nor in a longer word."""
    return rf"(?<![\w'\"/:-])(?:{pattern})(?![\w'\"/-])"


# Handlers report some throttled and denied requests with another code, so the message is searched too.
_THROTTLED = re.compile(rf"Rate exceeded|{_word('[Tt]hrottl(?:ed|ing)(?:Exception)?')}")
_DENIED = re.compile(rf"{NOT_AUTHORIZED}|Access denied for operation|{_word('AccessDenied(?:Exception)?')}")
_NOT_IMPLEMENTED = re.compile(r"(?i)\bnot (?:yet |been )?implemented\b")


def is_throttled(code: str, message: str) -> bool:
    """Return whether AWS rejected a request because there are too many requests."""
    return code in _THROTTLED_CODES or bool(_THROTTLED.search(message))


def is_denied(code: str, message: str) -> bool:
    """Return whether AWS rejected a request because a permission is missing."""
    by_code = code.startswith("AccessDenied") or code == "UnauthorizedTaggingOperation"
    return by_code or bool(_DENIED.search(message))


def is_not_implemented(message: str) -> bool:
    """Return whether an emulator, or another server that is not AWS, does not support a request."""
    return bool(_NOT_IMPLEMENTED.search(message))


class CloudControlError(Exception):
    """A failure. It ends the task, unless the engine catches it to continue.

    code: the error code of AWS, Cloud Control's HandlerErrorCode or the name of the class.
    operation: the failed API call (GetResource) or operation (create, update, delete).
    request_token: Cloud Control's token of the operation.
    hint: how to correct the cause.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        operation: str | None = None,
        request_token: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).__name__
        self.operation = operation
        self.request_token = request_token
        self.hint = hint

    @property
    def throttled(self) -> bool:
        return is_throttled(self.code, self.message)

    @property
    def denied(self) -> bool:
        return is_denied(self.code, self.message) and not self.throttled


class Rejected(CloudControlError):
    """The task is invalid, or the current status does not allow it. No request was sent for the rejected step."""

    def __init__(self, message: str, *, code: str = "Refused", hint: str | None = None) -> None:
        # Not the name of the class, because playbooks may test the error code `Refused`.
        super().__init__(message, code=code, hint=hint)


class CallFailed(CloudControlError):
    """An API call returned an error, an invalid response or no response.

    transient: another try of the call can succeed.
    without_response: AWS may have executed this try or an earlier try of the call.
    tries_before_first_response: a lower maximum of tries for a failure without contact to the service. It applies until
    the first response of the service, because until then the address is probably wrong. None: the failure does not
    indicate a wrong address, so the normal maximum applies.
    """

    tries_before_first_response: int | None = None

    def __init__(
        self, message: str, *, transient: bool = False, without_response: bool = False, **details: str | None
    ) -> None:
        super().__init__(message, **details)
        self.transient = transient
        self.without_response = without_response


class OperationFailed(CloudControlError):
    """Cloud Control accepted the operation and ended it with FAILED or CANCEL_COMPLETE."""


class NotApplied(CloudControlError):
    """Cloud Control reported success, but a later read does not show the change."""


class TimedOut(CloudControlError):
    """wait_timeout has elapsed. __cause__ is the last CallFailed if the task was retrying a call.

    A submitted operation continues in AWS, and another run of the task resumes it.
    """
