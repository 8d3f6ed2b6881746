"""Changes of an experiment over time, and concurrent callers of SageMaker."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.emulator import ManualClock, SystemClock
from tests.support.aws_clients import Aws, add, rejected

WEEK = timedelta(days=7)


def schedule(aws: Aws) -> tuple[datetime, datetime]:
    found = aws.describe()["Schedule"]
    return found["StartTime"], found["EndTime"]


def test_experiment_without_schedule_starts_at_once_and_ends_after_7_days(aws: Aws) -> None:
    start = aws.emulator.clock.now()
    aws.create()
    assert schedule(aws) == (start, start + WEEK)
    aws.pass_time(WEEK.total_seconds() + 10)
    assert (aws.get()["Status"], aws.raw()["fate"]) == ("Completed", None)
    assert aws.describe()["CompletionTime"] == start + WEEK + timedelta(seconds=10)


def test_scheduled_experiment_starts_and_completes_without_request(aws: Aws) -> None:
    start = aws.emulator.clock.now() + timedelta(hours=2)
    aws.create(Schedule={"StartTime": start.isoformat()})
    assert schedule(aws) == (start, start + WEEK)
    statuses = []
    for seconds in (3600, 3590 + 5, 10, 365 * 86400):
        aws.pass_time(seconds)
        statuses.append(aws.get()["Status"])
    assert statuses == ["Created", "Starting", "Running", "Completed"]
    assert aws.describe()["CompletionTime"] == start + WEEK + timedelta(seconds=10)


@pytest.mark.parametrize(("status", "state"), [("Created", "Running"), ("Running", "Completed")])
def test_start_changes_start_time_and_stop_changes_end_time(aws: Aws, status: str, state: str) -> None:
    aws.put(status)
    (start, end), now = schedule(aws), aws.emulator.clock.now()
    aws.update(add("/DesiredState", state))
    assert schedule(aws) == ((now, end) if state == "Running" else (start, now))


def test_update_changes_last_modified_time(aws: Aws) -> None:
    aws.put("Running")
    before = aws.describe()
    aws.pass_time(100)
    aws.update(add("/Description", "x"))
    after = aws.describe()
    assert after["CreationTime"] == before["CreationTime"]
    assert after["LastModifiedTime"] > before["LastModifiedTime"]


@pytest.mark.parametrize(
    ("status", "then", "after"),
    [
        ("Creating", None, "Created"),
        ("Updating", None, "Created"),
        ("Updating", "Running", "Running"),
        ("Starting", None, "Running"),
        ("Stopping", None, "Completed"),
        ("Stopping", "Cancelled", "Cancelled"),
    ],
)
def test_transitional_status_lasts_time_left(aws: Aws, status: str, then: str | None, after: str) -> None:
    aws.put(status, time_left=60, then=then)
    aws.pass_time(59)
    assert aws.get()["Status"] == status
    aws.pass_time(1)
    assert aws.get()["Status"] == after
    aws.put(status, time_left=math.inf, then=then)
    aws.pass_time(10**8)
    assert aws.get()["Status"] == status


def test_put_experiment_requires_name_only(aws: Aws) -> None:
    put = aws.emulator.put_experiment("us-west-2", {"Name": "bare"}, status="Created")
    assert (put["status"], aws.get("bare", "us-west-2")["Type"]) == ("Created", "ShadowMode")


@pytest.mark.parametrize(
    "wrong", [{"status": "Dreaming"}, {"time_left": 3}, {"then": "Completed"}], ids=["status", "time_left", "then"]
)
def test_put_experiment_rejects_wrong_value(aws: Aws, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown status|are for"):
        aws.emulator.put_experiment("us-east-1", {"Name": "test"}, **wrong)


# SageMaker's own operations


ACTIONS = {"production": "Remove", "shadow": "Promote"}
REJECTED: list[Any] = [
    # status, operation, parameters, code, part of the message
    ("Completed", "start", {}, "ConflictException", "Completed"),
    ("Running", "start", {}, "ConflictException", "Running"),
    ("Created", "stop", {"ModelVariantActions": {"shadow": "Remove"}}, "ConflictException", "Created"),
    ("Starting", "update", {"Description": "x"}, "ConflictException", "Starting"),
    ("Running", "delete", {}, "ConflictException", "Running"),
    ("Running", "update", {"DataStorageConfig": {"Destination": "s3://b"}}, "ValidationException", "DataStorageConfig"),
    ("Running", "stop", {"ModelVariantActions": {"stranger": "Remove"}}, "ValidationException", "stranger"),
    ("Running", "stop", {"ModelVariantActions": {"production": "Promote"}}, "ValidationException", "production"),
]


@pytest.mark.parametrize(("status", "operation", "parameters", "code", "message"), REJECTED)
def test_sagemaker_rejects(
    aws: Aws, status: str, operation: str, parameters: dict[str, Any], code: str, message: str
) -> None:
    aws.put(status)
    with rejected(code, message):
        getattr(aws.sagemaker, f"{operation}_inference_experiment")(Name="test", **parameters)


def test_sagemaker_rejects_model_variants_of_running_experiment(aws: Aws) -> None:
    variants = aws.put("Running")["properties"]["ModelVariants"]
    with rejected("ValidationException", "ModelVariants"):
        aws.sagemaker.update_inference_experiment(Name="test", ModelVariants=variants)


def test_sagemaker_operations_change_same_experiment(aws: Aws) -> None:
    start = aws.emulator.clock.now() + timedelta(days=1)
    properties = aws.seed.properties("test", Schedule={"StartTime": start, "EndTime": start + WEEK})
    arn = aws.sagemaker.create_inference_experiment(**properties)["InferenceExperimentArn"]
    aws.pass_time(10)
    aws.sagemaker.update_inference_experiment(Name="test", Description="x", Schedule={"EndTime": start + 2 * WEEK})
    aws.pass_time(10)
    assert (aws.get()["Description"], schedule(aws)) == ("x", (start, start + 2 * WEEK))
    aws.sagemaker.start_inference_experiment(Name="test")
    aws.pass_time(10)
    stop = {"ModelVariantActions": ACTIONS, "DesiredState": "Cancelled", "Reason": "x"}
    aws.sagemaker.stop_inference_experiment(Name="test", **stop)
    aws.pass_time(10)
    assert (aws.raw()["status"], aws.raw()["stop"]["actions"], aws.raw()["arn"]) == ("Cancelled", ACTIONS, arn)
    found = aws.sagemaker.list_inference_experiments(StatusEquals="Cancelled", NameContains="es")
    assert [(entry["Name"], entry["StatusReason"]) for entry in found["InferenceExperiments"]] == [("test", "x")]
    assert aws.sagemaker.list_inference_experiments(StatusEquals="Running")["InferenceExperiments"] == []
    aws.sagemaker.delete_inference_experiment(Name="test")
    with rejected("ResourceNotFound"):
        aws.describe()


def test_clocks_advance_forward_only() -> None:
    real, manual = SystemClock(), ManualClock(datetime(2026, 5, 1, tzinfo=timezone.utc))
    real.advance(3600)
    assert timedelta(minutes=59) < real.now() - datetime.now(timezone.utc) < timedelta(minutes=61)
    manual.sleep(1.5)
    assert manual.now() == datetime(2026, 5, 1, 0, 0, 1, 500000, tzinfo=timezone.utc)
    with pytest.raises(ValueError, match="forward"):
        manual.advance(-1)
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime.fromisoformat("2026-05-01"))
