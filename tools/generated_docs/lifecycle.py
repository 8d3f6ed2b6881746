"""Write the guide to the operations by status from the grid: `python -m tools.generated_docs`."""

from __future__ import annotations

from tests.support.environment import ROOT
from tests.support.stateful.transitions import GRID, REASONS, STABLE
from tools.generated_docs import render

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_operations.rst"

# The label of each reason in the tables, and its description.
_REASONS = {
    "missing": (
        "options missing",
        "The experiment does not exist, and the task does not set all options that a create needs.",
    ),
    "absent": ("does not exist", "The experiment does not exist, so it cannot be stopped."),
    "not started": (
        "not started",
        "The experiment has not started, so it cannot be stopped. It can be changed, started or deleted.",
    ),
    "runs": ("running", "The option cannot be changed while the experiment is ``Running``."),
    "ended": (
        "ended",
        "The experiment has ended. Only its tags can be changed, and it cannot be started again.",
    ),
    "fixed": ("create-only", "The option can be set only on create."),
    "new": (
        "not reachable",
        "The task must recreate the experiment, but a new experiment cannot be ``Completed`` or ``Cancelled``.",
    ),
}


def page() -> str:
    """Return the page."""
    assert _REASONS.keys() == REASONS.keys()
    rows = {
        how: [(declaration.title, *map(_cell, getattr(declaration, how))) for declaration in GRID]
        for how in ("alone", "recreate")
    }
    return render("lifecycle.rst.j2", statuses=STABLE, rows=rows, reasons=_REASONS.values())


def _cell(outcome: str) -> str:
    reason = outcome.removeprefix("no: ")
    return f"rejected: {_REASONS[reason][0]}" if reason in _REASONS else outcome.replace("-", "\u2013")
