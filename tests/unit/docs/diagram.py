# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw docs/images/life.svg from the type's table of statuses: `python -m tests.unit.docs`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    STATUSES,
)
from tests.environment import ROOT
from tests.unit.lifecycle.grid import TRANSITS

PICTURE = ROOT / "docs" / "images" / "life.svg"

WIDTH, HEIGHT = 420, 664
LINE = 15


class Box(NamedTuple):
    """Where a status is drawn: its left upper corner and its size."""

    x: int
    y: int
    wide: int
    tall: int


BOXES = {
    "Creating": Box(25, 44, 110, 32),
    "Created": Box(205, 30, 200, 125),
    "Updating": Box(25, 189, 110, 32),
    "Starting": Box(275, 209, 110, 32),
    "Running": Box(205, 290, 200, 98),
    "Stopping": Box(25, 419, 110, 32),
    "Completed": Box(25, 500, 160, 46),
    "Cancelled": Box(235, 500, 160, 46),
}
# How each way from status to status is drawn.
ROUTES = {
    ("", "Creating"): "M80 12 V44",
    ("Creating", "Created"): "M135 60 H205",
    ("Creating", "Running"): "M25 60 H12 V268 H235 V290",
    ("Created", "Updating"): "M205 140 L115 189",
    ("Updating", "Created"): "M115 189 L205 140",
    ("Created", "Starting"): "M330 155 V209",
    ("Starting", "Running"): "M330 241 V290",
    ("Running", "Updating"): "M205 306 L115 221",
    ("Updating", "Running"): "M115 221 L205 306",
    ("Running", "Stopping"): "M250 388 V435 H135",
    ("Stopping", "Completed"): "M60 451 V500",
    ("Stopping", "Cancelled"): "M110 451 V475 H315 V500",
}
# Words beside ways, where they begin and, one below the other, what they say.
WORDS = (
    (90, 28, ("state: present",)),
    (22, 238, ("any other", "change")),
    (185, 178, ("desired_state: Running,", "or its start_time")),
    (260, 410, ("desired_state: Completed", "or Cancelled,", "or its end_time")),
)
# What the boxes mean, below the picture: how one is drawn, and what it says.
LEGEND = (
    ("transit", "in transit: a task waits until it has passed"),
    ("settled", "what stands in it can be changed"),
    ("ended", "over: recreate: true deletes it and creates a new one"),
    ("", "state: absent deletes it, and stops it before if it runs"),
)
# The status in transit that a task asks for with desired_state.
ASKED = {"Running": "Starting", "Completed": "Stopping", "Cancelled": "Stopping"}

_STYLE = """\
  .page { fill: #ffffff; stroke: #c9ced6 }
  text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2430 }
  .name { font-weight: 600; text-anchor: middle }
  .note { font-size: 12px; fill: #4a5261 }
  .settled { fill: #dcebfb; stroke: #2b6cb0 }
  .transit { fill: #ffffff; stroke: #8a93a3; stroke-dasharray: 4 3 }
  .ended { fill: #e7e9ee; stroke: #5b6472 }
  .way { stroke: #5b6472; fill: none; stroke-width: 1.4 }
  .tip { fill: #5b6472 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #1b1e24; stroke: #3a404b }
    text { fill: #e8eaee }
    .note { fill: #b4bac5 }
    .settled { fill: #1d3a57; stroke: #6aa9e9 }
    .transit { fill: #1b1e24; stroke: #8a93a3 }
    .ended { fill: #333842; stroke: #a0a8b5 }
    .way { stroke: #a0a8b5 }
    .tip { fill: #a0a8b5 }
  }"""


def ways() -> list[tuple[str, str]]:
    """Every way from status to status, as the table of the type has it."""
    found = [("", "Creating"), *TRANSITS]
    for name, status in STATUSES.items():
        if status.updatable - {"Tags"}:
            found.append((name, "Updating"))
        found += dict.fromkeys((name, ASKED[intent]) for intent in status.transitions)
    return found


def changeable(status: str) -> list[str]:
    """The options that can be changed in a status, by name, and which member of one if not all of it can."""
    rules = STATUSES[status]
    found = []
    for name in sorted(rules.updatable):
        option = INFERENCE_EXPERIMENT.option_name(name)
        members = rules.write_only.get(name, ())
        spec = INFERENCE_EXPERIMENT.options[option].get("options") or {}
        found.append(f"{option}.end_time" if 0 < len(members) < len(spec) else option)
    return found


def picture() -> str:
    """Return the picture."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img">',
        "<!-- Written by `python -m tests.unit.docs`. -->",
        "<title>The life of a shadow test</title>",
        f"<style>\n{_STYLE}\n</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">',
        '<path class="tip" d="M0 0 L10 5 L0 10 z"/></marker></defs>',
        f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>',
        *(f'<path class="way" marker-end="url(#tip)" d="{ROUTES[way]}"/>' for way in ways()),
        *(part for name in STATUSES for part in _box(name)),
        *(part for x, y, words in WORDS for part in _lines(x, y, words)),
        *(part for number in range(len(LEGEND)) for part in _legend(number)),
        "</svg>",
        "",
    ]
    return "\n".join(lines)


def _box(name: str) -> list[str]:
    x, y, wide, tall = BOXES[name]
    rules = STATUSES[name]
    kind = "transit" if rules.in_transit else "settled" if rules.transitions else "ended"
    middle = x + wide // 2
    lines = [
        f'<rect class="{kind}" x="{x}" y="{y}" width="{wide}" height="{tall}" rx="6"/>',
        f'<text class="name" x="{middle}" y="{y + 21}">{name}</text>',
    ]
    options = [] if rules.in_transit else changeable(name)
    return lines + _lines(x + 14, y + 21 + LINE + 2, options)


def _legend(number: int) -> list[str]:
    kind, meaning = LEGEND[number]
    y = BOXES["Completed"].y + BOXES["Completed"].tall + 18 + 22 * number
    box = [f'<rect class="{kind}" x="25" y="{y}" width="26" height="15" rx="3"/>'] if kind else []
    return box + _lines(62 if kind else 25, y + 12, [meaning])


def _lines(x: int, y: int, words: Sequence[str]) -> list[str]:
    return [f'<text class="note" x="{x}" y="{y + number * LINE}">{line}</text>' for number, line in enumerate(words)]
