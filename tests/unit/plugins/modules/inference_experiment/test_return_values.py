"""The returned values of unchanged, changed, planned and failed tasks, and their documentation in RETURN."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.module_runner import MODULES, Result
from tests.support.scenarios import CHANGED, Scenario, scenarios
from tests.support.tasks import CHECK, INFO, KEY_ID, MODULE, OTHER_ROLE_ARN, ROLE_ARN, failed, full, minimal, succeeded
from tests.unit.conftest import Run

KEYS = {
    "create": {"operation", "desired_state", "request_token", "operation_status"},
    "update": {"operation", "patch_document", "request_token", "operation_status"},
    "delete": {"operation", "request_token", "operation_status"},
}
COMPLETE: dict[str, Any] = {
    "name": "checkout",
    "region": REGION,
    "arn": "arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/checkout",
    "type": "ShadowMode",
    "status": "Running",
    "description": "As it is",
    "role_arn": ROLE_ARN,
    "endpoint_name": "checkout-endpoint",
    "endpoint_metadata": {
        "endpoint_name": "checkout-endpoint",
        "endpoint_config_name": "checkout-endpoint-0000002",
        "endpoint_status": "InService",
    },
    "kms_key": KEY_ID,
    "model_variants": tasks.variants(),
    "shadow_mode_config": tasks.shadow_mode_config(),
    "data_storage_config": tasks.STORAGE,
    "creation_time": "2026-01-01T12:00:00Z",
    "last_modified_time": "2026-01-01T12:00:00Z",
    "tags": {"Team": "checkout", "model_name": "ModelName"},
}
MODES = pytest.mark.parametrize(
    "modes", [{}, {"check": True}, {"diff": True}], ids=["real run", "check mode", "diff mode"]
)


def put_complete(emulator: Emulator, status: str = "Running") -> None:
    """Store an experiment that COMPLETE describes."""
    properties: dict[str, Any] = {"Description": "As it is", "KmsKey": KEY_ID}
    tasks.put_experiment(
        emulator, status, **properties, DataStorageConfig=tasks.STORAGE_PROPERTY, tags=COMPLETE["tags"]
    )


# Read this test first.
def test_changed_task_returns_experiment_operations_and_diff(run: Run, emulator: Emulator) -> None:
    put_complete(emulator)
    result = run(
        "inference_experiment", {"name": "checkout", "description": "New", "tags": {"Team": "shop"}}, diff=True
    )
    assert result.changed
    assert result["inference_experiment"]["description"] == "New"
    assert [operation["operation"] for operation in result["operations"]] == ["update"]
    before, after = result["diff"]["before"], result["diff"]["after"]
    assert before == COMPLETE
    assert {name for name in before if before[name] != after[name]} == {"description", "tags", "last_modified_time"}


@MODES
def test_unchanged_task_returns_all_properties(run: Run, emulator: Emulator, modes: dict[str, bool]) -> None:
    put_complete(emulator)
    result = succeeded(run(MODULE, minimal(), **modes))
    assert result["inference_experiment"] == COMPLETE
    assert (result.changed, result["operations"]) == (False, [])
    assert ("diff" in result) == ("diff" in modes)


@cases(
    ("rejected", {"role_arn": OTHER_ROLE_ARN}, None),
    ("failed write", {"description": "New"}, "UpdateResource"),
    ("denied", {"schedule": {"end_time": "2026-01-03T12:00:00Z"}}, "DescribeInferenceExperiment"),
)
@pytest.mark.parametrize("diff", [False, True], ids=["no diff", "diff"])
def test_failed_task_returns_all_properties(
    options: dict[str, Any], fault: str | None, run: Run, emulator: Emulator, diff: bool
) -> None:
    put_complete(emulator)
    if fault:
        emulator.fault(fault, "error", code="AccessDeniedException", times=99)
    result = run(MODULE, minimal(**options), diff=diff)
    failed(result, "AccessDeniedException" if fault else "Refused", "'checkout'")
    assert (result.changed, result["inference_experiment"]) == (False, COMPLETE)
    if diff:
        assert result["diff"]["before"] == result["diff"]["after"] == COMPLETE


@MODES
@pytest.mark.parametrize("status", ["Running", None], ids=["delete", "absent"])
def test_absent_experiment_is_an_empty_dictionary(
    run: Run, emulator: Emulator, status: str | None, modes: dict[str, bool]
) -> None:
    if status:
        put_complete(emulator, status)
    result = succeeded(run(MODULE, minimal(state="absent"), **modes))
    assert result["inference_experiment"] == {}
    if "diff" in modes:
        after = {"variant_actions": {"production": "Retain", "shadow": "Retain"}} if status else {}
        assert result["diff"] == {"before": COMPLETE if status else {}, "after": after}


@CHECK
@scenarios(CHANGED)
def test_operations_have_documented_keys_and_their_tokens(
    run: Run, emulator: Emulator, scenario: Scenario, check: bool
) -> None:
    scenario.prepare(emulator)
    result = succeeded(run(MODULE, dict(scenario.task), check=check))
    assert _differences(result, MODULE, EXISTS if scenario.after and not check else set()) == []
    for operation in result["operations"]:
        assert set(operation) == KEYS[operation["operation"]] - ({"request_token"} if check else set())
        assert operation["operation_status"] == ("PLANNED" if check else "SUCCESS")
    tokens = [operation["request_token"] for operation in result["operations"] if "request_token" in operation]
    known = emulator.client("cloudcontrol", REGION).list_resource_requests()["ResourceRequestStatusSummaries"]
    assert tokens == ([] if check else [request["RequestToken"] for request in reversed(known)])


def test_failed_second_update_returns_first_update(run: Run, emulator: Emulator) -> None:
    put_complete(emulator, "Created")
    emulator.fault("UpdateResource", "failed", code="GeneralServiceException", message="No", after=1)
    result = run(MODULE, minimal(description="New", desired_state="Running"), diff=True)
    error = failed(result, "GeneralServiceException")
    assert (error["operation"], error["message"]) == ("update", "No")
    assert (result.changed, tasks.statuses(result)) == (True, ["SUCCESS", "FAILED"])
    assert result["inference_experiment"]["description"] == "New"
    assert [result["diff"][side]["description"] for side in ("before", "after")] == ["As it is", "New"]


def test_region_of_task_is_used_and_returned(run: Run, emulator: Emulator) -> None:
    result = succeeded(run(MODULE, full(region="eu-central-1")))
    assert result["inference_experiment"]["region"] == "eu-central-1"
    assert {record.region for record in emulator.log} == {"eu-central-1"}


TYPES: Mapping[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}
# The keys that Ansible adds to the result of every module.
COMMON = {"changed", "failed", "msg", "diff", "warnings", "invocation", "boto3_version", "botocore_version"}
# The keys of these values are those of Cloud Control.
VERBATIM = {"operations.patch_document", "operations.desired_state"}
EXISTS = {"always", "when the experiment exists"}


def _undocumented(values: Mapping[str, Any], documented: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield each returned value that RETURN omits, or documents with another type. Null is allowed for each type."""
    for name, value in values.items():
        entry, name_path = documented.get(name), f"{path}{name}"
        if entry is None:
            yield f"{name_path} is returned and not documented"
            continue
        if value is not None and not isinstance(value, TYPES[entry["type"]]):
            yield f"{name_path} is documented as {entry['type']}, not {type(value).__name__}"
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, dict) and entry.get("contains") and name_path not in VERBATIM:
                yield from _undocumented(element, entry["contains"], f"{name_path}.")


