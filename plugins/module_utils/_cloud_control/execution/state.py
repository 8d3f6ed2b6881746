# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All data of a task: the context (fixed), the state (changes while the task runs) and the report (returned)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from ..api.client import CloudControl
from ..api.polling import Deadline, backoff
from ..errors import CloudControlError
from ..model.resource_type import Declaration, Properties, Resource, ResourceType
from ..planning.plan import Create
from ..planning.verdict import Verdict

# Operations in a row that may end in a transient failure before the task fails.
_MAX_TRANSIENT_FAILURES = 8


class Context(NamedTuple):
    """The part of a task that never changes."""

    type: ResourceType
    client: CloudControl
    deadline: Deadline
    wait: bool
    check_mode: bool


class Recreate(Enum):
    """The phase of recreate: true."""

    DELETE = "the delete was planned or submitted"
    CREATE = "the resource is deleted, and the create is due"


@dataclass
class State:
    """The part of a task that changes while it runs."""

    declaration: Declaration
    plan_only: bool
    """Nothing more is submitted: always in check mode; with C(wait: false), after the first submitted operation, or
    from the moment at which the task would have to wait."""
    applied: set[str] = field(default_factory=set)
    """Properties and operations for which AWS reported success. A later step for them means that AWS did nothing."""
    recreate: Recreate | None = None
    """None before the delete and after the create."""
    preserved_options: tuple[str, ...] = ()
    """The options that the create of recreate sets to values of the deleted resource."""
    pending_create: Create | None = None
    """The create that has to follow the last delete, and is in no operation of the report yet."""
    denied: CloudControlError | None = None
    """The failure of an operation in which the handler lacked a permission after it had made some changes. It is raised
    if another write is necessary."""
    affected: Properties | None = None
    """The properties before the last operation with effects; None before this operation and after its verification."""
    transient_failures: int = 0
    """The number of transient failures since the last success."""
    concurrent_pauses: Iterator[float] | None = None
    """The pauses while the request token of a concurrent operation is unknown."""


@dataclass
class Operation:
    """One write, as the module returns it."""

    operation: str
    patch_document: list[dict[str, Any]] | None = None
    desired_state: dict[str, Any] | None = None
    """The content of DesiredState in CreateResource (a key of the result), not the option desired_state."""
    request_token: str | None = None
    operation_status: str = "PLANNED"
    effects: dict[str, Any] = field(default_factory=dict)
    """Effects of the operation that no read shows; {} if they are not known to have occurred."""

    @property
    def without_response(self) -> bool:
        """Whether the request was sent and no response came, so that AWS may have accepted it."""
        return self.operation_status == "PENDING" and self.request_token is None

    def result(self) -> dict[str, Any]:
        """Return the operation without effects and without members that are None."""
        return {name: value for name, value in vars(self).items() if value is not None and name != "effects"}


@dataclass
class Report:
    """The part of a task that is returned to the user. It is complete whenever reconcile() ends or raises."""

    before: Resource | None = None
    """The resource at the first read."""
    before_first_write: Resource | None = None
    """The resource at the last read before the first write; other callers may have changed it since C(before)."""
    now: Resource | None = None
    """The resource as last read, in check mode as predicted."""
    operations: list[Operation] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    verdict: Verdict | None = None
    """The verification of effects; None if there was none."""
    failed_after_submission: bool = False
    """An operation failed but may have changed the resource; changed() then compares the reads."""
    nothing_submitted: bool = False
    """With C(wait: false), the task had to stop before its first operation, because it would have had to wait. In check
    mode: a real run with C(wait: false) would stop there."""

    def changed(self, *, check_mode: bool) -> bool:
        """Return whether the task has changed the resource; in check mode, whether it would have."""
        if check_mode:
            return bool(self.operations) and not self.nothing_submitted
        if any(o.request_token and o.operation_status not in ("FAILED", "CANCEL_COMPLETE") for o in self.operations):
            return True
        before, now = (current and current.properties for current in (self.before_first_write, self.now))
        return (self.failed_after_submission or self.without_response) and before != now

    @property
    def without_response(self) -> bool:
        return any(operation.without_response for operation in self.operations)

    @property
    def effects(self) -> dict[str, Any]:
        return {name: value for operation in self.operations for name, value in operation.effects.items()}


class Task(NamedTuple):
    """The three parts of a task."""

    context: Context
    state: State
    report: Report

    def read(self) -> Resource | None:
        """Return the resource; None if it does not exist. Raises CallFailed and TimedOut."""
        properties = self.context.client.get(self.state.declaration.identifier)
        return None if properties is None else Resource(properties)

    def submit_no_more(self, reason: str) -> None:
        """Leave the next operation and all later ones to another run. For wait: false."""
        unknown = self.report.without_response
        self.state.plan_only = True
        self.report.nothing_submitted = not unknown
        outcome = "The outcome of the last request is unknown." if unknown else "Nothing was submitted."
        self.report.warnings.append(f"{reason} {outcome} Run the task again to resume.")

    def pause_after_failure(self, failure: CloudControlError) -> None:
        """Sleep before the next read. Raises the failure after too many in a row, and TimedOut."""
        self.state.transient_failures += 1
        if self.state.transient_failures > _MAX_TRANSIENT_FAILURES:
            raise failure
        pause = backoff(self.state.transient_failures)
        self.context.deadline.pause(pause, waiting_for=f"{failure.code}: {failure.message}")
