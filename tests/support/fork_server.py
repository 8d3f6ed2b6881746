"""Fork a process for each run of the module, after all imports. processes.py starts this server.

The argument is the number of a socket. For each file descriptor that the socket receives, the server forks a child that
uses the file as stdin, stdout and stderr and runs the module. The server returns the process ID of the child.
"""

from __future__ import annotations

import functools
import importlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session

from tests.support.module_runner import ENGINE, MODULES

# The pauses of the engine are for operations that take minutes. In these tests, each is a fifth as long.
PAUSE_FACTOR = 0.2


def serve(control: socket.socket, main: Callable[[], None]) -> None:
    """Fork for each file until the client closes the socket. Return in the child after the module has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the end of the output shows the end of a child
    while True:
        message, files, _flags, _address = socket.recv_fds(control, 1, 1)
        if not message:
            return None
        child = os.fork()
        if child == 0:
            control.close()
            for number in range(3):
                os.dup2(files[0], number)
            os.close(files[0])
            return main()
        os.close(files[0])
        control.sendall(child.to_bytes(8, "big"))


def _prepare() -> Callable[[], None]:
    """Import the module and read the description of the service. Return the main function of the module."""
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    boto3.client("cloudcontrol")
    engine: Any = importlib.import_module(ENGINE)
    engine.CLOCK = engine.CLOCK._replace(sleep=lambda seconds: time.sleep(seconds * PAUSE_FACTOR))
    main: Callable[[], None] = importlib.import_module(f"{MODULES}.inference_experiment").main
    return main


if __name__ == "__main__":
    file = int(sys.argv.pop())  # the module would read the argument
    serve(socket.socket(fileno=file), _prepare())
