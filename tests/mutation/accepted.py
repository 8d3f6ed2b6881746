# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutants that no test notices, each with the reason why none has to: file and change -> reason."""

from __future__ import annotations


def _change(before: str, after: str) -> str:
    return f"- {before}\n+ {after}"


_ABOUT_SO_MUCH = "A number of about this size is what is wanted."
_TO_THE_INSTANT = "Only if no time at all is left, neither more nor less, does it make a difference."
_PAUSE = "pause = backoff({}) if other else max(backoff({}), next(self._pauses_for_others))"
_HOPELESS = "hopeless = reading or (error.__cause__ is not None and task.deadline.remaining {})"
_VISIBLE = "if seen or not self.task.wait or self.task.deadline.clock.monotonic() - began {} _VISIBLE_AFTER_CREATE:"
_SHADOW = 'return config.get("SourceModelVariantName"), shadows[{}].get("ShadowModelVariantName")'
_MISSING = 'NAME=params.get("NAME", {}),'
_ENDED = 'if parse_instant(schedule["EndTime"]) {} now:'
_BEGAN = "if start and began_at_once and parse_instant(start) - now {} CLOCKS_MAY_DIFFER:"
_CEILING = (
    "ceiling: float = min(20.0, 2.0 ** min(attempt - 1, {}))"
    "  # a patient one has thousands, too many for a power of two"
)
_SERVER = "unanswered = status >= {} or code in _TIMED_OUT_THERE"

ACCEPTED: dict[tuple[str, str], str] = {
    **{
        ("manage.py", _change(f"{name}=min({seconds}, seconds),", f"{name}=min( {other}, seconds),")): _ABOUT_SO_MUCH
        for name, seconds in (("connect_timeout", 10), ("read_timeout", 60))
        for other in (seconds - 1, seconds + 1)
    },
    **{
        ("acting.py", _change(_PAUSE.format(1, 3), _PAUSE.format(after, without))): _ABOUT_SO_MUCH
        for after, without in ((1, " 2"), (1, " 4"), (" 0", 3), (" 2", 3))
    },
    **{
        ("reconcile.py", _change(_HOPELESS.format("<= 0"), _HOPELESS.format(other))): _TO_THE_INSTANT
        for other in ("< 0", "<= -1", "<= 1")
    },
    **{
        ("acting.py", _change("self.task.setbacks = 0", f"self.task.setbacks = {other}")): _ABOUT_SO_MUCH
        for other in (-1, 1)
    },
    ("acting.py", _change(_VISIBLE.format(">"), _VISIBLE.format(">="))): _TO_THE_INSTANT,
    **{
        ("inference_experiment.py", _change(_SHADOW.format(0), _SHADOW.format(other))): "There is one shadow only."
        for other in (" -1", "- 1")
    },
    **{
        (file, _change(line.format(right), line.format(not right))): "Who has no such option does not look at it."
        for file, name, right in (
            ("manage.py", "purge_tags", True),
            ("manage.py", "force_write_only", False),
            ("inform.py", "include_write_only", False),
        )
        for line in [_MISSING.replace("NAME", name)]
    },
    ("clock.py", _change(_CEILING.format(5), _CEILING.format(6))): "Both are above the ceiling of twenty seconds.",
    ("inference_experiment.py", _change(_ENDED.format("<="), _ENDED.format("<"))): _TO_THE_INSTANT,
    ("inference_experiment.py", _change(_BEGAN.format(">"), _BEGAN.format(">="))): _TO_THE_INSTANT,
    ("client.py", _change(_SERVER.format(500), _SERVER.format(499))): "There is no HTTP status 499.",
}
