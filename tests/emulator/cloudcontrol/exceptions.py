"""Cloud Control's errors that several operations raise."""

from __future__ import annotations

import uuid

from moto.core.exceptions import JsonRESTError


class CloudControlError(JsonRESTError):  # type: ignore[misc] # moto is not typed
    """An error of Cloud Control: code and message."""

    code = 400


def validation(message: str) -> CloudControlError:
    return CloudControlError("ValidationException", message)


def resource_not_found(type_name: str, identifier: str) -> CloudControlError:
    message = f"Resource of type '{type_name}' with identifier '{identifier}' was not found."
    return CloudControlError("ResourceNotFoundException", message)


def handler_failed(type_name: str, code: str, message: str) -> CloudControlError:
    """Return the error of a failed read, which has no event."""
    details = f"(HandlerErrorCode: {code}, RequestToken: {uuid.uuid4()})"
    error = code if code.endswith("Exception") else f"{code}Exception"
    return CloudControlError(error, f"{type_name} Handler returned status FAILED: {message} {details}")
