"""The endpoint of a test: its variants, its status and its configuration, as boto3 and its waiter read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.emulator import Emulator
from tests.emulator.seed import variant
from tests.support.aws_clients import REGION, Aws, Operation, add, rejected, remove, replace

A, B = "demo-model-a", "demo-model-b"
ORIGINAL: tuple[dict[str, str], dict[str, str]] = ({"production": A}, {})
TEST = ({"production": A}, {"shadow": B})
Serving = tuple[Mapping[str, str], Mapping[str, str]]


def endpoint(aws: Aws) -> Any:
    return aws.sagemaker.describe_endpoint(EndpointName=aws.seed.endpoint_name)


def config(aws: Aws) -> Any:
    return aws.sagemaker.describe_endpoint_config(EndpointConfigName=endpoint(aws)["EndpointConfigName"])


def serving(aws: Aws) -> Serving:
    """Return the models of production and shadow variants by variant name; endpoint and configuration agree."""
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


def stop(aws: Aws, production: str, shadow: str, **more: Any) -> None:
    actions = {"production": production, "shadow": shadow}
    aws.sagemaker.stop_inference_experiment(Name="test", ModelVariantActions=actions, **more)


def test_endpoint_without_test_serves_its_configuration(aws: Aws) -> None:
    described = endpoint(aws)
    assert serving(aws) == ORIGINAL
    assert described["EndpointArn"] == "arn:aws:sagemaker:us-east-1:123456789012:endpoint/demo-endpoint"
    assert (described["EndpointConfigName"], described["EndpointStatus"]) == (
        aws.seed.endpoint_config_name,
        "InService",
    )
    assert described["CreationTime"] == described["LastModifiedTime"] == aws.emulator.clock.now()
    assert described["ProductionVariants"] == [
        {
            "VariantName": "production",
            "CurrentWeight": 1.0,
            "DesiredWeight": 1.0,
            "CurrentInstanceCount": 1,
            "DesiredInstanceCount": 1,
        }
    ]
    assert "ShadowProductionVariants" not in described


def test_endpoint_is_updating_until_test_runs(aws: Aws) -> None:
    aws.send_create()
    begun = aws.emulator.clock.now()
    aws.pass_time(9)
    during = endpoint(aws)
    assert (during["EndpointStatus"], during["EndpointConfigName"]) == ("Updating", aws.seed.endpoint_config_name)
    assert serving(aws) == ORIGINAL
    pending = during["PendingDeploymentSummary"]
    assert pending["StartTime"] == begun
    assert [each["VariantName"] for each in pending["ShadowProductionVariants"]] == ["shadow"]
    assert aws.describe()["EndpointMetadata"]["EndpointStatus"] == "Updating"
    aws.pass_time(1)
    after = endpoint(aws)
    assert (after["EndpointStatus"], after["LastModifiedTime"]) == ("InService", begun + timedelta(seconds=10))
    assert after["EndpointConfigName"] == pending["EndpointConfigName"] != aws.seed.endpoint_config_name
    assert aws.get()["EndpointMetadata"]["EndpointConfigName"] == after["EndpointConfigName"]
    assert "PendingDeploymentSummary" not in after
    assert serving(aws) == TEST


def test_shadow_variant_has_sampling_percentage_as_weight(aws: Aws) -> None:
    large = variant("shadow", B, instance_type="ml.c5.xlarge", count=3)
    aws.create(ModelVariants=[variant("production", A), large])
    (shadow,) = endpoint(aws)["ShadowProductionVariants"]
    assert (shadow["CurrentWeight"], shadow["CurrentInstanceCount"]) == (0.5, 3)
    assert config(aws)["ShadowProductionVariants"] == [
        {
            "VariantName": "shadow",
            "ModelName": B,
            "InitialInstanceCount": 3,
            "InstanceType": "ml.c5.xlarge",
            "InitialVariantWeight": 0.5,
        }
    ]
    aws.update(replace("/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage", 80))
    assert endpoint(aws)["ShadowProductionVariants"][0]["CurrentWeight"] == 0.8


def test_change_of_description_leaves_endpoint_as_it_is(aws: Aws) -> None:
    aws.put("Running")
    before = endpoint(aws)
    aws.send_update(add("/Description", "x"))
    after = endpoint(aws)
    del before["ResponseMetadata"], after["ResponseMetadata"]
    assert after == before


def test_scheduled_test_leaves_endpoint_as_it_is_until_it_starts(aws: Aws) -> None:
    start = aws.emulator.clock.now() + timedelta(hours=2)
    aws.create(Schedule={"StartTime": start.isoformat()})
    aws.pass_time((start - aws.emulator.clock.now()).total_seconds() - 1)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == ("InService", ORIGINAL)
    aws.pass_time(1)
    assert (aws.get()["Status"], endpoint(aws)["EndpointStatus"]) == ("Starting", "Updating")
    aws.pass_time(10)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == ("InService", TEST)


STOPS: list[Any] = [
    # actions for production and shadow variant, variants afterwards
    pytest.param("Retain", "Retain", ({"production": A}, {"shadow": B}), id="both retained"),
    pytest.param("Retain", "Remove", ({"production": A}, {}), id="shadow removed"),
    pytest.param("Remove", "Promote", ({"shadow": B}, {}), id="shadow promoted"),
    pytest.param("Retain", "Promote", ({"production": A, "shadow": B}, {}), id="shadow promoted, production retained"),
]


@pytest.mark.parametrize(("production", "shadow", "after"), STOPS)
def test_stop_by_sagemaker_leaves(aws: Aws, production: str, shadow: str, after: Serving) -> None:
    aws.put("Running")
    before = endpoint(aws)["EndpointConfigName"]
    stop(aws, production, shadow)
    assert serving(aws) == TEST
    assert endpoint(aws)["EndpointStatus"] == ("InService" if after == TEST else "Updating")
    aws.pass_time(10)
    assert (aws.get()["Status"], endpoint(aws)["EndpointStatus"]) == ("Completed", "InService")
    assert serving(aws) == after
    assert (endpoint(aws)["EndpointConfigName"] == before) is (after == TEST)
    assert all(each["CurrentWeight"] == 1 for each in endpoint(aws)["ProductionVariants"])


PATCHES: list[Any] = [
    pytest.param([], TEST, id="both variants in the patch"),
    pytest.param([remove("/ModelVariants/1")], ORIGINAL, id="production variant only"),
    pytest.param([remove("/ModelVariants/0")], ({"shadow": B}, {}), id="shadow variant only"),
]


@pytest.mark.parametrize(("operations", "after"), PATCHES)
def test_stop_by_cloud_control_leaves(aws: Aws, operations: list[Operation], after: Serving) -> None:
    aws.put("Running")
    aws.update(*operations, add("/DesiredState", "Completed"))
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == ("InService", after)


def test_stop_that_removes_both_variants_ends_in_out_of_service(aws: Aws) -> None:
    aws.put("Running")
    stop(aws, "Remove", "Remove")
    aws.pass_time(10)
    described = endpoint(aws)
    assert described["EndpointStatus"] == "OutOfService"
    assert {"ProductionVariants", "ShadowProductionVariants"} & set(described) == set()


def test_stop_deploys_desired_model_variants(aws: Aws) -> None:
    aws.put("Running")
    desired = variant("shadow", B, instance_type="ml.c5.xlarge", count=4)
    stop(aws, "Remove", "Promote", DesiredModelVariants=[desired])
    aws.pass_time(10)
    (promoted,) = config(aws)["ProductionVariants"]
    assert (promoted["InstanceType"], promoted["InitialInstanceCount"]) == ("ml.c5.xlarge", 4)
    assert endpoint(aws)["ProductionVariants"][0]["CurrentInstanceCount"] == 4


@pytest.mark.parametrize("updated", [False, True], ids=["as created", "after an update"])
def test_end_of_schedule_restores_configuration_before_test(aws: Aws, updated: bool) -> None:
    end = aws.emulator.clock.now() + timedelta(hours=2)
    aws.create(Schedule={"EndTime": end.isoformat()})
    if updated:
        aws.update(replace("/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage", 80))
    assert serving(aws) == TEST
    aws.pass_time(7200)
    assert (aws.get()["Status"], endpoint(aws)["EndpointConfigName"]) == ("Completed", aws.seed.endpoint_config_name)
    assert serving(aws) == ORIGINAL


def test_delete_of_running_test_retains_both_variants(aws: Aws) -> None:
    aws.put("Running")
    aws.delete()
    assert serving(aws) == TEST


def test_delete_of_completed_test_leaves_endpoint_as_it_is(aws: Aws) -> None:
    aws.put("Running")
    stop(aws, "Remove", "Promote")
    aws.pass_time(10)
    before = endpoint(aws)["EndpointConfigName"]
    aws.delete()
    assert (serving(aws), endpoint(aws)["EndpointConfigName"]) == (({"shadow": B}, {}), before)


def test_next_test_begins_with_promoted_variant(aws: Aws) -> None:
    aws.put("Running")
    stop(aws, "Remove", "Promote")
    aws.pass_time(10)
    promoted = endpoint(aws)["EndpointConfigName"]
    end = aws.emulator.clock.now() + timedelta(hours=1)
    variants = [variant("production", B), variant("shadow", A)]
    aws.create("next", Schedule={"EndTime": end.isoformat()}, ModelVariants=variants)
    assert serving(aws) == ({"production": B}, {"shadow": A})
    aws.pass_time(3600)
    assert (aws.get("next")["Status"], endpoint(aws)["EndpointConfigName"]) == ("Completed", promoted)


# settings and controls


def test_update_can_outlast_transition_of_experiment(aws: Aws) -> None:
    aws.emulator.settings.endpoint_update_seconds = 60
    aws.put("Running")
    stop(aws, "Remove", "Promote")
    aws.pass_time(59)
    assert (aws.get()["Status"], endpoint(aws)["EndpointStatus"]) == ("Completed", "Updating")
    assert serving(aws) == TEST
    aws.pass_time(1)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == ("InService", ({"shadow": B}, {}))


def test_change_of_description_does_not_restart_update(aws: Aws) -> None:
    aws.emulator.settings.endpoint_update_seconds = 60
    aws.put("Starting")
    aws.pass_time(30)
    pending = endpoint(aws)["PendingDeploymentSummary"]
    aws.sagemaker.update_inference_experiment(Name="test", Description="x")
    assert endpoint(aws)["PendingDeploymentSummary"] == pending
    aws.pass_time(30)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == ("InService", TEST)


@pytest.mark.parametrize("status", ["Failed", "UpdateRollbackFailed"])
def test_update_can_fail_and_change_no_variants(aws: Aws, status: str) -> None:
    aws.put("Running")
    aws.emulator.settings.endpoint_update_status = status
    stop(aws, "Remove", "Promote")
    aws.pass_time(10)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == (status, TEST)
    assert ("FailureReason" in endpoint(aws)) is (status == "Failed")


def test_endpoint_can_ignore_promotion(aws: Aws) -> None:
    aws.emulator.settings.endpoint_ignores_stop = True
    aws.put("Running")
    stop(aws, "Remove", "Promote")
    aws.pass_time(10)
    assert (endpoint(aws)["EndpointStatus"], serving(aws), aws.get()["Status"]) == ("InService", TEST, "Completed")


def test_retained_shadow_variant_can_be_removed(aws: Aws) -> None:
    aws.emulator.settings.retained_shadow_stays = False
    aws.put("Running")
    stop(aws, "Retain", "Retain")
    aws.pass_time(10)
    assert serving(aws) == ORIGINAL


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"])
def test_endpoint_can_be_put_in_transitional_status(aws: Aws, status: str) -> None:
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status=status, time_left=60, then="Failed", failure_reason="No.")
    aws.pass_time(59)
    assert endpoint(aws)["EndpointStatus"] == status
    aws.pass_time(1)
    assert (endpoint(aws)["EndpointStatus"], endpoint(aws)["FailureReason"]) == ("Failed", "No.")


@pytest.mark.parametrize("status", ["OutOfService", "Failed", "UpdateRollbackFailed"])
def test_endpoint_can_be_put_in_steady_status(aws: Aws, status: str) -> None:
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status=status)
    aws.pass_time(10**8)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == (status, ORIGINAL)


@pytest.mark.parametrize(
    ("then", "after"), [("InService", ({"shadow": B}, {})), ("Failed", TEST)], ids=["completed", "discarded"]
)
def test_update_of_stuck_endpoint_is(aws: Aws, then: str, after: Serving) -> None:
    aws.put("Running")
    stop(aws, "Remove", "Promote")
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status="Updating", time_left=math.inf)
    aws.pass_time(10**6)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == ("Updating", TEST)
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status=then)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == (then, after)


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("demo-endpoint", {"status": "Dreaming"}, "unknown status 'Dreaming'"),
        ("demo-endpoint", {"status": "Updating", "then": "Dreaming"}, "unknown status 'Dreaming'"),
        ("demo-endpoint", {"status": "Failed", "time_left": 3}, "time_left is for"),
        ("nowhere", {}, "there is no endpoint 'nowhere'"),
    ],
    ids=["status", "then", "time_left", "name"],
)
def test_put_endpoint_rejects(emulator: Emulator, name: str, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        emulator.put_endpoint(name, **wrong)


PUT: list[Any] = [
    # status, further arguments, endpoint status, variants
    pytest.param("Created", {}, "InService", ORIGINAL, id="Created"),
    pytest.param("Updating", {}, "InService", ORIGINAL, id="Updating, not started"),
    pytest.param("Updating", {"then": "Running"}, "InService", TEST, id="Updating, running"),
    pytest.param("Starting", {}, "Updating", ORIGINAL, id="Starting"),
    pytest.param("Running", {}, "InService", TEST, id="Running"),
    pytest.param("Stopping", {}, "Updating", TEST, id="Stopping"),
    pytest.param("Completed", {}, "InService", ORIGINAL, id="Completed"),
    pytest.param("Cancelled", {}, "InService", ORIGINAL, id="Cancelled"),
]


@pytest.mark.parametrize(("status", "more", "endpoint_status", "serves"), PUT)
def test_experiment_put_in_status_has_its_variants_deployed(
    aws: Aws, status: str, more: dict[str, Any], endpoint_status: str, serves: Serving
) -> None:
    aws.put(status, **more)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == (endpoint_status, serves)
    aws.pass_time(10)
    assert endpoint(aws)["EndpointStatus"] == "InService"
    aws.emulator.forget_experiments()
    assert (serving(aws), endpoint(aws)["EndpointConfigName"]) == (ORIGINAL, aws.seed.endpoint_config_name)
    assert len(aws.sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1


def test_experiment_put_in_status_discards_update(aws: Aws) -> None:
    production = {"VariantName": "blue", "ModelName": B, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2}
    aws.sagemaker.create_endpoint_config(EndpointConfigName="other", ProductionVariants=[production])
    aws.sagemaker.update_endpoint(EndpointName=aws.seed.endpoint_name, EndpointConfigName="other")
    aws.put("Running")
    aws.pass_time(60)
    assert (endpoint(aws)["EndpointStatus"], serving(aws)) == ("InService", TEST)


@pytest.mark.parametrize("put", [False, True], ids=["created", "put"])
def test_assumed_endpoint_exists_until_experiments_are_forgotten(aws: Aws, put: bool) -> None:
    aws.emulator.settings.update({"check_references": False, "assume_endpoints": True})
    aws.put("Running", EndpointName="assumed") if put else aws.create(EndpointName="assumed")
    found = aws.sagemaker.describe_endpoint(EndpointName="assumed")
    assert (found["EndpointStatus"], found["ShadowProductionVariants"][0]["VariantName"]) == ("InService", "shadow")
    aws.emulator.forget_experiments()
    with rejected("ValidationException", "Could not find"):
        aws.sagemaker.describe_endpoint(EndpointName="assumed")
    assert len(aws.sagemaker.list_endpoint_configs()["EndpointConfigs"]) == 1


# other changes of an endpoint


def test_deleted_endpoint_and_configuration_could_not_be_found(aws: Aws) -> None:
    aws.put("Running")
    name = endpoint(aws)["EndpointConfigName"]
    aws.sagemaker.delete_endpoint_config(EndpointConfigName=name)
    assert endpoint(aws)["EndpointStatus"] == "InService"
    arn = "arn:aws:sagemaker:us-east-1:123456789012"
    with rejected("ValidationException", f'Could not find endpoint configuration "{arn}:endpoint-config/{name}".'):
        config(aws)
    aws.sagemaker.delete_endpoint(EndpointName=aws.seed.endpoint_name)
    for call in (aws.sagemaker.describe_endpoint, aws.sagemaker.delete_endpoint):
        with rejected("ValidationException", f'Could not find endpoint "{arn}:endpoint/demo-endpoint".'):
            call(EndpointName=aws.seed.endpoint_name)
    with rejected("ValidationException", "Could not find endpoint configuration"):
        aws.sagemaker.delete_endpoint_config(EndpointConfigName=name)


@pytest.mark.parametrize("action", ["Retain", "Promote"])
def test_test_on_deleted_endpoint_can_be_stopped(aws: Aws, action: str) -> None:
    aws.put("Running")
    aws.sagemaker.delete_endpoint(EndpointName=aws.seed.endpoint_name)
    stop(aws, "Remove", action)
    aws.pass_time(10)
    assert aws.get()["Status"] == "Completed"


def test_update_endpoint_deploys_another_configuration(aws: Aws) -> None:
    production = {"VariantName": "blue", "ModelName": B, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2}
    shadow = {**production, "VariantName": "green", "ModelName": A, "InitialVariantWeight": 0.25}
    aws.sagemaker.create_endpoint_config(
        EndpointConfigName="other", ProductionVariants=[production], ShadowProductionVariants=[shadow]
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


def test_weights_and_capacities_of_variants_can_be_changed(aws: Aws) -> None:
    aws.put("Running")
    wanted = [{"VariantName": "production", "DesiredInstanceCount": 5}]
    name = aws.seed.endpoint_name
    aws.sagemaker.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)
    assert endpoint(aws)["EndpointStatus"] == "Updating"
    aws.pass_time(10)
    (production,) = endpoint(aws)["ProductionVariants"]
    assert (production["CurrentInstanceCount"], production["CurrentWeight"]) == (5, 1)
    assert serving(aws) == TEST


def test_endpoint_created_anew_serves_its_configuration(aws: Aws) -> None:
    aws.put("Running")
    aws.sagemaker.delete_endpoint(EndpointName=aws.seed.endpoint_name)
    aws.sagemaker.create_endpoint(EndpointName=aws.seed.endpoint_name, EndpointConfigName=aws.seed.endpoint_config_name)
    assert serving(aws) == ORIGINAL


def test_list_endpoints_returns_status(aws: Aws) -> None:
    aws.put("Starting")
    listed = aws.sagemaker.list_endpoints(StatusEquals="Updating")["Endpoints"]
    assert [each["EndpointName"] for each in listed] == [aws.seed.endpoint_name]
    aws.pass_time(10)
    assert aws.sagemaker.list_endpoints(StatusEquals="Updating")["Endpoints"] == []


# boto3's own waiter


def wait(aws: Aws, seconds: float) -> list[datetime]:
    """Wait with boto3's waiter; each call takes so many seconds. Returns the times of the calls."""
    calls: list[datetime] = []

    def pass_time() -> None:
        calls.append(aws.emulator.clock.now())
        aws.pass_time(seconds)

    for number in range(1, 61):
        aws.emulator.on_answer("DescribeEndpoint", pass_time, nth=number)
    waiter = aws.client("sagemaker", REGION).get_waiter("endpoint_in_service")
    waiter.wait(EndpointName=aws.seed.endpoint_name, WaiterConfig={"Delay": 0})
    return calls


def test_waiter_returns_when_endpoint_is_in_service(aws: Aws) -> None:
    aws.send_create()
    assert len(wait(aws, 4)) == 4
    assert serving(aws) == TEST


def test_waiter_fails_with_endpoint(aws: Aws) -> None:
    aws.emulator.put_endpoint(aws.seed.endpoint_name, status="Updating", time_left=6, then="Failed")
    with pytest.raises(WaiterError, match="terminal failure state"):
        wait(aws, 4)
