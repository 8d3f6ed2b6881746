# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom, so that a second resource type costs one file of data and no change to the engine."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.environment import ROOT

COLLECTION = "ansible_collections.awscc.sagemaker"
PLUGINS = ROOT / "plugins"
ENGINE = "plugins.module_utils._cloud_control"
TYPES = "plugins.module_utils._resource_types"

# Each file of the engine with all that it may import besides the standard library; its own neighbours by bare name.
ENGINE_MAY_IMPORT = {
    "resource_type": set(),
    "errors": set(),
    "failure": {"errors"},
    "json_patch": set(),
    "clock": {"errors"},
    "properties": {"resource_type"},
    "comparisons": {"messages", "resource_type"},
    "limits": {"messages", "properties", "resource_type"},
    "shapes": {"resource_type"},
    "messages": set(),
    "interpreter": set(),
    "arguments": {"messages", "resource_type", "ansible"},
    "changes": {"comparisons", "json_patch", "properties", "resource_type"},
    "plan": {"changes", "comparisons", "json_patch", "limits", "messages", "properties", "resource_type"},
    "prediction": {"changes", "json_patch", "plan", "resource_type"},
    "client": {"clock", "comparisons", "errors", "json_patch", "resource_type", "botocore"},
    "credentials": {"errors", "botocore"},
    "listing": {"client", "errors", "resource_type"},
    "task": {"client", "clock", "errors", "resource_type"},
    "operations": {"client", "errors", "plan", "resource_type", "task"},
    "executor": {
        *("changes", "clock", "comparisons", "errors", "json_patch", "operations", "plan", "prediction", "properties"),
        *("resource_type", "task"),
    },
    "reconcile": {"executor", "clock", "errors", "plan", "prediction", "resource_type", "task"},
}
# The files that know Ansible; together they may import all of the engine.
_ANSIBLE = {"ansible", "ansible_collections.amazon.aws"}
ENGINE_MAY_IMPORT |= {
    "module": {
        *("arguments", "client", "clock", "credentials", "errors", "limits", "messages", "properties", "resource_type"),
        *("shapes", "botocore", *_ANSIBLE),
    },
    "manage": {
        *("arguments", "errors", "failure", "limits", "module", "properties", "reconcile", "resource_type", "task"),
        *_ANSIBLE,
    },
    "inform": {"arguments", "errors", "failure", "limits", "listing", "module", "resource_type", *_ANSIBLE},
}

# What decides and converts can be told everything by a test: it does no I/O and looks at no clock.
PURE = {
    *("resource_type", "errors", "failure", "json_patch", "properties", "comparisons", "limits", "changes", "plan"),
    *("prediction", "shapes", "messages", "arguments"),
}
IMPURE_LIBRARIES = {"asyncio", "http", "os", "random", "socket", "subprocess", "threading", "time", "urllib", "uuid"}

# Names of properties that have another meaning in the engine: members of Cloud Control's requests, and plain words.
SHARED_WORDS = {"DesiredState", "RoleArn", "description", "desired_state", "name", "tags", "type"}


def _files(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package.replace(".", "/")).glob("*.py") if path.name != "__init__.py")


def _imports(path: Path) -> Iterator[str]:
    """Yield what a file imports at run time, as absolute dotted names; those of this collection begin with plugins."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        for statement in node.body
        for inner in ast.walk(statement)
    }
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join((*package[: len(package) - node.level + 1], *_split(node.module))) if node.level else ""
            base = base or str(node.module)
            yield from ([base] if node.module else [f"{base}.{alias.name}" for alias in node.names])


def _split(module: str | None) -> list[str]:
    return module.split(".") if module else []


def _foreign(path: Path) -> set[str]:
    """What a file imports from outside this collection and the standard library."""
    return {
        ".".join(name.split(".")[: 3 if name.startswith("ansible_collections.") else 1])
        for name in _imports(path)
        if not name.startswith("plugins.") and name.split(".")[0] not in sys.stdlib_module_names
    }


def _stem(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", sorted(PLUGINS.rglob("*.py")), ids=_stem)
def test_imports_within_the_collection_are_relative(path: Path) -> None:
    assert not [name for name in _imports(path) if name.startswith(COLLECTION)]


def test_every_file_of_the_engine_has_a_row_in_the_table() -> None:
    assert {path.stem for path in _files(ENGINE)} == set(ENGINE_MAY_IMPORT)


@pytest.mark.parametrize("path", _files(ENGINE), ids=_stem)
def test_a_file_of_the_engine_imports_only_what_its_row_says(path: Path) -> None:
    ours = {name.removeprefix(f"{ENGINE}.") for name in _imports(path) if name.startswith("plugins.")}
    assert ours | _foreign(path) <= ENGINE_MAY_IMPORT[path.stem]


@pytest.mark.parametrize("path", [path for path in _files(ENGINE) if path.stem in PURE], ids=_stem)
def test_what_decides_and_converts_does_no_io(path: Path) -> None:
    assert not {name.split(".")[0] for name in _imports(path)} & IMPURE_LIBRARIES


@pytest.mark.parametrize("path", _files(TYPES), ids=_stem)
def test_a_resource_type_is_data_in_the_words_of_the_engine(path: Path) -> None:
    ours = {name for name in _imports(path) if name.startswith("plugins.")}
    assert ours <= {f"{ENGINE}.resource_type", f"{ENGINE}.comparisons"}
    assert not _foreign(path)


@pytest.mark.parametrize("path", _files("plugins.modules"), ids=_stem)
def test_module_imports_the_check_of_python_first_then_one_resource_type_and_one_entry_point(path: Path) -> None:
    first, *others = [name for name in _imports(path) if name.startswith("plugins.")]
    assert first == f"{ENGINE}.interpreter"
    ours = set(others)
    ways_in = {name for name in ours if name in (f"{ENGINE}.manage", f"{ENGINE}.inform")}
    assert len(ways_in) == 1
    assert len({name for name in ours if name.startswith(f"{TYPES}.")}) == 1
    assert all(name in ways_in or name.startswith(f"{TYPES}.") for name in ours)
    assert not _foreign(path)


def _resource_types() -> Iterator[Any]:
    for path in _files(TYPES):
        module = importlib.import_module(f"{COLLECTION}.{TYPES}.{path.stem}")
        yield from (value for value in vars(module).values() if type(value).__name__ == "ResourceType")


def _names_of(resource_type: Any) -> set[str]:
    """The type's name, its options, and every property name and status that stands in its description."""

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (text for pair in value.items() for text in texts(pair))
        elif isinstance(value, (tuple, list, set, frozenset)):
            yield from (text for item in value for text in texts(item))

    described = (
        resource_type.create_only,
        resource_type.write_only,
        resource_type.required_to_create,
        tuple(resource_type.lifecycle.statuses) if resource_type.lifecycle else (),
    )
    return {resource_type.type_name, *resource_type.options, *resource_type.module_only_options, *texts(described)}


def _literals(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("path", _files(ENGINE), ids=_stem)
def test_the_engine_names_no_resource_type_and_no_property(path: Path) -> None:
    names = {name for resource_type in _resource_types() for name in _names_of(resource_type)}
    assert names
    assert (_literals(path) & names) - SHARED_WORDS == set()


def test_the_plugins_are_no_regular_packages() -> None:
    # Ansible finds them without, and an __init__.py would hide the ones of amazon.aws from Python's own import.
    assert list(PLUGINS.rglob("__init__.py")) == []
