# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the matrix of faults as tasks of a real playbook over HTTP, on real connections and real time."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION
from tests.support.faults.invariants import COMMAND
from tests.support.faults.matrix import WORDS, Cell, cells, late_cells
from tests.support.faults.setups import MANAGE, SCENES
from tests.support.playbooks import ansible
from tests.support.stateful.invariants import unmet

SAMPLE = (
    "connection reset once at create",
    "applied, then connection closed once at create",
    "applied, then HTTP 500 once at stop",
    "applied, then no response in time once at update",
    "HTTP 503 with an HTML page once at first read before an update",
    "HTTP 200, truncated JSON once at Describe before a recreate",
    "connection closed once at first poll of an update",
    "ExpiredTokenException once at first poll of a delete",
    "Throttling once at start",
    "CANCEL_COMPLETE once at delete",
)
# Seconds after which a call is given up here; a minute is too long for a test.
SILENCE = 2


def sample() -> dict[str, Cell]:
    """Return the cells by the names of their experiments."""
    by_title = {cell.title: cell for cell in (*cells(), *late_cells())}
    return {f"experiment-{number}": by_title[title] for number, title in enumerate(SAMPLE)}


def test_a_sample_of_the_matrix_comes_about_in_a_playbook(tmp_path: Path) -> None:
    with EmulatorServer(operation_seconds=0.1, transition_seconds=0.05, check_references=False) as server:
        for name, cell in sample().items():
            _prepare(server, name, cell)
        elsewhere = [
            {f"awscc.sagemaker.{MANAGE}": {"name": "x", "endpoint_url": _nobody_there()}},
            {f"awscc.sagemaker.{MANAGE}": {"name": "x", "region": "us-east-9"}},
        ]
        *results, refused, unknown = _play(
            server, tmp_path, [*(_task(name, cell) for name, cell in sample().items()), *elsewhere]
        )
        for (name, cell), result in zip(sample().items(), results, strict=True):
            _must_be(cell, name, result, server)
        assert [record.status for record in server.log if record.region != REGION] == [403], "and no second try"
    _must_have_failed(refused, "EndpointConnectionError", "Check region, endpoint_url")
    _must_have_failed(unknown, "InvalidSignatureException", "Check region")


def _nobody_there() -> str:
    with socket.create_server(("127.0.0.1", 0)) as freed:
        return f"http://127.0.0.1:{freed.getsockname()[1]}"


def _prepare(server: EmulatorServer, name: str, cell: Cell) -> None:
    SCENES[cell.place.scene].prepare(server, name)
    details = {**cell.fault.details, **({"seconds": SILENCE * 2} if "seconds" in cell.fault.details else {})}
    server.fault(cell.place.operation, cell.fault.kind, identifier=name, after=cell.place.nth - 1, **details)


def _task(name: str, cell: Cell) -> dict[str, Any]:
    scene = SCENES[cell.place.scene]
    options = {**scene.task(name), "aws_config": {"read_timeout": SILENCE}}
    return {"name": cell.title, f"awscc.sagemaker.{scene.module}": options}


def _play(server: EmulatorServer, folder: Path, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run tasks that may fail; return what each has registered."""
    results = folder / "results.json"
    registered = [f"result_{number}" for number in range(len(tasks))]
    kept = {"dest": str(results), "content": f"{{{{ [{', '.join(registered)}] | to_json }}}}"}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "module_defaults": {"group/awscc.sagemaker.aws": {"region": REGION}},
        "tasks": [
            *({**task, "register": name, "ignore_errors": True} for task, name in zip(tasks, registered, strict=True)),
            {"name": "Keep the results", "ansible.builtin.copy": kept},
        ],
    }
    playbook = folder / "faults.json"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    said = ansible(server, "ansible-playbook", str(playbook), cwd=folder)
    assert "Traceback" not in said
    found: list[dict[str, Any]] = json.loads(results.read_text())
    return found


def _must_be(cell: Cell, name: str, result: Mapping[str, Any], server: EmulatorServer) -> None:
    found = _find(server, name)
    ours = [operation for operation in server.operations(REGION) if operation.identifier == name]
    assert len({operation.client_token for operation in ours}) == len(ours), cell.title
    assert result["changed"] is any(operation.effects for operation in ours), cell.title
    if cell.outcome.startswith("+") or cell.outcome == "goes on":
        assert not result.get("failed"), f"{cell.title}: {result['msg']}"
        assert unmet(SCENES[cell.place.scene].task(name), found) == [], cell.title
        done = [effect for operation in ours for effect in operation.effects]
        assert len(set(done)) == len(done), cell.title
        return
    _must_have_failed(result, cell.fault.code, WORDS[cell.fault.code])
    token = result["error"]["request_token"]
    assert (COMMAND.format(token=token, region=REGION) in result["msg"]) is bool(token), cell.title


def _must_have_failed(result: Mapping[str, Any], code: str, words: str) -> None:
    assert result["error"]["code"] == code
    assert words in result["msg"]


def _find(server: EmulatorServer, name: str) -> dict[str, Any] | None:
    try:
        return server.experiment(name, REGION)
    except KeyError:
        return None
