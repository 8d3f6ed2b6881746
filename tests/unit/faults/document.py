# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write docs/faults.md from the matrix: `python -m tests.unit.faults.document`."""

from __future__ import annotations

import sys
import textwrap
import uuid

from tests.environment import INSTALLED, ROOT
from tests.unit.faults.matrix import (
    COLUMNS,
    EXCEPTIONS,
    FAULTS,
    LATE,
    LATE_EXCEPTIONS,
    PLACES,
    TRIES,
    WORDS,
    Fault,
)

PAGE = ROOT / "docs" / "faults.md"

_HEAD = f"""\
# What becomes of a task when a call fails

<!-- Written by `python -m tests.unit.faults.document` from the table that the tests run. -->

Rows are what befalls a call, columns are the kinds of calls that the modules make. "carried" means that the task ends
as if nothing had been; with it stands how many calls more that takes.

What may pass is tried again, {TRIES} times in all, for about a minute: after 0.5 to 1 second first, then after twice as
long each time, up to 20 seconds, and never beyond `wait_timeout`. No try is begun after that; the one that is under way
is given the time it has, which is `wait_timeout` or a minute, whichever is less. Polls are tried for as long as
`wait_timeout` lasts. What cannot pass ends the task at once. Where there was no connection at all, the first call to a
service fails at once, since region or `endpoint_url` may be wrong; later on it is tried again.

These hold in every cell:

- A write that goes unanswered is sent again under the same ClientToken, so that it is carried out once. Every other
  write, also the one after an operation that failed, has a token of its own.
- Only "not found" means that there is nothing. A call that fails is never taken for success or for absence.
- An operation that has begun is not lost sight of: the message has its request token and the command that tells what
  has become of it.
- `changed` is what has happened, also where the task fails.
- The same task, run again without the fault, ends in what it declares.
"""

_DONE = """\
An operation may have done what it should, or a part of it, and fail all the same. The next look shows that: what is
tried again by this table is then carried with no operation more, and so is GeneralServiceException where the status has
changed. The others fail, with `changed: true`. AlreadyExists and NotFound are taken for somebody else's doing."""


def page() -> str:
    return "\n".join(
        [
            _HEAD,
            "## A call fails once",
            "",
            *_calls(for_good=False),
            "",
            "## A call fails again and again",
            "",
            *_calls(for_good=True),
            "",
            "## Where a call differs from its column",
            "",
            *_exceptions(),
            "",
            "## An operation is accepted and then fails",
            "",
            "By Cloud Control's HandlerErrorCode, or cancelled by somebody. Counted are the operations that are begun.",
            "",
            *_operations(),
            "",
            *_late_exceptions(),
            "",
            _DONE,
            "",
            "## The calls of each column",
            "",
            *(f"- **{words}**: {_places(column)}." for column, words in COLUMNS.items()),
            "",
            "## What the message says",
            "",
            "What was attempted, what AWS said, the code, the call, and what to do. `error` has the same in parts.",
            "",
            "```",
            _example(),
            "```",
            "",
            *_hints(),
            "",
        ]
    )


def _calls(*, for_good: bool) -> list[str]:
    rows = [
        [fault.title, fault.code, *(_words(_outcome(fault, column, for_good=for_good)) for column in COLUMNS)]
        for fault in FAULTS
    ]
    return _table(["what befalls it", "code", *COLUMNS.values()], rows)


def _outcome(fault: Fault, column: str, *, for_good: bool) -> str:
    if fault.writes_only and column != "write":
        return ""
    return (fault.for_good if for_good else fault.once)[column]


def _exceptions() -> list[str]:
    rows = [[title, place, *map(_words, outcomes), why] for (title, place), (*outcomes, why) in EXCEPTIONS.items()]
    return _table(["what befalls it", "the call", "once", "again and again", "because"], rows)


def _operations() -> list[str]:
    rows = [[late.code, *map(_words, (*late.create, *late.update, *late.delete))] for late in LATE]
    head = [f"{operation}, {times}" for operation in ("create", "update", "delete") for times in ("once", "always")]
    return _table(["code", *head], rows)


def _places(column: str) -> str:
    return "; ".join(place.title for place in PLACES if place.column == column)


def _example() -> str:
    from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed
    from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.failure import failure

    said = "The security token included in the request is expired"
    error = CallFailed(said, code="ExpiredTokenException", operation="GetResourceRequestStatus")
    error.request_token = str(uuid.UUID(int=0x_F2A3B4C5_0D1E_4F60_8A7B_123456789ABC))
    told = failure(
        "Could not update inference experiment 'checkout' in us-east-1", error, advice={}, region="us-east-1"
    )
    return "\n".join(textwrap.wrap(str(told["msg"]), 118, break_on_hyphens=False))


def _hints() -> list[str]:
    from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.failure import hint_for
    from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
        INFERENCE_EXPERIMENT,
    )

    denied = {"AccessDeniedException": "User: x is not authorized to perform: x"}
    hints = {
        code: INFERENCE_EXPERIMENT.advice.get(code) or hint_for(code, None, denied.get(code, "")) for code in WORDS
    }
    return _table(["code", "what to do"], [[code, hint or ""] for code, hint in hints.items()])


def _late_exceptions() -> list[str]:
    return [
        f"{code} at {place}: once {_words(once)}; always {_words(always)}: {why}."
        for (code, place), (once, always, why) in LATE_EXCEPTIONS.items()
    ]


def _words(outcome: str) -> str:
    if outcome.isdigit():
        return "fails" if outcome == "1" else f"fails after {outcome}"
    return {"goes on": "carried", "+0": "carried", "TimedOut": "fails by `wait_timeout`", "Refused": "refused"}.get(
        outcome, f"carried, {outcome}" if outcome else ""
    )


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


if __name__ == "__main__":
    sys.path.insert(0, str(INSTALLED.parents[2]))
    PAGE.write_text(page(), encoding="utf-8")
