# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lives in which calls fail, answers get lost, operations end in FAILED and others come between, at random places.

Every seed is a test of its own. THOROUGH=1 in the environment makes it 2,000 lives.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.emulator import Emulator
from tests.emulator.cloudcontrol.requests import LIVE, Accepted
from tests.emulator.faults import ASYNCHRONOUS, HANDLER_ERROR_CODES
from tests.support.environment import REGION
from tests.support.module_runner import Result, run_module
from tests.support.stateful.invariants import FATES, TERMINAL, act, assert_told, find, run, unmet, untouched, writes
from tests.support.stateful.state_machine import NAME, Life, ends, live, parts, schedules
from tests.support.stateful.transitions import NEEDED
from tests.support.thorough import THOROUGH

SEEDS, LIVES = (range(20), 100) if THOROUGH else (range(1), 10)
STEPS = 10

# Seconds that a task may take: less than any schedule is away from it, so that none comes due in a run.
BUDGET = 600
# As many calls may a task make: in all its time the polls that fail alone are about fifty.
MOST_CALLS = 250

_READS = ("GetResource", "DescribeInferenceExperiment", "GetResourceRequestStatus", "ListResourceRequests")
_CUTS: tuple[dict[str, Any], ...] = (
    *({"kind": kind} for kind in ("throttle", "lost", "lost_response", "close", "reset", "refused", "broken_json")),
    *({"kind": kind, "applied": applied} for kind in ("html503", "not_json", "missing_keys") for applied in (0, 1)),
    *({"kind": "error", "code": code, "status": 503} for code in ("ServiceUnavailable", "InternalFailure")),
    *({"kind": "error", "code": "RequestTimeout", "status": 408, "applied": applied} for applied in (0, 1)),
)
_ERRORS = (
    *("AccessDeniedException", "ExpiredTokenException", "TypeNotFoundException", "ConcurrentOperationException"),
    *("ValidationException", "AlreadyExistsException", "ClientTokenConflictException", "RequestTokenNotFoundException"),
)
_OTHERS = ("delete", "delete", "create", "stop", "start", "update", "tag")
_OPERATIONS = {"create": "CreateResource", "update": "UpdateResource", "delete": "DeleteResource"}
# HandlerErrorCodes which say that the operation was not begun.
_NOTHING_DONE = ("InvalidRequest", "NotUpdatable", "AlreadyExists", "NotFound")
_PACES: tuple[dict[str, float], ...] = (
    {},
    {"pending_seconds": 2.0, "operation_seconds": 6.0, "identifier_delay_seconds": 1.0, "read_delay_seconds": 5.0},
    {"operation_seconds": 0.1, "transition_seconds": 8.0},
)


class Trouble:
    """What goes wrong in one run of a task that means to make certain writes."""

    def __init__(self, chance: Random, writes: list[str]) -> None:
        self._chance = chance
        self._writes = writes or list(ASYNCHRONOUS)
        kinds = [self._cut, self._cut, self._error, self._failed, self._other]
        self.parts = [chance.choice(kinds)() for _part in range(chance.choice([0, 1, 1, 1, 2, 2, 3]))]

    @property
    def others(self) -> bool:
        return any("others" in part for part in self.parts)

    def order(self, emulator: Emulator) -> None:
        for part in self.parts:
            if "others" not in part:
                emulator.fault(**part)
            elif part["others"] != "create" or not emulator.settings.read_delay_seconds:  # nobody could see it
                emulator.on_call("*", partial(act, emulator, part["others"], NAME), nth=part["nth"])

    def _times(self) -> dict[str, int]:
        choice = self._chance.choice
        return {"times": choice([1, 1, 1, 2, 3, 9, 10**6]), "after": choice([0, 0, 0, 1, 2, 4])}

    def _cut(self) -> dict[str, Any]:
        """A call, any or of a certain kind, is not answered as it should be; it may be carried out all the same."""
        operation = self._chance.choice(["*", *_READS, *self._writes, *self._writes])
        return {"operation": operation, **self._chance.choice(_CUTS), **self._times()}

    def _error(self) -> dict[str, Any]:
        operation, code = self._chance.choice([*_READS, *self._writes]), self._chance.choice(_ERRORS)
        return {"operation": operation, "kind": "error", "code": code, **self._times()}

    def _failed(self) -> dict[str, Any]:
        """An operation ends in vain, or says so."""
        code = self._chance.choice(["", "", *HANDLER_ERROR_CODES])
        how = {"kind": "failed", "code": code} if code else {"kind": "cancelled"}
        applied = code not in _NOTHING_DONE and self._chance.choice([False, False, True])
        return {"operation": self._chance.choice(self._writes), **how, "applied": applied, **self._times()}

    def _other(self) -> dict[str, Any]:
        return {"others": self._chance.choice(_OTHERS), "nth": self._chance.randint(1, 8)}


