# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write tests/unit/faults/README.md from the matrix: `python -m tools.generated_docs.faults`."""

from __future__ import annotations

import sys
import textwrap
import uuid

from tests.support.environment import INSTALLED, ROOT
from tests.support.faults.matrix import COLUMNS, EXCEPTIONS, FAULTS, LATE, LATE_EXCEPTIONS, PLACES, TRIES, Fault

PAGE = ROOT / "tests" / "unit" / "faults" / "README.md"

_HEAD = f"""\
# Retries and failed calls

<!-- Written by `python -m tools.generated_docs.faults` from the table that the tests run. -->

The tables show the outcome of a task if a call fails. A row is a fault. A column is a
[kind of call](#calls-of-each-column): *Describe* is DescribeInferenceExperiment of SageMaker. The column *code* is the
error code of the fault. The [troubleshooting guide](../../../docs/docsite/rst/guide_troubleshooting.rst) describes the
codes. An *unknown status* is a status that the module does not support. The emulator injects the faults.

- *recovered*: the task has the same result as without the fault. The number is the number of additional calls. Without
  a number, there are no additional calls, or the call is a poll or a search, which is not counted.
- *fails*: the task fails after one call. *fails after 8*: the task fails after eight calls.
- *fails at `wait_timeout`*: the module retries until `wait_timeout` has elapsed.
- *rejected*: the task fails before any write.

The module retries calls as follows:

- A transient error is retried. The module makes {TRIES} calls within about a minute. The first delay is 0.5 to 1
  second, each following delay is twice as long, up to 20 seconds. Polls are retried until `wait_timeout` has elapsed.
- No call starts after `wait_timeout`. A call in progress has a timeout of one minute, or of `wait_timeout` if that is
  less.
- Any other error ends the task at once.
- A refused connection is not retried for the first call to a service, because `region` or `endpoint_url` can be wrong.
  Later calls to the same service are retried.

These invariants hold in every cell:

- A write without a response is retried with the same ClientToken, so AWS applies it once. Each other write has a new
  ClientToken, also after a failed operation.
- Only a not-found error means that the experiment does not exist. A failed call never counts as success or absence.
- If an operation was submitted, the message contains its request token and the command that shows its status.
- `changed` is true if AWS applied a change, also if the task fails.
- If the task runs again without the fault, the experiment has the desired state.
"""

_APPLIED = """\
An operation can be applied, completely or in part, and still be reported as failed. The next read detects this. The
codes that are *recovered* in this table then need no further operation, and neither does GeneralServiceException if the
status has changed. The other codes fail with `changed: true`. AlreadyExists is recovered with `changed: true` and a
warning if the experiment did not exist before the task and has the values of the task. NotFound counts as the operation
of another caller."""


def page() -> str:
    """Return the page."""
    return "\n".join(
        [
            _HEAD,
            "## A call fails once",
            "",
            *_calls(repeated=False),
            "",
            "## A call fails repeatedly",
            "",
            *_calls(repeated=True),
            "",
            "## Exceptions",
            "",
            "These calls have another outcome than the other calls of the same column.",
            "",
            *_exceptions(),
            "",
            "## An accepted operation fails",
            "",
            "A row is a HandlerErrorCode of Cloud Control, or CANCEL_COMPLETE. The numbers count operations.",
            "",
            *_operations(),
            "",
            *_late_exceptions(),
            "",
            _APPLIED,
            "",
            "## Calls of each column",
            "",
            *(f"- **{words}**: {_places(column)}." for column, words in COLUMNS.items()),
            "",
            "## Message",
            "",
            "The message contains the attempted operation, the message of AWS, the code, the call, and a hint.",
            "The return value `error` contains the same parts. The hints are in the",
            "[troubleshooting guide](../../../docs/docsite/rst/guide_troubleshooting.rst).",
            "",
            "```",
            _example(),
            "```",
            "",
        ]
    )


def _calls(*, repeated: bool) -> list[str]:
    rows = [
        [fault.title, fault.code, *(_words(_outcome(fault, column, repeated=repeated)) for column in COLUMNS)]
        for fault in FAULTS
    ]
    return _table(["fault", "code", *COLUMNS.values()], rows)


def _outcome(fault: Fault, column: str, *, repeated: bool) -> str:
    if fault.writes_only and column != "write":
        return ""
    return (fault.repeatedly if repeated else fault.once)[column]


def _exceptions() -> list[str]:
    rows = [[title, place, *map(_words, outcomes), why] for (title, place), (*outcomes, why) in EXCEPTIONS.items()]
    return _table(["fault", "call", "once", "repeatedly", "reason"], rows)


def _operations() -> list[str]:
    rows = [[late.code, *map(_words, (*late.create, *late.update, *late.delete))] for late in LATE]
    head = [f"{operation}, {times}" for operation in ("create", "update", "delete") for times in ("once", "repeatedly")]
    return _table(["code", *head], rows)


def _places(column: str) -> str:
    return "; ".join(place.title for place in PLACES if place.column == column)


def _example() -> str:
    from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.error_report import (
        describe_failure,
    )
    from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed

    said = "The security token included in the request is expired"
    error = CallFailed(said, code="ExpiredTokenException", operation="GetResourceRequestStatus")
    error.request_token = str(uuid.UUID(int=0x_F2A3B4C5_0D1E_4F60_8A7B_123456789ABC))
    failed = describe_failure(
        "Could not update inference experiment 'checkout' in us-east-1", error, hints={}, region="us-east-1"
    )
    return "\n".join(textwrap.wrap(str(failed["msg"]), 118, break_on_hyphens=False))


def _late_exceptions() -> list[str]:
    return [
        f"{code}, {place}: {_words(once)} (once); {_words(repeatedly)} (repeatedly). Reason: {why}."
        for (code, place), (once, repeatedly, why) in LATE_EXCEPTIONS.items()
    ]


def _words(outcome: str) -> str:
    if outcome.isdigit():
        return "fails" if outcome == "1" else f"fails after {outcome}"
    words = {"recovered": "recovered", "+0": "recovered", "TimedOut": "fails at `wait_timeout`", "Refused": "rejected"}
    return words.get(outcome, f"recovered, {outcome}" if outcome else "")


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


if __name__ == "__main__":
    sys.path.insert(0, str(INSTALLED.parents[2]))
    PAGE.write_text(page(), encoding="utf-8")
