# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Malformed values, and the paths of options and properties at which tests insert them."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timezone
from typing import Any

Path = tuple[str | int, ...]

# The step of a path into a string of JSON, for example Properties in a response of GetResource.
JSON = "<JSON>"


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    """Return "x", wrapped so many times."""
    value: Any = "x"
    for _level in range(depth):
        value = wrap(value)
    return value


# Values that Ansible can pass as an option.
VALUES: dict[str, Any] = {
    "null": None,
    "empty string": "",
    "space": " ",
    "NUL character": "a\0b",
    "line break": "a\n",
    "escape sequence": "\x1b[31m",
    "unpaired surrogate": "\ud800",
    "combining character": "e\u0301",
    "right-to-left text": "\u202eabc",
    "emoji": "\U0001f600",
    "line separator": "a\u2028b",
    "byte order mark": "\ufeffabc",
    "full-width digits": "\uff11\uff12",
    "Arabic digit": "\u0663",
    "long string": "x" * 200_000,
    "digits in spaces": " 12 ",
    "digits": "12",
    "exponent": "1e3",
    "digits with underscore": "1_000",
    "hexadecimal digits": "0x10",
    "zero": 0,
    "one": 1,
    "negative integer": -1,
    "65-bit integer": 2**64,
    "401-digit integer": 10**400,
    "float": 1.5,
    "NaN": math.nan,
    "infinity": math.inf,
    "true": True,
    "false": False,
    "string yes": "yes",
    "string None": "None",
    "string null": "null",
    "empty list": [],
    "list of null": [None],
    "mixed list": [None, "a", 1, {}],
    "nested lists": nested(300, lambda value: [value]),
    "empty dictionary": {},
    "dictionary of null": {"a": None},
    "keys of other types": {1: 2, None: 3, 1.5: 4},
    # At four calls a level, ansible-core 2.16 cannot print options of 240 levels.
    "nested dictionaries": nested(100, lambda value: {"a": value}),
    "mixed dictionary": {"a": [1, {"b": {}}]},
    "JSON object": '{"a": 1}',
    "incomplete JSON": '{"a": ',
    "JSON list": "[1, 2]",
    "key=value": "a=1 b=2",
    "JSON pointer": "a/b~c",
    "format specifiers": "%s%d{0}{x}",
    "template": "{{ 1 }}",
    "tuple": ("a", "b"),
    "date": date(2026, 1, 2),
    "time without offset": datetime.fromisoformat("2026-01-02T00:00:00"),
    "time": datetime(2026, 1, 3, tzinfo=timezone.utc),
    "year 1": "0001-01-01T00:00:00+14:00",
    "year 9999": "9999-12-31T23:59:59-14:00",
    "leap second": "2026-12-31T23:59:60Z",
    "hour 24": "2026-12-31T24:00:00Z",
    "offset without colon": "2026-01-08T23:00:00+0100",
}


def option_paths(spec: Mapping[str, Mapping[str, Any]], path: Path = ()) -> Iterator[Path]:
    """Yield the path of each option at every depth. The position in a list is 0."""
    for name, entry in spec.items():
        here = (*path, name)
        yield here
        if entry.get("options"):
            yield from option_paths(entry["options"], (*here, 0) if entry["type"] == "list" else here)


def option_name(path: Path) -> str:
    """Return the names of a path, without positions, joined by dots."""
    return ".".join(str(step) for step in path if step != 0)


def value_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of the value and of each member at every depth, also in strings that are JSON objects."""
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from value_paths(member, (*path, name))
    elif isinstance(value, list):
        for position, element in enumerate(value):
            yield from value_paths(element, (*path, position))
    elif isinstance(value, str) and value.startswith("{"):
        yield from value_paths(json.loads(value), (*path, JSON))


class Removed:
    """The new value of replace_at() that removes a member."""


def replace_at(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with a new value at the path, or the same value if the path does not exist."""
    if not path:
        return new
    step, *rest = path
    if step == JSON:
        return json.dumps(replace_at(json.loads(value), tuple(rest), new))
    changed = copy.copy(value)
    try:
        inner = replace_at(changed[step], tuple(rest), new) if rest else new
        if inner is Removed:
            del changed[step]
        else:
            changed[step] = inner
    except (IndexError, KeyError, TypeError):
        return value
    return changed
