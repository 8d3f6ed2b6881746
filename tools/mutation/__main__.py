"""Insert small faults into plugins/module_utils, one at a time, and list the faults that no test detects."""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial

import pytest

from tools.mutation import fresh, processes
from tools.mutation.mutants import Mutant, mutants
from tools.mutation.outcomes import Outcomes
from tools.mutation.place import OPTIONS, SOURCES, TESTS, WORK
from tools.mutation.rules import RULES, rule_for
from tools.mutation.session import Plugin

# The share of the mutants that the tests have to detect.
REQUIRED = 0.96
# Seconds between two lines of progress.
PROGRESS = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if the tests detect enough mutants."""
    options = _options(arguments)
    sources = sorted(SOURCES.rglob("*.py"))
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    outcomes = Outcomes(WORK / f"{state}.jsonl")
    every = [mutant for path in sources for mutant in mutants(path, SOURCES)]
    _print_rules(every)
    chosen = [
        mutant
        for mutant in every
        if not rule_for(mutant) and (not options.files or mutant.file.endswith(options.files))
    ]
    # In random order, so that the progress of a part of the run shows the result of the whole run.
    random.Random(len(chosen)).shuffle(chosen)
    chosen = chosen[: options.sample]
    known = outcomes.read()
    if options.survivors:
        chosen = [mutant for mutant in chosen if known.get(mutant.key) == ""]
    if not options.resume:
        outcomes.clear()
    left = [mutant for mutant in chosen if mutant.key not in outcomes.read()]
    if not _test(left, outcomes):
        return 1
    known = outcomes.read()
    return _report(chosen, [mutant for mutant in chosen if not known[mutant.key]])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="names of files in plugins/module_utils; default: all files")
    parser.add_argument("--sample", type=int, metavar="N", help="test a random sample of N mutants")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--resume", action="store_true", help="skip the mutants that an interrupted run has tested")
    which.add_argument("--survivors", action="store_true", help="test only the mutants that survived the last run")
    options = parser.parse_args(arguments)
    options.files = tuple(options.files)
    return options


def _print_rules(every: Sequence[Mutant]) -> None:
    accepted = Counter(rule for mutant in every if (rule := rule_for(mutant)))
    print(f"{len(every)} mutants. {accepted.total()} of them are not tested:")
    for rule in RULES:
        print(f"  {accepted[rule]:3} {rule.name}: {rule.reason}")


def _test(chosen: Sequence[Mutant], outcomes: Outcomes) -> bool:
    """Test the mutants. Return whether all of them were tested."""
    fresh.preload()
    in_functions = [mutant for mutant in chosen if mutant.in_function]
    session = processes.start(partial(_session, in_functions, outcomes))
    if not _watch([session], outcomes, len(chosen)):
        return False
    known = outcomes.read()
    others = [mutant for mutant in chosen if mutant.key not in known]
    print(f"Testing {len(others)} mutants of tables and default values ...")
    shares = [others[worker :: processes.WORKERS] for worker in range(processes.WORKERS)]
    workers = [processes.start(partial(fresh.work, share, outcomes)) for share in shares]
    return _watch(workers, outcomes, len(chosen))


def _session(chosen: Sequence[Mutant], outcomes: Outcomes) -> int:
    return int(pytest.main([*OPTIONS, *TESTS], plugins=[Plugin(chosen, outcomes)]))


def _watch(running: list[int], outcomes: Outcomes, count: int) -> bool:
    """Print the progress until all processes have ended. Return whether all exited with 0."""
    begun = shown = time.monotonic()
    statuses = []
    while running:
        for process in running.copy():
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                running.remove(process)
                statuses.append(status)
        if time.monotonic() - shown > PROGRESS and (results := list(outcomes.read().values())):
            shown = time.monotonic()
            survived = results.count("")
            print(
                f"  {(shown - begun) / 60:4.1f} min: {len(results)} of {count} tested, {survived} survived", flush=True
            )
        time.sleep(0.2)
    return not any(statuses)


def _report(chosen: Sequence[Mutant], survivors: Sequence[Mutant]) -> int:
    if survivors:
        print("Mutants that survived:")
    for mutant in sorted(survivors, key=lambda mutant: mutant.key):
        print(f"  {mutant.key}")
    detected = len(chosen) - len(survivors)
    print(f"The tests detect {detected} of {len(chosen)} mutants. At least {REQUIRED:.0%} are required.")
    return int(detected < REQUIRED * len(chosen))


if __name__ == "__main__":
    sys.exit(main())
