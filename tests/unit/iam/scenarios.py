# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which action of which policy is needed by which task: the table that docs/iam/README.md shows and the tests run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulator import Emulator
from tests.environment import REGION
from tests.unit.iam.policies import HANDLER_ROLE, OPERATOR, READ_ONLY, WITH_HANDLER_ROLE
from tests.unit.modules.tasks import LATER, MODULE, NAME, SCHEDULE, full, named, put

INFO = "inference_experiment_info"
TYPE = "AWS::SageMaker::InferenceExperiment"


@dataclass(frozen=True)
class Task:
    """A task on an experiment that was found in some status (None: there is none)."""

    title: str
    options: Mapping[str, Any]
    found: str | None = "Created"
    module: str = MODULE
    experiment: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of put()."""
    somebody_else: bool = False
    """An operation of somebody else is in progress when this task writes."""
    writes: bool = True

    def prepare(self, emulator: Emulator) -> None:
        if self.found:
            put(emulator, self.found, **self.experiment)
        if self.somebody_else:
            emulator.on_call("UpdateResource", lambda: _somebody_else(emulator))
        emulator.clear_log()


def _somebody_else(emulator: Emulator) -> None:
    patch = [{"op": "add", "path": "/DataStorageConfig", "value": {"Destination": "s3://theirs/data"}}]
    emulator.client("cloudcontrol", REGION).update_resource(
        TypeName=TYPE, Identifier=NAME, PatchDocument=json.dumps(patch)
    )


CREATE = Task("create an experiment", full(), None)
CREATE_TAGGED = Task("create an experiment with `tags`", full(tags={"team": "checkout"}), None)
CHANGE = Task("change an experiment", named(description="New"))
START = Task("start a scheduled experiment", named(desired_state="Running"))
STOP = Task("stop a running experiment", named(desired_state="Completed", on_stop="promote_shadow"), "Running")
TAG = Task("change `tags`", named(tags={"team": "checkout"}), "Completed", experiment={"tags": {"team": "shop"}})
UNTAG = Task("take away `tags`", named(tags={}), "Completed", experiment={"tags": {"team": "checkout"}})
DELETE = Task("delete an experiment", named(state="absent"))
DELETE_RUNNING = Task("delete a running experiment", named(state="absent"), "Running")
RECREATE = Task("`recreate` an experiment", full(kms_key="another", recreate=True), "Completed")
RESCHEDULE = Task("give `schedule`", named(schedule={"end_time": LATER}))
WAIT = Task("wait for an operation of somebody else", named(description="Ours"), somebody_else=True)
LIFE = [
    *(CREATE, CREATE_TAGGED, CHANGE, START, STOP, TAG, UNTAG, DELETE, DELETE_RUNNING, RECREATE, RESCHEDULE, WAIT),
    Task("create, then start", full(schedule=SCHEDULE, desired_state="Running"), None),
    Task("stop with promotion, then delete", named(state="absent", on_stop="promote_shadow"), "Running"),
]

READ = Task("read an experiment", named(), module=INFO, writes=False)
LIST = Task("list the experiments", {}, module=INFO, writes=False)
READS = [
    *(READ, LIST),
    Task("list names only", {"identifiers_only": True}, module=INFO, writes=False),
    Task("filter", {"name_contains": "check", "statuses": ["Created"]}, module=INFO, writes=False),
    Task("read write-only properties", {"include_write_only": True}, module=INFO, writes=False),
]


@dataclass(frozen=True)
class Row:
    """An action, what it is for, the task that fails without it, and the policies that have it for that."""

    action: str
    purpose: str
    task: Task
    policies: tuple[str, ...]
    warns: bool = False
    """The task gets along without it, and says so."""


_CALLERS = (OPERATOR, WITH_HANDLER_ROLE)
_HANDLERS = (OPERATOR, HANDLER_ROLE)
_READERS = (OPERATOR, READ_ONLY, HANDLER_ROLE)
ROWS = [
    Row("cloudformation:GetResource", "reading one experiment", READ, (*_CALLERS, READ_ONLY)),
    Row("cloudformation:ListResources", "finding the experiments", LIST, (*_CALLERS, READ_ONLY)),
    Row("cloudformation:CreateResource", "beginning a creation", CREATE, _CALLERS),
    Row("cloudformation:UpdateResource", "beginning a change, a start or a stop", CHANGE, _CALLERS),
    Row("cloudformation:DeleteResource", "beginning a deletion", DELETE, _CALLERS),
    Row("cloudformation:GetResourceRequestStatus", "seeing the end of what was begun", CHANGE, _CALLERS),
    Row(
        "cloudformation:ListResourceRequests",
        "knowing what somebody else has begun, and waiting for its end",
        WAIT,
        _CALLERS,
        warns=True,
    ),
    Row("sagemaker:DescribeInferenceExperiment", "reading it, and seeing a change come about", READ, _READERS),
    Row("sagemaker:ListTags", "reading its tags", READ, _READERS),
    Row("sagemaker:ListInferenceExperiments", "listing", LIST, _READERS),
    Row("sagemaker:CreateInferenceExperiment", "creating it", CREATE, _HANDLERS),
    Row("iam:PassRole", "handing its `role_arn` to SageMaker", CREATE, _HANDLERS),
    Row("sagemaker:UpdateInferenceExperiment", "changing it", CHANGE, _HANDLERS),
    Row("sagemaker:StartInferenceExperiment", "starting it before its time", START, _HANDLERS),
    Row("sagemaker:StopInferenceExperiment", "stopping it, before a deletion too", STOP, _HANDLERS),
    Row("sagemaker:DeleteInferenceExperiment", "deleting it", DELETE, _HANDLERS),
    Row("sagemaker:AddTags", "adding and changing tags, at the creation too", TAG, _HANDLERS),
    Row("sagemaker:DeleteTags", "taking tags away", UNTAG, _HANDLERS),
    Row(
        "sagemaker:DescribeInferenceExperiment",
        "reading the schedule, with the rights of whom the task runs as",
        RESCHEDULE,
        (WITH_HANDLER_ROLE,),
    ),
    Row("iam:PassRole", "handing `cloud_control_role_arn` to Cloud Control", READ, (WITH_HANDLER_ROLE,)),
]


def table() -> str:
    """The rows in Markdown."""
    lines = ["| action | for | a task that fails without it | policies |", "|---|---|---|---|"]
    for row in ROWS:
        task = f"none; {row.task.title}, with a warning" if row.warns else row.task.title
        lines.append(f"| `{row.action}` | {row.purpose} | {task} | {', '.join(row.policies)} |")
    return "\n".join(lines)