def _missing(values: Mapping[str, Any], documented: Mapping[str, Any], when: set[str], path: str = "") -> Iterator[str]:
    """Yield each value that is not returned although RETURN documents the value for one of these conditions."""
    for name, entry in documented.items():
        value = values.get(name)
        if entry["returned"] in when and name not in values:
            yield f"{path}{name} is documented and not returned"
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, dict):
                yield from _missing(element, entry.get("contains", {}), when, f"{path}{name}.")


def _differences(result: Result, module: str, when: set[str]) -> list[str]:
    own = {name: value for name, value in result.values.items() if name not in COMMON}
    documented: dict[str, Any] = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").RETURN)
    return [*_undocumented(own, documented), *_missing(own, documented, when)]


@cases(
    ("success", {"schedule": {"end_time": "2026-01-08T12:00:00Z"}}, {"when it has one", "when it has them"}),
    ("failure", {"role_arn": OTHER_ROLE_ARN}, {"on failure"}),
    ("stop", {"desired_state": "Completed"}, {"when C(endpoint) is returned"}),
)
def test_result_is_documented(options: dict[str, Any], when: set[str], run: Run, emulator: Emulator) -> None:
    put_complete(emulator)
    result = run(MODULE, minimal(**options))
    assert _differences(result, MODULE, {*EXISTS, *when}) == []
    assert ("schedule" in result["inference_experiment"]) is ("schedule" in options)


@cases(
    ("default", {}, {"success", "always", "when it has one"}),
    ("include_write_only", {"include_write_only": True}, {"success", "always", "with O(include_write_only=true)"}),
    ("include_endpoint", {"include_endpoint": True}, {"success", "always", "with O(include_endpoint=true)"}),
    ("identifiers_only", {"identifiers_only": True}, {"success"}),
    ("failure", None, {"on failure", "always"}),
)
def test_result_of_info_is_documented(
    options: dict[str, bool] | None, when: set[str], run: Run, emulator: Emulator
) -> None:
    put_complete(emulator)
    if options is None:
        emulator.fault("ListResources", "error", code="AccessDeniedException", times=9)
    result = run(INFO, options or {})
    assert _differences(result, INFO, when) == []
    assert options is None or len(result["inference_experiments"]) == 1
