# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare declared values with actual values, list the differences, and merge both.

Members of an object that the task does not declare are ignored. Values with different spellings can be equivalent: a
KMS key ID and the ARN of the key, or a time in two time zones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .messages import format_value
from .resource_type import Path, ResourceType

# ISO 8601 in the forms of AWS and YAML: "T" or a space after the date, optional seconds, a required offset.
_INSTANT = r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?:(:\d{2})(?:[.,]\d+)?)? ?(?:([Zz])|([+-]\d{2})(?::?(\d{2}))?)"


class Difference(NamedTuple):
    """A member that has to be written, because its declared and its actual value are not equivalent."""

    tokens: Path
    """The path of the member, with C([key]) for an element of a list: C(("ModelVariants", "[shadow]", "ModelName"))."""
    actual: Any
    """None: not set."""
    declared: Any

    @property
    def path(self) -> Path:
        """Return the path of the member without the keys of elements."""
        return _path(self.tokens)


def same(resource_type: ResourceType, declared: Any, actual: Any, path: Path = ()) -> bool:
    """Return whether the actual value has all declared values."""
    return next(differences(resource_type, declared, actual, path), None) is None


def differences(resource_type: ResourceType, declared: Any, actual: Any, tokens: Path = ()) -> Iterator[Difference]:
    """Yield the declared members, at every depth, that differ from the actual value. C(tokens) is the path of both."""
    path = _path(tokens)
    rule, key = resource_type.equivalences.get(path), resource_type.list_keys.get(path)
    if rule is not None and actual is not None:
        if not rule(declared, actual):
            yield Difference(tokens, actual, declared)
    elif isinstance(declared, Mapping) and (isinstance(actual, Mapping) or (declared and actual is None)):
        for name, value in declared.items():
            yield from differences(resource_type, value, (actual or {}).get(name), (*tokens, name))
    elif key and _have_key(key, declared) and _have_key(key, actual):
        yield from _element_differences(resource_type, key, declared, actual, tokens)
    elif declared != actual:
        yield Difference(tokens, actual, declared)


def merge(resource_type: ResourceType, declared: Any, actual: Any, path: Path = ()) -> Any:
    """Return the actual value with the declared differences. Equivalent values keep the actual spelling."""
    if same(resource_type, declared, actual, path):
        return actual
    if isinstance(declared, Mapping) and isinstance(actual, Mapping):
        merged = {n: merge(resource_type, value, actual.get(n), (*path, n)) for n, value in declared.items()}
        return {**actual, **merged}
    return declared


def same_set(declared: Any, actual: Any) -> bool:
    """Return whether two lists have the same elements in any order."""
    return set(declared) == set(actual)


def same_instant(declared: Any, actual: Any) -> bool:
    """Return whether two values are the same time, to the second. Other values are compared by C(==)."""
    try:
        return parse_instant(declared) == parse_instant(actual)
    except ValueError:
        return bool(declared == actual)


def same_kms_key(declared: Any, actual: Any) -> bool:
    """Return whether two values name the same KMS key.

    The values are equal, or one is the ARN of a key or alias and the other is the last part of this ARN.
    """
    one, other = sorted((str(declared), str(actual)), key=len)
    return one == other or (other.startswith("arn:") and other.endswith((f":key/{one}", f":{one}")))


def parse_instant(value: Any) -> datetime:
    """Return an ISO 8601 time in UTC, to the second. Raises ValueError with a clause that follows the option's name."""
    match = re.fullmatch(_INSTANT, str(value).strip(), re.ASCII)
    if not match:
        raise ValueError(
            "must be an ISO 8601 time with an offset, like 2026-12-01T09:00:00Z or 2026-12-01T10:00:00+01:00,"
            f" got {format_value(str(value))}"
        )
    date, minutes, seconds, zulu, hours, offset_minutes = match.groups()
    offset = "+00:00" if zulu else f"{hours}:{offset_minutes or '00'}"
    try:
        return datetime.fromisoformat(f"{date}T{minutes}{seconds or ':00'}{offset}").astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"must be a valid time, got {format_value(str(value))} ({error})") from error


def format_instant(value: Any) -> str:
    """Return a time in the form of requests: C(2026-12-01T09:00:00Z). Raises ValueError like parse_instant()."""
    moment = value if isinstance(value, datetime) else parse_instant(value)
    if moment.tzinfo is None:
        raise ValueError(f"must have an offset, got {moment.isoformat()}")
    return moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _path(tokens: Path) -> Path:
    return tuple(token for token in tokens if not token.startswith("["))


def _have_key(key: str, elements: Any) -> bool:
    return isinstance(elements, list) and all(isinstance(e, Mapping) and key in e for e in elements)


def _element_differences(
    resource_type: ResourceType, key: str, declared: list[Any], actual: list[Any], tokens: Path
) -> Iterator[Difference]:
    """Yield the differences of elements with the same key, or one difference if the keys differ or are not unique."""
    wanted, found = [element[key] for element in declared], [element[key] for element in actual]
    if set(wanted) != set(found) or not len(set(wanted)) == len(wanted) == len(found):
        yield Difference((*tokens, "[*]", key), found, wanted)
        return
    by_key = {element[key]: element for element in actual}
    for element in declared:
        yield from differences(resource_type, element, by_key[element[key]], (*tokens, f"[{element[key]}]"))
