"""Equal values in other spellings change nothing. Different values are the only ones that a patch changes.

test_equivalence.py in tests/unit/plugins/module_utils tests each rule of comparison.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.tasks import INFO, MODULE, STORAGE_PROPERTY, minimal, put_experiment, succeeded
from tests.unit.conftest import Run

DESTINATION = STORAGE_PROPERTY["Destination"]
CSV, TWO_HOURS = ["text/csv", "text/tsv"], timezone(timedelta(hours=2))


# Read this test first.
def test_schedule_in_another_time_zone_is_equal(run: Run, emulator: Emulator) -> None:
    schedule = {"StartTime": "2026-01-02T12:00:00Z", "EndTime": "2026-01-09T12:00:00Z"}
    emulator.put_experiment("us-east-1", {"Name": "checkout", "Schedule": schedule}, status="Created")
    task = {"name": "checkout", "schedule": {"start_time": "2026-01-02T13:00:00+01:00"}}
    result = run("inference_experiment", task)
    assert (result.changed, result["operations"]) == (False, [])
    assert emulator.calls() == ["GetResource", "DescribeInferenceExperiment"]


def content(*, csv: list[str]) -> dict[str, Any]:
    return {"data_storage_config": {"destination": DESTINATION, "content_type": {"csv_content_types": csv}}}


def test_equal_values_in_other_forms_change_nothing(run: Run, emulator: Emulator) -> None:
    properties: dict[str, Any] = {"KmsKey": tasks.KEY_ID, "DataStorageConfig": STORAGE_PROPERTY}
    put_experiment(emulator, "Created", **properties, tags={"team": "checkout", "yes": "True", "number": "42"})
    storage = content(csv=[*CSV[::-1], CSV[0]])["data_storage_config"]
    # The start as an unquoted time of YAML.
    schedule = {"start_time": datetime(2026, 1, 2, 14, tzinfo=TWO_HOURS), "end_time": "2026-01-09T06:30:00.000-05:30"}
    task = tasks.full(
        model_variants=tasks.variants()[::-1],
        kms_key=tasks.KEY_ARN,
        data_storage_config={**storage, "kms_key": tasks.KEY_ARN},
        schedule=schedule,
        tags={"yes": True, "number": 42, "team": "checkout"},
    )
    result = succeeded(run(MODULE, task))
    assert (result.changed, result["operations"], emulator.writes()) == (False, [], [])


# Settings of the emulator: how a read returns members that are not set.
UNSET = {"null_members": True, "empty_objects": True, "empty_content_types": True}
UNSET_TASKS: dict[str, dict[str, Any]] = {
    "tags": {"tags": {"a": "1"}},
    "data storage": {"data_storage_config": tasks.STORAGE},
    "nested content types": content(csv=CSV),
    "stop": {"desired_state": "Completed", "on_stop": "promote_shadow"},
    "recreate": tasks.full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True),
}
JSON_ONLY = {"Destination": DESTINATION, "ContentType": {"JsonContentTypes": ["application/json"]}}


@pytest.mark.parametrize("storage", [None, JSON_ONLY], ids=["no data storage", "data storage"])
@pytest.mark.parametrize("options", UNSET_TASKS.values(), ids=UNSET_TASKS)
def test_task_succeeds_if_read_has_unset_members(
    run: Run, emulator: Emulator, options: dict[str, Any], storage: Any
) -> None:
    emulator.settings.update(UNSET)
    status = "Running" if "desired_state" in options else "Created"
    put_experiment(emulator, status, **({"DataStorageConfig": storage} if storage else {}))
    predicted = succeeded(run(MODULE, minimal(**options), check=True))
    result = succeeded(run(MODULE, minimal(**options)))
    assert result.changed
    assert tasks.without_outcome(predicted) == tasks.without_outcome(result)
    tasks.rerun_unchanged(run, emulator, minimal(**options))


def test_info_omits_unset_members(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    expected = succeeded(run(INFO, minimal()))["inference_experiments"]
    emulator.settings.update(UNSET)
    assert succeeded(run(INFO, minimal()))["inference_experiments"] == expected
