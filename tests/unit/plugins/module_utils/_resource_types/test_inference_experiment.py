# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits, the rules, the statuses and the predictions of the resource type."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.conversion import to_properties
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Declaration,
    Properties,
    property_name,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.validation import validate_options
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    LIMITS,
    STATUSES,
    intent_before_delete,
    predict,
    validate_declaration,
    validate_model,
    variants_after_stop,
)
from tests.support.experiments import ROLE, SCHEDULE, VARIANTS, experiment, shadow_mode, variant

Options = dict[str, Any]


def top(option: str) -> Callable[[Any], Options]:
    return lambda value: {option: value}


def in_variant(option: str) -> Callable[[Any], Options]:
    return lambda value: {"model_variants": [{option: value}, {}]}


def in_shadow(option: str) -> Callable[[Any], Options]:
    return lambda value: {"shadow_mode_config": {"shadow_model_variants": [{option: value}]}}


def source(value: Any) -> Options:
    return {"shadow_mode_config": {"source_model_variant_name": value}}


def instance_count(value: Any) -> Options:
    config = {"real_time_inference_config": {"instance_count": value}}
    return {"model_variants": [{"infrastructure_config": config}, {}]}


def in_storage(option: str) -> Callable[[Any], Options]:
    return lambda value: {"data_storage_config": {option: value}}


def in_content_type(option: str) -> Callable[[Any], Options]:
    return lambda value: {"data_storage_config": {"content_type": {option: value}}}


def shadows(value: Any) -> Options:
    return {"shadow_mode_config": {"shadow_model_variants": value}}


ROLE_PREFIX = "arn:aws:iam::123456789012:role/"
CSV, JSON = in_content_type("csv_content_types"), in_content_type("json_content_types")
COUNT = "model_variants[0].infrastructure_config.real_time_inference_config.instance_count"
SHADOW = "shadow_mode_config.shadow_model_variants"
SHADOW_0 = f"{SHADOW}[0]"
UNMATCHED = "shadow_mode_config must name the two variants of model_variants (production, shadow), got"
CSV_NAME, JSON_NAME = (f"data_storage_config.content_type.{kind}_content_types" for kind in ("csv", "json"))

