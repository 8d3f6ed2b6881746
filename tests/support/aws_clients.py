"""boto3 clients of the emulator, which advance its clock to wait for operations."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import Loader

from tests.emulator import Emulator, Seed
from tests.emulator.controls import new_session

TYPE_NAME = "AWS::SageMaker::InferenceExperiment"
REGION = "us-east-1"
NO_RETRIES = Config(retries={"total_max_attempts": 1})
Operation = dict[str, Any]


def add(path: str, value: Any) -> Operation:
    return {"op": "add", "path": path, "value": value}


def replace(path: str, value: Any) -> Operation:
    return {"op": "replace", "path": path, "value": value}


def remove(path: str) -> Operation:
    return {"op": "remove", "path": path}


class Aws:
    """Calls for the resource type, without retries by botocore."""

    def __init__(self, emulator: Emulator, seed: Seed) -> None:
        self.emulator = emulator
        self.seed = seed
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = REGION) -> Any:
        if (service, region) not in self._clients:
            self._clients[service, region] = new_session().client(service, region_name=region, config=NO_RETRIES)
        return self._clients[service, region]

    @property
    def cloudcontrol(self) -> Any:
        return self.client("cloudcontrol")

    @property
    def sagemaker(self) -> Any:
        return self.client("sagemaker")

    def send_create(self, name: str = "test", **changes: Any) -> Any:
        """Create an experiment with the required properties and changes; return the first ProgressEvent."""
        desired = json.dumps(self.seed.properties(name, **changes))
        return self.cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=desired)["ProgressEvent"]

    def send_update(self, *operations: Operation, name: str = "test", **parameters: Any) -> Any:
        patch = json.dumps(operations)
        return self.cloudcontrol.update_resource(
            TypeName=TYPE_NAME, Identifier=name, PatchDocument=patch, **parameters
        )["ProgressEvent"]

    def send_delete(self, name: str = "test") -> Any:
        return self.cloudcontrol.delete_resource(TypeName=TYPE_NAME, Identifier=name)["ProgressEvent"]

    def create(self, name: str = "test", **changes: Any) -> Any:
        return self.final(self.send_create(name, **changes))

    def update(self, *operations: Operation, name: str = "test") -> Any:
        return self.final(self.send_update(*operations, name=name))

    def delete(self, name: str = "test") -> Any:
        return self.final(self.send_delete(name))

    def status(self, event: Any) -> Any:
        return self.cloudcontrol.get_resource_request_status(RequestToken=event["RequestToken"])["ProgressEvent"]

    def final(self, event: Any) -> Any:
        """Advance the clock in seconds until an operation ends; return its last event."""
        for _second in range(3000):
            event = self.status(event)
            if event["OperationStatus"] in ("SUCCESS", "FAILED", "CANCEL_COMPLETE"):
                return event
            self.emulator.clock.advance(1)
        raise AssertionError(f"the operation does not end: {event}")

    def get(self, name: str = "test", region: str = REGION) -> Any:
        """Return the properties of GetResource."""
        found = self.client("cloudcontrol", region).get_resource(TypeName=TYPE_NAME, Identifier=name)
        return json.loads(found["ResourceDescription"]["Properties"])

    def describe(self, name: str = "test") -> Any:
        return self.sagemaker.describe_inference_experiment(Name=name)

    def put(self, status: str = "Running", name: str = "test", **more: Any) -> Any:
        """Put an experiment in a status; `more` are properties, time_left, then and tags. Return its state."""
        details = {key: more.pop(key) for key in ("time_left", "then", "tags") if key in more}
        return self.emulator.put_experiment(REGION, self.seed.properties(name, **more), status=status, **details)

    def raw(self, name: str = "test") -> Any:
        return self.emulator.experiment(name, REGION)

    def pass_time(self, seconds: float) -> None:
        self.emulator.clock.advance(seconds)


class CloudWatch(NamedTuple):
    """A client that sends requests in one protocol."""

    protocol: str
    client: Any


def client_of_protocol(service: str, protocol: str, folder: Path, **keys: Any) -> Any:
    """Return a client that uses a protocol of the service, by a changed service model in a folder.

    botocore has no setting for the protocol: 1.29 sends query requests to CloudWatch, 1.44 sends JSON 1.0.
    """
    core: Any = botocore.session.get_session()
    version = Loader().determine_latest_version(service, "service-2")
    model = Loader().load_service_model(service, "service-2")
    metadata = {**model["metadata"], "protocol": protocol, "protocols": [protocol]}
    if protocol == "query":
        metadata.pop("awsQueryCompatible", None)
    file = folder / service / version / "service-2.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({**model, "metadata": metadata}), encoding="utf-8")
    core.register_component("data_loader", Loader(extra_search_paths=[str(folder)]))
    make: Any = boto3.session.Session(botocore_session=core).client
    return make(service, region_name=REGION, config=NO_RETRIES, **keys)


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


@contextlib.contextmanager
def rejected(code: str, message: str = "") -> Iterator[None]:
    """Assert that a call fails with a code and a part of a message."""
    with pytest.raises(ClientError) as error:
        yield
    assert code_of(error) == code
    assert message in error.value.response["Error"]["Message"]


def pages(call: Any, member: str, **parameters: Any) -> Iterator[list[Any]]:
    """Yield the pages of a call."""
    while True:
        response = call(**parameters)
        yield response[member]
        if "NextToken" not in response:
            return
        parameters["NextToken"] = response["NextToken"]
