# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every cell of the matrix: the outcome is the one stated, and the laws hold.

A share of the cells, with every fault and every place in it; THOROUGH=1 in the environment makes it all of them.
"""

from __future__ import annotations

import random
from typing import Any

import botocore.session
import pytest

from tests.emulator import Emulator, ManualClock, faults
from tests.support.faults import invariants
from tests.support.faults.matrix import CANCELLED, FAULTS, LATE, PLACES, SILENCE, Cell, cells, done_cells, late_cells
from tests.support.faults.setups import INFORM, SCENES, Scene
from tests.support.module_runner import Result, run_module
from tests.support.thorough import some
from tools.generated_docs.faults import PAGE, page

ALWAYS = 10**6
ONE_IN = 11
# Budgets: of a task that is not to end by it, of one that ends by nothing else, and of one with little time.
PLENTY, POLLING, LITTLE = 1800, 90, 5


@pytest.fixture
def emulator(emulator_of_module: Emulator) -> Emulator:
    """As it would be for the first test; random pauses are the same at every run."""
    emulator_of_module.reset()
    emulator_of_module.world.clock = ManualClock()
    random.seed(7)
    return emulator_of_module


_SHARE = some(list(cells()), each=ONE_IN)
# Cells outside of the share: the task is rejected before it has submitted an operation.
_REJECTED_FIRST = [
    cell
    for cell in cells()
    if cell.title == "unknown status once at read after a concurrent operation" and cell not in _SHARE
]


@pytest.mark.parametrize("cell", [*_SHARE, *_REJECTED_FIRST], ids=lambda cell: cell.title)
def test_a_call_that_fails(cell: Cell, emulator: Emulator) -> None:
    undisturbed = _calls_undisturbed(cell, emulator)
    played = invariants.Played(emulator, SCENES[cell.place.scene])
    _order(emulator, cell, after=cell.place.nth - 1)
    wait_timeout = POLLING if cell.outcome == "TimedOut" else PLENTY
    result = _run(played.scene, emulator, wait_timeout=wait_timeout)
    played.must_hold(result, wait_timeout, cell.fault.details.get("seconds", 0))
    assert _outcome(cell, result, emulator, undisturbed) == cell.outcome, result.msg
    if result.failed:
        invariants.message_tells(cell, result, emulator)
        assert emulator.writes() == [] or cell.place.column != "first", 'only "not found" means absent'
    if cell.outcome.isdigit() and int(cell.outcome) > 1:
        invariants.backs_off(cell, emulator)
    played.converges(result, _run)


_LATE = [*late_cells(), *done_cells()]


@pytest.mark.parametrize("cell", some(_LATE, each=7), ids=lambda cell: cell.title)
def test_an_operation_that_fails(cell: Cell, emulator: Emulator) -> None:
    undisturbed = _calls_undisturbed(cell, emulator)
    played = invariants.Played(emulator, SCENES[cell.place.scene])
    _order(emulator, cell)
    result = _run(played.scene, emulator, wait_timeout=PLENTY)
    played.must_hold(result, PLENTY, 0)
    assert _outcome(cell, result, emulator, undisturbed) == cell.outcome, result.msg
    if result.failed:
        invariants.message_tells(cell, result, emulator)
    played.converges(result, _run)


_ENDLESS = [
    cell
    for cell in cells()
    if cell.for_good
    and cell.outcome != "1"
    and cell.fault.kind in ("throttle", "no_answer", "lost", "refused")
    and SCENES[cell.place.scene].module != INFORM
]


@pytest.mark.parametrize("cell", some(_ENDLESS, each=7), ids=lambda cell: cell.title)
def test_little_time_is_not_exceeded_by(cell: Cell, emulator: Emulator) -> None:
    played = invariants.Played(emulator, SCENES[cell.place.scene])
    _order(emulator, cell, after=cell.place.nth - 1, silence=LITTLE)
    result = _run(played.scene, emulator, wait_timeout=LITTLE)
    assert result.failed
    assert result["error"]["code"] == "TimedOut"
    assert "run the task again" in result.msg.lower()
    played.must_hold(result, LITTLE, LITTLE if "seconds" in cell.fault.details else 0)
    played.converges(result, _run)


def test_the_matrix_has_every_code_that_aws_names() -> None:
    enum: Any = botocore.session.get_session().get_service_model("cloudcontrol").shape_for("HandlerErrorCode")
    assert {late.code for late in LATE} == {*faults.HANDLER_ERROR_CODES, CANCELLED}
    assert {late.code for late in LATE} > set(enum.enum)


def test_the_matrix_has_every_call_that_is_made(emulator: Emulator) -> None:
    made = set()
    for scene in SCENES.values():
        emulator.reset()
        scene.prepare(emulator)
        assert not _run(scene, emulator, wait_timeout=PLENTY).failed
        made |= set(emulator.calls())
    assert {place.operation for place in PLACES} == made


def test_the_share_has_every_fault_and_every_place() -> None:
    chosen = some(list(cells()), each=ONE_IN)
    assert {cell.fault.title for cell in chosen} == {fault.title for fault in FAULTS}
    assert {(cell.place, cell.for_good) for cell in chosen} == {(p, often) for p in PLACES for often in (False, True)}


def test_the_page_shows_the_matrix() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.generated_docs.faults"


def _order(emulator: Emulator, cell: Cell, *, after: int = 0, silence: int = SILENCE) -> None:
    details = {**cell.fault.details, **({"seconds": silence} if "seconds" in cell.fault.details else {})}
    times = ALWAYS if cell.for_good else 1
    emulator.fault(cell.place.operation, cell.fault.kind, times=times, after=after, **details)


def _run(scene: Scene, emulator: Emulator, *, wait_timeout: int = PLENTY, check: bool | None = None) -> Result:
    emulator.clear_log()
    task = {**scene.task(), **({"wait_timeout": wait_timeout} if scene.module != INFORM else {})}
    return run_module(scene.module, task, emulator=emulator, check=scene.check if check is None else check)


_undisturbed: dict[str, list[str]] = {}


def _calls_undisturbed(cell: Cell, emulator: Emulator) -> int:
    """How many calls of the disturbed kind the task makes if nothing goes wrong."""
    name = cell.place.scene
    if name not in _undisturbed:
        SCENES[name].prepare(emulator)
        _run(SCENES[name], emulator)
        _undisturbed[name] = emulator.calls()
        emulator.reset()
    return _undisturbed[name].count(cell.place.operation)


def _outcome(cell: Cell, result: Result, emulator: Emulator, undisturbed: int) -> str:
    """How a task has ended, in the words of the matrix."""
    made = emulator.calls().count(cell.place.operation)
    if not result.failed:
        return "goes on" if cell.outcome == "goes on" else f"+{made - undisturbed}"
    if result["error"]["code"] == cell.fault.code:
        return str(made - cell.place.nth + 1)
    return str(result["error"]["code"])
