# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a resource will be after a step that is not taken."""

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
from tests.support.experiments import CREATABLE, SCHEDULE, VARIANTS, declaration, experiment, seen, variant
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


def update(*patch: Properties) -> Update:
    return Update(patch=list(patch), properties=frozenset())


def add(path: str, value: object) -> Properties:
    return {"op": "add", "path": path, "value": value}


@pytest.mark.parametrize(
    ("there", "step", "expected"),
    [
        pytest.param(seen("Running"), Delete(), None, id="deleted: nothing there"),
        pytest.param(
            seen("Running"), Delete(then=declaration()), None, id="deleted to be created again: nothing there"
        ),
        pytest.param(
            None,
            Create(properties=CREATABLE),
            Resource({**CREATABLE, "Status": "Running"}, {}),
            id="created: running, and nothing is left to ask the service for",
        ),
        pytest.param(
            None,
            Create(properties={**CREATABLE, "Schedule": SCHEDULE}),
            Resource({**CREATABLE, "Status": "Created"}, {"Schedule": SCHEDULE}),
            id="created with a schedule: waits, and the schedule is where the service would tell it",
        ),
        pytest.param(
            seen("Created"),
            update(add("/Description", "New")),
            seen("Created", Description="New"),
            id="changed: the service has still not been asked",
        ),
        pytest.param(
            seen("Created", write_only={"Schedule": SCHEDULE}),
            update(add("/Schedule", {**SCHEDULE, "EndTime": LATER})),
            seen("Created", write_only={"Schedule": {**SCHEDULE, "EndTime": LATER}}),
            id="another schedule",
        ),
        pytest.param(
            seen("Running", write_only={"Schedule": SCHEDULE}),
            update(add("/Schedule", {"EndTime": LATER})),
            seen("Running", write_only={"Schedule": {**SCHEDULE, "EndTime": LATER}}),
            id="another end: the start stays known",
        ),
        pytest.param(
            seen("Created", write_only={}),
            update(add("/DesiredState", "Running")),
            seen("Running", write_only={}),
            id="started: what the service would tell of the schedule stays known",
        ),
        pytest.param(
            seen("Running", write_only={}),
            update(
                {"op": "replace", "path": "/ModelVariants", "value": [variant("shadow")]},
                add("/StatusReason", "why"),
                add("/DesiredState", "Completed"),
            ),
            seen("Completed"),
            id="stopped: both variants are still listed, and no write-only property means anything now",
        ),
        pytest.param(
            seen("Running", DataStorageConfig={}),
            update({"op": "remove", "path": "/DataStorageConfig"}, add("/Description", "New")),
            seen("Running", DataStorageConfig={}, Description="New"),
            id="changed: a member that is not set is returned again",
        ),
        pytest.param(
            seen("Created", DataStorageConfig={"Destination": "s3://b", "ContentType": {"CsvContentTypes": []}}),
            update({"op": "remove", "path": "/DataStorageConfig/ContentType/CsvContentTypes"}),
            seen("Created", DataStorageConfig={"Destination": "s3://b", "ContentType": {"CsvContentTypes": []}}),
            id="changed: a nested member that is not set is returned again",
        ),
        pytest.param(
            seen("Created", DataStorageConfig={}),
            update(add("/DataStorageConfig", {"Destination": "s3://b"})),
            seen("Created", DataStorageConfig={"Destination": "s3://b"}),
            id="changed: a member that was not set is set",
        ),
    ],
)
def test_after(there: Resource | None, step: Write, expected: Resource | None) -> None:
    before = copy.deepcopy((there, step))

    assert predict(INFERENCE_EXPERIMENT, there, step, START) == expected
    assert (there, step) == before


def test_after_a_stop_the_variants_are_those_before_it() -> None:
    stopped = predict(
        INFERENCE_EXPERIMENT,
        seen("Running"),
        update({"op": "replace", "path": "/ModelVariants", "value": []}, add("/DesiredState", "Cancelled")),
        START,
    )

    assert stopped
    assert stopped.properties["ModelVariants"] == VARIANTS
    assert stopped.properties["Status"] == "Cancelled"


