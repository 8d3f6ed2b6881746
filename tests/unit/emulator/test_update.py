"""Update: the row of each status and DesiredState, with the changes that the handler silently drops."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.seed import shadow_mode_config, variant
from tests.support.aws_clients import Aws, Operation, add, rejected, remove, replace

STORAGE = {"Destination": "s3://elsewhere/captured"}
CHANGES = {
    "Description": "Changed",
    "Schedule": {"EndTime": "2026-01-06T12:00:00Z"},
    "DataStorageConfig": STORAGE,
    "ModelVariants": [variant("production", "demo-model-a", count=3), variant("shadow", "demo-model-b", count=3)],
    "ShadowModeConfig": shadow_mode_config(7),
}
BEFORE_START = {"StartTime": "2026-01-05T12:00:00Z", "EndTime": "2026-01-08T12:00:00Z"}
ALL = frozenset(CHANGES)
NONE: frozenset[str] = frozenset()
OF_RUNNING = frozenset({"Description", "Schedule", "ShadowModeConfig"})


def desired(state: str | None) -> list[Operation]:
    return [add("/DesiredState", state)] if state else []


def applied(aws: Aws) -> set[str]:
    """Return the names of the applied CHANGES."""
    raw = aws.raw()
    found = {key for key, value in CHANGES.items() if raw["properties"].get(key) == value}
    return found | ({"Schedule"} if raw["schedule"]["end"] == "2026-01-06T12:00:00Z" else set())


ROWS: list[Any] = [
    # status, status after its wait, DesiredState of the patch, status after the update, applied changes
    ("Created", None, "Running", "Starting", NONE),
    *(("Created", None, state, "Created", ALL) for state in (None, "Completed", "Cancelled")),
    *(("Running", None, state, "Running", OF_RUNNING) for state in (None, "Running")),
    *(("Running", None, state, state, NONE) for state in ("Completed", "Cancelled")),
    ("Updating", "Created", None, "Created", ALL),
    ("Updating", "Created", "Running", "Starting", NONE),
    ("Updating", "Created", "Completed", "Created", ALL),
    ("Updating", "Running", None, "Running", OF_RUNNING),
    ("Updating", "Running", "Running", "Running", OF_RUNNING),
    ("Updating", "Running", "Completed", "Completed", NONE),
    ("Updating", "Running", "Cancelled", "Cancelled", NONE),
    ("Stopping", "Completed", None, "Completed", NONE),
    ("Stopping", "Completed", "Running", "Completed", NONE),
    ("Stopping", "Cancelled", "Completed", "Cancelled", NONE),
    *(
        (status, None, state, status, NONE)
        for status in ("Creating", "Starting", "Completed", "Cancelled")
        for state in (None, "Running", "Completed", "Cancelled")
    ),
]


@pytest.mark.parametrize(("status", "then", "state", "after", "changes"), ROWS)
def test_update_applies_row_of_status_and_sets_tags(
    aws: Aws, status: str, then: str | None, state: str | None, after: str, changes: frozenset[str]
) -> None:
    schedule: dict[str, Any] = {"Schedule": BEFORE_START} if "Created" in (status, then) else {}
    aws.put(status, then=then, **schedule)
    operations = [add(f"/{name}", value) for name, value in CHANGES.items()]
    event = aws.update(*operations, *desired(state), add("/Tags", [{"Key": "new", "Value": "tag"}]))
    assert event["OperationStatus"] == "SUCCESS"
    assert (aws.raw()["status"], aws.raw()["tags"]) == (after, {"new": "tag"})
    assert applied(aws) == changes
    if status == after and not changes:
        assert aws.emulator.operations()[-1].effects == ("tag",)


def test_update_while_updating_overwrites_concurrent_change(aws: Aws) -> None:
    aws.put("Running", Description="Read by the patch")
    aws.emulator.settings.pending_seconds = 2
    event = aws.send_update(replace("/ShadowModeConfig", shadow_mode_config(7)))
    aws.sagemaker.update_inference_experiment(Name="test", Description="Concurrent")
    assert aws.describe()["Description"] == "Concurrent"
    assert aws.final(event)["OperationStatus"] == "SUCCESS"
    assert aws.get()["Description"] == "Read by the patch"


def test_update_applies_row_of_status_after_wait_for_its_own_change(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.settings.transition_seconds = 600
    event = aws.send_update(add("/Description", "x"), add("/Tags", [{"Key": "new", "Value": "tag"}]))
    aws.pass_time(2)
    aws.put("Completed")
    assert aws.final(event)["OperationStatus"] == "SUCCESS"
    assert aws.raw()["tags"] == {"new": "tag"}


def test_update_fails_for_unexpected_status_after_call(aws: Aws) -> None:
    aws.emulator.settings.transition_seconds = 0
    aws.put("Running")
    event = aws.update(add("/Schedule", {"EndTime": aws.emulator.clock.now().isoformat()}))
    assert event["ErrorCode"] == "GeneralServiceException"
    assert "Stabilizing during update of" in event["StatusMessage"]
    assert aws.get()["Status"] == "Completed"


VARIANTS: list[Any] = [
    # operations, actions for production and shadow variant, model in production afterwards
    pytest.param([], "Retain", "Retain", "demo-model-a", id="both variants"),
    pytest.param([remove("/ModelVariants/1")], "Retain", "Remove", "demo-model-a", id="production variant"),
    pytest.param([remove("/ModelVariants/0")], "Remove", "Promote", "demo-model-b", id="shadow variant"),
    pytest.param(
        [replace("/ModelVariants", [variant("shadow", "another-model")])],
        "Remove",
        "Promote",
        "another-model",
        id="shadow variant with other model",
    ),
    pytest.param([replace("/ModelVariants", [variant("other", "m")])], "Remove", "Remove", None, id="other variant"),
]


@pytest.mark.parametrize(("operations", "production", "shadow", "serving"), VARIANTS)
def test_stop_derives_variant_actions_from_patched_model_variants(
    aws: Aws, operations: list[Operation], production: str, shadow: str, serving: str | None
) -> None:
    aws.put("Running")
    event = aws.update(*desired("Completed"), add("/StatusReason", "enough"), *operations)
    assert event["OperationStatus"] == "SUCCESS"
    raw = aws.raw()
    assert raw["fate"] == {"production": production, "shadow": shadow}
    assert (raw["serving"], raw["stop"]["reason"]) == (serving, "enough")
    assert len(aws.get()["ModelVariants"]) == 2
    assert aws.describe()["StatusReason"] == "enough"


@pytest.mark.parametrize("name", ["Description", "DataStorageConfig", "ShadowModeConfig"])
@pytest.mark.parametrize("status", ["Created", "Running"])
def test_removed_property_is_unchanged(aws: Aws, name: str, status: str) -> None:
    aws.put(status, Description="Kept", DataStorageConfig=STORAGE)
    before = aws.get()[name]
    assert aws.update(remove(f"/{name}"))["OperationStatus"] == "SUCCESS"
    assert aws.get()[name] == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("DataStorageConfig", {"Destination": "s3://bucket"}), ("ShadowModeConfig", shadow_mode_config(3))],
)
def test_object_is_replaced_whole(aws: Aws, name: str, value: dict[str, Any]) -> None:
    aws.put("Created", DataStorageConfig={**STORAGE, "KmsKey": "alias/key"})
    aws.update(replace(f"/{name}", value))
    assert aws.get()[name] == value


@pytest.mark.parametrize(
    "time",
    [
        pytest.param("2026-01-06T14:00:00+02:00", id="offset"),
        pytest.param("2026-01-06T12:00:00Z", id="Z"),
        pytest.param("2026-01-06T12:00:00.000Z", id="milliseconds"),
    ],
)
def test_timestamp_formats(aws: Aws, time: str) -> None:
    aws.put("Running")
    aws.update(add("/Schedule", {"EndTime": time}))
    assert aws.raw()["schedule"]["end"] == "2026-01-06T12:00:00Z"


SCHEDULE_ROWS: list[Any] = [
    # status, DesiredState of the patch, HandlerErrorCode
    *((status, None, "InternalFailure") for status in ("Created", "Running", "Updating")),
    ("Created", "Running", None),
    ("Running", "Completed", None),
    *((status, None, None) for status in ("Creating", "Starting", "Stopping", "Completed", "Cancelled")),
]


@pytest.mark.parametrize("time", ["next week", "2026-01-06T12:00:00"], ids=["no timestamp", "no offset"])
@pytest.mark.parametrize(("status", "state", "code"), SCHEDULE_ROWS)
def test_invalid_time_fails_only_in_rows_that_send_schedule(
    aws: Aws, status: str, state: str | None, code: str | None, time: str
) -> None:
    aws.put(status)
    assert aws.update(add("/Schedule", {"EndTime": time}), *desired(state)).get("ErrorCode") == code


def test_start_reports_success_while_starting(aws: Aws) -> None:
    aws.put("Created")
    event = aws.send_update(*desired("Running"), add("/Description", "Changed"))
    aws.pass_time(4)
    assert (aws.status(event)["OperationStatus"], aws.get()["Status"]) == ("IN_PROGRESS", "Starting")
    aws.pass_time(1)
    assert (aws.status(event)["OperationStatus"], aws.get()["Status"]) == ("SUCCESS", "Starting")
    assert "Description" not in aws.get()


def test_start_applies_running_row_if_callback_finds_running(aws: Aws) -> None:
    aws.put("Created")
    aws.emulator.settings.transition_seconds = 3
    event = aws.update(*desired("Running"), *(add(f"/{name}", value) for name, value in CHANGES.items()))
    assert (event["OperationStatus"], aws.get()["Status"]) == ("SUCCESS", "Running")
    assert applied(aws) == OF_RUNNING
    assert aws.emulator.operations()[-1].effects == ("start", "update")


# Only another sampling percentage is allowed (Developer Guide, "Edit a shadow test").
EXCHANGED_ROLES = {
    "SourceModelVariantName": "shadow",
    "ShadowModelVariants": [{"ShadowModelVariantName": "production", "SamplingPercentage": 50}],
}
TOO_LONG = add("/Schedule", {"EndTime": "2026-03-01T12:00:00Z"})
FAILURES: list[Any] = [
    # status, operations, part of the message
    ("Running", [replace("/ShadowModeConfig", EXCHANGED_ROLES)], "sampling percentage"),
    ("Running", [add("/Schedule", BEFORE_START)], "start time"),
    ("Running", [TOO_LONG], "30 days"),
    ("Created", [TOO_LONG], "30 days"),
    ("Created", [replace("/ModelVariants/1/ModelName", "none")], "model/none"),
    # constraints of SageMaker that the schema does not have
    ("Created", [add("/Description", "two\nlines")], "at 'description' failed to satisfy constraint"),
    ("Running", [add("/Description", "two\rlines")], "at 'description'"),
    ("Running", [add("/Description", "two\u2028lines")], "at 'description'"),
    ("Running", [*desired("Completed"), add("/StatusReason", "two\nlines")], "at 'reason'"),
    ("Created", [replace("/ModelVariants/0/ModelName", "bad_name")], "at 'modelVariants.1.member.modelName'"),
    ("Created", [add("/DataStorageConfig", {**STORAGE, "KmsKey": "a key"})], "at 'dataStorageConfig.kmsKey'"),
    ("Created", [add("/DataStorageConfig", {"Destination": "s3://b\n"})], "at 'dataStorageConfig.destination'"),
]


@pytest.mark.parametrize(("status", "operations", "message"), FAILURES)
def test_update_fails_without_change(aws: Aws, status: str, operations: list[Operation], message: str) -> None:
    before = aws.put(status)
    event = aws.update(*operations)
    assert event["ErrorCode"] == "GeneralServiceException"
    assert message in event["StatusMessage"]
    assert aws.raw() == before


IGNORED: list[Any] = [
    ("Running", add("/Description", "Changed")),
    ("Running", replace("/ShadowModeConfig", shadow_mode_config(1))),
    ("Running", add("/DesiredState", "Completed")),
    ("Created", add("/DesiredState", "Running")),
    ("Running", add("/Tags", [{"Key": "a", "Value": "b"}])),
    ("Running", add("/Schedule", CHANGES["Schedule"])),
]


@pytest.mark.parametrize(("status", "operation"), IGNORED)
def test_ignored_property_succeeds_without_change(aws: Aws, status: str, operation: Operation) -> None:
    before = aws.put(status)
    aws.emulator.settings.ignore_properties = frozenset({operation["path"].strip("/")})
    assert aws.update(operation)["OperationStatus"] == "SUCCESS"
    after = aws.raw()
    same = ("properties", "status", "schedule", "tags", "fate")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}


def test_update_of_missing_experiment_is_not_found(aws: Aws) -> None:
    with rejected("ResourceNotFoundException", "'nothing'"):
        aws.send_update(add("/Description", "x"), name="nothing")
