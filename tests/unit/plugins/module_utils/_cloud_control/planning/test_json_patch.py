"""JSON Patch documents, compared with the library jsonpatch, an independent implementation."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonpatch
import jsonpointer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning import json_patch
from tests.support.cases import cases

Document = dict[str, Any]

# Few keys, so that two documents share some. They include the characters that a pointer escapes.
keys = st.sampled_from(["a", "B", "", "~", "/", "~1", "~0/", "a/b~c", "0", "-", "\u00e9", "\U0001f642"])
scalars = st.sampled_from([None, True, False, 0, 1, -1, 0.0, 1.0, 0.5, "", "0", "text", "a/b"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
)
documents = st.dictionaries(keys, values, max_size=4)


@st.composite
def variations(draw: st.DrawFn, document: Document) -> Document:
    """Draw the document with some members removed, replaced, changed or added."""
    varied: Document = {}
    for name, value in document.items():
        action = draw(st.sampled_from(["keep", "keep", "drop", "replace", "change"]))
        if action == "keep" or (action == "change" and not isinstance(value, dict)):
            varied[name] = copy.deepcopy(value)
        elif action == "change":
            varied[name] = draw(variations(value))
        elif action == "replace":
            varied[name] = draw(values)
    return {**varied, **draw(st.dictionaries(keys, values, max_size=2))}


pairs = documents.flatmap(lambda document: st.tuples(st.just(document), variations(document)))


def exact(value: Any) -> Any:
    """Return a value that is equal for equal JSON: numbers by value, and true differs from 1."""
    if isinstance(value, dict):
        return {name: exact(member) for name, member in value.items()}
    if isinstance(value, list):
        return [exact(element) for element in value]
    return (isinstance(value, bool), value)


def by_the_library(document: Document, patch: json_patch.PatchDocument) -> Any:
    """Return the document patched by the library, with the patch as the service receives it: as JSON."""
    return jsonpatch.apply_patch(document, json.dumps(patch), in_place=False)


def containers(value: Any) -> Iterator[int]:
    if isinstance(value, (dict, list)):
        yield id(value)
        for inner in value.values() if isinstance(value, dict) else value:
            yield from containers(inner)


def as_operation(op: str, path: str, *value: Any) -> json_patch.Operation:
    return {"op": op, "path": path, **({"value": value[0]} if value else {})}


def tokens(path: str) -> list[str]:
    return [str(part) for part in jsonpointer.JsonPointer(path).parts]


# Read this test first.
def test_build_changes_members_of_objects() -> None:
    current = {"Description": "Old", "Storage": {"Bucket": "a", "Key": "k"}}
    target = {"Storage": {"Bucket": "b", "Key": "k"}, "Count": 1}
    patch = json_patch.build(current, target)
    assert patch == [
        {"op": "remove", "path": "/Description"},
        {"op": "replace", "path": "/Storage/Bucket", "value": "b"},
        {"op": "add", "path": "/Count", "value": 1},
    ]
    assert json_patch.apply(current, patch) == target


@pytest.mark.parametrize("unset", [None, {}], ids=["null", "empty object"])
@cases(
    ("removed", {"B": 1}, [("add", "/A", {}), ("remove", "/A")]),
    ("set to an object", {"A": {"C": 2}, "B": 1}, [("add", "/A", {"C": 2})]),
    ("set to a number", {"A": 3, "B": 1}, [("add", "/A", 3)]),
)
def test_build_changes_unset_member_with_add(target: Document, expected: list[tuple[Any, ...]], unset: Any) -> None:
    # GetResource may return null or an empty object for a member that the patched document lacks.
    for path, wrap in (("", lambda document: document), ("/P", lambda document: {"P": document})):
        patch = json_patch.build(wrap({"A": unset, "B": 1}), wrap(target))
        assert [tuple(operation.values()) for operation in patch] == [
            (op, f"{path}{member}", *value) for op, member, *value in expected
        ]
        assert by_the_library(wrap({"B": 1}), patch) == wrap(target)


@given(pairs, st.data())
def test_apply_and_library_return_target(pair: tuple[Document, Document], data: st.DataObject) -> None:
    current, target = pair
    names = st.sets(st.sampled_from([*current, *target] or ["a"]))
    patch = json_patch.build(current, target, protected=data.draw(names))
    assert exact(json_patch.apply(current, patch)) == exact(by_the_library(current, patch)) == exact(target)
    assert (patch == []) == (exact(current) == exact(target))


@given(pairs, documents)
def test_apply_rejects_patches_that_library_rejects(pair: tuple[Document, Document], other: Document) -> None:
    current, target = pair
    # In a test operation of the library true equals 1, as in Python.
    current, target, other = numbers_only(current), numbers_only(target), numbers_only(other)
    patch = json_patch.build(current, target, protected=[*current])
    try:
        expected = by_the_library(other, patch)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
        with pytest.raises(json_patch.PatchConflict):
            json_patch.apply(other, patch)
    else:
        assert json_patch.apply(other, patch) == expected


def numbers_only(value: Any) -> Any:
    """Return the value with integers for booleans, and strings for lists, because only the library changes elements."""
    if isinstance(value, dict):
        return {name: numbers_only(member) for name, member in value.items()}
    return "a list" if isinstance(value, list) else int(value) if isinstance(value, bool) else value


@given(pairs, st.data())
def test_build_and_apply_neither_change_nor_share_their_arguments(
    pair: tuple[Document, Document], data: st.DataObject
) -> None:
    current, target = pair
    before = copy.deepcopy(pair)
    names = st.sets(st.sampled_from([*current, *target] or ["a"]))

    patch = json_patch.build(current, target, protected=data.draw(names))
    patch_before = copy.deepcopy(patch)
    result = json_patch.apply(current, patch)

    assert exact([current, target]) == exact(list(before))
    assert exact(patch) == exact(patch_before)
    theirs = {*containers(current), *containers(target)}
    assert not theirs & {*containers(patch)}
    assert not ({*containers(patch)} | theirs) & {*containers(result)}


@given(pairs)
def test_build_tests_protected_member_once_before_its_changes(pair: tuple[Document, Document]) -> None:
    current, target = pair

    patch = json_patch.build(current, target, protected=[*current, *target])

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


@given(st.lists(st.text(), max_size=4))
def test_library_parses_pointer(names: list[str]) -> None:
    assert tokens(json_patch.pointer(*names)) == names


@cases(
    ("empty documents", {}, {}, []),
    ("1 and 1.0", {"A": 1}, {"A": 1.0}, []),
    ("1 and true", {"A": 1}, {"A": True}, [("replace", "/A", True)]),
    ("0 and false in a list", {"A": [0]}, {"A": [False]}, [("replace", "/A", [False])]),
    ("0 and false in a nested list", {"A": {"B": [0]}}, {"A": {"B": [False]}}, [("replace", "/A/B", [False])]),
    ("string and number", {"A": "1"}, {"A": 1}, [("replace", "/A", 1)]),
    ("one member of two", {"A": {"B": 1, "C": 2}}, {"A": {"B": 1, "C": 3}}, [("replace", "/A/C", 3)]),
    ("list", {"A": [1, 2]}, {"A": [1, 3]}, [("replace", "/A", [1, 3])]),
    ("last member removed", {"A": {"B": 1}}, {"A": {}}, [("remove", "/A/B")]),
    ("first member added", {"A": {}}, {"A": {"B": 1}}, [("add", "/A", {"B": 1})]),
    ("empty object and empty list", {"A": {}}, {"A": []}, [("add", "/A", [])]),
    ("nested object added", {}, {"A": {"B": {}}}, [("add", "/A", {"B": {}})]),
    ("null", {"A": {}}, {"A": None}, [("add", "/A", None)]),
    ("slash and tilde", {"a/b": {"~": 1}}, {"a/b": {"~": 2}}, [("replace", "/a~1b/~0", 2)]),
    ("tilde before digit", {}, {"~1": 1}, [("add", "/~01", 1)]),
    ("empty name", {}, {"": 1}, [("add", "/", 1)]),
    ("protected", {"G": [1]}, {"G": [1, 2]}, [("test", "/G", [1]), ("replace", "/G", [1, 2])]),
    (
        "two members of protected",
        *({"G": {"a": 1, "b": 1}}, {"G": {"a": 2}}),
        [("test", "/G", {"a": 1, "b": 1}), ("replace", "/G/a", 2), ("remove", "/G/b")],
    ),
    ("protected unchanged", {"G": [1]}, {"G": [1]}, []),
    ("protected added", {}, {"G": [1]}, [("add", "/G", [1])]),
)
def test_build_returns_patch(current: Document, target: Document, operations: list[tuple[Any, ...]]) -> None:
    patch = json_patch.build(current, target, protected={"G"})
    assert exact(patch) == exact([as_operation(*operation) for operation in operations])


@cases(
    ("failed test", ("test", "/A", 2), "the value differs"),
    ("true and 1", ("test", "/A", True), "the value differs"),
    ("test of missing member", ("test", "/X", None), "the path does not exist"),
    ("remove missing member", ("remove", "/X"), "the path does not exist"),
    ("replace missing member", ("replace", "/X", 1), "the path does not exist"),
    ("add to missing object", ("add", "/X/Y", 1), "the path does not exist"),
    ("add to number", ("add", "/A/Y", 1), "the path does not exist"),
    ("remove missing nested member", ("remove", "/D/X"), "the path does not exist"),
)
def test_apply_raises_and_leaves_document_unchanged(operation: tuple[Any, ...], message: str) -> None:
    current = {"A": 1, "D": {}}
    with pytest.raises(json_patch.PatchConflict, match=message):
        json_patch.apply(current, [as_operation("add", "/B", 1), as_operation(*operation)])
    assert current == {"A": 1, "D": {}}
