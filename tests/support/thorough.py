# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of very many cases: a developer waits for a share of them, `make thorough` takes all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

THOROUGH = os.environ.get("THOROUGH") == "1"
Thing = TypeVar("Thing")


def some(things: Sequence[Thing], *, each: int, thorough: int = 1, turn: int = 0) -> Sequence[Thing]:
    """Every C(each)-th thing, or every C(thorough)-th if there is time; another C(turn), others.

    Of cells that lie row by row, a C(each) that divides no row's length takes some of every row and column.
    """
    step = thorough if THOROUGH else each
    return things[turn % step :: step]
