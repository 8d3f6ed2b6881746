# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversion and validation of tags."""

from __future__ import annotations

from typing import Any

import pytest
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


@pytest.mark.parametrize(
    ("tags", "sentences"),
    [
        pytest.param({}, [], id="no tags"),
        pytest.param({"k" * 128: "v" * 256}, [], id="longest key and value"),
        pytest.param({"k": ""}, [], id="empty value"),
        pytest.param({TAG_CHARACTERS: TAG_CHARACTERS}, [], id="all allowed characters"),
        pytest.param({7: 2, False: 0.5}, [], id="numbers and booleans"),
        pytest.param({str(number): "" for number in range(MAX_TAGS)}, [], id="50 tags"),
        pytest.param({str(n): "" for n in range(51)}, ["tags must have at most 50 tags, got 51."], id="51 tags"),
        pytest.param({"": "v"}, ["tags: the key of a tag must have 1 to 128 characters, got 0."], id="empty key"),
        pytest.param(
            {"k" * 129: "v"}, ["tags: the key of a tag must have 1 to 128 characters, got 129."], id="long key"
        ),
        pytest.param({"k": "v" * 257}, ['tags["k"] must have at most 256 characters, got 257.'], id="long value"),
        pytest.param({"a?": "v"}, [f'tags: the key "a?" must not contain "?". {ALLOWED}'], id="question mark in key"),
        pytest.param({"a": "x,y"}, [f'tags["a"] must not contain ",". {ALLOWED}'], id="comma in value"),
        pytest.param(
            {"a": "x\ny!\u200b!"},
            [f'tags["a"] must not contain "\\n", "!", "\\u200b". {ALLOWED}'],
            id="characters",
        ),
        pytest.param({"aws:x": "v"}, [f'tags["aws:x"] {RESERVED}'], id="reserved prefix"),
        pytest.param({"AWS:x": "v"}, [f'tags["AWS:x"] {RESERVED}'], id="reserved prefix in capitals"),
        pytest.param({"awsx": "v", "x:aws:y": ""}, [], id="aws without colon, or not at the start"),
        pytest.param({"k": None}, ['tags["k"] must be a string, got null.'], id="null"),
        pytest.param({"k": {"a": "b"}}, ['tags["k"] must be a string, got {"a": "b"}.'], id="dictionary"),
        pytest.param({"k": ["a"]}, ['tags["k"] must be a string, got ["a"].'], id="list"),
        pytest.param(
            {"aws:x?": None, "k" * 200: ["v"]},
            [
                f'tags["aws:x?"] {RESERVED}',
                f'tags: the key "aws:x?" must not contain "?". {ALLOWED}',
                'tags["aws:x?"] must be a string, got null.',
                "tags: the key of a tag must have 1 to 128 characters, got 200.",
                'tags: the value of a tag must be a string, got ["v"].',
            ],
            id="several errors",
        ),
    ],
)
def test_validate_tags_yields_each_error(tags: dict[Any, Any], sentences: list[str]) -> None:
    assert list(validate_tags("tags", tags)) == sentences


def test_tags_as_strings_converts_as_amazon_aws() -> None:
    assert tags_as_strings({1: True, "a": 0.5, "b": "B"}) == {"1": "True", "a": "0.5", "b": "B"}


@given(st.dictionaries(st.text(), st.text()))
def test_tags_to_dict_inverts_tags_to_property_in_order(tags: dict[str, str]) -> None:
    assert list(tags_to_dict(tags_to_property(tags)).items()) == list(tags.items())


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param(None, {}, id="null"),
        pytest.param([], {}, id="empty list"),
        pytest.param([{"Key": "a"}], {"a": ""}, id="tag without value"),
        pytest.param([{"Value": "x"}, "text", {"Key": "a", "Value": "b"}], {"a": "b"}, id="elements that are no tags"),
    ],
)
def test_tags_to_dict(tags: Any, expected: dict[str, str]) -> None:
    assert tags_to_dict(tags) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param([], True, id="empty list"),
        pytest.param([{"Key": "a", "Value": "b"}, {"Key": "c", "Value": None}, {"Key": "d"}], True, id="tags"),
        pytest.param({"a": "b"}, False, id="dictionary"),
        pytest.param(["a"], False, id="string in list"),
        pytest.param([{"Value": "b"}], False, id="no key"),
        pytest.param([{"Key": 1}], False, id="integer key"),
        pytest.param([{"Key": "a", "Value": 1}], False, id="integer value"),
    ],
)
def test_is_list_of_tags(tags: Any, expected: bool) -> None:
    assert is_list_of_tags(tags) is expected


def test_validate_number_of_tags_rejects_more_than_50_tags() -> None:
    tags = {str(number): "" for number in range(MAX_TAGS)}

    assert validate_number_of_tags("tags", tags) == []
    assert validate_number_of_tags("tags", {**tags, "one more": ""}) == [
        "tags: 51 tags including the existing ones, the maximum is 50."
    ]
