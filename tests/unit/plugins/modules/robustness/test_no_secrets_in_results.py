# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No credential is told: not in a result, not on a stream, not in what a module logs on its host, whatever happens.

A share of the cases; THOROUGH=1 in the environment makes it all of them.
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
    SECRET_KEY,
    SESSION_TOKEN,
    SOURCES,
    found_in,
    known_secrets,
    write_profiles,
    wrong_signature,
)
from tests.support.malformed_values import option_paths
from tests.support.module_runner import Spec, argument_spec
from tests.support.tasks import ALWAYS, KEY_ARN, MODULE, SCHEDULE, STORAGE, full, minimal, put_experiment
from tests.support.thorough import some
from tests.unit.conftest import Run

INFO = "inference_experiment_info"
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Before the emulator's fixture makes each client once for all tests.
MAKE_CLIENT = AnsibleAWSModule.client


@dataclass(frozen=True)
class Ending:
    """A task, how it ends, and what makes it end so."""

    code: str | None
    task: dict[str, Any] = field(default_factory=lambda: minimal(description="New"))
    module: str = MODULE
    prepare: Callable[[Emulator], object] = id
    modes: dict[str, bool] = field(default_factory=dict)
    # Ends that only an assumed role can come to.
    only_roles: bool = False


def _fault(operation: str, kind: str, **details: Any) -> Callable[[Emulator], object]:
    return lambda emulator: emulator.fault(operation, kind, times=ALWAYS, **details)


_DENIED = _fault("UpdateResource", "error", code="AccessDeniedException", message="You are not authorized to perform")
_WRONG_SIGNATURE = _fault("GetResource", "changed", change=lambda _: wrong_signature(), status=400)
ENDINGS = {
    "changed": Ending(None, modes={"diff": True}),
    "planned": Ending(None, modes={"check": True, "diff": True}),
    "with what boto3 logs": Ending(None, minimal(description="New", debug_botocore_endpoint_logs=True)),
    "listed": Ending(None, {"include_write_only": True}, INFO),
    "options that are not right": Ending("InvalidOptions", minimal(description="", tags={"aws:x": ""})),
    "an option of another type": Ending("InvalidOptions", minimal(wait_timeout=True)),
    # Ansible itself rejects this option, so the result has no error.
    "an option of another type, listing": Ending(None, {"names": {"a": 1}}, INFO),
    "a setting of botocore's that is none": Ending("NoClient", minimal(state="absent", aws_config={"retries": 5})),
    "denied": Ending("AccessDeniedException", prepare=_DENIED),
    "throttled for good": Ending("ThrottlingException", prepare=_fault("GetResource", "throttle")),
    "out of time": Ending("TimedOut", minimal(wait_timeout=3), prepare=_fault("GetResource", "throttle")),
    "nobody there": Ending("EndpointConnectionError", prepare=_fault("GetResource", "refused")),
    "answered with garbage": Ending("InvalidAnswer", prepare=_fault("GetResource", "broken_json")),
    "a wrong signature": Ending("InvalidSignatureException", prepare=_WRONG_SIGNATURE),
    "a wrong signature, listing": Ending("InvalidSignatureException", {"name": "x"}, INFO, _WRONG_SIGNATURE),
    "failed in the handler": Ending("NotStabilized", prepare=_fault("UpdateResource", "failed", code="NotStabilized")),
    "a role that is refused": Ending(
        "AccessDenied", prepare=_fault("AssumeRole", "error", code="AccessDenied"), only_roles=True
    ),
    "half of a role's credentials": Ending(
        "InvalidAnswer", prepare=_fault("AssumeRole", "broken_json"), only_roles=True
    ),
    "a page for a role's credentials": Ending("503", prepare=_fault("AssumeRole", "html503"), only_roles=True),
}
CASES = [
    (source, ending)
    for source, ending in itertools.product(SOURCES, ENDINGS)
    if source == "a profile with a role" or not ENDINGS[ending].only_roles
]
SHARE = some(CASES, each=17)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the module gives to the log of its host."""
    texts: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, *args, **details: texts.append(f"{args} {details}"))
    return texts


@pytest.fixture
def play(run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Run a module with the credentials of a source, on clients of its own."""
    monkeypatch.setattr(AnsibleAWSModule, "client", MAKE_CLIENT)
    boto3_s = logging.getLogger("botocore.endpoint")  # of which a module makes more, for the rest of its process
    monkeypatch.setattr(boto3_s, "handlers", [])
    monkeypatch.setattr(boto3_s, "level", logging.NOTSET)
    put_experiment(emulator, "Created", Description="Old")

    def play(source: str, ending: Ending) -> Any:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        for name, value in {**write_profiles(tmp_path), **SOURCES[source].environment}.items():
            monkeypatch.setenv(name, value)
        ending.prepare(emulator)
        return run(ending.module, {**ending.task, **SOURCES[source].options}, **ending.modes)

    return play


