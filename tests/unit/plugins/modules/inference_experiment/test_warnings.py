"""Warnings about options that have no effect in the current status."""

from __future__ import annotations

import pytest

from tests.emulator import Emulator
from tests.support.tasks import CHECK, LATER, MODULE, START, full, minimal, put_experiment, succeeded
from tests.unit.conftest import Run

PROMOTE = {"on_stop": "promote_shadow"}
ABSENT = {"state": "absent"}


# Read this test first.
def test_promote_of_ended_experiment_returns_a_warning(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Completed")
    task = {"name": "checkout", "desired_state": "Completed", "on_stop": "promote_shadow"}
    result = run("inference_experiment", task)
    (warning,) = result.warnings
    assert "on_stop: promote_shadow" in warning
    assert "the experiment has already ended (Completed)" in warning
    assert "The endpoint checkout-endpoint serves the production variant production (model demo-model-a" in warning
    assert (result.changed, emulator.writes()) == (False, [])


@CHECK
def test_later_start_of_running_experiment_returns_a_warning(run: Run, emulator: Emulator, check: bool) -> None:
    put_experiment(emulator, "Running")
    (warning,) = succeeded(run(MODULE, minimal(schedule={"start_time": START}), check=check)).warnings
    assert "schedule.start_time has no effect, because the experiment has already started (Running)." in warning


@pytest.mark.parametrize(("status", "intent"), [("Created", "Running"), ("Running", "Completed")])
def test_second_run_of_task_with_later_schedule_returns_no_warning(
    run: Run, emulator: Emulator, status: str, intent: str
) -> None:
    put_experiment(emulator, status)
    task = full(schedule={"start_time": START, "end_time": LATER}, desired_state=intent)
    assert [succeeded(run(MODULE, task)).warnings for _run in range(2)] == [[], []]


@CHECK
@pytest.mark.parametrize("status", ["Stopping", "Completed", "Created"])
def test_retried_delete_with_on_stop_without_effect_returns_one_warning(
    run: Run, emulator: Emulator, status: str, check: bool
) -> None:
    put_experiment(emulator, status)
    emulator.fault("DeleteResource", "failed", code="Throttling")
    assert len(succeeded(run(MODULE, minimal(**ABSENT, **PROMOTE), check=check)).warnings) == 1
    assert emulator.calls().count("DescribeEndpoint") == (not check and status != "Created")
