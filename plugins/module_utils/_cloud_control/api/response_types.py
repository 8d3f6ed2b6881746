# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that the properties of a resource, as read, have the types that the argument spec declares.

Only properties that decisions depend on are checked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..model.resource_type import Properties, ResourceType, Spec, property_name
from ..model.tags import is_list_of_tags

_KINDS: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "str": ("a string", (str,)),
    "int": ("an integer", (int,)),
    "float": ("a number", (int, float)),
    "bool": ("a boolean", (bool,)),
    "list": ("a list", (list,)),
    "dict": ("a dictionary", (dict,)),
}


def check_types(resource_type: ResourceType, properties: Properties, declared: Collection[str]) -> None:
    """Raise TypeError if a property that was read has another type than its option, or if a required one is missing.

    Required are the identifier, the status, and what the type requires of the C(declared) properties: they decide what
    the task does.
    """
    for option, entry in resource_type.property_options.items():
        name = property_name(option)
        if not _unset(entry, properties.get(name)):
            _check(entry, properties[name], name, complete=name in declared)
    status = resource_type.lifecycle.status if resource_type.lifecycle else None
    required = {property_name(resource_type.identifier), status}
    required |= {name for name in resource_type.required_to_create if name in declared}
    for name in sorted(filter(None, required - resource_type.write_only)):
        if properties.get(name) in (None, "", {}):
            raise TypeError(f"{name} is missing")
    if status and not isinstance(properties[status], str):
        raise TypeError(f"{status} is not a string")
    if properties.get(resource_type.tags) is not None and not is_list_of_tags(properties[resource_type.tags]):
        raise TypeError(f"{resource_type.tags} is not a list of tags")


def _unset(entry: Mapping[str, Any], value: Any) -> bool:
    return value is None or (value == {} and entry["type"] == "dict" and bool(entry.get("options")))


def _check_object(spec: Spec, value: Mapping[str, Any], shown: str, *, complete: bool) -> None:
    for name, entry in spec.items():
        member = property_name(name)
        if not _unset(entry, value.get(member)):
            _check(entry, value[member], f"{shown}.{member}", complete=complete)
        elif entry.get("required") and complete:
            raise TypeError(f"{shown}.{member} is missing")


def _check(entry: Mapping[str, Any], value: Any, shown: str, *, complete: bool) -> None:
    kind = entry["type"]
    if not _is_a(kind, value):
        raise TypeError(f"{shown} is not {_KINDS[kind][0]}")
    if kind == "list":
        for position, element in enumerate(value):
            element_entry = {**entry, "type": entry.get("elements", "raw")}
            _check(element_entry, element, f"{shown}[{position}]", complete=complete)
    elif entry.get("options"):
        _check_object(entry["options"], value, shown, complete=complete)


def _is_a(kind: str, value: Any) -> bool:
    if kind not in _KINDS:
        return True
    if isinstance(value, bool):  # to Python a number too
        return kind == "bool"
    if isinstance(value, float) and kind == "int":  # JSON has one kind of number: 1.0 is 1
        return value.is_integer()
    return isinstance(value, _KINDS[kind][1])
