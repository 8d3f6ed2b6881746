# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over HTTPS, to a service whose certificate an authority of its own vouches for, or nobody does."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from tests.emulator.server import EmulatorServer
from tests.support.certificates import BAD, GOOD, Authorities
from tests.support.credential_sources import write_profiles
from tests.support.environment import REGION
from tests.support.module_runner import Result, run_module

MANAGE, INFO = "inference_experiment", "inference_experiment_info"
NAME = "checkout"
UNKNOWN = "unable to get local issuer certificate"
Say = Callable[[Authorities], dict[str, Any]]

# What is said of authorities in the options and in the environment, and the words of the refusal; None: it works.
TRUST: dict[str, tuple[Say, Say, str | None]] = {
    "the option": (lambda ca: {"aws_ca_bundle": ca.ours}, lambda _: {}, None),
    "the variable": (lambda _: {}, lambda ca: {"AWS_CA_BUNDLE": ca.ours}, None),
    "the option goes before the variable": (
        lambda ca: {"aws_ca_bundle": ca.ours},
        lambda ca: {"AWS_CA_BUNDLE": ca.theirs},
        None,
    ),
    "no question asked": (lambda _: {"validate_certs": False}, lambda _: {}, None),
    "no question asked, whoever is trusted": (
        lambda ca: {"validate_certs": False, "aws_ca_bundle": ca.theirs},
        lambda _: {},
        None,
    ),
    "nothing": (lambda _: {}, lambda _: {}, UNKNOWN),
    "another authority": (lambda ca: {"aws_ca_bundle": ca.theirs}, lambda _: {}, UNKNOWN),
    "another authority by the variable": (lambda _: {}, lambda ca: {"AWS_CA_BUNDLE": ca.theirs}, UNKNOWN),
    "another authority by the option, ours by the variable": (
        lambda ca: {"aws_ca_bundle": ca.theirs},
        lambda ca: {"AWS_CA_BUNDLE": ca.ours},
        UNKNOWN,
    ),
    "a file without a certificate": (lambda ca: {"aws_ca_bundle": ca.nobody}, lambda _: {}, "SSL validation failed"),
}
WITH_A_ROLE: dict[str, tuple[Say, Say, str | None]] = {
    # what vouches for Cloud Control may not vouch for STS, where a profile's role is assumed
    "the option": (lambda ca: {"aws_ca_bundle": ca.ours}, lambda _: {}, UNKNOWN),
    "the variable": TRUST["the variable"],
}


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return Authorities(tmp_path_factory.mktemp("authorities"))


@pytest.fixture(scope="module")
def server(authorities: Authorities, request: pytest.FixtureRequest) -> Iterator[EmulatorServer]:
    tls = authorities.server_context(getattr(request, "param", GOOD))
    with EmulatorServer(operation_seconds=0, transition_seconds=0, check_references=False, tls=tls) as server:
        yield server


@pytest.fixture
def run(server: EmulatorServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a module in this process on the server, with these variables in its environment."""
    monkeypatch.setattr(botocore.session, "create_loader", _LOADER)
    server.put_experiment(REGION, {"Name": NAME, "Description": "Old"}, status="Created")
    server.clear_log()

    def run(module: str, options: dict[str, Any], environment: dict[str, str]) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"AWS_ENDPOINT_URL": server.endpoint_url, **environment}.items():
                patch.setenv(name, value)
            return run_module(module, options, emulator=server)

    return run


_LOADER = functools.cache(botocore.session.create_loader)


def refused(result: Result, server: EmulatorServer, words: str) -> None:
    assert result["error"]["code"] == "SSLError"
    assert re.search(words, result.msg), result.msg
    assert "aws_ca_bundle" in result["error"]["hint"]
    assert (result.changed, "exception" in result, server.calls()) == (False, False, [])
    assert server.experiment(NAME, REGION)["properties"]["Description"] == "Old"


def works(run: Callable[[str, dict[str, Any]], Result], server: EmulatorServer, *first: str) -> None:
    changed = run(MANAGE, {"name": NAME, "description": "New"})
    assert (changed.failed, changed.changed) == (False, True), changed.msg
    listed = run(INFO, {"include_write_only": True})
    assert listed["inference_experiments"][0]["schedule"]["start_time"], "which Describe alone tells"
    reads = [*first, "GetResource", "UpdateResource", "GetResourceRequestStatus", "GetResource"]
    assert sorted(set(server.calls())) == sorted({*reads, "ListResources", "DescribeInferenceExperiment"})


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("trust", TRUST)
def test_by_what_is_trusted(
    run: Callable[..., Result], server: EmulatorServer, authorities: Authorities, trust: str
) -> None:
    options, environment, words = TRUST[trust]

    def attempt(module: str, task: dict[str, Any]) -> Result:
        return run(module, {**task, **options(authorities)}, environment(authorities))

    if words is None:
        works(attempt, server)
        return
    refused(attempt(MANAGE, {"name": NAME, "description": "New"}), server, words)
    refused(attempt(INFO, {"include_write_only": True}), server, words)


@pytest.mark.parametrize("trust", WITH_A_ROLE)
def test_with_a_role_that_sts_is_asked_for(
    run: Callable[..., Result], server: EmulatorServer, authorities: Authorities, tmp_path: Path, trust: str
) -> None:
    options, environment, words = WITH_A_ROLE[trust]
    variables = {**write_profiles(tmp_path), "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}

    def attempt(module: str, task: dict[str, Any]) -> Result:
        return run(
            module,
            {**task, "profile": "operator", **options(authorities)},
            {**variables, **environment(authorities)},
        )

    if words is None:
        works(attempt, server, "AssumeRole")
        return
    refused(attempt(MANAGE, {"name": NAME, "description": "New"}), server, words)


@pytest.mark.parametrize(("server", "words"), BAD.items(), ids=BAD, indirect=["server"])
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_bad_certificate_is_refused_unless_nobody_looks_at_it(
    run: Callable[..., Result], server: EmulatorServer, authorities: Authorities, words: str
) -> None:
    trusting = {"aws_ca_bundle": authorities.ours}
    refused(run(MANAGE, {"name": NAME, "description": "New", **trusting}, {}), server, words)
    refused(run(INFO, {"name": NAME, **trusting}, {}), server, words)
    works(lambda module, task: run(module, {**task, "validate_certs": False}, {}), server)


def test_the_emulator_s_own_client_goes_by_the_authority_that_it_is_given(authorities: Authorities) -> None:
    with EmulatorServer(tls=authorities.server_context(), ca_bundle=authorities.ours) as server:
        assert server.client("sts").get_caller_identity()["Account"]
        assert server.environment()["AWS_CA_BUNDLE"] == authorities.ours
