"""The endpoint of a test: its variants, status and configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.emulator.seed import variant
from tests.support.aws_clients import Aws, replace

A, B = "demo-model-a", "demo-model-b"
Serving = tuple[Mapping[str, str], Mapping[str, str]]
ORIGINAL: Serving = ({"production": A}, {})
TEST: Serving = ({"production": A}, {"shadow": B})
PROMOTED: Serving = ({"shadow": B}, {})
PERCENTAGE = "/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage"


def endpoint(aws: Aws) -> Any:
    return aws.sagemaker.describe_endpoint(EndpointName=aws.seed.endpoint_name)


def config(aws: Aws) -> Any:
    return aws.sagemaker.describe_endpoint_config(EndpointConfigName=endpoint(aws)["EndpointConfigName"])


def serving(aws: Aws) -> Serving:
    """Return the models of production and shadow variants by name; assert that endpoint and configuration agree."""
    described, configured = endpoint(aws), config(aws)
    lists = ("ProductionVariants", "ShadowProductionVariants")
    for name in lists:
        assert [each["VariantName"] for each in described.get(name, [])] == [
            each["VariantName"] for each in configured.get(name, [])
        ]
    production, shadow = (
        {each["VariantName"]: each["ModelName"] for each in configured.get(name, [])} for name in lists
    )
    return production, shadow


def state(aws: Aws) -> tuple[str, Serving]:
    return endpoint(aws)["EndpointStatus"], serving(aws)


def stop(aws: Aws, production: str = "Remove", shadow: str = "Promote", **more: Any) -> None:
    actions = {"production": production, "shadow": shadow}
    aws.sagemaker.stop_inference_experiment(Name="test", ModelVariantActions=actions, **more)


def test_endpoint_is_updating_until_experiment_runs(aws: Aws) -> None:
    aws.send_create()
    start = aws.emulator.clock.now()
    aws.pass_time(9)
    during = endpoint(aws)
    assert state(aws) == ("Updating", ORIGINAL)
    assert during["EndpointConfigName"] == aws.seed.endpoint_config_name
    pending = during["PendingDeploymentSummary"]
    assert pending["StartTime"] == start
    assert [each["VariantName"] for each in pending["ShadowProductionVariants"]] == ["shadow"]
    assert aws.describe()["EndpointMetadata"]["EndpointStatus"] == "Updating"
    aws.pass_time(1)
    after = endpoint(aws)
    assert state(aws) == ("InService", TEST)
    assert after["LastModifiedTime"] == start + timedelta(seconds=10)
    assert after["EndpointConfigName"] == pending["EndpointConfigName"] != aws.seed.endpoint_config_name
    assert aws.get()["EndpointMetadata"]["EndpointConfigName"] == after["EndpointConfigName"]
    assert "PendingDeploymentSummary" not in after


def test_shadow_variant_has_sampling_percentage_as_weight(aws: Aws) -> None:
    large = variant("shadow", B, instance_type="ml.c5.xlarge", count=3)
    aws.create(ModelVariants=[variant("production", A), large])
    (shadow,) = endpoint(aws)["ShadowProductionVariants"]
    assert (shadow["CurrentWeight"], shadow["CurrentInstanceCount"]) == (0.5, 3)
    size = {"InitialInstanceCount": 3, "InstanceType": "ml.c5.xlarge", "InitialVariantWeight": 0.5}
    assert config(aws)["ShadowProductionVariants"] == [{"VariantName": "shadow", "ModelName": B, **size}]
    aws.update(replace(PERCENTAGE, 80))
    assert endpoint(aws)["ShadowProductionVariants"][0]["CurrentWeight"] == 0.8


@pytest.mark.parametrize(
    ("settings", "actions", "after"),
    [
        ({"endpoint_update_status": "UpdateRollbackFailed"}, (), ("UpdateRollbackFailed", TEST)),
        ({"retained_shadow_stays": False}, ("Retain", "Retain"), ("InService", ORIGINAL)),
    ],
)
def test_setting_changes_result_of_stop(
    aws: Aws, settings: dict[str, Any], actions: tuple[str, ...], after: tuple[str, Serving]
) -> None:
    aws.put("Running")
    aws.emulator.settings.update(settings)
    stop(aws, *actions)
    aws.pass_time(10)
    assert (aws.get()["Status"], state(aws)) == ("Completed", after)


@pytest.mark.parametrize(("then", "after"), [("InService", PROMOTED), ("Failed", TEST)], ids=["complete", "discard"])
def test_put_endpoint_completes_or_discards_update(aws: Aws, then: str, after: Serving) -> None:
    aws.put("Running")
    stop(aws)
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status="Updating", time_left=math.inf)
    aws.pass_time(10**6)
    assert state(aws) == ("Updating", TEST)
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status=then)
    assert state(aws) == (then, after)


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        pytest.param("demo-endpoint", {"status": "Dreaming"}, "unknown status 'Dreaming'", id="status"),
        pytest.param("demo-endpoint", {"status": "Updating", "then": "X"}, "unknown status 'X'", id="then"),
        pytest.param("demo-endpoint", {"status": "Failed", "time_left": 3}, "time_left is for", id="time_left"),
        pytest.param("nowhere", {}, "there is no endpoint 'nowhere'", id="name"),
    ],
)
def test_put_endpoint_rejects_wrong_value(emulator: Emulator, name: str, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        emulator.put_endpoint(name, **wrong)


PUT: list[Any] = [
    # status of the experiment, further arguments, status and variants of the endpoint
    pytest.param("Updating", {"then": "Running"}, "InService", TEST, id="Updating after start"),
    pytest.param("Starting", {}, "Updating", ORIGINAL, id="Starting"),
    pytest.param("Running", {}, "InService", TEST, id="Running"),
    pytest.param("Stopping", {}, "Updating", TEST, id="Stopping"),
    pytest.param("Completed", {}, "InService", ORIGINAL, id="Completed"),
]


@pytest.mark.parametrize(("status", "more", "endpoint_status", "serves"), PUT)
def test_put_experiment_deploys_its_variants_until_experiments_are_removed(
    aws: Aws, status: str, more: dict[str, Any], endpoint_status: str, serves: Serving
) -> None:
    aws.put(status, **more)
    assert state(aws) == (endpoint_status, serves)
    aws.pass_time(10)
    assert endpoint(aws)["EndpointStatus"] == "InService"
    aws.emulator.forget_experiments()
    assert (serving(aws), endpoint(aws)["EndpointConfigName"]) == (ORIGINAL, aws.seed.endpoint_config_name)
    assert len(aws.sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1
