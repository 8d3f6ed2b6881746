# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a task's declaration counts in the present status, what of that differs, and the patch that makes it so.

Pure. What is equal by meaning keeps the spelling that was read, and so never turns up in a patch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..model.conversion import without_unset
from ..model.equivalence import Difference, differences, merge
from ..model.resource_type import NOTHING, Declaration, Properties, Resource, ResourceType, Status
from ..model.tags import tags_to_dict, tags_to_property

if TYPE_CHECKING:
    from .json_patch import PatchDocument


class Diff(NamedTuple):
    """The properties that are to change."""

    properties: Mapping[str, Any] = NOTHING
    """Their new values, whole."""
    protected: frozenset[str] = frozenset()
    """Those whose new value holds parts that were read, and which somebody else may have changed since."""
    differences: tuple[Difference, ...] = ()
    """The members that differ, for messages and for what a status allows."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.properties)


def intent_of(resource_type: ResourceType, declaration: Declaration) -> str | None:
    return declaration.properties.get(resource_type.lifecycle.intent) if resource_type.lifecycle else None


def declared(resource_type: ResourceType, declaration: Declaration, current: Resource, rules: Status) -> Properties:
    """Return what the task gives and is compared in the present status; neither the intent nor the tags."""
    left_out = set(resource_type.never_compared)
    if resource_type.lifecycle:
        left_out.add(resource_type.lifecycle.intent)
    if intent_of(resource_type, declaration) == resource_type.status_of(current):
        left_out |= rules.ignored_when_reached
    compared = {}
    for name, value in declaration.properties.items():
        if name in left_out:
            continue
        if name in resource_type.write_only:
            value = {member: value[member] for member in rules.write_only.get(name, ()) if member in value}
            if not value:
                continue
        compared[name] = value
    return compared


def find_differences(
    resource_type: ResourceType, declaration: Declaration, compared: Properties, current: Resource, rules: Status
) -> Diff:
    """Return which of the compared properties, and whether the tags, differ in meaning from what is."""
    actual = {**base(resource_type, current), **(current.write_only or {})}
    found = tuple(
        difference
        for name, value in compared.items()
        for difference in differences(resource_type, value, actual.get(name), (name,))
    )
    changed = {}
    for name in dict.fromkeys(difference.path[0] for difference in found):
        merged = merge(resource_type, compared[name], actual.get(name), (name,))
        members = rules.write_only.get(name)
        changed[name] = {m: merged[m] for m in members if m in merged} if members else merged
    tags = resource_type.tags
    if declaration.tags is None:
        return Diff(changed, differences=found)
    present = tags_to_dict(current.properties.get(tags))
    kept = {key: value for key, value in present.items() if not declaration.purge_tags or key.startswith("aws:")}
    wanted = {**kept, **declaration.tags}
    if wanted == present:
        return Diff(changed, differences=found)
    protected = frozenset({tags}) if kept or not declaration.purge_tags else frozenset()
    changed[tags] = tags_to_property(wanted)
    return Diff(changed, protected, (*found, Difference((tags,), present, wanted)))


def base(resource_type: ResourceType, current: Resource) -> Properties:
    """Return the properties read, without members that are not set and whose empty value the schema rejects."""
    return without_unset(resource_type, current.properties)


def patch_for(
    resource_type: ResourceType, current: Resource, new: Mapping[str, Any], protected: Collection[str]
) -> PatchDocument:
    """Return the patch that sets the properties in C(new) and leaves the others as they are."""
    # Most tasks find nothing to change, and what is loaded is compiled anew for each.
    from .json_patch import build

    target = {**base(resource_type, current), **new}
    return build(current.properties, target, protected=protected)
