# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that would do harm, have no end or are too much: what a task makes of each, and what it never does."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.malformed_values import Gone, nested, put_at
from tests.support.module_runner import ENGINE, Result
from tests.support.network_failures import ALWAYS, CONTENT, DECIDED_ON, INFO, MOST_CALLS, PATIENCE, SCENES
from tests.support.tasks import (
    MODULE,
    NAME,
    OTHER_ROLE_ARN,
    exists,
    full,
    minimal,
    put_experiment,
    rejected,
    stored_experiment,
    succeeded,
)
from tests.support.thorough import some
from tests.unit.conftest import Run

CLIENT = f"{ENGINE.rpartition('.ansible_module')[0]}.api.client"


def sampled(names: str, *lists: Sequence[Any], each: int) -> pytest.MarkDecorator:
    """Run a test with every combination of values, one of each list, or with every C(each)-th if time is short."""
    chosen = some(list(itertools.product(*lists)), each=each)
    cases = [pytest.param(*values, id="-".join(str(value)[:40] for value in values)) for values in chosen]
    return pytest.mark.parametrize(names.split(), cases)


def properties_with(**properties: Any) -> Callable[[Any], Any]:
    """Put these into what GetResource returns; Gone takes one away."""

    def change(answer: Any) -> Any:
        for name, value in properties.items():
            answer = put_at(answer, (*CONTENT, name), value)
        return answer

    return change


def unreadable(result: Result, emulator: Emulator, *words: str) -> None:
    """It failed before any write since the answer made no sense, and says which one and what of it."""
    rejected(result, emulator, "The response to GetResource is invalid", *words)
    assert result["error"]["code"] == "InvalidAnswer"


NO_TAGS: list[Any] = [
    *({"old": "1"}, [None], ["old"], [{"Value": "1"}], [{"Key": 5, "Value": "1"}], [{"Key": "old", "Value": 0}]),
    *("old", 7),
]


@sampled("tags purge_tags check", NO_TAGS, [False, True], [False, True], each=5)
def test_tags_that_cannot_be_read_are_not_taken_for_none(
    run: Run, emulator: Emulator, tags: Any, purge_tags: bool, check: bool
) -> None:
    put_experiment(emulator, "Created", tags={"old": "1"})
    emulator.fault("GetResource", "changed", change=properties_with(Tags=tags), times=ALWAYS)
    task = minimal(tags={"new": "1"}, purge_tags=purge_tags)
    unreadable(run(MODULE, task, check=check), emulator, "Tags")


@sampled(
    "name value",
    ["Type", "RoleArn", "EndpointName", "ModelVariants", "ShadowModeConfig", "Status"],
    [Gone, None, "", 7, [[]], {"a": [None]}],
    each=7,
)
def test_nothing_is_deleted_on_the_ground_of_what_is_missing(
    run: Run, emulator: Emulator, name: str, value: Any
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=properties_with(**{name: value}), times=ALWAYS)
    unreadable(run(MODULE, full(recreate=True)), emulator, name)


@pytest.mark.parametrize(
    "task",
    [
        pytest.param(minimal(state="absent", on_stop="promote_shadow"), id="deleted after a promotion"),
        pytest.param(full(role_arn=OTHER_ROLE_ARN, recreate=True), id="deleted and created again"),
        pytest.param(minimal(desired_state="Completed"), id="stopped"),
        pytest.param(minimal(description="New"), id="updated"),
    ],
)
def test_from_a_status_that_nobody_knows_nothing_is_tried(run: Run, emulator: Emulator, task: dict[str, Any]) -> None:
    put_experiment(emulator, "Running")
    emulator.fault("GetResource", "changed", change=properties_with(Status="Hibernating"), times=ALWAYS)
    rejected(run(MODULE, task), emulator, "Hibernating", "This version of the collection does not support")


def test_of_a_status_that_nobody_knows_it_is_still_deleted(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=properties_with(Status="Hibernating"), times=1)
    succeeded(run(MODULE, minimal(state="absent")))
    assert not exists(emulator)


