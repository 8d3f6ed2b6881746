# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that contradict themselves, keep silent or change under the task: each run ends, and says what is true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.module_runner import run_module
from tests.support.tasks import (
    MODULE,
    NAME,
    OTHER_ROLE_ARN,
    SCHEDULE,
    STORAGE_PROPERTY,
    exists,
    full,
    minimal,
    operation_names,
    put_experiment,
    rejected,
    rerun_unchanged,
    statuses,
    stored_experiment,
    succeeded,
)
from tests.unit.conftest import Run

INFO = "inference_experiment_info"
ALWAYS = 10**6
CHECK = pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])


@pytest.mark.parametrize(
    ("operation", "code", "task"),
    [
        pytest.param(
            "DeleteResource",
            "ResourceNotFoundException",
            {"state": "absent"},
            id="what is read is not there to be deleted",
        ),
        pytest.param(
            "DescribeInferenceExperiment",
            "ResourceNotFound",
            {"schedule": SCHEDULE},
            id="what Cloud Control reads SageMaker does not know",
        ),
    ],
)
def test_contradictions_come_to_an_end(
    run: Run, emulator: Emulator, operation: str, code: str, task: dict[str, Any]
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault(operation, "error", code=code, times=ALWAYS)
    result = run(MODULE, minimal(**task))
    assert result.failed
    assert len(emulator.calls()) < 30


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        pytest.param({"kind": "error", "code": "ResourceNotFound"}, "not found", id="it is not there"),
        pytest.param(
            {"kind": "changed", "change": lambda said: {**said, "Status": "Running"}}, "Running", id="it runs"
        ),
    ],
)
def test_a_contradiction_is_told_with_what_both_say(
    run: Run, emulator: Emulator, fault: dict[str, Any], told: str
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("DescribeInferenceExperiment", **fault, times=ALWAYS)
    result = run(MODULE, minimal(schedule=SCHEDULE))
    assert result["error"]["code"] == "Unsettled"
    assert f"Created in Cloud Control, {told} in sagemaker" in result.msg


def test_tags_that_change_all_the_time_come_to_an_end(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created", tags={"a": "0"})
    turns = iter(range(1, ALWAYS))

    def somebody_tags() -> None:
        put_experiment(emulator, "Created", tags={"a": str(next(turns))})
        emulator.on_call("UpdateResource", somebody_tags)

    emulator.on_call("UpdateResource", somebody_tags)
    assert run(MODULE, minimal(tags={"b": "1"}, purge_tags=False)).failed
    assert len(emulator.calls()) < 40


@CHECK
@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param(
            {"schedule": {"end_time": "2020-01-01T00:00:00Z"}}, "must be in the future", id="an end that has passed"
        ),
        pytest.param({"schedule": {"end_time": "2026-03-01T00:00:00Z"}}, "30 days", id="too long from today on"),
        pytest.param(
            {"tags": {f"new{n}": "" for n in range(20)}, "purge_tags": False}, "50", id="too many tags with those kept"
        ),
    ],
)
def test_nothing_is_deleted_that_could_not_be_created_again(
    run: Run, emulator: Emulator, changes: dict[str, Any], word: str, check: bool
) -> None:
    put_experiment(emulator, "Running", tags={f"old{n}": "" for n in range(40)})
    rejected(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True, **changes), check=check), emulator, word)


@CHECK
def test_a_create_whose_end_has_passed_is_refused(run: Run, emulator: Emulator, check: bool) -> None:
    result = run(MODULE, full(schedule={"end_time": "2020-01-01T00:00:00Z"}), check=check)
    rejected(result, emulator, "schedule.end_time must be in the future")


def test_an_endpoint_still_busy_with_the_end_of_the_old_one_is_waited_for(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("CreateResource", "failed", code="GeneralServiceException", message="Endpoint is Updating", times=2)
    result = succeeded(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True)))
    assert operation_names(result) == ["delete", "create", "create", "create"]
    assert stored_experiment(emulator)["properties"]["RoleArn"] == OTHER_ROLE_ARN


def test_what_somebody_else_deletes_under_a_recreation_is_created_with_what_it_had(
    run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created", Description="Kept")
    somebody = emulator.client("sagemaker")
    emulator.on_call("DeleteResource", lambda: somebody.delete_inference_experiment(Name=NAME))
    # Its endpoint may be busy with the end of it for a while.
    emulator.fault("CreateResource", "failed", code="GeneralServiceException", message="Endpoint is Updating")
    succeeded(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True)))
    properties = stored_experiment(emulator)["properties"]
    assert (properties["RoleArn"], properties["Description"]) == (OTHER_ROLE_ARN, "Kept")


