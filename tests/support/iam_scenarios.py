"""The actions of the policies, and the tasks that need them. The guide to permissions contains this table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.iam_policies import HANDLER_ROLE, METRICS, OPERATOR, READ_ONLY, WITH_HANDLER_ROLE
from tests.support.tasks import LATER, MODULE, NAME, SCHEDULE, full, minimal, put_experiment

INFO = "inference_experiment_info"
TYPE = "AWS::SageMaker::InferenceExperiment"


@dataclass(frozen=True)
class Task:
    """A task, and the status of the experiment at its start; None if the experiment does not exist."""

    title: str
    options: Mapping[str, Any]
    found: str | None = "Created"
    module: str = MODULE
    experiment: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of put_experiment()."""
    other_caller: bool = False
    """Another caller submits an update before the update of this task."""
    writes: bool = True

    def prepare(self, emulator: Emulator) -> None:
        if self.found:
            put_experiment(emulator, self.found, **self.experiment)
        if self.other_caller:
            emulator.on_call("UpdateResource", lambda: _other_caller(emulator))
        emulator.clear_log()


def _other_caller(emulator: Emulator) -> None:
    patch = [{"op": "add", "path": "/DataStorageConfig", "value": {"Destination": "s3://theirs/data"}}]
    emulator.client("cloudcontrol", REGION).update_resource(
        TypeName=TYPE, Identifier=NAME, PatchDocument=json.dumps(patch)
    )


CREATE = Task("create an experiment", full(), None)
CREATE_TAGGED = Task("create an experiment with ``tags``", full(tags={"team": "checkout"}), None)
CHANGE = Task("update an experiment", minimal(description="New"))
START = Task("start a scheduled experiment", minimal(desired_state="Running"))
STOP = Task("stop a running experiment", minimal(desired_state="Completed", on_stop="promote_shadow"), "Running")
TAG = Task("change ``tags``", minimal(tags={"team": "checkout"}), "Completed", experiment={"tags": {"team": "shop"}})
UNTAG = Task("remove ``tags``", minimal(tags={}), "Completed", experiment={"tags": {"team": "checkout"}})
DELETE = Task("delete an experiment", minimal(state="absent"))
DELETE_RUNNING = Task("delete a running experiment", minimal(state="absent"), "Running")
RECREATE = Task("``recreate`` an experiment", full(kms_key="another", recreate=True), "Completed")
RESCHEDULE = Task("set ``schedule``", minimal(schedule={"end_time": LATER}))
WAIT = Task("wait for the operation of another caller", minimal(description="Ours"), other_caller=True)
WRITES = [
    *(CREATE, CREATE_TAGGED, CHANGE, START, STOP, TAG, UNTAG, DELETE, DELETE_RUNNING, RECREATE, RESCHEDULE, WAIT),
    Task("create, then start", full(schedule=SCHEDULE, desired_state="Running"), None),
    Task("stop with promotion, then delete", minimal(state="absent", on_stop="promote_shadow"), "Running"),
]

READ = Task("read an experiment", minimal(), module=INFO, writes=False)
READ_ENDPOINT = Task("read the endpoint", minimal(include_endpoint=True), "Running", module=INFO, writes=False)
LIST = Task("list the experiments", {}, module=INFO, writes=False)
READS = [
    *(READ, LIST),
    Task("list names only", {"identifiers_only": True}, module=INFO, writes=False),
    Task("filter", {"name_contains": "check", "statuses": ["Created"]}, module=INFO, writes=False),
    Task("read write-only properties", {"include_write_only": True}, module=INFO, writes=False),
    Task("wait for a status", minimal(wait_for=["Created"]), module=INFO, writes=False),
    READ_ENDPOINT,
]


MEASURE = Task("measure a shadow test", minimal(), "Running", module="inference_experiment_metrics_info", writes=False)


@dataclass(frozen=True)
class Row:
    """An action, its purpose, a task that fails without it, and the policies that include it for this purpose."""

    action: str
    purpose: str
    task: Task
    policies: tuple[str, ...]
    warns: bool = False
    """The task succeeds without the action and reports a warning."""


