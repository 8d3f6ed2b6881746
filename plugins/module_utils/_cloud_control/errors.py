# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions that carry their data. The lower layers raise them; failure.py tells them to the user."""

from __future__ import annotations

import re

# AWS's words before the name of a missing permission.
NOT_AUTHORIZED = "not authorized to perform"

_THROTTLED_CODES = frozenset({"RequestLimitExceeded", "SlowDown", "ThrottledException", "Throttling"})
_THROTTLED_CODES |= {"ThrottlingException", "TooManyRequestsException"}


def _word(pattern: str) -> str:
    """Return a pattern that does not match within a quoted name, an ARN or a longer name."""
    return rf"(?<![\w'\"/:-])(?:{pattern})(?![\w'\"/-])"


# A handler reports the errors of some requests under a code that does not fit: the message has to be searched too.
_THROTTLED = re.compile(rf"Rate exceeded|{_word('[Tt]hrottl(?:ed|ing)(?:Exception)?')}")
_DENIED = re.compile(rf"{NOT_AUTHORIZED}|Access denied for operation|{_word('AccessDenied(?:Exception)?')}")
_NOT_IMPLEMENTED = re.compile(r"(?i)\bnot (?:yet |been )?implemented\b")


def is_throttled(code: str, message: str) -> bool:
    """Return whether AWS rejected a request because there are too many."""
    return code in _THROTTLED_CODES or bool(_THROTTLED.search(message))


def is_denied(code: str, message: str) -> bool:
    """Return whether AWS rejected a request because a permission is missing."""
    by_code = code.startswith("AccessDenied") or code == "UnauthorizedTaggingOperation"
    return by_code or bool(_DENIED.search(message))


def is_not_implemented(message: str) -> bool:
    """Return whether an emulator, or a server that is not AWS, rejected a request because it does not know it."""
    return bool(_NOT_IMPLEMENTED.search(message))


class CloudControlError(Exception):
    """Something that ends the task.

    code is the error code of AWS, Cloud Control's HandlerErrorCode or the name of the class; operation is the API call
    or the operation (create, update, delete) that it befell; request_token is Cloud Control's, where there is one;
    hint says what to do.
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
        # "Refused" is an error code that playbooks may test.
        super().__init__(message, code=code, hint=hint)


class CallFailed(CloudControlError):
    """An API call was answered with an error, or not at all.

    transient: the same call may succeed a little later. without_response: AWS may have carried out the request, or an
    earlier try of it. tries_before_first_response: the number of tries while the service has never responded, because
    the cause is probably a wrong address (None: as many as later).
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        operation: str | None,
        hint: str | None = None,
        transient: bool = False,
        without_response: bool = False,
        tries_before_first_response: int | None = None,
    ) -> None:
        super().__init__(message, code=code, operation=operation, hint=hint)
        self.transient = transient
        self.without_response = without_response
        self.tries_before_first_response = tries_before_first_response


class OperationFailed(CloudControlError):
    """Cloud Control took the operation and ended it with FAILED or CANCEL_COMPLETE."""


class NotApplied(CloudControlError):
    """The service reported success, and what was sent is not there."""


class TimedOut(CloudControlError):
    """wait_timeout ran out; its cause is the CallFailed that was to pass, if there is one.

    What was begun goes on at AWS; a re-run picks it up.
    """
