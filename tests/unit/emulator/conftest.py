"""One emulator a module, emptied before each test: what a test needs to stand on takes a hundredth of a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator import Emulator, ManualClock
from tests.unit.emulator.aws import REGION, Aws


@pytest.fixture(scope="module")
def _module_aws() -> Iterator[Aws]:
    times = {"operation_seconds": 1, "transition_seconds": 10, "start_callback_seconds": 5}
    with Emulator(clock=ManualClock(), **times) as emulator:
        yield Aws(emulator, emulator.seed(REGION))


@pytest.fixture
def aws(_module_aws: Aws) -> Aws:
    """A caller with a seeded account; an operation takes a second at least, a status in transit ten."""
    _module_aws.emulator.reset()
    _module_aws.seed = _module_aws.emulator.seed(REGION)
    return _module_aws


@pytest.fixture
def emulator(aws: Aws) -> Emulator:
    return aws.emulator
