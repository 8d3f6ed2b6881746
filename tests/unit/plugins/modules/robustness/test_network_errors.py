# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that cannot be retrieved and services that are not AWS: each fails within seconds, with its own hint."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.loaders import create_loader

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api import credentials
from tests.emulator import ManualClock
from tests.support.environment import AWS_ENVIRONMENT
from tests.support.loopback_servers import HTML, LoopbackServer, closed_port, response
from tests.support.module_runner import Result, run_module
from tests.support.tasks import MODULE

INFO = "inference_experiment_info"
TASKS: dict[str, dict[str, Any]] = {
    MODULE: {"name": "checkout", "state": "absent"},
    f"{MODULE} in check mode": {"name": "checkout", "description": "New"},
    INFO: {"names": ["checkout"]},
}
SECONDS = 10
SECRET = "s3cr3t"  # noqa: S105
KEYS = f"aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = {SECRET}\n"
ROLE = "role_arn = arn:aws:iam::123456789012:role/x\n"
BASE = f"[profile base]\n{KEYS}"
WITH_ROLE = f"{BASE}[profile used]\n{ROLE}source_profile = base\n"


@dataclass(frozen=True)
class Case:
    """What a task finds, and how it fails.

    In options, environment and config, {server} is the address of the server, {closed} one that refuses connections and
    {folder} a folder with the files.
    """

    code: str
    message: str
    hint: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    response: bytes | None = None
    connections: int = 0


def _profile(text: str, message: str, *hint: str, files: Mapping[str, bytes] | None = None) -> Case:
    config = f"[profile used]\n{text}"
    return Case("CredentialRetrievalError", message, hint, {"profile": "used"}, config=config, files=files or {})


SESSION = ("aws sts get-session-token", "community.aws.sts_session_token", "session_token")
TOKEN_FILE = ("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE")
PROCESS = ("credential_process",)
MFA = "mfa_serial = arn:aws:iam::123456789012:mfa/user\n"


def _web_identity(path: str, message: str, **files: bytes) -> Case:
    return _profile(f"{ROLE}web_identity_token_file = {{folder}}/{path}\n", message, *TOKEN_FILE, files=files)


def _process(script: str, message: str) -> Case:
    """A credential_process that runs a script of the shell."""
    files = {"script.sh": script.encode()}
    return _profile("credential_process = sh {folder}/script.sh --token=s3cr3t\n", message, *PROCESS, files=files)


