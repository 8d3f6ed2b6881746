# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock, a task's budget of time, and how long to wait between two looks."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.clock import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    SHORTEST_GROWN_PAUSE,
    Clock,
    Deadline,
    backoff,
    pauses,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import TimedOut
from tests.unit.module_utils.manual_time import ManualTime


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

    with pytest.raises(TimedOut, match=r"^wait_timeout of 30 seconds ran out: it was still Creating$") as raised:
        deadline.pause(1, waiting_for="it was still Creating")

    assert raised.value.code == "TimedOut"
    assert time.slept == [30]


def test_a_time_out_goes_by_the_name_that_the_user_knows() -> None:
    deadline = Deadline(ManualTime().clock, 0, name="The limit for repeating")

    with pytest.raises(TimedOut, match=r"^The limit for repeating of 0 seconds ran out"):
        deadline.pause(1, waiting_for="an answer")


def test_pauses_come_early_at_first_and_never_stand_still() -> None:
    time = ManualTime()
    first = list(itertools.islice(pauses(time.clock), 4))

    assert first[:2] == [FIRST_PAUSE, 2 * FIRST_PAUSE]
    assert all(0.8 * SHORTEST_GROWN_PAUSE <= pause <= SHORTEST_GROWN_PAUSE for pause in first[2:])


def test_pauses_grow_with_the_time_gone_by_and_no_further_than_the_longest() -> None:
    time = ManualTime()
    waits = pauses(time.clock)
    next(waits)
    next(waits)

    for elapsed, longest in ((100, 10), (200, 20), (300, 30), (3600, LONGEST_PAUSE)):
        time.clock.sleep(elapsed - time.elapsed())
        assert 0.8 * longest <= next(waits) <= longest


def test_whoever_waits_an_hour_looks_a_bounded_number_of_times() -> None:
    """An hour of waiting is what a throttled account can bear: far fewer than a look a second."""
    time = ManualTime()
    for pause in pauses(time.clock):
        if time.elapsed() > 3600:
            break
        time.clock.sleep(pause)

    assert 100 < len(time.slept) < 250


def test_pauses_are_jittered() -> None:
    assert len(set(itertools.islice(pauses(ManualTime().clock), 2, 12))) > 1


@pytest.mark.parametrize(("attempt", "ceiling"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 20), (7, 20), (500, 20)])
def test_the_backoff_doubles_from_one_second_to_twenty(attempt: int, ceiling: float) -> None:
    drawn = [backoff(attempt) for _ in range(20)]

    assert all(ceiling / 2 <= seconds <= ceiling for seconds in drawn)
    assert len(set(drawn)) > 1
