"""moto's SageMaker backend, with the inference experiments of its account and region."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.iam.models import iam_backends
from moto.sagemaker.models import SageMakerModelBackend

from .. import rules
from ..endpoints import (
    IN_TRANSIT,
    Endpoint,
    Endpoints,
    Variants,
    described,
    later,
    of_test,
    resized,
    summaries,
    update_end,
)
from ..experiments import Experiment, Experiments
from ..rules import invalid
from ..traffic import Phase, Span, spans
from ..world import current


class SageMakerBackend(SageMakerModelBackend):  # type: ignore[misc] # moto is not typed
    """SageMaker's experiments and endpoints, which Cloud Control's handler uses too.

    moto stores which endpoints and configurations exist, `deployments` the variants of each endpoint over time.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.deployments = Endpoints(self._add_config)
        self.traffic: dict[str, list[Phase]] = {}
        self.inference_experiments = Experiments(self)

    def forget_experiments(self) -> None:
        """Remove all experiments and traffic, and restore the first deployment of the endpoints."""
        self.inference_experiments.clear()
        self.traffic.clear()
        endpoints, configs = self.deployments.restore()
        for name in endpoints:
            self.endpoints.pop(name, None)
        for name in configs:
            self.endpoint_configs.pop(name, None)

    def check(self, request: Mapping[str, Any]) -> None:
        """Raise SageMakerError if the role, the endpoint or a model of a request does not exist."""
        if "RoleArn" in request and not self._role_exists(request["RoleArn"]):
            trust = "exists and allows principal sagemaker.amazonaws.com to assume the role"
            raise invalid(f"Could not access/assume role {request['RoleArn']}. Please ensure that the role {trust}.")
        endpoint = request.get("EndpointName")
        if endpoint is not None and endpoint not in self.endpoints:
            raise invalid(f'Could not find endpoint "{self.arn("endpoint", endpoint)}".')
        for variant in request["ModelVariants"]:
            if variant["ModelName"] not in self._models:
                raise invalid(f'Could not find model "{self.arn("model", variant["ModelName"])}".')

    def assume_endpoint(self, experiment: Experiment, now: datetime) -> None:
        """Create the endpoint of an experiment if it does not exist."""
        name = experiment.properties["EndpointName"]
        if name not in self.endpoints:
            variants = Variants(of_test(experiment).production)
            config_name = self.deployments.new_config(name, variants)
            super().create_endpoint(name, config_name, [])
            self.deployments.create(name, config_name, variants, now, assumed=True)

    # traffic

    def add_traffic(self, endpoint_name: str, phase: Phase) -> None:
        """Set the traffic of an endpoint from a time on; it replaces later traffic."""
        earlier = [each for each in self.traffic.get(endpoint_name, ()) if each.since < phase.since]
        self.traffic[endpoint_name] = [*earlier, phase]

    def traffic_of(self, endpoint_name: str, variant_name: str, until: float) -> list[Span]:
        """Return the traffic of a variant up to a time, also of a deleted endpoint."""
        endpoint = self.deployments.find(endpoint_name, current().clock.now())
        return spans(variant_name, endpoint.history, self.traffic.get(endpoint_name, ()), until) if endpoint else []

    # endpoints

    def endpoint(self, name: str) -> Endpoint:
        """Return an endpoint with all due changes. Raises SageMakerError if it does not exist."""
        found = self.deployments.find(name, current().clock.now()) if name in self.endpoints else None
        if found is None:
            raise invalid(f'Could not find endpoint "{self.arn("endpoint", name)}".')
        return found

    def endpoint_metadata(self, name: str) -> dict[str, str]:
        """Return EndpointMetadata of an experiment; only the name if the endpoint was deleted."""
        if name not in self.endpoints:
            return {"EndpointName": name}
        endpoint = self.endpoint(name)
        config, status = endpoint.deployed.config_name, endpoint.status
        return {"EndpointName": name, "EndpointConfigName": config, "EndpointStatus": status}

    def create_endpoint(self, endpoint_name: str, endpoint_config_name: str, tags: list[dict[str, str]]) -> Any:
        variants = self._variants(endpoint_config_name)
        endpoint = super().create_endpoint(endpoint_name, endpoint_config_name, tags)
        self.deployments.create(endpoint_name, endpoint_config_name, variants, current().clock.now())
        return endpoint

    def describe_endpoint(self, endpoint_name: str) -> dict[str, Any]:
        endpoint = self.endpoint(endpoint_name)
        return {"EndpointArn": self.arn("endpoint", endpoint_name), **described(endpoint)}

    def update_endpoint(self, endpoint_name: str, endpoint_config_name: str) -> str:
        """UpdateEndpoint, which moto lacks: deploy another configuration; return the ARN."""
        endpoint, variants = self.endpoint(endpoint_name), self._variants(endpoint_config_name)
        self._update(endpoint, endpoint_config_name, variants)
        return self.arn("endpoint", endpoint_name)

    def update_endpoint_weights_and_capacities(
        self, endpoint_name: str, desired_weights_and_capacities: list[dict[str, Any]]
    ) -> str:
        endpoint = self.endpoint(endpoint_name)
        deployed = endpoint.deployed
        self.endpoints[endpoint_name].production_variants = summaries(deployed.variants.production)
        result: str = super().update_endpoint_weights_and_capacities(endpoint_name, desired_weights_and_capacities)
        wanted = {each["VariantName"]: each for each in desired_weights_and_capacities}
        changed = [resized(variant, wanted.get(variant["VariantName"], {})) for variant in deployed.variants.production]
        self._update(endpoint, deployed.config_name, deployed.variants._replace(production=tuple(changed)))
        return result

    def delete_endpoint(self, endpoint_name: str) -> None:
        self.endpoint(endpoint_name)
        super().delete_endpoint(endpoint_name)
        self.deployments.delete(endpoint_name, current().clock.now())

    def list_endpoints(self, **options: Any) -> Any:
        for name, listed in self.endpoints.items():
            endpoint = self.endpoint(name)
            listed.endpoint_status = endpoint.status
            # moto compares naive times.
            listed.creation_time = endpoint.created.replace(tzinfo=None)
            listed.last_modified_time = endpoint.modified.replace(tzinfo=None)
        return super().list_endpoints(**options)

    def create_endpoint_config(self, **details: Any) -> Any:
        config = super().create_endpoint_config(**details)
        config.creation_time = current().clock.now().replace(tzinfo=None)
        return config

    def describe_endpoint_config(self, endpoint_config_name: str) -> dict[str, Any]:
        config: dict[str, Any] = self._config(endpoint_config_name).response_object
        return config

    def delete_endpoint_config(self, endpoint_config_name: str) -> None:
        self._config(endpoint_config_name)
        super().delete_endpoint_config(endpoint_config_name)

    def _update(self, endpoint: Endpoint, config_name: str, variants: Variants) -> None:
        if endpoint.status in IN_TRANSIT:
            raise invalid(f'Cannot update in-progress endpoint "{self.arn("endpoint", endpoint.name)}".')
        now = current().clock.now()
        endpoint.update(config_name, variants, now, update_end(now, later(now, current().settings.transition_seconds)))

    def _variants(self, config_name: str) -> Variants:
        config = self._config(config_name)
        shadow = getattr(config, "shadow_production_variants", None) or ()
        return Variants(tuple(config.production_variants), tuple(shadow))

    def _config(self, name: str) -> Any:
        if name not in self.endpoint_configs:
            arn = self.arn("endpoint-config", name)
            raise invalid(f'Could not find endpoint configuration "{arn}".')
        return self.endpoint_configs[name]

    def _add_config(self, name: str, variants: Variants) -> None:
        """Add a configuration without moto's checks, which reject instance types that moto does not know."""
        config = self.create_endpoint_config(
            endpoint_config_name=name,
            production_variants=[],
            data_capture_config={},
            async_inference_config={},
            tags=[],
            kms_key_id="",
        )
        config.production_variants = [dict(variant) for variant in variants.production]
        config.shadow_production_variants = [dict(variant) for variant in variants.shadow] or None

    # tags

    def add_tags(self, arn: str, tags: list[dict[str, str]]) -> list[dict[str, str]]:
        """Overwrite an existing key as AWS does; moto adds it a second time."""
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
                return self.inference_experiments.get(experiment.name, current().clock.now())
        raise invalid(f"Could not find inference-experiment with name {name}")

    def arn(self, kind: str, name: str) -> str:
        return rules.arn(kind, name.lower(), account_id=self.account_id, region=self.region_name)

    def _role_exists(self, role_arn: str) -> bool:
        roles = iam_backends[self.account_id]["global"].roles.values()
        return any(role.arn == role_arn for role in roles)
