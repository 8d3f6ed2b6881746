# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The type as data beside the registry schema: each property at every depth, its kind, choices and limits.

Where both differ on purpose there is a row here with the reason; whatever else differs is named by its path.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import regex

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Limit,
    ResourceType,
    property_name,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.validation import matches
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    LIMITS,
    STATUSES,
)
from tests.emulator import schema
from tests.support.samples import SAMPLES

Fact = tuple[str, str]
Facts = dict[Fact, Any]
KINDS = {"string": "str", "integer": "int", "boolean": "bool", "object": "dict", "array": "list"}

# Option path and fact -> what the type has instead of what the schema has, and why.
_NOT_EMPTY = "an empty text is refused, and what the service makes of it is not known"
_SETTLED_LATER = "needed only of a resource that does not exist yet: required_to_create"
_FROM_API = "CreateInferenceExperiment"
ON_PURPOSE: dict[Fact, tuple[Any, Any, str]] = {
    **{
        (path, "length"): ((1, most), (0, most), _NOT_EMPTY)
        for path, most in {
            "endpoint_name": 63,
            "kms_key": 2048,
            "model_variants.model_name": 63,
            "model_variants.variant_name": 63,
            "shadow_mode_config.source_model_variant_name": 63,
            "shadow_mode_config.shadow_model_variants.shadow_model_variant_name": 63,
            "data_storage_config.destination": 512,
            "data_storage_config.kms_key": 2048,
        }.items()
    },
    **{
        (path, "required"): (False, True, _SETTLED_LATER)
        for path in ("type", "role_arn", "endpoint_name", "model_variants")
    },
    ("model_variants", "items"): ((2, 2), (1, 2), f"{_FROM_API} wants a production and a shadow variant"),
    ("shadow_mode_config.shadow_model_variants.sampling_percentage", "number"): (
        (0, 100),
        (None, 100),
        "a percentage is not negative",
    ),
    ("model_variants.infrastructure_config.real_time_inference_config.instance_count", "number"): (
        (0, 2**31 - 1),
        (0, None),
        f"{_FROM_API} takes a 32-bit integer",
    ),
    ("tags", "type"): ("dict", "list", "a map in Ansible, a list of keys and values in CloudFormation"),
    ("tags", "elements"): (None, "dict", "as above"),
    ("tags", "items"): (None, (0, 50), "the engine's limits, the same for every type"),
}


