"""Endpoints of an account and region: their variants, and the updates that change them.

Sources: SageMaker Developer Guide "Create a shadow test" (after a test the endpoint returns to its earlier state),
"Complete a shadow test" (a promoted shadow variant replaces the production variant), "Shadow variants"; botocore's
model of DescribeEndpoint (statuses, PendingDeploymentSummary: only during an update) and of StopInferenceExperiment
(the actions). No source describes the configuration that SageMaker creates for a test or a stop: here each update
deploys a new configuration with a new name.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from . import rules
from .experiments import TERMINAL, Experiment
from .world import current

Variant = Mapping[str, Any]
"""A variant of an endpoint configuration: VariantName, ModelName, InstanceType, InitialInstanceCount..."""
IN_TRANSIT = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")
STEADY = ("InService", "OutOfService", "Failed", "UpdateRollbackFailed")


class Variants(NamedTuple):
    """Production variants, and shadow variants, which receive copies of the requests."""

    production: tuple[Variant, ...]
    shadow: tuple[Variant, ...] = ()


class Deployment(NamedTuple):
    """The variants of an endpoint from a time on."""

    since: datetime
    config_name: str
    variants: Variants


@dataclasses.dataclass
class Endpoint:
    """An endpoint; `history` lists its deployments in the order of time, also after the endpoint is deleted."""

    name: str
    created: datetime
    modified: datetime
    history: list[Deployment]
    assumed: bool = False
    """Created by the setting `assume_endpoints`."""
    status: str = "InService"
    failure_reason: str | None = None
    reason: str = ""
    """The failure reason of the update in progress, if it fails."""
    then: str = "InService"
    until: datetime | None = None
    """The time at which `status` changes to `then`; None: never."""
    pending: Deployment | None = None
    """The deployment of the update in progress; `since` is the start of the update."""
    before_test: Deployment | None = None
    """The deployment that a test has replaced, until the test stops."""

    @property
    def deployed(self) -> Deployment:
        return self.history[-1]

    def settle(self, now: datetime) -> None:
        """Apply a change of status that is due."""
        if self.until and self.until <= now:
            self.enter(self.then, self.until, reason=self.reason)

    def enter(
        self, status: str, when: datetime, *, then: str = "InService", until: datetime | None = None, reason: str = ""
    ) -> None:
        """Set a status. InService and OutOfService complete an update; the other steady statuses discard it."""
        self.status, self.modified, self.then, self.until, self.reason = status, when, then, until, reason
        self.failure_reason = (reason or "The update of the endpoint failed.") if status == "Failed" else None
        if status in STEADY and self.pending:
            if status in ("InService", "OutOfService"):
                self.deploy(self.pending._replace(since=when))
            self.pending = None

    def deploy(self, deployment: Deployment) -> None:
        """Add a deployment, and remove the later ones."""
        earlier = [entry for entry in self.history if entry.since < deployment.since]
        self.history = [*(earlier or [self.history[0]._replace(since=deployment.since)]), deployment]

    def update(self, config_name: str, variants: Variants, when: datetime, until: datetime | None) -> None:
        """Start an update; the setting `endpoint_update_status` can make it fail."""
        self.pending = Deployment(when, config_name, variants)
        then = current().settings.endpoint_update_status if variants.production else "OutOfService"
        self.enter("Updating", when, then=then, until=until)


def update_end(when: datetime, transition_end: datetime | None) -> datetime | None:
    """Return the end of an update that starts at `when`: by default that of the experiment's transition."""
    seconds = current().settings.endpoint_update_seconds
    return transition_end if seconds is None else later(when, seconds)


def later(when: datetime, seconds: float) -> datetime | None:
    return when + timedelta(seconds=seconds) if seconds < math.inf else None


def of_test(experiment: Experiment) -> Variants:
    """Return the variants during a test.

    The weight of the shadow variant is the sampling percentage as a fraction, and that of the production variant is 1.
    """
    config = experiment.properties["ShadowModeConfig"]
    roles = rules.variant_roles(config)
    share = config["ShadowModelVariants"][0].get("SamplingPercentage", 0) / 100
    variants = experiment.properties["ModelVariants"]
    production, shadow = (
        tuple(_production_variant(each, weight) for each in variants if each["VariantName"] == roles[role])
        for role, weight in (("production", 1.0), ("shadow", share))
    )
    return Variants(production, shadow)


