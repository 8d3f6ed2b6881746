# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops: the fate of the variants by on_stop, the reason, and the same on the way to a deletion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.unit.conftest import Run
from tests.unit.modules.tasks import (
    MODULE,
    done,
    full,
    named,
    patches,
    put,
    refused,
    run_again,
    sent,
    state,
    variant,
    variants,
)

FATES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    # on_stop: what the task gives, the fates, the model that serves afterwards
    "left out": ({}, {"production": "Retain", "shadow": "Retain"}, "demo-model-a"),
    "retain": ({"on_stop": "retain"}, {"production": "Retain", "shadow": "Retain"}, "demo-model-a"),
    "promote_shadow": (
        {"on_stop": "promote_shadow"},
        {"production": "Remove", "shadow": "Promote"},
        "demo-model-b",
    ),
    "remove_shadow": ({"on_stop": "remove_shadow"}, {"production": "Retain", "shadow": "Remove"}, "demo-model-a"),
}
ON_STOP = pytest.mark.parametrize(("given", "fate", "serving"), FATES.values(), ids=FATES)


@pytest.mark.parametrize("end", ["Completed", "Cancelled"])
@pytest.mark.parametrize("options", [named(), full()], ids=["nothing but the name", "the full task"])
@ON_STOP
def test_a_stop_decides_the_fate_of_the_variants(
    run: Run,
    emulator: Emulator,
    given: dict[str, str],
    fate: dict[str, str],
    serving: str,
    options: dict[str, Any],
    end: str,
) -> None:
    put(emulator, "Running")
    task = {**options, **given, "desired_state": end, "status_reason": "It was slow"}
    result = done(run(MODULE, task))
    raw = state(emulator)
    assert (raw["status"], raw["fate"], raw["serving"]) == (end, fate, serving)
    assert raw["stop"]["reason"] == "It was slow"
    assert result["inference_experiment"]["model_variants"] == variants()
    run_again(run, emulator, task)


def test_the_fate_does_not_hang_on_the_order_of_the_variants(run: Run, emulator: Emulator) -> None:
    put(emulator, "Created")
    done(run(MODULE, named(model_variants=[variants(2)[1], variants(2)[0]], desired_state="Running")))
    done(run(MODULE, named(desired_state="Completed", on_stop="promote_shadow")))
    assert state(emulator)["serving"] == "demo-model-b"


@ON_STOP
def test_deleting_a_running_one_stops_it_first(
    run: Run, emulator: Emulator, given: dict[str, str], fate: dict[str, str], serving: str
) -> None:
    put(emulator, "Running")
    seen: list[dict[str, Any]] = []
    emulator.on_call("DeleteResource", lambda: seen.append(state(emulator)))
    done(run(MODULE, named(state="absent", **given)))
    stopped = {"production": "Retain", "shadow": "Retain"} if seen[0]["fate"] is None else seen[0]["fate"]
    assert (stopped, seen[0]["serving"]) == (fate, serving)
    run_again(run, emulator, named(state="absent", **given))


@pytest.mark.parametrize(
    ("given", "ended", "reason"),
    [
        pytest.param({"status_reason": "Over"}, "Completed", "Over", id="a reason"),
        pytest.param({"desired_state": "Cancelled"}, "Cancelled", None, id="Cancelled"),
        pytest.param(
            {"desired_state": "Cancelled", "status_reason": "Bad"}, "Cancelled", "Bad", id="Cancelled with a reason"
        ),
        pytest.param({"on_stop": "remove_shadow", "status_reason": "x"}, "Completed", "x", id="a fate and a reason"),
    ],
)
def test_a_stop_before_the_deletion_says(
    run: Run, emulator: Emulator, given: dict[str, str], ended: str, reason: str | None
) -> None:
    put(emulator, "Running")
    seen: list[dict[str, Any]] = []
    emulator.on_call("DeleteResource", lambda: seen.append(state(emulator)))
    done(run(MODULE, named(state="absent", **given)))
    assert (seen[0]["status"], seen[0]["status_reason"]) == (ended, reason)


def test_a_reason_is_sent_with_a_stop_and_with_nothing_else(run: Run, emulator: Emulator) -> None:
    put(emulator, "Running")
    result = done(run(MODULE, named(desired_state="Completed", status_reason="Over", description="New")))
    assert [sorted(patch) for patch in patches(result)] == [["/Description"], ["/DesiredState", "/StatusReason"]]
    operations = result["operations"][1]["patch_document"]
    assert {operation["op"] for operation in operations} == {"add"}


def test_a_reason_is_never_compared(run: Run, emulator: Emulator) -> None:
    put(emulator, "Completed", StatusReason="The first")
    run_again(run, emulator, named(desired_state="Completed", status_reason="Another"))
    assert state(emulator)["status_reason"] == "The first"


def test_promotion_sends_the_shadow_alone_and_nothing_that_could_promote_another(run: Run, emulator: Emulator) -> None:
    put(emulator, "Running")
    done(run(MODULE, named(desired_state="Completed", on_stop="promote_shadow")))
    (request,) = sent(emulator, "UpdateResource")
    assert '"op": "test", "path": "/ModelVariants"' in request["PatchDocument"]
    assert "demo-model-a" in request["PatchDocument"].split('"op": "replace"')[0]
    assert "demo-model-a" not in request["PatchDocument"].split('"op": "replace"')[1]


STOPPING = {
    "desired_state": {"desired_state": "Completed"},
    "desired_state and on_stop": {"desired_state": "Cancelled", "on_stop": "promote_shadow"},
    "absent and on_stop": {"state": "absent", "on_stop": "promote_shadow"},
    "absent and status_reason": {"state": "absent", "status_reason": "Over"},
}
OTHER_SHADOWS = {
    'model_variants[shadow].model_name is "demo-model-b", not "other"': variant("shadow", "other"),
    'real_time_inference_config.instance_type is "ml.m5.xlarge", not "ml.c5.large"': variant(
        "shadow", "demo-model-b", instance_type="ml.c5.large"
    ),
    "real_time_inference_config.instance_count is 1, not 2": variant("shadow", "demo-model-b", count=2),
}


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
@pytest.mark.parametrize("stop", STOPPING.values(), ids=STOPPING)
@pytest.mark.parametrize(("words", "shadow"), OTHER_SHADOWS.items(), ids=["model", "instance type", "instance count"])
def test_stop_with_other_model_variants_is_rejected(
    run: Run, emulator: Emulator, words: str, shadow: dict[str, Any], stop: dict[str, str], check: bool
) -> None:
    put(emulator, "Running")
    task = named(model_variants=[variants()[0], shadow], **stop)
    refused(run(MODULE, task, check=check), emulator, words, "Omit model_variants or set the current value")


@pytest.mark.parametrize("stop", STOPPING.values(), ids=STOPPING)
def test_stop_sends_current_model_variants_only(run: Run, emulator: Emulator, stop: dict[str, str]) -> None:
    put(emulator, "Running")
    current = state(emulator)["properties"]["ModelVariants"]
    done(run(MODULE, named(model_variants=variants(), **stop)))
    (request,) = sent(emulator, "UpdateResource")
    operations = [o for o in json.loads(request["PatchDocument"]) if o["path"].startswith("/ModelVariants")]
    assert all(variant in current for operation in operations for variant in operation["value"])
    assert all(operation["path"] == "/ModelVariants" for operation in operations)


def test_delete_ignores_other_model_variants_if_it_stops_nothing_itself(run: Run, emulator: Emulator) -> None:
    put(emulator, "Running")
    done(run(MODULE, named(state="absent", model_variants=variants(2))))
    assert emulator.writes() == ["DeleteResource"]
