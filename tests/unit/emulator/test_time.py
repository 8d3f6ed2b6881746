"""What an experiment does by itself as time passes, seen through SageMaker's own calls."""

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


def test_without_schedule_it_starts_at_once_and_ends_after_7_days(aws: Aws) -> None:
    begun = aws.emulator.clock.now()
    aws.create()
    assert schedule(aws) == (begun, begun + WEEK)
    aws.pass_time(WEEK.total_seconds() + 10)
    assert aws.get()["Status"] == "Completed"
    assert aws.describe()["CompletionTime"] == begun + WEEK + timedelta(seconds=10)


def test_when_its_start_is_reached_it_starts_by_itself(aws: Aws) -> None:
    start = aws.emulator.clock.now() + timedelta(hours=2)
    aws.create(Schedule={"StartTime": start.isoformat()})
    seen = []
    for seconds in (3600, 3590 + 5, 10):
        aws.pass_time(seconds)
        seen.append(aws.get()["Status"])
    assert seen == ["Created", "Starting", "Running"]
    assert schedule(aws) == (start, start + WEEK)


def test_when_its_end_is_reached_it_completes_by_itself(aws: Aws) -> None:
    end = aws.emulator.clock.now() + timedelta(hours=2)
    aws.create(Schedule={"EndTime": end.isoformat()})
    aws.pass_time(7200 + 20)
    assert (aws.raw()["status"], aws.raw()["fate"]) == ("Completed", None)


def test_however_late_anybody_looks_everything_has_happened_in_order(aws: Aws) -> None:
    start = aws.emulator.clock.now() + timedelta(hours=2)
    aws.create(Schedule={"StartTime": start.isoformat()})
    aws.pass_time(365 * 86400)
    assert aws.get()["Status"] == "Completed"
    assert aws.describe()["CompletionTime"] == start + WEEK + timedelta(seconds=10)


def test_starting_early_moves_the_start(aws: Aws) -> None:
    aws.put("Created")
    end, now = schedule(aws)[1], aws.emulator.clock.now()
    aws.update(add("/DesiredState", "Running"))
    assert schedule(aws) == (now, end)


def test_stopping_moves_the_end(aws: Aws) -> None:
    aws.put("Running")
    start, now = schedule(aws)[0], aws.emulator.clock.now()
    aws.update(add("/DesiredState", "Completed"))
    assert schedule(aws) == (start, now)


def test_changes_move_the_time_of_the_last_one(aws: Aws) -> None:
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
def test_an_experiment_put_in_transit_arrives(aws: Aws, status: str, then: str | None, after: str) -> None:
    aws.put(status, time_left=60, then=then)
    aws.pass_time(59)
    assert aws.get()["Status"] == status
    aws.pass_time(1)
    assert aws.get()["Status"] == after


def test_an_experiment_can_be_stuck_in_transit(aws: Aws) -> None:
    aws.put("Starting", time_left=math.inf)
    aws.pass_time(10**8)
    assert aws.get()["Status"] == "Starting"


def test_an_experiment_can_be_put_with_nothing_but_its_name(aws: Aws) -> None:
    put = aws.emulator.put_experiment("us-west-2", {"Name": "bare"}, status="Created")
    assert (put["status"], aws.get("bare", "us-west-2")["Type"]) == ("Created", "ShadowMode")


