"""Draw docs/images/lifecycle.svg from the type's table of statuses: `python -m tools.generated_docs`."""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import option_name
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    STATUSES,
)
from tests.support.environment import ROOT
from tests.support.stateful.transitions import TRANSITIONS
from tools.generated_docs import render

PICTURE = ROOT / "docs" / "images" / "lifecycle.svg"


class Box(NamedTuple):
    """The position of a status: the upper left corner and the size."""

    x: int
    y: int
    wide: int
    tall: int


BOXES = {
    "Creating": Box(25, 44, 110, 32),
    "Created": Box(315, 30, 200, 125),
    "Updating": Box(25, 189, 110, 32),
    "Starting": Box(360, 200, 110, 32),
    "Running": Box(315, 300, 200, 98),
    "Stopping": Box(25, 438, 110, 32),
    "Completed": Box(25, 528, 160, 46),
    "Cancelled": Box(315, 528, 160, 46),
}


class Arrow(NamedTuple):
    """The path of a transition, the position of its label, and the lines of the label."""

    path: str
    x: int
    y: int
    label: tuple[str, ...]


ARROWS = {
    ("", "Creating"): Arrow("M80 12 V44", 90, 30, ("state: present",)),
    ("Creating", "Created"): Arrow("M135 60 H315", 143, 53, ("start_time in the future",)),
    ("Creating", "Running"): Arrow("M25 60 H12 V380 H315", 22, 373, ("start_time omitted or in the past",)),
    ("Created", "Updating"): Arrow("M315 146 L135 212", 245, 190, ("change",)),
    ("Updating", "Created"): Arrow("M135 194 L315 128", 150, 150, ("change applied",)),
    ("Created", "Starting"): Arrow("M415 155 V200", 423, 175, ("start_time, or", "desired_state: Running")),
    ("Starting", "Running"): Arrow("M415 232 V300", 423, 270, ("start applied",)),
    ("Running", "Updating"): Arrow("M315 344 L80 221", 95, 285, ("change",)),
    ("Updating", "Running"): Arrow("M120 221 L315 318", 222, 262, ("change applied",)),
    ("Running", "Stopping"): Arrow(
        "M415 398 V454 H135", 145, 432, ("end_time, or desired_state:", "Completed or Cancelled")
    ),
    ("Stopping", "Completed"): Arrow("M60 470 V528", 68, 508, ("end_time, or", "desired_state: Completed")),
    ("Stopping", "Cancelled"): Arrow("M110 470 V490 H395 V528", 237, 484, ("desired_state: Cancelled",)),
}
# The legend below the picture: the class of a box, and its meaning.
LEGEND = (
    ("transit", "transitional status: the module polls until it has passed"),
    ("stable", "stable status: the options in the box can be changed"),
    ("ended", "terminal status: recreate: true deletes the record and creates a new experiment"),
    ("", "state: absent deletes the experiment in each status, after a stop if it is Running"),
)
# The transitional status that a task requests with desired_state.
REQUESTED = {"Running": "Starting", "Completed": "Stopping", "Cancelled": "Stopping"}


def transitions() -> list[tuple[str, str]]:
    """Return each transition from status to status in the table of the type."""
    found = [("", "Creating"), *TRANSITIONS]
    for name, status in STATUSES.items():
        if status.updatable - {"Tags"}:
            found.append((name, "Updating"))
        found += dict.fromkeys((name, REQUESTED[intent]) for intent in status.transitions)
    return found


def changeable(status: str) -> list[str]:
    """Return the options that can be changed in a status, with the member if only one member can be changed."""
    rules = STATUSES[status]
    found = []
    for name in sorted(rules.updatable):
        option = option_name(name)
        members = rules.write_only.get(name, ())
        spec = INFERENCE_EXPERIMENT.options[option].get("options") or {}
        found.append(f"{option}.end_time" if 0 < len(members) < len(spec) else option)
    return found


def picture() -> str:
    """Return the picture."""
    kinds = {
        name: "transit" if rules.transitional else "stable" if rules.transitions else "ended"
        for name, rules in STATUSES.items()
    }
    return render(
        "diagram.svg.j2",
        transitions=transitions(),
        arrows=ARROWS,
        boxes={name: BOXES[name] for name in STATUSES},
        kinds=kinds,
        options={name: changeable(name) if kind != "transit" else [] for name, kind in kinds.items()},
        legend=LEGEND,
    )
