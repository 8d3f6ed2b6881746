"""Set up the environment of all tests: without the developer's settings, with the collection that `make` installed."""

from __future__ import annotations

import os

import pytest

from tests.support.environment import AWS_ENVIRONMENT, INSTALLED, UNDER_ANSIBLE_TEST, clean_environment
from tests.support.thorough import MARKERS, is_selected


def pytest_configure(config: pytest.Config) -> None:
    if not INSTALLED.is_dir():
        raise pytest.UsageError("The collection is not installed below .build: run `make build`.")
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    # ansible-test has removed the developer's settings, and each process needs those of ansible-test.
    environment = {**os.environ, **AWS_ENVIRONMENT} if UNDER_ANSIBLE_TEST else clean_environment()
    # In a fork for each test, the caches of botocore and moto are empty, which takes six times as long. These tests
    # restore all state, and `make unit` runs them in one process too.
    if config.pluginmanager.has_plugin("ansible_forked"):
        config.pluginmanager.unregister(name="ansible_forked")
    os.environ.clear()
    os.environ.update(environment)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        chosen[is_selected({marker.name for marker in item.iter_markers()})].append(item)
    config.hook.pytest_deselected(items=chosen[False])
    items[:] = chosen[True]
