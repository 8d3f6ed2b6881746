"""Updating: one table row a status and wish, with all that is silently dropped."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.seed import shadow_mode_config, variant
from tests.support.aws_clients import Aws, Operation, Refused, add, remove, replace

STORAGE = {"Destination": "s3://elsewhere/captured"}
CHANGES = {
    "Description": "Changed",
    "Schedule": {"EndTime": "2026-01-06T12:00:00Z"},
    "DataStorageConfig": STORAGE,
    "ModelVariants": [variant("production", "demo-model-a", count=3), variant("shadow", "demo-model-b", count=3)],
    "ShadowModeConfig": shadow_mode_config(7),
}
BEFORE_START = {"StartTime": "2026-01-05T12:00:00Z", "EndTime": "2026-01-08T12:00:00Z"}
EVERYTHING = frozenset(CHANGES)
NOTHING: frozenset[str] = frozenset()


def applied(aws: Aws) -> set[str]:
    """The names of the CHANGES that the experiment has taken over."""
    raw = aws.raw()
    taken = {key for key, value in CHANGES.items() if raw["properties"].get(key) == value}
    return taken | ({"Schedule"} if raw["schedule"]["end"] == "2026-01-06T12:00:00Z" else set())


ROWS: list[Any] = [
    # found, asked, status after, what of the changes was applied
    pytest.param("Created", "Running", "Starting", NOTHING, id="Created, asked to run: started, every change dropped"),
    pytest.param("Created", None, "Created", EVERYTHING, id="Created, nothing asked: every change applied"),
    pytest.param("Created", "Completed", "Created", EVERYTHING, id="Created, asked to complete: changed, not stopped"),
    pytest.param("Created", "Cancelled", "Created", EVERYTHING, id="Created, asked to cancel: changed, not stopped"),
    pytest.param(
        "Running", "Completed", "Completed", NOTHING, id="Running, asked to complete: stopped, changes dropped"
    ),
    pytest.param("Running", "Cancelled", "Cancelled", NOTHING, id="Running, asked to cancel: stopped, changes dropped"),
    pytest.param(
        "Running",
        None,
        "Running",
        {"Description", "Schedule", "ShadowModeConfig"},
        id="Running, nothing asked: ModelVariants and DataStorageConfig dropped",
    ),
    pytest.param(
        "Running",
        "Running",
        "Running",
        {"Description", "Schedule", "ShadowModeConfig"},
        id="Running, asked to run: ModelVariants and DataStorageConfig dropped",
    ),
]


@pytest.mark.parametrize(("found", "asked", "after", "taken"), ROWS)
def test_an_update_found(aws: Aws, found: str, asked: str | None, after: str, taken: frozenset[str]) -> None:
    more: dict[str, Any] = {"Schedule": BEFORE_START} if found == "Created" else {}
    aws.put(found, **more)
    change_everything(aws, asked)
    assert aws.raw()["status"] == after
    assert applied(aws) == taken


def change_everything(aws: Aws, asked: str | None) -> None:
    """An update with all CHANGES, this wish and a tag, which is there afterwards in every row."""
    wish = [add("/DesiredState", asked)] if asked else []
    operations = [add(f"/{name}", value) for name, value in CHANGES.items()]
    event = aws.update(*operations, *wish, add("/Tags", [{"Key": "new", "Value": "tag"}]))
    assert event["OperationStatus"] == "SUCCESS"
    assert aws.raw()["tags"] == {"new": "tag"}


@pytest.mark.parametrize("asked", [None, "Running", "Completed", "Cancelled"])
@pytest.mark.parametrize("found", ["Creating", "Starting", "Completed", "Cancelled"])
def test_update_found_without_row_changes_tags_only(aws: Aws, found: str, asked: str | None) -> None:
    aws.put(found)
    change_everything(aws, asked)
    assert aws.raw()["status"] == found
    assert applied(aws) == NOTHING
    assert aws.emulator.operations()[-1].effects == ("tag",)


RUNNING_ROW = frozenset({"Description", "Schedule", "ShadowModeConfig"})
AFTER_WAIT: list[Any] = [
    # status found, status after the wait, DesiredState of the patch, status after, changes that are applied
    ("Updating", "Created", None, "Created", EVERYTHING),
    ("Updating", "Created", "Running", "Starting", NOTHING),
    ("Updating", "Created", "Completed", "Created", EVERYTHING),
    ("Updating", "Running", None, "Running", RUNNING_ROW),
    ("Updating", "Running", "Running", "Running", RUNNING_ROW),
    ("Updating", "Running", "Completed", "Completed", NOTHING),
    ("Updating", "Running", "Cancelled", "Cancelled", NOTHING),
    ("Stopping", "Completed", None, "Completed", NOTHING),
    ("Stopping", "Completed", "Running", "Completed", NOTHING),
    ("Stopping", "Cancelled", "Completed", "Cancelled", NOTHING),
]


@pytest.mark.parametrize(("found", "then", "asked", "after", "taken"), AFTER_WAIT)
def test_update_found_in_transition_executes_row_of_status_after_wait(
    aws: Aws, found: str, then: str, asked: str | None, after: str, taken: frozenset[str]
) -> None:
    schedule: dict[str, Any] = {"Schedule": BEFORE_START} if then == "Created" else {}
    aws.put(found, then=then, **schedule)
    change_everything(aws, asked)
    assert aws.raw()["status"] == after
    assert applied(aws) == taken


def test_update_found_updating_overwrites_the_change_that_it_waited_for(aws: Aws) -> None:
    aws.put("Running", Description="Read by the patch")
    aws.emulator.settings.pending_seconds = 2
    event = aws.send_update(replace("/ShadowModeConfig", shadow_mode_config(7)))
    aws.sagemaker.update_inference_experiment(Name="test", Description="Theirs")
    assert aws.describe()["Description"] == "Theirs"
    assert aws.final(event)["OperationStatus"] == "SUCCESS"
    assert aws.get()["Description"] == "Read by the patch"


def test_update_decides_again_after_the_wait_for_its_own_change(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.settings.transition_seconds = 600
    event = aws.send_update(add("/Description", "x"), add("/Tags", [{"Key": "new", "Value": "tag"}]))
    aws.pass_time(2)
    aws.put("Completed")
    assert aws.final(event)["OperationStatus"] == "SUCCESS"
    assert aws.raw()["tags"] == {"new": "tag"}


def test_update_fails_if_status_after_the_call_is_none_to_wait_in(aws: Aws) -> None:
    aws.emulator.settings.transition_seconds = 0
    aws.put("Running")
    event = aws.update(add("/Schedule", {"EndTime": aws.emulator.clock.now().isoformat()}))
    assert event["ErrorCode"] == "GeneralServiceException"
    assert "Stabilizing during update of" in event["StatusMessage"]
    assert aws.get()["Status"] == "Completed"


VARIANT_ROWS: list[Any] = [
    pytest.param([], "Retain", "Retain", "demo-model-a", id="both kept: both retained"),
    pytest.param([remove("/ModelVariants/1")], "Retain", "Remove", "demo-model-a", id="only production kept"),
    pytest.param([remove("/ModelVariants/0")], "Remove", "Promote", "demo-model-b", id="only shadow kept: promoted"),
    pytest.param(
        [replace("/ModelVariants", [variant("other", "demo-model-a")])],
        "Remove",
        "Remove",
        None,
        id="neither: all removed",
    ),
]


@pytest.mark.parametrize(("operations", "production", "shadow", "serving"), VARIANT_ROWS)
def test_the_fate_of_the_variants_when_stopped_with(
    aws: Aws, operations: list[Operation], production: str, shadow: str, serving: str | None
) -> None:
    aws.put("Running")
    event = aws.update(add("/DesiredState", "Completed"), add("/StatusReason", "enough"), *operations)
    assert event["OperationStatus"] == "SUCCESS"
    raw = aws.raw()
    assert raw["fate"] == {"production": production, "shadow": shadow}
    assert raw["serving"] == serving
    assert raw["stop"]["reason"] == "enough"
    assert len(aws.get()["ModelVariants"]) == 2
    assert aws.describe()["StatusReason"] == "enough"


@pytest.mark.parametrize("name", ["Description", "DataStorageConfig", "ShadowModeConfig"])
@pytest.mark.parametrize("status", ["Created", "Running"])
def test_a_property_that_is_removed_stays_as_it_is(aws: Aws, name: str, status: str) -> None:
    aws.put(status, Description="Kept", DataStorageConfig=STORAGE)
    before = aws.get()[name]
    assert aws.update(remove(f"/{name}"))["OperationStatus"] == "SUCCESS"
    assert aws.get()[name] == before


def test_data_storage_is_replaced_whole(aws: Aws) -> None:
    aws.put("Created", DataStorageConfig={**STORAGE, "KmsKey": "alias/key"})
    aws.update(replace("/DataStorageConfig", {"Destination": "s3://bucket"}))
    assert aws.get()["DataStorageConfig"] == {"Destination": "s3://bucket"}


def test_shadow_mode_is_replaced_whole(aws: Aws) -> None:
    aws.put("Running")
    aws.update(replace("/ShadowModeConfig", shadow_mode_config(3)))
    assert aws.get()["ShadowModeConfig"] == shadow_mode_config(3)


def test_update_while_running_rejects_exchanged_variant_roles(aws: Aws) -> None:
    """The Developer Guide, "Edit a shadow test", allows only another sampling percentage."""
    exchanged = {
        "SourceModelVariantName": "shadow",
        "ShadowModelVariants": [{"ShadowModelVariantName": "production", "SamplingPercentage": 50}],
    }
    before = aws.put("Running")
    event = aws.update(replace("/ShadowModeConfig", exchanged))
    assert event["ErrorCode"] == "GeneralServiceException"
    assert "sampling percentage" in event["StatusMessage"]
    assert aws.raw()["properties"] == before["properties"]


def test_a_schedule_with_a_start_is_refused_while_running(aws: Aws) -> None:
    aws.put("Running")
    event = aws.update(add("/Schedule", BEFORE_START))
    assert event["ErrorCode"] == "GeneralServiceException"
    assert "start time" in event["StatusMessage"]


@pytest.mark.parametrize(
    "time",
    ["2026-01-06T14:00:00+02:00", "2026-01-06T12:00:00Z", "2026-01-06T12:00:00.000Z"],
    ids=["with an offset", "with Z", "with fractions"],
)
def test_a_time_can_be_written(aws: Aws, time: str) -> None:
    aws.put("Running")
    aws.update(add("/Schedule", {"EndTime": time}))
    assert aws.raw()["schedule"]["end"] == "2026-01-06T12:00:00Z"


@pytest.mark.parametrize("status", ["Created", "Running"])
def test_a_schedule_that_gets_too_long_fails(aws: Aws, status: str) -> None:
    aws.put(status)
    event = aws.update(add("/Schedule", {"EndTime": "2026-03-01T12:00:00Z"}))
    assert event["ErrorCode"] == "GeneralServiceException"
    assert "30 days" in event["StatusMessage"]


def test_a_time_without_offset_fails(aws: Aws) -> None:
    aws.put("Running")
    assert aws.update(add("/Schedule", {"EndTime": "2026-01-06T12:00:00"}))["ErrorCode"] == "InternalFailure"


SCHEDULE_ROWS: list[Any] = [
    # status found, DesiredState of the patch, HandlerErrorCode
    ("Created", None, "InternalFailure"),
    ("Running", None, "InternalFailure"),
    ("Updating", None, "InternalFailure"),
    ("Created", "Running", None),
    ("Running", "Completed", None),
    *((found, None, None) for found in ("Creating", "Starting", "Stopping", "Completed", "Cancelled")),
]


@pytest.mark.parametrize(("found", "asked", "code"), SCHEDULE_ROWS)
def test_unparseable_schedule_fails_only_in_rows_that_send_it(
    aws: Aws, found: str, asked: str | None, code: str | None
) -> None:
    aws.put(found)
    desired = [add("/DesiredState", asked)] if asked else []
    assert aws.update(add("/Schedule", {"EndTime": "next week"}), *desired).get("ErrorCode") == code


def test_start_reports_success_while_starting(aws: Aws) -> None:
    aws.put("Created")
    event = aws.send_update(add("/DesiredState", "Running"), add("/Description", "Changed"))
    aws.pass_time(4)
    assert (aws.status(event)["OperationStatus"], aws.get()["Status"]) == ("IN_PROGRESS", "Starting")
    aws.pass_time(1)
    assert (aws.status(event)["OperationStatus"], aws.get()["Status"]) == ("SUCCESS", "Starting")
    assert "Description" not in aws.get()


def test_start_whose_callback_finds_running_executes_the_running_row(aws: Aws) -> None:
    aws.put("Created")
    aws.emulator.settings.transition_seconds = 3
    event = aws.update(add("/DesiredState", "Running"), *(add(f"/{name}", value) for name, value in CHANGES.items()))
    assert (event["OperationStatus"], aws.get()["Status"]) == ("SUCCESS", "Running")
    assert applied(aws) == RUNNING_ROW
    assert aws.emulator.operations()[-1].effects == ("start", "update")


def test_stop_deploys_the_patched_variants(aws: Aws) -> None:
    aws.put("Running")
    aws.update(add("/DesiredState", "Completed"), replace("/ModelVariants", [variant("shadow", "another-model")]))
    assert aws.raw()["serving"] == "another-model"


REJECTED: list[Any] = [
    # status found, operations, member that violates a constraint of SageMaker and none of the schema
    ("Created", [add("/Description", "two\nlines")], "description"),
    ("Running", [add("/Description", "two\rlines")], "description"),
    ("Running", [add("/Description", "two\u2028lines")], "description"),
    ("Running", [add("/DesiredState", "Completed"), add("/StatusReason", "two\nlines")], "reason"),
    ("Created", [replace("/ModelVariants/0/ModelName", "bad_name")], "modelVariants.1.member.modelName"),
    ("Created", [add("/DataStorageConfig", {**STORAGE, "KmsKey": "a key"})], "dataStorageConfig.kmsKey"),
    ("Created", [add("/DataStorageConfig", {"Destination": "s3://bucket\n"})], "dataStorageConfig.destination"),
]


@pytest.mark.parametrize(("found", "operations", "member"), REJECTED)
def test_update_fails_if_request_violates_service_model(
    aws: Aws, found: str, operations: list[Operation], member: str
) -> None:
    aws.put(found)
    event = aws.update(*operations)
    assert event["ErrorCode"] == "GeneralServiceException"
    assert f"at '{member}' failed to satisfy constraint" in event["StatusMessage"]


def test_a_model_that_is_missing_fails_with_the_message_of_sagemaker(aws: Aws) -> None:
    aws.put("Created")
    event = aws.update(replace("/ModelVariants/1/ModelName", "none"))
    assert event["ErrorCode"] == "GeneralServiceException"
    assert "model/none" in event["StatusMessage"]


IGNORED: list[Any] = [
    pytest.param("Description", add("/Description", "Changed"), id="Description"),
    pytest.param("ShadowModeConfig", replace("/ShadowModeConfig", shadow_mode_config(1)), id="ShadowModeConfig"),
    pytest.param("DesiredState", add("/DesiredState", "Completed"), id="DesiredState"),
    pytest.param("Tags", add("/Tags", [{"Key": "a", "Value": "b"}]), id="Tags"),
    pytest.param("Schedule", add("/Schedule", CHANGES["Schedule"]), id="Schedule"),
]


@pytest.mark.parametrize(("name", "operation"), IGNORED)
def test_what_is_to_be_ignored_ends_in_success_and_changes_nothing(aws: Aws, name: str, operation: Operation) -> None:
    before = aws.put("Running")
    aws.emulator.settings.ignore_properties = frozenset({name})
    assert aws.update(operation)["OperationStatus"] == "SUCCESS"
    after = aws.raw()
    same = ("properties", "status", "schedule", "tags", "fate")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}


def test_a_start_that_is_to_be_ignored_ends_in_success_and_starts_nothing(aws: Aws) -> None:
    aws.put("Created")
    aws.emulator.settings.ignore_properties = frozenset({"DesiredState"})
    assert aws.update(add("/DesiredState", "Running"))["OperationStatus"] == "SUCCESS"
    assert aws.raw()["status"] == "Created"


def test_an_update_of_nothing_is_not_found(aws: Aws) -> None:
    with Refused("ResourceNotFoundException", "'nothing'"):
        aws.send_update(add("/Description", "x"), name="nothing")