@pytest.mark.parametrize(
    ("there", "step", "expected"),
    [
        pytest.param(
            None,
            Create(properties={"Name": "x", "Secret": "s"}),
            {"Name": "x"},
            id="created: a write-only value is not among what is read",
        ),
        pytest.param(
            Resource({"Name": "x", "Size": 1}),
            update(add("/Secret", "s"), {"op": "replace", "path": "/Size", "value": 2}),
            {"Name": "x", "Size": 2},
            id="changed: nor is one that is written later",
        ),
    ],
)
def test_after_for_a_type_without_rules_of_its_own(there: Resource | None, step: Write, expected: Properties) -> None:
    assert predict(THING, there, step, START) == Resource(expected)


@pytest.mark.parametrize(
    ("status", "intent", "expected"),
    [
        pytest.param("Creating", None, "Created", id="Creating: leaves most to do as Created"),
        pytest.param("Creating", "Running", "Created", id="Creating, to run: as Created, to be started"),
        pytest.param("Creating", "Completed", "Running", id="Creating, to complete: as Running, to be stopped"),
        pytest.param("Updating", None, "Created", id="Updating"),
        pytest.param("Updating", "Running", "Created", id="Updating, to run: as Created, to be started"),
        pytest.param("Updating", "Cancelled", "Running", id="Updating, to cancel: as Running, to be stopped"),
        pytest.param("Starting", "Completed", "Running", id="Starting, to complete: runs first"),
        pytest.param("Stopping", None, "Completed", id="Stopping"),
        pytest.param("Stopping", "Completed", "Completed", id="Stopping, to complete"),
        pytest.param("Stopping", "Cancelled", "Cancelled", id="Stopping, to cancel"),
        pytest.param("Stopping", "Running", "Completed", id="Stopping, to run: cannot be"),
        pytest.param("Created", "Running", "Created", id="Created: settled already"),
        pytest.param("Completed", "Cancelled", "Completed", id="Completed: settled already"),
        pytest.param("Paused", None, "Paused", id="a status that nobody knows"),
    ],
)
def test_settled(status: str, intent: str | None, expected: str) -> None:
    there = seen(status, write_only={"Schedule": SCHEDULE})

    declared = declaration(properties={"DesiredState": intent} if intent else {})
    assert predict_stable(INFERENCE_EXPERIMENT, declared, there) == seen(expected, write_only={"Schedule": SCHEDULE})
    assert there.properties == experiment(status)


@pytest.mark.parametrize(("on_stop", "expected"), [("retain", "Created"), ("promote_shadow", "Running")])
def test_what_is_to_be_stopped_before_its_deletion_is_settled_as_running(on_stop: str, expected: str) -> None:
    deletion = declaration(present=False, module_only_options={"on_stop": on_stop})

    assert predict_stable(INFERENCE_EXPERIMENT, deletion, seen("Updating")) == seen(expected)


def test_what_has_no_status_is_settled() -> None:
    there = Resource({"Name": "x", "Status": "Creating"})

    assert predict_stable(THING, declaration(), there) is there


def test_a_prediction_is_planned_over_like_a_read() -> None:
    """The whole of check mode: create, start, and nothing more to do, without one read in between."""
    task: Declaration = declaration(
        properties={**CREATABLE, "Schedule": SCHEDULE, "DesiredState": "Running"}, tags={"a": "b"}
    )
    there: Resource | None = None
    taken = []
    while not isinstance(step := next_step(INFERENCE_EXPERIMENT, task, there), Done):
        assert isinstance(step, (Create, Update))
        taken.append(type(step).__name__)
        there = predict(INFERENCE_EXPERIMENT, there, step, START)

    assert taken == ["Create", "Update"]
    assert there
    assert there.properties["Status"] == "Running"
