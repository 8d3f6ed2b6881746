# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about options that have no effect in the current status."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.tasks import CHECK, END, LATER, MODULE, SCHEDULE, START, full, minimal, put_experiment, succeeded
from tests.unit.conftest import Run

PAST = "2025-12-31T12:00:00Z"
PROMOTE, REMOVE = {"on_stop": "promote_shadow"}, {"on_stop": "remove_shadow"}
COMPLETE, ABSENT = {"desired_state": "Completed"}, {"state": "absent"}
ENDED = "the experiment has already ended ({})"


# Read this test first.
def test_promote_of_ended_experiment_returns_a_warning(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Completed")
    task = {"name": "checkout", "desired_state": "Completed", "on_stop": "promote_shadow"}
    result = run("inference_experiment", task)
    (warning,) = result.warnings
    assert "on_stop: promote_shadow" in warning
    assert "the experiment has already ended (Completed)" in warning
    assert "Check which variants the endpoint serves." in warning
    assert (result.changed, emulator.calls()) == (False, ["GetResource"])


WARNED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    # the current status, the options, words of the warning
    "stop and remove": ("Completed", {**COMPLETE, **REMOVE}, ["on_stop: remove_shadow", ENDED.format("Completed")]),
    "cancel and promote": (
        *("Cancelled", {"desired_state": "Cancelled", **PROMOTE}),
        ["on_stop: promote_shadow", ENDED.format("Cancelled"), "Check which variants the endpoint serves."],
    ),
    "absent, Completed": ("Completed", {**ABSENT, **PROMOTE}, ["on_stop: promote_shadow", ENDED.format("Completed")]),
    "absent, Created": ("Created", {**ABSENT, **PROMOTE}, ["on_stop: promote_shadow", "has not started (Created)"]),
    "end": ("Completed", {"schedule": {"end_time": END}}, ["schedule.end_time has", ENDED.format("Completed")]),
    "start and end": (
        *("Cancelled", {"schedule": SCHEDULE}),
        ["schedule.start_time and schedule.end_time have no effect", ENDED.format("Cancelled")],
    ),
    "start": (
        *("Running", {"schedule": {"start_time": START}}),
        ["schedule.start_time has no effect", "has already started (Running)"],
    ),
    "start in the past": (
        *("Completed", full(schedule={"start_time": PAST, "end_time": END})),
        ["schedule.end_time has"],
    ),
    "stop by another caller": (
        *("Stopping", {**COMPLETE, **PROMOTE}),
        ["on_stop: promote_shadow", ENDED.format("Completed")],
    ),
}
SILENT: dict[str, tuple[str | None, dict[str, Any]]] = {
    "retain": ("Completed", COMPLETE),
    "absent experiment": (None, {**ABSENT, **PROMOTE}),
    "end in the past": ("Completed", {"schedule": {"end_time": PAST}}),
    "start in the past": ("Running", {"schedule": {"start_time": PAST}}),
    "Created": ("Created", {"schedule": SCHEDULE}),
    "end of a running experiment": ("Running", {"schedule": {"end_time": LATER}}),
    "stop": ("Running", {**COMPLETE, **PROMOTE}),
    "stop and delete": ("Running", {**ABSENT, **PROMOTE}),
    "absent with schedule": ("Completed", {**ABSENT, "schedule": SCHEDULE}),
    "stop before the end": ("Completed", {**COMPLETE, "schedule": SCHEDULE}),
    "start before the start": ("Running", {"desired_state": "Running", "schedule": SCHEDULE}),
    "create and start": (None, full(schedule=SCHEDULE, desired_state="Running")),
    "recreate": ("Completed", full(schedule=SCHEDULE, description="New", recreate=True)),
}


@CHECK
@pytest.mark.parametrize(("status", "options", "words"), WARNED.values(), ids=WARNED)
def test_option_without_effect_returns_one_warning(
    run: Run, emulator: Emulator, status: str, options: dict[str, Any], words: list[str], check: bool
) -> None:
    put_experiment(emulator, status)
    (warning,) = succeeded(run(MODULE, minimal(**options), check=check)).warnings
    assert [word for word in words if word not in warning] == [], warning


@CHECK
@pytest.mark.parametrize(("status", "options"), SILENT.values(), ids=SILENT)
def test_option_with_effect_returns_no_warning(
    run: Run, emulator: Emulator, status: str | None, options: dict[str, Any], check: bool
) -> None:
    if status:
        put_experiment(emulator, status)
    assert succeeded(run(MODULE, minimal(**options), check=check)).warnings == []


@pytest.mark.parametrize(("status", "intent"), [("Created", "Running"), ("Running", "Completed")])
def test_second_run_of_task_with_later_schedule_returns_no_warning(
    run: Run, emulator: Emulator, status: str, intent: str
) -> None:
    put_experiment(emulator, status)
    task = full(schedule={"start_time": START, "end_time": LATER}, desired_state=intent)
    assert [succeeded(run(MODULE, task)).warnings for _run in range(2)] == [[], []]


def test_retried_delete_returns_one_warning(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed")
    emulator.fault("DeleteResource", "failed", code="Throttling")
    assert len(succeeded(run(MODULE, minimal(**ABSENT, **PROMOTE))).warnings) == 1
