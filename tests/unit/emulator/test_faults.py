"""Faults, callbacks and throttling that the fault matrix does not use, and invalid ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.emulator import Emulator
from tests.support.aws_clients import TYPE_NAME, Aws, add, code_of, rejected

CHANGE = add("/Description", "x")


@pytest.mark.parametrize("service", ["cloudcontrol", "sagemaker"])
def test_unknown_region_is_rejected(emulator: Emulator, service: str) -> None:
    make: Any = boto3.client
    client = make(service, region_name="us-east-9")
    with rejected("InvalidSignatureException", "valid region"):
        client.list_resources(TypeName=TYPE_NAME) if service == "cloudcontrol" else client.list_models()
    assert [record.status for record in emulator.log] == [403]


def test_changed_replaces_response_by_result_of_function(aws: Aws) -> None:
    aws.put()
    aws.emulator.fault("GetResource", "changed", change=lambda found: {**found, "TypeName": "Another"})
    aws.emulator.fault("GetResource", "changed", change=lambda _found: b'{"__type": "Odd", "message": []}', status=418)
    assert aws.cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier="test")["TypeName"] == "Another"
    with pytest.raises(ClientError) as error:
        aws.get()
    assert code_of(error) == "Odd"
    with pytest.raises(TypeError, match="has to be a function"):
        aws.emulator.fault("GetResource", "changed", change="{}")


def test_fault_with_identifier_applies_to_all_calls_for_resource_only(aws: Aws) -> None:
    aws.emulator.settings.check_references = False
    aws.emulator.fault("*", "error", code="Ordered", identifier="bad", times=9)
    aws.put(name="good")
    with rejected("Ordered"):
        aws.send_create("bad")
    aws.emulator.clear_faults()
    event = aws.send_create("bad", EndpointName="another")
    aws.emulator.fault("*", "error", code="Ordered", identifier="bad", times=9)
    calls: list[Callable[[], Any]] = [
        lambda: aws.get("bad"),
        lambda: aws.describe("bad"),
        lambda: aws.status(event),
        lambda: aws.send_update(CHANGE, name="bad"),
        lambda: aws.send_delete("bad"),
    ]
    for call in calls:
        with rejected("Ordered"):
            call()
    assert (aws.get("good")["Name"], aws.describe("good")["Name"]) == ("good", "good")
    assert len(aws.cloudcontrol.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"]) == 2


def test_fault_of_any_operation_applies_to_other_services(aws: Aws) -> None:
    aws.emulator.fault("*", "throttle")
    with rejected("ThrottlingException"):
        aws.client("sts").get_caller_identity()


WRONG: list[Any] = [
    # operation, kind, details, part of the message
    pytest.param("GetResource", "explode", {}, "unknown kind", id="unknown kind"),
    pytest.param("GetResorce", "throttle", {}, "unknown operation", id="unknown operation"),
    pytest.param("GetResource", "throttle", {"colour": 1}, "does not take colour", id="unknown detail"),
    pytest.param("GetResource", "throttle", {"code": "X"}, "does not take code", id="detail of another kind"),
    pytest.param("GetResource", "error", {}, "needs 'code'", id="missing detail"),
    pytest.param("UpdateResource", "failed", {"code": "Broken"}, "unknown HandlerErrorCode", id="unknown code"),
    pytest.param("GetResource", "failed", {"code": "Throttling"}, "can end in FAILED", id="failed read"),
    pytest.param("GetResource", "cancelled", {}, "can end in CANCELLED", id="cancelled read"),
    pytest.param("GetResource", "delay", {"seconds": 1}, "over HTTP only", id="delay in process"),
    pytest.param("UpdateResource", "handler", {"code": "X"}, "kind 'handler' is for", id="handler of Cloud Control"),
    pytest.param("*", "handler", {"code": "X"}, "kind 'handler' is for", id="handler of any operation"),
    pytest.param("AddTags", "stabilize", {"code": "X"}, "kind 'stabilize' is for", id="stabilize of another call"),
    pytest.param("GetResource", "partial_data", {}, "is for GetMetricData, not for GetResource", id="partial read"),
]


@pytest.mark.parametrize(("operation", "kind", "details", "message"), WRONG)
def test_impossible_fault_raises(
    emulator: Emulator, operation: str, kind: str, details: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        emulator.fault(operation, kind, **details)


@pytest.mark.parametrize(("operation", "nth"), [("Get", 1), ("GetResource", 0)])
def test_impossible_callback_raises(emulator: Emulator, operation: str, nth: int) -> None:
    with pytest.raises(ValueError, match=r"unknown operation|counts from 1"):
        emulator.on_call(operation, print, nth=nth)


def test_more_cloud_control_calls_per_second_than_setting_are_throttled(aws: Aws) -> None:
    aws.emulator.settings.throttle_per_second = 2
    aws.put()
    aws.get()
    aws.describe()
    aws.get()
    with rejected("ThrottlingException"):
        aws.get()
    aws.pass_time(1)
    assert aws.get()["Name"] == "test"
