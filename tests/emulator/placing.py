"""Experiments in any status, created without the checks of SageMaker, and their internal state, for tests."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from . import rules, seed
from .experiments import IN_TRANSIT, STATUSES, TERMINAL, Experiment, Experiments
from .world import current

_AFTER = {"Creating": "Created", "Updating": "Created", "Starting": "Running", "Stopping": "Completed"}


def place(
    experiments: Experiments,
    properties: Mapping[str, Any],
    *,
    now: datetime,
    status: str = "Running",
    tags: Mapping[str, str] | None = None,
    time_left: float | None = None,
    then: str | None = None,
) -> Experiment:
    """Create or replace an experiment with any status.

    `properties` are those of CloudFormation, write-only ones included; only Name is required. `tags` may contain
    `aws:*` keys. A transitional status lasts `time_left` seconds (default transition_seconds, `math.inf`: always);
    `then` is the status after Updating and Stopping. Endpoint, models and role need not exist.
    """
    if status not in STATUSES:
        raise ValueError(f"unknown status {status!r}; there are: {', '.join(STATUSES)}")
    if (time_left is not None or then is not None) and status not in IN_TRANSIT:
        raise ValueError(f"time_left and then are for {', '.join(IN_TRANSIT)}, not for {status}")
    declared = copy.deepcopy(dict(properties))
    start, end = _schedule(declared.pop("Schedule", None) or {}, status, now)
    reason = declared.pop("StatusReason", None)
    pairs = {tag["Key"]: tag["Value"] for tag in declared.pop("Tags", [])} | dict(tags or {})
    tag_list = [{"Key": key, "Value": value} for key, value in pairs.items()]
    complete = _defaults(experiments, str(declared["Name"])) | declared
    arn = experiments.arn(complete["Name"])
    experiment = Experiment(complete, arn, status, start, end, now, now, tag_list, status_reason=reason)
    experiment.enter(status, now, after=then or _AFTER.get(status, ""), seconds=time_left)
    experiments.put(experiment)
    if current().settings.assume_endpoints:
        experiments.backend.assume_endpoint(experiment, now)
    experiments.backend.deployments.assume(experiment)
    experiments.backend.deployments.follow(experiment, now)
    return experiment


def raw(experiment: Experiment) -> dict[str, Any]:
    """Return the state of an experiment as JSON values; see Controls.experiment."""
    stop = experiment.stop
    return {
        "properties": copy.deepcopy(experiment.properties),
        "arn": experiment.arn,
        "status": experiment.status,
        "status_reason": experiment.status_reason,
        "schedule": {"start": _text(experiment.start), "end": _text(experiment.end)},
        "created": _text(experiment.created),
        "modified": _text(experiment.modified),
        "completed": experiment.completed and _text(experiment.completed),
        "transit_end": experiment.transit_end and _text(experiment.transit_end),
        "tags": {tag["Key"]: tag["Value"] for tag in experiment.tags},
        "stop": stop and {"actions": dict(stop.actions), "desired_state": stop.desired_state, "reason": stop.reason},
        "fate": experiment.variant_actions(),
        "serving": _serving(experiment),
    }


def _serving(experiment: Experiment) -> str | None:
    """Return the model that serves production requests; None if the stop removed it."""
    actions = experiment.variant_actions() if experiment.status in TERMINAL else None
    roles = rules.variant_roles(experiment.properties["ShadowModeConfig"])
    deployed = (experiment.stop.desired_variants if experiment.stop and actions else None) or []
    variants = [*experiment.properties["ModelVariants"], *deployed]
    models: dict[str, str] = {variant["VariantName"]: variant["ModelName"] for variant in variants}
    if actions is None or actions["production"] == "Retain":
        return models[roles["production"]]
    return models[roles["shadow"]] if actions["shadow"] == "Promote" else None


def _schedule(times: Mapping[str, str], status: str, now: datetime) -> tuple[datetime, datetime]:
    """Return start and end; the defaults lie in the future before the start and in the past after the end."""
    start = now + timedelta(days=1) if status in ("Creating", "Created", "Updating") else now - timedelta(hours=2)
    if "StartTime" in times:
        start = rules.parse_time(times["StartTime"])
    if "EndTime" in times:
        return start, rules.parse_time(times["EndTime"])
    return start, now if status in TERMINAL else start + rules.DEFAULT_DURATION


def _defaults(experiments: Experiments, name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": "ShadowMode",
        "RoleArn": f"arn:aws:iam::{experiments.backend.account_id}:role/demo-sagemaker",
        "EndpointName": f"{name[:54]}-endpoint",
        "ModelVariants": [seed.variant("production", "demo-model-a"), seed.variant("shadow", "demo-model-b")],
        "ShadowModeConfig": seed.shadow_mode_config(),
    }


def _text(time: datetime) -> str:
    return rules.format_time(time)
