# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a task by itself is refused before any call, in check mode too, all of it in one message."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.malformed_values import put_at
from tests.support.tasks import (
    END,
    MODULE,
    ROLE_ARN,
    SCHEDULE,
    START,
    full,
    minimal,
    omit,
    shadow_mode_config,
    stored_experiment,
    succeeded,
    variant,
    variants,
)
from tests.unit.conftest import Run

CHECK = pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])


def storage(**changes: Any) -> dict[str, Any]:
    return {"data_storage_config": {"destination": "s3://bucket/key", **changes}}


def content(kind: str, *types: str) -> dict[str, Any]:
    return storage(content_type={f"{kind}_content_types": list(types)})


def schedule(start: str, end: str) -> dict[str, Any]:
    return {"schedule": {"start_time": start, "end_time": end}}


def one_variant(**changes: Any) -> dict[str, Any]:
    return {"model_variants": [variant("production", "demo-model-a", **changes), variant("shadow", "demo-model-b")]}


def shadow_named(source: str, shadow: str) -> dict[str, Any]:
    variant = {"shadow_model_variant_name": shadow, "sampling_percentage": 1}
    return {"shadow_mode_config": {"source_model_variant_name": source, "shadow_model_variants": [variant]}}


TYPES_11 = [f"text/type{number}" for number in range(11)]

WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    # what is wrong: the options beside name, and words of the message
    "a name of 121 characters": ({"name": "n" * 121}, ["name", "120"]),
    "a name with an underscore": ({"name": "check_out"}, ["name", "check_out"]),
    "a name that begins with a hyphen": ({"name": "-checkout"}, ["name", "-checkout"]),
    "a name that ends with a hyphen": ({"name": "checkout-"}, ["name", "checkout-"]),
    "an empty name": ({"name": ""}, ["name", "empty"]),
    "an endpoint name of 64 characters": ({"endpoint_name": "e" * 64}, ["endpoint_name", "63"]),
    "an endpoint name with a dot": ({"endpoint_name": "check.out"}, ["endpoint_name", "check.out"]),
    "an empty endpoint name": ({"endpoint_name": ""}, ["endpoint_name", "empty"]),
    "a role that is no ARN": ({"role_arn": "sagemaker-experiments"}, ["role_arn", "ARN"]),
    "an ARN of no role": ({"role_arn": "arn:aws:iam::123456789012:user/somebody"}, ["role_arn", "ARN"]),
    "an empty role": ({"role_arn": ""}, ["role_arn", "empty"]),
    "an empty key": ({"kms_key": ""}, ["kms_key", "empty"]),
    "a key of 2049 characters": ({"kms_key": "k" * 2049}, ["kms_key", "2048"]),
    "an empty description": ({"description": ""}, ["description", "empty"]),
    "a description of 1025 characters": ({"description": "d" * 1025}, ["description", "1024"]),
    "a reason of 1025 characters": ({"desired_state": "Completed", "status_reason": "r" * 1025}, ["status_reason"]),
    "an empty reason": ({"desired_state": "Completed", "status_reason": ""}, ["status_reason", "empty"]),
    "no variants": ({"model_variants": []}, ["model_variants", "2"]),
    "one variant": ({"model_variants": [variant("production", "a")]}, ["model_variants", "2"]),
    "three variants": ({"model_variants": [*variants(), variant("third", "c")]}, ["model_variants", "2"]),
    "two variants of one name": ({"model_variants": [variant("a", "m"), variant("a", "n")]}, ["model_variants"]),
    "a model name of 64 characters": ({"model_variants": [variant("a", "m" * 64), variant("b", "n")]},
                                      ["model_variants[0].model_name", "63"]),
    "a variant name with a blank": ({"model_variants": [variant("a", "m"), variant("b b", "n")]},
                                    ["model_variants[1].variant_name"]),
    "an empty instance type": (one_variant(instance_type=""), ["instance_type", "empty"]),
    "a negative count": (one_variant(count=-1), ["instance_count"]),
    "sampling below 0": ({"shadow_mode_config": shadow_mode_config(-1)}, ["sampling_percentage", "100", "-1"]),
    "sampling above 100": ({"shadow_mode_config": shadow_mode_config(101)}, ["sampling_percentage", "100", "101"]),
    "no shadow": ({"shadow_mode_config": {"source_model_variant_name": "a", "shadow_model_variants": []}},
                  ["shadow_mode_config.shadow_model_variants", "1"]),
    "two shadows": ({"shadow_mode_config": {"source_model_variant_name": "a", "shadow_model_variants": [
        {"shadow_model_variant_name": "b", "sampling_percentage": 1},
        {"shadow_model_variant_name": "c", "sampling_percentage": 1}]}},
        ["shadow_mode_config.shadow_model_variants", "1"]),
    "a source name of 64 characters": (shadow_named("s" * 64, "b"), ["source_model_variant_name", "63"]),
    "a shadow name with a slash": (shadow_named("a", "b/b"), ["shadow_model_variant_name"]),
    "one variant as source and shadow": (shadow_named("a", "a"), ["shadow_mode_config"]),
    "variants that the shadow mode does not name": ({"model_variants": variants(), **shadow_named("production", "b")},
                                                    ["shadow_mode_config", "model_variants", "b"]),
    "a destination in no known place": (storage(destination="ftp://bucket"), ["destination", "s3://"]),
    "an empty destination": (storage(destination=""), ["destination", "empty"]),
    "a destination of 513 characters": (storage(destination="s3://" + "b" * 508), ["destination", "512"]),
    "an empty storage key": (storage(kms_key=""), ["data_storage_config.kms_key", "empty"]),
    "no CSV type": (content("csv"), ["csv_content_types", "10"]),
    "11 CSV types": (content("csv", *TYPES_11), ["csv_content_types", "10"]),
    "no JSON type": (content("json"), ["json_content_types", "10"]),
    "11 JSON types": (content("json", *TYPES_11), ["json_content_types", "10"]),
    "a content type without a slash": (content("json", "text/x", "json"), ["json_content_types[1]", '"json"']),
    "an empty content type": (content("csv", ""), ["csv_content_types", "empty"]),
    "a time that is none": (schedule("tomorrow", END), ["schedule.start_time", "tomorrow"]),
    "a start without an offset": (schedule("2026-01-02T12:00:00", END), ["schedule.start_time", "offset"]),
    "an end without an offset": (schedule(START, "2026-01-09 12:00"), ["schedule.end_time", "offset"]),
    "a day that does not exist": (schedule("2026-02-30T12:00:00Z", END), ["schedule.start_time", "2026-02-30"]),
    "an empty time": (schedule("", END), ["schedule.start_time", "empty"]),
    "an end before the start": (schedule(END, START), ["schedule.end_time", "after"]),
    "an end at the start": (schedule(START, START), ["schedule.end_time", "after"]),
    "59 minutes 59 seconds": (schedule(START, "2026-01-02T12:59:59Z"), ["schedule", "1 hour"]),
    "59 minutes in two offsets": (schedule(START, "2026-01-02T13:59:00+01:00"), ["schedule", "1 hour"]),
    "30 days and a second": (schedule(START, "2026-02-01T12:00:01Z"), ["schedule", "30 days"]),
    "a reason without a stop": ({"status_reason": "Over"}, ["status_reason requires", "desired_state: Completed"]),
    "a reason for a start": ({"status_reason": "Go", "desired_state": "Running"}, ["status_reason"]),
    "a promotion without a stop": ({"on_stop": "promote_shadow"}, ["on_stop", "promote_shadow"]),
    "a removal without a stop": ({"on_stop": "remove_shadow", "desired_state": "Running"}, ["on_stop"]),
    "a tag of AWS": ({"tags": {"aws:mine": "x"}}, ["tags", "aws:mine"]),
    "a tag of AWS in capitals": ({"tags": {"AWS:mine": "x"}}, ["tags", "AWS:mine"]),
    "an empty tag key": ({"tags": {"": "x"}}, ["tags", "128"]),
    "a tag key of 129 characters": ({"tags": {"k" * 129: "x"}}, ["tags", "128"]),
    "a tag value of 257 characters": ({"tags": {"k": "v" * 257}}, ["tags", "256"]),
    "a tag key with a question mark": ({"tags": {"why?": "x"}}, ["tags", "why?"]),
    "a tag without a value": ({"tags": {"k": None}}, ['tags["k"] must be a string']),
    "51 tags": ({"tags": {f"k{number}": "v" for number in range(51)}}, ["tags", "50"]),
    "an empty role for Cloud Control": ({"cloud_control_role_arn": ""}, ["cloud_control_role_arn", "empty"]),
    "no time to wait": ({"wait_timeout": 0}, ["wait_timeout"]),
    "a negative time to wait": ({"wait_timeout": -1}, ["wait_timeout"]),
    "more time to wait than requests are remembered": ({"wait_timeout": 604801}, ["wait_timeout", "604800"]),
}  # fmt: skip


