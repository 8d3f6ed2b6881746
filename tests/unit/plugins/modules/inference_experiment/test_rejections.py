"""Changes that are not allowed, and recreate: true, which applies them. test_plan.py tests each rule."""

from __future__ import annotations

from typing import Any

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.tasks import END, MODULE, OTHER_ROLE_ARN, START, STORAGE_PROPERTY, full, put_experiment, rejected
from tests.unit.conftest import Run

OTHER_ROLE: dict[str, Any] = {"role_arn": OTHER_ROLE_ARN, "recreate": True}


# Read this test first.
def test_update_of_role_is_rejected_before_any_write(run: Run, emulator: Emulator) -> None:
    role, other = "arn:aws:iam::123456789012:role/demo-sagemaker", "arn:aws:iam::123456789012:role/another"
    emulator.put_experiment("us-east-1", {"Name": "checkout", "RoleArn": role}, status="Running")
    result = run("inference_experiment", {"name": "checkout", "role_arn": other})
    assert (result.failed, result["error"]["code"], result["operations"]) == (True, "Refused", [])
    assert f'role_arn is "{role}", not "{other}" (can be set only on create)' in result.msg
    assert "recreate: true" in result["error"]["hint"]
    assert result["inference_experiment"]["role_arn"] == role
    assert emulator.calls() == ["GetResource"]


@tasks.CHECK
@cases(
    ("end in the past", None, full(schedule={"end_time": "2020-01-01T00:00:00Z"}), "end_time must be in the future"),
    ("too long", "Running", full(**OTHER_ROLE, schedule={"end_time": "2026-03-01T00:00:00Z"}), "1 hour to 30 days"),
)
def test_create_with_invalid_schedule_is_rejected_before_any_write(
    status: str | None, task: dict[str, Any], words: str, run: Run, emulator: Emulator, check: bool
) -> None:
    if status:
        put_experiment(emulator, status)
    rejected(run(MODULE, task, check=check), emulator, words)


def test_recreate_preserves_omitted_properties(run: Run, emulator: Emulator) -> None:
    properties: dict[str, Any] = {"Description": "Kept", "KmsKey": "alias/kept", "DataStorageConfig": STORAGE_PROPERTY}
    schedule, before = {"StartTime": START, "EndTime": tasks.LATER}, {"kept": "1", "aws:createdBy": "shop"}
    put_experiment(emulator, "Created", **properties, Schedule=schedule, tags=before)
    changes = {**OTHER_ROLE, "schedule": {"end_time": END}, "tags": {"new": "1"}, "purge_tags": False}
    result = tasks.succeeded(run(MODULE, full(**changes)))
    stored = tasks.stored_experiment(emulator)
    assert tasks.operation_names(result) == ["delete", "create"]
    assert {**properties, "RoleArn": OTHER_ROLE_ARN}.items() <= stored["properties"].items()
    assert (stored["status"], stored["schedule"]) == ("Created", {"start": START, "end": END})
    assert stored["tags"] == {"kept": "1", "new": "1"}
