# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options for the connection with values that nobody means to give: a failure by name before any call, or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore
import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec
from botocore.exceptions import BotoCoreError, NoCredentialsError

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.malformed_values import VALUES
from tests.support.module_runner import Result, argument_spec
from tests.support.tasks import MODULE
from tests.support.thorough import some
from tests.unit.conftest import Run

INFO = "inference_experiment_info"
TASKS: dict[str, dict[str, Any]] = {MODULE: {"name": "checkout", "state": "absent"}, INFO: {"names": ["checkout"]}}
# Before the emulator's fixture makes each client once for all tests.
MAKE_CLIENT = AnsibleAWSModule.client
MODULES = pytest.mark.parametrize("module", [MODULE, INFO])


@pytest.fixture
def real_clients(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run makes clients of its own, by the options that it is given."""
    emulator.clear_log()
    monkeypatch.setattr(AnsibleAWSModule, "client", MAKE_CLIENT)


def in_words(result: Result, emulator: Emulator, *words: str) -> None:
    assert result.failed
    assert [word for word in words if word not in result.msg] == [], result.msg
    assert set(result["error"]) == {"code", "message", "operation", "request_token", "hint"}
    assert ("exception" in result, emulator.calls()) == (False, [])


def _complaints(run: Run, emulator: Emulator, option: str, value: Any) -> Iterator[str]:
    emulator.clear_log()
    result = run(MODULE, {**TASKS[MODULE], option: value})
    if "exception" in result:
        yield "a traceback"
    # A region may be new: that there is none of that name is for AWS to say.
    if result.failed and option != "region" and emulator.calls():
        yield f"refused after {emulator.calls()}: {result.msg}"
    if result.failed and option not in result.msg and "region" not in result.msg:
        yield f"no name: {result.msg}"


@pytest.mark.parametrize("option", [*aws_argument_spec()])
@pytest.mark.usefixtures("real_clients")
def test_an_odd_value_is_refused_by_name_or_works(run: Run, emulator: Emulator, option: str) -> None:
    tried = some(list(VALUES), each=97, thorough=5, turn=[*aws_argument_spec()].index(option))
    assert [f"{kind}: {said}" for kind in tried for said in _complaints(run, emulator, option, VALUES[kind])] == []


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    # what is wrong: options, words of the message
    "no URL": ({"endpoint_url": "localhost"}, ["endpoint_url must be a URL"]),
    "a URL of nothing": ({"endpoint_url": "https://"}, ["endpoint_url must be a URL"]),
    "another kind of URL": ({"endpoint_url": "ftp://host"}, ["endpoint_url must be a URL"]),
    "a port that is no number": ({"endpoint_url": "https://host:https"}, ["endpoint_url must be a URL"]),
    "a port that cannot be": ({"endpoint_url": "https://host:65536"}, ["endpoint_url must be a URL"]),
    "a port that nothing listens at": ({"endpoint_url": "https://host:0"}, ["endpoint_url must be a URL"]),
    "an empty URL": ({"endpoint_url": ""}, ["endpoint_url must be a URL"]),
    "a host that cannot be": ({"endpoint_url": "https://a b"}, ["endpoint_url"]),
    "a CA bundle that is not there": ({"aws_ca_bundle": "/no/such/file"}, ["aws_ca_bundle", '"/no/such/file"']),
    "a CA bundle whose name is too long": ({"aws_ca_bundle": "/x" * 5000}, ["aws_ca_bundle"]),
    "a CA bundle with a NUL": ({"aws_ca_bundle": "/a\0b"}, ["aws_ca_bundle"]),
    "a setting that botocore does not have": ({"aws_config": {"no_such": 1}}, ["aws_config", "no_such"]),
    "a setting of another type": ({"aws_config": {"retries": 5}}, ["aws_config"]),
    "a text for the settings": ({"aws_config": "retries"}, ["aws_config must be a dictionary"]),
    "a profile that there is not": ({"profile": "nobody", "access_key": "", "secret_key": ""}, ["profile", "nobody"]),
    "a profile and keys": ({"profile": "nobody", "access_key": "a", "secret_key": "b"}, ["profile and access tokens"]),
    "half of a key": ({"access_key": "AKIDEXAMPLE", "secret_key": ""}, ["access_key and secret_key"]),
    "a region that cannot be": ({"region": "a b"}, ["region", "a b"]),
    "half of a surrogate pair": (
        {"profile": "\ud800"},
        ["profile must not contain a NUL character or an unpaired surrogate"],
    ),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.usefixtures("real_clients")
def test_no_connection_in_words(run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    options, words = WRONG[what]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_REGION", REGION)
    module = [MODULE, INFO][[*WRONG].index(what) % 2]
    in_words(run(module, {**TASKS[module], **options}), emulator, *words)


@MODULES
@pytest.mark.parametrize("option", ["access_key", "secret_key", "session_token"])
def test_a_credential_read_from_a_file_with_its_line_end_is_found_out_and_not_told(
    run: Run, emulator: Emulator, option: str, module: str
) -> None:
    credentials = {"access_key": "AKIDEXAMPLE", "secret_key": "wJalrXUtnFEMI", option: "IQoJb3JpZ2luX2Vj\n"}
    result = run(module, {**TASKS[module], **credentials})
    in_words(result, emulator, f"{option} must not contain a line break")
    assert "IQoJb3" not in result.msg
    assert ("IQoJb3" in str(result.values)) == (option == "access_key")


@MODULES
def test_an_empty_credential_is_none(run: Run, module: str) -> None:
    assert not run(module, {**TASKS[module], "session_token": "", "profile": ""}).failed


PASSWORDS = {
    "in endpoint_url": {"endpoint_url": "https://user:s3cr3t-pass@localhost:1"},
    "in a proxy": {"aws_config": {"proxies": {"https": "http://user:s3cr3t-pass@localhost:1"}}},
    "in an endpoint_url that is none": {"endpoint_url": "ftp://user:s3cr3t-pass@localhost"},
    "beside what is misshapen": {"endpoint_url": "https://user:s3cr3t-pass@localhost:1", "wait_timeout": True},
}


@pytest.mark.parametrize("options", PASSWORDS.values(), ids=PASSWORDS)
def test_a_password_in_a_url_is_not_told(run: Run, options: dict[str, Any]) -> None:
    told = str(run(MODULE, {**TASKS[MODULE], **options}).values)
    assert "s3cr3t-pass" not in told
    assert "user:********@localhost" in told


def test_the_options_of_amazon_aws_are_taken_over_as_they_are() -> None:
    for module in (MODULE, INFO):
        spec = argument_spec(module)
        assert {name: spec[name] for name in aws_argument_spec()} == aws_argument_spec()


@MODULES
@pytest.mark.parametrize(
    ("caught", "code"),
    [
        pytest.param(NoCredentialsError(), "NoCredentialsError", id="an error of botocore"),
        pytest.param(ValueError("some words"), "NoClient", id="another error"),
    ],
)
def test_what_amazon_aws_7_ends_the_task_with_is_one_of_our_failures(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, module: str, caught: Exception, code: str
) -> None:
    def create_client() -> None:
        raise caught

    def client(self: AnsibleAWSModule, _service: str, **_settings: Any) -> None:
        try:
            create_client()
        except (BotoCoreError, ValueError) as error:
            self.fail_json(msg=f"Failed to connect: {error}")

    monkeypatch.setattr(AnsibleAWSModule, "client", client)
    emulator.clear_log()
    result = run(module, TASKS[module])
    in_words(result, emulator, str(caught))
    assert result["error"]["code"] == code


@MODULES
def test_a_ca_bundle_that_is_there_is_not_complained_of(
    run: Run, emulator: Emulator, tmp_path: Path, module: str
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.touch()
    emulator.clear_log()
    assert not run(module, {**TASKS[module], "aws_ca_bundle": str(bundle)}).failed
    assert emulator.calls() != []


OLD_BOTOCORE = "1.30.1"
URL = "http://127.0.0.1:1"  # refuses connections
# the variables, the configuration and the options of a task, and the settings that botocore ignores
IGNORED_ENDPOINTS: dict[str, tuple[dict[str, str], str, dict[str, Any], str | None]] = {
    "AWS_ENDPOINT_URL": ({"AWS_ENDPOINT_URL": URL}, "", {}, "AWS_ENDPOINT_URL"),
    "of Cloud Control": ({"AWS_ENDPOINT_URL_CLOUDCONTROL": URL}, "", {}, "AWS_ENDPOINT_URL_CLOUDCONTROL"),
    "of SageMaker": ({"AWS_ENDPOINT_URL_SAGEMAKER": URL}, "", {}, "AWS_ENDPOINT_URL_SAGEMAKER"),
    "of STS": ({"AWS_ENDPOINT_URL_STS": URL}, "", {}, "AWS_ENDPOINT_URL_STS"),
    "of CloudWatch": ({"AWS_ENDPOINT_URL_CLOUDWATCH": URL}, "", {}, "AWS_ENDPOINT_URL_CLOUDWATCH"),
    "several": (
        {"AWS_ENDPOINT_URL": URL, "AWS_ENDPOINT_URL_STS": URL},
        "",
        {},
        "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS",
    ),
    "of the default profile": ({}, f"[default]\nendpoint_url = {URL}\n", {}, "endpoint_url of the profile"),
    "of a profile": (
        {"AWS_PROFILE": "local"},
        f"[profile local]\nendpoint_url = {URL}\n",
        {"access_key": "", "secret_key": ""},
        "endpoint_url of the profile",
    ),
    "none": ({}, "", {}, None),
    "empty": ({"AWS_ENDPOINT_URL": ""}, "", {}, None),
    "of a service that the modules do not call": ({"AWS_ENDPOINT_URL_S3": URL}, "", {}, None),
    "replaced by endpoint_url": ({"AWS_ENDPOINT_URL": URL}, "", {"endpoint_url": URL}, None),
    "replaced by AWS_URL": ({"AWS_ENDPOINT_URL": URL, "AWS_URL": URL}, "", {}, None),
    "ignored on purpose": (
        {"AWS_ENDPOINT_URL": URL, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"},
        "",
        {},
        None,
    ),
    "ignored on purpose by the profile": (
        {"AWS_ENDPOINT_URL": URL},
        "[default]\nignore_configured_endpoint_urls = true\n",
        {},
        None,
    ),
}


@pytest.fixture
def set_endpoints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Return a function that sets the variables and the configuration of a row, and returns its options."""

    def prepare(where: str) -> dict[str, Any]:
        variables, config, options, _found = IGNORED_ENDPOINTS[where]
        (tmp_path / "config").write_text(config, encoding="utf-8")
        for name, value in {**variables, "AWS_CONFIG_FILE": str(tmp_path / "config")}.items():
            monkeypatch.setenv(name, value)
        return options

    return prepare


@MODULES
@pytest.mark.parametrize("where", IGNORED_ENDPOINTS)
@pytest.mark.usefixtures("real_clients")
def test_endpoint_that_old_botocore_ignores_fails_before_any_call(
    run: Run,
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    set_endpoints: Callable[[str], dict[str, Any]],
    where: str,
    module: str,
) -> None:
    options, found = set_endpoints(where), IGNORED_ENDPOINTS[where][-1]
    monkeypatch.setattr(botocore, "__version__", OLD_BOTOCORE)
    emulator.clear_log()
    result = run(module, {**TASKS[module], **options})
    if found is None:
        assert _code(result) != "OutdatedBotocore"
        return
    in_words(result, emulator, f"botocore {OLD_BOTOCORE} ignores {found}", "Set endpoint_url or AWS_URL", "1.31.0")
    assert result["error"]["code"] == "OutdatedBotocore"
    assert (result.changed, result.values.get("operations", [])) == (False, [])


@pytest.mark.parametrize("version", ["1.31.0", "1.40.12", "2.0.0"])
@pytest.mark.usefixtures("real_clients")
def test_endpoint_variable_with_newer_botocore_is_accepted(
    run: Run, monkeypatch: pytest.MonkeyPatch, set_endpoints: Callable[[str], dict[str, Any]], version: str
) -> None:
    options = set_endpoints("several")
    monkeypatch.setattr(botocore, "__version__", version)
    assert _code(run(MODULE, {**TASKS[MODULE], **options})) != "OutdatedBotocore"


def _code(result: Result) -> str | None:
    """Return the error code. The in-process emulator does not serve the addresses of the variables."""
    return result["error"]["code"] if result.failed else None


OUTPUT = {"Version": 1, "AccessKeyId": "testing", "SecretAccessKey": "testing"}
LATER = {"SessionToken": "testing", "Expiration": "2099-01-01T00:00:00Z"}
PROFILES = {
    "credential_process": f"credential_process = echo '{json.dumps(OUTPUT)}'\n",
    "credential_process with an expiration": f"credential_process = echo '{json.dumps({**OUTPUT, **LATER})}'\n",
    "web identity": "role_arn = arn:aws:iam::123456789012:role/x\nweb_identity_token_file = {folder}/token\n",
}


@MODULES
@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.usefixtures("real_clients")
def test_profile_that_retrieves_credentials_is_used(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: str, module: str
) -> None:
    (tmp_path / "token").write_text("token\n", encoding="utf-8")
    text = f"[profile used]\nregion = {REGION}\n{profile.replace('{folder}', str(tmp_path))}"
    (tmp_path / "config").write_text(text, encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    result = run(module, {**TASKS[module], "profile": "used"})
    assert not result.failed, result.msg
    assert "GetResource" in emulator.calls()
