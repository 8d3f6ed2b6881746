"""Credential providers of botocore under non_interactive().

test_network_errors.py runs the modules with each configuration that fails.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import credentials as providers

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.credentials import non_interactive
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed
from tests.support.cases import cases

PROVIDERS = ("AssumeRoleProvider", "AssumeRoleWithWebIdentityProvider", "ProcessProvider")
OUTPUT = {"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "s3cr3t"}


class Profile:
    """A profile with one setting, and the retrieval of its credentials."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.config = folder / "config"
        monkeypatch.setenv("AWS_CONFIG_FILE", str(self.config))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)

    def retrieve(self, *command: str, seconds: float = 60) -> Any:
        """Return the credentials from a credential_process with this command."""
        return self.retrieve_by(f"credential_process = {shlex.join(command)}", seconds=seconds)

    def retrieve_by(self, settings: str, *, seconds: float = 60) -> Any:
        self.config.write_text(f"[profile used]\nregion = us-east-1\n{settings}\n", encoding="utf-8")
        with non_interactive("used", seconds):
            session: Any = boto3.session.Session(profile_name="used")
            return session.get_credentials().get_frozen_credentials()


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    return Profile(tmp_path, monkeypatch)


# Read this test first.
def test_non_interactive_returns_credentials_of_credential_process(profile: Profile) -> None:
    credentials = profile.retrieve("echo", json.dumps(OUTPUT))
    assert (credentials.access_key, credentials.secret_key) == ("AKIDEXAMPLE", "s3cr3t")


def test_non_interactive_reports_exit_status_without_output(profile: Profile) -> None:
    with pytest.raises(CallFailed) as raised:
        profile.retrieve("sh", "-c", "echo s3cr3t; exit 3")
    assert raised.value.code == "CredentialRetrievalError"
    assert raised.value.message == "credential_process of profile used exited with status 3"
    assert raised.value.__suppress_context__


def printing(**changes: Any) -> list[str]:
    return ["echo", json.dumps({**OUTPUT, **changes})]


NO_DOCUMENT = "did not print the JSON document that botocore expects"


@cases(
    ("unknown", ["no-such-command", "--token=s3cr3t"], "cannot run 'no-such-command': No such file or directory"),
    ("empty", [], "cannot run '': IndexError"),
    ("no JSON", ["echo", "s3cr3t"], NO_DOCUMENT),
    ("not UTF-8", ["printf", r"\377s3cr3t"], NO_DOCUMENT),
    ("version", printing(Version=2), NO_DOCUMENT),
    ("key", printing(AccessKeyId=1), NO_DOCUMENT),
    ("secret key", printing(SecretAccessKey=None), NO_DOCUMENT),
    ("token", printing(SessionToken=1), NO_DOCUMENT),
    ("expiration", printing(Expiration="tomorrow"), NO_DOCUMENT),
    ("expiration without offset", printing(Expiration="2031-05-19T11:49:52"), NO_DOCUMENT),
)
def test_non_interactive_reports_failure_without_output(command: list[str], message: str, profile: Profile) -> None:
    with pytest.raises(CallFailed, match=message) as raised:
        profile.retrieve(*command)
    assert "s3cr3t" not in str(raised.value)


def test_non_interactive_runs_command_in_session_without_terminal(profile: Profile) -> None:
    code = "import os, sys; sys.exit(5 if os.getsid(0) == os.getpid() else 6)"
    with pytest.raises(CallFailed, match="exited with status 5"):
        profile.retrieve(sys.executable, "-S", "-c", code)


def test_non_interactive_ends_command_after_given_seconds(profile: Profile) -> None:
    with pytest.raises(CallFailed, match=r"did not end within 0 s$"):
        profile.retrieve("sleep", "60", seconds=0.1)


@cases(
    ("missing", None, "No such file or directory"),
    ("not text", b"\xff s3cr3t", "not UTF-8 text"),
    ("blank", b" \n", "the file is empty"),
)
def test_non_interactive_reports_unreadable_web_identity_token(
    content: bytes | None, reason: str, profile: Profile, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(CallFailed) as raised:
        profile.retrieve_by(f"role_arn = arn:aws:iam::1:role/x\nweb_identity_token_file = {tmp_path / 'token'}")
    assert raised.value.message == f"The web identity token file cannot be read: {tmp_path / 'token'}: {reason}"


def test_non_interactive_restores_providers_of_botocore() -> None:
    before = [getattr(providers, name) for name in PROVIDERS]
    with non_interactive(None, 60):
        assert all(getattr(providers, name) is not one for name, one in zip(PROVIDERS, before, strict=True))
    assert [getattr(providers, name) for name in PROVIDERS] == before