_CALLERS = (OPERATOR, WITH_HANDLER_ROLE)
_HANDLERS = (OPERATOR, HANDLER_ROLE)
_READERS = (OPERATOR, READ_ONLY, HANDLER_ROLE)
ROWS = [
    Row("cloudformation:GetResource", "read an experiment", READ, (*_CALLERS, READ_ONLY)),
    Row("cloudformation:ListResources", "list the experiments", LIST, (*_CALLERS, READ_ONLY)),
    Row("cloudformation:CreateResource", "submit a create operation", CREATE, _CALLERS),
    Row("cloudformation:UpdateResource", "submit an update, a start or a stop", CHANGE, _CALLERS),
    Row("cloudformation:DeleteResource", "submit a delete operation", DELETE, _CALLERS),
    Row("cloudformation:GetResourceRequestStatus", "poll an operation", CHANGE, _CALLERS),
    Row(
        "cloudformation:ListResourceRequests",
        "find the operation of another caller, and wait for its end",
        WAIT,
        _CALLERS,
        warns=True,
    ),
    Row("sagemaker:DescribeInferenceExperiment", "read an experiment, and wait for its status", READ, _READERS),
    Row("sagemaker:ListTags", "read the tags", READ, _READERS),
    Row("sagemaker:ListInferenceExperiments", "list the experiments", LIST, _READERS),
    Row("sagemaker:CreateInferenceExperiment", "create an experiment", CREATE, _HANDLERS),
    Row("iam:PassRole", "pass ``role_arn`` to SageMaker", CREATE, _HANDLERS),
    Row("sagemaker:UpdateInferenceExperiment", "update an experiment", CHANGE, _HANDLERS),
    Row("sagemaker:StartInferenceExperiment", "start an experiment before its scheduled start", START, _HANDLERS),
    Row("sagemaker:StopInferenceExperiment", "stop an experiment, also before a delete", STOP, _HANDLERS),
    Row("sagemaker:DeleteInferenceExperiment", "delete an experiment", DELETE, _HANDLERS),
    Row("sagemaker:AddTags", "add and change tags, also on create", TAG, _HANDLERS),
    Row("sagemaker:DeleteTags", "remove tags", UNTAG, _HANDLERS),
    Row(
        "sagemaker:DescribeInferenceExperiment",
        "read the schedule with the permissions of the calling identity",
        RESCHEDULE,
        (WITH_HANDLER_ROLE,),
    ),
    Row("sagemaker:DescribeEndpoint", "verify the endpoint after a stop", STOP, _CALLERS, warns=True),
    Row("sagemaker:DescribeEndpointConfig", "verify the models of the endpoint", STOP, _CALLERS, warns=True),
    Row("sagemaker:DescribeEndpoint", "read an endpoint", READ_ENDPOINT, (READ_ONLY,), warns=True),
    Row("sagemaker:DescribeEndpointConfig", "read the models of an endpoint", READ_ENDPOINT, (READ_ONLY,), warns=True),
    Row("iam:PassRole", "pass ``cloud_control_role_arn`` to Cloud Control", READ, (WITH_HANDLER_ROLE,)),
    Row("sagemaker:DescribeInferenceExperiment", "read the variants and the schedule", MEASURE, (METRICS,)),
    Row("cloudwatch:GetMetricData", "read the metrics of the variants", MEASURE, (METRICS,)),
]


def table() -> str:
    """Return the rows as a table of reStructuredText."""
    lines = [
        ".. csv-table::",
        "   :header: Action, Purpose, Example of a task that fails without it, Policies",
        "   :widths: 38 22 20 20",
        "   :class: long-names",
        "",
    ]
    for row in ROWS:
        task = "none: the task only reports a warning" if row.warns else row.task.title
        lines.append(f'   ``{row.action}``, "{row.purpose}", "{task}", "{", ".join(row.policies)}"')
    return "\n".join(lines)
