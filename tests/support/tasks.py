"""Options of tasks, experiments in the emulator, and assertions about the result of a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.emulator.seed import ACCOUNT_ID
from tests.support.environment import REGION
from tests.support.module_runner import Result
from tests.unit.conftest import Run

NAME = "checkout"
MODULE, INFO = "inference_experiment", "inference_experiment_info"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/demo-sagemaker"
OTHER_ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/another"
KEY_ID = "12345678-1234-1234-1234-123456789012"
KEY_ARN = f"arn:aws:kms:{REGION}:{ACCOUNT_ID}:key/{KEY_ID}"
ERROR_KEYS = {"code", "message", "operation", "request_token", "hint"}
ALWAYS = 10**6
CHECK = pytest.mark.parametrize("check", [False, True], ids=["real run", "check mode"])
TRANSITIONAL = ("Creating", "Updating", "Starting", "Stopping")

# The emulator's clock starts at 2026-01-01T12:00:00Z. An experiment of status Created has these times by default.
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
    """Return one element of model_variants."""
    real_time = {"instance_type": instance_type, "instance_count": count}
    config = {"infrastructure_type": "RealTimeInference", "real_time_inference_config": real_time}
    return {"model_name": model, "variant_name": name, "infrastructure_config": config, **changes}


def variants(count: int = 1) -> list[dict[str, Any]]:
    """Return model_variants: the production and the shadow variant."""
    return [variant("production", "demo-model-a", count=count), variant("shadow", "demo-model-b", count=count)]


def shadow_mode_config(percentage: int = 50) -> dict[str, Any]:
    """Return the shadow_mode_config of variants()."""
    shadow = {"shadow_model_variant_name": "shadow", "sampling_percentage": percentage}
    return {"source_model_variant_name": "production", "shadow_model_variants": [shadow]}


def full(**changes: Any) -> dict[str, Any]:
    """Return all options that a create requires. An option of None is omitted.

    An experiment of put_experiment() has the same values.
    """
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
    """Return the options of a task that sets the name and these options only."""
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
    """Create or replace the experiment in the emulator. Properties have the names of CloudFormation."""
    emulator.put_experiment(
        REGION, {"Name": NAME, **properties}, status=status, tags=tags, time_left=time_left, then=then
    )


def stored_experiment(emulator: Emulator) -> dict[str, Any]:
    """Return the experiment of the emulator, which has more members than any API returns."""
    return emulator.experiment(NAME, REGION)


def stored_status(emulator: Emulator) -> str | None:
    """Return the status of the experiment, or None if it does not exist."""
    try:
        return str(stored_experiment(emulator)["status"])
    except KeyError:
        return None


def succeeded(result: Result) -> Result:
    """Return the result. The task must not have failed."""
    assert not result.failed, result.msg
    return result


def operation_names(result: Result) -> list[str]:
    """Return the name of each operation: create, update or delete."""
    return [operation["operation"] for operation in result["operations"]]


def statuses(result: Result) -> list[str]:
    return [operation["operation_status"] for operation in result["operations"]]


def without_outcome(result: Result) -> list[dict[str, Any]]:
    """Return the operations without the members that only a real run returns."""
    unknown = ("request_token", "operation_status")
    return [{key: value for key, value in o.items() if key not in unknown} for o in result["operations"]]


def patches(result: Result) -> list[dict[str, Any]]:
    """Return the value of each path that a patch changes, for each update."""
    documents = [operation["patch_document"] for operation in result["operations"] if "patch_document" in operation]
    return [{step["path"]: step.get("value") for step in document if step["op"] != "test"} for document in documents]


def requests_of(emulator: Emulator, operation: str) -> list[dict[str, Any]]:
    """Return the requests of an API operation in the order of the calls."""
    return [record.request for record in emulator.log if record.operation == operation]


def failed(result: Result, code: str, *words: str) -> dict[str, Any]:
    """Assert that the task failed with this code and these words, and return the error."""
    assert result.failed
    assert [word for word in words if word not in result.msg] == [], result.msg
    error: dict[str, Any] = result["error"]
    assert set(error) == ERROR_KEYS
    assert (error["code"], "exception" in result) == (code, False)
    return error


def rejected(result: Result, emulator: Emulator, *words: str) -> None:
    """Assert that the task failed before any write, with these words in its message."""
    assert result.failed
    assert emulator.writes() == []
    assert [word for word in words if word not in result.msg] == [], result.msg
    assert (result.changed, result["operations"]) == (False, [])


def rerun_unchanged(run: Run, emulator: Emulator, task: Mapping[str, Any]) -> Result:
    """Run a task again and assert that it changes nothing.

    It reads once, once more if it compares a schedule, and the endpoint if it waits and sets on_stop after the end.
    """
    emulator.clear_log()
    result = succeeded(run(MODULE, dict(task)))
    status, calls = stored_status(emulator), ["GetResource"]
    if "schedule" in task and status in ("Created", "Running"):
        calls.append("DescribeInferenceExperiment")
    if task.get("on_stop", "retain") != "retain" and status in ("Completed", "Cancelled") and task.get("wait", True):
        calls += ["DescribeEndpoint", "DescribeEndpointConfig"]
    assert (result.changed, result["operations"], emulator.calls()) == (False, [], calls)
    return result


def omit(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
