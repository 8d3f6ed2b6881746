# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two and eight processes at work on one experiment at the same time, with the same task and with others.

Who comes first is left to the machine, and what is asserted holds whoever that is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION
from tests.support.module_runner import Result
from tests.support.processes import Processes
from tests.support.stateful.invariants import CONFLICTS, find, unmet
from tests.support.stateful.transitions import NEEDED, ROLE, shadowing, variant
from tests.support.thorough import THOROUGH

ROUNDS = 3 if THOROUGH else 1
# Seconds: as long as the least operation, so that processes meet in all of its phases.
OPERATION = 0.25

NAME = "shared"
WHOLE = {**NEEDED, "name": NAME, "description": "ours"}
Task = dict[str, Any]


@dataclass(frozen=True)
class Meeting:
    """What so many processes are to do at once to an experiment that they find so."""

    title: str
    found: str
    tasks: Callable[[int], list[Task]]
    agree: bool = False
    """They can all have what they declare, so none may fail."""
    most: tuple[tuple[str, int], ...] = ()
    """How often a change may take effect."""


def _one_and(first: Task, other: Task) -> Callable[[int], list[Task]]:
    return lambda number: [first] + [other] * (number - 1)


def _half_and(first: Task, other: Task) -> Callable[[int], list[Task]]:
    return lambda number: [first, other] * (number // 2)


def named(**options: Any) -> Task:
    return {"name": NAME, **options}


MEETINGS = (
    Meeting("all create it", "absent", lambda n: [WHOLE] * n, agree=True, most=(("create", 1),)),
    Meeting(
        "each adds a tag",
        "Running",
        lambda n: [named(tags={f"team-{number}": "here"}, purge_tags=False) for number in range(n)],
        agree=True,
    ),
    Meeting("all make the same update", "Created", lambda n: [named(description="ours")] * n, agree=True),
    Meeting(
        "each has a description of its own", "Running", lambda n: [named(description=f"words of {i}") for i in range(n)]
    ),
    Meeting("each has tags of its own", "Completed", lambda n: [named(tags={"team": str(i)}) for i in range(n)]),
    Meeting(
        "all create it, each in its own words",
        "absent",
        lambda n: [{**WHOLE, "description": f"words of {i}"} for i in range(n)],
        most=(("create", 1),),
    ),
    Meeting(
        "one deletes, the others update",
        "Created",
        _one_and(named(state="absent"), named(description="ours")),
        most=(("delete", 1), ("create", 0)),
    ),
    Meeting(
        "one stops and promotes, the others change the sampling",
        "Running",
        _one_and(named(desired_state="Completed", on_stop="promote_shadow"), named(shadow_mode_config=shadowing(90))),
        most=(("stop: production Remove, shadow Promote", 1), ("stop: production Retain, shadow Retain", 0)),
    ),
    Meeting(
        "one starts, the others change the variants",
        "Created",
        _one_and(
            named(desired_state="Running"), named(model_variants=[variant("production"), variant("shadow", count=2)])
        ),
        most=(("start", 1),),
    ),
    Meeting(
        "half recreate, half update",
        "Running",
        _half_and({**WHOLE, "role_arn": f"{ROLE}others", "recreate": True}, named(description="ours")),
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


@pytest.mark.parametrize("number", [2, 8] if THOROUGH else [2])
@pytest.mark.parametrize("meeting", MEETINGS if THOROUGH else MEETINGS[:2], ids=lambda meeting: meeting.title)
def test_all_end_well_or_say_who_is_in_the_way(
    meeting: Meeting, number: int, server: EmulatorServer, processes: Processes
) -> None:
    for turn in range(ROUNDS):
        tasks = _put(server, meeting, number)
        results = _at_once(processes, tasks, Random(turn))
        server.wait()
        for result in results:
            _check_told(result, meeting)
        _check_effects(server, meeting, results)
        _check_end(server, processes, meeting, tasks, results)


def _put(server: EmulatorServer, meeting: Meeting, number: int) -> list[Task]:
    server.reset()
    if meeting.found != "absent":
        properties = {"Name": NAME, "EndpointName": NEEDED["endpoint_name"], "RoleArn": NEEDED["role_arn"]}
        server.put_experiment(REGION, properties, status=meeting.found, tags={"made-by": "nobody"})
    return meeting.tasks(number)


def _at_once(processes: Processes, tasks: list[Task], chance: Random) -> list[Result]:
    """Let each begin within the time of one operation, in any order."""
    waiting = [(processes.start(), task, chance.uniform(0, OPERATION)) for task in tasks]
    begun = 0.0
    for process, task, moment in sorted(waiting, key=lambda entry: entry[2]):
        time.sleep(moment - begun)
        begun = moment
        process.create_module(task)
    results = [process.result() for process, _task, _moment in waiting]
    return [result for result in results if result is not None]


def _check_told(result: Result, meeting: Meeting) -> None:
    assert "exception" not in result
    if result.failed:
        assert not meeting.agree, result.msg
        code = result["error"]["code"]
        assert code in CONFLICTS, result.msg
        assert code == "Refused" or "nother caller has" in result.msg


def _check_effects(server: EmulatorServer, meeting: Meeting, results: list[Result]) -> None:
    accepted = server.operations()
    effects = [effect for operation in accepted for effect in operation.effects]
    for effect, times in meeting.most:
        assert effects.count(effect) <= times, effects
    there = meeting.found != "absent"
    assert there + effects.count("create") - effects.count("delete") == (find(server, NAME) is not None)
    told = sum(result.changed for result in results)
    assert 1 <= told <= sum(bool(operation.effects) or operation.status == "SUCCESS" for operation in accepted)


def _check_end(
    server: EmulatorServer, processes: Processes, meeting: Meeting, tasks: list[Task], results: list[Result]
) -> None:
    """The end is what somebody has declared; if they agree, what all have. Whoever has it so finds nothing to do."""
    assert len(results) == len(tasks)
    end = find(server, NAME)
    met = [task for task in tasks if not unmet(task, end)]
    assert met
    if meeting.agree:
        assert len(met) == len(tasks)
        assert end
        assert meeting.found == "absent" or end["tags"]["made-by"] == "nobody"
    for task in met:
        again = processes.run(task)
        assert (again.failed, again.changed, again["operations"]) == (False, False, []), again.msg
