"""Delete: by status; only the record is deleted."""

from __future__ import annotations

import pytest

from tests.support.aws_clients import Aws, rejected


@pytest.mark.parametrize("status", ["Created", "Running", "Completed", "Cancelled"])
def test_delete_removes_record_only(aws: Aws, status: str) -> None:
    aws.put(status)
    assert aws.delete()["OperationStatus"] == "SUCCESS"
    with rejected("ResourceNotFoundException"):
        aws.get()
    assert aws.sagemaker.describe_endpoint(EndpointName=aws.seed.endpoint_name)["EndpointStatus"] == "InService"
    assert [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]] == [aws.seed.bucket]


def test_delete_of_running_experiment_stops_it_with_both_variants_retained(aws: Aws) -> None:
    aws.put("Running")
    event = aws.send_delete()
    raw = aws.raw()
    assert (raw["status"], raw["fate"]) == ("Stopping", {"production": "Retain", "shadow": "Retain"})
    assert raw["stop"]["desired_state"] == "Completed"
    assert aws.final(event)["OperationStatus"] == "SUCCESS"


def test_delete_of_stopping_experiment_waits(aws: Aws) -> None:
    aws.put("Stopping", time_left=30)
    event = aws.send_delete()
    aws.pass_time(29)
    assert aws.status(event)["OperationStatus"] == "IN_PROGRESS"
    assert aws.final(event)["OperationStatus"] == "SUCCESS"


@pytest.mark.parametrize("status", ["Creating", "Starting", "Updating"])
def test_delete_in_other_transitional_status_fails(aws: Aws, status: str) -> None:
    aws.put(status)
    event = aws.delete()
    assert event["ErrorCode"] == "GeneralServiceException"
    assert f"in {status} state" in event["StatusMessage"]
    assert aws.get()["Name"] == "test"


def test_delete_of_missing_experiment_is_rejected_at_once_or_fails_later(aws: Aws) -> None:
    with rejected("ResourceNotFoundException", "'nothing'"):
        aws.send_delete("nothing")
    aws.emulator.settings.delete_missing_late = True
    assert aws.delete("nothing")["ErrorCode"] == "NotFound"
