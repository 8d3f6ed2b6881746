"""Rules of SageMaker that no fact of tests/conformance states, and failures after a change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.seed import shadow_mode_config, variant
from tests.support.aws_clients import Aws, Operation, add, rejected, replace

GENERAL, INVALID = "GeneralServiceException", "InvalidRequest"
PRODUCTION = variant("production", "demo-model-a")
START, END = "2026-01-03T12:00:00Z", "2026-01-04T12:00:00Z"
SYSTEM = {"aws:createdBy": "stack"}


def schedule(start: str, end: str | None = None) -> dict[str, Any]:
    return {"Schedule": {"StartTime": start, **({"EndTime": end} if end else {})}}


CREATES: list[Any] = [
    # properties, HandlerErrorCode, part of the message
    pytest.param({"ShadowModeConfig": None}, INVALID, "Value null at 'shadowModeConfig'", id="no ShadowModeConfig"),
    pytest.param({"EndpointName": "bad_name"}, INVALID, "at 'endpointName'", id="malformed endpoint name"),
    pytest.param({"ShadowModeConfig": shadow_mode_config(-1)}, GENERAL, "between 0 and 100", id="negative percentage"),
    pytest.param({"EndpointName": "nowhere"}, GENERAL, "endpoint/nowhere", id="missing endpoint"),
    pytest.param({"RoleArn": "arn:aws:iam::123456789012:role/missing"}, GENERAL, "role/missing", id="missing role"),
    pytest.param({"ModelVariants": [PRODUCTION, variant("shadow", "none")]}, GENERAL, "model/none", id="missing model"),
    pytest.param(schedule("2026-01-03T12:00:00"), "InternalFailure", "offset", id="time without offset"),
    pytest.param(schedule(END, START), GENERAL, "duration", id="end before start"),
    pytest.param(schedule(START, "2026-01-03T12:59:59Z"), GENERAL, "1 hour", id="less than 1 hour"),
    pytest.param(schedule(START, "2026-02-02T12:00:01Z"), GENERAL, "30 days", id="more than 30 days"),
    pytest.param({"Tags": [{"Key": "aws:mine", "Value": "no"}]}, GENERAL, "aws:", id="tag with prefix aws"),
    pytest.param({"ModelVariants": [PRODUCTION]}, GENERAL, "exactly two", id="one variant"),
    pytest.param({"ModelVariants": [PRODUCTION, variant("x", "demo-model-b")]}, GENERAL, "ShadowMode", id="stranger"),
]


@pytest.mark.parametrize(("changes", "code", "message"), CREATES)
def test_create_fails_for(aws: Aws, changes: dict[str, Any], code: str, message: str) -> None:
    event = aws.create(**changes)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert message in event["StatusMessage"]
    with pytest.raises(KeyError):
        aws.raw()


UPDATES: list[Any] = [
    # status, operation, part of the message
    ("Running", replace("/ShadowModeConfig/SourceModelVariantName", "shadow"), "sampling percentage"),
    ("Running", add("/Schedule", {"EndTime": "2026-03-01T12:00:00Z"}), "30 days"),
    ("Created", replace("/ModelVariants/1/ModelName", "none"), "model/none"),
    # The dot of Java's patterns matches no line separator.
    ("Running", add("/Description", "two\u2028lines"), "at 'description' failed to satisfy constraint"),
    ("Created", replace("/ModelVariants/0/ModelName", "bad_name"), "at 'modelVariants.1.member.modelName'"),
]


@pytest.mark.parametrize(("status", "operation", "message"), UPDATES)
def test_update_fails_without_change(aws: Aws, status: str, operation: Operation, message: str) -> None:
    before = aws.put(status)
    event = aws.update(operation)
    assert event["ErrorCode"] == GENERAL
    assert message in event["StatusMessage"]
    assert aws.raw() == before


def test_update_fails_for_unexpected_status_after_call(aws: Aws) -> None:
    aws.emulator.settings.transition_seconds = 0
    aws.put("Running")
    event = aws.update(add("/Schedule", {"EndTime": aws.emulator.clock.now().isoformat()}))
    assert (event["ErrorCode"], aws.get()["Status"]) == (GENERAL, "Completed")
    assert "Stabilizing during update of" in event["StatusMessage"]


@pytest.mark.parametrize(
    ("status", "desired", "after"),
    [("Created", "Running", "Starting"), ("Running", "Completed", "Completed"), ("Stopping", None, "Completed")],
)
def test_update_without_system_tag_fails_after_other_changes(
    aws: Aws, status: str, desired: str | None, after: str
) -> None:
    aws.put(status, tags=SYSTEM)
    desired_state = [add("/DesiredState", desired)] if desired else []
    event = aws.update(replace("/Tags", []), *desired_state)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", GENERAL)
    assert "aws:" in event["StatusMessage"]
    assert (aws.get()["Status"], aws.raw()["tags"]) == (after, SYSTEM)


def test_fault_of_handler_applies_to_read_of_cloud_control_only(aws: Aws) -> None:
    aws.put()
    aws.emulator.fault("DescribeInferenceExperiment", "handler", code="AccessDeniedException", message="is not allowed")
    assert aws.describe()["Name"] == "test"
    with rejected(GENERAL, "is not allowed"):
        aws.get()
