"""Tasks that end at each of their calls, in process. The integration tests kill processes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.module_runner import Result
from tests.support.stateful.interruption import MOMENTS, TASKS, Harness, Kill, kill_at_each_call
from tests.support.stateful.invariants import run
from tests.support.thorough import THOROUGH, some

SERVICES = {
    "late operations and reads": {
        "pending_seconds": 4.0,
        "operation_seconds": 9.0,
        "retry_after_seconds": 4.0,
        "identifier_delay_seconds": 3.0,
        "read_delay_seconds": 12.0,
    },
    "short operations": {"operation_seconds": 0.1, "transition_seconds": 0.05},
    "operations longer than transitions": {
        "operation_seconds": 9.0,
        "transition_seconds": 1.0,
        "retry_after_seconds": 4.0,
    },
    "transitions longer than operations": {"operation_seconds": 0.1, "transition_seconds": 5.0},
}
# Seconds until the second run.
DELAYS = {"immediate second run": 0, "second run after a minute": 60}
# The first entry of each table, or all.
SHARE = None if THOROUGH else 1


class Killed(BaseException):
    """Ends a task as SIGKILL does: the modules do not catch it."""


# Takes seconds: each task ends and runs again at each of up to fifteen calls.
@pytest.mark.sampled
@pytest.mark.parametrize(
    "emulator_of_module", list(SERVICES.values())[:SHARE], ids=list(SERVICES)[:SHARE], indirect=True
)
@pytest.mark.parametrize("delay", list(DELAYS)[:SHARE])
@pytest.mark.parametrize("moment", list(MOMENTS)[:SHARE])
@pytest.mark.parametrize("title", some(list(TASKS), each=2))
def test_second_run_completes_task_killed_at_any_call(title: str, moment: str, delay: str, emulator: Emulator) -> None:
    def kill_task() -> None:
        raise Killed

    def attempt(task: dict[str, Any], kill: Kill | None) -> Result | None:
        emulator.clear_faults()
        if kill:
            kill.arm(emulator, kill_task)
        try:
            return run(emulator, task)
        except Killed:
            emulator.clock.advance(DELAYS[delay])
            return None

    harness = Harness(emulator, attempt, wait=lambda: emulator.clock.advance(60))
    assert kill_at_each_call(harness, title, moment) >= 4
