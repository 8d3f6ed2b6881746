# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One write from its beginning to its end, and what a failure of it means."""

from __future__ import annotations

from typing import Literal

from ..api.client import CloudControl
from ..api.responses import ProgressEvent
from ..errors import CallFailed, CloudControlError, OperationFailed, TimedOut
from ..model.resource_type import ResourceType
from ..planning.plan import Create, Delete, Update, Write
from .state import Operation

FailureKind = Literal["gone", "exists", "stale", "concurrent", "transient", "final"]

# HandlerErrorCodes after which the thing to do is to look again and go on from what is there.
_PASSING = frozenset({"Throttling", "NetworkFailure", "ServiceInternalError", "ResourceConflict"})
_OTHERS = frozenset({"ConcurrentOperationException", "ResourceConflictException"})
_GONE = frozenset({"NotFound", "ResourceNotFoundException"})
_EXISTS = frozenset({"AlreadyExists", "AlreadyExistsException"})
_BAD_PATCH = frozenset({"InvalidRequest", "InvalidRequestException", "ValidationException"})


def planned(step: Write) -> Operation:
    """Return the record of a step that has not been taken yet."""
    if isinstance(step, Create):
        return Operation("create", desired_state=step.properties)
    if isinstance(step, Update):
        return Operation("update", patch_document=step.patch)
    return Operation("delete")


def submit(
    step: Write, operation: Operation, client: CloudControl, identifier: str, *, wait: bool
) -> CloudControlError | None:
    """Begin an operation, see it end if told to wait, and keep the record. Return why it failed; None if it did not.

    Raises TimedOut, with the request token, if it did not end in time.
    """
    try:
        progress = _submit(step, client, identifier)
        operation.request_token, operation.operation_status = progress.request_token, progress.status
        if wait:
            progress = client.wait_until_ended(progress)
    except CallFailed as error:
        _note(operation, error)
        error.request_token = operation.request_token
        return error
    except TimedOut as error:
        _note(operation, error.__cause__)
        error.operation, error.request_token = operation.operation, operation.request_token
        raise
    operation.operation_status = progress.status
    if progress.status == "SUCCESS" or not progress.ended:
        return None
    return OperationFailed(
        progress.message or "Cloud Control returned no reason.",
        code=progress.error_code or progress.status,
        operation=operation.operation,
        request_token=operation.request_token,
    )


def _note(operation: Operation, failure: BaseException | None) -> None:
    """Keep what is known of an operation whose call has failed; of one that has begun it is the last status current."""
    if operation.request_token is None:
        without_response = isinstance(failure, CallFailed) and failure.without_response
        operation.operation_status = "PENDING" if without_response else "FAILED"
        operation.effects = {}


def continues_in_aws(resource_type: ResourceType, failure: CloudControlError) -> bool:
    """Whether only the handler's waiting has failed, so that what it began goes on."""
    return failure.code == "NotStabilized" or any(text in failure.message for text in resource_type.continues_after)


def classify_failure(resource_type: ResourceType, step: Write, failure: CloudControlError) -> FailureKind:
    """Say what a failure of a step comes to: what to look for next, or that there is nothing to go on from."""
    ours = isinstance(failure, CallFailed) and failure.request_token  # a poll has failed: what we began is at work
    if failure.code in _OTHERS and not ours:
        return "concurrent"
    if isinstance(step, Delete) and failure.code in _GONE:
        return "gone"
    if isinstance(step, Create) and failure.code in _EXISTS:
        return "exists"
    if isinstance(failure, OperationFailed) and (failure.code in _PASSING or failure.throttled):
        return "transient"
    if failure.denied:
        return "final"
    if isinstance(step, Update) and failure.code in _BAD_PATCH and any(o["op"] == "test" for o in step.patch):
        return "stale"
    if isinstance(failure, OperationFailed) and continues_in_aws(resource_type, failure):
        return "transient"
    return "final"


def _submit(step: Write, client: CloudControl, identifier: str) -> ProgressEvent:
    if isinstance(step, Create):
        return client.create(step.properties)
    if isinstance(step, Update):
        return client.update(identifier, step.patch)
    return client.delete(identifier)
