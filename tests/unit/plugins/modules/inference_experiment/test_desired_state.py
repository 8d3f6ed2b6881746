"""Each scenario in a real run, in check mode and in diff mode: operations, final status, prediction, idempotence."""

from __future__ import annotations

from typing import Any

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.scenarios import CHANGED, UNCHANGED, Scenario, scenarios
from tests.support.tasks import MODULE, omit, rerun_unchanged, statuses, stored_experiment, succeeded, without_outcome
from tests.unit.conftest import Run

# Values that only the service knows.
NOT_PREDICTED = ("arn", "creation_time", "last_modified_time", "endpoint_metadata")


# Read this test first.
def test_update_of_description_is_submitted_once(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout", "Description": "Old"}, status="Running")
    result = run("inference_experiment", {"name": "checkout", "description": "New"})
    assert result.changed
    assert result["operations"] == [
        {
            "operation": "update",
            "patch_document": [{"op": "replace", "path": "/Description", "value": "New"}],
            "operation_status": "SUCCESS",
            "request_token": emulator.operations()[0].request_token,
        }
    ]
    assert result["inference_experiment"]["description"] == "New"
    assert emulator.calls()[:3] == ["GetResource", "UpdateResource", "GetResourceRequestStatus"]
    assert emulator.writes() == ["UpdateResource"]
    assert emulator.experiment("checkout", "us-east-1")["properties"]["Description"] == "New"
    again = run("inference_experiment", {"name": "checkout", "description": "New"})
    assert (again.changed, again["operations"]) == (False, [])


def _predictable(experiment: dict[str, Any]) -> dict[str, Any]:
    """Return the values that check mode predicts. An early start sets the start time to the time of the start."""
    values = omit(experiment, NOT_PREDICTED)
    if "schedule" in experiment:
        times = {name: time.replace("+00:00", "Z") for name, time in experiment["schedule"].items()}
        values["schedule"] = omit(times, ["start_time"] if experiment["status"] == "Running" else [])
    return values


@scenarios(CHANGED)
def test_task_submits_operations_and_second_run_changes_nothing(
    run: Run, emulator: Emulator, scenario: Scenario
) -> None:
    scenario.prepare(emulator)
    result = succeeded(run(MODULE, dict(scenario.task)))
    assert (tasks.operation_names(result), set(statuses(result))) == (list(scenario.operations), {"SUCCESS"})
    assert result.changed
    assert len(emulator.writes()) == len(scenario.operations)
    assert (tasks.stored_status(emulator), result["inference_experiment"].get("status")) == (
        scenario.after,
        scenario.after,
    )
    rerun_unchanged(run, emulator, scenario.task)


@scenarios(CHANGED)
def test_check_mode_and_diff_predict_the_real_run(run: Run, emulator: Emulator, scenario: Scenario) -> None:
    scenario.prepare(emulator)
    check = succeeded(run(MODULE, dict(scenario.task), check=True, diff=True))
    assert (emulator.writes(), set(statuses(check))) == ([], {"PLANNED"})
    real = succeeded(run(MODULE, dict(scenario.task), diff=True))
    assert (check.changed, without_outcome(check)) == (real.changed, without_outcome(real))
    assert check.values.get("variant_actions") == real.values.get("variant_actions")
    assert _predictable(check["inference_experiment"]) == _predictable(real["inference_experiment"])
    for result in (check, real):
        before, after = result["diff"]["before"], result["diff"]["after"]
        assert before.get("name") == (scenario.before and scenario.task["name"])
        assert result["inference_experiment"].items() <= after.items()
        assert after.keys() - result["inference_experiment"].keys() <= {"variant_actions", "status_reason"}
        assert before != after


@tasks.CHECK
@scenarios(UNCHANGED)
def test_task_without_difference_changes_nothing(run: Run, emulator: Emulator, scenario: Scenario, check: bool) -> None:
    scenario.prepare(emulator)
    stored = stored_experiment(emulator) if scenario.before else None
    result = succeeded(run(MODULE, dict(scenario.task), check=check, diff=True))
    assert (result.changed, result["operations"], emulator.writes()) == (False, [], [])
    assert result["inference_experiment"].get("status") == scenario.after
    assert result["diff"]["before"] == result["diff"]["after"]
    assert (stored_experiment(emulator) if scenario.before else None) == stored
    rerun_unchanged(run, emulator, scenario.task)
