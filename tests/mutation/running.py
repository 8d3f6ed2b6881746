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
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
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
# Seconds from which on a test is slow.
SLOW = 0.5
# So many tests are run in one fork.
AT_ONCE = 300
# Tests that reach a faulty line, at the most.
MOST_TESTS = 6 * AT_ONCE


class Session:
    """What a pytest session has collected, and which of it reaches which line."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session
        self.items = {item.nodeid: item for item in session.items}
        # Which of the folders that pytest was given a test comes from.
        self.places = [str(ROOT / folder) for folder in session.config.args]
        self.reach: dict[tuple[str, int], list[str]] = {}
        self.seconds: dict[str, float] = {}

    def trace(self, folder: Path) -> None:
        """Run every test once, in a fork, and keep in C(folder) how long it took and which lines it reached.

        Those that were traced before are not run again.
        """
        seconds, data = folder / "seconds.json", folder / "coverage"
        before = json.loads(seconds.read_text(encoding="utf-8")) if seconds.exists() else {}
        new = [item for nodeid, item in self.items.items() if nodeid not in before]
        if new and fork(lambda: self._traced(new, before, seconds, data)) != 0:
            raise SystemExit("The tests do not pass as things are: mutants would tell nothing.")
        self.seconds = json.loads(seconds.read_text(encoding="utf-8"))
        found = coverage.CoverageData(basename=str(data))
        found.read()
        for file in found.measured_files():
            relative = os.path.relpath(file, INSTALLED)
            for line, contexts in found.contexts_by_lineno(file).items():
                self.reach[relative, line] = [context for context in contexts if context in self.items]

    def _traced(self, items: list[pytest.Item], before: dict[str, float], seconds: Path, data: Path) -> int:
        watched = coverage.Coverage(data_file=str(data), include=[f"{INSTALLED}/*"], config_file=False)
        watched.load()
        taken = dict(before)
        watched.start()
        for item in items:
            watched.switch_context(item.nodeid)
            begun = time.perf_counter()
            _run(self.session, [item])
            taken[item.nodeid] = time.perf_counter() - begun
        watched.stop()
        if self.session.testsfailed:
            return 1
        watched.save()
        seconds.write_text(json.dumps(taken), encoding="utf-8")
        return 0

    def tests_for(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach it, those first that will sooner notice."""
        relative = str(mutant.path.relative_to(SOURCES))
        reached = {test for line in mutant.lines for test in self.reach.get((relative, line), [])}
        return sorted(reached, key=lambda test: self._promise(mutant, test))[:MOST_TESTS]

    def _promise(self, mutant: Mutant, test: str) -> tuple[bool, int, bool, int]:
        """Smaller for tests that were written for the file, come from an earlier folder, or are quick.

        Among the others there is no order: tests that stand side by side notice the same.
        """
        path = self.items[test].path
        place = next(i for i, folder in enumerate(self.places) if str(path).startswith(folder))
        own = path.stem == f"test_{mutant.path.stem}"
        return not own, place, self.seconds[test] > SLOW, zlib.crc32(test.encode())

    def survives(self, mutant: Mutant) -> bool:
        items = [self.items[test] for test in self.tests_for(mutant)]

        def child(some: list[pytest.Item]) -> int:
            put_in(mutant)
            signal.setitimer(signal.ITIMER_PROF, PATIENCE)
            signal.alarm(10 * PATIENCE)
            _run(self.session, some)
            return int(bool(self.session.testsfailed))

        parts = [items[begin : begin + AT_ONCE] for begin in range(0, len(items), AT_ONCE)]
        return all(fork(partial(child, part)) == 0 for part in parts)


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
    gc.unfreeze()  # a module that has run in this process has hidden what there was
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
    """Run tests in a pytest of its own, on a copy of the collection that has the fault; first those for the file."""
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
    own = [str(path) for test in tests for path in ROOT.joinpath(test).rglob(f"test_{mutant.path.stem}.py")]
    try:
        for several in (own, tests) if own else (tests,):
            run = [*words, *several]
            if subprocess.run(run, cwd=ROOT, capture_output=True, timeout=10 * PATIENCE, check=False).returncode != 0:
                return False
    except subprocess.TimeoutExpired:
        return False
    finally:
        copy.write_text(sound, encoding="utf-8")
    return True
