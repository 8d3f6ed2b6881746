"""Responses of the gate in the protocol of the request: JSON, or XML for the query and REST protocols."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

from .faults import UNKNOWN_STATUS
from .records import Call

JSON_TYPE = "application/x-amz-json-1.0"
QUERY_CODES: Mapping[str, tuple[str, int]] = {
    # code of a JSON service: code and HTTP status of a service that began with the query protocol
    "AccessDeniedException": ("AccessDenied", 403),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "ThrottlingException": ("Throttling", 400),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
}
QUERY_COMPATIBLE = frozenset({"cloudwatch"})
"""Services that return the codes of the query protocol in JSON too: the trait awsQueryCompatible of their models."""
_STATUS_MEMBERS = {"DescribeEndpoint": ("EndpointStatus",), "GetMetricData": ("StatusCode",)}


@dataclasses.dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes


def rejection(call: Call, code: str, message: str, *, status: int = 400) -> Response:
    """Return an error with the service's equivalent of `code`, which is the code of JSON services."""
    if call.service in QUERY_COMPATIBLE:
        code, status = QUERY_CODES.get(code, (code, status))
    return error(call, code, message, status=status)


def error(call: Call, code: str, message: str, *, status: int = 400) -> Response:
    """Return an error with this code."""
    fault = "Sender" if status < 500 else "Receiver"
    if call.protocol != "json":
        text = f"<Type>{fault}</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        body = f"<ErrorResponse><Error>{text}</Error></ErrorResponse>"
        return Response(status, {"Content-Type": "text/xml"}, body.encode())
    headers = {"Content-Type": JSON_TYPE, "x-amzn-ErrorType": code}
    if call.service in QUERY_COMPATIBLE:
        headers["x-amzn-query-error"] = f"{code};{fault}"
    return Response(status, headers, json.dumps({"__type": code, "message": message}).encode())


def success(call: Call, body: bytes) -> Response:
    """Return an HTTP 200 with this body."""
    return Response(200, {"Content-Type": JSON_TYPE if call.protocol == "json" else "text/xml"}, body)


def empty(call: Call) -> Response:
    """Return an HTTP 200 without any members."""
    name = call.operation
    xml = f"<{name}Response><{name}Result/></{name}Response>".encode()
    return success(call, b"{}" if call.protocol == "json" else xml)


def with_unknown_status(call: Call, body: bytes) -> bytes:
    """Replace each status in the body of a response by one that no service model lists."""
    members = _STATUS_MEMBERS.get(call.operation, ("Status", "OperationStatus"))
    if call.protocol != "json":
        pattern = f"<({'|'.join(members)})>[^<]*<".encode()
        return re.sub(pattern, rb"<\1>" + UNKNOWN_STATUS.encode() + b"<", body)

    def changed(value: Any, name: str = "") -> Any:
        if name in members:
            return UNKNOWN_STATUS
        if name == "Properties":
            return json.dumps(changed(json.loads(value)))
        if isinstance(value, dict):
            return {member: changed(inner, member) for member, inner in value.items()}
        return [changed(element) for element in value] if isinstance(value, list) else value

    return json.dumps(changed(json.loads(body))).encode()
