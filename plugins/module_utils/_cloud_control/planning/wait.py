# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide whether a wait for statuses has ended: wait_step() compares the awaited statuses with the current resources.

Pure, like next_step().
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, TypeAlias

from ..model.resource_type import Resource, ResourceType
from .plan import UPGRADE, Done, Reject


class Pending(NamedTuple):
    """Poll again."""

    reason: str


WaitStep: TypeAlias = "Done | Pending | Reject"


def wait_step(
    resource_type: ResourceType, awaited: Collection[str], current: Mapping[str, Resource | None]
) -> WaitStep:
    """Return Done if each resource has one of the awaited statuses, and Reject if a resource cannot reach one.

    current: identifier -> resource; None if it does not exist.
    """
    wanted, noun = " or ".join(awaited), resource_type.noun
    pending, lost, hints = [], [], []
    for identifier, resource in current.items():
        if resource is None:
            lost.append(f"{identifier} does not exist.")
            hints.append(f"Correct {resource_type.identifier}s or region, or create the {noun} first.")
            continue
        status, row = resource_type.status_of(resource), resource_type.status_row(resource)
        if status in awaited:
            continue
        if row.unknown:
            lost.append(f"{identifier} is {status}. {row.restriction}")
            hints.append(UPGRADE)
        elif row.later.isdisjoint(awaited):
            lost.append(f"{identifier} is {status} and cannot become {wanted}.")
            hints.append(f"If the task may succeed in status {status}, add this status to wait_for.")
        else:
            pending.append(f"{identifier} is {status}, not {wanted}.")
    if lost:
        return Reject(" ".join(lost), " ".join(dict.fromkeys(hints)))
    return Pending(" ".join(pending)) if pending else Done()
