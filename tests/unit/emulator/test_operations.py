"""Settings of operations: pending time, RetryAfter and Identifier."""

from __future__ import annotations

import json
from typing import Any

from tests.support.aws_clients import Aws, rejected


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
