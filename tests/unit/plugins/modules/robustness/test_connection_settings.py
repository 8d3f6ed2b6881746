"""Options of the connection: invalid values fail before any call with the name of the option."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec
from botocore.exceptions import BotoCoreError, NoCredentialsError

from tests.emulator import Emulator
from tests.support.cases import cases
from tests.support.environment import REGION, ROOT
from tests.support.malformed_values import VALUES
from tests.support.module_runner import Result, argument_spec
from tests.support.tasks import INFO, MODULE, failed
from tests.support.thorough import some
from tests.unit.conftest import Run

TASKS: dict[str, dict[str, Any]] = {MODULE: {"name": "checkout", "state": "absent"}, INFO: {"names": ["checkout"]}}
# The real method. The fixture of the emulator replaces the method by one that creates each client once.
CREATE_CLIENT = AnsibleAWSModule.client
METRICS = "inference_experiment_metrics_info"
MODULES = pytest.mark.parametrize("module", [MODULE, INFO])


@pytest.fixture
def real_clients(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each run create clients with its own options."""
    emulator.clear_log()
    monkeypatch.setattr(AnsibleAWSModule, "client", CREATE_CLIENT)


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)


# Read this test first.
@pytest.mark.usefixtures("real_clients")
def test_invalid_endpoint_url_fails_before_any_call(run: Run, emulator: Emulator) -> None:
    result = run("inference_experiment", {"name": "checkout", "endpoint_url": "localhost"})
    assert (result.failed, result["error"]["code"]) == (True, "InvalidOptions")
    assert "endpoint_url must be a URL" in result["error"]["message"]
    assert emulator.calls() == []


@pytest.mark.parametrize("module", [MODULE, INFO, METRICS])
@pytest.mark.usefixtures("real_clients")
def test_user_agent_names_collection_and_version(run: Run, emulator: Emulator, module: str) -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    run(module, TASKS.get(module, {"name": "checkout"}))
    agents = {record.user_agent.split(" ")[2] for record in emulator.log}
    assert agents == {f"{galaxy['namespace']}.{galaxy['name']}/{galaxy['version']}"}
    run(module, {**TASKS.get(module, {"name": "checkout"}), "aws_config": {"user_agent": "mine"}})
    assert emulator.log[-1].user_agent.startswith("mine")


def _assert_failed(result: Result, emulator: Emulator, *words: str) -> None:
    failed(result, result["error"]["code"], *words)
    assert (result.changed, result.values.get("operations", []), emulator.calls()) == (False, [], [])


def _errors(run: Run, emulator: Emulator, option: str, value: Any) -> Iterator[str]:
    """Yield each violation by a task with a malformed value."""
    emulator.clear_log()
    result = run(MODULE, {**TASKS[MODULE], option: value})
    if "exception" in result:
        yield "a traceback"
    # A region can be new, so AWS has to reject an unknown region.
    if result.failed and option != "region" and emulator.calls():
        yield f"rejected after {emulator.calls()}: {result.msg}"
    if result.failed and option not in result.msg and "region" not in result.msg:
        yield f"message without the name of the option: {result.msg}"


@pytest.mark.sampled
@pytest.mark.parametrize("option", [*aws_argument_spec()])
@pytest.mark.usefixtures("real_clients")
def test_malformed_value_is_rejected_by_name_or_used(run: Run, emulator: Emulator, option: str) -> None:
    tried = some(VALUES, each=97, thorough=5, turn=[*aws_argument_spec()].index(option))
    assert [(value, error) for value in tried for error in _errors(run, emulator, option, value)] == []


@pytest.mark.parametrize("module", [MODULE, INFO])
def test_unknown_region_fails_after_one_call(run: Run, emulator: Emulator, module: str) -> None:
    before = emulator.clock.now()
    result = run(module, {**TASKS[module], "region": "us-east-9"})
    assert "Check region" in failed(result, "InvalidSignatureException", "us-east-9")["hint"]
    assert (len(emulator.calls()), emulator.clock.now()) == (1, before)


