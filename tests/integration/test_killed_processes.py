"""Kill processes with SIGKILL at each of their calls, as a terminated job does, and run their tasks again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.gate import ConnectionDropped
from tests.emulator.server import EmulatorServer
from tests.support.environment import command, emulator_environment
from tests.support.module_runner import Result
from tests.support.playbooks import with_results, write_playbook
from tests.support.processes import SECONDS, Processes
from tests.support.stateful.interruption import MOMENTS, TASKS, Harness, Kill, kill_at_each_call
from tests.support.thorough import THOROUGH, some


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(operation_seconds=0.03, transition_seconds=0.02, check_references=False) as server:
        yield server


@pytest.fixture(scope="module")
def processes(server: EmulatorServer) -> Iterator[Processes]:
    with Processes(server.endpoint_url) as processes:
        yield processes


@pytest.mark.sampled
@pytest.mark.parametrize("moment", list(MOMENTS)[: None if THOROUGH else 1])
# Unit tests end all tasks at each call, in process.
@pytest.mark.parametrize("title", some(list(TASKS), each=6, thorough=3))
def test_second_run_completes_task_of_process_killed_at_any_call(
    title: str, moment: str, server: EmulatorServer, processes: Processes
) -> None:
    def attempt(task: dict[str, Any], kill: Kill | None) -> Result | None:
        process = processes.start()

        def end() -> None:
            process.kill()
            if kill and kill.moment == "arrival":
                raise ConnectionDropped("close")

        server.clear_faults()
        if kill:
            kill.arm(server, end)
        process.send_arguments(task)
        return process.result()

    killed = kill_at_each_call(Harness(server, attempt, server.wait), title, moment, None if THOROUGH else (2,))
    assert killed >= (4 if THOROUGH else 1)


# The number of the call that is a write, in each task.
WRITES = {"scheduled create and start": 2, "recreate and start": 3}

slow = pytest.mark.slow(reason="Ansible starts three times")


@slow
@pytest.mark.parametrize("title", WRITES)
def test_second_run_completes_playbook_killed_with_its_module(
    title: str, server: EmulatorServer, tmp_path: Path
) -> None:
    harness = Harness(server, lambda task, kill: _play(server, tmp_path, task, kill), server.wait)
    assert kill_at_each_call(harness, title, next(iter(MOMENTS)), (WRITES[title],)) == 1


def _play(server: EmulatorServer, folder: Path, task: dict[str, Any], kill: Kill | None) -> Result | None:
    """Run a playbook with one task, and kill ansible-playbook together with its module."""
    python, pids, results, playbook = (folder / name for name in ("python", "pids", "results.json", "playbook.json"))
    # exec keeps the process ID. The last ID in the file is that of the module.
    python.write_text(f'#!/bin/sh\necho $$ >> "{pids}"\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o700)
    write_playbook(playbook, tasks=with_results([{"awscc.sagemaker.inference_experiment": task}], str(results)))

    def end() -> None:
        os.kill(int(pids.read_text(encoding="utf-8").split()[-1]), signal.SIGKILL)
        process.kill()

    server.clear_faults()
    if kill:
        kill.arm(server, end)
    with subprocess.Popen(
        [command("ansible-playbook"), "-e", f"ansible_python_interpreter={python}", str(playbook)],
        env=emulator_environment(server.endpoint_url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        output = process.communicate(timeout=SECONDS)[0]
    assert process.returncode in (0, -signal.SIGKILL), output
    return None if process.returncode else Result(json.loads(results.read_text(encoding="utf-8"))[0])
