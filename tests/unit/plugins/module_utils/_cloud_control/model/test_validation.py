# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with an option by itself; the bounds of this type's options are in test_inference_experiment.py."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Limit,
    ResourceType,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.validation import (
    TAGS,
    problems,
    problems_of,
    tags_as_strings,
)


def whole(value: Any) -> int:
    """A converter that takes whole numbers only."""
    if str(value).isdigit():
        return int(value)
    raise ValueError(f"must be an integer, got {value!r}")


THING = ResourceType(
    type_name="Test::Test::Thing",
    noun="thing",
    result_name="thing",
    identifier="name",
    options={
        "name": {"type": "str"},
        "size": {"type": "int"},
        "kinds": {"type": "list", "elements": "str"},
        "pair": {"type": "list", "elements": "str"},
        "parts": {
            "type": "list",
            "elements": "dict",
            "options": {
                "code": {"type": "str"},
                "inner": {"type": "dict", "options": {"count": {"type": "str"}, "sizes": {"type": "list"}}},
            },
        },
        "tags": {"type": "dict"},
    },
    read_only={},
    tags="Tags",
    limits={
        "name": Limit(length=(2, 4)),
        "size": Limit(number=(1, 9)),
        "kinds": Limit(items=(1, 2), length=(1, 3), pattern="[a-z]+", words="be small letters"),
        "pair": Limit(items=(2, 2)),
        "parts.code": Limit(pattern=r"\d\d", words="be two digits"),
        "parts.inner.sizes": Limit(items=(0, 1)),
    },
    values={"parts.inner.count": whole},
)


@pytest.mark.parametrize(
    ("options", "sentences"),
    [
        pytest.param({}, [], id="nothing given"),
        pytest.param({"name": None, "size": None, "parts": None}, [], id="None is not given"),
        pytest.param({"name": "ab", "size": 1, "kinds": ["a"]}, [], id="all at their lower bounds"),
        pytest.param({"name": "abcd", "size": 9, "kinds": ["a", "abc"]}, [], id="all at their upper bounds"),
        pytest.param({"name": "a"}, ["name must have 2 to 4 characters, got 1."], id="too short"),
        pytest.param({"name": "abcde"}, ["name must have 2 to 4 characters, got 5."], id="too long"),
        pytest.param({"name": ""}, ["name must not be empty."], id="empty"),
        pytest.param({"size": 0}, ["size must be an integer from 1 to 9, got 0."], id="too small"),
        pytest.param({"size": 10}, ["size must be an integer from 1 to 9, got 10."], id="too large"),
        pytest.param(
            {"parts": [None, {"code": "x"}]},
            ['parts[1].code must be two digits, got "x".'],
            id="an element after none",
        ),
        pytest.param({"kinds": []}, ["kinds must have 1 to 2 elements, got 0."], id="too few elements"),
        pytest.param({"kinds": ["a"] * 3}, ["kinds must have 1 to 2 elements, got 3."], id="too many elements"),
        pytest.param({"pair": ["a"]}, ["pair must have exactly 2 elements, got 1."], id="another number of elements"),
        pytest.param({"kinds": ["a", "abcd"]}, ["kinds[1] must have 1 to 3 characters, got 4."], id="a long element"),
        pytest.param({"kinds": ["a", "A"]}, ['kinds[1] must be small letters, got "A".'], id="a wrong element"),
        pytest.param(
            {"kinds": ["", "a"]},
            ["kinds[0] must not be empty."],
            id="an empty element",
        ),
        pytest.param(
            {"parts": [{"code": "12"}, {"code": "1"}]},
            ['parts[1].code must be two digits, got "1".'],
            id="in a list's object, with its place",
        ),
        pytest.param(
            {"parts": [{"code": "12\n"}]},
            ['parts[0].code must be two digits, got "12\\n".'],
            id="a line end is one character too many",
        ),
        pytest.param(
            {"parts": [{"code": "\u0661\u0662"}]},
            ['parts[0].code must be two digits, got "\u0661\u0662".'],
            id="digits of another script are none to AWS",
        ),
        pytest.param(
            {"parts": [{"inner": {"sizes": [1, 2]}}]},
            ["parts[0].inner.sizes must have 0 to 1 element, got 2."],
            id="one element is no elements",
        ),
        pytest.param(
            {"parts": [{"inner": {"count": "x"}}]},
            ["parts[0].inner.count must be an integer, got 'x'."],
            id="what a converter refuses",
        ),
        pytest.param(
            {"parts": [{"inner": {"count": ""}}]},
            ["parts[0].inner.count must not be empty."],
            id="an empty text is not converted as well",
        ),
    ],
)
def test_problems_of_options(options: dict[str, Any], sentences: list[str]) -> None:
    found = problems(THING, options)

    assert [sentence for listed in found.values() for sentence in listed] == sentences


