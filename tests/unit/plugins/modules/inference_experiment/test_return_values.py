# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is returned on every path: unchanged, changed, planned, refused, failed in the middle."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.module_runner import MODULES, Result
from tests.support.scenarios import CHANGED, Scenario, scenarios
from tests.support.tasks import (
    KEY_ID,
    MODULE,
    OTHER_ROLE_ARN,
    ROLE_ARN,
    STORAGE,
    STORAGE_PROPERTY,
    full,
    minimal,
    put_experiment,
    shadow_mode_config,
    succeeded,
    variants,
)
from tests.unit.conftest import Run

KEYS = {
    "create": {"operation", "desired_state", "request_token", "operation_status"},
    "update": {"operation", "patch_document", "request_token", "operation_status"},
    "delete": {"operation", "request_token", "operation_status"},
}
COMPLETE = {
    "name": "checkout",
    "region": REGION,
    "arn": "arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/checkout",
    "type": "ShadowMode",
    "status": "Running",
    "description": "As it is",
    "role_arn": ROLE_ARN,
    "endpoint_name": "checkout-endpoint",
    "endpoint_metadata": {"endpoint_name": "checkout-endpoint"},
    "kms_key": KEY_ID,
    "model_variants": variants(),
    "shadow_mode_config": shadow_mode_config(),
    "data_storage_config": STORAGE,
    "creation_time": "2026-01-01T12:00:00Z",
    "last_modified_time": "2026-01-01T12:00:00Z",
    "tags": {"Team": "checkout", "model_name": "ModelName"},
}


def put_complete(emulator: Emulator, status: str = "Running") -> None:
    properties: dict[str, Any] = {
        "Description": "As it is",
        "KmsKey": KEY_ID,
        "DataStorageConfig": dict(STORAGE_PROPERTY),
    }
    put_experiment(emulator, status, tags={"Team": "checkout", "model_name": "ModelName"}, **properties)


@pytest.mark.parametrize("how", [{}, {"check": True}, {"diff": True}], ids=["for real", "in check mode", "with diff"])
def test_unchanged_returns_every_property_that_is_known(run: Run, emulator: Emulator, how: dict[str, bool]) -> None:
    put_complete(emulator)
    result = succeeded(run(MODULE, minimal(), **how))
    assert result["inference_experiment"] == COMPLETE
    assert (result.changed, result["operations"]) == (False, [])
    assert ("diff" in result) == ("diff" in how)


@pytest.mark.parametrize(
    ("task", "fault"),
    [
        pytest.param({"role_arn": OTHER_ROLE_ARN}, None, id="refused"),
        pytest.param({"description": "New"}, "UpdateResource", id="failed"),
        pytest.param({"schedule": {"end_time": "2026-01-03T12:00:00Z"}}, "DescribeInferenceExperiment", id="not read"),
    ],
)
@pytest.mark.parametrize("diff", [False, True], ids=["", "with diff"])
def test_a_failure_returns_every_property_that_is_known(
    run: Run, emulator: Emulator, task: dict[str, Any], fault: str | None, diff: bool
) -> None:
    put_complete(emulator)
    if fault:
        emulator.fault(fault, "error", code="AccessDeniedException", times=99)
    result = run(MODULE, minimal(**task), diff=diff)
    assert (result.failed, result.changed) == (True, False)
    assert result["inference_experiment"] == COMPLETE
    assert set(result["error"]) == {"code", "message", "operation", "request_token", "hint"}
    assert "'checkout'" in result.msg
    if diff:
        assert result["diff"]["before"] == result["diff"]["after"] == COMPLETE


@pytest.mark.parametrize("how", [{}, {"check": True}, {"diff": True}], ids=["for real", "in check mode", "with diff"])
@pytest.mark.parametrize("found", ["Running", None], ids=["deleted", "never there"])
def test_an_absent_experiment_is_an_empty_dict(
    run: Run, emulator: Emulator, found: str | None, how: dict[str, bool]
) -> None:
    if found:
        put_complete(emulator, found)
    result = succeeded(run(MODULE, minimal(state="absent"), **how))
    assert result["inference_experiment"] == {}
    if "diff" in how:
        shown = {"variant_actions": {"production": "Retain", "shadow": "Retain"}} if found else {}
        assert result["diff"] == {"before": COMPLETE if found else {}, "after": shown}


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
@scenarios(CHANGED)
def test_operations_have_their_keys(run: Run, emulator: Emulator, scenario: Scenario, check: bool) -> None:
    scenario.prepare(emulator)
    result = succeeded(run(MODULE, dict(scenario.task), check=check))
    assert held(result, MODULE, EXISTS if scenario.after and not check else set()) == []
    for operation in result["operations"]:
        assert set(operation) == KEYS[operation["operation"]] - ({"request_token"} if check else set())
        assert operation["operation_status"] == ("PLANNED" if check else "SUCCESS")
    tokens = [operation.get("request_token") for operation in result["operations"]]
    known = emulator.client("cloudcontrol", REGION).list_resource_requests()["ResourceRequestStatusSummaries"]
    sent = [] if check else [request["RequestToken"] for request in reversed(known)]
    assert [token for token in tokens if token] == sent


def test_what_was_sent_is_what_is_returned(run: Run) -> None:
    result = succeeded(run(MODULE, full(schedule={"start_time": "2026-01-03T13:00:00+01:00"}, desired_state="Running")))
    create, start = result["operations"]
    assert create["desired_state"]["Schedule"] == {"StartTime": "2026-01-03T12:00:00Z"}
    assert create["desired_state"]["ShadowModeConfig"]["ShadowModelVariants"] == [
        {"ShadowModelVariantName": "shadow", "SamplingPercentage": 50}
    ]
    assert "DesiredState" not in create["desired_state"]
    assert start["patch_document"] == [{"op": "add", "path": "/DesiredState", "value": "Running"}]


