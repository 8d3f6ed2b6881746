"""The state that all emulated services share: clock, settings, faults, log and lock.

It is process-wide like moto's backends. An Emulator installs its own world and restores the previous one.
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
    """The state of an emulator outside the backends."""

    clock: Clock = dataclasses.field(default_factory=SystemClock)
    settings: Settings = dataclasses.field(default_factory=Settings)
    faults: FaultBook = dataclasses.field(default_factory=FaultBook)
    log: Log = dataclasses.field(default_factory=Log)
    lock: threading.RLock = dataclasses.field(default_factory=threading.RLock)
    in_use: bool = False
    other_types: dict[str, Callable[[str, datetime], PlainHandler]] = dataclasses.field(default_factory=dict)
    """Further resource types: type name -> (region, now) -> a run of the handler."""


_world = World()


def current() -> World:
    """Return the installed world."""
    return _world


def install(world: World) -> World:
    """Install a world; return the previous one."""
    global _world
    before, _world = _world, world
    return before
