# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix: for every call that the modules make and every fault the one outcome, met once and for good.

An outcome is how the task ends: "+N", carried through with N calls more than without the fault; "N", failed with the
fault's own code after N calls; "goes on", carried through, with as many polls as it takes; or the code that the task
fails with if it is another. The tests run the matrix, README.md shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.faults.setups import SCENES

TRIES = 8
"""How often a call is made that fails in a way that may pass: within about a minute."""

# The kinds of calls, which are the columns.
COLUMNS = {
    "first": "first call",
    "read": "later read",
    "describe": "Describe",
    "write": "write",
    "poll": "poll",
    "search": "search for a concurrent operation",
}
_First, _Read, _Describe, _Write, _Poll, _Search = COLUMNS


@dataclass(frozen=True)
class Place:
    """A call that a module makes: the n-th of its operation in a scene."""

    title: str
    column: str
    scene: str
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
    Place("list of operations", _Search, "other", "ListResourceRequests"),
)

Outcomes = Mapping[str, str]


def _row(**outcomes: str) -> Outcomes:
    assert outcomes.keys() == COLUMNS.keys()
    return outcomes


_AGAIN = _row(first="+1", read="+1", describe="+1", write="+1", poll="goes on", search="goes on")
_GIVEN_UP = _row(first="8", read="8", describe="8", write="8", poll="TimedOut", search="goes on")
_AT_ONCE = _row(first="1", read="1", describe="1", write="1", poll="1", search="goes on")


@dataclass(frozen=True)
class Fault:
    """A row: what befalls a call, the emulator's kind and details of it, and what comes of it."""

    title: str
    kind: str
    code: str
    once: Outcomes
    for_good: Outcomes
    details: Mapping[str, Any] = field(default_factory=dict)
    writes_only: bool = False
    """It is another fault only where the call does something."""


def _passing(title: str, kind: str, code: str, *, writes_only: bool = False, **details: Any) -> Fault:
    return Fault(title, kind, code, _AGAIN, _GIVEN_UP, details, writes_only)


def _final(code: str, message: str, *, status: int = 400) -> Fault:
    details = {"code": code, "message": message, "status": status}
    return Fault(code, "error", code, _AT_ONCE, _AT_ONCE, details)


# Seconds after which a call of ours is given up.
SILENCE = 60

FAULTS = (
    _passing("ThrottlingException", "throttle", "ThrottlingException"),
    Fault(
        "HTTP 500",
        "error",
        "InternalFailure",
        _AGAIN,
        _GIVEN_UP,
        details={"code": "InternalFailure", "message": "Something broke", "status": 500},
    ),
    _passing("HTTP 503 with an HTML page", "html503", "503"),
    Fault(
        "connection refused",
        "refused",
        "EndpointConnectionError",
        once=_row(first="1", read="+1", describe="1", write="+1", poll="goes on", search="goes on"),
        for_good=_row(first="1", read="8", describe="1", write="8", poll="TimedOut", search="goes on"),
    ),
    _passing("connection closed", "close", "ConnectionClosedError"),
    _passing("connection reset", "reset", "ConnectionClosedError"),
    _passing("no response in time", "no_answer", "ReadTimeoutError", seconds=SILENCE),
    _passing("applied, then HTTP 500", "lost", "InternalFailure", writes_only=True),
    _passing("applied, then connection closed", "lost_response", "ConnectionClosedError", writes_only=True),
    _passing(
        "applied, then no response in time",
        "no_answer",
        "ReadTimeoutError",
        writes_only=True,
        seconds=SILENCE,
        applied=True,
    ),
    _passing("HTTP 200, not JSON", "not_json", "InvalidAnswer"),
    _passing("HTTP 200, truncated JSON", "broken_json", "InvalidAnswer"),
    _passing("HTTP 200, members missing", "missing_keys", "InvalidAnswer"),
    _passing("applied, then HTTP 200, not JSON", "not_json", "InvalidAnswer", writes_only=True, applied=True),
    _passing("applied, then members missing", "missing_keys", "InvalidAnswer", writes_only=True, applied=True),
    Fault(
        "unknown status",
        "unknown_status",
        "Unsettled",
        once=_row(first="+0", read="+0", describe="+1", write="+0", poll="goes on", search="goes on"),
        for_good=_row(first="+0", read="+0", describe="9", write="+0", poll="TimedOut", search="goes on"),
    ),
    Fault(
        "ResourceConflictException",
        "error",
        "ResourceConflictException",
        once=_AGAIN,
        for_good={**_GIVEN_UP, "write": "TimedOut"},
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
    # (fault, place): what comes of it once, and for good, and why
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
    (_UNKNOWN, "read after a start"): ("Refused", "Refused", "the start is not confirmed"),
    (_UNKNOWN, "read after a stop"): ("Refused", "Refused", "the stop is not confirmed"),
    (_UNKNOWN, "Describe before a recreate"): ("+1", "9", "both reads must return the same status"),
    (_UNKNOWN, "Describe of a listed experiment"): ("+0", "+0", "the module returns the unknown status"),
    ("ResourceConflictException", "update with wait: false"): (
        "+1",
        "+7",
        "with wait: false, a later run makes the change",
    ),
    (_REFUSED, "Describe after an update"): ("+1", "8", "SageMaker has responded before"),
}

# --- operations that are accepted and then fail ---

WRITES = {
    "create": ("create", "create of a recreate"),
    "update": ("update", "start", "stop"),
    "delete": ("delete", "delete of a recreate"),
}
"""The places where an operation begins, by what is done."""

CANCELLED = "CANCEL_COMPLETE"


@dataclass(frozen=True)
class Late:
    """A row: how an accepted operation ends; (once, for good) for create, update and delete."""

    code: str
    create: tuple[str, str]
    update: tuple[str, str]
    delete: tuple[str, str]


def _every(code: str, outcome: tuple[str, str]) -> Late:
    return Late(code, outcome, outcome, outcome)


# Counted are the operations that are begun.
_ANEW, _END = ("+1", "9"), ("1", "1")

LATE = (
    _every("Throttling", _ANEW),
    _every("NetworkFailure", _ANEW),
    _every("ServiceInternalError", _ANEW),
    _every("ResourceConflict", _ANEW),
    _every("NotStabilized", _ANEW),
    Late("NotFound", _END, _END, _ANEW),
    _every("AlreadyExists", _END),
    _every("GeneralServiceException", _END),
    _every("NotUpdatable", _END),
    _every("InvalidRequest", _END),
    _every("AccessDenied", _END),
    _every("UnauthorizedTaggingOperation", _END),
    _every("InvalidCredentials", _END),
    _every("ServiceLimitExceeded", _END),
    _every("ServiceTimeout", _END),
    _every("InternalFailure", _END),
    _every("InvalidTypeConfiguration", _END),
    _every("HandlerInternalFailure", _END),
    _every("NonCompliant", _END),
    _every("Unknown", _END),
    _every("UnsupportedTarget", _END),
    _every(CANCELLED, _END),
)

LATE_EXCEPTIONS: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("GeneralServiceException", "create of a recreate"): (
        *_ANEW,
        "the endpoint can still be in use by the deleted experiment",
    ),
}

