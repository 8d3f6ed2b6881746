"""Deleting: by the status that is found; only the record goes."""

from __future__ import annotations

import pytest

from tests.support.aws_clients import Aws, Refused


@pytest.mark.parametrize("status", ["Created", "Completed", "Cancelled"])
def test_a_delete_takes_at_once_what_is(aws: Aws, status: str) -> None:
    aws.put(status)
    assert aws.delete()["OperationStatus"] == "SUCCESS"
    with Refused("ResourceNotFoundException"):
        aws.get()


def test_a_delete_stops_what_is_running_and_retains_both_variants(aws: Aws) -> None:
    aws.put("Running")
    event = aws.send_delete()
    raw = aws.raw()
    assert (raw["status"], raw["fate"]) == ("Stopping", {"production": "Retain", "shadow": "Retain"})
    assert raw["stop"]["desired_state"] == "Completed"
    assert aws.final(event)["OperationStatus"] == "SUCCESS"


def test_a_delete_waits_for_what_is_stopping(aws: Aws) -> None:
    aws.put("Stopping", time_left=30)
    event = aws.send_delete()
    aws.pass_time(29)
    assert aws.status(event)["OperationStatus"] == "IN_PROGRESS"
    assert aws.final(event)["OperationStatus"] == "SUCCESS"


@pytest.mark.parametrize("status", ["Creating", "Starting", "Updating"])
def test_a_delete_conflicts_with_what_is(aws: Aws, status: str) -> None:
    aws.put(status)
    event = aws.delete()
    assert event["ErrorCode"] == "GeneralServiceException"
    assert f"in {status} state" in event["StatusMessage"]
    assert aws.get()["Name"] == "test"


def test_endpoint_and_bucket_stay(aws: Aws) -> None:
    aws.put("Running")
    aws.delete()
    assert aws.sagemaker.describe_endpoint(EndpointName=aws.seed.endpoint_name)["EndpointStatus"] == "InService"
    assert [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]] == [aws.seed.bucket]


def test_a_delete_of_nothing_is_refused_at_once(aws: Aws) -> None:
    with Refused("ResourceNotFoundException", "'nothing'"):
        aws.send_delete("nothing")


def test_a_delete_of_nothing_can_fail_later(aws: Aws) -> None:
    aws.emulator.settings.delete_missing_late = True
    assert aws.delete("nothing")["ErrorCode"] == "NotFound"
