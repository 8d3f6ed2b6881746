# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of values in messages."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.messages import format_value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("é \u200b\n", '"é \\u200b\\n"', id="string with invisible characters"),
        pytest.param({"a": [1.5, None, True]}, '{"a": [1.5, null, true]}', id="dictionary"),
        pytest.param("x" * 198, f'"{"x" * 198}"', id="200 characters"),
        pytest.param("x" * 199, "a string of 199 characters", id="long string"),
        pytest.param(["x" * 199], "a list of length 1", id="long list"),
        pytest.param({"a": "x" * 199}, "a dictionary of length 1", id="long dictionary"),
        pytest.param(10**200, "a number of 201 characters", id="long number"),
    ],
)
def test_format_value_returns_value_as_json_or_its_length(value: Any, shown: str) -> None:
    assert format_value(value) == shown
