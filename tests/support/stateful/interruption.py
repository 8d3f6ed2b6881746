"""Kill tasks with several steps at each of their calls in turn, and check the result of the second run."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.emulator.controls import Controls
from tests.emulator.faults import Moment
from tests.support.module_runner import Result
from tests.support.stateful.invariants import (
    VARIANT_ACTIONS,
    assert_distinct_tokens,
    endpoint_reads,
    find,
    unmet,
)
from tests.support.stateful.setup import put_needed, with_times
from tests.support.stateful.transitions import NEEDED, ROLE, shadowing

NAME = "interrupted"
_WHOLE = {**NEEDED, "name": NAME, "description": "ours", "tags": {"team": "search"}}
_SCHEDULED = {"schedule": {"start_time": "+24h", "end_time": "+72h"}}

# By title: the status in which a task finds the experiment, and its options.
TASKS: dict[str, tuple[str, dict[str, Any]]] = {
    "scheduled create and start": ("absent", {**_WHOLE, **_SCHEDULED, "desired_state": "Running"}),
    "update and stop": (
        "Running",
        {"name": NAME, "description": "ours", "shadow_mode_config": shadowing(90), "desired_state": "Cancelled"},
    ),
    "stop with promotion": (
        "Running",
        {"name": NAME, "desired_state": "Completed", "on_stop": "promote_shadow", "status_reason": "it is better"},
    ),
    "recreate and start": (
        "Running",
        {**_WHOLE, **_SCHEDULED, "role_arn": f"{ROLE}others", "desired_state": "Running", "recreate": True},
    ),
    "promotion and delete": ("Running", {"name": NAME, "state": "absent", "on_stop": "promote_shadow"}),
    "update and start": (
        "Created",
        {"name": NAME, "description": "ours", "desired_state": "Running", "tags": {"a": "b"}, "purge_tags": False},
    ),
}

MOMENTS: Mapping[str, Moment] = {"applied call without response": "answer", "lost request": "arrival"}
MAX_CALLS = 60


@dataclass(frozen=True)
class Kill:
    """The moment at which a task is killed, and the number of the call."""

    moment: Moment
    position: int

    def arm(self, controls: Controls, kill: Callable[[], object]) -> None:
        """Let the emulator call kill at this moment."""
        hook = controls.on_answer if self.moment == "answer" else controls.on_call
        hook("*", kill, nth=self.position)


@dataclass(frozen=True)
class Harness:
    """Functions that run and kill tasks against an emulator."""

    controls: Controls
    run: Callable[[dict[str, Any], Kill | None], Result | None]
    """Runs a task, and kills it if there is a Kill. Returns None if the task was killed."""
    wait: Callable[[], object]
    """Waits until no operation is in progress and reads return the current state."""


@dataclass(frozen=True)
class _End:
    """The end of one or several runs of a task."""

    effects: list[tuple[str, tuple[str, ...]]]
    """The successful operations in order, each with its effects."""
    state: Mapping[str, Any] | None
    """The experiment without the times of its changes."""


def kill_at_each_call(harness: Harness, title: str, moment: str, positions: Iterable[int] | None = None) -> int:
    """Kill the task at its first call, run it again, then kill it at its second call, and so on.

    Returns the number of kills. With positions, kills only at the calls with these numbers.
    """
    complete = _run(harness, _put(harness, title))
    assert not complete.failed, complete.msg
    expected = _end(harness)
    assert expected.effects
    killed = 0
    for position in positions or itertools.count(1):
        assert killed < MAX_CALLS
        task = _put(harness, title)
        if harness.run(task, Kill(MOMENTS[moment], position)) is not None:
            break
        killed += 1
        _check_rerun(harness, task, expected, where=f"killed at call {position}")
    return killed


def _run(harness: Harness, task: dict[str, Any]) -> Result:
    result = harness.run(task, None)
    assert result is not None
    return result


def _put(harness: Harness, title: str) -> dict[str, Any]:
    """Create the experiment that the task finds, and nothing else. Returns the task."""
    status, task = TASKS[title]
    controls = harness.controls
    controls.reset()
    put_needed(controls, NAME, status)
    harness.wait()
    return with_times(task, controls.clock.now())


def _check_rerun(harness: Harness, task: dict[str, Any], expected: _End, *, where: str) -> None:
    controls = harness.controls
    again = _run(harness, task)
    assert not again.failed, f"{where}: {again.msg}"
    assert _end(harness) == expected, where
    assert unmet(task, find(controls, NAME)) == [], where
    assert_distinct_tokens(controls.operations())
    if task.get("desired_state") in ("Completed", "Cancelled"):
        assert controls.experiment(NAME)["fate"] == VARIANT_ACTIONS[task.get("on_stop", "retain")], where

    controls.clear_log()
    third = _run(harness, task)
    assert (third.failed, third.changed) == (False, False), where
    reads = ["DescribeInferenceExperiment"] if "schedule" in task else []
    reads += endpoint_reads(task, (find(controls, NAME) or {}).get("status"))
    assert controls.calls() == ["GetResource", *reads], where


def _end(harness: Harness) -> _End:
    """Return the end after all operations, and check that there is at most one experiment.

    Only one operation can fail: a create of an experiment that existed but was not yet readable.
    """
    harness.wait()
    controls = harness.controls
    names = [e["Name"] for e in controls.client("sagemaker").list_inference_experiments()["InferenceExperiments"]]
    assert names in ([], [NAME])
    accepted = controls.operations()
    assert {o.error for o in accepted if o.status != "SUCCESS"} <= {"AlreadyExists"}
    state = find(controls, NAME)
    times = ("created", "modified", "completed", "schedule")
    return _End(
        [(o.operation, o.effects) for o in accepted if o.status == "SUCCESS"],
        state and {name: value for name, value in state.items() if name not in times},
    )
