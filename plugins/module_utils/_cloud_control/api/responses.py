# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse and check the responses of boto3 clients, and convert their exceptions to CallFailed.

If a response is invalid, the parsers raise an exception of the tuple _UNEXPECTED_VALUE, for example because botocore
returns a response without members for an HTTP 200 without a JSON body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, cast

from ..errors import CallFailed, is_not_implemented, is_throttled
from ..model.equivalence import format_instant
from ..model.messages import TYPE_NAMES
from ..model.resource_type import Properties, ResourceType, WriteOnlyReader, property_name
from ..model.tags import is_list_of_tags

try:
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
    from botocore.parsers import ResponseParserError
except ImportError:  # base.create_client() reports the missing library before a client is created.
    pass

# Statuses of an operation that has not ended.
IN_PROGRESS = ("PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS")

# Exceptions for values of unexpected types, from the functions below and from botocore.
_UNEXPECTED_VALUE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
# Characters of a response that are parsed or quoted, where a proxy can return a page of any length.
_MAX_LENGTH = 4000
# The request was not sent. A wrong address fails on every try, but a service that responded before can recover.
_TRIES_IF_UNREACHABLE = {"EndpointConnectionError": 1, "ConnectTimeoutError": 1, "ProxyConnectionError": 1}
# An HTTPS port closes HTTP connections on every try; a proxy or an emulator closes one now and then.
_TRIES_IF_HTTP_CLOSED = 3
_REJECTED_BY_PROXY = re.compile(r"Tunnel connection failed: [^'\"]+")
# The beginning of an XML document, as botocore quotes a response that it cannot parse. Only AWS STS responds in XML, so
# the response is a truncated response of AWS STS. A page in HTML is from a proxy or from a wrong address.
_XML = re.compile(r"""(?i)b?["'](?:\\[nrt]|\s)*<(?!!doctype\s+html|html)""")
# The type of an option in Ansible -> the types of its property in JSON. Values of the type "raw" are not checked.
_TYPES: Mapping[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict}


class ProgressEvent(NamedTuple):
    """Cloud Control's ProgressEvent: the state of an operation. operation is create, update or delete."""

    operation: str
    request_token: str
    status: str
    type_name: str = ""
    identifier: str = ""
    error_code: str = ""
    message: str = ""
    retry_after: datetime | None = None
    sent: datetime | None = None
    """The time of the response by the clock of AWS, to the second; None if unknown."""

    @property
    def ended(self) -> bool:
        return self.status in ("SUCCESS", "FAILED", "CANCEL_COMPLETE")


@contextmanager
def convert_client_errors(service: str) -> Iterator[None]:
    """Raise CallFailed for each exception that prevents a client from being created."""
    try:
        yield
    except (BotoCoreError, *_UNEXPECTED_VALUE) as error:
        code = type(error).__name__ if isinstance(error, BotoCoreError) else "NoClient"
        raise CallFailed(f"The client for {service} cannot be created: {error}", code=code) from error


@contextmanager
def convert_errors(operation: str) -> Iterator[None]:
    """Raise CallFailed for each exception of an API call and of the parsing of its response."""
    try:
        yield
    except ClientError as error:
        raise _error_response(operation, error) from error
    except BotoCoreError as error:
        raise _no_response(operation, error) from error
    except ResponseParserError as error:
        # Only responses in XML raise this exception, and only AWS STS responds in XML. The exception quotes the
        # response, which can contain credentials.
        raise _invalid_sts_response(operation, str(error)) from None
    except _UNEXPECTED_VALUE as error:
        if "still expired" in str(error):  # botocore has no exception class for expired credentials
            raise CallFailed(str(error), code="CredentialRetrievalError", operation=operation) from error
        raise _invalid_response(operation, repr(error)) from error


def _error_response(operation: str, error: ClientError) -> CallFailed:
    details = error.response.get("Error", {})
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    code = details.get("Code") or str(status or "Unknown")
    message = _without_html(details.get("Message")) or str(error)
    if status == 501 and not is_not_implemented(message):
        message = f"{message.rstrip('.')} (HTTP 501, not implemented)"
    timed_out = code in ("RequestTimeout", "RequestTimeoutException")
    without_response = (status >= 500 or timed_out) and not is_not_implemented(message)
    transient = without_response or code == "ResourceConflictException" or is_throttled(code, message)
    return CallFailed(message, code=code, operation=operation, transient=transient, without_response=without_response)


def _no_response(operation: str, error: BotoCoreError) -> CallFailed:
    code, message = type(error).__name__, str(error)
    tries = _TRIES_IF_UNREACHABLE.get(code)
    if code == "ConnectionClosedError" and str(error.kwargs.get("endpoint_url")).startswith("http:"):
        tries = _TRIES_IF_HTTP_CLOSED
    if rejected := _REJECTED_BY_PROXY.search(str(error.kwargs.get("error"))):
        message = f"{message}: {rejected[0]}"
    sent = isinstance(error, HTTPClientError)
    failure = CallFailed(message, code=code, operation=operation, transient=sent or bool(tries), without_response=sent)
    failure.tries_before_first_response = tries
    return failure


def _invalid_sts_response(operation: str, message: str) -> CallFailed:
    reason, _separator, body = message.partition(":\n")
    if _XML.match(body):
        return _invalid_response(operation, reason)
    failure = _invalid_response(operation, reason.removesuffix(". Further retries may succeed"))
    failure.tries_before_first_response = 1
    return failure


def _invalid_response(operation: str, reason: str) -> CallFailed:
    message = f"The response to {operation} is invalid: {reason:.{_MAX_LENGTH}}"
    return CallFailed(message, code="InvalidAnswer", operation=operation, transient=True, without_response=True)


