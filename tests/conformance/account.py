"""An account with an endpoint, for the checks: boto3 clients, experiments in a status, waits, and the removal of both.

At most one experiment uses the endpoint at a time. A check that needs a status receives the experiment of an earlier
check if the experiment has this status. The set-up uses the API of SageMaker, so that a fact about Cloud Control can
fail without failing other facts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from tests.conformance.fact import Scenario
    from tests.emulator import Emulator

TYPE_NAME = "AWS::SageMaker::InferenceExperiment"
TAG = "awscc-conformance"
SHADOW_VARIANT = "conformance-shadow"
SAMPLING = "/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage"
IN_TRANSIT = ("Creating", "Updating", "Starting", "Stopping")
TERMINAL = ("Completed", "Cancelled")
POLL_SECONDS = 5
LONGEST = timedelta(hours=2)
# Cloud Control can reject an operation at once, or accept the operation and fail later. Both are the same observation.
_SAME = {
    "ResourceNotFoundException": "NotFound",
    "NotUpdatableException": "NotUpdatable",
    "ValidationException": "InvalidRequest",
    "InvalidRequestException": "InvalidRequest",
}
Event = Mapping[str, Any]


class Resources(NamedTuple):
    """The resources of the caller that the checks use."""

    region: str
    role_arn: str
    endpoint: str
    production_model: str
    shadow_model: str


class Outcome(NamedTuple):
    """The result of an operation: SUCCESS, CANCEL_COMPLETE or an error code, and the message of a failure."""

    code: str
    message: str = ""


class Time(NamedTuple):
    """The time of the account."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]


def add(name: str, value: Any) -> dict[str, Any]:
    """Return the operation of a patch that sets a property."""
    return {"op": "add", "path": f"/{name}", "value": value}


def replace(path: str, value: Any, verb: str = "replace") -> dict[str, Any]:
    return {"op": verb, "path": path, "value": value}


