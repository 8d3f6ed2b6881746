"""The matrix: the outcome of a task for each call of the modules and each fault, once and repeatedly.

An outcome is: "+N": recovered with N additional calls. "N": fails with the code of the fault after N calls.
"recovered": recovered with any number of polls. Any other string: the code with which the task fails.
The tests run the matrix, and README.md shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.faults.setups import SCENARIOS

TRIES = 8
"""The maximum number of attempts of a call with a transient error, within about a minute."""

# The columns: the kinds of calls.
COLUMNS = {
    "first": "first call",
    "read": "later read",
    "describe": "Describe",
    "endpoint": "read of the endpoint",
    "write": "write",
    "poll": "poll",
    "search": "search for a concurrent operation",
}
_First, _Read, _Describe, _Endpoint, _Write, _Poll, _Search = COLUMNS


@dataclass(frozen=True)
class Place:
    """A call of a module: the n-th call of an operation in a scenario."""

    title: str
    column: str
    scenario: str
    operation: str
    nth: int = 1


_Get, _Status = "GetResource", "GetResourceRequestStatus"
_Create, _Update, _Delete = "CreateResource", "UpdateResource", "DeleteResource"
_DescribeIt = "DescribeInferenceExperiment"

PLACES = (
    Place("first read, the experiment does not exist", _First, "create", _Get),
    Place("first read before an update", _First, "change", _Get),
    Place("first read before a delete", _First, "delete", _Get),
    Place("first read, no difference", _First, "unchanged", _Get),
    Place("first read in check mode", _First, "check", _Get),
    Place("first page of the list", _First, "info", "ListResources"),
    Place("read by name", _First, "info by name", _Get),
    Place("first read of wait_for", _First, "info reached", _Get),
    Place("read after a create", _Read, "create", _Get, 2),
    Place("read after an update", _Read, "change", _Get, 2),
    Place("read after a start", _Read, "start", _Get, 2),
    Place("read after a stop", _Read, "stop", _Get, 2),
    Place("read after a delete", _Read, "delete", _Get, 2),
    Place("read between delete and create", _Read, "recreate", _Get, 2),
    Place("read in a transitional status", _Read, "transit", _Get, 2),
    Place("read after a failed operation", _Read, "pause_after_failure", _Get, 2),
    Place("read after a concurrent operation", _Read, "other", _Get, 2),
    Place("next page of the list", _Read, "info", "ListResources", 2),
    Place("read of a listed experiment", _Read, "info", _Get),
    Place("Describe before an update", _Describe, "reschedule", _DescribeIt),
    Place("Describe after an update", _Describe, "reschedule", _DescribeIt, 2),
    Place("Describe before a recreate", _Describe, "recreate", _DescribeIt),
    Place("Describe of a listed experiment", _Describe, "info", _DescribeIt),
    Place("first Describe of wait_for", _Describe, "info reached", _DescribeIt),
    Place("read of the endpoint after a stop", _Endpoint, "stop", "DescribeEndpoint"),
    Place("read of the endpoint's configuration after a stop", _Endpoint, "stop", "DescribeEndpointConfig"),
    Place("read of the endpoint with include_endpoint", _Endpoint, "info endpoint", "DescribeEndpoint"),
    Place(
        "read of the endpoint's configuration with include_endpoint",
        _Endpoint,
        "info endpoint",
        "DescribeEndpointConfig",
    ),
    Place("create", _Write, "create", _Create),
    Place("update", _Write, "change", _Update),
    Place("update with wait: false", _Write, "no wait", _Update),
    Place("start", _Write, "start", _Update),
    Place("stop", _Write, "stop", _Update),
    Place("delete", _Write, "delete", _Delete),
    Place("delete of a recreate", _Write, "recreate", _Delete),
    Place("create of a recreate", _Write, "recreate", _Create),
    Place("first poll of a create", _Poll, "create", _Status),
    Place("second poll of a create", _Poll, "create", _Status, 2),
    Place("first poll of an update", _Poll, "change", _Status),
    Place("first poll of a delete", _Poll, "delete", _Status),
    Place("first poll of a concurrent operation", _Poll, "other", _Status),
    Place("later read of wait_for", _Poll, "info wait_for", _Get, 2),
    Place("later Describe of wait_for", _Poll, "info wait_for", _DescribeIt, 2),
    Place("list of operations", _Search, "other", "ListResourceRequests"),
)

Outcomes = Mapping[str, str]


def _row(**outcomes: str) -> Outcomes:
    assert outcomes.keys() == COLUMNS.keys()
    return outcomes


_RETRIED = _row(first="+1", read="+1", describe="+1", endpoint="+1", write="+1", poll="recovered", search="recovered")
_EXHAUSTED = _row(first="8", read="8", describe="8", endpoint="8", write="8", poll="TimedOut", search="recovered")
_FATAL = _row(first="1", read="1", describe="1", endpoint="1", write="1", poll="1", search="recovered")


@dataclass(frozen=True)
class Fault:
    """A row: a fault of the emulator, with the outcome in each column."""

    title: str
    kind: str
    code: str
    once: Outcomes
    repeatedly: Outcomes
    details: Mapping[str, Any] = field(default_factory=dict)
    writes_only: bool = False
    """Reads are not affected, because the fault is about an applied write."""


def _transient(title: str, kind: str, code: str, *, writes_only: bool = False, **details: Any) -> Fault:
    return Fault(title, kind, code, _RETRIED, _EXHAUSTED, details, writes_only)


def _final(code: str, message: str, *, status: int = 400) -> Fault:
    details = {"code": code, "message": message, "status": status}
    return Fault(code, "error", code, _FATAL, _FATAL, details)


# Seconds without a response after which a module ends a call.
RESPONSE_TIMEOUT = 60

FAULTS = (
    _transient("ThrottlingException", "throttle", "ThrottlingException"),
    Fault(
        "HTTP 500",
        "error",
        "InternalFailure",
        _RETRIED,
        _EXHAUSTED,
        details={"code": "InternalFailure", "message": "Something broke", "status": 500},
    ),
    _transient("HTTP 503 with an HTML page", "html503", "503"),
    Fault(
        "connection refused",
        "refused",
        "EndpointConnectionError",
        once={**_RETRIED, "first": "1", "describe": "1", "endpoint": "1"},
        repeatedly={**_EXHAUSTED, "first": "1", "describe": "1", "endpoint": "1"},
    ),
    _transient("connection closed", "close", "ConnectionClosedError"),
    _transient("connection reset", "reset", "ConnectionClosedError"),
    _transient("no response in time", "no_answer", "ReadTimeoutError", seconds=RESPONSE_TIMEOUT),
    _transient("applied, then HTTP 500", "lost", "InternalFailure", writes_only=True),
    _transient("applied, then connection closed", "lost_response", "ConnectionClosedError", writes_only=True),
    _transient(
        "applied, then no response in time",
        "no_answer",
        "ReadTimeoutError",
        writes_only=True,
        seconds=RESPONSE_TIMEOUT,
        applied=True,
    ),
    _transient("HTTP 200, not JSON", "not_json", "InvalidAnswer"),
    _transient("HTTP 200, truncated JSON", "broken_json", "InvalidAnswer"),
    _transient("HTTP 200, members missing", "missing_keys", "InvalidAnswer"),
    _transient("applied, then HTTP 200, not JSON", "not_json", "InvalidAnswer", writes_only=True, applied=True),
    _transient("applied, then members missing", "missing_keys", "InvalidAnswer", writes_only=True, applied=True),
    Fault(
        "unknown status",
        "unknown_status",
        "Unsettled",
        once={**_RETRIED, "first": "+0", "read": "+0", "endpoint": "+0", "write": "+0"},
        repeatedly={**_EXHAUSTED, "first": "+0", "read": "+0", "describe": "9", "endpoint": "+0", "write": "+0"},
    ),
    Fault(
        "ResourceConflictException",
        "error",
        "ResourceConflictException",
        once=_RETRIED,
        repeatedly={**_EXHAUSTED, "write": "TimedOut"},
        details={"code": "ResourceConflictException", "message": "It is busy", "status": 409},
    ),
    _final("AccessDeniedException", "User: x is not authorized to perform: cloudformation:Something"),
    _final("ExpiredTokenException", "The security token included in the request is expired", status=403),
    _final("UnrecognizedClientException", "The security token included in the request is invalid"),
    _final("InvalidSignatureException", "Signature expired: 20260101T120000Z is now earlier than ...", status=403),
    _final("TypeNotFoundException", "The type cannot be found."),
)

_UNKNOWN = "unknown status"
_REFUSED = "connection refused"
_DENIED = "AccessDeniedException"

EXCEPTIONS: Mapping[tuple[str, str], tuple[str, str, str]] = {
    # (fault, place): the outcome once, the outcome repeatedly, the reason
    **{
        (_UNKNOWN, place): ("Refused", "Refused", "the module does not know which options can be changed")
        for place in (
            "first read before an update",
            "first read in check mode",
            "read in a transitional status",
            "read after a failed operation",
            "read after a concurrent operation",
        )
    },
    **{
        (_UNKNOWN, f"{call} of wait_for"): ("Refused", "Refused", "the module does not know which statuses can follow")
        for call in ("first Describe", "later Describe")
    },
    (_UNKNOWN, "later read of wait_for"): ("recovered", "recovered", "the Describe returns the status"),
    (_UNKNOWN, "read after a start"): ("Refused", "Refused", "the start is not confirmed"),
    (_UNKNOWN, "read after a stop"): ("Refused", "Refused", "the stop is not confirmed"),
    (_UNKNOWN, "Describe before a recreate"): ("+1", "9", "both reads must return the same status"),
    (_UNKNOWN, "Describe of a listed experiment"): ("+0", "+0", "the module returns the unknown status"),
    ("ResourceConflictException", "update with wait: false"): (
        "+1",
        "+7",
        "with wait: false, a later run makes the change",
    ),
    **{
        (_REFUSED, place): ("+1", "8", "SageMaker has responded before")
        for place in (
            "Describe after an update",
            "read of the endpoint's configuration after a stop",
            "read of the endpoint's configuration with include_endpoint",
        )
    },
    **{
        (_DENIED, place.title): ("+0", "+0", "the task reports a warning")
        for place in PLACES
        if place.column == _Endpoint
    },
}

# --- operations that are accepted and then fail ---

WRITES = {
    "create": ("create", "create of a recreate"),
    "update": ("update", "start", "stop"),
    "delete": ("delete", "delete of a recreate"),
}
"""The places that submit an operation, by the kind of the operation."""

CANCELLED = "CANCEL_COMPLETE"


@dataclass(frozen=True)
class Late:
    """A row: the error code of an accepted operation, with the outcomes (once, repeatedly) of each kind."""

    code: str
    create: tuple[str, str]
    update: tuple[str, str]
    delete: tuple[str, str]


def _every(code: str, outcome: tuple[str, str]) -> Late:
    return Late(code, outcome, outcome, outcome)


# These numbers count submitted operations.
_RESUBMITTED, _FINAL = ("+1", "9"), ("1", "1")

LATE = (
    *(
        _every(code, _RESUBMITTED)
        for code in ("Throttling", "NetworkFailure", "ServiceInternalError", "ResourceConflict", "NotStabilized")
    ),
    Late("NotFound", _FINAL, _FINAL, _RESUBMITTED),
    *(
        _every(code, _FINAL)
        for code in (
            *("AlreadyExists", "GeneralServiceException", "NotUpdatable", "InvalidRequest", "AccessDenied"),
            *("UnauthorizedTaggingOperation", "InvalidCredentials", "ServiceLimitExceeded", "ServiceTimeout"),
            *("InternalFailure", "InvalidTypeConfiguration", "HandlerInternalFailure", "NonCompliant", "Unknown"),
            *("UnsupportedTarget", CANCELLED),
        )
    ),
)

LATE_EXCEPTIONS: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("GeneralServiceException", "create of a recreate"): (
        *_RESUBMITTED,
        "the endpoint can still be in use by the deleted experiment",
    ),
}

DONE_EXCEPTIONS: Mapping[tuple[str, str], str] = {
    # (code, place): the outcome if an operation was applied and is reported as failed, once
    **{
        ("GeneralServiceException", place): "+0"
        for places in WRITES.values()
        for place in places
        if place != "update"  # without a new status, the read does not show whether the update was applied
    },
    # The experiment did not exist before and has the values of the task.
    **{("AlreadyExists", place): "+0" for place in WRITES["create"]},
    # A read shows that the requests before the denied one were applied.
    **{
        (code, place): "+0"
        for code in ("AccessDenied", "UnauthorizedTaggingOperation")
        for places in WRITES.values()
        for place in places
    },
}
UNKNOWN_CALLER = (("NotFound", "delete"),)
"""The code reports the desired state, but not which caller has reached it: it counts as another caller's operation."""

