# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that make every call there is, to have their answers made odd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import property_name
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.emulator import Emulator
from tests.support.malformed_values import JSON
from tests.support.module_runner import Result
from tests.support.tasks import MODULE, OTHER_ROLE_ARN, SCHEDULE, STORAGE_PROPERTY, full, minimal, put_experiment
from tests.unit.conftest import Run

INFO = "inference_experiment_info"
ALWAYS = 10**6
CONTENT = ("ResourceDescription", "Properties", JSON)
DECIDED_ON = frozenset({*map(property_name, INFERENCE_EXPERIMENT.options), "Status"})
PATIENCE = 200
# Reads are repeated eight times, polls for as long as there is time.
MOST_CALLS = 70


@dataclass(frozen=True)
class Scene:
    """A task on an experiment, and the calls that it makes."""

    title: str
    found: Mapping[str, Any] | None
    task: Mapping[str, Any]
    calls: tuple[str, ...]
    module: str = MODULE

    def prepare(self, emulator: Emulator) -> None:
        emulator.reset()
        if self.found is not None:
            put_experiment(emulator, **{"DataStorageConfig": STORAGE_PROPERTY, "Description": "Old", **self.found})
        emulator.clear_log()

    def play(self, run: Run) -> Result:
        return run(self.module, {**self.task, **({"wait_timeout": PATIENCE} if self.module == MODULE else {})})


_WRITE = ("GetResource", "UpdateResource", "GetResourceRequestStatus")
SCENES = [
    Scene(
        "everything is changed",
        {"status": "Created", "tags": {"old": "1", "aws:x": "y"}},
        minimal(
            description="New",
            data_storage_config={"destination": "s3://x/y", "content_type": {"csv_content_types": ["text/csv"]}},
            schedule=SCHEDULE,
            tags={"new": "1"},
        ),
        (*_WRITE, "DescribeInferenceExperiment"),
    ),
    Scene(
        "a tag is added",
        {"status": "Running", "tags": {"old": "1"}},
        minimal(tags={"n": "2"}, purge_tags=False),
        _WRITE,
    ),
    Scene(
        "created, then started",
        None,
        full(description="New", schedule=SCHEDULE, tags={"a": "1"}, desired_state="Running"),
        ("CreateResource", *_WRITE),
    ),
    Scene(
        "stopped with a promotion",
        {"status": "Running", "tags": {"old": "1"}},
        minimal(desired_state="Completed", on_stop="promote_shadow", tags={"n": "1"}),
        _WRITE,
    ),
    Scene(
        "created again",
        {"status": "Created", "tags": {"old": "1"}},
        full(role_arn=OTHER_ROLE_ARN, recreate=True),
        ("GetResource", "DescribeInferenceExperiment", "DeleteResource", "CreateResource", "GetResourceRequestStatus"),
    ),
    Scene("deleted", {"status": "Created"}, minimal(state="absent"), ("GetResource", "DeleteResource")),
    Scene(
        "as it is",
        {"status": "Created", "tags": {"a": "1"}},
        full(tags={"a": "1"}, schedule={"end_time": "2026-01-09T12:00:00Z"}),
        ("GetResource", "DescribeInferenceExperiment"),
    ),
    Scene(
        "listed and read",
        {"status": "Running", "tags": {"a": "1"}},
        {"include_write_only": True, "statuses": ["Running"]},
        ("ListResources", "GetResource", "DescribeInferenceExperiment"),
        INFO,
    ),
    Scene("names listed", {"status": "Running"}, {"identifiers_only": True}, ("ListResources",), INFO),
]
