"""A clock for the engine that only its own pauses advance."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.polling import Clock

START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)


class ManualTime:
    """C(clock) is the clock for the engine; C(slept) lists the pauses in seconds."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.clock = Clock(sleep=self.slept.append, monotonic=self.elapsed, now=self.now)

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return sum(self.slept)

    def now(self) -> datetime:
        """Return the current time."""
        return START + timedelta(seconds=self.elapsed())
