"""The records of the engine that most tests use, the resource type under a short path, and a small resource type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Declaration,
    Properties,
    Resource,
    ResourceType,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)

__all__ = [
    "EACH_TYPE",
    "INFERENCE_EXPERIMENT",
    "PART",
    "Declaration",
    "Properties",
    "Resource",
    "ResourceType",
    "thing",
]

# The options of a resource type at every depth, with each type of a value.
PART = {"code": {"type": "str", "required": True}, "count": {"type": "int"}, "free": {"type": "raw"}}
EACH_TYPE: Mapping[str, dict[str, Any]] = {
    "share": {"type": "float"},
    "hot": {"type": "bool"},
    "anything": {"type": "list"},
    "map": {"type": "dict"},
    "kinds": {"type": "list", "elements": "str"},
    "parts": {"type": "list", "elements": "dict", "options": PART},
    "part": {"type": "dict", "options": {**PART, "inner": {"type": "dict", "options": PART}}},
}


def thing(options: Mapping[str, dict[str, Any]], *, read_only: Any = None, **fields: Any) -> ResourceType:
    """Return a resource type with the identifier name, tags, and these options."""
    return ResourceType(
        *("Test::Test::Thing", "thing", "thing", "name"),
        options={"name": {"type": "str"}, **options, "tags": {"type": "dict"}},
        read_only=read_only or {},
        tags="Tags",
        **fields,
    )
