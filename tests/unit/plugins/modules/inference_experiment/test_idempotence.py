# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Equal values in other spellings change nothing. Different values are the only ones that a patch changes.

test_equivalence.py in tests/unit/plugins/module_utils tests each rule of comparison.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.tasks import INFO, MODULE, STORAGE_PROPERTY, minimal, put_experiment, stored_experiment, succeeded
from tests.unit.conftest import Run

DESTINATION = STORAGE_PROPERTY["Destination"]
CSV, JSON = ["text/csv", "text/tsv"], ["application/json"]


# Read this test first.
def test_schedule_in_another_time_zone_is_equal(run: Run, emulator: Emulator) -> None:
    schedule = {"StartTime": "2026-01-02T12:00:00Z", "EndTime": "2026-01-09T12:00:00Z"}
    emulator.put_experiment("us-east-1", {"Name": "checkout", "Schedule": schedule}, status="Created")
    task = {"name": "checkout", "schedule": {"start_time": "2026-01-02T13:00:00+01:00"}}
    result = run("inference_experiment", task)
    assert (result.changed, result["operations"]) == (False, [])
    assert emulator.calls() == ["GetResource", "DescribeInferenceExperiment"]


def content(*, csv: list[str] | None = None, json: list[str] | None = None) -> dict[str, Any]:
    lists = {"csv_content_types": csv, "json_content_types": json}
    content_type = {name: types for name, types in lists.items() if types is not None}
    return {"data_storage_config": {"destination": DESTINATION, "content_type": content_type}}


EQUAL: dict[str, dict[str, Any]] = {
    "all options": tasks.full(),
    "lists in another order": {"model_variants": tasks.variants()[::-1], **content(csv=[*CSV[::-1], CSV[0]])},
    "empty content_type": content(),
    "key ARNs": {
        "kms_key": tasks.KEY_ARN,
        "data_storage_config": {"destination": DESTINATION, "kms_key": tasks.KEY_ARN},
    },
    "times in other formats": {
        "schedule": {"start_time": "2026-01-02 12:00:00.000Z", "end_time": "2026-01-09T06:30:00-05:30"}
    },
    "unquoted YAML time": {"schedule": {"start_time": datetime(2026, 1, 2, 14, tzinfo=timezone(timedelta(hours=2)))}},
    "tags of other types": {"tags": {"yes": True, "number": 42, "team": "checkout"}},
}
# The options, and the paths of the patch.
DIFFERENT: dict[str, tuple[dict[str, Any], list[str]]] = {
    "count in another order": (
        {
            "model_variants": [
                tasks.variant("shadow", "demo-model-b", count=2),
                tasks.variant("production", "demo-model-a"),
            ]
        },
        ["/ModelVariants"],
    ),
    "percentage": ({"shadow_mode_config": tasks.shadow_mode_config(51)}, ["/ShadowModeConfig/ShadowModelVariants"]),
    "destination": ({"data_storage_config": {"destination": "s3://another/place"}}, ["/DataStorageConfig/Destination"]),
    "end in another time zone": ({"schedule": {"end_time": "2026-01-09T12:00:00+01:00"}}, ["/Schedule"]),
    "case of a tag": ({"tags": {"Team": "checkout"}, "purge_tags": False}, ["/Tags"]),
}


@pytest.fixture
def stored(emulator: Emulator) -> Emulator:
    """Store a scheduled experiment that has all properties."""
    properties: dict[str, Any] = {
        "Description": "As it is",
        "KmsKey": tasks.KEY_ID,
        "DataStorageConfig": STORAGE_PROPERTY,
    }
    put_experiment(emulator, "Created", **properties, tags={"team": "checkout", "yes": "True", "number": "42"})
    return emulator


@pytest.mark.parametrize("options", EQUAL.values(), ids=EQUAL)
def test_equal_values_change_nothing(run: Run, stored: Emulator, options: dict[str, Any]) -> None:
    before = stored_experiment(stored)
    result = succeeded(run(MODULE, minimal(**options)))
    assert (result.changed, result["operations"], stored.writes()) == (False, [], [])
    assert stored_experiment(stored) == before


@pytest.mark.parametrize(("options", "paths"), DIFFERENT.values(), ids=DIFFERENT)
def test_patch_changes_different_values_only(
    run: Run, stored: Emulator, options: dict[str, Any], paths: list[str]
) -> None:
    before = stored_experiment(stored)
    result = succeeded(run(MODULE, minimal(**options)))
    assert [list(patch) for patch in tasks.patches(result)] == [paths]
    after = stored_experiment(stored)
    changed = {path.split("/")[1] for path in paths}
    others = before["properties"].keys() - changed
    assert {name: after["properties"][name] for name in others} == {name: before["properties"][name] for name in others}
    assert (after["tags"] == before["tags"]) == ("Tags" not in changed)
    assert (after["schedule"] == before["schedule"]) == ("Schedule" not in changed)
    tasks.rerun_unchanged(run, stored, minimal(**options))


