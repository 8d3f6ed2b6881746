# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A type with another identifier, create-only and write-only properties and no statuses, without a line of new code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.tasks import rejected, succeeded
from tests.unit.plugins.modules.other_types.memorydb_parameter_group import PARAMETER_GROUP
from tests.unit.plugins.modules.other_types.support import Bed

NAME = "shop"
ARN = f"arn:aws:memorydb:{REGION}:123456789012:parametergroup/{NAME}"
FULL = {
    "parameter_group_name": NAME,
    "family": "memorydb_redis7",
    "description": "For the shop",
    "parameters": {"maxmemory-policy": "volatile-lru", "KMSKey": "verbatim"},
    "tags": {"team": "shop", "Cost Center": "42"},
}


def named(**options: Any) -> dict[str, Any]:
    return {"parameter_group_name": NAME, **options}


@pytest.fixture
def bed(emulator: Emulator) -> Bed:
    return Bed(
        PARAMETER_GROUP,
        emulator,
        lambda model, region: {
            "ARN": f"arn:aws:memorydb:{region}:123456789012:parametergroup/{model['ParameterGroupName']}"
        },
    )


@pytest.fixture
def there(bed: Bed) -> Bed:
    succeeded(bed.manage(FULL))
    return bed


def test_it_is_created_with_everything_and_then_left_alone(bed: Bed) -> None:
    result = bed.brought_about(FULL, "create")
    assert bed.there(NAME)["Parameters"] == FULL["parameters"]
    assert result["parameter_group"] == {
        "parameter_group_name": NAME,
        "family": "memorydb_redis7",
        "description": "For the shop",
        "ARN": ARN,
        "tags": FULL["tags"],
        "region": REGION,
    }


def test_all_that_a_creation_lacks_is_named(bed: Bed) -> None:
    rejected(bed.manage(named()), bed.emulator, "parameter group 'shop'", "family")


def test_a_limit_of_its_own_is_checked_before_any_call(bed: Bed) -> None:
    rejected(bed.manage({"parameter_group_name": "Shop"}), bed.emulator, "parameter_group_name", "small letters")
    assert bed.emulator.calls() == []


@pytest.mark.parametrize(
    ("task", "tags"),
    [
        pytest.param({"tags": {"team": "till"}}, {"team": "till"}, id="replaced"),
        pytest.param(
            {"tags": {"team": "till"}, "purge_tags": False}, {"team": "till", "Cost Center": "42"}, id="added to"
        ),
        pytest.param({"tags": {}}, {}, id="taken away"),
    ],
)
def test_its_tags_are(there: Bed, task: dict[str, Any], tags: dict[str, str]) -> None:
    result = there.brought_about(named(**task), "update")
    assert result["parameter_group"]["tags"] == tags
    assert there.there(NAME).get("Tags", []) == [{"Key": key, "Value": value} for key, value in tags.items()]


def test_what_can_be_given_only_at_its_creation_is_refused(there: Bed) -> None:
    task = {**FULL, "family": "memorydb_valkey7"}
    words = ('family is "memorydb_redis7", not "memorydb_valkey7"', "recreate: true")
    rejected(there.manage(task), there.emulator, *words)


def test_or_deleted_and_created_again_with_what_the_task_leaves_out(there: Bed) -> None:
    task = named(family="memorydb_valkey7", parameters={"activedefrag": "yes"}, recreate=True)
    result = there.brought_about(task, "delete", "create")
    assert result["diff"]["before"]["family"] == "memorydb_redis7"
    now = there.there(NAME)
    assert (now["Family"], now["Description"]) == ("memorydb_valkey7", "For the shop")
    assert now["Parameters"] == {"activedefrag": "yes"}
    assert result["parameter_group"]["tags"] == FULL["tags"]


def test_it_is_deleted_once(there: Bed) -> None:
    there.brought_about(named(state="absent"), "delete")
    assert there.plain.resources == {}


# --- what goes wrong ---


def test_what_is_accepted_and_not_applied_fails_the_task(there: Bed) -> None:
    there.emulator.settings.ignore_properties = frozenset({"Tags"})
    result = there.manage(named(tags={"team": "till"}))
    assert result.failed
    assert "a later read does not show the change (tags): the parameter group is unchanged." in result.msg


def test_a_task_that_runs_out_of_time_says_so_without_a_status(there: Bed) -> None:
    there.emulator.settings.operation_seconds = 100
    result = there.manage(named(tags={"team": "till"}, wait_timeout=10))
    assert result.failed
    assert "wait_timeout of 10 seconds has elapsed" in result.msg
    assert "status was last seen" not in result.msg


def test_a_change_meanwhile_makes_it_look_again(there: Bed) -> None:
    def somebody() -> None:
        there.there(NAME)["Tags"] = [{"Key": "theirs", "Value": "x"}]

    there.emulator.on_call("UpdateResource", somebody)
    result = succeeded(there.manage(named(tags={"team": "till"}, purge_tags=False)))
    assert result["parameter_group"]["tags"] == {"theirs": "x", "team": "till"}


# --- listed ---


def test_they_are_listed_by_their_own_name_for_the_identifier(there: Bed) -> None:
    succeeded(there.manage({**FULL, "parameter_group_name": "till"}))
    result = succeeded(there.inform({"parameter_group_name_contains": "i"}))
    assert [group["parameter_group_name"] for group in result["parameter_groups"]] == ["till"]
    assert succeeded(there.inform({"parameter_group_names": [NAME, "missing"]}))["parameter_groups"][0]["ARN"] == ARN
    both = succeeded(there.inform({"identifiers_only": True}))["parameter_groups"]
    assert both == [{"parameter_group_name": name, "region": REGION} for name in (NAME, "till")]
    assert there.emulator.calls() == ["ListResources"]


@pytest.mark.parametrize("option", ["statuses", "include_write_only"])
def test_options_for_what_it_has_not_are_unknown(there: Bed, option: str) -> None:
    assert "Unsupported parameters" in there.inform({option: True}).msg


def test_what_was_sent_is_what_is_declared(bed: Bed) -> None:
    succeeded(bed.manage(FULL))
    (create,) = [record.request for record in bed.emulator.log if record.operation == "CreateResource"]
    assert json.loads(create["DesiredState"]) == {
        "ParameterGroupName": NAME,
        "Family": "memorydb_redis7",
        "Description": "For the shop",
        "Parameters": FULL["parameters"],
        "Tags": [{"Key": "team", "Value": "shop"}, {"Key": "Cost Center", "Value": "42"}],
    }
