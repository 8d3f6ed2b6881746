"""Tags: set to exactly those of the model, through Cloud Control and through SageMaker."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.experiments import STATUSES
from tests.support.aws_clients import Aws, add, rejected, remove, replace

SYSTEM = {"aws:createdBy": "stack"}
BOTH_RETAINED = "stop: production Retain, shadow Retain"


def tag(key: str, value: str) -> dict[str, str]:
    return {"Key": key, "Value": value}


@pytest.mark.parametrize("status", STATUSES)
def test_update_sets_exactly_tags_of_model(aws: Aws, status: str) -> None:
    aws.put(status, tags={"kept": "1", "changed": "1", "removed": "1"})
    aws.update(replace("/Tags", [tag("kept", "1"), tag("changed", "2"), tag("new", "1")]))
    assert aws.raw()["tags"] == {"kept": "1", "changed": "2", "new": "1"}
    aws.update(remove("/Tags"))
    assert "Tags" not in aws.get()


def test_update_without_change_of_system_tags_succeeds(aws: Aws) -> None:
    aws.put(tags=SYSTEM)
    assert aws.update(add("/Description", "x"))["OperationStatus"] == "SUCCESS"
    assert aws.raw()["tags"] == SYSTEM
    assert aws.update(add("/Tags/-", tag("new", "1")))["OperationStatus"] == "SUCCESS"
    assert aws.raw()["tags"] == {**SYSTEM, "new": "1"}


DROPPED: list[Any] = [
    # status, DesiredState, effects, status afterwards
    ("Created", None, ["update"], "Created"),
    ("Created", "Running", ["start"], "Starting"),
    ("Running", None, ["update"], "Running"),
    ("Running", "Completed", [BOTH_RETAINED], "Completed"),
    ("Running", "Cancelled", [BOTH_RETAINED], "Cancelled"),
    ("Updating", None, ["update"], "Created"),
    ("Stopping", None, [], "Completed"),
    *((status, None, [], status) for status in ("Creating", "Starting", "Completed", "Cancelled")),
]


@pytest.mark.parametrize(("status", "desired", "effects", "after"), DROPPED)
def test_update_without_system_tag_fails_after_other_changes(
    aws: Aws, status: str, desired: str | None, effects: list[str], after: str
) -> None:
    aws.put(status, tags=SYSTEM)
    desired_state = [add("/DesiredState", desired)] if desired else []
    event = aws.update(replace("/Tags", [tag("new", "1")]), add("/Description", "done"), *desired_state)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "GeneralServiceException")
    assert "aws:" in event["StatusMessage"]
    # No source states whether the new tag is added before the failure.
    assert [effect for effect in aws.emulator.operations()[-1].effects if effect != "tag"] == effects
    assert aws.get()["Status"] == after
    assert (aws.get().get("Description") == "done") == (effects == ["update"])
    assert SYSTEM.items() <= aws.raw()["tags"].items()


def test_sagemaker_adds_overwrites_lists_and_deletes_tags(aws: Aws) -> None:
    own = aws.put(tags={"a": "1"})["arn"]
    moto = aws.sagemaker.describe_endpoint(EndpointName=aws.seed.endpoint_name)["EndpointArn"]
    for arn in (own, moto):
        for tags in ([tag("a", "1")], [tag("a", "2"), tag("b", "1")]):
            aws.sagemaker.add_tags(ResourceArn=arn, Tags=tags)
        assert aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("a", "2"), tag("b", "1")]
        aws.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
        assert aws.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [tag("b", "1")]
    assert aws.get()["Tags"] == [tag("b", "1")]


def test_sagemaker_rejects_changes_of_system_tags_and_unknown_experiments(aws: Aws) -> None:
    arn = aws.put(tags=SYSTEM)["arn"]
    with rejected("ValidationException", "aws:"):
        aws.sagemaker.delete_tags(ResourceArn=arn, TagKeys=list(SYSTEM))
    with rejected("ValidationException", "aws:"):
        aws.sagemaker.add_tags(ResourceArn=arn, Tags=[tag("aws:x", "1")])
    with rejected("ValidationException", "nothing"):
        aws.sagemaker.list_tags(ResourceArn=arn.replace("/test", "/nothing"))
