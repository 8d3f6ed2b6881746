# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what is given is managed, and it is compared by what it means; what differs is all that a patch has."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.malformed_values import put_at
from tests.support.network_failures import ALWAYS, CONTENT
from tests.support.tasks import (
    KEY_ARN,
    KEY_ID,
    MODULE,
    OTHER_ROLE_ARN,
    STORAGE,
    STORAGE_PROPERTY,
    full,
    minimal,
    patches,
    put_experiment,
    rerun_unchanged,
    shadow_mode_config,
    stored_experiment,
    succeeded,
    variant,
    variants,
    without_outcome,
)
from tests.unit.conftest import Run

DESTINATION = STORAGE_PROPERTY["Destination"]


def content(*, csv: list[str] | None = None, json: list[str] | None = None) -> dict[str, Any]:
    kinds = {"csv_content_types": csv, "json_content_types": json}
    content_type = {kind: types for kind, types in kinds.items() if types is not None}
    return {"data_storage_config": {"destination": DESTINATION, "content_type": content_type}}


def times(start: Any = None, end: Any = None) -> dict[str, Any]:
    given = {"start_time": start, "end_time": end}
    return {"schedule": {name: time for name, time in given.items() if time is not None}}


CSV, JSON = ["text/csv", "text/tsv"], ["application/json"]
TWO_O_CLOCK = datetime(2026, 1, 2, 14, tzinfo=timezone(timedelta(hours=2)))

SAME: dict[str, dict[str, Any]] = {
    "variants in another order": {"model_variants": variants()[::-1]},
    "the whole task": full(),
    "storage without key and content types": {"data_storage_config": {"destination": DESTINATION}},
    "storage with an empty content_type": {"data_storage_config": {"destination": DESTINATION, "content_type": {}}},
    "only one kind of content types": content(json=JSON),
    "content types in another order": content(csv=CSV[::-1]),
    "a content type twice": content(csv=[*CSV, CSV[0]]),
    "the ARN of the storage key": {"data_storage_config": {"destination": DESTINATION, "kms_key": KEY_ARN}},
    "the ARN of the volume key": {"kms_key": KEY_ARN},
    "the id of the volume key": {"kms_key": KEY_ID},
    "times in other offsets": times("2026-01-02T13:00:00+01:00", "2026-01-09T06:30:00-05:30"),
    "times with a blank and fractions": times("2026-01-02 12:00:00.000Z", "2026-01-09 12:00:00 +00:00"),
    "an unquoted YAML timestamp": times(TWO_O_CLOCK),
    "only the start": times(start="2026-01-02T12:00:00Z"),
    "only the end": times(end="2026-01-09T12:00:00Z"),
    "an empty schedule": {"schedule": {}},
    "tags in another order": {"tags": {"number": "42", "yes": "True", "team": "checkout"}},
    "tags as YAML reads them": {"tags": {"team": "checkout", "yes": True, "number": 42}},
    "tags by their other name": {"resource_tags": {"team": "checkout", "yes": "True", "number": "42"}},
    "some of the tags, not purged": {"tags": {"team": "checkout"}, "purge_tags": False},
    "no tags given, purged": {"purge_tags": True},
    "no tags at all, not purged": {"tags": {}, "purge_tags": False},
}