DELETED_ALL_THE_SAME = {
    **{
        f"its operation ends with {code}": {"kind": "failed", "code": code, "applied": True}
        for code in ("NetworkFailure", "Throttling", "ServiceInternalError", "ResourceConflict", "NotStabilized")
    },
    "its operation ends with the service's own words": {
        "kind": "failed",
        "code": "GeneralServiceException",
        "applied": True,
    },
    "its answer is lost, and it is at work still": {"kind": "lost_response"},
}


@pytest.mark.parametrize("fault", DELETED_ALL_THE_SAME.values(), ids=DELETED_ALL_THE_SAME)
def test_a_deletion_that_was_done_though_it_failed_leaves_all_to_be_created(
    run: Run, emulator: Emulator, fault: dict[str, Any]
) -> None:
    had: dict[str, Any] = {"Description": "Kept", "KmsKey": "alias/kept", "DataStorageConfig": dict(STORAGE_PROPERTY)}
    put_experiment(emulator, "Created", tags={"kept": "1"}, **had)
    emulator.fault("DeleteResource", **fault)
    if fault["kind"] == "lost_response":
        emulator.fault("DeleteResource", "error", code="ConcurrentOperationException", message="Busy")
    succeeded(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True)))
    found = stored_experiment(emulator)
    assert found["properties"]["RoleArn"] == OTHER_ROLE_ARN
    assert {name: found["properties"].get(name) for name in had} == had
    assert (found["status"], found["tags"]) == ("Created", {"kept": "1"})


@pytest.mark.parametrize(
    ("code", "told"),
    [
        pytest.param("AccessDeniedException", 1, id="for want of a permission: once"),
        pytest.param("InternalFailure", 0, id="for another reason: not at all"),
    ],
)
def test_who_else_is_at_work_cannot_be_looked_up(run: Run, emulator: Emulator, code: str, told: int) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", "error", code="ConcurrentOperationException", message="Busy", times=2)
    emulator.fault("ListResourceRequests", "error", code=code, message="No", times=ALWAYS)
    result = succeeded(run(MODULE, minimal(description="New")))
    assert len([warning for warning in result.warnings if "cannot be identified: No" in warning]) == told


def test_an_update_that_is_turned_down_has_not_done_what_others_do_meanwhile(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created", tags={"a": "1"})
    emulator.fault("UpdateResource", "error", code="ValidationException", message="No", times=ALWAYS)
    emulator.on_call(
        "UpdateResource", lambda: put_experiment(emulator, "Created", Description="Theirs", tags={"a": "1"})
    )
    result = run(MODULE, minimal(tags={"b": "1"}, purge_tags=False))  # with a patch that tests the tags that it finds
    assert (result.failed, result.changed, operation_names(result)) == (True, False, ["update"])
    assert result["inference_experiment"]["description"] == "Theirs"


def test_a_patch_that_tests_nothing_and_is_turned_down_is_not_tried_again(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", "error", code="ValidationException", message="No")
    assert run(MODULE, minimal(description="New")).failed
    assert emulator.calls() == ["GetResource", "UpdateResource", "GetResource"]


def test_what_others_have_done_by_the_time_of_a_failure_is_shown(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("CreateResource", "error", code="AccessDeniedException", message="No")
    emulator.on_call("CreateResource", lambda: put_experiment(emulator, "Running", Description="Theirs"))
    result = run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True))
    assert (result["error"]["code"], statuses(result)) == ("AccessDeniedException", ["SUCCESS", "FAILED"])
    assert result["inference_experiment"]["description"] == "Theirs"


def test_a_failure_says_which_of_several_operations_has_failed(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("CreateResource", "failed", code="InvalidRequest", message="No")
    result = run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True))
    assert statuses(result) == ["SUCCESS", "FAILED"]
    assert result.msg.startswith("Could not create")


