# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong at AWS: what is tried again, what is gone on from, what ends the task, and what is said then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import REGIONS_PAGE
from tests.emulator import Emulator
from tests.emulator.seed import ACCOUNT_ID
from tests.support.environment import REGION
from tests.support.module_runner import Result
from tests.support.scenarios import CHANGING, Scenario, table
from tests.support.tasks import (
    MODULE,
    NAME,
    OTHER_ROLE_ARN,
    ROLE_ARN,
    exists,
    full,
    minimal,
    operation_names,
    put_experiment,
    requests_of,
    rerun_unchanged,
    statuses,
    stored_experiment,
    succeeded,
)
from tests.unit.conftest import Run

TYPE = "AWS::SageMaker::InferenceExperiment"
TRIED_AGAIN = ("Throttling", "NetworkFailure", "ServiceInternalError", "ResourceConflict")
FINAL = (
    *("NotUpdatable", "InvalidRequest", "AccessDenied", "UnauthorizedTaggingOperation", "InvalidCredentials"),
    *("ServiceLimitExceeded", "GeneralServiceException", "ServiceTimeout", "InternalFailure"),
)
# operation, the status found, a task that takes just that
WRITES: list[Any] = [
    pytest.param("CreateResource", None, full(), id="create"),
    pytest.param("UpdateResource", "Created", minimal(description="New"), id="update"),
    pytest.param("UpdateResource", "Created", minimal(desired_state="Running"), id="start"),
    pytest.param("DeleteResource", "Created", minimal(state="absent"), id="delete"),
]


def failed(result: Result, code: str, *words: str) -> dict[str, Any]:
    """It failed with a code and with words; returns the error."""
    assert result.failed
    assert [word for word in words if word not in result.msg] == [], result.msg
    error: dict[str, Any] = result["error"]
    assert set(error) == {"code", "message", "operation", "request_token", "hint"}
    assert error["code"] == code
    return error


@pytest.mark.parametrize("code", TRIED_AGAIN)
@pytest.mark.parametrize(("operation", "found", "task"), WRITES)
def test_a_passing_failure_is_tried_again_with_a_new_token(
    run: Run, emulator: Emulator, operation: str, found: str | None, task: dict[str, Any], code: str
) -> None:
    if found:
        put_experiment(emulator, found)
    emulator.fault(operation, "failed", code=code, times=2)
    before = emulator.clock.now()
    result = succeeded(run(MODULE, task))
    assert statuses(result) == ["FAILED", "FAILED", "SUCCESS"]
    assert result.changed
    assert len({request["ClientToken"] for request in requests_of(emulator, operation)}) == 3
    assert emulator.calls().count("GetResource") >= (3 if operation == "DeleteResource" else 4)
    assert (emulator.clock.now() - before).total_seconds() > 2
    rerun_unchanged(run, emulator, task)


@pytest.mark.parametrize("code", TRIED_AGAIN)
def test_a_failure_that_does_not_pass_ends_the_task(run: Run, emulator: Emulator, code: str) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", "failed", code=code, message="Come back later", times=999)
    result = run(MODULE, minimal(description="New"))
    error = failed(result, code, "Come back later", "update", NAME)
    assert error["request_token"] == result["operations"][-1]["request_token"]
    assert (set(statuses(result)), result.changed) == ({"FAILED"}, False)
    assert len(emulator.writes()) < 20


@pytest.mark.parametrize("code", FINAL)
@pytest.mark.parametrize(("operation", "found", "task"), WRITES)
def test_a_final_failure_ends_the_task_at_once_with_its_message(
    run: Run, emulator: Emulator, operation: str, found: str | None, task: dict[str, Any], code: str
) -> None:
    if found:
        put_experiment(emulator, found)
    emulator.fault(operation, "failed", code=code, message="The one thing that there is to know")
    result = run(MODULE, task)
    error = failed(result, code, "The one thing that there is to know", code, NAME)
    assert error["message"] == "The one thing that there is to know"
    assert error["operation"] == operation_names(result)[0]
    assert error["request_token"] == result["operations"][0]["request_token"]
    assert (statuses(result), emulator.writes(), result.changed) == (["FAILED"], [operation], False)
    assert result["inference_experiment"].get("status") == found