def _without_html(message: Any) -> str:
    text = str(message or "")[:_MAX_LENGTH]
    if text.lstrip().startswith("<"):
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
    return " ".join(text.split())


def parse_properties(description: Mapping[str, Any]) -> Properties:
    """Return the properties in a resource description, without null members.

    Null means "not set": Cloud Control applies a patch to a document without these members.
    """
    properties = json.loads(
        description["Properties"],
        object_hook=lambda members: {name: value for name, value in members.items() if value is not None},
    )
    if not isinstance(properties, dict):
        raise TypeError("Properties is not an object")
    return properties


def parse_resources(response: Mapping[str, Any]) -> list[tuple[str, Properties]]:
    """Return (identifier, listed properties) of each resource on a page of ListResources."""
    return [
        (_string(description, "Identifier"), parse_properties(description) if description.get("Properties") else {})
        for description in response["ResourceDescriptions"]
    ]


def parse_next_token(response: Mapping[str, Any]) -> str | None:
    """Return the token of the next page; None on the last page."""
    return _string(response, "NextToken") if response.get("NextToken") else None


def parse_progress(response: Mapping[str, Any], *, token: str | None = None) -> ProgressEvent:
    """Return the event of an operation. Raises ValueError if it is the event of another request than C(token)."""
    event = parse_event(response["ProgressEvent"])
    if token not in (None, event.request_token):
        raise ValueError(f"the request token is {event.request_token}, not {token}")
    return event._replace(sent=_date(response))


def parse_requests(response: Mapping[str, Any]) -> list[ProgressEvent]:
    """Return the events on a page of ListResourceRequests."""
    return [parse_event(event) for event in response["ResourceRequestStatusSummaries"]]


def parse_event(event: Mapping[str, Any]) -> ProgressEvent:
    """Return an event. It must have a token and a status; other members can be missing or have any type."""
    token, status = _string(event, "RequestToken"), _string(event, "OperationStatus")
    members = ("Operation", "TypeName", "Identifier", "ErrorCode", "StatusMessage")
    operation, type_name, identifier, code, message = (str(event.get(name) or "")[:_MAX_LENGTH] for name in members)
    return ProgressEvent(
        operation.lower(), token, status, type_name, identifier, code, message, event.get("RetryAfter")
    )


def _date(response: Mapping[str, Any]) -> datetime | None:
    """Return the time in the Date header of a response; None without a valid header."""
    try:
        return parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(timezone.utc)
    except _UNEXPECTED_VALUE:
        return None


def parse_write_only(reader: WriteOnlyReader, response: Mapping[str, Any]) -> Properties:
    """Return the members of a service's own response that C(reader) names, with times as ISO 8601 strings."""
    response[reader.call.argument]  # missing in a response without a JSON body
    members = {name: response[name] for name in reader.members if response.get(name) is not None}
    return cast(Properties, json.loads(json.dumps(members, default=format_instant)))


def _string(holder: Mapping[str, Any], name: str) -> str:
    value = holder[name]
    if not isinstance(value, str) or not value:
        raise TypeError(f"{name} is not a non-empty string: {value!r}")
    return value


def check_types(resource_type: ResourceType, properties: Properties, declared: Collection[str]) -> None:
    """Raise TypeError if a property has another type than its option, or if a required property is missing.

    Required are the identifier, the status, and those of the C(declared) properties that a create requires: they
    determine the steps of the task.
    """
    entries = {property_name(option): entry for option, entry in resource_type.property_options.items()}
    required = {property_name(resource_type.identifier)}
    if resource_type.lifecycle.status:
        entries[resource_type.lifecycle.status] = {"type": "str"}
        required.add(resource_type.lifecycle.status)
    required |= {name for name in resource_type.required_to_create if name in declared}
    for name, entry in entries.items():
        if not _is_unset(entry, properties.get(name)):
            _check_type(entry, properties[name], name, complete=name in declared)
    for name in sorted(required - resource_type.write_only):
        if properties.get(name) in (None, "", {}):
            raise TypeError(f"{name} is missing")
    if properties.get(resource_type.tags) is not None and not is_list_of_tags(properties[resource_type.tags]):
        raise TypeError(f"{resource_type.tags} is not a list of tags")


def _is_unset(entry: Mapping[str, Any], value: Any) -> bool:
    return value is None or (value == {} and entry["type"] == "dict" and bool(entry.get("options")))


def _check_type(entry: Mapping[str, Any], value: Any, path: str, *, complete: bool) -> None:
    """Check a value and its members. complete: required members must be present."""
    type_name = entry["type"]
    if not _has_type(type_name, value):
        raise TypeError(f"{path} is not {TYPE_NAMES[type_name]}")
    if type_name == "list":
        element_entry = {**entry, "type": entry.get("elements", "raw")}
        for position, element in enumerate(value):
            _check_type(element_entry, element, f"{path}[{position}]", complete=complete)
        return
    for option, member_entry in (entry.get("options") or {}).items():
        name = property_name(option)
        if not _is_unset(member_entry, value.get(name)):
            _check_type(member_entry, value[name], f"{path}.{name}", complete=complete)
        elif member_entry.get("required") and complete:
            raise TypeError(f"{path}.{name} is missing")


def _has_type(type_name: str, value: Any) -> bool:
    if isinstance(value, bool):  # an int to Python
        return type_name in ("bool", "raw")
    if isinstance(value, float) and type_name == "int":  # JSON does not distinguish 1.0 from 1
        return value.is_integer()
    return isinstance(value, _TYPES.get(type_name, object))