@pytest.mark.parametrize("on_stop", ["promote_shadow", "remove_shadow"])
@pytest.mark.parametrize("kept", [0, 1], ids=["production", "shadow"])
def test_a_stop_that_decides_the_fate_of_variants_needs_both(
    run: Run, emulator: Emulator, on_stop: str, kept: int
) -> None:
    put_experiment(emulator, "Running")
    one = [stored_experiment(emulator)["properties"]["ModelVariants"][kept]]
    emulator.fault("GetResource", "changed", change=properties_with(ModelVariants=one), times=ALWAYS)
    rejected(run(MODULE, minimal(desired_state="Completed", on_stop=on_stop)), emulator, on_stop, "variant named")


@pytest.mark.parametrize(
    ("carried", "word"),
    [
        pytest.param({"Description": ""}, "description must not be empty", id="an empty description"),
        pytest.param({"KmsKey": ""}, "kms_key must not be empty", id="an empty key"),
        pytest.param({"DataStorageConfig": {"Destination": "nowhere"}}, "destination", id="a place that is none"),
    ],
)
def test_what_could_not_be_created_again_is_not_deleted(
    run: Run, emulator: Emulator, carried: dict[str, Any], word: str
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=properties_with(**carried), times=ALWAYS)
    rejected(run(MODULE, full(role_arn=OTHER_ROLE_ARN, recreate=True)), emulator, word, "cannot be created again")


# --- what would have no end ---


TOKENS: dict[str, Callable[[], Iterator[Any]]] = {
    "the same": lambda: itertools.repeat("again"),
    "a new one each time": lambda: map(str, itertools.count()),
    "two in turn": lambda: itertools.cycle(["one", "two"]),
    "a number": lambda: itertools.repeat(7),
    "a list": lambda: itertools.repeat([1]),
}


@sampled("tokens call", list(TOKENS), ["ListResources", "ListResourceRequests"], each=3)
def test_pages_without_an_end_end(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tokens: str, call: str
) -> None:
    module, token = INFO if call == "ListResources" else MODULE, TOKENS[tokens]()
    monkeypatch.setattr(f"{CLIENT}._MAX_PAGES", 20)
    put_experiment(emulator, "Created")
    emulator.fault(call, "changed", change=lambda answer: {**answer, "NextToken": next(token)}, times=ALWAYS)
    # The emulator does not know such tokens, and does not look at them here.
    emulator.fault("UpdateResource", "error", code="ConcurrentOperationException", times=2)
    result = run(module, {} if module == INFO else minimal(description="New"))
    assert len(emulator.calls()) < MOST_CALLS
    if module == INFO:
        assert (result.failed, result["error"]["operation"]) == (True, "ListResources")
    else:
        assert succeeded(result).changed


