"""Failed operations and calls: retried, resumed from the current status, or final with code, message and hint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import REGIONS_PAGE
from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.tasks import MODULE, NAME, failed, full, minimal, put_experiment, statuses, stored_status, succeeded
from tests.unit.conftest import Run

RECREATE = full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True)


def _prepare(emulator: Emulator, status: str | None) -> None:
    if status:
        put_experiment(emulator, status)


# Read this test first.
def test_throttled_update_is_retried(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Created")
    emulator.fault("UpdateResource", "failed", code="Throttling", times=1)
    result = run("inference_experiment", {"name": "checkout", "description": "New"})
    assert (result.failed, result.changed) == (False, True)
    assert [operation["operation_status"] for operation in result["operations"]] == ["FAILED", "SUCCESS"]
    assert emulator.writes() == ["UpdateResource", "UpdateResource"]
    assert emulator.experiment("checkout", "us-east-1")["properties"]["Description"] == "New"


FAULT, DENIED = {"kind": "failed", "code": "InternalFailure"}, {"kind": "error", "code": "AccessDeniedException"}
UPDATE, PROMOTE_AND_DELETE = minimal(description="New"), minimal(state="absent", on_stop="promote_shadow")


@cases(
    ("invalid option", None, minimal(wait_timeout=0), "GetResource", DENIED, "Invalid options for"),
    ("rejected", None, minimal(), "UpdateResource", FAULT, "The declaration cannot be applied to"),
    ("read", None, minimal(), "GetResource", DENIED, "Could not apply the declaration to"),
    ("read before delete", None, minimal(state="absent"), "GetResource", DENIED, "Could not delete"),
    ("create", None, full(), "CreateResource", FAULT, "Could not create"),
    ("stop", "Running", PROMOTE_AND_DELETE, "UpdateResource", FAULT, "Could not update"),
    ("delete", "Running", minimal(state="absent"), "DeleteResource", FAULT, "Could not delete"),
    (
        "read after update",
        *("Created", UPDATE, "GetResource", {"kind": "throttle", "after": 1, "times": tasks.ALWAYS}),
        "Could not apply the declaration to",
    ),
    ("create after delete", "Created", RECREATE, "CreateResource", FAULT, "Could not create"),
    ("delete before create", "Running", RECREATE, "DeleteResource", FAULT, "Could not delete"),
)
def test_message_starts_with_failed_attempt(
    status: str | None, task: dict[str, Any], call: str, fault: dict[str, Any], start: str, run: Run, emulator: Emulator
) -> None:
    _prepare(emulator, status)
    emulator.fault(call, **fault)
    result = run(MODULE, task)
    assert result.failed
    assert result.msg.startswith(f"{start} inference experiment '{NAME}' in {REGION}: "), result.msg


@cases(
    (
        "create that passes Starting",
        *({"create_passes_starting": True, "transition_seconds": 30.0}, None, full(tags={"new": "1"})),
        *(["FAILED"], "Running"),
    ),
    (
        "promote and delete",
        *({"transition_seconds": 300.0, "stabilize_seconds": 60.0}, "Running", PROMOTE_AND_DELETE),
        *(["FAILED", "SUCCESS"], None),
    ),
)
def test_operation_that_does_not_stabilize_is_resumed(
    settings: dict[str, Any],
    before: str | None,
    task: dict[str, Any],
    outcome: list[str],
    after: str | None,
    run: Run,
    emulator: Emulator,
) -> None:
    _prepare(emulator, before)
    emulator.settings.update(settings)
    result = succeeded(run(MODULE, task))
    assert (statuses(result), result.changed, stored_status(emulator)) == (outcome, True, after)
    assert (result["inference_experiment"].get("status"), len(emulator.writes())) == (after, len(outcome))
    tasks.rerun_unchanged(run, emulator, task)


@pytest.mark.parametrize("module", [MODULE, tasks.INFO])
def test_message_has_the_region_of_the_profile(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str
) -> None:
    (tmp_path / "config").write_text("[default]\nregion = us-gov-east-1\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    result = run(module, {"name": NAME, "region": None})
    error = failed(result, "TypeNotFoundException", "in us-gov-east-1: ")
    assert "not available in us-gov-east-1" in error["hint"]
    assert REGIONS_PAGE in error["hint"]


@pytest.mark.parametrize("role", [tasks.ROLE_ARN, None], ids=["role", "no role"])
def test_cloud_control_role_is_in_every_request_that_accepts_one(
    run: Run, emulator: Emulator, role: str | None
) -> None:
    put_experiment(emulator, "Created")
    emulator.clear_log()
    succeeded(run(MODULE, {**RECREATE, "desired_state": "Running", "cloud_control_role_arn": role}))
    requests = [record.request for record in emulator.log if record.service == "cloudcontrol"]
    assert {request.get("RoleArn") for request in requests if "TypeName" in request} == {role}
