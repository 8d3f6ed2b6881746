"""listing.py: the order, the number and the concurrency of reads, and the end after a failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api import listing
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.client import CloudControl
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed
from tests.support.cases import cases
from tests.support.model import INFERENCE_EXPERIMENT, Resource

SECONDS = 10


class FakeCloudControl:
    """Return resources without latency.

    parallel: reads that wait for each other. fails_at: the identifier of the read that fails. seconds: time of a read.
    """

    def __init__(self, names: list[str], *, parallel: int = 0, fails_at: str | None = None, seconds: float = 0) -> None:
        self.names, self.fails_at, self.seconds = names, fails_at, seconds
        self.created: list[str] = []
        self.read: list[str] = []
        self.reads_in_progress = self.max_in_progress = 0
        self._lock = threading.Lock()
        self._barrier = threading.Barrier(parallel) if parallel else None

    def create_clients(self, *services: str) -> None:
        self.created += services

    def list(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from ((name, {"Name": name}) for name in self.names)

    def get(self, identifier: str) -> dict[str, Any] | None:
        with self._lock:
            self.read.append(identifier)
            self.reads_in_progress += 1
            self.max_in_progress = max(self.max_in_progress, self.reads_in_progress)
        try:
            if identifier == self.fails_at:
                raise CallFailed("Rate exceeded", code="ThrottlingException", operation="GetResource")
            if self._barrier:
                self._barrier.wait(SECONDS)
            time.sleep(self.seconds)
            return {"Name": identifier, "Status": "Running"}
        finally:
            with self._lock:
                self.reads_in_progress -= 1


def found(client: FakeCloudControl, **query: Any) -> list[tuple[str, Resource]]:
    return list(listing.find(INFERENCE_EXPERIMENT, listing.Query(**query), cast(CloudControl, client)))


def numbered(number: int) -> list[str]:
    return [f"n{index:04}" for index in range(number)]


# Read this test first.
def test_find_reads_listed_resources_that_match_and_sorts_them() -> None:
    client = FakeCloudControl(["shop-2", "other", "shop-1"])
    resources = found(client, contains="shop", statuses=["Running"])
    assert resources == [
        ("shop-1", Resource({"Name": "shop-1", "Status": "Running"})),
        ("shop-2", Resource({"Name": "shop-2", "Status": "Running"})),
    ]
    assert sorted(client.read) == ["shop-1", "shop-2"]


@cases(
    ("one resource", 1, 1),
    ("fewer than the maximum", 5, 5),
    ("the maximum", listing.MAX_CONCURRENT_READS, listing.MAX_CONCURRENT_READS),
    ("more than the maximum", 4 * listing.MAX_CONCURRENT_READS, listing.MAX_CONCURRENT_READS),
)
def test_find_reads_in_parallel_up_to_the_maximum(number: int, parallel: int) -> None:
    client = FakeCloudControl(numbered(number), parallel=parallel)
    assert [name for name, _resource in found(client)] == numbered(number)
    assert client.max_in_progress == parallel


def test_find_reads_each_of_5000_resources_once() -> None:
    names = numbered(5000)
    client = FakeCloudControl(names[::-1])
    assert [name for name, _resource in found(client)] == names
    assert sorted(client.read) == names


@cases(("one resource", ["a"], ["cloudcontrol"]), ("no resource", [], []))
def test_find_creates_client_before_it_reads_resources(names: list[str], created: list[str]) -> None:
    client = FakeCloudControl(names)
    found(client)
    assert client.created == created


def test_find_cancels_reads_after_a_failure() -> None:
    client = FakeCloudControl(numbered(5000), fails_at="n0003", seconds=0.001)
    with pytest.raises(CallFailed, match="Rate exceeded"):
        found(client)
    assert len(client.read) < 2500