def error_of(call: Callable[[], object]) -> str:
    """Return the error code of a rejected call, or SUCCESS."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "SUCCESS"


def text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


class Account:
    """Calls for the checks. All created experiments have names with a prefix of this run, and a tag."""

    def __init__(
        self,
        resources: Resources,
        client: Callable[[str], Any],
        time: Time,
        *,
        run_id: str,
        invoke: Callable[[], object],
        emulator: Emulator | None = None,
    ) -> None:
        self.resources, self.client, self.time, self.run_id, self.invoke = resources, client, time, run_id, invoke
        self.cloudcontrol, self.sagemaker = client("cloudcontrol"), client("sagemaker")
        self._emulator = emulator
        self._records: dict[str, Any] = {}
        self._count = 0
        self._unfinished: dict[str, Event] = {}
        """The operations in progress, by request token."""
        self._live: list[str] = []
        """The experiments that can use the endpoint; more than one only if AWS contradicts a fact."""
        self._ended: str | None = None
        self.config_names: set[str] = set()
        self.original_config = self.endpoint()["EndpointConfigName"]
        self.variant = self._production_variant()
        # The default bucket of SageMaker in the account of the role.
        self.destination = f"s3://sagemaker-{resources.region}-{resources.role_arn.split(':')[4]}/conformance"

    def _production_variant(self) -> Mapping[str, Any]:
        config = self.sagemaker.describe_endpoint_config(EndpointConfigName=self.original_config)
        variants = config["ProductionVariants"]
        if [variant.get("ModelName") for variant in variants] != [self.resources.production_model]:
            raise ValueError(
                f"The endpoint {self.resources.endpoint} must have one production variant, "
                f"with the model {self.resources.production_model}."
            )
        if "InstanceType" not in variants[0]:
            raise ValueError(f"The endpoint {self.resources.endpoint} has no instances, and cannot run shadow tests.")
        variant: Mapping[str, Any] = variants[0]
        return variant

    @property
    def emulator(self) -> Emulator:
        """The emulator, for facts that do not run on AWS."""
        assert self._emulator is not None, "the fact runs against the emulator only"
        return self._emulator

    @property
    def prefix(self) -> str:
        return f"conformance-{self.run_id}-"

    def once(self, scenario: Scenario) -> Any:
        """Return the record of a scenario, which runs once. A failure is raised again for each fact."""
        if scenario.name not in self._records:
            try:
                self._records[scenario.name] = scenario.run(self)
            except Exception as error:
                self._records[scenario.name] = error
                raise
        if isinstance(self._records[scenario.name], Exception):
            raise self._records[scenario.name]
        return self._records[scenario.name]

    # time

    def now(self) -> datetime:
        """Return the current time in seconds."""
        return self.time.now().replace(microsecond=0)

    def sleep(self, seconds: float) -> None:
        self.time.sleep(seconds)

    def wait(self, done: Callable[[], Any], subject: str) -> Any:
        """Poll until the function returns a true value; return the value. Raises TimeoutError."""
        end = self.now() + LONGEST
        while not (value := done()):
            if self.now() > end:
                raise TimeoutError(f"{subject}: no end after {LONGEST}")
            self.sleep(POLL_SECONDS)
        return value

    # Cloud Control

    def send_create(self, name: str, **changes: Any) -> Event:
        """Submit a create with the required properties and changes; return the first ProgressEvent."""
        desired = json.dumps(self.properties(name, **changes))
        return self._sent(self.cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=desired))

    def send_update(self, name: str, *patch: Mapping[str, Any], **parameters: Any) -> Event:
        document = json.dumps(patch)
        target = {"TypeName": TYPE_NAME, "Identifier": name, "PatchDocument": document}
        return self._sent(self.cloudcontrol.update_resource(**target, **parameters))

    def send_delete(self, name: str) -> Event:
        return self._sent(self.cloudcontrol.delete_resource(TypeName=TYPE_NAME, Identifier=name))

    def create(self, name: str, **changes: Any) -> Outcome:
        outcome = self.outcome(lambda: self.send_create(name, **changes))
        if name not in self._live and self.exists(name):
            self._live.append(name)
        return outcome

    def update(self, name: str, *patch: Mapping[str, Any], **parameters: Any) -> Outcome:
        return self.outcome(lambda: self.send_update(name, *patch, **parameters))

    def delete(self, name: str) -> Outcome:
        return self.outcome(lambda: self.send_delete(name))

    def outcome(self, send: Callable[[], Event]) -> Outcome:
        """Submit an operation and wait for its end."""
        try:
            event = self.final(send())
        except ClientError as error:
            found = error.response["Error"]
            return Outcome(_SAME.get(found["Code"], found["Code"]), found["Message"])
        code = str(event.get("ErrorCode") or event["OperationStatus"])
        return Outcome(_SAME.get(code, code), event.get("StatusMessage", ""))

    def event(self, event: Event) -> Event:
        """Return the current ProgressEvent of an operation."""
        response = self.cloudcontrol.get_resource_request_status(RequestToken=event["RequestToken"])
        found: Event = response["ProgressEvent"]
        return found

    def final(self, event: Event) -> Event:
        """Wait for the end of an operation; return its last ProgressEvent."""

        def ended() -> Event | None:
            found = self.event(event)
            return found if found["OperationStatus"] in ("SUCCESS", "FAILED", "CANCEL_COMPLETE") else None

        last: Event = self.wait(ended, "the operation")
        self._unfinished.pop(event["RequestToken"], None)
        return last

    def get(self, name: str) -> dict[str, Any]:
        """Return the properties of GetResource."""
        found = self.cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier=name)
        properties: dict[str, Any] = json.loads(found["ResourceDescription"]["Properties"])
        return properties

    def _sent(self, response: Mapping[str, Any]) -> Event:
        event: Event = response["ProgressEvent"]
        self._unfinished[event["RequestToken"]] = event
        return event

    # experiments

    def number(self) -> int:
        """Return a new number."""
        self._count += 1
        return self._count

    def new_name(self) -> str:
        return f"{self.prefix}{self.number()}"

    def properties(self, name: str, **changes: Any) -> dict[str, Any]:
        """Return the required properties of an experiment with changes, and the tag of this run."""
        production, shadow = str(self.variant["VariantName"]), SHADOW_VARIANT
        sampled = {"ShadowModelVariantName": shadow, "SamplingPercentage": 10}
        return {
            "Name": name,
            "Type": "ShadowMode",
            "RoleArn": self.resources.role_arn,
            "EndpointName": self.resources.endpoint,
            "ModelVariants": [
                self.model_variant(production, self.resources.production_model),
                self.model_variant(shadow, self.resources.shadow_model),
            ],
            "ShadowModeConfig": {"SourceModelVariantName": production, "ShadowModelVariants": [sampled]},
            **changes,
            "Tags": [*tags(**{TAG: self.run_id}), *changes.get("Tags", ())],
        }

    def model_variant(self, name: str, model: str, *, count: int = 1) -> dict[str, Any]:
        size = {"InstanceType": self.variant["InstanceType"], "InstanceCount": count}
        infrastructure = {"InfrastructureType": "RealTimeInference", "RealTimeInferenceConfig": size}
        return {"VariantName": name, "ModelName": model, "InfrastructureConfig": infrastructure}

    def schedule(self, days: int = 20) -> dict[str, str]:
        """Return a Schedule that starts after these days, and ends one day later."""
        start = self.now() + timedelta(days=days)
        return {"StartTime": text(start), "EndTime": text(start + timedelta(days=1))}

    def describe(self, name: str) -> dict[str, Any]:
        """Return DescribeInferenceExperiment in the form of Cloud Control, and the Schedule as datetimes in `times`."""
        found = dict(self.sagemaker.describe_inference_experiment(Name=name))
        variants = found["ModelVariants"]
        found["ModelVariants"] = [{key: each[key] for key in each if key != "Status"} for each in variants]
        found["times"] = found.get("Schedule", {})
        found["Schedule"] = {key: text(time) for key, time in found["times"].items()}
        return found

    def status(self, name: str) -> str:
        return str(self.sagemaker.describe_inference_experiment(Name=name)["Status"])

    def exists(self, name: str) -> bool:
        try:
            self.status(name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFound":
                return False
            raise
        return True

    def tags(self, name: str) -> dict[str, str]:
        found = self.sagemaker.list_tags(ResourceArn=self.describe(name)["Arn"])["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def stable(self, name: str) -> str:
        """Wait until the status is not transitional; return the status."""

        def reached() -> str | None:
            found = self.status(name)
            return None if found in IN_TRANSIT else found

        if (status := self.status(name)) in IN_TRANSIT:
            status = self.wait(reached, f"the experiment {name}")
            self.endpoint()  # The new status can have a new endpoint configuration, which the end of the run removes.
        return status

    def creating(self, **changes: Any) -> str:
        """Return a new experiment that starts in 20 days, without a wait."""
        self.release()
        name = self.new_name()
        self._live = [name]
        properties = self.properties(name, **{"Schedule": self.schedule(), **changes})
        self.sagemaker.create_inference_experiment(**properties)
        return name

    def created(self) -> str:
        """Return an experiment that has not started."""
        if self._live_in("Created") is None:
            self.stable(self.creating())
        return self._live[-1]

    def starting(self) -> str:
        name = self.created()
        self.sagemaker.start_inference_experiment(Name=name)
        return name

    def running(self) -> str:
        """Return a Running experiment."""
        if self._live_in("Running") is None:
            self.stable(self.starting())
        return self._live[-1]

    def _live_in(self, status: str) -> str | None:
        found = self._live[-1] if self._live and self.exists(self._live[-1]) else None
        return found if found and self.stable(found) == status else None

    def updating(self) -> str:
        name = self.created()
        self.sagemaker.update_inference_experiment(Name=name, Description=self.words())
        return name

    def stopping(self) -> str:
        name = self.running()
        self._stop(name)
        return name

    def ended(self) -> str:
        """Return an experiment that has ended."""
        if not (self._ended and self.exists(self._ended)):
            name = self.stopping()
            self.stable(name)
            self.release()
        assert self._ended is not None
        return self._ended

    def words(self) -> str:
        """Return a new description."""
        return f"Description {self.number()}"

    def _stop(self, name: str) -> None:
        variants = (self.variant["VariantName"], SHADOW_VARIANT)
        self.sagemaker.stop_inference_experiment(
            Name=name, ModelVariantActions=dict(zip(variants, ("Retain", "Remove"), strict=True))
        )

    # the endpoint

    def endpoint(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.sagemaker.describe_endpoint(EndpointName=self.resources.endpoint)
        pending = found.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
        self.config_names |= {found["EndpointConfigName"], *([pending] if pending else [])}
        return found

    def in_service(self) -> Mapping[str, Any]:
        """Wait for the end of an update of the endpoint; return the endpoint."""
        steady = ("InService", "OutOfService", "Failed", "UpdateRollbackFailed")

        def ended() -> Mapping[str, Any] | None:
            found = self.endpoint()
            return found if found["EndpointStatus"] in steady else None

        endpoint: Mapping[str, Any] = self.wait(ended, f"the endpoint {self.resources.endpoint}")
        return endpoint

    def serving(self) -> dict[str, dict[str, str]]:
        """Wait for the endpoint; return the models of its production and shadow variants by variant."""
        config = self.sagemaker.describe_endpoint_config(EndpointConfigName=self.in_service()["EndpointConfigName"])
        lists = {"production": "ProductionVariants", "shadow": "ShadowProductionVariants"}
        return {
            role: {each["VariantName"]: each["ModelName"] for each in config.get(member, [])}
            for role, member in lists.items()
        }

    # removal

    def discard(self) -> None:
        """Remove the current experiment, so that no later check receives it."""
        for name in self._live:
            self._remove(name)
        self._live = []

    def release(self) -> None:
        """Release the endpoint: keep an experiment that has ended, and remove any other."""
        for name in filter(self.exists, self._live):
            if self.stable(name) in TERMINAL:
                self._ended = name
            else:
                self._remove(name)
        self._live = []
        self._restore_endpoint()

    def _remove(self, name: str) -> None:
        if self.stable(name) == "Running":
            self._stop(name)
            self.stable(name)
        self.sagemaker.delete_inference_experiment(Name=name)

    def _restore_endpoint(self) -> None:
        found = self.in_service()
        if (found["EndpointConfigName"], found["EndpointStatus"]) != (self.original_config, "InService"):
            self.sagemaker.update_endpoint(
                EndpointName=self.resources.endpoint, EndpointConfigName=self.original_config
            )
            self.in_service()

    def remove_all(self) -> list[str]:
        """Remove all experiments of this run, and restore the endpoint. Return a line for each failure."""
        failures: list[str] = []
        for event in list(self._unfinished.values()):
            # The handler could create an experiment after the list of experiments.
            _attempt(partial(self.final, event), f"operation {event['RequestToken']}", failures)
        names: list[str] = []
        _attempt(lambda: names.extend(self._own()), f"experiments {self.prefix}...", failures)
        for name in names:
            _attempt(partial(self._remove, name), f"experiment {name}", failures)
        before = len(failures)
        _attempt(self._restore_endpoint, f"endpoint {self.resources.endpoint}", failures)
        restored = len(failures) == before
        for config in sorted(self.config_names - {self.original_config}):
            subject = f"endpoint configuration {config}"
            if restored:
                _attempt(partial(self.sagemaker.delete_endpoint_config, EndpointConfigName=config), subject, failures)
            else:  # AWS does not reject the delete of a configuration that an endpoint uses
                failures.append(f"{subject}: the endpoint may use it")
        return failures

    def _own(self) -> list[str]:
        pages = self.sagemaker.get_paginator("list_inference_experiments").paginate(NameContains=self.prefix)
        return [entry["Name"] for page in pages for entry in page["InferenceExperiments"]]

    # results

    def public(self, value: Any) -> Any:
        """Return an observation without the names of the caller's resources and account."""
        if isinstance(value, Mapping):
            return {self.public(key): self.public(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.public(each) for each in value]
        if not isinstance(value, str):
            return value
        names = {
            self.resources.production_model: "PRODUCTION_MODEL",
            self.resources.shadow_model: "SHADOW_MODEL",
            self.resources.endpoint: "ENDPOINT",
            str(self.variant["VariantName"]): "production",
            SHADOW_VARIANT: "shadow",
            self.destination: "DESTINATION",
        }
        return names.get(value) or re.sub(r"arn:aws[^\s\"',\]]*|\b\d{12}\b", "...", value)


def _attempt(act: Callable[[], object], subject: str, failures: list[str]) -> None:
    try:
        act()
    except (BotoCoreError, ClientError, TimeoutError) as error:
        failures.append(f"{subject}: {error}")
