"""Random tasks with random faults: failed calls, lost responses, failed operations and changes by another caller.

The full run has 1,000 examples. Each seed is a test.
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
from tests.support.stateful.invariants import (
    TERMINAL,
    VARIANT_ACTIONS,
    act,
    assert_complete,
    assert_distinct_tokens,
    find,
    run,
    unmet,
    untouched,
    writes,
)
from tests.support.stateful.state_machine import NAME, TaskMachine, ends, options, run_machine, schedules
from tests.support.stateful.transitions import NEEDED
from tests.support.thorough import THOROUGH

SEEDS, EXAMPLES = (range(10), 100) if THOROUGH else (range(1), 4)
STEPS = 10

# The maximum duration of a task in seconds: less than the time to any schedule, so that none starts or ends in a run.
BUDGET = 600
# The maximum number of calls of a task. Failed polls alone are up to fifty.
MAX_CALLS = 250

_READS = ("GetResource", "DescribeInferenceExperiment", "GetResourceRequestStatus", "ListResourceRequests")
_FAILED_CALLS: tuple[dict[str, Any], ...] = (
    *({"kind": kind} for kind in ("throttle", "lost", "lost_response", "close", "reset", "refused", "broken_json")),
    *({"kind": kind, "applied": applied} for kind in ("html503", "not_json", "missing_keys") for applied in (0, 1)),
    *({"kind": "error", "code": code, "status": 503} for code in ("ServiceUnavailable", "InternalFailure")),
    *({"kind": "error", "code": "RequestTimeout", "status": 408, "applied": applied} for applied in (0, 1)),
)
_ERRORS = (
    *("AccessDeniedException", "ExpiredTokenException", "TypeNotFoundException", "ConcurrentOperationException"),
    *("ValidationException", "AlreadyExistsException", "ClientTokenConflictException", "RequestTokenNotFoundException"),
)
_ACTIONS = ("delete", "delete", "create", "stop", "start", "update", "tag")
_OPERATIONS = {"create": "CreateResource", "update": "UpdateResource", "delete": "DeleteResource"}
# HandlerErrorCodes of operations that were not started.
_NOT_APPLIED = ("InvalidRequest", "NotUpdatable", "AlreadyExists", "NotFound")
_DURATIONS: tuple[dict[str, float], ...] = (
    {},
    {"pending_seconds": 2.0, "operation_seconds": 6.0, "identifier_delay_seconds": 1.0, "read_delay_seconds": 5.0},
    {"operation_seconds": 0.1, "transition_seconds": 8.0},
)


class Faults:
    """Random faults for one run of a task with these writes."""

    def __init__(self, random: Random, writes: list[str]) -> None:
        self._random = random
        self._writes = writes or list(ASYNCHRONOUS)
        kinds = [self._failed_call, self._failed_call, self._error, self._failed_operation, self._other_caller]
        self.parts = [random.choice(kinds)() for _part in range(random.choice([0, 1, 1, 1, 2, 2, 3]))]

    @property
    def calls_with_action(self) -> list[int]:
        """The numbers of the calls, from 1, before which another caller changes the experiment."""
        return [part["nth"] for part in self.parts if "action" in part]

    def arm(self, emulator: Emulator) -> None:
        for part in self.parts:
            if "action" not in part:
                emulator.fault(**part)
            # With a read delay, the module could not read the experiment of another caller.
            elif part["action"] != "create" or not emulator.settings.read_delay_seconds:
                emulator.on_call("*", partial(act, emulator, part["action"], NAME), nth=part["nth"])

    def _times(self) -> dict[str, int]:
        choice = self._random.choice
        return {"times": choice([1, 1, 1, 2, 3, 9, 10**6]), "after": choice([0, 0, 0, 1, 2, 4])}

    def _failed_call(self) -> dict[str, Any]:
        """Return a fault of a call, which AWS may have applied."""
        operation = self._random.choice(["*", *_READS, *self._writes, *self._writes])
        return {"operation": operation, **self._random.choice(_FAILED_CALLS), **self._times()}

    def _error(self) -> dict[str, Any]:
        operation, code = self._random.choice([*_READS, *self._writes]), self._random.choice(_ERRORS)
        return {"operation": operation, "kind": "error", "code": code, **self._times()}

    def _failed_operation(self) -> dict[str, Any]:
        """Return a fault of an operation, which may have been applied."""
        code = self._random.choice(["", "", *HANDLER_ERROR_CODES])
        how = {"kind": "failed", "code": code} if code else {"kind": "cancelled"}
        applied = code not in _NOT_APPLIED and self._random.choice([False, False, True])
        return {"operation": self._random.choice(self._writes), **how, "applied": applied, **self._times()}

    def _other_caller(self) -> dict[str, Any]:
        return {"action": self._random.choice(_ACTIONS), "nth": self._random.randint(1, 8)}


class FaultyTaskMachine(TaskMachine):
    """Runs each task with random faults, and then without."""

    # Hypothesis prefers small values, also for random numbers. True randomness still depends on the seed.
    @initialize(random=st.randoms(use_true_random=True))
    def set_up_experiment(self, random: Random) -> None:
        self.random = random
        self.emulator.settings.update({**random.choice(_DURATIONS), "delete_missing_late": random.random() < 0.5})
        status = random.choice(["absent", "Created", "Running", "Running", "Completed"])
        if status != "absent":
            self.emulator.put_experiment(REGION, {"Name": NAME}, status=status, tags={"team": "a"})
            self.emulator.clock.advance(60)

    @rule(options=options, schedule=schedules, end=st.sampled_from([{}, {"desired_state": "Running"}]))
    def run_recreate(self, options: dict[str, Any], schedule: Any, end: dict[str, str]) -> None:
        self.run_task(whole=True, options=options, schedule=schedule, end=end, recreate=True)

    @rule(options=options, end=ends)
    def run_update(self, options: dict[str, Any], end: dict[str, str]) -> None:
        self.run_task(whole=False, options=options, schedule=None, end=end, recreate=False)

    def _run(self, task: dict[str, Any]) -> None:
        task = {**task, "wait_timeout": BUDGET}
        if task.get("state") != "absent" and find(self.emulator, NAME) is None and self.random.random() < 0.8:
            task = {**NEEDED, **task}
        predicted = run(self.emulator, task, check=True)
        writes = [] if predicted.failed else [_OPERATIONS[o["operation"]] for o in predicted["operations"]]
        if not writes and self.random.random() < 0.8:
            return  # few faults affect a task without writes
        faults = Faults(self.random, writes)
        note(f"{task} with {faults.parts}")
        attempt = Attempt(self.emulator, task, predicted, calls_with_action=faults.calls_with_action)
        faults.arm(self.emulator)
        done = attempt.run()
        self.emulator.clear_faults()
        sent = {operation.request_token for operation in attempt.accepted()}
        self.emulator.clock.advance(self.random.choice([0, 0, 30]))
        if done.failed or attempt.changed_after_last_read:
            attempt.check_rerun()
        else:
            attempt.check_end()
        attempt.check_changed(done, sent)
        self._advance_to_full_hour()

    def _advance_to_full_hour(self) -> None:
        """After a long run, keep half an hour between each schedule and the next runs."""
        past = self.emulator.clock.now().minute * 60
        if past > BUDGET:
            self.emulator.clock.advance(3600 - past)


class Attempt:
    """A task that runs with faults and then without, and the checks of its results."""

    def __init__(
        self, emulator: Emulator, task: dict[str, Any], predicted: Result, *, calls_with_action: list[int]
    ) -> None:
        self.emulator = emulator
        self.task = task
        self.other_caller = bool(calls_with_action)
        self._calls_with_action = calls_with_action
        self.changed_after_last_read = False
        self.predicted = predicted
        self.before = find(emulator, NAME)
        self.read = _read(emulator)
        self.earlier = {operation.request_token for operation in emulator.operations()}

    def run(self) -> Result:
        start = self.emulator.clock.now()
        done = run(self.emulator, self.task)
        assert_complete(done)
        assert (self.emulator.clock.now() - start).total_seconds() <= BUDGET + 1, "the task ends within wait_timeout"
        assert len(self.emulator.log) <= MAX_CALLS
        calls = [record.operation for record in self.emulator.log]
        # No task can detect such a change. Describe, which follows the last GetResource, does not return the tags.
        self.changed_after_last_read = any(
            call <= len(calls) and "GetResource" not in calls[call - 1 :] for call in self._calls_with_action
        )
        self._check_tokens()
        if self.predicted.failed and not self.other_caller:
            assert done.failed, "faults do not make a rejected task succeed"
            assert self.accepted() == [], "a rejected task writes nothing"
        return done

    def accepted(self) -> list[Accepted]:
        return [o for o in self.emulator.operations() if o.request_token not in self.earlier]

    def check_changed(self, done: Result, sent: set[str]) -> None:
        """Check that changed is true if and only if AWS applied a change that the module could detect."""
        self.emulator.clock.advance(30)  # all operations have ended
        changed = any(operation.effects for operation in self.accepted() if operation.request_token in sent)
        if done.changed and not changed and not self.other_caller:
            statuses = {operation["operation_status"] for operation in done["operations"]}
            assert statuses & set(LIVE), "a failed operation without effect is no change"
        if changed and not done.changed:
            last_read = done["inference_experiment"]
            known = {name: last_read.get(name) for name in self.read} if self.read else last_read
            assert known == self.read, "a difference in the last read is a change"

    def check_end(self) -> None:
        found = find(self.emulator, NAME)
        assert unmet(self.task, found) == [], "success means that declared equals actual"
        if self.task.get("state") != "absent" and not self.task.get("recreate"):
            assert untouched(self.before, found), "only the tags of an ended experiment change"
        if not self.other_caller:
            self._check_effects()
        again = run(self.emulator, self.task)
        assert (again.failed, again.changed, writes(self.emulator)) == (False, False, []), "the task is complete"

    def check_rerun(self) -> None:
        again = run(self.emulator, self.task)
        assert_complete(again)
        if not again.failed:
            self.check_end()
            return
        assert again["error"]["code"] == "Refused", f"without faults, a task fails only if it is rejected: {again.msg}"
        assert self.predicted.failed or self.other_caller, again.msg
        if self.predicted.failed and not self.other_caller:
            assert again.msg == self.predicted.msg

    def _check_effects(self) -> None:
        """Check that as many operations took effect as predicted. A recreate that was interrupted can need fewer."""
        effects = [o.effects for o in self.accepted() if o.effects]
        planned = len(self.predicted["operations"])
        assert len(effects) <= planned if self.task.get("recreate") else len(effects) == planned, effects
        stops = [effect for changes in effects for effect in changes if effect.startswith("stop")]
        assert len(stops) <= 1
        if self.before and self.before["status"] == "Running" and self.task.get("desired_state") in TERMINAL:
            actions = VARIANT_ACTIONS[self.task.get("on_stop", "retain")]
            assert stops == [f"stop: production {actions['production']}, shadow {actions['shadow']}"]

    def _check_tokens(self) -> None:
        """Check that a ClientToken belongs to one request, and that each accepted operation has its own."""
        requests: dict[str, Mapping[str, Any]] = {}
        for record in self.emulator.log:
            if record.write:
                assert requests.setdefault(record.request["ClientToken"], record.request) == record.request
        assert_distinct_tokens(self.accepted())


def _read(emulator: Emulator) -> dict[str, Any]:
    """Return the experiment as the info module returns it; an empty dictionary if it does not exist."""
    found = run_module("inference_experiment_info", {"names": [NAME]}, emulator=emulator)["inference_experiments"]
    return dict(found[0]) if found else {}


# Takes seconds: an example has up to ten tasks, each in check mode, with faults, without and again.
@pytest.mark.sampled
@pytest.mark.parametrize("seed", SEEDS)
def test_second_run_completes_random_task_with_faults(seed: int, emulator: Emulator) -> None:
    run_machine(lambda: FaultyTaskMachine(emulator), seed=seed, examples=EXAMPLES, steps=STEPS)