CREDENTIALS = {
    "profile with mfa_serial": Case(
        *("CredentialRetrievalError", "Profile used requires an MFA code", SESSION, {"profile": "used"}),
        config=f"{WITH_ROLE}{MFA}",
    ),
    "source profile with mfa_serial": Case(
        *("CredentialRetrievalError", "Profile used requires an MFA code", SESSION, {"profile": "used"}),
        config=f"{BASE}[profile role]\n{ROLE}source_profile = base\n{MFA}[profile used]\n{ROLE}source_profile = role\n",
    ),
    "profile with mfa_serial from AWS_PROFILE": Case(
        *("CredentialRetrievalError", "Profile used requires an MFA code", SESSION, {}, {"AWS_PROFILE": "used"}),
        config=f"{WITH_ROLE}{MFA}",
    ),
    "default profile with mfa_serial": Case(
        *("CredentialRetrievalError", "Profile default requires an MFA code", SESSION),
        config=f"{BASE}[default]\n{ROLE}source_profile = base\n{MFA}",
    ),
    "web identity token file is missing": _web_identity("missing", "missing: No such file or directory"),
    "web identity token file is a directory": _web_identity("", "Is a directory"),
    "web identity token file is not text": _web_identity("token", "token: not UTF-8 text", token=b"\xff s3cr3t"),
    "web identity token file is empty": _web_identity("token", "token: the file is empty", token=b"\n"),
    "web identity token file of AWS_WEB_IDENTITY_TOKEN_FILE is missing": Case(
        *("CredentialRetrievalError", "missing: No such file or directory", TOKEN_FILE),
        environment={
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/missing",
            "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/x",
        },
    ),
    "credential_process is not on the PATH": _profile(
        "credential_process = no-such-command --token=s3cr3t\n", "cannot run 'no-such-command'", *PROCESS
    ),
    "credential_process has an unclosed quote": Case(
        "NoClient", "No closing quotation", PROCESS, {"profile": "used"}, config="[profile used]\ncredential_process='x"
    ),
    "credential_process exits with non-zero": _process("echo s3cr3t; echo s3cr3t >&2; exit 3", "exited with status 3"),
    "credential_process is killed": _process("kill -9 $$", "exited with status -9"),
    "credential_process prints no JSON": _process("echo s3cr3t", "did not print the JSON document"),
    "credential_process prints nothing": _process("exit 0", "did not print the JSON document"),
    "credential_process prints bytes": _process(r"printf '\377s3cr3t'", "did not print the JSON document"),
    "credential_process prints another version": _process(
        """echo '{"Version": 2}'""", "did not print the JSON document"
    ),
    "credential_process prints a secret as version": _process(
        """echo '{"Version": "s3cr3t"}'""", "did not print the JSON document"
    ),
    "credential_process prints a list": _process("""echo '["s3cr3t"]'""", "did not print the JSON document"),
    "credential_process prints no secret key": _process(
        """echo '{"Version": 1, "AccessKeyId": "s3cr3t"}'""", "did not print the JSON document"
    ),
    "credential_process prints a key that is a number": _process(
        """echo '{"Version": 1, "AccessKeyId": 1, "SecretAccessKey": "s3cr3t"}'""", "did not print the JSON document"
    ),
    "credential_process prints an expiration that is not a time": _process(
        """echo '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "Expiration": "s3cr3t"}'""",
        "did not print the JSON document",
    ),
    "credential_process prints an expiration without an offset": _process(
        """echo '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "Expiration": "2031-05-19T11:49:52"}'""",
        "did not print the JSON document",
    ),
    "credential_process prints an expiration in the past": Case(
        *("CredentialRetrievalError", "still expired", ("new credentials", "clock"), {"profile": "used"}),
        config="[profile used]\ncredential_process = cat {folder}/expired.json\n",
        files={
            "expired.json": b"""{"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "s3cr3t",
            "SessionToken": "s3cr3t", "Expiration": "2001-05-19T11:49:52Z"}"""
        },
    ),
    "credential_process waits for input": _process("read answer; exit 4", "exited with status 4"),
    "credential_process waits for a terminal": _process("read answer </dev/tty; exit 4", "exited with status"),
    "profile and AWS_ACCESS_KEY_ID": Case(
        *("NoClient", "Passing both a profile and access tokens", ("AWS_ACCESS_KEY_ID", "AWS_PROFILE")),
        {"profile": "base"},
        {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET},
        config=BASE,
    ),
    "AWS_PROFILE and access_key": Case(
        *("NoClient", "Passing both a profile and access tokens", ("AWS_ACCESS_KEY_ID", "AWS_PROFILE")),
        {"access_key": "AKIDEXAMPLE", "secret_key": SECRET},
        {"AWS_PROFILE": "base"},
        config=BASE,
    ),
    "source profile that does not exist": Case(
        *("InvalidConfigError", 'source_profile "none"', ("profile",), {"profile": "used"}),
        config=f"[profile used]\n{ROLE}source_profile = none\n",
    ),
}

ENDPOINT = ("endpoint_url", "AWS_ENDPOINT_URL")
BY_OPTION = {"endpoint_url": "http://{server}"}
BY_VARIABLE = {"AWS_ENDPOINT_URL": "http://{server}"}
STS = {"AWS_ENDPOINT_URL_STS": "http://{server}"}
NOT_FOUND = response("404 Not Found", HTML % b"Not Found")
LOCALSTACK = b'{"__type": "InternalFailure", "message": "API for service \'cloudcontrol\' not yet implemented"}'


def _json(status: str, body: bytes) -> bytes:
    return response(status, body, "application/x-amz-json-1.0")


def _keys(case: Case) -> Case:
    """Return a case that has static credentials besides."""
    environment = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, **case.environment}
    return Case(**{**vars(case), "environment": environment})


def _role(case: Case) -> Case:
    """Return a case whose profile assumes a role."""
    return Case(**{**vars(case), "options": {"profile": "used", **case.options}, "config": WITH_ROLE})


