# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options (snake_case) to properties (PascalCase) and back, by the argument spec.

Only names that the spec declares are converted. Values and free maps pass through untouched, and so does what the
service returns beyond the spec. On the way to the service C(None) is dropped at every depth: to Ansible it means "not
given", to the service it would mean a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from .resource_type import Path, Properties, ResourceType, Spec

# A word starts at an upper-case letter that follows a lower-case one or a digit ("modelVariants"), and at the last
# letter of a run of capitals that goes on in lower case ("KMSKey" is "KMS" and "Key").
_WORD_START = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"


def to_option_name(name: str) -> str:
    """C(ShadowModelVariants) -> C(shadow_model_variants). Whatever cannot stand in a name becomes an underscore."""
    return re.sub(r"\W+", "_", re.sub(_WORD_START, "_", name)).lower()


def to_properties(resource_type: ResourceType, options: Mapping[str, Any]) -> Properties:
    """Return the properties for the options given; the tags, a map with keys of their own, are not among them.

    Values are converted by the type's C(values); a ValueError of theirs passes through.
    """
    return _write_object(resource_type, options, resource_type.property_options, "")


def to_options(resource_type: ResourceType, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties, as read, under the names of the options; the tags as a dict."""
    properties = dict(properties)
    tags = properties.pop(resource_type.tags, None) if resource_type.tags else None
    options = _read_object(resource_type, properties, {**resource_type.options, **resource_type.read_only}, "")
    if resource_type.tags:
        options[resource_type.tags_option or ""] = tags_to_dict(tags)
    return options


def without_unset(resource_type: ResourceType, properties: Mapping[str, Any]) -> Properties:
    """Return properties without the members that count as not set, because the schema rejects their empty value.

    These are the lists of C(unset_when_empty) and empty objects that have a required member.
    """
    return _without_unset(resource_type, properties, resource_type.property_options, "", ())


def tags_to_dict(tags: Any) -> dict[str, str]:
    """C([{"Key": k, "Value": v}]), or a map, -> C({k: v}), keys and values verbatim. Nothing at all is no tags."""
    if isinstance(tags, Mapping):
        return dict(tags)
    return {tag["Key"]: tag.get("Value") or "" for tag in tags or [] if isinstance(tag, Mapping) and "Key" in tag}


def tags_as_property(resource_type: ResourceType, tags: Mapping[str, str]) -> Any:
    """The way back: a list, or a map if the type has one."""
    return dict(tags) if resource_type.tags_are_map else [{"Key": key, "Value": value} for key, value in tags.items()]


def iter_options(
    spec: Spec, options: Mapping[str, Any], path: str = "", shown: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Yield (option path, path to show, value) for every option given, at every depth.

    The path to show has list positions (C(a[0].b) for the option path C(a.b)), and the aliases that the task uses.
    """
    for name, entry in spec.items():
        value = options.get(name)
        if value is None:
            continue
        # Ansible copies the value of an alias to the option.
        alias = next((alias for alias in entry.get("aliases", ()) if options.get(alias) is not None), name)
        here, label = _join(path, name), _join(shown, alias)
        yield here, label, value
        if not entry.get("options"):
            continue
        elements = [(label, value)]
        if isinstance(value, list):
            elements = [(f"{label}[{position}]", element) for position, element in enumerate(value)]
        for element_label, element in elements:
            if isinstance(element, Mapping):
                yield from iter_options(entry["options"], element, here, element_label)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _write_object(resource_type: ResourceType, options: Mapping[str, Any], spec: Spec, path: str) -> Properties:
    written = {}
    for name, entry in spec.items():
        if options.get(name) is None:
            continue
        here = _join(path, name)
        value = _value(options[name], entry, partial(_write_object, resource_type, path=here))
        if value == {} and entry.get("options"):
            continue  # all of its members were left out
        convert = resource_type.values.get(here)
        written[resource_type.property_name(here)] = convert(value) if convert else value
    return written


def _read_object(resource_type: ResourceType, properties: Mapping[str, Any], spec: Spec, path: str) -> dict[str, Any]:
    options = {resource_type.property_name(_join(path, option)): option for option in spec}
    read = {}
    for name, value in properties.items():
        option = options.get(name)
        if option is None:
            read[name] = value
            continue
        read[option] = _value(value, spec[option], partial(_read_object, resource_type, path=_join(path, option)))
    return read


def _without_unset(
    resource_type: ResourceType, properties: Mapping[str, Any], spec: Spec, path: str, names: Path
) -> Properties:
    kept = dict(properties)
    for option, entry in spec.items():
        here = _join(path, option)
        name = resource_type.property_name(here)
        value, nested = kept.get(name), entry.get("options", {})
        if isinstance(value, dict) and nested:
            kept[name] = _without_unset(resource_type, value, nested, here, (*names, name))
        required = any(member.get("required") for member in nested.values())
        if (kept.get(name) == {} and required) or (value == [] and (*names, name) in resource_type.unset_when_empty):
            del kept[name]
    return kept


def _value(value: Any, entry: Mapping[str, Any], convert: Callable[[Mapping[str, Any], Spec], Any]) -> Any:
    """Convert the objects in a value whose members the spec names, alone or in a list."""
    nested = entry.get("options")
    if isinstance(value, list):
        elements = [element for element in value if element is not None]
        return [convert(e, nested) if nested and isinstance(e, Mapping) else e for e in elements]
    return convert(value, nested) if nested and isinstance(value, Mapping) else value