BOUNDS: list[tuple[str, Callable[[Any], Options], str, list[Any], list[Any]]] = [
    # option in the message, function from value to options, words of the error, valid values, invalid values
    ("name", top("name"), "must have 1 to 120 characters", ["a", "a" * 120], ["a" * 121]),
    (
        "name",
        top("name"),
        "consist of letters and digits, with hyphens",
        ["A-b--9"],
        ["-a", "a-", "a_b", "a b", "\u00e9"],
    ),
    ("endpoint_name", top("endpoint_name"), "must have 1 to 63 characters", ["a", "a" * 63], ["a" * 64]),
    ("endpoint_name", top("endpoint_name"), "consist of letters and digits, with hyphens", ["a-b"], ["a-", "a/b"]),
    ("role_arn", top("role_arn"), "must have 20 to 2048 char", [ROLE_PREFIX + "r" * 2017], [ROLE_PREFIX + "r" * 2018]),
    (
        "role_arn",
        top("role_arn"),
        "be the ARN of an IAM role, like arn:aws:iam::123456789012:role/name",
        [ROLE, ROLE_PREFIX + "path/to/it", ROLE_PREFIX.replace("aws", "aws-us-gov") + "r"],
        ["arn:aws:iam::123456789012:user/name", "arn:aws:iam::12345:role/name", "a string that is no ARN"],
    ),
    ("kms_key", top("kms_key"), "must have 1 to 2048 characters", ["k", "k" * 2048], ["k" * 2049]),
    ("description", top("description"), "must have 1 to 1024 characters", ["d", "d" * 1024], ["d" * 1025]),
    ("status_reason", top("status_reason"), "must have 1 to 1024 characters", ["r", "r" * 1024], ["r" * 1025]),
    (
        "description",
        top("description"),
        'must be a single line (in YAML, write a long line with ">-", not with "|" or ">"), got',
        ["One: two, \t\U0001f680", " "],
        ["a\nb", "a\n", "\n", "a\r", "a\u2028"],
    ),
    ("status_reason", top("status_reason"), "must be a single line", ["a b"], ["a\nb", "a\n"]),
    (
        "kms_key",
        top("kms_key"),
        "must be the ID or ARN of a KMS key, or the name or ARN of an alias, got",
        ["alias/my_key-1", "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"],
        ["my key", "alias/my.key", "k\n"],
    ),
    ("data_storage_config.kms_key", in_storage("kms_key"), "must be the ID or ARN of a KMS key", ["k"], ["k k"]),
    ("model_variants", top("model_variants"), "exactly 2 elements", [[{}, {}]], [[], [{}], [{}, {}, {}]]),
    ("model_variants[0].model_name", in_variant("model_name"), "must have 1 to 63 characters", ["m" * 63], ["m" * 64]),
    (
        "model_variants[0].model_name",
        in_variant("model_name"),
        "consist of letters and digits",
        ["m-1"],
        ["m_1", "arn:x"],
    ),
    (
        "model_variants[0].variant_name",
        in_variant("variant_name"),
        "must have 1 to 63 characters",
        ["v" * 63],
        ["v" * 64],
    ),
    ("model_variants[0].variant_name", in_variant("variant_name"), "consist of letters and digits", ["v-1"], ["v_1"]),
    (COUNT, instance_count, "must be an integer from 0 to 2147483647", [0, 1, 2**31 - 1], [-1, 2**31]),
    ("shadow_mode_config.source_model_variant_name", source, "must have 1 to 63 characters", ["s" * 63], ["s" * 64]),
    ("shadow_mode_config.source_model_variant_name", source, "consist of letters and digits", ["s-1"], ["-s"]),
    (SHADOW, shadows, "exactly 1 element,", [[{}]], [[], [{}, {}]]),
    (
        f"{SHADOW}[0].shadow_model_variant_name",
        in_shadow("shadow_model_variant_name"),
        "to 63 ",
        ["s" * 63],
        ["s" * 64],
    ),
    (
        f"{SHADOW_0}.sampling_percentage",
        in_shadow("sampling_percentage"),
        "must be an integer from 0 to 100",
        [0, 100],
        [-1, 101],
    ),
    (
        "data_storage_config.destination",
        in_storage("destination"),
        "must be an S3 URI like s3://bucket/prefix",
        ["s3://bucket", "https://bucket/x"],
        ["bucket", "http://bucket", "S3://bucket", "s3://", "xs3://bucket", "s3://bucket/a\nb", "s3:///a"],
    ),
    (
        "data_storage_config.destination",
        in_storage("destination"),
        "must have 1 to 512 characters",
        ["s3://" + "b" * 507],
        ["s3://" + "b" * 508],
    ),
    (
        "data_storage_config.kms_key",
        in_storage("kms_key"),
        "must have 1 to 2048 characters",
        ["k" * 2048],
        ["k" * 2049],
    ),
    (CSV_NAME, CSV, "must have 1 to 10 elements", [["text/csv"], ["text/csv"] * 10], [[], ["text/csv"] * 11]),
    (JSON_NAME, JSON, "must have 1 to 10 elements", [["a/json"], ["a/json"] * 10], [[], ["a/json"] * 11]),
    (CSV_NAME, CSV, "must be a media type like text/csv", [["text/csv"]], [["text"], ["text/"], ["*/*"]]),
    (JSON_NAME, JSON, "must be a media type", [["application/x.y-json"]], [["json"], ["a/b/c"], ["a b/c"]]),
    (CSV_NAME, CSV, "must have 1 to 256 characters", [["a/" + "b" * 254]], [["a/" + "b" * 255]]),
    (
        "schedule.start_time",
        lambda value: {"schedule": {"start_time": value}},
        "must be an ISO 8601 time with an offset, like 2026-12-01T09:00:00Z or",
        ["2026-12-01T09:00:00Z", "2026-12-01 09:00:00+01:00"],
        ["2026-12-01T09:00:00", "tomorrow", "2026-12-01"],
    ),
    (
        "schedule.end_time",
        lambda value: {"schedule": {"end_time": value}},
        "must be a valid time",
        ["2026-12-01T09:00:00Z"],
        ["2026-02-30T09:00:00Z"],
    ),
]


