"""The log of AWS requests, failed ones included, in the order of arrival."""

from __future__ import annotations

import dataclasses
import json
import re
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_CREDENTIAL = re.compile(r"Credential=([^/]*)/\d+/([^/]+)/([^/]+)/aws4_request")
_SERVICE_NAMES = {"cloudcontrolapi": "cloudcontrol", "monitoring": "cloudwatch"}
_READS = ("Get", "List", "Describe", "Head", "Search", "BatchGet", "Assume", "Decode")


@dataclasses.dataclass(frozen=True)
class Call:
    """An AWS request: boto3's name of the service, and the region and access key of the signature.

    `protocol` is json, query or rest.
    """

    service: str
    operation: str
    region: str
    request: dict[str, Any]
    write: bool
    access_key: str = ""
    protocol: str = ""
    user_agent: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record(Call):
    """A request in the log; `status` is the HTTP status (0: no response), `error` the AWS error code or None."""

    number: int
    time: str
    status: int = 0
    error: str | None = None


class Log:
    """Records in order. `clear` does not reset the numbers, so that `since` stays valid."""

    def __init__(self) -> None:
        self._records: dict[int, Record] = {}
        self._count = 0
        self._lock = threading.Lock()

    def begin(self, call: Call, time: datetime) -> int:
        """Add a request; return its number."""
        with self._lock:
            self._count += 1
            self._records[self._count] = Record(**vars(call), number=self._count, time=time.isoformat())
            return self._count

    def end(self, number: int, *, status: int, error: str | None) -> None:
        """Set the result of a request unless the log was cleared since."""
        with self._lock:
            if number in self._records:
                self._records[number] = dataclasses.replace(self._records[number], status=status, error=error)

    def records(self, since: int = 0) -> list[Record]:
        with self._lock:
            return [record for number, record in self._records.items() if number > since]

    def clear(self) -> None:
        with self._lock:
            self._records.clear()


def parse_call(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Call:
    """Return the AWS request in an HTTP request; the operation of a REST service is, for example, `PUT /bucket`."""
    scope = _CREDENTIAL.search(headers.get("authorization", ""))
    access_key, region, service = scope.groups() if scope else ("", "", "")
    service = _SERVICE_NAMES.get(service, service)
    target = headers.get("x-amz-target", "")
    if target:
        protocol, operation, request = "json", target.split(".")[-1], _parse_json(body)
    else:
        request = dict(parse_qsl(body.decode("utf-8", "replace"))) if b"Action=" in body else {}
        protocol = "query" if request.get("Action") else "rest"
        operation = request.pop("Action", "") or f"{method} {urlsplit(url).path}"
    write = not operation.startswith(_READS) if " " not in operation else method not in ("GET", "HEAD", "OPTIONS")
    return Call(service, operation, region, request, write, access_key, protocol, headers.get("user-agent", ""))


def error_code(status: int, body: bytes) -> str | None:
    """Return the AWS error code of a response, None for a success."""
    if status < 300:
        return None
    code = _parse_json(body).get("__type")
    if code is None:
        found = re.search(rb"<Code>([^<]+)</Code>", body)
        code = found.group(1).decode() if found else f"HTTP {status}"
    return str(code).rpartition("#")[2]


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
