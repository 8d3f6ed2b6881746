"""What all emulated services share: one clock, one set of settings, one book of faults, one log and one lock.

moto's backends are process-wide, hence so is this. An Emulator installs a world of its own and puts the old one back.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from .clock import Clock, SystemClock
from .faults import FaultBook
from .records import Log
from .settings import Settings

if TYPE_CHECKING:
    from .plain import PlainHandler


@dataclasses.dataclass
class World:
    """The state of one emulator beside the backends' own."""

    clock: Clock = dataclasses.field(default_factory=SystemClock)
    settings: Settings = dataclasses.field(default_factory=Settings)
    faults: FaultBook = dataclasses.field(default_factory=FaultBook)
    log: Log = dataclasses.field(default_factory=Log)
    lock: threading.RLock = dataclasses.field(default_factory=threading.RLock)
    in_use: bool = False
    other_types: dict[str, Callable[[str, datetime], PlainHandler]] = dataclasses.field(default_factory=dict)
    """Types that Cloud Control serves beside the inference experiment -> (region, now) -> a run of the handler."""


_world = World()


def current() -> World:
    """The world that calls are served in now."""
    return _world


def install(world: World) -> World:
    """Serve from now on in this world; returns the one before."""
    global _world
    before, _world = _world, world
    return before
