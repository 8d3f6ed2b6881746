"""Run the module in separate processes over HTTP, as Ansible does. A process can be killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.environment import REGION, ROOT, emulator_environment
from tests.support.module_runner import Result

# The maximum duration of a run.
SECONDS = 120


class Process:
    """One run of the module, which waits for its arguments."""

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self._connection = connection
        connection.settimeout(SECONDS)

    def send_arguments(self, task: Mapping[str, Any]) -> None:
        """Send the arguments as JSON to stdin, so that the module starts."""
        arguments = {"ANSIBLE_MODULE_ARGS": {"region": REGION, **task}}
        self._connection.sendall(json.dumps(arguments).encode())
        self._connection.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def result(self) -> Result | None:
        """Return the result at the end, None if the process was killed. Raises AssertionError for other output."""
        with self._connection, self._connection.makefile("r", encoding="utf-8") as output:
            printed = output.read()
        if not printed:
            return None
        try:
            return Result(json.loads(printed))
        except json.JSONDecodeError as error:
            raise AssertionError(f"The module printed no JSON document but {printed!r}") from error


class Processes:
    """Starts processes that call the server at the URL. A fork server forks them after all imports."""

    def __init__(self, url: str) -> None:
        self._environment = emulator_environment(url)
        self._exit = ExitStack()
        self._control: socket.socket

    def __enter__(self) -> Processes:
        with ExitStack() as stack:
            self._control, theirs = (stack.enter_context(end) for end in socket.socketpair())
            paths = [ROOT / ".build" / "collections", ROOT]
            forker = subprocess.Popen(
                [sys.executable, "-m", "tests.support.fork_server", str(theirs.fileno())],
                env={**self._environment, "PYTHONPATH": os.pathsep.join(map(str, paths))},
                pass_fds=[theirs.fileno()],
                cwd=Path(ROOT),
            )
            theirs.close()
            stack.callback(forker.wait, SECONDS)
            stack.callback(self._control.close)
            self._exit = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def start(self) -> Process:
        """Return a process that waits for its arguments."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [b"1"], [theirs.fileno()])
            pid = int.from_bytes(self._control.recv(8), "big")
        assert pid, "the fork server has ended"
        return Process(pid, ours)

    def run(self, task: Mapping[str, Any]) -> Result:
        """Run a task and return its result."""
        process = self.start()
        process.send_arguments(task)
        result = process.result()
        assert result is not None, "the module has printed nothing"
        return result
