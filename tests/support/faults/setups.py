"""The tasks of the fault matrix. Together they make each call of the modules."""

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
OTHER_NAME = "another"
TAGS = {"team": "shop"}
MANAGE, INFO = "inference_experiment", "inference_experiment_info"


@dataclass(frozen=True)
class Scenario:
    """A task, and the status of the experiment at its start; None if the experiment does not exist."""

    found: str | None
    options: Mapping[str, Any]
    arrange: Callable[[Controls], None] = lambda _emulator: None
    module: str = MANAGE
    check: bool = False

    @property
    def waits(self) -> bool:
        """Return whether the task has a wait_timeout."""
        return self.module == MANAGE or "wait_for" in self.options

    def task(self, name: str = NAME) -> dict[str, Any]:
        """Return the options, with an endpoint for this experiment."""
        options = {**self.options, **({"name": name} if self.module == MANAGE else {})}
        return {**options, **({"endpoint_name": _endpoint(name)} if "endpoint_name" in options else {})}

    def prepare(self, emulator: Controls, name: str = NAME) -> None:
        """Create the experiment in an emulator that does not have it."""
        if self.found:
            properties = {"Name": name, "EndpointName": _endpoint(name), "RoleArn": NEEDED["role_arn"]}
            time_left = 0.2 if self.found in ("Updating", "Stopping") else None
            emulator.put_experiment(REGION, properties, status=self.found, tags=TAGS, time_left=time_left)
        self.arrange(emulator)


def _endpoint(name: str) -> str:
    return f"{NEEDED['endpoint_name']}-{name}"


def _submit_concurrent_update(emulator: Controls) -> None:
    """Let another caller submit a long update before the update of the task."""
    patch = json.dumps(
        [{"op": "add", "path": "/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage", "value": 77}]
    )

    def submit() -> None:
        client = emulator.client("cloudcontrol", REGION)
        client.update_resource(TypeName=TYPE_NAME, Identifier=NAME, PatchDocument=patch)

    emulator.settings.update({"operation_seconds": 4.0})
    emulator.on_call("UpdateResource", submit)


def _fail_first_update(emulator: Controls) -> None:
    emulator.fault("UpdateResource", "failed", code="ServiceInternalError")


def _list_two_pages(emulator: Controls) -> None:
    emulator.settings.update({"list_page_size": 1})
    emulator.put_experiment(REGION, {"Name": OTHER_NAME}, status="Running")


_WAIT_FOR = {"names": [NAME], "wait_for": ["Completed"], "include_write_only": True}
_CHANGE = {"description": "ours"}
_LATER = (DEFAULT_START + timedelta(days=5)).isoformat()

SCENARIOS: Mapping[str, Scenario] = {
    "create": Scenario(None, {**NEEDED, "tags": TAGS}),
    "change": Scenario("Created", {**_CHANGE, "shadow_mode_config": shadowing(33)}),
    "no wait": Scenario("Created", {**_CHANGE, "wait": False}),
    "check": Scenario("Created", _CHANGE, check=True),
    "unchanged": Scenario("Running", {"tags": TAGS}),
    "start": Scenario("Created", {"desired_state": "Running"}),
    "stop": Scenario("Running", {"desired_state": "Completed", "on_stop": "promote_shadow"}),
    "delete": Scenario("Created", {"state": "absent"}),
    "recreate": Scenario("Created", {**NEEDED, "role_arn": f"{ROLE}others", "recreate": True}),
    "reschedule": Scenario("Created", {"schedule": {"end_time": _LATER}}),
    "transit": Scenario("Updating", _CHANGE),
    "other": Scenario("Created", _CHANGE, _submit_concurrent_update),
    "pause_after_failure": Scenario("Created", _CHANGE, _fail_first_update),
    "info": Scenario("Running", {"name_contains": NAME, "include_write_only": True}, _list_two_pages, module=INFO),
    "info by name": Scenario("Running", {"names": [NAME]}, module=INFO),
    "info endpoint": Scenario("Running", {"names": [NAME], "include_endpoint": True}, module=INFO),
    "info reached": Scenario("Completed", _WAIT_FOR, module=INFO),
    "info wait_for": Scenario("Stopping", _WAIT_FOR, module=INFO),
}
