# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that are killed with SIGKILL at each of their calls, as a terminated job does it, and tasks run again."""

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
from tests.support.environment import REGION, command, emulator_environment
from tests.support.module_runner import Result
from tests.support.processes import PATIENCE, Processes
from tests.support.stateful.interruption import ERRANDS, MOMENTS, Bed, Kill, check
from tests.support.thorough import THOROUGH


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(operation_seconds=0.03, transition_seconds=0.02, check_references=False) as server:
        yield server


@pytest.fixture(scope="module")
def processes(server: EmulatorServer) -> Iterator[Processes]:
    with Processes(server.endpoint_url) as processes:
        yield processes


@pytest.mark.parametrize("moment", list(MOMENTS)[: None if THOROUGH else 1])
@pytest.mark.parametrize("title", list(ERRANDS)[: None if THOROUGH else 1])
def test_a_process_killed_at_any_call_is_no_loss(
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
            kill.order(server, end)
        process.create_module(task)
        return process.result()

    killed = check(Bed(server, attempt, server.wait), title, moment, None if THOROUGH else (2,))
    assert killed >= (4 if THOROUGH else 1)


# The position of a write in each task.
PLAYED = {"create what is scheduled, and start it": 2, "recreate what runs, and start it": 3}

if THOROUGH:  # many seconds of Ansible's own

    @pytest.mark.parametrize("title", PLAYED)
    def test_a_playbook_killed_with_its_module_can_be_run_again(
        title: str, server: EmulatorServer, tmp_path: Path
    ) -> None:
        bed = Bed(server, lambda task, kill: _play(server, tmp_path, task, kill), server.wait)
        assert check(bed, title, next(iter(MOMENTS)), (PLAYED[title],)) == 1


def _play(server: EmulatorServer, folder: Path, task: dict[str, Any], kill: Kill | None) -> Result | None:
    """Run a playbook of the one task; ansible-playbook and its module die together."""
    python, pids, results, playbook = (folder / name for name in ("python", "pids", "results.json", "playbook.json"))
    # exec keeps the process id: the last one noted is that of the module.
    python.write_text(f'#!/bin/sh\necho $$ >> "{pids}"\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o700)
    playbook.write_text(json.dumps([_play_of(task, results)]), encoding="utf-8")

    def end() -> None:
        os.kill(int(pids.read_text(encoding="utf-8").split()[-1]), signal.SIGKILL)
        process.kill()

    server.clear_faults()
    if kill:
        kill.order(server, end)
    with subprocess.Popen(
        [command("ansible-playbook"), "-e", f"ansible_python_interpreter={python}", str(playbook)],
        env=emulator_environment(server.endpoint_url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode in (0, -signal.SIGKILL), said
    return None if process.returncode else Result(json.loads(results.read_text(encoding="utf-8")))


def _play_of(task: dict[str, Any], results: Path) -> dict[str, Any]:
    module = {"awscc.sagemaker.inference_experiment": {"region": REGION, **task}, "register": "result"}
    keep = {"ansible.builtin.copy": {"dest": str(results), "content": "{{ result | to_json }}"}}
    return {"hosts": "localhost", "gather_facts": False, "tasks": [module, keep]}
