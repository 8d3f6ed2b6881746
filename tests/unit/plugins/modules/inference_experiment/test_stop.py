"""Stops: the variant actions that a task sends, returns and shows in diff mode."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.tasks import MODULE, failed, full, minimal, put_experiment, succeeded
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


RETAINED, PROMOTED = {"production": "Retain", "shadow": "Retain"}, {"production": "Remove", "shadow": "Promote"}


PROMOTE = {"on_stop": "promote_shadow"}


@tasks.CHECK
@cases(
    ("update first", {**PROMOTE, "desired_state": "Completed", "description": "New"}, "Running", PROMOTED),
    ("absent", {**PROMOTE, "state": "absent", "status_reason": "Slow"}, "Running", PROMOTED),
    ("recreate", full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True), "Running", RETAINED),
    ("absent after a transition", {"state": "absent"}, "Starting", RETAINED),
)
def test_stop_returns_variant_actions_and_shows_them_in_diff(
    options: Any, status: str, actions: Any, run: Run, emulator: Emulator, check: bool
) -> None:
    put_experiment(emulator, status, time_left=5 if status == "Starting" else None)
    result = succeeded(run(MODULE, minimal(**options), check=check, diff=True))
    shown = {"variant_actions": actions, **({"status_reason": "Slow"} if "status_reason" in options else {})}
    assert result["variant_actions"] == actions
    assert shown.items() <= result["diff"]["after"].items()
    assert not shown.keys() & result["diff"]["before"].keys()


def test_stop_that_outlasts_wait_timeout_returns_variant_actions(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.settings.update({"transition_seconds": 300.0, "operation_seconds": 300.0})
    result = run(MODULE, minimal(desired_state="Completed", on_stop="remove_shadow", wait_timeout=60))
    failed(result, "TimedOut")
    assert tasks.statuses(result) == ["IN_PROGRESS"]
    assert result["variant_actions"] == {"production": "Retain", "shadow": "Remove"}


ON_STOP: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    # the options, the variant actions, the model that the endpoint serves afterwards
    "omitted": ({}, RETAINED, "demo-model-a"),
    "retain": ({"on_stop": "retain"}, RETAINED, "demo-model-a"),
    "promote_shadow": ({"on_stop": "promote_shadow"}, PROMOTED, "demo-model-b"),
    "remove_shadow": ({"on_stop": "remove_shadow"}, {"production": "Retain", "shadow": "Remove"}, "demo-model-a"),
}
FOR_EACH_ON_STOP = pytest.mark.parametrize(("on_stop", "actions", "serving"), ON_STOP.values(), ids=ON_STOP)


@pytest.mark.parametrize("end", ["Completed", "Cancelled"])
@FOR_EACH_ON_STOP
def test_stop_applies_variant_actions_and_reason(
    run: Run, emulator: Emulator, on_stop: Any, actions: Any, serving: str, end: str
) -> None:
    put_experiment(emulator, "Running")
    task = full(**on_stop, desired_state=end, status_reason="It was slow")
    result = succeeded(run(MODULE, task))
    stored = tasks.stored_experiment(emulator)
    assert (stored["status"], stored["fate"], stored["serving"]) == (end, actions, serving)
    assert stored["stop"]["reason"] == "It was slow"
    assert result["inference_experiment"]["model_variants"] == tasks.variants()
    tasks.rerun_unchanged(run, emulator, task)


@cases(
    ("no stop", {}, ("Running", None, "demo-model-a")),
    ("promote", {"on_stop": "promote_shadow", "status_reason": "x"}, ("Completed", "x", "demo-model-b")),
    ("cancel", {"desired_state": "Cancelled"}, ("Cancelled", None, "demo-model-a")),
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


@cases(
    ("failed operation", {"kind": "failed", "code": "GeneralServiceException"}, False),
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
