# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring about what is declared: look, ask the plan for the next step, take it, look again, until nothing is left to do.

Guarantees: a change counts only when a read after it shows it; in check mode nothing is written, and the same loop runs
over predicted snapshots; the record is complete whenever the loop ends, however it ends.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace

from .client import CloudControl
from .clock import Deadline, backoff, pauses
from .errors import CallFailed, CloudControlError, NotApplied, Refused
from .json_patch import PatchConflict, apply
from .operations import Record, carry_out, gave_up, meaning, planned
from .plan import Create, Delete, Done, ReadWriteOnly, Refuse, Update, Wait, Write, next_step
from .prediction import after, settled
from .properties import tags_to_dict
from .resource_type import ResourceType, Snapshot, Wish

STACK_TAG = "aws:cloudformation:stack-name"

# Seconds for which a resource may still be "not found" after Cloud Control has reported its creation.
_VISIBLE_AFTER_CREATE = 30.0
# Operations in a row that may end in a passing failure before the task fails.
_SETBACKS = 8


def reconcile(
    resource_type: ResourceType,
    wish: Wish,
    client: CloudControl,
    deadline: Deadline,
    *,
    record: Record,
    wait: bool = True,
    check_mode: bool = False,
) -> None:
    """Run the loop, writing into C(record) what comes to pass. Raises what errors.py defines."""
    loop = _Loop(resource_type, wish, client, deadline, record=record, wait=wait, check_mode=check_mode)
    try:
        loop.run()
    except CloudControlError as error:
        # Where time has run out because calls fail, one more would fail as well, and take its time.
        if record.operations and not check_mode and (error.__cause__ is None or deadline.remaining > 0):
            with contextlib.suppress(CloudControlError):
                record.now = record.foreseen = loop.read()
        if loop.to_create:
            # What was carried over is nowhere else any more, or will not be for long.
            record.operations.append(planned(loop.to_create))
        raise


