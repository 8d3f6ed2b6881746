"""Create: waits, ignored properties and failures of the handler."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.seed import shadow_mode_config, variant
from tests.support.aws_clients import REGION, TYPE_NAME, Aws

START, END = "2026-01-03T12:00:00Z", "2026-01-04T12:00:00Z"
PRODUCTION = variant("production", "demo-model-a")
GENERAL = "GeneralServiceException"


def test_create_without_schedule_succeeds_when_running(aws: Aws) -> None:
    event = aws.send_create()
    assert (event["OperationStatus"], aws.get()["Status"]) == ("IN_PROGRESS", "Creating")
    assert aws.final(event)["OperationStatus"] == "SUCCESS"
    assert aws.get()["Status"] == "Running"


def test_create_with_later_start_succeeds_when_created(aws: Aws) -> None:
    assert aws.create(Schedule={"StartTime": START, "EndTime": END})["OperationStatus"] == "SUCCESS"
    assert aws.get()["Status"] == "Created"


def test_create_that_passes_starting_fails_although_experiment_exists(aws: Aws) -> None:
    aws.emulator.settings.create_passes_starting = True
    event = aws.create()
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", GENERAL)
    assert "Stabilizing of " in event["StatusMessage"]
    assert aws.get()["Status"] == "Starting"
    aws.pass_time(10)
    assert aws.get()["Status"] == "Running"


def test_create_ignores_desired_state_and_status_reason(aws: Aws) -> None:
    assert aws.create(DesiredState="Cancelled", StatusReason="because")["OperationStatus"] == "SUCCESS"
    assert (aws.get()["Status"], "StatusReason" in aws.describe()) == ("Running", False)


def test_create_keeps_all_other_properties(aws: Aws) -> None:
    storage = {"Destination": aws.seed.destination, "ContentType": {"CsvContentTypes": ["text/csv"]}}
    properties: dict[str, Any] = {"Description": "A test", "DataStorageConfig": storage, "KmsKey": "alias/key"}
    properties |= {"Tags": [{"Key": "team", "Value": "ml"}], "EndpointName": aws.seed.endpoint_name}
    aws.create(**properties)
    read = aws.get()
    assert {key: read[key] for key in properties} == properties
    assert read["EndpointMetadata"]["EndpointStatus"] == "InService"
    assert read["CreationTime"].endswith("Z")


def schedule(start: str, end: str | None = None) -> dict[str, Any]:
    return {"Schedule": {"StartTime": start, **({"EndTime": end} if end else {})}}


NO_CONFIG = "Invalid request provided: Failure reason: 1 validation error detected: Value null at 'shadowModeConfig'"
FAILURES: list[Any] = [
    # properties, HandlerErrorCode, part of the message
    pytest.param({"ShadowModeConfig": None}, "InvalidRequest", NO_CONFIG, id="no ShadowModeConfig"),
    pytest.param({"EndpointName": "bad_name"}, "InvalidRequest", "at 'endpointName'", id="malformed endpoint name"),
    pytest.param({"Description": "two\nlines"}, "InvalidRequest", "at 'description'", id="two-line description"),
    pytest.param({"KmsKey": "alias/a key"}, "InvalidRequest", "at 'kmsKey'", id="KMS key with space"),
    pytest.param(
        {"DataStorageConfig": {"Destination": "s3://b/x", "KmsKey": "a.b"}},
        "InvalidRequest",
        "at 'dataStorageConfig.kmsKey'",
        id="KMS key of data with dot",
    ),
    pytest.param({"ShadowModeConfig": shadow_mode_config(-1)}, GENERAL, "between 0 and 100", id="negative percentage"),
    pytest.param({"EndpointName": "nowhere"}, GENERAL, "endpoint/nowhere", id="missing endpoint"),
    pytest.param({"RoleArn": "arn:aws:iam::123456789012:role/missing"}, GENERAL, "role/missing", id="missing role"),
    pytest.param(schedule("2026-01-03T12:00:00"), "InternalFailure", "offset", id="time without offset"),
    pytest.param(schedule("next week"), "InternalFailure", "offset", id="invalid timestamp"),
    pytest.param(schedule(END, START), GENERAL, "duration", id="end before start"),
    pytest.param(schedule(START, "2026-01-03T12:59:59Z"), GENERAL, "1 hour", id="less than 1 hour"),
    pytest.param(schedule(START, "2026-02-02T12:00:01Z"), GENERAL, "30 days", id="more than 30 days"),
    pytest.param({"Tags": [{"Key": "aws:mine", "Value": "no"}]}, GENERAL, "aws:", id="tag with prefix aws"),
    pytest.param({"ModelVariants": [PRODUCTION]}, GENERAL, "exactly two", id="one variant"),
    pytest.param({"ModelVariants": [PRODUCTION] * 2}, GENERAL, "different names", id="equal variants"),
    pytest.param(
        {"ModelVariants": [PRODUCTION, variant("other", "demo-model-b")]},
        GENERAL,
        "ShadowModeConfig",
        id="variant outside ShadowModeConfig",
    ),
    pytest.param({"ModelVariants": [PRODUCTION, variant("shadow", "none")]}, GENERAL, "model/none", id="missing model"),
]


@pytest.mark.parametrize(("changes", "code", "message"), FAILURES)
def test_create_fails_for(aws: Aws, changes: dict[str, Any], code: str, message: str) -> None:
    event = aws.create(**changes)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert message in event["StatusMessage"]
    with pytest.raises(KeyError):
        aws.raw()


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        pytest.param("test", "Completed", "AlreadyExists", id="same name"),
        pytest.param("other", "Running", "AlreadyExists", id="endpoint of running experiment"),
        pytest.param("other", "Created", "AlreadyExists", id="endpoint of scheduled experiment"),
        pytest.param("other", "Completed", None, id="endpoint of completed experiment"),
        pytest.param("other", "Cancelled", None, id="endpoint of cancelled experiment"),
    ],
)
def test_create_beside_existing_experiment(aws: Aws, name: str, status: str, code: str | None) -> None:
    aws.put(status, name=name)
    assert aws.create().get("ErrorCode") == code


def test_experiment_of_other_region_does_not_conflict(aws: Aws) -> None:
    aws.emulator.put_experiment("eu-west-1", {"Name": "test"})
    assert aws.create()["OperationStatus"] == "SUCCESS"
    found = aws.client("cloudcontrol", "eu-west-1").list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"]
    assert [entry["Identifier"] for entry in found] == ["test"]
    assert aws.emulator.experiment("test", REGION) != aws.emulator.experiment("test", "eu-west-1")


def test_create_without_check_of_references_accepts_missing_endpoint(aws: Aws) -> None:
    aws.emulator.settings.check_references = False
    assert aws.create(EndpointName="nowhere")["OperationStatus"] == "SUCCESS"
    assert aws.get()["EndpointMetadata"] == {"EndpointName": "nowhere"}


def test_create_does_not_apply_ignored_properties(aws: Aws) -> None:
    aws.emulator.settings.ignore_properties = frozenset({"Description", "Tags"})
    event = aws.create(Description="A test", Tags=[{"Key": "a", "Value": "b"}])
    assert event["OperationStatus"] == "SUCCESS"
    assert {"Description", "Tags"} & set(aws.get()) == set()
