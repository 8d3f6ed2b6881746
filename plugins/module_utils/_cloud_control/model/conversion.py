# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert options (snake_case) to properties (PascalCase) and back, by the argument spec.

Only names in the spec are converted. Values, free-form dictionaries and members that the spec does not have are
unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from .resource_type import Path, Properties, ResourceType, Spec, option_name, property_name
from .tags import tags_to_dict


def to_properties(resource_type: ResourceType, options: Mapping[str, Any], *, read_only: bool = False) -> Properties:
    """Return the properties for the options, without the tags. Options and suboptions that are None are omitted.

    read_only: also convert the return values that are no options.
    Raises ValueError, from the type's C(values), for a value that cannot be converted.
    """
    spec = {**resource_type.property_options, **(resource_type.read_only if read_only else {})}
    return _to_properties(resource_type.values, "", options, spec)


def to_options(resource_type: ResourceType, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options for properties that were read, with the tags as a dictionary."""
    others = {name: value for name, value in properties.items() if name != resource_type.tags}
    options = _to_options(others, {**resource_type.property_options, **resource_type.read_only})
    return {**options, resource_type.tags_option: tags_to_dict(properties.get(resource_type.tags))}


def to_options_at(resource_type: ResourceType, path: Path, value: Any) -> Any:
    """Return a value in the form of options. C(path) is the path of properties to the value."""
    entry: Mapping[str, Any] = {"options": {**resource_type.options, **resource_type.read_only}}
    for name in path:
        entry = entry.get("options", {}).get(option_name(name), {})
    return _convert_objects(value, entry, _to_options)


def without_unset(resource_type: ResourceType, properties: Mapping[str, Any]) -> Properties:
    """Return properties without the members that count as not set, because the schema rejects their empty value.

    These are the lists of C(unset_when_empty), and empty objects for which the spec has a required member.
    """
    return _without_unset(resource_type.unset_when_empty, (), properties, resource_type.property_options)


def iter_options(
    spec: Spec, options: Mapping[str, Any], path: str = "", shown: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Yield (path, path to show, value) for each option that is set, at every depth.

    The path to show has list positions (C(a[0].b) for the path C(a.b)) and the aliases that the task uses.
    """
    for name, entry in spec.items():
        value = options.get(name)
        if value is None:
            continue
        # Ansible copies the value of an alias to the option.
        alias = next((alias for alias in entry.get("aliases", ()) if options.get(alias) is not None), name)
        here, label = _join(path, name), _join(shown, alias)
        yield here, label, value
        elements = [(label, value)]
        if isinstance(value, list):
            elements = [(f"{label}[{position}]", element) for position, element in enumerate(value)]
        for element_label, element in elements:
            if isinstance(element, Mapping):
                yield from iter_options(entry.get("options", {}), element, here, element_label)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _to_properties(
    values: Mapping[str, Callable[[Any], Any]], path: str, options: Mapping[str, Any], spec: Spec
) -> Properties:
    properties = {}
    for name, entry in spec.items():
        if options.get(name) is None:
            continue
        here = _join(path, name)
        value = _convert_objects(options[name], entry, partial(_to_properties, values, here))
        if value != {} or not entry.get("options"):  # an object without members is not set
            properties[property_name(name)] = values[here](value) if here in values else value
    return properties


def _to_options(properties: Mapping[str, Any], spec: Spec) -> dict[str, Any]:
    names = {property_name(option): option for option in spec}
    return {
        names.get(name, name): _convert_objects(value, spec[names[name]], _to_options) if name in names else value
        for name, value in properties.items()
    }


def _without_unset(unset: frozenset[Path], path: Path, properties: Mapping[str, Any], spec: Spec) -> Properties:
    kept = dict(properties)
    for option, entry in spec.items():
        name, members = property_name(option), entry.get("options", {})
        here, value = (*path, name), kept.get(name)
        if isinstance(value, dict) and members:
            value = kept[name] = _without_unset(unset, here, value, members)
        required = any(member.get("required") for member in members.values())
        if (value == {} and required) or (value == [] and here in unset):
            del kept[name]
    return kept


def _convert_objects(value: Any, entry: Mapping[str, Any], convert: Callable[[Mapping[str, Any], Spec], Any]) -> Any:
    """Convert an object, or each object of a list, if the spec names its members. Null elements are omitted."""
    if isinstance(value, list):
        return [_convert_objects(element, entry, convert) for element in value if element is not None]
    return convert(value, entry["options"]) if entry.get("options") and isinstance(value, Mapping) else value
