"""The compared properties, their differences and the patch. Some tests generate declarations and experiments."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.equivalence import Difference
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning import diff
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import STATUSES
from tests.support.cases import cases
from tests.support.experiments import SCHEDULE, VARIANTS, declaration, experiment, seen, shadow_mode, variant
from tests.support.model import INFERENCE_EXPERIMENT, Declaration, Properties, Resource


def compared(task: Declaration, current: Resource) -> Properties:
    return diff.compared_properties(diff.Situation(INFERENCE_EXPERIMENT, task, current))


def changes(task: Declaration, current: Resource) -> diff.Diff:
    return diff.compute_diff(diff.Situation(INFERENCE_EXPERIMENT, task, current), compared(task, current))


STOPPED = {"ModelVariants": VARIANTS, "DesiredState": "Completed"}


@cases(
    ("intent", "Created", {"DesiredState": "Running"}, []),
    ("status reason", "Running", {"StatusReason": "x"}, []),
    ("option after status reason", "Running", {"StatusReason": "x", "Description": "d"}, ["Description"]),
    ("Created: schedule", "Created", {"Schedule": SCHEDULE}, ["Schedule"]),
    ("Completed: schedule", "Completed", {"Schedule": SCHEDULE}, []),
    ("Running: start time", "Running", {"Schedule": {"StartTime": "x"}}, []),
    ("option after start time", "Running", {"Schedule": {"StartTime": "x"}, "Description": "d"}, ["Description"]),
    ("Completed: variants without intent", "Completed", {"ModelVariants": VARIANTS}, ["ModelVariants"]),
    ("Completed: variants with reached intent", "Completed", STOPPED, []),
    ("Cancelled: variants with other intent", "Cancelled", STOPPED, ["ModelVariants"]),
)
def test_compared_properties_depend_on_status(status: str, properties: Properties, names: list[str]) -> None:
    assert list(compared(declaration(**properties), seen(status))) == ["Name", *names]


def test_compared_properties_have_only_end_time_in_status_running() -> None:
    found = compared(declaration(Schedule=SCHEDULE), seen("Running"))
    assert found["Schedule"] == {"EndTime": SCHEDULE["EndTime"]}


# Read this test first.
def test_compute_diff_returns_whole_value_with_equivalent_members_unchanged() -> None:
    storage = {"Destination": "s3://old", "KmsKey": "arn:aws:kms:us-east-1:123456789012:key/k"}
    task = declaration(DataStorageConfig={"Destination": "s3://new", "KmsKey": "k"}, Description="As it was")
    assert changes(task, seen("Created", DataStorageConfig=storage)) == diff.Diff(
        {"DataStorageConfig": {**storage, "Destination": "s3://new"}},
        differences=(Difference(("DataStorageConfig", "Destination"), "s3://old", "s3://new"),),
    )


def content_types(**lists: list[str]) -> Properties:
    return {"DataStorageConfig": {"ContentType": lists}}


@cases(
    ("nothing unset", {"A": 1}, {"A": 1}),
    (
        "empty list that is not set",
        content_types(CsvContentTypes=[], JsonContentTypes=["a/b"]),
        content_types(JsonContentTypes=["a/b"]),
    ),
    ("no lists", content_types(), content_types()),
    ("empty object that the schema rejects", {"DataStorageConfig": {}, "A": 1}, {"A": 1}),
    ("empty read-only object", {"EndpointMetadata": {}}, {"EndpointMetadata": {}}),
    ("empty object that no option describes", {"Other": {}}, {"Other": {}}),
    ("other empty lists stay", {"Tags": [], "Other": []}, {"Tags": [], "Other": []}),
)
def test_situation_properties_omit_unset_members(properties: Properties, left: Properties) -> None:
    before = copy.deepcopy(properties)
    assert diff.Situation(INFERENCE_EXPERIMENT, declaration(), Resource(properties)).properties == left
    assert properties == before


texts = st.sampled_from(["a", "b", ""])
media_types = st.sampled_from(["text/csv", "a/b"])


def storages(content_types: st.SearchStrategy[list[str]]) -> st.SearchStrategy[Properties]:
    return st.fixed_dictionaries(
        {"Destination": st.sampled_from(["s3://a", "s3://b"])},
        optional={
            "KmsKey": st.sampled_from(["k", "arn:aws:kms:us-east-1:123456789012:key/k"]),
            "ContentType": st.fixed_dictionaries(
                {}, optional={"CsvContentTypes": content_types, "JsonContentTypes": content_types}
            ),
        },
    )


variant_lists = st.sampled_from([1, 2]).flatmap(
    lambda count: st.permutations([variant("production", count=count), variant("shadow")])
)
schedules = st.sampled_from([SCHEDULE, {**SCHEDULE, "EndTime": "2026-02-09T09:00:00+00:00"}])
configuration = {
    "Description": texts,
    "ModelVariants": variant_lists,
    "ShadowModeConfig": st.sampled_from([1, 2]).map(shadow_mode),
}
tag_maps = st.dictionaries(st.sampled_from(["a", "b", "C/d~"]), texts, max_size=3)
current_tags = st.dictionaries(st.sampled_from(["a", "b", "aws:x"]), texts, max_size=3).map(
    lambda pairs: [{"Key": key, "Value": value} for key, value in pairs.items()]
)
experiments = st.builds(
    lambda status, written, schedule: Resource(
        experiment(status, **{name: written.get(name) for name in (*configuration, "Tags", "DataStorageConfig")}),
        {"Schedule": schedule},
    ),
    st.sampled_from(["Created", "Running", "Completed", "Cancelled"]),
    st.fixed_dictionaries(
        {},
        optional={
            **configuration,
            "Tags": current_tags,
            "DataStorageConfig": storages(st.lists(media_types, max_size=2)),
        },
    ),
    schedules,
)
declarations = st.builds(
    lambda properties, tags, purge_tags: declaration(**properties, tags=tags, purge_tags=purge_tags),
    st.fixed_dictionaries(
        {},
        optional={
            **configuration,
            "Schedule": schedules,
            "DataStorageConfig": storages(st.lists(media_types, min_size=1, max_size=2)),
        },
    ),
    st.none() | tag_maps,
    st.booleans(),
)


@given(declarations, experiments)
def test_diff_is_empty_after_patch(task: Declaration, current: Resource) -> None:
    before = copy.deepcopy((task, current))
    found = changes(task, current)
    patch = diff.create_patch(diff.Situation(INFERENCE_EXPERIMENT, task, current), found.properties, found.protected)
    model = jsonpatch.apply_patch(current.properties, patch, in_place=False)
    assert (task, current) == before
    write_only = {"Schedule": {**(current.write_only or {})["Schedule"], **model.pop("Schedule", {})}}
    assert changes(task, Resource(model, write_only)) == diff.Diff()
    untouched = experiment("any").keys() - found.names - {"Status"} - INFERENCE_EXPERIMENT.write_only
    settled = diff.Situation(INFERENCE_EXPERIMENT, declaration(), current).properties
    assert {name: model.get(name) for name in untouched} == {name: settled.get(name) for name in untouched}


@given(declarations, experiments)
def test_patch_writes_only_changed_and_unset_members(task: Declaration, current: Resource) -> None:
    found = changes(task, current)
    if not found.names:
        return
    patch = diff.create_patch(diff.Situation(INFERENCE_EXPERIMENT, task, current), found.properties, found.protected)
    model: Any = jsonpatch.apply_patch(current.properties, patch, in_place=False)
    written = {operation["path"].split("/")[1] for operation in patch if operation["op"] != "test"}
    assert written <= found.names | {"DataStorageConfig"}
    if STATUSES[current.properties["Status"]].write_only.get("Schedule") == ("EndTime",) and "Schedule" in model:
        assert model["Schedule"].keys() == {"EndTime"}
