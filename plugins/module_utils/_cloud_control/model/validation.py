# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate the values of single options before any call. Each error names the option and what is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .conversion import iter_options
from .messages import got
from .resource_type import Limit, ResourceType
from .tags import validate_tags


def problems(resource_type: ResourceType, options: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the errors of each property's option, by its top-level name; {} if there are none."""
    found: dict[str, list[str]] = {}
    for path, shown, value in iter_options(resource_type.options, options):
        if path == resource_type.tags_option:
            sentences = list(validate_tags(shown, value))
        else:
            sentences = problems_of(shown, value, resource_type.limits.get(path))
            sentences = sentences or _conversion_problems(resource_type, path, shown, value)
        if sentences:
            found.setdefault(path.partition(".")[0], []).extend(sentences)
    return found


def problems_of(shown: str, value: Any, limit: Limit | None = None) -> list[str]:
    """Return the errors of one option."""
    return list(_problems(shown, value, limit or Limit()))


def matches(limit: Limit, value: str) -> bool:
    """Return whether the whole value matches the pattern of a limit."""
    return limit.pattern is None or re.fullmatch(limit.pattern, value, re.ASCII) is not None


def _conversion_problems(resource_type: ResourceType, path: str, shown: str, value: Any) -> list[str]:
    convert = resource_type.values.get(path)
    if convert:
        try:
            convert(value)
        except ValueError as error:
            return [f"{shown} {error}."]
    return []


def _problems(shown: str, value: Any, limit: Limit) -> Iterator[str]:
    if isinstance(value, list):
        yield from _list_problems(shown, value, limit)
    elif value == "":
        yield f"{shown} must not be empty."
    elif isinstance(value, str):
        yield from _string_problems(shown, value, limit)
    elif limit.number and isinstance(value, int) and not limit.number[0] <= value <= limit.number[1]:
        yield f"{shown} must be an integer from {limit.number[0]} to {limit.number[1]}, got {value}."


def _list_problems(shown: str, value: list[Any], limit: Limit) -> Iterator[str]:
    if limit.items and not limit.items[0] <= len(value) <= limit.items[1]:
        low, high = limit.items
        wanted = f"exactly {low}" if low == high else f"{low} to {high}"
        yield f"{shown} must have {wanted} element{'s' if high != 1 else ''}, got {len(value)}."
    for position, element in enumerate(value):
        if isinstance(element, str):
            # Ansible makes a list of a single value, which has no position for the user.
            yield from _problems(f"{shown}[{position}]" if len(value) > 1 else shown, element, limit)


def _string_problems(shown: str, value: str, limit: Limit) -> Iterator[str]:
    if not matches(limit, value):
        yield f"{shown} must {limit.words}, got {got(value)}."
    elif limit.length and not limit.length[0] <= len(value) <= limit.length[1]:
        yield f"{shown} must have {limit.length[0]} to {limit.length[1]} characters, got {len(value)}."
