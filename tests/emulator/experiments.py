"""Inference experiments of an account and region in SageMaker; their state depends on the time.

Each function takes the current time. `settle` applies all due changes in order, however late it is called.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import rules
from .rules import SageMakerError
from .world import current

if TYPE_CHECKING:
    from .sagemaker.models import SageMakerBackend

IN_TRANSIT = ("Creating", "Updating", "Starting", "Stopping")
TERMINAL = ("Completed", "Cancelled")
STATUSES = ("Creating", "Created", "Updating", "Starting", "Running", "Stopping", "Completed", "Cancelled")
DELETABLE = ("Created", *TERMINAL)
CONFIGURATION = ("Description", "DataStorageConfig", "ModelVariants", "ShadowModeConfig")


@dataclasses.dataclass(frozen=True)
class Stop:
    """The parameters of StopInferenceExperiment; `actions` are by variant name."""

    actions: dict[str, str]
    desired_state: str
    reason: str | None
    desired_variants: list[dict[str, Any]] | None

    def request(self, name: str) -> dict[str, Any]:
        """Return the request of the call."""
        return {
            "Name": name,
            "ModelVariantActions": self.actions,
            "DesiredState": self.desired_state,
            "Reason": self.reason,
            "DesiredModelVariants": self.desired_variants,
        }


@dataclasses.dataclass
class Experiment:
    """An experiment: its properties under CloudFormation's names, and its state."""

    properties: dict[str, Any]
    arn: str
    status: str
    start: datetime
    end: datetime
    created: datetime
    modified: datetime
    tags: list[dict[str, str]]
    transit_end: datetime | None = None
    after_transit: str = ""
    status_reason: str | None = None
    completed: datetime | None = None
    stop: Stop | None = None

    @property
    def name(self) -> str:
        return str(self.properties["Name"])

    def next_change(self) -> tuple[datetime, str] | None:
        """Return time and status of the next change without a request; None if there is none."""
        if self.status in IN_TRANSIT:
            return (self.transit_end, self.arrival()) if self.transit_end else None
        if self.status == "Created":
            return max(self.start, self.modified), "Starting"
        if self.status == "Running":
            return max(self.end, self.modified), "Stopping"
        return None

    def enter(self, status: str, when: datetime, *, after: str = "", seconds: float | None = None) -> None:
        """Set the status; a transitional status lasts `seconds` and ends in `after`."""
        self.status, self.modified = status, when
        lasts = current().settings.transition_seconds if seconds is None else seconds
        self.transit_end = when + timedelta(seconds=lasts) if status in IN_TRANSIT and lasts < math.inf else None
        self.after_transit = after
        if status in TERMINAL:
            self.completed = when

    def arrival(self) -> str:
        """Return the status after the current transitional status."""
        if self.status != "Creating":
            return self.after_transit
        if self.transit_end and self.start > self.transit_end:
            return "Created"
        return "Starting" if current().settings.create_passes_starting else "Running"

    def variant_actions(self) -> dict[str, str] | None:
        """Return the actions of the stop for `production` and `shadow`; None without a stop."""
        if self.stop is None:
            return None
        roles = rules.variant_roles(self.properties["ShadowModeConfig"])
        return {role: self.stop.actions.get(name, "Retain") for role, name in roles.items()}


