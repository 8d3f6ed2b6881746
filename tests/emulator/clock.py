"""The one clock that the emulator asks: real time, or a time that a test moves by hand; always aware UTC datetimes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Protocol

DEFAULT_START = datetime(2026, 1, 1, 12, 0, tzinfo=timezone.utc)


class Clock(Protocol):
    """What the emulator needs of a clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def advance(self, seconds: float) -> None:
        """Move the present moment forward by `seconds`."""


class SystemClock:
    """Real time, which `advance` can put ahead: handlers and schedules then believe that the time has passed."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=_forward(seconds))


class ManualClock:
    """Time that stands still until a test moves it; `sleep` is for code that takes its sleep as a parameter."""

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        if start.tzinfo is None:
            raise ValueError("the start of a ManualClock must be an aware datetime")
        self._now = start.astimezone(timezone.utc)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=_forward(seconds))

    def sleep(self, seconds: float) -> None:
        """The same as `advance`: a sleep that takes no time."""
        self.advance(seconds)


def _forward(seconds: float) -> float:
    if seconds < 0:
        raise ValueError(f"the clock only goes forward, not by {seconds} seconds")
    return seconds
