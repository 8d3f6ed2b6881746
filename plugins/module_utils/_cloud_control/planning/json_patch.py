# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Patch documents (RFC 6902): build the one that leads from one set of properties to another, and apply one.

Guarantees of build(): applied to C(current) it gives C(target); equal documents give C([]); objects are compared member
by member and lists are replaced whole; neither argument is changed or shared with the result.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Any

Operation = dict[str, Any]
PatchDocument = list[Operation]


class PatchConflict(ValueError):
    """The patch does not fit the document: a path that is not there, or a failed test."""


def pointer(*tokens: str) -> str:
    """Join reference tokens into a JSON Pointer (RFC 6901), escaping C(~) and C(/)."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def build(
    current: Mapping[str, Any],
    target: Mapping[str, Any],
    *,
    protected: Collection[str] = (),
) -> PatchDocument:
    """Return the operations that lead from current to target.

    A top-level member that is named in protected, exists in both documents and changes is preceded by a C(test)
    operation with its current value: the service rejects the patch if another caller has changed the member since.
    """
    patch: PatchDocument = []
    for name in _names(current, target):
        changes = _member_changes([name], current, target)
        if changes and name in protected and name in current and name in target:
            patch.append(_operation("test", [name], current[name]))
        patch += changes
    return patch


def apply(document: Mapping[str, Any], patch: PatchDocument) -> dict[str, Any]:
    """Return a patched copy of an object. Knows the operations that build() makes, on members of objects.

    Raises PatchConflict where a tested value differs or a path does not exist.
    """
    result: dict[str, Any] = copy.deepcopy(dict(document))
    for operation in patch:
        _apply_one(result, operation)
    return result


def _names(current: Mapping[str, Any], target: Mapping[str, Any]) -> list[str]:
    return [*current, *(name for name in target if name not in current)]


def _operation(op: str, tokens: list[str], value: Any) -> Operation:
    return {"op": op, "path": pointer(*tokens), "value": copy.deepcopy(value)}


def _changes(tokens: list[str], current: Mapping[str, Any], target: Mapping[str, Any]) -> PatchDocument:
    return [
        operation for name in _names(current, target) for operation in _member_changes([*tokens, name], current, target)
    ]


def _member_changes(tokens: list[str], current: Mapping[str, Any], target: Mapping[str, Any]) -> PatchDocument:
    name = tokens[-1]
    before, after = current.get(name), target.get(name)
    # The document that is patched may lack a member that GetResource returns as null or as an empty object: add is
    # valid in both cases, remove and replace are not.
    unset = before in (None, {})
    if name not in target:
        removal = {"op": "remove", "path": pointer(*tokens)}
        return [_operation("add", tokens, {}), removal] if unset else [removal]
    if name in current and _equal(before, after):
        return []
    if unset:
        return [_operation("add", tokens, after)]
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _changes(tokens, before, after)
    return [_operation("replace", tokens, after)]


def _equal(one: Any, other: Any) -> bool:
    """Equality as JSON has it. Python's own takes True for 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _apply_one(document: dict[str, Any], operation: Operation) -> None:
    op, path = operation["op"], operation["path"]
    *parents, name = [token.replace("~1", "/").replace("~0", "~") for token in path.split("/")[1:]]
    holder: Any = document
    for token in parents:
        holder = holder.get(token) if isinstance(holder, dict) else None
    if not isinstance(holder, dict) or (op != "add" and name not in holder):
        raise PatchConflict(f"{op} {path}: the path does not exist")
    if op == "test":
        if not _equal(holder[name], operation["value"]):
            raise PatchConflict(f"test {path}: the value differs")
    elif op == "remove":
        del holder[name]
    elif op in ("add", "replace"):
        holder[name] = copy.deepcopy(operation["value"])
    else:
        raise PatchConflict(f"{op} {path}: unsupported operation")
