# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cell of the grid: planned in check mode, done, and done again.

A share of the cells, with every declaration and every status in it; THOROUGH=1 in the environment makes it all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.module_runner import Result, run_module
from tests.support.stateful.invariants import FATES
from tests.support.stateful.setup import iter_options, outcome, put
from tests.support.stateful.transitions import NEEDED, Cell, cells
from tests.support.thorough import some
from tools.generated_docs.lifecycle import PAGE, page

_names = (f"experiment-{number}" for number in itertools.count())


@pytest.mark.parametrize("cell", some(cells(), each=5), ids=lambda cell: cell.title)
def test_each_cell_is_predicted_and_comes_about(cell: Cell, emulator: Emulator) -> None:
    began = emulator.clock.now()
    name = next(_names)
    task = iter_options(cell, name, began)
    put(cell, name, began, emulator)

    predicted, calls = _run(task, emulator, check=True)
    assert not _writes(calls), "check mode writes nothing"
    assert outcome(predicted.values) == cell.outcome

    put(cell, name, began, emulator)  # check mode has waited a transit out
    done, calls = _run(task, emulator)
    assert outcome(done.values) == cell.outcome
    assert done.changed == predicted.changed
    assert _documents(done) == _documents(predicted)
    assert _foreseeable(done) == _foreseeable(predicted)
    if done.failed:
        assert not _writes(calls), "a refusal writes nothing"
        assert all(name in done.msg for name in _to_be_named(cell, task))
        return

    if cell.outcome.endswith("stop"):
        assert emulator.experiment(name, REGION)["fate"] == FATES[task.get("on_stop", "retain")]

    again, calls = _run(task, emulator)
    assert not again.changed
    reads = ["DescribeInferenceExperiment"] if _compares_schedule(task, again) else []
    assert calls == ["GetResource", *reads]


def test_the_page_shows_the_grid() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.generated_docs.lifecycle"


def _run(task: dict[str, Any], emulator: Emulator, *, check: bool = False) -> tuple[Result, list[str]]:
    emulator.clear_log()
    result = run_module("inference_experiment", task, emulator=emulator, check=check)
    return result, emulator.calls()


def _to_be_named(cell: Cell, task: Mapping[str, Any]) -> list[str]:
    """The options that the message of a refusal must have, so that a user knows what it is about."""
    if cell.outcome == "no: missing":
        return [name for name in NEEDED if name not in task]
    if cell.outcome in ("no: absent", "no: new", "no: not started"):
        return ["desired_state"]
    return list(cell.declaration.names)


def _writes(calls: list[str]) -> list[str]:
    return [call for call in calls if call.startswith(("Create", "Update", "Delete"))]


def _documents(result: Result) -> list[Any]:
    return [(o["operation"], o.get("patch_document"), o.get("desired_state")) for o in result["operations"]]


def _foreseeable(result: Result) -> dict[str, Any]:
    """The experiment without times, and without what only its creation makes known."""
    unknown = {"creation_time", "last_modified_time"}
    if any(operation["operation"] == "create" for operation in result["operations"]):
        unknown |= {"arn", "endpoint_metadata"}
    known = {name: value for name, value in result["inference_experiment"].items() if name not in unknown}
    return {**known, "schedule": "some"} if "schedule" in known else known


def _compares_schedule(task: Mapping[str, Any], result: Result) -> bool:
    status = result["inference_experiment"].get("status")
    return "schedule" in task and task.get("state") != "absent" and status in ("Created", "Running")
