# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stops: the variant actions that a task sends and returns, the reason, and a stop before a delete."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.stateful.invariants import act
from tests.support.tasks import CHECK, MODULE, NAME, failed, full, minimal, put_experiment, succeeded, variant, variants
from tests.unit.conftest import Run


# Read this test first.
def test_stop_with_promote_sends_shadow_variant_only(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Running")
    result = run(
        "inference_experiment", {"name": "checkout", "desired_state": "Completed", "on_stop": "promote_shadow"}
    )
    (request,) = (record.request for record in emulator.log if record.operation == "UpdateResource")
    test, replace, stop = json.loads(request["PatchDocument"])
    assert (test["op"], test["path"], len(test["value"])) == ("test", "/ModelVariants", 2)
    assert (replace["op"], replace["path"]) == ("replace", "/ModelVariants")
    assert [variant["VariantName"] for variant in replace["value"]] == ["shadow"]
    assert stop == {"op": "add", "path": "/DesiredState", "value": "Completed"}
    assert result["variant_actions"] == {"production": "Remove", "shadow": "Promote"}
    assert emulator.experiment("checkout", "us-east-1")["serving"] == "demo-model-b"


RETAINED = {"production": "Retain", "shadow": "Retain"}
ON_STOP: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    # the options, the variant actions, the model that the endpoint serves afterwards
    "omitted": ({}, RETAINED, "demo-model-a"),
    "retain": ({"on_stop": "retain"}, RETAINED, "demo-model-a"),
    "promote_shadow": ({"on_stop": "promote_shadow"}, {"production": "Remove", "shadow": "Promote"}, "demo-model-b"),
    "remove_shadow": ({"on_stop": "remove_shadow"}, {"production": "Retain", "shadow": "Remove"}, "demo-model-a"),
}
FOR_EACH_ON_STOP = pytest.mark.parametrize(("on_stop", "actions", "serving"), ON_STOP.values(), ids=ON_STOP)


@pytest.mark.parametrize("end", ["Completed", "Cancelled"])
@pytest.mark.parametrize("options", [minimal(), full()], ids=["name only", "all options"])
@FOR_EACH_ON_STOP
def test_stop_applies_variant_actions_and_reason(
    run: Run, emulator: Emulator, on_stop: Any, actions: Any, serving: str, options: dict[str, Any], end: str
) -> None:
    put_experiment(emulator, "Running")
    task = {**options, **on_stop, "desired_state": end, "status_reason": "It was slow"}
    result = succeeded(run(MODULE, task))
    stored = tasks.stored_experiment(emulator)
    assert (stored["status"], stored["fate"], stored["serving"]) == (end, actions, serving)
    assert stored["stop"]["reason"] == "It was slow"
    assert result["inference_experiment"]["model_variants"] == variants()
    tasks.rerun_unchanged(run, emulator, task)


