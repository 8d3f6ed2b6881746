"""One emulator per module, which is reset before each test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tests.emulator import Emulator, ManualClock
from tests.support.aws_clients import REGION, Aws, CloudWatch, client_of_protocol


@pytest.fixture(scope="module")
def _module_aws() -> Iterator[Aws]:
    times = {"operation_seconds": 1, "transition_seconds": 10, "start_callback_seconds": 5}
    with Emulator(clock=ManualClock(), **times) as emulator:
        yield Aws(emulator, emulator.seed(REGION))


@pytest.fixture
def aws(_module_aws: Aws) -> Aws:
    """A caller with a seeded account. Operations last at least 1 second, transitional statuses 10."""
    _module_aws.emulator.reset()
    _module_aws.seed = _module_aws.emulator.seed(REGION)
    return _module_aws


@pytest.fixture
def emulator(aws: Aws) -> Emulator:
    return aws.emulator


@pytest.fixture(scope="module")
def _cloudwatch(_module_aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, CloudWatch]:
    return {
        protocol: CloudWatch(protocol, client_of_protocol("cloudwatch", protocol, tmp_path_factory.mktemp(protocol)))
        for protocol in ("query", "json")
    }


@pytest.fixture(params=["query", "json"])
def cloudwatch(_cloudwatch: Mapping[str, CloudWatch], request: pytest.FixtureRequest) -> CloudWatch:
    """A CloudWatch client of each protocol, for the emulator of `aws`."""
    return _cloudwatch[request.param]
