# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with an option by itself, found before any call: sentences that name the option and the way out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from .properties import given
from .resource_type import Limit, ResourceType

# AWS's own limits of tags, the same for every type that has them.
TAGS, TAG_KEY, TAG_VALUE = 50, 128, 256
_TAG_CHARACTERS = "letters, digits, spaces and _ . : / = + - @"


def problems(resource_type: ResourceType, options: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the problems of each property's option, by its top-level name; {} when there are none."""
    found: dict[str, list[str]] = {}
    tags = resource_type.tags_option
    for path, shown, value in given(resource_type.options, options):
        if path == tags:
            sentences = list(_tag_problems(shown, value))
        else:
            complaints = list(_complaints(value, resource_type.limits.get(path, Limit())))
            complaints = complaints or _conversion_complaints(resource_type, path, value)
            sentences = [f"{shown} {complaint}." for complaint in complaints]
        if sentences:
            found.setdefault(path.partition(".")[0], []).extend(sentences)
    return found


def problems_of(option: str, value: Any, limit: Limit | None = None) -> list[str]:
    """Return the problems of an option that is no property."""
    return [f"{option} {complaint}." for complaint in _complaints(value, limit or Limit())]


def tags_as_text(tags: Mapping[Any, Any]) -> dict[str, str]:
    """Tags as AWS takes them: YAML's numbers and booleans as text, as amazon.aws writes them."""
    return {str(key): str(value) for key, value in tags.items()}


def _conversion_complaints(resource_type: ResourceType, path: str, value: Any) -> list[str]:
    convert = resource_type.values.get(path)
    if convert:
        try:
            convert(value)
        except ValueError as error:
            return [str(error)]
    return []


def _complaints(value: Any, limit: Limit) -> Iterator[str]:
    if isinstance(value, list):
        yield from _list_complaints(value, limit)
    elif value == "":
        yield "is empty. Give it a value, or leave it out if it is not needed"
    elif isinstance(value, str):
        yield from _text_complaints(value, limit)
    elif limit.number and isinstance(value, int) and not limit.number[0] <= value <= limit.number[1]:
        yield f"must be from {limit.number[0]} to {limit.number[1]}, not {value}"


def _list_complaints(value: list[Any], limit: Limit) -> Iterator[str]:
    if limit.items and not limit.items[0] <= len(value) <= limit.items[1]:
        low, high = limit.items
        wanted = f"exactly {low}" if low == high else f"from {low} to {high}"
        yield f"must have {wanted} element{'s' if high != 1 else ''}, not {len(value)}"
    for position, element in enumerate(value):
        if isinstance(element, str):
            item = Limit(length=limit.length, pattern=limit.pattern, words=limit.words)
            yield from (f"element {position} {complaint}" for complaint in _complaints(element, item))


def _text_complaints(value: str, limit: Limit) -> Iterator[str]:
    if limit.pattern and not re.fullmatch(limit.pattern, value, re.ASCII | re.DOTALL):
        yield f"must {limit.words}, which {value!r} does not"
    elif limit.length and not limit.length[0] <= len(value) <= limit.length[1]:
        yield f"must have from {limit.length[0]} to {limit.length[1]} characters, not {len(value)}"


def _tag_problems(shown: str, tags: Mapping[Any, Any]) -> Iterator[str]:
    if len(tags) > TAGS:
        yield f"{shown} must have at most {TAGS} tags, not {len(tags)}."
    for key, value in tags.items():
        text = str(key)
        if text.lower().startswith("aws:"):
            yield f"{shown}: {text!r} begins with 'aws:', which is reserved. Leave it out: such tags are never touched."
        if not 1 <= len(text) <= TAG_KEY or not _plain(text):
            yield f"{shown}: the key {text!r} must have from 1 to {TAG_KEY} characters: {_TAG_CHARACTERS}."
        if value is None:
            yield f"{shown}: the value of {text!r} is null. Give it a text; '' is one too."
        elif isinstance(value, (Mapping, list)):
            yield f"{shown}: the value of {text!r} must be a text, not a {type(value).__name__}."
        elif len(str(value)) > TAG_VALUE or not _plain(str(value)):
            yield f"{shown}: the value of {text!r} must have at most {TAG_VALUE} characters: {_TAG_CHARACTERS}."


def _plain(text: str) -> bool:
    """AWS's tag characters: Unicode letters, numbers and separators, and a few signs."""
    return all(character in "_.:/=+-@" or unicodedata.category(character)[0] in "LNZ" for character in text)
