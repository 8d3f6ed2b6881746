# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that end at each of their calls without a word, in process; the integration tests kill processes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.module_runner import Result
from tests.support.stateful.interruption import ERRANDS, MOMENTS, Bed, Kill, check
from tests.support.stateful.invariants import run
from tests.support.thorough import THOROUGH

SERVICES = {
    "operations that begin and show late": {
        "pending_seconds": 4.0,
        "operation_seconds": 9.0,
        "retry_after_seconds": 4.0,
        "identifier_delay_seconds": 3.0,
        "read_delay_seconds": 12.0,
    },
    "a quick service": {"operation_seconds": 0.1, "transition_seconds": 0.05},
    "operations that outlast their effect": {
        "operation_seconds": 9.0,
        "transition_seconds": 1.0,
        "retry_after_seconds": 4.0,
    },
    "effects that outlast their operation": {"operation_seconds": 0.1, "transition_seconds": 5.0},
}
SECONDS_LATER = {"run again at once": 0, "run again after a minute": 60}
# The first of each of the three tables, or all.
SHARE = None if THOROUGH else 1


class Killed(BaseException):
    """Nothing but the harness catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize(
    "emulator_of_module", list(SERVICES.values())[:SHARE], ids=list(SERVICES)[:SHARE], indirect=True
)
@pytest.mark.parametrize("later", list(SECONDS_LATER)[:SHARE])
@pytest.mark.parametrize("moment", list(MOMENTS)[:SHARE])
@pytest.mark.parametrize("title", ERRANDS)
def test_a_task_killed_at_any_call_is_taken_up(title: str, moment: str, later: str, emulator: Emulator) -> None:
    def die() -> None:
        raise Killed

    def attempt(task: dict[str, Any], kill: Kill | None) -> Result | None:
        emulator.clear_faults()
        if kill:
            kill.order(emulator, die)
        try:
            return run(emulator, task)
        except Killed:
            emulator.clock.advance(SECONDS_LATER[later])
            return None

    bed = Bed(emulator, attempt, wait=lambda: emulator.clock.advance(60))
    assert check(bed, title, moment) >= 4
