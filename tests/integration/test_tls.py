"""Calls over HTTPS to a server with a certificate of a private authority, or with an invalid certificate."""

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
# Options and variables about certificates, and the pattern of the error message; None if the calls succeed.
# OURS, THEIRS and EMPTY stand for the files of the authorities.
OURS, THEIRS, EMPTY = "ours", "theirs", "empty"
TRUST: dict[str, tuple[dict[str, Any], str | None, str | None]] = {
    "option": ({"aws_ca_bundle": OURS}, None, None),
    "variable": ({}, OURS, None),
    "option before variable": ({"aws_ca_bundle": OURS}, THEIRS, None),
    "no validation": ({"validate_certs": False}, None, None),
    "no validation with other authority": ({"validate_certs": False, "aws_ca_bundle": THEIRS}, None, None),
    "no setting": ({}, None, UNKNOWN),
    "option with other authority": ({"aws_ca_bundle": THEIRS}, None, UNKNOWN),
    "variable with other authority": ({}, THEIRS, UNKNOWN),
    "option with other authority before variable": ({"aws_ca_bundle": THEIRS}, OURS, UNKNOWN),
    "file without certificate": ({"aws_ca_bundle": EMPTY}, None, "SSL validation failed"),
}
# The option is for Cloud Control only. The role of a profile is assumed at STS, for which the variable applies.
TRUST_WITH_ROLE = {"option": (*TRUST["option"][:2], UNKNOWN), "variable": TRUST["variable"]}


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
    """Return a function that runs a module in this process against the server, with these variables."""
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


def _settings(
    authorities: Authorities, options: dict[str, Any], variable: str | None
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options and the environment with the paths of the authorities' files."""
    paths = {name: getattr(authorities, name) for name in (OURS, THEIRS, EMPTY)}
    environment = {"AWS_CA_BUNDLE": paths[variable]} if variable else {}
    return {name: paths.get(value, value) for name, value in options.items()}, environment


def assert_rejected(result: Result, server: EmulatorServer, words: str) -> None:
    assert result["error"]["code"] == "SSLError"
    assert re.search(words, result.msg), result.msg
    assert "aws_ca_bundle" in result["error"]["hint"]
    assert (result.changed, "exception" in result, server.calls()) == (False, False, [])
    assert server.experiment(NAME, REGION)["properties"]["Description"] == "Old"


def assert_calls_succeed(run: Callable[[str, dict[str, Any]], Result], server: EmulatorServer, *first: str) -> None:
    changed = run(MANAGE, {"name": NAME, "description": "New"})
    assert (changed.failed, changed.changed) == (False, True), changed.msg
    listed = run(INFO, {"include_write_only": True})
    assert listed["inference_experiments"][0]["schedule"]["start_time"], "only Describe returns the schedule"
    reads = [*first, "GetResource", "UpdateResource", "GetResourceRequestStatus", "GetResource"]
    assert sorted(set(server.calls())) == sorted({*reads, "ListResources", "DescribeInferenceExperiment"})


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("trust", TRUST)
def test_calls_succeed_if_authority_is_trusted(
    run: Callable[..., Result], server: EmulatorServer, authorities: Authorities, trust: str
) -> None:
    values, variable, words = TRUST[trust]
    options, environment = _settings(authorities, values, variable)

    def attempt(module: str, task: dict[str, Any]) -> Result:
        return run(module, {**task, **options}, environment)

    if words is None:
        assert_calls_succeed(attempt, server)
        return
    assert_rejected(attempt(MANAGE, {"name": NAME, "description": "New"}), server, words)
    assert_rejected(attempt(INFO, {"include_write_only": True}), server, words)


@pytest.mark.parametrize("trust", TRUST_WITH_ROLE)
def test_profile_with_role_uses_authority_of_variable(
    run: Callable[..., Result], server: EmulatorServer, authorities: Authorities, tmp_path: Path, trust: str
) -> None:
    values, variable, words = TRUST_WITH_ROLE[trust]
    options, environment = _settings(authorities, values, variable)
    variables = {**write_profiles(tmp_path), "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", **environment}

    def attempt(module: str, task: dict[str, Any]) -> Result:
        return run(module, {**task, "profile": "operator", **options}, variables)

    if words is None:
        assert_calls_succeed(attempt, server, "AssumeRole")
        return
    assert_rejected(attempt(MANAGE, {"name": NAME, "description": "New"}), server, words)


@pytest.mark.parametrize(("server", "words"), BAD.items(), ids=BAD, indirect=["server"])
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_invalid_certificate_is_rejected_unless_validation_is_disabled(
    run: Callable[..., Result], server: EmulatorServer, authorities: Authorities, words: str
) -> None:
    trusting = {"aws_ca_bundle": authorities.ours}
    assert_rejected(run(MANAGE, {"name": NAME, "description": "New", **trusting}, {}), server, words)
    assert_rejected(run(INFO, {"name": NAME, **trusting}, {}), server, words)
    assert_calls_succeed(lambda module, task: run(module, {**task, "validate_certs": False}, {}), server)


def test_client_of_emulator_uses_configured_authority(authorities: Authorities) -> None:
    with EmulatorServer(tls=authorities.server_context(), ca_bundle=authorities.ours) as server:
        assert server.client("sts").get_caller_identity()["Account"]
        assert server.environment()["AWS_CA_BUNDLE"] == authorities.ours
