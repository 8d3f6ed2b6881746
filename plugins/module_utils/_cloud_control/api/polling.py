# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock, the deadline of a task, and the pauses between polls and between tries."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from ..errors import CloudControlError, TimedOut

# Seconds. Operations that deploy nothing end within the first pauses. Until ten seconds have passed, one poll a second.
# Later pauses grow, so that five minutes take at most 40 polls. The end of an operation is noticed at most half a
# minute later.
FIRST_PAUSES = (0.25, 0.25, 0.5)
SHORTEST_GROWN_PAUSE = 1.0
LONGEST_PAUSE = 30.0


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Clock(NamedTuple):
    """The functions for time: sleep (seconds), seconds that only increase, and the wall-clock time in UTC."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _utc_now


class Deadline:
    """The time that a task may take: wait_timeout seconds after the object is created."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self._end = clock.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Return the remaining seconds, negative after the deadline."""
        return self._end - self.clock.monotonic()

    def pause(self, seconds: float, *, waiting_for: str, cause: CloudControlError | None = None) -> None:
        """Sleep, at most until the deadline. Raises TimedOut, with C(waiting_for) in its message, after the deadline.

        cause: the failure after which a call is retried.
        """
        if self.remaining <= 0:
            message = f"wait_timeout of {self.seconds:g} seconds has elapsed: {waiting_for}"
            raise TimedOut(message, operation=cause.operation if cause else None) from cause
        self.clock.sleep(max(0.0, min(seconds, self.remaining)))


def pauses(clock: Clock) -> Iterator[float]:
    """Yield the seconds before each poll: FIRST_PAUSES, then in proportion to the time that has passed, with jitter."""
    start = clock.monotonic()
    yield from FIRST_PAUSES
    while True:
        grown = 0.17 * (clock.monotonic() - start) - 0.7
        jittered = min(LONGEST_PAUSE, grown) * random.uniform(0.9, 1.0)
        yield max(SHORTEST_GROWN_PAUSE, jittered)


def backoff(attempt: int) -> float:
    """Return the seconds after try number C(attempt), from 1: doubling from 1 to 20, reduced by up to half."""
    # A poll can have thousands of tries, and the power would overflow.
    ceiling: float = min(20.0, 2.0 ** min(attempt - 1, 5))
    return random.uniform(0.5, 1.0) * ceiling
