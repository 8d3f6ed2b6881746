# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Cloud Control calls for one resource type: plain records out, exceptions of errors.py on failure.

Guarantees: only ResourceNotFoundException means absent; a call that was throttled, had no response or a response
without a usable body is repeated with the same ClientToken, so that a lost response never doubles an operation; a poll
that fails does not lose the operation.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

from ..errors import CallFailed, TimedOut, is_not_implemented, is_throttled
from ..model.equivalence import format_instant
from ..model.resource_type import Properties, WriteOnlyReader
from .polling import Deadline, backoff, pauses

try:
    from botocore import __version__ as botocore_version
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from botocore.parsers import ResponseParserError
except ImportError:  # AnsibleAWSModule says so, and how to install it, before anything here is called.
    pass

Answer = TypeVar("Answer")

ENDED = frozenset({"SUCCESS", "FAILED", "CANCEL_COMPLETE"})
IN_PROGRESS = ("PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS")

# How often a call is made, within about a minute; botocore does not repeat any.
_TRIES = 8
# More than that is no list of anything but a service that has lost its way.
_MOST_PAGES = 10_000
# What comes of values that are of another type than they should be, in botocore's own code too.
_ODD = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
# Seconds. The local clock may be wrong, and a RetryAfter is a time of day.
_LONGEST_RETRY_AFTER = 60.0
# Characters that are looked at of what comes in place of an answer.
_LONGEST_PAGE = 4000
_BUSY = frozenset({"ResourceConflictException"})
# Nothing was sent. At first that is a mistake in the task or the network; later on it passes, as a reboot of a router.
_UNREACHABLE = frozenset({"EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError"})
# A port that expects HTTPS closes an HTTP connection. A proxy or an emulator closes one too, and the next try succeeds.
_TRIES_OF_CLOSED_HTTP = 3
_REJECTED_BY_PROXY = re.compile(r"Tunnel connection failed: [^'\"]+")
# The beginning of a response of STS that was cut off, as botocore quotes it. A page in HTML is no response of STS.
_XML = re.compile(r"""(?i)b?["'](?:\\[nrt]|\s)*<(?!!doctype\s+html|html)""")
_TIMED_OUT_THERE = frozenset({"RequestTimeout", "RequestTimeoutException"})


