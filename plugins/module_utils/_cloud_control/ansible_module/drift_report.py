# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare declarations with resources that the info module has returned. For filters: needs no module and no boto3."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..model.conversion import to_options_at, to_properties
from ..model.resource_type import Declaration, Resource, ResourceType, option_name
from ..model.tags import tags_to_property
from ..model.validation import check_raw_options
from ..planning.drift import find_drift
from ..planning.plan import option_path
from .declaration import declaration_spec, read_declaration

_OMIT = re.compile("__omit_place_holder__[0-9a-f]{40}")


def report_drift(resource_type: ResourceType, resources: Any, declarations: Any) -> list[dict[str, Any]]:
    """Return one row for each declaration, in the same order: the keys are those of the filter's RETURN.

    resources: the list that the info module returns with C(include_write_only: true). declarations: the options of the
    tasks, each with an optional C(region). Raises ValueError with all errors of the declarations, or
    with the first error of a resource.
    """
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for resource in _dictionaries(f"{resource_type.result_name}s", resources):
        by_name.setdefault(str(resource.get(resource_type.identifier)), []).append(resource)
    rows, errors = [], []
    for position, options in enumerate(_dictionaries("declarations", declarations)):
        declaration, invalid = _read_declaration(resource_type, options)
        errors += [f"declarations[{position}]: {error}" for error in invalid]
        if declaration and not errors:
            region = options.get("region") or None  # as AnsibleAWSModule
            found = [r for r in by_name.get(declaration.identifier, []) if region in (None, r.get("region"))]
            rows.append(_row(resource_type, declaration, region, found))
    if errors:
        raise ValueError(" ".join(errors))
    return rows


def _dictionaries(name: str, value: Any) -> list[Mapping[str, Any]]:
    bool(value)  # raises the error of an undefined variable, which ansible-core before 2.19 passes to filters
    if not isinstance(value, list) or not all(isinstance(element, Mapping) for element in value):
        raise ValueError(f"{name} must be a list of dictionaries.")
    return [_plain(element) for element in value]


def _plain(value: Any) -> Any:
    """Return a value of the templating engine in the form in which Ansible passes it to a module.

    Containers are copied, because ArgumentSpecValidator copies its parameters. From ansible-core 2.19 on, a copy of a
    container of the templating engine also copies all variables of the play.
    """
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items() if not _is_omit(member)}
    if isinstance(value, (list, tuple)):
        return [_plain(element) for element in value if not _is_omit(element)]
    if isinstance(value, date):  # an unquoted date or time
        return value.isoformat()
    return str(value) if getattr(value, "__ENCRYPTED__", False) else value  # a vaulted string before ansible-core 2.19


def _is_omit(value: Any) -> bool:
    """Return whether a value is that of the variable omit: an object from ansible-core 2.19 on, before it a string."""
    return type(value).__name__ == "_OmitType" or (isinstance(value, str) and bool(_OMIT.fullmatch(value)))


def _read_declaration(resource_type: ResourceType, options: Mapping[str, Any]) -> tuple[Declaration | None, list[str]]:
    spec = {**declaration_spec(resource_type), "region": {"type": "str"}}
    raw = check_raw_options(spec, options)
    if errors := raw.with_further(()):
        return None, errors
    validated = ArgumentSpecValidator(spec).validate(dict(options))
    if validated.error_messages:
        return None, [f"{message.rstrip('.')}." for message in validated.error_messages]
    return read_declaration(resource_type, validated.validated_parameters, raw)


def _row(
    resource_type: ResourceType, declaration: Declaration, region: str | None, found: list[Mapping[str, Any]]
) -> dict[str, Any]:
    if len(found) > 1:
        regions = sorted({str(resource.get("region")) for resource in found})
        if len(regions) > 1:
            raise ValueError(f"{declaration.identifier} exists in {', '.join(regions)}. Set region in the declaration.")
        once = f"Pass each {resource_type.noun} once, and those of one account only."
        raise ValueError(f"{declaration.identifier} occurs {len(found)} times in {regions[0]}. {once}")
    resource = found[0] if found else {}
    drift = find_drift(resource_type, declaration, _read_resource(resource_type, resource) if found else None)
    return {
        resource_type.identifier: declaration.identifier,
        "region": resource.get("region", region),
        "status": resource.get("status"),
        "drifted": drift.drifted,
        "operation": drift.operation,
        "differences": [
            {
                "option": option_path(difference.tokens),
                "declared": to_options_at(resource_type, difference.path, difference.declared),
                "actual": to_options_at(resource_type, difference.path, difference.actual),
            }
            for difference in drift.differences
        ],
        "reason": drift.reason,
    }


def _read_resource(resource_type: ResourceType, options: Mapping[str, Any]) -> Resource:
    """Return a resource that the info module has returned. Raises ValueError without its write-only properties."""
    reader = resource_type.write_only_reader
    missing = [name for name in map(option_name, sorted(resource_type.write_only)) if name not in options]
    if reader and missing:
        raise ValueError(
            f"{options[resource_type.identifier]} has no {', '.join(missing)}. Read it with include_write_only: true."
        )
    properties = to_properties(resource_type, options, read_only=True)
    properties[resource_type.tags] = tags_to_property(options.get(resource_type.tags_option) or {})
    write_only = {name: properties.pop(name) for name in resource_type.write_only & properties.keys()}
    read = {name: value for name, value in write_only.items() if reader and name in reader.members}
    return Resource(properties, read if reader else None)
