"""The resource type: its schema, write-only properties, reads, lists and regions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator import schema
from tests.emulator.schemas import update
from tests.support.aws_clients import TYPE_NAME, Aws, Operation, add, pages, rejected, remove

CSV: dict[str, Any] = {"Destination": "s3://bucket", "ContentType": {"CsvContentTypes": ["text/csv"]}}
CHANGE = add("/Description", "x")


@pytest.mark.parametrize("type_name", update.TYPE_NAMES)
def test_schema_equals_that_of_cfn_lint(type_name: str) -> None:
    assert schema.load(type_name) == update.shipped(type_name), "run python -m tests.emulator.schemas.update"


INVALID: list[Any] = [
    pytest.param({"RoleArn": None}, "RoleArn", id="missing required property"),
    pytest.param({"Type": "CanaryMode"}, "Type", id="unknown value"),
    pytest.param({"Tags": [{"Key": "a{b}", "Value": ""}]}, "Key", id="tag key outside pattern"),
    pytest.param({"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]}, "Tags", id="51 tags"),
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


@pytest.mark.parametrize("region", ["ca-west-1", "us-gov-west-1"])
def test_type_is_not_found_in_region(aws: Aws, region: str) -> None:
    with rejected("TypeNotFoundException", TYPE_NAME):
        aws.client("cloudcontrol", region).list_resources(TypeName=TYPE_NAME)


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


def test_describe_of_sagemaker_returns_all_members_of_service_model(aws: Aws) -> None:
    aws.put("Completed", DataStorageConfig=CSV, KmsKey="k", Description="x", StatusReason="y")
    shape = aws.sagemaker.meta.service_model.shape_for("DescribeInferenceExperimentResponse")
    assert set(shape.members) == set(aws.describe()) - {"ResponseMetadata"}
