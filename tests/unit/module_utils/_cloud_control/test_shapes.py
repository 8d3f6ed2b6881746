# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and properties of other types than the argument spec says, at every depth of a made-up type."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils.common.validation import check_type_dict, check_type_int, check_type_list

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.resource_type import (
    Lifecycle,
    ResourceType,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.shapes import (
    check_properties,
    option_problems,
)

PART = {"code": {"type": "str", "required": True}, "count": {"type": "int"}, "free": {"type": "raw"}}
OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    "plain": {},
    "size": {"type": "int", "aliases": ["length"]},
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
    options={**OPTIONS, "plain": {"type": "str"}},
    read_only={"status": {"type": "str"}, "born": {"type": "str"}},
    tags="Tags",
    write_only=frozenset({"Secret"}),
    required_to_create=("Kinds", "Secret"),
    lifecycle=Lifecycle(
        status="Status",
        intent="Wanted",
        statuses={},
        intents=(),
        intents_of_new=frozenset(),
        intent_before_delete=lambda _wish: None,
    ),
)
READERS: dict[str, Callable[[Any], Any]] = {"dict": check_type_dict, "list": check_type_list, "int": check_type_int}

TAKEN: list[dict[str, Any]] = [
    {},
    {"name": None, "size": None, "parts": None, "part": None},
    {"name": 5, "plain": [], "hot": "maybe", "share": "much"},  # Ansible says what is wrong with these, and names them
    {"size": 5, "length": "5"},
    {"kinds": "a,b", "anything": 7, "map": '{"a": 1}'},
    {"parts": [], "part": {}, "map": {}},
    {"parts": [{"code": "a", "count": 1}, "code=a count=1"]},
    {"part": '{"code": "a", "inner": {"count": "7"}}'},
    {"part": {"unknown": True, "free": [None]}},
    {"unknown": math.nan},
    {"name": r"\u0000", "map": {r"\\u0000": 1}},
]


@pytest.mark.parametrize("options", TAKEN, ids=str)
def test_left_to_ansible(options: dict[str, Any]) -> None:
    assert list(option_problems(OPTIONS, options, READERS)) == []


def test_a_whole_number_with_a_point_is_taken_where_ansible_takes_it() -> None:
    def as_ansible_core_2_16_does(value: Any) -> Any:
        raise TypeError(value)

    assert list(option_problems(OPTIONS, {"size": 5.0}, {**READERS, "int": int})) == []
    assert list(option_problems(OPTIONS, {"size": 5.0}, {**READERS, "int": as_ansible_core_2_16_does})) != []


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"size": True}, "size must be a whole number, not true."),
    ({"size": 1.5}, "size must be a whole number, not 1.5."),
    ({"size": math.inf}, "size must be a whole number, not Infinity."),
    ({"size": math.nan}, "size must be a whole number, not NaN."),
    ({"size": "five"}, 'size must be a whole number, not "five".'),
    ({"length": []}, "length must be a whole number, not []."),
    ({"kinds": {}}, "kinds must be a list, not {}."),
    ({"map": 7}, "map must be a dictionary, not 7."),
    ({"parts": {"code": "a"}}, 'parts must be a list, not {"code": "a"}.'),
    ({"parts": "a"}, 'parts[0] must be a dictionary, not "a".'),
    ({"parts": [{}, None]}, "parts[1] must be a dictionary, not null."),
    ({"parts": [{"count": True}]}, "parts[0].count must be a whole number, not true."),
    ({"part": []}, "part must be a dictionary, not []."),
    ({"part": {"inner": 7}}, "part.inner must be a dictionary, not 7."),
    ({"part": {"inner": {"count": "x"}}}, 'part.inner.count must be a whole number, not "x".'),
    ({"part": "inner=7"}, 'part.inner must be a dictionary, not "7".'),
    ({"name": "a\ud800"}, "name has half of a surrogate pair in it, which is no character."),
    ({"part": {"code": None}}, "part.code must be a text, not null."),
    ({"name": "a\0b"}, "name has a NUL in it, which cannot be logged."),
    ({"kinds": ["\\\0"]}, "kinds has a NUL in it, which cannot be logged."),
    ({"map": {"\udfff": 1}}, "map has half of a surrogate pair in it, which is no character."),
    ({"map": "x" * 99}, f'map must be a dictionary, not "{"x" * 59}.'),
]


