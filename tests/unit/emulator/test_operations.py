"""Cloud Control's asynchronous operations: patches, progress, tokens, one at a time, cancelling, forgetting."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.seed import shadow_mode_config
from tests.support.aws_clients import REGION, TYPE_NAME, Aws, Operation, Refused, add, pages, remove, replace

HOUR, DAY = 3600, 86400
STATUS_TEST = {"op": "test", "path": "/Status", "value": "Running"}


def requests(aws: Aws, **wanted: Any) -> list[Any]:
    found = aws.cloudcontrol.list_resource_requests(ResourceRequestStatusFilter=wanted)
    return list(found["ResourceRequestStatusSummaries"])


# patches


PATCHES: list[Any] = [
    pytest.param([], id="it is empty"),
    pytest.param([{"op": "change", "path": "/Description"}], id="an operation is unknown"),
    pytest.param([{"op": "replace", "path": "/Description", "value": "x"}], id="what is to be replaced is not there"),
    pytest.param([{"op": "add", "path": "Description", "value": "x"}], id="a pointer is none"),
    pytest.param([{"op": "add", "path": "/Description"}], id="an operation has no value"),
    pytest.param([add("/Description", "x"), {**STATUS_TEST, "value": "Created"}], id="a test fails"),
    pytest.param([add("/Description", "x"), remove("/KmsKey")], id="its last operation is invalid"),
    pytest.param([add("/Description", None)], id="its result has a null"),
    pytest.param([remove("/ModelVariants")], id="its result lacks a required property"),
    pytest.param(["x"], id="an operation is no object"),
    pytest.param([add("", [])], id="its result is no object"),
]


@pytest.mark.parametrize("operations", PATCHES)
def test_a_patch_is_refused_whole_when(aws: Aws, operations: list[Operation]) -> None:
    aws.put("Running")
    with Refused("ValidationException"):
        aws.send_update(*operations)
    assert "Description" not in aws.get()
    assert requests(aws) == []


@pytest.mark.parametrize("document", ["{}", "no JSON"])
def test_a_patch_has_to_be_a_list(aws: Aws, document: str) -> None:
    aws.put("Running")
    with Refused("ValidationException", "PatchDocument"):
        aws.cloudcontrol.update_resource(TypeName=TYPE_NAME, Identifier="test", PatchDocument=document)


def test_a_patch_is_applied_to_what_read_returns_at_that_moment(aws: Aws) -> None:
    aws.put("Running", Description="theirs")
    aws.update(STATUS_TEST, {"op": "test", "path": "/Description", "value": "theirs"}, replace("/Description", "mine"))
    assert aws.get()["Description"] == "mine"


# progress


def test_an_operation_is_pending_then_in_progress_then_over(aws: Aws) -> None:
    aws.emulator.settings.update({"pending_seconds": 5, "operation_seconds": 20})
    event = aws.send_create()
    seen = [event["OperationStatus"]]
    for seconds in (4, 2, 13, 2):
        aws.pass_time(seconds)
        seen.append(aws.status(event)["OperationStatus"])
    assert seen == ["PENDING", "PENDING", "IN_PROGRESS", "IN_PROGRESS", "SUCCESS"]
    assert event["Operation"] == "CREATE"


def test_nothing_is_done_while_an_operation_is_pending(aws: Aws) -> None:
    aws.emulator.settings.pending_seconds = 5
    aws.send_create()
    with Refused("ResourceNotFoundException"):
        aws.get()


def test_the_first_event_never_says_that_it_is_over(aws: Aws) -> None:
    aws.emulator.settings.update({"operation_seconds": 0, "transition_seconds": 0})
    event = aws.send_create()
    assert (event["OperationStatus"], aws.status(event)["OperationStatus"]) == ("IN_PROGRESS", "SUCCESS")


def test_retry_after_is_a_time_to_come_and_gone_when_all_is_over(aws: Aws) -> None:
    aws.emulator.settings.retry_after_seconds = 30
    event = aws.send_create()
    assert (event["RetryAfter"] - aws.emulator.clock.now()).total_seconds() == 30
    assert "RetryAfter" not in aws.final(event)


def test_retry_after_can_be_missing(aws: Aws) -> None:
    aws.emulator.settings.retry_after_seconds = None
    assert "RetryAfter" not in aws.send_create()


def test_the_identifier_can_be_missing_at_first(aws: Aws) -> None:
    aws.emulator.settings.identifier_delay_seconds = 5
    event = aws.send_create()
    assert "Identifier" not in event
    assert "Identifier" not in requests(aws)[0]
    aws.pass_time(5)
    assert aws.status(event)["Identifier"] == requests(aws)[0]["Identifier"] == "test"


def test_get_resource_can_say_not_found_for_a_while_after_a_create(aws: Aws) -> None:
    aws.emulator.settings.read_delay_seconds = 20
    assert aws.create()["OperationStatus"] == "SUCCESS"
    with Refused("ResourceNotFoundException"):
        aws.get()
    aws.pass_time(20)
    assert aws.get()["Name"] == "test"


def test_get_resource_of_nothing_is_not_found(aws: Aws) -> None:
    with Refused("ResourceNotFoundException", "'nothing'"):
        aws.get("nothing")


def test_a_final_event_has_the_resource(aws: Aws) -> None:
    event = aws.create()
    assert json.loads(event["ResourceModel"]) == aws.get()


@pytest.mark.parametrize("member", ["RoleArn", "TypeVersionId"])
def test_a_request_can_name(aws: Aws, member: str) -> None:
    value = {"RoleArn": "arn:aws:iam::123456789012:role/handler", "TypeVersionId": "00000001"}[member]
    aws.put("Running")
    aws.send_update(add("/Description", "x"), **{member: value})
    assert aws.emulator.log[-1].request[member] == value
    assert aws.get()["RoleArn"] == aws.seed.role_arn


def wish(state: str) -> Any:
    return lambda aws: aws.send_update(add("/DesiredState", state))


SLOW: list[Any] = [
    # found, what is sent, status when the handler gives up, status in the end
    pytest.param(None, lambda aws: aws.send_create(), "Creating", "Running", id="a create"),
    pytest.param("Running", wish("Cancelled"), "Stopping", "Cancelled", id="a stop"),
    pytest.param(
        "Running",
        lambda aws: aws.send_update(replace("/ShadowModeConfig", shadow_mode_config(1))),
        "Updating",
        "Running",
        id="an update",
    ),
    pytest.param("Updating", wish("Running"), "Updating", "Created", id="an update that waits for another"),
    pytest.param("Stopping", wish("Running"), "Stopping", "Completed", id="an update that waits for a stop"),
    pytest.param("Running", lambda aws: aws.send_delete(), "Stopping", "Completed", id="a delete, which only stops"),
    pytest.param("Stopping", lambda aws: aws.send_delete(), "Stopping", "Completed", id="a delete that waits"),
]


@pytest.mark.parametrize(("found", "send", "during", "after"), SLOW)
def test_after_twenty_minutes_the_handler_gives_up_though_the_experiment_goes_on(
    aws: Aws, found: str | None, send: Any, during: str, after: str
) -> None:
    aws.emulator.settings.transition_seconds = 1500
    if found:
        aws.put(found)
    event = send(aws)
    aws.pass_time(1190)
    assert aws.status(event)["OperationStatus"] == "IN_PROGRESS"
    aws.pass_time(20)
    failed = aws.status(event)
    assert (failed["ErrorCode"], failed["StatusMessage"]) == ("NotStabilized", "Exceeded attempts to wait")
    assert aws.get()["Status"] == during
    aws.pass_time(300)
    assert aws.get()["Status"] == after


# one at a time, tokens


SECOND: list[Any] = [
    pytest.param(lambda aws: aws.send_update(add("/Description", "y")), id="update"),
    pytest.param(lambda aws: aws.send_delete(), id="delete"),
    pytest.param(lambda aws: aws.send_create(), id="create"),
]


@pytest.mark.parametrize("second", SECOND)
def test_while_an_operation_is_at_work_there_is_no_other(aws: Aws, second: Any) -> None:
    aws.put("Running")
    first = aws.send_update(add("/Description", "x"))
    with Refused("ConcurrentOperationException", "'test'"):
        second(aws)
    found = requests(aws, Operations=["UPDATE"], OperationStatuses=["PENDING", "IN_PROGRESS"])
    assert [(entry["RequestToken"], entry["Identifier"]) for entry in found] == [(first["RequestToken"], "test")]
    aws.final(first)
    second(aws)


def test_other_resources_are_not_kept_waiting(aws: Aws) -> None:
    aws.put("Running", name="other")
    aws.put("Running")
    aws.send_update(add("/Description", "x"))
    assert aws.update(add("/Description", "x"), name="other")["OperationStatus"] == "SUCCESS"


def test_the_same_token_and_request_is_the_same_operation(aws: Aws) -> None:
    aws.put("Running")
    first = aws.send_update(add("/Description", "x"), ClientToken="t")
    again = aws.send_update(add("/Description", "x"), ClientToken="t")
    assert again == first
    aws.final(first)
    later = aws.send_update(add("/Description", "x"), ClientToken="t")
    assert (later["RequestToken"], later["OperationStatus"]) == (first["RequestToken"], "SUCCESS")
    assert len(requests(aws)) == 1


def test_the_same_token_for_another_request_is_a_conflict(aws: Aws) -> None:
    aws.put("Running")
    aws.final(aws.send_update(add("/Description", "x"), ClientToken="t"))
    with Refused("ClientTokenConflictException", "t"):
        aws.send_update(add("/Description", "y"), ClientToken="t")


def test_a_token_is_good_for_36_hours(aws: Aws) -> None:
    aws.put("Running")
    first = aws.send_update(add("/Description", "x"), ClientToken="t")
    aws.pass_time(36 * HOUR - 1)
    assert aws.send_update(add("/Description", "x"), ClientToken="t")["RequestToken"] == first["RequestToken"]
    aws.pass_time(1)
    assert aws.send_update(add("/Description", "x"), ClientToken="t")["RequestToken"] != first["RequestToken"]


CONSTRAINTS: list[Any] = [
    pytest.param({"ClientToken": "t" * 129}, "clientToken", id="client token too long"),
    pytest.param({"ClientToken": "a b"}, "clientToken", id="client token with a space"),
    pytest.param({"RoleArn": "arn:aws:iam::123456789012:user/name"}, "roleArn", id="ARN of a user"),
    pytest.param({"Identifier": "n" * 1025}, "identifier", id="identifier too long"),
    pytest.param({"TypeName": "AWS::SageMaker"}, "typeName", id="type name of two parts"),
]


@pytest.mark.parametrize(("changes", "member"), CONSTRAINTS)
def test_request_that_violates_service_model_is_rejected(aws: Aws, changes: dict[str, str], member: str) -> None:
    parameters = {"TypeName": TYPE_NAME, "Identifier": "test", "PatchDocument": "[]", **changes}
    with Refused("ValidationException", f"at '{member}' failed to satisfy constraint"):
        aws.cloudcontrol.update_resource(**parameters)


def test_client_token_of_128_characters_is_accepted(aws: Aws) -> None:
    aws.put("Running")
    assert aws.send_update(add("/Description", "x"), ClientToken="t" * 128)["OperationStatus"] == "IN_PROGRESS"


# requests


def test_requests_are_forgotten_after_7_days(aws: Aws) -> None:
    event = aws.create()
    aws.pass_time(7 * DAY - HOUR)
    assert aws.status(event)["OperationStatus"] == "SUCCESS"
    aws.pass_time(HOUR)
    with Refused("RequestTokenNotFoundException"):
        aws.status(event)
    assert requests(aws) == []


def test_requests_are_listed_latest_first_in_pages(aws: Aws) -> None:
    tokens = []
    for number in range(5):
        aws.put("Running", name=f"test-{number}")
        tokens.append(aws.update(add("/Description", "x"), name=f"test-{number}")["RequestToken"])
    aws.emulator.settings.request_page_size = 2
    found = list(pages(aws.cloudcontrol.list_resource_requests, "ResourceRequestStatusSummaries", MaxResults=100))
    assert [len(page) for page in found] == [2, 2, 1]
    assert [entry["RequestToken"] for page in found for entry in page] == tokens[::-1]
    assert len(aws.cloudcontrol.list_resource_requests(MaxResults=1)["ResourceRequestStatusSummaries"]) == 1


def test_requests_are_filtered_by_operation_and_status(aws: Aws) -> None:
    aws.create()
    aws.update(add("/Description", "x"))
    aws.create()
    aws.send_delete()
    kinds = [(entry["Operation"], entry["OperationStatus"]) for entry in requests(aws)]
    assert kinds == [("DELETE", "IN_PROGRESS"), ("CREATE", "FAILED"), ("UPDATE", "SUCCESS"), ("CREATE", "SUCCESS")]
    assert len(requests(aws, Operations=["CREATE"])) == 2
    assert len(requests(aws, Operations=["CREATE", "UPDATE"], OperationStatuses=["SUCCESS"])) == 2


def test_requests_of_another_region_are_not_seen(aws: Aws) -> None:
    event = aws.create()
    with Refused("RequestTokenNotFoundException"):
        aws.client("cloudcontrol", "eu-west-1").get_resource_request_status(RequestToken=event["RequestToken"])


def test_a_cancelled_operation_is_cancelling_then_cancelled_and_what_is_done_stays_done(aws: Aws) -> None:
    aws.emulator.settings.operation_seconds = 5
    aws.put("Created")
    event = aws.send_update(add("/DesiredState", "Running"), add("/Tags", [{"Key": "late", "Value": "1"}]))
    answer = aws.cloudcontrol.cancel_resource_request(RequestToken=event["RequestToken"])["ProgressEvent"]
    assert answer["OperationStatus"] == "CANCEL_IN_PROGRESS"
    with Refused("ConcurrentOperationException"):
        aws.send_delete()
    assert aws.final(event)["OperationStatus"] == "CANCEL_COMPLETE"
    aws.pass_time(10)
    assert (aws.get()["Status"], aws.raw()["tags"]) == ("Running", {})


def test_what_is_over_cannot_be_cancelled(aws: Aws) -> None:
    event = aws.create()
    with Refused("ValidationException", "SUCCESS"):
        aws.cloudcontrol.cancel_resource_request(RequestToken=event["RequestToken"])


@pytest.mark.parametrize("operation", ["get_resource_request_status", "cancel_resource_request"])
def test_a_token_that_nobody_has_is_not_found(aws: Aws, operation: str) -> None:
    with Refused("RequestTokenNotFoundException", "none"):
        getattr(aws.cloudcontrol, operation)(RequestToken="none")


@pytest.mark.parametrize("wanted", ["[]", "no JSON"])
def test_a_desired_state_has_to_be_an_object(aws: Aws, wanted: str) -> None:
    with Refused("ValidationException", "DesiredState"):
        aws.cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=wanted)


def test_an_experiment_that_is_deleted_meanwhile_is_not_found_by_the_handler(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.settings.transition_seconds = 600
    event = aws.send_update(add("/Description", "x"))
    aws.pass_time(2)
    aws.put("Completed")
    aws.sagemaker.delete_inference_experiment(Name="test")
    assert aws.final(event)["ErrorCode"] == "NotFound"


# from behind


def test_what_was_accepted_can_be_looked_at_with_what_it_has_changed(aws: Aws) -> None:
    aws.create()
    with Refused("NotUpdatableException"):
        aws.send_update(replace("/EndpointName", "another"))
    aws.update(add("/Description", "x"), add("/Tags", [{"Key": "a", "Value": "b"}]))
    aws.emulator.fault("DeleteResource", "failed", code="Throttling")
    aws.delete()
    aws.delete()
    accepted = aws.emulator.operations()
    assert [(o.operation, o.status, o.error, o.effects) for o in accepted] == [
        ("CREATE", "SUCCESS", None, ("create",)),
        ("UPDATE", "SUCCESS", None, ("update", "tag")),
        ("DELETE", "FAILED", "Throttling", ()),
        ("DELETE", "SUCCESS", None, ("stop: production Retain, shadow Retain", "delete")),
    ]
    assert {o.identifier for o in accepted} == {"test"}
    assert len({o.client_token for o in accepted}) == len({o.request_token for o in accepted}) == 4


def test_a_failure_does_not_hide_what_was_done_before_it(aws: Aws) -> None:
    aws.emulator.put_experiment(REGION, {"Name": "test"}, tags={"aws:x": "1"})
    assert aws.update(remove("/Tags"), add("/Description", "x"))["OperationStatus"] == "FAILED"
    assert aws.emulator.operations()[0].effects == ("update",)
