# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every scenario, for real and in check mode: the operations, where they lead, and that check mode says the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.module_runner import Result
from tests.support.scenarios import CHANGING, UNCHANGING, Scenario, table
from tests.support.tasks import (
    MODULE,
    exists,
    omit,
    operation_names,
    rerun_unchanged,
    statuses,
    stored_experiment,
    succeeded,
    without_outcome,
)
from tests.unit.conftest import Run

# Times and ARNs are the service's to give, and so is what it says of the endpoint.
NOT_PREDICTED = ("arn", "creation_time", "last_modified_time", "endpoint_metadata")


def _run(run: Run, scenario: Scenario, **how: bool) -> Result:
    return succeeded(run(MODULE, dict(scenario.task), **how))


def _comparable(experiment: dict[str, Any]) -> dict[str, Any]:
    """Without what only the service can know: a start is moved to the moment of an early start, whenever that is."""
    comparable = omit(experiment, NOT_PREDICTED)
    if "schedule" in experiment:
        times = {name: time.replace("+00:00", "Z") for name, time in experiment["schedule"].items()}
        comparable["schedule"] = omit(times, ["start_time"] if experiment["status"] == "Running" else [])
    return comparable


@table(CHANGING)
def test_what_is_declared_is_brought_about_and_a_second_run_has_nothing_to_do(
    run: Run, emulator: Emulator, scenario: Scenario
) -> None:
    scenario.prepare(emulator)
    result = _run(run, scenario)
    assert (operation_names(result), set(statuses(result))) == (list(scenario.operations), {"SUCCESS"})
    assert result.changed
    assert len(emulator.writes()) == len(scenario.operations)
    assert (stored_experiment(emulator)["status"] if exists(emulator) else None) == scenario.ends
    assert result["inference_experiment"].get("status") == scenario.ends
    rerun_unchanged(run, emulator, scenario.task)


@table(CHANGING)
def test_check_mode_writes_nothing_and_says_what_the_real_run_then_does(
    run: Run, emulator: Emulator, scenario: Scenario
) -> None:
    scenario.prepare(emulator)
    check = _run(run, scenario, check=True)
    assert emulator.writes() == []
    assert set(statuses(check)) == {"PLANNED"}
    real = _run(run, scenario)
    assert (check.changed, without_outcome(check)) == (real.changed, without_outcome(real))
    assert check.values.get("variant_actions") == real.values.get("variant_actions")
    assert _comparable(check["inference_experiment"]) == _comparable(real["inference_experiment"])


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
@table(UNCHANGING)
def test_nothing_is_done_where_nothing_differs(run: Run, emulator: Emulator, scenario: Scenario, check: bool) -> None:
    scenario.prepare(emulator)
    result = _run(run, scenario, check=check)
    assert (result.changed, result["operations"], emulator.writes()) == (False, [], [])
    assert result["inference_experiment"].get("status") == scenario.ends
    rerun_unchanged(run, emulator, scenario.task)


@table(CHANGING)
def test_diff_is_the_experiment_before_and_after(run: Run, emulator: Emulator, scenario: Scenario) -> None:
    scenario.prepare(emulator)
    planned = _run(run, scenario, check=True, diff=True)
    real = _run(run, scenario, diff=True)
    for result in (planned, real):
        assert result["diff"]["before"].get("name") == (scenario.found and scenario.task["name"])
        shown = result["diff"]["after"]
        assert result["inference_experiment"].items() <= shown.items()
        assert shown.keys() - result["inference_experiment"].keys() <= {"variant_actions", "status_reason"}
        assert result["diff"]["before"] != result["diff"]["after"]


@table(UNCHANGING)
def test_diff_of_nothing_is_empty(run: Run, emulator: Emulator, scenario: Scenario) -> None:
    scenario.prepare(emulator)
    result = _run(run, scenario, diff=True)
    assert result["diff"]["before"] == result["diff"]["after"]
