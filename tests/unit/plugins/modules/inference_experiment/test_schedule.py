# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schedule, which only DescribeInferenceExperiment tells: when that is asked, what counts, what is sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.tasks import (
    END,
    LATER,
    MODULE,
    SCHEDULE,
    START,
    full,
    minimal,
    operation_names,
    patches,
    put_experiment,
    rejected,
    rerun_unchanged,
    stored_experiment,
    succeeded,
)
from tests.unit.conftest import Run

ANY_OTHER = {"start_time": "2026-01-05T12:00:00Z", "end_time": "2026-01-06T12:00:00Z"}


@pytest.mark.parametrize(
    ("status", "task", "described"),
    [
        pytest.param("Created", {"schedule": SCHEDULE}, 1, id="Created, schedule given: read"),
        pytest.param("Running", {"schedule": {"end_time": LATER}}, 1, id="Running, end given: read"),
        pytest.param("Created", {}, 0, id="Created, not given: not read"),
        pytest.param("Running", {"description": "x"}, 0, id="Running, not given: not read"),
        pytest.param("Completed", {"schedule": ANY_OTHER}, 0, id="Completed: not read"),
        pytest.param("Cancelled", {"schedule": ANY_OTHER}, 0, id="Cancelled: not read"),
        pytest.param("Created", {"state": "absent", "schedule": SCHEDULE}, 0, id="to be deleted: not read"),
    ],
)
def test_the_schedule_is_read_only_where_it_counts(
    run: Run, emulator: Emulator, status: str, task: dict[str, Any], described: int
) -> None:
    put_experiment(emulator, status, Description="x")
    succeeded(run(MODULE, minimal(**task), check=True))
    assert emulator.calls().count("DescribeInferenceExperiment") == described


@pytest.mark.parametrize(
    ("given", "sent", "after"),
    [
        pytest.param({"end_time": LATER}, {"EndTime": LATER}, {"start": START, "end": LATER}, id="only the end"),
        pytest.param(
            {"start_time": "2026-01-03T13:00:00+01:00"},
            {"StartTime": "2026-01-03T12:00:00Z"},
            {"start": "2026-01-03T12:00:00Z", "end": END},
            id="only the start",
        ),
        pytest.param(
            ANY_OTHER,
            {"StartTime": ANY_OTHER["start_time"], "EndTime": ANY_OTHER["end_time"]},
            {"start": ANY_OTHER["start_time"], "end": ANY_OTHER["end_time"]},
            id="both",
        ),
    ],
)
def test_a_scheduled_one_is_rescheduled(
    run: Run,
    emulator: Emulator,
    given: dict[str, str],
    sent: dict[str, str],
    after: dict[str, str],
) -> None:
    put_experiment(emulator, "Created")
    result = succeeded(run(MODULE, minimal(schedule=given)))
    (patch,) = patches(result)
    assert {name: patch["/Schedule"][name] for name in sent} == sent
    assert result["operations"][0]["patch_document"][0]["op"] == "add"
    assert stored_experiment(emulator)["schedule"] == after
    rerun_unchanged(run, emulator, minimal(schedule=given))


