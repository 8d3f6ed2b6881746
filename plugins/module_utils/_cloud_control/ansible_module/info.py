# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module that lists and reads resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.warnings import warn

from ..api.client import CloudControl
from ..api.listing import MAX_CONCURRENT_READS, Query
from ..api.target import read_targets
from ..errors import CloudControlError, Rejected, TimedOut
from ..execution.wait import read_until
from ..model.resource_type import Limit, Properties, Resource, ResourceType
from ..model.validation import RawErrors, validate_value
from ..model.verification import Verifier
from ..planning.verdict import judge
from . import base

MAX_WAIT_TIMEOUT = 31 * 24 * 3600  # seconds; a day more than the longest known schedule of a resource


def run_info_module(resource_type: ResourceType) -> None:
    """Run the module that lists and reads resources of one type, from its arguments to its result."""
    module, raw = base.create_module(_spec(resource_type))
    region = base.region_of(module)
    awaited = [] if module.check_mode else module.params.get("wait_for") or []
    key = f"{resource_type.result_name}s"
    results: list[dict[str, Any]] = []
    try:
        query = _query(resource_type, module.params, raw)
        # Without a wait there is no deadline, because the number of resources is unknown.
        mode = {"seconds": module.params["wait_timeout"]} if awaited else {"retry_mode": "adaptive"}
        client = base.create_client(module, resource_type, max_pool_connections=MAX_CONCURRENT_READS, **mode)
        found: Mapping[str, Resource] = {}
        for found in read_until(resource_type, query, awaited, client, client.deadline):
            results = [_result(resource_type, query, region, *resource) for resource in found.items()]
        verifier = resource_type.verifier
        if verifier and module.params[f"include_{verifier.noun}"] and not query.identifiers_only:
            _add_targets(resource_type, verifier, client, found, results)
    except CloudControlError as error:
        from .error_report import describe_failure  # Only a failed task needs it: saves 3 % of a task.

        attempt = "Invalid options for" if error.code == "InvalidOptions" else "Could not read the"
        if awaited and isinstance(error, (Rejected, TimedOut)) and error.code != "InvalidOptions":
            attempt = "The wait failed for the"
        attempt += f" {resource_type.noun}s{f' in {region}' if region else ''}"
        failure = describe_failure(attempt, error, hints=resource_type.hints, region=region)
        module.fail_json(**failure, **({key: results} if awaited else {}))
    module.exit_json(changed=False, **{key: results})


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
        spec["statuses"] = spec["wait_for"] = {"type": "list", "elements": "str", "choices": choices}
        spec["wait_timeout"] = {"type": "int", "default": 1800}
    if resource_type.write_only_reader:
        spec["include_write_only"] = {"type": "bool", "default": False}
    if resource_type.verifier:
        spec[f"include_{resource_type.verifier.noun}"] = {"type": "bool", "default": False}
    return spec


def _add_targets(
    resource_type: ResourceType,
    verifier: Verifier,
    client: CloudControl,
    found: Mapping[str, Resource],
    results: list[dict[str, Any]],
) -> None:
    """Add the target of each resource to its result, and warn about each target that cannot be read."""
    targets = read_targets(client, verifier, found)
    for (identifier, target), result in zip(targets.items(), results, strict=True):
        verdict = judge(verifier, found[identifier].properties, {}, target)
        result |= {verifier.noun: verdict.shown, verifier.conclusion: verdict.conclusion}
        if target.unread:
            warn(f"{resource_type.noun.capitalize()} {identifier}: {' '.join(verdict.warnings)}")


def _query(resource_type: ResourceType, params: Mapping[str, Any], raw: RawErrors) -> Query:
    one, many, contains = (f"{resource_type.identifier}{suffix}" for suffix in ("", "s", "_contains"))
    shown = many if params.get(one) is None else one  # Ansible keeps the value of an alias
    errors = raw.with_further(validate_value(shown, params[many], resource_type.limits.get(one)))
    errors += validate_value(contains, params[contains]) + _wait_errors(resource_type, params)
    base.raise_if_invalid(errors + base.validate_connection(params))
    return Query(
        identifiers=params[many],
        contains=params[contains],
        statuses=params.get("statuses"),
        identifiers_only=params["identifiers_only"],
        include_write_only=params.get("include_write_only", False),
    )


def _wait_errors(resource_type: ResourceType, params: Mapping[str, Any]) -> list[str]:
    """Return the errors of wait_for and wait_timeout."""
    many, awaited = f"{resource_type.identifier}s", params.get("wait_for")
    errors = validate_value("wait_timeout", params.get("wait_timeout"), Limit(number=(1, MAX_WAIT_TIMEOUT)))
    if awaited is None:
        return errors
    if not awaited:
        errors.append("wait_for must not be empty.")
    if params[many] is None:
        errors.append(f"wait_for requires {many}.")
    excluded = (f"{resource_type.identifier}_contains", "statuses", "identifiers_only")
    combined = [option for option in excluded if params[option] not in (None, False)]
    return errors + [f"wait_for cannot be combined with {option}." for option in combined]


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
