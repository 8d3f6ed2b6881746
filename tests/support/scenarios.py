# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that change something: what was found, what the task gives, the operations it takes and where it ends.

The tests run the table for real, in check mode and in diff mode.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.tasks import (
    END,
    KEY_ID,
    LATER,
    NAME,
    OTHER_ROLE_ARN,
    SCHEDULE,
    START,
    STORAGE,
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
    found: str | None
    """The status of the experiment; None where there is none."""
    task: Mapping[str, Any]
    operations: Sequence[str]
    ends: str | None
    """The status that the task leaves behind; None where there is none."""
    experiment: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of put()."""

    def prepare(self, emulator: Emulator) -> None:
        if self.found:
            put_experiment(emulator, self.found, **self.experiment)
        emulator.clear_log()


TAGGED = {"tags": {"team": "checkout", "Cost Center": "42"}}
RUNNING_NOW = minimal(desired_state="Running")

CREATES = [
    Scenario("nothing is there: created, running at once", None, full(), ["create"], "Running"),
    Scenario("created with a schedule: waits for its start", None, full(schedule=SCHEDULE), ["create"], "Created"),
    Scenario(
        "created with every option",
        None,
        full(description="New", kms_key=KEY_ID, data_storage_config=STORAGE, schedule=SCHEDULE, **TAGGED),
        ["create"],
        "Created",
    ),
    Scenario("created running at once: no start is needed", None, full(desired_state="Running"), ["create"], "Running"),
    Scenario(
        "created with a schedule, then started",
        None,
        full(schedule=SCHEDULE, desired_state="Running"),
        ["create", "update"],
        "Running",
    ),
]
UPDATES = [
    Scenario("Created: description changed", "Created", minimal(description="New"), ["update"], "Created"),
    Scenario("Created: variants changed", "Created", minimal(model_variants=variants(3)), ["update"], "Created"),
    Scenario(
        "Created: sampling changed", "Created", minimal(shadow_mode_config=shadow_mode_config(7)), ["update"], "Created"
    ),
    Scenario("Created: data storage added", "Created", minimal(data_storage_config=STORAGE), ["update"], "Created"),
    Scenario(
        "Created: whole schedule moved",
        "Created",
        minimal(schedule={"start_time": "2026-01-03T12:00:00Z", "end_time": LATER}),
        ["update"],
        "Created",
    ),
    Scenario("Created: only the end moved", "Created", minimal(schedule={"end_time": LATER}), ["update"], "Created"),
    Scenario("Created: tags changed", "Created", minimal(**TAGGED), ["update"], "Created", {"tags": {"old": "1"}}),
    Scenario(
        "Created: all at once is one update",
        "Created",
        minimal(
            description="New",
            model_variants=variants(3),
            shadow_mode_config=shadow_mode_config(7),
            data_storage_config=STORAGE,
            schedule={"end_time": LATER},
            **TAGGED,
        ),
        ["update"],
        "Created",
    ),
    Scenario("Running: description changed", "Running", minimal(description="New"), ["update"], "Running"),
    Scenario(
        "Running: sampling changed", "Running", minimal(shadow_mode_config=shadow_mode_config(7)), ["update"], "Running"
    ),
    Scenario("Running: end moved", "Running", minimal(schedule={"end_time": LATER}), ["update"], "Running"),
    Scenario("Running: tags changed", "Running", minimal(**TAGGED), ["update"], "Running"),
    Scenario("Completed: tags changed", "Completed", minimal(**TAGGED), ["update"], "Completed"),
    Scenario("Cancelled: tags changed", "Cancelled", minimal(**TAGGED), ["update"], "Cancelled"),
]
STARTS = [
    Scenario("Created: started", "Created", RUNNING_NOW, ["update"], "Running"),
    Scenario("Created: tags go with the start", "Created", {**RUNNING_NOW, **TAGGED}, ["update"], "Running"),
    Scenario(
        "Created: updated, then started",
        "Created",
        {**RUNNING_NOW, "description": "New"},
        ["update", "update"],
        "Running",
    ),
    Scenario(
        "Created: variants, storage and end updated, then started",
        "Created",
        {
            **RUNNING_NOW,
            "model_variants": variants(3),
            "data_storage_config": STORAGE,
            "schedule": {"end_time": LATER},
            **TAGGED,
        },
        ["update", "update"],
        "Running",
    ),
]
STOPS = [
    *(
        Scenario(f"Running: stopped as {end}", "Running", minimal(desired_state=end), ["update"], end)
        for end in ("Completed", "Cancelled")
    ),
    Scenario(
        "Running: stopped with a reason",
        "Running",
        minimal(desired_state="Cancelled", status_reason="Slow"),
        ["update"],
        "Cancelled",
    ),
    Scenario(
        "Running: stopped, shadow promoted",
        "Running",
        minimal(desired_state="Completed", on_stop="promote_shadow"),
        ["update"],
        "Completed",
    ),
    Scenario(
        "Running: stopped, shadow removed",
        "Running",
        minimal(desired_state="Cancelled", on_stop="remove_shadow"),
        ["update"],
        "Cancelled",
    ),
    Scenario(
        "Running: tags go with the stop",
        "Running",
        minimal(desired_state="Completed", **TAGGED),
        ["update"],
        "Completed",
    ),
    Scenario(
        "Running: updated, then stopped",
        "Running",
        minimal(desired_state="Completed", description="New", shadow_mode_config=shadow_mode_config(7)),
        ["update", "update"],
        "Completed",
    ),
    Scenario(
        "Running: the full task, now with a stop",
        "Running",
        full(desired_state="Completed", on_stop="promote_shadow"),
        ["update"],
        "Completed",
    ),
]
DELETES = [
    *(
        Scenario(f"{found}: deleted", found, minimal(state="absent"), ["delete"], None)
        for found in ("Created", "Running", "Completed", "Cancelled")
    ),
    *(
        Scenario(
            f"Running: {on_stop}, then deleted",
            "Running",
            minimal(state="absent", on_stop=on_stop),
            ["update", "delete"],
            None,
        )
        for on_stop in ("promote_shadow", "remove_shadow")
    ),
    Scenario(
        "Running: stopped with a reason, then deleted",
        "Running",
        minimal(state="absent", status_reason="Over"),
        ["update", "delete"],
        None,
    ),
    Scenario(
        "Running: cancelled, then deleted",
        "Running",
        minimal(state="absent", desired_state="Cancelled"),
        ["update", "delete"],
        None,
    ),
    Scenario(
        "Created: there is nothing to promote, deleted",
        "Created",
        minimal(state="absent", on_stop="promote_shadow"),
        ["delete"],
        None,
    ),
    Scenario(
        "Completed: it has stopped already, deleted",
        "Completed",
        minimal(state="absent", on_stop="promote_shadow"),
        ["delete"],
        None,
    ),
]
RECREATES = [
    Scenario(
        "Created: another role",
        "Created",
        full(role_arn=OTHER_ROLE_ARN, recreate=True),
        ["delete", "create"],
        "Created",
        {"Description": "Kept", "tags": {"kept": "1"}},
    ),
    Scenario(
        "Created: another role, and started",
        "Created",
        full(role_arn=OTHER_ROLE_ARN, recreate=True, desired_state="Running"),
        ["delete", "create", "update"],
        "Running",
    ),
    Scenario(
        "Running: other variants",
        "Running",
        full(model_variants=variants(3), recreate=True),
        ["delete", "create"],
        "Running",
    ),
    Scenario(
        "Completed: started again",
        "Completed",
        full(desired_state="Running", recreate=True),
        ["delete", "create"],
        "Running",
    ),
    Scenario(
        "Cancelled: another description",
        "Cancelled",
        full(description="New", recreate=True),
        ["delete", "create"],
        "Running",
    ),
]
IN_TRANSIT = [
    Scenario("Creating is waited out, then updated", "Creating", minimal(description="New"), ["update"], "Created"),
    Scenario("Updating is waited out, then started", "Updating", RUNNING_NOW, ["update"], "Running"),
    Scenario(
        "Starting is waited out, then stopped", "Starting", minimal(desired_state="Completed"), ["update"], "Completed"
    ),
    Scenario(
        "Updating is waited out, then stopped",
        "Updating",
        minimal(desired_state="Cancelled"),
        ["update"],
        "Cancelled",
        {"then": "Running"},
    ),
    Scenario(
        "Updating is waited out, then promoted and deleted",
        "Updating",
        minimal(state="absent", on_stop="promote_shadow"),
        ["update", "delete"],
        None,
        {"then": "Running"},
    ),
    Scenario("Stopping is waited out, then tagged", "Stopping", minimal(**TAGGED), ["update"], "Completed"),
    Scenario("Starting is waited out, then deleted", "Starting", minimal(state="absent"), ["delete"], None),
]
CHANGING = [*CREATES, *UPDATES, *STARTS, *STOPS, *DELETES, *RECREATES, *IN_TRANSIT]

_AS_IT_IS = full(
    data_storage_config=STORAGE, schedule={"start_time": START, "end_time": END}, tags={"team": "checkout"}
)
_PUT = {
    "Description": "As it is",
    "DataStorageConfig": {
        "Destination": STORAGE["destination"],
        "KmsKey": KEY_ID,
        "ContentType": {"CsvContentTypes": ["text/csv", "text/tsv"], "JsonContentTypes": ["application/json"]},
    },
    "tags": {"team": "checkout"},
}
UNCHANGING = [
    Scenario("Created and all as declared", "Created", _AS_IT_IS, [], "Created", _PUT),
    Scenario("Running is met", "Running", full(desired_state="Running"), [], "Running"),
    Scenario(
        "Completed is met; variants and on_stop are not compared",
        "Completed",
        full(model_variants=variants(3), desired_state="Completed", on_stop="promote_shadow"),
        [],
        "Completed",
    ),
    Scenario(
        "Cancelled is met; a reason is never compared",
        "Cancelled",
        minimal(desired_state="Cancelled", status_reason="Another", on_stop="remove_shadow"),
        [],
        "Cancelled",
        {"StatusReason": "The first"},
    ),
    Scenario("nothing but the name of one that exists", "Running", {"name": NAME}, [], "Running"),
    Scenario("absent and not there", None, minimal(state="absent"), [], None),
    Scenario(
        "absent, with words about a stop, and not there",
        None,
        minimal(state="absent", on_stop="promote_shadow", status_reason="Over"),
        [],
        None,
    ),
]


def table(scenarios: Sequence[Scenario]) -> pytest.MarkDecorator:
    """Run a test once for each scenario, under its title."""
    return pytest.mark.parametrize("scenario", scenarios, ids=[scenario.title for scenario in scenarios])
