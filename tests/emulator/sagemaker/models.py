"""moto's SageMaker backend, with the inference experiments of its account and region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.sagemaker.models import SageMakerModelBackend

from ..experiments import Experiment, Experiments
from ..rules import arn, invalid
from ..world import current


class SageMakerBackend(SageMakerModelBackend):  # type: ignore[misc] # moto is not typed
    """Experiments live here, as in AWS; Cloud Control's handler works on them too."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.inference_experiments = Experiments(account_id, region_name, self)

    def check(self, request: Mapping[str, Any]) -> None:
        """What an experiment names has to exist: its role, its endpoint, its models."""
        if "RoleArn" in request and not self._role_exists(request["RoleArn"]):
            advice = (
                "Please ensure that the role exists and allows principal sagemaker.amazonaws.com to assume the role"
            )
            raise invalid(f"Could not access/assume role {request['RoleArn']}. {advice}.")
        endpoint = request.get("EndpointName")
        if endpoint is not None and endpoint not in self.endpoints:
            raise invalid(f'Could not find endpoint "{self._arn("endpoint", endpoint)}".')
        for variant in request["ModelVariants"]:
            if variant["ModelName"] not in self._models:
                raise invalid(f'Could not find model "{self._arn("model", variant["ModelName"])}".')

    def endpoint_metadata(self, name: str) -> dict[str, str]:
        """EndpointMetadata of an experiment; an endpoint deleted meanwhile has only its name left."""
        endpoint = self.endpoints.get(name)
        if endpoint is None:
            return {"EndpointName": name}
        config, status = endpoint.endpoint_config_name, endpoint.endpoint_status
        return {"EndpointName": name, "EndpointConfigName": config, "EndpointStatus": status}

    def add_tags(self, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
        """AWS overwrites a key that is there, where moto appends it again."""
        resource = self._get_resource_from_arn(arn)
        if isinstance(resource, Experiment):
            self.inference_experiments.add_tags(resource, tags)
        else:
            keys = {tag["Key"] for tag in tags}
            resource.tags = [tag for tag in resource.tags if tag["Key"] not in keys] + tags
        return list(resource.tags)

    def delete_tags(self, arn: str, tag_keys: list[str]) -> None:
        resource = self._get_resource_from_arn(arn)
        if isinstance(resource, Experiment):
            self.inference_experiments.delete_tags(resource, tag_keys)
        else:
            super().delete_tags(arn, tag_keys)

    def _get_resource_from_arn(self, arn: str) -> Any:
        resource = arn.rpartition(":")[2]
        if not resource.startswith("inference-experiment/"):
            return super()._get_resource_from_arn(arn)
        name = resource.removeprefix("inference-experiment/")
        for experiment in self.inference_experiments:
            if experiment.arn == arn or experiment.name == name:
                experiment.settle(current().clock.now())
                return experiment
        raise invalid(f"Could not find inference-experiment with name {name}")

    def _arn(self, kind: str, name: str) -> str:
        return arn(kind, name.lower(), account_id=self.account_id, region=self.region_name)

    def _role_exists(self, role_arn: str) -> bool:
        roles = iam_backends[self.account_id]["global"].roles.values()
        return any(role.arn == role_arn for role in roles)
