"""Creating: what the handler waits for, what it drops, and what it cannot do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.emulator.seed import shadow_mode_config
from tests.support.aws_clients import REGION, TYPE_NAME, Aws

START, END = "2026-01-03T12:00:00Z", "2026-01-04T12:00:00Z"


def test_a_create_without_schedule_is_in_progress_while_creating_and_succeeds_when_running(aws: Aws) -> None:
    event = aws.send_create()
    assert (event["OperationStatus"], aws.get()["Status"]) == ("IN_PROGRESS", "Creating")
    assert aws.final(event)["OperationStatus"] == "SUCCESS"
    assert aws.get()["Status"] == "Running"


def test_a_create_with_a_start_to_come_succeeds_when_created(aws: Aws) -> None:
    later = aws.emulator.clock.now().replace(year=2027)
    schedule = {"StartTime": later.isoformat(), "EndTime": later.replace(hour=23).isoformat()}
    assert aws.create(Schedule=schedule)["OperationStatus"] == "SUCCESS"
    assert aws.get()["Status"] == "Created"


def test_an_experiment_seen_starting_after_creating_fails_its_create_although_it_exists(aws: Aws) -> None:
    aws.emulator.settings.create_passes_starting = True
    event = aws.create()
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "GeneralServiceException")
    assert "Stabilizing of " in event["StatusMessage"]
    assert aws.get()["Status"] == "Starting"
    aws.pass_time(10)
    assert aws.get()["Status"] == "Running"


@pytest.mark.parametrize(
    "dropped",
    [
        pytest.param({"DesiredState": "Cancelled"}, id="DesiredState is ignored"),
        pytest.param({"StatusReason": "because"}, id="StatusReason is ignored"),
    ],
)
def test_a_create_ignores(aws: Aws, dropped: dict[str, Any]) -> None:
    assert aws.create(**dropped)["OperationStatus"] == "SUCCESS"
    assert (aws.get()["Status"], "StatusReason" in aws.describe()) == ("Running", False)


def test_everything_else_that_was_given_is_kept(aws: Aws) -> None:
    storage = {"Destination": aws.seed.destination, "ContentType": {"CsvContentTypes": ["text/csv"]}}
    given: dict[str, Any] = {"Description": "A test", "DataStorageConfig": storage, "KmsKey": "alias/key"}
    tags = [{"Key": "team", "Value": "ml"}]
    aws.create(**given, Tags=tags)
    read = aws.get()
    assert {key: read[key] for key in given} == given
    assert read["Tags"] == tags
    assert read["EndpointName"] == aws.seed.endpoint_name
    assert read["EndpointMetadata"]["EndpointStatus"] == "InService"
    assert read["CreationTime"].endswith("Z")


FAILURES: list[Any] = [
    pytest.param(
        {"ShadowModeConfig": None},
        "InvalidRequest",
        "Invalid request provided: Failure reason: 1 validation error detected: Value null at 'shadowModeConfig'",
        id="without ShadowModeConfig",
    ),
    pytest.param({"EndpointName": "bad_name"}, "InvalidRequest", "at 'endpointName'", id="endpoint name is malformed"),
    pytest.param({"Description": "two\nlines"}, "InvalidRequest", "at 'description'", id="description has two lines"),
    pytest.param({"KmsKey": "alias/a key"}, "InvalidRequest", "at 'kmsKey'", id="KMS key has a space"),
    pytest.param(
        {"DataStorageConfig": {"Destination": "s3://b/x", "KmsKey": "a.b"}},
        "InvalidRequest",
        "at 'dataStorageConfig.kmsKey'",
        id="KMS key of the data has a dot",
    ),
    pytest.param(
        {"ShadowModeConfig": shadow_mode_config(-1)},
        "GeneralServiceException",
        "between 0 and 100",
        id="a percentage is below 0",
    ),
    pytest.param({"EndpointName": "nowhere"}, "GeneralServiceException", "endpoint/nowhere", id="endpoint is missing"),
    pytest.param(
        {"RoleArn": "arn:aws:iam::123456789012:role/nobody"},
        "GeneralServiceException",
        "role/nobody",
        id="no such role",
    ),
    pytest.param(
        {"Schedule": {"StartTime": "2026-01-03T12:00:00"}}, "InternalFailure", "offset", id="time has no offset"
    ),
    pytest.param({"Schedule": {"StartTime": "next week"}}, "InternalFailure", "offset", id="time is no timestamp"),
    pytest.param(
        {"Schedule": {"StartTime": END, "EndTime": START}}, "GeneralServiceException", "duration", id="end before start"
    ),
    pytest.param(
        {"Schedule": {"StartTime": START, "EndTime": "2026-01-03T12:59:59Z"}},
        "GeneralServiceException",
        "1 hour",
        id="lasts less than an hour",
    ),
    pytest.param(
        {"Schedule": {"StartTime": START, "EndTime": "2026-02-02T12:00:01Z"}},
        "GeneralServiceException",
        "30 days",
        id="lasts more than 30 days",
    ),
    pytest.param(
        {"Tags": [{"Key": "aws:mine", "Value": "no"}]}, "GeneralServiceException", "aws:", id="a tag beginning aws:"
    ),
]


@pytest.mark.parametrize(("changes", "code", "words"), FAILURES)
def test_a_create_fails_when(aws: Aws, changes: dict[str, Any], code: str, words: str) -> None:
    event = aws.create(**changes)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert words in event["StatusMessage"]
    with pytest.raises(KeyError):
        aws.raw()


VARIANTS: list[Any] = [
    pytest.param(lambda variants: variants[:1], "exactly two", id="only one variant"),
    pytest.param(lambda variants: [variants[0], variants[0]], "different names", id="the same variant twice"),
    pytest.param(
        lambda variants: [variants[0], {**variants[1], "VariantName": "other"}],
        "ShadowModeConfig",
        id="variants that ShadowModeConfig does not name",
    ),
    pytest.param(
        lambda variants: [variants[0], {**variants[1], "ModelName": "none"}], "model/none", id="a model that is missing"
    ),
]


@pytest.mark.parametrize(("change", "words"), VARIANTS)
def test_a_create_fails_with_variants(aws: Aws, change: Any, words: str) -> None:
    variants = change(aws.seed.properties("test")["ModelVariants"])
    event = aws.create(ModelVariants=variants)
    assert event["ErrorCode"] == "GeneralServiceException"
    assert words in event["StatusMessage"]


def test_the_same_name_again_already_exists(aws: Aws) -> None:
    aws.put("Completed")
    assert aws.create()["ErrorCode"] == "AlreadyExists"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("Running", "AlreadyExists"), ("Created", "AlreadyExists"), ("Completed", None), ("Cancelled", None)],
    ids=["in use while one is running", "in use before one starts", "free when it is completed", "free when cancelled"],
)
def test_an_endpoint_is(aws: Aws, status: str, outcome: str | None) -> None:
    aws.put(status, name="other")
    assert aws.create().get("ErrorCode") == outcome


def test_an_experiment_that_exists_elsewhere_does_not_matter(aws: Aws, emulator: Emulator) -> None:
    emulator.put_experiment("eu-west-1", {"Name": "test"})
    assert aws.create()["OperationStatus"] == "SUCCESS"
    client = aws.client("cloudcontrol", "eu-west-1")
    found = client.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"]
    assert [entry["Identifier"] for entry in found] == ["test"]
    assert emulator.experiment("test", REGION) != emulator.experiment("test", "eu-west-1")


def test_references_need_not_exist_if_nobody_checks(aws: Aws) -> None:
    aws.emulator.settings.check_references = False
    assert aws.create(EndpointName="nowhere")["OperationStatus"] == "SUCCESS"
    assert aws.get()["EndpointMetadata"] == {"EndpointName": "nowhere"}


def test_a_property_to_be_ignored_is_accepted_and_not_applied(aws: Aws) -> None:
    aws.emulator.settings.ignore_properties = frozenset({"Description", "Tags"})
    event = aws.create(Description="A test", Tags=[{"Key": "a", "Value": "b"}])
    assert event["OperationStatus"] == "SUCCESS"
    assert {"Description", "Tags"} & set(aws.get()) == set()
