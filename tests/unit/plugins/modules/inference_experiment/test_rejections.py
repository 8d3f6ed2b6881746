# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that the current status does not allow are rejected before any write, and recreate applies them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.cases import cases
from tests.support.tasks import (
    CHECK,
    END,
    ERROR_KEYS,
    LATER,
    MODULE,
    OTHER_ROLE_ARN,
    START,
    STORAGE,
    STORAGE_PROPERTY,
    full,
    minimal,
    omit,
    operation_names,
    put_experiment,
    rejected,
    shadow_mode_config,
    stored_experiment,
    stored_status,
    succeeded,
    variant,
    variants,
)
from tests.unit.conftest import Run

CREATE_ONLY = {"role_arn": OTHER_ROLE_ARN, "endpoint_name": "another", "kms_key": "alias/another"}
OTHER_ROLE: dict[str, Any] = {"role_arn": OTHER_ROLE_ARN, "recreate": True}
SWAPPED = {
    "shadow_mode_config": {
        "source_model_variant_name": "shadow",
        "shadow_model_variants": [{"shadow_model_variant_name": "production", "sampling_percentage": 50}],
    }
}
COMPLETE = {"desired_state": "Completed"}
DATA, COUNT = {"data_storage_config": STORAGE}, {"model_variants": variants(2)}
NEW_NAME = {"model_variants": [variant("production", "demo-model-a"), variant("new", "demo-model-b")]}
OTHER_MODEL = {"model_variants": [variants()[0], variant("shadow", "better")]}
IS = "model_variants[production].infrastructure_config.real_time_inference_config.instance_count is 1, not 2"
TOO_MANY_TAGS = {"tags": {f"new{n}": "" for n in range(20)}, "purge_tags": False}


# Read this test first.
def test_update_of_role_is_rejected_before_any_write(run: Run, emulator: Emulator) -> None:
    role, other = "arn:aws:iam::123456789012:role/demo-sagemaker", "arn:aws:iam::123456789012:role/another"
    emulator.put_experiment("us-east-1", {"Name": "checkout", "RoleArn": role}, status="Running")
    result = run("inference_experiment", {"name": "checkout", "role_arn": other})
    assert (result.failed, result["error"]["code"], result["operations"]) == (True, "Refused", [])
    assert f'role_arn is "{role}", not "{other}" (can be set only on create)' in result.msg
    assert "recreate: true" in result["error"]["hint"]
    assert result["inference_experiment"]["role_arn"] == role
    assert emulator.calls() == ["GetResource"]


REJECTED: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    # the current status, the options, words of the message
    "name of a variant": ("Created", NEW_NAME, ["shadow_mode_config", "production", "new"]),
    "several options": (*("Running", {**COUNT, **DATA, **CREATE_ONLY}, [IS, *DATA, *CREATE_ONLY, "Running"]),),
    "update and stop": ("Created", {"description": "New", **COMPLETE}, ["desired_state: Completed", "deleted"]),
    "ended": ("Completed", {"desired_state": "Cancelled", "recreate": True}, ["Completed", "Cancelled"]),
    "transition": ("Stopping", {"description": "New"}, ["description", "Completed", "ended"]),
}


@CHECK
@pytest.mark.parametrize(("status", "options", "words"), REJECTED.values(), ids=REJECTED)
def test_change_is_rejected_in_status(
    run: Run, emulator: Emulator, status: str, options: dict[str, Any], words: list[str], check: bool
) -> None:
    put_experiment(emulator, status)
    result = run(MODULE, minimal(**options), check=check)
    rejected(result, emulator, *words)
    assert result["inference_experiment"]["name"] == "checkout"
    assert set(result["error"]) == ERROR_KEYS


REQUIRED = ("type", "role_arn", "endpoint_name", "model_variants", "shadow_mode_config")


@CHECK
@pytest.mark.parametrize("missing", [*((option,) for option in REQUIRED), REQUIRED], ids=", ".join)
def test_create_without_required_options_is_rejected(
    run: Run, emulator: Emulator, missing: tuple[str, ...], check: bool
) -> None:
    result = run(MODULE, full(**dict.fromkeys(missing)), check=check)
    rejected(result, emulator, "does not exist", *missing)
    assert [option for option in REQUIRED if option in result.msg] == list(missing)


