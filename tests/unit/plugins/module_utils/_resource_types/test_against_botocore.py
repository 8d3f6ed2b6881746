# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of the type compared with botocore's model of CreateInferenceExperiment and StopInferenceExperiment."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
import pytest
import regex

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import tags as tag_rules
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import validation
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Limit,
    property_name,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    LIMITS,
)
from tests.support.samples import SAMPLES

Bounds = dict[str, tuple[int, int] | None]
CREATE, STOP = "CreateInferenceExperiment", "StopInferenceExperiment"
# Options that only these members of another request carry.
OTHER_MEMBERS = {"status_reason": (STOP, "Reason"), "desired_state": (STOP, "DesiredState")}
MAX_INT = 2**31 - 1

_EMPTY = "an empty value has no effect in one call and removes the value in another, so it is rejected"
# Option path and bound: the limit of the type, that of botocore, and the reason for the stricter one.
STRICTER: dict[tuple[str, str], tuple[Any, Any, str]] = {
    **{
        (path, "length"): ((1, longest), (0, longest), _EMPTY)
        for path, longest in {
            "endpoint_name": 63,
            "kms_key": 2048,
            "description": 1024,
            "status_reason": 1024,
            "model_variants.model_name": 63,
            "model_variants.variant_name": 63,
            "shadow_mode_config.source_model_variant_name": 63,
            "shadow_mode_config.shadow_model_variants.shadow_model_variant_name": 63,
            "data_storage_config.destination": 512,
            "data_storage_config.kms_key": 2048,
        }.items()
    },
    ("model_variants", "items"): ((2, 2), (1, 2), "a shadow test needs a production and a shadow variant"),
    ("shadow_mode_config.shadow_model_variants.sampling_percentage", "number"): (
        (0, 100),
        (-MAX_INT - 1, 100),
        "a percentage is not negative",
    ),
    ("desired_state", "choices"): (
        {"Running", "Completed", "Cancelled"},
        {"Completed", "Cancelled"},
        "StartInferenceExperiment has no such parameter",
    ),
}
# Enums that the type does not limit, because AWS adds values often.
UNLIMITED = {"model_variants.infrastructure_config.real_time_inference_config.instance_type"}
# Values that botocore's pattern of an option accepts and the type rejects.
REJECTED_SAMPLES: dict[str, set[str]] = {}


def _members(shape: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (option path, shape) for each member at every depth, without the tags."""
    for name, member in shape.members.items():
        spec: Mapping[str, Any] = {**INFERENCE_EXPERIMENT.options}
        for step in filter(None, path.split(".")):
            spec = spec[step]["options"]
        names = {property_name(option): option for option in spec}
        here = f"{path}.{names[name]}".lstrip(".")
        yield here, member
        inner = member.member if member.type_name == "list" else member
        if inner.type_name == "structure" and name != INFERENCE_EXPERIMENT.tags:
            yield from _members(inner, here)


def _shapes() -> dict[str, Any]:
    model = botocore.session.get_session().get_service_model("sagemaker")

    def members(operation: str) -> Any:
        return model.operation_model(operation).input_shape

    found = dict(_members(members(CREATE)))
    for option, (operation, member) in OTHER_MEMBERS.items():
        found[option] = members(operation).members[member]
    return found


SHAPES = _shapes()
PATHS = sorted(SHAPES)


def _entry(path: str) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = {"options": INFERENCE_EXPERIMENT.options}
    for step in path.split("."):
        entry = entry["options"][step]
    return entry


def _text_shape(shape: Any) -> Any:
    return shape.member if shape.type_name == "list" else shape


def _bounds_of_botocore(path: str) -> dict[str, Any]:
    shape = SHAPES[path]
    found: dict[str, Any] = {}
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "list":
        found["items"] = (least, most)
    elif shape.type_name == "integer":
        found["number"] = (-MAX_INT - 1 if least is None else least, MAX_INT if most is None else most)
    text = _text_shape(shape)
    if text.type_name == "string" and "max" in text.metadata:
        found["length"] = (text.metadata["min"], text.metadata["max"])
    if "enum" in text.metadata:
        found["choices"] = set(text.metadata["enum"])
    return found


def _bounds_of_type(path: str) -> dict[str, Any]:
    limit = LIMITS.get(path, Limit())
    found: dict[str, Any] = {
        name: getattr(limit, name) for name in ("items", "number", "length") if getattr(limit, name)
    }
    if "choices" in _entry(path):
        found["choices"] = set(_entry(path)["choices"])
    return found


def _without_tags(paths: list[str]) -> list[str]:
    return [path for path in paths if path != INFERENCE_EXPERIMENT.tags_option]


def test_every_option_has_a_shape_in_botocores_model() -> None:
    assert {path.partition(".")[0] for path in PATHS} == set(INFERENCE_EXPERIMENT.options)
    assert LIMITS.keys() <= SHAPES.keys()


@pytest.mark.parametrize("path", _without_tags(PATHS))
def test_limits_equal_botocores_or_are_listed_as_stricter(path: str) -> None:
    ours, botocores = _bounds_of_type(path), _bounds_of_botocore(path)
    if path in UNLIMITED:
        assert ours == {}
        assert set(botocores) == {"choices"}
        return
    for bound in ours.keys() | botocores.keys():
        expected = ours.get(bound), botocores.get(bound)
        stated = STRICTER.get((path, bound))
        assert expected == (stated[:2] if stated else (ours.get(bound), ours.get(bound))), bound


def test_stricter_limits_name_existing_options() -> None:
    assert {path for path, _bound in STRICTER} | UNLIMITED | REJECTED_SAMPLES.keys() <= SHAPES.keys()


@pytest.mark.parametrize(
    "path", [path for path in _without_tags(PATHS) if "pattern" in _text_shape(SHAPES[path]).metadata]
)
def test_pattern_accepts_only_what_botocores_pattern_accepts(path: str) -> None:
    limit = LIMITS.get(path, Limit())
    # As in Java, a dot matches no line break (WORD), and a digit is one of 0 to 9.
    botocores = regex.compile(_text_shape(SHAPES[path]).metadata["pattern"].replace(r"\d", "[0-9]"), regex.WORD)
    ours = {sample for sample in SAMPLES if sample and validation.matches(limit, sample)}
    theirs = {sample for sample in SAMPLES if sample and botocores.fullmatch(sample)}
    assert theirs, "the samples must contain values that the pattern accepts"
    assert sorted(ours - theirs) == []
    assert theirs - ours == REJECTED_SAMPLES.get(path, set())


def test_tag_limits_equal_botocores() -> None:
    tags = SHAPES["tags"]
    key, value = tags.member.members["Key"], tags.member.members["Value"]
    assert (
        tags.metadata["max"],
        key.metadata["max"],
        value.metadata["max"],
    ) == (tag_rules.MAX_TAGS, tag_rules.MAX_KEY_LENGTH, tag_rules.MAX_VALUE_LENGTH)
    # Python and the library regex know different versions of Unicode.
    known = [character for character in map(chr, range(0x3000)) if unicodedata.category(character) != "Cn"]
    for shape in (key, value):
        pattern = regex.compile(shape.metadata["pattern"])
        assert [c for c in known if tag_rules.is_tag_character(c) != bool(pattern.fullmatch(c))] == []
