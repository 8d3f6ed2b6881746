"""Forks of this process: each has all modules that are imported already, and cannot change this process."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

# How many forks work in parallel.
WORKERS = os.cpu_count() or 1
# The result of a fork that was killed or raised an exception.
CRASHED = "crashed"
# Seconds of CPU time after which a fork is killed. The tests of one mutant take less unless it loops for ever.
_CPU_SECONDS = 120
# Seconds after which a fork is killed. A mutant can sleep, but other processes can keep the machine busy too.
_SECONDS = 600


def start(child: Callable[[], int]) -> int:
    """Run a function in a fork, which exits with the function's result. Return the process ID of the fork."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        status = child()
    except BaseException:  # noqa: BLE001 # a fork must not return to the code that called start()
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def result_of(child: Callable[[], str]) -> str:
    """Run a function in a fork without output. Return the function's result, or CRASHED."""
    receiver, sender = os.pipe()

    def silent() -> int:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)
        signal.alarm(_SECONDS)
        os.write(sender, child().encode())
        return 0

    process = start(silent)
    os.close(sender)
    with os.fdopen(receiver, encoding="utf-8") as pipe:
        result = pipe.read()
    return result if os.waitpid(process, 0)[1] == 0 else CRASHED
