# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop of a task: read the resource, plan the next step, execute it, until the step is Done or Reject."""

from __future__ import annotations

import contextlib

from ..api.polling import pauses
from ..errors import CallFailed, CloudControlError, Rejected
from ..model.resource_type import Declaration, Resource
from ..planning.plan import Create, Delete, Done, ReadWriteOnly, Reject, Update, Wait, next_step
from ..planning.prediction import predict_stable
from .executor import execute, raise_if_rejection_follows_from_write, report_pending_create
from .state import Context, Report, State, Task
from .verification import verify_effects, warn_unapplied


def reconcile(context: Context, declaration: Declaration, report: Report) -> None:
    """Apply the declaration, and fill the report. In check mode nothing is written, and the report is predicted.

    Raises the exceptions of errors.py; the report is complete then too.
    """
    state = State(declaration, plan_only=context.check_mode)
    task = Task(context, state, report)
    try:
        current = report.before = report.now = task.read()
        status_pauses = pauses(context.deadline.clock)
        while True:
            step = _next_step(task, current)
            if isinstance(step, Done):
                _warn_without_effect(task, current)
                return
            if isinstance(step, Wait):
                current = _wait_for_stable_status(task, step.current, next(status_pauses))
            elif isinstance(step, ReadWriteOnly):
                current = _read_write_only(task, step)
            else:
                if not state.declaration.present:
                    _warn_without_effect(task, current)
                current = execute(task, current, step)
                status_pauses = pauses(context.deadline.clock)
            if context.check_mode or not state.plan_only:
                report.now = current
    except CloudControlError as error:
        if _may_have_changed(task, error):
            with contextlib.suppress(CloudControlError):
                report.now = task.read()
        report_pending_create(task)
        raise


def _next_step(task: Task, current: Resource | None) -> Create | Update | Delete | Wait | ReadWriteOnly | Done:
    """Return the next step. Raises Rejected, and NotApplied if an earlier write of this task had no effect."""
    step = next_step(task.context.type, task.state.declaration, current)
    if isinstance(step, Reject):
        raise_if_rejection_follows_from_write(task, current, step)
        raise Rejected(step.reason, hint=step.hint)
    if isinstance(step, (Done, Create, Delete)):
        verify_effects(task)
    return step


def _may_have_changed(task: Task, error: CloudControlError) -> bool:
    """Return whether to read the resource once more after a failure, because this task may have changed it.

    The read is useless if a read has just failed, or if calls have failed until the timeout. It is made all the same
    after a write without a response, because only a read can show whether AWS accepted the write.
    """
    context, _state, report = task
    read_failed = isinstance(error, CallFailed) and error.operation == "GetResource"
    useless = read_failed or (error.__cause__ is not None and context.deadline.remaining <= 0)
    return not context.check_mode and (report.without_response or (bool(report.operations) and not useless))


def _warn_without_effect(task: Task, current: Resource | None) -> None:
    """Warn about options that have no effect in the current status, unless this task has caused the status.

    If an operation of this task caused the status, Report.effects is not empty.
    """
    context, state, report = task
    if current is None or report.effects:
        return
    warn_unapplied(task, current)
    now = context.deadline.clock.now()
    report.warnings += context.type.warn_without_effect(state.declaration, current.properties, now)


def _read_write_only(task: Task, step: ReadWriteOnly) -> Resource | None:
    context, state, report = task
    status = context.type.status_of(step.current)
    values = context.client.read_write_only(step.reader, state.declaration.identifier)
    status_there = values.pop(context.type.lifecycle.status, None) if values else None
    if values is None or (status_there not in (None, status) and not state.plan_only):
        # The resource was deleted or its status changed between the two reads.
        both = f"{status} in Cloud Control, {status_there or 'not found'} in {step.reader.call.service}"
        contradiction = f"Two reads of the status contradict each other: {both}."
        task.pause_after_failure(CloudControlError(contradiction, code="Unsettled"))
        return task.read()
    if report.before and not report.operations:
        report.before = report.before._replace(write_only=values)
    return step.current._replace(write_only=values)


def _wait_for_stable_status(task: Task, current: Resource, pause: float) -> Resource | None:
    context, state, _report = task
    if context.wait:
        context.deadline.pause(pause, waiting_for="the status is still transitional.")
        return task.read()
    task.submit_no_more(f"The status {context.type.status_of(current)} is transitional and wait is false.")
    return predict_stable(context.type, state.declaration, current)
