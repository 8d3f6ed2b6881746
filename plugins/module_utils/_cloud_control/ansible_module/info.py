# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules that list and read: what they take and what they return."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..api.listing import MAX_CONCURRENT_READS, Query, find
from ..errors import CloudControlError
from ..model import validation
from ..model.resource_type import Properties, Resource, ResourceType
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


def run_info_module(resource_type: ResourceType) -> None:
    """Run the module that lists and reads resources, from the arguments to the result."""
    module, raw = create_module(_spec(resource_type))
    region = region_of(module)
    try:
        query = _query(resource_type, module.params, raw)
        client = create_client(
            module,
            resource_type,
            create_deadline(
                math.inf
            ),  # each call is repeated so often and no more, and how many there are is not known
            # Adaptive for what it does to all calls of a client once some have been throttled: it slows them down.
            retries={"mode": "adaptive", "total_max_attempts": 1},
            max_pool_connections=MAX_CONCURRENT_READS,
        )
        resources = [
            _result(resource_type, query, region, identifier, current)
            for identifier, current in find(resource_type, query, client)
        ]
    except CloudControlError as error:
        from .error_report import failure

        where = f" in {region}" if region else ""
        invalid = error.code == "InvalidOptions"
        attempt = f"{'Invalid options for' if invalid else 'Could not read the'} {resource_type.noun}s{where}"
        module.fail_json(**failure(attempt, error, hints=resource_type.hints, region=region))
    else:
        module.exit_json(changed=False, **{f"{resource_type.result_name}s": resources})


def _spec(resource_type: ResourceType) -> dict[str, Any]:
    identifier = resource_type.identifier
    spec: dict[str, Any] = {
        f"{identifier}s": {"type": "list", "elements": "str", "aliases": [identifier]},
        f"{identifier}_contains": {"type": "str"},
        "identifiers_only": {"type": "bool", "default": False},
        **ROLE,
    }
    if resource_type.lifecycle:
        choices = list(resource_type.lifecycle.statuses)
        spec["statuses"] = {"type": "list", "elements": "str", "choices": choices}
    if resource_type.write_only_reader:
        spec["include_write_only"] = {"type": "bool", "default": False}
    return spec


def _query(resource_type: ResourceType, params: Mapping[str, Any], raw: validation.RawErrors) -> Query:
    one, many = resource_type.identifier, f"{resource_type.identifier}s"
    shown = many if params.get(one) is None else one  # an alias stays in the parameters
    problems = raw.with_further(validation.validate_value(shown, params[many], resource_type.limits.get(one)))
    problems += validation.validate_value(f"{one}_contains", params[f"{one}_contains"])
    raise_if_invalid(problems + validate_connection(params))
    return Query(
        identifiers=params[many],
        contains=params[f"{one}_contains"],
        statuses=params.get("statuses"),
        identifiers_only=params["identifiers_only"],
        include_write_only=params.get("include_write_only", False),
    )


def _result(
    resource_type: ResourceType, query: Query, region: str | None, identifier: str, current: Resource
) -> dict[str, Any]:
    if query.identifiers_only:
        return {resource_type.identifier: identifier, "region": region}
    if query.include_write_only and resource_type.lifecycle:
        lifecycle, status = resource_type.lifecycle, resource_type.status_of(current)
        values: Properties = {**dict.fromkeys(sorted(resource_type.write_only)), **current.properties}
        current = Resource({**values, lifecycle.intent: status if status in lifecycle.intents else None})
    return to_result(resource_type, current, region)
