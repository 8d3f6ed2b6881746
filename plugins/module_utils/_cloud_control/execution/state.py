# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task under way: what it is to bring about, what it has seen and done so far, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..api.client import CloudControl
from ..api.polling import Deadline, backoff
from ..errors import CloudControlError
from ..model.resource_type import Declaration, Resource, ResourceType

# Operations in a row that may end in a transient failure before the task fails.
_MAX_TRANSIENT_FAILURES = 8


@dataclass
class Operation:
    """One write, as it is returned to the user."""

    operation: str
    patch_document: list[dict[str, Any]] | None = None
    desired_state: dict[str, Any] | None = None
    request_token: str | None = None
    operation_status: str = "PLANNED"
    effects: dict[str, Any] = field(default_factory=dict)
    """What the operation does and no read shows; empty if it is not known to have been carried out."""

    @property
    def without_response(self) -> bool:
        """Whether it was sent and never answered, so that it may have been carried out, or not."""
        return self.operation_status == "PENDING" and self.request_token is None

    def result(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value is not None and name != "effects"}


@dataclass
class Record:
    """What has been seen and done so far."""

    before: Resource | None = None
    at_first_write: Resource | None = None
    now: Resource | None = None
    """As last read, in check mode as predicted."""
    operations: list[Operation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a user should be warned of."""

    failed_after_submission: bool = False
    """An operation has failed after it had begun, and may have done something, or all that it should."""
    nothing_submitted: bool = False
    """Without wait, the first operation had to be left to a later run."""

    def changed(self, *, check_mode: bool) -> bool:
        """Whether the task has changed anything or, in check mode, would have."""
        if check_mode:
            return bool(self.operations) and not self.nothing_submitted
        if any(o.request_token and o.operation_status not in ("FAILED", "CANCEL_COMPLETE") for o in self.operations):
            return True
        before, now = (current and current.properties for current in (self.at_first_write, self.now))
        return (self.failed_after_submission or self.without_response) and before != now

    @property
    def without_response(self) -> bool:
        return any(operation.without_response for operation in self.operations)

    @property
    def effects(self) -> dict[str, Any]:
        return {name: value for operation in self.operations for name, value in operation.effects.items()}


@dataclass(kw_only=True)
class Task:
    """What looking (reconcile.py) and executor (executor.py) share."""

    type: ResourceType
    declaration: Declaration
    client: CloudControl
    deadline: Deadline
    record: Record
    wait: bool
    check_mode: bool
    plan_only: bool
    """Nothing is sent any more: in check mode, and without wait from some step on."""
    transient_failures: int = 0

    def read(self) -> Resource | None:
        properties = self.client.get(self.declaration.identifier)
        return None if properties is None else Resource(properties)

    def continue_as_plan(self, why: str) -> None:
        """Without wait: leave the next operation, and with it all others, to a later run."""
        self.plan_only = True
        self.record.nothing_submitted = True
        self.record.notes.append(f"{why} Nothing was submitted. Run the task again to resume.")

    def pause_after_failure(self, failure: CloudControlError) -> None:
        """Pause before the next look, or raise the failure if too many have come in a row."""
        self.transient_failures += 1
        if self.transient_failures > _MAX_TRANSIENT_FAILURES:
            raise failure
        self.deadline.pause(backoff(self.transient_failures), waiting_for=f"{failure.code}: {failure.message}")
