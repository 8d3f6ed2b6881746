# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else at work: tasks of several steps, with something done to the experiment before each of their calls."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.stateful.invariants import CONFLICTS, act, assert_told, find, run, unmet
from tests.support.stateful.transitions import NEEDED, ROLE, shadowing

NAME = "shared"
WHOLE = {**NEEDED, "name": NAME, "description": "ours"}

# What a task is to do, the status in which it finds the experiment, and what it gives.
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "creating and starting": ("absent", {**WHOLE, "desired_state": "Running"}),
    "changing and starting": ("Created", {"name": NAME, "description": "ours", "desired_state": "Running"}),
    "changing and stopping": (
        "Running",
        {"name": NAME, "shadow_mode_config": shadowing(90), "desired_state": "Completed", "on_stop": "promote_shadow"},
    ),
    "promoting and deleting": ("Running", {"name": NAME, "state": "absent", "on_stop": "promote_shadow"}),
    "recreate_in_progress": ("Running", {**WHOLE, "role_arn": f"{ROLE}others", "recreate": True}),
    "adding a tag": ("Running", {"name": NAME, "tags": {"ours": "too"}, "purge_tags": False}),
    "waiting and changing": ("Starting", {"name": NAME, "description": "ours"}),
}
ACTS = ("update", "start", "stop", "delete", "create", "tag")
MOST_CALLS = 20


@pytest.mark.parametrize("what", ACTS)
@pytest.mark.parametrize("title", TASKS)
def test_each_end_is_true_whatever_others_do_in_between(title: str, what: str, emulator: Emulator) -> None:
    status, task = TASKS[title]
    for position in range(1, MOST_CALLS):
        _put(emulator, status)
        if not _run_with_interference(emulator, task, what, position):
            break  # the task has fewer calls than that
    else:
        pytest.fail(f"{MOST_CALLS} calls and more for one task")


# Once an update has been accepted, the handler brings the tags to exactly what the patch said: no caller can help that.
@pytest.mark.parametrize("position", [1, 2], ids=["before the read", "between the read and the update"])
def test_a_tag_that_others_add_meanwhile_is_not_lost(position: int, emulator: Emulator) -> None:
    status, task = TASKS["adding a tag"]
    _put(emulator, status)
    _run_with_interference(emulator, task, "tag", position)
    found = find(emulator, NAME)
    assert found
    assert found["tags"] == {"team": "shop", "ours": "too", "theirs": "kept"}


@pytest.mark.parametrize("early", [False, True], ids=["named by Cloud Control", "too young to be named"])
def test_another_operation_is_waited_for_and_the_task_planned_anew(early: bool, emulator: Emulator) -> None:
    _put(emulator, "Running")
    emulator.settings.update({"operation_seconds": 4.0, "identifier_delay_seconds": 3.0 if early else 0.0})
    try:
        patch = '[{"op": "add", "path": "/Description", "value": "theirs"}]'
        client = emulator.client("cloudcontrol")
        client.update_resource(TypeName="AWS::SageMaker::InferenceExperiment", Identifier=NAME, PatchDocument=patch)
        done = run(emulator, {"name": NAME, "description": "ours"})
    finally:
        emulator.settings.update({"operation_seconds": 0.5, "identifier_delay_seconds": 0.0})
    assert not done.failed, done.msg
    assert [o["operation_status"] for o in done["operations"]] == ["SUCCESS"]
    assert unmet({"description": "ours"}, find(emulator, NAME)) == []


def _put(emulator: Emulator, status: str) -> None:
    act(emulator, "delete", NAME)
    emulator.clock.advance(10)
    if find(emulator, NAME):
        emulator.put_experiment(REGION, {"Name": NAME}, status="Completed")
        act(emulator, "delete", NAME)
    if status != "absent":
        properties = {"Name": NAME, "EndpointName": NEEDED["endpoint_name"], "RoleArn": NEEDED["role_arn"]}
        emulator.put_experiment(REGION, properties, status=status, tags={"team": "shop"})
    assert bool(find(emulator, NAME)) == (status != "absent")


def _run_with_interference(emulator: Emulator, task: dict[str, Any], what: str, position: int) -> bool:
    """Run a task, with somebody else executor before its call of that number; return whether it came to that call."""
    came_in = []

    def come_in() -> None:
        came_in.append(what)
        act(emulator, what, NAME)

    emulator.on_call("*", come_in, nth=position)
    done = run(emulator, task)
    emulator.clear_faults()
    where = f"{what} before call {position}"
    assert "exception" not in done, where
    assert_told(done)
    if done.failed:
        assert done["error"]["code"] in CONFLICTS, f"{where}: {done.msg}"
    else:
        assert unmet(task, find(emulator, NAME)) == [], where
        again = run(emulator, task)
        assert (again.failed, again.changed) == (False, False), where
    return bool(came_in)
