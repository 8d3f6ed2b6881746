"""Fixtures for many runs of modules: an emulator for each file, emptied before each test, and shared clients."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from typing import Any

import botocore.endpoint
import botocore.session
import pytest
from botocore.loaders import create_loader
from botocore.retries import bucket

from tests.emulator import Emulator, ManualClock
from tests.support.module_runner import with_shared_clients

# Load each service model once in a process.
_LOADER = functools.cache(create_loader)


@pytest.fixture(scope="module")
def _emulator_and_clients() -> Iterator[tuple[Emulator, dict[Any, Any]]]:
    # Without checks of references, no test has to create roles, models and endpoints.
    emulator = Emulator(clock=ManualClock(), check_references=False, assume_endpoints=True)
    with emulator, with_shared_clients() as created, pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", _LOADER)
        yield emulator, created


@pytest.fixture
def emulator(
    _emulator_and_clients: tuple[Emulator, dict[Any, Any]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Emulator]:
    """Return the empty emulator, at the start of 2026. Sleeps of botocore between retries advance its clock."""
    emulator, clients = _emulator_and_clients
    emulator.reset()
    emulator.world.clock = clock = ManualClock()
    monkeypatch.setattr(botocore.endpoint, "time", types.SimpleNamespace(sleep=clock.advance))
    monkeypatch.setattr(bucket.Clock, "current_time", lambda _self: clock.now().timestamp())
    # An adaptive client would wait in real time for a clock that does not advance.
    monkeypatch.setattr(bucket.TokenBucket, "acquire", lambda *_: clock.advance(0.1))
    yield emulator
    if any(record.status >= 500 or record.error == "ThrottlingException" for record in emulator.log):
        # A client that had to retry would slow down later tests.
        clients.clear()
