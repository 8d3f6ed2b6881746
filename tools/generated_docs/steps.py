"""Draw docs/images/run_a_test.svg, the steps from the plan to the promotion: `python -m tools.generated_docs`."""

from __future__ import annotations

from typing import NamedTuple

from tests.support.environment import ROOT
from tools.generated_docs import render

PICTURE = ROOT / "docs" / "images" / "run_a_test.svg"
WIDE, TALL = 142, 58


class Box(NamedTuple):
    """A step: its style, the upper left corner, its name, and the playbook or the effect."""

    kind: str
    x: int
    y: int
    name: str
    note: str


class Arrow(NamedTuple):
    """The path from step to step, and the position of its label."""

    path: str
    x: int = 0
    y: int = 0
    label: str = ""


BOXES = (
    Box("ended", 24, 56, "Plan", "limits, costs"),
    Box("stable", 194, 56, "Start", "minimal.yml"),
    Box("stable", 364, 56, "Measure", "ramp_up.yml"),
    Box("stable", 534, 56, "Decide", "promote_if_better.yml"),
    Box("ended", 364, 160, "Promote", "model b answers"),
    Box("ended", 364, 242, "Reject", "model a answers"),
    Box("stable", 194, 160, "Verify", "promoted"),
    Box("stable", 24, 160, "Clean up", "state: absent"),
)
ARROWS = (
    Arrow("M166 85 H194"),
    Arrow("M336 85 H364"),
    Arrow("M506 85 H534"),
    Arrow("M605 56 V30 H435 V56", 462, 22, "wait: too few requests"),
    Arrow("M620 114 V189 H506", 511, 182, "all limits are met"),
    Arrow("M640 114 V271 H506", 511, 264, "a limit is not met"),
    Arrow("M364 189 H336"),
    Arrow("M364 271 H265 V218"),
    Arrow("M194 189 H166"),
)


def picture() -> str:
    """Return the picture."""
    return render("steps.svg.j2", boxes=BOXES, arrows=ARROWS, wide=WIDE, tall=TALL)
