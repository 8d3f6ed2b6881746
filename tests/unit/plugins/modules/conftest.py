# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for hundreds of module runs: one emulator a file, emptied before each test, and one client a service.

To make a client takes ten times as long as all the calls of a run.
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

# Reads the descriptions of the services once in a process.
_LOADER = functools.cache(create_loader)


@pytest.fixture(scope="module")
def _emulator_and_clients() -> Iterator[tuple[Emulator, Clients]]:
    made: Clients = {}
    make = AnsibleAWSModule.client

    def client(module: AnsibleAWSModule, service: str, **settings: Any) -> Any:
        key = service, str(module.region), str(vars(settings["config"])["_user_provided_options"])
        if key not in made:
            made[key] = make(module, service, **settings)
        return made[key]

    # Roles, models and endpoints are taken to exist, so that no test has to make them.
    emulator = Emulator(clock=ManualClock(), check_references=False)
    with emulator, pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnsibleAWSModule, "client", client)
        patch.setattr(botocore.session, "create_loader", _LOADER)
        yield emulator, made


@pytest.fixture
def emulator(_emulator_and_clients: tuple[Emulator, Clients], monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Nothing is there, and it is the beginning of 2026; what botocore sleeps between its retries takes no time."""
    emulator, clients = _emulator_and_clients
    emulator.reset()
    emulator.world.clock = clock = ManualClock()
    monkeypatch.setattr(botocore.endpoint, "time", types.SimpleNamespace(sleep=clock.advance))
    monkeypatch.setattr(bucket.Clock, "current_time", lambda _self: clock.now().timestamp())
    # The wait for a token of an adaptive client would be real, and would wait for a clock that stands still.
    monkeypatch.setattr(bucket.TokenBucket, "acquire", lambda *_: clock.advance(0.1))
    yield emulator
    if any(record.status >= 500 or record.error == "ThrottlingException" for record in emulator.log):
        # A client remembers how often it had to retry, and slows down in later tests.
        clients.clear()
