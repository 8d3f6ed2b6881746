# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grid: the outcome of each declaration in each status. The tests run it, and the guide to the operations shows it.

An outcome is the operations in order (create, update, start, stop, delete), "-" for no operation, or "no: " and the
reason of the rejection. "start" and "stop" are updates that set DesiredState. Changed tags are a part of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SETTLED = ("absent", "Created", "Running", "Completed", "Cancelled")

# A status in transit is waited out; from there on the column of the status that it ends in says what happens.
TRANSITS = (
    ("Creating", "Created"),
    ("Creating", "Running"),
    ("Updating", "Created"),
    ("Updating", "Running"),
    ("Starting", "Running"),
    ("Stopping", "Completed"),
    ("Stopping", "Cancelled"),
)

# The reasons of refusals, each with words that its message must have beside the names of the options. Where a message
# has more than one, the first of these counts.
REASONS = {
    "new": "would first be deleted by recreate: true. desired_state",
    "missing": "The create requires these options",
    "absent": "requires an existing inference experiment",
    "fixed": "can be set only on create",
    "not started": "The experiment has not started",
    "runs": "While Running, only",
    "ended": "The experiment has ended",
}


@dataclass(frozen=True)
class Wish:
    """A row: what a task gives besides the name, and what comes of it in each settled status.

    alone is for a task that gives nothing else; recreate for one that gives all that a create needs, the wish on top,
    and recreate: true.
    """

    title: str
    gives: Mapping[str, Any]
    alone: tuple[str, ...]
    recreate: tuple[str, ...]
    names: tuple[str, ...] = ()
    """The options that a refusal has to name beside desired_state, where the experiment exists."""


def variant(name: str, count: int = 1) -> dict[str, Any]:
    real_time = {"instance_type": "ml.m5.xlarge", "instance_count": count}
    infrastructure = {"infrastructure_type": "RealTimeInference", "real_time_inference_config": real_time}
    return {"variant_name": name, "model_name": f"demo-{name}", "infrastructure_config": infrastructure}


def shadowing(percentage: int, *, source: str = "production", shadow: str = "shadow") -> dict[str, Any]:
    variant = {"shadow_model_variant_name": shadow, "sampling_percentage": percentage}
    return {"source_model_variant_name": source, "shadow_model_variants": [variant]}


ROLE = "arn:aws:iam::123456789012:role/"
# All that a create needs; every experiment of the grid is as this says, and has a description, storage and a tag.
NEEDED: dict[str, Any] = {
    "type": "ShadowMode",
    "role_arn": f"{ROLE}experiments",
    "endpoint_name": "shop",
    "model_variants": [variant("production"), variant("shadow")],
    "shadow_mode_config": shadowing(10),
}

_VARIANTS = {"model_variants": [variant("production"), variant("shadow", count=2)]}
_STORAGE = {"data_storage_config": {"destination": "s3://elsewhere/captured"}}
_TEXT = {"description": "another text"}
_TAGS = {"tags": {"team": "search"}}
_RUN = {"desired_state": "Running"}
_COMPLETE, _CANCEL = {"desired_state": "Completed"}, {"desired_state": "Cancelled"}

_MISSING, _ABSENT, _NEW = "no: missing", "no: absent", "no: new"
_AGAIN = "delete, create"

