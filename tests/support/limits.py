"""Limits of options that are stricter than those of AWS, and strings to compare patterns with."""

from __future__ import annotations

import itertools
from typing import Any

_NOT_EMPTY = "an empty value has no effect in one call and removes the value in another, so it is rejected"
# (option path, limit) -> limit of the type, limit of botocore and of the schema, reason for the difference.
STRICTER: dict[tuple[str, str], tuple[Any, Any, str]] = {
    **{
        (path, "length"): ((1, longest), (0, longest), _NOT_EMPTY)
        for path, longest in {
            "endpoint_name": 63,
            "kms_key": 2048,
            "model_variants.model_name": 63,
            "model_variants.variant_name": 63,
            "shadow_mode_config.source_model_variant_name": 63,
            "shadow_mode_config.shadow_model_variants.shadow_model_variant_name": 63,
            "data_storage_config.destination": 512,
            "data_storage_config.kms_key": 2048,
        }.items()
    },
    ("model_variants", "items"): ((2, 2), (1, 2), "a shadow test needs a production and a shadow variant"),
}

# The shortest strings of characters that a pattern treats differently, after each prefix.
_CHARACTERS = "aZ9-_.,:;/+=@ \\\"'%?*#é中\u00a0\u0661\t\n\r\v\f\x85\u2028\u2029\0"
_PREFIXES = (
    "",
    "a",
    "s3://",
    "https://",
    "http://",
    "s3:/",
    "s3://b",
    "text/",
    "a/b",
    "arn:aws:iam::123456789012:role/",
)
SAMPLES = [
    *(
        prefix + "".join(characters)
        for prefix in _PREFIXES
        for length in range(3)
        for characters in itertools.product(_CHARACTERS, repeat=length)
    ),
    "One line.\nAnother line.",
    "One line.\n",
    "arn:aws-cn:iam::123456789012:role/path/name",
    "arn:aws:iam::123456789012:rolename",
    "arn:aws:iam::12345678901\u0662:role/name",
    "arn:aws:iam::123456789012:user/name",
    "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    "alias/my-key",
    "application/vnd.example+json",
]
