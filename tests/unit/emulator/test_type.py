"""The type: its schema, its write-only properties, what Read and List return, and where it is known."""

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


@pytest.mark.parametrize("type_name", update.TYPE_NAMES)
def test_the_schema_is_still_the_one_that_cfn_lint_ships(type_name: str) -> None:
    found = list(update.differences(schema.load(type_name), update.shipped(type_name)))
    assert found == [], "run python -m tests.emulator.schemas.update"


def test_what_a_newer_schema_brings_is_told_by_name() -> None:
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


def test_the_statuses_are_those_of_the_schema() -> None:
    assert set(STATUSES) == set(schema.load()["properties"]["Status"]["enum"])
    assert set(IN_TRANSIT) == {"Creating", "Updating", "Starting", "Stopping"}
    assert set(TERMINAL) == {"Completed", "Cancelled"}


WRONG: list[Any] = [
    pytest.param({"RoleArn": None}, "RoleArn", id="a required property is missing"),
    pytest.param({"Name": "-"}, "Name", id="a name breaks the pattern"),
    pytest.param({"Name": "a" * 121}, "Name", id="a name is too long"),
    pytest.param({"EndpointName": "a" * 64}, "EndpointName", id="an endpoint name is too long"),
    pytest.param({"Type": "CanaryMode"}, "Type", id="a value is none of the enumerated"),
    pytest.param({"Description": ""}, "Description", id="a description is empty"),
    pytest.param({"Description": "a" * 1025}, "Description", id="a description is too long"),
    pytest.param({"StatusReason": "a" * 1025}, "StatusReason", id="a reason is too long"),
    pytest.param({"ShadowModeConfig": shadow_mode_config(101)}, "SamplingPercentage", id="a percentage is above 100"),
    pytest.param({"ModelVariants": []}, "ModelVariants", id="a list has too few items"),
    pytest.param(
        {"ModelVariants": [variant("a" * 64, "m"), variant("b", "m")]}, "VariantName", id="a variant name is long"
    ),
    pytest.param({"DataStorageConfig": {"Destination": "ftp://x"}}, "Destination", id="a destination is no URL of S3"),
    pytest.param(
        {"DataStorageConfig": {**CSV, "ContentType": {"JsonContentTypes": ["a/b"] * 11}}},
        "JsonContentTypes",
        id="a content type list has 11 items",
    ),
    pytest.param({"Tags": [{"Key": "a{b}", "Value": ""}]}, "Key", id="a tag key has other characters than letters"),
    pytest.param({"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]}, "Tags", id="there are 51 tags"),
    pytest.param({"Colour": "red"}, "Colour", id="a property is unknown"),
    pytest.param({"Status": "Running"}, "Status", id="a read-only property is given"),
]


@pytest.mark.parametrize(("changes", "words"), WRONG)
def test_a_create_is_refused_at_once_when(aws: Aws, changes: dict[str, Any], words: str) -> None:
    with rejected("ValidationException", words):
        aws.send_create(**changes)


def test_a_refusal_can_come_later_as_failed(aws: Aws) -> None:
    aws.emulator.settings.refuse_late = True
    event = aws.create(Description="")
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "InvalidRequest")


def test_letters_of_any_script_are_letters(aws: Aws) -> None:
    assert aws.create(Tags=[{"Key": "größe", "Value": "大きい"}])["OperationStatus"] == "SUCCESS"


@pytest.mark.parametrize("name", sorted(WRITE_ONLY))
@pytest.mark.parametrize("verb", ["replace", "test", "remove"])
def test_a_write_only_property_is_not_there_to(aws: Aws, verb: str, name: str) -> None:
    aws.put("Running", StatusReason="x")
    assert WRITE_ONLY & set(aws.get()) == set()
    with rejected("ValidationException", "patch"):
        aws.send_update({"op": verb, "path": f"/{name}", "value": "Completed"})


def test_content_types_not_given_can_come_back_empty_and_then_break_every_patch(aws: Aws) -> None:
    aws.put("Created", DataStorageConfig=CSV)
    assert aws.get()["DataStorageConfig"] == CSV
    aws.emulator.settings.empty_content_types = True
    both = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": []}
    assert aws.get()["DataStorageConfig"]["ContentType"] == both
    with rejected("ValidationException", "JsonContentTypes"):
        aws.send_update(add("/Description", "x"))
    mended = remove("/DataStorageConfig/ContentType/JsonContentTypes")
    assert aws.update(add("/Description", "x"), mended)["OperationStatus"] == "SUCCESS"


def test_get_resource_with_null_members_returns_null_for_each_member_not_set(aws: Aws) -> None:
    aws.put("Created", DataStorageConfig=CSV)
    aws.emulator.settings.null_members = True
    found = aws.get()
    assert {name for name, value in found.items() if value is None} == {"Description", "KmsKey", "Tags"}
    assert found["DataStorageConfig"] == {
        **CSV,
        "KmsKey": None,
        "ContentType": {**CSV["ContentType"], "JsonContentTypes": None},
    }
    assert "Schedule" not in found, "write-only"


@pytest.mark.parametrize("path", ["/Description", "/DataStorageConfig/KmsKey"])
def test_update_rejects_replace_of_member_returned_as_null(aws: Aws, path: str) -> None:
    aws.put("Created", DataStorageConfig=CSV, Description=None)
    aws.emulator.settings.null_members = True
    with rejected("ValidationException", "Invalid patch document"):
        aws.send_update(replace(path, "alias/x"))
    assert aws.update(add(path, "alias/x"))["OperationStatus"] == "SUCCESS"


def test_update_rejects_patch_that_leaves_empty_data_storage_config(aws: Aws) -> None:
    aws.put("Created", DataStorageConfig=None)
    aws.emulator.settings.empty_objects = True
    assert aws.get()["DataStorageConfig"] == {}
    with rejected("ValidationException", "'Destination' is a required property"):
        aws.send_update(add("/Description", "x"))
    assert aws.update(add("/Description", "x"), remove("/DataStorageConfig"))["OperationStatus"] == "SUCCESS"


@pytest.mark.parametrize("name", ["Name", "Type", "RoleArn", "EndpointName", "KmsKey"])
@pytest.mark.parametrize("late", [False, True], ids=["at once", "later"])
def test_a_create_only_property_is_not_updatable(aws: Aws, name: str, late: bool) -> None:
    aws.put("Running", KmsKey="alias/key")
    aws.emulator.settings.refuse_late = late
    value = "arn:aws:iam::123456789012:role/other" if name == "RoleArn" else "ShadowMode2"
    if late:
        assert aws.update(replace(f"/{name}", value))["ErrorCode"] == "NotUpdatable"
    else:
        with rejected("NotUpdatableException", f"/properties/{name}"):
            aws.send_update(replace(f"/{name}", value))


OTHERWISE = {
    "Arn": "arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/other",
    "CreationTime": "2025-01-01T00:00:00Z",
    "LastModifiedTime": "2025-01-01T00:00:00Z",
    "EndpointMetadata": {"EndpointName": "other"},
    "Status": "Completed",
}
READ_ONLY: list[Any] = [
    *(pytest.param(name, remove(f"/{name}"), id=f"{name}, removed") for name in OTHERWISE),
    *(pytest.param(name, replace(f"/{name}", value), id=f"{name}, replaced") for name, value in OTHERWISE.items()),
]


@pytest.mark.parametrize(("name", "operation"), READ_ONLY)
@pytest.mark.parametrize("late", [False, True], ids=["at once", "later"])
def test_a_read_only_property_is_refused(aws: Aws, name: str, operation: Operation, late: bool) -> None:
    before = aws.put("Running")
    aws.emulator.settings.refuse_late = late
    if late:
        assert aws.update(operation, add("/Description", "x"))["ErrorCode"] == "InvalidRequest"
    else:
        with rejected("ValidationException", f"/properties/{name}"):
            aws.send_update(operation, add("/Description", "x"))
    assert aws.raw() == before


CALLS: list[Any] = [
    pytest.param("get_resource", {"Identifier": "test"}, id="get"),
    pytest.param("list_resources", {}, id="list"),
    pytest.param("create_resource", {"DesiredState": "{}"}, id="create"),
    pytest.param("update_resource", {"Identifier": "test", "PatchDocument": "[]"}, id="update"),
    pytest.param("delete_resource", {"Identifier": "test"}, id="delete"),
]


WITHOUT_TYPE = [
    *("ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6"),
    *("ap-southeast-7", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-2", "eu-south-2", "il-central-1"),
    *("me-central-1", "mx-central-1", "us-gov-east-1", "us-gov-west-1"),
]


@pytest.mark.parametrize("region", WITHOUT_TYPE)
def test_type_is_not_found_in_region(aws: Aws, region: str) -> None:
    with rejected("TypeNotFoundException", TYPE_NAME):
        aws.client("cloudcontrol", region).list_resources(TypeName=TYPE_NAME)


@pytest.mark.parametrize(("method", "parameters"), CALLS)
def test_every_operation_rejects_region_without_type(aws: Aws, method: str, parameters: dict[str, Any]) -> None:
    region = WITHOUT_TYPE[0]
    with rejected("TypeNotFoundException", TYPE_NAME):
        getattr(aws.client("cloudcontrol", region), method)(TypeName=TYPE_NAME, **parameters)


@pytest.mark.parametrize("region", [REGION, "eu-central-1"])
def test_the_type_is_known_in(aws: Aws, region: str) -> None:
    put = aws.emulator.put_experiment(region, {"Name": "test"})
    assert aws.get(region=region)["Arn"] == put["arn"]


def test_another_type_is_not_found(aws: Aws) -> None:
    with rejected("TypeNotFoundException", "AWS::S3::Bucket"):
        aws.cloudcontrol.get_resource(TypeName="AWS::S3::Bucket", Identifier="x")


# List


def listed(aws: Aws, **parameters: Any) -> list[list[Any]]:
    return list(pages(aws.cloudcontrol.list_resources, "ResourceDescriptions", TypeName=TYPE_NAME, **parameters))


def test_a_list_has_pages_of_its_own_size_and_no_filter(aws: Aws) -> None:
    names = {f"test-{number}" for number in range(5)}
    for name in names:
        aws.put(name=name)
    aws.emulator.settings.list_page_size = 2
    found = listed(aws, MaxResults=5, ResourceModel=json.dumps({"Name": "test-1"}))
    assert [len(page) for page in found] == [2, 2, 1]
    assert {entry["Identifier"] for page in found for entry in page} == names


def test_a_page_after_a_deletion_is_neither_short_nor_double(aws: Aws) -> None:
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
def test_list_resources_returns_properties_of_setting(
    aws: Aws, properties: tuple[str, ...] | None, names: set[str]
) -> None:
    aws.put("Completed", Description="x", KmsKey="alias/key", StatusReason="y", Schedule=SUMMARY["Schedule"])
    if properties:
        aws.emulator.settings.list_properties = properties
    found = json.loads(listed(aws)[0][0]["Properties"])
    assert set(found) == names
    known = names & set(SUMMARY)
    assert {name: found[name] for name in known} == {name: SUMMARY[name] for name in known}


def test_a_list_of_nothing_is_empty(aws: Aws) -> None:
    assert listed(aws) == [[]]


def test_a_token_that_nobody_gave_is_refused(aws: Aws) -> None:
    with rejected("ValidationException", "NextToken"):
        aws.cloudcontrol.list_resources(TypeName=TYPE_NAME, NextToken="nonsense")


def test_the_describe_of_sagemaker_answers_every_member_that_it_has(aws: Aws) -> None:
    aws.put("Completed", DataStorageConfig=CSV, KmsKey="k", Description="x", StatusReason="y")
    shape = aws.sagemaker.meta.service_model.shape_for("DescribeInferenceExperimentResponse")
    assert set(shape.members) == set(aws.describe()) - {"ResponseMetadata"}