GRID = (
    Wish("no other options", {}, (_MISSING, "-", "-", "-", "-"), ("create", "-", "-", "-", "-")),
    Wish(
        "another description",
        _TEXT,
        (_MISSING, "update", "update", "no: ended", "no: ended"),
        ("create", "update", "update", _AGAIN, _AGAIN),
        names=("description",),
    ),
    Wish(
        "another sampling_percentage",
        {"shadow_mode_config": shadowing(90)},
        (_MISSING, "update", "update", "no: ended", "no: ended"),
        ("create", "update", "update", _AGAIN, _AGAIN),
        names=("shadow_mode_config",),
    ),
    Wish(
        "production and shadow exchanged in shadow_mode_config",
        {"shadow_mode_config": shadowing(10, source="shadow", shadow="production")},
        (_MISSING, "update", "no: runs", "no: ended", "no: ended"),
        ("create", "update", _AGAIN, _AGAIN, _AGAIN),
        names=("shadow_mode_config",),
    ),
    Wish(
        "other model_variants",
        _VARIANTS,
        (_MISSING, "update", "no: runs", "no: ended", "no: ended"),
        ("create", "update", _AGAIN, _AGAIN, _AGAIN),
        names=("model_variants",),
    ),
    Wish(
        "another data_storage_config",
        _STORAGE,
        (_MISSING, "update", "no: runs", "no: ended", "no: ended"),
        ("create", "update", _AGAIN, _AGAIN, _AGAIN),
        names=("data_storage_config",),
    ),
    Wish(
        "another schedule.start_time and schedule.end_time",
        {"schedule": {"start_time": "+48h", "end_time": "+96h"}},
        (_MISSING, "update", "update", "-", "-"),
        ("create", "update", "update", "-", "-"),
    ),
    Wish(
        "another schedule.end_time",
        {"schedule": {"end_time": "+96h"}},
        (_MISSING, "update", "update", "-", "-"),
        ("create", "update", "update", "-", "-"),
    ),
    Wish("other tags", _TAGS, (_MISSING, *["update"] * 4), ("create", *["update"] * 4)),
    Wish(
        "another role_arn (create-only)",
        {"role_arn": f"{ROLE}others"},
        (_MISSING, *["no: fixed"] * 4),
        ("create", *[_AGAIN] * 4),
        names=("role_arn",),
    ),
    Wish(
        "another endpoint_name (create-only)",
        {"endpoint_name": "warehouse"},
        (_MISSING, *["no: fixed"] * 4),
        ("create", *[_AGAIN] * 4),
        names=("endpoint_name",),
    ),
    Wish(
        "another kms_key (create-only)",
        {"kms_key": "12345678-1234-1234-1234-123456789012"},
        (_MISSING, *["no: fixed"] * 4),
        ("create", *[_AGAIN] * 4),
        names=("kms_key",),
    ),
    Wish(
        "desired_state Running",
        _RUN,
        (_MISSING, "start", "-", "no: ended", "no: ended"),
        ("create", "start", "-", _AGAIN, _AGAIN),
    ),
    Wish(
        "desired_state Running, schedule with a start in the future",
        {**_RUN, "schedule": {"start_time": "+24h", "end_time": "+72h"}},
        (_MISSING, "start", "-", "no: ended", "no: ended"),
        ("create, start", "start", "-", f"{_AGAIN}, start", f"{_AGAIN}, start"),
    ),
    Wish(
        "desired_state Running, another description",
        {**_RUN, **_TEXT},
        (_MISSING, "update, start", "update", "no: ended", "no: ended"),
        ("create", "update, start", "update", _AGAIN, _AGAIN),
        names=("description",),
    ),
    Wish(
        "desired_state Running, other model_variants",
        {**_RUN, **_VARIANTS},
        (_MISSING, "update, start", "no: runs", "no: ended", "no: ended"),
        ("create", "update, start", _AGAIN, _AGAIN, _AGAIN),
        names=("model_variants",),
    ),
    Wish(
        "desired_state Running, other tags",
        {**_RUN, **_TAGS},
        (_MISSING, "start", "update", "no: ended", "no: ended"),
        ("create", "start", "update", _AGAIN, _AGAIN),
    ),
    *(
        Wish(
            f"desired_state {state}, on_stop {on_stop}",
            {"desired_state": state, "on_stop": on_stop},
            (_ABSENT, "no: not started", "stop", *ended),
            (_ABSENT, _NEW, "stop", *ended_again),
        )
        for state, ended, ended_again in (
            ("Completed", ("-", "no: ended"), ("-", _NEW)),
            ("Cancelled", ("no: ended", "-"), (_NEW, "-")),
        )
        for on_stop in ("retain", "promote_shadow", "remove_shadow")
    ),
    Wish(
        "desired_state Completed, another description",
        {**_COMPLETE, **_TEXT},
        (_ABSENT, "no: not started", "update, stop", "no: ended", "no: ended"),
        (_ABSENT, _NEW, "update, stop", _NEW, _NEW),
        names=("description",),
    ),
    Wish(
        "desired_state Completed, another schedule.end_time",
        {**_COMPLETE, "schedule": {"end_time": "+96h"}},
        (_ABSENT, "no: not started", "update, stop", "-", "no: ended"),
        (_ABSENT, _NEW, "update, stop", "-", _NEW),
    ),
    Wish(
        "desired_state Cancelled, on_stop promote_shadow, another sampling_percentage",
        {**_CANCEL, "on_stop": "promote_shadow", "shadow_mode_config": shadowing(90)},
        (_ABSENT, "no: not started", "update, stop", "no: ended", "no: ended"),
        (_ABSENT, _NEW, "update, stop", _NEW, _NEW),
        names=("shadow_mode_config",),
    ),
    Wish(
        "desired_state Completed, other model_variants",
        {**_COMPLETE, **_VARIANTS},
        (_ABSENT, "no: not started", "no: runs", "-", "no: ended"),
        (_ABSENT, _NEW, _NEW, "-", _NEW),
    ),
    Wish(
        "desired_state Completed, other tags",
        {**_COMPLETE, **_TAGS},
        (_ABSENT, "no: not started", "stop", "update", "no: ended"),
        (_ABSENT, _NEW, "stop", "update", _NEW),
    ),
    Wish(
        "desired_state Completed, another role_arn",
        {**_COMPLETE, "role_arn": f"{ROLE}others"},
        (_ABSENT, *["no: fixed"] * 4),
        (_ABSENT, *[_NEW] * 4),
        names=("role_arn",),
    ),
    Wish(
        "state absent, on_stop retain",
        {"state": "absent"},
        ("-", *["delete"] * 4),
        ("-", *["delete"] * 4),
    ),
    Wish(
        "state absent, on_stop promote_shadow",
        {"state": "absent", "on_stop": "promote_shadow"},
        ("-", "delete", "stop, delete", "delete", "delete"),
        ("-", "delete", "stop, delete", "delete", "delete"),
    ),
    Wish(
        "state absent, on_stop remove_shadow",
        {"state": "absent", "on_stop": "remove_shadow"},
        ("-", "delete", "stop, delete", "delete", "delete"),
        ("-", "delete", "stop, delete", "delete", "delete"),
    ),
    Wish(
        "state absent, with a status_reason",
        {"state": "absent", "status_reason": "no longer needed"},
        ("-", "delete", "stop, delete", "delete", "delete"),
        ("-", "delete", "stop, delete", "delete", "delete"),
    ),
)


@dataclass(frozen=True)
class Cell:
    """One run: a wish, how it is given, and the status in which the task finds the experiment."""

    wish: Wish
    recreate: bool
    status: str
    settles_as: str
    outcome: str

    @property
    def title(self) -> str:
        given = "with recreate" if self.recreate else "alone"
        found = self.status if self.status == self.settles_as else f"{self.status} and then {self.settles_as}"
        return f"{self.wish.title}, {given}, found {found}: {self.outcome}"


def cells() -> list[Cell]:
    """Every cell of the grid, the transits after the settled statuses."""
    places = [(status, status) for status in SETTLED] + list(TRANSITS)
    return [
        Cell(wish, recreate, status, settles_as, row[SETTLED.index(settles_as)])
        for wish in GRID
        for recreate, row in ((False, wish.alone), (True, wish.recreate))
        for status, settles_as in places
    ]
