"""The endpoint of a test: its variants, status and configuration, for boto3 and its waiter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.emulator import Emulator
from tests.emulator.seed import variant
from tests.support.aws_clients import REGION, Aws, rejected, replace

A, B = "demo-model-a", "demo-model-b"
Serving = tuple[Mapping[str, str], Mapping[str, str]]
ORIGINAL: Serving = ({"production": A}, {})
TEST: Serving = ({"production": A}, {"shadow": B})
PROMOTED: Serving = ({"shadow": B}, {})
PERCENTAGE = "/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage"
BLUE = {"VariantName": "blue", "ModelName": B, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2}


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


def test_endpoint_without_experiment_serves_its_configuration(aws: Aws) -> None:
    described = endpoint(aws)
    assert state(aws) == ("InService", ORIGINAL)
    assert described["EndpointArn"] == "arn:aws:sagemaker:us-east-1:123456789012:endpoint/demo-endpoint"
    assert described["EndpointConfigName"] == aws.seed.endpoint_config_name
    assert described["CreationTime"] == described["LastModifiedTime"] == aws.emulator.clock.now()
    weights = {"CurrentWeight": 1.0, "DesiredWeight": 1.0, "CurrentInstanceCount": 1, "DesiredInstanceCount": 1}
    assert described["ProductionVariants"] == [{"VariantName": "production", **weights}]
    assert "ShadowProductionVariants" not in described


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


def test_scheduled_experiment_changes_endpoint_at_its_start(aws: Aws) -> None:
    start = aws.emulator.clock.now() + timedelta(hours=2)
    aws.create(Schedule={"StartTime": start.isoformat()})
    aws.pass_time((start - aws.emulator.clock.now()).total_seconds() - 1)
    assert state(aws) == ("InService", ORIGINAL)
    aws.pass_time(1)
    assert (aws.get()["Status"], endpoint(aws)["EndpointStatus"]) == ("Starting", "Updating")
    aws.pass_time(10)
    assert state(aws) == ("InService", TEST)


STOPS: list[Any] = [
    # actions for production and shadow variant, status and variants afterwards
    pytest.param("Retain", "Retain", ("InService", TEST), id="both retained"),
    pytest.param("Retain", "Remove", ("InService", ORIGINAL), id="shadow removed"),
    pytest.param("Remove", "Promote", ("InService", PROMOTED), id="shadow promoted"),
    pytest.param("Retain", "Promote", ("InService", ({"production": A, "shadow": B}, {})), id="both in production"),
    pytest.param("Remove", "Remove", ("OutOfService", ({}, {})), id="both removed"),
]


@pytest.mark.parametrize(("production", "shadow", "after"), STOPS)
def test_stop_by_sagemaker_deploys_variants(aws: Aws, production: str, shadow: str, after: tuple[str, Serving]) -> None:
    aws.put("Running")
    before = endpoint(aws)["EndpointConfigName"]
    stop(aws, production, shadow)
    unchanged = after[1] == TEST
    assert state(aws) == ("InService" if unchanged else "Updating", TEST)
    aws.pass_time(10)
    assert (aws.get()["Status"], state(aws)) == ("Completed", after)
    described = endpoint(aws)
    assert (described["EndpointConfigName"] == before) is unchanged
    assert all(each["CurrentWeight"] == 1 for each in described.get("ProductionVariants", []))
    aws.delete()
    assert (state(aws), endpoint(aws)["EndpointConfigName"]) == (after, described["EndpointConfigName"])


def test_delete_of_running_experiment_retains_both_variants(aws: Aws) -> None:
    aws.put("Running")
    aws.delete()
    assert serving(aws) == TEST


def test_stop_deploys_desired_model_variants(aws: Aws) -> None:
    aws.put("Running")
    stop(aws, DesiredModelVariants=[variant("shadow", B, instance_type="ml.c5.xlarge", count=4)])
    aws.pass_time(10)
    (promoted,) = config(aws)["ProductionVariants"]
    assert (promoted["InstanceType"], promoted["InitialInstanceCount"]) == ("ml.c5.xlarge", 4)
    assert endpoint(aws)["ProductionVariants"][0]["CurrentInstanceCount"] == 4


@pytest.mark.parametrize("updated", [False, True], ids=["without update", "after update"])
def test_end_of_schedule_restores_configuration_before_experiment(aws: Aws, updated: bool) -> None:
    end = aws.emulator.clock.now() + timedelta(hours=2)
    aws.create(Schedule={"EndTime": end.isoformat()})
    if updated:
        aws.update(replace(PERCENTAGE, 80))
    assert serving(aws) == TEST
    aws.pass_time(7200)
    assert (aws.get()["Status"], endpoint(aws)["EndpointConfigName"]) == ("Completed", aws.seed.endpoint_config_name)
    assert serving(aws) == ORIGINAL


def test_next_experiment_starts_with_promoted_variant(aws: Aws) -> None:
    aws.put("Running")
    stop(aws)
    aws.pass_time(10)
    promoted = endpoint(aws)["EndpointConfigName"]
    end = aws.emulator.clock.now() + timedelta(hours=1)
    variants = [variant("production", B), variant("shadow", A)]
    aws.create("next", Schedule={"EndTime": end.isoformat()}, ModelVariants=variants)
    assert serving(aws) == ({"production": B}, {"shadow": A})
    aws.pass_time(3600)
    assert (aws.get("next")["Status"], endpoint(aws)["EndpointConfigName"]) == ("Completed", promoted)


# settings and controls


def test_endpoint_update_seconds_can_exceed_transition_of_experiment(aws: Aws) -> None:
    aws.emulator.settings.endpoint_update_seconds = 60
    aws.put("Running")
    stop(aws)
    aws.pass_time(59)
    assert (aws.get()["Status"], state(aws)) == ("Completed", ("Updating", TEST))
    aws.pass_time(1)
    assert state(aws) == ("InService", PROMOTED)


def test_change_of_description_does_not_update_endpoint(aws: Aws) -> None:
    aws.emulator.settings.endpoint_update_seconds = 60
    aws.put("Starting")
    for seconds in (30, 30):
        aws.pass_time(seconds)
        before = endpoint(aws)
        aws.sagemaker.update_inference_experiment(Name="test", Description="x")
        after = endpoint(aws)
        del before["ResponseMetadata"], after["ResponseMetadata"]
        assert after == before
    assert state(aws) == ("InService", TEST)


@pytest.mark.parametrize(
    ("settings", "actions", "after"),
    [
        ({"endpoint_update_status": "Failed"}, (), ("Failed", TEST)),
        ({"endpoint_update_status": "UpdateRollbackFailed"}, (), ("UpdateRollbackFailed", TEST)),
        ({"endpoint_ignores_stop": True}, (), ("InService", TEST)),
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
    assert ("FailureReason" in endpoint(aws)) is (after[0] == "Failed")


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_put_endpoint_sets_transitional_status_for_time_left(aws: Aws, status: str) -> None:
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status=status, time_left=60, then="Failed", failure_reason="No.")
    aws.pass_time(59)
    assert endpoint(aws)["EndpointStatus"] == status
    aws.pass_time(1)
    assert (endpoint(aws)["EndpointStatus"], endpoint(aws)["FailureReason"]) == ("Failed", "No.")


@pytest.mark.parametrize("status", ["OutOfService", "Failed", "UpdateRollbackFailed"])
def test_put_endpoint_sets_steady_status(aws: Aws, status: str) -> None:
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status=status)
    aws.pass_time(10**8)
    assert state(aws) == (status, ORIGINAL)


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
    pytest.param("Created", {}, "InService", ORIGINAL, id="Created"),
    pytest.param("Updating", {}, "InService", ORIGINAL, id="Updating before start"),
    pytest.param("Updating", {"then": "Running"}, "InService", TEST, id="Updating after start"),
    pytest.param("Starting", {}, "Updating", ORIGINAL, id="Starting"),
    pytest.param("Running", {}, "InService", TEST, id="Running"),
    pytest.param("Stopping", {}, "Updating", TEST, id="Stopping"),
    pytest.param("Completed", {}, "InService", ORIGINAL, id="Completed"),
    pytest.param("Cancelled", {}, "InService", ORIGINAL, id="Cancelled"),
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


def test_put_experiment_discards_update_of_endpoint(aws: Aws) -> None:
    aws.sagemaker.create_endpoint_config(EndpointConfigName="other", ProductionVariants=[BLUE])
    aws.sagemaker.update_endpoint(EndpointName=aws.seed.endpoint_name, EndpointConfigName="other")
    aws.put("Running")
    aws.pass_time(60)
    assert state(aws) == ("InService", TEST)


@pytest.mark.parametrize("put", [False, True], ids=["create", "put"])
def test_assumed_endpoint_exists_until_experiments_are_removed(aws: Aws, put: bool) -> None:
    aws.emulator.settings.update({"check_references": False, "assume_endpoints": True})
    aws.put("Running", EndpointName="assumed") if put else aws.create(EndpointName="assumed")
    found = aws.sagemaker.describe_endpoint(EndpointName="assumed")
    assert (found["EndpointStatus"], found["ShadowProductionVariants"][0]["VariantName"]) == ("InService", "shadow")
    aws.emulator.forget_experiments()
    with rejected("ValidationException", "Could not find"):
        aws.sagemaker.describe_endpoint(EndpointName="assumed")
    assert len(aws.sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1


# other operations on endpoints


def test_deleted_endpoint_and_configuration_are_not_found(aws: Aws) -> None:
    aws.put("Running")
    name = endpoint(aws)["EndpointConfigName"]
    aws.sagemaker.delete_endpoint_config(EndpointConfigName=name)
    assert endpoint(aws)["EndpointStatus"] == "InService"
    arn = "arn:aws:sagemaker:us-east-1:123456789012"
    for call in (aws.sagemaker.describe_endpoint_config, aws.sagemaker.delete_endpoint_config):
        with rejected("ValidationException", f'Could not find endpoint configuration "{arn}:endpoint-config/{name}".'):
            call(EndpointConfigName=name)
    aws.sagemaker.delete_endpoint(EndpointName=aws.seed.endpoint_name)
    for call in (aws.sagemaker.describe_endpoint, aws.sagemaker.delete_endpoint):
        with rejected("ValidationException", f'Could not find endpoint "{arn}:endpoint/demo-endpoint".'):
            call(EndpointName=aws.seed.endpoint_name)


@pytest.mark.parametrize("action", ["Retain", "Promote"])
def test_experiment_on_deleted_endpoint_can_be_stopped(aws: Aws, action: str) -> None:
    aws.put("Running")
    aws.sagemaker.delete_endpoint(EndpointName=aws.seed.endpoint_name)
    stop(aws, "Remove", action)
    aws.pass_time(10)
    assert aws.get()["Status"] == "Completed"


def test_update_endpoint_deploys_configuration(aws: Aws) -> None:
    green = {**BLUE, "VariantName": "green", "ModelName": A, "InitialVariantWeight": 0.25}
    aws.sagemaker.create_endpoint_config(
        EndpointConfigName="other", ProductionVariants=[BLUE], ShadowProductionVariants=[green]
    )
    update = {"EndpointName": aws.seed.endpoint_name, "EndpointConfigName": "other"}
    assert aws.sagemaker.update_endpoint(**update)["EndpointArn"] == endpoint(aws)["EndpointArn"]
    with rejected("ValidationException", "Cannot update in-progress endpoint"):
        aws.sagemaker.update_endpoint(**update)
    assert serving(aws) == ORIGINAL
    aws.pass_time(10)
    assert serving(aws) == ({"blue": B}, {"green": A})
    assert endpoint(aws)["ShadowProductionVariants"][0]["CurrentWeight"] == 0.25
    with rejected("ValidationException", "Could not find endpoint configuration"):
        aws.sagemaker.update_endpoint(**{**update, "EndpointConfigName": "none"})


def test_update_endpoint_weights_and_capacities_changes_production_variant(aws: Aws) -> None:
    aws.put("Running")
    wanted = [{"VariantName": "production", "DesiredInstanceCount": 5}]
    name = aws.seed.endpoint_name
    aws.sagemaker.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
    assert endpoint(aws)["EndpointStatus"] == "Updating"
    aws.pass_time(10)
    (production,) = endpoint(aws)["ProductionVariants"]
    assert (production["CurrentInstanceCount"], production["CurrentWeight"]) == (5, 1)
    assert serving(aws) == TEST


def test_recreated_endpoint_serves_its_configuration(aws: Aws) -> None:
    aws.put("Running")
    aws.sagemaker.delete_endpoint(EndpointName=aws.seed.endpoint_name)
    aws.sagemaker.create_endpoint(EndpointName=aws.seed.endpoint_name, EndpointConfigName=aws.seed.endpoint_config_name)
    assert serving(aws) == ORIGINAL


def test_list_endpoints_filters_by_status(aws: Aws) -> None:
    aws.put("Starting")
    listed = aws.sagemaker.list_endpoints(StatusEquals="Updating")["Endpoints"]
    assert [each["EndpointName"] for each in listed] == [aws.seed.endpoint_name]
    aws.pass_time(10)
    assert aws.sagemaker.list_endpoints(StatusEquals="Updating")["Endpoints"] == []


# the waiter of boto3


def wait(aws: Aws) -> list[datetime]:
    """Wait with the waiter of boto3; each call takes 4 seconds. Return the times of the calls."""
    calls: list[datetime] = []

    def pass_time() -> None:
        calls.append(aws.emulator.clock.now())
        aws.pass_time(4)

    for number in range(1, 61):
        aws.emulator.on_answer("DescribeEndpoint", pass_time, nth=number)
    waiter = aws.client("sagemaker", REGION).get_waiter("endpoint_in_service")
    waiter.wait(EndpointName=aws.seed.endpoint_name, WaiterConfig={"Delay": 0})
    return calls


def test_waiter_returns_when_endpoint_is_in_service(aws: Aws) -> None:
    aws.send_create()
    assert len(wait(aws)) == 4
    assert serving(aws) == TEST


def test_waiter_raises_when_endpoint_fails(aws: Aws) -> None:
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status="Updating", time_left=6, then="Failed")
    with pytest.raises(WaiterError, match="terminal failure state"):
        wait(aws)
