"""Stops: the variant actions that a task sends, returns and shows in diff mode."""

from __future__ import annotations

import json
from typing import Any

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
