"""Test the mutants of function bodies in forks of one pytest session, which collects the tests only once.

A fork replaces the code of the function that differs. That takes milliseconds, but does not work for a fault in a table
or a default value: the importing modules have copies of it. See fresh.py for those.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType

import coverage
import pytest

from tools.mutation import processes
from tools.mutation.mutants import Mutant
from tools.mutation.outcomes import Outcomes
from tools.mutation.place import INSTALLED, SOURCES, TESTS, TESTS_OF_SOURCES, WORK, module_name

# The number of tests that a mutant has to survive.
_MOST_TESTS = 600
# Seconds from which a test is slow.
_SLOW = 0.5


class Plugin:
    """A pytest plugin that tests mutants instead of running the tests once."""

    def __init__(self, mutants: Sequence[Mutant], outcomes: Outcomes) -> None:
        self._mutants = mutants
        self._outcomes = outcomes

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        session.config.pluginmanager.unregister(name="terminalreporter")
        for path in SOURCES.rglob("*.py"):
            importlib.import_module(module_name(str(path.relative_to(SOURCES))))
        print(f"Running {len(session.items)} tests without a mutant ...", flush=True)
        tests = _Tests(session)
        tests.trace()
        print(f"Testing {len(self._mutants)} mutants of functions ...", flush=True)
        _run_in_parallel(partial(self._work, tests, worker) for worker in range(processes.WORKERS))
        return True

    def _work(self, tests: _Tests, worker: int) -> int:
        for mutant in self._mutants[worker :: processes.WORKERS]:
            # Functions that run only during the import are left to fresh.py.
            if tests.that_reach(mutant) and tests.functions(mutant):
                self._outcomes.add(mutant.key, tests.detect(mutant))
        return 0


class Failures:
    """A pytest plugin that collects the names of the tests that fail."""

    def __init__(self) -> None:
        self.tests: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.tests.append(report.nodeid)


class _Tests:
    """The collected tests, and the lines that each of them reaches."""

    def __init__(self, session: pytest.Session) -> None:
        self._items = {item.nodeid: item for item in session.items}
        self._positions = {nodeid: position for position, nodeid in enumerate(self._items)}
        self._failures = Failures()
        session.config.pluginmanager.register(self._failures)
        self._functions = _functions()
        self._reach: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._seconds: dict[str, float] = {}
        # How many mutants of a function each test has detected.
        self._detected: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def trace(self) -> None:
        """Run each test once and record how long it takes and which lines it reaches. All tests have to pass."""
        folder = WORK / "trace"
        folder.mkdir(parents=True, exist_ok=True)
        # All tests of a file go to the same worker, since they share fixtures.
        files = {path: index for index, path in enumerate({item.path: None for item in self._items.values()})}
        shares: dict[Path, list[pytest.Item]] = defaultdict(list)
        for item in self._items.values():
            shares[folder / str(files[item.path] % processes.WORKERS)].append(item)
        _run_in_parallel(partial(self._trace, items, data) for data, items in shares.items())
        for data in shares:
            self._seconds |= json.loads(data.with_suffix(".json").read_text(encoding="utf-8"))
            found = coverage.CoverageData(basename=str(data))
            found.read()
            for file in found.measured_files():
                for line, tests in found.contexts_by_lineno(file).items():
                    self._reach[file, line].update(tests)

    def _trace(self, items: Sequence[pytest.Item], data: Path) -> int:
        watched = coverage.Coverage(data_file=str(data), include=[f"{INSTALLED}/*"], config_file=False)
        seconds = {}
        watched.start()
        for item, following in zip(items, [*items[1:], None], strict=True):
            watched.switch_context(item.nodeid)
            begun = time.perf_counter()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            seconds[item.nodeid] = time.perf_counter() - begun
        watched.stop()
        watched.save()
        data.with_suffix(".json").write_text(json.dumps(seconds), encoding="utf-8")
        for test in self._failures.tests:
            print(f"FAILED without a mutant: {test}")
        return int(bool(self._failures.tests))

    def that_reach(self, mutant: Mutant) -> set[str]:
        """Return the names of the tests that reach the line with the fault."""
        file = str(INSTALLED / mutant.file)
        return {test for line in mutant.lines for test in self._reach[file, line] if test}

    def functions(self, mutant: Mutant) -> list[tuple[FunctionType, CodeType]]:
        """Return the functions with the fault, each with its new code."""
        filename = str(INSTALLED / mutant.file)
        sound = compile(mutant.tree, filename, "exec", dont_inherit=True)
        pairs = zip(_function_codes(sound), _function_codes(mutant.code(filename)), strict=True)
        return [
            (function, after)
            for before, after in pairs
            if before != after
            for function in self._functions[filename, before]
        ]

    def detect(self, mutant: Mutant) -> str:
        """Return the name of a test that detects the mutant, CRASHED if the tests did not end, or an empty string."""
        history = self._detected[mutant.file, mutant.function]
        order = sorted(self.that_reach(mutant), key=lambda test: (-history[test], *self._priority(mutant, test)))
        detected_by = processes.result_of(lambda: self._run(mutant, order[:_MOST_TESTS]))
        history[detected_by] += 1
        return detected_by

    def _priority(self, mutant: Mutant, test: str) -> tuple[bool, int, bool, int]:
        """Return a lower value for tests of the mirrored test file, in an earlier folder, and for quick tests.

        The rest is in random order, because tests of the same kind detect the same faults.
        """
        folder = next(index for index, folder in enumerate(TESTS) if test.startswith(folder))
        file = Path(mutant.file)
        own = test.startswith(str(TESTS_OF_SOURCES / file.with_name(f"test_{file.name}")))
        return not own, folder, self._seconds[test] > _SLOW, zlib.crc32(test.encode())

    def _run(self, mutant: Mutant, tests: Sequence[str]) -> str:
        for function, code in self.functions(mutant):
            function.__code__ = code
        items = [self._items[test] for test in tests]
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failures.tests:
                return self._failures.tests[0]
        return ""


def _run_in_parallel(children: Iterable[Callable[[], int]]) -> None:
    running = [processes.start(child) for child in children]
    statuses = [os.waitpid(process, 0)[1] for process in running]
    if any(statuses):
        pytest.exit("A process has failed.", returncode=pytest.ExitCode.INTERNAL_ERROR)


def _functions() -> dict[tuple[str, CodeType], list[FunctionType]]:
    """Return the functions of the files that get mutants, by file name and code."""
    gc.unfreeze()  # a module that ran in this process may have called gc.freeze(), which hides objects
    functions = defaultdict(list)
    for found in gc.get_objects():
        if isinstance(found, FunctionType) and found.__code__.co_filename.startswith(str(INSTALLED)):
            functions[found.__code__.co_filename, found.__code__].append(found)
    return functions


def _function_codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of each function that the import of a file defines, those in classes too."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            is_function = constant.co_flags & 0x1  # CO_OPTIMIZED
            yield from [constant] if is_function else _function_codes(constant)
