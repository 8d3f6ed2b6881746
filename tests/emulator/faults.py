"""Faults and callbacks that a test sets for later calls. Impossible faults raise an error when they are set."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

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
ASYNCHRONOUS = ("CreateResource", "UpdateResource", "DeleteResource")
HANDLER_ERROR_CODES = (
    *("NotUpdatable", "InvalidRequest", "AccessDenied", "UnauthorizedTaggingOperation", "InvalidCredentials"),
    *("AlreadyExists", "NotFound", "ResourceConflict", "Throttling", "ServiceLimitExceeded", "NotStabilized"),
    *("GeneralServiceException", "ServiceInternalError", "ServiceTimeout", "NetworkFailure", "InternalFailure"),
    # codes of RecordHandlerProgress of CloudFormation's registry
    *("InvalidTypeConfiguration", "HandlerInternalFailure", "NonCompliant", "Unknown", "UnsupportedTarget"),
)
METRIC_DATA = "metric data"


class Kind(NamedTuple):
    """A kind of fault: its details in addition to operation, times, after and identifier, and its effect."""

    details: frozenset[str] = frozenset()
    required: str = ""
    place: str = "call"
    """A client's call, an accepted operation, the handler's call to SageMaker, the Describe with which the handler
    waits for a status (stabilize), or the datapoints of GetMetricData."""
    calls: Sequence[str] = ()
    """The only operations of the kind; () is all."""
    applied: bool = False
    """Whether the call is always applied."""
    cut: bool = False
    """Whether the caller receives no response."""
    only: str = ""


def _kind(*details: str, **effect: Any) -> Kind:
    return Kind(frozenset(details), **effect)


_KINDS: Mapping[str, Kind] = {
    "throttle": _kind("message", "applied"),
    "error": _kind("code", "message", "status", "applied", required="code"),
    "html503": _kind("applied"),
    "not_json": _kind("applied"),
    "missing_keys": _kind("applied"),
    "broken_json": _kind(applied=True),
    "unknown_status": _kind(applied=True),
    "changed": _kind("change", "status", required="change", applied=True),
    "lost": _kind(applied=True),
    "handler": _kind("code", "message", required="code", place="handler", calls=SAGEMAKER),
    "stabilize": _kind("code", "message", required="code", place="stabilize", calls=("DescribeInferenceExperiment",)),
    "failed": _kind("code", "message", "applied", required="code", place="operation"),
    "cancelled": _kind("applied", place="operation"),
    "partial_data": _kind("token", place=METRIC_DATA, calls=("GetMetricData",)),
    "internal_error": _kind("token", place=METRIC_DATA, calls=("GetMetricData",)),
    "delay": _kind("seconds", required="seconds", applied=True, only="over HTTP"),
    "refused": _kind(cut=True, only="in process"),
    "close": _kind(cut=True),
    "reset": _kind(cut=True),
    "no_answer": _kind("seconds", "applied", required="seconds", cut=True),
    "lost_response": _kind(applied=True, cut=True),
}
KINDS = {name: kind.details for name, kind in _KINDS.items()}
CUTS = frozenset(name for name, kind in _KINDS.items() if kind.cut)
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
    if kind not in _KINDS:
        raise ValueError(f"unknown kind of fault {kind!r}; there are: {', '.join(sorted(_KINDS))}")
    rules, title = _KINDS[kind], f"a fault of kind {kind!r}"
    if rules.only not in ("", "over HTTP" if http else "in process"):
        raise ValueError(f"{title} can be had {rules.only} only")
    taken = rules.details | {"times", "after", "identifier"}
    if unknown := sorted(set(details) - taken):
        raise ValueError(f"{title} does not take {', '.join(unknown)}; it takes {', '.join(taken)}")
    if rules.required and rules.required not in details:
        raise ValueError(f"{title} needs {rules.required!r}")
    if rules.place == "operation":
        _check_late(operation, kind, details)
    if rules.calls and operation not in rules.calls:
        raise ValueError(f"{title} is for {', '.join(rules.calls)}, not for {operation}")
    if not callable(details.get("change", callable)):
        raise TypeError("'change' has to be a function, which only a test in this process has")
    return Fault(operation, kind, **{"applied": rules.applied, **details})


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
        """Return the next fault of a call for a resource at a place of Kind, and count it."""
        with self._lock:
            for fault in self._faults:
                if _KINDS[fault.kind].place == place and fault.matches(operation, identifier):
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
