# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of every resource type are: manage() the one that writes, inform() the one that lists.

The only file that knows AnsibleAWSModule, check mode and how a task ends.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.warnings import warn
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

try:
    from botocore.config import Config as BotoConfig
except ImportError:  # AnsibleAWSModule says so, and how to install it, before anything here needs it.
    pass

from . import limits
from .client import CloudControl
from .clock import Clock, Deadline
from .errors import CallFailed, CloudControlError, Refused, TimedOut
from .listing import READERS, Query, find
from .operations import Record
from .properties import to_options, to_properties
from .reconcile import reconcile
from .resource_type import Limit, Properties, ResourceType, Snapshot, Wish

# The tests put one in its place whose sleep takes no time.
CLOCK = Clock()

# Seconds within which the info module repeats calls that fail for the moment.
PATIENCE = 600

MOST_SECONDS = 7 * 24 * 3600  # Cloud Control forgets a request after seven days.

_ROLE = {"cloud_control_role_arn": {"type": "str"}}


def manage(resource_type: ResourceType) -> None:
    """Run the module that creates, updates and deletes one resource, from the arguments to the result."""
    module = AnsibleAWSModule(argument_spec=_manage_spec(resource_type), supports_check_mode=True)
    record = Record()
    try:
        wish = _wish(resource_type, module.params)
        deadline = Deadline(CLOCK, module.params["wait_timeout"])
        client = _client(
            resource_type,
            module,
            deadline,
            # The engine repeats calls itself, within the budget; no call may take longer than all of it.
            retries={"mode": "standard", "max_attempts": 2},
            connect_timeout=min(10, module.params["wait_timeout"]),
            read_timeout=min(60, module.params["wait_timeout"]),
        )
        reconcile(
            resource_type,
            wish,
            client,
            deadline,
            record=record,
            wait=module.params["wait"],
            check_mode=module.check_mode,
        )
    except CloudControlError as error:
        _fail(resource_type, module, record, error)
    _warn(resource_type, module, record)
    module.exit_json(**_outcome(resource_type, module, record))


def inform(resource_type: ResourceType) -> None:
    """Run the module that lists and reads resources, from the arguments to the result."""
    module = AnsibleAWSModule(argument_spec=_inform_spec(resource_type), supports_check_mode=True)
    try:
        query = _query(resource_type, module.params)
        client = _client(
            resource_type,
            module,
            Deadline(CLOCK, PATIENCE, name="The limit for repeating failed calls"),
            retries={"mode": "adaptive", "max_attempts": 10},
            max_pool_connections=READERS,
        )
        found = find(resource_type, query, client)
    except CloudControlError as error:
        module.fail_json(msg=_sentence(f"Could not read the {resource_type.noun}s", error), error=_error(error))
    else:
        results = [_found(resource_type, query, identifier, seen, module.region) for identifier, seen in found]
        module.exit_json(changed=False, **{f"{resource_type.result_name}s": results})


# --- options ---


def _manage_spec(resource_type: ResourceType) -> dict[str, Any]:
    spec = {
        **resource_type.options,
        **resource_type.directives,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "recreate": {"type": "bool", "default": False},
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 1800},
        **_ROLE,
    }
    if resource_type.tags:
        spec["purge_tags"] = {"type": "bool", "default": True}
    return copy.deepcopy(spec)


def _inform_spec(resource_type: ResourceType) -> dict[str, Any]:
    identifier = resource_type.identifier
    spec: dict[str, Any] = {
        f"{identifier}s": {"type": "list", "elements": "str", "aliases": [identifier]},
        f"{identifier}_contains": {"type": "str"},
        "identifiers_only": {"type": "bool", "default": False},
        **_ROLE,
    }
    if resource_type.lifecycle:
        choices = list(resource_type.lifecycle.statuses)
        spec["statuses"] = {"type": "list", "elements": "str", "choices": choices}
    if resource_type.write_only_reader:
        spec["include_write_only"] = {"type": "bool", "default": False}
    return copy.deepcopy(spec)


def _wish(resource_type: ResourceType, params: Mapping[str, Any]) -> Wish:
    """What the task declares. Raises Refused with all that is wrong with it."""
    faulty = limits.problems(resource_type, params)
    problems = [sentence for sentences in faulty.values() for sentence in sentences]
    problems += limits.problems_of("wait_timeout", params["wait_timeout"], Limit(number=(1, MOST_SECONDS)))
    problems += limits.problems_of("cloud_control_role_arn", params["cloud_control_role_arn"])
    # What is faulty by itself is left out, so that the rest can be looked at together in the same message.
    properties = to_properties(resource_type, {n: v for n, v in params.items() if n not in faulty})
    tags = params.get(resource_type.tags_option or "")
    wish = Wish(
        identifier=params[resource_type.identifier],
        present=params["state"] == "present",
        properties=properties,
        tags=None if tags is None else limits.tags_as_text(tags),
        purge_tags=params.get("purge_tags", True),
        recreate=params["recreate"],
        directives={name: params[name] for name in resource_type.directives},
    )
    problems += resource_type.check_model(properties) + resource_type.check_wish(wish)
    if problems:
        raise Refused(" ".join(problems), code="InvalidOptions")
    return wish


