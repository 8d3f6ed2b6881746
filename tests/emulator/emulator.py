"""The emulator in process: inside the `with`, boto3 clients made there talk to it, and nothing reaches the network."""

from __future__ import annotations

import errno
import os
from contextlib import ExitStack
from types import TracebackType
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from botocore.handlers import BUILTIN_HANDLERS
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from .access import Signed
from .clock import Clock
from .controls import CREDENTIALS, Controls
from .gate import ConnectionDropped, Gate
from .hooks import register
from .protocols import Answer
from .records import parse_call
from .world import current, install

_ENVIRONMENT = {
    **CREDENTIALS,
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_RETRY_MODE": "standard",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
_UNWANTED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_URL", "AWS_CA_BUNDLE")


class Emulator(Controls):
    """AWS in process; settings by name, see Settings.

    ```python
    with Emulator(clock=ManualClock(), transition_seconds=60) as emulator:
        seed = emulator.seed()
        client = boto3.client("cloudcontrol", region_name=seed.region)
    ```
    At the start all state is empty, at exit no trace is left. Clients have to be made inside.
    """

    def __init__(self, *, clock: Clock | None = None, **settings: Any) -> None:
        super().__init__(clock=clock, **settings)
        self._exit = ExitStack()

    def __enter__(self) -> Emulator:
        self._begin()
        with ExitStack() as stack:
            stack.callback(register())
            before = install(self.world)
            stack.callback(install, before)
            self.world.in_use = True
            stack.callback(setattr, self.world, "in_use", False)
            stack.enter_context(mock.patch.dict(os.environ, _ENVIRONMENT))
            for name in _UNWANTED:
                os.environ.pop(name, None)
            stack.callback(_put_before_send(InProcessGate()))
            stack.enter_context(mock_aws())
            self.reset()
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()


class InProcessGate:
    """Stands before moto's stubber in botocore's list of handlers, and lets every request through the gate."""

    def __init__(self) -> None:
        self._gate = Gate()

    def __call__(self, event_name: str, request: Any, **kwargs: Any) -> Any:
        if not botocore_stubber.enabled:
            return botocore_stubber(event_name, request, **kwargs)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        body = request.body if isinstance(request.body, (bytes, bytearray)) else str(request.body or "").encode()
        signed = Signed(request.method, request.url, headers, bytes(body))
        call = parse_call(signed.method, signed.url, signed.headers, signed.body)

        def proceed() -> Answer:
            response = botocore_stubber(event_name, request, **kwargs)
            if response is None:
                raise RuntimeError(f"moto does not know {request.url}")
            return Answer(response.status_code, dict(response.headers), response.content)

        try:
            answer = self._gate.serve(call, proceed, signed=signed)
        except ConnectionDropped as dropped:
            current().clock.advance(dropped.seconds)
            raise _as_seen_by_caller(dropped.how, request.url) from dropped
        raw: Any = MockRawResponse(answer.body)
        return AWSResponse(request.url, answer.status, answer.headers, raw)  # type: ignore[arg-type] # as moto does


def _as_seen_by_caller(how: str, url: str) -> BotoCoreError:
    """What botocore makes of a connection that yields no answer."""
    if how == "refused":
        return EndpointConnectionError(endpoint_url=url, error=ConnectionRefusedError(errno.ECONNREFUSED, "refused"))
    if how == "no_answer":
        return ReadTimeoutError(endpoint_url=url, error="read timed out")
    cut = ConnectionResetError(errno.ECONNRESET, "reset by peer") if how == "reset" else "closed without response"
    return ConnectionClosedError(endpoint_url=url, error=cut)


def _put_before_send(gate: InProcessGate) -> Any:
    """Take the place of moto's stubber in botocore's built-in handlers; returns what undoes that."""
    handlers: Any = BUILTIN_HANDLERS
    places = [index for index, entry in enumerate(handlers) if entry[1] is botocore_stubber]
    assert len(places) == 1, "moto's stubber is no longer among botocore's built-in handlers"
    before = handlers[places[0]]
    handlers[places[0]] = (before[0], gate)

    def undo() -> None:
        handlers[places[0]] = before

    return undo


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