# Read this test first.
def test_options_become_properties_of_request() -> None:
    options = {
        "name": "checkout",
        "shadow_mode_config": {"shadow_model_variants": [{"sampling_percentage": 101}]},
        "schedule": {"start_time": "2026-02-01 10:00:00.5+01:00", "end_time": "2026-02-08T09:00Z"},
    }

    assert validate_options(INFERENCE_EXPERIMENT, options) == {
        "shadow_mode_config": [
            (
                "shadow_mode_config.shadow_model_variants[0].sampling_percentage must be an integer from 0 to 100, got"
                " 101."
            )
        ]
    }
    assert to_properties(INFERENCE_EXPERIMENT, options) == {
        "Name": "checkout",
        "ShadowModeConfig": {"ShadowModelVariants": [{"SamplingPercentage": 101}]},
        "Schedule": {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-08T09:00:00Z"},
    }


@pytest.mark.parametrize(
    ("shown", "to_options", "words", "valid", "invalid"),
    [pytest.param(*row, id=f"{row[0]} {row[2]}") for row in BOUNDS],
)
def test_limit_accepts_valid_and_rejects_invalid_values(
    shown: str, to_options: Callable[[Any], Options], words: str, valid: list[Any], invalid: list[Any]
) -> None:
    for value in valid:
        assert validate_options(INFERENCE_EXPERIMENT, to_options(value)) == {}
    for value in invalid:
        (errors,) = validate_options(INFERENCE_EXPERIMENT, to_options(value)).values()
        assert any(error.startswith(f"{shown} ") and words in error for error in errors), errors


def test_bounds_have_each_limit_and_converted_option() -> None:
    tested = {row[0].replace("[0]", "") for row in BOUNDS}

    assert set(LIMITS) | set(INFERENCE_EXPERIMENT.values) == tested


@pytest.mark.parametrize("path", sorted(path for path, limit in LIMITS.items() if limit.length))
def test_empty_string_is_rejected(path: str) -> None:
    shown, to_options = next(row[:2] for row in BOUNDS if row[0].replace("[0]", "") == path)
    (errors,) = validate_options(
        INFERENCE_EXPERIMENT, to_options([""] if shown.endswith("content_types") else "")
    ).values()
    assert errors == [f"{shown} must not be empty."]


def test_kms_keys_are_shown_in_logs() -> None:
    storage = INFERENCE_EXPERIMENT.options["data_storage_config"]["options"]

    # Without no_log: false, Ansible warns about options with "key" in the name.
    assert INFERENCE_EXPERIMENT.options["kms_key"]["no_log"] is storage["kms_key"]["no_log"] is False


# --- rules between properties ---


def lasting(length: timedelta) -> Properties:
    start = datetime(2026, 2, 1, tzinfo=timezone.utc)
    return {"Schedule": {"StartTime": start.isoformat(), "EndTime": (start + length).isoformat()}}


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        pytest.param({}, [], id="no property"),
        pytest.param({"ModelVariants": VARIANTS, "ShadowModeConfig": shadow_mode()}, [], id="variants and roles"),
        pytest.param(
            {"ModelVariants": VARIANTS[::-1], "ShadowModeConfig": shadow_mode()}, [], id="variants in another order"
        ),
        pytest.param({"ModelVariants": VARIANTS}, [], id="variants without roles"),
        pytest.param({"ShadowModeConfig": shadow_mode()}, [], id="roles without variants"),
        pytest.param(
            {"ModelVariants": [variant("a"), variant("a")]},
            ["model_variants must have two variants with different variant_name."],
            id="equal names",
        ),
        pytest.param(
            {"ShadowModeConfig": shadow_mode(shadow="production")},
            ["shadow_mode_config must name different variants as source and as shadow."],
            id="equal roles",
        ),
        pytest.param(
            {"ModelVariants": VARIANTS, "ShadowModeConfig": shadow_mode(shadow="other")},
            [f"{UNMATCHED} production and other."],
            id="unknown shadow",
        ),
        pytest.param(
            {"ModelVariants": VARIANTS, "ShadowModeConfig": shadow_mode(source="other")},
            [f"{UNMATCHED} other and shadow."],
            id="unknown source",
        ),
        pytest.param(
            {
                "ModelVariants": VARIANTS,
                "ShadowModeConfig": {
                    "SourceModelVariantName": "production",
                    "ShadowModelVariants": [{"ShadowModelVariantName": name} for name in ("shadow", "other")],
                },
            },
            [],
            id="second shadow, which the limit of the list rejects",
        ),
        pytest.param({"Schedule": {"StartTime": "2026-02-01T09:00:00Z"}}, [], id="start time only"),
        pytest.param({"Schedule": {"EndTime": "2026-02-01T09:00:00Z"}}, [], id="end time only"),
        pytest.param(lasting(timedelta(hours=1)), [], id="1 hour"),
        pytest.param(lasting(timedelta(days=30)), [], id="30 days"),
        pytest.param(
            lasting(timedelta(hours=1) - SECOND),
            ["schedule must last from 1 hour to 30 days, got 59 minutes 59 seconds."],
            id="less than 1 hour",
        ),
        pytest.param(
            lasting(timedelta(days=30) + SECOND),
            ["schedule must last from 1 hour to 30 days, got 30 days 1 second."],
            id="more than 30 days",
        ),
        pytest.param(
            lasting(timedelta(days=32, hours=2)),
            ["schedule must last from 1 hour to 30 days, got 32 days 2 hours."],
            id="days and hours",
        ),
        pytest.param(
            {"ModelVariants": [*VARIANTS, variant("third")], "ShadowModeConfig": shadow_mode()},
            [],
            id="three variants",
        ),
        pytest.param(lasting(timedelta(0)), ["schedule.end_time must be after schedule.start_time."], id="no duration"),
        pytest.param(lasting(-SECOND), ["schedule.end_time must be after schedule.start_time."], id="end before start"),
        pytest.param(
            {"Schedule": {"StartTime": "2026-02-01T09:00:00+02:00", "EndTime": "2026-02-01T08:00:00+00:00"}},
            [],
            id="end after start in UTC",
        ),
        pytest.param(
            {"ModelVariants": [variant("a"), variant("a")], **lasting(-SECOND)},
            [
                "model_variants must have two variants with different variant_name.",
                "schedule.end_time must be after schedule.start_time.",
            ],
            id="several errors",
        ),
    ],
)
def test_validate_model_returns_errors(properties: Properties, expected: list[str]) -> None:
    assert validate_model(properties) == expected