@pytest.mark.parametrize(("options", "sentence"), REFUSED, ids=[row[1] for row in REFUSED])
def test_refused_in_a_sentence(options: dict[str, Any], sentence: str) -> None:
    assert list(option_problems(OPTIONS, options, READERS)) == [sentence]


def test_all_that_is_wrong_is_told() -> None:
    options = {"part": {"count": "x", "inner": []}, "parts": [1, 2], "size": True, "length": 1.5}
    assert len(list(option_problems(OPTIONS, options, READERS))) == 6


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
        {"Kinds": [], "Status": "Down"},
        {**GOOD, "Size": 1.0, "Share": 1, "Name": None, "Part": None, "Parts": None, "Tags": None},
        {**GOOD, "Parts": [{"Code": "a", "Count": None, "Unknown": 1}]},
    ],
    ids=["whole", "the least", "with nulls", "with nulls and more inside"],
)
def test_properties_that_can_be_decided_on(properties: dict[str, Any]) -> None:
    check_properties(THING, properties)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"Name": 5}, "Name is not a text"),
    ({"Name": True}, "Name is not a text"),
    ({"Size": True}, "Size is not a whole number"),
    ({"Size": 1.5}, "Size is not a whole number"),
    ({"Size": "1"}, "Size is not a whole number"),
    ({"Share": True}, "Share is not a number"),
    ({"Share": "1"}, "Share is not a number"),
    ({"Hot": 1}, "Hot is not true or false"),
    ({"Kinds": "a"}, "Kinds is not a list"),
    ({"Kinds": ["a", 1]}, "Kinds[1] is not a text"),
    ({"Kinds": None}, "Kinds is missing"),
    ({"Kinds": ""}, "Kinds is not a list"),
    ({"Parts": {}}, "Parts is not a list"),
    ({"Parts": [None]}, "Parts[0] is not a dictionary"),
    ({"Parts": [{"Code": "a"}, {}]}, "Parts[1].Code is missing"),
    ({"Parts": [{"Code": None}]}, "Parts[0].Code is missing"),
    ({"Parts": [{"Code": "a", "Count": []}]}, "Parts[0].Count is not a whole number"),
    ({"Part": []}, "Part is not a dictionary"),
    ({"Part": {"Code": "a", "Inner": {}}}, "Part.Inner.Code is missing"),
    ({"Map": []}, "Map is not a dictionary"),
    ({"Status": None}, "Status is missing"),
    ({"Status": ""}, "Status is missing"),
    ({"Status": 7}, "Status is not a text"),
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
        check_properties(THING, {**GOOD, **changes})
    assert str(error.value) == message


def test_a_type_without_tags_and_status_needs_neither() -> None:
    check_properties(THING._replace(tags=None, lifecycle=None), {"Kinds": [], "Tags": {}})


def test_a_map_of_tags_is_wanted_of_a_type_that_has_one() -> None:
    thing = THING._replace(tags_are_map=True)
    check_properties(thing, {**GOOD, "Tags": {"a": "1"}})
    for tags in ([{"Key": "a", "Value": "1"}], {"a": 0}, "a"):
        with pytest.raises(TypeError, match="Tags is not a map of tags"):
            check_properties(thing, {**GOOD, "Tags": tags})


def test_a_property_is_looked_for_under_the_name_that_its_place_has() -> None:
    thing = THING._replace(names={"part.inner.code": "Key"})
    check_properties(thing, {**GOOD, "Part": {"Code": "a", "Inner": {"Key": "b"}}})
    with pytest.raises(TypeError, match=r"^Part\.Inner\.Key is missing$"):
        check_properties(thing, {**GOOD, "Part": {"Code": "a", "Inner": {"Code": "b"}}})
