"""Conversion and validation of tags."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.tags import (
    MAX_TAGS,
    is_list_of_tags,
    tags_as_strings,
    tags_to_dict,
    tags_to_property,
    validate_number_of_tags,
    validate_tags,
)
from tests.support.cases import cases

ALLOWED = "Allowed are letters, digits, spaces and _ . : / = + - @."
RESERVED = (
    'must not begin with "aws:", which is reserved for AWS.'
    " Omit the tag: the module does not change existing tags with this prefix."
)
TAG_CHARACTERS = "_.:/=+-@ aZ09\u00e9\u4e2d\u00a0"


# Read this test first.
def test_tags_of_task_become_property_and_return_value() -> None:
    tags = {"team": "ml", "Cost Center": 42, "aws:x": "y"}
    assert list(validate_tags("tags", tags)) == [f'tags["aws:x"] {RESERVED}']
    assert tags_to_property(tags_as_strings(tags)) == [
        {"Key": "team", "Value": "ml"},
        {"Key": "Cost Center", "Value": "42"},
        {"Key": "aws:x", "Value": "y"},
    ]
    assert tags_to_dict([{"Key": "team", "Value": "ml"}]) == {"team": "ml"}


@cases(
    ("no tags", {}, []),
    ("longest key and value", {"k" * 128: "v" * 256}, []),
    ("empty value", {"k": ""}, []),
    ("all allowed characters", {TAG_CHARACTERS: TAG_CHARACTERS}, []),
    ("numbers and booleans", {7: 2, False: 0.5}, []),
    ("50 tags", {str(number): "" for number in range(MAX_TAGS)}, []),
    ("51 tags", {str(n): "" for n in range(51)}, ["tags must have at most 50 tags, got 51."]),
    ("empty key", {"": "v"}, ["tags: the key of a tag must have 1 to 128 characters, got 0."]),
    ("long key", {"k" * 129: "v"}, ["tags: the key of a tag must have 1 to 128 characters, got 129."]),
    ("long value", {"k": "v" * 257}, ['tags["k"] must have at most 256 characters, got 257.']),
    ("question mark in key", {"a?": "v"}, [f'tags: the key "a?" must not contain "?". {ALLOWED}']),
    ("comma in value", {"a": "x,y"}, [f'tags["a"] must not contain ",". {ALLOWED}']),
    ("characters", {"a": "x\ny!\u200b!"}, [f'tags["a"] must not contain "\\n", "!", "\\u200b". {ALLOWED}']),
    ("reserved prefix", {"aws:x": "v"}, [f'tags["aws:x"] {RESERVED}']),
    ("reserved prefix in capitals", {"AWS:x": "v"}, [f'tags["AWS:x"] {RESERVED}']),
    ("aws without colon, or not at the start", {"awsx": "v", "x:aws:y": ""}, []),
    ("null", {"k": None}, ['tags["k"] must be a string, got null.']),
    ("dictionary", {"k": {"a": "b"}}, ['tags["k"] must be a string, got {"a": "b"}.']),
    ("list", {"k": ["a"]}, ['tags["k"] must be a string, got ["a"].']),
    (
        "several errors",
        {"aws:x?": None, "k" * 200: ["v"]},
        [
            f'tags["aws:x?"] {RESERVED}',
            f'tags: the key "aws:x?" must not contain "?". {ALLOWED}',
            'tags["aws:x?"] must be a string, got null.',
            "tags: the key of a tag must have 1 to 128 characters, got 200.",
            'tags: the value of a tag must be a string, got ["v"].',
        ],
    ),
)
def test_validate_tags_yields_each_error(tags: dict[Any, Any], sentences: list[str]) -> None:
    assert list(validate_tags("tags", tags)) == sentences


def test_tags_as_strings_converts_as_amazon_aws() -> None:
    assert tags_as_strings({1: True, "a": 0.5, "b": "B"}) == {"1": "True", "a": "0.5", "b": "B"}


@given(st.dictionaries(st.text(), st.text()))
def test_tags_to_dict_inverts_tags_to_property_in_order(tags: dict[str, str]) -> None:
    assert list(tags_to_dict(tags_to_property(tags)).items()) == list(tags.items())


@cases(
    ("null", None, {}),
    ("empty list", [], {}),
    ("tag without value", [{"Key": "a"}], {"a": ""}),
    ("elements that are no tags", [{"Value": "x"}, "text", {"Key": "a", "Value": "b"}], {"a": "b"}),
)
def test_tags_to_dict(tags: Any, expected: dict[str, str]) -> None:
    assert tags_to_dict(tags) == expected


@cases(
    ("empty list", [], True),
    ("tags", [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": None}, {"Key": "d"}], True),
    ("dictionary", {"a": "b"}, False),
    ("string in list", ["a"], False),
    ("no key", [{"Value": "b"}], False),
    ("integer key", [{"Key": 1}], False),
    ("integer value", [{"Key": "a", "Value": 1}], False),
)
def test_is_list_of_tags(tags: Any, expected: bool) -> None:
    assert is_list_of_tags(tags) is expected


def test_validate_number_of_tags_rejects_more_than_50_tags() -> None:
    tags = {str(number): "" for number in range(MAX_TAGS)}
    assert validate_number_of_tags("tags", tags) == []
    assert validate_number_of_tags("tags", {**tags, "one more": ""}) == [
        "tags: 51 tags including the existing ones, the maximum is 50."
    ]
