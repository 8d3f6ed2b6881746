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
from tests.support.environment import REGION
from tests.support.module_runner import Result, run_module, with_shared_clients


class Run(Protocol):
    """The harness's run_module() on the test's emulator."""

    def __call__(self, module: str, args: dict[str, Any], *, check: bool = False, diff: bool = False) -> Result:
        """Return what the module printed."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Cloud Control and SageMaker as if no time passed but what a test or a module waits out."""
    with Emulator(clock=ManualClock()) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def emulator_of_module(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """One for all tests of a module, so that thousands are quick; its settings can be given as indirect parameters.

    What an experiment refers to is taken to exist.
    """
    settings: dict[str, Any] = getattr(request, "param", {})
    with Emulator(clock=ManualClock(), check_references=False, **settings) as emulator, with_shared_clients():
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