@CHECK
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"desired_state": "Completed"}, ["does not exist", "desired_state: Completed"]),
        ({"desired_state": "Cancelled", "recreate": True}, ["does not exist", "desired_state: Cancelled"]),
        ({"schedule": {"end_time": "2020-01-01T00:00:00Z"}}, ["schedule.end_time must be in the future"]),
    ],
    ids=["stop", "stop with recreate", "end in the past"],
)
def test_create_is_rejected(
    run: Run, emulator: Emulator, options: dict[str, Any], words: list[str], check: bool
) -> None:
    result = run(MODULE, full(**options), check=check)
    rejected(result, emulator, *words)
    assert result["inference_experiment"] == {}


@cases(
    ("Created: create-only options", "Created", CREATE_ONLY),
    ("Running: model", "Running", OTHER_MODEL),
    ("Running: swapped variants", "Running", SWAPPED),
    ("Running: data storage", "Running", DATA),
    ("Cancelled: sampling", "Cancelled", {"shadow_mode_config": shadow_mode_config(2)}),
    ("Completed: start", "Completed", {"desired_state": "Running"}),
)
def test_recreate_applies_rejected_change(status: str, options: dict[str, Any], run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, status)
    rejected(run(MODULE, full(**options)), emulator, "recreate: true")
    result = succeeded(run(MODULE, full(**options, recreate=True)))
    assert operation_names(result)[:2] == ["delete", "create"]
    returned = omit(options, ["desired_state"])
    assert {name: result["inference_experiment"][name] for name in returned} == returned


@CHECK
@cases(
    ("required option", {"type": None}, ["recreate", "type"]),
    ("end in past", {"schedule": {"end_time": "2020-01-01T00:00:00Z"}}, ["must be in the future"]),
    ("end after 30 days", {"schedule": {"end_time": "2026-03-01T00:00:00Z"}}, ["30 days"]),
    ("too many tags", TOO_MANY_TAGS, ["50"]),
)
def test_recreate_that_create_would_reject_is_rejected_before_delete(
    options: dict[str, Any], words: list[str], run: Run, emulator: Emulator, check: bool
) -> None:
    put_experiment(emulator, "Running", tags={f"old{n}": "" for n in range(40)})
    rejected(run(MODULE, full(**{**CREATE_ONLY, "recreate": True, **options}), check=check), emulator, *words)
    assert stored_status(emulator) == "Running"


def test_recreate_is_not_needed_for_allowed_change(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    assert operation_names(succeeded(run(MODULE, full(recreate=True)))) == []
    assert operation_names(succeeded(run(MODULE, full(description="New", recreate=True)))) == ["update"]


@cases(
    ("no options", {}, {"kept": "1"}, LATER),
    ("purged tags", {"tags": {"new": "1"}}, {"new": "1"}, LATER),
    ("tags not purged", *({"tags": {"new": "1"}, "purge_tags": False}, {"kept": "1", "new": "1"}, LATER)),
    ("end only", {"schedule": {"end_time": END}}, {"kept": "1"}, END),
)
def test_recreate_preserves_omitted_properties(
    options: dict[str, Any], tags: dict[str, str], end: str, run: Run, emulator: Emulator
) -> None:
    properties: dict[str, Any] = {"Description": "Kept", "KmsKey": "alias/kept", "DataStorageConfig": STORAGE_PROPERTY}
    schedule, before = {"StartTime": START, "EndTime": LATER}, {"kept": "1", "aws:createdBy": "shop"}
    put_experiment(emulator, "Created", **properties, Schedule=schedule, tags=before)
    succeeded(run(MODULE, full(**OTHER_ROLE, **options)))
    stored = stored_experiment(emulator)
    assert properties.items() <= stored["properties"].items()
    assert stored["properties"]["RoleArn"] == OTHER_ROLE_ARN
    assert (stored["status"], stored["schedule"], stored["tags"]) == ("Created", {"start": START, "end": end}, tags)


def test_recreate_of_ended_experiment_omits_its_schedule(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed")
    succeeded(run(MODULE, full(**OTHER_ROLE)))
    assert stored_experiment(emulator)["schedule"]["end"].startswith("2026-01-08")


@CHECK
def test_recreate_is_rejected_if_schedule_cannot_be_read(run: Run, emulator: Emulator, check: bool) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("DescribeInferenceExperiment", "error", code="AccessDeniedException", times=99)
    rejected(run(MODULE, full(**OTHER_ROLE), check=check), emulator, "sagemaker:DescribeInferenceExperiment")
