"""Builders of inference experiments as GetResource returns them, and of declarations."""

from __future__ import annotations

from typing import Any

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Declaration,
    Properties,
    Resource,
)

ARN = "arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/test"
ROLE = "arn:aws:iam::123456789012:role/shadow-test"
SCHEDULE = {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-08T09:00:00Z"}
TAGS = [{"Key": "team", "Value": "ml"}]


def variant(name: str, *, model: str = "", count: int = 1) -> Properties:
    """Return an element of ModelVariants."""
    real_time = {"InstanceType": "ml.m5.large", "InstanceCount": count}
    return {
        "ModelName": model or f"model-{name}",
        "VariantName": name,
        "InfrastructureConfig": {"InfrastructureType": "RealTimeInference", "RealTimeInferenceConfig": real_time},
    }


def shadow_mode(percentage: int = 10, *, source: str = "production", shadow: str = "shadow") -> Properties:
    """Return a ShadowModeConfig."""
    return {
        "SourceModelVariantName": source,
        "ShadowModelVariants": [{"ShadowModelVariantName": shadow, "SamplingPercentage": percentage}],
    }


VARIANTS = [variant("production"), variant("shadow")]
CREATABLE: Properties = {
    "Name": "test",
    "Type": "ShadowMode",
    "RoleArn": ROLE,
    "EndpointName": "endpoint",
    "ModelVariants": VARIANTS,
    "ShadowModeConfig": shadow_mode(),
}


def experiment(status: str, **other: Any) -> Properties:
    """Return the properties of an experiment. A property that is None is omitted."""
    read_only = {
        "Arn": ARN,
        "CreationTime": "2026-01-05T09:00:00Z",
        "LastModifiedTime": "2026-01-05T09:00:00Z",
        "EndpointMetadata": {"EndpointName": "endpoint", "EndpointStatus": "InService"},
    }
    properties = {**CREATABLE, **read_only, "Description": "As it was", "Tags": TAGS, "Status": status, **other}
    return {name: value for name, value in properties.items() if value is not None}


def seen(status: str, *, write_only: Properties | None = None, **other: Any) -> Resource:
    """Return an experiment as the engine reads it."""
    return Resource(experiment(status, **other), write_only)


def declaration(*, on_stop: str | None = None, **given: Any) -> Declaration:
    """Return the declaration of a task that sets the name and these properties: declaration(Description="New").

    Arguments in lower case are the other fields of the declaration.
    """
    properties = {name: value for name, value in given.items() if name[0].isupper()}
    fields = {name: value for name, value in given.items() if name[0].islower()}
    if on_stop:
        fields["module_only_options"] = {"on_stop": on_stop}
    return Declaration(identifier="test", properties={"Name": "test", **properties}, **fields)
