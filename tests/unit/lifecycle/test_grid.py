# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cell of the grid: planned in check mode, done, and done again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.emulator import Emulator, ManualClock
from tests.environment import REGION
from tests.unit.harness import Result, run_module, with_shared_clients
from tests.unit.lifecycle.document import PAGE, page
from tests.unit.lifecycle.grid import NEEDED, REASONS, Cell, cells

_names = (f"experiment-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One for all cells, each with an experiment of its own; roles, endpoints and models are taken to exist."""
    with Emulator(clock=ManualClock(), check_references=False) as emulator, with_shared_clients():
        yield emulator


@pytest.mark.parametrize("cell", cells(), ids=lambda cell: cell.title)
def test_each_cell_is_predicted_and_comes_about(cell: Cell, emulator: Emulator) -> None:
    began = emulator.clock.now()
    task = _given(cell, began)
    _put(cell, task["name"], began, emulator)

    predicted, calls = _run(task, emulator, check=True)
    assert not _writes(calls), "check mode writes nothing"
    assert _outcome(predicted) == cell.outcome

    _put(cell, task["name"], began, emulator)  # check mode has waited a transit out
    done, calls = _run(task, emulator)
    assert _outcome(done) == cell.outcome
    assert done.changed == predicted.changed
    assert _documents(done) == _documents(predicted)
    assert _timeless(done["inference_experiment"]) == _timeless(predicted["inference_experiment"])
    if done.failed:
        assert not [call for call in calls if call.startswith(("Create", "Update", "Delete"))], (
            "a refusal writes nothing"
        )
        assert all(name in done.msg for name in _to_be_named(cell, task))
        return

    again, calls = _run(task, emulator)
    assert not again.changed
    reads = ["DescribeInferenceExperiment"] if _compares_schedule(task, again) else []
    assert calls == ["GetResource", *reads]


def test_the_page_shows_the_grid() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.unit.lifecycle.document"


def _given(cell: Cell, began: datetime) -> dict[str, Any]:
    """The task of a cell, times made absolute; an endpoint of its own, since one serves a single experiment."""
    name = next(_names)
    task = {**(NEEDED if cell.recreate else {}), **cell.wish.gives, "name": name}
    if cell.recreate:
        task["recreate"] = True
    if "endpoint_name" in task:
        task["endpoint_name"] += f"-{name}"
    if "schedule" in task:
        hours = {key: int(ahead.strip("+h")) for key, ahead in task["schedule"].items()}
        task["schedule"] = {key: (began + timedelta(hours=ahead)).isoformat() for key, ahead in hours.items()}
    return task


def _put(cell: Cell, name: str, began: datetime, emulator: Emulator) -> None:
    """Make the experiment as the cell's task finds it: all of NEEDED, and something of what may be left out."""
    if cell.status == "absent":
        return
    start = began + timedelta(hours=24 if cell.settles_as == "Created" else -2)
    properties = {
        "Name": name,
        "Type": "ShadowMode",
        "RoleArn": NEEDED["role_arn"],
        "EndpointName": f"{NEEDED['endpoint_name']}-{name}",
        "ModelVariants": _pascal(NEEDED["model_variants"]),
        "ShadowModeConfig": _pascal(NEEDED["shadow_mode_config"]),
        "Schedule": {"StartTime": start.isoformat(), "EndTime": (began + timedelta(hours=72)).isoformat()},
        "Description": "a text",
        "DataStorageConfig": {"Destination": "s3://bucket/captured"},
    }
    moves = cell.status != cell.settles_as
    emulator.put_experiment(
        REGION,
        properties,
        status=cell.status,
        tags={"team": "shop"},
        time_left=2.0 if moves else None,
        then=cell.settles_as if moves else None,
    )


def _pascal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {"".join(map(str.capitalize, name.split("_"))): _pascal(member) for name, member in value.items()}
    return [_pascal(element) for element in value] if isinstance(value, list) else value


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
    return list(cell.wish.names)


def _writes(calls: list[str]) -> list[str]:
    return [call for call in calls if call.startswith(("Create", "Update", "Delete"))]


def _outcome(result: Result) -> str:
    """What a run did, in the words of the grid."""
    if result.failed:
        return f"no: {next((name for name, words in REASONS.items() if words in result.msg), result.msg)}"
    return ", ".join(map(_word, result["operations"])) or "-"


def _word(operation: Mapping[str, Any]) -> str:
    for step in operation.get("patch_document", []):
        if step["path"] == "/DesiredState":
            return "start" if step["value"] == "Running" else "stop"
    return str(operation["operation"])


def _documents(result: Result) -> list[Any]:
    return [(o["operation"], o.get("patch_document"), o.get("desired_state")) for o in result["operations"]]


def _timeless(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """An experiment without what cannot be known before: times, the ARN, and the endpoint as it was found."""
    unknown = {"arn", "creation_time", "last_modified_time", "endpoint_metadata"}
    known = {name: value for name, value in experiment.items() if name not in unknown}
    return {**known, "schedule": "some"} if "schedule" in known else known


def _compares_schedule(task: Mapping[str, Any], result: Result) -> bool:
    status = result["inference_experiment"].get("status")
    return "schedule" in task and task.get("state") != "absent" and status in ("Created", "Running")
