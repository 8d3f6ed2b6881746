# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take a step that changes something: carry it out, or predict it, and see that it was applied.

Loaded only when there is such a step: most tasks find nothing to do.

Guarantees: a change counts only when a read after it shows it; nothing is deleted that could not be created again; a
failure after which the task can go on does not end it.
"""

from __future__ import annotations

import json
from dataclasses import replace

from ..api.polling import backoff, pauses
from ..errors import CallFailed, CloudControlError, NotApplied, OperationFailed, Rejected
from ..model.equivalence import same
from ..model.resource_type import Declaration, Properties, Resource, ResourceType, option_name
from ..planning.diff import Situation, compute_diff
from ..planning.json_patch import PatchConflict, apply
from ..planning.plan import Create, Delete, Reject, Update, Write
from ..planning.prediction import effects, predict
from .operations import classify_failure, planned, submit
from .state import Task

# Among the properties that must not be due again.
_THE_DELETION = "delete"
# Seconds for which a resource may still be "not found" after Cloud Control has reported its creation.
_VISIBLE_AFTER_CREATE = 30.0


class Executor:
    """Takes one step after the other, and keeps in mind what must not have to be taken twice."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.type = task.type
        self.record = task.record
        self.applied: set[str] = set()
        self.pending_create: Create | None = None  # what a deletion that has begun is to be followed by
        self.preserved_options: list[str] = []  # options that the creation takes from what was there, not from the task
        self.recreate_in_progress = False
        self.denied: CloudControlError | None = None  # a step that was denied a request after its changes were made
        self._pauses_for_others = pauses(task.deadline.clock)

    def execute(self, current: Resource | None, step: Write) -> Resource | None:
        """Carry a step out, or predict it, and return the resource as it is then."""
        if self.denied:
            raise self.denied
        self.check_applied(current, _about(step))
        self._check_nothing_is_lost(step)
        if isinstance(step, Delete) and step.then:
            self.preserved_options = self._carried_over(step.then)
        if not self.record.operations:
            self.record.at_first_write = current
        operation = replace(planned(step), effects=effects(self.type, current, step))
        self.record.operations.append(operation)
        self.pending_create = step.create if isinstance(step, Delete) else None
        if not self.task.plan_only:
            failure = submit(step, operation, self.task.client, self.task.declaration.identifier, wait=self.task.wait)
            if failure:
                return self._after_failure(current, step, failure)
            if not self.task.wait:
                self.record.now = self.task.read()
                self.task.plan_only = True
        return self._after_success(current, step)

    def record_pending_create(self) -> None:
        """Put what was to be created again on record: it is nowhere else any more, or will not be for long."""
        if self.pending_create:
            self.record.operations.append(planned(self.pending_create))
        undone = ("FAILED", "CANCEL_COMPLETE", "PLANNED")
        deleted = any(o.operation == "delete" and o.operation_status not in undone for o in self.record.operations)
        if (deleted or self.recreate_in_progress) and self.preserved_options and not self.task.check_mode:
            self.record.notes.append(
                "recreate: true did not complete. Only operations in the result contains the previous values of"
                f" {', '.join(self.preserved_options)}. Set the options to these values and run the task again."
            )

    def _after_success(self, current: Resource | None, step: Write) -> Resource | None:
        self.task.transient_failures = 0
        self._pauses_for_others = pauses(self.task.deadline.clock)
        if isinstance(step, Create):
            self.preserved_options = []
            self.applied = set(step.properties)
        self.applied |= _about(step)
        if isinstance(step, Delete) and step.then:
            self.task.declaration, self.recreate_in_progress = step.then, True
        now = self.task.deadline.clock.now()
        if self.task.plan_only:
            return predict(self.type, current, step, now)
        if not isinstance(step, Create):
            return self.task.read()
        created = self._read_created()
        if created and self.type.not_applied_by_create:
            self.check_applied(created, self.type.not_applied_by_create(step.properties, created.properties, now))
        return created

    def _check_nothing_is_lost(self, step: Write) -> None:
        """Refuse to delete what could not be created again: today, or by a later run, which knows only the task."""
        create = step if isinstance(step, Create) else step.create if isinstance(step, Delete) else None
        problems = self.type.validate_create(create.properties, self.task.deadline.clock.now()) if create else []
        if problems:
            raise Rejected(" ".join(problems))
        if self.task.wait or not isinstance(step, Delete) or step.then is None:
            return
        lost = self._carried_over(step.then)
        if lost:
            raise Rejected(
                f"recreate: true with wait: false would lose options that the task does not set: {', '.join(lost)}.",
                hint="Set these options, or omit wait: false.",
            )

    def _carried_over(self, then: Declaration) -> list[str]:
        """The options of which the task does not give all that is to be created again."""
        given = self.task.declaration
        names = [
            option_name(name)
            for name, value in then.properties.items()
            if not same(self.type, value, given.properties.get(name), (name,))
        ]
        if then.tags and then.tags != given.tags:
            names.append(self.type.tags_option)
        return names

    def check_rejection(self, current: Resource | None, rejection: Reject) -> None:
        """Raise NotApplied if it comes only of a step that was reported done and did nothing."""
        # Where a status is out of reach no property differs; what has been deleted would have no status.
        self.check_applied(current, rejection.properties_that_differ or frozenset([_THE_DELETION] if current else []))
        for last in self.record.operations[-1:]:  # empty if a concurrent operation was the only one
            last.effects = {}  # the status is not the declared one, so another caller changed the resource

    def check_applied(self, current: Resource | None, names_due: frozenset[str]) -> None:
        """Raise NotApplied if what was reported done is still due: it did nothing."""
        repeated = self.applied & names_due
        if not repeated:
            return
        names = ", ".join(sorted(option_name(name) for name in repeated))
        state = f"is {self.type.status_of(current) or 'unchanged'}" if current else "does not exist"
        last = self.record.operations[-1]
        last.effects = {}
        raise NotApplied(
            f"AWS reported success, but a later read does not show the change ({names}): the {self.type.noun} {state}."
            f" Request: {json.dumps(last.patch_document or last.desired_state or {})}",
            operation=last.operation,
            request_token=last.request_token,
        )

    def _after_failure(self, current: Resource | None, step: Write, failure: CloudControlError) -> Resource | None:
        """Return the resource as it is now, if the task can go on from there; raise the failure if not."""
        what = classify_failure(self.type, step, failure)
        # A handler that fails, such as for want of a permission, has done all that came before that.
        self.record.failed_after_submission |= isinstance(failure, OperationFailed) and what not in (
            "gone",
            "exists",
            "stale",
        )
        if what == "concurrent":
            return self._after_other(current, step, failure)
        if what == "final" and isinstance(failure, CallFailed):
            raise failure
        try:
            now = self._read_created() if what == "exists" else self._read_after(step)
        except CloudControlError:
            if what == "final":  # the failure of the operation is the cause, and it names the request
                raise failure from None
            raise
        applied = what == "transient" or failure.denied  # with any other, a new status is the work of another caller
        if not applied or _status(self.type, now) == _status(self.type, current):
            self.record.operations[-1].effects = {}
        if what == "exists" and now:
            self._note_creation(now)
        may_pass = {
            "gone": True,
            "exists": now is not None,
            "stale": not (now and _fits(step, now)),
            "transient": True,
            "final": self._has_moved_on(current, now, step, failure),
        }
        if not may_pass[what]:
            self.record.now = now
            # If what the patch tests is as it was, it is the handler that has failed.
            self.record.failed_after_submission |= what == "stale" and isinstance(failure, OperationFailed)
            raise failure
        # With InvalidRequest, the handler was denied the read of the status, after all of its writes.
        if failure.denied and now and failure.code != "InvalidRequest":
            self.denied = failure
        if what != "gone" or now:
            self.task.pause_after_failure(failure)
        return now

    def _note_creation(self, now: Resource) -> None:
        """Count a create that was reported as AlreadyExists as a change if it was applied, as far as a read shows."""
        declaration = self.task.declaration
        readable = {n: v for n, v in declaration.properties.items() if n not in self.type.write_only}
        if self.record.before or compute_diff(Situation(self.type, declaration, now), readable).names:
            return
        self.record.failed_after_submission = True
        self.record.notes.append(
            f"AWS reported AlreadyExists for the create, but the {self.type.noun} did not exist before and now has the"
            " values of this task. It counts as created by this task, although another caller with the same values may"
            " have created it."
        )

    def _has_moved_on(
        self, current: Resource | None, now: Resource | None, step: Write, failure: CloudControlError
    ) -> bool:
        """Return whether another step can succeed although the error code of this one is final.

        A handler that lacks a permission for its last request, such as the one that reads the status, has made the
        changes of the requests before. If no other write is due, the task succeeds. GeneralServiceException stands for
        conflicts too: with a status that has just changed, or with an endpoint that is still busy because the resource
        to recreate has just been deleted.
        """
        if failure.denied:
            return _state(self.type, now) != _state(self.type, current)
        if failure.code != "GeneralServiceException":
            return False
        return _status(self.type, now) != _status(self.type, current) or (
            self.recreate_in_progress and isinstance(step, Create)
        )

    def _after_other(self, current: Resource | None, step: Write, failure: CloudControlError) -> Resource | None:
        """Somebody else is at work on the resource: let them finish, then look again."""
        operation = self.record.operations.pop()
        if operation.without_response:
            self.record.operations.append(operation)  # an earlier try of the call may have begun what is in progress
        else:
            self.pending_create = step if isinstance(step, Create) and self.recreate_in_progress else None
        if not self.task.wait:
            self.task.continue_as_plan("A concurrent operation is in progress and wait is false.")
            planned_again = replace(operation, operation_status="PLANNED", effects=effects(self.type, current, step))
            self.record.operations.append(planned_again)
            return predict(self.type, current, step, self.task.deadline.clock.now())
        try:
            other = self.task.client.operation_in_progress(self.task.declaration.identifier)
        except CallFailed as error:  # without knowing which it is, it can still be waited for
            other = None
            note = f"The concurrent operation cannot be identified: {error.message}"
            if error.denied and note not in self.record.notes:
                self.record.notes.append(note)
        if other:
            self.task.client.wait_until_ended(other)
        # Who cannot be followed may be at work for long.
        pause = backoff(1) if other else max(backoff(3), next(self._pauses_for_others))
        self.task.deadline.pause(
            pause,
            waiting_for=f"a concurrent operation is in progress ({failure.message}).",
        )
        return self._read_after(step)

    def _read_after(self, failed: Write) -> Resource | None:
        """Read again. What is gone, whoever has deleted it, is what a recreation goes on from, whole."""
        now = self.task.read()
        if isinstance(failed, Delete) and failed.then and now is None:
            self.task.declaration, self.recreate_in_progress = failed.then, True
        return now

    def _read_created(self) -> Resource | None:
        """Read what has just been created; GetResource may not find it at first."""
        began = self.task.deadline.clock.monotonic()
        waits = pauses(self.task.deadline.clock)
        while True:
            current = self.task.read()
            if current or not self.task.wait or self.task.deadline.clock.monotonic() - began > _VISIBLE_AFTER_CREATE:
                return current
            self.task.deadline.pause(
                next(waits),
                waiting_for="GetResource does not return the new resource yet.",
            )


def _about(step: Write) -> frozenset[str]:
    """What a later step of the same task must not be about again, once this one has been reported done."""
    if isinstance(step, Update):
        return step.properties
    return frozenset({_THE_DELETION, *step.properties_that_differ} if isinstance(step, Delete) else {"create"})


def _status(resource_type: ResourceType, current: Resource | None) -> str | None:
    return resource_type.status_of(current) if current else None


def _state(resource_type: ResourceType, current: Resource | None) -> tuple[str | None, Properties]:
    """Return the status and the properties that an update can change."""
    properties = current.properties if current else {}
    writable = {name: value for name, value in properties.items() if name in resource_type.writable}
    return _status(resource_type, current), writable


def _fits(step: Write, now: Resource) -> bool:
    """Whether the patch fits what is there now, so that it was not somebody else's change that made it fail."""
    try:
        apply(now.properties, step.patch if isinstance(step, Update) else [])
    except PatchConflict:
        return False
    return True