class TroubledLife(Life):
    """An experiment among people, in a world that fails them."""

    @initialize(
        # True randomness, of Hypothesis' seed: what it makes up by itself is mostly next to nothing.
        chance=st.randoms(use_true_random=True)
    )
    def trouble_is_ahead(self, chance: Random) -> None:
        self.chance = chance
        self.emulator.settings.update({**chance.choice(_PACES), "delete_missing_late": chance.random() < 0.5})
        status = chance.choice(["absent", "Created", "Running", "Running", "Completed"])
        if status != "absent":
            self.emulator.put_experiment(REGION, {"Name": NAME}, status=status, tags={"team": "a"})
            self.emulator.clock.advance(60)

    @rule(parts=parts, schedule=schedules, end=st.sampled_from([{}, {"desired_state": "Running"}]))
    def somebody_has_it_whole(self, parts: dict[str, Any], schedule: Any, end: dict[str, str]) -> None:
        self.somebody_declares(whole=True, parts=parts, schedule=schedule, end=end, recreate=True)

    @rule(parts=parts, end=ends)
    def somebody_changes_something(self, parts: dict[str, Any], end: dict[str, str]) -> None:
        self.somebody_declares(whole=False, parts=parts, schedule=None, end=end, recreate=False)

    def _declare(self, task: dict[str, Any]) -> None:
        task = {**task, "wait_timeout": BUDGET}
        if task.get("state") != "absent" and find(self.emulator, NAME) is None and self.chance.random() < 0.8:
            task = {**NEEDED, **task}
        predicted = run(self.emulator, task, check=True)
        writes = [] if predicted.failed else [_OPERATIONS[o["operation"]] for o in predicted["operations"]]
        if not writes and self.chance.random() < 0.8:
            return  # a task that writes nothing meets little trouble
        trouble = Trouble(self.chance, writes)
        note(f"{task} in {trouble.parts}")
        attempt = Attempt(self.emulator, task, predicted, others=trouble.others)
        trouble.order(self.emulator)
        done = attempt.make()
        self.emulator.clear_faults()
        sent = {operation.request_token for operation in attempt.accepted()}
        self.emulator.clock.advance(self.chance.choice([0, 0, 30]))
        if done.failed:
            attempt.check_rerun()
        else:
            attempt.check_end()
        attempt.check_told(done, sent)
        self._go_on_at_the_hour()

    def _go_on_at_the_hour(self) -> None:
        """After a long run, so that schedules stay half an hour away from every run."""
        past = self.emulator.clock.now().minute * 60
        if past > BUDGET:
            self.emulator.clock.advance(3600 - past)


