"""Faults and callbacks that a test sets for later calls. Impossible faults raise an error when they are set."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from typing import Any, Literal

SAGEMAKER = (
    *(f"{verb}InferenceExperiment" for verb in ("Create", "Describe", "Update", "Start", "Stop", "Delete")),
    *("ListInferenceExperiments", "AddTags", "ListTags", "DeleteTags"),
)
OPERATIONS = (
    *("CreateResource", "GetResource", "UpdateResource", "DeleteResource", "ListResources"),
    *("GetResourceRequestStatus", "ListResourceRequests", "CancelResourceRequest"),
    *(*SAGEMAKER, "GetCallerIdentity", "AssumeRole"),
    *("DescribeEndpoint", "DescribeEndpointConfig", "GetMetricData"),
)
CALLS = {
    "handler": SAGEMAKER,
    "stabilize": ("DescribeInferenceExperiment",),
    "partial_data": ("GetMetricData",),
    "internal_error": ("GetMetricData",),
}
"""The calls to which these kinds of faults apply; handler and stabilize apply to calls of the handler to SageMaker."""
ASYNCHRONOUS = ("CreateResource", "UpdateResource", "DeleteResource")
HANDLER_ERROR_CODES = (
    *("NotUpdatable", "InvalidRequest", "AccessDenied", "UnauthorizedTaggingOperation", "InvalidCredentials"),
    *("AlreadyExists", "NotFound", "ResourceConflict", "Throttling", "ServiceLimitExceeded", "NotStabilized"),
    *("GeneralServiceException", "ServiceInternalError", "ServiceTimeout", "NetworkFailure", "InternalFailure"),
    # codes of RecordHandlerProgress of CloudFormation's registry
    *("InvalidTypeConfiguration", "HandlerInternalFailure", "NonCompliant", "Unknown", "UnsupportedTarget"),
)
KINDS: Mapping[str, frozenset[str]] = {
    "throttle": frozenset({"message", "applied"}),
    "error": frozenset({"code", "message", "status", "applied"}),
    "html503": frozenset({"applied"}),
    "not_json": frozenset({"applied"}),
    "missing_keys": frozenset({"applied"}),
    "broken_json": frozenset(),
    "unknown_status": frozenset(),
    "changed": frozenset({"change", "status"}),
    "lost": frozenset(),
    "handler": frozenset({"code", "message"}),
    "stabilize": frozenset({"code", "message"}),
    "failed": frozenset({"code", "message", "applied"}),
    "cancelled": frozenset({"applied"}),
    "partial_data": frozenset({"token"}),
    "internal_error": frozenset({"token"}),
    "delay": frozenset({"seconds"}),
    "refused": frozenset(),
    "close": frozenset(),
    "reset": frozenset(),
    "no_answer": frozenset({"seconds", "applied"}),
    "lost_response": frozenset(),
}
"""Kinds of faults, and the details that each accepts in addition to operation, times, after and identifier."""
ONLY = {"delay": "over HTTP", "refused": "in process"}
REQUIRED = {
    "error": "code",
    "handler": "code",
    "stabilize": "code",
    "failed": "code",
    "delay": "seconds",
    "no_answer": "seconds",
    "changed": "change",
}
ALWAYS_APPLIED = frozenset({"broken_json", "unknown_status", "changed", "lost", "lost_response", "delay"})
LATE = frozenset({"failed", "cancelled"})
"""Kinds that apply to an accepted operation."""
PLACES = {
    "failed": "operation",
    "cancelled": "operation",
    "handler": "handler",
    "stabilize": "stabilize",
    "partial_data": "metric data",
    "internal_error": "metric data",
}
"""The place of kinds that do not apply to a client's call: an accepted operation, a call of the handler to SageMaker,
the Describe with which the handler waits for a status, or the datapoints of GetMetricData."""
CUTS = frozenset({"refused", "close", "reset", "no_answer", "lost_response"})
"""Kinds without any response."""
UNKNOWN_STATUS = "Hibernating"


@dataclasses.dataclass
class Fault:
    """A fault of `times` calls of `operation`, after the next `after` calls."""

    operation: str
    kind: str
    times: int = 1
    after: int = 0
    identifier: str | None = None
    code: str = ""
    message: str = ""
    status: int = 0
    seconds: float = 0.0
    applied: bool = False
    token: bool = True
    change: Callable[[Any], Any] | None = None

    def matches(self, operation: str, identifier: str | None) -> bool:
        wanted = self.identifier is None or self.identifier == identifier
        return wanted and self.times > 0 and self.operation in ("*", operation)


def order(operation: str, kind: str, *, http: bool, **details: Any) -> Fault:
    """Return a checked fault. Raises ValueError."""
    check_operation(operation, others=("*",))
    if kind not in KINDS:
        raise ValueError(f"unknown kind of fault {kind!r}; there are: {', '.join(sorted(KINDS))}")
    if ONLY.get(kind, where := "over HTTP" if http else "in process") != where:
        raise ValueError(f"a fault of kind {kind!r} can be had {ONLY[kind]} only")
    taken = KINDS[kind] | {"times", "after", "identifier"}
    if unknown := sorted(set(details) - taken):
        raise ValueError(f"a fault of kind {kind!r} does not take {', '.join(unknown)}; it takes {', '.join(taken)}")
    if REQUIRED.get(kind, kind) not in (kind, *details):
        raise ValueError(f"a fault of kind {kind!r} needs {REQUIRED[kind]!r}")
    if kind in LATE:
        _check_late(operation, kind, details)
    if kind in CALLS and operation not in CALLS[kind]:
        raise ValueError(f"a fault of kind {kind!r} is for {', '.join(CALLS[kind])}, not for {operation}")
    if not callable(details.get("change", callable)):
        raise TypeError("'change' has to be a function, which only a test in this process has")
    return Fault(operation, kind, **{"applied": kind in ALWAYS_APPLIED, **details})


def check_operation(operation: str, *, others: tuple[str, ...] = ()) -> None:
    if operation not in (*OPERATIONS, *others):
        raise ValueError(f"unknown operation {operation!r}; there are: {', '.join((*OPERATIONS, *others))}")


def _check_late(operation: str, kind: str, details: Mapping[str, Any]) -> None:
    if operation not in ASYNCHRONOUS:
        raise ValueError(f"only {', '.join(ASYNCHRONOUS)} can end in {kind.upper()}, not {operation}")
    if kind == "failed" and details["code"] not in HANDLER_ERROR_CODES:
        raise ValueError(f"unknown HandlerErrorCode {details['code']!r}; there are: {', '.join(HANDLER_ERROR_CODES)}")


ANY = "*"
Moment = Literal["arrival", "answer"]
"""Before a call is served, or before its response is sent."""


@dataclasses.dataclass
class _Callback:
    operation: str
    call: Callable[[], object]
    nth: int
    moment: Moment


class FaultBook:
    """The faults and callbacks that have not occurred."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._callbacks: list[_Callback] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def add_callback(
        self, operation: str, callback: Callable[[], object], nth: int, *, moment: Moment = "arrival"
    ) -> None:
        if operation != ANY:
            check_operation(operation)
        if nth < 1:
            raise ValueError(f"nth counts from 1, not {nth}")
        with self._lock:
            self._callbacks.append(_Callback(operation, callback, nth, moment))

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()
            self._callbacks.clear()

    def take(self, operation: str, identifier: str | None, *, place: str = "call") -> Fault | None:
        """Return the next fault of a call for a resource at one of PLACES, and count it."""
        with self._lock:
            for fault in self._faults:
                if PLACES.get(fault.kind, "call") == place and fault.matches(operation, identifier):
                    if fault.after > 0:
                        fault.after -= 1
                        continue
                    fault.times -= 1
                    return fault
        return None

    def due_callbacks(self, operation: str, moment: Moment) -> list[Callable[[], object]]:
        """Remove and return the callbacks of this moment of this call."""
        with self._lock:
            for waiting in self._callbacks:
                waiting.nth -= waiting.moment == moment and waiting.operation in (operation, ANY)
            due = [waiting for waiting in self._callbacks if waiting.nth == 0]
            self._callbacks = [waiting for waiting in self._callbacks if waiting.nth > 0]
            return [waiting.call for waiting in due]
