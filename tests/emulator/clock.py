"""The clock of the emulator: real time, or a time that a test sets. All times are aware datetimes in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Protocol

DEFAULT_START = datetime(2026, 1, 1, 12, 0, tzinfo=timezone.utc)


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """Return the current time."""

    def advance(self, seconds: float) -> None:
        """Move the current time forward."""

    def reset(self) -> None:
        """Remove the time by which the clock was advanced."""


class SystemClock:
    """Real time plus the seconds passed to `advance`."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=_forward(seconds))

    def reset(self) -> None:
        self._ahead = timedelta()


class ManualClock:
    """A time that changes only by `advance`; `sleep` replaces `time.sleep` in code that takes it as a parameter."""

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        if start.tzinfo is None:
            raise ValueError("the start of a ManualClock must be an aware datetime")
        self._start = self._now = start.astimezone(timezone.utc)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=_forward(seconds))

    def reset(self) -> None:
        self._now = self._start

    def sleep(self, seconds: float) -> None:
        """Advance without waiting."""
        self.advance(seconds)


def _forward(seconds: float) -> float:
    if seconds < 0:
        raise ValueError(f"the clock only goes forward, not by {seconds} seconds")
    return seconds
