"""The grid: the outcome of each declaration in each status. The tests run it, and the guide to the operations shows it.

An outcome is the operations in order (create, update, start, stop, delete), "-" for no operation, or "no: " and the
reason of the rejection. "start" and "stop" are updates that set DesiredState. Changed tags are a part of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STABLE = ("absent", "Created", "Running", "Completed", "Cancelled")

# Each transitional status, and the stable status that follows. The module waits, so the outcome is that of the latter.
TRANSITIONS = (
    ("Creating", "Created"),
    ("Creating", "Running"),
    ("Updating", "Created"),
    ("Updating", "Running"),
    ("Starting", "Running"),
    ("Stopping", "Completed"),
    ("Stopping", "Cancelled"),
)

# The reasons of rejections, each with a phrase of its message. If a message has several phrases, the first counts.
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
    """A row: the options that a task sets besides the name, and the outcome in each stable status.

    alone is for a task that sets nothing else. recreate is for a task with recreate: true that sets all options that a
    create needs, and the declaration.
    """

    title: str
    options: Mapping[str, Any]
    alone: tuple[str, ...]
    recreate: tuple[str, ...]


def variant(name: str, count: int = 1) -> dict[str, Any]:
    real_time = {"instance_type": "ml.m5.xlarge", "instance_count": count}
    infrastructure = {"infrastructure_type": "RealTimeInference", "real_time_inference_config": real_time}
    return {"variant_name": name, "model_name": f"demo-{name}", "infrastructure_config": infrastructure}


def shadowing(percentage: int, *, source: str = "production", shadow: str = "shadow") -> dict[str, Any]:
    variant = {"shadow_model_variant_name": shadow, "sampling_percentage": percentage}
    return {"source_model_variant_name": source, "shadow_model_variants": [variant]}


ROLE = "arn:aws:iam::123456789012:role/"
# All options that a create needs. The experiments of the grid have these values.
NEEDED: dict[str, Any] = {
    "type": "ShadowMode",
    "role_arn": f"{ROLE}experiments",
    "endpoint_name": "shop",
    "model_variants": [variant("production"), variant("shadow")],
    "shadow_mode_config": shadowing(10),
}

_VARIANTS = {"model_variants": [variant("production"), variant("shadow", count=2)]}
_DESCRIPTION = {"description": "another description"}
_SAMPLING = {"shadow_mode_config": shadowing(90)}
_SCHEDULE = {"schedule": {"end_time": "+96h"}}
_TAGS = {"tags": {"team": "search"}}
_OTHER_ROLE = {"role_arn": f"{ROLE}others"}
_RUN = {"desired_state": "Running"}
_COMPLETE, _CANCEL = {"desired_state": "Completed"}, {"desired_state": "Cancelled"}
_ABSENT = {"state": "absent"}

_MISSING, _NONE, _NEW, _NOT_STARTED = "no: missing", "no: absent", "no: new", "no: not started"
_AGAIN = "delete, create"
# The outcomes in both terminal statuses.
_ENDED, _RECREATED, _UNCHANGED = ("no: ended",) * 2, (_AGAIN,) * 2, ("-",) * 2
# The rows of options that are updated in Created and Running, in Created only, and never.
_ANY_TIME = ((_MISSING, "update", "update", *_ENDED), ("create", "update", "update", *_RECREATED))
_BEFORE_START = ((_MISSING, "update", "no: runs", *_ENDED), ("create", "update", _AGAIN, *_RECREATED))
_CREATE_ONLY = ((_MISSING, *["no: fixed"] * 4), ("create", *[_AGAIN] * 4))
_RESCHEDULED = ((_MISSING, "update", "update", *_UNCHANGED), ("create", "update", "update", *_UNCHANGED))
_STOP_THEN_DELETE = (("-", "delete", "stop, delete", "delete", "delete"),) * 2

GRID = (
    Declaration("no other options", {}, (_MISSING, *["-"] * 4), ("create", *["-"] * 4)),
    Declaration("another description", _DESCRIPTION, *_ANY_TIME),
    Declaration("another sampling_percentage", _SAMPLING, *_ANY_TIME),
    Declaration(
        "production and shadow exchanged in shadow_mode_config",
        {"shadow_mode_config": shadowing(10, source="shadow", shadow="production")},
        *_BEFORE_START,
    ),
    Declaration("other model_variants", _VARIANTS, *_BEFORE_START),
    Declaration(
        "another data_storage_config",
        {"data_storage_config": {"destination": "s3://elsewhere/captured"}},
        *_BEFORE_START,
    ),
    Declaration(
        "another schedule.start_time and schedule.end_time",
        {"schedule": {"start_time": "+48h", "end_time": "+96h"}},
        *_RESCHEDULED,
    ),
    Declaration("another schedule.end_time", _SCHEDULE, *_RESCHEDULED),
    Declaration("other tags", _TAGS, (_MISSING, *["update"] * 4), ("create", *["update"] * 4)),
    Declaration("another role_arn (create-only)", _OTHER_ROLE, *_CREATE_ONLY),
    Declaration("another endpoint_name (create-only)", {"endpoint_name": "warehouse"}, *_CREATE_ONLY),
    Declaration("another kms_key (create-only)", {"kms_key": "12345678-1234-1234-1234-123456789012"}, *_CREATE_ONLY),
    Declaration(
        "desired_state Running", _RUN, (_MISSING, "start", "-", *_ENDED), ("create", "start", "-", *_RECREATED)
    ),
    Declaration(
        "desired_state Running, schedule with a start in the future",
        {**_RUN, "schedule": {"start_time": "+24h", "end_time": "+72h"}},
        (_MISSING, "start", "-", *_ENDED),
        ("create, start", "start", "-", f"{_AGAIN}, start", f"{_AGAIN}, start"),
    ),
    Declaration(
        "desired_state Running, another description",
        {**_RUN, **_DESCRIPTION},
        (_MISSING, "update, start", "update", *_ENDED),
        ("create", "update, start", "update", *_RECREATED),
    ),
    Declaration(
        "desired_state Running, other model_variants",
        {**_RUN, **_VARIANTS},
        (_MISSING, "update, start", "no: runs", *_ENDED),
        ("create", "update, start", _AGAIN, *_RECREATED),
    ),
    Declaration(
        "desired_state Running, other tags",
        {**_RUN, **_TAGS},
        (_MISSING, "start", "update", *_ENDED),
        ("create", "start", "update", *_RECREATED),
    ),
    *(
        Declaration(
            f"desired_state {state}, on_stop {on_stop}",
            {"desired_state": state, "on_stop": on_stop},
            (_NONE, _NOT_STARTED, "stop", *ended),
            (_NONE, _NEW, "stop", *ended_again),
        )
        for state, ended, ended_again in (
            ("Completed", ("-", "no: ended"), ("-", _NEW)),
            ("Cancelled", ("no: ended", "-"), (_NEW, "-")),
        )
        for on_stop in ("retain", "promote_shadow", "remove_shadow")
    ),
    Declaration(
        "desired_state Completed, another description",
        {**_COMPLETE, **_DESCRIPTION},
        (_NONE, _NOT_STARTED, "update, stop", *_ENDED),
        (_NONE, _NEW, "update, stop", _NEW, _NEW),
    ),
    Declaration(
        "desired_state Completed, another schedule.end_time",
        {**_COMPLETE, **_SCHEDULE},
        (_NONE, _NOT_STARTED, "update, stop", "-", "no: ended"),
        (_NONE, _NEW, "update, stop", "-", _NEW),
    ),
    Declaration(
        "desired_state Cancelled, on_stop promote_shadow, another sampling_percentage",
        {**_CANCEL, "on_stop": "promote_shadow", **_SAMPLING},
        (_NONE, _NOT_STARTED, "update, stop", *_ENDED),
        (_NONE, _NEW, "update, stop", _NEW, _NEW),
    ),
    Declaration(
        "desired_state Completed, other model_variants",
        {**_COMPLETE, **_VARIANTS},
        (_NONE, _NOT_STARTED, "no: runs", "-", "no: ended"),
        (_NONE, _NEW, _NEW, "-", _NEW),
    ),
    Declaration(
        "desired_state Completed, other tags",
        {**_COMPLETE, **_TAGS},
        (_NONE, _NOT_STARTED, "stop", "update", "no: ended"),
        (_NONE, _NEW, "stop", "update", _NEW),
    ),
    Declaration(
        "desired_state Completed, another role_arn",
        {**_COMPLETE, **_OTHER_ROLE},
        (_NONE, *["no: fixed"] * 4),
        (_NONE, *[_NEW] * 4),
    ),
    Declaration("state absent, on_stop retain", _ABSENT, *(("-", *["delete"] * 4),) * 2),
    Declaration("state absent, on_stop promote_shadow", {**_ABSENT, "on_stop": "promote_shadow"}, *_STOP_THEN_DELETE),
    Declaration("state absent, on_stop remove_shadow", {**_ABSENT, "on_stop": "remove_shadow"}, *_STOP_THEN_DELETE),
    Declaration(
        "state absent, with a status_reason", {**_ABSENT, "status_reason": "no longer needed"}, *_STOP_THEN_DELETE
    ),
)


@dataclass(frozen=True)
class Cell:
    """One run: a declaration, with or without recreate, and the status of the experiment at the start of the task."""

    declaration: Declaration
    recreate: bool
    status: str
    stable_status: str
    outcome: str

    @property
    def title(self) -> str:
        how = "with recreate" if self.recreate else "alone"
        found = self.status if self.status == self.stable_status else f"{self.status} and then {self.stable_status}"
        return f"{self.declaration.title}, {how}, found {found}: {self.outcome}"


def cells() -> list[Cell]:
    """Return every cell of the grid, those of transitional statuses after those of stable statuses."""
    places = [(status, status) for status in STABLE] + list(TRANSITIONS)
    return [
        Cell(declaration, recreate, status, stable_status, row[STABLE.index(stable_status)])
        for declaration in GRID
        for recreate, row in ((False, declaration.alone), (True, declaration.recreate))
        for status, stable_status in places
    ]
