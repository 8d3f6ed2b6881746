# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make mutation`: put each fault in, run the tests that reach it, and tell which faults none of them has noticed."""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.mutation import running
from tests.mutation.accepted import ACCEPTED
from tests.mutation.mutants import SOURCES, Mutant, mutants

WORK = ROOT / ".build" / "mutation"
# In process and quick. The emulator's own tests and those that start processes reach none of these lines.
TESTS = ("tests/unit/module_utils", "tests/unit/modules")
WANTED = 0.95


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if enough of the mutants were noticed and the others are known."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="names of files in plugins/module_utils; all if none is given")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, drawn always alike")
    parser.add_argument("--traced", action="store_true", help="what reaches which line is as in the last run")
    options = parser.parse_args(arguments)
    WORK.mkdir(parents=True, exist_ok=True)
    chosen = [p for p in sorted(SOURCES.rglob("*.py")) if not options.files or p.name in options.files]
    sys.stdout.write("making mutants ...\n")
    made = [mutant for path in chosen for mutant in mutants(path)]
    # In no order, so that the tests which are slow are spread over the workers.
    random.Random(len(made)).shuffle(made)
    # Those that need a pytest of their own take a hundred times as long: last.
    chosen_ones = sorted(made[: options.sample], key=running.is_within_functions, reverse=True)
    plugin = _Plugin(chosen_ones, traced=options.traced)
    tests = [test for test in TESTS if (ROOT / test).exists()]
    ended = pytest.main(["-q", "--no-header", "-p", "no:xdist", *tests], plugins=[plugin])
    if ended != pytest.ExitCode.OK:
        return int(ended)
    return _report(plugin.mutants, plugin.survivors)


class _Plugin:
    """Takes the place of running the tests once."""

    def __init__(self, chosen: list[Mutant], *, traced: bool) -> None:
        self.mutants = chosen
        self.traced = traced
        self.survivors: list[Mutant] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        running.import_all()
        tests = running.Session(session)
        if not self.traced:
            tests.trace(WORK)
        tests.read(WORK)
        workers = os.cpu_count() or 1
        for worker in range(workers):
            if os.fork() == 0:
                try:
                    self._work(tests, worker, workers)
                finally:
                    os._exit(0)
        for _worker in range(workers):
            os.wait()
        outcomes = [
            json.loads(line)
            for worker in range(workers)
            for line in (WORK / f"outcomes-{worker}").read_text(encoding="utf-8").splitlines()
        ]
        if len(outcomes) != len(self.mutants):
            raise SystemExit(f"Only {len(outcomes)} of {len(self.mutants)} mutants were tried.")
        self.survivors = [self.mutants[place] for place, survived in sorted(outcomes) if survived]
        return True

    def _work(self, tests: running.Session, worker: int, workers: int) -> None:
        folder = WORK / str(worker)
        folder.mkdir(exist_ok=True)
        with (WORK / f"outcomes-{worker}").open("w", encoding="utf-8", buffering=1) as outcomes:
            for place in range(worker, len(self.mutants), workers):
                outcomes.write(f"{json.dumps([place, _survives(tests, self.mutants[place], folder)])}\n")


def _survives(tests: running.Session, mutant: Mutant, folder: Path) -> bool:
    if running.is_within_functions(mutant):
        return tests.survives(mutant, tests.tests_for(mutant))
    return running.survives_alone(mutant, folder, TESTS[:2])


def _report(all_mutants: list[Mutant], survivors: list[Mutant]) -> int:
    unknown = [mutant for mutant in survivors if (mutant.path.name, mutant.change) not in ACCEPTED]
    for mutant in unknown:
        sys.stdout.write(f"\n{mutant.name}\n{mutant.change}\n")
    share = 1 - len(survivors) / len(all_mutants)
    known = len(survivors) - len(unknown)
    sys.stdout.write(
        f"\n{len(all_mutants)} mutants, {len(survivors)} survived ({known} for a known reason): {share:.1%} noticed\n"
    )
    return int(share < WANTED or bool(unknown))


if __name__ == "__main__":
    sys.exit(main())
