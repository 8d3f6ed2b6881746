# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches, held against the jsonpatch library: what we build it applies, and what we apply it applies alike."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonpatch
import jsonpointer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import property_name
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.json_patch import (
    PatchConflict,
    PatchDocument,
    apply,
    build,
    pointer,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)

Document = dict[str, Any]

# Few keys, so that two documents have some in common, and among them all that a pointer has to escape.
keys = st.sampled_from(["a", "B", "", "~", "/", "~1", "~0/", "a/b~c", "0", "-", "\u00e9", "\U0001f642"])
scalars = st.sampled_from([None, True, False, 0, 1, -1, 0.0, 1.0, 0.5, "", "0", "text", "a/b"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
)
documents = st.dictionaries(keys, values, max_size=4)


@st.composite
def variations(draw: st.DrawFn, document: Document) -> Document:
    """The same document with some members gone, some replaced, some changed within and some new."""
    varied: Document = {}
    for name, value in document.items():
        fate = draw(st.sampled_from(["keep", "keep", "drop", "replace", "change"]))
        if fate == "keep" or (fate == "change" and not isinstance(value, dict)):
            varied[name] = copy.deepcopy(value)
        elif fate == "change":
            varied[name] = draw(variations(value))
        elif fate == "replace":
            varied[name] = draw(values)
    return {**varied, **draw(st.dictionaries(keys, values, max_size=2))}


pairs = documents.flatmap(lambda document: st.tuples(st.just(document), variations(document)))


def shaped(spec: Mapping[str, Mapping[str, Any]]) -> st.SearchStrategy[Document]:
    """Documents of a resource type: any of its properties, each with a value of its own type."""
    members = {}
    for option, entry in spec.items():
        inner: st.SearchStrategy[Any] = shaped(entry["options"]) if "options" in entry else st.text(max_size=2)
        if entry["type"] == "int":
            inner = st.integers(0, 2)
        members[property_name(option)] = st.lists(inner, max_size=2) if entry["type"] == "list" else inner
    return st.fixed_dictionaries({}, optional=members)


tag_lists = st.lists(st.fixed_dictionaries({"Key": st.text(max_size=2), "Value": st.text(max_size=2)}), max_size=2)
experiments = st.tuples(
    shaped({**INFERENCE_EXPERIMENT.options, **INFERENCE_EXPERIMENT.read_only}), st.none() | tag_lists
).map(lambda parts: parts[0] | ({"Tags": parts[1]} if parts[1] is not None else {}))
experiment_pairs = st.tuples(experiments, experiments)


def exact(value: Any) -> Any:
    """What makes two documents the same JSON: numbers by value, and true is no 1."""
    if isinstance(value, dict):
        return {name: exact(member) for name, member in value.items()}
    if isinstance(value, list):
        return [exact(element) for element in value]
    return (isinstance(value, bool), value)


def by_the_library(document: Document, patch: PatchDocument) -> Any:
    """Apply a patch as the service gets it: through JSON."""
    return jsonpatch.apply_patch(document, json.dumps(patch), in_place=False)


def containers(value: Any) -> Iterator[int]:
    if isinstance(value, (dict, list)):
        yield id(value)
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


def tokens(path: str) -> list[str]:
    return [str(part) for part in jsonpointer.JsonPointer(path).parts]


@given(pairs)
def test_the_library_applies_what_is_built_and_gets_the_target(pair: tuple[Document, Document]) -> None:
    current, target = pair

    assert exact(by_the_library(current, build(current, target))) == exact(target)


@given(experiment_pairs)
def test_the_library_gets_from_any_experiment_to_any_other(pair: tuple[Document, Document]) -> None:
    current, target = pair

    patch = build(current, target, protected={"Tags", "ModelVariants"})

    assert exact(by_the_library(current, patch)) == exact(target)


@given(documents)
def test_equal_documents_give_no_patch(document: Document) -> None:
    assert build(document, copy.deepcopy(document), protected=list(document)) == []


@given(pairs)
def test_documents_that_differ_give_a_patch(pair: tuple[Document, Document]) -> None:
    current, target = pair

    assert (build(current, target) == []) == (exact(current) == exact(target))


@pytest.mark.parametrize("unset", [None, {}], ids=["null", "empty object"])
@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param({"B": 1}, [("add", "/A", {}), ("remove", "/A")], id="removed"),
        pytest.param({"A": {"C": 2}, "B": 1}, [("add", "/A", {"C": 2})], id="set to an object"),
        pytest.param({"A": 3, "B": 1}, [("add", "/A", 3)], id="set to a number"),
    ],
)
def test_build_changes_unset_member_with_add(unset: Any, target: Document, expected: list[tuple[Any, ...]]) -> None:
    """GetResource may return null or an empty object for a member that the patched document lacks."""
    for path, wrap in (("", lambda document: document), ("/P", lambda document: {"P": document})):
        patch = build(wrap({"A": unset, "B": 1}), wrap(target))

        assert [tuple(operation.values()) for operation in patch] == [
            (op, f"{path}{member}", *value) for op, member, *value in expected
        ]
        assert by_the_library(wrap({"B": 1}), patch) == wrap(target)


