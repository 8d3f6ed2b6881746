"""The record of a resource type, and the names of options and properties."""

from __future__ import annotations

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import resource_type
from tests.support.cases import cases


@cases(
    ("one word", "name", "Name"),
    ("several words", "shadow_model_variants", "ShadowModelVariants"),
    ("abbreviation", "kms_key", "KmsKey"),
    ("digit at the end of a word", "s3_uri", "S3Uri"),
)
def test_names_of_option_and_property_are_converted_to_each_other(option: str, name: str) -> None:
    assert resource_type.property_name(option) == name
    assert resource_type.option_name(name) == option
