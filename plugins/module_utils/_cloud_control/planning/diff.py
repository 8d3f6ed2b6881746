# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare a declaration with the current resource, and build the patch that applies the difference.

Pure. A declared value that is equivalent to the current value keeps the spelling of the current value, so it is in no
patch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ..model.conversion import without_unset
from ..model.equivalence import Difference, differences, merge
from ..model.resource_type import NOTHING, Declaration, Properties, Resource, ResourceType, Status
from ..model.tags import tags_to_dict, tags_to_property
from . import json_patch


class Situation(NamedTuple):
    """A declaration and the existing resource that it is compared with."""

    resource_type: ResourceType
    declaration: Declaration
    current: Resource

    @property
    def status(self) -> Status:
        """The row of the status table for the current status."""
        return self.resource_type.status_row(self.current)

    @property
    def status_name(self) -> str | None:
        return self.resource_type.status_of(self.current)

    @property
    def pending_intent(self) -> str | None:
        """The declared intent, None if the resource has reached it."""
        intent = self.resource_type.intent_of(self.declaration)
        return None if intent == self.status_name else intent

    @property
    def properties(self) -> Properties:
        """The properties read, without the empty members that count as not set, because the schema rejects them."""
        return without_unset(self.resource_type, self.current.properties)

    @property
    def write_only(self) -> Properties:
        """The write-only properties read, {} if they were not read."""
        return self.current.write_only or {}


class Diff(NamedTuple):
    """The properties to change."""

    properties: Mapping[str, Any] = NOTHING
    """Their new values, complete."""
    protected: frozenset[str] = frozenset()
    """The changed properties with a new value that can contain parts of the current value. The patch tests their
    current value, because another caller may change it."""
    differences: tuple[Difference, ...] = ()
    """The members that differ."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.properties)


def compared_properties(situation: Situation) -> Properties:
    """Return the declared properties that are compared in the current status, without the intent and the tags."""
    resource_type, declaration, _current = situation
    status = situation.status
    ignored = {*resource_type.never_compared, resource_type.lifecycle.intent}
    if resource_type.intent_of(declaration) and situation.pending_intent is None:
        ignored |= status.ignored_when_reached
    compared = {}
    for name, value in declaration.properties.items():
        if name in ignored:
            continue
        if name in resource_type.write_only:
            value = {member: value[member] for member in status.write_only.get(name, ()) if member in value}
            if not value:
                continue
        compared[name] = value
    return compared


def compute_diff(situation: Situation, compared: Properties) -> Diff:
    """Return the differences of the current resource from the compared properties and from the declared tags."""
    resource_type, declaration, current = situation
    actual = {**situation.properties, **situation.write_only}
    found = tuple(
        difference
        for name, value in compared.items()
        for difference in differences(resource_type, value, actual.get(name), (name,))
    )
    changed = {}
    for name in dict.fromkeys(difference.path[0] for difference in found):
        merged = merge(resource_type, compared[name], actual.get(name), (name,))
        members = situation.status.write_only.get(name)
        changed[name] = {m: merged[m] for m in members if m in merged} if members else merged
    tags = resource_type.tags
    existing = tags_to_dict(current.properties.get(tags))
    kept = {key: value for key, value in existing.items() if not declaration.purge_tags or key.startswith("aws:")}
    wanted = existing if declaration.tags is None else {**kept, **declaration.tags}
    if wanted == existing:
        return Diff(changed, differences=found)
    protected = frozenset({tags}) if kept or not declaration.purge_tags else frozenset()
    changed[tags] = tags_to_property(wanted)
    return Diff(changed, protected, (*found, Difference((tags,), existing, wanted)))


def create_patch(situation: Situation, new: Mapping[str, Any], protected: Collection[str]) -> json_patch.PatchDocument:
    """Return the patch that sets the properties in new, and leaves the others unchanged."""
    target = {**situation.properties, **new}
    return json_patch.build(situation.current.properties, target, protected=protected)