@given(pairs, st.data())
def test_apply_agrees_with_the_library(pair: tuple[Document, Document], data: st.DataObject) -> None:
    current, target = pair
    names = st.sets(st.sampled_from([*current, *target] or ["a"]))
    patch = build(current, target, protected=data.draw(names))

    assert exact(apply(current, patch)) == exact(by_the_library(current, patch)) == exact(target)


@given(pairs, documents)
def test_apply_refuses_what_the_library_refuses(pair: tuple[Document, Document], other: Document) -> None:
    """On a document that the patch was not built for, with a test before every change at the top."""
    current, target = pair
    # The library takes true for 1 in a test, as Python does; JSON does not, and neither do we.
    current, target, other = numbers_only(current), numbers_only(target), numbers_only(other)
    patch = build(current, target, protected=[*current])
    try:
        expected = by_the_library(other, patch)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
        with pytest.raises(PatchConflict):
            apply(other, patch)
    else:
        assert apply(other, patch) == expected


def numbers_only(value: Any) -> Any:
    """The value without booleans, and without lists, whose elements only the library can name in a path."""
    if isinstance(value, dict):
        return {name: numbers_only(member) for name, member in value.items()}
    return "a list" if isinstance(value, list) else int(value) if isinstance(value, bool) else value


@given(pairs, st.data())
def test_nothing_is_changed_and_nothing_is_shared(pair: tuple[Document, Document], data: st.DataObject) -> None:
    current, target = pair
    before = copy.deepcopy(pair)
    names = st.sets(st.sampled_from([*current, *target] or ["a"]))

    patch = build(current, target, protected=data.draw(names))
    patch_before = copy.deepcopy(patch)
    result = apply(current, patch)

    assert exact([current, target]) == exact(list(before))
    assert exact(patch) == exact(patch_before)
    theirs = {*containers(current), *containers(target)}
    assert not theirs & {*containers(patch)}
    assert not ({*containers(patch)} | theirs) & {*containers(result)}


@given(pairs)
def test_a_guarded_member_is_tested_as_it_was_before_it_changes(pair: tuple[Document, Document]) -> None:
    current, target = pair

    patch = build(current, target, protected=[*current, *target])

    tested: set[str] = set()
    for operation in patch:
        name = tokens(operation["path"])[0]
        if operation["op"] == "test":
            assert tokens(operation["path"]) == [name]
            assert exact(operation["value"]) == exact(current[name])
            assert name not in tested
            tested.add(name)
        elif name in current and name in target:
            assert name in tested
    assert tested == {n for n in current.keys() & target.keys() if exact(current[n]) != exact(target[n])}


@given(pairs)
def test_lists_are_replaced_whole(pair: tuple[Document, Document]) -> None:
    current, target = pair

    for operation in build(current, target):
        holder: Any = current
        for token in tokens(operation["path"])[:-1]:
            holder = holder[token]
            assert isinstance(holder, dict)


@given(st.lists(st.text(), max_size=4))
def test_a_pointer_is_read_back_by_the_library(names: list[str]) -> None:
    assert tokens(pointer(*names)) == names


