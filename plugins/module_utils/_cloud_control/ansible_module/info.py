# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module that lists and reads resources."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..api.listing import MAX_CONCURRENT_READS, Query, find
from ..errors import CloudControlError
from ..model.resource_type import Properties, Resource, ResourceType
from ..model.validation import RawErrors, validate_value
from . import base


def run_info_module(resource_type: ResourceType) -> None:
    """Run the module that lists and reads resources of one type, from its arguments to its result."""
    module, raw = base.create_module(_spec(resource_type))
    region = base.region_of(module)
    try:
        query = _query(resource_type, module.params, raw)
        client = base.create_client(
            module,
            resource_type,
            # No deadline: each call has a limited number of tries, and the number of resources is unknown.
            base.create_deadline(math.inf),
            # After a throttled call, adaptive mode slows down all calls of the client.
            retries={"mode": "adaptive", "total_max_attempts": 1},
            max_pool_connections=MAX_CONCURRENT_READS,
        )
        resources = [
            _result(resource_type, query, region, identifier, current)
            for identifier, current in find(resource_type, query, client)
        ]
    except CloudControlError as error:
        from .error_report import describe_failure  # Only a failed task needs it: saves 3 % of a task.

        attempt = "Invalid options for" if error.code == "InvalidOptions" else "Could not read the"
        attempt += f" {resource_type.noun}s{f' in {region}' if region else ''}"
        module.fail_json(**describe_failure(attempt, error, hints=resource_type.hints, region=region))
    else:
        module.exit_json(changed=False, **{f"{resource_type.result_name}s": resources})


def _spec(resource_type: ResourceType) -> dict[str, Any]:
    identifier = resource_type.identifier
    spec: dict[str, Any] = {
        f"{identifier}s": {"type": "list", "elements": "str", "aliases": [identifier]},
        f"{identifier}_contains": {"type": "str"},
        "identifiers_only": {"type": "bool", "default": False},
        **base.ROLE,
    }
    if resource_type.lifecycle.statuses:
        choices = list(resource_type.lifecycle.statuses)
        spec["statuses"] = {"type": "list", "elements": "str", "choices": choices}
    if resource_type.write_only_reader:
        spec["include_write_only"] = {"type": "bool", "default": False}
    return spec


def _query(resource_type: ResourceType, params: Mapping[str, Any], raw: RawErrors) -> Query:
    one, many, contains = (f"{resource_type.identifier}{suffix}" for suffix in ("", "s", "_contains"))
    shown = many if params.get(one) is None else one  # Ansible keeps the value of an alias
    errors = raw.with_further(validate_value(shown, params[many], resource_type.limits.get(one)))
    base.raise_if_invalid(errors + validate_value(contains, params[contains]) + base.validate_connection(params))
    return Query(
        identifiers=params[many],
        contains=params[contains],
        statuses=params.get("statuses"),
        identifiers_only=params["identifiers_only"],
        include_write_only=params.get("include_write_only", False),
    )


def _result(
    resource_type: ResourceType, query: Query, region: str | None, identifier: str, current: Resource
) -> dict[str, Any]:
    if query.identifiers_only:
        return {resource_type.identifier: identifier, "region": region}
    if query.include_write_only and resource_type.lifecycle.statuses:
        lifecycle, status = resource_type.lifecycle, resource_type.status_of(current)
        values: Properties = {**dict.fromkeys(sorted(resource_type.write_only)), **current.properties}
        current = Resource({**values, lifecycle.intent: status if status in lifecycle.intents else None})
    return base.to_result(resource_type, current, region)
