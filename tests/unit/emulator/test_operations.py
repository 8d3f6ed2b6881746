"""Cloud Control's operations: patches, events, concurrency, client tokens, lists and cancels."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.seed import shadow_mode_config
from tests.support.aws_clients import REGION, TYPE_NAME, Aws, Operation, add, pages, rejected, remove, replace

HOUR, DAY = 3600, 86400
CHANGE = add("/Description", "x")
STATUS_TEST = {"op": "test", "path": "/Status", "value": "Running"}


def requests(aws: Aws, **wanted: Any) -> list[Any]:
    found = aws.cloudcontrol.list_resource_requests(ResourceRequestStatusFilter=wanted)
    return list(found["ResourceRequestStatusSummaries"])


# patches


PATCHES: list[Any] = [
    pytest.param([], id="empty patch"),
    pytest.param([{"op": "change", "path": "/Description"}], id="unknown operation"),
    pytest.param([replace("/Description", "x")], id="replace of missing property"),
    pytest.param([add("Description", "x")], id="invalid pointer"),
    pytest.param([{"op": "add", "path": "/Description"}], id="operation without value"),
    pytest.param([CHANGE, {**STATUS_TEST, "value": "Created"}], id="failed test"),
    pytest.param([CHANGE, remove("/KmsKey")], id="invalid last operation"),
    pytest.param([add("/Description", None)], id="null in result"),
    pytest.param([remove("/ModelVariants")], id="required property removed"),
    pytest.param(["x"], id="operation of wrong type"),
    pytest.param([add("", [])], id="result of wrong type"),
]


@pytest.mark.parametrize("operations", PATCHES)
def test_invalid_patch_is_rejected_whole(aws: Aws, operations: list[Operation]) -> None:
    aws.put("Running")
    with rejected("ValidationException"):
        aws.send_update(*operations)
    assert "Description" not in aws.get()
    assert requests(aws) == []


@pytest.mark.parametrize(("desired", "patch"), [("[]", "{}"), ("no JSON", "no JSON")], ids=["wrong type", "no JSON"])
def test_invalid_document_is_rejected(aws: Aws, desired: str, patch: str) -> None:
    with rejected("ValidationException", "DesiredState"):
        aws.cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=desired)
    aws.put("Running")
    with rejected("ValidationException", "PatchDocument"):
        aws.cloudcontrol.update_resource(TypeName=TYPE_NAME, Identifier="test", PatchDocument=patch)


def test_patch_is_applied_to_current_properties(aws: Aws) -> None:
    aws.put("Running", Description="before")
    test = {"op": "test", "path": "/Description", "value": "before"}
    aws.update(STATUS_TEST, test, replace("/Description", "after"))
    assert aws.get()["Description"] == "after"


CONSTRAINTS: list[Any] = [
    pytest.param({"ClientToken": "t" * 129}, "clientToken", id="long client token"),
    pytest.param({"ClientToken": "a b"}, "clientToken", id="client token with space"),
    pytest.param({"RoleArn": "arn:aws:iam::123456789012:user/name"}, "roleArn", id="ARN of user"),
    pytest.param({"Identifier": "n" * 1025}, "identifier", id="long identifier"),
    pytest.param({"TypeName": "AWS::SageMaker"}, "typeName", id="type name of two parts"),
]


@pytest.mark.parametrize(("changes", "member"), CONSTRAINTS)
def test_request_that_violates_service_model_is_rejected(aws: Aws, changes: dict[str, str], member: str) -> None:
    parameters = {"TypeName": TYPE_NAME, "Identifier": "test", "PatchDocument": "[]", **changes}
    with rejected("ValidationException", f"at '{member}' failed to satisfy constraint"):
        aws.cloudcontrol.update_resource(**parameters)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("RoleArn", "arn:aws:iam::123456789012:role/handler"),
        ("TypeVersionId", "00000001"),
        pytest.param("ClientToken", "t" * 128, id="ClientToken of 128 characters"),
    ],
)
def test_optional_parameter_is_accepted(aws: Aws, member: str, value: str) -> None:
    aws.put("Running")
    aws.send_update(CHANGE, **{member: value})
    assert aws.emulator.log[-1].request[member] == value
    assert aws.get()["RoleArn"] == aws.seed.role_arn


# events


def test_operation_is_pending_then_in_progress_then_success(aws: Aws) -> None:
    aws.emulator.settings.update({"pending_seconds": 5, "operation_seconds": 20})
    event = aws.send_create()
    with rejected("ResourceNotFoundException"):
        aws.get()
    statuses = [event["OperationStatus"]]
    for seconds in (4, 2, 13, 2):
        aws.pass_time(seconds)
        statuses.append(aws.status(event)["OperationStatus"])
    assert statuses == ["PENDING", "PENDING", "IN_PROGRESS", "IN_PROGRESS", "SUCCESS"]
    assert event["Operation"] == "CREATE"


def test_first_event_of_fast_operation_is_in_progress(aws: Aws) -> None:
    aws.emulator.settings.update({"operation_seconds": 0, "transition_seconds": 0})
    event = aws.send_create()
    assert (event["OperationStatus"], aws.status(event)["OperationStatus"]) == ("IN_PROGRESS", "SUCCESS")


def test_last_event_has_resource_and_no_retry_after(aws: Aws) -> None:
    aws.emulator.settings.retry_after_seconds = 30
    event = aws.send_create()
    assert (event["RetryAfter"] - aws.emulator.clock.now()).total_seconds() == 30
    event = aws.final(event)
    assert "RetryAfter" not in event
    assert json.loads(event["ResourceModel"]) == aws.get()


def test_event_can_omit_retry_after_and_identifier(aws: Aws) -> None:
    aws.emulator.settings.update({"retry_after_seconds": None, "identifier_delay_seconds": 5})
    event = aws.send_create()
    assert {"RetryAfter", "Identifier"} & set(event) == set()
    assert "Identifier" not in requests(aws)[0]
    aws.pass_time(5)
    assert aws.status(event)["Identifier"] == requests(aws)[0]["Identifier"] == "test"


def test_get_resource_can_raise_not_found_after_create(aws: Aws) -> None:
    aws.emulator.settings.read_delay_seconds = 20
    assert aws.create()["OperationStatus"] == "SUCCESS"
    with rejected("ResourceNotFoundException", "'test'"):
        aws.get()
    aws.pass_time(20)
    assert aws.get()["Name"] == "test"


def send(*operations: Operation) -> Any:
    return lambda aws: aws.send_update(*operations)


SLOW: list[Any] = [
    # status, operation, status after the failure, last status
    pytest.param(None, lambda aws: aws.send_create(), "Creating", "Running", id="create"),
    pytest.param("Running", send(add("/DesiredState", "Cancelled")), "Stopping", "Cancelled", id="stop"),
    pytest.param(
        "Running", send(replace("/ShadowModeConfig", shadow_mode_config(1))), "Updating", "Running", id="update"
    ),
    pytest.param("Updating", send(add("/DesiredState", "Running")), "Updating", "Created", id="wait for update"),
    pytest.param("Stopping", send(add("/DesiredState", "Running")), "Stopping", "Completed", id="wait for stop"),
    pytest.param("Running", lambda aws: aws.send_delete(), "Stopping", "Completed", id="stop by delete"),
    pytest.param("Stopping", lambda aws: aws.send_delete(), "Stopping", "Completed", id="wait by delete"),
]


@pytest.mark.parametrize(("status", "operate", "during", "after"), SLOW)
def test_handler_fails_after_20_minutes_while_sagemaker_continues(
    aws: Aws, status: str | None, operate: Any, during: str, after: str
) -> None:
    aws.emulator.settings.transition_seconds = 1500
    if status:
        aws.put(status)
    event = operate(aws)
    aws.pass_time(1190)
    assert aws.status(event)["OperationStatus"] == "IN_PROGRESS"
    aws.pass_time(20)
    failed = aws.status(event)
    assert (failed["ErrorCode"], failed["StatusMessage"]) == ("NotStabilized", "Exceeded attempts to wait")
    assert aws.get()["Status"] == during
    aws.pass_time(300)
    assert aws.get()["Status"] == after


def test_update_of_experiment_deleted_during_wait_fails_with_not_found(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.settings.transition_seconds = 600
    event = aws.send_update(CHANGE)
    aws.pass_time(2)
    aws.put("Completed")
    aws.sagemaker.delete_inference_experiment(Name="test")
    assert aws.final(event)["ErrorCode"] == "NotFound"


# concurrency and client tokens


SECOND: list[Any] = [
    pytest.param(send(add("/Description", "y")), id="update"),
    pytest.param(lambda aws: aws.send_delete(), id="delete"),
    pytest.param(lambda aws: aws.send_create(), id="create"),
]


@pytest.mark.parametrize("second", SECOND)
def test_concurrent_operation_is_rejected_for_same_resource_only(aws: Aws, second: Any) -> None:
    aws.put("Running", name="other")
    aws.put("Running")
    first = aws.send_update(CHANGE)
    with rejected("ConcurrentOperationException", "'test'"):
        second(aws)
    found = requests(aws, Operations=["UPDATE"], OperationStatuses=["PENDING", "IN_PROGRESS"])
    assert [(entry["RequestToken"], entry["Identifier"]) for entry in found] == [(first["RequestToken"], "test")]
    aws.send_update(CHANGE, name="other")
    aws.final(first)
    second(aws)


def test_client_token_identifies_same_request_for_36_hours(aws: Aws) -> None:
    aws.put("Running")
    first = aws.send_update(CHANGE, ClientToken="t")
    assert aws.send_update(CHANGE, ClientToken="t") == first
    with rejected("ClientTokenConflictException", "t"):
        aws.send_update(add("/Description", "y"), ClientToken="t")
    aws.pass_time(36 * HOUR - 1)
    later = aws.send_update(CHANGE, ClientToken="t")
    assert (later["RequestToken"], later["OperationStatus"]) == (first["RequestToken"], "SUCCESS")
    assert len(requests(aws)) == 1
    aws.pass_time(1)
    assert aws.send_update(CHANGE, ClientToken="t")["RequestToken"] != first["RequestToken"]


# requests


def test_requests_expire_after_7_days(aws: Aws) -> None:
    event = aws.create()
    aws.pass_time(7 * DAY - HOUR)
    assert aws.status(event)["OperationStatus"] == "SUCCESS"
    aws.pass_time(HOUR)
    with rejected("RequestTokenNotFoundException"):
        aws.status(event)
    assert requests(aws) == []


def test_requests_are_listed_latest_first_in_pages(aws: Aws) -> None:
    tokens = []
    for number in range(5):
        aws.put("Running", name=f"test-{number}")
        tokens.append(aws.update(CHANGE, name=f"test-{number}")["RequestToken"])
    aws.emulator.settings.request_page_size = 2
    found = list(pages(aws.cloudcontrol.list_resource_requests, "ResourceRequestStatusSummaries", MaxResults=100))
    assert [len(page) for page in found] == [2, 2, 1]
    assert [entry["RequestToken"] for page in found for entry in page] == tokens[::-1]
    assert len(aws.cloudcontrol.list_resource_requests(MaxResults=1)["ResourceRequestStatusSummaries"]) == 1


def test_requests_are_filtered_by_operation_and_status(aws: Aws) -> None:
    aws.create()
    aws.update(CHANGE)
    aws.create()
    aws.send_delete()
    kinds = [(entry["Operation"], entry["OperationStatus"]) for entry in requests(aws)]
    assert kinds == [("DELETE", "IN_PROGRESS"), ("CREATE", "FAILED"), ("UPDATE", "SUCCESS"), ("CREATE", "SUCCESS")]
    assert len(requests(aws, Operations=["CREATE"])) == 2
    assert len(requests(aws, Operations=["CREATE", "UPDATE"], OperationStatuses=["SUCCESS"])) == 2


@pytest.mark.parametrize("operation", ["get_resource_request_status", "cancel_resource_request"])
def test_unknown_request_token_is_not_found(aws: Aws, operation: str) -> None:
    with rejected("RequestTokenNotFoundException", "none"):
        getattr(aws.cloudcontrol, operation)(RequestToken="none")
    event = aws.create()
    with rejected("RequestTokenNotFoundException"):
        getattr(aws.client("cloudcontrol", "eu-west-1"), operation)(RequestToken=event["RequestToken"])


def test_cancel_stops_handler_and_keeps_its_changes(aws: Aws) -> None:
    aws.emulator.settings.operation_seconds = 5
    aws.put("Created")
    event = aws.send_update(add("/DesiredState", "Running"), add("/Tags", [{"Key": "late", "Value": "1"}]))
    cancelled = aws.cloudcontrol.cancel_resource_request(RequestToken=event["RequestToken"])["ProgressEvent"]
    assert cancelled["OperationStatus"] == "CANCEL_IN_PROGRESS"
    with rejected("ConcurrentOperationException"):
        aws.send_delete()
    assert aws.final(event)["OperationStatus"] == "CANCEL_COMPLETE"
    aws.pass_time(10)
    assert (aws.get()["Status"], aws.raw()["tags"]) == ("Running", {})


def test_cancel_of_ended_operation_is_rejected(aws: Aws) -> None:
    event = aws.create()
    with rejected("ValidationException", "SUCCESS"):
        aws.cloudcontrol.cancel_resource_request(RequestToken=event["RequestToken"])


def test_operations_lists_accepted_operations_with_effects(aws: Aws) -> None:
    aws.create()
    with rejected("NotUpdatableException"):
        aws.send_update(replace("/EndpointName", "another"))
    aws.update(CHANGE, add("/Tags", [{"Key": "a", "Value": "b"}]))
    aws.emulator.fault("DeleteResource", "failed", code="Throttling")
    aws.delete()
    aws.delete()
    aws.emulator.put_experiment(REGION, {"Name": "test"}, tags={"aws:x": "1"})
    aws.update(remove("/Tags"), CHANGE)
    accepted = aws.emulator.operations()
    assert [(o.operation, o.status, o.error, o.effects) for o in accepted] == [
        ("CREATE", "SUCCESS", None, ("create",)),
        ("UPDATE", "SUCCESS", None, ("update", "tag")),
        ("DELETE", "FAILED", "Throttling", ()),
        ("DELETE", "SUCCESS", None, ("stop: production Retain, shadow Retain", "delete")),
        ("UPDATE", "FAILED", "GeneralServiceException", ("update",)),
    ]
    assert {o.identifier for o in accepted} == {"test"}
    assert len({o.client_token for o in accepted}) == len({o.request_token for o in accepted}) == 5
