"""The two targets of the checks: the emulator in this process, and AWS."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.conformance.account import Account, Resources, Time

REGION = "us-east-1"
REAL_TIME = Time(lambda: datetime.now(timezone.utc), time.sleep)


@contextlib.contextmanager
def emulator() -> Iterator[Any]:
    """Run an emulator in which operations last at least 1 second, and transitional statuses 10."""
    from tests.emulator import Emulator, ManualClock

    times = {"operation_seconds": 1, "transition_seconds": 10, "start_callback_seconds": 5}
    with Emulator(clock=ManualClock(), enforce_iam=True, **times) as emulator:
        yield emulator


class EmulatedAccounts:
    """Accounts of an emulator, with the same clients."""

    def __init__(self, emulator: Any) -> None:
        self._emulator = emulator
        self._clients: dict[str, Any] = {}

    def new(self) -> Account:
        """Return the account after a reset of the emulator."""
        emulator = self._emulator
        emulator.reset()
        seed = emulator.seed(REGION)
        used = (seed.region, seed.role_arn, seed.endpoint_name, seed.production_model, seed.shadow_model)

        def invoke() -> None:
            emulator.traffic(seed.endpoint_name, invocations_per_minute=60)

        clock = Time(emulator.clock.now, emulator.clock.sleep)
        return Account(Resources(*used), self._client, clock, run_id="emulator", invoke=invoke, emulator=emulator)

    def _client(self, service: str) -> Any:
        from tests.emulator.controls import CREDENTIALS, new_session

        if service not in self._clients:
            keys = {name.lower(): value for name, value in CREDENTIALS.items()}
            config = Config(retries={"total_max_attempts": 1})
            self._clients[service] = new_session().client(service, region_name=REGION, config=config, **keys)
        return self._clients[service]


def aws(resources: Resources, clock: Time = REAL_TIME) -> Account:
    """Return the account of the caller's credentials."""
    session = boto3.session.Session(region_name=resources.region)
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            make: Any = session.client
            clients[service] = make(service, config=Config(retries={"mode": "standard", "max_attempts": 8}))
        return clients[service]

    def invoke() -> None:
        # Rejected requests count as invocations too, so the body need not be valid for the model.
        with contextlib.suppress(ClientError):
            client("sagemaker-runtime").invoke_endpoint(EndpointName=resources.endpoint, Body=b"{}")

    return Account(resources, client, clock, run_id=uuid.uuid4().hex[:8], invoke=invoke)
