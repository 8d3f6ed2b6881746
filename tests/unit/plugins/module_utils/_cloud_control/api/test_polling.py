"""polling.py: the clock, the deadline, and the pauses between polls and between tries."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api import polling
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed, TimedOut
from tests.support.cases import cases
from tests.support.manual_time import ManualTime


def test_default_clock_increases_and_returns_utc() -> None:
    clock = polling.Clock()
    before, moment = clock.monotonic(), clock.now()
    clock.sleep(0)
    assert clock.monotonic() >= before
    assert clock.now() >= moment
    assert str(moment.tzinfo) == "UTC"


# Read this test first.
def test_deadline_counts_from_its_start() -> None:
    time = ManualTime()
    time.clock.sleep(100)
    deadline = polling.Deadline(time.clock, 30)
    time.clock.sleep(10)
    assert deadline.remaining == 20


@cases(
    ("before the deadline", [5, 5], [5, 5]),
    ("until the deadline", [25, 25], [25, 5]),
    ("negative pause", [-3], [0]),
    ("whole time", [30], [30]),
)
def test_pause_sleeps_until_the_deadline(pauses_: list[float], slept: list[float]) -> None:
    time = ManualTime()
    deadline = polling.Deadline(time.clock, 30)
    for seconds in pauses_:
        deadline.pause(seconds, waiting_for="a change")
    assert time.slept == slept


def test_pause_raises_timed_out_after_the_deadline() -> None:
    time = ManualTime()
    deadline = polling.Deadline(time.clock, 30)
    deadline.pause(100, waiting_for="it was Creating")
    with pytest.raises(
        TimedOut, match=r"^wait_timeout of 30 seconds has elapsed: the status is still Creating$"
    ) as raised:
        deadline.pause(1, waiting_for="the status is still Creating")
    assert raised.value.code == "TimedOut"
    assert time.slept == [30]


def test_pause_raises_timed_out_with_operation_of_its_cause() -> None:
    cause = CallFailed("Rate exceeded", code="Throttling", operation="GetResource")
    with pytest.raises(TimedOut) as raised:
        polling.Deadline(ManualTime().clock, 0).pause(1, waiting_for="a response", cause=cause)
    assert (raised.value.operation, raised.value.__cause__) == ("GetResource", cause)


def _poll(length: float) -> tuple[float, int]:
    """Poll until so many seconds have passed; return the seconds after that, and the number of polls."""
    time = ManualTime()
    time.clock.sleep(1000)  # a monotonic clock can start at any value
    for pause in polling.pauses(time.clock):
        if time.elapsed() >= 1000 + length:
            break
        time.clock.sleep(pause)
    return time.elapsed() - 1000 - length, len(time.slept) - 1


def test_pauses_are_the_first_pauses_and_then_one_second() -> None:
    time = ManualTime()
    for pause in itertools.islice(polling.pauses(time.clock), 12):
        time.clock.sleep(pause)
    assert time.slept == [*polling.FIRST_PAUSES, *[polling.SHORTEST_GROWN_PAUSE] * 9]


@cases(
    ("half a second", 0.5, 0.25),
    ("a second", 1.0, 0.25),
    *((f"{seconds} s", seconds, 1.0) for seconds in (2, 3, 5, 9.5)),
    *((f"{seconds} s", seconds, seconds / 6) for seconds in (10, 15, 20, 30, 60, 120, 200)),
    *((f"{seconds} s", seconds, 30.0) for seconds in (300, 301, 600, 3600)),
)
def test_pauses_notice_the_end_in_time(length: float, latest: float) -> None:
    assert max(_poll(length)[0] for _run in range(50)) <= latest


def test_pauses_notice_the_end_within_a_tenth_in_most_cases() -> None:
    lengths = [10 * 30 ** (step / 200) for step in range(200)]
    assert sum(_poll(length)[0] <= length / 10 for length in lengths) >= 140


@pytest.mark.parametrize(("length", "most"), [(1, 3), (10, 13), (60, 30), (300, 40), (3600, 160)])
def test_pauses_limit_the_number_of_polls(length: float, most: int) -> None:
    assert max(_poll(length)[1] for _run in range(100)) <= most


def test_pauses_have_jitter() -> None:
    time = ManualTime()
    waits = polling.pauses(time.clock)
    list(itertools.islice(waits, len(polling.FIRST_PAUSES)))
    time.clock.sleep(100)
    assert len(set(itertools.islice(waits, 10))) > 1


@pytest.mark.parametrize(
    ("attempt", "ceiling"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 20), (7, 20), (5000, 20)]
)
def test_backoff_doubles_from_1_to_20_seconds(attempt: int, ceiling: float) -> None:
    drawn = [polling.backoff(attempt) for _run in range(20)]
    assert all(ceiling / 2 <= seconds <= ceiling for seconds in drawn)
    assert len(set(drawn)) > 1
