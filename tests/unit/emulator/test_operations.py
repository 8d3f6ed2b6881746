"""Settings of operations, cancels, and the record of accepted operations."""

from __future__ import annotations

import json
from typing import Any

from tests.support.aws_clients import REGION, Aws, add, rejected, remove, replace

CHANGE = add("/Description", "x")


def requests(aws: Aws, **wanted: Any) -> list[Any]:
    found = aws.cloudcontrol.list_resource_requests(ResourceRequestStatusFilter=wanted)
    return list(found["ResourceRequestStatusSummaries"])


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