def test_a_status_that_changes_under_a_write_is_gone_on_from(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.on_call("DeleteResource", lambda: put_experiment(emulator, "Starting", time_left=5))
    result = succeeded(run(MODULE, minimal(state="absent")))
    assert statuses(result) == ["FAILED", "SUCCESS"]
    assert not exists(emulator)


def test_an_objection_that_no_change_explains_is_final_and_the_state_fresh(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", "failed", code="GeneralServiceException", message="No such model")
    emulator.on_call("UpdateResource", lambda: put_experiment(emulator, "Created", Description="Theirs"))
    result = run(MODULE, minimal(description="Ours"))
    assert (result["error"]["message"], operation_names(result)) == ("No such model", ["update"])
    assert result["inference_experiment"]["description"] == "Theirs"


@CHECK
def test_without_waiting_a_transit_is_no_change(run: Run, emulator: Emulator, check: bool) -> None:
    put_experiment(emulator, "Updating", Description="Old", time_left=100)
    result = succeeded(run(MODULE, minimal(description="New", wait=False), check=check, diff=True))
    assert (result.changed, statuses(result)) == (False, ["PLANNED"])
    if not check:
        assert (result["inference_experiment"]["status"], result["inference_experiment"]["description"]) == (
            "Updating",
            "Old",
        )
    assert result["diff"]["before"] == result["diff"]["after"]


def test_a_write_that_is_carried_out_and_never_answered_is_told_as_it_is(run: Run, emulator: Emulator) -> None:
    emulator.fault("CreateResource", "lost", times=ALWAYS)
    result = run(MODULE, full())
    assert (result.failed, result.changed, statuses(result)) == (True, True, ["PENDING"])
    assert result["inference_experiment"]["name"] == "checkout"


@pytest.mark.parametrize("code", ["Throttling", "NetworkFailure", "ServiceInternalError"])
def test_operations_that_all_fail_change_nothing(run: Run, emulator: Emulator, code: str) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", "failed", code=code, times=ALWAYS)
    later = (emulator.clock.now() + timedelta(days=5)).isoformat()
    result = run(MODULE, minimal(schedule={"end_time": later}))
    assert (result.failed, result.changed, set(statuses(result))) == (True, False, {"FAILED"})


@pytest.mark.parametrize(
    ("fault", "failed"),
    [
        pytest.param({"kind": "cancelled"}, True, id="it was cancelled too late"),
        pytest.param({"kind": "failed", "code": "ServiceTimeout"}, True, id="its handler failed in the end"),
        pytest.param({"kind": "failed", "code": "NetworkFailure"}, False, id="only the news of it was lost"),
    ],
)
def test_an_operation_that_failed_and_was_carried_out_has_changed_something(
    run: Run, emulator: Emulator, fault: dict[str, Any], failed: bool
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", **fault, applied=True)
    result = run(MODULE, minimal(description="New"))
    assert (result.failed, result.changed) == (failed, True)
    assert result["inference_experiment"]["description"] == "New"


def test_a_transit_that_was_waited_out_is_no_change_of_the_task(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Creating", time_left=5)
    emulator.fault("UpdateResource", "failed", code="ServiceTimeout")
    result = run(MODULE, minimal(description="New"))
    assert (result.failed, result.changed, statuses(result)) == (True, False, ["FAILED"])


def test_what_somebody_else_creates_is_not_counted_as_ours(run: Run, emulator: Emulator) -> None:
    emulator.on_call("CreateResource", lambda: put_experiment(emulator, "Completed"))
    result = run(MODULE, full(description="Ours"))
    assert (result.failed, result.changed, statuses(result)) == (True, False, ["FAILED"])


def test_a_gap_in_what_is_known_is_no_difference(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    later = (emulator.clock.now() + timedelta(days=3)).isoformat()
    task = minimal(schedule={"end_time": later}, desired_state="Completed")
    diff = succeeded(run(MODULE, task, diff=True))["diff"]
    assert ("schedule" in diff["before"], "schedule" in diff["after"]) == (False, False)
    assert (diff["before"]["status"], diff["after"]["status"]) == ("Running", "Completed")


def test_polls_that_are_throttled_for_minutes_do_not_lose_the_operation(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResourceRequestStatus", "throttle", times=40)
    result = succeeded(run(MODULE, minimal(description="New")))
    assert statuses(result) == ["SUCCESS"]


def test_another_operation_is_waited_for_without_the_permission_to_list_requests(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("ListResourceRequests", "error", code="AccessDeniedException", times=ALWAYS)
    emulator.fault("UpdateResource", "error", code="ConcurrentOperationException", times=12)
    result = succeeded(run(MODULE, minimal(description="New")))
    assert (result.changed, statuses(result)) == (True, ["SUCCESS"])


def test_who_cannot_be_followed_is_asked_after_less_and_less_often(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("UpdateResource", "error", code="ConcurrentOperationException", times=ALWAYS)
    result = run(MODULE, minimal(description="New", wait_timeout=1200))
    assert result["error"]["code"] == "TimedOut"
    assert len(emulator.calls()) < 200


def test_what_the_service_returns_is_not_held_against_the_task(run: Run, emulator: Emulator) -> None:
    """After a stop that removed one, AWS might list a single variant; tags can still be changed."""
    one = state_properties(emulator)["ModelVariants"][:1]
    put_experiment(emulator, "Completed", ModelVariants=one)
    assert succeeded(run(MODULE, minimal(tags={"new": "1"}))).changed


@pytest.mark.parametrize(
    ("module", "task"),
    [
        pytest.param(INFO, {"names": ["a", "b", "c"]}, id="info, which would ask from several threads"),
        pytest.param(INFO, {}, id="info of all"),
        pytest.param(MODULE, {"name": "a"}, id="the module that writes"),
    ],
)
def test_no_region_is_one_clear_failure(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, module: str, task: dict[str, Any]
) -> None:
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)
    result = run_module(module, {**task, "region": None}, emulator=emulator)
    assert result["error"]["code"] == "NoRegion"
    assert "AWS_REGION" in result.msg


@pytest.mark.parametrize(
    ("module", "task"),
    [
        pytest.param(MODULE, minimal(schedule=SCHEDULE), id="the module that writes"),
        pytest.param(INFO, {"include_write_only": True}, id="info"),
    ],
)
def test_a_botocore_that_is_too_old_is_one_clear_failure(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, module: str, task: dict[str, Any]
) -> None:
    put_experiment(emulator, "Created")
    make = AnsibleAWSModule.client

    def client(module: AnsibleAWSModule, service: str, **settings: Any) -> Any:
        return object() if service == "sagemaker" else make(module, service, **settings)

    monkeypatch.setattr(AnsibleAWSModule, "client", client)
    result = run_module(module, task, emulator=emulator)
    assert (result["error"]["code"], result["error"]["operation"]) == (
        "OutdatedBotocore",
        "DescribeInferenceExperiment",
    )
    assert "requirements.txt" in result["error"]["hint"]


@pytest.mark.parametrize(("module", "task"), [(MODULE, {"name": "a"}), (INFO, {})])
def test_a_region_that_there_is_not_is_one_clear_failure(
    run: Run, emulator: Emulator, module: str, task: dict[str, Any]
) -> None:
    before = emulator.clock.now()
    result = run(module, {**task, "region": "us-east-9"})
    assert result["error"]["code"] == "InvalidSignatureException"
    assert "us-east-9" in result.msg
    assert "Check region" in result["error"]["hint"]
    assert (len(emulator.calls()), emulator.clock.now()) == (1, before)


@pytest.mark.parametrize("seconds", [5.0, 0.1], ids=["still in progress", "ended meanwhile"])
def test_an_operation_in_progress_may_be_our_own(run: Run, emulator: Emulator, seconds: float) -> None:
    """The answer to the first try was lost, and AWS does not know the second for the same."""
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = seconds
    emulator.fault("UpdateResource", "lost_response")
    emulator.fault("UpdateResource", "error", code="ConcurrentOperationException")
    result = succeeded(run(MODULE, minimal(description="New")))
    assert (result.changed, statuses(result)) == (True, ["PENDING"])
    assert stored_experiment(emulator)["properties"]["Description"] == "New"


@pytest.mark.parametrize(
    ("operation", "code", "task", "found"),
    [
        pytest.param("DeleteResource", "ResourceNotFoundException", minimal(state="absent"), "Created", id="gone"),
        pytest.param("CreateResource", "AlreadyExistsException", full(), None, id="there already"),
        pytest.param("UpdateResource", "ExpiredTokenException", minimal(description="New"), "Created", id="expired"),
    ],
)
def test_a_write_whose_answer_was_lost_counts_as_a_change_whatever_the_next_try_is_told(
    run: Run, emulator: Emulator, operation: str, code: str, task: dict[str, Any], found: str | None
) -> None:
    if found:
        put_experiment(emulator, found)
    emulator.fault(operation, "lost_response")
    emulator.fault(operation, "error", code=code, times=ALWAYS)
    result = run(MODULE, task)
    assert (result.changed, statuses(result)) == (True, ["PENDING"])
    assert result.failed is (code == "ExpiredTokenException")


REJECTED_CALL = {"kind": "error", "code": "AlreadyExistsException", "applied": True}


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        pytest.param(REJECTED_CALL, True, id="call"),
        pytest.param(REJECTED_CALL, False, id="call without wait"),
        pytest.param({"kind": "failed", "code": "AlreadyExists", "applied": True}, True, id="operation"),
    ],
)
@pytest.mark.parametrize("options", [{}, {"description": "New", "tags": {"a": "b"}, "schedule": SCHEDULE}], ids=str)
def test_create_that_reports_already_exists_and_was_applied_returns_changed_and_a_warning(
    run: Run, emulator: Emulator, fault: dict[str, Any], wait: bool, options: dict[str, Any]
) -> None:
    emulator.fault("CreateResource", **fault)
    task = full(**options, wait=wait)
    result = succeeded(run(MODULE, task))
    assert (result.changed, statuses(result)) == (True, ["FAILED"])
    (warning,) = (words for words in result.warnings if "AlreadyExists" in words)
    assert "did not exist before" in warning
    emulator.clock.advance(10)
    rerun_unchanged(run, emulator, task)


def test_a_write_that_was_never_answered_in_time_is_looked_for_once_more(run: Run, emulator: Emulator) -> None:
    emulator.fault("CreateResource", "lost_response", times=ALWAYS)
    result = run(MODULE, full(wait_timeout=5))
    assert (result["error"]["code"], result.changed, statuses(result)) == ("TimedOut", True, ["PENDING"])
    assert result["inference_experiment"]["name"] == "checkout"
    assert "aws cloudcontrol list-resource-requests --region us-east-1" in result["error"]["hint"]


def test_a_write_that_was_refused_until_time_ran_out_was_not_begun(run: Run, emulator: Emulator) -> None:
    emulator.fault("CreateResource", "throttle", times=ALWAYS)
    result = run(MODULE, full(wait_timeout=5))
    assert (result["error"]["code"], result.changed, statuses(result)) == ("TimedOut", False, ["FAILED"])
    assert "Run fewer tasks in parallel" in result["error"]["hint"]


def test_what_is_on_record_as_planned_is_not_what_failed(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("DeleteResource", "failed", code="InternalFailure")
    result = run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True))
    assert statuses(result) == ["FAILED", "PLANNED"]
    assert result.msg.startswith("Could not delete inference experiment")


def test_what_has_succeeded_is_not_what_failed(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "throttle", after=1, times=ALWAYS)
    result = run(MODULE, minimal(description="New"))
    assert (statuses(result), result.changed) == (["SUCCESS"], True)
    assert result.msg.startswith("Could not apply the declaration to inference experiment")


def test_a_denied_describe_names_its_permission_in_info_too(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("DescribeInferenceExperiment", "error", code="AccessDeniedException", message="no", times=ALWAYS)
    result = run(INFO, {"include_write_only": True})
    assert "sagemaker:DescribeInferenceExperiment" in result["error"]["hint"]


def test_tags_alone_are_enough_to_refuse_a_recreation_that_does_not_wait(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed", tags={"kept": "1"})
    rejected(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True, wait=False)), emulator, "tags", "wait: false")


def test_a_diff_shows_a_schedule_that_is_known_on_both_sides(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    later = (emulator.clock.now() + timedelta(days=5)).replace(microsecond=0)
    diff = succeeded(run(MODULE, minimal(schedule={"end_time": later.isoformat()}), diff=True))["diff"]
    assert diff["before"]["schedule"]["end_time"] != diff["after"]["schedule"]["end_time"]
    assert diff["before"]["schedule"]["start_time"] == diff["after"]["schedule"]["start_time"]


def test_a_poll_that_is_denied_tells_the_token_of_what_goes_on(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResourceRequestStatus", "error", code="AccessDeniedException", message="no", times=ALWAYS)
    result = run(MODULE, minimal(description="New"))
    assert (result.failed, result.changed) == (True, True)
    assert result["error"]["request_token"] == result["operations"][0]["request_token"]
    assert result["error"]["operation"] == "GetResourceRequestStatus"


def test_setbacks_of_one_step_do_not_count_for_the_next(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("UpdateResource", "failed", code="Throttling", times=6)
    emulator.fault("UpdateResource", "failed", code="Throttling", times=6, after=1)
    result = succeeded(run(MODULE, minimal(description="New", desired_state="Running")))
    assert (statuses(result).count("FAILED"), statuses(result).count("SUCCESS")) == (12, 2)


def state_properties(emulator: Emulator) -> dict[str, Any]:
    """The properties of an experiment as the emulator makes it by itself."""
    put_experiment(emulator, "Created")
    properties: dict[str, Any] = emulator.experiment("checkout", REGION)["properties"]
    return properties
