"""Tasks of several steps, with a change by another caller before each of their calls."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.stateful.invariants import CONFLICTS, act, assert_complete, find, run, unmet
from tests.support.stateful.setup import put_needed
from tests.support.stateful.transitions import NEEDED, ROLE, shadowing
from tests.support.thorough import some

NAME = "shared"
WHOLE = {**NEEDED, "name": NAME, "description": "ours"}

# By title: the status in which a task finds the experiment, and its options.
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "create and start": ("absent", {**WHOLE, "desired_state": "Running"}),
    "update and start": ("Created", {"name": NAME, "description": "ours", "desired_state": "Running"}),
    "update and stop": (
        "Running",
        {"name": NAME, "shadow_mode_config": shadowing(90), "desired_state": "Completed", "on_stop": "promote_shadow"},
    ),
    "promotion and delete": ("Running", {"name": NAME, "state": "absent", "on_stop": "promote_shadow"}),
    "recreate": ("Running", {**WHOLE, "role_arn": f"{ROLE}others", "recreate": True}),
    "additional tag": ("Running", {"name": NAME, "tags": {"ours": "too"}, "purge_tags": False}),
    "wait and update": ("Starting", {"name": NAME, "description": "ours"}),
}
ACTIONS = ("update", "start", "stop", "delete", "create", "tag")
MAX_CALLS = 20


@pytest.mark.sampled
@pytest.mark.parametrize(("title", "action"), some(list(itertools.product(TASKS, ACTIONS)), each=5))
def test_task_succeeds_or_reports_conflict_after_change_by_other_caller(
    title: str, action: str, emulator: Emulator
) -> None:
    status, task = TASKS[title]
    for position in range(1, MAX_CALLS):
        _put(emulator, status)
        if not _run_with_change(emulator, task, action, position):
            break  # the task has fewer calls
    else:
        pytest.fail(f"The task has at least {MAX_CALLS} calls.")


def _put(emulator: Emulator, status: str) -> None:
    act(emulator, "delete", NAME)
    emulator.clock.advance(10)
    if find(emulator, NAME):
        emulator.put_experiment(REGION, {"Name": NAME}, status="Completed")
        act(emulator, "delete", NAME)
    put_needed(emulator, NAME, status)
    assert bool(find(emulator, NAME)) == (status != "absent")


def _run_with_change(emulator: Emulator, task: dict[str, Any], action: str, position: int) -> bool:
    """Run a task, with an action of another caller before this call. Return whether the task made the call."""
    actions = []
    verifying: list[str] = []

    def interfere() -> None:
        actions.append(action)
        act(emulator, action, NAME)

    emulator.on_call("DescribeEndpoint", lambda: verifying.extend([] if actions else ["after the last read"]))
    emulator.on_call("*", interfere, nth=position)
    done = run(emulator, task)
    emulator.clear_faults()
    where = f"{action} before call {position}"
    assert_complete(done)
    if done.failed:
        assert done["error"]["code"] in CONFLICTS, f"{where}: {done.msg}"
    elif not verifying or not actions:  # the task reads the experiment before the endpoint
        assert unmet(task, find(emulator, NAME)) == [], where
        again = run(emulator, task)
        assert (again.failed, again.changed) == (False, False), where
    return bool(actions)
