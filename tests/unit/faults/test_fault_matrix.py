"""Run the cells of the fault matrix, and check the outcome and the invariants.

A sample has each fault and each call.
"""

from __future__ import annotations

import random
from typing import Any

import botocore.session
import pytest

from tests.emulator import Emulator, ManualClock, faults
from tests.support.faults import invariants
from tests.support.faults.matrix import (
    CANCELLED,
    FAULTS,
    LATE,
    PLACES,
    RESPONSE_TIMEOUT,
    Cell,
    cells,
    done_cells,
    late_cells,
)
from tests.support.faults.setups import SCENARIOS, Scenario
from tests.support.module_runner import Result, run_module
from tests.support.thorough import some
from tools.generated_docs.faults import PAGE, page

ALWAYS = 10**6
ONE_IN = 9
# wait_timeout: never reached, reached by repeated failures, reached before the last attempt.
PLENTY, POLLING, LITTLE = 1800, 90, 5


@pytest.fixture
def emulator(emulator_of_module: Emulator) -> Emulator:
    """Return the emulator of the module in its initial state, with the same random pauses in each run."""
    emulator_of_module.reset()
    emulator_of_module.world.clock = ManualClock()
    random.seed(7)
    return emulator_of_module


_SAMPLE = some(list(cells()), each=ONE_IN)
# Also this cell: the task is rejected before it has submitted an operation.
_REJECTED_FIRST = [
    cell
    for cell in cells()
    if cell.title == "unknown status once at read after a concurrent operation" and cell not in _SAMPLE
]


@pytest.mark.sampled
@pytest.mark.parametrize("cell", [*_SAMPLE, *_REJECTED_FIRST], ids=lambda cell: cell.title)
def test_task_with_failed_call_has_outcome_of_cell(cell: Cell, emulator: Emulator) -> None:
    without_fault = _calls_without_fault(cell, emulator)
    task_run = invariants.ScenarioRun(emulator, SCENARIOS[cell.place.scenario])
    _arm(emulator, cell, after=cell.place.nth - 1)
    wait_timeout = POLLING if cell.outcome == "TimedOut" else PLENTY
    result = _run(task_run.scenario, emulator, wait_timeout=wait_timeout)
    task_run.check_invariants(result, wait_timeout, cell.fault.details.get("seconds", 0))
    assert _outcome(cell, result, emulator, without_fault) == cell.outcome, result.msg
    if result.failed:
        invariants.check_message(cell, result, emulator)
        assert emulator.writes() == [] or cell.place.column != "first", 'only "not found" means absent'
    if cell.outcome.isdigit() and int(cell.outcome) > 1:
        invariants.check_delays(cell, emulator)
    task_run.check_rerun(result, _run)


_LATE = [*late_cells(), *done_cells()]


@pytest.mark.sampled
@pytest.mark.parametrize("cell", some(_LATE, each=13), ids=lambda cell: cell.title)
def test_task_with_failed_operation_has_outcome_of_cell(cell: Cell, emulator: Emulator) -> None:
    without_fault = _calls_without_fault(cell, emulator)
    task_run = invariants.ScenarioRun(emulator, SCENARIOS[cell.place.scenario])
    _arm(emulator, cell)
    result = _run(task_run.scenario, emulator, wait_timeout=PLENTY)
    task_run.check_invariants(result, PLENTY, 0)
    assert _outcome(cell, result, emulator, without_fault) == cell.outcome, result.msg
    if result.failed:
        invariants.check_message(cell, result, emulator)
    task_run.check_rerun(result, _run)


_UNRECOVERED = [
    cell
    for cell in cells()
    if cell.repeated
    and cell.outcome != "1"
    and cell.fault.kind in ("throttle", "no_answer", "lost", "refused")
    and SCENARIOS[cell.place.scenario].waits
]


@pytest.mark.sampled
@pytest.mark.parametrize("cell", some(_UNRECOVERED, each=13), ids=lambda cell: cell.title)
def test_task_with_failed_call_ends_at_wait_timeout(cell: Cell, emulator: Emulator) -> None:
    task_run = invariants.ScenarioRun(emulator, SCENARIOS[cell.place.scenario])
    _arm(emulator, cell, after=cell.place.nth - 1, response_timeout=LITTLE)
    result = _run(task_run.scenario, emulator, wait_timeout=LITTLE)
    assert result.failed
    assert result["error"]["code"] == "TimedOut"
    assert "run the task again" in result.msg.lower()
    task_run.check_invariants(result, LITTLE, LITTLE if "seconds" in cell.fault.details else 0)
    task_run.check_rerun(result, _run)


def test_matrix_has_each_handler_error_code_of_botocore() -> None:
    enum: Any = botocore.session.get_session().get_service_model("cloudcontrol").shape_for("HandlerErrorCode")
    assert {late.code for late in LATE} == {*faults.HANDLER_ERROR_CODES, CANCELLED}
    assert {late.code for late in LATE} > set(enum.enum)


def test_matrix_has_each_call_of_modules(emulator: Emulator) -> None:
    made = set()
    for scenario in SCENARIOS.values():
        emulator.reset()
        scenario.prepare(emulator)
        assert not _run(scenario, emulator, wait_timeout=PLENTY).failed
        made |= set(emulator.calls())
    assert {place.operation for place in PLACES} == made


def test_sample_has_each_fault_and_each_call() -> None:
    assert {cell.fault.title for cell in _SAMPLE} == {fault.title for fault in FAULTS}
    assert {(cell.place, cell.repeated) for cell in _SAMPLE} == {(p, often) for p in PLACES for often in (False, True)}


def test_page_shows_matrix() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.generated_docs"


def _arm(emulator: Emulator, cell: Cell, *, after: int = 0, response_timeout: int = RESPONSE_TIMEOUT) -> None:
    details = {**cell.fault.details, **({"seconds": response_timeout} if "seconds" in cell.fault.details else {})}
    times = ALWAYS if cell.repeated else 1
    emulator.fault(cell.place.operation, cell.fault.kind, times=times, after=after, **details)


def _run(scenario: Scenario, emulator: Emulator, *, wait_timeout: int = PLENTY, check: bool | None = None) -> Result:
    emulator.clear_log()
    task = {**scenario.task(), **({"wait_timeout": wait_timeout} if scenario.waits else {})}
    return run_module(scenario.module, task, emulator=emulator, check=scenario.check if check is None else check)


_without_fault: dict[str, list[str]] = {}


def _calls_without_fault(cell: Cell, emulator: Emulator) -> int:
    """Return the number of calls of the same operation that the task makes without a fault."""
    name = cell.place.scenario
    if name not in _without_fault:
        SCENARIOS[name].prepare(emulator)
        _run(SCENARIOS[name], emulator)
        _without_fault[name] = emulator.calls()
        emulator.reset()
    return _without_fault[name].count(cell.place.operation)


def _outcome(cell: Cell, result: Result, emulator: Emulator, without_fault: int) -> str:
    """Return the outcome of a task in the terms of the matrix."""
    made = emulator.calls().count(cell.place.operation)
    if not result.failed:
        return "recovered" if cell.outcome == "recovered" else f"+{made - without_fault}"
    if result["error"]["code"] == cell.fault.code:
        return str(made - cell.place.nth + 1)
    return str(result["error"]["code"])
