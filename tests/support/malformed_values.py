# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that nobody means to give, and places to put them into."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timezone
from typing import Any

Path = tuple[str | int, ...]

# A step into a text that is JSON, such as Properties in an answer.
JSON = "<JSON>"


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = "x"
    for _level in range(depth):
        value = wrap(value)
    return value


# What can reach a module as an option: everything that Ansible makes JSON of.
VALUES: dict[str, Any] = {
    "nothing": None,
    "an empty text": "",
    "a space": " ",
    "a NUL": "a\0b",
    "a line end": "a\n",
    "an escape sequence": "\x1b[31m",
    "half of a surrogate pair": "\ud800",
    "a combining character": "e\u0301",
    "text from right to left": "\u202eabc",
    "an emoji": "\U0001f600",
    "a line separator": "a\u2028b",
    "a byte order mark": "\ufeffabc",
    "full-width digits": "\uff11\uff12",
    "an Arabic digit": "\u0663",
    "a long text": "x" * 200_000,
    "a text of spaces and digits": " 12 ",
    "a number as text": "12",
    "an exponent": "1e3",
    "an underscore in a number": "1_000",
    "a hexadecimal number": "0x10",
    "zero": 0,
    "one": 1,
    "a negative number": -1,
    "a number beyond 64 bits": 2**64,
    "a number of 400 digits": 10**400,
    "a fraction": 1.5,
    "not a number": math.nan,
    "infinity": math.inf,
    "true": True,
    "false": False,
    "a boolean as text": "yes",
    "none as text": "None",
    "null as text": "null",
    "an empty list": [],
    "a list of nothing": [None],
    "a mixed list": [None, "a", 1, {}],
    "lists in lists": nested(300, lambda value: [value]),
    "an empty dictionary": {},
    "a dictionary of nothing": {"a": None},
    "keys that are no texts": {1: 2, None: 3, 1.5: 4},
    # Four calls a level: with 240 of them ansible-core 2.16 can print no module's options any more.
    "dictionaries in dictionaries": nested(100, lambda value: {"a": value}),
    "a mixed dictionary": {"a": [1, {"b": {}}]},
    "JSON": '{"a": 1}',
    "half of some JSON": '{"a": ',
    "a JSON list": "[1, 2]",
    "key=value": "a=1 b=2",
    "a JSON pointer": "a/b~c",
    "format module_only_options": "%s%d{0}{x}",
    "a template": "{{ 1 }}",
    "a tuple": ("a", "b"),
    "a date": date(2026, 1, 2),
    "a time without an offset": datetime.fromisoformat("2026-01-02T00:00:00"),
    "a time": datetime(2026, 1, 3, tzinfo=timezone.utc),
    "the first year": "0001-01-01T00:00:00+14:00",
    "the last year": "9999-12-31T23:59:59-14:00",
    "a leap second": "2026-12-31T23:59:60Z",
    "24 o'clock": "2026-12-31T24:00:00Z",
    "an offset without a colon": "2026-01-08T23:00:00+0100",
}


def option_paths(spec: Mapping[str, Mapping[str, Any]], path: Path = ()) -> Iterator[Path]:
    """The options of an argument spec, at every depth; in lists the place is the first element."""
    for name, entry in spec.items():
        here = (*path, name)
        yield here
        if entry.get("options"):
            inside = (*here, 0) if entry["type"] == "list" else here
            yield from option_paths(entry["options"], inside)


def value_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The places in a JSON value, the value itself among them, and those in texts that are JSON objects."""
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from value_paths(member, (*path, name))
    elif isinstance(value, list):
        for position, element in enumerate(value):
            yield from value_paths(element, (*path, position))
    elif isinstance(value, str) and value.startswith("{"):
        yield from value_paths(json.loads(value), (*path, JSON))


class Gone:
    """Put somewhere, it takes away what is there."""


def put_at(value: Any, path: Path, new: Any) -> Any:
    """A copy with something else at a place; the same value if it has no such place."""
    if not path:
        return new
    step, *rest = path
    if step == JSON:
        return json.dumps(put_at(json.loads(value), tuple(rest), new))
    changed = copy.copy(value)
    try:
        inner = put_at(changed[step], tuple(rest), new) if rest else new
        if inner is Gone:
            del changed[step]
        else:
            changed[step] = inner
    except (IndexError, KeyError, TypeError):
        return value
    return changed
