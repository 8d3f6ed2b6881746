# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that accepts and does not apply: the task fails and names what is not there, and does not try for ever."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.tasks import (
    KEY_ID,
    LATER,
    MODULE,
    OTHER_ROLE_ARN,
    SCHEDULE,
    STORAGE,
    full,
    minimal,
    operation_names,
    put_experiment,
    shadow_mode_config,
    variants,
)
from tests.unit.conftest import Run

IGNORED: list[Any] = [
    # the property, the status found, the task, the option that the message must name
    pytest.param("Description", "Created", {"description": "New"}, "description", id="Created: description"),
    pytest.param("Description", "Running", {"description": "New"}, "description", id="Running: description"),
    pytest.param("ModelVariants", "Created", {"model_variants": variants(2)}, "model_variants", id="variants"),
    pytest.param(
        "ShadowModeConfig",
        "Created",
        {"shadow_mode_config": shadow_mode_config(7)},
        "shadow_mode_config",
        id="sampling",
    ),
    pytest.param(
        "ShadowModeConfig",
        "Running",
        {"shadow_mode_config": shadow_mode_config(7)},
        "shadow_mode_config",
        id="Running: sampling",
    ),
    pytest.param(
        "DataStorageConfig", "Created", {"data_storage_config": STORAGE}, "data_storage_config", id="data storage"
    ),
    pytest.param("Schedule", "Created", {"schedule": {"end_time": LATER}}, "schedule", id="Created: schedule"),
    pytest.param("Schedule", "Running", {"schedule": {"end_time": LATER}}, "schedule", id="Running: schedule"),
    pytest.param("Tags", "Created", {"tags": {"new": "1"}}, "tags", id="Created: tags"),
    pytest.param("Tags", "Completed", {"tags": {"new": "1"}}, "tags", id="Completed: tags"),
    pytest.param("Tags", "Running", {"tags": {"n": "1"}, "desired_state": "Completed"}, "tags", id="tags with a stop"),
    pytest.param("Tags", "Created", {"tags": {"n": "1"}, "desired_state": "Running"}, "tags", id="tags with a start"),
    pytest.param("DesiredState", "Created", {"desired_state": "Running"}, "desired_state", id="a start"),
    pytest.param("DesiredState", "Running", {"desired_state": "Completed"}, "desired_state", id="a stop"),
    pytest.param(
        "DesiredState",
        "Running",
        {"state": "absent", "on_stop": "promote_shadow"},
        "desired_state",
        id="a stop before a deletion",
    ),
]


@pytest.mark.parametrize(("ignored", "status", "options", "named_as"), IGNORED)
def test_an_update_that_is_not_applied_fails_and_is_named(
    run: Run,
    emulator: Emulator,
    ignored: str,
    status: str,
    options: dict[str, Any],
    named_as: str,
) -> None:
    emulator.settings.update({"ignore_properties": [ignored]})
    put_experiment(emulator, status)
    result = run(MODULE, minimal(**options, wait_timeout=30))
    assert result.failed
    assert named_as in result.msg
    assert f"/{ignored}" in result.msg
    assert result["error"]["code"] == "NotApplied"
    assert operation_names(result) == ["update"]
    assert len(emulator.writes()) == 1
    assert result["operations"][0]["request_token"] == result["error"]["request_token"]
    assert "DeleteResource" not in emulator.calls()


CREATED: list[Any] = [
    pytest.param("Description", {"description": "New"}, "description", id="description"),
    pytest.param("DataStorageConfig", {"data_storage_config": STORAGE}, "data_storage_config", id="data storage"),
    pytest.param("KmsKey", {"kms_key": KEY_ID}, "kms_key", id="key"),
    pytest.param("Tags", {"tags": {"new": "1"}}, "tags", id="tags"),
    pytest.param("Schedule", {"schedule": SCHEDULE}, "schedule", id="schedule"),
    pytest.param("Schedule", {"schedule": {"start_time": SCHEDULE["start_time"]}}, "schedule", id="only a start"),
]


@pytest.mark.parametrize("recreate", [False, True], ids=["", "recreate"])
@pytest.mark.parametrize(("ignored", "options", "named_as"), CREATED)
def test_a_create_that_is_not_applied_fails_and_is_named(
    run: Run, emulator: Emulator, ignored: str, options: dict[str, Any], named_as: str, recreate: bool
) -> None:
    emulator.settings.update({"ignore_properties": [ignored]})
    result = run(MODULE, full(**options, recreate=recreate, wait_timeout=30))
    assert result.failed
    assert named_as in result.msg
    assert f'"{ignored}": ' in result.msg, "which was sent"
    assert (operation_names(result), emulator.writes()) == (["create"], ["CreateResource"])
    assert result.changed


def test_one_of_several_is_named_alone(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"ignore_properties": ["DataStorageConfig"]})
    put_experiment(emulator, "Created")
    result = run(MODULE, minimal(description="New", data_storage_config=STORAGE, tags={"new": "1"}))
    assert result.failed
    assert result["error"]["message"].startswith(
        "AWS reported success, but a later read does not show the change (data_storage_config): "
    )
    assert result["inference_experiment"]["description"] == "New"


def test_it_is_said_what_was_sent_and_what_the_status_is(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"ignore_properties": ["Description"]})
    put_experiment(emulator, "Running")
    result = run(MODULE, minimal(description="New words"))
    assert all(word in result.msg for word in ("description", "Running", "New words"))
    assert result["operations"][0]["operation_status"] == "SUCCESS"


def test_it_is_said_what_was_sent_last(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"ignore_properties": ["DesiredState"]})
    put_experiment(emulator, "Created")
    result = run(MODULE, minimal(description="New words", desired_state="Running"))
    assert operation_names(result) == ["update", "update"]
    assert '"/DesiredState"' in result.msg
    assert "New words" not in result.msg


@pytest.mark.parametrize("status", ["Created", "Completed"])
def test_a_deletion_that_is_not_applied_fails_and_is_named(run: Run, emulator: Emulator, status: str) -> None:
    put_experiment(emulator, status)
    emulator.on_call("GetResource", lambda: put_experiment(emulator, status), nth=2)
    result = run(MODULE, minimal(state="absent"))
    assert (result["error"]["code"], result.changed, operation_names(result)) == ("NotApplied", True, ["delete"])
    assert "(delete)" in result.msg
    assert result["inference_experiment"]["status"] == status


@pytest.mark.parametrize(
    "changes",
    [{"desired_state": "Running"}, {"description": "New"}, {"role_arn": OTHER_ROLE_ARN}],
    ids=["a status out of reach", "what cannot be changed now", "what only a creation can have"],
)
def test_a_recreation_whose_deletion_is_not_applied_is_no_refusal(
    run: Run, emulator: Emulator, changes: dict[str, str]
) -> None:
    put_experiment(emulator, "Completed")
    emulator.on_call(
        "DeleteResource", lambda: emulator.on_call("GetResource", lambda: put_experiment(emulator, "Completed"))
    )
    result = run(MODULE, full(**changes, recreate=True))
    assert (result["error"]["code"], result.changed) == ("NotApplied", True)
    assert (operation_names(result)[0], emulator.writes()) == ("delete", ["DeleteResource"])


def test_a_creation_that_never_shows_fails_and_is_named(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"read_delay_seconds": 100.0})
    result = run(MODULE, full())
    assert (result["error"]["code"], result.changed, operation_names(result)) == ("NotApplied", True, ["create"])
    assert "(create)" in result.msg
