"""Sources of credentials for a task, and a search for secrets in any spelling."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from moto.sts.models import sts_backends

from tests.emulator.seed import ACCOUNT_ID
from tests.support.environment import REGION

# Real keys also have characters that a URL encodes.
KEYS = {
    "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "aws_session_token": "IQoJb3JpZ2luX2VjEJr//+FwoGZXIvYXdzEXAMPLETOKEN==",
}
ACCESS_KEY, SECRET_KEY, SESSION_TOKEN = KEYS.values()
# For a wrong signature, AWS returns the signed parts of the request, with the session token.
WRONG_SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"
    " and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request"
    " should have been\n'POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:"
    "cloudcontrolapi.us-east-1.amazonaws.com\nx-amz-date:20260101T120000Z\nx-amz-security-token:{token}\nx-amz-target:CloudApiService.GetResource\n\n"
    "content-type;host;x-amz-date;x-amz-security-token;x-amz-target\n{hash}'\n"
)
_SIGNATURE = re.compile(r"""(?i)signature=\s*[0-9a-f]{64}|x-amz-security-token["']?\s*[:=]["'\s]*\w""")


@dataclass(frozen=True)
class Source:
    """Options and environment variables that set credentials, or refer to a profile of write_profiles()."""

    options: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


SOURCES = {
    "options": Source(options={"access_key": ACCESS_KEY, "secret_key": SECRET_KEY, "session_token": SESSION_TOKEN}),
    "options by alias": Source(options=KEYS),
    "variables": Source(environment={name.upper(): value for name, value in KEYS.items()}),
    "profile": Source(options={"profile": "team"}),
    "profile with role": Source(options={"profile": "operator"}),
    "AWS_PROFILE": Source(environment={"AWS_PROFILE": "team"}),
}


def write_profiles(folder: Path) -> dict[str, str]:
    """Write the configuration files of AWS with two profiles, and return the variables with their paths."""
    keys = "".join(f"{name} = {value}\n" for name, value in KEYS.items())
    files = {
        "AWS_SHARED_CREDENTIALS_FILE": f"[team]\n{keys}",
        "AWS_CONFIG_FILE": f"[profile team]\nregion = {REGION}\n[profile operator]\nregion = {REGION}\n"
        f"role_arn = arn:aws:iam::{ACCOUNT_ID}:role/operator\nsource_profile = team\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {name: str(folder / name) for name in files}


def known_secrets() -> list[str]:
    """Return the secrets of all sources, and of the roles that the emulator of this process has issued."""
    roles = sts_backends[ACCOUNT_ID]["aws"].assumed_roles
    assumed = [secret for role in roles for secret in (role.secret_access_key, role.session_token)]
    return [SECRET_KEY, SESSION_TOKEN, *assumed]


def wrong_signature() -> dict[str, Any]:
    """Return the response of AWS to a wrong signature."""
    message = WRONG_SIGNATURE.format(token=known_secrets()[-1], hash="0" * 64)
    return {"__type": "InvalidSignatureException", "message": message}


def found_in(text: str, secrets: Iterable[str]) -> list[str]:
    """Return the spellings of secrets in a string, and signatures, which are valid for minutes."""
    spelled = (spelling for secret in secrets for spelling in _spellings(secret) if spelling in text)
    return [*spelled, *(match.group() for match in _SIGNATURE.finditer(text))]


def _spellings(secret: str) -> Iterator[str]:
    yield from {secret, secret[5:-5], quote(secret), quote(secret, safe=""), quote_plus(secret)}
    for start in range(3):  # base64 at each position of the secret in a longer text
        aligned = secret.encode()[start:]
        whole = aligned[: len(aligned) // 3 * 3]
        yield from {base64.b64encode(whole).decode(), base64.urlsafe_b64encode(whole).decode()}