@pytest.mark.parametrize(
    "wrong", [{"status": "Dreaming"}, {"time_left": 3}, {"then": "Completed"}], ids=["status", "time_left", "then"]
)
def test_what_cannot_be_put_is_refused(aws: Aws, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown status|are for"):
        aws.emulator.put_experiment("us-east-1", {"Name": "test"}, **wrong)


SAGEMAKER: list[Any] = [
    pytest.param("Completed", "start_inference_experiment", {}, id="started when completed"),
    pytest.param("Running", "start_inference_experiment", {}, id="started when running"),
    pytest.param(
        "Created",
        "stop_inference_experiment",
        {"ModelVariantActions": {"shadow": "Remove"}},
        id="stopped before it starts",
    ),
    pytest.param("Starting", "update_inference_experiment", {"Description": "x"}, id="updated while starting"),
    pytest.param("Running", "delete_inference_experiment", {}, id="deleted while running"),
]


@pytest.mark.parametrize(("status", "operation", "more"), SAGEMAKER)
def test_an_experiment_cannot_be(aws: Aws, status: str, operation: str, more: dict[str, Any]) -> None:
    aws.put(status)
    with rejected("ConflictException", status):
        getattr(aws.sagemaker, operation)(Name="test", **more)


def test_somebody_else_can_do_everything_through_sagemaker(aws: Aws) -> None:
    start = aws.emulator.clock.now() + timedelta(days=1)
    wanted = aws.seed.properties("test", Schedule={"StartTime": start, "EndTime": start + WEEK})
    arn = aws.sagemaker.create_inference_experiment(**wanted)["InferenceExperimentArn"]
    aws.pass_time(10)
    aws.sagemaker.update_inference_experiment(Name="test", Description="theirs", Schedule={"EndTime": start + 2 * WEEK})
    aws.pass_time(10)
    assert (aws.get()["Description"], schedule(aws)) == ("theirs", (start, start + 2 * WEEK))
    aws.sagemaker.start_inference_experiment(Name="test")
    aws.pass_time(10)
    actions = {"production": "Remove", "shadow": "Promote"}
    aws.sagemaker.stop_inference_experiment(
        Name="test", ModelVariantActions=actions, DesiredState="Cancelled", Reason="x"
    )
    aws.pass_time(10)
    assert (aws.raw()["status"], aws.raw()["stop"]["actions"], aws.raw()["arn"]) == ("Cancelled", actions, arn)
    found = aws.sagemaker.list_inference_experiments(StatusEquals="Cancelled", NameContains="es")
    assert [(entry["Name"], entry["StatusReason"]) for entry in found["InferenceExperiments"]] == [("test", "x")]
    assert aws.sagemaker.list_inference_experiments(StatusEquals="Running")["InferenceExperiments"] == []
    aws.sagemaker.delete_inference_experiment(Name="test")
    with rejected("ResourceNotFound"):
        aws.describe()


@pytest.mark.parametrize("name", ["ModelVariants", "DataStorageConfig"])
def test_sagemaker_itself_refuses_while_running_a_change_of(aws: Aws, name: str) -> None:
    aws.put("Running")
    values = {"ModelVariants": aws.raw()["properties"]["ModelVariants"], "DataStorageConfig": {"Destination": "s3://b"}}
    with rejected("ValidationException", name):
        aws.sagemaker.update_inference_experiment(Name="test", **{name: values[name]})


@pytest.mark.parametrize(
    ("actions", "words"),
    [({"stranger": "Remove"}, "stranger"), ({"production": "Promote"}, "production")],
    ids=["for a variant that there is not", "that promotes production"],
)
def test_a_stop_is_refused(aws: Aws, actions: dict[str, str], words: str) -> None:
    aws.put("Running")
    with rejected("ValidationException", words):
        aws.sagemaker.stop_inference_experiment(Name="test", ModelVariantActions=actions)


def test_clocks_only_go_forward_and_know_where_they_are() -> None:
    real, manual = SystemClock(), ManualClock(datetime(2026, 5, 1, tzinfo=timezone.utc))
    real.advance(3600)
    assert timedelta(minutes=59) < real.now() - datetime.now(timezone.utc) < timedelta(minutes=61)
    manual.sleep(1.5)
    assert manual.now() == datetime(2026, 5, 1, 0, 0, 1, 500000, tzinfo=timezone.utc)
    with pytest.raises(ValueError, match="forward"):
        manual.advance(-1)
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime.fromisoformat("2026-05-01"))
