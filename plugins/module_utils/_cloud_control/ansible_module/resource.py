# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module that creates, updates and deletes one resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..errors import CloudControlError, Rejected, TimedOut
from ..execution.reconcile import reconcile
from ..execution.state import Context, Operation, Report
from ..model.resource_type import Declaration, Limit, Resource, ResourceType
from ..model.validation import RawErrors, validate_value
from ..planning.verdict import Verdict
from . import base
from .declaration import declaration_spec, read_declaration

MAX_WAIT_TIMEOUT = 7 * 24 * 3600  # Cloud Control keeps a request for seven days.


def run_resource_module(resource_type: ResourceType) -> None:
    """Run the module that creates, updates and deletes one resource, from its arguments to its result."""
    module, raw = base.create_module(_spec(resource_type))
    report = Report()
    try:
        declaration = _declaration(resource_type, module.params, raw)
        reconcile(_context(resource_type, module, declaration), declaration, report)
    except CloudControlError as error:
        _fail(resource_type, module, report, error)
    _warn(resource_type, module, report)
    module.exit_json(**_outcome(resource_type, module, report))


def _context(resource_type: ResourceType, module: AnsibleAWSModule, declaration: Declaration) -> Context:
    declared = declaration.properties if declaration.present else ()
    client = base.create_client(module, resource_type, seconds=module.params["wait_timeout"], declared=declared)
    return Context(resource_type, client, client.deadline, wait=module.params["wait"], check_mode=module.check_mode)


def _spec(resource_type: ResourceType) -> dict[str, Any]:
    return {
        **declaration_spec(resource_type),
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 1800},
        **base.ROLE,
    }


def _declaration(resource_type: ResourceType, params: Mapping[str, Any], raw: RawErrors) -> Declaration:
    """Return the declaration of the task. Raises Rejected with all errors of its options."""
    declaration, errors = read_declaration(resource_type, params, raw)
    errors += validate_value("wait_timeout", params["wait_timeout"], Limit(number=(1, MAX_WAIT_TIMEOUT)))
    errors += base.validate_connection(params)
    base.raise_if_invalid(errors)
    return declaration


def _outcome(resource_type: ResourceType, module: AnsibleAWSModule, report: Report) -> dict[str, Any]:
    """Return the values that a task returns whether it succeeds or fails."""
    region = base.region_of(module)
    before, after = (base.to_result(resource_type, current, region) for current in _comparable(report))
    effects = report.effects
    outcome: dict[str, Any] = {
        "changed": report.changed(check_mode=module.check_mode),
        resource_type.result_name: base.to_result(resource_type, report.now, region),
        "operations": [operation.result() for operation in report.operations],
        **{name: value for name, value in effects.items() if name not in resource_type.options},
    }
    if resource_type.verifier and (effects or report.verdict):
        verdict = report.verdict or Verdict()
        outcome |= {resource_type.verifier.noun: verdict.shown, "verified": verdict.verified}
        outcome[resource_type.verifier.conclusion] = verdict.conclusion
    if module._diff:
        outcome["diff"] = {"before": before, "after": {**after, **effects} if outcome["changed"] else before}
    return outcome


def _comparable(report: Report) -> tuple[Resource | None, Resource | None]:
    """Return the resource before and after the task, with write-only properties only if both reads have them."""
    before, after = report.before, report.now
    if before and after and (before.write_only is None or after.write_only is None):
        return Resource(before.properties), Resource(after.properties)
    return before, after


def _warn(resource_type: ResourceType, module: AnsibleAWSModule, report: Report) -> None:
    for warning in report.warnings:
        # Equal to AnsibleModule.warn(). ansible-core deprecates the way in which AnsibleAWSModule calls it.
        warn(f"{resource_type.noun.capitalize()} {module.params[resource_type.identifier]}: {warning}")


def _fail(resource_type: ResourceType, module: AnsibleAWSModule, report: Report, error: CloudControlError) -> None:
    from .error_report import describe_failure  # Only a failed task needs it: saves 3 % of an unchanged task.

    _warn(resource_type, module, report)
    status = resource_type.status_of(report.now)
    if isinstance(error, TimedOut) and status:
        error.message = f"{error.message.rstrip('.')}. The {resource_type.noun} last had the status {status}."
    failure = describe_failure(
        _attempt(resource_type, module, report, error),
        error,
        hints=resource_type.hints,
        region=base.region_of(module),
        submitted=bool(_submitted(report)),
        without_response=report.without_response,
    )
    module.fail_json(**failure, **_outcome(resource_type, module, report))


def _attempt(resource_type: ResourceType, module: AnsibleAWSModule, report: Report, error: CloudControlError) -> str:
    """Return the beginning of the message of a failed task."""
    region, identifier = base.region_of(module), module.params[resource_type.identifier]
    name = "" if identifier is None else f" {identifier!r}"
    shown = f"{resource_type.noun}{name}{f' in {region}' if region else ''}"
    if error.code == "InvalidOptions":
        return f"Invalid options for {shown}"
    if isinstance(error, Rejected):
        return f"The declaration cannot be applied to {shown}"
    submitted = _submitted(report)
    if submitted and submitted[-1].operation_status != "SUCCESS":
        return f"Could not {submitted[-1].operation} {shown}"
    return f"Could not {'delete' if module.params['state'] == 'absent' else 'apply the declaration to'} {shown}"


def _submitted(report: Report) -> list[Operation]:
    return [operation for operation in report.operations if operation.operation_status != "PLANNED"]
