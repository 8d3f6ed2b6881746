# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare a declaration with a resource that was read before, without a further read. Pure."""

from __future__ import annotations

from typing import NamedTuple

from ..model.equivalence import Difference
from ..model.resource_type import Declaration, Resource, ResourceType
from .diff import Situation, compared_properties, compute_diff
from .plan import Create, Delete, Done, Reject, Update, Wait, next_step

_OPERATIONS = {Create: "create", Update: "update", Delete: "delete"}


class Drift(NamedTuple):
    """The result of a task for the declaration, as far as it is known without a further read."""

    drifted: bool | None
    """Whether a task would change the resource or fail; None if the status is transitional."""
    operation: str | None = None
    """The first operation that a task would submit: create, update, delete, or recreate."""
    differences: tuple[Difference, ...] = ()
    reason: str | None = None
    """The reason why a task would fail, or why the difference is not known."""


def find_drift(resource_type: ResourceType, declaration: Declaration, current: Resource | None) -> Drift:
    """Return the drift of a resource; current is None if the resource does not exist.

    The write-only properties in C(current) must have been read.
    """
    step = next_step(resource_type, declaration, current)
    if isinstance(step, Done):
        return Drift(drifted=False)
    if isinstance(step, Wait):
        return Drift(drifted=None, reason=f"The status {resource_type.status_of(step.current)} is transitional.")
    differences: list[Difference] = []
    if current and declaration.present:
        situation = Situation(resource_type, declaration, current)
        differences += compute_diff(situation, compared_properties(situation)).differences
        if situation.pending_intent:
            intent = (resource_type.lifecycle.intent,)
            differences.append(Difference(intent, situation.status_name, situation.pending_intent))
    if isinstance(step, Reject):
        return Drift(drifted=True, differences=tuple(differences), reason=f"{step.reason} {step.hint}")
    recreated = isinstance(step, Delete) and step.then is not None
    operation = "recreate" if recreated else _OPERATIONS[type(step)]
    return Drift(drifted=True, operation=operation, differences=tuple(differences))
