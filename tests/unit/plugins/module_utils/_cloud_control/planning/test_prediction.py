"""predict() and predict_stable(): the resource after a step that is not executed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning import plan, prediction
from tests.support.cases import cases
from tests.support.experiments import CREATABLE, SCHEDULE, declaration, experiment, seen, variant
from tests.support.manual_time import START
from tests.support.model import INFERENCE_EXPERIMENT, Resource, thing

THING = thing({"secret": {"type": "str"}}, write_only=frozenset({"Secret"}))
LATER = "2026-02-10T09:00:00Z"


# Read this test first.
def test_predict_returns_running_experiment_after_start() -> None:
    current = Resource({"Name": "test", "ModelVariants": [], "Status": "Created"}, {"Schedule": SCHEDULE})
    start = plan.Update([{"op": "add", "path": "/DesiredState", "value": "Running"}], frozenset({"DesiredState"}))
    after = prediction.predict(INFERENCE_EXPERIMENT, current, start, START)
    assert after == Resource({"Name": "test", "ModelVariants": [], "Status": "Running"}, {"Schedule": SCHEDULE})


def update(*patch: tuple[Any, ...]) -> plan.Update:
    document = [dict(zip(("op", "path", "value"), operation, strict=False)) for operation in patch]
    return plan.Update(patch=document, properties=frozenset())


SCHEDULED = {"write_only": {"Schedule": SCHEDULE}}
PROLONGED = {"write_only": {"Schedule": {**SCHEDULE, "EndTime": LATER}}}
DESCRIBE = ("add", "/Description", "New")
STOP = update(
    *(("replace", "/ModelVariants", [variant("shadow")]), ("add", "/StatusReason", "why")),
    ("add", "/DesiredState", "Completed"),
)
BUCKET = {"Destination": "s3://b"}
UNSET_TYPES = {"DataStorageConfig": {**BUCKET, "ContentType": {"CsvContentTypes": []}}}
CREATED = {**CREATABLE, "Status": "Created"}


@cases(
    ("delete", seen("Running"), plan.Delete(), None),
    ("deleted to be created again", seen("Running"), plan.Delete(then=declaration()), None),
    ("create", None, plan.Create(CREATABLE), Resource({**CREATABLE, "Status": "Running"}, {})),
    ("scheduled", None, plan.Create({**CREATABLE, "Schedule": SCHEDULE}), Resource(CREATED, {"Schedule": SCHEDULE})),
    ("write-only not read", seen("Created"), update(DESCRIBE), seen("Created", Description="New")),
    (
        "schedule",
        *(seen("Created", **SCHEDULED), update(("add", "/Schedule", {**SCHEDULE, "EndTime": LATER}))),
        seen("Created", **PROLONGED),
    ),
    (
        "end time",
        *(seen("Running", **SCHEDULED), update(("add", "/Schedule", {"EndTime": LATER}))),
        seen("Running", **PROLONGED),
    ),
    ("start", seen("Created", **SCHEDULED), update(("add", "/DesiredState", "Running")), seen("Running", **SCHEDULED)),
    ("stop", seen("Running", write_only={}), STOP, seen("Completed")),
    (
        "unset member removed",
        *(seen("Running", DataStorageConfig={}), update(("remove", "/DataStorageConfig"), DESCRIBE)),
        seen("Running", DataStorageConfig={}, Description="New"),
    ),
    (
        "nested unset member removed",
        *(seen("Created", **UNSET_TYPES), update(("remove", "/DataStorageConfig/ContentType/CsvContentTypes"))),
        seen("Created", **UNSET_TYPES),
    ),
    (
        "unset member set",
        *(seen("Created", DataStorageConfig={}), update(("add", "/DataStorageConfig", BUCKET))),
        seen("Created", DataStorageConfig=BUCKET),
    ),
)
def test_predict_returns_resource_after_step(
    current: Resource | None, step: plan.Write, expected: Resource | None
) -> None:
    before = copy.deepcopy((current, step))
    assert prediction.predict(INFERENCE_EXPERIMENT, current, step, START) == expected
    assert (current, step) == before


PROMOTES = {"variant_actions": {"production": "Remove", "shadow": "Promote"}}
RETAINS = {"variant_actions": {"production": "Retain", "shadow": "Retain"}}


@cases(
    ("create", None, plan.Create(CREATABLE), {}),
    ("stop", seen("Running"), STOP, {**PROMOTES, "status_reason": "why"}),
    ("delete", seen("Running"), plan.Delete(), RETAINS),
)
def test_effects_returns_variant_actions(current: Resource | None, step: plan.Write, expected: dict[str, Any]) -> None:
    assert prediction.effects(INFERENCE_EXPERIMENT, current, step) == expected


def test_predict_without_lifecycle_omits_write_only_properties() -> None:
    created, change = plan.Create({"Name": "x", "Secret": "s"}), update(("add", "/Secret", "s"), ("add", "/Size", 2))
    assert prediction.predict(THING, None, created, START) == Resource({"Name": "x"})
    assert prediction.predict(THING, Resource({"Name": "x"}), change, START) == Resource({"Name": "x", "Size": 2})


@pytest.mark.parametrize(
    ("status", "intent", "expected"),
    [
        *(("Creating", None, "Created"), ("Creating", "Running", "Created"), ("Creating", "Completed", "Running")),
        *(("Updating", None, "Created"), ("Updating", "Running", "Created"), ("Updating", "Cancelled", "Running")),
        *(("Stopping", None, "Completed"), ("Stopping", "Completed", "Completed")),
        *(("Stopping", "Cancelled", "Cancelled"), ("Stopping", "Running", "Completed")),
        *(("Starting", "Completed", "Running"), ("Created", "Running", "Created")),
        *(("Completed", "Cancelled", "Completed"), ("Paused", None, "Paused")),
    ],
)
def test_predict_stable_chooses_status_from_which_intent_can_be_reached(
    status: str, intent: str | None, expected: str
) -> None:
    current = seen(status, **SCHEDULED)
    declared = declaration(DesiredState=intent) if intent else declaration()
    assert prediction.predict_stable(INFERENCE_EXPERIMENT, declared, current) == seen(expected, **SCHEDULED)
    assert current.properties == experiment(status)


@pytest.mark.parametrize(("on_stop", "expected"), [("retain", "Created"), ("promote_shadow", "Running")])
def test_predict_stable_for_delete_chooses_running_if_stop_comes_first(on_stop: str, expected: str) -> None:
    deletion = declaration(present=False, on_stop=on_stop)
    assert prediction.predict_stable(INFERENCE_EXPERIMENT, deletion, seen("Updating")) == seen(expected)


def test_predict_stable_without_lifecycle_returns_resource_unchanged() -> None:
    current = Resource({"Name": "x", "Status": "Creating"})
    assert prediction.predict_stable(THING, declaration(), current) is current


def test_next_step_plans_create_and_start_with_predicted_resources() -> None:
    task = declaration(**CREATABLE, Schedule=SCHEDULE, DesiredState="Running", tags={"a": "b"})
    current, names = None, []
    while not isinstance(step := plan.next_step(INFERENCE_EXPERIMENT, task, current), plan.Done):
        assert isinstance(step, (plan.Create, plan.Update))
        names.append(type(step).__name__)
        current = prediction.predict(INFERENCE_EXPERIMENT, current, step, START)
    assert names == ["Create", "Update"]
    assert current
    assert current.properties["Status"] == "Running"
