"""The form of values in messages."""

from __future__ import annotations

from typing import Any

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.messages import format_value
from tests.support.cases import cases


@cases(
    ("string with invisible characters", "é \u200b\n", '"é \\u200b\\n"'),
    ("dictionary", {"a": [1.5, None, True]}, '{"a": [1.5, null, true]}'),
    ("200 characters", "x" * 198, f'"{"x" * 198}"'),
    ("long string", "x" * 199, "a string of 199 characters"),
    ("long list", ["x" * 199], "a list of length 1"),
    ("long dictionary", {"a": "x" * 199}, "a dictionary of length 1"),
    ("long number", 10**200, "a number of 201 characters"),
)
def test_format_value_returns_value_as_json_or_its_length(value: Any, shown: str) -> None:
    assert format_value(value) == shown
