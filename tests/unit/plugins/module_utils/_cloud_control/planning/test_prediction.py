# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""predict() and predict_stable(): the resource after a step that is not executed."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning import plan
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.prediction import (
    predict,
    predict_stable,
)
from tests.support.cases import cases
from tests.support.experiments import CREATABLE, SCHEDULE, declaration, experiment, seen, variant
from tests.support.manual_time import START
from tests.support.model import INFERENCE_EXPERIMENT, Declaration, Properties, Resource, ResourceType

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
    start = plan.Update([{"op": "add", "path": "/DesiredState", "value": "Running"}], frozenset({"DesiredState"}))
    after = predict(INFERENCE_EXPERIMENT, current, start, START)
    assert after == Resource({"Name": "test", "ModelVariants": [], "Status": "Running"}, {"Schedule": SCHEDULE})


def update(*patch: Properties) -> plan.Update:
    return plan.Update(patch=list(patch), properties=frozenset())


def add(path: str, value: object) -> Properties:
    return {"op": "add", "path": path, "value": value}


@cases(
    ("delete", seen("Running"), plan.Delete(), None),
    ("deleted to be created again: nothing there", seen("Running"), plan.Delete(then=declaration()), None),
    ("create", None, plan.Create(properties=CREATABLE), Resource({**CREATABLE, "Status": "Running"}, {})),
    (
        "create with schedule",
        None,
        plan.Create(properties={**CREATABLE, "Schedule": SCHEDULE}),
        Resource({**CREATABLE, "Status": "Created"}, {"Schedule": SCHEDULE}),
    ),
    (
        "update before write-only properties are read",
        seen("Created"),
        update(add("/Description", "New")),
        seen("Created", Description="New"),
    ),
    (
        "schedule",
        seen("Created", write_only={"Schedule": SCHEDULE}),
        update(add("/Schedule", {**SCHEDULE, "EndTime": LATER})),
        seen("Created", write_only={"Schedule": {**SCHEDULE, "EndTime": LATER}}),
    ),
    (
        "end time",
        seen("Running", write_only={"Schedule": SCHEDULE}),
        update(add("/Schedule", {"EndTime": LATER})),
        seen("Running", write_only={"Schedule": {**SCHEDULE, "EndTime": LATER}}),
    ),
    ("start", seen("Created", write_only={}), update(add("/DesiredState", "Running")), seen("Running", write_only={})),
    (
        "stop",
        seen("Running", write_only={}),
        update(
            {"op": "replace", "path": "/ModelVariants", "value": [variant("shadow")]},
            add("/StatusReason", "why"),
            add("/DesiredState", "Completed"),
        ),
        seen("Completed"),
    ),
    (
        "unset member removed",
        seen("Running", DataStorageConfig={}),
        update({"op": "remove", "path": "/DataStorageConfig"}, add("/Description", "New")),
        seen("Running", DataStorageConfig={}, Description="New"),
    ),
    (
        "nested unset member removed",
        seen("Created", DataStorageConfig={"Destination": "s3://b", "ContentType": {"CsvContentTypes": []}}),
        update({"op": "remove", "path": "/DataStorageConfig/ContentType/CsvContentTypes"}),
        seen("Created", DataStorageConfig={"Destination": "s3://b", "ContentType": {"CsvContentTypes": []}}),
    ),
    (
        "unset member set",
        seen("Created", DataStorageConfig={}),
        update(add("/DataStorageConfig", {"Destination": "s3://b"})),
        seen("Created", DataStorageConfig={"Destination": "s3://b"}),
    ),
)
def test_predict_returns_resource_after_step(
    current: Resource | None, step: plan.Write, expected: Resource | None
) -> None:
    before = copy.deepcopy((current, step))
    assert predict(INFERENCE_EXPERIMENT, current, step, START) == expected
    assert (current, step) == before


@cases(
    ("create with write-only property", None, plan.Create(properties={"Name": "x", "Secret": "s"}), {"Name": "x"}),
    (
        "update of write-only property",
        Resource({"Name": "x", "Size": 1}),
        update(add("/Secret", "s"), {"op": "replace", "path": "/Size", "value": 2}),
        {"Name": "x", "Size": 2},
    ),
)
def test_predict_without_lifecycle_omits_write_only_properties(
    current: Resource | None, step: plan.Write, expected: Properties
) -> None:
    assert predict(THING, current, step, START) == Resource(expected)


@cases(
    ("Creating, no intent", "Creating", None, "Created"),
    ("Creating, start", "Creating", "Running", "Created"),
    ("Creating, stop", "Creating", "Completed", "Running"),
    ("Updating, no intent", "Updating", None, "Created"),
    ("Updating, start", "Updating", "Running", "Created"),
    ("Updating, cancel", "Updating", "Cancelled", "Running"),
    ("Starting, stop", "Starting", "Completed", "Running"),
    ("Stopping, no intent", "Stopping", None, "Completed"),
    ("Stopping, stop", "Stopping", "Completed", "Completed"),
    ("Stopping, cancel", "Stopping", "Cancelled", "Cancelled"),
    ("Stopping, start", "Stopping", "Running", "Completed"),
    ("Created", "Created", "Running", "Created"),
    ("Completed", "Completed", "Cancelled", "Completed"),
    ("unknown status", "Paused", None, "Paused"),
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
    while not isinstance(step := plan.next_step(INFERENCE_EXPERIMENT, task, current), plan.Done):
        assert isinstance(step, (plan.Create, plan.Update))
        names.append(type(step).__name__)
        current = predict(INFERENCE_EXPERIMENT, current, step, START)

    assert names == ["Create", "Update"]
    assert current
    assert current.properties["Status"] == "Running"
