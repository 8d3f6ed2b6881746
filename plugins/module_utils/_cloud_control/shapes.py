# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what comes in has the shape that the argument spec gives it: a task's options, and what the service returns.

Options are looked at before ansible-core does: an object that is none ends in a traceback there, or in words without a
name. Of what the service returns only that is looked at which something is decided on; on garbage nothing is decided.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .resource_type import Properties, ResourceType, Spec

_NONE = type(None)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON spells it: after an even number of backslashes
Readers = Mapping[str, Callable[[Any], Any]]
"""How Ansible reads a value as the type of an option; they raise TypeError or ValueError."""

_KINDS: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "str": ("a text", (str,)),
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
    "bool": ("true or false", (bool,)),
    "list": ("a list", (list,)),
    "dict": ("a dictionary", (dict,)),
}


def option_problems(spec: Spec, options: Mapping[str, Any], readers: Readers, shown: str = "") -> Iterator[str]:
    """Yield a sentence for each option, at every depth, that Ansible could not read or would read as something else."""
    for name, entry in spec.items():
        for given in (name, *entry.get("aliases", ())):
            value, label = options.get(given), f"{shown}.{given}" if shown else given
            if value is not None:
                yield from _option_problems(entry, value, readers, label)
            elif given in options and entry.get("required"):  # to one ansible-core an empty text, to another no text
                yield f"{label} must be {_KINDS[entry['type']][0]}, not null."


def check_properties(resource_type: ResourceType, properties: Properties) -> None:
    """Raise TypeError if a property that a task can give, or the status, is not what it has to be, or is missing."""
    _check_object(resource_type, resource_type.options_but_tags, properties, "", "")
    status = resource_type.lifecycle.status if resource_type.lifecycle else None
    for name in (*resource_type.required_to_create, *([status] if status else [])):
        if name not in resource_type.write_only and properties.get(name) in (None, ""):
            raise TypeError(f"{name} is missing")
    if status and not isinstance(properties[status], str):
        raise TypeError(f"{status} is not a text")
    if resource_type.tags:
        _check_tags(resource_type, properties.get(resource_type.tags))


def _option_problems(entry: Mapping[str, Any], value: Any, readers: Readers, label: str) -> Iterator[str]:
    problem = _unreadable(entry, value, readers)
    if problem:
        yield f"{label} {problem}."
        return
    read = readers.get(entry.get("type", "str"))
    if entry.get("options") and read:
        yield from _nested_problems(entry, read(value), readers, label)


def _nested_problems(entry: Mapping[str, Any], value: Any, readers: Readers, label: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from option_problems(entry["options"], value, readers, label)
        return
    element_entry = {**entry, "type": entry["elements"]}
    for position, element in enumerate(value):
        yield from _option_problems(element_entry, element, readers, f"{label}[{position}]")


def _unreadable(entry: Mapping[str, Any], value: Any, readers: Readers) -> str | None:
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        return "has half of a surrogate pair in it, which is no character"
    if _NUL.search(text):
        return "has a NUL in it, which cannot be logged"
    kind = entry.get("type", "str")
    if kind not in readers:
        return None
    try:
        readers[kind](value)
    except (ArithmeticError, TypeError, ValueError):
        fits = False
    else:  # Ansible takes true for 1, and an old ansible-core cuts 1.5 down to 1.
        fits = kind != "int" or isinstance(value, str) or _is_a(kind, value)
    return None if fits else f"must be {_KINDS[kind][0]}, not {json.dumps(value)[:60]}"


def _check_object(resource_type: ResourceType, spec: Spec, value: Mapping[str, Any], path: str, shown: str) -> None:
    for name, entry in spec.items():
        here = f"{path}.{name}" if path else name
        member = resource_type.property_name(here)
        if value.get(member) is not None:
            _check(resource_type, entry, value[member], here, f"{shown}{member}")
        elif entry.get("required"):
            raise TypeError(f"{shown}{member} is missing")


def _check(resource_type: ResourceType, entry: Mapping[str, Any], value: Any, path: str, shown: str) -> None:
    kind = entry["type"]
    if not _is_a(kind, value):
        raise TypeError(f"{shown} is not {_KINDS[kind][0]}")
    if kind == "list":
        for position, element in enumerate(value):
            element_entry = {**entry, "type": entry.get("elements", "raw")}
            _check(resource_type, element_entry, element, path, f"{shown}[{position}]")
    elif entry.get("options"):
        _check_object(resource_type, entry["options"], value, path, f"{shown}.")


def _is_a(kind: str, value: Any) -> bool:
    if kind not in _KINDS:
        return True
    if isinstance(value, bool):  # to Python a number too
        return kind == "bool"
    if isinstance(value, float) and kind == "int":  # JSON has one kind of number: 1.0 is 1
        return value.is_integer()
    return isinstance(value, _KINDS[kind][1])


def _check_tags(resource_type: ResourceType, tags: Any) -> None:
    def is_tag(tag: Any) -> bool:
        return isinstance(tag, dict) and isinstance(tag.get("Key"), str) and isinstance(tag.get("Value"), (str, _NONE))

    if resource_type.tags_are_map:
        fits = isinstance(tags, dict) and all(isinstance(value, str) for value in tags.values())
    else:
        fits = isinstance(tags, list) and all(map(is_tag, tags))
    if tags is not None and not fits:
        raise TypeError(f"{resource_type.tags} is not {'a map' if resource_type.tags_are_map else 'a list'} of tags")
