# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a resource will be after a step that is not taken: for check mode, and for the rest of a task with wait: false.

Pure. The same plan is made over predicted snapshots as over real ones.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..model.resource_type import Declaration, Properties, Resource, ResourceType
from . import json_patch
from .diff import base, intent_of
from .plan import Create, Delete, Update, Write


def after(resource_type: ResourceType, current: Resource | None, step: Write, now: datetime) -> Resource | None:
    """Return the resource as it will be when the step has been carried out and its status has settled."""
    if isinstance(step, Delete):
        return None
    before = current.properties if current else None
    model = step.properties if isinstance(step, Create) else json_patch.apply(before or {}, step.patch)
    sent = {name: value for name, value in model.items() if name in resource_type.write_only}
    properties = {name: value for name, value in model.items() if name not in resource_type.write_only}
    if resource_type.predict:
        properties = resource_type.predict(before, properties, sent, now)
    if current:
        properties = _with_unset(current.properties, base(resource_type, current), properties)
    return Resource(properties, _write_only_after(resource_type, current, Resource(properties), sent))


def _with_unset(before: Properties, is_set: Properties, properties: Properties) -> Properties:
    """Return predicted properties with the members that are not set and that the service returns all the same.

    is_set is before without these members.
    """
    returned = {  # in the order of before, in which the next patch names the members
        name: _with_unset(value, is_set[name], properties[name])
        if all(isinstance(part, dict) for part in (value, is_set.get(name), properties.get(name)))
        else properties.get(name, value)
        for name, value in before.items()
        if name in properties or name not in is_set
    }
    return returned | {name: value for name, value in properties.items() if name not in returned}


def effects(resource_type: ResourceType, current: Resource | None, step: Write) -> dict[str, Any]:
    """Return what the operation of a step does and no read shows."""
    if current is None or resource_type.effects is None or isinstance(step, Create):
        return {}
    model = json_patch.apply(current.properties, step.patch) if isinstance(step, Update) else None
    return resource_type.effects(current.properties, model)


def settled(resource_type: ResourceType, declaration: Declaration, current: Resource) -> Resource:
    """Return a resource in transit as it will be when it has settled: so that the task can go on, if that can be."""
    lifecycle, ends = resource_type.lifecycle, resource_type.status_row(current).stable_statuses
    if lifecycle is None or not ends:
        return current
    intent = (
        intent_of(resource_type, declaration) if declaration.present else lifecycle.intent_before_delete(declaration)
    )
    leading = (end for end in ends if intent == end or intent in lifecycle.statuses[end].transitions)
    status = next(leading, ends[0])
    return current._replace(properties={**current.properties, lifecycle.status: status})


def _write_only_after(
    resource_type: ResourceType, current: Resource | None, then: Resource, sent: Properties
) -> Properties | None:
    """What would be read of the write-only properties: those that mean something in the status that follows."""
    told = resource_type.status_row(then).write_only
    if not told or (current is not None and current.write_only is None):
        return None
    known = dict(current.write_only or {}) if current else {}
    for name, value in sent.items():
        if name in told:
            known[name] = {**known.get(name, {}), **value}
    return known
