# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock, a task's budget of time, and how long to wait between two looks."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.polling import (
    FIRST_PAUSES,
    SHORTEST_GROWN_PAUSE,
    Clock,
    Deadline,
    backoff,
    pauses,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import TimedOut
from tests.support.manual_time import ManualTime


def test_the_real_clock_goes_forward_and_knows_utc() -> None:
    clock = Clock()
    before, moment = clock.monotonic(), clock.now()
    clock.sleep(0)

    assert clock.monotonic() >= before
    assert clock.now() >= moment
    assert str(moment.tzinfo) == "UTC"


def test_a_deadline_counts_from_its_making() -> None:
    time = ManualTime()
    time.clock.sleep(100)
    deadline = Deadline(time.clock, 30)
    time.clock.sleep(10)

    assert deadline.remaining == 20


@pytest.mark.parametrize(
    ("asked", "slept"),
    [
        pytest.param([5, 5], [5, 5], id="as long as asked for"),
        pytest.param([25, 25], [25, 5], id="not past the end"),
        pytest.param([-3], [0], id="never backwards"),
        pytest.param([30], [30], id="up to the very end"),
    ],
)
def test_a_pause_sleeps(asked: list[float], slept: list[float]) -> None:
    time = ManualTime()
    deadline = Deadline(time.clock, 30)

    for seconds in asked:
        deadline.pause(seconds, waiting_for="a change")

    assert time.slept == slept


def test_a_pause_after_the_end_says_what_was_waited_for_and_does_not_sleep() -> None:
    time = ManualTime()
    deadline = Deadline(time.clock, 30)
    deadline.pause(100, waiting_for="it was Creating")

    with pytest.raises(
        TimedOut, match=r"^wait_timeout of 30 seconds has elapsed: the status is still Creating$"
    ) as raised:
        deadline.pause(1, waiting_for="the status is still Creating")

    assert raised.value.code == "TimedOut"
    assert time.slept == [30]


def test_a_time_out_names_the_option() -> None:
    deadline = Deadline(ManualTime().clock, 0)

    with pytest.raises(TimedOut, match=r"^wait_timeout of 0 seconds has elapsed: a response"):
        deadline.pause(1, waiting_for="a response")


def _late(length: float) -> tuple[float, int]:
    """Look until so many seconds have gone by; return how many more it were, and how many looks."""
    time = ManualTime()
    time.clock.sleep(1000)  # where a clock begins means nothing
    for pause in pauses(time.clock):
        if time.elapsed() >= 1000 + length:
            break
        time.clock.sleep(pause)
    return time.elapsed() - 1000 - length, len(time.slept) - 1


def test_pauses_come_early_at_first_and_then_one_a_second() -> None:
    time = ManualTime()
    for pause in itertools.islice(pauses(time.clock), 12):
        time.clock.sleep(pause)

    assert time.slept == [*FIRST_PAUSES, *[SHORTEST_GROWN_PAUSE] * 9]


@pytest.mark.parametrize(
    ("length", "latest"),
    [
        pytest.param(0.5, 0.25, id="half a second"),
        pytest.param(1.0, 0.25, id="a second"),
        *(pytest.param(seconds, 1.0, id=f"{seconds} s") for seconds in (2, 3, 5, 9.5)),
        *(pytest.param(seconds, seconds / 6, id=f"{seconds} s") for seconds in (10, 15, 20, 30, 60, 120, 200)),
        *(pytest.param(seconds, 30.0, id=f"{seconds} s") for seconds in (300, 301, 600, 3600)),
    ],
)
def test_the_end_is_noticed_in_time(length: float, latest: float) -> None:
    assert max(_late(length)[0] for _run in range(50)) <= latest


def test_the_end_is_noticed_within_a_tenth_as_a_rule() -> None:
    lengths = [10 * 30 ** (step / 200) for step in range(200)]

    assert sum(_late(length)[0] <= length / 10 for length in lengths) >= 140


@pytest.mark.parametrize(("length", "most"), [(1, 3), (10, 13), (60, 30), (300, 40), (3600, 160)])
def test_the_looks_are_counted(length: float, most: int) -> None:
    assert max(_late(length)[1] for _run in range(100)) <= most


def test_grown_pauses_are_jittered() -> None:
    time = ManualTime()
    waits = pauses(time.clock)
    list(itertools.islice(waits, len(FIRST_PAUSES)))
    time.clock.sleep(100)

    assert len(set(itertools.islice(waits, 10))) > 1


@pytest.mark.parametrize(
    ("attempt", "ceiling"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 20), (7, 20), (5000, 20)]
)
def test_the_backoff_doubles_from_one_second_to_twenty(attempt: int, ceiling: float) -> None:
    drawn = [backoff(attempt) for _run in range(20)]

    assert all(ceiling / 2 <= seconds <= ceiling for seconds in drawn)
    assert len(set(drawn)) > 1