# What the handler's clients say of a request to SageMaker; the code says it only in some of the handler's calls.
SDK = "(Service: SageMaker, Status Code: 400, Request ID: 5a6e3b4e)"
THROTTLED_MESSAGES = [
    pytest.param(f"Failure reason: Rate exceeded {SDK}", id="rate exceeded"),
    pytest.param(f"Error occurred: ThrottlingException. {SDK}", id="exception name"),
    pytest.param("Request was throttled. Please try again later.", id="words"),
]
# The codes under which the message of a throttled or denied request can arrive, from behaviour of the handler.
CODES_OF_ANY_ERROR = ("GeneralServiceException", "InvalidRequest", "InternalFailure", "AccessDenied", "ServiceTimeout")


@pytest.mark.parametrize("applied", [False, True], ids=["not applied", "applied"])
@pytest.mark.parametrize("message", THROTTLED_MESSAGES)
@pytest.mark.parametrize("code", CODES_OF_ANY_ERROR)
@pytest.mark.parametrize(("operation", "found", "task"), WRITES)
def test_operation_that_was_throttled_is_retried_after_fresh_read(
    run: Run,
    emulator: Emulator,
    operation: str,
    found: str | None,
    task: dict[str, Any],
    code: str,
    message: str,
    applied: bool,
) -> None:
    if found:
        put_experiment(emulator, found)
    emulator.fault(operation, "failed", code=code, message=message, applied=applied)
    before = emulator.clock.now()
    result = succeeded(run(MODULE, task))
    assert statuses(result) == (["FAILED"] if applied else ["FAILED", "SUCCESS"])
    assert result.changed
    assert (emulator.clock.now() - before).total_seconds() >= 0.5
    rerun_unchanged(run, emulator, task)