DONE_EXCEPTIONS: Mapping[tuple[str, str], str] = {
    # (code, place): what comes of a failure that is told once of something that was done
    **{
        ("GeneralServiceException", place): "+0"
        for places in WRITES.values()
        for place in places
        if place != "update"  # after which nothing shows that the status has moved on
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
NOBODY_KNOWS_WHOSE = (("NotFound", "delete"),)
"""The code reports the desired state, but not which caller has reached it: it counts as another caller's operation."""

# --- what a failure says ---

WORDS: Mapping[str, str] = {
    # the code of a failure, and words that its hint must have
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
    """One outcome: a fault in a place, met once or for good."""

    fault: Fault
    place: Place
    for_good: bool
    outcome: str
    why: str = ""

    @property
    def title(self) -> str:
        return f"{self.fault.title} {'for good' if self.for_good else 'once'} at {self.place.title}"


def cells() -> Iterator[Cell]:
    """Yield every call times every fault."""
    for fault in FAULTS:
        for place in PLACES:
            if fault.writes_only and place.column != _Write:
                continue
            *outcomes, why = EXCEPTIONS.get(
                (fault.title, place.title), (fault.once[place.column], fault.for_good[place.column], "")
            )
            for for_good, outcome in enumerate(outcomes):
                yield Cell(fault, place, bool(for_good), outcome, why)


def late_cells() -> Iterator[Cell]:
    """Yield every way in which an accepted operation can fail, for every write."""
    for late, operation, place in _late():
        *outcomes, why = LATE_EXCEPTIONS.get((late.code, place.title), (*getattr(late, operation), ""))
        for for_good, outcome in enumerate(outcomes):
            yield Cell(_late_fault(late), place, bool(for_good), outcome, why)


def done_cells() -> Iterator[Cell]:
    """Yield the same for operations that have done what they should and are said to have failed."""
    for late, operation, place in _late():
        if (late.code, operation) in NOBODY_KNOWS_WHOSE:
            continue
        usual = "+0" if getattr(late, operation) == _ANEW else "1"
        outcome = DONE_EXCEPTIONS.get((late.code, place.title), usual)
        yield Cell(_late_fault(late, applied=True), place, for_good=False, outcome=outcome)


def _late() -> Iterator[tuple[Late, str, Place]]:
    by_title = {place.title: place for place in PLACES}
    for late in LATE:
        yield from ((late, operation, by_title[title]) for operation, titles in WRITES.items() for title in titles)


def _late_fault(late: Late, **more: Any) -> Fault:
    title = f"{late.code}, though done," if more else late.code
    if late.code == CANCELLED:
        return Fault(title, "cancelled", late.code, {}, {}, more)
    details = {"code": late.code, "message": f"The {late.code} that was ordered", **more}
    return Fault(title, "failed", late.code, {}, {}, details)


assert {place.scene for place in PLACES} == SCENES.keys()
