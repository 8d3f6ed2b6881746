# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the guide to the operations by status from the grid: `python -m tools.generated_docs.lifecycle`."""

from __future__ import annotations

from tests.support.environment import ROOT
from tests.support.stateful.transitions import GRID, REASONS, STABLE

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_operations.rst"

_HEAD = """\
.. _ansible_collections.awscc.sagemaker.docsite.guide_operations:

Operations by status
====================

.. Written by "python -m tools.generated_docs.lifecycle" from the table that the tests run.

The tables show the operations that :ansplugin:`awscc.sagemaker.inference_experiment#module` submits, in order:

- Each row is for the options that the task sets. Each column is for the status at the start of the task. In the column
  *absent*, the experiment does not exist.
- *create*, *update* and *delete* are operations of Cloud Control. *start* and *stop* are updates that change the
  status. If the task also changes tags, the start or stop includes the tag change.
- A dash means that the task reports ``ok`` and makes no write.
- *rejected* means that the task fails before any write. See `Reasons of rejected tasks`_.

If the experiment is ``Creating``, ``Updating``, ``Starting`` or ``Stopping``, the module polls until the experiment has
one of the statuses in the tables, for up to :ansopt:`awscc.sagemaker.inference_experiment#module:wait_timeout`. The
column of this status then applies.

The module ignores these options:

- ``schedule.start_time`` while the experiment is ``Running``
- ``schedule`` after the experiment has ended
- ``model_variants`` after the experiment has ended, if its status is the declared ``desired_state``

Without a schedule that starts in the future, the experiment starts on create, and ``desired_state: Running`` needs no
*start*.

.. contents::
   :local:
   :depth: 1
"""

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
    return "\n".join(
        [
            _HEAD,
            *_title("Without recreate"),
            "The task sets ``name`` and the options in the row.",
            "",
            *_table("alone"),
            *_title("With recreate"),
            "The task sets ``recreate: true``, all options that a create needs, and the options in the row.",
            "",
            *_table("recreate"),
            *_title("Reasons of rejected tasks"),
            *(line for label, words in _REASONS.values() for line in (f"*{label}*", f"    {words}", "")),
        ]
    )


def _title(title: str) -> list[str]:
    return [title, "-" * len(title), ""]


def _table(how: str) -> list[str]:
    rows = [(declaration.title, *map(_cell, getattr(declaration, how))) for declaration in GRID]
    return [
        ".. csv-table::",
        f"   :header: Options, {', '.join(STABLE)}",
        "   :widths: 30 14 14 14 14 14",
        "",
        *("   " + ", ".join(f'"{cell}"' for cell in row) for row in rows),
        "",
    ]


def _cell(outcome: str) -> str:
    reason = outcome.removeprefix("no: ")
    return f"rejected: {_REASONS[reason][0]}" if reason in _REASONS else outcome.replace("-", "\u2013")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
