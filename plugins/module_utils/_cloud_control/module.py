# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of every resource type share: clients, and how to tell what was found.

With manage.py and inform.py, of which a module carries the one that it needs, all that knows AnsibleAWSModule.
"""

from __future__ import annotations

import copy
import gc
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

try:
    from botocore.config import Config as BotoConfig
except ImportError:  # AnsibleAWSModule says so, and how to install it, before anything here needs it.
    pass

from .client import CloudControl
from .clock import Clock, Deadline
from .errors import CallFailed
from .properties import to_options
from .resource_type import ResourceType, Snapshot

# The tests put one in its place whose sleep takes no time.
CLOCK = Clock()

ROLE = {"cloud_control_role_arn": {"type": "str"}}


def begin(spec: dict[str, Any]) -> AnsibleAWSModule:
    # What has been loaded stays until the task ends. Looking through it for garbage would take 3 % of the task's time.
    gc.freeze()
    # A copy, since Ansible writes into a spec.
    return AnsibleAWSModule(argument_spec=copy.deepcopy(spec), supports_check_mode=True)


def budget(seconds: float, *, name: str = "wait_timeout") -> Deadline:
    return Deadline(CLOCK, seconds, name=name)


def connect(module: AnsibleAWSModule, resource_type: ResourceType, deadline: Deadline, **config: Any) -> CloudControl:
    """The calls, as the connection options of the task say. The user's aws_config goes before C(config)."""

    def make_client(service: str) -> Any:
        if not module.region:
            message = "It is not known which region to ask."
            raise CallFailed(message, code="NoRegion", operation=None, hint="Give region, or set AWS_REGION.")
        return module.client(service, config=BotoConfig(**config))

    role_arn = module.params["cloud_control_role_arn"]
    return CloudControl(resource_type.type_name, make_client=make_client, deadline=deadline, role_arn=role_arn)


def describe(resource_type: ResourceType, seen: Snapshot | None, region: str | None) -> dict[str, Any]:
    """Return a resource as both modules return it; {} where there is none."""
    if seen is None:
        return {}
    return {**to_options(resource_type, {**seen.properties, **(seen.write_only or {})}), "region": region}
