# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forks a process for each run of the module, with everything imported already; processes.py starts and asks it.

Its argument is the number of a socket. For each open file that comes over it, a child makes that its stdin, stdout and
stderr and becomes the module; the child's process id is the answer.
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

# The pauses of the engine are for operations that take minutes; here each takes a fifth of its time.
HASTE = 0.2


def serve(control: socket.socket, main: Callable[[], None]) -> None:
    """Fork for each file that comes, until the other side is gone. In a child it ends as the module does."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: they are over when their output is
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
    """Import and read what every run needs: the module, in haste, and the description of the service."""
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    boto3.client("cloudcontrol")
    engine: Any = importlib.import_module(ENGINE)
    engine.CLOCK = engine.CLOCK._replace(sleep=lambda seconds: time.sleep(seconds * HASTE))
    main: Callable[[], None] = importlib.import_module(f"{MODULES}.inference_experiment").main
    return main


if __name__ == "__main__":
    file = int(sys.argv.pop())  # an argument would be taken for the module's
    serve(socket.socket(fileno=file), _prepare())
