# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate the options of a task before any call. Each error names the option and the expected value.

check_raw_options() checks the options as Ansible loaded them, for the errors that ansible-core cannot report.
validate_options() checks the options after ansible-core has validated and converted them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from ansible.module_utils.common.validation import check_type_dict, check_type_list

from .conversion import iter_options
from .messages import TYPE_NAMES, format_value
from .resource_type import Limit, ResourceType, Spec
from .tags import validate_tags

# ansible-core 2.16 passes NUL characters to syslog, and all versions encode surrogates. Both raise an exception.
_NOT_LOGGABLE = re.compile("[\0\ud800-\udfff]")
_QUOTE_TIMES = (
    " The value is the text of a Python object that contains an unquoted date or time. Quote dates and times in the"
    ' variable, for example "2031-05-19T11:49:52Z".'
)


class RawErrors(NamedTuple):
    """The errors of the options of a task as Ansible loaded them."""

    unreadable: dict[str, list[str]]
    """Top-level option -> errors of values for which ansible-core raises an exception or does not name the option."""
    converted: list[str]
    """Errors of values that ansible-core would convert to another type without a message."""

    def with_further(self, errors: Iterable[str]) -> list[str]:
        """Return all errors. Further errors are omitted if they name an option that already has an error."""
        found = [*chain.from_iterable(self.unreadable.values()), *self.converted]
        named = {error.partition(" ")[0] for error in found}
        return [*found, *(error for error in errors if error.partition(" ")[0] not in named)]


def check_raw_options(spec: Spec, options: Mapping[str, Any]) -> RawErrors:
    """Return the errors of options at every depth that ansible-core's argument validation cannot report."""
    errors = RawErrors({}, [])
    for name, entry in spec.items():
        for path, suboption, value in _iter_raw({name: entry}, options):
            if _is_unreadable(suboption, value):
                errors.unreadable.setdefault(name, []).append(_type_error(path, suboption, value))
            elif _is_converted(suboption.get("type", "str"), value):
                errors.converted.append(_type_error(path, suboption, value))
    return errors


def validate_options(resource_type: ResourceType, options: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return {top-level option: errors} for the options that are properties; {} if all are valid."""
    found: dict[str, list[str]] = {}
    for path, shown, value in iter_options(resource_type.options, options):
        if path == resource_type.tags_option:
            errors = list(validate_tags(shown, value))
        else:
            errors = validate_value(shown, value, resource_type.limits.get(path))
        if not errors and path in resource_type.values:
            try:
                resource_type.values[path](value)
            except ValueError as error:
                errors = [f"{shown} {error}."]
        if errors:
            found.setdefault(path.partition(".")[0], []).extend(errors)
    return found


def validate_value(shown: str, value: Any, limit: Limit | None = None) -> list[str]:
    """Return the errors of the value of one option, which is named C(shown). Null has no errors."""
    limit = limit or Limit()
    if isinstance(value, list):
        return list(_list_errors(shown, value, limit))
    if value == "":
        return [f"{shown} must not be empty."]
    if isinstance(value, str):
        if not matches(limit, value):
            return [f"{shown} must {limit.words}, got {format_value(value)}."]
        if limit.length and not limit.length[0] <= len(value) <= limit.length[1]:
            return [f"{shown} must have {limit.length[0]} to {limit.length[1]} characters, got {len(value)}."]
    elif limit.number and isinstance(value, int) and not limit.number[0] <= value <= limit.number[1]:
        return [f"{shown} must be an integer from {limit.number[0]} to {limit.number[1]}, got {value}."]
    return []


def matches(limit: Limit, value: str) -> bool:
    """Return whether the whole value matches the pattern of a limit."""
    return limit.pattern is None or re.fullmatch(limit.pattern, value, re.ASCII) is not None


def _list_errors(shown: str, value: list[Any], limit: Limit) -> Iterator[str]:
    if limit.items and not limit.items[0] <= len(value) <= limit.items[1]:
        low, high = limit.items
        wanted = f"exactly {low}" if low == high else f"{low} to {high}"
        yield f"{shown} must have {wanted} element{'s' if high != 1 else ''}, got {len(value)}."
    for position, element in enumerate(value):
        if isinstance(element, str):
            # Ansible converts a single value to a list. In the task the value has no position.
            yield from validate_value(f"{shown}[{position}]" if len(value) > 1 else shown, element, limit)


def _iter_raw(spec: Spec, options: Mapping[str, Any], parent: str = "") -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """Yield (path, spec entry, value) for each option set, and for each required option that is null."""
    for name, entry in spec.items():
        for key in (name, *entry.get("aliases", ())):
            if options.get(key) is not None or (key in options and entry.get("required")):
                yield from _iter_raw_value(entry, options[key], f"{parent}.{key}" if parent else key)


def _iter_raw_value(entry: Mapping[str, Any], value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    yield path, entry, value
    if isinstance(value, list) and entry.get("elements"):
        element_entry = {**entry, "type": entry["elements"]}
        for position, element in enumerate(value):
            yield from _iter_raw_value(element_entry, element, f"{path}[{position}]")
    elif entry.get("options"):
        yield from _iter_raw(entry["options"], _read_dictionary(value) or {}, path)


def _read_dictionary(value: Any) -> dict[str, Any] | None:
    """Return the dictionary that ansible-core reads from a value; None if the value cannot be read as one."""
    if isinstance(value, str):
        try:
            value = check_type_dict(value)
        except (TypeError, ValueError, MemoryError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _is_unreadable(entry: Mapping[str, Any], value: Any) -> bool:
    kind = entry.get("type", "str")
    if kind == "dict" and value is not None and (entry.get("options") or isinstance(value, str)):
        return _read_dictionary(value) is None
    if kind == "list" and entry.get("options") and isinstance(value, str):
        return any(_read_dictionary(element) is None for element in check_type_list(value))
    if kind == "int":
        return isinstance(value, float) and math.isinf(value)
    return isinstance(value, str) and bool(_NOT_LOGGABLE.search(value))


def _is_converted(kind: str, value: Any) -> bool:
    if kind == "int":
        return isinstance(value, bool) or (isinstance(value, float) and not value.is_integer())
    if kind == "float":
        return isinstance(value, bool)
    return kind in {"str", "path"} and (isinstance(value, bool) or not isinstance(value, (str, int)))


def _type_error(path: str, entry: Mapping[str, Any], value: Any) -> str:
    if isinstance(value, str) and _NOT_LOGGABLE.search(value):
        return f"{path} must not contain a NUL character or an unpaired surrogate."
    kind = TYPE_NAMES[entry.get("type", "str")]
    found = "" if entry.get("no_log") else f", got {format_value(value)}"
    advice = ""
    if isinstance(value, str) and "datetime." in value:
        advice = _QUOTE_TIMES
    elif kind == "a string" and isinstance(value, (bool, float)):
        advice = " Quote the value."
    return f"{path} must be {kind}{found}.{advice}"