def _resolve(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = schema.load()["definitions"][part["$ref"].rpartition("/")[2]]
    return part


def _bounds(part: dict[str, Any], least: str, most: str, default: int | None) -> tuple[int | None, int | None] | None:
    found = (part.get(least, default), part.get(most))
    return None if found == (default, None) else found


def facts_of_schema(resource_type: ResourceType, part: dict[str, Any], path: str = "") -> Iterator[tuple[Fact, Any]]:
    """Yield what the schema says of each property of an object, under the path of its option."""
    options = {**resource_type.options, **resource_type.read_only}
    for token in filter(None, path.split(".")):
        options = options.get(token, {}).get("options", {})
    by_property = {property_name(option): option for option in options}
    for name, member in part.get("properties", {}).items():
        here = f"{path}.{by_property.get(name, name)}".lstrip(".")
        member = _resolve(member)
        items = _resolve(member.get("items", {}))
        text = items if items.get("type") == "string" else member
        yield (here, "type"), KINDS[member["type"]]
        yield (here, "elements"), KINDS[items["type"]] if items else None
        yield (here, "required"), name in part.get("required", ())
        yield (here, "choices"), tuple(sorted(member.get("enum", ())))
        yield (here, "items"), _bounds(member, "minItems", "maxItems", None)
        yield (here, "number"), _bounds(member, "minimum", "maximum", None)
        yield (here, "length"), _bounds(text, "minLength", "maxLength", 0)
        yield (here, "pattern"), text.get("pattern")
        if here != resource_type.tags_option:
            yield from facts_of_schema(resource_type, items or member, here)


def facts_of_type(spec: dict[str, Any], path: str = "") -> Iterator[tuple[Fact, Any]]:
    """Yield the same of the type's options and limits."""
    for option, entry in spec.items():
        here = f"{path}.{option}".lstrip(".")
        limit = LIMITS.get(here, Limit())
        yield (here, "type"), entry["type"]
        yield (here, "elements"), entry.get("elements")
        yield (here, "required"), entry.get("required", False)
        yield (here, "choices"), tuple(sorted(entry.get("choices", ())))
        yield (here, "items"), limit.items
        yield (here, "number"), limit.number
        yield (here, "length"), limit.length
        yield (here, "pattern"), limit.pattern
        yield from facts_of_type(entry.get("options", {}), here)


def _is_returned_only(path: str) -> bool:
    return path.partition(".")[0] in INFERENCE_EXPERIMENT.read_only


def _compared(facts: Iterator[tuple[Fact, Any]]) -> Facts:
    """What is only returned has no limits or choices of ours, and nothing in it is required of anybody."""
    free = ("required", "choices", "length", "pattern")
    return {fact: value for fact, value in facts if not (_is_returned_only(fact[0]) and fact[1] in free)}


OURS = _compared(facts_of_type({**INFERENCE_EXPERIMENT.options, **INFERENCE_EXPERIMENT.read_only}))
SCHEMAS = _compared(facts_of_schema(INFERENCE_EXPERIMENT, schema.load()))


def test_the_type_has_the_properties_of_the_schema_at_every_depth() -> None:
    ours, theirs = ({path for path, _fact in facts} for facts in (OURS, SCHEMAS))
    assert {"only in the type": ours - theirs, "only in the schema": theirs - ours} == {
        "only in the type": set(),
        "only in the schema": set(),
    }


def test_what_the_type_says_of_a_property_is_what_the_schema_says() -> None:
    different = [
        f"{path}: {fact} is {OURS[path, fact]!r} in the type and {SCHEMAS[path, fact]!r} in the schema"
        for path, fact in sorted(OURS.keys() & SCHEMAS.keys())
        if OURS[path, fact] != SCHEMAS[path, fact] and (path, fact) not in ON_PURPOSE and fact != "pattern"
    ]
    assert different == []


@pytest.mark.parametrize(
    "path", sorted(path for (path, fact), pattern in SCHEMAS.items() if fact == "pattern" and pattern)
)
def test_pattern_accepts_only_what_the_schemas_pattern_accepts(path: str) -> None:
    schemas = regex.compile(SCHEMAS[path, "pattern"], regex.WORD)
    accepted = [sample for sample in SAMPLES if sample and matches(LIMITS[path], sample)]
    assert accepted
    assert [sample for sample in accepted if not schemas.search(sample)] == []


@pytest.mark.parametrize("fact", sorted(ON_PURPOSE), ids=" ".join)
def test_what_differs_on_purpose_still_does(fact: Fact) -> None:
    ours, theirs, _reason = ON_PURPOSE[fact]
    assert (OURS[fact], SCHEMAS[fact]) == (ours, theirs)


@pytest.mark.parametrize(
    ("keyword", "ours"),
    [
        pytest.param("createOnlyProperties", INFERENCE_EXPERIMENT.create_only, id="create-only"),
        pytest.param("writeOnlyProperties", INFERENCE_EXPERIMENT.write_only, id="write-only"),
        pytest.param(
            "readOnlyProperties",
            set(map(property_name, INFERENCE_EXPERIMENT.read_only)),
            id="read",
        ),
        pytest.param("primaryIdentifier", {property_name(INFERENCE_EXPERIMENT.identifier)}, id="id"),
    ],
)
def test_the_kinds_of_properties_are_those_of_the_schema(keyword: str, ours: set[str]) -> None:
    assert {f"/properties/{name}" for name in ours} == set(schema.load()[keyword])


def test_the_table_has_the_statuses_of_the_schema() -> None:
    assert set(STATUSES) == set(schema.load()["properties"]["Status"]["enum"])


def test_all_that_the_schema_requires_is_needed_to_create() -> None:
    needed = {*INFERENCE_EXPERIMENT.required_to_create, "Name"}
    # Not required by the schema; CreateInferenceExperiment refuses to do without.
    assert needed - set(schema.load()["required"]) == {"ShadowModeConfig"}
    assert set(schema.load()["required"]) <= needed


def test_the_type_and_its_tags_are_named_as_in_the_schema() -> None:
    named = schema.load()["typeName"], schema.load()["tagging"]["tagProperty"]
    assert (INFERENCE_EXPERIMENT.type_name, f"/properties/{INFERENCE_EXPERIMENT.tags}") == named
