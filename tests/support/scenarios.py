"""Scenarios: the status before a task, its options, the operations that the task submits, and the status afterwards.

The tests run each scenario in a real run, in check mode and in diff mode.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.tasks import (
    KEY_ID,
    LATER,
    OTHER_ROLE_ARN,
    SCHEDULE,
    STORAGE,
    STORAGE_PROPERTY,
    full,
    minimal,
    put_experiment,
    shadow_mode_config,
    variants,
)


@dataclass(frozen=True)
class Scenario:
    """One task on one experiment."""

    title: str
    before: str | None
    """The status of the experiment. None: the experiment does not exist."""
    task: Mapping[str, Any]
    operations: Sequence[str]
    after: str | None
    """The status of the experiment after the task. None: the experiment does not exist."""
    experiment: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of put_experiment()."""

    def prepare(self, emulator: Emulator) -> None:
        if self.before:
            put_experiment(emulator, self.before, **self.experiment)
        emulator.clear_log()


TAGS: Mapping[str, Any] = {"tags": {"team": "checkout", "Cost Center": "42"}}
RUN, COMPLETE, CANCEL = ({"desired_state": state} for state in ("Running", "Completed", "Cancelled"))
ABSENT, PROMOTE, REMOVE = {"state": "absent"}, {"on_stop": "promote_shadow"}, {"on_stop": "remove_shadow"}
NEW: Mapping[str, Any] = {"description": "New"}
SAMPLING: Mapping[str, Any] = {"shadow_mode_config": shadow_mode_config(7)}
THREE_INSTANCES: Mapping[str, Any] = {"model_variants": variants(3)}
LATER_END: Mapping[str, Any] = {"schedule": {"end_time": LATER}}
LATER_SCHEDULE: Mapping[str, Any] = {"schedule": {"start_time": "2026-01-03T12:00:00Z", "end_time": LATER}}
DATA: Mapping[str, Any] = {"data_storage_config": STORAGE}
ALL_OPTIONS: Mapping[str, Any] = {**NEW, **DATA, **TAGS, "kms_key": KEY_ID, "schedule": SCHEDULE}
ALL_UPDATABLE: Mapping[str, Any] = {**NEW, **THREE_INSTANCES, **SAMPLING, **DATA, **LATER_END, **TAGS}
RECREATE: Mapping[str, Any] = {"recreate": True}
OTHER_ROLE: Mapping[str, Any] = {"role_arn": OTHER_ROLE_ARN, **RECREATE}
WITH_TAG: Mapping[str, Any] = {"Description": "Kept", "tags": {"kept": "1"}}
THEN_RUNNING = {"then": "Running"}

