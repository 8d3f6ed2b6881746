# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks in whose course the faults befall calls: small ones, which between them make every call there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.emulator.clock import DEFAULT_START
from tests.emulator.controls import Controls
from tests.emulator.schema import TYPE_NAME
from tests.support.environment import REGION
from tests.support.stateful.transitions import NEEDED, ROLE, shadowing

NAME = "shadowed"
OTHERS = "another"

FOUND_TAGS = {"team": "shop"}

MANAGE, INFORM = "inference_experiment", "inference_experiment_info"


def _nothing(_emulator: Controls) -> None:
    """Leave the experiment as it was found."""


@dataclass(frozen=True)
class Scene:
    """A task, and the experiment that it finds; None: there is none."""

    found: str | None
    gives: Mapping[str, Any]
    arrange: Callable[[Controls], None] = _nothing
    module: str = MANAGE
    check: bool = False

    def task(self, name: str = NAME) -> dict[str, Any]:
        """The options; every experiment has an endpoint of its own, since one serves no second."""
        given = {**self.gives, **({"name": name} if self.module == MANAGE else {})}
        return {**given, **({"endpoint_name": _endpoint(name)} if "endpoint_name" in given else {})}

    def prepare(self, emulator: Controls, name: str = NAME) -> None:
        """Let be what the task finds, in an emulator in which it is not yet."""
        if self.found:
            properties = {"Name": name, "EndpointName": _endpoint(name), "RoleArn": NEEDED["role_arn"]}
            time_left = 0.2 if self.found == "Updating" else None
            emulator.put_experiment(REGION, properties, status=self.found, tags=FOUND_TAGS, time_left=time_left)
        self.arrange(emulator)


def _endpoint(name: str) -> str:
    return f"{NEEDED['endpoint_name']}-{name}"


def _somebody_is_at_work(emulator: Controls) -> None:
    """Another operation begins just before ours, and takes its time."""
    patch = json.dumps(
        [{"op": "add", "path": "/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage", "value": 77}]
    )

    def begin() -> None:
        client = emulator.client("cloudcontrol", REGION)
        client.update_resource(TypeName=TYPE_NAME, Identifier=NAME, PatchDocument=patch)

    emulator.settings.update({"operation_seconds": 4.0})
    emulator.on_call("UpdateResource", begin)


def _the_first_try_fails(emulator: Controls) -> None:
    emulator.fault("UpdateResource", "failed", code="ServiceInternalError")


def _there_are_two(emulator: Controls) -> None:
    """A page for each; only the one that the name leads to is read."""
    emulator.settings.update({"list_page_size": 1})
    emulator.put_experiment(REGION, {"Name": OTHERS}, status="Running")


_CHANGE = {"description": "ours"}
_LATER = (DEFAULT_START + timedelta(days=5)).isoformat()

SCENES: Mapping[str, Scene] = {
    "create": Scene(None, {**NEEDED, "tags": {"team": "shop"}}),
    "change": Scene("Created", {**_CHANGE, "shadow_mode_config": shadowing(33)}),
    "no wait": Scene("Created", {**_CHANGE, "wait": False}),
    "check": Scene("Created", _CHANGE, check=True),
    "unchanged": Scene("Running", {"tags": {"team": "shop"}}),
    "start": Scene("Created", {"desired_state": "Running"}),
    "stop": Scene("Running", {"desired_state": "Completed", "on_stop": "promote_shadow"}),
    "delete": Scene("Created", {"state": "absent"}),
    "recreate": Scene("Created", {**NEEDED, "role_arn": f"{ROLE}others", "recreate": True}),
    "reschedule": Scene("Created", {"schedule": {"end_time": _LATER}}),
    "transit": Scene("Updating", _CHANGE),
    "other": Scene("Created", _CHANGE, _somebody_is_at_work),
    "pause_after_failure": Scene("Created", _CHANGE, _the_first_try_fails),
    "info": Scene("Running", {"name_contains": NAME, "include_write_only": True}, _there_are_two, module=INFORM),
    "info by name": Scene("Running", {"names": [NAME]}, module=INFORM),
}