RESPONSES = {
    "HTTP 501": _keys(Case("501", "Not Implemented", ENDPOINT, BY_OPTION, response=response("501 X"), connections=1)),
    "HTTP 501 with a page": _keys(
        Case("501", "implemented", ENDPOINT, BY_OPTION, response=response("501 X", HTML % b"No"), connections=1)
    ),
    "HTTP 501 with an error code": _keys(
        Case(
            *("InternalFailure", "No (HTTP 501, not implemented)", ENDPOINT, {}, BY_VARIABLE),
            response=_json("501 X", b'{"__type": "InternalFailure", "message": "No"}'),
            connections=1,
        )
    ),
    "not yet implemented": _keys(
        Case(
            *("InternalFailure", "not yet implemented", ENDPOINT, BY_OPTION),
            response=_json("501 X", LOCALSTACK),
            connections=1,
        )
    ),
    "not yet implemented with HTTP 500": _keys(
        Case(
            *("InternalFailure", "not yet implemented", ENDPOINT, {}, BY_VARIABLE),
            response=_json("500 X", LOCALSTACK),
            connections=1,
        )
    ),
    "HTML 404": _keys(Case("404", "Not Found", ENDPOINT, BY_OPTION, response=NOT_FOUND, connections=1)),
    "HTML 404 by variable": _keys(
        Case("404", "Not Found", ENDPOINT, {}, BY_VARIABLE, response=NOT_FOUND, connections=1)
    ),
    "HTTP 404 without a body": _keys(
        Case("404", "404", ENDPOINT, BY_OPTION, response=response("404 Not Found"), connections=1)
    ),
    "HTML 404 in place of STS": _role(
        Case("InvalidAnswer", "is invalid", ENDPOINT, {}, STS, response=NOT_FOUND, connections=1)
    ),
    "HTTP 404 without a body in place of STS": _role(
        Case("InvalidAnswer", "is invalid", ENDPOINT, {}, STS, response=response("404 Not Found"), connections=1)
    ),
    "JSON 501 in place of STS": _role(
        Case("InvalidAnswer", "is invalid", ENDPOINT, {}, STS, response=_json("501 X", LOCALSTACK), connections=1)
    ),
    "HTTP 501 in place of STS": _role(
        Case("501", "Not Implemented", ENDPOINT, {}, STS, response=response("501 X"), connections=1)
    ),
}

