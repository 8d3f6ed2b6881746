# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that describe the desired state of a resource, and the declaration that they make."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from ..model.conversion import to_properties
from ..model.resource_type import Declaration, ResourceType
from ..model.tags import tags_as_strings
from ..model.validation import RawErrors, validate_options


def declaration_spec(resource_type: ResourceType) -> dict[str, Any]:
    """Return the argument spec of the options that describe the desired state."""
    return {
        **resource_type.options,
        **resource_type.module_only_options,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "recreate": {"type": "bool", "default": False},
        "purge_tags": {"type": "bool", "default": True},
    }


def read_declaration(
    resource_type: ResourceType, options: Mapping[str, Any], raw: RawErrors
) -> tuple[Declaration, list[str]]:
    """Return the declaration of validated options, and all errors of the options, those in C(raw) included."""
    invalid = validate_options(resource_type, options)
    errors = raw.with_further(chain.from_iterable(invalid.values()))
    # Options that cannot be converted are omitted, so that the others can be validated together.
    converted = {path.partition(".")[0] for path in resource_type.values}
    omitted = raw.unreadable.keys() | (invalid.keys() & converted)
    properties = to_properties(resource_type, {name: value for name, value in options.items() if name not in omitted})
    tags = options[resource_type.tags_option]
    declaration = Declaration(
        identifier=options[resource_type.identifier],
        present=options["state"] == "present",
        properties=properties,
        tags=None if tags is None else tags_as_strings(tags),
        purge_tags=options["purge_tags"],
        recreate=options["recreate"],
        module_only_options={name: options[name] for name in resource_type.module_only_options},
    )
    errors += resource_type.validate_model(properties) + resource_type.validate_declaration(declaration)
    return declaration, errors
