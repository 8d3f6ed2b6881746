"""The gate of all AWS requests: callbacks, log, throttling, faults, IAM and the lock."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from . import access, protocols
from .faults import CUTS, Fault, Moment
from .protocols import Response
from .records import Call, error_code
from .rules import SageMakerError
from .world import World, current

OURS = access.SERVICES
CONTROL_USER_AGENT = "emulator-control"
_IDENTIFIERS = ("Identifier", "Name", "EndpointName", "EndpointConfigName")
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


class ConnectionDropped(Exception):
    """The connection ends without a response; `how` is `refused`, `close`, `reset`, or `no_answer` after `seconds`."""

    def __init__(self, how: str, seconds: float = 0.0) -> None:
        super().__init__(how)
        self.how = how
        self.seconds = seconds


class Gate:
    """Serves calls, and stores the times of the latest Cloud Control calls for throttling."""

    def __init__(self) -> None:
        self._recent: deque[datetime] = deque()

    def serve(self, call: Call, proceed: Callable[[], Response], *, signed: access.Signed) -> Response:
        """Return the response to a call, with a Date header from the emulator's clock.

        Calls of the emulator and of callbacks are not logged, and no faults or policies apply to them.
        """
        return _dated(self._serve(call, proceed, signed))

    def _serve(self, call: Call, proceed: Callable[[], Response], signed: access.Signed) -> Response:
        world = current()
        if CONTROL_USER_AGENT in signed.headers.get("user-agent", "") or _quiet.get():
            with world.lock:
                return proceed()
        _run_callbacks(world, call, "arrival")
        number = world.log.begin(call, world.clock.now())
        try:
            response = self._disturbed(world, call, lambda: _permitted(call, proceed, signed))
        except Exception as error:
            world.log.end(number, status=0, error=type(error).__name__)
            raise
        world.log.end(number, status=response.status, error=error_code(response.status, response.body))
        _run_callbacks(world, call, "answer")
        return response

    def _disturbed(self, world: World, call: Call, proceed: Callable[[], Response]) -> Response:
        if call.service in OURS and call.region not in get_backend(call.service)[DEFAULT_ACCOUNT_ID]:
            message = "Credential should be scoped to a valid region."
            return protocols.rejection(call, "InvalidSignatureException", message, status=403)
        if self._throttled(world, call):
            return protocols.rejection(call, "ThrottlingException", "Rate exceeded")
        fault = world.faults.take(call.operation, _identifier(call))
        if fault is not None and fault.kind == "delay":
            time.sleep(fault.seconds)
        response = None
        if fault is None or fault.applied:
            with world.lock:
                response = proceed()
        return _spoiled(call, fault, response)

    def _throttled(self, world: World, call: Call) -> bool:
        limit = world.settings.throttle_per_second
        if limit is None or call.service != "cloudcontrol":
            return False
        now = world.clock.now()
        with world.lock:
            while self._recent and self._recent[0] <= now - timedelta(seconds=1):
                self._recent.popleft()
            self._recent.append(now)
            return len(self._recent) > limit


def _dated(response: Response) -> Response:
    """Replace the Date header, which moto and werkzeug take from the machine's clock."""
    headers = {name: value for name, value in response.headers.items() if name.lower() != "date"}
    date = format_datetime(current().clock.now(), usegmt=True)
    return dataclasses.replace(response, headers={**headers, "Date": date})


def _run_callbacks(world: World, call: Call, moment: Moment) -> None:
    with quietly():
        for callback in world.faults.due_callbacks(call.operation, moment):
            callback()


def _permitted(call: Call, proceed: Callable[[], Response], signed: access.Signed) -> Response:
    """Return the response to a call, or a rejection if IAM denies the call."""
    if not access.enforced(call, signed):
        return proceed()
    try:
        principal = access.authenticate(call, signed)
        if principal:
            principal.check(*access.needs(call))
    except SageMakerError as error:
        return protocols.rejection(call, error.error_type, error.message)
    with access.acting(principal):
        return proceed()


def _identifier(call: Call) -> str | None:
    """Return the name of the resource in a call; None if the call concerns none or many."""
    if call.service not in OURS:
        return None
    if "RequestToken" in call.request:
        return _of_operation(call.region, str(call.request["RequestToken"]))
    members: Any = call.request
    if call.operation == "CreateResource":
        with contextlib.suppress(ValueError):
            members = json.loads(str(call.request.get("DesiredState")))
    found = [members[name] for name in _IDENTIFIERS if name in members] if isinstance(members, dict) else []
    return str(found[0]) if found else None


def _of_operation(region: str, token: str) -> str | None:
    requests = get_backend("cloudcontrol")[DEFAULT_ACCOUNT_ID][region].requests
    return requests[token].identifier if token in requests else None


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Treat the calls of this thread as those of another caller: not logged, no faults."""
    before = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(before)


def _spoiled(call: Call, fault: Fault | None, response: Response | None) -> Response:
    """Return the response as changed by a fault; faults that are not applied have no original response."""
    if response is not None and (fault is None or fault.kind == "delay"):
        return response
    assert fault is not None
    if fault.kind in CUTS:
        raise ConnectionDropped("close" if fault.kind == "lost_response" else fault.kind, fault.seconds)
    body = response.body if response else b""
    served = response or protocols.success(call, b"")
    page = b"<!DOCTYPE html>\n<html><body><h1>503 Service Unavailable</h1></body></html>"
    return {
        "throttle": lambda: protocols.rejection(call, "ThrottlingException", fault.message or "Rate exceeded"),
        "error": lambda: protocols.error(
            call, fault.code, fault.message or "An error ordered by a test", status=fault.status or 400
        ),
        "lost": lambda: protocols.error(call, "InternalFailure", "The request processing has failed", status=500),
        "html503": lambda: Response(503, {"Content-Type": "text/html"}, page),
        "not_json": lambda: Response(200, {"Content-Type": "text/html"}, b"<html>this is not JSON</html>"),
        "missing_keys": lambda: protocols.empty(call),
        "broken_json": lambda: protocols.success(call, body[: len(body) // 2]),
        "changed": lambda: _changed(call, fault, served),
        "unknown_status": lambda: dataclasses.replace(served, body=protocols.with_unknown_status(call, body)),
    }[fault.kind]()


def _changed(call: Call, fault: Fault, response: Response) -> Response:
    """Return the response with the body that a test's function returns for its JSON value, or its bytes of XML."""
    assert fault.change is not None
    value = fault.change(json.loads(response.body or b"null") if call.protocol == "json" else response.body)
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return dataclasses.replace(response, body=body, status=fault.status or response.status)
