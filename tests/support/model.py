# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of the engine that most tests use, and the resource type, under a short path."""

from __future__ import annotations

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Declaration,
    Properties,
    Resource,
    ResourceType,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)

__all__ = ["INFERENCE_EXPERIMENT", "Declaration", "Properties", "Resource", "ResourceType"]
