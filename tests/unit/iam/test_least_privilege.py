"""Each policy of docs/iam allows its tasks, and each of its actions is necessary."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.emulator.seed import ACCOUNT_ID
from tests.support.aws_clients import rejected
from tests.support.environment import REGION
from tests.support.iam_policies import (
    HANDLER_ROLE,
    METRICS,
    OPERATOR,
    POLICIES,
    READ_ONLY,
    WITH_HANDLER_ROLE,
    Policy,
    actions,
    filled_in,
    read,
    without,
)
from tests.support.iam_scenarios import (
    CHANGE,
    CREATE,
    CREATE_TAGGED,
    DELETE,
    LIST,
    MEASURE,
    READ,
    READS,
    RESCHEDULE,
    ROWS,
    START,
    WRITES,
    Row,
    Task,
)
from tests.support.scenarios import CHANGED
from tests.support.tasks import NAME, put_experiment, stored_experiment, stored_status, succeeded
from tests.unit.iam.conftest import Account

MORE = [Task(s.title, s.task, s.before, experiment=s.experiment) for s in CHANGED]
TASKS = [*WRITES, *READS, *MORE]


def tasks(chosen: list[Task]) -> pytest.MarkDecorator:
    slow = pytest.mark.slow(reason="many tasks, which need no other actions than those of WRITES")
    cases = [pytest.param(task, id=task.title, marks=[slow] * (task in MORE)) for task in chosen]
    return pytest.mark.parametrize("task", cases)


@pytest.mark.parametrize("with_handler_role", [False, True], ids=["operator", "operator with handler role"])
@tasks(TASKS)
def test_operator_policy_allows_all_tasks(account: Account, task: Task, with_handler_role: bool) -> None:
    if with_handler_role:
        account.split()
    else:
        account.grant(filled_in(OPERATOR))
    result = succeeded(account.run(task))
    assert result.changed == task.writes
    assert _missing("\n".join(result.warnings)) == set()


@tasks(TASKS)
def test_read_only_policy_allows_check_mode(account: Account, task: Task) -> None:
    account.grant(filled_in(READ_ONLY))
    result = succeeded(account.run(task, check=True))
    assert result.changed == task.writes


@tasks([*MORE, CREATE, CHANGE, DELETE, RESCHEDULE, READ, LIST])
def test_read_actions_with_handler_role_allow_check_mode_only(account: Account, task: Task) -> None:
    caller = filled_in(WITH_HANDLER_ROLE)
    for action in actions(caller):
        if action.startswith("cloudformation:") and action not in actions(read(READ_ONLY)):
            caller = without(caller, action)
    account.split(caller=caller)
    assert succeeded(account.run(task, check=True)).changed == task.writes
    assert account.run(task).failed == task.writes
    assert {record.error for record in account.emulator.log if record.write} <= {"AccessDeniedException"}


def test_metrics_policy_is_sufficient(account: Account) -> None:
    account.grant(filled_in(METRICS))
    succeeded(account.run(MEASURE))


_NEEDED = [(policy, row) for row in ROWS for policy in row.policies]
_IDS = [f"{policy}: {row.task.title} without {row.action}" for policy, row in _NEEDED]


@pytest.mark.parametrize("name", POLICIES)
def test_table_has_each_action_of_policy_once(name: str) -> None:
    assert sorted(row.action for row in ROWS if name in row.policies) == sorted(actions(read(name)))


@pytest.mark.parametrize(("name", "row"), _NEEDED, ids=_IDS)
def test_task_without_action_fails_and_names_action(account: Account, name: str, row: Row) -> None:
    less = without(filled_in(name), row.action)
    if name in (WITH_HANDLER_ROLE, HANDLER_ROLE):
        account.split(**{"caller" if name == WITH_HANDLER_ROLE else "handler": less})
    else:
        account.grant(less)
    account.emulator.settings.access_denied_has_a_code = name == HANDLER_ROLE
    result = account.run(row.task)
    if row.warns:
        succeeded(result)
        assert _missing("\n".join(result.warnings)) == {row.action}
        return
    assert result.failed
    assert _missing(result.msg) == {row.action}
    assert _missing(result["error"]["message"]) == {row.action}
    assert "Grant" in result["error"]["hint"]
    assert "docs/iam" in result["error"]["hint"] or row.action in result["error"]["hint"]


def _missing(text: str) -> set[str]:
    """Return the denied actions in a message."""
    return set(re.findall(r"not authorized to perform: ([\w:]+)", text))


# The restricted policies of the guide to permissions.
OTHER = "arn:aws:sagemaker:*:*:inference-experiment/other-*"
TEAM = {"StringEquals": {"aws:ResourceTag/team": "checkout"}}
NEW_TEAM = {"StringEquals": {"aws:RequestTag/team": "checkout"}}


def _only(policy: Policy, action: str, **changes: Any) -> Policy:
    """Return the policy with a restricted statement for one action."""
    less = without(policy, action)
    (statement,) = [s for s in policy["Statement"] if action in s["Action"]]
    less["Statement"].append({**statement, "Sid": "Only" + action.partition(":")[2], "Action": [action], **changes})
    return less


def _narrowed(resource: str) -> Policy:
    policy = filled_in(OPERATOR)
    for statement in policy["Statement"]:
        if str(statement["Resource"]).endswith("inference-experiment/*"):
            statement["Resource"] = resource
    return policy


@tasks([task for task in WRITES if task.found != "Running"])
def test_policy_for_names_in_region_allows_tasks(account: Account, task: Task) -> None:
    resource = f"arn:aws:sagemaker:{REGION}:{ACCOUNT_ID}:inference-experiment/check*"
    policy = _narrowed(resource)
    policy["Statement"][0]["Condition"] = {"StringEquals": {"aws:RequestedRegion": REGION}}
    account.grant(policy)
    succeeded(account.run(task))


@tasks([CREATE, CHANGE, DELETE])
def test_policy_for_other_names_denies_tasks(account: Account, task: Task) -> None:
    account.grant(_narrowed(OTHER))
    assert _missing(account.run(task).msg) == {"sagemaker:DescribeInferenceExperiment"}


def test_read_only_policy_for_names_allows_list_by_name_only(account: Account) -> None:
    policy = filled_in(READ_ONLY)
    policy["Statement"][1]["Resource"] = "arn:aws:sagemaker:*:*:inference-experiment/check*"
    account.grant(policy)
    account.emulator.put_experiment(REGION, {"Name": "other"})
    assert _missing(account.run(LIST).msg) == {"sagemaker:DescribeInferenceExperiment"}
    found = succeeded(account.run(replace(LIST, options={"name_contains": "check"})))["inference_experiments"]
    assert [experiment["name"] for experiment in found] == [NAME]


def test_policy_with_tag_condition_denies_experiments_of_other_team(account: Account) -> None:
    policy = _only(filled_in(OPERATOR), "sagemaker:CreateInferenceExperiment", Condition=NEW_TEAM)
    for verb in ("Update", "Start", "Stop", "Delete"):
        policy = _only(policy, f"sagemaker:{verb}InferenceExperiment", Condition=TEAM)
    account.grant(policy)
    assert _missing(account.run(CREATE).msg) == {"sagemaker:CreateInferenceExperiment"}
    succeeded(account.run(CREATE_TAGGED))
    for task in (CHANGE, START, DELETE):
        theirs, ours = (replace(task, experiment={"tags": {"team": team}}) for team in ("shop", "checkout"))
        assert len(_missing(account.run(theirs).msg)) == 1
        succeeded(account.run(ours))


@tasks([task for task in WRITES if not task.other_caller])
def test_read_only_policy_denies_writes(account: Account, task: Task) -> None:
    account.grant(filled_in(READ_ONLY))
    task.prepare(account.emulator)
    before = _experiment(account)
    result = account.run(task)
    assert result.failed
    assert re.findall(r"perform: (\S+)", result.msg)[0] in actions(filled_in(OPERATOR))
    assert not result.changed
    assert _experiment(account) == before


def test_operator_with_handler_role_can_write_only_with_cloud_control(account: Account) -> None:
    account.split()
    put_experiment(account.emulator)
    with rejected("AccessDeniedException", "not authorized to perform: sagemaker:StartInferenceExperiment"):
        account.client("sagemaker").start_inference_experiment(Name=NAME)
    account.handler_role = None
    assert _missing(account.run(START).msg) == {"sagemaker:ListTags"}


def _experiment(account: Account) -> Any:
    return stored_experiment(account.emulator) if stored_status(account.emulator) else None


def test_task_denied_after_update_reports_update(account: Account) -> None:
    account.grant(without(filled_in(OPERATOR), "sagemaker:AddTags"))
    task = replace(START, options={**START.options, "description": "New", "tags": {"team": "checkout"}})
    result = account.run(task)
    assert _missing(result.msg) == {"sagemaker:AddTags"}
    assert result.changed
    assert result["inference_experiment"]["description"] == "New"
    assert result["operations"][0]["operation_status"] == "FAILED"
    account.grant(filled_in(OPERATOR))
    assert succeeded(account.run(task, again=True))["inference_experiment"]["status"] == "Running"
