# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS::SSM::Parameter: names with slashes, tags in a map, four write-only properties, only the name create-only."""

from __future__ import annotations

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Limit,
    ResourceType,
)

PARAMETER = ResourceType(
    type_name="AWS::SSM::Parameter",
    noun="parameter",
    result_name="parameter",
    identifier="name",
    options={
        "name": {"type": "str", "required": True},
        "type": {"type": "str", "choices": ["String", "StringList"]},
        "value": {"type": "str"},
        "data_type": {"type": "str", "choices": ["text", "aws:ec2:image"]},
        "description": {"type": "str"},
        "tier": {"type": "str", "choices": ["Standard", "Advanced", "Intelligent-Tiering"]},
        "allowed_pattern": {"type": "str"},
        "policies": {"type": "str"},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
    },
    read_only={"arn": {"type": "str"}},
    limits={"name": Limit(length=(1, 2048))},
    tags="Tags",
    tags_are_map=True,
    create_only=frozenset({"Name"}),
    write_only=frozenset({"Description", "Tier", "AllowedPattern", "Policies"}),
    required_to_create=("Type", "Value"),
)
