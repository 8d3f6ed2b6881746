"""Invalid values of put_experiment(), calls that SageMaker rejects, and the clocks."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.emulator import ManualClock, SystemClock
from tests.support.aws_clients import Aws, rejected


@pytest.mark.parametrize(
    "wrong", [{"status": "Dreaming"}, {"time_left": 3}, {"then": "Completed"}], ids=["status", "time_left", "then"]
)
def test_put_experiment_rejects_wrong_value(aws: Aws, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown status|are for"):
        aws.emulator.put_experiment("us-east-1", {"Name": "test"}, **wrong)


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
