# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests against mutants, in forks of one pytest session that has collected all of them once.

A fault within functions is put in by giving their code another body, in the fork alone: that takes milliseconds. What
is defined when a file is imported (a table, a default) has been taken over by whoever imports it, so such a mutant gets
a pytest of its own, on a copy of the collection.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest

from tests.environment import ROOT
from tests.mutation.mutants import SOURCES, Mutant

INSTALLED = ROOT / ".build" / "collections" / "ansible_collections" / "awscc" / "sagemaker" / "plugins" / "module_utils"
PACKAGE = "ansible_collections.awscc.sagemaker.plugins.module_utils"
# Seconds of work after which a mutant counts as found: what it is put into never takes so long. A mutant that sleeps
# instead has ten times as long, since the machine may be busy with other things.
PATIENCE = 60
# Tests that reach a faulty line, at the most, the quickest first.
MOST_TESTS = 300


class Session:
    """What a pytest session has collected, and which of it reaches which line."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session
        self.reach: dict[tuple[str, int], list[int]] = {}
        self.seconds: dict[int, float] = {}

    def trace(self, folder: Path) -> None:
        """Run every test once, in a fork, and keep in C(folder) how long it took and which lines it reached."""
        if fork(lambda: self._traced(folder)) != 0:
            raise SystemExit("The tests do not pass as things are: mutants would tell nothing.")

    def read(self, folder: Path) -> None:
        """Take over what trace() has kept."""
        self.seconds = dict(json.loads((folder / "seconds.json").read_text(encoding="utf-8")))
        found = coverage.CoverageData(basename=str(folder / "coverage"))
        found.read()
        for file in found.measured_files():
            relative = os.path.relpath(file, INSTALLED)
            for line, contexts in found.contexts_by_lineno(file).items():
                self.reach[relative, line] = [int(context) for context in contexts if context]

    def _traced(self, folder: Path) -> int:
        watched = coverage.Coverage(data_file=str(folder / "coverage"), include=[f"{INSTALLED}/*"], config_file=False)
        seconds = []
        watched.start()
        for index, item in enumerate(self.session.items):
            watched.switch_context(str(index))
            begun = time.perf_counter()
            _run(self.session, [item])
            seconds.append((index, time.perf_counter() - begun))
        watched.stop()
        watched.save()
        (folder / "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")
        return int(bool(self.session.testsfailed))

    def tests_for(self, mutant: Mutant) -> list[int]:
        relative = str(mutant.path.relative_to(SOURCES))
        reached = {test for line in mutant.lines for test in self.reach.get((relative, line), [])}
        return sorted(reached, key=self.seconds.__getitem__)[:MOST_TESTS]

    def survives(self, mutant: Mutant, tests: Iterable[int]) -> bool:
        items = [self.session.items[index] for index in tests]

        def child() -> int:
            put_in(mutant)
            signal.setitimer(signal.ITIMER_PROF, PATIENCE)
            signal.alarm(10 * PATIENCE)
            _run(self.session, items)
            return int(bool(self.session.testsfailed))

        return fork(child) == 0


def _run(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Run tests until one fails, in silence."""
    session.config.pluginmanager.unregister(name="terminalreporter")
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return


def fork(child: Callable[[], int]) -> int:
    """Return what the child returns, in a process of its own that says nothing; anything but 0 if it was killed."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return os.waitpid(process, 0)[1]
    status = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        status = child()
    finally:
        os._exit(status)


def put_in(mutant: Mutant) -> None:
    """Give the functions of this process that differ in the mutant their faulty code."""
    changed = dict(changed_functions(mutant))
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and found.__code__ in changed:
            found.__code__ = changed[found.__code__]


def changed_functions(mutant: Mutant) -> Iterator[tuple[CodeType, CodeType]]:
    """Yield (sound, faulty) code of each function that differs, the outer ones of nested functions as well."""
    file = str(INSTALLED / mutant.path.relative_to(SOURCES))
    sound = compile(mutant.path.read_text(encoding="utf-8"), file, "exec", dont_inherit=True)
    yield from _pairs(sound, compile(mutant.source, file, "exec", dont_inherit=True))


def _pairs(sound: CodeType, faulty: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    for one, other in zip(_inner(sound), _inner(faulty), strict=True):
        yield from _pairs(one, other)
        if one != other:
            yield one, other


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def is_within_functions(mutant: Mutant) -> bool:
    """Whether only the bodies of functions differ, and not what runs when the file is imported."""
    path = str(mutant.path)
    sound = compile(mutant.path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True)
    faulty = compile(mutant.source, path, "exec", dont_inherit=True)
    return len(_inner(sound)) == len(_inner(faulty)) and _frame(sound) == _frame(faulty)


def _frame(code: CodeType) -> Any:
    """What is run at import: the file's own code and that of its classes, but not of functions."""
    inner = [_frame(one) for one in _inner(code) if not one.co_flags & 0x1]
    constants = [constant for constant in code.co_consts if not isinstance(constant, CodeType)]
    return code.co_code, code.co_names, repr(constants), inner


def import_all() -> None:
    """Import every file that is mutated, so that all functions are there before the first fork."""
    for path in sorted(INSTALLED.rglob("*.py")):
        importlib.import_module(f"{PACKAGE}.{path.parent.name}.{path.stem}")


def survives_alone(mutant: Mutant, folder: Path, tests: Sequence[str]) -> bool:
    """Run tests in a pytest of its own, on a copy of the collection that has the fault."""
    collections = folder / "collections"
    if not collections.exists():
        shutil.copytree(ROOT / ".build" / "collections", collections)
    copy = collections / (INSTALLED / mutant.path.relative_to(SOURCES)).relative_to(ROOT / ".build" / "collections")
    sound = copy.read_text(encoding="utf-8")
    copy.write_text(mutant.source, encoding="utf-8")
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:xdist",
        "-o",
        f"cache_dir={folder}/pytest",
        "-o",
        f"pythonpath={collections} .",
    ]
    try:
        done = subprocess.run([*words, *tests], cwd=ROOT, capture_output=True, timeout=10 * PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return False
    finally:
        copy.write_text(sound, encoding="utf-8")
    return done.returncode == 0
