# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make mutation`: put each fault in, run the tests that reach it, and tell which faults none of them has noticed."""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.environment import ROOT
from tests.mutation import running
from tests.mutation.accepted import ACCEPTED
from tests.mutation.kept import Kept
from tests.mutation.mutants import SOURCES, Mutant, mutants

WORK = ROOT / ".build" / "mutation"
# In process; those that notice most come first. The others reach none of these lines, start processes, or take long.
TESTS = ("tests/unit/module_utils", "tests/unit/modules", "tests/unit/faults")
WANTED = 0.95


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if enough of the mutants were noticed and the others are known."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="names of files in plugins/module_utils; all if none is given")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many, drawn always alike")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--resume", action="store_true", help="leave out those that were tried before")
    which.add_argument("--survivors", action="store_true", help="only those that survived when they were tried last")
    options = parser.parse_args(arguments)
    kept = Kept(WORK)
    chosen = [p for p in sorted(SOURCES.rglob("*.py")) if not options.files or p.name in options.files]
    sys.stdout.write("making mutants ...\n")
    made = [mutant for path in chosen for mutant in mutants(path)]
    # In no order, so that a run that is broken off has tried some of everything.
    random.Random(len(made)).shuffle(made)
    # Those that need a pytest of their own take a hundred times as long: last.
    made = sorted(made[: options.sample], key=running.is_within_functions, reverse=True)
    known = kept.outcomes()
    if options.survivors:
        made = [mutant for mutant in made if known.get(mutant.key)]
    left = [mutant for mutant in made if not (options.resume and mutant.key in known)]
    ended = pytest.main(["-q", "--no-header", "-p", "no:xdist", *TESTS], plugins=[_Plugin(left, kept)])
    if ended != pytest.ExitCode.OK:
        return int(ended)
    known = kept.outcomes()
    return _report(made, [mutant for mutant in made if known[mutant.key]])


class _Plugin:
    """Takes the place of running the tests once."""

    def __init__(self, chosen: list[Mutant], kept: Kept) -> None:
        self.mutants = chosen
        self.kept = kept

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        running.import_all()
        tests = running.Session(session)
        tests.trace(self.kept.folder)
        workers = os.cpu_count() or 1
        for worker in range(workers):
            if os.fork() == 0:
                try:
                    self._work(tests, worker, workers)
                finally:
                    os._exit(0)
        for _worker in range(workers):
            os.wait()
        untried = {mutant.key for mutant in self.mutants} - self.kept.outcomes().keys()
        if untried:
            raise SystemExit(f"{len(untried)} of {len(self.mutants)} mutants were not tried.")
        return True

    def _work(self, tests: running.Session, worker: int, workers: int) -> None:
        folder = WORK / str(worker)
        for mutant in self.mutants[worker::workers]:
            self.kept.add(mutant, survived=_survives(tests, mutant, folder))


def _survives(tests: running.Session, mutant: Mutant, folder: Path) -> bool:
    # What a function has been called for when its file was imported is no better than a table.
    if running.is_within_functions(mutant) and tests.tests_for(mutant):
        return tests.survives(mutant)
    return running.survives_alone(mutant, folder, TESTS)


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
