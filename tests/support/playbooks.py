"""Run the programs of Ansible as a user runs them, against an emulator over HTTP."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION, ROOT, command, emulator_environment

TARGETS = ROOT / "tests" / "integration" / "targets"
SECONDS = 300


def ansible(
    server: EmulatorServer, program: str, *args: str, cwd: Path, variables: Mapping[str, str] | None = None
) -> str:
    """Run a program of Ansible against the emulator. Return its output; fail the test if the program fails."""
    environment = {**emulator_environment(server.endpoint_url), "ANSIBLE_ROLES_PATH": str(TARGETS)}
    # These take precedence over values of the targets, even if they are empty: over AWS_ENDPOINT_URL, and over the
    # region of a profile.
    del environment["AWS_URL"], environment["AWS_DEFAULT_REGION"]
    environment |= variables or {}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [command(program), *args],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{program} ended with {done.returncode}:\n{done.stdout}", pytrace=False)
    return done.stdout


def write_playbook(path: Path, **play: Any) -> str:
    """Write a playbook with one play for localhost in REGION. Return its path."""
    defaults = {"group/awscc.sagemaker.aws": {"region": REGION}}
    path.write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "module_defaults": defaults, **play}]),
        encoding="utf-8",
    )
    return str(path)


def with_results(tasks: Sequence[Mapping[str, Any]], file: str) -> list[dict[str, Any]]:
    """Return the tasks, which may fail, and a task that writes their results to a file, as a JSON array."""
    names = [f"result_{number}" for number in range(len(tasks))]
    registered = [{"register": name, "ignore_errors": True, **task} for name, task in zip(names, tasks, strict=True)]
    content = f"{{{{ [{', '.join(names)}] | to_json }}}}"
    return [*registered, {"name": "Write the results", "ansible.builtin.copy": {"dest": file, "content": content}}]


def run_tasks(server: EmulatorServer, folder: Path, tasks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Run tasks as a playbook. Return the result of each task."""
    results = folder / "results.json"
    playbook = write_playbook(folder / "playbook.json", tasks=with_results(tasks, str(results)))
    output = ansible(server, "ansible-playbook", playbook, cwd=folder)
    assert "Traceback" not in output
    found: list[dict[str, Any]] = json.loads(results.read_text(encoding="utf-8"))
    return found
