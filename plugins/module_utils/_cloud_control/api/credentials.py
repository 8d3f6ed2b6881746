# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace the parts of botocore's credential providers that wait for input or that quote a secret in an exception."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

try:
    from botocore import credentials as providers
    from botocore.utils import parse_timestamp
except ImportError:  # base.create_client() reports the missing library before a client is created.
    pass

from ..errors import CallFailed

# Seconds.
_MAX_PROCESS_TIME = 60.0


@contextmanager
def non_interactive(profile: str | None, seconds: float) -> Iterator[None]:
    """Make the clients that are created meanwhile raise CallFailed instead of waiting for input.

    seconds: the time after which credential_process is ended.
    """
    name = profile or "default"
    arguments: dict[str, dict[str, Any]] = {
        "AssumeRoleProvider": {"prompter": partial(_reject_prompt, name)},
        "AssumeRoleWithWebIdentityProvider": {"token_loader_cls": lambda path: partial(_read_token, path)},
        "ProcessProvider": {"popen": partial(_run_credential_process, name, min(seconds, _MAX_PROCESS_TIME))},
    }
    originals = {provider: getattr(providers, provider) for provider in arguments}
    for provider, original in originals.items():
        setattr(providers, provider, partial(original, **arguments[provider]))
    try:
        yield
    finally:
        for provider, original in originals.items():
            setattr(providers, provider, original)


def _fail(message: str) -> NoReturn:
    raise CallFailed(message, code="CredentialRetrievalError") from None  # the code of botocore's own providers


def _reject_prompt(profile: str, _prompt: str) -> NoReturn:
    _fail(f"Profile {profile} requires an MFA code (mfa_serial), and a module cannot ask for the code")


def _read_token(path: str) -> str:
    failed = f"The web identity token file cannot be read: {path}"
    try:
        token = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        _fail(f"{failed}: {error.strerror or type(error).__name__}")
    except ValueError:
        _fail(f"{failed}: not UTF-8 text")
    if not token.strip():
        _fail(f"{failed}: the file is empty")
    return token


def _run_credential_process(profile: str, seconds: float, command: Sequence[str], **_streams: int) -> SimpleNamespace:
    """Return the ended process, as botocore uses it. The messages quote no output, which can contain secrets."""
    name = f"credential_process of profile {profile}"
    try:
        # AnsibleModule.run_command() would log the command and its output.
        process = subprocess.run(  # noqa: S603 # pylint: disable=ansible-bad-function
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            start_new_session=True,  # without a terminal, from which the command could read
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        _fail(f"{name} did not end within {seconds:.0f} s")
    except (OSError, LookupError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        _fail(f"{name} cannot run {''.join(command[:1])!r}: {reason}")
    if process.returncode:
        _fail(f"{name} exited with status {process.returncode}")
    if not _is_credentials(process.stdout):
        _fail(f"{name} did not print the JSON document that botocore expects")
    return SimpleNamespace(returncode=0, communicate=lambda: (process.stdout, b""))


def _is_credentials(output: bytes) -> bool:
    try:
        document = json.loads(output.decode("utf-8"))
        keys = [document["AccessKeyId"], document["SecretAccessKey"], document.get("SessionToken") or ""]
        expiration = document.get("Expiration")
        has_offset = expiration is None or parse_timestamp(expiration).tzinfo is not None
        return document["Version"] == 1 and has_offset and all(isinstance(key, str) for key in keys)
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
        return False
