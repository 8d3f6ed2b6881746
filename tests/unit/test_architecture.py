"""The imports that each package may have, so that another resource type is one file and no change to the engine."""

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

# Each package of the engine, and the packages and libraries that it may import besides itself and the standard library.
MAY_IMPORT = {
    "errors": set(),
    # ansible-core's functions that read a string as a dictionary or a list
    "model": {"errors", "ansible"},
    "planning": {"errors", "model"},
    "api": {"errors", "model", "botocore"},
    "execution": {"errors", "model", "planning", "api"},
    "ansible_module": {
        *("errors", "model", "planning", "api", "execution"),
        *("ansible", "ansible_collections.amazon.aws", "botocore"),
    },
}
# Packages without I/O and without a clock.
PURE = ("errors", "model", "planning")
IMPURE_LIBRARIES = {"asyncio", "http", "os", "random", "socket", "subprocess", "threading", "time", "urllib", "uuid"}

# Names of properties that have another meaning in the engine: members of the requests of Cloud Control and CloudWatch,
# and plain words.
SHARED_WORDS = {"DesiredState", "Name", "RoleArn", "description", "desired_state", "name", "tags", "type"}


def _files(package: str) -> list[Path]:
    return sorted((ROOT / package.replace(".", "/")).rglob("*.py"))


def _package(path: Path) -> str:
    """Return the package of a file of the engine; errors.py is one by itself."""
    return path.relative_to(ROOT / ENGINE.replace(".", "/")).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports at run time; the names of those of this collection begin with plugins."""
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
    """Return the libraries that a file imports, besides the standard library and this collection."""
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


def test_every_package_of_the_engine_has_a_row() -> None:
    assert {_package(path) for path in _files(ENGINE)} == set(MAY_IMPORT)


@pytest.mark.parametrize("path", _files(ENGINE), ids=_stem)
def test_engine_file_imports_only_its_own_package_and_those_of_its_row(path: Path) -> None:
    engine = {name.removeprefix(f"{ENGINE}.").split(".")[0] for name in _imports(path) if name.startswith("plugins.")}
    assert engine | _foreign(path) <= MAY_IMPORT[_package(path)] | {_package(path)}


@pytest.mark.parametrize("path", [path for path in _files(ENGINE) if _package(path) in PURE], ids=_stem)
def test_pure_package_imports_no_library_for_io_or_time(path: Path) -> None:
    assert not {name.split(".")[0] for name in _imports(path)} & IMPURE_LIBRARIES


@pytest.mark.parametrize("path", _files(TYPES), ids=_stem)
def test_resource_type_imports_only_the_model(path: Path) -> None:
    assert all(name.startswith(f"{ENGINE}.model.") for name in _imports(path) if name.startswith("plugins."))
    assert not _foreign(path)


@pytest.mark.parametrize("path", _files("plugins.modules"), ids=_stem)
def test_module_imports_check_of_python_then_one_resource_type_and_one_entry_point(path: Path) -> None:
    first, *others = [name for name in _imports(path) if name.startswith("plugins.")]
    assert first == f"{ENGINE}.ansible_module.python_version"
    entry_point, resource_type = sorted(others)
    assert entry_point in {f"{ENGINE}.ansible_module.{name}" for name in ("resource", "info", "metrics")}
    assert resource_type.startswith(f"{TYPES}.")
    assert not _foreign(path)


def _resource_types() -> Iterator[Any]:
    for path in _files(TYPES):
        module = importlib.import_module(f"{COLLECTION}.{TYPES}.{path.stem}")
        yield from (value for value in vars(module).values() if type(value).__name__ == "ResourceType")


def _names_of(resource_type: Any) -> set[str]:
    """Return the type's name, its options, and each property name and status in its record."""

    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (text for pair in value.items() for text in texts(pair))
        elif isinstance(value, (tuple, list, set, frozenset)):
            yield from (text for item in value for text in texts(item))

    verifier = resource_type.verifier
    described = (
        verifier and (verifier.noun, verifier.conclusion, verifier.reads),
        verifier and (verifier.stable, verifier.transitional, verifier.failed),
        resource_type.create_only,
        resource_type.write_only,
        resource_type.required_to_create,
        tuple(resource_type.lifecycle.statuses),
    )
    return {resource_type.type_name, *resource_type.options, *resource_type.module_only_options, *texts(described)}


def _literals(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("path", _files(ENGINE), ids=_stem)
def test_engine_contains_no_name_of_a_type_or_property(path: Path) -> None:
    names = {name for resource_type in _resource_types() for name in _names_of(resource_type)}
    assert names
    assert (_literals(path) & names) - SHARED_WORDS == set()


def test_plugins_have_no_init_files() -> None:
    # Ansible needs no __init__.py, and it would hide the packages of amazon.aws from Python's own import.
    assert list(PLUGINS.rglob("__init__.py")) == []