def test_diff_shows_what_changes_and_nothing_else(run: Run, emulator: Emulator) -> None:
    put_complete(emulator)
    result = succeeded(run(MODULE, minimal(description="New", tags={"Team": "shop"}), diff=True))
    before, after = result["diff"]["before"], result["diff"]["after"]
    assert before == COMPLETE
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"description", "tags", "last_modified_time"}


def test_a_failure_in_the_middle_says_what_has_been_done(run: Run, emulator: Emulator) -> None:
    put_complete(emulator, "Created")
    emulator.fault("UpdateResource", "failed", code="GeneralServiceException", message="No", after=1)
    result = run(MODULE, minimal(description="New", desired_state="Running"), diff=True)
    assert (result.failed, result.changed) == (True, True)
    assert [operation["operation_status"] for operation in result["operations"]] == ["SUCCESS", "FAILED"]
    assert result["inference_experiment"]["description"] == "New"
    assert result["diff"]["before"]["description"] == "As it is"
    assert result["diff"]["after"]["description"] == "New"
    assert (result["error"]["operation"], result["error"]["message"]) == ("update", "No")


def test_a_failure_after_the_deletion_says_that_nothing_is_there(run: Run, emulator: Emulator) -> None:
    put_complete(emulator)
    emulator.fault("CreateResource", "failed", code="ServiceLimitExceeded", message="Too many")
    result = run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True))
    assert (result.failed, result.changed, result["inference_experiment"]) == (True, True, {})
    assert [operation["operation_status"] for operation in result["operations"]] == ["SUCCESS", "FAILED"]


def test_a_failure_of_the_first_read_returns_what_is_known_nothing(run: Run, emulator: Emulator) -> None:
    emulator.fault("GetResource", "error", code="AccessDeniedException", times=9)
    result = run(MODULE, full(), diff=True)
    assert (result.failed, result.changed) == (True, False)
    assert (result["inference_experiment"], result["operations"]) == ({}, [])


def test_the_region_is_that_of_the_task(run: Run, emulator: Emulator) -> None:
    result = succeeded(run(MODULE, full(region="eu-central-1")))
    assert result["inference_experiment"]["region"] == "eu-central-1"
    assert {record.region for record in emulator.log} == {"eu-central-1"}


# --- held against RETURN ---

INFO = "inference_experiment_info"
KINDS: Mapping[str, type] = {"str": str, "int": int, "bool": bool, "list": list, "dict": dict}
# What every module of Ansible's may return.
COMMON = {"changed", "failed", "msg", "diff", "warnings", "invocation", "boto3_version", "botocore_version"}
# Their own keys are the service's, sent as they are.
VERBATIM = {"operations.patch_document", "operations.desired_state"}


def returned_by(module: str) -> dict[str, Any]:
    documented: dict[str, Any] = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").RETURN)
    return documented


def undocumented(values: Mapping[str, Any], documented: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield what is returned and documented nowhere, or as something else. Null is documented in words."""
    for name, value in values.items():
        entry, here = documented.get(name), f"{path}{name}"
        if entry is None:
            yield f"{here} is returned and not documented"
            continue
        if value is not None and not isinstance(value, KINDS[entry["type"]]):
            yield f"{here} is documented as {entry['type']}, not {type(value).__name__}"
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, dict) and entry.get("contains") and here not in VERBATIM:
                yield from undocumented(element, entry["contains"], f"{here}.")


def missing(values: Mapping[str, Any], documented: Mapping[str, Any], when: set[str], path: str = "") -> Iterator[str]:
    """Yield what is documented as returned under one of these conditions, and is not."""
    for name, entry in documented.items():
        value = values.get(name)
        if entry["returned"] in when and name not in values:
            yield f"{path}{name} is documented and not returned"
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, dict):
                yield from missing(element, entry.get("contains", {}), when, f"{path}{name}.")


def held(result: Result, module: str, when: set[str]) -> list[str]:
    own = {name: value for name, value in result.values.items() if name not in COMMON}
    documented = returned_by(module)
    return [*undocumented(own, documented), *missing(own, documented, when)]


EXISTS = {"always", "when the experiment exists"}


def test_what_is_returned_with_all_properties_is_what_is_documented(run: Run, emulator: Emulator) -> None:
    put_complete(emulator)
    schedule = {"end_time": "2026-01-08T12:00:00Z"}
    result = succeeded(run(MODULE, minimal(schedule=schedule)))
    assert held(result, MODULE, {*EXISTS, "when it has one", "when it has them"}) == []
    assert "schedule" in result["inference_experiment"]


def test_what_a_failure_returns_is_what_is_documented(run: Run, emulator: Emulator) -> None:
    put_complete(emulator)
    result = run(MODULE, minimal(role_arn=OTHER_ROLE_ARN))
    assert held(result, MODULE, {*EXISTS, "on failure"}) == []


@pytest.mark.parametrize("options", [{}, {"include_write_only": True}, {"identifiers_only": True}], ids=str)
def test_what_is_listed_is_what_is_documented(run: Run, emulator: Emulator, options: dict[str, bool]) -> None:
    put_complete(emulator)
    result = succeeded(run(INFO, options))
    when = {"success"} if "identifiers_only" in options else {"success", "always", "when it has one"}
    when |= {"with O(include_write_only)"} & {f"with O({option})" for option in options}
    assert held(result, INFO, when) == []
    assert len(result["inference_experiments"]) == 1


def test_a_list_that_fails_returns_what_is_documented(run: Run, emulator: Emulator) -> None:
    emulator.fault("ListResources", "error", code="AccessDeniedException", times=9)
    result = run(INFO, {})
    assert held(result, INFO, {"on failure", "always"}) == []