@CHECK
@pytest.mark.parametrize(("options", "words"), WRONG.values(), ids=WRONG)
def test_refused_before_any_call(
    run: Run, emulator: Emulator, options: dict[str, Any], words: list[str], check: bool
) -> None:
    result = run(MODULE, {**minimal(), **options}, check=check)
    assert result.failed
    assert [word for word in words if word not in result.msg] == [], result.msg
    told = (result["error"]["code"], result.changed, result["inference_experiment"], result["operations"])
    assert (told, emulator.calls()) == (("InvalidOptions", False, {}, []), [])


REJECTED_BY_ANSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "a missing option": ({"name": None, "state": "absent"}, "missing required arguments: name"),
    "an unknown option": ({"model_variant": []}, "Unsupported parameters for"),
    "an unknown suboption": ({"schedule": {"end": END}}, "schedule.end"),
    "another type": ({"type": "CanaryMode"}, "value of type must be one of: ShadowMode, got: CanaryMode"),
    "another infrastructure": (
        one_variant(
            infrastructure_config={
                "infrastructure_type": "Batch",
                "real_time_inference_config": {"instance_type": "x", "instance_count": 1},
            }
        ),
        "value of infrastructure_type must be one of: RealTimeInference, got: Batch found in model_variants",
    ),
    "another desired state": (
        {"desired_state": "Stopped"},
        "value of desired_state must be one of: Running, Completed, Cancelled, got: Stopped",
    ),
    "another stop action": ({"on_stop": "promote"}, "value of on_stop must be one of: retain, promote_shadow"),
    "another state": ({"state": "started"}, "value of state must be one of: present, absent, got: started"),
    "a variant without a model": (
        {"model_variants": [omit(variant("a", "m"), ["model_name"]), variant("b", "n")]},
        "missing required arguments: model_name found in model_variants",
    ),
    "shadow mode without a source": (
        {"shadow_mode_config": {"shadow_model_variants": []}},
        "missing required arguments: source_model_variant_name found in shadow_mode_config",
    ),
    "storage without a destination": (
        {"data_storage_config": {"kms_key": "k"}},
        "missing required arguments: destination found in data_storage_config",
    ),
    "a percentage with a sign": (
        {
            "shadow_mode_config": put_at(
                shadow_mode_config(), ("shadow_model_variants", 0, "sampling_percentage"), "25%"
            )
        },
        "argument 'sampling_percentage' is of type",
    ),
    # Errors of this collection's checks are not in the message.
    "several": ({"state": "started", "description": True, "status_reason": ""}, "value of state must be one of"),
}


@CHECK
@pytest.mark.parametrize("case", REJECTED_BY_ANSIBLE)
def test_manage_rejects_first_with_ansibles_message(run: Run, emulator: Emulator, case: str, check: bool) -> None:
    options, message = REJECTED_BY_ANSIBLE[case]
    task = {name: value for name, value in {**minimal(), **options}.items() if value is not None}
    result = run(MODULE, task, check=check)
    assert (result.failed, emulator.calls()) == (True, [])
    assert message in result.msg
    assert [key for key in result.values if key in {"error", "operations", "exception"}] == []


@CHECK
@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(
            {
                "model_variants": [variant("production", "m m"), variant("other", "n")],
                "shadow_mode_config": shadow_mode_config(),
            },
            ["model_name", "production, other"],
            id="a wrong model, and variants that do not fit their roles",
        ),
        pytest.param(
            {"state": "absent", "name": "a_b", "description": "", "tags": {"aws:x": "y"}},
            ["name must", "description", "aws:x"],
            id="what a deletion does not need",
        ),
    ],
)
def test_what_is_wrong_by_itself_does_not_hide(
    run: Run, emulator: Emulator, options: dict[str, Any], words: list[str], check: bool
) -> None:
    result = run(MODULE, {**minimal(), **options}, check=check)
    assert result.failed
    assert [word for word in words if word not in result.msg] == [], result.msg
    assert emulator.calls() == []


