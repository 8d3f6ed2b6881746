"""Run checks, and write their results as JSON."""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from tests.conformance.account import Account
from tests.conformance.fact import Fact

ROOT = Path(__file__).resolve().parents[2]


class Result(NamedTuple):
    """The observation of a fact; `seconds` is the duration of the check."""

    fact: str
    expected: Any
    observed: Any
    holds: bool
    seconds: float


def run(facts: Sequence[Fact], account: Account) -> Iterator[Result]:
    """Check facts one after the other. A check that raises is a fact that does not hold."""
    for each in facts:
        begin = time.monotonic()
        try:
            observed = each.check(account)
        except Exception as error:  # noqa: BLE001 # the next facts are checked too
            observed = f"{type(error).__name__}: {error}"
        found = json.loads(json.dumps(account.public(observed), default=str))
        expected = json.loads(json.dumps(each.expected))
        yield Result(each.id, expected, found, found == expected, round(time.monotonic() - begin, 3))


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    found = {name: version(name) for name in ("boto3", "botocore")}
    return {**found, "python": platform.python_version(), "commit": _commit()}


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def report(results: Sequence[Result], *, target: str, region: str, date: str) -> dict[str, Any]:
    """Return the content of a result file."""
    return {
        "target": target,
        "region": region,
        "date": date,
        "versions": versions(),
        "facts": [result._asdict() for result in results],
    }