REQUIRES = "requires desired_state: Completed, desired_state: Cancelled or state: absent."
REASON, PROMOTE = f"status_reason {REQUIRES}", f"on_stop: promote_shadow {REQUIRES}"


def stop_task(properties: Properties, *, on_stop: str = "retain", present: bool = True) -> Declaration:
    return Declaration(
        identifier="test", present=present, properties=properties, module_only_options={"on_stop": on_stop}
    )


@pytest.mark.parametrize(
    ("declaration", "errors"),
    [
        pytest.param(stop_task({}), [], id="no option of a stop"),
        pytest.param(stop_task({"StatusReason": "x"}), [REASON], id="reason"),
        pytest.param(stop_task({}, on_stop="promote_shadow"), [PROMOTE], id="on_stop"),
        pytest.param(
            stop_task({"StatusReason": "x", "DesiredState": "Running"}, on_stop="promote_shadow"),
            [REASON, PROMOTE],
            id="both with a start",
        ),
        pytest.param(
            stop_task({"StatusReason": "x", "DesiredState": "Completed"}, on_stop="promote_shadow"),
            [],
            id="both with Completed",
        ),
        pytest.param(stop_task({"StatusReason": "x", "DesiredState": "Cancelled"}), [], id="reason with Cancelled"),
        pytest.param(
            stop_task({"StatusReason": "x"}, on_stop="remove_shadow", present=False), [], id="both with absent"
        ),
    ],
)
def test_validate_declaration_rejects_options_of_stop_without_stop(declaration: Declaration, errors: list[str]) -> None:
    assert validate_declaration(declaration) == errors


# --- stops ---


@pytest.mark.parametrize(
    ("on_stop", "expected"),
    [
        pytest.param("retain", {}, id="retain"),
        pytest.param("promote_shadow", {"ModelVariants": [variant("shadow")]}, id="promote"),
        pytest.param("remove_shadow", {"ModelVariants": [variant("production")]}, id="remove"),
    ],
)
@pytest.mark.parametrize("variants", [VARIANTS, VARIANTS[::-1]], ids=["in order", "in reverse"])
def test_variants_after_stop_returns_variants_to_keep(
    on_stop: str, expected: Properties, variants: list[Properties]
) -> None:
    read = experiment("Running", ModelVariants=variants)
    before = copy.deepcopy(read)

    assert variants_after_stop(read, {"on_stop": on_stop}) == expected
    assert read == before


def test_variants_after_stop_without_on_stop_returns_no_change() -> None:
    assert variants_after_stop(experiment("Running"), {}) == {}


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(experiment("Running", ModelVariants=None), id="variants not set"),
        pytest.param(experiment("Running", ModelVariants=[]), id="no variants"),
        pytest.param(experiment("Running", ModelVariants=[variant("x"), variant("y")]), id="other variants"),
        pytest.param(experiment("Running", ShadowModeConfig=None), id="roles not set"),
        pytest.param(experiment("Running", ShadowModeConfig={}), id="no roles"),
    ],
)
@pytest.mark.parametrize("on_stop", ["promote_shadow", "remove_shadow"])
def test_variants_after_stop_rejects_missing_variant(read: Properties, on_stop: str) -> None:
    with pytest.raises(
        ValueError, match=f"^on_stop: {on_stop} requires both variants of shadow_mode_config in model_variants"
    ):
        variants_after_stop(read, {"on_stop": on_stop})