ANOTHER: dict[str, tuple[dict[str, Any], list[str]]] = {
    # what differs: what the task gives, the paths of the patch
    "another description": ({"description": "New"}, ["/Description"]),
    "capitals in the description": ({"description": "as it is"}, ["/Description"]),
    "variants in another order with another count": (
        {"model_variants": [variant("shadow", "demo-model-b", count=2), variant("production", "demo-model-a")]},
        ["/ModelVariants"],
    ),
    "another instance type": (
        {"model_variants": [variant("shadow", "demo-model-b", instance_type="ml.c5.large"), variants()[0]]},
        ["/ModelVariants"],
    ),
    "the models of the variants swapped": (
        {"model_variants": [variant("shadow", "demo-model-a"), variant("production", "demo-model-b")]},
        ["/ModelVariants"],
    ),
    "other names of variants": (
        {
            "model_variants": [variant("one", "demo-model-a"), variant("two", "demo-model-b")],
            "shadow_mode_config": {
                "source_model_variant_name": "one",
                "shadow_model_variants": [{"shadow_model_variant_name": "two", "sampling_percentage": 50}],
            },
        },
        ["/ModelVariants", "/ShadowModeConfig/SourceModelVariantName", "/ShadowModeConfig/ShadowModelVariants"],
    ),
    "production and shadow swapped": (
        {
            "shadow_mode_config": {
                "source_model_variant_name": "shadow",
                "shadow_model_variants": [{"shadow_model_variant_name": "production", "sampling_percentage": 50}],
            }
        },
        ["/ShadowModeConfig/SourceModelVariantName", "/ShadowModeConfig/ShadowModelVariants"],
    ),
    "another percentage": ({"shadow_mode_config": shadow_mode_config(51)}, ["/ShadowModeConfig/ShadowModelVariants"]),
    "another destination": (
        {"data_storage_config": {"destination": "s3://another/place"}},
        ["/DataStorageConfig/Destination"],
    ),
    "another key of another storage": (
        {"data_storage_config": {"destination": DESTINATION, "kms_key": KEY_ARN.replace("1234", "4321")}},
        ["/DataStorageConfig/KmsKey"],
    ),
    "a content type less": (content(csv=CSV[:1]), ["/DataStorageConfig/ContentType/CsvContentTypes"]),
    "a content type more": (content(json=[*JSON, "text/json"]), ["/DataStorageConfig/ContentType/JsonContentTypes"]),
    "a start a second later": (times("2026-01-02T12:00:01Z"), ["/Schedule"]),
    "an end of the same words in another offset": (times(end="2026-01-09T12:00:00+01:00"), ["/Schedule"]),
    "a tag more": ({"tags": {"team": "checkout", "yes": "True", "number": "42", "new": ""}}, ["/Tags"]),
    "a tag less": ({"tags": {"team": "checkout"}}, ["/Tags"]),
    "a tag of another case": ({"tags": {"Team": "checkout"}, "purge_tags": False}, ["/Tags"]),
    "no tags, purged": ({"tags": {}}, ["/Tags"]),
}


@pytest.fixture
def as_it_is(emulator: Emulator) -> Emulator:
    """A scheduled experiment that has everything."""
    tags = {"team": "checkout", "yes": "True", "number": "42"}
    put_experiment(
        emulator, "Created", Description="As it is", KmsKey=KEY_ID, DataStorageConfig=dict(STORAGE_PROPERTY), tags=tags
    )
    return emulator


@pytest.mark.parametrize("options", SAME.values(), ids=SAME)
def test_what_means_the_same_is_no_change(run: Run, as_it_is: Emulator, options: dict[str, Any]) -> None:
    before = stored_experiment(as_it_is)
    result = succeeded(run(MODULE, minimal(**options)))
    assert (result.changed, result["operations"], as_it_is.writes()) == (False, [], [])
    assert stored_experiment(as_it_is) == before


@pytest.mark.parametrize(("options", "paths"), ANOTHER.values(), ids=ANOTHER)
def test_what_differs_is_all_that_is_written(
    run: Run, as_it_is: Emulator, options: dict[str, Any], paths: list[str]
) -> None:
    before = stored_experiment(as_it_is)
    result = succeeded(run(MODULE, minimal(**options)))
    assert result.changed
    assert [list(patch) for patch in patches(result)] == [paths]
    after = stored_experiment(as_it_is)
    touched = {path.split("/")[1] for path in paths}
    untouched = {name for name in before["properties"] if name not in touched}
    assert {name: after["properties"][name] for name in untouched} == {
        name: before["properties"][name] for name in untouched
    }
    assert (after["tags"] == before["tags"]) == ("Tags" not in touched)
    assert (after["schedule"] == before["schedule"]) == ("Schedule" not in touched)
    rerun_unchanged(run, as_it_is, minimal(**options))