RIGHT: dict[str, dict[str, Any]] = {
    # what is at its limit: options that make it so
    "a name of one character": {"name": "n"},
    "a name of 120 characters": {"name": "n" * 120},
    "a name with hyphens": {"name": "a--b-1"},
    "an endpoint name of 63 characters": {"endpoint_name": "e" * 63},
    "a role with a path": {"role_arn": "arn:aws-us-gov:iam::123456789012:role/some/path/name"},
    "a description of one character": {"description": "d"},
    "a description of 1024 characters": {"description": "d" * 1024},
    "sampling of 0": {"shadow_mode_config": shadow_mode_config(0)},
    "sampling of 100": {"shadow_mode_config": shadow_mode_config(100)},
    "ten content types": content("csv", *TYPES_11[:10]),
    "one content type": content("json", "application/vnd.x1"),
    "a destination by https": storage(destination="https://bucket.s3.amazonaws.com/key"),
    "a destination of 512 characters": storage(destination="s3://" + "b" * 507),
    "an hour": schedule(START, "2026-01-02T13:00:00Z"),
    "an hour in two offsets": schedule(START, "2026-01-02T14:00:00+01:00"),
    "30 days": schedule(START, "2026-02-01T12:00:00Z"),
    "a time with a blank and without seconds": schedule("2026-01-02 12:00Z", END),
    "50 tags": {"tags": {f"k{number}": "v" for number in range(50)}},
    "a tag key of 128 and a value of 256 characters": {"tags": {"k" * 128: "v" * 256}},
    "an empty tag value": {"tags": {"k": ""}},
    "tags with signs and other scripts": {"tags": {"Größe _.:/=+-@": "価値 1"}},
    "a tag that has aws: later on": {"tags": {"my:aws:tag": "x"}},
    "the longest time to wait": {"wait_timeout": 604800},
    "the shortest time to wait": {"wait_timeout": 1, "wait": False},
}


@pytest.mark.parametrize("options", RIGHT.values(), ids=RIGHT)
def test_at_its_limit_it_is_taken(run: Run, emulator: Emulator, options: dict[str, Any]) -> None:
    task = full(**options)
    result = succeeded(run(MODULE, task))
    assert result.changed
    emulator.clock.advance(10)
    assert emulator.experiment(task["name"], task.get("region", "us-east-1"))["status"] in ("Created", "Running")
    assert not succeeded(run(MODULE, task)).changed


@CHECK
def test_all_that_is_wrong_is_in_one_message(run: Run, emulator: Emulator, check: bool) -> None:
    task = full(
        name="check_out",
        role_arn="nobody",
        endpoint_name="e" * 64,
        kms_key="",
        description="",
        model_variants=[variant("production", "m m"), variant("production", "demo-model-b")],
        shadow_mode_config=shadow_mode_config(101),
        data_storage_config={"destination": "bucket", "content_type": {"csv_content_types": [""]}},
        schedule={"start_time": "tomorrow", "end_time": "2026-01-09T12:00:00"},
        status_reason="r" * 1025,
        on_stop="promote_shadow",
        tags={"aws:mine": "x", "ok": None},
        wait_timeout=0,
        cloud_control_role_arn="",
    )
    result = run(MODULE, task, check=check)
    assert result.failed
    words = (
        *("name must", "role_arn", "endpoint_name", "kms_key", "description", "model_name", "sampling_percentage"),
        *(
            "destination",
            "csv_content_types",
            "start_time",
            "end_time",
            "status_reason",
            "on_stop",
            "aws:mine",
            '["ok"]',
        ),
        *("wait_timeout", "cloud_control_role_arn", "different variant_name", "on_stop: promote_shadow requires"),
    )
    assert [word for word in words if word not in result.msg] == []
    assert emulator.calls() == []
    assert (result["error"]["code"], result["inference_experiment"], result["operations"]) == ("InvalidOptions", {}, [])


SAMPLING = "shadow_mode_config.shadow_model_variants[0].sampling_percentage"
HYPHENS = "must consist of letters and digits, with hyphens only between them, got"
TIME = "must be an ISO 8601 time with an offset, like 2026-12-01T09:00:00Z or 2026-12-01T10:00:00+01:00, got"
REQUIRES_STOP = "requires desired_state: Completed, desired_state: Cancelled or state: absent."
# Options, and all sentences of the message. Wrong numbers of elements, nulls and wrong types hide no other error.
TOGETHER: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"model_variants": [variant("a a", "m m")], "description": "", "wait_timeout": 0},
        [
            "description must not be empty.",
            "model_variants must have exactly 2 elements, got 1.",
            f'model_variants[0].model_name {HYPHENS} "m m".',
            f'model_variants[0].variant_name {HYPHENS} "a a".',
            "wait_timeout must be an integer from 1 to 604800, got 0.",
        ],
    ),
    (
        {"model_variants": [variant("a", "m", infrastructure_config=7), variant("b b", "n"), "c"], "kms_key": "k k"},
        [
            "model_variants[0].infrastructure_config must be a dictionary, got 7.",
            'model_variants[2] must be a dictionary, got "c".',
            'kms_key must be the ID or ARN of a KMS key, or the name or ARN of an alias, got "k k".',
            "model_variants must have exactly 2 elements, got 3.",
            f'model_variants[1].variant_name {HYPHENS} "b b".',
        ],
    ),
    (
        {
            "schedule": {"start_time": "soon", "end_time": True},
            "shadow_mode_config": shadow_mode_config(101),
            "description": 1.5,
            "status_reason": "",
        },
        [
            "description must be a string, got 1.5. Quote the value.",
            "schedule.end_time must be a string, got true. Quote the value.",
            f"{SAMPLING} must be an integer from 0 to 100, got 101.",
            f'schedule.start_time {TIME} "soon".',
            "status_reason must not be empty.",
            f"status_reason {REQUIRES_STOP}",
        ],
    ),
    (
        {
            "shadow_mode_config": {"source_model_variant_name": "a", "shadow_model_variants": []},
            "on_stop": "remove_shadow",
        },
        [
            "shadow_mode_config.shadow_model_variants must have exactly 1 element, got 0.",
            f"on_stop: remove_shadow {REQUIRES_STOP}",
        ],
    ),
]


