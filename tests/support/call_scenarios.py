"""Tasks that together make every API call of the modules, for tests that change the responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import property_name
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.emulator import Emulator
from tests.support.malformed_values import JSON, replace_at
from tests.support.module_runner import Result
from tests.support.tasks import INFO, MODULE, OTHER_ROLE_ARN, SCHEDULE, STORAGE_PROPERTY, full, minimal, put_experiment
from tests.unit.conftest import Run

# The path of the properties in a response of GetResource.
PROPERTIES = ("ResourceDescription", "Properties", JSON)
DECLARED_OR_STATUS = frozenset({*map(property_name, INFERENCE_EXPERIMENT.options), "Status"})
WAIT_TIMEOUT = 200
# A read is retried eight times, a poll until wait_timeout.
MAX_CALLS = 70


def properties_with(**properties: Any) -> Callable[[Any], Any]:
    """Return a change of the response of GetResource that replaces properties. Removed removes a property."""

    def change(response: Any) -> Any:
        for name, value in properties.items():
            response = replace_at(response, (*PROPERTIES, name), value)
        return response

    return change


@dataclass(frozen=True)
class CallScenario:
    """A task on an experiment, and the calls with responses that a test changes."""

    title: str
    experiment: Mapping[str, Any] | None
    """Arguments of put_experiment(). None: the experiment does not exist."""
    task: Mapping[str, Any]
    calls: tuple[str, ...]
    module: str = MODULE

    def prepare(self, emulator: Emulator) -> None:
        emulator.reset()
        if self.experiment is not None:
            put_experiment(emulator, **{"DataStorageConfig": STORAGE_PROPERTY, "Description": "Old", **self.experiment})
        emulator.clear_log()

    def run(self, run: Run) -> Result:
        return run(self.module, {**self.task, **({"wait_timeout": WAIT_TIMEOUT} if self.module == MODULE else {})})


_WRITE = ("GetResource", "UpdateResource", "GetResourceRequestStatus")
_STORAGE = {"destination": "s3://x/y", "content_type": {"csv_content_types": ["text/csv"]}}
_TAGGED = {"status": "Running", "tags": {"old": "1"}}
CALL_SCENARIOS = [
    CallScenario(
        "update of all properties",
        {"status": "Created", "tags": {"old": "1", "aws:x": "y"}},
        minimal(description="New", data_storage_config=_STORAGE, schedule=SCHEDULE, tags={"new": "1"}),
        (*_WRITE, "DescribeInferenceExperiment"),
    ),
    CallScenario("update of tags", _TAGGED, minimal(tags={"n": "2"}, purge_tags=False), _WRITE),
    CallScenario(
        "create and start",
        None,
        full(description="New", schedule=SCHEDULE, tags={"a": "1"}, desired_state="Running"),
        ("CreateResource", *_WRITE),
    ),
    CallScenario(
        "stop and promote",
        _TAGGED,
        minimal(desired_state="Completed", on_stop="promote_shadow", tags={"n": "1"}),
        (*_WRITE, "DescribeEndpoint", "DescribeEndpointConfig"),
    ),
    CallScenario(
        "recreate",
        {"status": "Created", "tags": {"old": "1"}},
        full(role_arn=OTHER_ROLE_ARN, recreate=True),
        ("GetResource", "DescribeInferenceExperiment", "DeleteResource", "CreateResource", "GetResourceRequestStatus"),
    ),
    CallScenario("delete", {"status": "Created"}, minimal(state="absent"), ("GetResource", "DeleteResource")),
    CallScenario(
        "no change",
        {"status": "Created", "tags": {"a": "1"}},
        full(tags={"a": "1"}, schedule={"end_time": "2026-01-09T12:00:00Z"}),
        ("GetResource", "DescribeInferenceExperiment"),
    ),
    CallScenario(
        "list and read",
        {"status": "Running", "tags": {"a": "1"}},
        {"include_write_only": True, "statuses": ["Running"]},
        ("ListResources", "GetResource", "DescribeInferenceExperiment"),
        INFO,
    ),
    CallScenario("list of names", {"status": "Running"}, {"identifiers_only": True}, ("ListResources",), INFO),
]
