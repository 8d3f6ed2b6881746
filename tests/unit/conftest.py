# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for tests that run against the emulator in process, on a clock of their own."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from tests.emulator import Emulator, ManualClock, Seed
from tests.environment import REGION
from tests.unit.harness import Result, run_module


class Run(Protocol):
    """The harness's run_module() on the test's emulator."""

    def __call__(self, module: str, args: dict[str, Any], *, check: bool = False, diff: bool = False) -> Result:
        """Return what the module printed."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Cloud Control and SageMaker as if no time passed but what a test or a module waits out."""
    with Emulator(clock=ManualClock()) as emulator:
        yield emulator


@pytest.fixture
def seed(emulator: Emulator) -> Seed:
    """What a shadow test needs: bucket, role, two models, endpoint config, endpoint."""
    seeded = emulator.seed(region=REGION)
    emulator.clear_log()
    return seeded


@pytest.fixture
def run(emulator: Emulator) -> Run:
    """Run a module in process: run("inference_experiment", {"name": "test"}, check=True)."""
    return functools.partial(run_module, emulator=emulator)
