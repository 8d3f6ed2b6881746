"""Test a mutant in a pytest session of its own, which imports the file with the fault.

Needed for faults in tables, default values and decorators, which modules copy while they are imported.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from functools import partial
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType

import pytest

from tools.mutation import processes
from tools.mutation.mutants import Mutant
from tools.mutation.outcomes import Outcomes
from tools.mutation.place import INSTALLED, OPTIONS, PACKAGE, TESTS, TESTS_OF_SOURCES, module_name
from tools.mutation.session import Failures

# Slow to import. Imported before the forks, these take no time in each of them.
_PRELOADED = ("moto.sagemaker.models", "tests.emulator", "tests.support.module_runner")


def preload() -> None:
    """Import the modules that the tests use, without the files that get mutants."""
    for name in _PRELOADED:
        importlib.import_module(name)
    assert not [name for name in sys.modules if name.startswith(PACKAGE)]


def work(mutants: Sequence[Mutant], outcomes: Outcomes) -> int:
    """Test mutants and add their outcomes. Return 1 if pytest cannot collect the tests without a mutant."""
    for folder in TESTS:
        if processes.result_of(partial(_run, folder, "--collect-only")):
            print(f"The tests in {folder} cannot be collected.")
            return 1
    for mutant in mutants:
        paths = [*_own_tests(mutant), *TESTS]
        results = (processes.result_of(partial(_run_with, mutant, path)) for path in paths)
        outcomes.add(mutant.key, next(filter(None, results), ""))
    return 0


def _own_tests(mutant: Mutant) -> list[str]:
    """Return the test files of the file with the fault. They detect most mutants in a few seconds."""
    file = TESTS_OF_SOURCES / mutant.file
    return sorted(map(str, file.parent.glob(f"test_{file.stem}*.py")))


def _run_with(mutant: Mutant, path: str) -> str:
    sys.meta_path.insert(0, _Importer(mutant))
    return _run(path, "-x")


def _run(path: str, option: str) -> str:
    """Return the name of a test below the path that fails, CRASHED if pytest fails otherwise, or an empty string."""
    failures = Failures()
    code = pytest.main([*OPTIONS, option, path], plugins=[failures])
    return next(iter(failures.tests), "" if code == pytest.ExitCode.OK else processes.CRASHED)


class _Importer:
    """Finds and loads the file with the fault, in the place of the installed file."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = module_name(mutant.file)
        self._path = str(INSTALLED / mutant.file)

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        return spec_from_file_location(name, self._path, loader=self)  # type: ignore[arg-type] # it has both methods

    def create_module(self, _spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self._mutant.code(self._path), module.__dict__)  # noqa: S102 # the code of this project
