"""Tags: brought to exactly the model's, through Cloud Control and through SageMaker's own calls."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.experiments import STATUSES
from tests.support.aws_clients import Aws, Refused, add, remove, replace

SYSTEM = {"aws:createdBy": "stack"}
BOTH_KEPT = "stop: production Retain, shadow Retain"


def tag(key: str, value: str) -> dict[str, str]:
    return {"Key": key, "Value": value}


@pytest.mark.parametrize("status", STATUSES)
def test_tags_become_exactly_those_of_the_model_when(aws: Aws, status: str) -> None:
    aws.put(status, tags={"kept": "1", "changed": "1", "gone": "1"})
    aws.update(replace("/Tags", [tag("kept", "1"), tag("changed", "2"), tag("new", "1")]))
    assert aws.raw()["tags"] == {"kept": "1", "changed": "2", "new": "1"}


def test_an_update_of_something_else_leaves_the_tags_alone(aws: Aws) -> None:
    aws.put(tags={"kept": "1", **SYSTEM})
    assert aws.update(add("/Description", "x"))["OperationStatus"] == "SUCCESS"
    assert aws.raw()["tags"] == {"kept": "1", **SYSTEM}


def test_all_tags_removed_are_none(aws: Aws) -> None:
    aws.put(tags={"gone": "1"})
    aws.update(remove("/Tags"))
    assert "Tags" not in aws.get()


DROPPED: list[Any] = [
    # found, asked, what has been done all the same, status after
    pytest.param("Created", None, ["update"], "Created", id="Created: changed"),
    pytest.param("Created", "Running", ["start"], "Starting", id="Created, asked to run: started"),
    pytest.param("Running", None, ["update"], "Running", id="Running: changed"),
    pytest.param("Running", "Completed", [BOTH_KEPT], "Completed", id="Running, asked to complete: stopped"),
    pytest.param("Running", "Cancelled", [BOTH_KEPT], "Cancelled", id="Running, asked to cancel: stopped"),
    pytest.param("Updating", None, ["update"], "Created", id="Updating: waited for, then changed"),
    pytest.param("Stopping", None, [], "Completed", id="Stopping: waited for"),
    *(pytest.param(found, None, [], found, id=found) for found in ("Creating", "Starting", "Completed", "Cancelled")),
]


@pytest.mark.parametrize(("found", "asked", "done", "after"), DROPPED)
def test_dropping_a_system_tag_fails_after_the_rest_has_been_done(
    aws: Aws, found: str, asked: str | None, done: list[str], after: str
) -> None:
    aws.put(found, tags=SYSTEM)
    wish = [add("/DesiredState", asked)] if asked else []
    event = aws.update(replace("/Tags", [tag("new", "1")]), add("/Description", "done"), *wish)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "GeneralServiceException")
    assert "aws:" in event["StatusMessage"]
    # nothing says whether the new tag is added before the failure or never
    assert [effect for effect in aws.emulator.operations()[-1].effects if effect != "tag"] == done
    assert aws.get()["Status"] == after
    assert (aws.get().get("Description") == "done") == (done == ["update"])
    assert SYSTEM.items() <= aws.raw()["tags"].items()


def test_a_system_tag_that_the_model_keeps_is_no_matter(aws: Aws) -> None:
    aws.put(tags=SYSTEM)
    assert aws.update(add("/Tags/-", tag("new", "1")))["OperationStatus"] == "SUCCESS"
    assert aws.raw()["tags"] == {**SYSTEM, "new": "1"}


def test_sagemaker_adds_overwrites_lists_and_deletes_them(aws: Aws) -> None:
    arn = aws.put(tags={"a": "1"})["arn"]
    aws.sagemaker.add_tags(ResourceArn=arn, Tags=[tag("a", "2"), tag("b", "1")])
    assert aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("a", "2"), tag("b", "1")]
    aws.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert aws.get()["Tags"] == [tag("b", "1")]


def test_sagemaker_lets_nobody_touch_system_tags(aws: Aws) -> None:
    arn = aws.put(tags=SYSTEM)["arn"]
    with Refused("ValidationException", "aws:"):
        aws.sagemaker.delete_tags(ResourceArn=arn, TagKeys=list(SYSTEM))
    with Refused("ValidationException", "aws:"):
        aws.sagemaker.add_tags(ResourceArn=arn, Tags=[tag("aws:x", "1")])


def test_tags_of_moto_s_own_resources_overwrite_too(aws: Aws) -> None:
    arn = aws.sagemaker.describe_endpoint(EndpointName=aws.seed.endpoint_name)["EndpointArn"]
    for value in ("1", "2"):
        aws.sagemaker.add_tags(ResourceArn=arn, Tags=[tag("a", value)])
    assert aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("a", "2")]
    aws.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_tags_of_no_experiment_are_an_error(aws: Aws) -> None:
    with Refused("ValidationException", "nothing"):
        aws.sagemaker.list_tags(ResourceArn=aws.put()["arn"].replace("/test", "/nothing"))
