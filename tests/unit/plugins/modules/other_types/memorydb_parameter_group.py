"""The resource type AWS::MemoryDB::ParameterGroup: all that the engine needs for a type without statuses.

In plugins/module_utils/_resource_types, the file would be the same with relative imports.
"""

from __future__ import annotations

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Limit,
    ResourceType,
)

PARAMETER_GROUP = ResourceType(
    type_name="AWS::MemoryDB::ParameterGroup",
    noun="parameter group",
    result_name="parameter_group",
    identifier="parameter_group_name",
    options={
        "parameter_group_name": {"type": "str", "required": True},
        "family": {"type": "str"},
        "description": {"type": "str"},
        "parameters": {"type": "dict"},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
    },
    read_only={},
    limits={
        "parameter_group_name": Limit(
            pattern=r"[a-z](-?[a-z0-9])*", words="consist of small letters and digits, with single hyphens between them"
        ),
        "description": Limit(length=(1, 1024)),
    },
    tags="Tags",
    create_only=frozenset({"ParameterGroupName", "Family", "Description"}),
    write_only=frozenset({"Parameters"}),
    required_to_create=("Family",),
)
