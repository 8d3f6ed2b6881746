# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time that passes only when somebody sleeps."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.polling import Clock

START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)


class ManualTime:
    """Its C(clock) is what the engine takes; C(slept) is what the engine made of it."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.clock = Clock(sleep=self.slept.append, monotonic=self.elapsed, now=self.now)

    def elapsed(self) -> float:
        return sum(self.slept)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed())