HTTP_PORT = ("does not use TLS", "http://", *ENDPOINT)
TLS_PORT = ("expects HTTPS", "https://", *ENDPOINT)
PROXY = ("HTTPS_PROXY", "NO_PROXY", "aws_config")
FIPS = ("FIPS endpoint", "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
PLAIN_TO_TLS = b"Client sent an HTTP request to an HTTPS server.\n"
NETWORK = {
    "https to an HTTP port": Case(
        *("SSLError", "SSL", HTTP_PORT, {"endpoint_url": "https://{server}"}), response=NOT_FOUND, connections=1
    ),
    "https to an HTTP port by variable": Case(
        *("SSLError", "SSL", HTTP_PORT, {}, {"AWS_ENDPOINT_URL": "https://{server}"}), response=NOT_FOUND, connections=1
    ),
    "http to a port of TLS that closes": Case(
        *("ConnectionClosedError", "Connection was closed", TLS_PORT, BY_OPTION), response=None, connections=3
    ),
    "http to a port of TLS that explains": Case(
        *("400", "HTTPS server", TLS_PORT, BY_OPTION),
        response=response("400 X", PLAIN_TO_TLS, "text/plain"),
        connections=1,
    ),
    "http to a port of TLS with a page": Case(
        *("400", "HTTPS port", TLS_PORT, BY_OPTION),
        response=response("400 X", HTML % b"The plain HTTP request was sent to HTTPS port"),
        connections=1,
    ),
    "FIPS endpoint that does not exist, by variable": Case(
        *("EndpointConnectionError", "-fips", FIPS, {"region": "xx-none-1"}, {"AWS_USE_FIPS_ENDPOINT": "true"})
    ),
    "FIPS endpoint that does not exist, by option": Case(
        *("EndpointConnectionError", "-fips", FIPS),
        {"region": "xx-none-1", "aws_config": {"use_fips_endpoint": True}},
    ),
    "proxy that rejects the connection": Case(
        *("ProxyConnectionError", "403 Forbidden", PROXY, {}, {"HTTPS_PROXY": "http://{server}"}),
        response=response("403 Forbidden"),
        connections=1,
    ),
    "proxy that requires authentication": Case(
        *("ProxyConnectionError", "407 Proxy Authentication Required", PROXY),
        {"aws_config": {"proxies": {"https": "http://{server}"}}},
        response=response("407 Proxy Authentication Required"),
        connections=1,
    ),
    "proxy that is not there": Case(
        *("ProxyConnectionError", "proxy", PROXY, {}, {"HTTPS_PROXY": "http://user:s3cr3t@{closed}"})
    ),
    "proxy for HTTP that requires authentication": Case(
        *("407", "No", PROXY, {"endpoint_url": "http://aws.invalid"}, {"HTTP_PROXY": "http://{server}"}),
        response=response("407 Proxy Authentication Required", HTML % b"No"),
        connections=1,
    ),
    "proxy for HTTP that denies access": Case(
        *(
            "403",
            "Access denied",
            ("proxy", *ENDPOINT),
            {"endpoint_url": "http://aws.invalid"},
            {"HTTP_PROXY": "http://{server}"},
        ),
        response=response("403 Forbidden", HTML % b"Access denied"),
        connections=1,
    ),
    "endpoint that is not there": Case(
        *("EndpointConnectionError", "{closed}", ENDPOINT, {"endpoint_url": "http://{closed}"})
    ),
}
CASES = {**CREDENTIALS, **RESPONSES, **{what: _keys(case) for what, case in NETWORK.items()}}


_LOADER = functools.cache(create_loader)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set the AWS variables of the tests, without credentials and proxies; load each service model once."""
    monkeypatch.setattr(botocore.session, "create_loader", _LOADER)
    for name in [name for name in os.environ if name.upper().endswith("_PROXY") or name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in AWS_ENVIRONMENT.items():
        if "KEY" not in name:
            monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_connection_that_cannot_be_made_fails_within_seconds_with_its_hint(
    environment: pytest.MonkeyPatch, tmp_path: Path, case: Case, task: str
) -> None:
    for name, content in case.files.items():
        (tmp_path / name).write_bytes(content)
    with LoopbackServer(case.response) as server:
        places = {"server": server.address, "closed": closed_port(), "folder": str(tmp_path)}
        (tmp_path / "config").write_text(_filled(case.config, places), encoding="utf-8")
        for name, value in _filled({**case.environment, "AWS_CONFIG_FILE": "{folder}/config"}, places).items():
            environment.setenv(name, value)
        clock = ManualClock()
        result = _run(task, _filled(case.options, places), clock)
    _has_failed(result, case, case.message.format(**places))
    assert (clock.now() - ManualClock().now()).total_seconds() <= SECONDS
    assert server.connections == case.connections
    assert SECRET not in str(result.values)


@pytest.mark.parametrize("task", TASKS)
def test_credential_process_that_does_not_end_fails_within_its_time(
    environment: pytest.MonkeyPatch, tmp_path: Path, task: str
) -> None:
    environment.setattr(credentials, "_MAX_PROCESS_TIME", 1.0 if task == INFO else 60.0)
    environment.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text("[profile used]\ncredential_process = sleep 60\n", encoding="utf-8")
    result = _run(task, {"profile": "used", **({} if task == INFO else {"wait_timeout": 1})}, ManualClock())
    message = "credential_process of profile used did not end within 1 s"
    _has_failed(result, Case("CredentialRetrievalError", message, PROCESS), message)


def _filled(value: Any, places: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, place in places.items():
            value = value.replace(f"{{{name}}}", place)
        return value
    if isinstance(value, Mapping):
        return {name: _filled(member, places) for name, member in value.items()}
    return value


def _run(task: str, options: Mapping[str, Any], clock: ManualClock) -> Result:
    module = INFO if task == INFO else MODULE
    args = {**TASKS[task], **options}
    return run_module(module, args, emulator=SimpleNamespace(clock=clock), check=task.endswith("check mode"))


def _has_failed(result: Result, case: Case, message: str) -> None:
    assert (result.failed, result.changed, result.values.get("operations", [])) == (True, False, [])
    assert "exception" not in result
    error = result["error"]
    assert set(error) == {"code", "message", "operation", "request_token", "hint"}
    assert (error["code"], error["request_token"]) == (case.code, None)
    assert message in error["message"]
    assert "Further retries may succeed" not in error["message"]
    assert [words for words in case.hint if words not in (error["hint"] or "")] == []
    assert result.msg.endswith(error["hint"])
