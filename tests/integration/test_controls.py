"""The examples for the controls of the emulator in the guide to the emulator, run as a user runs them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.control_api import CONTROLS, PREFIX
from tests.emulator.faults import KINDS
from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION
from tests.support.playbooks import ansible
from tools.generated_docs.guides import blocks, playbooks, text_of

GUIDE = "guide_emulator"
IN_PROCESS_ONLY = {"changed", "refused"}
COMMANDS = [
    command
    for block in blocks(GUIDE, "console")
    for command in re.findall(r"^\$ (curl (?:.*\\\n)*.*)$", block.text, re.MULTILINE)
]


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer() as server:
        server.seed(REGION)
        yield server


def _control(command: str) -> str:
    """Return the method and the path of a command, as CONTROLS has them."""
    arguments = shlex.split(command.replace("\\\n", " "))
    method = arguments[arguments.index("-X") + 1] if "-X" in arguments else "GET"
    (url,) = (argument for argument in arguments if argument.startswith("$AWS_ENDPOINT_URL"))
    path = url.partition(f"{PREFIX}/")[2].partition("?")[0]
    return f"{method} {re.sub('^experiments/.*', 'experiments/<region>/<name>', path)}"


def test_guide_has_example_of_each_control() -> None:
    assert {_control(command) for command in COMMANDS} == set(CONTROLS)


def test_guide_describes_each_kind_of_fault_and_its_members() -> None:
    table = text_of(GUIDE).partition("Kinds of faults\n")[2].partition("With ``applied: true``")[0]
    rows = re.findall(r"^   \* - (``.*)\n     -(.*)$", table, re.MULTILINE)
    described = {
        kind: set(re.findall(r"``(\w+)``", members))
        for kinds, members in rows[1:]
        for kind in re.findall(r"``(\w+)``", kinds)
    }
    assert described == {kind: set(members) for kind, members in KINDS.items() if kind not in IN_PROCESS_ONLY}


def test_commands_of_guide_succeed_in_order(server: EmulatorServer, tmp_path: Path) -> None:
    (tmp_path / ".curlrc").write_text("fail\nsilent\nshow-error\n", encoding="utf-8")
    environment = {**os.environ, **server.environment(), "CURL_HOME": str(tmp_path), "no_proxy": "127.0.0.1"}
    for command in COMMANDS:
        shell = ["/usr/bin/env", "bash", "-c", command]
        done = subprocess.run(shell, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.slow(reason="the module retries throttled calls for seven seconds")
def test_playbook_of_guide_shows_throttled_requests(server: EmulatorServer, tmp_path: Path) -> None:
    (block,) = (block for block in playbooks(GUIDE) if block.name == "throttled.yml")
    playbook = tmp_path / block.name
    playbook.write_text(block.text, encoding="utf-8")
    server.clear_log()
    output = ansible(server, "ansible-playbook", str(playbook), cwd=tmp_path)
    assert output.count("ThrottlingException") == 3
    assert server.calls() == ["ListResources"] * 4
