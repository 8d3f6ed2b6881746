"""Policies over HTTP: the emulator checks the signature of each request."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import botocore.session
import pytest
from botocore.loaders import create_loader

from tests.emulator import ManualClock
from tests.emulator.server import EmulatorServer
from tests.support.iam_policies import HANDLER_ROLE, OPERATOR, READ_ONLY, TRUST, filled_in, read
from tests.support.iam_scenarios import INFO
from tests.support.module_runner import Result, run_module
from tests.support.tasks import MODULE, NAME, full, minimal, succeeded

Keys = dict[str, str]


@pytest.fixture(scope="module")
def server() -> Iterator[EmulatorServer]:
    # Each task creates clients. Reading the descriptions of the services once saves time.
    once = mock.patch.object(botocore.session, "create_loader", functools.cache(create_loader))
    with once, EmulatorServer(clock=ManualClock(), check_references=False, enforce_iam=True) as server:
        yield server


@pytest.fixture(scope="module")
def operator(server: EmulatorServer) -> Keys:
    return _user(server, "operator", filled_in(OPERATOR))


def _user(server: EmulatorServer, name: str, policy: Mapping[str, Any]) -> Keys:
    iam = server.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}


def _run(server: EmulatorServer, keys: Keys, task: Mapping[str, Any], module: str = MODULE) -> Result:
    server.clear_log()
    return run_module(module, {**task, **keys, "endpoint_url": server.endpoint_url}, emulator=server)


def test_operator_can_write_and_reader_can_read(server: EmulatorServer, operator: Keys) -> None:
    succeeded(_run(server, operator, full(tags={"team": "checkout"})))
    reader = _user(server, "reader", filled_in(READ_ONLY))
    (found,) = succeeded(_run(server, reader, {"include_write_only": True}, INFO))["inference_experiments"]
    assert found["tags"] == {"team": "checkout"}
    result = _run(server, reader, minimal(description="New"))
    assert "user/reader is not authorized to perform: cloudformation:UpdateResource" in result.msg
    assert succeeded(_run(server, operator, minimal(state="absent"))).changed


WRONG: list[Any] = [
    pytest.param("secret_key", "other secret", "InvalidSignatureException", "secret_key", id="wrong secret"),
    pytest.param("access_key", "AKIAUNKNOWN", "UnrecognizedClientException", "access_key", id="unknown key"),
]


@pytest.mark.parametrize(("option", "value", "code", "hint"), WRONG)
def test_task_with_invalid_key_fails_at_first_call(
    server: EmulatorServer, operator: Keys, option: str, value: str, code: str, hint: str
) -> None:
    result = _run(server, {**operator, option: value}, full())
    assert result["error"]["code"] == code
    assert hint in result["error"]["hint"]
    assert server.calls() == ["GetResource"]


def test_session_of_role_has_policy_of_role(server: EmulatorServer) -> None:
    iam, role = server.client("iam"), "runs-tasks"
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(read(TRUST)))
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=json.dumps(filled_in(READ_ONLY)))
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    session = server.client("sts").assume_role(RoleArn=arn, RoleSessionName="job")["Credentials"]
    keys = {"access_key": session["AccessKeyId"], "secret_key": session["SecretAccessKey"]}
    keys["session_token"] = session["SessionToken"]
    assert succeeded(_run(server, keys, {}, INFO))["inference_experiments"] == []
    assert f"assumed-role/{role}/job is not authorized" in _run(server, keys, full()).msg


def test_role_without_trust_for_cloud_control_is_rejected(server: EmulatorServer, operator: Keys) -> None:
    iam, role = server.client("iam"), "untrusting"
    trust = json.dumps(read(TRUST)).replace("cloudformation.", "ec2.")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=role, PolicyName="p", PolicyDocument=json.dumps(filled_in(HANDLER_ROLE)))
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    policy = filled_in(OPERATOR)
    policy["Statement"].append({"Effect": "Allow", "Action": "iam:PassRole", "Resource": arn})
    iam.put_user_policy(UserName="operator", PolicyName="operator", PolicyDocument=json.dumps(policy))
    result = _run(server, operator, minimal(cloud_control_role_arn=arn))
    assert (result["error"]["code"], NAME in result.msg) == ("InvalidCredentialsException", True)
    assert f"Role {arn} is invalid or cannot be assumed" in result.msg