CREATES = [
    Scenario("create", None, full(), ["create"], "Running"),
    Scenario("create with schedule", None, full(schedule=SCHEDULE), ["create"], "Created"),
    Scenario("create with all options", None, full(**ALL_OPTIONS), ["create"], "Created"),
    Scenario("create with desired_state", None, full(**RUN), ["create"], "Running"),
    Scenario("create and start", None, full(schedule=SCHEDULE, **RUN), ["create", "update"], "Running"),
]
UPDATES = [
    Scenario("Created: description", "Created", minimal(**NEW), ["update"], "Created"),
    Scenario("Created: variants", "Created", minimal(**THREE_INSTANCES), ["update"], "Created"),
    Scenario("Created: sampling", "Created", minimal(**SAMPLING), ["update"], "Created"),
    Scenario("Created: data storage", "Created", minimal(**DATA), ["update"], "Created"),
    Scenario("Created: schedule", "Created", minimal(**LATER_SCHEDULE), ["update"], "Created"),
    Scenario("Created: end", "Created", minimal(**LATER_END), ["update"], "Created"),
    Scenario("Created: tags", "Created", minimal(**TAGS), ["update"], "Created", {"tags": {"old": "1"}}),
    Scenario("Created: all properties", "Created", minimal(**ALL_UPDATABLE), ["update"], "Created"),
    Scenario("Running: description", "Running", minimal(**NEW), ["update"], "Running"),
    Scenario("Running: sampling", "Running", minimal(**SAMPLING), ["update"], "Running"),
    Scenario("Running: end", "Running", minimal(**LATER_END), ["update"], "Running"),
    Scenario("Running: tags", "Running", minimal(**TAGS), ["update"], "Running"),
    Scenario("Completed: tags", "Completed", minimal(**TAGS), ["update"], "Completed"),
    Scenario("Cancelled: tags", "Cancelled", minimal(**TAGS), ["update"], "Cancelled"),
]
STARTS = [
    Scenario("start", "Created", minimal(**RUN), ["update"], "Running"),
    Scenario("start with tags", "Created", minimal(**RUN, **TAGS), ["update"], "Running"),
    Scenario("update and start", "Created", minimal(**RUN, **NEW), ["update", "update"], "Running"),
    Scenario("update of all and start", "Created", minimal(**RUN, **ALL_UPDATABLE), ["update", "update"], "Running"),
]
STOPS = [
    Scenario("stop as Completed", "Running", minimal(**COMPLETE), ["update"], "Completed"),
    Scenario("stop as Cancelled", "Running", minimal(**CANCEL), ["update"], "Cancelled"),
    Scenario("stop with reason", "Running", minimal(**CANCEL, status_reason="Slow"), ["update"], "Cancelled"),
    Scenario("stop and promote", "Running", minimal(**COMPLETE, **PROMOTE), ["update"], "Completed"),
    Scenario("stop and remove", "Running", minimal(**CANCEL, **REMOVE), ["update"], "Cancelled"),
    Scenario("stop with tags", "Running", minimal(**COMPLETE, **TAGS), ["update"], "Completed"),
    Scenario("update and stop", "Running", minimal(**COMPLETE, **NEW, **SAMPLING), ["update", "update"], "Completed"),
    Scenario("stop with all options", "Running", full(**COMPLETE, **PROMOTE), ["update"], "Completed"),
]
DELETES = [
    *(
        Scenario(f"{status}: delete", status, minimal(**ABSENT), ["delete"], None)
        for status in ("Created", "Running", "Completed", "Cancelled")
    ),
    Scenario("promote and delete", "Running", minimal(**ABSENT, **PROMOTE), ["update", "delete"], None),
    Scenario("remove and delete", "Running", minimal(**ABSENT, **REMOVE), ["update", "delete"], None),
    Scenario("reason and delete", "Running", minimal(**ABSENT, status_reason="Over"), ["update", "delete"], None),
    Scenario("cancel and delete", "Running", minimal(**ABSENT, **CANCEL), ["update", "delete"], None),
    Scenario("delete before the start", "Created", minimal(**ABSENT, **PROMOTE), ["delete"], None),
    Scenario("delete after the end", "Completed", minimal(**ABSENT, **PROMOTE), ["delete"], None),
]
RECREATES = [
    Scenario("Created: recreate", "Created", full(**OTHER_ROLE), ["delete", "create"], "Created", WITH_TAG),
    Scenario("recreate and start", "Created", full(**OTHER_ROLE, **RUN), ["delete", "create", "update"], "Running"),
    Scenario("Running: recreate", "Running", full(**THREE_INSTANCES, **RECREATE), ["delete", "create"], "Running"),
    Scenario("Completed: recreate", "Completed", full(**RUN, **RECREATE), ["delete", "create"], "Running"),
    Scenario("Cancelled: recreate", "Cancelled", full(**NEW, **RECREATE), ["delete", "create"], "Running"),
]
TRANSITIONS = [
    Scenario("Creating, then update", "Creating", minimal(**NEW), ["update"], "Created"),
    Scenario("Updating, then start", "Updating", minimal(**RUN), ["update"], "Running"),
    Scenario("Starting, then stop", "Starting", minimal(**COMPLETE), ["update"], "Completed"),
    Scenario("Updating, then stop", "Updating", minimal(**CANCEL), ["update"], "Cancelled", THEN_RUNNING),
    Scenario(
        *("Updating, then promote and delete", "Updating", minimal(**ABSENT, **PROMOTE), ["update", "delete"], None),
        THEN_RUNNING,
    ),
    Scenario("Stopping, then tags", "Stopping", minimal(**TAGS), ["update"], "Completed"),
    Scenario("Starting, then delete", "Starting", minimal(**ABSENT), ["delete"], None),
]
CHANGED = [*CREATES, *UPDATES, *STARTS, *STOPS, *DELETES, *RECREATES, *TRANSITIONS]

_FULL = full(data_storage_config=STORAGE, schedule=SCHEDULE, tags={"team": "checkout"})
_CREATED = {"Description": "Current", "DataStorageConfig": STORAGE_PROPERTY, "tags": {"team": "checkout"}}
_COMPLETED = full(**THREE_INSTANCES, **COMPLETE, **PROMOTE)
_CANCELLED = minimal(**CANCEL, **REMOVE, status_reason="Another")
UNCHANGED = [
    Scenario("Created: all options", "Created", _FULL, [], "Created", _CREATED),
    Scenario("Running: desired_state", "Running", full(**RUN), [], "Running"),
    Scenario("Completed: other variants and on_stop", "Completed", _COMPLETED, [], "Completed"),
    Scenario("Cancelled: other reason", "Cancelled", _CANCELLED, [], "Cancelled", {"StatusReason": "The first"}),
    Scenario("Running: name only", "Running", minimal(), [], "Running"),
    Scenario("absent", None, minimal(**ABSENT), [], None),
    Scenario("absent with on_stop", None, minimal(**ABSENT, **PROMOTE, status_reason="Over"), [], None),
]


def scenarios(rows: Sequence[Scenario]) -> pytest.MarkDecorator:
    """Run a test once for each scenario. The title is the id."""
    return pytest.mark.parametrize("scenario", rows, ids=[row.title for row in rows])
