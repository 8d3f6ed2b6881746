"""Faults, callbacks, throttling and the log; each call is logged once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from tests.emulator import Emulator, faults
from tests.support.aws_clients import TYPE_NAME, Aws, add, code_of, rejected

CHANGE = add("/Description", "x")
DENIED = "AccessDeniedException"


def exists(aws: Aws) -> bool:
    """Return whether the experiment exists, by a call that is not logged and without faults."""
    return bool(aws.emulator.client("sagemaker").list_inference_experiments()["InferenceExperiments"])


ERRORS: list[Any] = [
    # kind, details, code, HTTP status
    pytest.param("throttle", {}, "ThrottlingException", 400, id="throttle"),
    pytest.param("error", {"code": DENIED, "status": 403}, DENIED, 403, id="error"),
    pytest.param("html503", {}, "503", 503, id="page of a proxy"),
    pytest.param("lost", {}, "InternalFailure", 500, id="lost response"),
]


@pytest.mark.parametrize(("kind", "details", "code", "status"), ERRORS)
def test_fault_makes_one_call_fail(aws: Aws, kind: str, details: dict[str, Any], code: str, status: int) -> None:
    aws.put()
    aws.emulator.fault("GetResource", kind, **details)
    with rejected(code):
        aws.get()
    assert aws.get()["Name"] == "test"
    assert [record.status for record in aws.emulator.log] == [status, 200]


CONNECTIONS: list[Any] = [
    # kind, details, error of botocore, whether the create is applied, seconds until the error
    pytest.param("refused", {}, EndpointConnectionError, False, 0, id="refused"),
    pytest.param("close", {}, ConnectionClosedError, False, 0, id="closed before the call is served"),
    pytest.param("reset", {}, ConnectionClosedError, False, 0, id="reset before the call is served"),
    pytest.param("lost_response", {}, ConnectionClosedError, True, 0, id="closed after the call is served"),
    pytest.param("no_answer", {"seconds": 60}, ReadTimeoutError, False, 60, id="timeout"),
    pytest.param("no_answer", {"seconds": 60, "applied": True}, ReadTimeoutError, True, 60, id="timeout, applied"),
]


@pytest.mark.parametrize(("kind", "details", "error", "applied", "seconds"), CONNECTIONS)
def test_connection_ends_without_response(
    aws: Aws, kind: str, details: dict[str, Any], error: type[Exception], applied: bool, seconds: int
) -> None:
    aws.emulator.fault("CreateResource", kind, **details)
    before = aws.emulator.clock.now()
    with pytest.raises(error) as raised:
        aws.send_create()
    assert ("reset by peer" in str(vars(raised.value))) is (kind == "reset")
    assert (aws.emulator.clock.now() - before).total_seconds() == seconds
    assert [(record.operation, record.status) for record in aws.emulator.log] == [("CreateResource", 0)]
    assert exists(aws) is applied


def test_unknown_status_replaces_statuses_in_all_responses(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.fault("*", "unknown_status", times=9)
    read, described = aws.get(), aws.describe()
    assert (read["Status"], described["Status"]) == (faults.UNKNOWN_STATUS, faults.UNKNOWN_STATUS)
    assert read["EndpointMetadata"]["EndpointStatus"] == "InService"
    (listed,) = aws.cloudcontrol.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"]
    assert json.loads(listed["Properties"])["Status"] == faults.UNKNOWN_STATUS
    assert aws.send_update(CHANGE)["OperationStatus"] == faults.UNKNOWN_STATUS
    assert aws.raw()["status"] == "Updating"


@pytest.mark.parametrize("service", ["cloudcontrol", "sagemaker"])
def test_unknown_region_is_rejected(emulator: Emulator, service: str) -> None:
    make: Any = boto3.client
    client = make(service, region_name="us-east-9")
    with rejected("InvalidSignatureException", "valid region"):
        client.list_resources(TypeName=TYPE_NAME) if service == "cloudcontrol" else client.list_models()
    assert [record.status for record in emulator.log] == [403]


@pytest.mark.parametrize("kind", ["not_json", "missing_keys", "broken_json"])
def test_response_with_status_200_has_no_members(aws: Aws, kind: str) -> None:
    aws.put()
    aws.emulator.fault("GetResource", kind)
    response = aws.cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier="test")
    assert set(response) == {"ResponseMetadata"}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200


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


# operations that end in FAILED or are cancelled


@pytest.mark.parametrize("code", faults.HANDLER_ERROR_CODES)
def test_failed_ends_operation_with_handler_error_code(aws: Aws, code: str) -> None:
    aws.put()
    aws.emulator.fault("UpdateResource", "failed", code=code, message="as set")
    event = aws.update(CHANGE)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert event["StatusMessage"] == "as set"
    assert "Description" not in aws.get()
    assert aws.update(CHANGE)["OperationStatus"] == "SUCCESS"


@pytest.mark.parametrize("applied", [False, True], ids=["before the handler", "after the handler"])
def test_cancelled_ends_operation(aws: Aws, applied: bool) -> None:
    aws.put()
    aws.emulator.fault("UpdateResource", "cancelled", applied=applied)
    assert aws.update(CHANGE)["OperationStatus"] == "CANCEL_COMPLETE"
    assert ("Description" in aws.get()) is applied


# selection of calls


def test_fault_applies_to_times_calls_after_others(aws: Aws) -> None:
    aws.put()
    aws.emulator.fault("GetResource", "throttle", times=2, after=1)
    aws.get()
    for _attempt in range(2):
        with rejected("ThrottlingException"):
            aws.get()
    aws.get()


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


# callbacks and throttling


def test_on_call_runs_before_nth_call_and_is_not_logged(aws: Aws) -> None:
    arn = aws.put("Running")["arn"]
    tags = [{"Key": "concurrent", "Value": "1"}]
    aws.emulator.on_call("GetResource", lambda: aws.sagemaker.add_tags(ResourceArn=arn, Tags=tags), nth=2)
    assert ["Tags" in aws.get() for _attempt in range(3)] == [False, True, True]
    assert aws.emulator.calls() == ["GetResource"] * 3


def test_on_answer_runs_after_call_is_served(aws: Aws) -> None:
    statuses: list[str] = []
    aws.emulator.on_answer("CreateResource", lambda: statuses.append(str(aws.raw()["status"])))
    aws.send_create()
    aws.get()
    assert statuses == ["Creating"]


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


# the log


def test_log_lists_all_calls_in_order(aws: Aws) -> None:
    aws.send_create()
    with rejected("ResourceNotFoundException"):
        aws.get("nothing")
    aws.describe()
    aws.client("sts").get_caller_identity()
    aws.client("s3").list_buckets()
    with rejected("NoSuchEntity"):
        aws.client("iam").get_role(RoleName="missing")
    assert [(record.service, record.operation, record.region, record.error) for record in aws.emulator.log] == [
        ("cloudcontrol", "CreateResource", "us-east-1", None),
        ("cloudcontrol", "GetResource", "us-east-1", "ResourceNotFoundException"),
        ("sagemaker", "DescribeInferenceExperiment", "us-east-1", None),
        ("sts", "GetCallerIdentity", "us-east-1", None),
        ("s3", "GET /", "us-east-1", None),
        ("iam", "GetRole", "us-east-1", "NoSuchEntity"),
    ]
    assert aws.emulator.log[1].request == {"TypeName": TYPE_NAME, "Identifier": "nothing"}
    assert aws.emulator.writes() == ["CreateResource"]
    assert aws.emulator.calls("sagemaker") == ["DescribeInferenceExperiment"]


def test_clear_log_does_not_reset_numbers(aws: Aws) -> None:
    aws.put()
    aws.get()
    number = aws.emulator.log[-1].number
    aws.emulator.clear_log()
    aws.get()
    assert [record.number for record in aws.emulator.log] == [number + 1]