@pytest.mark.parametrize(
    ("properties", "on_stop", "expected"),
    [
        pytest.param({}, "retain", None, id="no option of a stop"),
        pytest.param({}, "promote_shadow", "Completed", id="on_stop"),
        pytest.param({"StatusReason": "x"}, "retain", "Completed", id="reason"),
        pytest.param({"DesiredState": "Cancelled"}, "retain", "Cancelled", id="Cancelled"),
        pytest.param({"DesiredState": "Completed"}, "remove_shadow", "Completed", id="Completed"),
        pytest.param({"DesiredState": "Running"}, "retain", None, id="Running"),
    ],
)
def test_intent_before_delete(properties: Properties, on_stop: str, expected: str | None) -> None:
    assert intent_before_delete(stop_task(properties, on_stop=on_stop, present=False)) == expected


# --- statuses ---


def test_statuses_are_transitional_stable_or_ended() -> None:
    transitional = {name for name, status in STATUSES.items() if status.transitional}
    ended = {name for name, status in STATUSES.items() if status.updatable == {"Tags"}}

    assert len(STATUSES) == 8
    assert transitional == {"Creating", "Updating", "Starting", "Stopping"}
    assert ended == {"Completed", "Cancelled"}


def test_names_in_fields_of_type_are_properties_of_type() -> None:
    resource_type = INFERENCE_EXPERIMENT
    readable = {property_name(option) for option in resource_type.read_only}
    known = {
        *resource_type.create_only,
        *resource_type.write_only,
        *resource_type.never_compared,
        *resource_type.ignored_by_create,
    }
    known |= {
        *resource_type.required_to_create,
        *(path[0] for path in resource_type.equivalences),
        *(path[0] for path in resource_type.unset_when_empty),
    }
    for status in STATUSES.values():
        known |= {*status.updatable, *status.write_only, *status.preserved_on_recreate, *status.ignored_when_reached}
        for transition in status.transitions.values():
            known |= {*transition.also_sends, *transition.applies}

    assert known <= resource_type.writable
    assert not resource_type.writable & readable
    assert resource_type.lifecycle
    assert resource_type.lifecycle.status in readable
    assert resource_type.lifecycle.intent in resource_type.writable
    assert resource_type.lifecycle.intents_on_create <= {*resource_type.lifecycle.intents} <= {*STATUSES}


def test_statuses_allow_only_changes_that_handler_applies() -> None:
    everything = {"Description", "Schedule", "DataStorageConfig", "ModelVariants", "ShadowModeConfig", "Tags"}

    assert STATUSES["Created"].updatable == everything
    assert STATUSES["Running"].updatable == everything - {"DataStorageConfig", "ModelVariants"}
    assert STATUSES["Created"].transitions.keys() == {"Running"}
    assert STATUSES["Running"].transitions.keys() == {"Completed", "Cancelled"}
    assert STATUSES["Running"].write_only == {"Schedule": ("EndTime",)}


# --- prediction ---


NOW = datetime(2026, 1, 5, 9, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("before", "sent", "expected"),
    [
        pytest.param(None, {}, "Running", id="create without schedule"),
        pytest.param(None, {"Schedule": SCHEDULE}, "Created", id="create with later start"),
        pytest.param(None, {"Schedule": {"StartTime": "2026-01-05T09:00:00Z"}}, "Running", id="create with start now"),
        pytest.param(None, {"Schedule": {"EndTime": "2026-02-08T09:00:00Z"}}, "Running", id="create with end only"),
        pytest.param("Created", {"DesiredState": "Running"}, "Running", id="start"),
        pytest.param("Running", {"DesiredState": "Completed"}, "Completed", id="stop as Completed"),
        pytest.param("Running", {"DesiredState": "Cancelled"}, "Cancelled", id="stop as Cancelled"),
        pytest.param("Running", {"Schedule": {"EndTime": "x"}}, "Running", id="update"),
    ],
)
def test_predict_returns_status_after_operation(before: str | None, sent: Properties, expected: str) -> None:
    read = experiment(before) if before else None
    model = experiment(before or "none", Status=before)

    assert predict(read, model, sent, NOW)["Status"] == expected


def test_predict_keeps_both_variants_after_stop() -> None:
    model = experiment("Running", ModelVariants=[variant("shadow")], Description="New")

    predicted = predict(experiment("Running"), model, {"DesiredState": "Completed"}, NOW)

    assert predicted == {**model, "ModelVariants": VARIANTS, "Status": "Completed"}
