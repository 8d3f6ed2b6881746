# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of a task's options as they were loaded, which ansible-core's argument validation cannot make.

ansible-core raises an exception, or does not name the option, where suboptions belong and the value is neither a
dictionary nor readable as one; and it converts some values silently to another type.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from ansible.module_utils.common.validation import check_type_dict, check_type_list

from .messages import got
from .resource_type import Spec

Entry = Mapping[str, Any]

_KINDS = {"str": "a string", "path": "a string", "int": "an integer", "dict": "a dictionary", "list": "a list"}
# ansible-core 2.16 passes the first one to syslog, which raises, and every one encodes the others, which raises too.
_NOT_LOGGABLE = re.compile("[\0\ud800-\udfff]")
_QUOTE_TIMES = (
    " The value is the text of a Python object that contains an unquoted date or time. Quote dates and times in the"
    ' variable, for example "2031-05-19T11:49:52Z".'
)


class Findings(NamedTuple):
    """Errors of options as they were loaded."""

    unreadable: dict[str, list[str]]
    """By option: the errors of options that ansible-core cannot read, and must not validate."""
    converted: list[str]
    """The errors of values that ansible-core would convert."""

    def with_further(self, sentences: Iterable[str]) -> list[str]:
        """Return all errors. Of the further ones, those of options that have an error already are omitted."""
        found = [*chain.from_iterable(self.unreadable.values()), *self.converted]
        paths = {_path(sentence) for sentence in found}
        return [*found, *(sentence for sentence in sentences if _path(sentence) not in paths)]


def check(spec: Spec, options: Mapping[str, Any]) -> Findings:
    """Return the errors of a task's options, at every depth."""
    unreadable: dict[str, list[str]] = {}
    converted: list[str] = []
    for name, entry in spec.items():
        for path, suboption, value in _values({name: entry}, options):
            if _is_unreadable(suboption, value):
                unreadable.setdefault(name, []).append(_sentence(path, suboption, value))
            elif _is_converted(suboption, value):
                converted.append(_sentence(path, suboption, value))
    return Findings(unreadable, converted)


def _path(sentence: str) -> str:
    return sentence.partition(" ")[0]


def _values(spec: Spec, options: Mapping[str, Any], parent: str = "") -> Iterator[tuple[str, Entry, Any]]:
    """Yield (path, entry, value) for each option set, at every depth, and for each null where a value is required."""
    for name, entry in spec.items():
        for key in (name, *entry.get("aliases", ())):
            if options.get(key) is not None or (key in options and entry.get("required")):
                yield from _value(entry, options[key], f"{parent}.{key}" if parent else key)


def _value(entry: Entry, value: Any, path: str) -> Iterator[tuple[str, Entry, Any]]:
    yield path, entry, value
    if isinstance(value, list) and entry.get("elements"):
        element_entry = {**entry, "type": entry["elements"]}
        for position, element in enumerate(value):
            yield from _value(element_entry, element, f"{path}[{position}]")
    elif entry.get("options"):
        yield from _values(entry["options"], _dictionary(value) or {}, path)


def _dictionary(value: Any) -> dict[str, Any] | None:
    """Return a dictionary as ansible-core reads it: as it is, or from a text; None if it is not readable as one."""
    if isinstance(value, str):
        try:
            value = check_type_dict(value)
        except (TypeError, ValueError, MemoryError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _is_unreadable(entry: Entry, value: Any) -> bool:
    kind = entry.get("type", "str")
    if kind == "dict" and value is not None and (entry.get("options") or isinstance(value, str)):
        return _dictionary(value) is None
    if kind == "list" and entry.get("options") and isinstance(value, str):
        return any(_dictionary(element) is None for element in check_type_list(value))
    if kind == "int":
        return isinstance(value, float) and math.isinf(value)
    return isinstance(value, str) and bool(_NOT_LOGGABLE.search(value))


def _is_converted(entry: Entry, value: Any) -> bool:
    kind = entry.get("type", "str")
    if kind == "int":
        return isinstance(value, bool) or (isinstance(value, float) and not value.is_integer())
    return kind in {"str", "path"} and (isinstance(value, bool) or not isinstance(value, (str, int)))


def _sentence(path: str, entry: Entry, value: Any) -> str:
    if isinstance(value, str) and _NOT_LOGGABLE.search(value):
        return f"{path} must not contain a NUL character or an unpaired surrogate."
    kind = _KINDS[entry.get("type", "str")]
    found = "" if entry.get("no_log") else f", got {got(value)}"
    advice = ""
    if isinstance(value, str) and "datetime." in value:
        advice = _QUOTE_TIMES
    elif kind == "a string" and isinstance(value, (bool, float)):
        advice = " Quote the value."
    return f"{path} must be {kind}{found}.{advice}"
