# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options as they were loaded, at every depth of an example argument spec."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.arguments import check

PART = {"code": {"type": "str", "required": True}, "count": {"type": "int"}, "free": {"type": "raw"}}
SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "plain": {},
    "secret": {"type": "str", "no_log": True},
    "bundle": {"type": "path"},
    "size": {"type": "int", "aliases": ["length"]},
    "share": {"type": "float"},
    "hot": {"type": "bool"},
    "kinds": {"type": "list", "elements": "str"},
    "anything": {"type": "list"},
    "parts": {"type": "list", "elements": "dict", "options": PART},
    "part": {"type": "dict", "options": {**PART, "inner": {"type": "dict", "options": PART}}},
    "map": {"type": "dict"},
}
NAME = {"name": "a"}
QUOTE_TIMES = (
    " The value is the text of a Python object that contains an unquoted date or time. Quote dates and times in the"
    ' variable, for example "2031-05-19T11:49:52Z".'
)
# What ansible-core before 2.19 passes for a variable whose value has a time in it.
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
def test_check_accepts_what_ansible_core_reads_as_it_is(options: dict[str, Any]) -> None:
    assert check(SPEC, options) == ({}, [])


# Left to ansible-core, whose message names the option.
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
def test_check_leaves_to_ansible_core_what_it_rejects_by_name(options: dict[str, Any]) -> None:
    assert check(SPEC, options)[0] == {}
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


@pytest.mark.parametrize(("options", "sentence"), UNREADABLE, ids=[sentence[:60] for _declared, sentence in UNREADABLE])
def test_check_returns_options_that_ansible_core_cannot_read(options: dict[str, Any], sentence: str) -> None:
    (option,) = options
    assert check(SPEC, {**NAME, **options}) == ({option: [sentence]}, [])


CONVERTED: list[tuple[dict[str, Any], str]] = [
    ({"name": True}, "name must be a string, got true. Quote the value."),
    ({"name": False}, "name must be a string, got false. Quote the value."),
    ({"name": None}, "name must be a string, got null."),
    ({"plain": 1.5}, "plain must be a string, got 1.5. Quote the value."),
    ({"plain": ["a"]}, 'plain must be a string, got ["a"].'),
    ({"plain": {"é": 1}}, 'plain must be a string, got {"é": 1}.'),
    ({"plain": [None] * 99}, "plain must be a string, got a list of length 99."),
    ({"plain": dict.fromkeys(range(99))}, "plain must be a string, got a dictionary of length 99."),
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


@pytest.mark.parametrize(("options", "sentence"), CONVERTED, ids=[sentence for _declared, sentence in CONVERTED])
def test_check_returns_values_that_ansible_core_would_convert(options: dict[str, Any], sentence: str) -> None:
    assert check(SPEC, {**NAME, **options}) == ({}, [sentence])


def test_check_returns_all_errors() -> None:
    options = {
        "name": 1.5,
        "size": True,
        "length": math.inf,
        "parts": [1, {"code": True}],
        "part": {"code": "a\0", "count": 1.5, "inner": []},
    }
    unreadable, converted = check(SPEC, options)
    assert {name: len(sentences) for name, sentences in unreadable.items()} == {"size": 1, "parts": 1, "part": 2}
    assert [sentence.partition(" ")[0] for sentence in converted] == ["name", "size", "parts[1].code", "part.count"]


def test_with_further_omits_errors_of_options_that_have_one() -> None:
    found = check(SPEC, {"name": True, "part": {"inner": 7}})
    further = ["name must be short.", "part.inner must be short.", "part must be short.", "tags: a key."]
    assert [sentence.partition(" must")[0] for sentence in found.with_further(further)] == [
        *("part.inner", "name"),
        *("part", "tags: a key."),
    ]
