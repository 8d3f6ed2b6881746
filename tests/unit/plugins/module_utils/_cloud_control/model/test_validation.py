"""Validation of options, with argument specs made for the tests. test_inference_experiment.py tests the real limits."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import validation
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import Limit
from tests.support.cases import cases
from tests.support.model import EACH_TYPE, thing


def integer(value: Any) -> int:
    """Return digits as an integer. Raises ValueError for another value."""
    if str(value).isdigit():
        return int(value)
    raise ValueError(f"must be an integer, got {value!r}")


INNER = {"count": {"type": "str"}, "sizes": {"type": "list"}}
CODED = {"code": {"type": "str"}, "inner": {"type": "dict", "options": INNER}}
THING = thing(
    {
        "size": {"type": "int"},
        **{name: {"type": "list", "elements": "str"} for name in ("kinds", "pair")},
        "parts": {"type": "list", "elements": "dict", "options": CODED},
    },
    limits={
        "name": Limit(length=(2, 4)),
        "size": Limit(number=(1, 9)),
        "kinds": Limit(items=(1, 2), length=(1, 3), pattern="[a-z]+", words="be small letters"),
        "pair": Limit(items=(2, 2)),
        "parts.code": Limit(pattern=r"\d\d", words="be two digits"),
        "parts.inner.sizes": Limit(items=(0, 1)),
    },
    values={"parts.inner.count": integer},
)


# Read this test first.
def test_validate_options_returns_errors_by_top_level_option() -> None:
    options = {
        "name": "a",
        "size": 10,
        "kinds": ["A", "ab", ""],
        "parts": [{"code": "1"}, {"code": "12", "inner": {"count": "x"}}],
        "tags": {"k": None},
    }

    assert validation.validate_options(THING, options) == {
        "name": ["name must have 2 to 4 characters, got 1."],
        "size": ["size must be an integer from 1 to 9, got 10."],
        "kinds": [
            "kinds must have 1 to 2 elements, got 3.",
            'kinds[0] must be small letters, got "A".',
            "kinds[2] must not be empty.",
        ],
        "parts": ['parts[0].code must be two digits, got "1".', "parts[1].inner.count must be an integer, got 'x'."],
        "tags": ['tags["k"] must be a string, got null.'],
    }


@cases(
    ("no option", {}, []),
    ("null", {"name": None, "size": None, "parts": None}, []),
    ("lower bounds", {"name": "ab", "size": 1, "kinds": ["a"]}, []),
    ("upper bounds", {"name": "abcd", "size": 9, "kinds": ["a", "abc"]}, []),
    ("long string", {"name": "abcde"}, ["name must have 2 to 4 characters, got 5."]),
    ("empty string", {"name": ""}, ["name must not be empty."]),
    ("small number", {"size": 0}, ["size must be an integer from 1 to 9, got 0."]),
    ("too few elements", {"kinds": []}, ["kinds must have 1 to 2 elements, got 0."]),
    ("exact number of elements", {"pair": ["a"]}, ["pair must have exactly 2 elements, got 1."]),
    (
        "at most one element",
        {"parts": [{"inner": {"sizes": [1, 2]}}]},
        ["parts[0].inner.sizes must have 0 to 1 element, got 2."],
    ),
    ("long element", {"kinds": ["a", "abcd"]}, ["kinds[1] must have 1 to 3 characters, got 4."]),
    ("single element", {"kinds": ["A"]}, ['kinds must be small letters, got "A".']),
    ("null before element", {"parts": [None, {"code": "x"}]}, ['parts[1].code must be two digits, got "x".']),
    ("line break at end", {"parts": [{"code": "12\n"}]}, ['parts[0].code must be two digits, got "12\\n".']),
    (
        "digits of another script",
        {"parts": [{"code": "\u0661\u0662"}]},
        ['parts[0].code must be two digits, got "\u0661\u0662".'],
    ),
    ("empty string with converter", {"parts": [{"inner": {"count": ""}}]}, ["parts[0].inner.count must not be empty."]),
)
def test_validate_options_returns_errors_of_value(options: dict[str, Any], errors: list[str]) -> None:
    found = validation.validate_options(THING, options)
    assert [error for listed in found.values() for error in listed] == errors


@cases(
    ("null", None, None, []),
    ("no limit", "text", None, []),
    ("empty string", "", None, ["option must not be empty."]),
    ("number", 0, Limit(number=(1, 5)), ["option must be an integer from 1 to 5, got 0."]),
)
def test_validate_value_returns_errors(value: Any, limit: Limit | None, errors: list[str]) -> None:
    assert validation.validate_value("option", value, limit) == errors


SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "plain": {},
    "secret": {"type": "str", "no_log": True},
    "bundle": {"type": "path"},
    "size": {"type": "int", "aliases": ["length"]},
    **EACH_TYPE,
}
NAME = {"name": "a"}
QUOTE_TIMES = (
    " The value is the text of a Python object that contains an unquoted date or time. Quote dates and times in the"
    ' variable, for example "2031-05-19T11:49:52Z".'
)
# The form in which ansible-core before 2.19 passes a variable with an unquoted time.
TIME_TEXT = "datetime.datetime(2031, 5, 19, 11, 49, 52, tzinfo=datetime.timezone.utc)"

CORRECT: list[dict[str, Any]] = [
    NAME,
    {**NAME, "size": None, "parts": None, "part": None, "plain": 2**70, "secret": None},
    {**NAME, "size": 5, "length": "5", "share": 1.5, "hot": True},
    {**NAME, "size": 5.0},
    {**NAME, "kinds": "a,b", "anything": [None, 1.5], "map": '{"a": 1}'},
    {**NAME, "map": {"a": True, "b": 1.5, "c": None}},
    {**NAME, "parts": [], "part": {}, "kinds": []},
    {**NAME, "parts": [{"code": "a", "count": 1, "free": True}, "code=a count=1"]},
    {**NAME, "parts": "code=a count=1"},
    {**NAME, "part": '{"code": "a", "inner": {"code": "a", "count": "7"}}'},
    {**NAME, "unknown": math.inf, "part": {"code": "a", "unknown": True}},
]


@pytest.mark.parametrize("options", CORRECT, ids=str)
def test_check_raw_options_accepts_values_of_the_right_type(options: dict[str, Any]) -> None:
    assert validation.check_raw_options(SPEC, options) == ({}, [])


REJECTED_BY_ANSIBLE: list[dict[str, Any]] = [
    {},
    {**NAME, "size": "five"},
    {**NAME, "size": []},
    {**NAME, "size": math.nan},
    {**NAME, "kinds": {}},
    {**NAME, "map": 7},
    {**NAME, "parts": {"code": "a"}},
    {**NAME, "parts": 7},
    {**NAME, "parts": [None]},
    {**NAME, "parts": [{}]},
    {**NAME, "part": {"inner": {"code": "a"}}},
    {**NAME, "hot": "maybe"},
    {**NAME, "unknown": 1},
]


@pytest.mark.parametrize("options", REJECTED_BY_ANSIBLE, ids=str)
def test_check_raw_options_ignores_errors_that_ansible_core_reports(options: dict[str, Any]) -> None:
    assert validation.check_raw_options(SPEC, options).unreadable == {}
    assert ArgumentSpecValidator(SPEC).validate(options).error_messages


UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({"size": math.inf}, "size must be an integer, got Infinity."),
    ({"map": "a"}, 'map must be a dictionary, got "a".'),
    ({"map": f"{{'since': {TIME_TEXT}}}"}, f"map must be a dictionary, got \"{{'since': {TIME_TEXT}}}\".{QUOTE_TIMES}"),
    ({"map": "{1, 2}"}, 'map must be a dictionary, got "{1, 2}".'),
    ({"part": True}, "part must be a dictionary, got true."),
    ({"part": 7}, "part must be a dictionary, got 7."),
    ({"part": 10**400}, "part must be a dictionary, got a number of 401 characters."),
    ({"part": []}, "part must be a dictionary, got []."),
    ({"part": [None]}, "part must be a dictionary, got [null]."),
    ({"part": "x" * 199}, "part must be a dictionary, got a string of 199 characters."),
    ({"part": {"inner": 1.5}}, "part.inner must be a dictionary, got 1.5."),
    ({"part": "inner=7"}, 'part.inner must be a dictionary, got "7".'),
    ({"part": "[" * 100_000}, "part must be a dictionary, got a string of 100000 characters."),
    ({"part": "{'a':" * 100_000}, "part must be a dictionary, got a string of 500000 characters."),
    ({"part": '{"a":' * 100_000}, "part must be a dictionary, got a string of 500000 characters."),
    ({"parts": "a"}, 'parts must be a list, got "a".'),
    ({"parts": f"[{{'a': {TIME_TEXT}}}]"}, f"parts must be a list, got \"[{{'a': {TIME_TEXT}}}]\".{QUOTE_TIMES}"),
    ({"parts": ["a"]}, 'parts[0] must be a dictionary, got "a".'),
    ({"parts": [{"code": "a"}, 7]}, "parts[1] must be a dictionary, got 7."),
    ({"parts": [{"count": math.inf}]}, "parts[0].count must be an integer, got Infinity."),
    ({"name": "a\ud800"}, "name must not contain a NUL character or an unpaired surrogate."),
    ({"hot": "a\0b"}, "hot must not contain a NUL character or an unpaired surrogate."),
    ({"kinds": ["a\0b"]}, "kinds[0] must not contain a NUL character or an unpaired surrogate."),
    ({"kinds": "a\0b"}, "kinds must not contain a NUL character or an unpaired surrogate."),
]


@pytest.mark.parametrize(("options", "error"), UNREADABLE, ids=[error[:60] for _options, error in UNREADABLE])
def test_check_raw_options_returns_values_that_ansible_core_cannot_read(options: dict[str, Any], error: str) -> None:
    (option,) = options
    assert validation.check_raw_options(SPEC, {**NAME, **options}) == ({option: [error]}, [])


CONVERTED: list[tuple[dict[str, Any], str]] = [
    ({"name": True}, "name must be a string, got true. Quote the value."),
    ({"name": False}, "name must be a string, got false. Quote the value."),
    ({"name": None}, "name must be a string, got null."),
    ({"plain": 1.5}, "plain must be a string, got 1.5. Quote the value."),
    ({"plain": ["a"]}, 'plain must be a string, got ["a"].'),
    ({"plain": {"é": 1}}, 'plain must be a string, got {"é": 1}.'),
    ({"plain": [None] * 99}, "plain must be a string, got a list of length 99."),
    ({"plain": dict.fromkeys(range(99))}, "plain must be a string, got a dictionary of length 99."),
    ({"plain": ["x" * 196]}, f'plain must be a string, got ["{"x" * 196}"].'),
    ({"plain": ["x" * 197]}, "plain must be a string, got a list of length 1."),
    ({"secret": True}, "secret must be a string. Quote the value."),
    ({"bundle": 1.0}, "bundle must be a string, got 1.0. Quote the value."),
    ({"kinds": ["a", True]}, "kinds[1] must be a string, got true. Quote the value."),
    ({"kinds": [None]}, "kinds[0] must be a string, got null."),
    ({"size": True}, "size must be an integer, got true."),
    ({"length": 1.5}, "length must be an integer, got 1.5."),
    ({"parts": [{"code": "a", "count": False}]}, "parts[0].count must be an integer, got false."),
    ({"parts": [{"code": 1e1}]}, "parts[0].code must be a string, got 10.0. Quote the value."),
    ({"part": '{"code": true}'}, "part.code must be a string, got true. Quote the value."),
    ({"part": {"code": None}}, "part.code must be a string, got null."),
]


@pytest.mark.parametrize(("options", "error"), CONVERTED, ids=[error[:60] for _options, error in CONVERTED])
def test_check_raw_options_returns_values_that_ansible_core_would_convert(options: dict[str, Any], error: str) -> None:
    assert validation.check_raw_options(SPEC, {**NAME, **options}) == ({}, [error])


def test_check_raw_options_returns_all_errors() -> None:
    options = {
        "name": 1.5,
        "size": True,
        "length": math.inf,
        "parts": [1, {"code": True}],
        "part": {"code": "a\0", "count": 1.5, "inner": []},
    }
    unreadable, converted = validation.check_raw_options(SPEC, options)
    assert {name: len(errors) for name, errors in unreadable.items()} == {"size": 1, "parts": 1, "part": 2}
    assert [error.partition(" ")[0] for error in converted] == ["name", "size", "parts[1].code", "part.count"]


def test_with_further_omits_errors_of_options_that_have_one() -> None:
    raw = validation.check_raw_options(SPEC, {"name": True, "part": {"inner": 7}})
    further = ["name must be short.", "part.inner must be short.", "part must be short.", "tags: a key."]
    assert [error.partition(" must")[0] for error in raw.with_further(further)] == [
        *("part.inner", "name"),
        *("part", "tags: a key."),
    ]
