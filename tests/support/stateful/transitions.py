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
class Declaration:
    """A row: what a task gives besides the name, and what comes of it in each settled status.

    alone is for a task that sets nothing else. recreate is for a task with recreate: true that sets all options that a
    create needs, and the declaration.
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
    Declaration("no other options", {}, (_MISSING, "-", "-", "-", "-"), ("create", "-", "-", "-", "-")),
    Declaration(
        "another description",
        _TEXT,
        (_MISSING, "update", "update", "no: ended", "no: ended"),
        ("create", "update", "update", _AGAIN, _AGAIN),
        names=("description",),
    ),
    Declaration(
        "another sampling_percentage",
        {"shadow_mode_config": shadowing(90)},
        (_MISSING, "update", "update", "no: ended", "no: ended"),
        ("create", "update", "update", _AGAIN, _AGAIN),
        names=("shadow_mode_config",),
    ),
    Declaration(
        "production and shadow exchanged in shadow_mode_config",
        {"shadow_mode_config": shadowing(10, source="shadow", shadow="production")},
        (_MISSING, "update", "no: runs", "no: ended", "no: ended"),
        ("create", "update", _AGAIN, _AGAIN, _AGAIN),
        names=("shadow_mode_config",),
    ),
    Declaration(
        "other model_variants",
        _VARIANTS,
        (_MISSING, "update", "no: runs", "no: ended", "no: ended"),
        ("create", "update", _AGAIN, _AGAIN, _AGAIN),
        names=("model_variants",),
    ),
    Declaration(
        "another data_storage_config",
        _STORAGE,
        (_MISSING, "update", "no: runs", "no: ended", "no: ended"),
        ("create", "update", _AGAIN, _AGAIN, _AGAIN),
        names=("data_storage_config",),
    ),
    Declaration(
        "another schedule.start_time and schedule.end_time",
        {"schedule": {"start_time": "+48h", "end_time": "+96h"}},
        (_MISSING, "update", "update", "-", "-"),
        ("create", "update", "update", "-", "-"),
    ),
    Declaration(
        "another schedule.end_time",
        {"schedule": {"end_time": "+96h"}},
        (_MISSING, "update", "update", "-", "-"),
        ("create", "update", "update", "-", "-"),
    ),
    Declaration("other tags", _TAGS, (_MISSING, *["update"] * 4), ("create", *["update"] * 4)),
    Declaration(
        "another role_arn (create-only)",
        {"role_arn": f"{ROLE}others"},
        (_MISSING, *["no: fixed"] * 4),
        ("create", *[_AGAIN] * 4),
        names=("role_arn",),
    ),
    Declaration(
        "another endpoint_name (create-only)",
        {"endpoint_name": "warehouse"},
        (_MISSING, *["no: fixed"] * 4),
        ("create", *[_AGAIN] * 4),
        names=("endpoint_name",),
    ),
    Declaration(
        "another kms_key (create-only)",
        {"kms_key": "12345678-1234-1234-1234-123456789012"},
        (_MISSING, *["no: fixed"] * 4),
        ("create", *[_AGAIN] * 4),
        names=("kms_key",),
    ),
    Declaration(
        "desired_state Running",
        _RUN,
        (_MISSING, "start", "-", "no: ended", "no: ended"),
        ("create", "start", "-", _AGAIN, _AGAIN),
    ),
    Declaration(
        "desired_state Running, schedule with a start in the future",
        {**_RUN, "schedule": {"start_time": "+24h", "end_time": "+72h"}},
        (_MISSING, "start", "-", "no: ended", "no: ended"),
        ("create, start", "start", "-", f"{_AGAIN}, start", f"{_AGAIN}, start"),
    ),
    Declaration(
        "desired_state Running, another description",
        {**_RUN, **_TEXT},
        (_MISSING, "update, start", "update", "no: ended", "no: ended"),
        ("create", "update, start", "update", _AGAIN, _AGAIN),
        names=("description",),
    ),
    Declaration(
        "desired_state Running, other model_variants",
        {**_RUN, **_VARIANTS},
        (_MISSING, "update, start", "no: runs", "no: ended", "no: ended"),
        ("create", "update, start", _AGAIN, _AGAIN, _AGAIN),
        names=("model_variants",),
    ),
    Declaration(
        "desired_state Running, other tags",
        {**_RUN, **_TAGS},
        (_MISSING, "start", "update", "no: ended", "no: ended"),
        ("create", "start", "update", _AGAIN, _AGAIN),
    ),
    *(
        Declaration(
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
    Declaration(
        "desired_state Completed, another description",
        {**_COMPLETE, **_TEXT},
        (_ABSENT, "no: not started", "update, stop", "no: ended", "no: ended"),
        (_ABSENT, _NEW, "update, stop", _NEW, _NEW),
        names=("description",),
    ),
    Declaration(
        "desired_state Completed, another schedule.end_time",
        {**_COMPLETE, "schedule": {"end_time": "+96h"}},
        (_ABSENT, "no: not started", "update, stop", "-", "no: ended"),
        (_ABSENT, _NEW, "update, stop", "-", _NEW),
    ),
    Declaration(
        "desired_state Cancelled, on_stop promote_shadow, another sampling_percentage",
        {**_CANCEL, "on_stop": "promote_shadow", "shadow_mode_config": shadowing(90)},
        (_ABSENT, "no: not started", "update, stop", "no: ended", "no: ended"),
        (_ABSENT, _NEW, "update, stop", _NEW, _NEW),
        names=("shadow_mode_config",),
    ),
    Declaration(
        "desired_state Completed, other model_variants",
        {**_COMPLETE, **_VARIANTS},
        (_ABSENT, "no: not started", "no: runs", "-", "no: ended"),
        (_ABSENT, _NEW, _NEW, "-", _NEW),
    ),
    Declaration(
        "desired_state Completed, other tags",
        {**_COMPLETE, **_TAGS},
        (_ABSENT, "no: not started", "stop", "update", "no: ended"),
        (_ABSENT, _NEW, "stop", "update", _NEW),
    ),
    Declaration(
        "desired_state Completed, another role_arn",
        {**_COMPLETE, "role_arn": f"{ROLE}others"},
        (_ABSENT, *["no: fixed"] * 4),
        (_ABSENT, *[_NEW] * 4),
        names=("role_arn",),
    ),
    Declaration(
        "state absent, on_stop retain",
        {"state": "absent"},
        ("-", *["delete"] * 4),
        ("-", *["delete"] * 4),
    ),
    Declaration(
        "state absent, on_stop promote_shadow",
        {"state": "absent", "on_stop": "promote_shadow"},
        ("-", "delete", "stop, delete", "delete", "delete"),
        ("-", "delete", "stop, delete", "delete", "delete"),
    ),
    Declaration(
        "state absent, on_stop remove_shadow",
        {"state": "absent", "on_stop": "remove_shadow"},
        ("-", "delete", "stop, delete", "delete", "delete"),
        ("-", "delete", "stop, delete", "delete", "delete"),
    ),
    Declaration(
        "state absent, with a status_reason",
        {"state": "absent", "status_reason": "no longer needed"},
        ("-", "delete", "stop, delete", "delete", "delete"),
        ("-", "delete", "stop, delete", "delete", "delete"),
    ),
)


@dataclass(frozen=True)
class Cell:
    """One run: a declaration, how it is given, and the status in which the task finds the experiment."""

    declaration: Declaration
    recreate: bool
    status: str
    stable_statuses: str
    outcome: str

    @property
    def title(self) -> str:
        given = "with recreate" if self.recreate else "alone"
        found = self.status if self.status == self.stable_statuses else f"{self.status} and then {self.stable_statuses}"
        return f"{self.declaration.title}, {given}, found {found}: {self.outcome}"


def cells() -> list[Cell]:
    """Every cell of the grid, the transits after the settled statuses."""
    places = [(status, status) for status in SETTLED] + list(TRANSITS)
    return [
        Cell(declaration, recreate, status, stable_statuses, row[SETTLED.index(stable_statuses)])
        for declaration in GRID
        for recreate, row in ((False, declaration.alone), (True, declaration.recreate))
        for status, stable_statuses in places
    ]