@cases(
    ("module", MODULE, "Could not delete inference experiment 'checkout'"),
    ("info", INFO, "Could not read the inference experiments"),
    ("metrics", METRICS, "Could not measure inference experiment 'checkout'"),
)
def test_task_without_region_fails(module: str, attempt: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    result = run(module, {**TASKS.get(module, {"name": "checkout"}), "region": None})
    assert result["error"]["code"] == "NoRegion"
    assert result.msg.startswith(f"{attempt}: No region is set (NoRegion).")


PASSWORD_URL = "https://user:s3cr3t-pass@localhost:1"  # noqa: S105
NO_KEYS = {"access_key": "", "secret_key": ""}
INVALID: dict[str, tuple[dict[str, Any], list[str]]] = {
    # the options, words of the message
    **{
        f"endpoint_url {url}": ({"endpoint_url": url}, ["endpoint_url must be a URL"]) for url in ("", "https://host:0")
    },
    "endpoint_url with a space": ({"endpoint_url": "https://a b"}, ["endpoint_url"]),
    "missing CA bundle": ({"aws_ca_bundle": "/no/such/file"}, ["aws_ca_bundle", '"/no/such/file"']),
    "unknown setting of botocore": ({"aws_config": {"no_such": 1}}, ["aws_config", "no_such"]),
    "string for aws_config": ({"aws_config": "retries"}, ["aws_config must be a dictionary"]),
    "unknown profile": ({"profile": "unknown", **NO_KEYS}, ["profile", "unknown"]),
    "access_key only": ({"access_key": "AKIDEXAMPLE", "secret_key": ""}, ["access_key and secret_key"]),
    "invalid region": ({"region": "a b"}, ["region", "a b"]),
}


@pytest.mark.parametrize("name", INVALID)
@pytest.mark.usefixtures("real_clients", "without_keys")
def test_invalid_option_fails_before_any_call(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    options, words = INVALID[name]
    monkeypatch.setenv("AWS_REGION", REGION)
    module = [MODULE, INFO][[*INVALID].index(name) % 2]
    _assert_failed(run(module, {**TASKS[module], **options}), emulator, *words)


@MODULES
@pytest.mark.parametrize("option", ["access_key", "secret_key", "session_token"])
def test_credential_with_line_break_fails_without_its_value(
    run: Run, emulator: Emulator, option: str, module: str
) -> None:
    credentials = {"access_key": "AKIDEXAMPLE", "secret_key": "wJalrXUtnFEMI", option: "IQoJb3JpZ2luX2Vj\n"}
    result = run(module, {**TASKS[module], **credentials})
    _assert_failed(result, emulator, f"{option} must not contain a line break")
    assert "IQoJb3" not in result.msg
    assert ("IQoJb3" in str(result.values)) == (option == "access_key")


@cases(
    ("endpoint_url", {"endpoint_url": PASSWORD_URL}),
    ("proxy", {"aws_config": {"proxies": {"https": PASSWORD_URL}}}),
    ("invalid endpoint_url", {"endpoint_url": PASSWORD_URL.replace("https", "ftp")}),
    ("other invalid option", {"endpoint_url": PASSWORD_URL, "wait_timeout": True}),
)
def test_password_of_url_is_masked(options: dict[str, Any], run: Run) -> None:
    returned = str(run(MODULE, {**TASKS[MODULE], **options}).values)
    assert ("s3cr3t-pass" in returned, "user:********@localhost" in returned) == (False, True)


@MODULES
def test_options_of_amazon_aws_are_unchanged(module: str) -> None:
    assert {name: argument_spec(module)[name] for name in aws_argument_spec()} == aws_argument_spec()


@MODULES
@cases(("botocore", NoCredentialsError(), "NoCredentialsError"), ("other", ValueError("some words"), "NoClient"))
def test_error_that_amazon_aws_7_reports_itself_has_a_code(
    raised: Exception, code: str, run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    def create_client() -> None:
        raise raised

    def client(self: AnsibleAWSModule, _service: str, **_settings: Any) -> None:
        try:
            create_client()
        except (BotoCoreError, ValueError) as error:
            self.fail_json(msg=f"Failed to connect: {error}")

    monkeypatch.setattr(AnsibleAWSModule, "client", client)
    emulator.clear_log()
    result = run(module, TASKS[module])
    _assert_failed(result, emulator, str(raised))
    assert result["error"]["code"] == code


@pytest.mark.usefixtures("real_clients", "without_keys")
def test_profile_with_web_identity_is_used(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token, config = tmp_path / "token", tmp_path / "config"
    token.write_text("token\n", encoding="utf-8")
    role = f"role_arn = arn:aws:iam::123456789012:role/x\nweb_identity_token_file = {token}\n"
    config.write_text(f"[profile used]\nregion = {REGION}\n{role}", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    result = run(MODULE, {**TASKS[MODULE], "profile": "used"})
    assert not result.failed, result.msg
    assert "GetResource" in emulator.calls()
