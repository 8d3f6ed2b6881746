# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts of a declaration, what of it differs, and the patch that makes it so: generated for the real type."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.equivalence import Difference
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Declaration,
    Properties,
    Resource,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.diff import (
    Diff,
    Situation,
    compared_properties,
    compute_diff,
    create_patch,
    intent_of,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    STATUSES,
)
from tests.support.experiments import SCHEDULE, VARIANTS, declaration, experiment, seen, shadow_mode, variant


def compared(task: Declaration, there: Resource) -> Properties:
    return compared_properties(Situation(INFERENCE_EXPERIMENT, task, there))


def changes(task: Declaration, there: Resource) -> Diff:
    return compute_diff(Situation(INFERENCE_EXPERIMENT, task, there), compared(task, there))


@pytest.mark.parametrize(
    ("status", "properties", "counting"),
    [
        pytest.param("Created", {"DesiredState": "Running"}, {"Name"}, id="the intent is judged by the status"),
        pytest.param("Running", {"StatusReason": "x"}, {"Name"}, id="a reason is never compared"),
        pytest.param("Created", {"Schedule": SCHEDULE}, {"Name", "Schedule"}, id="a schedule while Created"),
        pytest.param("Completed", {"Schedule": SCHEDULE}, {"Name"}, id="no schedule once it has ended"),
        pytest.param("Running", {"Schedule": {"StartTime": "x"}}, {"Name"}, id="no start once it runs"),
        pytest.param("Completed", {"ModelVariants": VARIANTS}, {"Name", "ModelVariants"}, id="variants, no stop asked"),
        pytest.param(
            "Completed", {"ModelVariants": VARIANTS, "DesiredState": "Completed"}, {"Name"}, id="not once it is met"
        ),
        pytest.param(
            "Completed",
            {"ModelVariants": VARIANTS, "DesiredState": "Cancelled"},
            {"Name", "ModelVariants"},
            id="variants, another stop asked",
        ),
    ],
)
def test_what_counts(status: str, properties: Properties, counting: set[str]) -> None:
    assert compared(declaration(properties=properties), seen(status)).keys() == counting


def test_only_the_end_of_a_schedule_counts_while_it_runs() -> None:
    assert compared(declaration(properties={"Schedule": SCHEDULE}), seen("Running"))["Schedule"] == {
        "EndTime": SCHEDULE["EndTime"]
    }


def test_the_intent() -> None:
    assert intent_of(INFERENCE_EXPERIMENT, declaration(properties={"DesiredState": "Completed"})) == "Completed"
    assert intent_of(INFERENCE_EXPERIMENT, declaration()) is None


def test_what_differs_comes_whole_and_with_the_members_left_as_they_are() -> None:
    storage = {"Destination": "s3://old", "KmsKey": "arn:aws:kms:us-east-1:123456789012:key/k"}
    task = declaration(
        properties={"DataStorageConfig": {"Destination": "s3://new", "KmsKey": "k"}, "Description": "As it was"}
    )

    assert changes(task, seen("Created", DataStorageConfig=storage)) == Diff(
        {"DataStorageConfig": {**storage, "Destination": "s3://new"}},
        differences=(Difference(("DataStorageConfig", "Destination"), "s3://old", "s3://new"),),
    )


@pytest.mark.parametrize(
    ("properties", "left"),
    [
        pytest.param({"A": 1}, {"A": 1}, id="nothing to leave out"),
        pytest.param(
            {"DataStorageConfig": {"ContentType": {"CsvContentTypes": [], "JsonContentTypes": ["a/b"]}}},
            {"DataStorageConfig": {"ContentType": {"JsonContentTypes": ["a/b"]}}},
            id="lists that are empty for not there",
        ),
        pytest.param(
            {"DataStorageConfig": {"ContentType": {}}},
            {"DataStorageConfig": {"ContentType": {}}},
            id="lists that are not there",
        ),
        pytest.param({"DataStorageConfig": {}, "A": 1}, {"A": 1}, id="empty object that the schema rejects"),
        pytest.param({"EndpointMetadata": {}}, {"EndpointMetadata": {}}, id="empty read-only object"),
        pytest.param({"Other": {}}, {"Other": {}}, id="empty object that no option describes"),
        pytest.param({"Tags": [], "Other": []}, {"Tags": [], "Other": []}, id="other empty lists stay"),
    ],
)
def test_the_base_of_a_patch(properties: Properties, left: Properties) -> None:
    before = copy.deepcopy(properties)

    assert Situation(INFERENCE_EXPERIMENT, declaration(), Resource(properties)).properties == left
    assert properties == before


# --- generated declarations on generated experiments ---

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
there_tags = st.dictionaries(st.sampled_from(["a", "b", "aws:x"]), texts, max_size=3).map(
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
            "Tags": there_tags,
            "DataStorageConfig": storages(st.lists(media_types, max_size=2)),
        },
    ),
    schedules,
)
declarations = st.builds(
    lambda properties, tags, purge_tags: declaration(properties=properties, tags=tags, purge_tags=purge_tags),
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
def test_one_patch_makes_every_difference_go_away(task: Declaration, there: Resource) -> None:
    """Applied by the library as Cloud Control would: to what was read."""
    before = copy.deepcopy((task, there))
    found = changes(task, there)
    patch = create_patch(Situation(INFERENCE_EXPERIMENT, task, there), found.properties, found.protected)

    model = jsonpatch.apply_patch(there.properties, patch, in_place=False)

    assert (task, there) == before
    told = {"Schedule": {**(there.write_only or {})["Schedule"], **model.pop("Schedule", {})}}
    assert changes(task, Resource(model, told)) == Diff()
    untouched = experiment("any").keys() - found.names - {"Status"} - INFERENCE_EXPERIMENT.write_only
    settled = Situation(INFERENCE_EXPERIMENT, declaration(), there).properties
    assert {name: model.get(name) for name in untouched} == {name: settled.get(name) for name in untouched}


@given(declarations, experiments)
def test_a_patch_never_writes_back_what_must_not_be_written(task: Declaration, there: Resource) -> None:
    found = changes(task, there)
    if not found.names:
        return
    patch = create_patch(Situation(INFERENCE_EXPERIMENT, task, there), found.properties, found.protected)
    model: Any = jsonpatch.apply_patch(there.properties, patch, in_place=False)
    written = {operation["path"].split("/")[1] for operation in patch if operation["op"] != "test"}

    assert written <= found.names | {"DataStorageConfig"}
    if STATUSES[there.properties["Status"]].write_only.get("Schedule") == ("EndTime",) and "Schedule" in model:
        assert model["Schedule"].keys() == {"EndTime"}


@given(declarations, experiments)
def test_tags_of_aws_survive_every_change(task: Declaration, there: Resource) -> None:
    def of_aws(properties: Mapping[str, Any]) -> list[Any]:
        return [tag for tag in properties.get("Tags", []) if tag["Key"].startswith("aws:")]

    found = changes(task, there)
    if "Tags" in found.names:
        assert of_aws(found.properties) == of_aws(there.properties)
        assert not of_aws(there.properties) or found.protected == {"Tags"}