@pytest.mark.parametrize("given", [KEY_ID, KEY_ARN, "alias/mine"], ids=["id", "ARN", "alias"])
@pytest.mark.parametrize("has", [KEY_ID, KEY_ARN, KEY_ARN.replace(f"key/{KEY_ID}", "alias/mine"), "alias/mine"])
def test_a_key_is_equal_to_the_arn_that_ends_in_it(run: Run, emulator: Emulator, given: str, has: str) -> None:
    put_experiment(emulator, "Created", KmsKey=has)
    result = run(MODULE, minimal(kms_key=given))
    assert result.failed == (("alias" in given) != ("alias" in has))
    assert emulator.writes() == []


@pytest.mark.parametrize("status", ["Created", "Running"])
def test_empty_content_types_of_the_service_are_not_there(run: Run, emulator: Emulator, status: str) -> None:
    emulator.settings.empty_content_types = True
    storage = {"Destination": DESTINATION, "ContentType": {"JsonContentTypes": JSON}}
    put_experiment(emulator, status, DataStorageConfig=storage)
    assert not succeeded(run(MODULE, minimal(**content(json=JSON)))).changed
    succeeded(run(MODULE, minimal(description="New")))
    assert stored_experiment(emulator)["properties"]["DataStorageConfig"] == storage
    rerun_unchanged(run, emulator, minimal(description="New", **content(json=JSON)))


def test_a_content_type_is_given_where_the_service_has_an_empty_list(run: Run, emulator: Emulator) -> None:
    emulator.settings.empty_content_types = True
    storage = {"Destination": DESTINATION, "ContentType": {"JsonContentTypes": JSON}}
    put_experiment(emulator, "Created", DataStorageConfig=storage)
    succeeded(run(MODULE, minimal(**content(csv=CSV))))
    assert stored_experiment(emulator)["properties"]["DataStorageConfig"]["ContentType"] == {
        "CsvContentTypes": CSV,
        "JsonContentTypes": JSON,
    }
    rerun_unchanged(run, emulator, minimal(**content(csv=CSV)))


