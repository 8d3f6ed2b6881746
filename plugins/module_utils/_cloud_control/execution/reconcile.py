# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring about what is declared: look, ask the plan for the next step, take it, look again, until nothing is left to do.

Guarantees: in check mode nothing is written, and the same loop runs over predicted snapshots; the record is complete
whenever the loop ends, however it ends.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ..api.polling import pauses
from ..errors import CallFailed, CloudControlError, Rejected
from ..model.resource_type import Resource
from ..planning.plan import Done, ReadWriteOnly, Reject, Wait, Write, next_step
from .state import Task

if TYPE_CHECKING:
    from .executor import Executor


def reconcile(task: Task) -> None:
    """Run the loop, writing into the task's record what comes to pass. Raises what errors.py defines."""
    loop = _Loop(task)
    try:
        loop.run()
    except CloudControlError as error:
        if not task.check_mode and _worth_a_look(task, error):
            with contextlib.suppress(CloudControlError):
                task.record.now = task.read()
        if loop.executor:
            loop.executor.record_pending_create()
        raise


def _worth_a_look(task: Task, error: CloudControlError) -> bool:
    """Whether a read may tell more of what a failed task has done.

    Where time has run out because calls fail, or a read has failed just now, one more would fail as well and take its
    time; but whether an without_response write was carried out nothing else can tell.
    """
    reading = isinstance(error, CallFailed) and error.operation == "GetResource"
    hopeless = reading or (error.__cause__ is not None and task.deadline.remaining <= 0)
    return task.record.without_response or (bool(task.record.operations) and not hopeless)


class _Loop:
    def __init__(self, task: Task) -> None:
        self.task = task
        self.executor: Executor | None = None

    def run(self) -> None:
        task, record = self.task, self.task.record
        current = record.before = record.now = task.read()
        pauses_in_transit = pauses(task.deadline.clock)
        while True:
            step = next_step(task.type, task.declaration, current)
            if isinstance(step, Done):
                self._warn_without_effect(current)
                return
            if isinstance(step, Reject):
                if self.executor:
                    self.executor.check_rejection(current, step)
                raise Rejected(step.reason, hint=step.hint)
            if isinstance(step, ReadWriteOnly):
                current = _with_write_only(task, step)
            elif isinstance(step, Wait):
                current = _settle(task, step.current, next(pauses_in_transit))
            else:
                if not task.declaration.present:
                    self._warn_without_effect(current)
                current = self._take(current, step)
                pauses_in_transit = pauses(task.deadline.clock)
            if task.check_mode or not task.plan_only:
                record.now = current

    def _warn_without_effect(self, current: Resource | None) -> None:
        """Warn about what the type cannot apply any more, unless this task itself has caused the status."""
        task, record = self.task, self.task.record
        if current is None or record.effects:
            return
        notes = task.type.warn_without_effect(task.declaration, current.properties, task.deadline.clock.now())
        record.notes += [note for note in notes if note not in record.notes]

    def _take(self, current: Resource | None, step: Write) -> Resource | None:
        if self.executor is None:
            # Most tasks find nothing to do, and what is loaded is compiled anew for each.
            from .executor import Executor

            self.executor = Executor(self.task)
        return self.executor.execute(current, step)


def _with_write_only(task: Task, step: ReadWriteOnly) -> Resource | None:
    values = task.client.read_write_only(step.reader, task.declaration.identifier)
    status = task.type.status_of(step.current)
    told = values.pop(task.type.lifecycle.status, None) if values and task.type.lifecycle else None
    if values is None or (told not in (None, status) and not task.plan_only):
        # It was deleted or has moved on between the two reads, which do not belong together.
        current = f"{status} in Cloud Control, {told or 'not found'} in {step.reader.service}"
        task.pause_after_failure(
            CloudControlError(f"Two reads of the status contradict each other: {current}.", code="Unsettled")
        )
        return task.read()
    if task.record.before and not task.record.operations:
        task.record.before = task.record.before._replace(write_only=values)
    return step.current._replace(write_only=values)


def _settle(task: Task, current: Resource, pause: float) -> Resource | None:
    status = task.type.status_of(current)
    if task.wait:
        task.deadline.pause(pause, waiting_for="the status is still transitional.")
        return task.read()
    from ..planning.prediction import predict_stable

    task.continue_as_plan(f"The status {status} is transitional and wait is false.")
    return predict_stable(task.type, task.declaration, current)