def _query(resource_type: ResourceType, params: Mapping[str, Any]) -> Query:
    one, many = resource_type.identifier, f"{resource_type.identifier}s"
    problems = limits.problems_of(many, params[many], resource_type.limits.get(one))
    for option in (f"{one}_contains", "cloud_control_role_arn"):
        problems += limits.problems_of(option, params[option])
    if problems:
        raise Refused(" ".join(problems), code="InvalidOptions")
    return Query(
        identifiers=params[many],
        contains=params[f"{one}_contains"],
        statuses=params.get("statuses"),
        identifiers_only=params["identifiers_only"],
        include_write_only=params.get("include_write_only", False),
    )


def _client(resource_type: ResourceType, module: AnsibleAWSModule, deadline: Deadline, **config: Any) -> CloudControl:
    """The calls, as the connection options of the task say. The user's aws_config goes before C(config)."""

    def make_client(service: str) -> Any:
        if not module.region:
            message = "It is not known which region to ask."
            raise CallFailed(message, code="NoRegion", operation=None, hint="Give region, or set AWS_REGION.")
        return module.client(service, config=BotoConfig(**config))

    role_arn = module.params["cloud_control_role_arn"]
    return CloudControl(resource_type.type_name, make_client=make_client, deadline=deadline, role_arn=role_arn)


# --- results ---


def describe(resource_type: ResourceType, seen: Snapshot | None, region: str | None) -> dict[str, Any]:
    """Return a resource as both modules return it; {} where there is none."""
    if seen is None:
        return {}
    return {**to_options(resource_type, {**seen.properties, **(seen.write_only or {})}), "region": region}


def _found(
    resource_type: ResourceType, query: Query, identifier: str, seen: Snapshot, region: str | None
) -> dict[str, Any]:
    if query.identifiers_only:
        return {resource_type.identifier: identifier, "region": region}
    if query.include_write_only and resource_type.lifecycle:
        lifecycle, status = resource_type.lifecycle, resource_type.status_of(seen)
        values: Properties = dict.fromkeys(sorted(resource_type.write_only))
        values[lifecycle.intent] = status if status in lifecycle.intents else None
        seen = Snapshot({**values, **seen.properties}, seen.write_only)
    return describe(resource_type, seen, region)


def _outcome(resource_type: ResourceType, module: AnsibleAWSModule, record: Record) -> dict[str, Any]:
    """What a task returns on every path, as far as it is known."""
    before, after = (describe(resource_type, seen, module.region) for seen in _comparable(record))
    outcome = {
        "changed": record.changed(check_mode=module.check_mode),
        resource_type.result_name: describe(resource_type, record.now, module.region),
        "operations": [operation.result() for operation in record.operations],
    }
    if module._diff:
        outcome["diff"] = {"before": before, "after": after if outcome["changed"] else before}
    return outcome


def _comparable(record: Record) -> tuple[Snapshot | None, Snapshot | None]:
    """Before and after, with write-only properties only if both are known: a gap in knowledge is no difference."""
    before, after = record.before, record.foreseen
    if before and after and (before.write_only is None or after.write_only is None):
        return Snapshot(before.properties), Snapshot(after.properties)
    return before, after


def _warn(resource_type: ResourceType, module: AnsibleAWSModule, record: Record) -> None:
    for note in record.notes:
        # The same words as AnsibleModule.warn(), without the detour of AnsibleAWSModule, which ansible-core deprecates.
        warn(f"{resource_type.noun.capitalize()} {module.params[resource_type.identifier]}: {note}")


def _fail(resource_type: ResourceType, module: AnsibleAWSModule, record: Record, error: CloudControlError) -> None:
    _warn(resource_type, module, record)
    where = f" in {module.params['region']}" if module.params["region"] else ""
    name = f"{resource_type.noun} {module.params[resource_type.identifier]!r}{where}"
    if isinstance(error, Refused) and error.code == "InvalidOptions":
        attempt = f"The options for {name} are not right"
    elif isinstance(error, Refused):
        attempt = f"The {name} cannot be brought to what the task declares"
    else:
        attempt = f"Could not {_verb(module.params, record)} {name}"
    if isinstance(error, TimedOut) and record.now:
        error.message = (
            f"{error.message.rstrip('.')}. Its status was last seen to be {resource_type.status_of(record.now)}."
        )
    module.fail_json(msg=_sentence(attempt, error), error=_error(error), **_outcome(resource_type, module, record))


def _verb(params: Mapping[str, Any], record: Record) -> str:
    if record.operations:
        return record.operations[-1].operation
    return "delete" if params["state"] == "absent" else "bring about the declared state of"


def _sentence(attempt: str, error: CloudControlError) -> str:
    code = f" ({error.code})" if error.code not in error.message and not isinstance(error, (Refused, TimedOut)) else ""
    hint = f" {error.hint}" if error.hint else ""
    message = error.message.rstrip()
    stop = "" if (message + code).endswith((".", "!", "?")) or not (hint or code) else "."
    return f"{attempt}: {message}{code}{stop}{hint}"


def _error(error: CloudControlError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.message,
        "operation": error.operation,
        "request_token": error.request_token,
        "hint": error.hint or None,
    }
