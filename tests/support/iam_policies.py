"""The policies of docs/iam: as in the files, with the roles of the tests, and without an action."""

from __future__ import annotations

import copy
import json
import re
from importlib import import_module
from typing import Any

import yaml

from tests.emulator.seed import ACCOUNT_ID
from tests.support.environment import ROOT
from tests.support.tasks import OTHER_ROLE_ARN, ROLE_ARN

PLUGINS = "ansible_collections.awscc.sagemaker.plugins"
NAME = re.compile(r"\b(?:cloudformation|cloudwatch|sagemaker|iam):[A-Z]\w+")
FOLDER = ROOT / "docs" / "iam"
OPERATOR = "operator"
READ_ONLY = "read_only"
WITH_HANDLER_ROLE = "operator_with_handler_role"
HANDLER_ROLE = "handler_role"
METRICS = "metrics"
POLICIES = (OPERATOR, READ_ONLY, WITH_HANDLER_ROLE, HANDLER_ROLE, METRICS)
TRUST = "handler_role_trust"
HANDLER_ROLE_ARN = f"arn:aws:iam::{ACCOUNT_ID}:role/inference-experiment-handler"

# The example role in the files, which users replace.
_EXAMPLE_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/sagemaker-experiments"
Policy = dict[str, Any]


def read(name: str) -> Policy:
    """Return a policy as in its file."""
    policy: Policy = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return policy


def filled_in(name: str) -> Policy:
    """Return a policy with the roles of the tests' experiments instead of the example."""
    policy = read(name)
    for statement in policy["Statement"]:
        if statement["Resource"] == _EXAMPLE_ROLE:
            statement["Resource"] = [ROLE_ARN, OTHER_ROLE_ARN]
    return policy


def actions(policy: Policy) -> list[str]:
    return [action for statement in policy["Statement"] for action in statement["Action"]]


def documented(module: str) -> set[str]:
    """Return the actions that the notes of a module name."""
    documentation = yaml.safe_load(import_module(f"{PLUGINS}.modules.{module}").DOCUMENTATION)
    return set(NAME.findall(" ".join(documentation["notes"])))


def without(policy: Policy, action: str) -> Policy:
    """Return a copy of the policy without one action."""
    less = copy.deepcopy(policy)
    for statement in less["Statement"]:
        statement["Action"] = [other for other in statement["Action"] if other != action]
    less["Statement"] = [statement for statement in less["Statement"] if statement["Action"]]
    assert len(actions(less)) == len(actions(policy)) - 1
    return less
