# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Execute one step that writes: submit or predict it, wait for its end, classify a failure, and verify the result.

- The task fails if AWS reports success for a change that no later read shows.
- No resource is deleted that could not be created again (recreate).
- A failure ends the task only if no further step can succeed.
"""

from __future__ import annotations

import json
from enum import Enum

from ..api.polling import backoff, pauses
from ..errors import CallFailed, CloudControlError, NotApplied, OperationFailed, Rejected, TimedOut
from ..model.equivalence import same
from ..model.resource_type import Declaration, Properties, Resource, ResourceType, option_name
from ..planning.diff import Situation, compute_diff
from ..planning.json_patch import PatchConflict, PatchDocument, apply
from ..planning.plan import Create, Delete, Reject, Update, Write
from ..planning.prediction import effects, predict
from .state import Operation, Recreate, Task

# Seconds for which it is possible that GetResource does not find a resource after Cloud Control has reported its
# create.
_VISIBLE_AFTER_CREATE = 30.0

# HandlerErrorCodes and error codes of Cloud Control.
_TRANSIENT_CODES = frozenset({"Throttling", "NetworkFailure", "ServiceInternalError", "ResourceConflict"})
_CONCURRENT_CODES = frozenset({"ConcurrentOperationException", "ResourceConflictException"})
_NOT_FOUND_CODES = frozenset({"NotFound", "ResourceNotFoundException"})
_EXISTS_CODES = frozenset({"AlreadyExists", "AlreadyExistsException"})
_INVALID_PATCH_CODES = frozenset({"InvalidRequest", "InvalidRequestException", "ValidationException"})


class Outcome(Enum):
    """The outcome of a step that failed."""

    GONE = "the resource to delete does not exist"
    EXISTS = "the resource to create exists"
    STALE = "the current resource may no longer fit the patch"
    CONCURRENT = "a concurrent operation is in progress"
    TRANSIENT = "the same step may succeed later"
    FINAL = "the step cannot succeed"


def execute(task: Task, current: Resource | None, step: Write) -> Resource | None:
    """Submit a step; with State.plan_only, predict it. Return the resource after the step.

    Raises NotApplied if an earlier write had no effect, Rejected if recreate would lose values, and the failure of the
    step if no further step can succeed.
    """
    context, state, report = task
    if state.denied:
        raise state.denied
    _raise_if_not_applied(task, current, _applied_names(step))
    _raise_if_create_would_fail(task, step)
    if isinstance(step, Delete) and step.then:
        state.recreate, state.preserved_options = Recreate.DELETE, _preserved_options(task, step.then)
    if not report.operations:
        report.before_first_write = current
    operation = _planned(context.type, current, step)
    report.operations.append(operation)
    if current and operation.effects:
        state.affected = current.properties
    state.pending_create = step.create if isinstance(step, Delete) else None
    if not state.plan_only:
        failure = submit(task, step, operation)
        if failure:
            return _after_failure(task, current, step, failure)
        if not context.wait:
            report.now = task.read()
            state.plan_only = True
    return _after_success(task, current, step)


def submit(task: Task, step: Write, operation: Operation) -> CloudControlError | None:
    """Submit an operation and, with wait, poll it until it ends. Return its failure; None if it has not failed.

    Raises TimedOut with the request token.
    """
    client, identifier = task.context.client, task.state.declaration.identifier
    try:
        if isinstance(step, Create):
            progress = client.create(step.properties)
        elif isinstance(step, Update):
            progress = client.update(identifier, step.patch)
        else:
            progress = client.delete(identifier)
        operation.request_token, operation.operation_status = progress.request_token, progress.status
        if task.context.wait:
            progress = client.wait_until_ended(progress)
    except (CallFailed, TimedOut) as error:
        call = error if isinstance(error, CallFailed) else error.__cause__
        if operation.request_token is None:
            without_response = isinstance(call, CallFailed) and call.without_response
            operation.operation_status = "PENDING" if without_response else "FAILED"
            operation.effects = {}
        error.request_token = operation.request_token
        if isinstance(error, CallFailed):
            return error
        error.operation = operation.operation
        raise
    operation.operation_status = progress.status
    if progress.status == "SUCCESS" or not progress.ended:
        return None
    return OperationFailed(
        progress.message or "Cloud Control returned no reason.",
        code=progress.error_code or progress.status,
        operation=operation.operation,
        request_token=operation.request_token,
    )


def classify_failure(resource_type: ResourceType, step: Write, failure: CloudControlError) -> Outcome:
    """Return the outcome of a step that failed."""
    poll_failed = isinstance(failure, CallFailed) and failure.request_token  # then the operation in progress is our own
    if failure.code in _CONCURRENT_CODES and not poll_failed:
        return Outcome.CONCURRENT
    if isinstance(step, Delete) and failure.code in _NOT_FOUND_CODES:
        return Outcome.GONE
    if isinstance(step, Create) and failure.code in _EXISTS_CODES:
        return Outcome.EXISTS
    if isinstance(failure, OperationFailed) and (failure.code in _TRANSIENT_CODES or failure.throttled):
        return Outcome.TRANSIENT
    if failure.denied:
        return Outcome.FINAL
    if isinstance(step, Update) and failure.code in _INVALID_PATCH_CODES and any(o["op"] == "test" for o in step.patch):
        return Outcome.STALE
    # The handler has stopped waiting, and its operation continues in the service.
    continues = failure.code == "NotStabilized" or any(
        text in failure.message for text in resource_type.continues_after
    )
    return Outcome.TRANSIENT if isinstance(failure, OperationFailed) and continues else Outcome.FINAL


def raise_if_rejection_follows_from_write(task: Task, current: Resource | None, rejection: Reject) -> None:
    """Raise NotApplied if a step is rejected only because AWS did not apply an earlier write of this task."""
    # A rejection without properties that differ can follow a delete by this task: if the resource still exists, AWS did
    # not apply the delete.
    names = rejection.properties_that_differ or frozenset(["delete"] if current else [])
    _raise_if_not_applied(task, current, names)
    # The writes of this task do not explain the rejection. So another caller has changed the resource, and the effects
    # of the last operation are not certain.
    for operation in task.report.operations[-1:]:  # empty if nothing was submitted or planned
        operation.effects = {}


def report_pending_create(task: Task) -> None:
    """Report the create that has to follow a delete, because the deleted resource had the only copy of its values."""
    context, state, report = task
    if state.pending_create:
        report.operations.append(_planned(context.type, None, state.pending_create))
    not_deleted = ("FAILED", "CANCEL_COMPLETE", "PLANNED")
    deleted = any(o.operation == "delete" and o.operation_status not in not_deleted for o in report.operations)
    deleted |= state.recreate is Recreate.CREATE  # set too if another caller deleted it
    if state.recreate and deleted and state.preserved_options and not context.check_mode:
        report.warnings.append(
            "recreate: true did not complete. Only operations in the result contains the previous values of"
            f" {', '.join(state.preserved_options)}. Set the options to these values and run the task again."
        )


def _planned(resource_type: ResourceType, current: Resource | None, step: Write) -> Operation:
    """Return the operation of a step that is not submitted yet."""
    unread = effects(resource_type, current, step)
    if isinstance(step, Create):
        return Operation("create", desired_state=step.properties, effects=unread)
    if isinstance(step, Update):
        return Operation("update", patch_document=step.patch, effects=unread)
    return Operation("delete", effects=unread)


def _applied_names(step: Write) -> frozenset[str]:
    """Return the names for State.applied: the changed properties, and "create" or "delete"."""
    if isinstance(step, Update):
        return step.properties
    return frozenset({"delete", *step.properties_that_differ} if isinstance(step, Delete) else {"create"})


def _raise_if_not_applied(task: Task, current: Resource | None, names: frozenset[str]) -> None:
    """Raise NotApplied if AWS has reported success for one of the names before, and it has to change again."""
    context, state, report = task
    again = ", ".join(sorted(option_name(name) for name in state.applied & names))
    if not again:
        return
    status = f"is {context.type.status_of(current) or 'unchanged'}" if current else "does not exist"
    last = report.operations[-1]
    last.effects = {}
    raise NotApplied(
        f"AWS reported success, but a later read does not show the change ({again}): the {context.type.noun} {status}."
        f" Request: {json.dumps(last.patch_document or last.desired_state or {})}",
        operation=last.operation,
        request_token=last.request_token,
    )


def _raise_if_create_would_fail(task: Task, step: Write) -> None:
    """Raise Rejected if AWS would reject the create, or if recreate with C(wait: false) would lose values.

    The run ends before the create, and another run does not have the values.
    """
    context = task.context
    create = step if isinstance(step, Create) else step.create if isinstance(step, Delete) else None
    errors = context.type.validate_create(create.properties, context.deadline.clock.now()) if create else []
    if errors:
        raise Rejected(" ".join(errors))
    lost = _preserved_options(task, step.then) if isinstance(step, Delete) and step.then and not context.wait else ()
    if lost:
        raise Rejected(
            f"recreate: true with wait: false would lose options that the task does not set: {', '.join(lost)}.",
            hint="Set these options, or omit wait: false.",
        )


def _preserved_options(task: Task, then: Declaration) -> tuple[str, ...]:
    """Return the options that the create sets, completely or in part, to values of the current resource."""
    resource_type, declaration = task.context.type, task.state.declaration
    names = [
        option_name(name)
        for name, value in then.properties.items()
        if not same(resource_type, value, declaration.properties.get(name), (name,))
    ]
    if then.tags and then.tags != declaration.tags:
        names.append(resource_type.tags_option)
    return tuple(names)


def _after_success(task: Task, current: Resource | None, step: Write) -> Resource | None:
    context, state, _report = task
    state.transient_failures, state.concurrent_pauses = 0, None
    if isinstance(step, Create):
        state.recreate = None
        state.applied = set(step.properties)
    state.applied |= _applied_names(step)
    if isinstance(step, Delete) and step.then:
        state.declaration, state.recreate = step.then, Recreate.CREATE
    now = context.deadline.clock.now()
    if state.plan_only:
        return predict(context.type, current, step, now)
    if not isinstance(step, Create):
        return task.read()
    created = _read_created(task)
    if created:
        not_applied = context.type.not_applied_by_create(step.properties, created.properties, now)
        _raise_if_not_applied(task, created, not_applied)
    return created


def _after_failure(task: Task, current: Resource | None, step: Write, failure: CloudControlError) -> Resource | None:
    """Return the resource after a step that failed, if a further step can succeed. Raise the failure if not."""
    context, state, report = task
    outcome = classify_failure(context.type, step, failure)
    started = isinstance(failure, OperationFailed)
    # A failed operation may have changed the resource, because the handler has made requests before the one that
    # failed. Exceptions: after GONE and EXISTS it has changed nothing, and after STALE usually nothing (see below).
    without_effect = outcome in (Outcome.GONE, Outcome.EXISTS, Outcome.STALE)
    report.failed_after_submission |= started and not without_effect
    if outcome is Outcome.CONCURRENT:
        return _after_concurrent_operation(task, current, step, failure)
    if outcome is Outcome.FINAL and not started:
        raise failure
    try:
        now = _read_created(task) if outcome is Outcome.EXISTS else _read_after_failure(task, step)
    except CloudControlError:
        if outcome is Outcome.FINAL:  # the failure of the operation is the cause, and it names the request
            raise failure from None
        raise
    # After a transient or denied failure, a changed status can be the effect of this operation. After every other
    # failure, it is the work of another caller.
    may_be_applied = outcome is Outcome.TRANSIENT or failure.denied
    if not may_be_applied or context.type.status_of(now) == context.type.status_of(current):
        report.operations[-1].effects = {}
    if outcome is Outcome.EXISTS and now:
        _report_created(task, now)
    if not _can_continue(task, step, failure, current, now):
        report.now = now
        # STALE ends the task only if the patch still fits the resource. Then the handler failed, not the patch, and may
        # have applied changes.
        report.failed_after_submission |= outcome is Outcome.STALE and started
        raise failure
    # The next write raises this failure, with one exception. After its writes, the handler polls the status. If only a
    # poll was denied, the code is InvalidRequest, and the task can continue. (Source: AmazonWebServicesClientProxy in
    # cloudformation-cli-java-plugin)
    if failure.denied and now and failure.code != "InvalidRequest":
        state.denied = failure
    if outcome is not Outcome.GONE or now:
        task.pause_after_failure(failure)
    return now


def _can_continue(
    task: Task, step: Write, failure: CloudControlError, before: Resource | None, now: Resource | None
) -> bool:
    """Return whether a further step can succeed after a failure. before and now are the resource around the failure."""
    resource_type, state = task.context.type, task.state
    outcome = classify_failure(resource_type, step, failure)
    if outcome is Outcome.EXISTS:
        return now is not None
    if outcome is Outcome.STALE and isinstance(step, Update) and now:
        return not _fits(step.patch, now)
    if outcome is not Outcome.FINAL:
        return True
    if failure.denied:
        # A handler that lacks a permission for its last request has made the changes of its earlier requests.
        return _writable_state(resource_type, now) != _writable_state(resource_type, before)
    # GeneralServiceException can also mean a conflict. Either the status has just changed, or the deleted resource
    # still occupies something that the create needs, for example a SageMaker endpoint.
    after_delete = state.recreate is Recreate.CREATE and isinstance(step, Create)
    status_changed = resource_type.status_of(now) != resource_type.status_of(before)
    return failure.code == "GeneralServiceException" and (status_changed or after_delete)


def _report_created(task: Task, now: Resource) -> None:
    """Report a create that failed with AlreadyExists as a change.

    Only if the first read found no resource, and the resource now has the declared values. C(failed_after_submission)
    makes Report.changed() compare the reads.
    """
    context, state, report = task
    readable = {n: v for n, v in state.declaration.properties.items() if n not in context.type.write_only}
    if report.before or compute_diff(Situation(context.type, state.declaration, now), readable).names:
        return
    report.failed_after_submission = True
    report.warnings.append(
        f"AWS reported AlreadyExists for the create, but the {context.type.noun} did not exist before and now has the"
        " values of this task. It counts as created by this task, although another caller with the same values may"
        " have created it."
    )


def _after_concurrent_operation(
    task: Task, current: Resource | None, step: Write, failure: CloudControlError
) -> Resource | None:
    """Return the resource after the concurrent operation. With wait: false, return current, and submit nothing more."""
    context, state, report = task
    operation = report.operations.pop()
    if operation.without_response:  # an earlier try of the call may have started the operation in progress
        report.operations.append(operation)
    else:
        state.pending_create = step if isinstance(step, Create) and state.recreate is Recreate.CREATE else None
    if not context.wait:
        task.submit_no_more("A concurrent operation is in progress and wait is false.")
        return current
    if _wait_for_concurrent_operation(task):
        pause = backoff(1)
    else:
        state.concurrent_pauses = state.concurrent_pauses or pauses(context.deadline.clock)
        pause = max(backoff(3), next(state.concurrent_pauses))
    context.deadline.pause(pause, waiting_for=f"a concurrent operation is in progress ({failure.message}).")
    return _read_after_failure(task, step)


def _wait_for_concurrent_operation(task: Task) -> bool:
    """Return whether the concurrent operation was identified, after its end."""
    context, state, report = task
    try:
        progress = context.client.operation_in_progress(state.declaration.identifier)
    except CallFailed as error:
        warning = f"The concurrent operation cannot be identified: {error.message}"
        if error.denied and warning not in report.warnings:
            report.warnings.append(warning)
        return False
    if progress:
        context.client.wait_until_ended(progress)
    return progress is not None


def _read_after_failure(task: Task, step: Write) -> Resource | None:
    """Read the resource. If the delete of recreate failed, but the resource does not exist, the create is due."""
    now = task.read()
    if isinstance(step, Delete) and step.then and now is None:
        task.state.declaration, task.state.recreate = step.then, Recreate.CREATE
    return now


def _read_created(task: Task) -> Resource | None:
    """Read a resource after its create; with wait, repeat the read while GetResource does not find it."""
    context = task.context
    clock = context.deadline.clock
    start, read_pauses = clock.monotonic(), pauses(clock)
    while True:
        current = task.read()
        if current or not context.wait or clock.monotonic() - start > _VISIBLE_AFTER_CREATE:
            return current
        context.deadline.pause(next(read_pauses), waiting_for="GetResource does not return the new resource yet.")


def _writable_state(resource_type: ResourceType, current: Resource | None) -> tuple[str | None, Properties]:
    """Return the status, and the properties that an update can change."""
    properties = current.properties if current else {}
    writable = {name: value for name, value in properties.items() if name in resource_type.writable}
    return resource_type.status_of(current), writable


def _fits(patch: PatchDocument, current: Resource) -> bool:
    """Return whether a patch fits a resource. If it does, its failure was not caused by a concurrent change."""
    try:
        apply(current.properties, patch)
    except PatchConflict:
        return False
    return True
