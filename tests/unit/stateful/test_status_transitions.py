"""Run the cells of the grid: each task in check mode, then without, then again.

A sample has each declaration and each status.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.module_runner import run_module
from tests.support.stateful.invariants import VARIANT_ACTIONS, endpoint_reads, run, writes
from tests.support.stateful.setup import options_of, outcome, put_found
from tests.support.stateful.transitions import NEEDED, Cell, cells
from tests.support.thorough import some
from tools.generated_docs.lifecycle import PAGE, page

_names = (f"experiment-{number}" for number in itertools.count())


# Read this test first. The other tests of this folder run such tasks with faults, kills and concurrent changes.
def test_promotion_of_running_experiment_sends_stop_once(emulator: Emulator) -> None:
    emulator.put_experiment(REGION, {"Name": "checkout"}, status="Running")
    emulator.clear_log()
    task = {"name": "checkout", "desired_state": "Completed", "on_stop": "promote_shadow"}

    first = run_module("inference_experiment", task, emulator=emulator)
    second = run_module("inference_experiment", task, emulator=emulator)

    assert (first.changed, first["inference_experiment"]["status"]) == (True, "Completed")
    assert (second.changed, second["operations"]) == (False, [])
    assert emulator.writes() == ["UpdateResource"]
    assert emulator.experiment("checkout")["fate"] == {"production": "Remove", "shadow": "Promote"}


@pytest.mark.sampled
@pytest.mark.parametrize("cell", some(cells(), each=11), ids=lambda cell: cell.title)
def test_task_has_outcome_of_cell_as_predicted_in_check_mode(cell: Cell, emulator: Emulator) -> None:
    start = emulator.clock.now()
    name = next(_names)
    task = options_of(cell, name, start)
    put_found(cell, name, start, emulator)

    predicted = run(emulator, task, check=True)
    assert not writes(emulator), "check mode writes nothing"
    assert outcome(predicted.values) == cell.outcome

    put_found(cell, name, start, emulator)  # check mode has waited for the end of a transitional status
    done = run(emulator, task)
    assert outcome(done.values) == cell.outcome
    assert done.changed == predicted.changed
    assert _documents(done) == _documents(predicted)
    assert _predictable(done) == _predictable(predicted)
    if done.failed:
        assert not writes(emulator), "a rejected task writes nothing"
        assert all(name in done.msg for name in _rejected_options(cell, task))
        return

    if cell.outcome.endswith("stop"):
        assert emulator.experiment(name, REGION)["fate"] == VARIANT_ACTIONS[task.get("on_stop", "retain")]

    again = run(emulator, task)
    assert not again.changed
    reads = ["DescribeInferenceExperiment"] if _compares_schedule(task, again) else []
    reads += endpoint_reads(task, again["inference_experiment"].get("status"))
    assert emulator.calls() == ["GetResource", *reads]


def test_guide_to_operations_shows_grid() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.generated_docs"


def _rejected_options(cell: Cell, task: Mapping[str, Any]) -> set[str]:
    """Return the options that the message of a rejection must name."""
    if cell.outcome == "no: missing":
        return NEEDED.keys() - task.keys()
    if cell.outcome in ("no: absent", "no: new", "no: not started"):
        return {"desired_state"}
    if cell.outcome == "no: ended" and "desired_state" in task:
        return set()
    return cell.declaration.options.keys() - {"desired_state", "on_stop", "schedule", "tags"}


def _documents(result: Any) -> list[Any]:
    return [(o["operation"], o.get("patch_document"), o.get("desired_state")) for o in result["operations"]]


def _predictable(result: Any) -> dict[str, Any]:
    """Return the experiment without the values that only AWS sets. Of a schedule, AWS can omit the times."""
    unknown = {"creation_time", "last_modified_time", "endpoint_metadata"}
    if any(operation["operation"] == "create" for operation in result["operations"]):
        unknown.add("arn")
    known = {name: value for name, value in result["inference_experiment"].items() if name not in unknown}
    return {**known, "schedule": "some"} if "schedule" in known else known


def _compares_schedule(task: Mapping[str, Any], result: Any) -> bool:
    status = result["inference_experiment"].get("status")
    return "schedule" in task and task.get("state") != "absent" and status in ("Created", "Running")
