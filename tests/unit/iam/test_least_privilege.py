# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each policy of docs/iam is enough for what it is for, and none of its actions is one too many."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

from tests.unit.iam.conftest import Account
from tests.unit.iam.policies import (
    HANDLER_ROLE,
    OPERATOR,
    POLICIES,
    READ_ONLY,
    WITH_HANDLER_ROLE,
    actions,
    filled_in,
    read,
    without,
)
from tests.unit.iam.scenarios import LIFE, READS, ROWS, Row, Task
from tests.unit.modules.scenarios import CHANGING
from tests.unit.modules.tasks import done, exists, state

MORE = [Task(f"THOROUGH: {s.title}", s.task, s.found, experiment=s.experiment) for s in CHANGING]
TASKS = [*LIFE, *READS, *(MORE if os.environ.get("THOROUGH") == "1" else [])]


def tasks(chosen: list[Task]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("task", chosen, ids=[task.title for task in chosen])


@tasks(TASKS)
def test_an_operator_may(account: Account, task: Task) -> None:
    account.grant(filled_in(OPERATOR))
    result = done(account.run(task))
    assert result.changed == task.writes
    assert result.warnings == []


@tasks(TASKS)
def test_an_operator_with_the_handler_s_role_may(account: Account, task: Task) -> None:
    account.split()
    result = done(account.run(task))
    assert result.changed == task.writes
    assert result.warnings == []


@tasks(TASKS)
def test_a_reader_may_in_check_mode(account: Account, task: Task) -> None:
    account.grant(filled_in(READ_ONLY))
    result = done(account.run(task, check=True))
    assert result.changed == task.writes


@tasks([task for task in LIFE if not task.somebody_else])
def test_a_reader_may_not(account: Account, task: Task) -> None:
    account.grant(filled_in(READ_ONLY))
    task.prepare(account.emulator)
    before = _experiment(account)
    result = account.run(task)
    assert result.failed
    assert re.findall(r"perform: (\S+)", result.msg)[0] in actions(filled_in(OPERATOR))
    assert not result.changed
    assert _experiment(account) == before


def _experiment(account: Account) -> Any:
    return state(account.emulator) if exists(account.emulator) else None


# what each action is for

_NEEDED = [(policy, row) for row in ROWS for policy in row.policies]
_IDS = [f"{policy}: {row.task.title} without {row.action}" for policy, row in _NEEDED]


@pytest.mark.parametrize("name", POLICIES)
def test_the_table_has_each_action_of_a_policy_once(name: str) -> None:
    assert sorted(row.action for row in ROWS if name in row.policies) == sorted(actions(read(name)))


@pytest.mark.parametrize(("name", "row"), _NEEDED, ids=_IDS)
def test_without_one_action_one_task_fails_and_says_which(account: Account, name: str, row: Row) -> None:
    less = without(filled_in(name), row.action)
    if name in (WITH_HANDLER_ROLE, HANDLER_ROLE):
        account.split(**{"caller" if name == WITH_HANDLER_ROLE else "handler": less})
    else:
        account.grant(less)
    account.emulator.settings.access_denied_has_a_code = name == HANDLER_ROLE
    result = account.run(row.task)
    if row.warns:
        done(result)
        assert _missing("\n".join(result.warnings)) == {row.action}
        return
    assert result.failed
    assert _missing(result.msg) == {row.action}
    assert _missing(result["error"]["message"]) == {row.action}
    assert "Grant" in result["error"]["hint"]
    assert "docs/iam" in result["error"]["hint"] or row.action in result["error"]["hint"]


def _missing(text: str) -> set[str]:
    """The actions that a text says are not allowed."""
    return set(re.findall(r"not authorized to perform: ([\w:]+)", text))
