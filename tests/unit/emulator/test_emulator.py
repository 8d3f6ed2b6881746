"""The emulator as a whole: an update by boto3, its registration in moto, and its settings."""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

import boto3
import moto
import moto.backend_index
import moto.cloudwatch.models
import moto.s3.models
import moto.sagemaker.models
import pytest

from tests.emulator import Emulator, ManualClock, Settings, register
from tests.emulator.seed import ACCOUNT_ID
from tests.support.aws_clients import REGION, TYPE_NAME


# Read this test first.
def test_update_of_running_experiment_succeeds_without_change_of_model_variants() -> None:
    with Emulator(clock=ManualClock(), operation_seconds=1, transition_seconds=10) as emulator:
        emulator.put_experiment(REGION, emulator.seed(REGION).properties("test"), status="Running")
        client = boto3.client("cloudcontrol", region_name=REGION)
        patch = [
            {"op": "add", "path": "/Description", "value": "Changed"},
            {"op": "replace", "path": "/ModelVariants/0/ModelName", "value": "demo-model-b"},
        ]
        event = client.update_resource(TypeName=TYPE_NAME, Identifier="test", PatchDocument=json.dumps(patch))
        assert event["ProgressEvent"]["OperationStatus"] == "IN_PROGRESS"
        assert emulator.experiment("test")["status"] == "Updating"
        emulator.clock.advance(10)
        event = client.get_resource_request_status(RequestToken=event["ProgressEvent"]["RequestToken"])
        assert event["ProgressEvent"]["OperationStatus"] == "SUCCESS"
        properties = emulator.experiment("test")["properties"]
        assert properties["Description"] == "Changed"
        assert properties["ModelVariants"][0]["ModelName"] == "demo-model-a"
        assert emulator.calls() == ["UpdateResource", "GetResourceRequestStatus"]


# registration in moto


def test_unregister_restores_moto_after_repeated_registration() -> None:
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


def test_package_does_not_import_cfn_lint_which_users_of_the_demo_lack() -> None:
    importlib.import_module("tests.emulator.server")
    own = [module for name, module in sys.modules.items() if name.startswith("tests.emulator")]
    assert all("cfnlint" not in vars(module) for module in own)


def test_exit_restores_environment_moto_and_settings() -> None:
    environment = dict(os.environ)
    with Emulator(clock=ManualClock()) as emulator:
        emulator.put_experiment(REGION, {"Name": "test"})
        emulator.settings.operation_seconds = 9
        assert os.environ["AWS_ACCESS_KEY_ID"] != environment.get("AWS_ACCESS_KEY_ID", "")
    assert dict(os.environ) == environment
    assert "moto.cloudcontrol" not in sys.modules
    with emulator:
        assert emulator.settings.operation_seconds == 0.3
        with pytest.raises(KeyError, match="no inference experiment"):
            emulator.experiment("test")


def test_second_emulator_in_process_raises() -> None:
    with Emulator(clock=ManualClock()) as emulator:
        with pytest.raises(RuntimeError, match="another emulator"), Emulator():
            pass
        assert boto3.client("sts").get_caller_identity()["Account"] == ACCOUNT_ID
        assert emulator.calls() == ["GetCallerIdentity"]


# settings


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": 1},
        {"operation_seconds": "fast"},
        {"operation_seconds": True},
        {"operation_seconds": -1},
        {"operation_seconds": None},
        {"list_page_size": 0},
        {"list_page_size": 1.5},
        {"refuse_late": 1},
        {"ignore_properties": "Tags"},
        {"endpoint_update_status": "Updating"},
        {"metric_long_periods": None},
        {"metric_page_size": 0},
        {"endpoint_update_seconds": "long"},
        {"regions_without_type": [1]},
        {"operation_seconds": 1, "colour": 1},
    ],
    ids=repr,
)
def test_settings_reject_unknown_name_or_wrong_value(changes: dict[str, Any]) -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="setting"):
        settings.update(changes)
    assert settings == Settings()
    with pytest.raises(ValueError, match="setting"):
        Emulator(**changes)


def test_settings_from_json_equal_original() -> None:
    changed = Settings(ignore_properties=frozenset({"Tags"}), throttle_per_second=30, list_properties=("Name",))
    copy = Settings()
    copy.update(changed.as_json())
    assert copy == changed