class Experiments:
    """SageMaker's operations on inference experiments, with its rules and its error messages."""

    def __init__(self, backend: SageMakerBackend) -> None:
        self.backend = backend
        self._by_name: dict[str, Experiment] = {}

    def __iter__(self) -> Iterator[Experiment]:
        return iter(list(self._by_name.values()))

    def settle(self, now: datetime) -> None:
        for experiment in self:
            self._settle(experiment, now)

    def arn(self, name: str) -> str:
        return self.backend.arn("inference-experiment", name)

    def clear(self) -> None:
        self._by_name.clear()

    def find(self, name: str) -> Experiment | None:
        return self._by_name.get(name)

    def get(self, name: str, now: datetime) -> Experiment:
        """Return the experiment with all due changes. Raises ResourceNotFound."""
        if name not in self._by_name:
            raise SageMakerError("ResourceNotFound", f"Inference experiment with name {name} does not exist.")
        self._settle(self._by_name[name], now)
        return self._by_name[name]

    def put(self, experiment: Experiment) -> None:
        """Add or replace an experiment without checks."""
        self._by_name[experiment.name] = experiment

    def create(self, request: Mapping[str, Any], now: datetime) -> Experiment:
        """CreateInferenceExperiment: Creating, then Created or, without a later start, Running."""
        self.settle(now)
        rules.check_request("CreateInferenceExperiment", request)
        self._check_in_use(request)
        rules.check_variants(request["ModelVariants"], request["ShadowModeConfig"])
        rules.check_tags(request.get("Tags") or [])
        if current().settings.check_references:
            self.backend.check(request)
        start, end = rules.schedule(request.get("Schedule"), now=now)
        kept = ("Name", "Type", "RoleArn", "EndpointName", "KmsKey", *CONFIGURATION)
        properties = {key: copy.deepcopy(request[key]) for key in kept if request.get(key) is not None}
        tags = [dict(tag) for tag in request.get("Tags") or []]
        experiment = Experiment(properties, self.arn(request["Name"]), "Creating", start, end, now, now, tags)
        if current().settings.assume_endpoints:
            self.backend.assume_endpoint(experiment, now)
        self.put(experiment)
        self._enter(experiment, "Creating", now)
        return experiment

    def update(self, request: Mapping[str, Any], now: datetime) -> Experiment:
        """UpdateInferenceExperiment: null leaves a member unchanged, any other value replaces it."""
        rules.check_request("UpdateInferenceExperiment", request)
        experiment = self._in_status(request["Name"], now, allowed=("Created", "Running"), verb="update")
        changes = {key: copy.deepcopy(request[key]) for key in CONFIGURATION if request.get(key) is not None}
        if experiment.status == "Running":
            rules.check_running_update(changes, request.get("Schedule"), experiment.properties)
        merged = {**experiment.properties, **changes}
        rules.check_variants(merged["ModelVariants"], merged["ShadowModeConfig"])
        if current().settings.check_references and "ModelVariants" in changes:
            self.backend.check({"ModelVariants": changes["ModelVariants"]})
        experiment.start, experiment.end = rules.rescheduled(experiment.start, experiment.end, request.get("Schedule"))
        experiment.properties = merged
        self._enter(experiment, "Updating", now, after=experiment.status)
        return experiment

    def start(self, name: str, now: datetime) -> Experiment:
        """StartInferenceExperiment: a start before the schedule, which changes StartTime."""
        experiment = self._in_status(name, now, allowed=("Created",), verb="start")
        experiment.start = now
        self._enter(experiment, "Starting", now, after="Running")
        return experiment

    def stop(self, name: str, order: Stop, now: datetime) -> Experiment:
        """StopInferenceExperiment: a stop before the schedule, which changes EndTime; both variants remain listed."""
        rules.check_request("StopInferenceExperiment", order.request(name))
        experiment = self._in_status(name, now, allowed=("Running",), verb="stop")
        rules.check_actions(order.actions, experiment.properties["ShadowModeConfig"])
        experiment.end, experiment.stop, experiment.status_reason = now, order, order.reason
        self._enter(experiment, "Stopping", now, after=order.desired_state)
        return experiment

    def delete(self, name: str, now: datetime) -> None:
        """DeleteInferenceExperiment: delete only the record."""
        self._in_status(name, now, allowed=DELETABLE, verb="delete")
        del self._by_name[name]

    def add_tags(self, experiment: Experiment, tags: list[dict[str, str]]) -> None:
        rules.check_request("AddTags", {"ResourceArn": experiment.arn, "Tags": tags})
        rules.check_tags(tags)
        added = {tag["Key"]: dict(tag) for tag in tags}
        kept = [added.pop(tag["Key"], tag) for tag in experiment.tags]
        experiment.tags = kept + list(added.values())

    def delete_tags(self, experiment: Experiment, keys: list[str]) -> None:
        rules.check_tags([{"Key": key} for key in keys])
        experiment.tags = [tag for tag in experiment.tags if tag["Key"] not in keys]

    def _settle(self, experiment: Experiment, now: datetime) -> None:
        """Apply all due changes of an experiment in order."""
        while (change := experiment.next_change()) and change[0] <= now:
            self._enter(experiment, change[1], change[0], after="Completed" if change[1] == "Stopping" else "Running")

    def _enter(self, experiment: Experiment, status: str, when: datetime, *, after: str = "") -> None:
        experiment.enter(status, when, after=after)
        self.backend.deployments.follow(experiment, when)

    def _in_status(self, name: str, now: datetime, *, allowed: tuple[str, ...], verb: str) -> Experiment:
        experiment = self.get(name, now)
        if experiment.status not in allowed:
            state = f"Inference experiment {experiment.arn} is in {experiment.status} state"
            raise SageMakerError("ConflictException", f"Cannot {verb} the inference experiment. {state}.")
        return experiment

    def _check_in_use(self, request: Mapping[str, Any]) -> None:
        if request["Name"] in self._by_name:
            raise SageMakerError("ResourceInUse", f"Inference experiment {self.arn(request['Name'])} already exists.")
        for other in self:
            if other.properties["EndpointName"] == request["EndpointName"] and other.status not in TERMINAL:
                message = f"Endpoint {request['EndpointName']} is in use by inference experiment {other.arn}."
                raise SageMakerError("ResourceInUse", message)
