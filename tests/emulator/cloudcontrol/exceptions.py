"""Cloud Control's errors."""

from __future__ import annotations

import uuid

from moto.core.exceptions import JsonRESTError


class CloudControlError(JsonRESTError):  # type: ignore[misc] # moto is not typed
    """Any error of Cloud Control, by its code."""

    code = 400


def validation(message: str) -> CloudControlError:
    return CloudControlError("ValidationException", message)


def not_updatable(pointers: list[str]) -> CloudControlError:
    message = f"Invalid patch update: createOnlyProperties [{', '.join(pointers)}] cannot be updated"
    return CloudControlError("NotUpdatableException", message)


def type_not_found(type_name: str) -> CloudControlError:
    return CloudControlError("TypeNotFoundException", f"The type '{type_name}' cannot be found.")


def resource_not_found(type_name: str, identifier: str) -> CloudControlError:
    message = f"Resource of type '{type_name}' with identifier '{identifier}' was not found."
    return CloudControlError("ResourceNotFoundException", message)


def handler_failed(type_name: str, code: str, message: str) -> CloudControlError:
    """What a handler that is run for a read fails with; a FAILED event of its own it does not have."""
    details = f"(HandlerErrorCode: {code}, RequestToken: {uuid.uuid4()})"
    error = code if code.endswith("Exception") else f"{code}Exception"
    return CloudControlError(error, f"{type_name} Handler returned status FAILED: {message} {details}")


def role_not_assumed(role_arn: str) -> CloudControlError:
    return CloudControlError("InvalidCredentialsException", f"Role {role_arn} is invalid or cannot be assumed")


def token_not_found(token: str) -> CloudControlError:
    return CloudControlError("RequestTokenNotFoundException", f"Request with token {token} was not found.")


def token_conflict(token: str) -> CloudControlError:
    message = f"The client token {token} has already been used for a different request."
    return CloudControlError("ClientTokenConflictException", message)


def concurrent_operation(type_name: str, identifier: str) -> CloudControlError:
    message = f"Another operation on resource '{identifier}' of type '{type_name}' is in progress."
    return CloudControlError("ConcurrentOperationException", message)
