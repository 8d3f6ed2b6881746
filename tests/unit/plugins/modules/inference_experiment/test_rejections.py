# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the present status does not allow is refused before any write; with recreate it is brought about, or refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.tasks import (
    LATER,
    MODULE,
    OTHER_ROLE_ARN,
    SCHEDULE,
    STORAGE,
    STORAGE_PROPERTY,
    full,
    minimal,
    operation_names,
    put_experiment,
    rejected,
    shadow_mode_config,
    stored_experiment,
    succeeded,
    variants,
)
from tests.unit.conftest import Run

CHECK = pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
CREATE_ONLY = {"role_arn": OTHER_ROLE_ARN, "endpoint_name": "another", "kms_key": "alias/another"}

EXCHANGED = {
    "source_model_variant_name": "shadow",
    "shadow_model_variants": [{"shadow_model_variant_name": "production", "sampling_percentage": 50}],
}

REFUSED: list[Any] = [
    # status, what the task gives, words of the message: properties, status, way out
    *(
        pytest.param(
            status,
            {option: value},
            [option, "(can be set only on create)", "recreate: true"],
            id=f"{status}: another {option}",
        )
        for status in ("Created", "Running", "Completed")
        for option, value in CREATE_ONLY.items()
    ),
    pytest.param("Created", CREATE_ONLY, [*CREATE_ONLY, "recreate"], id="Created: all of these in one message"),
    pytest.param(
        "Running",
        {"model_variants": variants(2)},
        [
            "model_variants[production].infrastructure_config.real_time_inference_config.instance_count is 1,",
            "instance_count is 1, not 2",
        ],
        id="instance count",
    ),
    pytest.param(
        "Running",
        {"shadow_mode_config": EXCHANGED},
        ["shadow_mode_config.source_model_variant_name", "status Running", "sampling_percentage"],
        id="production and shadow exchanged",
    ),
    pytest.param("Running", {"data_storage_config": STORAGE}, ["data_storage_config", "Running"], id="data storage"),
    pytest.param(
        "Running",
        {"model_variants": variants(2), "data_storage_config": STORAGE, "role_arn": OTHER_ROLE_ARN},
        ["model_variants", "data_storage_config", "role_arn", "Running"],
        id="several kinds in one message",
    ),
    *(
        pytest.param(status, options, [next(iter(options)), status, "ended"], id=f"{status}: {next(iter(options))}")
        for status in ("Completed", "Cancelled")
        for options in (
            {"description": "New"},
            {"model_variants": variants(2)},
            {"shadow_mode_config": shadow_mode_config(2)},
            {"data_storage_config": STORAGE},
        )
    ),
    *(
        pytest.param(
            "Created", {"desired_state": end}, ["Created", f"desired_state: {end}", "deleted"], id=f"not started: {end}"
        )
        for end in ("Completed", "Cancelled")
    ),
    *(
        pytest.param(ended, {"desired_state": end}, [ended, end], id=f"{ended}, {end} wanted")
        for ended, end in (
            ("Completed", "Running"),
            ("Cancelled", "Running"),
            ("Completed", "Cancelled"),
            ("Cancelled", "Completed"),
        )
    ),
    pytest.param(
        "Running",
        {"desired_state": "Completed", "model_variants": variants(2)},
        ["model_variants", "Running"],
        id="variants with a stop",
    ),
    pytest.param(
        "Created",
        {"desired_state": "Completed", "description": "New"},
        ["desired_state: Completed", "Created"],
        id="an update that could be made with a stop that cannot",
    ),
    pytest.param(
        "Running",
        {"description": "New", "data_storage_config": STORAGE},
        ["data_storage_config"],
        id="an update that could be made with one that cannot",
    ),
    pytest.param("Stopping", {"description": "New"}, ["description", "Completed"], id="a stop has been waited out"),
]


@CHECK
@pytest.mark.parametrize(("status", "options", "words"), REFUSED)
def test_refused_before_any_write(
    run: Run, emulator: Emulator, status: str, options: dict[str, Any], words: list[str], check: bool
) -> None:
    put_experiment(emulator, status)
    result = run(MODULE, minimal(**options), check=check)
    rejected(result, emulator, *words)
    assert result["inference_experiment"]["name"] == "checkout"
    assert set(result["error"]) == {"code", "message", "operation", "request_token", "hint"}


@pytest.mark.parametrize("end", ["Completed", "Cancelled"])
@pytest.mark.parametrize("recreate", [False, True])
def test_a_stop_of_what_does_not_exist_is_refused(run: Run, emulator: Emulator, end: str, recreate: bool) -> None:
    result = run(MODULE, full(desired_state=end, recreate=recreate))
    rejected(result, emulator, "does not exist", f"desired_state: {end}")
    assert result["inference_experiment"] == {}


REQUIRED = ("type", "role_arn", "endpoint_name", "model_variants", "shadow_mode_config")


@CHECK
@pytest.mark.parametrize("missing", [*((option,) for option in REQUIRED), REQUIRED], ids=", ".join)
def test_one_message_names_all_that_a_create_lacks(
    run: Run, emulator: Emulator, missing: tuple[str, ...], check: bool
) -> None:
    result = run(MODULE, full(**dict.fromkeys(missing)), check=check)
    rejected(result, emulator, "does not exist", *missing)
    assert [option for option in REQUIRED if option in result.msg] == list(missing)


