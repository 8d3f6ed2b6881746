"""The option schedule: read only if needed, changed in part, and without effect after the start or the end."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.tasks import END, LATER, MODULE, SCHEDULE, minimal, put_experiment, stored_experiment, succeeded
from tests.unit.conftest import Run

OTHER_START = "2026-01-05T12:00:00Z"


# Read this test first.
def test_update_of_end_preserves_start(run: Run, emulator: Emulator) -> None:
    schedule = {"StartTime": "2026-01-02T12:00:00Z", "EndTime": "2026-01-09T12:00:00Z"}
    emulator.put_experiment("us-east-1", {"Name": "checkout", "Schedule": schedule}, status="Created")
    task = {"name": "checkout", "schedule": {"end_time": "2026-01-11T13:00:00+01:00"}}
    result = run("inference_experiment", task)
    assert result["operations"][0]["patch_document"] == [
        {"op": "add", "path": "/Schedule", "value": {**schedule, "EndTime": "2026-01-11T12:00:00Z"}}
    ]
    stored = emulator.experiment("checkout", "us-east-1")["schedule"]
    assert stored == {"start": "2026-01-02T12:00:00Z", "end": "2026-01-11T12:00:00Z"}
    assert emulator.calls()[:3] == ["GetResource", "DescribeInferenceExperiment", "UpdateResource"]


@pytest.mark.parametrize("early", [True, False], ids=["start and stop by task", "start and stop by schedule"])
def test_task_with_schedule_is_unchanged_after_start_and_end(run: Run, emulator: Emulator, early: bool) -> None:
    task = tasks.full(schedule=SCHEDULE)
    assert succeeded(run(MODULE, task))["inference_experiment"]["status"] == "Created"
    for status, days in (("Running", 2), ("Completed", 8)):
        if early:
            succeeded(run(MODULE, minimal(desired_state=status)))
        else:
            emulator.clock.advance(days * 24 * 3600)
        assert tasks.rerun_unchanged(run, emulator, task)["inference_experiment"]["status"] == status
    stored = stored_experiment(emulator)["schedule"]
    assert (stored["start"] < tasks.START, stored["end"] < END) == (early, early)


def test_start_between_two_reads_leads_to_a_fresh_read(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    running: dict[str, Any] = {"Schedule": {"EndTime": END}}
    emulator.on_call("DescribeInferenceExperiment", lambda: put_experiment(emulator, "Running", **running))
    result = succeeded(run(MODULE, minimal(schedule={"start_time": OTHER_START, "end_time": LATER})))
    assert tasks.patches(result) == [{"/Schedule": {"EndTime": LATER}}]