class _Loop:
    def __init__(
        self,
        resource_type: ResourceType,
        wish: Wish,
        client: CloudControl,
        deadline: Deadline,
        *,
        record: Record,
        wait: bool,
        check_mode: bool,
    ) -> None:
        self.type = resource_type
        self.wish = wish
        self.client = client
        self.deadline = deadline
        self.record = record
        self.wait = wait
        self.check_mode = check_mode
        self.predicting = check_mode  # from some step on, without wait, too
        self.reported_done: set[str] = set()
        self.to_create: Create | None = None  # what a deletion that has begun is to be followed by
        self.recreating = False
        self.setbacks = 0

    def run(self) -> None:
        seen = self.record.before = self.record.now = self.record.foreseen = self.read()
        pauses_in_transit = pauses(self.deadline.clock)
        while True:
            step = next_step(self.type, self.wish, seen)
            if isinstance(step, Done):
                return
            if isinstance(step, Refuse):
                self._check_applied(seen, step.because_of)
                raise Refused(step.why, hint=step.way_out)
            if isinstance(step, ReadWriteOnly):
                seen = self._with_write_only(step)
            elif isinstance(step, Wait):
                seen = self._settle(step.seen, next(pauses_in_transit))
            else:
                seen = self._take(seen, step)
                pauses_in_transit = pauses(self.deadline.clock)
            self.record.foreseen = seen
            if self.check_mode or not self.predicting:
                self.record.now = seen

    # Looking

    def read(self) -> Snapshot | None:
        properties = self.client.get(self.wish.identifier)
        return None if properties is None else Snapshot(properties)

    def _read_created(self) -> Snapshot | None:
        """Read what has just been created; GetResource may not find it at first."""
        began = self.deadline.clock.monotonic()
        for pause in pauses(self.deadline.clock):
            seen = self.read()
            if seen or self.deadline.clock.monotonic() - began > _VISIBLE_AFTER_CREATE:
                return seen
            self.deadline.pause(pause, waiting_for="it was created, and could not be read yet.")
        raise AssertionError("unreachable: pauses() has no end")

    def _with_write_only(self, step: ReadWriteOnly) -> Snapshot | None:
        values = self.client.read_write_only(step.reader, self.wish.identifier)
        status = self.type.status_of(step.seen)
        told = values.pop(self.type.lifecycle.status, None) if values and self.type.lifecycle else None
        if values is None or (told not in (None, status) and not self.predicting):
            # It was deleted or has moved on between the two reads, which do not belong together.
            seen = f"it is {status} for Cloud Control and {told or 'not there'} for {step.reader.service}"
            self._setback(CloudControlError(f"The two do not agree: {seen}.", code="Unsettled"))
            return self.read()
        if self.record.before and not self.record.operations:
            self.record.before = replace(self.record.before, write_only=values)
        return replace(step.seen, write_only=values)

    def _settle(self, seen: Snapshot, pause: float) -> Snapshot | None:
        status = self.type.status_of(seen)
        if self.wait:
            self.deadline.pause(pause, waiting_for=f"it was still {status}. Run the task again to go on from there.")
            return self.read()
        self._plan_the_rest(f"It is {status}, and nothing can be written before that has ended.")
        intent = self.wish.properties.get(self.type.lifecycle.intent) if self.type.lifecycle else None
        return settled(self.type, seen, intent)

    def _plan_the_rest(self, why: str) -> None:
        """Without wait: leave the next operation, and with it all others, to a later run."""
        self.predicting = True
        self.record.nothing_sent = not self.record.operations
        self.record.notes.append(f"{why} Nothing was sent. Run the task again to go on.")

    # Acting

    def _take(self, seen: Snapshot | None, step: Write) -> Snapshot | None:
        """Carry a step out, or predict it, and return the resource as it is then."""
        self._check_applied(seen, _about(step))
        self._check_nothing_is_lost(step)
        if seen and not self.record.operations:
            self._warn_of_owner(seen)
        operation = planned(step)
        self.record.operations.append(operation)
        self.to_create = step.create if isinstance(step, Delete) else None
        if not self.predicting:
            failure = carry_out(step, operation, self.client, self.wish.identifier, wait=self.wait)
            if failure:
                return self._after_failure(seen, step, failure)
            self.predicting = not self.wait
        return self._after_success(seen, step)

    def _after_success(self, seen: Snapshot | None, step: Write) -> Snapshot | None:
        self.setbacks = 0
        if isinstance(step, Create):
            self.reported_done = set(step.properties)
        self.reported_done |= _about(step)
        if isinstance(step, Delete) and step.then:
            self.wish, self.recreating = step.then, True
        now = self.deadline.clock.now()
        if self.predicting:
            return after(self.type, seen, step, now)
        if not isinstance(step, Create):
            return self.read()
        created = self._read_created()
        if created and self.type.not_applied_by_create:
            self._check_applied(created, self.type.not_applied_by_create(step.properties, created.properties, now))
        return created

    def _check_nothing_is_lost(self, step: Write) -> None:
        """Refuse to delete what could not be created again: today, or by a later run, which knows only the task."""
        create = step if isinstance(step, Create) else step.create if isinstance(step, Delete) else None
        problems = self.type.check_create(create.properties, self.deadline.clock.now()) if create else []
        if problems:
            raise Refused(" ".join(problems))
        if self.wait or not isinstance(step, Delete) or step.then is None:
            return
        lost = [self.type.option_name(name) for name in step.then.properties if name not in self.wish.properties]
        if self.type.tags_option and step.then.tags and step.then.tags != self.wish.tags:
            lost.append(self.type.tags_option)
        if lost:
            raise Refused(
                f"With wait: false, what it has beside what the task gives would be lost: {', '.join(lost)}.",
                hint="Give these options too, or leave wait: false out.",
            )

    def _check_applied(self, seen: Snapshot | None, names_due: frozenset[str]) -> None:
        """Raise NotApplied if what was reported done is still due: it did nothing."""
        repeated = self.reported_done & names_due
        if not repeated:
            return
        names = ", ".join(sorted(self.type.option_name(name) for name in repeated))
        state = f"it is {self.type.status_of(seen)}" if seen else "there is none"
        last = self.record.operations[-1]
        raise NotApplied(
            f"AWS reported that {names} had been applied, and a read afterwards does not show it: {state}."
            f" What was sent: {json.dumps(last.patch_document or last.desired_state or {})}",
            operation=last.operation,
            request_token=last.request_token,
        )

    def _warn_of_owner(self, seen: Snapshot) -> None:
        stack = tags_to_dict(seen.properties.get(self.type.tags or "")).get(STACK_TAG)
        if stack:
            self.record.notes.append(
                f"It is managed by the CloudFormation stack {stack}. AWS advises to change it through that stack only,"
                " which does not learn of this change."
            )

    def _after_failure(self, seen: Snapshot | None, step: Write, failure: CloudControlError) -> Snapshot | None:
        """Return the resource as it is now, if the task can go on from there; raise the failure if not."""
        failure.hint = failure.hint or self.type.advice.get(failure.code)
        self.record.may_have_changed |= gave_up(self.type, failure) or getattr(failure, "unanswered", False)
        what = meaning(self.type, step, failure)
        if what == "other at work":
            return self._after_other(seen, step, failure)
        if what == "final" and isinstance(failure, CallFailed):
            raise failure
        now = self._read_created() if what == "exists" else self.read()
        may_pass = {
            "gone": True,
            "exists": now is not None,
            "stale": not (now and _fits(step, now)),
            "passing": True,
            "final": self._has_moved_on(seen, now, step, failure),
        }
        if not may_pass[what]:
            self.record.now = now
            raise failure
        if what == "gone" and isinstance(step, Delete) and step.then and now is None:
            self.wish, self.recreating = step.then, True
        if what != "gone" or now:
            self._setback(failure)
        return now

    def _has_moved_on(
        self, seen: Snapshot | None, now: Snapshot | None, step: Write, failure: CloudControlError
    ) -> bool:
        """Whether the service may object only because things have changed since the step was planned.

        All that it objects to comes under one code: a status that has just changed, or an endpoint that is still busy
        with the end of what was deleted to be created again.
        """
        if failure.code != "GeneralServiceException":
            return False
        return _status(self.type, now) != _status(self.type, seen) or (self.recreating and isinstance(step, Create))

    def _after_other(self, seen: Snapshot | None, step: Write, failure: CloudControlError) -> Snapshot | None:
        """Somebody else is at work on the resource: let them finish, then look again."""
        operation = self.record.operations.pop()
        if not self.wait:
            self._plan_the_rest("Another operation is in progress on it.")
            self.record.operations.append(replace(operation, operation_status="PLANNED"))
            return after(self.type, seen, step, self.deadline.clock.now())
        try:
            other = self.client.under_way(self.wish.identifier)
        except CallFailed:  # denied, perhaps: without knowing which it is, it can still be waited for
            other = None
        if other:
            self.client.follow(other)
        self.deadline.pause(backoff(3 if other is None else 1), waiting_for=f"{failure.message}")
        return self.read()

    def _setback(self, failure: CloudControlError) -> None:
        self.setbacks += 1
        if self.setbacks > _SETBACKS:
            raise failure
        self.deadline.pause(backoff(self.setbacks), waiting_for=f"{failure.code}: {failure.message}")


def _about(step: Write) -> frozenset[str]:
    """What a later step of the same task must not be about again, once this one has been reported done."""
    if isinstance(step, Update):
        return step.properties
    return frozenset({"the deletion", *step.because_of} if isinstance(step, Delete) else {"the creation"})


def _status(resource_type: ResourceType, seen: Snapshot | None) -> str | None:
    return resource_type.status_of(seen) if seen else None


def _fits(step: Write, now: Snapshot) -> bool:
    """Whether the patch fits what is there now, so that it was not somebody else's change that made it fail."""
    try:
        apply(now.properties, step.patch if isinstance(step, Update) else [])
    except PatchConflict:
        return False
    return True
