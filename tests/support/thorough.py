# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of large tables of cases for `make test`. `make thorough` sets THOROUGH=1 and runs all cases."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

THOROUGH = os.environ.get("THOROUGH") == "1"
Thing = TypeVar("Thing")


def some(things: Sequence[Thing], *, each: int, thorough: int = 1, turn: int = 0) -> Sequence[Thing]:
    """Return every each-th item, or every thorough-th item with THOROUGH=1, beginning with the item number turn.

    For cells in the order of rows, choose a value of each that does not divide the length of a row.
    """
    step = thorough if THOROUGH else each
    return things[turn % step :: step]