# The storage before, the options, and the storage afterwards.
JSON_ONLY = {"Destination": DESTINATION, "ContentType": {"JsonContentTypes": JSON}}
STORED: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "new storage": (None, {"data_storage_config": tasks.STORAGE}, STORAGE_PROPERTY),
    "other destination": (
        STORAGE_PROPERTY,
        {"data_storage_config": {"destination": "s3://another/place"}},
        {**STORAGE_PROPERTY, "Destination": "s3://another/place"},
    ),
    "other list": (
        STORAGE_PROPERTY,
        content(csv=["text/plain"]),
        {**STORAGE_PROPERTY, "ContentType": {"CsvContentTypes": ["text/plain"], "JsonContentTypes": JSON}},
    ),
    "new list": (
        JSON_ONLY,
        content(csv=CSV),
        {**JSON_ONLY, "ContentType": {"CsvContentTypes": CSV, "JsonContentTypes": JSON}},
    ),
    "other property": (JSON_ONLY, {"description": "New", **content(json=JSON)}, JSON_ONLY),
}


@pytest.mark.parametrize(("before", "options", "after"), STORED.values(), ids=STORED)
@pytest.mark.parametrize("empty_lists", [False, True], ids=["lists omitted", "lists empty"])
def test_update_preserves_omitted_members_of_storage(
    run: Run, emulator: Emulator, before: Any, options: dict[str, Any], after: dict[str, Any], empty_lists: bool
) -> None:
    emulator.settings.empty_content_types = empty_lists
    put_experiment(emulator, "Created", **({"DataStorageConfig": before} if before else {}))
    succeeded(run(MODULE, minimal(**options)))
    assert stored_experiment(emulator)["properties"]["DataStorageConfig"] == after
    tasks.rerun_unchanged(run, emulator, minimal(**options))


def test_update_of_one_variant_preserves_the_other(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    succeeded(run(MODULE, minimal(model_variants=[tasks.variants(2)[1], tasks.variants()[0]])))
    stored = stored_experiment(emulator)["properties"]["ModelVariants"]
    counts = {v["VariantName"]: v["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceCount"] for v in stored}
    assert counts == {"production": 1, "shadow": 2}


# Settings of the emulator for members that are not set.
UNSET: dict[str, dict[str, Any]] = {
    "null members": {"null_members": True},
    "empty objects": {"empty_objects": True},
    "empty lists": {"empty_content_types": True},
    "all of them": {"null_members": True, "empty_objects": True, "empty_content_types": True},
}
UNSET_TASKS: dict[str, dict[str, Any]] = {
    "description": {"description": "New"},
    "tags": {"tags": {"a": "1"}},
    "data storage": {"data_storage_config": tasks.STORAGE},
    "nested KMS key": {"data_storage_config": {"destination": DESTINATION, "kms_key": tasks.KEY_ID}},
    "nested content types": content(csv=CSV),
    "stop": {"desired_state": "Completed", "on_stop": "promote_shadow"},
    "absent": {"state": "absent"},
    "recreate": tasks.full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True),
}
UNSET_SETTINGS = pytest.mark.parametrize("settings", UNSET.values(), ids=UNSET)


@pytest.mark.parametrize("storage", [None, JSON_ONLY], ids=["no data storage", "data storage"])
@pytest.mark.parametrize("options", UNSET_TASKS.values(), ids=UNSET_TASKS)
@UNSET_SETTINGS
def test_task_succeeds_if_read_has_unset_members(
    run: Run, emulator: Emulator, settings: dict[str, bool], options: dict[str, Any], storage: Any
) -> None:
    emulator.settings.update(settings)
    status = "Running" if "desired_state" in options else "Created"
    put_experiment(emulator, status, **({"DataStorageConfig": storage} if storage else {}))
    predicted = succeeded(run(MODULE, minimal(**options), check=True))
    result = succeeded(run(MODULE, minimal(**options)))
    assert result.changed
    assert tasks.without_outcome(predicted) == tasks.without_outcome(result)
    tasks.rerun_unchanged(run, emulator, minimal(**options))


@UNSET_SETTINGS
def test_info_omits_unset_members(run: Run, emulator: Emulator, settings: dict[str, bool]) -> None:
    put_experiment(emulator, "Running")
    expected = succeeded(run(INFO, minimal()))["inference_experiments"]
    emulator.settings.update(settings)
    assert succeeded(run(INFO, minimal()))["inference_experiments"] == expected
