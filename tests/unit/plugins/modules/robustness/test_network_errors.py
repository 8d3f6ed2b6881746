"""Credentials that cannot be retrieved and servers that are not AWS: each fails within seconds, with its own hint."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.loaders import create_loader

from tests.emulator import ManualClock
from tests.support.environment import AWS_ENVIRONMENT
from tests.support.loopback_servers import HTML, LoopbackServer, closed_port, response
from tests.support.module_runner import Result, run_module
from tests.support.tasks import INFO, MODULE, failed

TASKS: dict[str, dict[str, Any]] = {
    MODULE: {"name": "checkout", "state": "absent"},
    f"{MODULE} in check mode": {"name": "checkout", "description": "New"},
    INFO: {"names": ["checkout"]},
}
SECONDS = 10
SECRET = "s3cr3t"  # noqa: S105
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
BASE = "[profile base]\n" + "".join(f"{name.lower()} = {value}\n" for name, value in KEYS.items())
ROLE = "role_arn = arn:aws:iam::123456789012:role/x\n"
WITH_ROLE = f"{BASE}[profile used]\n{ROLE}source_profile = base\n"
MFA = "mfa_serial = arn:aws:iam::123456789012:mfa/user\n"
USED = {"profile": "used"}


@dataclass(frozen=True)
class Case:
    """A configuration, and the failure of the task.

    In options, environment and config, {server} is the address of the server, {closed} an address with a
    closed port, and {folder} the folder of the files.
    """

    code: str
    message: str
    hint: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    response: bytes | None = None
    """The response of the server to each request. None: the server closes each connection."""
    connections: int = 0
    """The number of connections to a server without response. A server with a response gets one connection."""


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


# Read this test first.
def test_closed_port_fails_with_address_and_hint(environment: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        environment.setenv(name, value)
    address = closed_port()
    args = {"name": "checkout", "state": "absent", "endpoint_url": f"http://{address}"}
    result = run_module("inference_experiment", args, emulator=SimpleNamespace(clock=ManualClock()))
    assert (result["error"]["code"], result["error"]["operation"]) == ("EndpointConnectionError", "GetResource")
    assert address in result["error"]["message"]
    assert "endpoint_url" in result["error"]["hint"]


MFA_REQUIRED = functools.partial(
    Case,
    "CredentialRetrievalError",
    hint=("aws sts get-session-token", "community.aws.sts_session_token", "session_token"),
)
TOKEN_FILE = ("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE")
PROCESS = ("credential_process",)
BOTH = ("NoClient", "Passing both a profile and access tokens", ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"))


def _process(script: str, message: str) -> Case:
    """Return a case of a credential_process that runs a shell script."""
    config = "[profile used]\ncredential_process = sh {folder}/script.sh --token=s3cr3t\n"
    files = {"script.sh": script.encode()}
    return Case("CredentialRetrievalError", message, PROCESS, USED, config=config, files=files)


EXPIRED = b"""{"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "s3cr3t",
"SessionToken": "s3cr3t", "Expiration": "2001-05-19T11:49:52Z"}"""
ENDPOINT = ("endpoint_url", "AWS_ENDPOINT_URL")
BY_OPTION = {"endpoint_url": "http://{server}"}
BY_VARIABLE = {"AWS_ENDPOINT_URL": "http://{server}"}
STS = {"AWS_ENDPOINT_URL_STS": "http://{server}"}
NOT_FOUND = response("404 Not Found", HTML % b"Not Found")
CREDENTIALS = {
    "profile with mfa_serial": MFA_REQUIRED("Profile used requires an MFA code", options=USED, config=WITH_ROLE + MFA),
    "default profile with mfa_serial": MFA_REQUIRED(
        "Profile default requires an MFA code", config=f"{BASE}[default]\n{ROLE}source_profile = base\n{MFA}"
    ),
    "missing token file of the variable": Case(
        *("CredentialRetrievalError", "missing: No such file or directory", TOKEN_FILE, {}),
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "{folder}/missing", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/x"},
    ),
    "credential_process that fails": _process("echo s3cr3t; echo s3cr3t >&2; exit 3", "exited with status 3"),
    "credential_process that prints expired credentials": Case(
        *("CredentialRetrievalError", "still expired", ("new credentials", "clock"), USED),
        config="[profile used]\ncredential_process = cat {folder}/expired.json\n",
        files={"expired.json": EXPIRED},
    ),
    "profile and AWS_ACCESS_KEY_ID": Case(*BOTH, {"profile": "base"}, KEYS, config=BASE),
    "HTML of STS": Case("InvalidAnswer", "is invalid", ENDPOINT, USED, STS, config=WITH_ROLE, response=NOT_FOUND),
    "missing source profile": Case(
        *("InvalidConfigError", 'source_profile "none"', ("profile",), USED),
        config=f"[profile used]\n{ROLE}source_profile = none\n",
    ),
}


def _json(status: str, message: bytes) -> bytes:
    return response(status, b'{"__type": "InternalFailure", "message": "%s"}' % message, "application/x-amz-json-1.0")


HTTP_PORT = ("does not use TLS", "http://", *ENDPOINT)
TLS_PORT = ("expects HTTPS", "https://", *ENDPOINT)
PROXY = ("HTTPS_PROXY", "NO_PROXY", "aws_config")
FIPS = ("FIPS endpoint", "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
NO_REGION, HTTP = {"region": "xx-none-1"}, {"endpoint_url": "http://aws.invalid"}
HTTPS = {"endpoint_url": "https://{server}"}
HTTP_PROXY, HTTPS_PROXY = {"HTTP_PROXY": "http://{server}"}, {"HTTPS_PROXY": "http://{server}"}
PROXY_OPTION = {"aws_config": {"proxies": {"https": "http://{server}"}}}
PLAIN_TO_TLS = response("400 X", b"Client sent an HTTP request to an HTTPS server.\n", "text/plain")
AUTHENTICATION = "407 Proxy Authentication Required"
NO_TUNNEL, NO_LOGIN = response("403 Forbidden"), response(AUTHENTICATION)
DENIAL, LOGIN = response("403 Forbidden", HTML % b"Access denied"), response(AUTHENTICATION, HTML % b"No")
NOT_YET = "API for service 'cloudcontrol' not yet implemented"
NO_PROXY, PASSWORD = "ProxyConnectionError", {"HTTPS_PROXY": "http://user:s3cr3t@{closed}"}
NETWORK = {
    "JSON 501": Case("InternalFailure", "No (HTTP 501", ENDPOINT, {}, BY_VARIABLE, response=_json("501 X", b"No")),
    "JSON 500": Case("InternalFailure", NOT_YET, ENDPOINT, {}, BY_VARIABLE, response=_json("500 X", NOT_YET.encode())),
    "HTML 404": Case("404", "Not Found", ENDPOINT, BY_OPTION, response=NOT_FOUND),
    "HTTP port": Case("SSLError", "SSL", HTTP_PORT, HTTPS, response=NOT_FOUND),
    "TLS port": Case("ConnectionClosedError", "Connection was closed", TLS_PORT, BY_OPTION, connections=3),
    "TLS port that answers": Case("400", "HTTPS server", TLS_PORT, BY_OPTION, response=PLAIN_TO_TLS),
    "FIPS": Case("EndpointConnectionError", "-fips", FIPS, NO_REGION, {"AWS_USE_FIPS_ENDPOINT": "true"}),
    "proxy that rejects": Case(NO_PROXY, "403 Forbidden", PROXY, {}, HTTPS_PROXY, response=NO_TUNNEL),
    "proxy with password": Case(NO_PROXY, AUTHENTICATION, PROXY, PROXY_OPTION, response=NO_LOGIN),
    "closed port of a proxy": Case(NO_PROXY, "proxy", PROXY, {}, PASSWORD),
    "HTTP proxy with password": Case("407", "No", PROXY, HTTP, HTTP_PROXY, response=LOGIN),
    "HTTP proxy that denies": Case("403", "Access denied", ("proxy", *ENDPOINT), HTTP, HTTP_PROXY, response=DENIAL),
}
WITH_KEYS = {name: replace(case, environment={**KEYS, **case.environment}) for name, case in NETWORK.items()}
CASES = {**CREDENTIALS, **WITH_KEYS}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_failed_connection_fails_within_seconds_with_its_hint(
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
    _assert_failed(result, case, case.message.format(**places))
    assert (clock.now() - ManualClock().now()).total_seconds() <= SECONDS
    assert server.connections == (1 if case.response else case.connections)
    assert SECRET not in str(result.values)


def _filled(value: Any, places: Mapping[str, str]) -> Any:
    """Replace {server}, {closed} and {folder} in all strings."""
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


def _assert_failed(result: Result, case: Case, message: str) -> None:
    error = failed(result, case.code)
    assert (result.changed, result.values.get("operations", []), error["request_token"]) == (False, [], None)
    assert message in error["message"]
    assert "Further retries may succeed" not in error["message"]
    assert [words for words in case.hint if words not in (error["hint"] or "")] == []
    assert result.msg.endswith(error["hint"])