@pytest.mark.parametrize(("source", "ending"), SHARE, ids=map(": ".join, SHARE))
def test_no_secret_is_told(
    play: Callable[..., Any], logged: list[str], capfd: pytest.CaptureFixture[str], source: str, ending: str
) -> None:
    result = play(source, ENDINGS[ending])
    assert result.values.get("error", {}).get("code") == ENDINGS[ending].code, result.msg
    assert "exception" not in result
    written = capfd.readouterr()
    secrets = known_secrets()
    told = {"result": json.dumps(result.values), "stdout": written.out, "stderr": written.err, "log": "".join(logged)}
    assert [(where, found) for where, text in told.items() for found in found_in(text, secrets)] == []
    shown = result["invocation"]["module_args"]
    given = {name: shown[name] for name in ("secret_key", "session_token") if shown.get(name) is not None}
    assert set(given.values()) <= {HIDDEN}
    assert bool(given) == source.startswith(("options", "variables")) or ending.startswith("an option of another type")


def test_a_secret_that_is_told_is_found() -> None:
    """The tests above are worth something."""
    for text in (SECRET_KEY, quote(SESSION_TOKEN), "Signature=" + "0a" * 32, "X-Amz-Security-Token: IQo"):
        assert found_in(f"<<{text}>>", [SECRET_KEY, SESSION_TOKEN])
    assert not found_in("x-amz-security-token:********, Signature=********", [SECRET_KEY])


# Options named like secrets, and whether they are: a key's name or number is none, and has to be seen in a failure.
SECRET = {
    "secret_key": True,
    "session_token": True,
    "access_key": False,
    "kms_key": False,
    "data_storage_config.kms_key": False,
}
NAMED_LIKE_SECRETS = ("key", "pass", "secret", "token", "cred")


@pytest.mark.parametrize("module", [MODULE, INFO])
def test_each_option_is_hidden_or_shown_on_purpose(module: str) -> None:
    spec = argument_spec(module)
    said = {_shown(path): _entry(spec, path).get("no_log") for path in option_paths(spec)}
    guessed = {name for name in said if any(word in name.rpartition(".")[2] for word in NAMED_LIKE_SECRETS)}
    assert {name: hidden for name, hidden in said.items() if hidden is not None} == {
        name: hidden for name, hidden in SECRET.items() if name in said
    }
    assert guessed <= set(SECRET)


def _shown(path: tuple[Any, ...]) -> str:
    return ".".join(step for step in path if step != 0)


def _entry(spec: Spec, path: tuple[Any, ...]) -> Any:
    name, *rest = [step for step in path if step != 0]
    return _entry(spec[name]["options"], tuple(rest)) if rest else spec[name]


def test_what_is_no_secret_is_shown_and_nothing_is_guessed_to_be_one(
    run: Run, emulator: Emulator, logged: list[str]
) -> None:
    task = full(
        description="d", kms_key=KEY_ARN, data_storage_config=STORAGE, schedule=SCHEDULE, tags={"token": "password"}
    )
    result = run(MODULE, {**task, "access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": SECRET_KEY})
    shown = result["invocation"]["module_args"]
    assert {name: shown[name] for name in ("kms_key", "tags", "role_arn", "access_key")} == {
        **{name: task[name] for name in ("kms_key", "tags", "role_arn")},
        "access_key": "AKIAIOSFODNN7EXAMPLE",
    }
    assert shown["data_storage_config"]["kms_key"] == STORAGE["kms_key"]
    assert (shown["secret_key"], result.warnings) == (HIDDEN, [])
    assert result["inference_experiment"]["kms_key"] == KEY_ARN
    assert "AKIAIOSFODNN7EXAMPLE" in "".join(logged)
    assert emulator.writes() == ["CreateResource"]
