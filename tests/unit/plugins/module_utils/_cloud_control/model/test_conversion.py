# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options to properties and back: by the rule, for this type, and for every type that the registry has."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import conversion as convert
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.conversion import (
    tags_as_property,
    tags_to_dict,
    to_option_name,
    to_options,
    to_properties,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import ResourceType
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.support.experiments import TAGS, experiment
from tests.support.registry import FREE_MAP, registry_types

TOGETHER = {
    "kms_key": {"type": "str"},
    "kms_key_2": {"type": "str"},
    "inner": {"type": "dict", "options": {"aws_x": {"type": "str"}, "kms_key": {"type": "str"}}},
}


def resource_type(options: dict[str, Any], **other: Any) -> ResourceType:
    return ResourceType(
        type_name="Test::Test::Test",
        noun="thing",
        result_name="thing",
        identifier="name",
        options=options,
        read_only=other.pop("read_only", {}),
        **other,
    )


NESTED = resource_type(
    {
        "name": {"type": "str"},
        "object": {"type": "dict", "options": {"a_b": {"type": "str"}, "labels": {"type": "dict"}}},
        "objects": {"type": "list", "elements": "dict", "options": {"a_b": {"type": "str"}, "c": {"type": "int"}}},
        "labels": {"type": "dict"},
        "texts": {"type": "list", "elements": "str"},
        "tags": {"type": "dict"},
    },
    tags="Tags",
)


@pytest.mark.parametrize(
    ("name", "option"),
    [
        pytest.param("Name", "name", id="one word"),
        pytest.param("ShadowModelVariants", "shadow_model_variants", id="a word at each capital"),
        pytest.param("KmsKey", "kms_key", id="an abbreviation written as a word"),
        pytest.param("KMSKey", "kms_key", id="an acronym ends before its last capital"),
        pytest.param("KMS", "kms", id="an acronym alone"),
        pytest.param("TargetARN", "target_arn", id="an acronym at the end"),
        pytest.param("S3Uri", "s3_uri", id="a digit belongs to the word before it"),
        pytest.param("IPv6Address", "i_pv6_address", id="a lower-case letter after an acronym takes its last capital"),
        pytest.param("Ipv6Address", "ipv6_address", id="a digit within a word"),
        pytest.param("modelVariants", "model_variants", id="a lower-case first letter"),
        pytest.param("aws:SourceArn", "aws_source_arn", id="a colon"),
        pytest.param("Logging.Level", "logging_level", id="a dot, which would end an option in a path"),
        pytest.param("x-amz-header", "x_amz_header", id="hyphens"),
        pytest.param("already_snake_case", "already_snake_case", id="underscores stay"),
    ],
)
def test_an_option_name_is(name: str, option: str) -> None:
    assert to_option_name(name) == option


@given(st.text(min_size=1))
def test_an_option_name_never_has_a_dot_or_a_capital(name: str) -> None:
    option = to_option_name(name)

    assert re.fullmatch(r"\w+", option)
    assert option == option.lower()


@pytest.mark.parametrize(
    ("option", "name"),
    [
        pytest.param("role_arn", "RoleArn", id="the rule"),
        pytest.param("a.b.role_arn", "RoleArn", id="the rule looks at the last name of a path only"),
        pytest.param("kms_key", "KMSKey", id="an override"),
        pytest.param("inner.kms_key", "KmsKey", id="an override holds for its own path only"),
        pytest.param("inner.aws_x", "aws:x", id="an override deeper down"),
    ],
)
def test_a_property_name_is(option: str, name: str) -> None:
    overridden = resource_type(TOGETHER, names={"kms_key": "KMSKey", "inner.aws_x": "aws:x"})

    assert overridden.property_name(option) == name


def test_properties_that_fall_together_get_options_of_their_own_by_overrides() -> None:
    overridden = resource_type(
        TOGETHER, names={"kms_key": "KMSKey", "kms_key_2": "KmsKey", "inner.aws_x": "aws:x", "inner.kms_key": "kmsKey"}
    )
    properties = {"KMSKey": "a", "KmsKey": "b", "Inner": {"aws:x": "c", "kmsKey": "d"}}

    options = to_options(overridden, properties)

    assert options == {"kms_key": "a", "kms_key_2": "b", "inner": {"aws_x": "c", "kms_key": "d"}}
    assert to_properties(overridden, options) == properties


def example(spec: dict[str, Any], *, path: str = "") -> dict[str, Any]:
    """Every property of a spec, with values that name their option."""
    made: dict[str, Any] = {}
    for option, entry in spec.items():
        here = f"{path}.{option}"
        one: Any = example(entry["options"], path=here) if "options" in entry else here
        name = INFERENCE_EXPERIMENT.property_name(here.removeprefix("."))
        made[name] = [one, one] if entry["type"] == "list" else one
    return made


def test_every_property_of_an_inference_experiment_comes_back() -> None:
    written = {name: entry for name, entry in INFERENCE_EXPERIMENT.options.items() if name != "tags"}
    properties = example({**written, "schedule": {"type": "str"}})

    options = to_options(INFERENCE_EXPERIMENT, properties)

    assert options.pop("tags") == {}
    assert options.keys() == written.keys()
    assert to_properties(INFERENCE_EXPERIMENT, options) == properties


def test_no_name_of_an_inference_experiment_needs_an_override() -> None:
    experiments = next(found for found in registry_types() if found.type_name == INFERENCE_EXPERIMENT.type_name)
    members = list(experiments.every_member())

    assert not INFERENCE_EXPERIMENT.names
    assert not [member.name for member in members if member.needs_override()]
    assert {"Name", "SamplingPercentage", "CsvContentTypes", "EndpointConfigName"} < {m.name for m in members}


def test_a_read_experiment_is_returned_under_option_names_at_every_depth() -> None:
    options = to_options(INFERENCE_EXPERIMENT, experiment("Running"))

    assert options["endpoint_metadata"] == {"endpoint_name": "endpoint", "endpoint_status": "InService"}
    assert options["model_variants"][1]["infrastructure_config"]["real_time_inference_config"]["instance_count"] == 1
    assert options["shadow_mode_config"]["shadow_model_variants"][0]["sampling_percentage"] == 10
    assert options["tags"] == {"team": "ml"}
    assert (options["status"], options["creation_time"]) == ("Running", "2026-01-05T09:00:00Z")


# --- every type of the registry ---


def test_every_property_of_every_registry_type_comes_back() -> None:
    changed = []
    for registry_type in registry_types():
        made, properties = registry_type.resource_type(), registry_type.example()
        options = to_options(made, properties)
        back = to_properties(made, options)
        if made.tags:
            back[made.tags] = tags_as_property(made, options[made.tags_option or ""])
        if back != properties:
            changed.append(registry_type.type_name)

    assert changed == []


def test_the_registry_sweep_is_as_wide_as_it_says() -> None:
    types = registry_types()
    members = [member for found in types for member in found.every_member()]

    assert len(types) >= 1_585
    assert len(members) >= 45_000
    assert sum(found.tags is not None for found in types) >= 900
    assert sum(bool(member.members) and member.is_list for member in members) >= 1_500
    assert sum(member.example is FREE_MAP and not member.members for member in members) >= 1_000


def test_no_two_properties_of_a_registry_object_fall_together() -> None:
    together = [
        f"{found.type_name}: {member.path}"
        for found in registry_types()
        for member in found.every_member()
        if member.falls_together()
    ]

    assert together == []


def test_every_option_of_a_registry_type_is_a_name_that_yaml_needs_no_quotes_for() -> None:
    odd = [
        f"{found.type_name}: {member.path}"
        for found in registry_types()
        for member in found.every_member()
        if not re.fullmatch(r"[a-z0-9_]+", member.option)
    ]

    assert odd == []


def test_the_rule_alone_covers_nearly_all_names() -> None:
    """Measured with cfn-lint 1.58: 97.7 % of 49,899 properties, 79.9 % of 1,868 types (372 need overrides)."""
    types = registry_types()
    per_type = [[member.needs_override() for member in found.every_member()] for found in types]
    properties = sum(map(len, per_type))

    assert sum(map(sum, per_type)) / properties < 0.03
    assert sum(map(any, per_type)) / len(types) < 0.25


# --- values ---


@pytest.mark.parametrize(
    ("options", "properties"),
    [
        pytest.param({"name": None}, {}, id="None at the top"),
        pytest.param({"object": {"a_b": None, "labels": {"x": 1}}}, {"Object": {"Labels": {"x": 1}}}, id="None below"),
        pytest.param({"object": {"a_b": None}}, {}, id="an object whose members are all None is not given either"),
        pytest.param({"object": {}}, {}, id="an object without members is not given either"),
        pytest.param({"object": {}, "texts": ["a"]}, {"Texts": ["a"]}, id="what comes after such an object is given"),
        pytest.param({"objects": [{"a_b": "x", "c": None}]}, {"Objects": [{"AB": "x"}]}, id="None in a list's object"),
        pytest.param({"objects": [None, {"c": 1}]}, {"Objects": [{"C": 1}]}, id="None for a list's object"),
        pytest.param({"texts": ["a", None, "b"]}, {"Texts": ["a", "b"]}, id="None for a list's value"),
        pytest.param({"texts": []}, {"Texts": []}, id="a list without elements is given"),
        pytest.param({"objects": []}, {"Objects": []}, id="a list without objects is given"),
        pytest.param({"labels": {}}, {"Labels": {}}, id="a free map without keys is given"),
        pytest.param({"name": ""}, {"Name": ""}, id="an empty text is given"),
        pytest.param({"objects": [{"c": 0}]}, {"Objects": [{"C": 0}]}, id="zero is given"),
        pytest.param({"name": False}, {"Name": False}, id="false is given"),
        pytest.param({"labels": FREE_MAP}, {"Labels": FREE_MAP}, id="a free map stays as it is"),
        pytest.param({"object": {"labels": FREE_MAP}}, {"Object": {"Labels": FREE_MAP}}, id="a free map below too"),
        pytest.param({"other": 1, "state": "present"}, {}, id="what the spec does not name is no property"),
        pytest.param({"tags": {"a": "b"}}, {}, id="tags go another way"),
        pytest.param({"name": "a_b"}, {"Name": "a_b"}, id="a value that looks like an option"),
    ],
)
def test_to_properties(options: dict[str, Any], properties: dict[str, Any]) -> None:
    before = copy.deepcopy(options)

    assert to_properties(NESTED, options) == properties
    assert options == before


@pytest.mark.parametrize(
    ("properties", "options"),
    [
        pytest.param({"New": {"SubKey": 1}}, {"New": {"SubKey": 1}}, id="a property that the spec does not know"),
        pytest.param({"New": 1, "Name": "x"}, {"New": 1, "name": "x"}, id="a known one after it"),
        pytest.param({"Object": {"New": 1}}, {"object": {"New": 1}}, id="a member that the spec does not know"),
        pytest.param({"Objects": [{"AB": "x", "New": 1}]}, {"objects": [{"a_b": "x", "New": 1}]}, id="in a list too"),
        pytest.param({"Labels": FREE_MAP}, {"labels": FREE_MAP}, id="a free map stays as it is"),
        pytest.param({"Object": {"Labels": {"AB": 1}}}, {"object": {"labels": {"AB": 1}}}, id="a free map below too"),
        pytest.param({"Object": "text"}, {"object": "text"}, id="a value where the spec has an object"),
        pytest.param({"Objects": {"AB": 1}}, {"objects": {"a_b": 1}}, id="an object where the spec has a list"),
        pytest.param({"Name": "ModelName"}, {"name": "ModelName"}, id="a value that looks like a property"),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_to_options(properties: dict[str, Any], options: dict[str, Any]) -> None:
    before = copy.deepcopy(properties)

    assert to_options(NESTED, properties) == {**options, "tags": {}}
    assert properties == before


def test_read_only_properties_come_back_and_are_never_sent() -> None:
    made = resource_type({"name": {"type": "str"}}, read_only={"creation_time": {"type": "str"}})

    assert to_options(made, {"CreationTime": "then"}) == {"creation_time": "then"}
    assert to_properties(made, {"name": "x", "creation_time": "then"}) == {"Name": "x"}


def test_a_type_without_tags_gets_none() -> None:
    assert to_options(resource_type({"name": {"type": "str"}}), {"Name": "x", "Tags": TAGS}) == {
        "name": "x",
        "Tags": TAGS,
    }


def test_values_are_converted_on_the_way_to_the_service_only() -> None:
    made = resource_type(
        {"inner": {"type": "list", "elements": "dict", "options": {"size": {"type": "str"}}}},
        values={"inner.size": int},
    )

    assert to_properties(made, {"inner": [{"size": "7"}, {"size": None}]}) == {"Inner": [{"Size": 7}, {}]}
    assert to_options(made, {"Inner": [{"Size": 7}]}) == {"inner": [{"size": 7}]}
    with pytest.raises(ValueError, match="invalid literal"):
        to_properties(made, {"inner": [{"size": "many"}]})


free_values = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), free_values, max_size=4))
def test_a_free_map_is_verbatim_whatever_it_holds(labels: dict[str, Any]) -> None:
    given_options = {"labels": labels, "objects": [{"a_b": "x"}], "object": {"a_b": "y", "labels": labels}}

    properties = to_properties(NESTED, given_options)

    assert properties["Labels"] == labels
    assert properties["Object"]["Labels"] == labels
    assert to_options(NESTED, properties) == {**given_options, "tags": {}}


