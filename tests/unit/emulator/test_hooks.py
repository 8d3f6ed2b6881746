"""The hooks into moto: as often as you like, without the Emulator too, and gone without a trace when undone."""

from __future__ import annotations

import importlib
import os
import sys

import boto3
import moto
import moto.backend_index
import moto.cloudwatch.models
import moto.s3.models
import moto.sagemaker.models
import pytest

from tests.emulator import Emulator, ManualClock, register
from tests.emulator.seed import ACCOUNT_ID
from tests.emulator.server import EmulatorServer
from tests.support.aws_clients import REGION, TYPE_NAME, Aws, Refused, add


def test_registering_twice_and_undoing_it_leaves_moto_as_it_was() -> None:
    patterns = list(moto.backend_index.backend_url_patterns)
    services = (moto.sagemaker.models.sagemaker_backends, moto.cloudwatch.models.cloudwatch_backends)
    classes = [service.backend for service in services]
    undo = [register(), register()]
    names = [name for name, _pattern in moto.backend_index.backend_url_patterns]
    assert names.count("cloudcontrol") == 1
    assert "moto.cloudcontrol" in sys.modules
    assert all(service.backend.__module__.startswith("tests.emulator") for service in services)
    for call in reversed(undo):
        call()
    assert moto.backend_index.backend_url_patterns == patterns
    assert [service.backend for service in services] == classes
    assert "moto.cloudcontrol" not in sys.modules


def test_moto_alone_will_do_once_the_hooks_are_in() -> None:
    undo = register()
    try:
        with moto.mock_aws():
            client = boto3.client("cloudcontrol", region_name=REGION)
            assert client.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"] == []
            with Refused("ResourceNotFound"):
                boto3.client("sagemaker", region_name=REGION).describe_inference_experiment(Name="nothing")
    finally:
        undo()


def test_the_package_imports_nothing_that_users_of_the_demo_do_not_have() -> None:
    importlib.import_module("tests.emulator.server")
    own = [module for name, module in sys.modules.items() if name.startswith("tests.emulator")]
    assert all("cfnlint" not in vars(module) for module in own)


def test_the_emulator_leaves_no_trace() -> None:
    environment = dict(os.environ)
    with Emulator(clock=ManualClock()) as emulator:
        emulator.put_experiment("us-east-1", {"Name": "test"})
        emulator.settings.operation_seconds = 9
        assert os.environ["AWS_ACCESS_KEY_ID"] != environment.get("AWS_ACCESS_KEY_ID", "")
    assert dict(os.environ) == environment
    assert "moto.cloudcontrol" not in sys.modules
    with emulator:
        assert emulator.settings.operation_seconds == 0.3
        with pytest.raises(KeyError, match="no inference experiment"):
            emulator.experiment("test")


def test_the_server_leaves_no_trace_either() -> None:
    with EmulatorServer() as server:
        bucket = server.seed(REGION).bucket
        assert bucket in moto.s3.models.s3_backends[ACCOUNT_ID]["aws"].buckets
    assert bucket not in moto.s3.models.s3_backends[ACCOUNT_ID]["aws"].buckets
    assert "moto.cloudcontrol" not in sys.modules


def test_start_with_default_settings_succeeds_while_starting() -> None:
    with Emulator(clock=ManualClock()) as emulator:
        aws = Aws(emulator, emulator.seed(REGION))
        aws.put("Created")
        event = aws.send_update(add("/DesiredState", "Running"))
        aws.pass_time(emulator.settings.operation_seconds)
        assert (aws.status(event)["OperationStatus"], aws.get()["Status"]) == ("SUCCESS", "Starting")
