# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace the parts of botocore's credential providers that wait for a person or repeat a secret in an error."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

try:
    from botocore import credentials as providers
    from botocore.utils import parse_timestamp
except ImportError:  # AnsibleAWSModule reports the missing library before a client is made.
    pass

from ..errors import CallFailed

_LONGEST_PROCESS = 60.0


@contextmanager
def non_interactive(profile: str | None, seconds: float) -> Iterator[None]:
    """Let no client that is made meanwhile wait for input; credential_process may take up to the given seconds."""
    name = profile or "default"
    arguments: dict[str, dict[str, Any]] = {
        "AssumeRoleProvider": {"prompter": partial(_reject_prompt, name)},
        "AssumeRoleWithWebIdentityProvider": {"token_loader_cls": _TokenFile},
        "ProcessProvider": {"popen": partial(_CredentialProcess, name, min(seconds, _LONGEST_PROCESS))},
    }
    originals = {provider: getattr(providers, provider) for provider in arguments}
    for provider, original in originals.items():
        setattr(providers, provider, partial(original, **arguments[provider]))
    try:
        yield
    finally:
        for provider, original in originals.items():
            setattr(providers, provider, original)


def _failed(message: str) -> CallFailed:
    """Return an error with the code that botocore has for those of its own providers."""
    return CallFailed(message, code="CredentialRetrievalError", operation=None)


def _reject_prompt(profile: str, _prompt: str) -> str:
    raise _failed(f"Profile {profile} requires an MFA code (mfa_serial), and a module cannot ask for the code")


class _TokenFile:
    """Read the token of a web identity."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(self) -> str:
        try:
            token = Path(self._path).read_text(encoding="utf-8")
        except OSError as error:
            raise self._unreadable(error.strerror or type(error).__name__) from None
        except ValueError:
            raise self._unreadable("not UTF-8 text") from None
        if not token.strip():
            raise self._unreadable("the file is empty")
        return token

    def _unreadable(self, why: str) -> CallFailed:
        return _failed(f"The web identity token file cannot be read: {self._path}: {why}")


class _CredentialProcess:
    """Run credential_process and check its output. Neither output stream is quoted: both can contain secrets."""

    returncode = 0

    def __init__(self, profile: str, seconds: float, command: Sequence[str], **_streams: int) -> None:
        name = f"credential_process of profile {profile}"
        try:
            # run_command of the module logs the command and its output.
            done = subprocess.run(  # noqa: S603 # pylint: disable=ansible-bad-function
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                start_new_session=True,  # without a terminal that the command could read from
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _failed(f"{name} did not end within {seconds:.0f} s") from None
        except (OSError, LookupError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise _failed(f"{name} cannot run {''.join(command[:1])!r}: {why}") from None
        if done.returncode:
            raise _failed(f"{name} exited with status {done.returncode}")
        if not _is_credentials(done.stdout):
            raise _failed(f"{name} did not print the JSON document that botocore expects")
        self._stdout = done.stdout

    def communicate(self) -> tuple[bytes, bytes]:
        return self._stdout, b""


def _is_credentials(output: bytes) -> bool:
    try:
        document = json.loads(output.decode("utf-8"))
        texts = [document["AccessKeyId"], document["SecretAccessKey"], document.get("SessionToken") or ""]
        expiration = document.get("Expiration")
        aware = expiration is None or parse_timestamp(expiration).tzinfo is not None
        return document["Version"] == 1 and aware and all(isinstance(text, str) for text in texts)
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
        return False
