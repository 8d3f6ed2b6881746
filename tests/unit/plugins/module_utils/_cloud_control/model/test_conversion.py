"""Conversion of options to properties and back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import conversion
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.conversion import (
    to_options,
    to_options_at,
    to_properties,
)
from tests.support.cases import cases
from tests.support.model import INFERENCE_EXPERIMENT, thing

VERBATIM = {"snake_case": 1, "PascalCase": {"a_b": [None, {"Ab": 1}]}, "": None}


NESTED = thing(
    {
        "object": {"type": "dict", "options": {"a_b": {"type": "str"}, "labels": {"type": "dict"}}},
        "objects": {"type": "list", "elements": "dict", "options": {"a_b": {"type": "str"}, "c": {"type": "int"}}},
        "labels": {"type": "dict"},
        "strings": {"type": "list", "elements": "str"},
    }
)


# Read this test first.
def test_to_properties_and_to_options_convert_names_at_every_depth() -> None:
    options = {
        "name": "checkout",
        "model_variants": [{"variant_name": "shadow", "infrastructure_config": {"infrastructure_type": "RealTime"}}],
    }
    properties = {
        "Name": "checkout",
        "ModelVariants": [{"VariantName": "shadow", "InfrastructureConfig": {"InfrastructureType": "RealTime"}}],
    }

    assert to_properties(INFERENCE_EXPERIMENT, options) == properties
    assert to_options(INFERENCE_EXPERIMENT, {**properties, "Tags": [{"Key": "team", "Value": "ml"}]}) == {
        **options,
        "tags": {"team": "ml"},
    }


@cases(
    ("property", ["Object"], {"AB": "x", "Labels": {"AB": 1}}, {"a_b": "x", "labels": {"AB": 1}}),
    ("list", ["Objects"], [{"AB": "x"}, {"C": 1}], [{"a_b": "x"}, {"c": 1}]),
    ("element of a list", ["Objects"], {"AB": "x"}, {"a_b": "x"}),
    ("free-form member", ["Object", "Labels"], {"AB": 1}, {"AB": 1}),
    ("member of an unknown property", ["Other", "Member"], {"AB": 1}, {"AB": 1}),
    ("null", ["Object"], None, None),
)
def test_to_options_at_converts_value_at_path(path: list[str], value: Any, expected: Any) -> None:
    assert to_options_at(NESTED, tuple(path), value) == expected


@cases(
    ("null option", {"name": None}, {}),
    ("null member", {"object": {"a_b": None, "labels": {"x": 1}}}, {"Object": {"Labels": {"x": 1}}}),
    ("object with null members only", {"object": {"a_b": None}}, {}),
    ("empty object", {"object": {}}, {}),
    ("option after empty object", {"object": {}, "strings": ["a"]}, {"Strings": ["a"]}),
    ("null member in list", {"objects": [{"a_b": "x", "c": None}]}, {"Objects": [{"AB": "x"}]}),
    ("null object in list", {"objects": [None, {"c": 1}]}, {"Objects": [{"C": 1}]}),
    ("null string in list", {"strings": ["a", None, "b"]}, {"Strings": ["a", "b"]}),
    ("empty list of strings", {"strings": []}, {"Strings": []}),
    ("empty list of objects", {"objects": []}, {"Objects": []}),
    ("empty free-form dictionary", {"labels": {}}, {"Labels": {}}),
    ("empty string", {"name": ""}, {"Name": ""}),
    ("zero", {"objects": [{"c": 0}]}, {"Objects": [{"C": 0}]}),
    ("false", {"name": False}, {"Name": False}),
    ("free-form dictionary", {"labels": VERBATIM}, {"Labels": VERBATIM}),
    ("nested dictionary", {"object": {"labels": VERBATIM}}, {"Object": {"Labels": VERBATIM}}),
    ("option outside the spec", {"other": 1, "state": "present"}, {}),
    ("tags", {"tags": {"a": "b"}}, {}),
    ("value like an option name", {"name": "a_b"}, {"Name": "a_b"}),
)
def test_to_properties(options: dict[str, Any], properties: dict[str, Any]) -> None:
    before = copy.deepcopy(options)
    assert to_properties(NESTED, options) == properties
    assert options == before


@cases(
    ("unknown property", {"New": {"SubKey": 1}, "Name": "x"}, {"New": {"SubKey": 1}, "name": "x"}),
    ("unknown member", {"Object": {"New": 1}}, {"object": {"New": 1}}),
    ("member in list", {"Objects": [{"AB": "x", "New": 1}]}, {"objects": [{"a_b": "x", "New": 1}]}),
    ("free-form dictionary", {"Labels": VERBATIM}, {"labels": VERBATIM}),
    ("nested dictionary", {"Object": {"Labels": {"AB": 1}}}, {"object": {"labels": {"AB": 1}}}),
    ("string for an object", {"Object": "text"}, {"object": "text"}),
    ("object for a list", {"Objects": {"AB": 1}}, {"objects": {"a_b": 1}}),
    ("value like a property name", {"Name": "ModelName"}, {"name": "ModelName"}),
    ("no property", {}, {}),
)
def test_to_options(properties: dict[str, Any], options: dict[str, Any]) -> None:
    before = copy.deepcopy(properties)
    assert to_options(NESTED, properties) == {**options, "tags": {}}
    assert properties == before


def test_read_only_properties_are_returned_and_not_sent() -> None:
    of_type = thing({"name": {"type": "str"}}, read_only={"creation_time": {"type": "str"}})
    assert to_options(of_type, {"CreationTime": "then"}) == {"creation_time": "then", "tags": {}}
    assert to_properties(of_type, {"name": "x", "creation_time": "then"}) == {"Name": "x"}


def test_values_are_converted_in_to_properties_only() -> None:
    of_type = thing(
        {"inner": {"type": "list", "elements": "dict", "options": {"size": {"type": "str"}}}},
        values={"inner.size": int},
    )
    assert to_properties(of_type, {"inner": [{"size": "7"}, {"size": None}]}) == {"Inner": [{"Size": 7}, {}]}
    assert to_options(of_type, {"Inner": [{"Size": 7}]}) == {"inner": [{"size": 7}], "tags": {}}
    with pytest.raises(ValueError, match="invalid literal"):
        to_properties(of_type, {"inner": [{"size": "many"}]})


def test_iter_options_yields_path_and_position_of_each_option() -> None:
    options = {"name": None, "objects": [{"a_b": "x"}, {"c": 0, "a_b": None}], "labels": {"a_b": 1}, "other": 1}
    assert list(conversion.iter_options(NESTED.options, options)) == [
        ("objects", "objects", options["objects"]),
        ("objects.a_b", "objects[0].a_b", "x"),
        ("objects.c", "objects[1].c", 0),
        ("labels", "labels", {"a_b": 1}),
    ]


def test_iter_options_shows_alias_that_the_task_uses() -> None:
    spec = {"size": {"type": "int", "aliases": ["length"]}}
    assert list(conversion.iter_options(spec, {"size": 5, "length": 5})) == [("size", "length", 5)]
    assert list(conversion.iter_options(spec, {"size": 5, "length": None})) == [("size", "size", 5)]
