"""A sample of the fault matrix as tasks of a playbook over HTTP, with real connections and real time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION
from tests.support.faults.invariants import COMMAND
from tests.support.faults.matrix import WORDS, Cell, cells, late_cells
from tests.support.faults.setups import SCENARIOS
from tests.support.playbooks import run_tasks
from tests.support.stateful.invariants import assert_distinct_tokens, find, unmet
from tests.support.thorough import some

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
# Seconds without a response after which a call ends. The default of a minute is too long for a test.
READ_TIMEOUT = 2


# Takes seconds: Ansible starts a process for each task, and the module waits before it repeats a call.
@pytest.mark.sampled
def test_task_of_playbook_has_outcome_of_cell_of_fault_matrix(tmp_path: Path) -> None:
    by_title = {cell.title: cell for cell in (*cells(), *late_cells())}
    sample = {f"experiment-{number}": by_title[title] for number, title in enumerate(some(SAMPLE, each=8))}
    with EmulatorServer(operation_seconds=0.1, transition_seconds=0.05, check_references=False) as server:
        for name, cell in sample.items():
            _prepare(server, name, cell)
        results = run_tasks(server, tmp_path, [_task(name, cell) for name, cell in sample.items()])
        for (name, cell), result in zip(sample.items(), results, strict=True):
            _check(cell, name, result, server)


def _prepare(server: EmulatorServer, name: str, cell: Cell) -> None:
    SCENARIOS[cell.place.scenario].prepare(server, name)
    details = {**cell.fault.details, **({"seconds": READ_TIMEOUT * 2} if "seconds" in cell.fault.details else {})}
    server.fault(cell.place.operation, cell.fault.kind, identifier=name, after=cell.place.nth - 1, **details)


def _task(name: str, cell: Cell) -> dict[str, Any]:
    scenario = SCENARIOS[cell.place.scenario]
    options = {**scenario.task(name), "aws_config": {"read_timeout": READ_TIMEOUT}}
    return {"name": cell.title, f"awscc.sagemaker.{scenario.module}": options}


def _check(cell: Cell, name: str, result: Mapping[str, Any], server: EmulatorServer) -> None:
    ours = [operation for operation in server.operations(REGION) if operation.identifier == name]
    assert_distinct_tokens(ours)
    assert result["changed"] is any(operation.effects for operation in ours), cell.title
    if cell.outcome.startswith("+") or cell.outcome == "recovered":
        assert not result.get("failed"), f"{cell.title}: {result['msg']}"
        assert unmet(SCENARIOS[cell.place.scenario].task(name), find(server, name)) == [], cell.title
        effects = [effect for operation in ours for effect in operation.effects]
        assert len(set(effects)) == len(effects), cell.title
        return
    assert result["error"]["code"] == cell.fault.code, cell.title
    assert WORDS[cell.fault.code] in result["msg"]
    token = result["error"]["request_token"]
    assert (COMMAND.format(token=token, region=REGION) in result["msg"]) is bool(token), cell.title
