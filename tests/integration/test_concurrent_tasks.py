"""Two and eight processes that run tasks on one experiment at the same time.

The order of the calls varies. The assertions hold for each order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.module_runner import Result
from tests.support.processes import Processes
from tests.support.stateful.invariants import CONFLICTS, find, unmet
from tests.support.stateful.setup import put_needed
from tests.support.stateful.transitions import NEEDED, ROLE, shadowing
from tests.support.thorough import THOROUGH

ROUNDS = 3 if THOROUGH else 1
# Seconds: all processes start within the duration of one operation, so that their calls meet in all of its phases.
OPERATION = 0.25

NAME = "shared"
WHOLE = {**NEEDED, "name": NAME, "description": "ours"}
Task = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """The concurrent tasks of a number of processes, and the status of the experiment at their start."""

    title: str
    found: str
    tasks: Callable[[int], list[Task]]
    agree: bool = False
    """The declarations do not conflict, so no task may fail."""
    most: tuple[tuple[str, int], ...] = ()
    """The maximum number of times that an effect may occur."""


def named(**options: Any) -> Task:
    return {"name": NAME, **options}


STOP = named(desired_state="Completed", on_stop="promote_shadow")
RECREATE = {**WHOLE, "role_arn": f"{ROLE}others", "recreate": True}
# Unit tests have more combinations, with another caller at each call of a task.
GROUPS = (
    Group("same create", "absent", lambda n: [WHOLE] * n, agree=True, most=(("create", 1),)),
    Group(
        "different additional tags",
        "Running",
        lambda n: [named(tags={f"team-{number}": "here"}, purge_tags=False) for number in range(n)],
        agree=True,
    ),
    Group(
        "one stop with promotion, other updates",
        "Running",
        lambda n: [STOP] + [named(shadow_mode_config=shadowing(90))] * (n - 1),
        most=(("stop: production Remove, shadow Promote", 1), ("stop: production Retain, shadow Retain", 0)),
    ),
    Group(
        "half recreates, half updates",
        "Running",
        lambda n: [RECREATE, named(description="ours")] * (n // 2),
    ),
)


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(operation_seconds=OPERATION, transition_seconds=0.1, check_references=False) as server:
        yield server


@pytest.fixture(scope="module")
def processes(server: EmulatorServer) -> Iterator[Processes]:
    with Processes(server.endpoint_url) as processes:
        yield processes


@pytest.mark.sampled
@pytest.mark.parametrize("number", [2, 8] if THOROUGH else [2])
@pytest.mark.parametrize("group", GROUPS if THOROUGH else GROUPS[:2], ids=lambda group: group.title)
def test_concurrent_tasks_succeed_or_report_conflict(
    group: Group, number: int, server: EmulatorServer, processes: Processes
) -> None:
    for turn in range(ROUNDS):
        tasks = _put(server, group, number)
        results = _at_once(processes, tasks, Random(turn))
        server.wait()
        for result in results:
            _check_result(result, group)
        _check_effects(server, group, results)
        _check_end(server, processes, group, tasks, results)


def _put(server: EmulatorServer, group: Group, number: int) -> list[Task]:
    server.reset()
    put_needed(server, NAME, group.found)
    return group.tasks(number)


def _at_once(processes: Processes, tasks: list[Task], random: Random) -> list[Result]:
    """Start the tasks within the duration of one operation, in random order."""
    waiting = [(processes.start(), task, random.uniform(0, OPERATION)) for task in tasks]
    elapsed = 0.0
    for process, task, moment in sorted(waiting, key=lambda entry: entry[2]):
        time.sleep(moment - elapsed)
        elapsed = moment
        process.send_arguments(task)
    results = [process.result() for process, _task, _moment in waiting]
    return [result for result in results if result is not None]


def _check_result(result: Result, group: Group) -> None:
    assert "exception" not in result
    if result.failed:
        assert not group.agree, result.msg
        code = result["error"]["code"]
        assert code in CONFLICTS, result.msg
        assert code == "Refused" or "nother caller has" in result.msg


def _check_effects(server: EmulatorServer, group: Group, results: list[Result]) -> None:
    accepted = server.operations()
    effects = [effect for operation in accepted for effect in operation.effects]
    for effect, times in group.most:
        assert effects.count(effect) <= times, effects
    existed = group.found != "absent"
    assert existed + effects.count("create") - effects.count("delete") == (find(server, NAME) is not None)
    changed = sum(result.changed for result in results)
    # A task whose create fails with AlreadyExists cannot know which operation created the experiment.
    counted = [o for o in accepted if o.effects or o.status == "SUCCESS" or o.error == "AlreadyExists"]
    assert 1 <= changed <= len(counted)


def _check_end(
    server: EmulatorServer, processes: Processes, group: Group, tasks: list[Task], results: list[Result]
) -> None:
    """Check that the experiment is as a task declares, or as all tasks declare if the group agrees."""
    assert len(results) == len(tasks)
    end = find(server, NAME)
    met = [task for task in tasks if not unmet(task, end)]
    assert met
    if group.agree:
        assert len(met) == len(tasks)
        assert end
        assert group.found == "absent" or end["tags"]["team"] == "shop"
    for task in met:
        again = processes.run(task)
        assert (again.failed, again.changed, again["operations"]) == (False, False, []), again.msg
