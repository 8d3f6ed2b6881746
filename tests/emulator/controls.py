"""What a test can do with an emulator, in process and over HTTP alike: see, set, disturb, and play somebody else."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

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
from .plain import PlainType
from .records import Record
from .sagemaker.models import SageMakerBackend
from .seed import ACCOUNT_ID, Seed, sow
from .settings import Settings
from .world import World, current

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


class Controls:
    """The common part of Emulator and EmulatorServer."""

    http = False

    def __init__(self, *, clock: Clock | None = None, **settings: Any) -> None:
        self.world = World(clock=clock or SystemClock())
        self.world.settings.update(settings)
        self._initial = copy.deepcopy(self.world.settings)
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()

    @property
    def clock(self) -> Clock:
        """The clock that everything asks; `clock.advance(seconds)` lets time pass."""
        return self.world.clock

    @property
    def settings(self) -> Settings:
        """The options, which can be set one by one; an unknown name is an error."""
        return self.world.settings

    @property
    def log(self) -> list[Record]:
        """Every AWS request in order, but for those of the emulator's own `client`, `seed` and callbacks."""
        return self.world.log.records()

    def calls(self, service: str | None = None) -> list[str]:
        """The operations called, in order; of one service if you like (`cloudcontrol`, `sagemaker`, `sts`...)."""
        return [record.operation for record in self.log if service in (None, record.service)]

    def writes(self) -> list[str]:
        """The operations called that change something, or would have."""
        return [record.operation for record in self.log if record.write]

    def clear_log(self) -> None:
        self.world.log.clear()

    def fault(self, operation: str, kind: str, **details: Any) -> None:
        """Let calls of `operation` (`*`: any) go wrong: `times` of them (1), after the next `after` (0).

        Kinds and the details they take beside times, after and `identifier` (only calls for this resource):
        throttle; error (code, message, status); html503; not_json; missing_keys; broken_json; unknown_status (applied,
        and answered with a status that nobody knows); changed (change, a function that makes another JSON value or the
        bytes of a body of the answer; status); lost (applied, but answered 500); close, reset, no_answer
        (seconds, which pass until the caller gives up); lost_response (applied, then the connection is closed);
        refused (in process only); delay (seconds; over HTTP only). CreateResource, UpdateResource and DeleteResource
        can be accepted and then end failed (code, a HandlerErrorCode; message) or cancelled.
        Cloud Control's handler can be disturbed as well: handler (code, message: the next call to SageMaker of that
        name that the handler makes fails with this error code) and stabilize (the same for the Describe with which it
        waits for a status, after the change was made).
        GetMetricData can return half of a page with the StatusCode of partial_data or internal_error (token=False:
        without NextToken).
        `applied=True` lets throttle, error, html503, not_json, missing_keys, no_answer, failed and cancelled do their
        work all the same.
        """
        self.world.faults.add(faults.order(operation, kind, http=self.http, **details))

    def clear_faults(self) -> None:
        """Forget all faults and callbacks that are still open."""
        self.world.faults.clear()

    def on_call(self, operation: str, callback: Callable[[], object], nth: int = 1) -> None:
        """Run `callback` before the n-th call of `operation` ("*": of any) is served: somebody else is at work.

        If it raises ConnectionDropped, the call has never arrived.
        """
        self.world.faults.add_callback(operation, callback, nth)

    def on_answer(self, operation: str, callback: Callable[[], object], nth: int = 1) -> None:
        """Run `callback` when the n-th call of `operation` ("*": of any) has been served, and before it is answered."""
        self.world.faults.add_callback(operation, callback, nth, moment="answer")

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client of somebody else: its calls are not logged and suffer no faults."""
        with self._making:
            if (service, region) not in self._clients:
                config = Config(user_agent_extra=CONTROL_USER_AGENT, retries={"total_max_attempts": 1})
                keys = {name.lower(): value for name, value in CREDENTIALS.items()}
                self._session = self._session or new_session()
                made = self._session.client(service, region_name=region, config=config, **keys, **self._endpoint())
                self._clients[service, region] = made
            return self._clients[service, region]

    def seed(self, region: str = "us-east-1", *, name: str = "demo") -> Seed:
        """Make a bucket, a role, two models and an endpoint, where they are missing."""
        return sow(self.client, region, name)

    def put_experiment(
        self,
        region: str,
        properties: Mapping[str, Any],
        *,
        status: str = "Running",
        tags: Mapping[str, str] | None = None,
        time_left: float | None = None,
        then: str | None = None,
    ) -> dict[str, Any]:
        """Put an experiment into any status, replacing one of that name; returns what `experiment` does.

        `properties` are CloudFormation's, write-only ones included; only Name is needed. `tags` may be `aws:*` ones.
        In transit it stays for `time_left` seconds (default transition_seconds, `math.inf`: for ever); after Updating
        and Stopping comes `then`. Endpoint, models and role need not exist.
        """
        details: Any = {"status": status, "tags": tags, "time_left": time_left, "then": then}
        with self.world.lock:
            now = cloudcontrol_backends[ACCOUNT_ID][region].settle()
            placing.place(self._sagemaker(region).inference_experiments, properties, now=now, **details)
        return self.experiment(str(properties["Name"]), region)

    def experiment(self, name: str, region: str = "us-east-1") -> dict[str, Any]:
        """The raw state of an experiment. Raises KeyError if there is none.

        `properties`, `status`, `status_reason`, `schedule` {start, end}, `tags`, `created`, `modified`, `completed`,
        `transit_end`, `arn`; `stop`: what the stop was given {actions by variant, desired_state, reason} or None;
        `fate` {production, shadow}: Retain, Remove or Promote, or None; `serving`: the model in production, None when
        it was removed.
        """
        with self.world.lock:
            cloudcontrol_backends[ACCOUNT_ID][region].settle()
            found = self._sagemaker(region).inference_experiments.find(name)
            if found is None:
                raise KeyError(f"there is no inference experiment {name!r} in {region}")
            return placing.raw(found)

    def put_endpoint(
        self,
        name: str,
        region: str = "us-east-1",
        *,
        status: str = "InService",
        time_left: float | None = None,
        then: str = "InService",
        failure_reason: str = "",
    ) -> None:
        """Put an endpoint into any status: InService, OutOfService, Failed, UpdateRollbackFailed, or one in transit.

        Creating, Updating, SystemUpdating, RollingBack and Deleting last for `time_left` seconds (default
        transition_seconds, `math.inf`: for ever) and end in `then`. An update in progress is completed by InService
        and discarded by Failed and UpdateRollbackFailed.
        """
        details: Any = {"status": status, "time_left": time_left, "then": then, "failure_reason": failure_reason}
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
        """Describe the requests to an endpoint from `start` (default: now) on, which CloudWatch's metrics follow.

        `variants` maps names of variants to what they do with the requests; a variant that it omits has no metrics,
        without it each variant has the defaults: model_latency and overhead_latency in microseconds,
        cpu_utilization, memory_utilization, disk_utilization, gpu_utilization and gpu_memory_utilization in percent
        (each a number, or an object of minimum, maximum and percentiles such as p50 and p99.9; null: no data), and
        error_4xx_rate, error_5xx_rate and model_error_rate from 0 to 1.
        A production variant gets the requests by its weight, a shadow variant its sampling percentage of them while
        it is deployed. `start` is a datetime or ISO 8601; descriptions from a later start on are forgotten.
        """
        with self.world.lock:
            now = cloudcontrol_backends[ACCOUNT_ID][region].settle()
            since = rules.parse_time(start) if isinstance(start, str) else start or now
            described = traffic.phase(since, invocations_per_minute, variants)
            self._sagemaker(region).add_traffic(endpoint_name, described)

    def clear_traffic(self) -> None:
        """Forget the traffic of all endpoints."""
        with self.world.lock:
            for backend in cloudcontrol_backends[ACCOUNT_ID].values():
                backend.sagemaker.traffic.clear()

    def serve(self, plain: PlainType) -> None:
        """Let Cloud Control know another type as well, one without statuses of its own."""
        self.world.other_types[plain.type_name] = plain.handler

    def operations(self, region: str = "us-east-1") -> list[Accepted]:
        """The operations that Cloud Control has accepted and still remembers, in their order."""
        with self.world.lock:
            backend = cloudcontrol_backends[ACCOUNT_ID][region]
            now = backend.settle()
            return [request.accepted_as(now) for request in backend.requests.values()]

    def forget_experiments(self) -> None:
        """Forget experiments, requests, faults and log, but no users, roles and clients, which take long to make."""
        with self.world.lock:
            for backend in cloudcontrol_backends[ACCOUNT_ID].values():
                backend.requests.clear()
                backend.sagemaker.forget_experiments()
            self.clear_faults()
            self.clear_log()

    def reset(self) -> None:
        """Forget everything: resources, requests, log, faults; settings are as they were at the start."""
        with self.world.lock:
            reset: Any = moto_api_backend.reset
            reset()
            self.clear_faults()
            self.clear_log()
            self.settings.update(self._initial.as_json())

    def _sagemaker(self, region: str) -> SageMakerBackend:
        return cast(SageMakerBackend, sagemaker_backends[ACCOUNT_ID][region])

    def _endpoint(self) -> dict[str, str]:
        return {}

    def _begin(self) -> None:
        """Clients of an earlier use are not of this one."""
        self._session, self._clients = None, {}
        if getattr(current(), "in_use", False):
            raise RuntimeError("another emulator is at work in this process, and moto's state is process-wide")


def new_session() -> Any:
    """A session of its own, so that it has today's hooks; the service models are read once in a process."""
    core: Any = botocore.session.get_session()
    core.register_component("data_loader", LOADER)
    return boto3.session.Session(botocore_session=core)