WORDS: Mapping[str, str] = {
    # The error code, and a phrase of its hint.
    "ThrottlingException": "Run fewer tasks in parallel",
    "InternalFailure": "The cause is in AWS or in a proxy",
    "503": "The cause is in AWS or in a proxy",
    "EndpointConnectionError": "Check region, endpoint_url",
    "ConnectionClosedError": "Check the network and the proxies",
    "ReadTimeoutError": "Check the network and the proxies",
    "InvalidAnswer": "probably not from AWS",
    "Unsettled": "A concurrent operation is in progress",
    "ResourceConflictException": "A concurrent operation is in progress",
    "AccessDeniedException": "Grant the permission in the message to the identity",
    "ExpiredTokenException": "Get new credentials",
    "UnrecognizedClientException": "Check access_key, profile",
    "InvalidSignatureException": "region, secret_key and the clock",
    "TypeNotFoundException": "not available in us-east-1",
    "Throttling": "Run fewer tasks in parallel",
    "NetworkFailure": "The cause is in AWS,",
    "ServiceInternalError": "The cause is in AWS,",
    "ResourceConflict": "A concurrent operation is in progress",
    "NotStabilized": "The cause is in AWS,",
    "NotFound": "Another caller has deleted the resource",
    "AlreadyExists": "another experiment probably uses the endpoint",
    "GeneralServiceException": "Correct the cause that the message names",
    "NotUpdatable": "recreate: true",
    "InvalidRequest": "Correct the option named in the message",
    "AccessDenied": "Grant the missing permission to the calling identity",
    "UnauthorizedTaggingOperation": "sagemaker:AddTags",
    "InvalidCredentials": "valid until the operation ends",
    "ServiceLimitExceeded": "Service Quotas",
    "ServiceTimeout": "The cause is in AWS,",
    "InvalidTypeConfiguration": "CloudFormation registry",
    "HandlerInternalFailure": "The cause is in AWS,",
    "NonCompliant": "A CloudFormation hook",
    "Unknown": "The cause is in AWS,",
    "UnsupportedTarget": "not available in us-east-1",
    CANCELLED: "Another caller has cancelled the operation",
}
DESCRIBE_DENIED = "Grant sagemaker:DescribeInferenceExperiment to the calling identity"

