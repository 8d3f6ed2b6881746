"""The experiment and the task of a cell of the grid, and the outcome of a result in the terms of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.emulator.controls import Controls
from tests.support.environment import REGION
from tests.support.stateful.transitions import NEEDED, REASONS, Cell


def options_of(cell: Cell, name: str, start: datetime) -> dict[str, Any]:
    """Return the options of a cell's task, with absolute times and an endpoint of its own."""
    options = {**(NEEDED if cell.recreate else {}), **cell.declaration.options, "name": name}
    if cell.recreate:
        options["recreate"] = True
    if "endpoint_name" in options:
        options["endpoint_name"] += f"-{name}"
    return with_times(options, start)


def with_times(options: Mapping[str, Any], start: datetime) -> dict[str, Any]:
    """Return the options with the hours of schedule, such as "+24h", counted from start."""
    if "schedule" not in options:
        return dict(options)
    hours = {key: timedelta(hours=int(ahead.strip("+h"))) for key, ahead in options["schedule"].items()}
    return {**options, "schedule": {key: (start + ahead).isoformat() for key, ahead in hours.items()}}


def put_needed(controls: Controls, name: str, status: str, **more: Any) -> None:
    """Create an experiment with the values of NEEDED. The status absent creates none."""
    if status != "absent":
        properties = {"Name": name, "EndpointName": NEEDED["endpoint_name"], "RoleArn": NEEDED["role_arn"]}
        controls.put_experiment(REGION, properties, status=status, **{"tags": {"team": "shop"}, **more})


def put_found(cell: Cell, name: str, start: datetime, controls: Controls) -> None:
    """Create the experiment of a cell, with the values of NEEDED, a description, a storage and a schedule."""
    if cell.status == "absent":
        return
    starts = start + timedelta(hours=24 if cell.stable_status == "Created" else -2)
    properties = {
        "Name": name,
        "Type": "ShadowMode",
        "RoleArn": NEEDED["role_arn"],
        "EndpointName": f"{NEEDED['endpoint_name']}-{name}",
        "ModelVariants": _pascal(NEEDED["model_variants"]),
        "ShadowModeConfig": _pascal(NEEDED["shadow_mode_config"]),
        "Schedule": {"StartTime": starts.isoformat(), "EndTime": (start + timedelta(hours=72)).isoformat()},
        "Description": "a description",
        "DataStorageConfig": {"Destination": "s3://bucket/captured"},
    }
    transitional: dict[str, Any] = (
        {"time_left": 0.6, "then": cell.stable_status} if cell.status != cell.stable_status else {}
    )
    controls.put_experiment(REGION, properties, status=cell.status, tags={"team": "shop"}, **transitional)


def _pascal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {"".join(map(str.capitalize, name.split("_"))): _pascal(member) for name, member in value.items()}
    return [_pascal(element) for element in value] if isinstance(value, list) else value


def outcome(result: Mapping[str, Any]) -> str:
    """Return the outcome of a result in the terms of the grid."""
    if result.get("failed"):
        return f"no: {next((name for name, words in REASONS.items() if words in result['msg']), result['msg'])}"
    return ", ".join(map(_word, result["operations"])) or "-"


def _word(operation: Mapping[str, Any]) -> str:
    for step in operation.get("patch_document", []):
        if step["path"] == "/DesiredState" and step["op"] == "add":
            return "start" if step["value"] == "Running" else "stop"
    return str(operation["operation"])