# --- tags ---


@given(st.dictionaries(st.text(), st.text()))
def test_tags_come_back_verbatim_in_their_order(tags: dict[str, str]) -> None:
    assert list(tags_to_dict(tags_as_property(NESTED, tags)).items()) == list(tags.items())
    assert to_options(NESTED, {"Tags": tags_as_property(NESTED, tags)})["tags"] == tags


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param(None, {}, id="no tags at all"),
        pytest.param([], {}, id="an empty list"),
        pytest.param([{"Key": "a"}], {"a": ""}, id="a tag without a value"),
        pytest.param([{"Value": "x"}, "text", {"Key": "a", "Value": "b"}], {"a": "b"}, id="what is no tag is left out"),
    ],
)
def test_tags_as_a_dict(tags: Any, expected: dict[str, str]) -> None:
    assert tags_to_dict(tags) == expected


# --- what is given ---


def test_what_is_given_comes_with_its_path_and_its_place() -> None:
    options = {"name": None, "objects": [{"a_b": "x"}, {"c": 0, "a_b": None}], "labels": {"a_b": 1}, "other": 1}

    assert list(convert.iter_options(NESTED.options, options)) == [
        ("objects", "objects", options["objects"]),
        ("objects.a_b", "objects[0].a_b", "x"),
        ("objects.c", "objects[1].c", 0),
        ("labels", "labels", {"a_b": 1}),
    ]
