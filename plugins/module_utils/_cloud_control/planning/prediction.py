# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predict a resource after a step that is not executed: in check mode, and after the first write with C(wait: false).

Pure. next_step() plans with predicted resources as with resources that were read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..model.conversion import without_unset
from ..model.resource_type import Declaration, Properties, Resource, ResourceType
from . import json_patch
from .plan import Create, Delete, Update, Write


def predict(resource_type: ResourceType, current: Resource | None, step: Write, now: datetime) -> Resource | None:
    """Return the resource after a write, with a stable status. None if it is deleted."""
    if isinstance(step, Delete):
        return None
    before = current.properties if current else None
    model = step.properties if isinstance(step, Create) else json_patch.apply(before or {}, step.patch)
    sent = {name: value for name, value in model.items() if name in resource_type.write_only}
    properties = {name: value for name, value in model.items() if name not in resource_type.write_only}
    properties = resource_type.predict(before, properties, sent, now)
    if current:
        properties = _with_unset(current.properties, without_unset(resource_type, current.properties), properties)
    return Resource(properties, _predict_write_only(resource_type, current, properties, sent))


def predict_stable(resource_type: ResourceType, declaration: Declaration, current: Resource) -> Resource:
    """Return a resource with the status that follows its transitional status.

    If several can follow, the first one is chosen from which the declared intent can be reached. A resource with a
    stable or an unknown status is returned unchanged.
    """
    lifecycle, candidates = resource_type.lifecycle, resource_type.status_row(current).stable_statuses
    if not candidates:
        return current
    intent_of = resource_type.intent_of if declaration.present else lifecycle.intent_before_delete
    intent = intent_of(declaration)
    suitable = (status for status in candidates if intent == status or intent in lifecycle.statuses[status].transitions)
    status = next(suitable, candidates[0])
    return current._replace(properties={**current.properties, lifecycle.status: status})


def effects(resource_type: ResourceType, current: Resource | None, step: Write) -> dict[str, Any]:
    """Return the effects of a write that no read shows, by their returned key."""
    if current is None:
        return {}
    model = json_patch.apply(current.properties, step.patch) if isinstance(step, Update) else None
    return resource_type.effects(current.properties, model)


def _with_unset(before: Properties, before_set: Properties, properties: Properties) -> Properties:
    """Return the predicted properties with the empty members of C(before) that count as not set.

    The next read still returns these members. C(before_set) is C(before) without them.
    """
    returned = {  # keeps the order of before, because the next patch has its operations in this order
        name: _with_unset(value, before_set[name], properties[name])
        if all(isinstance(part, dict) for part in (value, before_set.get(name), properties.get(name)))
        else properties.get(name, value)
        for name, value in before.items()
        if name in properties or name not in before_set
    }
    return returned | {name: value for name, value in properties.items() if name not in returned}


def _predict_write_only(
    resource_type: ResourceType, current: Resource | None, properties: Properties, sent: Properties
) -> Properties | None:
    """Return the write-only properties after the step.

    None if none apply in the new status, or if they were not read before the step.
    """
    applicable = resource_type.status_row(Resource(properties)).write_only
    known = current.write_only if current else {}
    if not applicable or known is None:
        return None
    return known | {name: {**known.get(name, {}), **value} for name, value in sent.items() if name in applicable}
