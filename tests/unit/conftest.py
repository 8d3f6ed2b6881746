"""Fixtures for tests that run modules against an emulator in the same process, on a manual clock."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from tests.emulator import Emulator, ManualClock, Seed
from tests.support.environment import REGION
from tests.support.module_runner import Result, run_module, with_shared_clients


class Run(Protocol):
    """run_module() with the emulator of the test."""

    def __call__(self, module: str, args: dict[str, Any], *, check: bool = False, diff: bool = False) -> Result:
        """Return the result of the module."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Emulate Cloud Control and SageMaker. Only sleeps of modules and tests advance the clock."""
    with Emulator(clock=ManualClock()) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def emulator_of_module(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """Share an emulator between the tests of a module. Indirect parameters are settings of the emulator.

    The emulator does not check that roles and models exist, and creates missing endpoints.
    """
    settings: dict[str, Any] = {"check_references": False, "assume_endpoints": True, **getattr(request, "param", {})}
    with Emulator(clock=ManualClock(), **settings) as emulator, with_shared_clients():
        yield emulator


@pytest.fixture
def seed(emulator: Emulator) -> Seed:
    """Create the prerequisites of a shadow test: bucket, role, two models, endpoint config, endpoint."""
    seeded = emulator.seed(region=REGION)
    emulator.clear_log()
    return seeded


@pytest.fixture
def run(emulator: Emulator) -> Run:
    """Run a module in process: run("inference_experiment", {"name": "test"}, check=True)."""
    return functools.partial(run_module, emulator=emulator)
