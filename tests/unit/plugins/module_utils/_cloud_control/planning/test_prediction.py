# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""predict() and predict_stable(): the resource after a step that is not executed."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Declaration,
    Properties,
    Resource,
    ResourceType,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.plan import (
    Create,
    Delete,
    Done,
    Update,
    Write,
    next_step,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.prediction import (
    predict,
    predict_stable,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.support.experiments import CREATABLE, SCHEDULE, declaration, experiment, seen, variant
from tests.support.manual_time import START

THING = ResourceType(
    type_name="Test::Test::Thing",
    noun="thing",
    result_name="thing",
    identifier="name",
    options={"name": {"type": "str"}, "secret": {"type": "str"}, "tags": {"type": "dict"}},
    read_only={},
    tags="Tags",
    write_only=frozenset({"Secret"}),
)
LATER = "2026-02-10T09:00:00Z"


# Read this test first.
def test_predict_returns_running_experiment_after_start() -> None:
    current = Resource({"Name": "test", "ModelVariants": [], "Status": "Created"}, {"Schedule": SCHEDULE})
    start = Update([{"op": "add", "path": "/DesiredState", "value": "Running"}], frozenset({"DesiredState"}))

    after = predict(INFERENCE_EXPERIMENT, current, start, START)

    assert after == Resource({"Name": "test", "ModelVariants": [], "Status": "Running"}, {"Schedule": SCHEDULE})


def update(*patch: Properties) -> Update:
    return Update(patch=list(patch), properties=frozenset())


def add(path: str, value: object) -> Properties:
    return {"op": "add", "path": path, "value": value}


@pytest.mark.parametrize(
    ("current", "step", "expected"),
    [
        pytest.param(seen("Running"), Delete(), None, id="delete"),
        pytest.param(
            seen("Running"), Delete(then=declaration()), None, id="deleted to be created again: nothing there"
        ),
        pytest.param(
            None,
            Create(properties=CREATABLE),
            Resource({**CREATABLE, "Status": "Running"}, {}),
            id="create",
        ),
        pytest.param(
            None,
            Create(properties={**CREATABLE, "Schedule": SCHEDULE}),
            Resource({**CREATABLE, "Status": "Created"}, {"Schedule": SCHEDULE}),
            id="create with schedule",
        ),
        pytest.param(
            seen("Created"),
            update(add("/Description", "New")),
            seen("Created", Description="New"),
            id="update before write-only properties are read",
        ),
        pytest.param(
            seen("Created", write_only={"Schedule": SCHEDULE}),
            update(add("/Schedule", {**SCHEDULE, "EndTime": LATER})),
            seen("Created", write_only={"Schedule": {**SCHEDULE, "EndTime": LATER}}),
            id="schedule",
        ),
        pytest.param(
            seen("Running", write_only={"Schedule": SCHEDULE}),
            update(add("/Schedule", {"EndTime": LATER})),
            seen("Running", write_only={"Schedule": {**SCHEDULE, "EndTime": LATER}}),
            id="end time",
        ),
        pytest.param(
            seen("Created", write_only={}),
            update(add("/DesiredState", "Running")),
            seen("Running", write_only={}),
            id="start",
        ),
        pytest.param(
            seen("Running", write_only={}),
            update(
                {"op": "replace", "path": "/ModelVariants", "value": [variant("shadow")]},
                add("/StatusReason", "why"),
                add("/DesiredState", "Completed"),
            ),
            seen("Completed"),
            id="stop",
        ),
        pytest.param(
            seen("Running", DataStorageConfig={}),
            update({"op": "remove", "path": "/DataStorageConfig"}, add("/Description", "New")),
            seen("Running", DataStorageConfig={}, Description="New"),
            id="unset member removed",
        ),
        pytest.param(
            seen("Created", DataStorageConfig={"Destination": "s3://b", "ContentType": {"CsvContentTypes": []}}),
            update({"op": "remove", "path": "/DataStorageConfig/ContentType/CsvContentTypes"}),
            seen("Created", DataStorageConfig={"Destination": "s3://b", "ContentType": {"CsvContentTypes": []}}),
            id="nested unset member removed",
        ),
        pytest.param(
            seen("Created", DataStorageConfig={}),
            update(add("/DataStorageConfig", {"Destination": "s3://b"})),
            seen("Created", DataStorageConfig={"Destination": "s3://b"}),
            id="unset member set",
        ),
    ],
)
def test_predict_returns_resource_after_step(current: Resource | None, step: Write, expected: Resource | None) -> None:
    before = copy.deepcopy((current, step))

    assert predict(INFERENCE_EXPERIMENT, current, step, START) == expected
    assert (current, step) == before


@pytest.mark.parametrize(
    ("current", "step", "expected"),
    [
        pytest.param(
            None,
            Create(properties={"Name": "x", "Secret": "s"}),
            {"Name": "x"},
            id="create with write-only property",
        ),
        pytest.param(
            Resource({"Name": "x", "Size": 1}),
            update(add("/Secret", "s"), {"op": "replace", "path": "/Size", "value": 2}),
            {"Name": "x", "Size": 2},
            id="update of write-only property",
        ),
    ],
)
def test_predict_without_lifecycle_omits_write_only_properties(
    current: Resource | None, step: Write, expected: Properties
) -> None:
    assert predict(THING, current, step, START) == Resource(expected)


@pytest.mark.parametrize(
    ("status", "intent", "expected"),
    [
        pytest.param("Creating", None, "Created", id="Creating, no intent"),
        pytest.param("Creating", "Running", "Created", id="Creating, start"),
        pytest.param("Creating", "Completed", "Running", id="Creating, stop"),
        pytest.param("Updating", None, "Created", id="Updating, no intent"),
        pytest.param("Updating", "Running", "Created", id="Updating, start"),
        pytest.param("Updating", "Cancelled", "Running", id="Updating, cancel"),
        pytest.param("Starting", "Completed", "Running", id="Starting, stop"),
        pytest.param("Stopping", None, "Completed", id="Stopping, no intent"),
        pytest.param("Stopping", "Completed", "Completed", id="Stopping, stop"),
        pytest.param("Stopping", "Cancelled", "Cancelled", id="Stopping, cancel"),
        pytest.param("Stopping", "Running", "Completed", id="Stopping, start"),
        pytest.param("Created", "Running", "Created", id="Created"),
        pytest.param("Completed", "Cancelled", "Completed", id="Completed"),
        pytest.param("Paused", None, "Paused", id="unknown status"),
    ],
)
def test_predict_stable_chooses_status_from_which_intent_can_be_reached(
    status: str, intent: str | None, expected: str
) -> None:
    current = seen(status, write_only={"Schedule": SCHEDULE})

    declared = declaration(properties={"DesiredState": intent} if intent else {})
    assert predict_stable(INFERENCE_EXPERIMENT, declared, current) == seen(expected, write_only={"Schedule": SCHEDULE})
    assert current.properties == experiment(status)


@pytest.mark.parametrize(("on_stop", "expected"), [("retain", "Created"), ("promote_shadow", "Running")])
def test_predict_stable_for_delete_chooses_running_if_stop_comes_first(on_stop: str, expected: str) -> None:
    deletion = declaration(present=False, module_only_options={"on_stop": on_stop})

    assert predict_stable(INFERENCE_EXPERIMENT, deletion, seen("Updating")) == seen(expected)


def test_predict_stable_without_lifecycle_returns_resource_unchanged() -> None:
    current = Resource({"Name": "x", "Status": "Creating"})

    assert predict_stable(THING, declaration(), current) is current


def test_next_step_plans_create_and_start_with_predicted_resources() -> None:
    task: Declaration = declaration(
        properties={**CREATABLE, "Schedule": SCHEDULE, "DesiredState": "Running"}, tags={"a": "b"}
    )
    current: Resource | None = None
    names = []
    while not isinstance(step := next_step(INFERENCE_EXPERIMENT, task, current), Done):
        assert isinstance(step, (Create, Update))
        names.append(type(step).__name__)
        current = predict(INFERENCE_EXPERIMENT, current, step, START)

    assert names == ["Create", "Update"]
    assert current
    assert current.properties["Status"] == "Running"