class Attempt:
    """A task that is run into trouble, and then again without; and what has to be true of it."""

    def __init__(self, emulator: Emulator, task: dict[str, Any], predicted: Result, *, others: bool) -> None:
        self.emulator = emulator
        self.task = task
        self.others = others
        self.predicted = predicted
        self.before = find(emulator, NAME)
        self.read = _read(emulator)
        self.earlier = {operation.request_token for operation in emulator.operations()}

    def make(self) -> Result:
        began = self.emulator.clock.now()
        done = run(self.emulator, self.task)
        assert "exception" not in done
        assert_told(done)
        assert (self.emulator.clock.now() - began).total_seconds() <= BUDGET + 1, "all waiting is within wait_timeout"
        assert len(self.emulator.log) <= MOST_CALLS
        self._check_tokens()
        if self.predicted.failed and not self.others:
            assert done.failed, "what would be refused without trouble is refused with it"
            assert self.accepted() == [], "and nothing is written for it"
        return done

    def accepted(self) -> list[Accepted]:
        return [o for o in self.emulator.operations() if o.request_token not in self.earlier]

    def check_told(self, done: Result, sent: set[str]) -> None:
        """C(changed) is true if and only if what was sent has changed something, as far as the module could know."""
        self.emulator.clock.advance(30)  # whatever was under way has ended
        changed = any(operation.effects for operation in self.accepted() if operation.request_token in sent)
        if done.changed and not changed and not self.others:
            statuses = {operation["operation_status"] for operation in done["operations"]}
            assert statuses & set(LIVE), "what is known to have failed has changed nothing"
        if changed and not done.changed:
            seen = done["inference_experiment"]
            told = {name: seen.get(name) for name in self.read} if self.read else seen
            assert told == self.read, "what is seen to have changed is told"

    def check_end(self) -> None:
        found = find(self.emulator, NAME)
        assert unmet(self.task, found) == [], "success means that declared equals actual"
        if self.task.get("state") != "absent" and not self.task.get("recreate"):
            assert untouched(self.before, found), "what has ended is never touched but for tags"
        if not self.others:
            self._check_nothing_doubled()
        again = run(self.emulator, self.task)
        assert (again.failed, again.changed, writes(self.emulator)) == (False, False, []), "then there is nothing to do"

    def check_rerun(self) -> None:
        again = run(self.emulator, self.task)
        assert "exception" not in again
        if not again.failed:
            self.check_end()
            return
        assert again["error"]["code"] == "Refused", f"without trouble only a refusal is left: {again.msg}"
        assert self.predicted.failed or self.others, f"it could have been brought about: {again.msg}"
        if self.predicted.failed and not self.others:
            assert again.msg == self.predicted.msg

    def _check_nothing_doubled(self) -> None:
        """As many operations took effect as without trouble; without what only a kept experiment knew, fewer."""
        effects = [o.effects for o in self.accepted() if o.effects]
        planned = len(self.predicted["operations"])
        assert len(effects) <= planned if self.task.get("recreate") else len(effects) == planned, effects
        stops = [effect for changes in effects for effect in changes if effect.startswith("stop")]
        assert len(stops) <= 1
        if self.before and self.before["status"] == "Running" and self.task.get("desired_state") in TERMINAL:
            fates = FATES[self.task.get("on_stop", "retain")]
            assert stops == [f"stop: production {fates['production']}, shadow {fates['shadow']}"]

    def _check_tokens(self) -> None:
        """A ClientToken stands for one request, and what has failed is asked for under another."""
        requests: dict[str, Mapping[str, Any]] = {}
        for record in self.emulator.log:
            if record.write:
                assert requests.setdefault(record.request["ClientToken"], record.request) == record.request
        tokens = [operation.client_token for operation in self.accepted()]
        assert len(tokens) == len(set(tokens))


def _read(emulator: Emulator) -> dict[str, Any]:
    """The experiment as the modules return it."""
    found = run_module("inference_experiment_info", {"names": [NAME]}, emulator=emulator)["inference_experiments"]
    return dict(found[0]) if found else {}


@pytest.mark.parametrize("seed", SEEDS)
def test_trouble_is_told_and_got_over(seed: int, emulator: Emulator) -> None:
    live(lambda: TroubledLife(emulator), seed=seed, lives=LIVES, steps=STEPS)
