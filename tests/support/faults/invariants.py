"""Invariants of tasks with faults, checked on the log, the operations and the experiments of the emulator."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from tests.emulator import Emulator
from tests.emulator.cloudcontrol.requests import LIVE, Accepted
from tests.emulator.faults import UNKNOWN_STATUS
from tests.emulator.records import Record
from tests.support.environment import REGION
from tests.support.faults.matrix import DESCRIBE_DENIED, WORDS, Cell
from tests.support.faults.setups import INFO, NAME, TAGS, Scenario
from tests.support.module_runner import Result
from tests.support.stateful.invariants import assert_distinct_tokens, find, unmet

COMMAND = "aws cloudcontrol get-resource-request-status --request-token {token} --region {region}"
LONGEST_PAUSE = 20.0
CONCURRENT_CODES = ("ConcurrentOperationException", "ResourceConflictException")
_OPERATIONS = {"CreateResource": "create", "UpdateResource": "update", "DeleteResource": "delete"}


class ScenarioRun:
    """A scenario, prepared in an emulator, and the checks of its result."""

    def __init__(self, emulator: Emulator, scenario: Scenario) -> None:
        self.emulator = emulator
        self.scenario = scenario
        scenario.prepare(emulator)
        emulator.clear_log()
        self.start = emulator.clock.now()

    def check_invariants(self, result: Result, wait_timeout: float, response_timeout: float) -> None:
        """Check the result of any outcome. response_timeout is the duration of a call without a response in seconds."""
        log, ours = self.emulator.log, self._ours()
        self._check_return_values(result)
        self._check_duration(wait_timeout, response_timeout)
        _check_tokens(log, ours, result)
        effects = Counter(effect for operation in ours for effect in operation.effects)
        assert all(times == 1 for times in effects.values()), effects
        _check_reported_statuses(result, ours)
        if self.scenario.check or self.scenario.module == INFO:
            assert ours == []
        else:
            # An unknown status of a fault differs from the last read, so it is a change too.
            unknown = result.changed and result["inference_experiment"].get("status") == UNKNOWN_STATUS
            assert result.changed is any(operation.effects for operation in ours) or unknown
        if not result.failed:
            self._check_experiment(result)

    def check_rerun(self, result: Result, run: Callable[..., Result]) -> None:
        """Run the task again without the fault, and check that the experiment is as declared."""
        self.emulator.clear_faults()
        if not result.failed and not result.values.get("operations", []):
            return
        self.emulator.clock.advance(1)
        again = run(self.scenario, self.emulator, check=False)
        assert not again.failed, again.msg
        if self.scenario.module != INFO:
            self._wait_if_task_does_not()
            assert unmet(self.scenario.task(), find(self.emulator, NAME)) == []
            due = result.failed or self.scenario.check or _has_planned(result)
            assert not again.changed or due, "a second run changes nothing"

    def _ours(self) -> list[Accepted]:
        tokens = {record.request.get("ClientToken") for record in self.emulator.log}
        return [operation for operation in self.emulator.operations(REGION) if operation.client_token in tokens]

    def _check_return_values(self, result: Result) -> None:
        assert "exception" not in result
        if self.scenario.module != INFO:
            assert {"changed", "inference_experiment", "operations"} <= result.values.keys()
        elif not result.failed:
            assert [found["name"] for found in result["inference_experiments"]] == [NAME]

    def _check_duration(self, wait_timeout: float, response_timeout: float) -> None:
        """Check that no call starts after wait_timeout, except the read after a write without a response."""
        starts = [(_time(record) - self.start).total_seconds() for record in self.emulator.log]
        assert all(seconds <= wait_timeout + response_timeout for seconds in starts)
        assert sum(seconds > wait_timeout for seconds in starts) <= 1
        assert (self.emulator.clock.now() - self.start).total_seconds() <= wait_timeout + 2 * response_timeout

    def _check_experiment(self, result: Result) -> None:
        if self.scenario.module == INFO or self.scenario.check or _has_planned(result):
            return
        self._wait_if_task_does_not()
        found = find(self.emulator, NAME)
        if result.values.get("promoted") is not None:
            assert found
            assert result["promoted"] is (found["fate"]["shadow"] == "Promote"), "promoted agrees with the stop"
        assert unmet(self.scenario.task(), found) == [], "success means that declared equals actual"
        if found and self.scenario.found and "tags" not in self.scenario.options:
            assert found["tags"] == TAGS, "omitted options are preserved, also by a recreate"

    def _wait_if_task_does_not(self) -> None:
        if self.scenario.options.get("wait") is False:
            self.emulator.clock.advance(10)


def _has_planned(result: Result) -> bool:
    """Return whether the task left an operation to a later run, because of wait: false."""
    return any(operation["operation_status"] == "PLANNED" for operation in result.values.get("operations", []))


def check_message(cell: Cell, result: Result, emulator: Emulator) -> None:
    """Check that the message has the call or operation, the code, the message of AWS, the token and the hint."""
    error, msg = result["error"], result.msg
    hint, operation = error["hint"] or "", error["operation"] or ""
    assert msg.endswith(hint)
    assert REGION in msg
    assert NAME in msg or cell.place.scenario.startswith("info")
    assert error["message"].rstrip(".") in msg
    assert operation in msg
    if error["code"] not in ("Refused", "TimedOut"):
        assert error["code"] in msg
        assert cell.fault.details.get("message", "").rstrip(".") in msg
        assert (
            operation in (cell.place.operation, _OPERATIONS.get(cell.place.operation)) or error["code"] == "Unsettled"
        )
        denied = operation.startswith("Describe") and error["code"].startswith("AccessDenied")
        assert (DESCRIBE_DENIED if denied else WORDS[error["code"]]) in hint
    token = error["request_token"]
    assert (COMMAND.format(token=token, region=REGION) in hint) is bool(token)
    if token:
        assert token in {operation.request_token for operation in emulator.operations(REGION)}
    without_token = ("other", "info wait_for")
    assert token or cell.place.column != "poll" or cell.place.scenario in without_token, "the message has the token"


def check_delays(cell: Cell, emulator: Emulator) -> None:
    """Check that the delays between attempts grow up to the longest pause, with jitter."""
    tries = [_time(record) for record in emulator.log if record.operation == cell.place.operation]
    tries = tries[cell.place.nth - 1 :]
    duration = float(cell.fault.details.get("seconds", 0))
    gaps = [(later - earlier).total_seconds() - duration for earlier, later in itertools.pairwise(tries)]
    ceilings = [min(LONGEST_PAUSE, 2.0**number) for number in range(len(gaps))]
    if cell.outcome == "9":  # repeated reads, with other calls between them
        return
    assert all(0.5 * most <= gap <= most + 0.1 for gap, most in zip(gaps, ceilings, strict=True)), gaps
    assert any(gap < 0.95 * most for gap, most in zip(gaps, ceilings, strict=True))


def _check_tokens(log: list[Record], ours: list[Accepted], result: Result) -> None:
    """Check that all attempts of a write have the same ClientToken, and that each other write has a new one."""
    writes = [record for record in log if record.write]
    tries = [list(group) for _token, group in itertools.groupby(writes, key=lambda r: r.request["ClientToken"])]
    assert len({several[0].request["ClientToken"] for several in tries}) == len(tries)
    assert all(record.request == several[0].request for several in tries for record in several)
    assert_distinct_tokens(ours)
    # After a conflict with a concurrent operation, the task plans again, unless wait_timeout has elapsed.
    conflicts = [several for several in tries if several[-1].error in CONCURRENT_CODES]
    left = int(result.failed and bool(tries) and tries[-1:] == conflicts[-1:])
    sent = [o for o in result.values.get("operations", []) if o["operation_status"] != "PLANNED"]
    assert 0 <= len(sent) - (len(tries) - len(conflicts)) <= left


def _check_reported_statuses(result: Result, ours: list[Accepted]) -> None:
    """Check that the reported status of each operation is the actual one, or the last one that was read."""
    operations = result.values.get("operations", [])
    reported = {o["request_token"]: o["operation_status"] for o in operations if "request_token" in o}
    actual = {operation.request_token: operation.status for operation in ours}
    assert reported.keys() == actual.keys() or result.failed
    for token, status in reported.items():
        assert status == actual[token] or status in (*LIVE, UNKNOWN_STATUS)


def _time(record: Record) -> datetime:
    return datetime.fromisoformat(record.time)
