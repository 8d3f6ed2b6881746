# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cell of the grid is made of: the task, the experiment that it finds, and its result in the grid's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.emulator.controls import Controls
from tests.support.environment import REGION
from tests.support.stateful.transitions import NEEDED, REASONS, Cell


def iter_options(cell: Cell, name: str, began: datetime) -> dict[str, Any]:
    """The task of a cell, times made absolute; an endpoint of its own, since one serves a single experiment."""
    task = {**(NEEDED if cell.recreate else {}), **cell.declaration.gives, "name": name}
    if cell.recreate:
        task["recreate"] = True
    if "endpoint_name" in task:
        task["endpoint_name"] += f"-{name}"
    if "schedule" in task:
        hours = {key: int(ahead.strip("+h")) for key, ahead in task["schedule"].items()}
        task["schedule"] = {key: (began + timedelta(hours=ahead)).isoformat() for key, ahead in hours.items()}
    return task


def put(cell: Cell, name: str, began: datetime, emulator: Controls) -> None:
    """Make the experiment as the cell's task finds it: all of NEEDED, and something of what may be left out."""
    if cell.status == "absent":
        return
    start = began + timedelta(hours=24 if cell.stable_statuses == "Created" else -2)
    properties = {
        "Name": name,
        "Type": "ShadowMode",
        "RoleArn": NEEDED["role_arn"],
        "EndpointName": f"{NEEDED['endpoint_name']}-{name}",
        "ModelVariants": _pascal(NEEDED["model_variants"]),
        "ShadowModeConfig": _pascal(NEEDED["shadow_mode_config"]),
        "Schedule": {"StartTime": start.isoformat(), "EndTime": (began + timedelta(hours=72)).isoformat()},
        "Description": "a text",
        "DataStorageConfig": {"Destination": "s3://bucket/captured"},
    }
    moves = cell.status != cell.stable_statuses
    emulator.put_experiment(
        REGION,
        properties,
        status=cell.status,
        tags={"team": "shop"},
        time_left=0.6 if moves else None,
        then=cell.stable_statuses if moves else None,
    )


def _pascal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {"".join(map(str.capitalize, name.split("_"))): _pascal(member) for name, member in value.items()}
    return [_pascal(element) for element in value] if isinstance(value, list) else value


def outcome(result: Mapping[str, Any]) -> str:
    """What a run did, in the words of the grid."""
    if result.get("failed"):
        return f"no: {next((name for name, words in REASONS.items() if words in result['msg']), result['msg'])}"
    return ", ".join(map(_word, result["operations"])) or "-"


def _word(operation: Mapping[str, Any]) -> str:
    for step in operation.get("patch_document", []):
        if step["path"] == "/DesiredState" and step["op"] == "add":
            return "start" if step["value"] == "Running" else "stop"
    return str(operation["operation"])
