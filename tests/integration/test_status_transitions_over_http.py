"""Cells of the grid of status transitions as tasks of a playbook over HTTP: one of each row, or of each tenth row."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.playbooks import run_tasks
from tests.support.stateful.setup import options_of, outcome, put_found
from tests.support.stateful.transitions import GRID, Cell, cells
from tests.support.thorough import some

MODULE = "awscc.sagemaker.inference_experiment"


def _sample() -> list[Cell]:
    """Return the cell with the most operations of each row, among those that start in a stable status."""
    stable = [cell for cell in cells() if cell.status == cell.stable_status]
    rows = [[cell for cell in stable if cell.declaration is declaration] for declaration in some(GRID, each=20)]
    return [max(row, key=lambda cell: (not cell.outcome.startswith("no"), cell.outcome.count(","))) for row in rows]


# Takes seconds: Ansible starts a process for each task, which imports boto3.
@pytest.mark.sampled
def test_task_of_playbook_has_outcome_of_cell(tmp_path: Path) -> None:
    start = datetime.now(timezone.utc).replace(microsecond=0)
    chosen = {f"experiment-{number}": cell for number, cell in enumerate(_sample())}
    with EmulatorServer(operation_seconds=0.1, transition_seconds=0.05, check_references=False) as server:
        for name, cell in chosen.items():
            put_found(cell, name, start, server)
        tasks = [{"name": cell.title, MODULE: options_of(cell, name, start)} for name, cell in chosen.items()]
        results = run_tasks(server, tmp_path, tasks)
    outcomes = dict(zip([cell.title for cell in chosen.values()], map(outcome, results), strict=True))
    assert outcomes == {cell.title: cell.outcome for cell in chosen.values()}
