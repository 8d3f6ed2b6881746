"""Credentials are in no result, output or log of a module, for each source of credentials and each outcome.

A sample has some of the combinations.
"""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from tests.emulator import Emulator
from tests.support.credential_sources import (
    ACCESS_KEY,
    SECRET_KEY,
    SESSION_TOKEN,
    SOURCES,
    found_in,
    known_secrets,
    write_profiles,
    wrong_signature,
)
from tests.support.malformed_values import option_name, option_paths
from tests.support.module_runner import Spec, argument_spec
from tests.support.tasks import ALWAYS, INFO, KEY_ARN, MODULE, SCHEDULE, STORAGE, full, minimal, put_experiment
from tests.support.thorough import some
from tests.unit.conftest import Run

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# The real method. The fixture of the emulator replaces the method by one that creates each client once.
CREATE_CLIENT = AnsibleAWSModule.client


@dataclass(frozen=True)
class Outcome:
    """A task, its error code, and a function that prepares the emulator."""

    code: str | None
    task: dict[str, Any] = field(default_factory=lambda: minimal(description="New"))
    module: str = MODULE
    prepare: Callable[[Emulator], object] = id
    modes: dict[str, bool] = field(default_factory=dict)
    role_only: bool = False
    """The outcome requires a profile that assumes a role."""


def _fault(operation: str, kind: str, **details: Any) -> Callable[[Emulator], object]:
    return lambda emulator: emulator.fault(operation, kind, times=ALWAYS, **details)


_DENIED = _fault("UpdateResource", "error", code="AccessDeniedException", message="You are not authorized to perform")
_WRONG_SIGNATURE = _fault("GetResource", "changed", change=lambda _: wrong_signature(), status=400)
OUTCOMES = {
    "changed": Outcome(None, modes={"diff": True}),
    "planned": Outcome(None, modes={"check": True, "diff": True}),
    "log of boto3": Outcome(None, minimal(description="New", debug_botocore_endpoint_logs=True)),
    "list": Outcome(None, {"include_write_only": True}, INFO),
    "invalid options": Outcome("InvalidOptions", minimal(description="", tags={"aws:x": ""})),
    "wrong type": Outcome("InvalidOptions", minimal(wait_timeout=True)),
    # Ansible itself rejects this option, so the result has no error.
    "wrong type, list": Outcome(None, {"names": {"a": 1}}, INFO),
    "invalid setting of botocore": Outcome("NoClient", minimal(state="absent", aws_config={"retries": 5})),
    "denied": Outcome("AccessDeniedException", prepare=_DENIED),
    "throttled": Outcome("ThrottlingException", prepare=_fault("GetResource", "throttle")),
    "timeout": Outcome("TimedOut", minimal(wait_timeout=3), prepare=_fault("GetResource", "throttle")),
    "closed port": Outcome("EndpointConnectionError", prepare=_fault("GetResource", "refused")),
    "invalid response": Outcome("InvalidAnswer", prepare=_fault("GetResource", "broken_json")),
    "wrong signature": Outcome("InvalidSignatureException", prepare=_WRONG_SIGNATURE),
    "wrong signature, list": Outcome("InvalidSignatureException", {"name": "x"}, INFO, _WRONG_SIGNATURE),
    "failed operation": Outcome("NotStabilized", prepare=_fault("UpdateResource", "failed", code="NotStabilized")),
    "denied role": Outcome("AccessDenied", prepare=_fault("AssumeRole", "error", code="AccessDenied"), role_only=True),
    "incomplete credentials of a role": Outcome(
        "InvalidAnswer", prepare=_fault("AssumeRole", "broken_json"), role_only=True
    ),
    "HTML for the credentials of a role": Outcome("503", prepare=_fault("AssumeRole", "html503"), role_only=True),
}
CASES = [
    (source, outcome)
    for source, outcome in itertools.product(SOURCES, OUTCOMES)
    if source == "profile with role" or not OUTCOMES[outcome].role_only
]
SAMPLE = some(CASES, each=17)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which the module logs on its host."""
    texts: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, *args, **details: texts.append(f"{args} {details}"))
    return texts


@pytest.fixture
def play(run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that runs a module with the credentials of a source."""
    monkeypatch.setattr(AnsibleAWSModule, "client", CREATE_CLIENT)
    # A module adds handlers for the rest of its process.
    logger = logging.getLogger("botocore.endpoint")
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "level", logging.NOTSET)
    put_experiment(emulator, "Created", Description="Old")

    def play(source: str, outcome: Outcome) -> Any:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        for name, value in {**write_profiles(tmp_path), **SOURCES[source].environment}.items():
            monkeypatch.setenv(name, value)
        outcome.prepare(emulator)
        return run(outcome.module, {**outcome.task, **SOURCES[source].options}, **outcome.modes)

    return play


