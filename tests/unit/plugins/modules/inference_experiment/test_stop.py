# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops: the fate of the variants by on_stop, the reason, and the same on the way to a deletion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.stateful.invariants import act
from tests.support.tasks import (
    MODULE,
    NAME,
    OTHER_ROLE_ARN,
    full,
    minimal,
    patches,
    put_experiment,
    rejected,
    requests_of,
    rerun_unchanged,
    statuses,
    stored_experiment,
    succeeded,
    variant,
    variants,
)
from tests.unit.conftest import Run

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
@pytest.mark.parametrize("options", [minimal(), full()], ids=["nothing but the name", "the full task"])
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
    put_experiment(emulator, "Running")
    task = {**options, **given, "desired_state": end, "status_reason": "It was slow"}
    result = succeeded(run(MODULE, task))
    raw = stored_experiment(emulator)
    assert (raw["status"], raw["fate"], raw["serving"]) == (end, fate, serving)
    assert raw["stop"]["reason"] == "It was slow"
    assert result["inference_experiment"]["model_variants"] == variants()
    rerun_unchanged(run, emulator, task)


def test_the_fate_does_not_hang_on_the_order_of_the_variants(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    succeeded(run(MODULE, minimal(model_variants=[variants(2)[1], variants(2)[0]], desired_state="Running")))
    succeeded(run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow")))
    assert stored_experiment(emulator)["serving"] == "demo-model-b"


@ON_STOP
def test_deleting_a_running_one_stops_it_first(
    run: Run, emulator: Emulator, given: dict[str, str], fate: dict[str, str], serving: str
) -> None:
    put_experiment(emulator, "Running")
    seen: list[dict[str, Any]] = []
    emulator.on_call("DeleteResource", lambda: seen.append(stored_experiment(emulator)))
    succeeded(run(MODULE, minimal(state="absent", **given)))
    stopped = {"production": "Retain", "shadow": "Retain"} if seen[0]["fate"] is None else seen[0]["fate"]
    assert (stopped, seen[0]["serving"]) == (fate, serving)
    rerun_unchanged(run, emulator, minimal(state="absent", **given))


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
    put_experiment(emulator, "Running")
    seen: list[dict[str, Any]] = []
    emulator.on_call("DeleteResource", lambda: seen.append(stored_experiment(emulator)))
    succeeded(run(MODULE, minimal(state="absent", **given)))
    assert (seen[0]["status"], seen[0]["status_reason"]) == (ended, reason)


def test_a_reason_is_sent_with_a_stop_and_with_nothing_else(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    result = succeeded(run(MODULE, minimal(desired_state="Completed", status_reason="Over", description="New")))
    assert [sorted(patch) for patch in patches(result)] == [["/Description"], ["/DesiredState", "/StatusReason"]]
    operations = result["operations"][1]["patch_document"]
    assert {operation["op"] for operation in operations} == {"add"}


def test_a_reason_is_never_compared(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed", StatusReason="The first")
    rerun_unchanged(run, emulator, minimal(desired_state="Completed", status_reason="Another"))
    assert stored_experiment(emulator)["status_reason"] == "The first"


def test_promotion_sends_the_shadow_alone_and_nothing_that_could_promote_another(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    succeeded(run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow")))
    (request,) = requests_of(emulator, "UpdateResource")
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
    put_experiment(emulator, "Running")
    task = minimal(model_variants=[variants()[0], shadow], **stop)
    rejected(run(MODULE, task, check=check), emulator, words, "Omit model_variants or set the current value")


@pytest.mark.parametrize("stop", STOPPING.values(), ids=STOPPING)
def test_stop_sends_current_model_variants_only(run: Run, emulator: Emulator, stop: dict[str, str]) -> None:
    put_experiment(emulator, "Running")
    current = stored_experiment(emulator)["properties"]["ModelVariants"]
    succeeded(run(MODULE, minimal(model_variants=variants(), **stop)))
    (request,) = requests_of(emulator, "UpdateResource")
    operations = [o for o in json.loads(request["PatchDocument"]) if o["path"].startswith("/ModelVariants")]
    assert all(variant in current for operation in operations for variant in operation["value"])
    assert all(operation["path"] == "/ModelVariants" for operation in operations)


def test_delete_ignores_other_model_variants_if_it_stops_nothing_itself(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    succeeded(run(MODULE, minimal(state="absent", model_variants=variants(2))))
    assert emulator.writes() == ["DeleteResource"]


# --- variant_actions ---

RETAINED = {"production": "Retain", "shadow": "Retain"}
STOPS: list[Any] = [
    # the task, the status found, the variant actions
    *(
        pytest.param({**given, **how}, "Running", fate, id=f"{name}, {title}")
        for name, (given, fate, _serving) in FATES.items()
        for title, how in (
            ("Completed", {"desired_state": "Completed"}),
            ("Cancelled with an update first", {"desired_state": "Cancelled", "description": "New"}),
            ("absent", {"state": "absent"}),
        )
    ),
    pytest.param(full(role_arn=OTHER_ROLE_ARN, recreate=True), "Running", RETAINED, id="recreate"),
    pytest.param({"state": "absent"}, "Starting", RETAINED, id="absent after a transition"),
]
REASONS = pytest.mark.parametrize("reason", [{}, {"status_reason": "It was slow"}], ids=["", "with a reason"])


@pytest.mark.parametrize("how", [{}, {"wait": False}], ids=["", "without wait"])
@pytest.mark.parametrize("check", [False, True], ids=["real run", "check mode"])
@pytest.mark.parametrize(("options", "found", "actions"), STOPS)
@REASONS
def test_stop_returns_variant_actions_and_shows_them_in_diff(
    run: Run,
    emulator: Emulator,
    options: dict[str, Any],
    found: str,
    actions: dict[str, str],
    reason: dict[str, str],
    check: bool,
    how: dict[str, bool],
) -> None:
    put_experiment(emulator, found, time_left=5 if found == "Starting" else None)
    if "recreate" not in options:
        options = {**options, **reason}
    result = succeeded(run(MODULE, {**minimal(**options), **how}, check=check, diff=True))
    assert result["variant_actions"] == actions
    if result.changed:
        shown = {"variant_actions": actions, **({"status_reason": "It was slow"} if "status_reason" in options else {})}
        assert shown.items() <= result["diff"]["after"].items()
        assert not shown.keys() & result["diff"]["before"].keys()
    if not check and not how and "state" not in options and "recreate" not in options:
        assert stored_experiment(emulator)["fate"] == actions


@pytest.mark.parametrize("check", [False, True], ids=["real run", "check mode"])
@pytest.mark.parametrize(
    ("found", "options"),
    [
        pytest.param(None, full(), id="create"),
        pytest.param("Created", {"desired_state": "Running"}, id="start"),
        pytest.param("Running", {"description": "New"}, id="update"),
        pytest.param("Running", {}, id="unchanged"),
        pytest.param("Running", {"role_arn": OTHER_ROLE_ARN}, id="rejected"),
        pytest.param("Completed", {"desired_state": "Completed", "on_stop": "promote_shadow"}, id="ended already"),
        *(
            pytest.param(status, {"state": "absent", "on_stop": "promote_shadow"}, id=f"delete, {status}")
            for status in ("Created", "Completed", "Cancelled", "Stopping")
        ),
        pytest.param("Created", full(role_arn=OTHER_ROLE_ARN, recreate=True), id="recreate, Created"),
    ],
)
def test_task_that_stops_nothing_returns_no_variant_actions(
    run: Run, emulator: Emulator, found: str | None, options: dict[str, Any], check: bool
) -> None:
    if found:
        put_experiment(emulator, found)
    result = run(MODULE, minimal(**options), check=check, diff=True)
    assert "variant_actions" not in result
    assert "variant_actions" not in {**result["diff"]["before"], **result["diff"]["after"]}


@pytest.mark.parametrize(
    ("fault", "returned"),
    [
        pytest.param({"kind": "error", "code": "AccessDeniedException", "times": 9}, False, id="rejected call"),
        pytest.param({"kind": "failed", "code": "GeneralServiceException"}, False, id="failed operation"),
        pytest.param({"kind": "failed", "code": "Throttling"}, True, id="submitted again"),
        pytest.param({"kind": "failed", "code": "NotStabilized", "applied": True}, True, id="handler stopped waiting"),
        pytest.param({"kind": "lost_response", "times": 99}, False, id="no response"),
    ],
)
def test_failed_stop_returns_variant_actions_only_if_experiment_is_known_to_be_stopped(
    run: Run, emulator: Emulator, fault: dict[str, Any], returned: bool
) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("UpdateResource", **fault)
    result = run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow", wait_timeout=120))
    assert ("variant_actions" in result) is returned


def test_stop_that_outlasts_wait_timeout_returns_variant_actions(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.settings.update({"transition_seconds": 300.0, "operation_seconds": 300.0})
    result = run(MODULE, minimal(desired_state="Completed", on_stop="remove_shadow", wait_timeout=60))
    assert (result["error"]["code"], statuses(result)) == ("TimedOut", ["IN_PROGRESS"])
    assert result["variant_actions"] == {"production": "Retain", "shadow": "Remove"}


def test_stop_by_another_caller_in_between_returns_no_variant_actions(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.on_call("UpdateResource", lambda: act(emulator, "stop", NAME))
    result = run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow"))
    assert (result["error"]["code"], "variant_actions" in result) == ("Refused", False)


def test_stop_that_is_not_applied_returns_no_variant_actions(run: Run, emulator: Emulator) -> None:
    emulator.settings.ignore_properties = frozenset({"DesiredState"})
    put_experiment(emulator, "Running")
    result = run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow"))
    assert (result["error"]["code"], "variant_actions" in result) == ("NotApplied", False)
