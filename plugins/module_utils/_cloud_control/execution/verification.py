# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify the effects of an operation on the target, and of options whose effects another run may have applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..api.target import read_target
from ..errors import NotApplied, TimedOut
from ..model.resource_type import Properties, Resource
from ..model.verification import Verifier
from ..planning.verdict import Verdict, judge
from .state import Task


def verify_effects(task: Task) -> None:
    """Verify the last operation with effects once, if the task waits for it. Raises NotApplied and TimedOut."""
    context, state, report = task
    verifier, properties = context.type.verifier, state.affected
    if verifier is None or properties is None or not report.effects or state.plan_only:
        return
    state.affected = None
    verdict = report.verdict = _judge(task, verifier, properties, report.effects)
    report.warnings += verdict.warnings
    if verdict.failure:
        operation = next(operation for operation in reversed(report.operations) if operation.effects)
        operation.effects = {}
        raise NotApplied(
            f"AWS reported success, but {verdict.failure}".rstrip(),
            operation=operation.operation,
            request_token=operation.request_token,
            hint=verifier.hint,
        )


def warn_unapplied(task: Task, current: Resource) -> None:
    """Warn about an option without effect in the current status, unless the target already shows its effects."""
    context, state, report = task
    verifier = context.type.verifier
    if verifier is None or report.verdict:
        return
    unapplied = verifier.unapplied(context.type.status_of(current) or "", state.declaration.module_only_options)
    if unapplied is None:
        return
    details = f"Check {verifier.question}."
    if unapplied.effects:
        report.verdict = Verdict()
        if context.wait and not context.check_mode:
            report.verdict, details = _judge_unapplied(task, verifier, current.properties, unapplied.effects)
    warning = f"{unapplied.warning} {details}"
    if details and warning not in report.warnings:
        report.warnings.append(warning)


def _judge_unapplied(
    task: Task, verifier: Verifier, properties: Properties, effects: Mapping[str, Any]
) -> tuple[Verdict, str]:
    """Return the verdict, and how the target differs; "" if it does not. A target in transition is not an error."""
    try:
        verdict = _judge(task, verifier, properties, effects)
    except TimedOut as error:
        if error.__cause__:
            raise
        return Verdict(), f"The module did not verify {verifier.question}: {error.message}"
    failure = f"{verdict.failure[:1].upper()}{verdict.failure[1:]}"
    return verdict, failure or " ".join(verdict.warnings)


def _judge(task: Task, verifier: Verifier, properties: Properties, effects: Mapping[str, Any]) -> Verdict:
    return judge(verifier, properties, effects, read_target(task.context.client, verifier, properties, wait=True))