# Read this test first.
def test_denied_task_returns_no_secret_key(run: Run, emulator: Emulator) -> None:
    emulator.fault("GetResource", "error", code="AccessDeniedException", message=f"Denied for {SECRET_KEY}", times=99)
    result = run("inference_experiment", {"name": "checkout", "access_key": ACCESS_KEY, "secret_key": SECRET_KEY})
    assert result["error"]["code"] == "AccessDeniedException"
    assert result["invocation"]["module_args"]["secret_key"] == HIDDEN
    assert SECRET_KEY not in json.dumps(result.values)


@pytest.mark.sampled
@pytest.mark.parametrize(("source", "outcome"), SAMPLE, ids=map(": ".join, SAMPLE))
def test_result_output_and_log_have_no_secret(
    play: Callable[..., Any], logged: list[str], capfd: pytest.CaptureFixture[str], source: str, outcome: str
) -> None:
    result = play(source, OUTCOMES[outcome])
    assert result.values.get("error", {}).get("code") == OUTCOMES[outcome].code, result.msg
    assert "exception" not in result
    written = capfd.readouterr()
    secrets = known_secrets()
    texts = {"result": json.dumps(result.values), "stdout": written.out, "stderr": written.err, "log": "".join(logged)}
    assert [(where, found) for where, text in texts.items() for found in found_in(text, secrets)] == []
    shown = result["invocation"]["module_args"]
    hidden = {name: shown[name] for name in ("secret_key", "session_token") if shown.get(name) is not None}
    assert set(hidden.values()) <= {HIDDEN}
    assert bool(hidden) == source.startswith(("options", "variables")) or outcome.startswith("wrong type")


def test_found_in_finds_each_spelling_of_a_secret() -> None:
    for text in (SECRET_KEY, quote(SESSION_TOKEN), "Signature=" + "0a" * 32, "X-Amz-Security-Token: IQo"):
        assert found_in(f"<<{text}>>", [SECRET_KEY, SESSION_TOKEN])
    assert not found_in("x-amz-security-token:********, Signature=********", [SECRET_KEY])


# Options named like secrets, and whether they are secret. IDs of keys are not: a failure has to show them.
SECRET = {
    "secret_key": True,
    "session_token": True,
    "access_key": False,
    "kms_key": False,
    "data_storage_config.kms_key": False,
}
WORDS = ("key", "pass", "secret", "token", "cred")


@pytest.mark.parametrize("module", [MODULE, INFO])
def test_options_named_like_secrets_set_no_log(module: str) -> None:
    spec = argument_spec(module)
    no_log = {option_name(path): _entry(spec, path).get("no_log") for path in option_paths(spec)}
    named_like_secrets = {name for name in no_log if any(word in name.rpartition(".")[2] for word in WORDS)}
    assert {name: value for name, value in no_log.items() if value is not None} == {
        name: value for name, value in SECRET.items() if name in no_log
    }
    assert named_like_secrets <= set(SECRET)


def _entry(spec: Spec, path: tuple[Any, ...]) -> Any:
    name, *rest = [step for step in path if step != 0]
    return _entry(spec[name]["options"], tuple(rest)) if rest else spec[name]


def test_options_that_are_not_secret_are_shown(run: Run, emulator: Emulator, logged: list[str]) -> None:
    task = full(
        description="d", kms_key=KEY_ARN, data_storage_config=STORAGE, schedule=SCHEDULE, tags={"token": "password"}
    )
    result = run(MODULE, {**task, "access_key": ACCESS_KEY, "secret_key": SECRET_KEY})
    shown = result["invocation"]["module_args"]
    assert {name: shown[name] for name in ("kms_key", "tags", "role_arn", "access_key")} == {
        **{name: task[name] for name in ("kms_key", "tags", "role_arn")},
        "access_key": ACCESS_KEY,
    }
    assert shown["data_storage_config"]["kms_key"] == STORAGE["kms_key"]
    assert (shown["secret_key"], result.warnings) == (HIDDEN, [])
    assert result["inference_experiment"]["kms_key"] == KEY_ARN
    assert ACCESS_KEY in "".join(logged)
    assert emulator.writes() == ["CreateResource"]