@cases(
    *(
        (name, on_stop, ("Completed" if actions != RETAINED else "Running", None, serving))
        for name, (on_stop, actions, serving) in ON_STOP.items()
    ),
    ("reason", {"status_reason": "Over"}, ("Completed", "Over", "demo-model-a")),
    ("Cancelled", {"desired_state": "Cancelled"}, ("Cancelled", None, "demo-model-a")),
    (
        "Cancelled with reason",
        *({"desired_state": "Cancelled", "status_reason": "Bad"}, ("Cancelled", "Bad", "demo-model-a")),
    ),
    (
        "promote_shadow with reason",
        *({"on_stop": "promote_shadow", "status_reason": "x"}, ("Completed", "x", "demo-model-b")),
    ),
)
def test_delete_stops_first_if_task_sets_options_of_a_stop(
    options: dict[str, str], stopped: tuple[str, str | None, str], run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Running")
    found: list[dict[str, Any]] = []
    emulator.on_call("DeleteResource", lambda: found.append(tasks.stored_experiment(emulator)))
    succeeded(run(MODULE, minimal(state="absent", **options)))
    assert tuple(found[0].get(name) for name in ("status", "status_reason", "serving")) == stopped
    tasks.rerun_unchanged(run, emulator, minimal(state="absent", **options))


def test_reason_is_sent_with_the_stop_only(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    result = succeeded(run(MODULE, minimal(desired_state="Completed", status_reason="Over", description="New")))
    assert [sorted(patch) for patch in tasks.patches(result)] == [["/Description"], ["/DesiredState", "/StatusReason"]]
    assert {operation["op"] for operation in result["operations"][1]["patch_document"]} == {"add"}


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


@CHECK
@pytest.mark.parametrize("stop", STOPPING.values(), ids=STOPPING)
@pytest.mark.parametrize(("words", "shadow"), OTHER_SHADOWS.items(), ids=["model", "instance type", "instance count"])
def test_stop_with_other_model_variants_is_rejected(
    run: Run, emulator: Emulator, words: str, shadow: dict[str, Any], stop: dict[str, str], check: bool
) -> None:
    put_experiment(emulator, "Running")
    task = minimal(model_variants=[variants()[0], shadow], **stop)
    tasks.rejected(run(MODULE, task, check=check), emulator, words, "Omit model_variants or set the current value")


@pytest.mark.parametrize("stop", STOPPING.values(), ids=STOPPING)
def test_stop_sends_current_model_variants_only(run: Run, emulator: Emulator, stop: dict[str, str]) -> None:
    put_experiment(emulator, "Running")
    current = tasks.stored_experiment(emulator)["properties"]["ModelVariants"]
    succeeded(run(MODULE, minimal(model_variants=variants(), **stop)))
    (request,) = tasks.requests_of(emulator, "UpdateResource")
    operations = [o for o in json.loads(request["PatchDocument"]) if o["path"].startswith("/ModelVariants")]
    assert all(variant in current for operation in operations for variant in operation["value"])
    assert all(operation["path"] == "/ModelVariants" for operation in operations)


def test_delete_without_stop_ignores_other_model_variants(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    succeeded(run(MODULE, minimal(state="absent", model_variants=variants(2))))
    assert emulator.writes() == ["DeleteResource"]


STOPS: list[Any] = [
    # the options, the current status, the variant actions
    *(
        (f"{name}, {title}", {**on_stop, **options}, "Running", actions)
        for name, (on_stop, actions, _serving) in ON_STOP.items()
        for title, options in (
            ("Completed", {"desired_state": "Completed"}),
            ("Cancelled with an update first", {"desired_state": "Cancelled", "description": "New"}),
            ("absent", {"state": "absent"}),
        )
    ),
    ("recreate", full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True), "Running", RETAINED),
    ("absent after a transition", {"state": "absent"}, "Starting", RETAINED),
]


@pytest.mark.parametrize("wait", [True, False], ids=["wait", "no wait"])
@CHECK
@cases(*STOPS)
@pytest.mark.parametrize("reason", [{}, {"status_reason": "It was slow"}], ids=["no reason", "reason"])
def test_stop_returns_variant_actions_and_shows_them_in_diff(
    options: Any, status: str, actions: Any, run: Run, emulator: Emulator, reason: Any, check: bool, wait: bool
) -> None:
    put_experiment(emulator, status, time_left=5 if status == "Starting" else None)
    if "recreate" not in options:
        options = {**options, **reason}
    result = succeeded(run(MODULE, minimal(**options, wait=wait), check=check, diff=True))
    assert result["variant_actions"] == actions
    if result.changed:
        shown = {"variant_actions": actions, **({"status_reason": "It was slow"} if "status_reason" in options else {})}
        assert shown.items() <= result["diff"]["after"].items()
        assert not shown.keys() & result["diff"]["before"].keys()


@CHECK
@cases(
    ("create", None, full()),
    ("start", "Created", {"desired_state": "Running"}),
    ("update", "Running", {"description": "New"}),
    ("unchanged", "Running", {}),
    ("rejected", "Running", {"role_arn": tasks.OTHER_ROLE_ARN}),
    ("already ended", "Completed", {"desired_state": "Completed", "on_stop": "promote_shadow"}),
    *(
        (f"delete, {status}", status, {"state": "absent", "on_stop": "promote_shadow"})
        for status in ("Created", "Completed", "Cancelled", "Stopping")
    ),
    ("recreate, Created", "Created", full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True)),
)
def test_task_without_stop_returns_no_variant_actions(
    status: str | None, options: dict[str, Any], run: Run, emulator: Emulator, check: bool
) -> None:
    if status:
        put_experiment(emulator, status)
    result = run(MODULE, minimal(**options), check=check, diff=True)
    assert "variant_actions" not in result
    assert "variant_actions" not in {**result["diff"]["before"], **result["diff"]["after"]}


@cases(
    ("rejected call", {"kind": "error", "code": "AccessDeniedException", "times": 9}, False),
    ("failed operation", {"kind": "failed", "code": "GeneralServiceException"}, False),
    ("retried operation", {"kind": "failed", "code": "Throttling"}, True),
    ("handler stopped waiting", {"kind": "failed", "code": "NotStabilized", "applied": True}, True),
    ("no response", {"kind": "lost_response", "times": 99}, False),
)
def test_failed_stop_returns_variant_actions_only_if_experiment_is_stopped(
    fault: dict[str, Any], returned: bool, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("UpdateResource", **fault)
    result = run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow", wait_timeout=120))
    assert ("variant_actions" in result) is returned


def test_stop_that_outlasts_wait_timeout_returns_variant_actions(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.settings.update({"transition_seconds": 300.0, "operation_seconds": 300.0})
    result = run(MODULE, minimal(desired_state="Completed", on_stop="remove_shadow", wait_timeout=60))
    failed(result, "TimedOut")
    assert tasks.statuses(result) == ["IN_PROGRESS"]
    assert result["variant_actions"] == {"production": "Retain", "shadow": "Remove"}


def test_stop_by_another_caller_returns_no_variant_actions(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.on_call("UpdateResource", lambda: act(emulator, "stop", NAME))
    result = run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow"))
    failed(result, "Refused")
    assert "variant_actions" not in result


def test_stop_that_is_not_applied_returns_no_variant_actions(run: Run, emulator: Emulator) -> None:
    emulator.settings.ignore_properties = frozenset({"DesiredState"})
    put_experiment(emulator, "Running")
    result = run(MODULE, minimal(desired_state="Completed", on_stop="promote_shadow"))
    failed(result, "NotApplied")
    assert "variant_actions" not in result
