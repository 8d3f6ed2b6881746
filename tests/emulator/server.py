"""The emulator over HTTP: moto's server in a thread behind the gate, with the control API on the same port."""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any

from moto.moto_server import werkzeug_app
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import get_current_url

from . import control_api
from .access import Signed
from .clock import Clock
from .cloudcontrol.requests import LIVE
from .controls import CREDENTIALS, Controls
from .gate import ConnectionDropped, Gate
from .protocols import Response
from .records import parse_call

logger = logging.getLogger(__name__)
# Newer versions of moto have their own request handler.
_BaseHandler: Any = getattr(werkzeug_app, "MotoRequestHandler", WSGIRequestHandler)


class EmulatorServer(Controls):
    """AWS at `endpoint_url`, an address of this machine; the keyword arguments are Settings.

    ```python
    with EmulatorServer(operation_seconds=0.1) as server:
        subprocess.run(command, env={**os.environ, **server.environment()})
    ```
    A callback of `on_call` runs in the server's thread: it must use `client`, because its calls are not logged. With
    `tls` the server uses HTTPS with the certificate of this context; `client` and `environment` trust the authorities
    in the file `ca_bundle`.
    """

    http = True

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        tls: ssl.SSLContext | None = None,
        ca_bundle: str | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(clock=clock, **settings)
        self._address = (host, port)
        self._tls, self._ca_bundle = tls, ca_bundle
        self.endpoint_url = ""

    def environment(self, region: str = "us-east-1") -> dict[str, str]:
        """Return the environment variables of a process that uses this server."""
        where = {"AWS_ENDPOINT_URL": self.endpoint_url, "AWS_URL": self.endpoint_url}
        if self._ca_bundle:
            where["AWS_CA_BUNDLE"] = self._ca_bundle
        return {**where, **CREDENTIALS, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}

    def wait(self) -> None:
        """Wait until no operation of Cloud Control is running."""
        while any(operation.status in LIVE for operation in self.operations()):
            time.sleep(0.02)

    def _start(self, stack: ExitStack) -> None:
        self.reset()
        stack.callback(self.reset)
        host, port = self._address
        server = make_server(
            host, port, Application(self), threaded=True, request_handler=RequestHandler, ssl_context=self._tls
        )
        stack.callback(server.server_close)
        self.endpoint_url = f"{'https' if self._tls else 'http'}://{host}:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)

    def _endpoint(self) -> dict[str, str]:
        return {"endpoint_url": self.endpoint_url, **({"verify": self._ca_bundle} if self._ca_bundle else {})}


class Application:
    """The WSGI application: the control API, moto's pages, and AWS through the gate."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._gate = Gate()
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        body = _body(environ)
        if path == control_api.PREFIX or path.startswith(f"{control_api.PREFIX}/"):
            response = self._control(environ, path, body)
        elif path.startswith("/moto-api"):
            response = self._proceed(environ, body)
        else:
            response = self._aws(environ, body)
        headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
        length = response.headers.get("Content-Length") if environ["REQUEST_METHOD"] == "HEAD" else None
        headers["Content-Length"] = length or str(len(response.body))
        phrase = HTTPStatus(response.status).phrase if response.status in HTTPStatus._value2member_map_ else "Unknown"
        start_response(f"{response.status} {phrase}", list(headers.items()))
        return [response.body]

    def _control(self, environ: dict[str, Any], path: str, body: bytes) -> Response:
        method, query = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
        status, value = control_api.handle(self._controls, method, path, query=query, body=body)
        return Response(status, {"Content-Type": "application/json"}, json.dumps(value, indent=2).encode())

    def _aws(self, environ: dict[str, Any], body: bytes) -> Response:
        headers = {name[5:].replace("_", "-").lower(): environ[name] for name in environ if name.startswith("HTTP_")}
        headers["content-type"] = environ.get("CONTENT_TYPE", "")
        signed = Signed(environ["REQUEST_METHOD"], get_current_url(environ), headers, body)
        call = parse_call(signed.method, environ.get("PATH_INFO", ""), headers, body)
        try:
            return self._gate.serve(call, lambda: self._proceed(environ, body), signed=signed)
        except ConnectionDropped as dropped:
            time.sleep(dropped.seconds)
            _cut(environ["werkzeug.socket"], reset=dropped.how == "reset")
            raise ConnectionError("cut, as ordered") from dropped

    def _proceed(self, environ: dict[str, Any], body: bytes) -> Response:
        """Return moto's response, or status 500 with the message of an exception, and log its traceback."""
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        try:
            chunks, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
            return Response(int(status.split()[0]), dict(headers), b"".join(chunks))
        except Exception as error:
            logger.exception("moto could not answer")
            message = json.dumps({"__type": "InternalFailure", "message": f"{type(error).__name__}: {error}"})
            return Response(500, {"Content-Type": "application/x-amz-json-1.0"}, message.encode())


class RequestHandler(_BaseHandler):  # type: ignore[misc] # moto's class or werkzeug's
    """Closes a cut connection, logs no requests, and adds no Date header."""

    def send_response(self, code: Any, message: str | None = None) -> None:
        self.send_response_only(code, message)
        self.send_header("Server", self.version_string())

    def connection_dropped(self, *_args: Any, **_kwargs: Any) -> None:
        self.close_connection = True


def _body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    return bytes(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))


def _cut(connection: socket.socket, *, reset: bool) -> None:
    """Close without a response; with SO_LINGER 0 the peer receives a reset."""
    if not reset:
        connection.shutdown(socket.SHUT_RDWR)
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())
