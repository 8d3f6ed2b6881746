# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How messages show values."""

from __future__ import annotations

import json
from typing import Any

LONGEST_SHOWN = 200
# The type of an option in Ansible -> the words for it in messages.
TYPE_NAMES = {
    "str": "a string",
    "path": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "a boolean",
    "list": "a list",
    "dict": "a dictionary",
}


def format_value(value: Any) -> str:
    """Return a value as JSON, or its type and length if that has more than 200 characters."""
    text = json.dumps(value, ensure_ascii=False)
    text = "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text)
    if len(text) <= LONGEST_SHOWN:
        return text
    if isinstance(value, str):
        return f"a string of {len(value)} characters"
    if isinstance(value, (list, dict)):
        return f"a {'list' if isinstance(value, list) else 'dictionary'} of length {len(value)}"
    return f"a number of {len(text)} characters"
