"""Write tests/unit/faults/README.md from the matrix: `python -m tools.generated_docs`."""

from __future__ import annotations

import textwrap
import uuid

from tests.support.environment import ROOT
from tests.support.faults.matrix import COLUMNS, EXCEPTIONS, FAULTS, LATE, LATE_EXCEPTIONS, PLACES, TRIES, Fault
from tools.generated_docs import render, table

PAGE = ROOT / "tests" / "unit" / "faults" / "README.md"


def page() -> str:
    """Return the page."""
    return render(
        "faults.md.j2",
        tries=TRIES,
        once=_calls(repeated=False),
        repeatedly=_calls(repeated=True),
        exceptions=_exceptions(),
        operations=_operations(),
        late_exceptions=LATE_EXCEPTIONS,
        columns=COLUMNS,
        places=PLACES,
        example=_example(),
        words=_words,
    )


def _calls(*, repeated: bool) -> str:
    rows = [
        [fault.title, fault.code, *(_words(_outcome(fault, column, repeated=repeated)) for column in COLUMNS)]
        for fault in FAULTS
    ]
    return table(["fault", "code", *COLUMNS.values()], rows)


def _outcome(fault: Fault, column: str, *, repeated: bool) -> str:
    if fault.writes_only and column != "write":
        return ""
    return (fault.repeatedly if repeated else fault.once)[column]


def _exceptions() -> str:
    rows = [[title, place, *map(_words, outcomes), why] for (title, place), (*outcomes, why) in EXCEPTIONS.items()]
    return table(["fault", "call", "once", "repeatedly", "reason"], rows)


def _operations() -> str:
    rows = [[late.code, *map(_words, (*late.create, *late.update, *late.delete))] for late in LATE]
    head = [f"{operation}, {times}" for operation in ("create", "update", "delete") for times in ("once", "repeatedly")]
    return table(["code", *head], rows)


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


def _words(outcome: str) -> str:
    if outcome.isdigit():
        return "fails" if outcome == "1" else f"fails after {outcome}"
    words = {"recovered": "recovered", "+0": "recovered", "TimedOut": "fails at `wait_timeout`", "Refused": "rejected"}
    return words.get(outcome, f"recovered, {outcome}" if outcome else "")
