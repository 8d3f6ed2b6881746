# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw docs/images/lifecycle.svg from the type's table of statuses: `python -m tools.generated_docs`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import option_name
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    STATUSES,
)
from tests.support.environment import ROOT
from tests.support.stateful.transitions import TRANSITIONS

PICTURE = ROOT / "docs" / "images" / "lifecycle.svg"

WIDTH, HEIGHT = 580, 684
LINE = 15


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

_STYLE = """\
  .page { fill: #ffffff; stroke: #c9ced6 }
  text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2430 }
  .name { font-weight: 600; text-anchor: middle }
  .note { font-size: 12px; fill: #4a5261 }
  .stable { fill: #dcebfb; stroke: #2b6cb0 }
  .transit { fill: #ffffff; stroke: #8a93a3; stroke-dasharray: 4 3 }
  .ended { fill: #e7e9ee; stroke: #5b6472 }
  .way { stroke: #5b6472; fill: none; stroke-width: 1.4 }
  .tip { fill: #5b6472 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #1b1e24; stroke: #3a404b }
    text { fill: #e8eaee }
    .note { fill: #b4bac5 }
    .stable { fill: #1d3a57; stroke: #6aa9e9 }
    .transit { fill: #1b1e24; stroke: #8a93a3 }
    .ended { fill: #333842; stroke: #a0a8b5 }
    .way { stroke: #a0a8b5 }
    .tip { fill: #a0a8b5 }
  }"""


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
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img">',
        "<!-- Written by `python -m tools.generated_docs`. -->",
        "<title>The statuses of a shadow test</title>",
        f"<style>\n{_STYLE}\n</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">',
        '<path class="tip" d="M0 0 L10 5 L0 10 z"/></marker></defs>',
        f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>',
        *(f'<path class="way" marker-end="url(#tip)" d="{ARROWS[found].path}"/>' for found in transitions()),
        *(part for name in STATUSES for part in _box(name)),
        *(part for arrow in ARROWS.values() for part in _lines(arrow.x, arrow.y, arrow.label)),
        *(part for number in range(len(LEGEND)) for part in _legend(number)),
        "</svg>",
        "",
    ]
    return "\n".join(lines)


def _box(name: str) -> list[str]:
    x, y, wide, tall = BOXES[name]
    rules = STATUSES[name]
    kind = "transit" if rules.transitional else "stable" if rules.transitions else "ended"
    middle = x + wide // 2
    lines = [
        f'<rect class="{kind}" x="{x}" y="{y}" width="{wide}" height="{tall}" rx="6"/>',
        f'<text class="name" x="{middle}" y="{y + 21}">{name}</text>',
    ]
    options = [] if rules.transitional else changeable(name)
    return lines + _lines(x + 14, y + 21 + LINE + 2, options)


def _legend(number: int) -> list[str]:
    kind, meaning = LEGEND[number]
    y = BOXES["Completed"].y + BOXES["Completed"].tall + 18 + 22 * number
    box = [f'<rect class="{kind}" x="25" y="{y}" width="26" height="15" rx="3"/>'] if kind else []
    return box + _lines(62 if kind else 25, y + 12, [meaning])


def _lines(x: int, y: int, words: Sequence[str]) -> list[str]:
    return [f'<text class="note" x="{x}" y="{y + number * LINE}">{line}</text>' for number, line in enumerate(words)]
