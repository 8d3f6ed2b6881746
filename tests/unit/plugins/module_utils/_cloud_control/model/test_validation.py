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
    problems,
    problems_of,
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
