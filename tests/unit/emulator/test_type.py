"""The resource type: its schema, write-only properties, reads, lists and regions."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.emulator import schema
from tests.emulator.experiments import IN_TRANSIT, STATUSES, TERMINAL
from tests.emulator.schemas import update
from tests.emulator.seed import shadow_mode_config, variant
from tests.support.aws_clients import REGION, TYPE_NAME, Aws, Operation, add, pages, rejected, remove, replace

WRITE_ONLY = {"Schedule", "DesiredState", "StatusReason"}
CSV: dict[str, Any] = {"Destination": "s3://bucket", "ContentType": {"CsvContentTypes": ["text/csv"]}}
CHANGE = add("/Description", "x")


@pytest.mark.parametrize("type_name", update.TYPE_NAMES)
def test_schema_equals_that_of_cfn_lint(type_name: str) -> None:
    found = list(update.differences(schema.load(type_name), update.shipped(type_name)))
    assert found == [], "run python -m tests.emulator.schemas.update"


def test_differences_name_changes_of_newer_schema() -> None:
    newer = copy.deepcopy(schema.load())
    newer["properties"]["Colour"] = {"type": "string"}
    newer["definitions"]["DataStorageConfig"]["properties"]["Colour"] = {"type": "string"}
    newer["createOnlyProperties"] = ["/properties/Colour", *newer["createOnlyProperties"][1:]]
    newer["properties"]["Description"]["maxLength"] = 2048
    del newer["properties"]["KmsKey"]
    assert list(update.differences(schema.load(), newer)) == [
        '#/createOnlyProperties: new: "/properties/Colour"',
        '#/createOnlyProperties: gone: "/properties/Name"',
        '#/definitions/DataStorageConfig/properties/Colour: new: {"type": "string"}',
        '#/properties/Colour: new: {"type": "string"}',
        "#/properties/Description/maxLength: 2048 instead of 1024",
        "#/properties/KmsKey: gone",
    ]


def test_statuses_are_those_of_schema() -> None:
    assert set(STATUSES) == set(schema.load()["properties"]["Status"]["enum"])
    assert set(IN_TRANSIT) == {"Creating", "Updating", "Starting", "Stopping"}
    assert set(TERMINAL) == {"Completed", "Cancelled"}


INVALID: list[Any] = [
    pytest.param({"RoleArn": None}, "RoleArn", id="missing required property"),
    pytest.param({"Name": "-"}, "Name", id="name outside pattern"),
    pytest.param({"Name": "a" * 121}, "Name", id="long name"),
    pytest.param({"EndpointName": "a" * 64}, "EndpointName", id="long endpoint name"),
    pytest.param({"Type": "CanaryMode"}, "Type", id="unknown value"),
    pytest.param({"Description": ""}, "Description", id="empty description"),
    pytest.param({"Description": "a" * 1025}, "Description", id="long description"),
    pytest.param({"StatusReason": "a" * 1025}, "StatusReason", id="long reason"),
    pytest.param({"ShadowModeConfig": shadow_mode_config(101)}, "SamplingPercentage", id="percentage above 100"),
    pytest.param({"ModelVariants": []}, "ModelVariants", id="empty list"),
    pytest.param({"ModelVariants": [variant("a" * 64, "m"), variant("b", "m")]}, "VariantName", id="long variant name"),
    pytest.param({"DataStorageConfig": {"Destination": "ftp://x"}}, "Destination", id="destination outside S3"),
    pytest.param(
        {"DataStorageConfig": {**CSV, "ContentType": {"JsonContentTypes": ["a/b"] * 11}}},
        "JsonContentTypes",
        id="11 content types",
    ),
    pytest.param({"Tags": [{"Key": "a{b}", "Value": ""}]}, "Key", id="tag key outside pattern"),
    pytest.param({"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]}, "Tags", id="51 tags"),
    pytest.param({"Colour": "red"}, "Colour", id="unknown property"),
    pytest.param({"Status": "Running"}, "Status", id="read-only property"),
]


@pytest.mark.parametrize(("changes", "message"), INVALID)
def test_create_that_violates_schema_is_rejected_at_once_or_fails_later(
    aws: Aws, changes: dict[str, Any], message: str
) -> None:
    with rejected("ValidationException", message):
        aws.send_create(**changes)
    aws.emulator.settings.refuse_late = True
    event = aws.create(**changes)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "InvalidRequest")


def test_tags_accept_letters_of_any_script(aws: Aws) -> None:
    assert aws.create(Tags=[{"Key": "größe", "Value": "大きい"}])["OperationStatus"] == "SUCCESS"


@pytest.mark.parametrize("name", sorted(WRITE_ONLY))
@pytest.mark.parametrize("verb", ["replace", "test", "remove"])
def test_write_only_property_can_only_be_added(aws: Aws, verb: str, name: str) -> None:
    aws.put("Running", StatusReason="x")
    assert WRITE_ONLY & set(aws.get()) == set()
    with rejected("ValidationException", "patch"):
        aws.send_update({"op": verb, "path": f"/{name}", "value": "Completed"})


EMPTY: list[Any] = [
    # setting, DataStorageConfig, DataStorageConfig of a read, message of an update, operation that repairs the update
    pytest.param(
        "empty_content_types",
        CSV,
        {**CSV, "ContentType": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": []}},
        "JsonContentTypes",
        remove("/DataStorageConfig/ContentType/JsonContentTypes"),
        id="content types",
    ),
    pytest.param(
        "empty_objects",
        None,
        {},
        "'Destination' is a required property",
        remove("/DataStorageConfig"),
        id="DataStorageConfig",
    ),
]


@pytest.mark.parametrize(("setting", "storage", "read", "message", "repair"), EMPTY)
def test_empty_value_of_read_makes_patches_invalid(
    aws: Aws, setting: str, storage: Any, read: Any, message: str, repair: Operation
) -> None:
    aws.put("Created", DataStorageConfig=storage)
    assert aws.get().get("DataStorageConfig") == storage
    aws.emulator.settings.update({setting: True})
    assert aws.get()["DataStorageConfig"] == read
    with rejected("ValidationException", message):
        aws.send_update(CHANGE)
    assert aws.update(CHANGE, repair)["OperationStatus"] == "SUCCESS"


def test_null_members_returns_null_for_each_member_not_set(aws: Aws) -> None:
    aws.put("Created", DataStorageConfig=CSV)
    aws.emulator.settings.null_members = True
    found = aws.get()
    assert {name for name, value in found.items() if value is None} == {"Description", "KmsKey", "Tags"}
    content_types = {**CSV["ContentType"], "JsonContentTypes": None}
    assert found["DataStorageConfig"] == {**CSV, "KmsKey": None, "ContentType": content_types}
    assert "Schedule" not in found, "write-only"


@pytest.mark.parametrize("path", ["/Description", "/DataStorageConfig/KmsKey"])
def test_update_rejects_replace_of_member_returned_as_null(aws: Aws, path: str) -> None:
    aws.put("Created", DataStorageConfig=CSV, Description=None)
    aws.emulator.settings.null_members = True
    with rejected("ValidationException", "Invalid patch document"):
        aws.send_update(replace(path, "alias/x"))
    assert aws.update(add(path, "alias/x"))["OperationStatus"] == "SUCCESS"


OTHER_VALUES = {
    "Arn": "arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/other",
    "CreationTime": "2025-01-01T00:00:00Z",
    "LastModifiedTime": "2025-01-01T00:00:00Z",
    "EndpointMetadata": {"EndpointName": "other"},
    "Status": "Completed",
}
CREATE_ONLY = ("Name", "Type", "RoleArn", "EndpointName", "KmsKey")
ROLE = "arn:aws:iam::123456789012:role/other"
NOT_ALLOWED: list[Any] = [
    # name, operation, exception, HandlerErrorCode
    *(
        pytest.param(name, replace(f"/{name}", ROLE), "NotUpdatableException", "NotUpdatable", id=name)
        for name in CREATE_ONLY
    ),
    *(
        pytest.param(name, operation, "ValidationException", "InvalidRequest", id=f"{name}, {operation['op']}")
        for name, value in OTHER_VALUES.items()
        for operation in (remove(f"/{name}"), replace(f"/{name}", value))
    ),
]


@pytest.mark.parametrize(("name", "operation", "exception", "code"), NOT_ALLOWED)
def test_update_of_create_only_or_read_only_property_is_rejected(
    aws: Aws, name: str, operation: Operation, exception: str, code: str
) -> None:
    before = aws.put("Running", KmsKey="alias/key")
    with rejected(exception, f"/properties/{name}"):
        aws.send_update(operation, CHANGE)
    aws.emulator.settings.refuse_late = True
    assert aws.update(operation, CHANGE)["ErrorCode"] == code
    assert aws.raw() == before


# regions


WITHOUT_TYPE = [
    *("ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6"),
    *("ap-southeast-7", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-2", "eu-south-2", "il-central-1"),
    *("me-central-1", "mx-central-1", "us-gov-east-1", "us-gov-west-1"),
]
CALLS: list[Any] = [
    *(("list_resources", {}, region) for region in WITHOUT_TYPE),
    ("get_resource", {"Identifier": "test"}, "ca-west-1"),
    ("create_resource", {"DesiredState": "{}"}, "ca-west-1"),
    ("update_resource", {"Identifier": "test", "PatchDocument": "[]"}, "ca-west-1"),
    ("delete_resource", {"Identifier": "test"}, "ca-west-1"),
]


@pytest.mark.parametrize(("method", "parameters", "region"), CALLS)
def test_type_is_not_found_in_region(aws: Aws, method: str, parameters: dict[str, Any], region: str) -> None:
    with rejected("TypeNotFoundException", TYPE_NAME):
        getattr(aws.client("cloudcontrol", region), method)(TypeName=TYPE_NAME, **parameters)


@pytest.mark.parametrize("region", [REGION, "eu-central-1"])
def test_type_is_found_in_region(aws: Aws, region: str) -> None:
    put = aws.emulator.put_experiment(region, {"Name": "test"})
    assert aws.get(region=region)["Arn"] == put["arn"]


def test_other_type_is_not_found(aws: Aws) -> None:
    with rejected("TypeNotFoundException", "AWS::S3::Bucket"):
        aws.cloudcontrol.get_resource(TypeName="AWS::S3::Bucket", Identifier="x")


# lists


def listed(aws: Aws, **parameters: Any) -> list[list[Any]]:
    return list(pages(aws.cloudcontrol.list_resources, "ResourceDescriptions", TypeName=TYPE_NAME, **parameters))


def test_list_ignores_page_size_and_filter(aws: Aws) -> None:
    assert listed(aws) == [[]]
    names = {f"test-{number}" for number in range(5)}
    for name in names:
        aws.put(name=name)
    aws.emulator.settings.list_page_size = 2
    found = listed(aws, MaxResults=5, ResourceModel=json.dumps({"Name": "test-1"}))
    assert [len(page) for page in found] == [2, 2, 1]
    assert {entry["Identifier"] for page in found for entry in page} == names
    with rejected("ValidationException", "NextToken"):
        listed(aws, NextToken="nonsense")


def test_next_page_after_delete_is_complete_and_without_duplicates(aws: Aws) -> None:
    for number in range(4):
        aws.put("Created", name=f"test-{number}")
    aws.emulator.settings.list_page_size = 2
    first = aws.cloudcontrol.list_resources(TypeName=TYPE_NAME)
    aws.delete(first["ResourceDescriptions"][0]["Identifier"])
    second = aws.cloudcontrol.list_resources(TypeName=TYPE_NAME, NextToken=first["NextToken"])
    names = [entry["Identifier"] for page in (first, second) for entry in page["ResourceDescriptions"]]
    assert sorted(names) == ["test-0", "test-1", "test-2", "test-3"]


SUMMARY = {
    "Name": "test",
    "Type": "ShadowMode",
    "Description": "x",
    "Status": "Completed",
    "StatusReason": "y",
    "Schedule": {"StartTime": "2026-01-01T00:00:00Z", "EndTime": "2026-01-08T00:00:00Z"},
}
SUBSETS: list[Any] = [
    pytest.param(None, {*SUMMARY, "RoleArn", "CreationTime", "LastModifiedTime"}, id="default"),
    pytest.param(("Name",), {"Name"}, id="name"),
    pytest.param(("Name", "Schedule", "StatusReason"), {"Name", "Schedule", "StatusReason"}, id="write-only"),
]


@pytest.mark.parametrize(("properties", "names"), SUBSETS)
def test_list_returns_properties_of_setting(aws: Aws, properties: tuple[str, ...] | None, names: set[str]) -> None:
    aws.put("Completed", Description="x", KmsKey="alias/key", StatusReason="y", Schedule=SUMMARY["Schedule"])
    if properties:
        aws.emulator.settings.list_properties = properties
    found = json.loads(listed(aws)[0][0]["Properties"])
    assert set(found) == names
    known = names & set(SUMMARY)
    assert {name: found[name] for name in known} == {name: SUMMARY[name] for name in known}


def test_describe_of_sagemaker_returns_all_members_of_service_model(aws: Aws) -> None:
    aws.put("Completed", DataStorageConfig=CSV, KmsKey="k", Description="x", StatusReason="y")
    shape = aws.sagemaker.meta.service_model.shape_for("DescribeInferenceExperimentResponse")
    assert set(shape.members) == set(aws.describe()) - {"ResponseMetadata"}