def test_throttled_operation_with_test_in_patch_is_retried(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running", tags={"theirs": "1"})
    emulator.fault("UpdateResource", "failed", code="InvalidRequest", message=f"Rate exceeded {SDK}", times=2)
    result = succeeded(run(MODULE, minimal(tags={"ours": "1"}, purge_tags=False)))
    assert statuses(result) == ["FAILED", "FAILED", "SUCCESS"]
    assert stored_experiment(emulator)["tags"] == {"theirs": "1", "ours": "1"}


DENIAL = f"User: arn:aws:iam::{ACCOUNT_ID}:user/x is not authorized to perform: sagemaker:AddTags on resource: y {SDK}"


@pytest.mark.parametrize("applied", [False, True], ids=["not applied", "applied"])
@pytest.mark.parametrize("code", CODES_OF_ANY_ERROR)
@pytest.mark.parametrize(("operation", "found", "task"), WRITES)
def test_operation_that_was_denied_fails_unless_it_was_applied(
    run: Run, emulator: Emulator, operation: str, found: str | None, task: dict[str, Any], code: str, applied: bool
) -> None:
    if found:
        put_experiment(emulator, found)
    emulator.fault(operation, "failed", code=code, message=DENIAL, applied=applied)
    result = run(MODULE, task)
    assert (statuses(result), result.changed) == (["FAILED"], applied)
    if applied:
        succeeded(result)
        rerun_unchanged(run, emulator, task)
    else:
        assert "Grant the permission in the message" in failed(result, code, "sagemaker:AddTags")["hint"]


def test_denial_of_tags_after_other_changes_fails_with_changed(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.on_answer("UpdateResource", lambda: put_experiment(emulator, "Running", Description="New"))
    emulator.fault("UpdateResource", "failed", code="GeneralServiceException", message=DENIAL, times=9)
    result = run(MODULE, minimal(description="New", tags={"ours": "1"}))
    assert "Grant the permission in the message" in failed(result, "GeneralServiceException")["hint"]
    assert (statuses(result), result.changed) == (["FAILED"], True)


def test_denied_operation_is_reported_if_the_read_after_it_is_denied_too(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", "failed", code="InvalidRequest", message=DENIAL, applied=True)
    emulator.fault("GetResource", "error", code="AccessDeniedException", after=1, times=99)
    result = run(MODULE, minimal(description="New"))
    error = failed(result, "InvalidRequest", "sagemaker:AddTags")
    assert "Grant the permission in the message" in error["hint"]
    assert error["request_token"] == result["operations"][0]["request_token"]


NAMES_LIKE_ERRORS = ("throttling", "Throttled-v2", "AccessDenied", "accessdeniedexception")


@pytest.mark.parametrize("name", NAMES_LIKE_ERRORS)
@pytest.mark.parametrize(
    "message",
    [
        "Resource of type 'AWS::SageMaker::InferenceExperiment' with identifier '{}' is wrong.",
        "The model arn:aws:sagemaker:us-east-1:123456789012:model/{} is wrong.",
        'Wrong: {{"/properties/Name":"{}"}}.',
    ],
)
def test_name_that_looks_like_an_error_is_not_recognised_as_one(
    run: Run, emulator: Emulator, message: str, name: str
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", "failed", code="GeneralServiceException", message=message.format(name))
    error = failed(run(MODULE, minimal(description="New")), "GeneralServiceException", name)
    assert "Correct the cause that the message names" in error["hint"]


# the status found, the task, the call whose operation fails, after how many that do not; what the message begins with
ATTEMPTS: list[Any] = [
    pytest.param("Created", minimal(wait_timeout=0), None, 0, "Invalid options for {}: ", id="bad options"),
    pytest.param(
        *("Created", full(role_arn=OTHER_ROLE_ARN), None, 0),
        "The declaration cannot be applied to {}: ",
        id="a refusal",
    ),
    pytest.param(None, full(), "CreateResource", 0, "Could not create {}: ", id="a create"),
    pytest.param("Created", minimal(description="New"), "UpdateResource", 0, "Could not update {}: ", id="an update"),
    pytest.param(
        *("Created", minimal(description="New", desired_state="Running"), "UpdateResource", 1),
        "Could not update {}: ",
        id="the second of two updates",
    ),
    pytest.param(
        *("Running", minimal(state="absent", on_stop="promote_shadow"), "UpdateResource", 0),
        "Could not update {}: ",
        id="a stop",
    ),
    pytest.param("Running", minimal(state="absent"), "DeleteResource", 0, "Could not delete {}: ", id="a deletion"),
]


@pytest.mark.parametrize(("found", "task", "operation", "after", "begin"), ATTEMPTS)
def test_the_message_begins_with_what_was_attempted(
    run: Run, emulator: Emulator, found: str | None, task: dict[str, Any], operation: str | None, after: int, begin: str
) -> None:
    if found:
        put_experiment(emulator, found)
    if operation:
        emulator.fault(operation, "failed", code="InternalFailure", after=after)
    result = run(MODULE, task)
    assert result.failed
    assert result.msg.startswith(begin.format(f"inference experiment '{NAME}' in {REGION}")), result.msg


@pytest.mark.parametrize(
    ("task", "begin"),
    [
        pytest.param(minimal(description="New"), "Could not apply the declaration to {}: ", id="present"),
        pytest.param(minimal(state="absent"), "Could not delete {}: ", id="absent"),
    ],
)
def test_before_anything_is_sent_the_end_is_what_was_attempted(
    run: Run, emulator: Emulator, task: dict[str, Any], begin: str
) -> None:
    emulator.fault("GetResource", "error", code="AccessDeniedException")
    assert run(MODULE, task).msg.startswith(begin.format(f"inference experiment '{NAME}' in {REGION}"))


@pytest.mark.parametrize(("operation", "found", "task"), WRITES[:2])
def test_not_stabilized_is_gone_on_from_by_the_status(
    run: Run, emulator: Emulator, operation: str, found: str | None, task: dict[str, Any]
) -> None:
    if found:
        put_experiment(emulator, found)
    emulator.settings.update({"transition_seconds": 300.0, "stabilize_seconds": 60.0})
    result = succeeded(run(MODULE, task))
    assert (statuses(result), emulator.writes()) == (["FAILED"], [operation])
    assert result.changed
    assert result["inference_experiment"]["status"] in ("Created", "Running")
    rerun_unchanged(run, emulator, task)


@pytest.mark.parametrize(
    ("task", "ended"),
    [
        pytest.param(minimal(desired_state="Completed"), ["FAILED"], id="a stop"),
        pytest.param(minimal(state="absent"), ["FAILED", "SUCCESS"], id="a deletion of what runs"),
        pytest.param(
            minimal(state="absent", on_stop="promote_shadow"), ["FAILED", "SUCCESS"], id="a deletion after a promotion"
        ),
    ],
)
def test_a_stop_that_is_not_stabilized_is_gone_on_from_by_the_status(
    run: Run, emulator: Emulator, task: dict[str, Any], ended: list[str]
) -> None:
    put_experiment(emulator, "Running")
    emulator.settings.update({"transition_seconds": 300.0, "stabilize_seconds": 60.0})
    result = succeeded(run(MODULE, task))
    assert (statuses(result), result.changed) == (ended, True)
    assert (stored_experiment(emulator)["status"] if exists(emulator) else None) == task.get("desired_state")


def test_a_create_that_fails_while_starting_is_gone_on_from(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"create_passes_starting": True, "transition_seconds": 30.0})
    result = succeeded(run(MODULE, full(tags={"new": "1"})))
    assert (operation_names(result), statuses(result)) == (["create"], ["FAILED"])
    assert result.changed
    assert result["inference_experiment"]["status"] == "Running"
    rerun_unchanged(run, emulator, full(tags={"new": "1"}))


@pytest.mark.parametrize(
    ("found", "asked"), [("Created", "Running"), ("Running", "Completed")], ids=["a start", "a stop"]
)
def test_an_update_whose_stabilizing_fails_is_gone_on_from(
    run: Run, emulator: Emulator, found: str, asked: str
) -> None:
    put_experiment(emulator, found)
    words = {
        "code": "GeneralServiceException",
        "message": 'Stabilizing during update of {"/properties/Name":"checkout"}',
    }
    emulator.fault("UpdateResource", "failed", applied=True, **words)
    result = succeeded(run(MODULE, minimal(desired_state=asked)))
    assert (statuses(result), result.changed, emulator.writes()) == (["FAILED"], True, ["UpdateResource"])
    assert result["inference_experiment"]["status"] == asked


def test_a_create_that_failed_while_starting_is_stopped_if_that_is_declared_then(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"create_passes_starting": True, "transition_seconds": 30.0})
    succeeded(run(MODULE, full(desired_state="Running")))
    succeeded(run(MODULE, minimal(desired_state="Completed")))
    assert stored_experiment(emulator)["status"] == "Completed"


def test_an_endpoint_in_use_by_another_experiment(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment(REGION, {"Name": "another", "EndpointName": f"{NAME}-endpoint"}, status="Running")
    result = run(MODULE, full())
    error = failed(result, "AlreadyExists", "endpoint", "inference_experiment_info")
    assert "endpoint" in error["hint"]
    assert (result.changed, exists(emulator), operation_names(result)) == (False, False, ["create"])


def test_what_somebody_else_has_just_created_is_taken_on(run: Run, emulator: Emulator) -> None:
    emulator.on_call("CreateResource", lambda: put_experiment(emulator, "Created", Description="Theirs"))
    result = succeeded(run(MODULE, full(description="Ours")))
    assert (operation_names(result), statuses(result), result.warnings) == (
        ["create", "update"],
        ["FAILED", "SUCCESS"],
        [],
    )
    assert stored_experiment(emulator)["properties"]["Description"] == "Ours"


def _somebody_else(emulator: Emulator, *operations: dict[str, Any]) -> None:
    client = emulator.client("cloudcontrol", REGION)
    client.update_resource(TypeName=TYPE, Identifier=NAME, PatchDocument=json.dumps(operations))


@pytest.mark.parametrize("delay", [0.0, 3.0], ids=["", "its Identifier comes late"])
@pytest.mark.parametrize(
    ("task", "after"),
    [
        pytest.param(minimal(description="Ours"), "Created", id="an update"),
        pytest.param(minimal(desired_state="Running"), "Running", id="a start"),
        pytest.param(minimal(state="absent"), None, id="a deletion"),
    ],
)
def test_an_operation_of_somebody_else_is_waited_for(
    run: Run, emulator: Emulator, task: dict[str, Any], after: str | None, delay: float
) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.update({"operation_seconds": 60.0, "identifier_delay_seconds": delay})
    theirs = {"op": "add", "path": "/DataStorageConfig", "value": {"Destination": "s3://theirs/data"}}
    emulator.on_call("UpdateResource" if after else "DeleteResource", lambda: _somebody_else(emulator, theirs))
    result = succeeded(run(MODULE, task))
    assert (len(operation_names(result)), statuses(result)) == (1, ["SUCCESS"])
    assert "ListResourceRequests" in emulator.calls()
    assert (stored_experiment(emulator)["status"] if exists(emulator) else None) == after
    if after:
        assert stored_experiment(emulator)["properties"]["DataStorageConfig"] == {"Destination": "s3://theirs/data"}
    emulator.settings.operation_seconds = 0.5
    rerun_unchanged(run, emulator, task)


def test_somebody_elses_operation_may_have_done_it_all(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 60.0
    theirs = {"op": "add", "path": "/Description", "value": "Both"}
    emulator.on_call("UpdateResource", lambda: _somebody_else(emulator, theirs))
    result = succeeded(run(MODULE, minimal(description="Both")))
    assert (result.changed, result["operations"]) == (False, [])


def test_without_waiting_an_operation_of_somebody_else_leaves_ours_planned(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 60.0
    emulator.on_call("UpdateResource", lambda: _somebody_else(emulator, {"op": "add", "path": "/Tags", "value": []}))
    result = succeeded(run(MODULE, minimal(description="Ours", desired_state="Running", wait=False)))
    assert (operation_names(result), statuses(result)) == (["update", "update"], ["PLANNED", "PLANNED"])
    assert not result.changed
    assert any("concurrent operation" in warning for warning in result.warnings)


@pytest.mark.parametrize("late", [False, True], ids=["refused at once", "failed late"])
def test_what_somebody_else_has_just_deleted_is_absent(run: Run, emulator: Emulator, late: bool) -> None:
    emulator.settings.delete_missing_late = late
    put_experiment(emulator, "Created")
    sagemaker = emulator.client("sagemaker", REGION)
    emulator.on_call("DeleteResource", lambda: sagemaker.delete_inference_experiment(Name=NAME))
    result = succeeded(run(MODULE, minimal(state="absent")))
    assert result["inference_experiment"] == {}
    rerun_unchanged(run, emulator, minimal(state="absent"))


@pytest.mark.parametrize("code", ["ConcurrentOperationException", "ResourceConflictException"])
def test_a_poll_that_fails_as_if_others_were_at_work_loses_nothing(run: Run, emulator: Emulator, code: str) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 20.0
    emulator.fault("GetResourceRequestStatus", "error", code=code, times=10**6)
    result = run(MODULE, minimal(description="New", wait_timeout=60))
    error = failed(result, "TimedOut" if code.startswith("Resource") else code)
    assert (operation_names(result), emulator.writes(), result.changed) == (["update"], ["UpdateResource"], True)
    assert error["request_token"] == result["operations"][0]["request_token"]


def test_a_cancelled_operation_is_a_failure(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 20.0
    control = emulator.client("cloudcontrol", REGION)

    def cancel() -> None:
        (request,) = control.list_resource_requests()["ResourceRequestStatusSummaries"]
        control.cancel_resource_request(RequestToken=request["RequestToken"])

    emulator.on_call("GetResourceRequestStatus", cancel)
    result = run(MODULE, minimal(desired_state="Running"))
    failed(result, "CANCEL_COMPLETE", "update")
    assert statuses(result) == ["CANCEL_COMPLETE"]


ANSWERS: list[Any] = [
    pytest.param("throttle", id="throttled"),
    pytest.param("html503", id="a page with 503"),
    pytest.param("not_json", id="a page with 200"),
    pytest.param("missing_keys", id="an answer without members"),
    pytest.param("broken_json", id="half an answer"),
    pytest.param("lost", id="done, and answered with 500"),
]


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize(
    "operation",
    ["GetResource", "CreateResource", "UpdateResource", "GetResourceRequestStatus", "DescribeInferenceExperiment"],
)
def test_a_bad_answer_is_asked_for_again_and_nothing_is_done_twice(
    run: Run, emulator: Emulator, operation: str, kind: str
) -> None:
    emulator.fault(operation, kind)
    schedule = {"start_time": "2026-01-03T12:00:00Z", "end_time": "2026-01-05T12:00:00Z"}
    task = full(schedule=schedule, desired_state="Running")
    result = succeeded(run(MODULE, task))
    assert (operation_names(result), statuses(result)) == (["create", "update"], ["SUCCESS", "SUCCESS"])
    for write in ("CreateResource", "UpdateResource"):
        assert len({request["ClientToken"] for request in requests_of(emulator, write)}) == 1
    rerun_unchanged(run, emulator, task)


@pytest.mark.parametrize("kind", ["lost", "not_json", "missing_keys"])
def test_a_lost_answer_to_a_deletion_is_no_failure(run: Run, emulator: Emulator, kind: str) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("DeleteResource", kind, **({} if kind == "lost" else {"applied": True}))
    result = succeeded(run(MODULE, minimal(state="absent")))
    assert (operation_names(result), statuses(result), exists(emulator)) == (["delete"], ["SUCCESS"], False)


@pytest.mark.parametrize("kind", ["throttle", "html503", "not_json"])
def test_an_answer_that_stays_bad_ends_the_task(run: Run, emulator: Emulator, kind: str) -> None:
    emulator.fault("GetResource", kind, times=9999)
    result = run(MODULE, full())
    assert result.failed
    assert (result["error"]["operation"], emulator.writes()) == ("GetResource", [])
    assert len(emulator.calls()) < 60


DENIED: list[Any] = [
    pytest.param("GetResource", "cloudformation:GetResource", id="reading"),
    pytest.param("CreateResource", "cloudformation:CreateResource", id="creating"),
]


@pytest.mark.parametrize(("operation", "permission"), DENIED)
@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
def test_a_denied_call_is_no_absence(
    run: Run, emulator: Emulator, operation: str, permission: str, check: bool
) -> None:
    message = f"User is not authorized to perform: {permission}"
    emulator.fault(operation, "error", code="AccessDeniedException", message=message, times=9)
    result = run(MODULE, full(), check=check)
    if check and operation == "CreateResource":
        assert not result.failed
        return
    error = failed(result, "AccessDeniedException", permission)
    assert (error["message"], error["operation"], error["request_token"]) == (message, operation, None)
    assert "permission" in error["hint"]
    assert (result.changed, exists(emulator)) == (False, False)


@pytest.mark.parametrize("region", ["us-gov-west-1", "cn-north-1", "ap-east-2"])
@pytest.mark.parametrize("task", [full(), minimal(state="absent"), minimal()], ids=["present", "absent", "named"])
@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
def test_region_without_type_fails_with_region_and_link(
    run: Run, emulator: Emulator, task: dict[str, Any], region: str, check: bool
) -> None:
    result = run(MODULE, {**task, "region": region}, check=check)
    error = failed(result, "TypeNotFoundException", f"in {region}: ")
    assert f"not available in {region}" in error["hint"]
    assert REGIONS_PAGE in error["hint"]
    assert emulator.writes() == []


@pytest.mark.parametrize("module", [MODULE, "inference_experiment_info"])
@pytest.mark.usefixtures("emulator")
def test_region_of_profile_is_in_the_message(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str
) -> None:
    (tmp_path / "config").write_text("[default]\nregion = us-gov-east-1\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    result = run(module, {"name": NAME, "region": None})
    error = failed(result, "TypeNotFoundException", "in us-gov-east-1: ")
    assert "not available in us-gov-east-1" in error["hint"]


@pytest.mark.parametrize("code", ["UnsupportedActionException", "GeneralServiceException", "HandlerFailureException"])
def test_no_other_error_means_absent(run: Run, emulator: Emulator, code: str) -> None:
    emulator.fault("GetResource", "error", code=code, times=99)
    failed(run(MODULE, minimal(state="absent")), code)
    assert emulator.writes() == []


def test_expired_credentials_are_said_to_be(run: Run, emulator: Emulator) -> None:
    emulator.fault("GetResource", "error", code="ExpiredTokenException", message="It has expired", times=9)
    error = failed(run(MODULE, full()), "ExpiredTokenException", "It has expired")
    assert "credentials" in error["hint"]


@table(CHANGING)
def test_the_role_of_cloud_control_is_in_every_request_that_takes_one(
    run: Run, emulator: Emulator, scenario: Scenario
) -> None:
    scenario.prepare(emulator)
    succeeded(run(MODULE, {**scenario.task, "cloud_control_role_arn": ROLE_ARN}))
    requests = [record.request for record in emulator.log if record.service == "cloudcontrol"]
    assert {request.get("RoleArn") for request in requests if "TypeName" in request} == {ROLE_ARN}


def test_without_it_there_is_no_role_in_any_request(run: Run, emulator: Emulator) -> None:
    succeeded(run(MODULE, full()))
    assert all("RoleArn" not in record.request for record in emulator.log)
