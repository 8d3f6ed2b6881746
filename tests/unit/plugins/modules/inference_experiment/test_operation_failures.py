"""Failed operations and calls: retried, resumed from the current status, or final with code, message and hint."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import REGIONS_PAGE
from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.tasks import MODULE, NAME, failed, full, minimal, put_experiment, statuses, stored_status, succeeded
from tests.unit.conftest import Run

RETRIED = ("Throttling", "NetworkFailure", "ServiceInternalError", "ResourceConflict")
FINAL = (
    *("NotUpdatable", "InvalidRequest", "AccessDenied", "UnauthorizedTaggingOperation", "InvalidCredentials"),
    *("ServiceLimitExceeded", "GeneralServiceException", "ServiceTimeout", "InternalFailure"),
)
Task: TypeAlias = "tuple[str, str | None, dict[str, Any]]"
# The operation, the current status, and a task that submits only this operation.
WRITES: dict[str, Task] = {
    "create": ("CreateResource", None, full()),
    "update": ("UpdateResource", "Created", minimal(description="New")),
    "start": ("UpdateResource", "Created", minimal(desired_state="Running")),
    "delete": ("DeleteResource", "Created", minimal(state="absent")),
}
FOR_EACH_WRITE = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
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


@pytest.mark.parametrize("code", RETRIED)
@FOR_EACH_WRITE
def test_retryable_failure_is_retried_with_new_token(run: Run, emulator: Emulator, write: Task, code: str) -> None:
    operation, status, task = write
    _prepare(emulator, status)
    emulator.fault(operation, "failed", code=code, times=2)
    start = emulator.clock.now()
    result = succeeded(run(MODULE, task))
    assert (statuses(result), result.changed) == (["FAILED", "FAILED", "SUCCESS"], True)
    assert len({request["ClientToken"] for request in tasks.requests_of(emulator, operation)}) == 3
    assert emulator.calls().count("GetResource") >= (3 if operation == "DeleteResource" else 4)
    assert (emulator.clock.now() - start).total_seconds() > 2
    tasks.rerun_unchanged(run, emulator, task)


@pytest.mark.parametrize("code", FINAL)
@FOR_EACH_WRITE
def test_final_failure_is_returned_with_its_message(run: Run, emulator: Emulator, write: Task, code: str) -> None:
    operation, status, task = write
    _prepare(emulator, status)
    emulator.fault(operation, "failed", code=code, message="The cause")
    result = run(MODULE, task)
    error = failed(result, code, "The cause", code, NAME)
    assert (error["message"], error["operation"]) == ("The cause", tasks.operation_names(result)[0])
    assert error["request_token"] == result["operations"][0]["request_token"]
    assert (statuses(result), emulator.writes(), result.changed) == (["FAILED"], [operation], False)
    assert result["inference_experiment"].get("status") == status


FAULT = {"kind": "failed", "code": "InternalFailure"}
UPDATE = minimal(description="New")
# The status, the task, the call that fails, the fault, and the start of the message.
MESSAGES: dict[str, tuple[str | None, dict[str, Any], str | None, dict[str, Any], str]] = {
    "create": (None, full(), "CreateResource", FAULT, "Could not create"),
    "update": ("Created", UPDATE, "UpdateResource", FAULT, "Could not update"),
    "stop": (
        *("Running", minimal(state="absent", on_stop="promote_shadow"), "UpdateResource", FAULT),
        "Could not update",
    ),
    "delete": ("Running", minimal(state="absent"), "DeleteResource", FAULT, "Could not delete"),
    "read after update": (
        *("Created", UPDATE, "GetResource", {"kind": "throttle", "after": 1, "times": tasks.ALWAYS}),
        "Could not apply the declaration to",
    ),
    "create after delete": ("Created", RECREATE, "CreateResource", FAULT, "Could not create"),
    "delete before create": ("Running", RECREATE, "DeleteResource", FAULT, "Could not delete"),
}


@pytest.mark.parametrize(("status", "task", "call", "fault", "start"), MESSAGES.values(), ids=MESSAGES)
def test_message_starts_with_failed_operation(
    run: Run, emulator: Emulator, status: str | None, task: Any, call: str | None, fault: Any, start: str
) -> None:
    _prepare(emulator, status)
    if call:
        emulator.fault(call, **fault)
    result = run(MODULE, task)
    assert result.failed
    assert result.msg.startswith(f"{start} inference experiment '{NAME}' in {REGION}: "), result.msg


STABILIZING = {"code": "GeneralServiceException", "message": 'Stabilizing during update of {"/properties/Name":"x"}'}
SLOW = {"transition_seconds": 300.0, "stabilize_seconds": 60.0}
PASSES_STARTING = {"create_passes_starting": True, "transition_seconds": 30.0}
STOP, START = minimal(desired_state="Completed"), minimal(desired_state="Running")
# The status, settings of the emulator, the task, the operation statuses, and the final status.
NOT_STABILIZED: dict[str, tuple[str | None, dict[str, Any], dict[str, Any], list[str], str | None]] = {
    "create that passes Starting": (None, PASSES_STARTING, full(tags={"new": "1"}), ["FAILED"], "Running"),
    "stop": ("Running", SLOW, STOP, ["FAILED"], "Completed"),
    "promote and delete": (
        *("Running", SLOW, minimal(state="absent", on_stop="promote_shadow"), ["FAILED", "SUCCESS"], None),
    ),
    "start with generic code": ("Created", {}, START, ["FAILED"], "Running"),
}


@pytest.mark.parametrize(("status", "setup", "task", "outcome", "final"), NOT_STABILIZED.values(), ids=NOT_STABILIZED)
def test_operation_that_does_not_stabilize_is_resumed(
    run: Run, emulator: Emulator, status: str | None, setup: Any, task: Any, outcome: list[str], final: str | None
) -> None:
    _prepare(emulator, status)
    emulator.settings.update(setup)
    if not setup:
        emulator.fault("UpdateResource", "failed", applied=True, **STABILIZING)
    result = succeeded(run(MODULE, task))
    assert (statuses(result), result.changed, stored_status(emulator)) == (outcome, True, final)
    assert (result["inference_experiment"].get("status"), len(emulator.writes())) == (final, len(outcome))
    tasks.rerun_unchanged(run, emulator, task)


def test_cancelled_operation_fails(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 20.0
    control = emulator.client("cloudcontrol", REGION)

    def cancel() -> None:
        (request,) = control.list_resource_requests()["ResourceRequestStatusSummaries"]
        control.cancel_resource_request(RequestToken=request["RequestToken"])

    emulator.on_call("GetResourceRequestStatus", cancel)
    result = run(MODULE, START)
    failed(result, "CANCEL_COMPLETE", "update")
    assert statuses(result) == ["CANCEL_COMPLETE"]


@cases(
    ("cancelled too late", {"kind": "cancelled"}, "CANCEL_COMPLETE"),
    ("final failure", {"kind": "failed", "code": "ServiceTimeout"}, "ServiceTimeout"),
    ("retryable failure", {"kind": "failed", "code": "NetworkFailure"}, None),
)
def test_failed_operation_that_was_applied_returns_changed(
    fault: dict[str, Any], code: str | None, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", **fault, applied=True)
    result = run(MODULE, UPDATE)
    assert (result.failed, result.changed) == (code is not None, True)
    assert result["inference_experiment"]["description"] == "New"


@pytest.mark.parametrize("task", [full(), minimal(state="absent"), minimal()], ids=["present", "absent", "name only"])
@tasks.CHECK
def test_region_without_type_fails_with_region_and_link(
    run: Run, emulator: Emulator, task: dict[str, Any], check: bool
) -> None:
    result = run(MODULE, {**task, "region": "us-gov-west-1"}, check=check)
    error = failed(result, "TypeNotFoundException", "in us-gov-west-1: ")
    assert "not available in us-gov-west-1" in error["hint"]
    assert REGIONS_PAGE in error["hint"]
    assert emulator.writes() == []


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


@pytest.mark.parametrize("role", [tasks.ROLE_ARN, None], ids=["role", "no role"])
def test_cloud_control_role_is_in_every_request_that_accepts_one(
    run: Run, emulator: Emulator, role: str | None
) -> None:
    put_experiment(emulator, "Created")
    emulator.clear_log()
    succeeded(run(MODULE, {**RECREATE, "desired_state": "Running", "cloud_control_role_arn": role}))
    requests = [record.request for record in emulator.log if record.service == "cloudcontrol"]
    assert {request.get("RoleArn") for request in requests if "TypeName" in request} == {role}
