"""Faults, interruptions, throttling and the log: each call is counted once, whatever becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from tests.emulator import Emulator, faults
from tests.support.aws_clients import TYPE_NAME, Aws, add, code_of, rejected

ERRORS: list[Any] = [
    pytest.param("throttle", {}, "ThrottlingException", 400, id="throttled"),
    pytest.param(
        "error", {"code": "AccessDeniedException", "status": 403}, "AccessDeniedException", 403, id="an error"
    ),
    pytest.param("html503", {}, "503", 503, id="a page of a proxy"),
    pytest.param("lost", {}, "InternalFailure", 500, id="an answer that is lost"),
]


@pytest.mark.parametrize(("kind", "details", "code", "status"), ERRORS)
def test_a_call_can_fail_with(aws: Aws, kind: str, details: dict[str, Any], code: str, status: int) -> None:
    aws.put()
    aws.emulator.fault("GetResource", kind, **details)
    with pytest.raises(ClientError) as error:
        aws.get()
    assert code_of(error) == code
    assert aws.get()["Name"] == "test"
    assert [record.status for record in aws.emulator.log] == [status, 200]


CUTS: list[Any] = [
    # kind, details, what botocore makes of it, whether a create is done all the same, the seconds that it takes
    pytest.param("refused", {}, EndpointConnectionError, False, 0, id="refused"),
    pytest.param("close", {}, ConnectionClosedError, False, 0, id="closed before it is served"),
    pytest.param("reset", {}, ConnectionClosedError, False, 0, id="reset before it is served"),
    pytest.param("lost_response", {}, ConnectionClosedError, True, 0, id="closed after it was served"),
    pytest.param("no_answer", {"seconds": 60}, ReadTimeoutError, False, 60, id="silent until the caller gives up"),
    pytest.param(
        "no_answer", {"seconds": 60, "applied": True}, ReadTimeoutError, True, 60, id="served, but silent until then"
    ),
]


@pytest.mark.parametrize(("kind", "details", "error", "applied", "seconds"), CUTS)
def test_a_connection_can_be(
    aws: Aws, kind: str, details: dict[str, Any], error: type[Exception], applied: bool, seconds: int
) -> None:
    aws.emulator.fault("CreateResource", kind, **details)
    before = aws.emulator.clock.now()
    with pytest.raises(error) as raised:
        aws.send_create()
    assert ("reset by peer" in str(vars(raised.value))) is (kind == "reset")
    assert (aws.emulator.clock.now() - before).total_seconds() == seconds
    assert [(record.operation, record.status) for record in aws.emulator.log] == [("CreateResource", 0)]
    assert len(aws.emulator.client("sagemaker").list_inference_experiments()["InferenceExperiments"]) == applied


def test_a_status_can_be_one_that_nobody_knows(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.fault("*", "unknown_status", times=9)
    read, described = aws.get(), aws.describe()
    assert (read["Status"], described["Status"]) == (faults.UNKNOWN_STATUS, faults.UNKNOWN_STATUS)
    assert read["EndpointMetadata"]["EndpointStatus"] == "InService"
    (listed,) = aws.cloudcontrol.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"]
    assert json.loads(listed["Properties"])["Status"] == faults.UNKNOWN_STATUS
    event = aws.send_update(add("/Description", "x"))
    assert event["OperationStatus"] == faults.UNKNOWN_STATUS
    assert aws.emulator.experiment("test")["status"] == "Updating"


@pytest.mark.parametrize("service", ["cloudcontrol", "sagemaker"])
def test_a_region_that_there_is_not_is_refused_as_aws_refuses_it(emulator: Emulator, service: str) -> None:
    make: Any = boto3.client
    client = make(service, region_name="us-east-9")
    with rejected("InvalidSignatureException", "valid region"):
        client.list_resources(TypeName=TYPE_NAME) if service == "cloudcontrol" else client.list_models()
    assert [record.status for record in emulator.log] == [403]


@pytest.mark.parametrize("kind", ["not_json", "missing_keys", "broken_json"])
def test_an_answer_can_be_ok_and_have_no_keys_because_of(aws: Aws, kind: str) -> None:
    aws.put()
    aws.emulator.fault("GetResource", kind)
    answer = aws.cloudcontrol.get_resource(TypeName="AWS::SageMaker::InferenceExperiment", Identifier="test")
    assert set(answer) == {"ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("kind", "details", "exists"),
    [
        ("lost", {}, True),
        ("broken_json", {}, True),
        ("throttle", {}, False),
        ("throttle", {"applied": True}, True),
        ("not_json", {}, False),
        ("not_json", {"applied": True}, True),
    ],
)
def test_whether_a_create_is_done_all_the_same(aws: Aws, kind: str, details: dict[str, Any], exists: bool) -> None:
    aws.emulator.fault("CreateResource", kind, **details)
    with pytest.raises((ClientError, KeyError)):
        aws.send_create()
    assert len(aws.emulator.client("sagemaker").list_inference_experiments()["InferenceExperiments"]) == exists


@pytest.mark.parametrize("code", faults.HANDLER_ERROR_CODES)
def test_an_operation_can_end_in_failed_with(aws: Aws, code: str) -> None:
    aws.put()
    aws.emulator.fault("UpdateResource", "failed", code=code, message="as ordered")
    event = aws.update(add("/Description", "x"))
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert event["StatusMessage"] == "as ordered"
    assert "Description" not in aws.get()
    assert aws.update(add("/Description", "x"))["OperationStatus"] == "SUCCESS"


def test_an_operation_can_end_in_failed_and_be_done_all_the_same(aws: Aws) -> None:
    aws.emulator.fault("CreateResource", "failed", code="NetworkFailure", applied=True)
    assert aws.create()["ErrorCode"] == "NetworkFailure"
    assert aws.get()["Status"] == "Running"


@pytest.mark.parametrize("applied", [False, True], ids=["before its handler begins", "when its handler has ended"])
def test_an_operation_can_be_cancelled(aws: Aws, applied: bool) -> None:
    aws.put()
    aws.emulator.fault("UpdateResource", "cancelled", applied=applied)
    event = aws.update(add("/Description", "x"))
    assert event["OperationStatus"] == "CANCEL_COMPLETE"
    assert ("Description" in aws.get()) is applied


def outcome_of_get(aws: Aws) -> str:
    try:
        return str(aws.get()["Name"])
    except ClientError as error:
        return str(error.response["Error"]["Code"])


def test_faults_come_a_number_of_times_after_a_number_of_calls(aws: Aws) -> None:
    aws.put()
    aws.emulator.fault("GetResource", "throttle", times=2, after=1)
    outcomes = [outcome_of_get(aws) for _attempt in range(4)]
    assert outcomes == ["test", "ThrottlingException", "ThrottlingException", "test"]


def test_a_fault_can_be_for_one_resource_only(aws: Aws) -> None:
    aws.put(name="bad")
    aws.put(name="good")
    aws.emulator.fault("GetResource", "error", code="ResourceNotFoundException", identifier="bad")
    assert aws.get("good")["Name"] == "good"
    with rejected("ResourceNotFoundException"):
        aws.get("bad")


def test_a_fault_for_one_resource_befalls_every_call_about_it(aws: Aws) -> None:
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
        lambda: aws.send_update(add("/Description", "x"), name="bad"),
        lambda: aws.send_delete("bad"),
    ]
    for call in calls:
        with rejected("Ordered"):
            call()
    assert (aws.get("good")["Name"], aws.describe("good")["Name"]) == ("good", "good")
    assert len(aws.cloudcontrol.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"]) == 2


def test_a_fault_for_any_operation(aws: Aws) -> None:
    aws.emulator.fault("*", "throttle")
    with rejected("ThrottlingException"):
        aws.client("sts").get_caller_identity()


def test_faults_can_be_forgotten(aws: Aws) -> None:
    aws.put()
    aws.emulator.fault("GetResource", "throttle", times=9)
    aws.emulator.clear_faults()
    assert aws.get()["Name"] == "test"


WRONG: list[Any] = [
    pytest.param("GetResource", "explode", {}, "unknown kind", id="an unknown kind"),
    pytest.param("GetResorce", "throttle", {}, "unknown operation", id="an unknown operation"),
    pytest.param("GetResource", "throttle", {"colour": 1}, "does not take colour", id="an unknown detail"),
    pytest.param("GetResource", "throttle", {"code": "X"}, "does not take code", id="a detail of another kind"),
    pytest.param("GetResource", "error", {}, "needs 'code'", id="a detail that is missing"),
    pytest.param("UpdateResource", "failed", {"code": "Broken"}, "unknown HandlerErrorCode", id="an unknown code"),
    pytest.param(
        "GetResource", "failed", {"code": "Throttling"}, "can end in FAILED", id="FAILED for what is synchronous"
    ),
    pytest.param("GetResource", "cancelled", {}, "can end in CANCELLED", id="a cancellation of what is synchronous"),
    pytest.param("GetResource", "delay", {"seconds": 1}, "over HTTP only", id="a real delay, in process"),
]


@pytest.mark.parametrize(("operation", "kind", "details", "words"), WRONG)
def test_an_order_is_refused_that_has(
    emulator: Emulator, operation: str, kind: str, details: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        emulator.fault(operation, kind, **details)


def test_a_callback_runs_before_the_nth_call_and_is_not_logged(aws: Aws) -> None:
    aws.put("Running")
    arn = aws.raw()["arn"]
    tags = [{"Key": "theirs", "Value": "1"}]
    aws.emulator.on_call("GetResource", lambda: aws.sagemaker.add_tags(ResourceArn=arn, Tags=tags), nth=2)
    assert ["Tags" in aws.get() for _attempt in range(3)] == [False, True, True]
    assert aws.emulator.calls() == ["GetResource"] * 3


def test_a_callback_can_run_when_a_call_has_been_served_and_is_not_answered_yet(aws: Aws) -> None:
    seen: list[str] = []
    aws.emulator.on_answer("CreateResource", lambda: seen.append(str(aws.raw()["status"])))
    aws.send_create()
    assert seen == ["Creating"]
    aws.get()
    assert seen == ["Creating"]


@pytest.mark.parametrize(("operation", "nth"), [("Get", 1), ("GetResource", 0)])
def test_a_callback_is_refused_for_what_never_comes(emulator: Emulator, operation: str, nth: int) -> None:
    with pytest.raises(ValueError, match=r"unknown operation|counts from 1"):
        emulator.on_call(operation, print, nth=nth)


def test_more_calls_than_allowed_within_a_second_are_throttled(aws: Aws) -> None:
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


def test_the_log_has_every_call_once_in_order_failed_ones_too(aws: Aws) -> None:
    aws.send_create()
    with rejected("ResourceNotFoundException"):
        aws.get("nothing")
    aws.describe()
    aws.client("sts").get_caller_identity()
    aws.client("s3").list_buckets()
    aws.client("iam").get_role(RoleName="demo-sagemaker")
    assert [(record.service, record.operation, record.region) for record in aws.emulator.log] == [
        ("cloudcontrol", "CreateResource", "us-east-1"),
        ("cloudcontrol", "GetResource", "us-east-1"),
        ("sagemaker", "DescribeInferenceExperiment", "us-east-1"),
        ("sts", "GetCallerIdentity", "us-east-1"),
        ("s3", "GET /", "us-east-1"),
        ("iam", "GetRole", "us-east-1"),
    ]
    assert [record.error for record in aws.emulator.log][:3] == [None, "ResourceNotFoundException", None]
    assert aws.emulator.log[1].request == {"TypeName": "AWS::SageMaker::InferenceExperiment", "Identifier": "nothing"}
    assert aws.emulator.writes() == ["CreateResource"]
    assert aws.emulator.calls("sagemaker") == ["DescribeInferenceExperiment"]


def test_the_log_has_the_code_of_an_xml_error(aws: Aws) -> None:
    with pytest.raises(ClientError):
        aws.client("iam").get_role(RoleName="nobody")
    assert aws.emulator.log[-1].error == "NoSuchEntity"


def test_numbers_go_on_when_the_log_is_emptied(aws: Aws) -> None:
    aws.put()
    aws.get()
    number = aws.emulator.log[-1].number
    aws.emulator.clear_log()
    aws.get()
    assert [record.number for record in aws.emulator.log] == [number + 1]


def test_an_answer_can_be_changed(aws: Aws) -> None:
    aws.put()
    aws.emulator.fault("GetResource", "changed", change=lambda answer: {**answer, "TypeName": "Another"})
    aws.emulator.fault("GetResource", "changed", change=lambda _answer: b'{"__type": "Odd", "message": []}', status=418)
    assert aws.cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier="test")["TypeName"] == "Another"
    with pytest.raises(ClientError) as error:
        aws.get()
    assert code_of(error) == "Odd"
    with pytest.raises(TypeError, match="has to be a function"):
        aws.emulator.fault("GetResource", "changed", change="{}")