def test_all_problems_come_at_once_under_the_option_at_the_top() -> None:
    options = {
        "name": "a",
        "size": 10,
        "kinds": ["A", "ab", ""],
        "parts": [{"code": "1"}, {"code": "x", "inner": {"count": "y"}}],
        "tags": {"aws:a": "b"},
    }

    found = problems(THING, options)

    assert {name: len(sentences) for name, sentences in found.items()} == {
        "name": 1,
        "size": 1,
        "kinds": 3,
        "parts": 3,
        "tags": 1,
    }


ALLOWED = "Allowed are letters, digits, spaces and _ . : / = + - @."
RESERVED = (
    'must not begin with "aws:", which is reserved for AWS.'
    " Omit the tag: the module does not change existing tags with this prefix."
)
TAG_CHARACTERS = "_.:/=+-@ aZ09\u00e9\u4e2d\u00a0"


@pytest.mark.parametrize(
    ("tags", "sentences"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"k" * 128: "v" * 256}, [], id="the longest key and value"),
        pytest.param({"k": ""}, [], id="an empty value"),
        pytest.param({TAG_CHARACTERS: TAG_CHARACTERS}, [], id="every kind of character that AWS takes"),
        pytest.param({7: 2, False: 0.5}, [], id="numbers and booleans, as YAML has them"),
        pytest.param({str(number): "" for number in range(TAGS)}, [], id="fifty tags"),
        pytest.param({str(n): "" for n in range(TAGS + 1)}, ["tags must have at most 50 tags, got 51."], id="51 tags"),
        pytest.param({"": "v"}, ["tags: the key of a tag must have 1 to 128 characters, got 0."], id="an empty key"),
        pytest.param(
            {"k" * 129: "v"}, ["tags: the key of a tag must have 1 to 128 characters, got 129."], id="a long key"
        ),
        pytest.param({"k": "v" * 257}, ['tags["k"] must have at most 256 characters, got 257.'], id="a long value"),
        pytest.param(
            {"a?": "v"}, [f'tags: the key "a?" must not contain "?". {ALLOWED}'], id="a question mark in a key"
        ),
        pytest.param({"a": "x,y"}, [f'tags["a"] must not contain ",". {ALLOWED}'], id="a comma in a value"),
        pytest.param(
            {"a": "x\ny!\u200b!"}, [f'tags["a"] must not contain "\\n", "!", "\\u200b". {ALLOWED}'], id="several"
        ),
        pytest.param({"aws:x": "v"}, [f'tags["aws:x"] {RESERVED}'], id="aws:"),
        pytest.param({"AWS:x": "v"}, [f'tags["AWS:x"] {RESERVED}'], id="AWS: in capitals"),
        pytest.param({"awsx": "v", "x:aws:y": ""}, [], id="aws without a colon, or further on, is not reserved"),
        pytest.param({"k": None}, ['tags["k"] must be a string, got null.'], id="no value"),
        pytest.param({"k": {"a": "b"}}, ['tags["k"] must be a string, got {"a": "b"}.'], id="a map"),
        pytest.param({"k": ["a"]}, ['tags["k"] must be a string, got ["a"].'], id="a list"),
        pytest.param(
            {"aws:x?": None, "k" * 201: ["v"]},
            [
                f'tags["aws:x?"] {RESERVED}',
                f'tags: the key "aws:x?" must not contain "?". {ALLOWED}',
                'tags["aws:x?"] must be a string, got null.',
                "tags: the key of a tag must have 1 to 128 characters, got 201.",
                'tags: the value of a tag must be a string, got ["v"].',
            ],
            id="several at once",
        ),
    ],
)
def test_problems_of_tags(tags: dict[Any, Any], sentences: list[str]) -> None:
    found = problems(THING, {"tags": tags}).get("tags", [])

    assert found == sentences


def test_tags_are_sent_as_amazon_aws_writes_them() -> None:
    assert tags_as_strings({1: True, "a": 0.5, "b": "B"}) == {"1": "True", "a": "0.5", "b": "B"}


@pytest.mark.parametrize(
    ("value", "limit", "sentences"),
    [
        pytest.param(None, None, [], id="not given"),
        pytest.param("text", None, [], id="without a limit"),
        pytest.param("", None, ["option must not be empty."], id="empty"),
        pytest.param(0, Limit(number=(1, 5)), ["option must be an integer from 1 to 5, got 0."], id="a number"),
        pytest.param(
            ["ok", "", "long"],
            Limit(length=(1, 3)),
            [
                "option[1] must not be empty.",
                "option[2] must have 1 to 3 characters, got 4.",
            ],
            id="elements of a list",
        ),
    ],
)
def test_problems_of_an_option_that_is_no_property(value: Any, limit: Limit | None, sentences: list[str]) -> None:
    assert problems_of("option", value, limit) == sentences