def test_an_empty_token_is_the_end(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("ListResources", "changed", change=lambda answer: {**answer, "NextToken": ""}, times=ALWAYS)
    assert [found["name"] for found in succeeded(run(INFO, {}))["inference_experiments"]] == [NAME]


POLL = "GetResourceRequestStatus"
EVENT = ("ProgressEvent",)


@pytest.mark.parametrize("times", [1, ALWAYS], ids=["once", "always"])
def test_the_progress_of_another_operation_is_not_taken_for_ours(run: Run, emulator: Emulator, times: int) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 60.0
    other = {"OperationStatus": "SUCCESS", "RequestToken": "11111111-2222-3333-4444-555555555555"}
    emulator.fault(POLL, "changed", change=lambda a: put_at(a, EVENT, {**a["ProgressEvent"], **other}), times=times)
    result = run(MODULE, minimal(description="New", wait_timeout=PATIENCE))
    ours = emulator.operations()[0].request_token
    assert result["operations"][0]["request_token"] == ours
    assert result.failed == (times == ALWAYS)
    if result.failed:
        assert (result["error"]["code"], result["error"]["request_token"]) == ("TimedOut", ours)


@sampled("when", [10**11, 0, -(10**9), 253402300799, 1e-300, "2026-01-01T12:00:00Z", "1970-01-01T00:00:00Z"], each=4)
def test_no_time_to_poll_at_is_too_odd(run: Run, emulator: Emulator, when: Any) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 30.0
    for call in ("UpdateResource", POLL):
        emulator.fault(call, "changed", change=lambda a: put_at(a, (*EVENT, "RetryAfter"), when), times=ALWAYS)
    began = emulator.clock.now()
    assert succeeded(run(MODULE, minimal(description="New"))).changed
    assert (emulator.clock.now() - began).total_seconds() < 180
    assert len(emulator.calls()) < MOST_CALLS


@sampled("when", ["soon", {"in": 5}, 1e30, "NaN", []], each=3)
def test_a_poll_that_cannot_be_read_for_a_while_does_not_lose_the_operation(
    run: Run, emulator: Emulator, when: Any
) -> None:
    put_experiment(emulator, "Created")
    emulator.settings.operation_seconds = 30.0
    emulator.fault(POLL, "changed", change=lambda a: put_at(a, (*EVENT, "RetryAfter"), when), times=12)
    assert succeeded(run(MODULE, minimal(description="New"))).changed


# --- what there is too much of ---


def more(value: Any, *, spared: Collection[str]) -> Any:
    """The same with a member that nobody knows in every object, those in texts included, but not below the spared."""
    if isinstance(value, dict):
        members = {n: member if n in spared else more(member, spared=spared) for n, member in value.items()}
        return {**members, "Unknown": {"a": [None, 1.5, "\ud800"]}}
    if isinstance(value, list):
        return [more(element, spared=spared) for element in value]
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(more(json.loads(value), spared=spared))
    return value


@sampled("title", [scene.title for scene in SCENES], each=3)
def test_members_that_nobody_knows_change_nothing(run: Run, emulator: Emulator, title: str) -> None:
    scene = next(scene for scene in SCENES if scene.title == title)
    scene.prepare(emulator)
    expected = succeeded(scene.play(run))
    # In a patch they would be sent back, as they have to be, to an emulator that does not have them.
    spared = DECIDED_ON if emulator.writes() else ()
    scene.prepare(emulator)
    emulator.fault("*", "changed", change=partial(more, spared=spared), times=ALWAYS)
    result = succeeded(scene.play(run))
    assert result.changed == expected.changed
    if scene.module == MODULE:
        assert [o["operation"] for o in result["operations"]] == [o["operation"] for o in expected["operations"]]


MUCH = {
    "300 levels": nested(150, lambda value: {"a": [value]}),
    "5 MB of text": "x" * 5_000_000,
    "5 MB of a list": ["x" * 1000] * 5_000,
}


@sampled("much module", list(MUCH), [MODULE, INFO], each=3)
def test_much_of_what_nobody_asked_for_is_carried(run: Run, emulator: Emulator, much: str, module: str) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=properties_with(Unknown=MUCH[much]), times=ALWAYS)
    assert not succeeded(run(module, {"name": NAME})).changed


BODIES = {
    "no UTF-8": b"\xff\xfe" * 100_000,
    "100,000 brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 100_000,
    "a number of a million digits": b"1" * 1_000_000,
    "null": b"null",
    "nothing": b"",
    "5 MB of Properties": json.dumps({"ResourceDescription": {"Properties": "[" * 5_000_000}}).encode(),
}


@sampled("body status", list(BODIES), [200, 400, 500], each=4)
def test_a_body_of_anything_is_a_failure_in_few_words(run: Run, emulator: Emulator, body: str, status: int) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=lambda _answer: BODIES[body], status=status, times=ALWAYS)
    result = run(MODULE, minimal(state="absent"))
    rejected(result, emulator)
    assert len(result.msg) < 10_000
    assert len(emulator.calls()) < 10


ERRORS: list[Any] = [
    *({}, {"__type": None}, {"__type": 7}, {"__type": []}, {"__type": "", "message": ""}),
    *({"__type": "Odd", "message": message} for message in (None, 7, ["x"], {"a": 1}, "\ud800", "x" * 5_000_000)),
    *({"__type": "a:b#c", "Message": "x"}, {"__type": "ResourceNotFoundException#", "message": "x"}),
]


@sampled("error status", ERRORS, [400, 500], each=5)
def test_an_error_of_any_form_is_a_failure_in_few_words(run: Run, emulator: Emulator, error: Any, status: int) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=lambda _answer: error, status=status, times=ALWAYS)
    result = run(MODULE, full(description="New"))
    rejected(result, emulator)
    assert len(result.msg) < 10_000