def test_a_nested_key_left_out_is_left_alone_when_its_neighbour_changes(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created", DataStorageConfig=dict(STORAGE_PROPERTY))
    succeeded(run(MODULE, minimal(data_storage_config={"destination": "s3://another/place"})))
    assert stored_experiment(emulator)["properties"]["DataStorageConfig"] == {
        **STORAGE_PROPERTY,
        "Destination": "s3://another/place",
    }


def test_a_list_given_is_the_whole_list(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created", DataStorageConfig=dict(STORAGE_PROPERTY))
    succeeded(run(MODULE, minimal(**content(csv=["text/plain"]))))
    assert stored_experiment(emulator)["properties"]["DataStorageConfig"]["ContentType"] == {
        "CsvContentTypes": ["text/plain"],
        "JsonContentTypes": JSON,
    }


def test_a_variant_that_is_equal_keeps_its_spelling_in_the_list_that_is_written(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    succeeded(run(MODULE, minimal(model_variants=[variants(2)[1], variants()[0]])))
    counts = {
        v["VariantName"]: v["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceCount"]
        for v in stored_experiment(emulator)["properties"]["ModelVariants"]
    }
    assert counts == {"production": 1, "shadow": 2}


def test_what_the_task_gives_and_what_it_leaves_must_fit(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    new = [variant("production", "demo-model-a"), variant("new", "demo-model-b")]
    result = run(MODULE, minimal(model_variants=new))
    assert result.failed
    assert all(word in result.msg for word in ("shadow_mode_config", "production", "new"))
    assert emulator.writes() == []


def test_storage_without_anything_before_is_added_whole(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    result = succeeded(run(MODULE, minimal(data_storage_config=STORAGE)))
    assert patches(result) == [{"/DataStorageConfig": STORAGE_PROPERTY}]


# --- members that count as not set ---

UNSET: dict[str, dict[str, Any]] = {
    # what GetResource returns for members that are not set
    "null members": {"null_members": True},
    "empty objects": {"empty_objects": True},
    "empty lists": {"empty_content_types": True},
    "all of them": {"null_members": True, "empty_objects": True, "empty_content_types": True},
}
SOME_STORAGE = {"Destination": DESTINATION, "ContentType": {"JsonContentTypes": JSON}}
UNSET_TASKS: dict[str, dict[str, Any]] = {
    "description": {"description": "New"},
    "tags": {"tags": {"a": "1"}},
    "data storage": {"data_storage_config": STORAGE},
    "nested KMS key": {"data_storage_config": {"destination": DESTINATION, "kms_key": KEY_ID}},
    "nested content types": {
        "data_storage_config": {"destination": DESTINATION, **content(csv=CSV)["data_storage_config"]}
    },
    "stop": {"desired_state": "Completed", "on_stop": "promote_shadow"},
    "absent": {"state": "absent"},
    "recreate": full(role_arn=OTHER_ROLE_ARN, recreate=True),
}
UNSET_SETTINGS = pytest.mark.parametrize("settings", UNSET.values(), ids=UNSET)


@pytest.mark.parametrize("storage", [None, SOME_STORAGE], ids=["no data storage", "data storage"])
@pytest.mark.parametrize("options", UNSET_TASKS.values(), ids=UNSET_TASKS)
@UNSET_SETTINGS
def test_task_succeeds_where_read_has_unset_members(
    run: Run, emulator: Emulator, settings: dict[str, bool], options: dict[str, Any], storage: Any
) -> None:
    emulator.settings.update(settings)
    status = "Running" if "desired_state" in options else "Created"
    put_experiment(emulator, status, **({"DataStorageConfig": storage} if storage else {}))
    predicted = succeeded(run(MODULE, minimal(**options), check=True))
    result = succeeded(run(MODULE, minimal(**options)))
    assert result.changed
    assert without_outcome(predicted) == without_outcome(result)
    rerun_unchanged(run, emulator, minimal(**options))


@UNSET_SETTINGS
def test_info_omits_unset_members(run: Run, emulator: Emulator, settings: dict[str, bool]) -> None:
    put_experiment(emulator, "Running")
    expected = succeeded(run("inference_experiment_info", minimal()))["inference_experiments"]
    emulator.settings.update(settings)
    assert succeeded(run("inference_experiment_info", minimal()))["inference_experiments"] == expected


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(((name,), None) for name in ("Type", "RoleArn", "EndpointName", "ModelVariants", "ShadowModeConfig")),
        *(((name,), {}) for name in ("ShadowModeConfig", "DataStorageConfig", "EndpointMetadata")),
        (("ShadowModeConfig", "ShadowModelVariants"), None),
        (("DataStorageConfig", "Destination"), None),
        (("DataStorageConfig", "ContentType"), {}),
        (("ModelVariants", 0, "InfrastructureConfig"), {}),
        (("ModelVariants", 0, "InfrastructureConfig", "RealTimeInferenceConfig"), None),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("module", "options"),
    [
        pytest.param("inference_experiment_info", {}, id="info"),
        pytest.param(MODULE, {"state": "absent"}, id="absent"),
        pytest.param(MODULE, {"description": "New"}, id="description"),
    ],
)
def test_unset_member_in_read_does_not_block_task_that_does_not_declare_it(
    run: Run, emulator: Emulator, member: tuple[str | int, ...], value: Any, module: str, options: dict[str, Any]
) -> None:
    put_experiment(emulator, "Created", DataStorageConfig=dict(STORAGE_PROPERTY))

    def change(answer: Any) -> Any:
        return put_at(answer, (*CONTENT, *member), value)

    emulator.fault("GetResource", "changed", change=change, times=ALWAYS)
    succeeded(run(module, minimal(**options)))
