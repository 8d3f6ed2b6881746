# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A type whose tags are a map, whose names have slashes, and whose handler loses what an update leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.tasks import done
from tests.unit.plugins.modules.other_types.ssm_parameter import PARAMETER
from tests.unit.plugins.modules.other_types.support import Bed

NAME = "/shop/till~1"
TAGS = {"team": "shop", "aws/like": "a=b", "KMSKey": ""}
FULL = {
    "name": NAME,
    "type": "String",
    "value": "1",
    "description": "Tills that are open",
    "allowed_pattern": "[0-9]+",
    "tags": TAGS,
}


def named(**options: Any) -> dict[str, Any]:
    return {"name": NAME, **options}


@pytest.fixture
def bed(emulator: Emulator) -> Bed:
    return Bed(
        PARAMETER,
        emulator,
        lambda model, region: {"Arn": f"arn:aws:ssm:{region}:123456789012:parameter{model['Name']}"},
    )


@pytest.fixture
def there(bed: Bed) -> Bed:
    done(bed.manage(FULL))
    return bed


def test_it_is_created_and_its_tags_are_a_map_on_both_sides(bed: Bed) -> None:
    result = bed.brought_about(FULL, "create")
    assert bed.there(NAME)["Tags"] == TAGS
    assert result["parameter"] == {
        **{name: FULL[name] for name in ("name", "type", "value", "tags")},
        "arn": f"arn:aws:ssm:{REGION}:123456789012:parameter{NAME}",
        "region": REGION,
    }


@pytest.mark.parametrize(
    ("task", "tags"),
    [
        pytest.param({"tags": {"team": "till"}}, {"aws:own": "x", "team": "till"}, id="replaced, but for those of AWS"),
        pytest.param({"tags": {"a/b": "c"}, "purge_tags": False}, {"aws:own": "x", **TAGS, "a/b": "c"}, id="added to"),
        pytest.param({"tags": {}}, {"aws:own": "x"}, id="taken away"),
    ],
)
def test_its_tags_are(there: Bed, task: dict[str, Any], tags: dict[str, str]) -> None:
    there.there(NAME)["Tags"]["aws:own"] = "x"
    result = there.brought_about(named(**task), "update")
    assert result["parameter"]["tags"] == there.there(NAME)["Tags"] == tags


def test_a_tag_added_meanwhile_is_not_lost(there: Bed) -> None:
    there.emulator.on_call("UpdateResource", lambda: there.there(NAME)["Tags"].update(theirs="x"))
    result = done(there.manage(named(tags={"team": "till"}, purge_tags=False)))
    assert result["parameter"]["tags"] == {**TAGS, "team": "till", "theirs": "x"}


def test_what_is_write_only_is_lost_in_an_update_unless_the_task_gives_it(there: Bed) -> None:
    there.brought_about({**FULL, "value": "2"}, "update")
    assert there.there(NAME)["Description"] == "Tills that are open"
    there.brought_about(named(value="3"), "update")
    assert "Description" not in there.there(NAME)
