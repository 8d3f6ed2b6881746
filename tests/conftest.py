# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: the developer's settings stay out, and the collection tested is the one that `make` installed."""

from __future__ import annotations

import os

import pytest

from tests.environment import INSTALLED, clean_environment


def pytest_configure() -> None:
    if not INSTALLED.is_dir():
        raise pytest.UsageError("The collection is not installed below .build: run `make build`.")
    environment = clean_environment()
    os.environ.clear()
    os.environ.update(environment)
