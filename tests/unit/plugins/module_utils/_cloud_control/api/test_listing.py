# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading many resources side by side: how many at once, in which order, what is kept, and what a failure ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.client import CloudControl
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.listing import (
    MAX_CONCURRENT_READS,
    Query,
    find,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import Resource
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)

SECONDS = 10


class Service:
    """What find() asks, answered at once; C(meet) readers wait for one another in each read."""

    def __init__(self, names: list[str], *, meet: int = 0, fails_at: str | None = None, seconds: float = 0) -> None:
        self.names, self.seconds = names, seconds
        self.fails_at = fails_at
        self.prepared: list[str] = []
        self.read: list[str] = []
        self.operation_in_progress = self.most = 0
        self._lock = threading.Lock()
        self._barrier = threading.Barrier(meet) if meet else None

    def prepare(self, *services: str) -> None:
        self.prepared += services

    def list(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from ((name, {"Name": name}) for name in self.names)

    def get(self, identifier: str) -> dict[str, Any] | None:
        with self._lock:
            self.read.append(identifier)
            self.operation_in_progress += 1
            self.most = max(self.most, self.operation_in_progress)
        try:
            if identifier == self.fails_at:
                raise CallFailed("Rate exceeded", code="ThrottlingException", operation="GetResource")
            if self._barrier:
                self._barrier.wait(SECONDS)
            time.sleep(self.seconds)
            return {"Name": identifier}
        finally:
            with self._lock:
                self.operation_in_progress -= 1


def found(service: Service, **query: Any) -> list[tuple[str, Resource]]:
    client = cast(CloudControl, service)
    return list(find(INFERENCE_EXPERIMENT, Query(**query), client))


def numbered(number: int) -> list[str]:
    return [f"n{index:04}" for index in range(number)]


@pytest.mark.parametrize(
    ("number", "at_once"),
    [
        pytest.param(1, 1, id="one alone"),
        pytest.param(5, 5, id="few all at once"),
        pytest.param(MAX_CONCURRENT_READS, MAX_CONCURRENT_READS, id="as many as there are readers"),
        pytest.param(4 * MAX_CONCURRENT_READS, MAX_CONCURRENT_READS, id="many no more than there are readers"),
    ],
)
def test_reads_are_made_side_by_side_with_a_bound(number: int, at_once: int) -> None:
    service = Service(numbered(number), meet=at_once)

    assert [name for name, _seen in found(service)] == numbered(number)
    assert service.most == at_once


def test_five_thousand_are_each_read_once_and_told_in_order() -> None:
    names = numbered(5000)
    service = Service(names[::-1])

    assert [name for name, _seen in found(service)] == names
    assert sorted(service.read) == names


def test_the_client_is_made_before_the_readers_need_it() -> None:
    service = Service(["a"])
    found(service)

    assert service.prepared == ["cloudcontrol"]


def test_no_client_is_prepared_for_nothing() -> None:
    service = Service([])
    found(service)

    assert service.prepared == []


def test_a_failure_ends_all_reading() -> None:
    service = Service(numbered(5000), fails_at="n0003", seconds=0.001)

    with pytest.raises(CallFailed, match="Rate exceeded"):
        found(service)
    assert len(service.read) < 2500
