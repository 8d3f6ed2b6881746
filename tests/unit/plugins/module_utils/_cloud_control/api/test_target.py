"""The reads of the target: their order, their pauses, and the failures that do not end a task."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.target import read_target, read_targets
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed, TimedOut
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import Resource
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.verification import Target
from tests.support.cases import cases
from tests.support.fake_boto3 import FakeClient, client_error, connect
from tests.support.verification import SHELF

PROPERTIES = {"Shelf": "s1"}
OPEN = {"Name": "s1", "Status": "Open", "Goods": "g1"}
MOVING = {**OPEN, "Status": "Moving"}
GOODS = {"Name": "tea"}
DENIED = client_error("AccessDenied", "No.")
MISSING = client_error("NotThere", "There is no such shelf")


# Read this test first.
def test_read_target_takes_parameter_of_each_call_from_previous_document() -> None:
    client = FakeClient(OPEN, GOODS)
    target = read_target(connect(client), SHELF, {"Shelf": "s1"})
    assert (target.shown, target.status, target.unread) == ({"goods": "tea"}, "Open", "")
    assert client.requests == [{"Shelf": "s1"}, {"Goods": "g1"}]


@cases(
    ("wait", True, [MOVING, MOVING, OPEN, GOODS], "Open", ["describe_shelf"] * 3 + ["describe_goods"]),
    ("no wait", False, [MOVING, GOODS], "Moving", ["describe_shelf", "describe_goods"]),
    ("deleted meanwhile", True, [MOVING, MISSING], "", ["describe_shelf"] * 2),
)
def test_read_target_polls_first_call_only(wait: bool, responses: list[Any], status: str, calls: list[str]) -> None:
    client = FakeClient(*responses)
    assert read_target(connect(client), SHELF, PROPERTIES, wait=wait).status == status
    assert client.calls == calls


def test_read_target_times_out() -> None:
    with pytest.raises(TimedOut, match="the shelf s1 has the status Moving"):
        read_target(connect(FakeClient(*[MOVING] * 99), 60), SHELF, PROPERTIES, wait=True)


@cases(
    ("denied", [DENIED], None, "DescribeShelf failed with AccessDenied: No. Grant shop:DescribeShelf to the calling"),
    ("missing", [MISSING], None, "DescribeShelf failed with NotThere: There is no such shelf."),
    ("second denied", [OPEN, DENIED], {"goods": "s1"}, "DescribeGoods failed with AccessDenied: No. Grant shop:Desc"),
    ("second missing", [OPEN, MISSING], {"goods": "s1"}, "DescribeGoods failed with NotThere"),
    ("no name", [{**OPEN, "Goods": None}], {"goods": "s1"}, "Goods is unknown."),
)
def test_read_target_returns_failure_that_does_not_end_the_task(
    responses: list[Any], shown: dict[str, str] | None, words: str
) -> None:
    target = read_target(connect(FakeClient(*responses)), SHELF, PROPERTIES)
    assert target.shown == shown
    assert words in target.unread


def test_read_target_without_name_makes_no_call() -> None:
    assert read_target(connect(FakeClient()), SHELF, {}) == Target(unread="Shelf is unknown.")


@cases(
    ("other code", [client_error("NotThere", "Something else")], "NotThere"),
    ("other message", [client_error("Other", "There is no such shelf")], "Other"),
    ("invalid response", [{}] * 8, "InvalidAnswer"),
    ("invalid second response", [OPEN, *[{}] * 8], "InvalidAnswer"),
)
def test_read_target_raises_other_failures(responses: list[Any], code: str) -> None:
    client = FakeClient(*responses)
    with pytest.raises(CallFailed) as raised:
        read_target(connect(client), SHELF, PROPERTIES)
    assert (raised.value.code, client.responses) == (code, [])


def test_read_targets_returns_target_of_each_resource() -> None:
    resources = {"a": Resource({"Shelf": ""}), "b": Resource({"Shelf": "s1"})}
    targets = read_targets(connect(FakeClient(OPEN, GOODS)), SHELF, resources)
    assert [(name, target.status) for name, target in targets.items()] == [("a", ""), ("b", "Open")]
