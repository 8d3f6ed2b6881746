# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fixture for tests that each begin with an empty account, at whatever time it has become."""

from __future__ import annotations

import pytest

from tests.emulator import Emulator


@pytest.fixture
def emulator(emulator_of_module: Emulator) -> Emulator:
    """Without an experiment, and with its clock where the test before has left it."""
    emulator_of_module.reset()
    return emulator_of_module
