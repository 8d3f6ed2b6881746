# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For all tests: the developer's settings stay out, and the collection tested is the one that `make` installed."""

from __future__ import annotations

import os

import pytest

from tests.support.environment import AWS_ENVIRONMENT, INSTALLED, UNDER_ANSIBLE_TEST, clean_environment


def pytest_configure(config: pytest.Config) -> None:
    if not INSTALLED.is_dir():
        raise pytest.UsageError("The collection is not installed below .build: run `make build`.")
    # ansible-test has let nothing in, and reads its own settings again in each process.
    environment = {**os.environ, **AWS_ENVIRONMENT} if UNDER_ANSIBLE_TEST else clean_environment()
    # ansible-test gives each test a fork of its own, in which all that botocore and moto cache has to be made again:
    # six times the work. These tests put back what they change, and `make unit` runs them in one process too.
    if config.pluginmanager.has_plugin("ansible_forked"):
        config.pluginmanager.unregister(name="ansible_forked")
    os.environ.clear()
    os.environ.update(environment)
