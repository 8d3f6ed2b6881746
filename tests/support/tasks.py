# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as a playbook has them, experiments to run them on, and what is asked of every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.emulator import Emulator
from tests.emulator.seed import ACCOUNT_ID
from tests.support.environment import REGION
from tests.support.module_runner import Result
from tests.unit.conftest import Run

NAME = "checkout"
MODULE = "inference_experiment"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/demo-sagemaker"
OTHER_ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/another"
KEY_ID = "12345678-1234-1234-1234-123456789012"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/{KEY_ID}"
TRANSITIONAL = ("Creating", "Updating", "Starting", "Stopping")
STATUSES = ("Creating", "Created", "Updating", "Starting", "Running", "Stopping", "Completed", "Cancelled")

# The emulator's clock begins at 2026-01-01T12:00:00Z; an experiment that is put as Created is scheduled so.
START, END = "2026-01-02T12:00:00Z", "2026-01-09T12:00:00Z"
LATER = "2026-01-11T12:00:00Z"
SCHEDULE = {"start_time": START, "end_time": END}

STORAGE = {
    "destination": "s3://captured/checkout",
    "kms_key": KEY_ID,
    "content_type": {"csv_content_types": ["text/csv", "text/tsv"], "json_content_types": ["application/json"]},
}
STORAGE_PROPERTY = {
    "Destination": "s3://captured/checkout",
    "KmsKey": KEY_ID,
    "ContentType": {"CsvContentTypes": ["text/csv", "text/tsv"], "JsonContentTypes": ["application/json"]},
}


def variant(
    name: str, model: str, *, instance_type: str = "ml.m5.xlarge", count: int = 1, **changes: Any
) -> dict[str, Any]:
    """One of model_variants."""
    real_time = {"instance_type": instance_type, "instance_count": count}
    config = {"infrastructure_type": "RealTimeInference", "real_time_inference_config": real_time}
    return {"model_name": model, "variant_name": name, "infrastructure_config": config, **changes}


def variants(count: int = 1) -> list[dict[str, Any]]:
    """The production and the shadow variant."""
    return [variant("production", "demo-model-a", count=count), variant("shadow", "demo-model-b", count=count)]


def shadow_mode_config(percentage: int = 50) -> dict[str, Any]:
    """The shadow_mode_config of those variants."""
    shadow = {"shadow_model_variant_name": "shadow", "sampling_percentage": percentage}
    return {"source_model_variant_name": "production", "shadow_model_variants": [shadow]}


def full(**changes: Any) -> dict[str, Any]:
    """All options that a create needs, which are also those of an experiment put with put(); None leaves one out."""
    options = {
        "name": NAME,
        "type": "ShadowMode",
        "role_arn": ROLE_ARN,
        "endpoint_name": f"{NAME}-endpoint",
        "model_variants": variants(),
        "shadow_mode_config": shadow_mode_config(),
        **changes,
    }
    return {option: value for option, value in options.items() if value is not None}


def minimal(**options: Any) -> dict[str, Any]:
    """A task that gives nothing but the name, and these."""
    return {"name": NAME, **options}


def put_experiment(
    emulator: Emulator,
    status: str = "Created",
    *,
    tags: Mapping[str, str] | None = None,
    time_left: float | None = None,
    then: str | None = None,
    **properties: Any,
) -> None:
    """Let the experiment exist; properties are CloudFormation's."""
    emulator.put_experiment(
        REGION, {"Name": NAME, **properties}, status=status, tags=tags, time_left=time_left, then=then
    )


def stored_experiment(emulator: Emulator) -> dict[str, Any]:
    """What the experiment really is."""
    return emulator.experiment(NAME, REGION)


def exists(emulator: Emulator) -> bool:
    try:
        stored_experiment(emulator)
    except KeyError:
        return False
    return True


def succeeded(result: Result) -> Result:
    """The result of a task that must not fail."""
    assert not result.failed, result.msg
    return result


def operation_names(result: Result) -> list[str]:
    """The operations of a result by their names."""
    return [operation["operation"] for operation in result["operations"]]


def statuses(result: Result) -> list[str]:
    return [operation["operation_status"] for operation in result["operations"]]


def without_outcome(result: Result) -> list[dict[str, Any]]:
    """The operations of a result without what only a real run knows."""
    unknown = ("request_token", "operation_status")
    return [{key: value for key, value in o.items() if key not in unknown} for o in result["operations"]]


def patches(result: Result) -> list[dict[str, Any]]:
    """The patched values of all updates, by path."""
    documents = [operation["patch_document"] for operation in result["operations"] if "patch_document" in operation]
    return [{step["path"]: step.get("value") for step in document if step["op"] != "test"} for document in documents]


def requests_of(emulator: Emulator, operation: str) -> list[dict[str, Any]]:
    """The requests of an operation, as they came in."""
    return [record.request for record in emulator.log if record.operation == operation]


def rejected(result: Result, emulator: Emulator, *words: str) -> None:
    """It failed before any write, with a message that has these words."""
    assert result.failed
    assert emulator.writes() == []
    assert [word for word in words if word not in result.msg] == [], result.msg
    assert (result.changed, result["operations"]) == (False, [])


def rerun_unchanged(run: Run, emulator: Emulator, task: Mapping[str, Any]) -> Result:
    """A second run of a task that succeeded: nothing changes, one read, and one Describe where a schedule counts."""
    emulator.clear_log()
    result = succeeded(run(MODULE, dict(task)))
    describes = (
        "schedule" in task and exists(emulator) and stored_experiment(emulator)["status"] in ("Created", "Running")
    )
    calls = ["GetResource", "DescribeInferenceExperiment"] if describes else ["GetResource"]
    assert (result.changed, result["operations"], emulator.calls()) == (False, [], calls)
    return result


def omit(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