def after_stop(experiment: Experiment) -> Variants:
    """Return the variants after a stop; DesiredModelVariants replace the variants of the test."""
    assert experiment.stop is not None
    settings, during = current().settings, of_test(experiment)
    if settings.endpoint_ignores_stop:
        return during
    desired = {variant["VariantName"]: variant for variant in experiment.stop.desired_variants or ()}
    actions: Mapping[str, str] = experiment.variant_actions() or {}
    production: list[Variant] = []
    shadow: list[Variant] = []
    for role, variant in [
        *(("production", each) for each in during.production),
        *(("shadow", each) for each in during.shadow),
    ]:
        name, weight = variant["VariantName"], variant["InitialVariantWeight"]
        deployed = _production_variant(desired[name], weight) if name in desired else variant
        if actions[role] == "Promote" or (role == "production" and actions[role] == "Retain"):
            production.append({**deployed, "InitialVariantWeight": 1.0})
        elif actions[role] == "Retain" and settings.retained_shadow_stays:
            shadow.append(deployed)
    return Variants(tuple(production), tuple(shadow) if production else ())


def _production_variant(variant: Variant, weight: float) -> Variant:
    """Return an element of ModelVariants as a variant of an endpoint configuration."""
    real_time = variant.get("InfrastructureConfig", {}).get("RealTimeInferenceConfig", {})
    return {
        "VariantName": variant["VariantName"],
        "ModelName": variant["ModelName"],
        "InitialInstanceCount": real_time.get("InstanceCount", 1),
        "InstanceType": real_time.get("InstanceType", "ml.m5.xlarge"),
        "InitialVariantWeight": weight,
    }


class Endpoints:
    """The endpoints of an account and region, deleted ones included."""

    def __init__(self, add_config: Callable[[str, Variants], None]) -> None:
        self._by_name: dict[str, Endpoint] = {}
        self._add_config = add_config
        self._config_names: list[str] = []

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(list(self._by_name.values()))

    def find(self, name: str, now: datetime) -> Endpoint | None:
        """Return an endpoint with all due changes, or None."""
        endpoint = self._by_name.get(name)
        if endpoint:
            endpoint.settle(now)
        return endpoint

    def create(self, name: str, config_name: str, variants: Variants, now: datetime, *, assumed: bool = False) -> None:
        deployment = Deployment(now, config_name, variants)
        earlier = self._by_name.get(name)
        history = [*earlier.history, deployment] if earlier else [deployment]
        self._by_name[name] = Endpoint(name, now, now, history, assumed)

    def delete(self, name: str, now: datetime) -> None:
        """Delete an endpoint except its history: the metrics of a deleted endpoint remain."""
        endpoint = self._by_name[name]
        endpoint.until = endpoint.pending = endpoint.before_test = None
        endpoint.deploy(Deployment(now, "", Variants(())))

    def restore(self) -> tuple[list[str], list[str]]:
        """Restore the first deployment of all endpoints. Return the names of assumed endpoints and added configs."""
        forgotten = [endpoint.name for endpoint in self if endpoint.assumed], self._config_names
        self._by_name = {
            endpoint.name: Endpoint(endpoint.name, endpoint.created, endpoint.created, endpoint.history[:1])
            for endpoint in self
            if not endpoint.assumed
        }
        self._config_names = []
        return forgotten

    def put(
        self,
        name: str,
        now: datetime,
        *,
        status: str = "InService",
        time_left: float | None = None,
        then: str = "InService",
        failure_reason: str = "",
    ) -> None:
        """Set the status of an endpoint: InService, OutOfService, Failed, UpdateRollbackFailed or a transitional one.

        Creating, Updating, SystemUpdating, RollingBack and Deleting last `time_left` seconds (default
        transition_seconds, `math.inf`: always) and end in `then`. InService completes an update in progress, Failed
        and UpdateRollbackFailed discard it.
        """
        endpoint = self.find(name, now)
        if endpoint is None:
            raise ValueError(f"there is no endpoint {name!r}")
        if unknown := [each for each in (status, then) if each not in (*IN_TRANSIT, *STEADY)]:
            raise ValueError(f"unknown status {unknown[0]!r}; there are: {', '.join((*IN_TRANSIT, *STEADY))}")
        if status in STEADY and time_left is not None:
            raise ValueError(f"time_left is for {', '.join(IN_TRANSIT)}, not for {status}")
        seconds = current().settings.transition_seconds if time_left is None else time_left
        until = later(now, seconds) if status in IN_TRANSIT else None
        endpoint.enter(status, now, then=then, until=until, reason=failure_reason)

    # changes by experiments

    def follow(self, experiment: Experiment, when: datetime) -> None:
        """Start the update of the endpoint that the new status of an experiment requires."""
        endpoint = self.find(experiment.properties["EndpointName"], when)
        if endpoint is None or not endpoint.deployed.variants.production:
            return
        until = update_end(when, experiment.transit_end)
        if experiment.status == "Stopping":
            self._end_test(endpoint, experiment, when, until)
        elif experiment.status in ("Creating", "Starting", "Updating") and experiment.arrival() == "Running":
            endpoint.before_test = endpoint.before_test or endpoint.deployed
            self._update(endpoint, of_test(experiment), when, until)

    def assume(self, experiment: Experiment) -> None:
        """Deploy the variants of an experiment that a test has put in a status."""
        endpoint = self.find(experiment.properties["EndpointName"], experiment.modified)
        started = experiment.status in ("Running", "Stopping", *TERMINAL) or experiment.after_transit == "Running"
        if endpoint is None or not started or experiment.status == "Starting":
            return
        before = endpoint.before_test or endpoint.deployed
        variants = of_test(experiment)
        endpoint.deploy(Deployment(experiment.start, self.new_config(endpoint.name, variants), variants))
        endpoint.before_test, endpoint.pending = before, None
        endpoint.enter("InService", experiment.start)
        if experiment.status in TERMINAL:
            endpoint.before_test = None
            endpoint.deploy(before._replace(since=experiment.end))

    def _end_test(self, endpoint: Endpoint, experiment: Experiment, when: datetime, until: datetime | None) -> None:
        """Deploy the variants after a stop, or those before the test at the end of the schedule."""
        before, endpoint.before_test = endpoint.before_test, None
        if experiment.stop:
            self._update(endpoint, after_stop(experiment), when, until)
        elif before:
            endpoint.update(before.config_name, before.variants, when, until)

    def _update(self, endpoint: Endpoint, variants: Variants, when: datetime, until: datetime | None) -> None:
        if variants != (endpoint.pending or endpoint.deployed).variants:
            endpoint.update(self.new_config(endpoint.name, variants), variants, when, until)

    def new_config(self, endpoint_name: str, variants: Variants) -> str:
        """Create an endpoint configuration; return its name."""
        name = f"{endpoint_name[:55]}-{len(self._config_names) + 1:07}"
        self._config_names.append(name)
        self._add_config(name, variants)
        return name


