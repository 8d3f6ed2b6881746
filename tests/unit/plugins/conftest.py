"""Fixtures for many module runs: one emulator for each file, emptied before each test, and one client for each service.

To create a client takes ten times as long as all calls of a run.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from typing import Any

import botocore.endpoint
import botocore.session
import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from botocore.loaders import create_loader
from botocore.retries import bucket

from tests.emulator import Emulator, ManualClock

Clients = dict[tuple[str, str, str], Any]

# Load each service model once in a process.
_LOADER = functools.cache(create_loader)


@pytest.fixture(scope="module")
def _emulator_and_clients() -> Iterator[tuple[Emulator, Clients]]:
    created: Clients = {}
    create = AnsibleAWSModule.client

    def client(module: AnsibleAWSModule, service: str, **settings: Any) -> Any:
        key = service, str(module.region), str(vars(settings["config"])["_user_provided_options"])
        if key not in created:
            created[key] = create(module, service, **settings)
        return created[key]

    # Without checks of references, no test has to create roles, models and endpoints.
    emulator = Emulator(clock=ManualClock(), check_references=False, assume_endpoints=True)
    with emulator, pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnsibleAWSModule, "client", client)
        patch.setattr(botocore.session, "create_loader", _LOADER)
        yield emulator, created


@pytest.fixture
def emulator(_emulator_and_clients: tuple[Emulator, Clients], monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
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