RECREATED: list[Any] = [
    *(
        pytest.param(status, {option: value}, id=f"{status}: another {option}")
        for status in ("Created", "Running", "Completed")
        for option, value in CREATE_ONLY.items()
    ),
    pytest.param(
        "Running",
        {"model_variants": [variants()[0], {**variants()[1], "model_name": "better"}]},
        id="Running: another model",
    ),
    pytest.param("Running", {"shadow_mode_config": EXCHANGED}, id="Running: production and shadow exchanged"),
    pytest.param("Running", {"data_storage_config": STORAGE}, id="Running: other data storage"),
    pytest.param("Cancelled", {"shadow_mode_config": shadow_mode_config(2)}, id="Cancelled: other sampling"),
    pytest.param("Completed", {"desired_state": "Running"}, id="Completed: to be started again"),
]


@pytest.mark.parametrize(("status", "options"), RECREATED)
def test_recreate_brings_about_what_is_refused_without(
    run: Run, emulator: Emulator, status: str, options: dict[str, Any]
) -> None:
    put_experiment(emulator, status)
    rejected(run(MODULE, full(**options)), emulator, "recreate: true")
    result = succeeded(run(MODULE, full(**options, recreate=True)))
    assert operation_names(result)[:2] == ["delete", "create"]
    returned = result["inference_experiment"]
    assert {name: returned[name] for name in options if name != "desired_state"} == {
        name: value for name, value in options.items() if name != "desired_state"
    }


@pytest.mark.parametrize("missing", REQUIRED)
@CHECK
def test_recreate_is_refused_before_the_deletion_when_a_create_option_is_missing(
    run: Run, emulator: Emulator, missing: str, check: bool
) -> None:
    put_experiment(emulator, "Running")
    task = full(kms_key="alias/another", recreate=True, **{missing: None})
    rejected(run(MODULE, task, check=check), emulator, "recreate", missing)
    assert stored_experiment(emulator)["status"] == "Running"


def test_recreate_does_nothing_of_the_kind_where_it_is_not_needed(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    assert succeeded(run(MODULE, full(recreate=True)))["operations"] == []
    assert operation_names(succeeded(run(MODULE, full(description="New", recreate=True)))) == ["update"]


def test_recreate_cannot_bring_back_what_has_ended_as_something_else(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed")
    rejected(run(MODULE, full(desired_state="Cancelled", recreate=True)), emulator, "Cancelled")


@pytest.mark.parametrize(
    ("options", "tags"),
    [
        pytest.param({}, {"kept": "1"}, id="left out: carried over"),
        pytest.param({"tags": {"new": "1"}}, {"new": "1"}, id="given: purged"),
        pytest.param({"tags": {"new": "1"}, "purge_tags": False}, {"kept": "1", "new": "1"}, id="given: not purged"),
    ],
)
def test_recreate_carries_over_what_the_task_leaves_out(
    run: Run, emulator: Emulator, options: dict[str, Any], tags: dict[str, str]
) -> None:
    put_experiment(
        emulator,
        "Created",
        Description="Kept",
        KmsKey="alias/kept",
        DataStorageConfig=dict(STORAGE_PROPERTY),
        Schedule={"StartTime": SCHEDULE["start_time"], "EndTime": LATER},
        tags={"kept": "1", "aws:createdBy": "shop"},
    )
    succeeded(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True, **options)))
    raw = stored_experiment(emulator)
    assert raw["properties"]["RoleArn"] == OTHER_ROLE_ARN
    assert raw["properties"]["Description"] == "Kept"
    assert raw["properties"]["KmsKey"] == "alias/kept"
    assert raw["properties"]["DataStorageConfig"] == STORAGE_PROPERTY
    assert (raw["status"], raw["schedule"]) == ("Created", {"start": SCHEDULE["start_time"], "end": LATER})
    assert raw["tags"] == tags


def test_recreate_completes_a_schedule_given_in_part(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    succeeded(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True, schedule={"end_time": LATER})))
    assert stored_experiment(emulator)["schedule"] == {"start": SCHEDULE["start_time"], "end": LATER}


def test_recreate_of_what_has_run_does_not_take_over_a_schedule_of_the_past(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed")
    succeeded(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True)))
    assert stored_experiment(emulator)["schedule"]["end"].startswith("2026-01-08")


@CHECK
def test_recreate_without_being_allowed_to_read_the_schedule_deletes_nothing(
    run: Run, emulator: Emulator, check: bool
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("DescribeInferenceExperiment", "error", code="AccessDeniedException", times=99)
    result = run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True), check=check)
    rejected(result, emulator, "sagemaker:DescribeInferenceExperiment")


@pytest.mark.parametrize("on_stop", ["promote_shadow", "remove_shadow"])
def test_when_a_stop_is_met_already_variants_and_their_fate_are_not_compared(
    run: Run, emulator: Emulator, on_stop: str
) -> None:
    put_experiment(emulator, "Completed")
    task = full(desired_state="Completed", on_stop=on_stop, model_variants=variants(9))
    assert not succeeded(run(MODULE, task)).changed
    rejected(run(MODULE, full(model_variants=variants(9))), emulator, "model_variants")
