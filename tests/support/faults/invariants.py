# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds whatever fails, judged by the emulator: its log, the operations it has accepted, its experiments."""

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
from tests.support.faults.setups import FOUND_TAGS, INFORM, NAME, Scene
from tests.support.module_runner import Result
from tests.support.stateful.invariants import find, unmet

COMMAND = "aws cloudcontrol get-resource-request-status --request-token {token} --region {region}"
LONGEST_PAUSE = 20.0
OTHERS_AT_WORK = ("ConcurrentOperationException", "ResourceConflictException")
_DONE_BY = {"CreateResource": "create", "UpdateResource": "update", "DeleteResource": "delete"}


class Played:
    """A scene that has been prepared and is about to be played, and what was there before."""

    def __init__(self, emulator: Emulator, scene: Scene) -> None:
        self.emulator = emulator
        self.scene = scene
        scene.prepare(emulator)
        emulator.clear_log()
        self.before = find(emulator, NAME)
        self.began = emulator.clock.now()

    def must_hold(self, result: Result, wait_timeout: float, silence: float) -> None:
        """The laws for whatever the task has come to; an without_response call lasts for C(silence) seconds."""
        log, ours = self.emulator.log, self._ours()
        self._answered_in_full(result)
        self._in_time(wait_timeout, silence)
        _one_token_an_intent(log, ours, result)
        _nothing_doubled(ours)
        _statuses_are_true(result, ours)
        if self.scene.check or self.scene.module == INFORM:
            assert ours == []
        else:
            assert result.changed is any(operation.effects for operation in ours) or _is_strange(result), (
                "`changed` tells the truth"
            )
        if not result.failed:
            self._declared_is_actual(result)

    def converges(self, result: Result, run: Callable[..., Result]) -> None:
        """Without the fault, running the task again ends in what it declares."""
        self.emulator.clear_faults()
        if not result.failed and not result.values.get("operations", []):
            return
        self.emulator.clock.advance(1)
        again = run(self.scene, self.emulator, check=False)
        assert not again.failed, again.msg
        if self.scene.module != INFORM:
            if self.scene.gives.get("wait") is False:
                self.emulator.clock.advance(10)
            assert unmet(self.scene.task(), find(self.emulator, NAME)) == []
            due = result.failed or self.scene.check or _left_undone(result)
            assert not again.changed or due, "a second run changes nothing"

    def _ours(self) -> list[Accepted]:
        tokens = {record.request.get("ClientToken") for record in self.emulator.log}
        return [operation for operation in self.emulator.operations(REGION) if operation.client_token in tokens]

    def _answered_in_full(self, result: Result) -> None:
        assert "exception" not in result
        if self.scene.module != INFORM:
            assert {"changed", "inference_experiment", "operations"} <= result.values.keys()
        elif not result.failed:
            assert [found["name"] for found in result["inference_experiments"]] == [NAME]

    def _in_time(self, wait_timeout: float, silence: float) -> None:
        """A call that began in time may outlast it, and a read after a write without a response may follow."""
        began = [(_time(record) - self.began).total_seconds() for record in self.emulator.log]
        assert all(seconds <= wait_timeout + silence for seconds in began)
        assert sum(seconds > wait_timeout for seconds in began) <= 1
        assert (self.emulator.clock.now() - self.began).total_seconds() <= wait_timeout + 2 * silence

    def _declared_is_actual(self, result: Result) -> None:
        if self.scene.module == INFORM or self.scene.check or _left_undone(result):
            return
        if self.scene.gives.get("wait") is False:
            self.emulator.clock.advance(10)
        found = find(self.emulator, NAME)
        assert unmet(self.scene.task(), found) == [], "success means that declared equals actual"
        if found and self.scene.found and "tags" not in self.scene.gives:
            assert found["tags"] == FOUND_TAGS, "what the task leaves out stays, also where all is created again"


def _left_undone(result: Result) -> bool:
    """Whether something was left to a later run, as `wait: false` has it."""
    return any(operation["operation_status"] == "PLANNED" for operation in result.values.get("operations", []))