def described(endpoint: Endpoint) -> dict[str, Any]:
    """Return the response of DescribeEndpoint without the ARN."""
    pending, deployed = endpoint.pending, endpoint.deployed
    response = {
        **_described(deployed),
        "EndpointName": endpoint.name,
        "EndpointStatus": endpoint.status,
        "FailureReason": endpoint.failure_reason,
        "CreationTime": endpoint.created,
        "LastModifiedTime": endpoint.modified,
        "PendingDeploymentSummary": pending and {**_described(pending), "StartTime": pending.since},
    }
    return {name: value for name, value in response.items() if value is not None}


def _described(deployment: Deployment) -> dict[str, Any]:
    """Return the members of a deployment in DescribeEndpoint, without empty lists."""
    lists = {
        "ProductionVariants": summaries(deployment.variants.production),
        "ShadowProductionVariants": summaries(deployment.variants.shadow),
    }
    return {"EndpointConfigName": deployment.config_name, **{name: value for name, value in lists.items() if value}}


def summaries(variants: Sequence[Variant]) -> list[dict[str, Any]]:
    """Return variants in the form of DescribeEndpoint."""
    return [
        {
            "VariantName": variant["VariantName"],
            **{f"{kind}Weight": variant.get("InitialVariantWeight", 1.0) for kind in ("Current", "Desired")},
            **{f"{kind}InstanceCount": variant.get("InitialInstanceCount") for kind in ("Current", "Desired")},
        }
        for variant in variants
    ]


def resized(variant: Variant, wanted: Mapping[str, Any]) -> Variant:
    """Return a variant with the weight and the number of instances of UpdateEndpointWeightsAndCapacities."""
    names = {"InitialVariantWeight": "DesiredWeight", "InitialInstanceCount": "DesiredInstanceCount"}
    return {**variant, **{name: wanted[member] for name, member in names.items() if wanted.get(member) is not None}}
