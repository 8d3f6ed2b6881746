"""SageMaker's API for inference experiments, for callers other than Cloud Control."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, cast

import moto.sagemaker.responses

from .. import rules
from ..experiments import Experiment, Stop
from ..world import current
from .models import SageMakerBackend

_SUMMARY = ("Name", "Type", "Description", "RoleArn")
_PAGE_SIZE = 20


class SageMakerResponse(moto.sagemaker.responses.SageMakerResponse):  # type: ignore[misc] # moto is not typed
    """moto's SageMaker with inference experiments, UpdateEndpoint and shadow variants."""

    @property
    def sagemaker_backend(self) -> SageMakerBackend:
        """The backend after all due changes."""
        from ..cloudcontrol.models import cloudcontrol_backends

        cloudcontrol_backends[self.current_account][self.region].settle()
        return cast("SageMakerBackend", super().sagemaker_backend)

    @property
    def request(self) -> dict[str, Any]:
        """The request, with timestamps as datetimes."""
        request: dict[str, Any] = json.loads(self.body)
        schedule = request.get("Schedule")
        if schedule:
            request["Schedule"] = {name: _moment(value) for name, value in schedule.items()}
        return request

    def create_inference_experiment(self) -> str:
        return self._respond(lambda b, r, now: _arn(b.inference_experiments.create(r, now)))

    def update_inference_experiment(self) -> str:
        return self._respond(lambda b, r, now: _arn(b.inference_experiments.update(r, now)))

    def start_inference_experiment(self) -> str:
        return self._respond(lambda b, r, now: _arn(b.inference_experiments.start(r["Name"], now)))

    def stop_inference_experiment(self) -> str:
        return self._respond(lambda b, r, now: _arn(b.inference_experiments.stop(r["Name"], _stop(r), now)))

    def describe_inference_experiment(self) -> str:
        return self._respond(lambda b, r, now: describe(b, b.inference_experiments.get(r["Name"], now)))

    def delete_inference_experiment(self) -> str:
        def delete(backend: SageMakerBackend, request: dict[str, Any], now: datetime) -> dict[str, Any]:
            arn = _arn(backend.inference_experiments.get(request["Name"], now))
            backend.inference_experiments.delete(request["Name"], now)
            return arn

        return self._respond(delete)

    def list_inference_experiments(self) -> str:
        return self._respond(_list)

    def create_endpoint_config(self) -> Any:
        response = super().create_endpoint_config()
        config = self.sagemaker_backend.endpoint_configs[self._get_param("EndpointConfigName")]
        config.shadow_production_variants = self._get_param("ShadowProductionVariants")
        return response

    def update_endpoint(self) -> str:
        request = self.request
        arn = self.sagemaker_backend.update_endpoint(request["EndpointName"], request["EndpointConfigName"])
        return json.dumps({"EndpointArn": arn})

    def _respond(self, act: Callable[[SageMakerBackend, dict[str, Any], datetime], dict[str, Any]]) -> str:
        return json.dumps(act(self.sagemaker_backend, self.request, current().clock.now()))


def describe(backend: SageMakerBackend, experiment: Experiment) -> dict[str, Any]:
    """Return the response of DescribeInferenceExperiment; times are seconds since the epoch."""
    configuration = {key: value for key, value in experiment.properties.items() if key != "EndpointName"}
    variants = [{**variant, "Status": "InService"} for variant in experiment.properties["ModelVariants"]]
    response = {
        **configuration,
        **_times(experiment),
        "Arn": experiment.arn,
        "Status": experiment.status,
        "EndpointMetadata": backend.endpoint_metadata(experiment.properties["EndpointName"]),
        "ModelVariants": variants,
    }
    return {key: value for key, value in response.items() if value is not None}


def _times(experiment: Experiment) -> dict[str, Any]:
    return {
        "Schedule": {"StartTime": experiment.start.timestamp(), "EndTime": experiment.end.timestamp()},
        "CreationTime": experiment.created.timestamp(),
        "LastModifiedTime": experiment.modified.timestamp(),
        "CompletionTime": experiment.completed.timestamp() if experiment.completed else None,
        "StatusReason": experiment.status_reason,
    }


def _list(backend: SageMakerBackend, request: dict[str, Any], now: datetime) -> dict[str, Any]:
    backend.inference_experiments.settle(now)
    sort_key = {"Name": "name", "Status": "status"}.get(request.get("SortBy", ""), "created")
    found = [experiment for experiment in backend.inference_experiments if _wanted(experiment, request)]
    found.sort(key=lambda e: (getattr(e, sort_key), e.name), reverse=request.get("SortOrder") != "Ascending")
    begin = int(request.get("NextToken") or 0)
    end = begin + (request.get("MaxResults") or _PAGE_SIZE)
    page = [_summary(experiment) for experiment in found[begin:end]]
    return {"InferenceExperiments": page, **({"NextToken": str(end)} if end < len(found) else {})}


def _wanted(experiment: Experiment, request: dict[str, Any]) -> bool:
    status = request.get("StatusEquals") in (None, experiment.status)
    return status and request.get("NameContains", "").lower() in experiment.name.lower()


def _summary(experiment: Experiment) -> dict[str, Any]:
    properties = experiment.properties
    known = {**{key: properties.get(key) for key in _SUMMARY}, "Status": experiment.status, **_times(experiment)}
    return {key: value for key, value in known.items() if value is not None}


def _stop(request: dict[str, Any]) -> Stop:
    state, reason = request.get("DesiredState", "Completed"), request.get("Reason")
    return Stop(request["ModelVariantActions"], state, reason, request.get("DesiredModelVariants"))


def _arn(experiment: Experiment) -> dict[str, Any]:
    return {"InferenceExperimentArn": experiment.arn}


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, str):
        return rules.parse_time(value)
    return datetime.fromtimestamp(value, timezone.utc)
