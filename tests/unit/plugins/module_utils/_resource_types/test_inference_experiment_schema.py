"""The properties, types, choices and limits of the resource type compared with the CloudFormation registry schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import regex

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Limit,
    property_name,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.validation import matches
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types import inference_experiment
from tests.emulator import schema
from tests.support.cases import cases
from tests.support.limits import SAMPLES, STRICTER
from tests.support.model import INFERENCE_EXPERIMENT, ResourceType

Fact = tuple[str, str]
Facts = dict[Fact, Any]
KINDS = {"string": "str", "integer": "int", "boolean": "bool", "object": "dict", "array": "list"}

PERCENTAGE = "shadow_mode_config.shadow_model_variants.sampling_percentage"
COUNT = "model_variants.infrastructure_config.real_time_inference_config.instance_count"
# (option path, fact) -> value of the type, value of the schema, reason for the difference.
DIFFERENT: dict[Fact, tuple[Any, Any, str]] = {
    **STRICTER,
    **{
        (path, "required"): (False, True, "required on create only: required_to_create")
        for path in ("type", "role_arn", "endpoint_name", "model_variants")
    },
    (PERCENTAGE, "number"): ((0, 100), (None, 100), "a percentage is not negative"),
    (COUNT, "number"): ((0, 2**31 - 1), (0, None), "CreateInferenceExperiment requires a 32-bit integer"),
    ("tags", "type"): ("dict", "list", "a dictionary in Ansible, a list of keys and values in CloudFormation"),
    ("tags", "elements"): (None, "dict", "a dictionary in Ansible, a list of keys and values in CloudFormation"),
    ("tags", "items"): (None, (0, 50), "tags.py has the limits of tags for all types"),
}


def _resolve(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        part = schema.load()["definitions"][part["$ref"].rpartition("/")[2]]
    return part


def _bounds(part: dict[str, Any], least: str, most: str, default: int | None) -> tuple[int | None, int | None] | None:
    found = (part.get(least, default), part.get(most))
    return None if found == (default, None) else found


def facts_of_schema(resource_type: ResourceType, part: dict[str, Any], path: str = "") -> Iterator[tuple[Fact, Any]]:
    """Yield (fact, value) of the schema for each property at every depth, by option path."""
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
    """Yield (fact, value) of the options and limits of the type."""
    for option, entry in spec.items():
        here = f"{path}.{option}".lstrip(".")
        limit = inference_experiment.LIMITS.get(here, Limit())
        yield (here, "type"), entry["type"]
        yield (here, "elements"), entry.get("elements")
        yield (here, "required"), entry.get("required", False)
        yield (here, "choices"), tuple(sorted(entry.get("choices", ())))
        yield (here, "items"), limit.items
        yield (here, "number"), limit.number
        yield (here, "length"), limit.length
        yield (here, "pattern"), limit.pattern
        yield from facts_of_type(entry.get("options", {}), here)


def _is_read_only(path: str) -> bool:
    return path.partition(".")[0] in INFERENCE_EXPERIMENT.read_only


def _compared(facts: Iterator[tuple[Fact, Any]]) -> Facts:
    """Return the facts to compare. The type has no limits, choices and required members for read-only properties."""
    not_compared = ("required", "choices", "length", "pattern")
    return {fact: value for fact, value in facts if not (_is_read_only(fact[0]) and fact[1] in not_compared)}


OURS = _compared(facts_of_type({**INFERENCE_EXPERIMENT.options, **INFERENCE_EXPERIMENT.read_only}))
SCHEMAS = _compared(facts_of_schema(INFERENCE_EXPERIMENT, schema.load()))


def test_type_has_properties_of_schema_at_every_depth() -> None:
    ours, theirs = ({path for path, _fact in facts} for facts in (OURS, SCHEMAS))
    assert (ours - theirs, theirs - ours) == (set(), set())


def test_facts_of_type_equal_those_of_schema_or_are_listed() -> None:
    different = [
        f"{path}: {fact} is {OURS[path, fact]!r} in the type and {SCHEMAS[path, fact]!r} in the schema"
        for path, fact in sorted(OURS.keys() & SCHEMAS.keys())
        if OURS[path, fact] != SCHEMAS[path, fact] and (path, fact) not in DIFFERENT and fact != "pattern"
    ]
    assert different == []


@pytest.mark.parametrize(
    "path", sorted(path for (path, fact), pattern in SCHEMAS.items() if fact == "pattern" and pattern)
)
def test_pattern_accepts_only_samples_that_schema_accepts(path: str) -> None:
    schemas = regex.compile(SCHEMAS[path, "pattern"], regex.WORD)
    accepted = [sample for sample in SAMPLES if sample and matches(inference_experiment.LIMITS[path], sample)]
    assert accepted
    assert [sample for sample in accepted if not schemas.search(sample)] == []


@pytest.mark.parametrize("fact", sorted(DIFFERENT), ids=" ".join)
def test_listed_difference_exists(fact: Fact) -> None:
    ours, theirs, _reason = DIFFERENT[fact]
    assert (OURS[fact], SCHEMAS[fact]) == (ours, theirs)


@cases(
    ("create-only", "createOnlyProperties", INFERENCE_EXPERIMENT.create_only),
    ("write-only", "writeOnlyProperties", INFERENCE_EXPERIMENT.write_only),
    ("read-only", "readOnlyProperties", set(map(property_name, INFERENCE_EXPERIMENT.read_only))),
    ("identifier", "primaryIdentifier", {property_name(INFERENCE_EXPERIMENT.identifier)}),
)
def test_create_only_write_only_and_read_only_properties_equal_those_of_schema(keyword: str, ours: set[str]) -> None:
    assert {f"/properties/{name}" for name in ours} == set(schema.load()[keyword])


def test_statuses_equal_those_of_schema() -> None:
    assert set(inference_experiment.STATUSES) == set(schema.load()["properties"]["Status"]["enum"])


def test_required_to_create_has_required_properties_of_schema() -> None:
    required = {*INFERENCE_EXPERIMENT.required_to_create, "Name"}
    # The schema does not require ShadowModeConfig. CreateInferenceExperiment does.
    assert required - set(schema.load()["required"]) == {"ShadowModeConfig"}
    assert set(schema.load()["required"]) <= required


def test_names_of_type_and_tags_equal_those_of_schema() -> None:
    named = schema.load()["typeName"], schema.load()["tagging"]["tagProperty"]
    assert (INFERENCE_EXPERIMENT.type_name, f"/properties/{INFERENCE_EXPERIMENT.tags}") == named