BUILT = [
    pytest.param({}, {}, [], id="nothing to nothing"),
    pytest.param({"A": 1}, {"A": 1.0}, [], id="1 and 1.0 are the same number"),
    pytest.param({"A": 1}, {"A": True}, [("replace", "/A", True)], id="1 and true are not the same"),
    pytest.param({"A": [0]}, {"A": [False]}, [("replace", "/A", [False])], id="nor are they within a list"),
    pytest.param({"A": {"B": [0]}}, {"A": {"B": [False]}}, [("replace", "/A/B", [False])], id="nor deeper down"),
    pytest.param({"A": "1"}, {"A": 1}, [("replace", "/A", 1)], id="a number and its text are not the same"),
    pytest.param({"A": {"B": 1, "C": 2}}, {"A": {"B": 1, "C": 3}}, [("replace", "/A/C", 3)], id="only what differs"),
    pytest.param({"A": [1, 2]}, {"A": [1, 3]}, [("replace", "/A", [1, 3])], id="a list whole"),
    pytest.param({"A": {"B": 1}}, {"A": {}}, [("remove", "/A/B")], id="a member gone leaves its empty object"),
    pytest.param({"A": {}}, {"A": {"B": 1}}, [("add", "/A", {"B": 1})], id="a member new"),
    pytest.param({"A": {}}, {"A": []}, [("add", "/A", [])], id="an empty object and an empty list differ"),
    pytest.param({}, {"A": {"B": {}}}, [("add", "/A", {"B": {}})], id="an object that is new comes whole"),
    pytest.param({"A": {}}, {"A": None}, [("add", "/A", None)], id="null is a value"),
    pytest.param({"a/b": {"~": 1}}, {"a/b": {"~": 2}}, [("replace", "/a~1b/~0", 2)], id="slash and tilde are escaped"),
    pytest.param({}, {"~1": 1}, [("add", "/~01", 1)], id="the tilde is escaped before the slash"),
    pytest.param({}, {"": 1}, [("add", "/", 1)], id="the empty name"),
]


@pytest.mark.parametrize(("current", "target", "operations"), BUILT)
def test_the_patch_for(current: Document, target: Document, operations: list[tuple[Any, ...]]) -> None:
    patch = build(current, target)

    assert exact(patch) == exact([dict(zip(("op", "path", "value"), row, strict=False)) for row in operations])


@pytest.mark.parametrize(
    ("current", "target", "operations"),
    [
        pytest.param(
            {"G": [1]}, {"G": [1, 2]}, [("test", "/G", [1]), ("replace", "/G", [1, 2])], id="changed: tested first"
        ),
        pytest.param(
            {"G": {"a": 1, "b": 1}},
            {"G": {"a": 2}},
            [("test", "/G", {"a": 1, "b": 1}), ("replace", "/G/a", 2), ("remove", "/G/b")],
            id="changed in two places: tested once and whole",
        ),
        pytest.param({"G": [1]}, {"G": [1]}, [], id="the same: nothing to test for"),
        pytest.param({}, {"G": [1]}, [("add", "/G", [1])], id="not there: nothing to test"),
        pytest.param({"X": 1}, {"X": 2}, [("replace", "/X", 2)], id="others are not tested"),
    ],
)
def test_the_patch_with_guarded_g(current: Document, target: Document, operations: list[tuple[Any, ...]]) -> None:
    assert build(current, target, protected={"G"}) == [
        dict(zip(("op", "path", "value"), row, strict=False)) for row in operations
    ]


@pytest.mark.parametrize(
    ("patch", "complaint"),
    [
        pytest.param([{"op": "test", "path": "/A", "value": 2}], "the value differs", id="a test that fails"),
        pytest.param([{"op": "test", "path": "/A", "value": True}], "the value differs", id="true is not 1"),
        pytest.param([{"op": "test", "path": "/X", "value": None}], "the path does not exist", id="a test of nothing"),
        pytest.param([{"op": "remove", "path": "/X"}], "the path does not exist", id="removing nothing"),
        pytest.param([{"op": "replace", "path": "/X", "value": 1}], "the path does not exist", id="replacing nothing"),
        pytest.param([{"op": "add", "path": "/X/Y", "value": 1}], "the path does not exist", id="adding into nothing"),
        pytest.param([{"op": "add", "path": "/A/Y", "value": 1}], "the path does not exist", id="adding into a number"),
        pytest.param(
            [{"op": "remove", "path": "/D/X"}], "the path does not exist", id="removing nothing from an object"
        ),
        pytest.param([{"op": "move", "path": "/A", "from": "/D"}], "unsupported operation", id="what is never built"),
    ],
)
def test_apply_refuses(patch: PatchDocument, complaint: str) -> None:
    document = {"A": 1, "D": {}}

    with pytest.raises(PatchConflict, match=complaint):
        apply(document, [{"op": "add", "path": "/B", "value": 1}, *patch])

    assert document == {"A": 1, "D": {}}
