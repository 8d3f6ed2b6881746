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
VALUES: list[Any] = [
    *(None, "", " ", "a\0b", "a\n", "\x1b[31m", "\ud800", "e\u0301", "\u202eabc", "\U0001f600", "a\u2028b"),
    *("\ufeffabc", "\uff11\uff12", "\u0663", "x" * 200_000, " 12 ", "12", "1e3", "1_000", "0x10", "yes"),
    *("None", "null"),
    *(0, 1, -1, 2**64, 10**400, 1.5, math.nan, math.inf, True, False),
    # At four calls a level, ansible-core 2.16 cannot print options of 240 levels.
    *([], [None], [None, "a", 1, {}], nested(300, lambda value: [value]), ("a", "b")),
    *({}, {"a": None}, {1: 2, None: 3, 1.5: 4}, {"a": [1, {"b": {}}]}, nested(100, lambda value: {"a": value})),
    *('{"a": 1}', '{"a": ', "[1, 2]", "a=1 b=2", "a/b~c", "%s%d{0}{x}", "{{ 1 }}"),
    *(date(2026, 1, 2), datetime(2026, 1, 3, tzinfo=timezone.utc), datetime.fromisoformat("2026-01-02T00:00:00")),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-12-31T23:59:60Z", "2026-12-31T24:00:00Z"),
    "2026-01-08T23:00:00+0100",
]


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
