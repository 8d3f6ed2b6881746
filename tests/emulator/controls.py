"""The controls of an emulator, in process and over HTTP: state, settings, faults and concurrent callers."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any, TypeVar, cast

import boto3
import botocore.session
from botocore.config import Config
from moto.moto_api._internal.models import moto_api_backend
from moto.sagemaker.models import sagemaker_backends

from . import faults, placing, rules, traffic
from .clock import Clock, SystemClock
from .cloudcontrol.models import cloudcontrol_backends
from .cloudcontrol.requests import Accepted
from .constraints import LOADER
from .gate import CONTROL_USER_AGENT
from .hooks import register
from .plain import PlainType
from .records import Record
from .sagemaker.models import SageMakerBackend
from .seed import ACCOUNT_ID, Seed, sow
from .settings import Settings
from .world import World, current, install

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
Self = TypeVar("Self", bound="Controls")


class Controls:
    """The common part of Emulator and EmulatorServer: a context manager that installs the emulator."""

    http = False

    def __init__(self, *, clock: Clock | None = None, **settings: Any) -> None:
        self._exit = ExitStack()
        self.world = World(clock=clock or SystemClock())
        self.world.settings.update(settings)
        self._initial = copy.deepcopy(self.world.settings)
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()

    def __enter__(self: Self) -> Self:
        # Clients of an earlier use have earlier hooks.
        self._session, self._clients = None, {}
        if current().in_use:
            raise RuntimeError("another emulator is at work in this process, and moto's state is process-wide")
        with ExitStack() as stack:
            stack.callback(register())
            stack.callback(install, install(self.world))
            self.world.in_use = True
            stack.callback(setattr, self.world, "in_use", False)
            self._start(stack)
            self._exit = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._exit.close()

    @property
    def clock(self) -> Clock:
        """The clock of the emulator."""
        return self.world.clock

    @property
    def settings(self) -> Settings:
        """The settings, which can be changed one by one."""
        return self.world.settings

    @property
    def log(self) -> list[Record]:
        """All AWS requests in order, except those of `client`, `seed` and callbacks."""
        return self.world.log.records()

    def calls(self, service: str | None = None) -> list[str]:
        """Return the called operations in order, optionally of one service (`cloudcontrol`, `sagemaker`, `sts`...)."""
        return [record.operation for record in self.log if service in (None, record.service)]

    def writes(self) -> list[str]:
        """Return the called operations that can change resources, in order."""
        return [record.operation for record in self.log if record.write]

    def clear_log(self) -> None:
        self.world.log.clear()

    def fault(self, operation: str, kind: str, **details: Any) -> None:
        """Make `times` calls (1) of `operation` (`*`: any) fail, after the next `after` calls (0).

        `identifier` limits a fault to the calls for one resource. Kinds, and further details in brackets:
        - errors: throttle (message), error (code, message, status), html503, lost (500 after the call was applied)
        - responses: not_json, missing_keys, broken_json, unknown_status, changed (change: a function from the JSON
          value or the XML bytes to another value or bytes; status)
        - connections: close, reset, no_answer (seconds until the caller times out), lost_response (closed after the
          call was applied), `refused` (in process only), delay (seconds, over HTTP only)
        - CreateResource, UpdateResource, DeleteResource: the accepted operation ends failed (code: a
          HandlerErrorCode, message) or cancelled
        - calls of the handler to SageMaker: handler (code, message), stabilize (code, message: the Describe with which
          the handler waits for a status after a change)
        - GetMetricData: half of a page has the StatusCode of partial_data or internal_error (token: NextToken or not)
        `applied=True` applies the call despite throttle, error, html503, not_json, missing_keys, no_answer, failed and
        cancelled.
        """
        self.world.faults.add(faults.order(operation, kind, http=self.http, **details))

    def clear_faults(self) -> None:
        """Remove all faults and callbacks that have not occurred."""
        self.world.faults.clear()

    def on_call(self, operation: str, callback: Callable[[], object], nth: int = 1) -> None:
        """Run `callback` before the n-th call of `operation` ("*": any) is served, to simulate a concurrent caller.

        If the callback raises ConnectionDropped, the call does not arrive.
        """
        self.world.faults.add_callback(operation, callback, nth)

    def on_answer(self, operation: str, callback: Callable[[], object], nth: int = 1) -> None:
        """Run `callback` after the n-th call of `operation` ("*": any) is served, before its response is sent."""
        self.world.faults.add_callback(operation, callback, nth, moment="answer")

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """Return a boto3 client of another caller: its calls are not logged, and no faults apply."""
        with self._making:
            if (service, region) not in self._clients:
                config = Config(user_agent_extra=CONTROL_USER_AGENT, retries={"total_max_attempts": 1})
                keys = {name.lower(): value for name, value in CREDENTIALS.items()}
                self._session = self._session or new_session()
                made = self._session.client(service, region_name=region, config=config, **keys, **self._endpoint())
                self._clients[service, region] = made
            return self._clients[service, region]

    def seed(self, region: str = "us-east-1", *, name: str = "demo") -> Seed:
        """Create a bucket, a role, two models and an endpoint if they are missing."""
        return sow(self.client, region, name)

    def put_experiment(self, region: str, properties: Mapping[str, Any], **details: Any) -> dict[str, Any]:
        """Create or replace an experiment by `placing.place`; return its state as `experiment` does."""
        with self.world.lock:
            now = cloudcontrol_backends[ACCOUNT_ID][region].settle()
            placing.place(self._sagemaker(region).inference_experiments, properties, now=now, **details)
        return self.experiment(str(properties["Name"]), region)

    def experiment(self, name: str, region: str = "us-east-1") -> dict[str, Any]:
        """Return the internal state of an experiment. Raises KeyError if it does not exist.

        `properties`, `status`, `status_reason`, `schedule` {start, end}, `tags`, `created`, `modified`, `completed`,
        `transit_end`, `arn`; `stop`: the stop request {actions by variant, desired_state, reason} or None;
        `fate`: the variant actions {production, shadow}: Retain, Remove or Promote, or None; `serving`: the model in
        production, None if it was removed.
        """
        with self.world.lock:
            cloudcontrol_backends[ACCOUNT_ID][region].settle()
            found = self._sagemaker(region).inference_experiments.find(name)
            if found is None:
                raise KeyError(f"there is no inference experiment {name!r} in {region}")
            return placing.raw(found)

    def put_endpoint(self, name: str, region: str = "us-east-1", **details: Any) -> None:
        """Set the status of an endpoint by `Endpoints.put`."""
        with self.world.lock:
            now = cloudcontrol_backends[ACCOUNT_ID][region].settle()
            self._sagemaker(region).deployments.put(name, now, **details)

    def traffic(
        self,
        endpoint_name: str,
        region: str = "us-east-1",
        *,
        invocations_per_minute: float,
        variants: Mapping[str, Any] | None = None,
        start: datetime | str | None = None,
    ) -> None:
        """Set the requests to an endpoint from `start` (default: now) on; CloudWatch's metrics are computed from them.

        `start` is a datetime or ISO 8601; it replaces traffic with a later start. Production variants receive the
        requests by weight, a deployed shadow variant its sampling percentage of them.
        `variants` maps names of variants to descriptions; a variant that it omits has no metrics, without `variants`
        all have traffic.DEFAULTS: model_latency and overhead_latency in microseconds, cpu_utilization,
        memory_utilization, disk_utilization, gpu_utilization and gpu_memory_utilization in percent (a number, or an
        object of minimum, maximum and percentiles such as p50 and p99.9; null: no data), error_4xx_rate,
        error_5xx_rate and model_error_rate from 0 to 1.
        """
        with self.world.lock:
            now = cloudcontrol_backends[ACCOUNT_ID][region].settle()
            since = rules.parse_time(start) if isinstance(start, str) else start or now
            described = traffic.phase(since, invocations_per_minute, variants)
            self._sagemaker(region).add_traffic(endpoint_name, described)

    def clear_traffic(self) -> None:
        """Remove the traffic of all endpoints."""
        with self.world.lock:
            for backend in cloudcontrol_backends[ACCOUNT_ID].values():
                backend.sagemaker.traffic.clear()

    def serve(self, plain: PlainType) -> None:
        """Register a further type in Cloud Control."""
        self.world.other_types[plain.type_name] = plain.handler

    def operations(self, region: str = "us-east-1") -> list[Accepted]:
        """Return the accepted operations of the last 7 days in order."""
        with self.world.lock:
            backend = cloudcontrol_backends[ACCOUNT_ID][region]
            now = backend.settle()
            return [request.accepted_as(now) for request in backend.requests.values()]

    def forget_experiments(self) -> None:
        """Remove experiments, requests, faults and log; users, roles and clients, which are slow to create, remain."""
        with self.world.lock:
            for backend in cloudcontrol_backends[ACCOUNT_ID].values():
                backend.requests.clear()
                backend.sagemaker.forget_experiments()
            self.clear_faults()
            self.clear_log()

    def reset(self) -> None:
        """Remove resources, requests, log and faults, and restore the initial settings and the initial time."""
        with self.world.lock:
            reset: Any = moto_api_backend.reset
            reset()
            self.clear_faults()
            self.clear_log()
            self.settings.update(self._initial.as_json())
            self.clock.reset()

    def _sagemaker(self, region: str) -> SageMakerBackend:
        return cast(SageMakerBackend, sagemaker_backends[ACCOUNT_ID][region])

    def _endpoint(self) -> dict[str, str]:
        return {}

    def _start(self, stack: ExitStack) -> None:
        """Start to serve; the stack restores the previous state."""
        raise NotImplementedError


def new_session() -> Any:
    """Return a new session, which has the current hooks; the service models are read once per process."""
    core: Any = botocore.session.get_session()
    core.register_component("data_loader", LOADER)
    return boto3.session.Session(botocore_session=core)
