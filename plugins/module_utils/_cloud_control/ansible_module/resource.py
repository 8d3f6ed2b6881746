# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that create, update and delete: what they take, check mode, and how a task ends."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ..errors import CloudControlError, Rejected, TimedOut
from ..execution.reconcile import reconcile
from ..execution.state import Operation, Record, Task
from ..model import validation
from ..model.conversion import to_properties
from ..model.resource_type import Declaration, Limit, Resource, ResourceType
from ..model.tags import tags_as_strings
from .base import (
    ROLE,
    create_client,
    create_deadline,
    create_module,
    raise_if_invalid,
    region_of,
    to_result,
    validate_connection,
)

MAX_WAIT_TIMEOUT = 7 * 24 * 3600  # Cloud Control forgets a request after seven days.


def run_resource_module(resource_type: ResourceType) -> None:
    """Run the module that creates, updates and deletes one resource, from the arguments to the result."""
    module, raw = create_module(_spec(resource_type))
    record = Record()
    try:
        reconcile(_task(resource_type, module, raw, record))
    except CloudControlError as error:
        _fail(resource_type, module, record, error)
    _warn(resource_type, module, record)
    module.exit_json(**_outcome(resource_type, module, record))


def _task(resource_type: ResourceType, module: AnsibleAWSModule, raw: validation.RawErrors, record: Record) -> Task:
    declaration = _declaration(resource_type, module.params, raw)
    seconds = module.params["wait_timeout"]
    deadline = create_deadline(seconds)
    client = create_client(
        module,
        resource_type,
        deadline,
        declared=declaration.properties if declaration.present else (),
        # The engine repeats calls itself, within the budget; no call may take longer than all of it.
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=min(10, seconds),
        read_timeout=min(60, seconds),
    )
    return Task(
        type=resource_type,
        declaration=declaration,
        client=client,
        deadline=deadline,
        record=record,
        wait=module.params["wait"],
        check_mode=module.check_mode,
        plan_only=module.check_mode,
    )


def _spec(resource_type: ResourceType) -> dict[str, Any]:
    return {
        **resource_type.options,
        **resource_type.module_only_options,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "recreate": {"type": "bool", "default": False},
        "purge_tags": {"type": "bool", "default": True},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 1800},
        **ROLE,
    }


def _declaration(resource_type: ResourceType, params: Mapping[str, Any], raw: validation.RawErrors) -> Declaration:
    """Return what the task declares. Raises Rejected with the errors found before and all further ones."""
    faulty = validation.validate_options(resource_type, params)
    problems = raw.with_further(chain.from_iterable(faulty.values()))
    problems += validation.validate_value("wait_timeout", params["wait_timeout"], Limit(number=(1, MAX_WAIT_TIMEOUT)))
    problems += validate_connection(params)
    # Options that cannot be converted are omitted, so that the others can be validated together.
    converted = {path.partition(".")[0] for path in resource_type.values}
    omitted = raw.unreadable.keys() | (faulty.keys() & converted)
    properties = to_properties(resource_type, {name: value for name, value in params.items() if name not in omitted})
    tags = params[resource_type.tags_option]
    declaration = Declaration(
        identifier=params[resource_type.identifier],
        present=params["state"] == "present",
        properties=properties,
        tags=None if tags is None else tags_as_strings(tags),
        purge_tags=params["purge_tags"],
        recreate=params["recreate"],
        module_only_options={name: params[name] for name in resource_type.module_only_options},
    )
    raise_if_invalid(
        problems + resource_type.validate_model(properties) + resource_type.validate_declaration(declaration)
    )
    return declaration


def _outcome(resource_type: ResourceType, module: AnsibleAWSModule, record: Record) -> dict[str, Any]:
    """What a task returns on every path, as far as it is known."""
    region = region_of(module)
    before, after = (to_result(resource_type, current, region) for current in _comparable(record))
    effects = record.effects
    outcome = {
        "changed": record.changed(check_mode=module.check_mode),
        resource_type.result_name: to_result(resource_type, record.now, region),
        "operations": [operation.result() for operation in record.operations],
        **{name: value for name, value in effects.items() if name not in resource_type.options},
    }
    if module._diff:
        outcome["diff"] = {"before": before, "after": {**after, **effects} if outcome["changed"] else before}
    return outcome


def _comparable(record: Record) -> tuple[Resource | None, Resource | None]:
    """Before and after, with write-only properties only if both are known: a gap in knowledge is no difference."""
    before, after = record.before, record.now
    if before and after and (before.write_only is None or after.write_only is None):
        return Resource(before.properties), Resource(after.properties)
    return before, after


def _warn(resource_type: ResourceType, module: AnsibleAWSModule, record: Record) -> None:
    for note in record.notes:
        # The same words as AnsibleModule.warn(), without the detour of AnsibleAWSModule, which ansible-core deprecates.
        warn(f"{resource_type.noun.capitalize()} {module.params[resource_type.identifier]}: {note}")


def _fail(resource_type: ResourceType, module: AnsibleAWSModule, record: Record, error: CloudControlError) -> None:
    from .error_report import failure

    _warn(resource_type, module, record)
    region = region_of(module)
    where = f" in {region}" if region else ""
    identifier = module.params[resource_type.identifier]
    name = f"{resource_type.noun}{'' if identifier is None else f' {identifier!r}'}{where}"
    if isinstance(error, Rejected) and error.code == "InvalidOptions":
        attempt = f"Invalid options for {name}"
    elif isinstance(error, Rejected):
        attempt = f"The declaration cannot be applied to {name}"
    else:
        attempt = f"Could not {_verb(module.params, record)} {name}"
    if isinstance(error, TimedOut) and record.now and resource_type.lifecycle:
        error.message = (
            f"{error.message.rstrip('.')}. The {resource_type.noun} last had the status"
            f" {resource_type.status_of(record.now)}."
        )
    told = failure(
        attempt,
        error,
        hints=resource_type.hints,
        region=region,
        begun=bool(_sent(record)),
        without_response=record.without_response,
    )
    module.fail_json(**told, **_outcome(resource_type, module, record))


def _verb(params: Mapping[str, Any], record: Record) -> str:
    sent = _sent(record)
    if sent and sent[-1].operation_status != "SUCCESS":
        return sent[-1].operation
    return "delete" if params["state"] == "absent" else "apply the declaration to"


def _sent(record: Record) -> list[Operation]:
    return [operation for operation in record.operations if operation.operation_status != "PLANNED"]
