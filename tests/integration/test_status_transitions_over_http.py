# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the lifecycle grid, one cell of every row, as tasks of a real playbook over HTTP."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION
from tests.support.playbooks import ansible
from tests.support.stateful.setup import iter_options, outcome, put
from tests.support.stateful.transitions import GRID, Cell, cells


def sample() -> list[Cell]:
    """Return of every row a cell with as much to do as any, of those found settled."""
    everything = [cell for cell in cells() if cell.status == cell.stable_statuses]
    rows = [[cell for cell in everything if cell.declaration is declaration] for declaration in GRID]
    return [max(row, key=lambda cell: (not cell.outcome.startswith("no"), cell.outcome.count(","))) for row in rows]


def test_a_cell_of_every_row_comes_about_in_a_playbook(tmp_path: Path) -> None:
    began = datetime.now(timezone.utc).replace(microsecond=0)
    results = tmp_path / "results.json"
    tasks: list[dict[str, Any]] = []
    with EmulatorServer(operation_seconds=0.1, transition_seconds=0.05, check_references=False) as server:
        for number, cell in enumerate(sample()):
            name = f"experiment-{number}"
            put(cell, name, began, server)
            module = {"awscc.sagemaker.inference_experiment": iter_options(cell, name, began)}
            tasks.append({"name": cell.title, **module, "register": f"result_{number}", "ignore_errors": True})
        content = "{{ [" + ", ".join(f"result_{number}" for number in range(len(tasks))) + "] | to_json }}"
        tasks.append({"name": "Keep the results", "ansible.builtin.copy": {"dest": str(results), "content": content}})
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "module_defaults": {"group/awscc.sagemaker.aws": {"region": REGION}},
            "tasks": tasks,
        }
        playbook = tmp_path / "grid.json"
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        ansible(server, "ansible-playbook", str(playbook), cwd=tmp_path)
    found = dict(zip([cell.title for cell in sample()], map(outcome, json.loads(results.read_text())), strict=True))
    assert found == {cell.title: cell.outcome for cell in sample()}
