"""Servers on the loopback interface that are not AWS. Each returns one response to every request."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

HTML = b"<!DOCTYPE html>\n<html><head><meta charset=utf-8></head><body><h1>%b</h1><hr></body></html>"
# The first bytes of a TLS handshake.
TLS_HANDSHAKE = b"\x16\x03"


def response(status: str, body: bytes = b"", content_type: str = "text/html") -> bytes:
    """Return an HTTP response, for example response("404 Not Found")."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close"
    return f"{head}\r\n\r\n".encode() + body


class LoopbackServer:
    """Return one response to every request. None: close each connection, as a TLS server does after an HTTP request."""

    def __init__(self, response: bytes | None) -> None:
        self.connections = 0
        self._response = response
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> LoopbackServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:  # closed
                return
            self.connections += 1
            with connection:
                self._respond(connection)

    def _respond(self, connection: socket.socket) -> None:
        received = connection.recv(65536)
        if self._response is None:
            return
        while not received.startswith(TLS_HANDSHAKE) and not _is_complete(received):
            received += connection.recv(65536)
        connection.sendall(self._response)


def _is_complete(request: bytes) -> bool:
    head, separator, body = request.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(separator) and len(body) >= int(lengths[0] if lengths else 0)


def closed_port() -> str:
    """Return an address with a closed port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"
