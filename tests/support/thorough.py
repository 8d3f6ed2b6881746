"""The division of the tests between `make test` and `make thorough`, which sets THOROUGH=1.

A test with the marker slow runs in `make thorough` only. A test with the marker sampled runs a sample of its table in
`make test` and the whole table in `make thorough`, which runs no other tests.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import TypeVar

THOROUGH = os.environ.get("THOROUGH") == "1"
MARKERS = (
    "slow(reason): only make thorough runs the test",
    "sampled: make test runs a sample of the cases, make thorough runs all of them",
)
Thing = TypeVar("Thing")


def is_selected(markers: Collection[str], *, thorough: bool = THOROUGH) -> bool:
    """Return whether this run includes a test with these markers."""
    return "slow" in markers or "sampled" in markers if thorough else "slow" not in markers


def some(things: Sequence[Thing], *, each: int, thorough: int = 1, turn: int = 0) -> Sequence[Thing]:
    """Return every each-th item, or every thorough-th item with THOROUGH=1, beginning with the item number turn.

    For cells in the order of rows, choose a value of each that does not divide the length of a row.
    """
    step = thorough if THOROUGH else each
    return things[turn % step :: step]
