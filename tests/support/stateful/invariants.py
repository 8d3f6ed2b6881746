"""Invariants of tasks, checked on the state and the log of the emulator, without the comparisons of the engine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from tests.emulator import Emulator
from tests.emulator.cloudcontrol.requests import Accepted
from tests.emulator.controls import Controls
from tests.support.environment import REGION
from tests.support.module_runner import Result, run_module

Task = Mapping[str, Any]
TERMINAL = ("Completed", "Cancelled")
# The variant actions of a stop, by on_stop.
VARIANT_ACTIONS = {
    "retain": {"production": "Retain", "shadow": "Retain"},
    "promote_shadow": {"production": "Remove", "shadow": "Promote"},
    "remove_shadow": {"production": "Retain", "shadow": "Remove"},
}
# The error codes of tasks that fail because of another caller.
CONFLICTS = {
    *("Refused", "NotApplied", "GeneralServiceException"),
    *("AlreadyExists", "ResourceNotFoundException", "NotFound"),
}


def find(emulator: Controls, name: str) -> dict[str, Any] | None:
    """Return the experiment of the emulator; None if it does not exist."""
    try:
        return emulator.experiment(name, REGION)
    except KeyError:
        return None


def run(emulator: Emulator, task: Task, *, check: bool = False) -> Result:
    emulator.clear_log()
    return run_module("inference_experiment", task, emulator=emulator, check=check)


def unmet(task: Task, found: Mapping[str, Any] | None) -> list[str]:
    """Return the options of a task that the experiment does not have."""
    if task.get("state") == "absent":
        return ["state"] if found else []
    if found is None:
        return ["state"]
    met_by_stop = task.get("desired_state") in TERMINAL and task["desired_state"] == found["status"]
    checks: dict[str, Callable[[Any], bool]] = {
        "desired_state": lambda wanted: wanted == found["status"],
        "tags": lambda wanted: _tags_as_wanted(task, wanted, found["tags"]),
        "model_variants": lambda wanted: met_by_stop or _variants(wanted) == _variants_read(found["properties"]),
        "shadow_mode_config": lambda wanted: _shadow(wanted) == _shadow_read(found["properties"]),
        "description": lambda wanted: wanted == found["properties"].get("Description"),
        "role_arn": lambda wanted: wanted == found["properties"]["RoleArn"],
        "endpoint_name": lambda wanted: wanted == found["properties"]["EndpointName"],
        "data_storage_config": lambda wanted: _storage_as_wanted(wanted, found["properties"].get("DataStorageConfig")),
        "schedule": lambda wanted: _schedule_as_wanted(wanted, found),
    }
    return [option for option, holds in checks.items() if option in task and not holds(task[option])]


def endpoint_reads(task: Task, status: str | None) -> list[str]:
    """Return the calls with which a task reads the endpoint of an experiment that it finds in a status."""
    reads = task.get("on_stop", "retain") != "retain" and status in TERMINAL
    return ["DescribeEndpoint", "DescribeEndpointConfig"] if reads else []


def writes(emulator: Emulator) -> list[str]:
    return [f"{record.operation} {record.request}" for record in emulator.log if record.write]


def untouched(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """Return False if the experiment had ended and differs in more than its tags."""
    if before is None or before["status"] not in TERMINAL:
        return True
    return after is not None and all(before[part] == after[part] for part in before if part not in ("tags", "modified"))


def _tags_as_wanted(task: Task, wanted: Mapping[str, str], tags: Mapping[str, str]) -> bool:
    own = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    return own == wanted if task.get("purge_tags", True) else wanted.items() <= own.items()


def _variants(wanted: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {
        (v["variant_name"], v["model_name"], *v["infrastructure_config"]["real_time_inference_config"].values())
        for v in wanted
    }


def _variants_read(properties: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    return {
        (
            variant["VariantName"],
            variant["ModelName"],
            variant["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceType"],
            variant["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceCount"],
        )
        for variant in properties["ModelVariants"]
    }


def _shadow(wanted: Mapping[str, Any]) -> tuple[Any, ...]:
    return (wanted["source_model_variant_name"], *wanted["shadow_model_variants"][0].values())


def _shadow_read(properties: Mapping[str, Any]) -> tuple[Any, ...]:
    config = properties["ShadowModeConfig"]
    shadow = config["ShadowModelVariants"][0]
    return config["SourceModelVariantName"], shadow["ShadowModelVariantName"], shadow["SamplingPercentage"]


def _storage_as_wanted(wanted: Mapping[str, Any], storage: Mapping[str, Any] | None) -> bool:
    return storage is not None and wanted["destination"] == storage["Destination"]


def _schedule_as_wanted(wanted: Mapping[str, str], found: Mapping[str, Any]) -> bool:
    counts = {"Created": ("start", "end"), "Running": ("end",)}.get(found["status"], ())
    return all(
        _second(wanted[f"{end}_time"]) == _second(found["schedule"][end]) for end in counts if f"{end}_time" in wanted
    )


def _second(time: str) -> datetime:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).replace(microsecond=0)


def act(emulator: Emulator, action: str, name: str) -> None:
    """Change the experiment as another caller, with the API of SageMaker. Ignores rejected requests."""
    sagemaker = emulator.client("sagemaker")
    found = find(emulator, name)
    if found is None:
        if action == "create":
            emulator.put_experiment(REGION, {"Name": name}, status="Running")
        return
    with contextlib.suppress(ClientError):
        if action == "start":
            sagemaker.start_inference_experiment(Name=name)
        elif action == "stop":
            variants = [v["VariantName"] for v in found["properties"]["ModelVariants"]]
            actions = dict.fromkeys(variants, "Retain")
            sagemaker.stop_inference_experiment(Name=name, ModelVariantActions=actions, DesiredState="Cancelled")
        elif action == "update":
            sagemaker.update_inference_experiment(Name=name, Description="theirs")
        elif action == "delete":
            sagemaker.delete_inference_experiment(Name=name)
        elif action == "tag":
            sagemaker.add_tags(ResourceArn=found["arn"], Tags=[{"Key": "theirs", "Value": "kept"}])


def assert_complete(result: Result) -> None:
    """Check that a result is no crash and has the return values that every result has."""
    assert "exception" not in result
    assert {"changed", "inference_experiment", "operations"} <= result.values.keys()
    if result.failed:
        assert result.msg
        assert {"code", "message", "operation", "request_token", "hint"} == result["error"].keys()


def assert_distinct_tokens(operations: Iterable[Accepted]) -> None:
    """Check that each accepted operation had a ClientToken of its own."""
    tokens = [operation.client_token for operation in operations]
    assert None not in tokens
    assert len(set(tokens)) == len(tokens)
