# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare declared and actual values by their meaning, list their differences and merge them.

What is declared counts only as far as it goes: a member of an object that it leaves out is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .messages import got
from .resource_type import Path, ResourceType

# ISO 8601 as AWS and YAML write it: a "T" or a space between, seconds and their fraction optional, offset required.
_INSTANT = r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?:(:\d{2})(?:[.,]\d+)?)? ?(?:([Zz])|([+-]\d{2})(?::?(\d{2}))?)"


class Difference(NamedTuple):
    """A member whose declared value differs in meaning from the actual one (None: not set)."""

    tokens: Path
    """Property names, and C([key]) for an element of a list that has keys."""
    actual: Any
    declared: Any

    @property
    def path(self) -> Path:
        return _path(self.tokens)


def same(resource_type: ResourceType, declared: Any, actual: Any, path: Path = ()) -> bool:
    """Return whether nothing has to be written for C(declared) to be so."""
    return next(differences(resource_type, declared, actual, path), None) is None


def differences(resource_type: ResourceType, declared: Any, actual: Any, tokens: Path = ()) -> Iterator[Difference]:
    """Yield each member, as deep as the declaration goes, that has to be written for C(declared) to be so."""
    path = _path(tokens)
    rule, key = resource_type.equivalences.get(path), resource_type.list_keys.get(path)
    if rule is not None and actual is not None:
        if not rule(declared, actual):
            yield Difference(tokens, actual, declared)
    elif isinstance(declared, Mapping) and isinstance(actual, Mapping):
        yield from _member_differences(resource_type, declared, actual, tokens)
    elif isinstance(declared, Mapping) and declared and actual is None:
        yield from _member_differences(resource_type, declared, {}, tokens)
    elif key and _have_key(key, declared) and _have_key(key, actual):
        yield from _element_differences(resource_type, key, declared, actual, tokens)
    elif declared != actual:
        yield Difference(tokens, actual, declared)


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


def same_set(declared: Any, actual: Any) -> bool:
    """Lists whose order and repetitions mean nothing."""
    return set(declared) == set(actual)


def same_instant(declared: Any, actual: Any) -> bool:
    """Times, however they are written, to the second."""
    try:
        return parse_instant(declared) == parse_instant(actual)
    except ValueError:
        return bool(declared == actual)


def same_kms_key(declared: Any, actual: Any) -> bool:
    """A KMS key id or alias is the same as the ARN that ends in it."""
    one, other = sorted((str(declared), str(actual)), key=len)
    return one == other or (other.startswith("arn:") and other.endswith((f":key/{one}", f":{one}")))


def parse_instant(value: Any) -> datetime:
    """Read an ISO 8601 time with an offset, to the second, as UTC. Raises ValueError with a clause to follow a name."""
    match = re.fullmatch(_INSTANT, str(value).strip(), re.ASCII)
    if not match:
        raise ValueError(
            "must be an ISO 8601 time with an offset, like 2026-12-01T09:00:00Z or 2026-12-01T10:00:00+01:00,"
            f" got {got(str(value))}"
        )
    date, minutes, seconds, zulu, hours, offset_minutes = match.groups()
    offset = "+00:00" if zulu else f"{hours}:{offset_minutes or '00'}"
    try:
        return datetime.fromisoformat(f"{date}T{minutes}{seconds or ':00'}{offset}").astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"must be a valid time, got {got(str(value))} ({error})") from error


def format_instant(value: Any) -> str:
    """The one spelling in which times are sent: UTC, to the second, C(Z). Raises ValueError as parse_instant() does."""
    moment = value if isinstance(value, datetime) else parse_instant(value)
    if moment.tzinfo is None:
        raise ValueError(f"must have an offset, got {moment.isoformat()}")
    return moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _path(tokens: Path) -> Path:
    return tuple(token for token in tokens if not token.startswith("["))


def _have_key(key: str, elements: Any) -> bool:
    return isinstance(elements, list) and all(isinstance(e, Mapping) and key in e for e in elements)


def _member_differences(
    resource_type: ResourceType, declared: Mapping[str, Any], actual: Mapping[str, Any], tokens: Path
) -> Iterator[Difference]:
    for name, value in declared.items():
        yield from differences(resource_type, value, actual.get(name), (*tokens, name))


def _element_differences(
    resource_type: ResourceType, key: str, declared: list[Any], actual: list[Any], tokens: Path
) -> Iterator[Difference]:
    """Compare the elements by their key; where the keys themselves differ, only those."""
    wanted, found = [element[key] for element in declared], [element[key] for element in actual]
    if set(wanted) != set(found) or not len(set(wanted)) == len(wanted) == len(found):
        yield Difference((*tokens, "[*]", key), found, wanted)
        return
    by_key = dict(zip(found, actual, strict=True))
    for name, element in zip(wanted, declared, strict=True):
        yield from differences(resource_type, element, by_key[name], (*tokens, f"[{name}]"))
