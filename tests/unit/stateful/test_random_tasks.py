"""Random sequences of tasks on one experiment, without faults. The full run has thousands of steps."""

from __future__ import annotations

import pytest

from tests.emulator import Emulator
from tests.support.stateful.state_machine import TaskMachine, run_machine
from tests.support.thorough import THOROUGH


@pytest.mark.sampled
@pytest.mark.parametrize("seed", range(8 if THOROUGH else 1))
def test_random_tasks_keep_invariants(seed: int, emulator: Emulator) -> None:
    run_machine(lambda: TaskMachine(emulator), seed=seed, examples=25 if THOROUGH else 4, steps=30 if THOROUGH else 15)
