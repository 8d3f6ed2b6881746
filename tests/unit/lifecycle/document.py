# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/lifecycle.md from the grid: `python -m tests.unit.lifecycle.document`."""

from __future__ import annotations

from tests.environment import ROOT
from tests.unit.lifecycle.grid import GRID, REASONS, SETTLED

PAGE = ROOT / "docs" / "lifecycle.md"

_HEAD = """\
# What the module does, in every status

<!-- Written by `python -m tests.unit.lifecycle.document` from the table that the tests run. -->

Rows are what a task gives, columns are the status in which it finds the experiment. Each cell has the operations, in
their order; "-" means that there is nothing to do. **start** and **stop** are updates that ask for another status;
changed tags travel with them. A refusal comes before any write.

An experiment that is `Creating`, `Updating`, `Starting` or `Stopping` is waited for, within `wait_timeout`. Then the
column of the status that it has settled in holds.
"""

_REASONS = {
    "missing": "it does not exist, and the options that a create needs are missing",
    "absent": "there is nothing to be stopped",
    "not started": "what has not been started cannot be stopped, only changed, started or deleted",
    "runs": "the change is not allowed in status Running",
    "ended": "the experiment has ended: only tags can change, and it cannot be started again",
    "fixed": "the option can be set only on create",
    "new": "deleting it and creating it again would not lead there either",
}


def page() -> str:
    assert _REASONS.keys() == REASONS.keys()
    return "\n".join(
        [
            _HEAD,
            "## The task gives this, and the name",
            "",
            *_table("alone"),
            "",
            "## The task gives this, all that a create needs, and `recreate: true`",
            "",
            *_table("recreate"),
            "",
            "## Why it refuses",
            "",
            *(f"- **{name}**: {words}." for name, words in _REASONS.items()),
            "",
        ]
    )


def _table(how: str) -> list[str]:
    head = [f"| the task gives | {' | '.join(SETTLED)} |", f"|---|{'---|' * len(SETTLED)}"]
    return head + [
        f"| {wish.title} | {' | '.join(cell.replace('no: ', 'refused: ') for cell in getattr(wish, how))} |"
        for wish in GRID
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
