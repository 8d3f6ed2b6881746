# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of other types than the argument spec declares, at every depth of an example type."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.responses import check_types
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Lifecycle,
    ResourceType,
)

PART = {"code": {"type": "str", "required": True}, "count": {"type": "int"}, "free": {"type": "raw"}}
OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    "size": {"type": "int"},
    "share": {"type": "float"},
    "hot": {"type": "bool"},
    "kinds": {"type": "list", "elements": "str"},
    "anything": {"type": "list"},
    "parts": {"type": "list", "elements": "dict", "options": PART},
    "part": {"type": "dict", "options": {**PART, "inner": {"type": "dict", "options": PART}}},
    "map": {"type": "dict"},
    "secret": {"type": "str"},
    "tags": {"type": "dict"},
}
THING = ResourceType(
    type_name="Test::Test::Thing",
    noun="thing",
    result_name="thing",
    identifier="name",
    options=OPTIONS,
    read_only={"status": {"type": "str"}, "born": {"type": "str"}},
    tags="Tags",
    write_only=frozenset({"Secret"}),
    required_to_create=("Kinds", "Secret"),
    lifecycle=Lifecycle(
        status="Status",
        intent="Wanted",
        statuses={},
        intents=(),
        intents_on_create=frozenset(),
        intent_before_delete=lambda _wish: None,
    ),
)
DECLARED = {"Kinds", "Parts", "Part", "Secret"}
GOOD: dict[str, Any] = {
    "Name": "a",
    "Size": 1,
    "Share": 0.5,
    "Hot": True,
    "Kinds": ["a"],
    "Anything": [1, None, {}],
    "Parts": [{"Code": "a", "Count": 2, "Free": [None]}],
    "Part": {"Code": "a", "Inner": {"Code": "b"}},
    "Map": {"a": None},
    "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c"}, {"Key": "d", "Value": None}],
    "Status": "Up",
    "Born": 7,
    "Unknown": [{}],
}


@pytest.mark.parametrize(
    "properties",
    [
        GOOD,
        {"Name": "a", "Kinds": [], "Status": "Down"},
        {**GOOD, "Size": 1.0, "Share": 1, "Part": None, "Parts": None, "Tags": None},
        {**GOOD, "Parts": [{"Code": "a", "Count": None, "Unknown": 1}]},
        {**GOOD, "Part": {"Code": "a", "Inner": {}}},
    ],
    ids=["whole", "the least", "with nulls", "with nulls and more inside", "with empty objects"],
)
def test_properties_that_can_be_decided_on(properties: dict[str, Any]) -> None:
    check_types(THING, properties, DECLARED)


ALWAYS_MISSED = ("Name is missing", "Status is missing")
BAD: list[tuple[dict[str, Any], str]] = [
    ({"Name": None}, "Name is missing"),
    ({"Name": 5}, "Name is not a string"),
    ({"Name": True}, "Name is not a string"),
    ({"Size": True}, "Size is not an integer"),
    ({"Size": 1.5}, "Size is not an integer"),
    ({"Size": "1"}, "Size is not an integer"),
    ({"Share": True}, "Share is not a number"),
    ({"Share": "1"}, "Share is not a number"),
    ({"Hot": 1}, "Hot is not a boolean"),
    ({"Kinds": "a"}, "Kinds is not a list"),
    ({"Kinds": ["a", 1]}, "Kinds[1] is not a string"),
    ({"Kinds": None}, "Kinds is missing"),
    ({"Kinds": ""}, "Kinds is not a list"),
    ({"Parts": {}}, "Parts is not a list"),
    ({"Parts": [None]}, "Parts[0] is not a dictionary"),
    ({"Parts": [{"Code": "a"}, {}]}, "Parts[1].Code is missing"),
    ({"Parts": [{"Code": None}]}, "Parts[0].Code is missing"),
    ({"Parts": [{"Code": "a", "Count": []}]}, "Parts[0].Count is not an integer"),
    ({"Part": []}, "Part is not a dictionary"),
    ({"Part": {"Code": "a", "Inner": {"Count": 1}}}, "Part.Inner.Code is missing"),
    ({"Map": []}, "Map is not a dictionary"),
    ({"Status": None}, "Status is missing"),
    ({"Status": ""}, "Status is missing"),
    ({"Status": 7}, "Status is not a string"),
    ({"Tags": {}}, "Tags is not a list of tags"),
    ({"Tags": "a"}, "Tags is not a list of tags"),
    ({"Tags": [None]}, "Tags is not a list of tags"),
    ({"Tags": [{"Value": "a"}]}, "Tags is not a list of tags"),
    ({"Tags": [{"Key": "a", "Value": 0}]}, "Tags is not a list of tags"),
    ({"Tags": [{"Key": "a"}, {"Key": 1}]}, "Tags is not a list of tags"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[f"{message}: {changes}" for changes, message in BAD])
def test_properties_that_nothing_must_be_decided_on(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as error:
        check_types(THING, {**GOOD, **changes}, DECLARED)
    assert str(error.value) == message


@pytest.mark.parametrize("changes", [{"Kinds": None}, {"Parts": [{}]}, {"Part": {"Count": 1}}, {"Part": {}}], ids=str)
def test_check_properties_accepts_missing_member_of_undeclared_property(changes: dict[str, Any]) -> None:
    check_types(THING, {**GOOD, **changes}, ())


@pytest.mark.parametrize(
    ("changes", "message"), [row for row in BAD if "missing" not in row[1] or row[1] in ALWAYS_MISSED], ids=str
)
def test_check_properties_rejects_wrong_type_of_undeclared_property(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as error:
        check_types(THING, {**GOOD, **changes}, ())
    assert str(error.value) == message


def test_type_without_status_needs_none() -> None:
    check_types(THING._replace(lifecycle=None), {"Name": "a", "Kinds": []}, DECLARED)
