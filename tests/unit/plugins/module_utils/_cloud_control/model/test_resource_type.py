# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a resource type, and the names of options and properties."""

from __future__ import annotations

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    option_name,
    property_name,
)


@pytest.mark.parametrize(
    ("option", "name"),
    [
        pytest.param("name", "Name", id="one word"),
        pytest.param("shadow_model_variants", "ShadowModelVariants", id="several words"),
        pytest.param("kms_key", "KmsKey", id="abbreviation"),
        pytest.param("s3_uri", "S3Uri", id="digit at the end of a word"),
    ],
)
def test_names_of_option_and_property_are_converted_to_each_other(option: str, name: str) -> None:
    assert property_name(option) == name
    assert option_name(name) == option
