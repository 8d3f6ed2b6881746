# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is declared and what the service returned mean the same, and what both together come to.

What is declared counts only as far as it goes: a member of an object that it leaves out is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from .resource_type import Path, ResourceType

# ISO 8601 as AWS and YAML write it: a "T" or a space between, seconds and their fraction optional, offset required.
_INSTANT = r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?:(:\d{2})(?:[.,]\d+)?)? ?(?:([Zz])|([+-]\d{2})(?::?(\d{2}))?)"


def same(resource_type: ResourceType, declared: Any, actual: Any, path: Path = ()) -> bool:
    """Whether nothing has to be written for C(declared) to be so."""
    rule = resource_type.same.get(path)
    if rule is not None and actual is not None:
        return rule(declared, actual)
    if isinstance(declared, Mapping):
        return isinstance(actual, Mapping) and all(
            same(resource_type, value, actual.get(name), (*path, name)) for name, value in declared.items()
        )
    return bool(declared == actual)


def merge(resource_type: ResourceType, declared: Any, actual: Any, path: Path = ()) -> Any:
    """C(actual) with what is declared and differs in meaning put in its place; spellings that mean the same stay."""
    if same(resource_type, declared, actual, path):
        return actual
    if isinstance(declared, Mapping) and isinstance(actual, Mapping):
        changed = {
            name: merge(resource_type, value, actual.get(name), (*path, name)) for name, value in declared.items()
        }
        return {**actual, **changed}
    return declared


def keyed_by(key: str) -> Callable[[Any, Any], bool]:
    """Lists of objects with a name of their own: their order means nothing, each must have all that is declared."""

    def rule(declared: Any, actual: Any) -> bool:
        if not all(isinstance(element, Mapping) and key in element for element in [*declared, *actual]):
            return bool(declared == actual)
        wanted = {element[key]: element for element in declared}
        named = {element[key]: element for element in actual}
        return (
            len(wanted) == len(declared) == len(actual)
            and wanted.keys() == named.keys()
            and all(_covers(named[name], element) for name, element in wanted.items())
        )

    return rule


def as_set(declared: Any, actual: Any) -> bool:
    """Lists whose order and repetitions mean nothing."""
    return set(declared) == set(actual)


def as_instant(declared: Any, actual: Any) -> bool:
    """Times, however they are written, to the second."""
    try:
        return parse_instant(declared) == parse_instant(actual)
    except ValueError:
        return bool(declared == actual)


def as_kms_key(declared: Any, actual: Any) -> bool:
    """A KMS key id or alias is the same as the ARN that ends in it."""
    one, other = sorted((str(declared), str(actual)), key=len)
    return one == other or (other.startswith("arn:") and other.endswith((f":key/{one}", f":{one}")))


def parse_instant(value: Any) -> datetime:
    """Read an ISO 8601 time with an offset, to the second, as UTC. Raises ValueError with a clause to follow a name."""
    match = re.fullmatch(_INSTANT, str(value).strip(), re.ASCII)
    if not match:
        raise ValueError(
            f"is not an ISO 8601 time with an offset: {str(value)!r}. Write it like 2026-12-01T09:00:00Z"
            " or 2026-12-01T10:00:00+01:00"
        )
    date, minutes, seconds, zulu, hours, offset_minutes = match.groups()
    offset = "+00:00" if zulu else f"{hours}:{offset_minutes or '00'}"
    try:
        return datetime.fromisoformat(f"{date}T{minutes}{seconds or ':00'}{offset}").astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is not a time that exists: {str(value)!r} ({error})") from error


def format_instant(value: Any) -> str:
    """The one spelling in which times are sent: UTC, to the second, C(Z). Raises ValueError as parse_instant() does."""
    moment = value if isinstance(value, datetime) else parse_instant(value)
    if moment.tzinfo is None:
        raise ValueError(f"is not a time with an offset: {moment.isoformat()}")
    return moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _covers(actual: Any, declared: Any) -> bool:
    if isinstance(declared, Mapping):
        return isinstance(actual, Mapping) and all(
            name in actual and _covers(actual[name], value) for name, value in declared.items()
        )
    return bool(declared == actual)
