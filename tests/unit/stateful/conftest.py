"""Fixtures of the stateful tests."""

from __future__ import annotations

import pytest

from tests.emulator import Emulator


@pytest.fixture
def emulator(emulator_of_module: Emulator) -> Emulator:
    """Return the emulator without experiments. Its clock continues from the previous test."""
    emulator_of_module.reset()
    return emulator_of_module
