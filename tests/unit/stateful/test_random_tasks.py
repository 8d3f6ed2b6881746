# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long random lives of an experiment, with nothing going wrong but what people do to it.

A quick share of them; THOROUGH=1 in the environment makes it thousands of steps.
"""

from __future__ import annotations

import pytest

from tests.emulator import Emulator
from tests.support.stateful.state_machine import Life, live
from tests.support.thorough import THOROUGH


@pytest.mark.parametrize("seed", range(8 if THOROUGH else 1))
def test_the_laws_hold_all_its_life(seed: int, emulator: Emulator) -> None:
    live(lambda: Life(emulator), seed=seed, lives=25 if THOROUGH else 8, steps=30 if THOROUGH else 15)