def message_tells(cell: Cell, result: Result, emulator: Emulator) -> None:
    """The message has what was attempted, the call or operation, the code, AWS's words, the token and what to do."""
    error, msg = result["error"], result.msg
    hint, operation = error["hint"] or "", error["operation"] or ""
    assert msg.endswith(hint)
    assert REGION in msg
    assert (NAME in msg) is not cell.place.scene.startswith("info")
    assert error["message"].rstrip(".") in msg
    assert operation in msg
    if error["code"] not in ("Refused", "TimedOut"):
        assert error["code"] in msg
        assert cell.fault.details.get("message", "").rstrip(".") in msg
        assert operation in (cell.place.operation, _DONE_BY.get(cell.place.operation)) or error["code"] == "Unsettled"
        denied = operation.startswith("Describe") and error["code"].startswith("AccessDenied")
        assert (DESCRIBE_DENIED if denied else WORDS[error["code"]]) in hint
    token = error["request_token"]
    assert (COMMAND.format(token=token, region=REGION) in hint) is bool(token)
    if token:
        assert token in {operation.request_token for operation in emulator.operations(REGION)}
    assert token or cell.place.column != "poll" or cell.place.scene == "other", "an operation is not lost sight of"


def backs_off(cell: Cell, emulator: Emulator) -> None:
    """Tries come at growing distances, not all of them the longest: they are jittered."""
    tries = [_time(record) for record in emulator.log if record.operation == cell.place.operation]
    tries = tries[cell.place.nth - 1 :]
    silent = float(cell.fault.details.get("seconds", 0))
    gaps = [(later - earlier).total_seconds() - silent for earlier, later in itertools.pairwise(tries)]
    ceilings = [min(LONGEST_PAUSE, 2.0**number) for number in range(len(gaps))]
    if cell.outcome == "9":  # transient_failures, with the other calls of a round between them
        return
    assert all(0.5 * most <= gap <= most + 0.1 for gap, most in zip(gaps, ceilings, strict=True)), gaps
    assert any(gap < 0.95 * most for gap, most in zip(gaps, ceilings, strict=True))


def _one_token_an_intent(log: list[Record], ours: list[Accepted], result: Result) -> None:
    """All tries of a write share a ClientToken, and no other write has it, also not after one that FAILED."""
    writes = [record for record in log if record.write]
    tries = [list(group) for _token, group in itertools.groupby(writes, key=lambda r: r.request["ClientToken"])]
    assert len({several[0].request["ClientToken"] for several in tries}) == len(tries)
    assert all(record.request == several[0].request for several in tries for record in several)
    assert len({operation.client_token for operation in ours}) == len(ours)
    # What gives way to others is planned anew, unless time runs out on it.
    given_way = [several for several in tries if several[-1].error in OTHERS_AT_WORK]
    left = int(result.failed and bool(tries) and tries[-1:] == given_way[-1:])
    sent = [o for o in result.values.get("operations", []) if o["operation_status"] != "PLANNED"]
    assert 0 <= len(sent) - (len(tries) - len(given_way)) <= left


def _nothing_doubled(ours: list[Accepted]) -> None:
    effects = Counter(effect for operation in ours for effect in operation.effects)
    assert all(times == 1 for times in effects.values()), effects


def _statuses_are_true(result: Result, ours: list[Accepted]) -> None:
    """What is said of an operation is so; of one that time ran out on it is what was seen last."""
    told = {
        o["request_token"]: o["operation_status"] for o in result.values.get("operations", []) if "request_token" in o
    }
    actual = {operation.request_token: operation.status for operation in ours}
    assert told.keys() == actual.keys() or result.failed
    for token, status in told.items():
        assert status == actual[token] or status in (*LIVE, UNKNOWN_STATUS)


def _time(record: Record) -> datetime:
    return datetime.fromisoformat(record.time)


def _is_strange(result: Result) -> bool:
    """Whether a fault has put a status there that nobody knows: a change, for who has seen another one before."""
    return result.changed and result["inference_experiment"].get("status") == UNKNOWN_STATUS
