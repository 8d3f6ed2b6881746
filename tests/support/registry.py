# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource types made from the registry schemas that cfn-lint ships, as a developer would write them down.

Each type has a tree of members: from it come the argument spec, the overrides for names, and an example that has every
property. Definitions refer to one another and to themselves, and written out in full some types would have millions of
members; so a definition is written out where it is met first and is a free map elsewhere. Every property of every
definition that can be reached is thereby in the tree once.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.conversion import to_option_name
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import ResourceType

Schema = dict[str, Any]

# What a map with keys of its own holds: keys that look like properties, like options and like neither.
FREE_MAP = {"aws:Case.Key": {"ModelName": ["x", {"a_b": 0}]}, "model_name": False, "KMSKey": ""}
TAGS = [{"Key": "aws:Some/Key", "Value": "KMSKey"}, {"Key": "some_key", "Value": ""}]
EXAMPLES = {"boolean": False, "integer": 0, "number": 0.5, "string": "Some_Value"}


@dataclass
class Member:
    """A property: its name, the option for it, and the members of its objects; none for a value or a free map."""

    name: str
    option: str
    path: str
    is_list: bool
    example: Any
    members: list[Member] = field(default_factory=list)

    def needs_override(self) -> bool:
        return RULE.property_name(self.path) != self.name

    def falls_together(self) -> bool:
        """Whether another property of the same object has taken the option that the mechanical rule gives."""
        return self.option != to_option_name(self.name)


@dataclass
class RegistryType:
    type_name: str
    tags: str | None
    members: list[Member]

    def every_member(self) -> Iterator[Member]:
        queue = deque(self.members)
        while queue:
            member = queue.popleft()
            yield member
            queue.extend(member.members)

    def resource_type(self) -> ResourceType:
        return ResourceType(
            type_name=self.type_name,
            noun="resource",
            result_name="resource",
            identifier="name",
            options=_spec(self.members),
            read_only={},
            names={member.path: member.name for member in self.every_member() if member.needs_override()},
            tags=self.tags,
        )

    def example(self) -> dict[str, Any]:
        return _example(self.members) | ({self.tags: TAGS} if self.tags else {})


# A type without overrides: what the mechanical rule says by itself.
RULE = ResourceType(type_name="", noun="", result_name="", identifier="", options={}, read_only={})


@functools.cache
def registry_types() -> tuple[RegistryType, ...]:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # takes seconds to import

    region = "us-east-1"
    return tuple(
        _registry_type(PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, name).schema)
        for name in sorted(PROVIDER_SCHEMA_MANAGER.get_resource_types(region))
    )


def _registry_type(schema: Schema) -> RegistryType:
    top: list[Member] = []
    written_out: set[str] = set()
    queue: deque[tuple[list[Member], dict[str, Schema], str]] = deque([(top, _properties(schema, schema), "")])
    while queue:
        members, properties, path = queue.popleft()
        for name, part in properties.items():
            member, inner, reference = _member(schema, name, part, members, path)
            members.append(member)
            if inner and reference not in written_out:
                written_out |= {reference} - {""}
                queue.append((member.members, inner, member.path))
    return RegistryType(schema["typeName"], _tags(schema, top), top)


def _member(
    schema: Schema, name: str, part: Schema, siblings: list[Member], path: str
) -> tuple[Member, dict[str, Schema], str]:
    """Return the member, the properties of its objects, and the definition they come from."""
    part, reference = _resolve(schema, part)
    is_list = part.get("type") == "array" or "items" in part
    if is_list:
        part, reference = _resolve(schema, part.get("items", {}))
    kind = part.get("type")
    example = EXAMPLES.get(kind, FREE_MAP) if isinstance(kind, str) else FREE_MAP
    option = _free_option(to_option_name(name), {sibling.option for sibling in siblings})
    member = Member(name, option, f"{path}.{option}" if path else option, is_list, example)
    return member, _properties(schema, part), reference


def _free_option(option: str, taken: set[str]) -> str:
    number, free = 2, option
    while free in taken:
        number, free = number + 1, f"{option}_{number}"
    return free


def _resolve(schema: Schema, part: Schema) -> tuple[Schema, str]:
    reference = ""
    while "$ref" in part:
        reference = part["$ref"]
        part = schema
        for token in reference.removeprefix("#/").split("/"):
            part = part[token]
    return part, reference


def _properties(schema: Schema, part: Schema) -> dict[str, Schema]:
    """The properties of an object, those of its alternatives included."""
    found = dict(part.get("properties", {}))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for alternative in part.get(keyword, ()):
            found = {**_properties(schema, _resolve(schema, alternative)[0]), **found}
    # Some alternatives only repeat a name to forbid it.
    return {name: value if isinstance(value, dict) else {} for name, value in found.items()}


def _tags(schema: Schema, members: list[Member]) -> str | None:
    """The property that holds a list of keys and values, where the schema says that it is for tags."""
    pointer = schema.get("tagging", {}).get("tagProperty", "")
    for member in members:
        if f"/properties/{member.name}" == pointer and [inner.name for inner in member.members] == ["Key", "Value"]:
            return member.name
    return None


def _spec(members: list[Member]) -> dict[str, dict[str, Any]]:
    spec = {}
    for member in members:
        entry: dict[str, Any] = {"type": "list" if member.is_list else "raw"}
        if member.members:
            kind = {"type": "list", "elements": "dict"} if member.is_list else {"type": "dict"}
            entry = {**kind, "options": _spec(member.members)}
        spec[member.option] = entry
    return spec


def _example(members: list[Member]) -> dict[str, Any]:
    example = {}
    for member in members:
        one = _example(member.members) if member.members else member.example
        example[member.name] = [one, one] if member.is_list else one
    return example
