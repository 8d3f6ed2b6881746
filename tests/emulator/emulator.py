"""The emulator in process, for boto3 clients that are created inside its `with` statement."""

from __future__ import annotations

import errno
import os
from contextlib import ExitStack
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from botocore.handlers import BUILTIN_HANDLERS
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from .access import Signed
from .controls import CREDENTIALS, Controls
from .gate import ConnectionDropped, Gate
from .protocols import Response
from .records import parse_call
from .world import current

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
    """AWS in process; the keyword arguments are Settings. Each use begins empty and restores the process at the end.

    ```python
    with Emulator(clock=ManualClock(), transition_seconds=60) as emulator:
        seed = emulator.seed()
        client = boto3.client("cloudcontrol", region_name=seed.region)
    ```
    """

    def _start(self, stack: ExitStack) -> None:
        stack.enter_context(mock.patch.dict(os.environ, _ENVIRONMENT))
        for name in _UNWANTED:
            os.environ.pop(name, None)
        stack.callback(_put_before_send(InProcessGate()))
        stack.enter_context(mock_aws())
        self.reset()


class InProcessGate:
    """Replaces moto's stubber in botocore's list of handlers, and sends each request through the gate."""

    def __init__(self) -> None:
        self._gate = Gate()

    def __call__(self, event_name: str, request: Any, **kwargs: Any) -> Any:
        if not botocore_stubber.enabled:
            return botocore_stubber(event_name, request, **kwargs)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        body = request.body if isinstance(request.body, (bytes, bytearray)) else str(request.body or "").encode()
        signed = Signed(request.method, request.url, headers, bytes(body))
        call = parse_call(signed.method, signed.url, signed.headers, signed.body)

        def proceed() -> Response:
            response = botocore_stubber(event_name, request, **kwargs)
            if response is None:
                raise RuntimeError(f"moto does not know {request.url}")
            return Response(response.status_code, dict(response.headers), response.content)

        try:
            response = self._gate.serve(call, proceed, signed=signed)
        except ConnectionDropped as dropped:
            current().clock.advance(dropped.seconds)
            raise _botocore_error(dropped.how, request.url) from dropped
        raw: Any = MockRawResponse(response.body)
        return AWSResponse(request.url, response.status, response.headers, raw)  # type: ignore[arg-type] # as moto does


def _botocore_error(how: str, url: str) -> BotoCoreError:
    """Return the error that botocore raises for a connection without a response."""
    if how == "refused":
        return EndpointConnectionError(endpoint_url=url, error=ConnectionRefusedError(errno.ECONNREFUSED, "refused"))
    if how == "no_answer":
        return ReadTimeoutError(endpoint_url=url, error="read timed out")
    cut = ConnectionResetError(errno.ECONNRESET, "reset by peer") if how == "reset" else "closed without response"
    return ConnectionClosedError(endpoint_url=url, error=cut)


def _put_before_send(gate: InProcessGate) -> Any:
    """Replace moto's stubber in botocore's built-in handlers; return a function that restores it."""
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
