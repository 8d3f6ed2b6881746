# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags: their conversion, AWS's limits, and the checks of tags in options and in responses."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from .messages import LONGEST_SHOWN, format_value

# AWS's limits, the same for every resource type: "Tag your AWS resources" in the AWS Tagging User Guide.
MAX_TAGS, MAX_KEY_LENGTH, MAX_VALUE_LENGTH = 50, 128, 256
_RESERVED = "Omit the tag: the module does not change existing tags with this prefix."
_ALLOWED = "Allowed are letters, digits, spaces and _ . : / = + - @"


def tags_to_dict(tags: Any) -> dict[str, str]:
    """Return {key: value} for a list of {"Key": key, "Value": value}; {} for None."""
    return {tag["Key"]: tag.get("Value") or "" for tag in tags or [] if isinstance(tag, Mapping) and "Key" in tag}


def tags_to_property(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return a list of {"Key": key, "Value": value} for {key: value}."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tags_as_strings(tags: Mapping[Any, Any]) -> dict[str, str]:
    """Return tags with numbers and booleans as strings, converted as amazon.aws does."""
    return {str(key): str(value) for key, value in tags.items()}


def is_tag_character(character: str) -> bool:
    """Return whether AWS allows a character in tags: Unicode letters, numbers and separators, and some others."""
    return character in "_.:/=+-@" or unicodedata.category(character)[0] in "LNZ"


def validate_tags(shown: str, tags: Mapping[Any, Any]) -> Iterator[str]:
    """Yield the errors of the tags in an option with the name C(shown)."""
    if len(tags) > MAX_TAGS:
        yield f"{shown} must have at most {MAX_TAGS} tags, got {len(tags)}."
    for key, value in tags.items():
        text = str(key)
        if not 1 <= len(text) <= MAX_KEY_LENGTH:
            yield f"{shown}: the key of a tag must have 1 to {MAX_KEY_LENGTH} characters, got {len(text)}."
        where = f"{shown}[{format_value(text)}]" if len(text) < LONGEST_SHOWN else f"{shown}: the value of a tag"
        if text.lower().startswith("aws:"):
            yield f'{where} must not begin with "aws:", which is reserved for AWS. {_RESERVED}'
        yield from _validate_characters(f"{shown}: the key {format_value(text)}", text)
        if value is None or isinstance(value, (Mapping, list)):
            yield f"{where} must be a string, got {format_value(value)}."
        elif len(str(value)) > MAX_VALUE_LENGTH:
            yield f"{where} must have at most {MAX_VALUE_LENGTH} characters, got {len(str(value))}."
        else:
            yield from _validate_characters(where, str(value))


def validate_number_of_tags(option: str, tags: Mapping[str, str]) -> list[str]:
    """Return the error of all tags of a resource together. Tags of AWS count, because the schema limits the list."""
    if len(tags) <= MAX_TAGS:
        return []
    return [f"{option}: {len(tags)} tags including the existing ones, the maximum is {MAX_TAGS}."]


def is_list_of_tags(tags: Any) -> bool:
    """Return whether a value that was read is a list of {"Key": string, "Value": string or null}."""
    return isinstance(tags, list) and all(
        isinstance(tag, dict) and isinstance(tag.get("Key"), str) and isinstance(tag.get("Value"), (str, type(None)))
        for tag in tags
    )


def _validate_characters(shown: str, text: str) -> Iterator[str]:
    wrong = dict.fromkeys(character for character in text if not is_tag_character(character))
    if wrong:
        yield f"{shown} must not contain {', '.join(map(format_value, wrong))}. {_ALLOWED}."
