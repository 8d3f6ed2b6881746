# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build and apply JSON Patch documents (RFC 6902).

build() compares objects member by member, and replaces lists as a whole. build(a, b) applied to a gives b; it is [] if
a and b are equal. No function changes its arguments, or shares a part of them with its result.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Any

Operation = dict[str, Any]
PatchDocument = list[Operation]


class PatchConflict(ValueError):
    """The patch cannot be applied: a path does not exist, or a tested value differs."""


def build(current: Mapping[str, Any], target: Mapping[str, Any], *, protected: Collection[str] = ()) -> PatchDocument:
    """Return the operations that change current to target.

    A C(test) operation with the current value precedes the change of each top-level member in protected that exists in
    both documents. The service then rejects the patch if another caller has changed the member since the read.
    """
    patch: PatchDocument = []
    for name in {**current, **target}:
        changes = _member_changes([name], current, target)
        if changes and name in protected and name in current and name in target:
            patch.append(_operation("test", [name], current[name]))
        patch += changes
    return patch


def apply(document: Mapping[str, Any], patch: PatchDocument) -> dict[str, Any]:
    """Return a patched copy of an object. Supports the operations of build(): add, remove, replace and test of members.

    Raises PatchConflict.
    """
    result: dict[str, Any] = copy.deepcopy(dict(document))
    for operation in patch:
        op, path = operation["op"], operation["path"]
        *parents, name = [token.replace("~1", "/").replace("~0", "~") for token in path.split("/")[1:]]
        parent: Any = result
        for token in parents:
            parent = parent.get(token) if isinstance(parent, dict) else None
        if not isinstance(parent, dict) or (op != "add" and name not in parent):
            raise PatchConflict(f"{op} {path}: the path does not exist")
        if op == "test" and not _equal(parent[name], operation["value"]):
            raise PatchConflict(f"test {path}: the value differs")
        if op == "remove":
            del parent[name]
        elif op != "test":
            parent[name] = copy.deepcopy(operation["value"])
    return result


def pointer(*tokens: str) -> str:
    """Return the JSON Pointer (RFC 6901) for reference tokens."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def _operation(op: str, tokens: list[str], value: Any) -> Operation:
    return {"op": op, "path": pointer(*tokens), "value": copy.deepcopy(value)}


def _member_changes(tokens: list[str], current: Mapping[str, Any], target: Mapping[str, Any]) -> PatchDocument:
    name = tokens[-1]
    before, after = current.get(name), target.get(name)
    # The document that is patched may have or lack a member that is an empty object. add is valid in both cases. remove
    # and replace need the member.
    unset = before in (None, {})
    if name not in target:
        removal = {"op": "remove", "path": pointer(*tokens)}
        return [_operation("add", tokens, {}), removal] if unset else [removal]
    if name in current and _equal(before, after):
        return []
    if unset:
        return [_operation("add", tokens, after)]
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return [
            change for member in {**before, **after} for change in _member_changes([*tokens, member], before, after)
        ]
    return [_operation("replace", tokens, after)]


def _equal(one: Any, other: Any) -> bool:
    """Return whether two JSON values are equal. In Python, True == 1."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)
