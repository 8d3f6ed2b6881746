# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time, as something that is handed in: the clock, one task's budget of it, and how long to wait between two looks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from ..errors import TimedOut

# Seconds. The first looks come early, for operations on what needs no deployment; then one a second up to ten; then so
# far apart that five minutes take forty looks at the most, and that their end is seen half a minute late at the most.
FIRST_PAUSES = (0.25, 0.25, 0.5)
SHORTEST_GROWN_PAUSE = 1.0
LONGEST_PAUSE = 30.0


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Clock(NamedTuple):
    """Seconds that only go forward, the time of day in UTC, and how to let time pass."""

    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _utc_now


class Deadline:
    """wait_timeout: the seconds that one task may take, whatever it does."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self._ends = clock.monotonic() + seconds

    @property
    def remaining(self) -> float:
        return self._ends - self.clock.monotonic()

    def pause(self, seconds: float, *, waiting_for: str) -> None:
        """Sleep, but not past the end. Raises TimedOut, saying what was waited for, if there is nothing left."""
        if self.remaining <= 0:
            raise TimedOut(f"wait_timeout of {self.seconds:g} seconds has elapsed: {waiting_for}")
        self.clock.sleep(max(0.0, min(seconds, self.remaining)))


def pauses(clock: Clock) -> Iterator[float]:
    """Yield how long to wait before each next look: early at first, then growing with the time gone by, jittered."""
    began = clock.monotonic()
    yield from FIRST_PAUSES
    while True:
        grown = 0.17 * (clock.monotonic() - began) - 0.7
        jittered = min(LONGEST_PAUSE, grown) * random.uniform(0.9, 1.0)
        yield max(SHORTEST_GROWN_PAUSE, jittered)


def backoff(attempt: int) -> float:
    """Seconds before try number C(attempt) + 1 (from 1): doubling from one second to twenty, and up to half less."""
    ceiling: float = min(20.0, 2.0 ** min(attempt - 1, 5))  # a patient one has thousands, too many for a power of two
    return random.uniform(0.5, 1.0) * ceiling