class ProgressEvent(NamedTuple):
    """Cloud Control's ProgressEvent: how far an operation has come."""

    operation: str
    request_token: str
    status: str
    identifier: str | None = None
    error_code: str | None = None
    message: str = ""
    retry_after: datetime | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class CloudControl:
    """Makes the calls, from several threads if need be; make_client(service) makes a boto3 client once it is needed."""

    def __init__(
        self,
        type_name: str,
        *,
        make_client: Callable[[str], Any],
        deadline: Deadline,
        role_arn: str | None = None,
        check: Callable[[Properties], object] = bool,
    ) -> None:
        """C(check) raises TypeError for properties that nothing must be decided on."""
        self._request: dict[str, Any] = {"TypeName": type_name, **({"RoleArn": role_arn} if role_arn else {})}
        self._make_client = make_client
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()
        self._reached: set[str] = set()
        self._deadline = deadline
        self._check = check

    def get(self, identifier: str) -> Properties | None:
        """Return the properties of a resource; None where there is none."""

        def checked(answer: Mapping[str, Any]) -> Properties:
            properties = _properties(answer["ResourceDescription"])
            self._check(properties)
            return properties

        try:
            return self._call("get_resource", checked, Identifier=identifier, **self._request)
        except CallFailed as error:
            if error.code == "ResourceNotFoundException":
                return None
            raise

    def read_write_only(self, reader: WriteOnlyReader, identifier: str) -> Properties | None:
        """Return what the service's own API says of the properties that GetResource leaves out; times as text.

        None where it says that there is no such resource.
        """

        def members(answer: Mapping[str, Any]) -> Properties:
            answer[reader.argument]  # echoed; missing where the body was no JSON, which must not pass for "none set"
            return {name: _as_json(answer[name]) for name in reader.members if answer.get(name) is not None}

        try:
            return self._call(
                reader.method, members, service=reader.service, **dict[str, Any]({reader.argument: identifier})
            )
        except CallFailed as error:
            if error.code == reader.not_found:
                return None
            if error.denied:
                error.hint = (
                    f"Grant {reader.permission} to the calling identity: GetResource does not return write-only"
                    " properties."
                )
            raise

    def prepare(self, *services: str) -> None:
        """Make clients now, in this thread, that several threads are about to use."""
        for service in services:
            self._client(service)

    def list(self) -> Iterator[tuple[str, Properties]]:
        """Yield (identifier, what the list tells of it), from all pages."""
        for found in self._pages("list_resources", _page, **self._request):
            yield from found

    def create(self, properties: Properties) -> ProgressEvent:
        return self._submit("create_resource", DesiredState=json.dumps(properties))

    def update(self, identifier: str, patch: Sequence[Mapping[str, Any]]) -> ProgressEvent:
        return self._submit("update_resource", Identifier=identifier, PatchDocument=json.dumps(patch))

    def delete(self, identifier: str) -> ProgressEvent:
        return self._submit("delete_resource", Identifier=identifier)

    def wait_until_ended(self, progress: ProgressEvent) -> ProgressEvent:
        """Wait until an operation has ended, however it ends. Raises TimedOut with its request token."""
        waits = pauses(self._deadline.clock)
        while not progress.ended:
            pause = next(waits)
            if progress.retry_after:
                # A timestamp, not seconds. It is a request to wait, so it can only lengthen the pause.
                asked = (progress.retry_after - self._deadline.clock.now()).total_seconds()
                pause = max(pause, min(asked, _LONGEST_RETRY_AFTER))
            self._deadline.pause(pause, waiting_for=_waiting_for(progress))
            token = progress.request_token
            read = partial(_progress, of=token)
            progress = self._call("get_resource_request_status", read, patient=True, RequestToken=token)
        return progress

    def operation_in_progress(self, identifier: str) -> ProgressEvent | None:
        """Find the operation that somebody has begun on a resource and that has not ended."""
        states = {"Operations": ["CREATE", "UPDATE", "DELETE"], "OperationStatuses": list(IN_PROGRESS)}
        for requests in self._pages("list_resource_requests", _requests, ResourceRequestStatusFilter=states):
            for progress, type_name in requests:
                if type_name == self._request["TypeName"] and progress.identifier == identifier:
                    return progress
        return None

    def _pages(self, method: str, read: Callable[[Mapping[str, Any]], Answer], **request: Any) -> Iterator[Answer]:
        """Yield what is read of each page, until there is no next one. Raises CallFailed where they have no end."""
        passed: set[str] = set()
        while len(passed) < _MOST_PAGES:
            page, token = self._call(method, lambda answer: (read(answer), _next_token(answer)), **request)
            yield page
            if not token:
                return
            if token in passed:
                break
            passed.add(token)
            request["NextToken"] = token
        operation = _operation(method)
        raise CallFailed(f"The pagination of {operation} does not end", code="InvalidAnswer", operation=operation)

    def _submit(self, method: str, **request: Any) -> ProgressEvent:
        """Begin an operation under a ClientToken of its own, which all tries of the call share."""
        return self._call(method, _progress, ClientToken=str(uuid.uuid4()), **self._request, **request)

    def _call(
        self,
        method: str,
        read: Callable[[Mapping[str, Any]], Answer],
        *,
        service: str = "cloudcontrol",
        patient: bool = False,
        **request: Any,
    ) -> Answer:
        """Make a call and read its answer; again, after a pause, if that may help.

        A patient call is repeated for as long as there is time: something has begun that is not to be lost sight of.
        """
        operation = _operation(method)
        call = partial(self._method(service, method, operation), **request)
        attempt, without_response = 1, False
        while True:
            try:
                answer = _answer(operation, call, read)
            except CallFailed as error:
                failure = error
            else:
                self._reached.add(service)
                return answer
            without_response = failure.without_response = without_response or failure.without_response
            if failure.tries_before_first_response is None:
                self._reached.add(service)
            tries = (
                failure.tries_before_first_response
                if failure.tries_before_first_response and service not in self._reached
                else _TRIES
            )
            if not failure.transient or (attempt >= tries and not patient):
                raise failure
            try:
                reason = f"{operation} failed with {failure.code}: {failure.message}"
                self._deadline.pause(backoff(attempt), waiting_for=reason)
            except TimedOut as error:
                error.operation = operation
                raise error from failure
            attempt += 1

    def _method(self, service: str, method: str, operation: str) -> Callable[..., Mapping[str, Any]]:
        client = self._client(service)
        if not hasattr(client, method):
            message = f"The installed botocore {botocore_version} does not support {operation}"
            raise CallFailed(message, code="OutdatedBotocore", operation=operation)
        bound: Callable[..., Mapping[str, Any]] = getattr(client, method)
        return bound

    def _client(self, service: str) -> Any:
        with self._making:
            if service not in self._clients:
                self._clients[service] = self._made(service)
            return self._clients[service]

    def _made(self, service: str) -> Any:
        try:
            return self._make_client(service)
        except BotoCoreError as error:
            raise _no_client(service, error, code=type(error).__name__) from error
        except _ODD as error:
            raise _no_client(service, error, code="NoClient") from error


def _no_client(service: str, error: Exception, *, code: str) -> CallFailed:
    return CallFailed(f"The client for {service} cannot be created: {error}", code=code, operation=None)


def _operation(method: str) -> str:
    return "".join(word.capitalize() for word in method.split("_"))


