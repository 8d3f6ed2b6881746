# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about parts of a declaration that cannot have an effect any more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.tasks import END, LATER, MODULE, START, full, minimal, put_experiment, succeeded
from tests.unit.conftest import Run

CHECK = pytest.mark.parametrize("check", [False, True], ids=["real run", "check mode"])
PAST = "2025-12-31T12:00:00Z"
AHEAD = {"start_time": START, "end_time": END}
ENDED = "the experiment has already ended ({})"
PROMOTE, REMOVE = {"on_stop": "promote_shadow"}, {"on_stop": "remove_shadow"}

WARNED: list[Any] = [
    # the status found, the task, words of the warning
    *(
        pytest.param(
            status,
            {"desired_state": status, **on_stop},
            [f"on_stop: {on_stop['on_stop']}", ENDED.format(status), "Check which variants the endpoint serves."],
            id=f"{status}, {on_stop['on_stop']}",
        )
        for status in ("Completed", "Cancelled")
        for on_stop in (PROMOTE, REMOVE)
    ),
    pytest.param(
        "Completed", {"state": "absent", **PROMOTE}, ["on_stop: promote_shadow", ENDED.format("Completed")], id="absent"
    ),
    pytest.param(
        "Created",
        {"state": "absent", **PROMOTE},
        ["on_stop: promote_shadow", "has not started (Created)"],
        id="Created",
    ),
    pytest.param(
        "Completed", {"schedule": {"end_time": END}}, ["schedule.end_time has", ENDED.format("Completed")], id="end"
    ),
    pytest.param(
        "Cancelled",
        {"schedule": AHEAD},
        ["schedule.start_time and schedule.end_time have no effect", ENDED.format("Cancelled")],
        id="schedule",
    ),
    pytest.param(
        "Running",
        {"schedule": {"start_time": START}},
        ["schedule.start_time has no effect", "has already started (Running)"],
        id="start",
    ),
    pytest.param(
        "Completed", full(schedule={"start_time": PAST, "end_time": END}), ["schedule.end_time has"], id="start is past"
    ),
    pytest.param(
        "Stopping",
        {"desired_state": "Completed", **PROMOTE},
        ["on_stop: promote_shadow", ENDED.format("Completed")],
        id="stopped by another caller",
    ),
]


@CHECK
@pytest.mark.parametrize(("found", "options", "words"), WARNED)
def test_declaration_without_effect_returns_one_warning(
    run: Run, emulator: Emulator, found: str, options: dict[str, Any], words: list[str], check: bool
) -> None:
    put_experiment(emulator, found)
    (warning,) = succeeded(run(MODULE, minimal(**options), check=check)).warnings
    assert [word for word in words if word not in warning] == [], warning


SILENT: list[Any] = [
    pytest.param("Completed", {"desired_state": "Completed"}, id="retain"),
    pytest.param(None, {"state": "absent", **PROMOTE}, id="absent, experiment does not exist"),
    pytest.param("Completed", {"schedule": {"end_time": PAST}}, id="end is past"),
    pytest.param("Running", {"schedule": {"start_time": PAST}}, id="start is past"),
    pytest.param("Created", {"schedule": AHEAD}, id="Created"),
    pytest.param("Running", {"schedule": {"end_time": LATER}}, id="end of a running experiment"),
    pytest.param("Running", {"desired_state": "Completed", **PROMOTE}, id="stop"),
    pytest.param("Running", {"state": "absent", **PROMOTE}, id="stop and delete"),
    pytest.param("Completed", {"state": "absent", "schedule": AHEAD}, id="absent with a schedule"),
    pytest.param("Completed", {"desired_state": "Completed", "schedule": AHEAD}, id="stopped before its end"),
    pytest.param("Running", {"desired_state": "Running", "schedule": AHEAD}, id="started before its start"),
    pytest.param(None, full(schedule=AHEAD, desired_state="Running"), id="create and start"),
    pytest.param("Completed", full(schedule=AHEAD, description="New", recreate=True), id="recreate"),
]


@CHECK
@pytest.mark.parametrize(("found", "options"), SILENT)
def test_declaration_with_effect_returns_no_warning(
    run: Run, emulator: Emulator, found: str | None, options: dict[str, Any], check: bool
) -> None:
    if found:
        put_experiment(emulator, found)
    assert succeeded(run(MODULE, minimal(**options), check=check)).warnings == []


def test_warning_needs_no_call(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed")
    succeeded(run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow", schedule={"end_time": END})))
    assert emulator.calls() == ["GetResource"]


@pytest.mark.parametrize("options", [{"desired_state": "Running"}, {"desired_state": "Completed"}], ids=str)
def test_second_run_of_task_with_schedule_ahead_returns_no_warning(
    run: Run, emulator: Emulator, options: dict[str, Any]
) -> None:
    put_experiment(emulator, "Created" if options["desired_state"] == "Running" else "Running")
    task = full(schedule={"start_time": START, "end_time": LATER}, **options)
    assert [succeeded(run(MODULE, task)).warnings for _run in range(2)] == [[], []]


def test_delete_that_is_submitted_again_returns_one_warning(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed")
    emulator.fault("DeleteResource", "failed", code="Throttling")
    assert len(succeeded(run(MODULE, minimal(state="absent", on_stop="promote_shadow"))).warnings) == 1