def test_while_running_only_the_end_counts_and_only_the_end_is_sent(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    task = minimal(schedule={"start_time": "2026-01-04T12:00:00Z", "end_time": LATER})
    result = succeeded(run(MODULE, task))
    assert [patch["/Schedule"] for patch in patches(result)] == [{"EndTime": LATER}]
    assert stored_experiment(emulator)["schedule"]["end"] == LATER
    rerun_unchanged(run, emulator, task)


@pytest.mark.parametrize("status", ["Running", "Completed", "Cancelled"])
def test_a_start_that_has_passed_does_not_count(run: Run, emulator: Emulator, status: str) -> None:
    put_experiment(emulator, status)
    result = succeeded(run(MODULE, minimal(schedule={"start_time": "2026-01-04T12:00:00Z"})))
    assert (result.changed, emulator.writes()) == (False, [])


@pytest.mark.parametrize("end", ["Completed", "Cancelled"])
def test_when_it_has_ended_neither_time_counts(run: Run, emulator: Emulator, end: str) -> None:
    put_experiment(emulator, end)
    rerun_unchanged(run, emulator, minimal(schedule=ANY_OTHER))


def test_a_start_moved_by_an_early_start_is_no_difference(run: Run, emulator: Emulator) -> None:
    task = full(schedule=SCHEDULE)
    succeeded(run(MODULE, task))
    succeeded(run(MODULE, minimal(desired_state="Running")))
    assert stored_experiment(emulator)["schedule"]["start"] < START
    rerun_unchanged(run, emulator, task)
    succeeded(run(MODULE, minimal(desired_state="Completed")))
    assert stored_experiment(emulator)["schedule"]["end"] < END
    rerun_unchanged(run, emulator, task)


def test_an_experiment_that_has_started_by_its_schedule_stays_as_declared(run: Run, emulator: Emulator) -> None:
    task = full(schedule=SCHEDULE)
    assert succeeded(run(MODULE, task))["inference_experiment"]["status"] == "Created"
    emulator.clock.advance(2 * 24 * 3600)
    assert rerun_unchanged(run, emulator, task)["inference_experiment"]["status"] == "Running"
    emulator.clock.advance(8 * 24 * 3600)
    assert rerun_unchanged(run, emulator, task)["inference_experiment"]["status"] == "Completed"


@pytest.mark.parametrize(
    ("status", "given", "words"),
    [
        pytest.param("Created", {"end_time": "2026-01-02T12:30:00Z"}, "1 hour", id="the end too near to the start"),
        pytest.param("Created", {"end_time": "2026-03-02T12:00:00Z"}, "30 days", id="the end too far from the start"),
        pytest.param("Created", {"start_time": "2026-01-10T12:00:00Z"}, "after", id="the start after the end"),
    ],
)
def test_a_time_given_must_fit_the_one_that_is_left(
    run: Run, emulator: Emulator, status: str, given: dict[str, str], words: str
) -> None:
    put_experiment(emulator, status)
    rejected(run(MODULE, minimal(schedule=given)), emulator, "schedule", words)


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
@pytest.mark.parametrize("code", ["AccessDeniedException", "AccessDenied"])
def test_a_denied_read_names_the_permission_and_writes_nothing(
    run: Run, emulator: Emulator, code: str, check: bool
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("DescribeInferenceExperiment", "error", code=code, message="Not allowed", times=99)
    result = run(MODULE, minimal(schedule=SCHEDULE, description="New"), check=check)
    rejected(result, emulator, "sagemaker:DescribeInferenceExperiment", "Not allowed")
    assert "sagemaker:DescribeInferenceExperiment" in result["error"]["hint"]
    assert result["error"]["operation"] == "DescribeInferenceExperiment"
    assert result["inference_experiment"]["status"] == "Created"


def test_a_schedule_read_is_returned(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    schedule = succeeded(run(MODULE, minimal(schedule={"end_time": END})))["inference_experiment"]["schedule"]
    assert {name: time.replace("+00:00", "Z") for name, time in schedule.items()} == SCHEDULE


def test_what_starts_between_the_two_reads_is_looked_at_again(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.on_call(
        "DescribeInferenceExperiment", lambda: put_experiment(emulator, "Running", Schedule={"EndTime": END})
    )
    result = succeeded(run(MODULE, minimal(schedule={"start_time": "2026-01-05T12:00:00Z", "end_time": LATER})))
    assert patches(result) == [{"/Schedule": {"EndTime": LATER}}]


def test_an_early_start_keeps_the_declared_end(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    result = succeeded(run(MODULE, minimal(desired_state="Running", schedule={"start_time": START, "end_time": LATER})))
    assert operation_names(result) == ["update", "update"]
    assert stored_experiment(emulator)["schedule"]["end"] == LATER
