"""The resources that an inference experiment requires: a bucket, a role, two models and an endpoint."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

ACCOUNT_ID = "123456789012"
_IMAGE = f"{ACCOUNT_ID}.dkr.ecr.us-east-1.amazonaws.com/model:1"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@dataclasses.dataclass(frozen=True)
class Seed:
    """Names and ARNs of the created resources."""

    region: str
    role_arn: str
    endpoint_name: str
    endpoint_config_name: str
    production_model: str
    shadow_model: str
    bucket: str
    destination: str

    def properties(self, name: str, **changes: Any) -> dict[str, Any]:
        """Return the required properties of an experiment with changes; None removes a property."""
        properties = {
            "Name": name,
            "Type": "ShadowMode",
            "RoleArn": self.role_arn,
            "EndpointName": self.endpoint_name,
            "ModelVariants": [variant("production", self.production_model), variant("shadow", self.shadow_model)],
            "ShadowModeConfig": shadow_mode_config(),
            **changes,
        }
        return {key: value for key, value in properties.items() if value is not None}


def variant(name: str, model: str, *, instance_type: str = "ml.m5.xlarge", count: int = 1) -> dict[str, Any]:
    """Return an element of ModelVariants."""
    real_time = {"InstanceType": instance_type, "InstanceCount": count}
    config = {"InfrastructureType": "RealTimeInference", "RealTimeInferenceConfig": real_time}
    return {"ModelName": model, "VariantName": name, "InfrastructureConfig": config}


def shadow_mode_config(percentage: int = 50) -> dict[str, Any]:
    """Return the ShadowModeConfig of the variants `production` and `shadow`."""
    shadow = {"ShadowModelVariantName": "shadow", "SamplingPercentage": percentage}
    return {"SourceModelVariantName": "production", "ShadowModelVariants": [shadow]}


def sow(client: Callable[[str, str], Any], region: str, name: str) -> Seed:
    """Create the missing resources in the region; all names begin with `name`."""
    role_arn = _role(client("iam", region), f"{name}-sagemaker")
    bucket = f"{name}-inference-data-{region}"
    _bucket(client("s3", region), bucket, region)
    sagemaker = client("sagemaker", region)
    models = (f"{name}-model-a", f"{name}-model-b")
    for model in models:
        sagemaker.create_model(ModelName=model, ExecutionRoleArn=role_arn, PrimaryContainer={"Image": _IMAGE})
    config, endpoint = f"{name}-endpoint-config", f"{name}-endpoint"
    production = {"VariantName": "production", "ModelName": models[0], "InstanceType": "ml.m5.xlarge"}
    variants = [{**production, "InitialInstanceCount": 1, "InitialVariantWeight": 1.0}]
    sagemaker.create_endpoint_config(EndpointConfigName=config, ProductionVariants=variants)
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    return Seed(region, role_arn, endpoint, config, *models, bucket, f"s3://{bucket}/captured")


def _role(iam: Any, name: str) -> str:
    with contextlib.suppress(ClientError):
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]
    return str(role["Arn"])


def _bucket(s3: Any, name: str, region: str) -> None:
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=name, **where)
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
