"""The limits of the type compared with botocore's model of CreateInferenceExperiment and StopInferenceExperiment."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.session
import pytest
import regex

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import resource_type, validation
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import tags as tag_rules
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import LIMITS
from tests.support.limits import SAMPLES, STRICTER
from tests.support.model import INFERENCE_EXPERIMENT

CREATE, STOP = "CreateInferenceExperiment", "StopInferenceExperiment"
# Option -> operation and member, for options that are not in CreateInferenceExperiment.
OTHER_MEMBERS = {"status_reason": (STOP, "Reason"), "desired_state": (STOP, "DesiredState")}
MAX_INT = 2**31 - 1
PERCENTAGE, STOPPED = "shadow_mode_config.shadow_model_variants.sampling_percentage", {"Completed", "Cancelled"}

# (option path, limit) -> limit of the type, limit of botocore, reason for the difference.
DIFFERENT: dict[tuple[str, str], tuple[Any, Any, str]] = {
    **STRICTER,
    ("description", "length"): ((1, 1024), (0, 1024), "the schema rejects an empty description"),
    ("status_reason", "length"): ((1, 1024), (0, 1024), "the schema rejects an empty reason"),
    (PERCENTAGE, "number"): ((0, 100), (-MAX_INT - 1, 100), "a percentage is not negative"),
    ("desired_state", "choices"): ({"Running", *STOPPED}, STOPPED, "StartInferenceExperiment has no such parameter"),
}
# An option without choices, because AWS often adds instance types.
UNLIMITED = {"model_variants.infrastructure_config.real_time_inference_config.instance_type"}


def _members(shape: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (option path, type in botocore) for each member at every depth, without the tags."""
    for name, member in shape.members.items():
        spec: Mapping[str, Any] = {**INFERENCE_EXPERIMENT.options}
        for step in filter(None, path.split(".")):
            spec = spec[step]["options"]
        names = {resource_type.property_name(option): option for option in spec}
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


def _string_shape(shape: Any) -> Any:
    return shape.member if shape.type_name == "list" else shape


def _bounds_of_botocore(path: str) -> dict[str, Any]:
    shape = SHAPES[path]
    found: dict[str, Any] = {}
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "list":
        found["items"] = (least, most)
    elif shape.type_name == "integer":
        found["number"] = (-MAX_INT - 1 if least is None else least, MAX_INT if most is None else most)
    text = _string_shape(shape)
    if text.type_name == "string" and "max" in text.metadata:
        found["length"] = (text.metadata["min"], text.metadata["max"])
    if "enum" in text.metadata:
        found["choices"] = set(text.metadata["enum"])
    return found


def _bounds_of_type(path: str) -> dict[str, Any]:
    limit = LIMITS.get(path, resource_type.Limit())
    found: dict[str, Any] = {
        name: getattr(limit, name) for name in ("items", "number", "length") if getattr(limit, name)
    }
    if "choices" in _entry(path):
        found["choices"] = set(_entry(path)["choices"])
    return found


def _without_tags(paths: list[str]) -> list[str]:
    return [path for path in paths if path != INFERENCE_EXPERIMENT.tags_option]


def test_each_option_is_in_model_of_botocore() -> None:
    assert {path.partition(".")[0] for path in PATHS} == set(INFERENCE_EXPERIMENT.options)
    assert LIMITS.keys() <= SHAPES.keys()


@pytest.mark.parametrize("path", _without_tags(PATHS))
def test_limits_equal_those_of_botocore_or_are_listed(path: str) -> None:
    ours, botocores = _bounds_of_type(path), _bounds_of_botocore(path)
    if path in UNLIMITED:
        assert ours == {}
        assert set(botocores) == {"choices"}
        return
    for bound in ours.keys() | botocores.keys():
        expected = ours.get(bound), botocores.get(bound)
        stated = DIFFERENT.get((path, bound))
        assert expected == (stated[:2] if stated else (ours.get(bound), ours.get(bound))), bound


def test_listed_differences_name_existing_options() -> None:
    assert {path for path, _bound in DIFFERENT} | UNLIMITED <= SHAPES.keys()


@pytest.mark.parametrize(
    "path", [path for path in _without_tags(PATHS) if "pattern" in _string_shape(SHAPES[path]).metadata]
)
def test_pattern_accepts_same_samples_as_pattern_of_botocore(path: str) -> None:
    limit = LIMITS.get(path, resource_type.Limit())
    # As in Java, a dot matches no line break (WORD), and a digit is 0 to 9.
    botocores = regex.compile(_string_shape(SHAPES[path]).metadata["pattern"].replace(r"\d", "[0-9]"), regex.WORD)
    ours = {sample for sample in SAMPLES if sample and validation.matches(limit, sample)}
    theirs = {sample for sample in SAMPLES if sample and botocores.fullmatch(sample)}
    assert theirs, "the samples must contain values that the pattern accepts"
    assert sorted(ours - theirs) == []
    assert theirs <= ours


def test_limits_of_tags_equal_those_of_botocore() -> None:
    tags = SHAPES["tags"]
    key, value = tags.member.members["Key"], tags.member.members["Value"]
    assert (tags.metadata["max"], key.metadata["max"], value.metadata["max"]) == (
        tag_rules.MAX_TAGS,
        tag_rules.MAX_KEY_LENGTH,
        tag_rules.MAX_VALUE_LENGTH,
    )
    # Python and the library regex know different versions of Unicode.
    known = [character for character in map(chr, range(0x3000)) if unicodedata.category(character) != "Cn"]
    for shape in (key, value):
        pattern = regex.compile(shape.metadata["pattern"])
        assert [c for c in known if tag_rules.is_tag_character(c) != bool(pattern.fullmatch(c))] == []