def _answer(
    operation: str, call: Callable[[], Mapping[str, Any]], read: Callable[[Mapping[str, Any]], Answer]
) -> Answer:
    """Make a call once. Raises CallFailed for all that can come of it."""
    try:
        answer = call()
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = error.response.get("Error", {}).get("Code") or str(status or "Unknown")
        message = _words(error.response.get("Error", {}).get("Message")) or str(error)
        if status == 501 and not is_not_implemented(message):
            message = f"{message.rstrip('.')} (HTTP 501, not implemented)"
        without_response = (status >= 500 or code in _TIMED_OUT_THERE) and not is_not_implemented(message)
        transient = without_response or code in _BUSY or is_throttled(code, message)
        raise CallFailed(
            message, code=code, operation=operation, transient=transient, without_response=without_response
        ) from error
    except BotoCoreError as error:
        raise _without_response(operation, error) from error
    except ResponseParserError as error:  # of STS, whose answer it quotes, with the credentials that are in it
        why, _separator, body = str(error).partition(":\n")
        if _XML.match(body):
            raise _unreadable(operation, why) from None
        raise _unreadable(
            operation, why.removesuffix(". Further retries may succeed"), tries_before_first_response=1
        ) from None
    except _ODD as error:  # botocore's parser, on a body that has other types than the service's description
        if "still expired" in str(error):  # botocore has no class for it
            raise CallFailed(str(error), code="CredentialRetrievalError", operation=operation) from error
        raise _unreadable(operation, repr(error)) from error
    try:
        return read(answer)
    except _ODD as error:  # botocore takes an HTTP 200 with a body that is no JSON for an answer without members
        raise _unreadable(operation, repr(error)) from error


def _without_response(operation: str, error: BotoCoreError) -> CallFailed:
    """Return the error of a request that was not sent, or that no response came to."""
    code, message = type(error).__name__, str(error)
    cut = isinstance(error, HTTPClientError)
    tries_before_first_response = 1 if code in _UNREACHABLE else None
    if code == "ConnectionClosedError" and str(error.kwargs.get("endpoint_url")).startswith("http:"):
        tries_before_first_response = _TRIES_OF_CLOSED_HTTP
    if rejected := _REJECTED_BY_PROXY.search(str(error.kwargs.get("error"))):
        message = f"{message}: {rejected[0]}"
    transient = cut or tries_before_first_response is not None
    return CallFailed(
        message,
        code=code,
        operation=operation,
        transient=transient,
        without_response=cut,
        tries_before_first_response=tries_before_first_response,
    )


def _unreadable(operation: str, why: str, *, tries_before_first_response: int | None = None) -> CallFailed:
    message = f"The response to {operation} is invalid: {why:.{_LONGEST_PAGE}}"
    return CallFailed(
        message,
        code="InvalidAnswer",
        operation=operation,
        transient=True,
        without_response=True,
        tries_before_first_response=tries_before_first_response,
    )


def _words(message: Any) -> str:
    """What an error says; of a page, such as a proxy's, its words."""
    text = str(message or "")[:_LONGEST_PAGE]
    if text.lstrip().startswith("<"):
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
    return " ".join(text.split())


def _properties(description: Mapping[str, Any]) -> Properties:
    # Null means "not set". The document that a patch is applied to lacks these members.
    properties = json.loads(description["Properties"], object_hook=_without_nulls)
    if not isinstance(properties, dict):
        raise TypeError("Properties is not an object")
    return properties


def _without_nulls(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _page(answer: Mapping[str, Any]) -> list[tuple[str, Properties]]:
    return [
        (_text(description, "Identifier"), _properties(description) if description.get("Properties") else {})
        for description in answer["ResourceDescriptions"]
    ]


def _next_token(answer: Mapping[str, Any]) -> str:
    return _text(answer, "NextToken") if answer.get("NextToken") else ""


def _progress(answer: Mapping[str, Any], *, of: str | None = None) -> ProgressEvent:
    progress = _event(answer["ProgressEvent"])
    if of not in (None, progress.request_token):
        raise ValueError(f"the request token is {progress.request_token}, not {of}")
    return progress


def _requests(answer: Mapping[str, Any]) -> list[tuple[ProgressEvent, str]]:
    events = answer["ResourceRequestStatusSummaries"]
    return [(_event(event), event.get("TypeName", "")) for event in events]


def _event(event: Mapping[str, Any]) -> ProgressEvent:
    told = {
        name: str(event.get(name) or "")[:_LONGEST_PAGE]
        for name in ("Operation", "Identifier", "ErrorCode", "StatusMessage")
    }
    return ProgressEvent(
        operation=told["Operation"].lower(),
        request_token=_text(event, "RequestToken"),
        status=_text(event, "OperationStatus"),
        identifier=told["Identifier"] or None,
        error_code=told["ErrorCode"] or None,
        message=told["StatusMessage"],
        retry_after=event.get("RetryAfter"),
    )


def _text(holder: Mapping[str, Any], name: str) -> str:
    """A member that must be a text, and not an empty one; botocore does not see to that."""
    value = holder[name]
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} is not a non-empty string: {value!r}")
    return value


def _waiting_for(progress: ProgressEvent) -> str:
    return (
        f"the {progress.operation} with request token {progress.request_token} still has the status"
        f" {progress.status} and continues in AWS."
    )


def _as_json(value: Any) -> Any:
    """boto3 turns times into datetimes; the properties have them as text, in the spelling in which they are sent."""
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Mapping):
        return {name: _as_json(member) for name, member in value.items()}
    return [_as_json(element) for element in value] if isinstance(value, list) else value