@pytest.mark.parametrize(("options", "sentences"), TOGETHER, ids=[sentences[0] for _declared, sentences in TOGETHER])
def test_manage_reports_all_errors_together(run: Run, options: dict[str, Any], sentences: list[str]) -> None:
    result = run(MODULE, {**minimal(), **options})
    assert result["error"]["message"] == " ".join(sentences)


def test_what_is_wrong_between_options_is_in_the_same_message(run: Run, emulator: Emulator) -> None:
    task = full(
        model_variants=[variant("a", "m"), variant("a", "n")],
        schedule={"start_time": END, "end_time": START},
        on_stop="remove_shadow",
        description="",
    )
    result = run(MODULE, task)
    words = ("different variant_name", "schedule.end_time", "on_stop", "description")
    assert [word for word in words if word not in result.msg] == []
    assert emulator.calls() == []


@pytest.mark.parametrize("option", ["kms_key", "data_storage_config"])
def test_a_kms_key_is_no_secret(run: Run, option: str) -> None:
    value = "alias/mine" if option == "kms_key" else {"destination": "s3://bucket/key", "kms_key": "alias/mine"}
    result = succeeded(run(MODULE, full(**{option: value}), check=True))
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" not in str(result["inference_experiment"])
    assert "alias/mine" in str(result["invocation"]["module_args"][option])


@pytest.mark.parametrize("on_stop", ["promote_shadow", "remove_shadow"])
@pytest.mark.parametrize("stop", [{"desired_state": "Completed"}, {"desired_state": "Cancelled"}, {"state": "absent"}])
def test_on_stop_and_a_reason_go_with_every_stop(run: Run, stop: dict[str, str], on_stop: str) -> None:
    result = run(MODULE, minimal(**stop, on_stop=on_stop, status_reason="Over"))
    assert "requires desired_state" not in result.msg


def test_every_option_arrives_at_aws_as_it_was_given(run: Run, emulator: Emulator) -> None:
    task = full(
        kms_key="alias/volumes",
        description="Does v2 answer as v1 does?",
        data_storage_config={
            "destination": "https://bucket/key",
            "kms_key": "alias/captured",
            "content_type": {"csv_content_types": ["text/csv"], "json_content_types": ["application/json"]},
        },
        schedule=SCHEDULE,
        tags={"Team": "checkout", "model_variants": "a_b"},
    )
    result = succeeded(run(MODULE, task))
    raw = stored_experiment(emulator)
    assert raw["properties"] == {
        "Name": "checkout",
        "Type": "ShadowMode",
        "RoleArn": ROLE_ARN,
        "EndpointName": "checkout-endpoint",
        "KmsKey": "alias/volumes",
        "Description": "Does v2 answer as v1 does?",
        "ModelVariants": [
            {
                "ModelName": f"demo-model-{letter}",
                "VariantName": name,
                "InfrastructureConfig": {
                    "InfrastructureType": "RealTimeInference",
                    "RealTimeInferenceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1},
                },
            }
            for letter, name in (("a", "production"), ("b", "shadow"))
        ],
        "ShadowModeConfig": {
            "SourceModelVariantName": "production",
            "ShadowModelVariants": [{"ShadowModelVariantName": "shadow", "SamplingPercentage": 50}],
        },
        "DataStorageConfig": {
            "Destination": "https://bucket/key",
            "KmsKey": "alias/captured",
            "ContentType": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
        },
    }
    assert raw["schedule"] == {"start": START, "end": END}
    assert raw["tags"] == {"Team": "checkout", "model_variants": "a_b"}
    returned = result["inference_experiment"]
    assert {option: returned[option] for option in task if option != "schedule"} == {
        option: value for option, value in task.items() if option != "schedule"
    }
