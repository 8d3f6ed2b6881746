# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of several steps that are killed at each of their calls in turn, and what running them again has to come to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.emulator.controls import Controls
from tests.emulator.faults import Moment
from tests.support.environment import REGION
from tests.support.module_runner import Result
from tests.support.stateful.invariants import FATES, find, unmet
from tests.support.stateful.transitions import NEEDED, ROLE, shadowing

NAME = "interrupted"
_WHOLE = {**NEEDED, "name": NAME, "description": "ours", "tags": {"team": "search"}}
_AHEAD = {"schedule": {"start_time": "+24h", "end_time": "+72h"}}

# What a task is to do, the status in which it finds the experiment, and what it gives.
ERRANDS: dict[str, tuple[str, dict[str, Any]]] = {
    "create what is scheduled, and start it": ("absent", {**_WHOLE, **_AHEAD, "desired_state": "Running"}),
    "update and stop": (
        "Running",
        {"name": NAME, "description": "ours", "shadow_mode_config": shadowing(90), "desired_state": "Cancelled"},
    ),
    "stop and promote the shadow": (
        "Running",
        {"name": NAME, "desired_state": "Completed", "on_stop": "promote_shadow", "status_reason": "it is better"},
    ),
    "recreate what runs, and start it": (
        "Running",
        {**_WHOLE, **_AHEAD, "role_arn": f"{ROLE}others", "desired_state": "Running", "recreate": True},
    ),
    "promote the shadow and delete": ("Running", {"name": NAME, "state": "absent", "on_stop": "promote_shadow"}),
    "update and start": (
        "Created",
        {"name": NAME, "description": "ours", "desired_state": "Running", "tags": {"a": "b"}, "purge_tags": False},
    ),
}

MOMENTS: Mapping[str, Moment] = {
    "a call is carried out and not answered yet": "answer",
    "a call is made and has not arrived": "arrival",
}
# A task that makes so many calls has lost its way.
MOST_CALLS = 60


@dataclass(frozen=True)
class Kill:
    """When to kill a task: at a moment of its call of that number."""

    moment: Moment
    position: int

    def order(self, controls: Controls, kill: Callable[[], object]) -> None:
        """Have C(kill) called then."""
        hook = controls.on_answer if self.moment == "answer" else controls.on_call
        hook("*", kill, nth=self.position)


@dataclass(frozen=True)
class Bed:
    """Where tasks are run and killed."""

    controls: Controls
    run: Callable[[dict[str, Any], Kill | None], Result | None]
    """Runs a task, and kills it if told to. None: it was killed."""
    wait: Callable[[], object]
    """Lets time pass until no operation is at work any more and everything can be read."""


@dataclass(frozen=True)
class End:
    """What has come of a task, in the emulator's own words, however many runs it took."""

    carried_out: list[tuple[str, tuple[str, ...]]]
    """The operations that were not in vain, and what each of them changed, in order."""
    state: Mapping[str, Any] | None
    """The experiment without the times at which things happened to it."""


def _put(bed: Bed, title: str) -> dict[str, Any]:
    """Make the experiment as the task finds it, and nothing else; return the task."""
    status, task = ERRANDS[title]
    controls = bed.controls
    controls.reset()
    if status != "absent":
        properties = {"Name": NAME, "EndpointName": NEEDED["endpoint_name"], "RoleArn": NEEDED["role_arn"]}
        controls.put_experiment(REGION, properties, status=status, tags={"team": "shop"})
        bed.wait()
    return {**task, **({"schedule": _times(task["schedule"], controls.clock.now())} if "schedule" in task else {})}


def check(bed: Bed, title: str, moment: str, positions: Iterable[int] | None = None) -> int:
    """Kill the task at its first call, at its second, and so on until it gets by; return how many that were.

    C(positions) are those of the calls to kill it at instead.
    """
    undisturbed = bed.run(_put(bed, title), None)
    assert undisturbed is not None
    assert not undisturbed.failed, undisturbed.msg
    wanted = _end(bed)
    assert wanted.carried_out
    killed = 0
    for position in positions or itertools.count(1):
        assert killed < MOST_CALLS, "it is killed again and again"
        task = _put(bed, title)
        if bed.run(task, Kill(MOMENTS[moment], position)) is not None:
            break
        killed += 1
        _check_rerun(bed, task, wanted, where=f"killed at call {position}")
    return killed


def _check_rerun(bed: Bed, task: dict[str, Any], wanted: End, *, where: str) -> None:
    controls = bed.controls
    again = bed.run(task, None)
    assert again is not None
    assert not again.failed, f"{where}: {again.msg}"
    end = _end(bed)
    assert unmet(task, find(controls, NAME)) == [], where
    assert end == wanted, where
    _check_tokens(controls, where)
    if task.get("desired_state") in ("Completed", "Cancelled"):
        assert controls.experiment(NAME)["fate"] == FATES[task.get("on_stop", "retain")], where

    controls.clear_log()
    third = bed.run(task, None)
    assert third is not None
    assert (third.failed, third.changed) == (False, False), where
    reads = ["DescribeInferenceExperiment"] if "schedule" in task else []
    assert controls.calls() == ["GetResource", *reads], where


def _end(bed: Bed) -> End:
    """What has come of it once all is over. Checks that there is one experiment at the most.

    The one operation that may have failed is a create of what was there and could not be read yet.
    """
    bed.wait()
    controls = bed.controls
    names = [e["Name"] for e in controls.client("sagemaker").list_inference_experiments()["InferenceExperiments"]]
    assert names in ([], [NAME])
    accepted = controls.operations()
    assert {o.error for o in accepted if o.status != "SUCCESS"} <= {"AlreadyExists"}
    state = find(controls, NAME)
    times = ("created", "modified", "completed", "schedule")
    return End(
        [(o.operation, o.effects) for o in accepted if o.status == "SUCCESS"],
        state and {name: value for name, value in state.items() if name not in times},
    )


def _check_tokens(controls: Controls, where: str) -> None:
    """Every operation that was accepted had a ClientToken of its own."""
    tokens = [o.client_token for o in controls.operations()]
    assert None not in tokens, where
    assert len(set(tokens)) == len(tokens), where


def _times(schedule: Mapping[str, str], now: datetime) -> dict[str, str]:
    return {end: (now + timedelta(hours=int(ahead.strip("+h")))).isoformat() for end, ahead in schedule.items()}