# --- the cells ---


@dataclass(frozen=True)
class Cell:
    """The outcome of a fault at a place, once or repeatedly."""

    fault: Fault
    place: Place
    repeated: bool
    outcome: str
    why: str = ""

    @property
    def title(self) -> str:
        return f"{self.fault.title} {'repeatedly' if self.repeated else 'once'} at {self.place.title}"


def cells() -> Iterator[Cell]:
    """Yield the cells of each fault and each call."""
    for fault in FAULTS:
        for place in PLACES:
            if fault.writes_only and place.column != _Write:
                continue
            *outcomes, why = EXCEPTIONS.get(
                (fault.title, place.title), (fault.once[place.column], fault.repeatedly[place.column], "")
            )
            for repeated, outcome in enumerate(outcomes):
                yield Cell(fault, place, bool(repeated), outcome, why)


def late_cells() -> Iterator[Cell]:
    """Yield the cells of each error code of an accepted operation and each write."""
    for late, operation, place in _late():
        *outcomes, why = LATE_EXCEPTIONS.get((late.code, place.title), (*getattr(late, operation), ""))
        for repeated, outcome in enumerate(outcomes):
            yield Cell(_late_fault(late), place, bool(repeated), outcome, why)


def done_cells() -> Iterator[Cell]:
    """Yield the cells of operations that were applied and are reported as failed."""
    for late, operation, place in _late():
        if (late.code, operation) in UNKNOWN_CALLER:
            continue
        usual = "+0" if getattr(late, operation) == _RESUBMITTED else "1"
        outcome = DONE_EXCEPTIONS.get((late.code, place.title), usual)
        yield Cell(_late_fault(late, applied=True), place, repeated=False, outcome=outcome)


def _late() -> Iterator[tuple[Late, str, Place]]:
    by_title = {place.title: place for place in PLACES}
    for late in LATE:
        yield from ((late, operation, by_title[title]) for operation, titles in WRITES.items() for title in titles)


def _late_fault(late: Late, **more: Any) -> Fault:
    title = f"{late.code}, applied," if more else late.code
    if late.code == CANCELLED:
        return Fault(title, "cancelled", late.code, {}, {}, more)
    details = {"code": late.code, "message": f"The {late.code} of the test", **more}
    return Fault(title, "failed", late.code, {}, {}, details)


assert {place.scenario for place in PLACES} == SCENARIOS.keys()
