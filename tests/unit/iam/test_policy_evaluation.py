"""The evaluation of policies by the emulator, as far as the policies of docs/iam do not show it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from tests.emulator.seed import ACCOUNT_ID
from tests.support.aws_clients import TYPE_NAME, add, rejected
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.iam_policies import Policy
from tests.support.tasks import NAME, put_experiment
from tests.unit.iam.conftest import Account

EXPERIMENT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT_ID}:inference-experiment/{NAME}"
DESCRIBE = "sagemaker:DescribeInferenceExperiment"
DENIED, UNSUPPORTED = "AccessDeniedException", "InternalFailure"


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def tagged(**tags: Any) -> dict[str, Any]:
    """Return a statement for experiments with these tags."""
    tags = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return allow(DESCRIBE, Condition={"StringEquals": tags})


def policy(*statements: dict[str, Any]) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


@cases(
    ("pattern of actions", [allow("sagemaker:*")], None, ""),
    ("several resources", [allow(DESCRIBE, resource=[EXPERIMENT, f"{EXPERIMENT}-2"])], None, ""),
    ("other service", [allow("cloudformation:*")], DENIED, DESCRIBE),
    ("deny", [allow(DESCRIBE), {**allow(DESCRIBE), "Effect": "Deny"}], DENIED, "with an explicit deny in an identity"),
    ("one of two tag values", [tagged(team=["a", "checkout"])], None, ""),
    ("other tag value", [tagged(team="shop")], DENIED, DESCRIBE),
    ("missing tag", [tagged(cost="1")], DENIED, DESCRIBE),
    ("unsatisfied condition and other statement", [tagged(team="shop"), allow(DESCRIBE)], None, ""),
    ("operator", [allow(DESCRIBE, Condition={"StringLike": {"a": "b"}})], UNSUPPORTED, "StringLike"),
    ("NotResource", [{"Effect": "Allow", "Action": DESCRIBE, "NotResource": "*"}], UNSUPPORTED, "NotResource"),
    ("variable", [allow(DESCRIBE, resource="arn:aws:sagemaker:*:*:*/${aws:username}")], UNSUPPORTED, "variables"),
)
def test_policy_allows_or_denies_call(
    statements: list[dict[str, Any]], code: str | None, message: str, account: Account
) -> None:
    put_experiment(account.emulator, tags={"team": "checkout"})
    account.grant(policy(*statements))
    with rejected(code, message) if code else contextlib.nullcontext():
        account.client("sagemaker").describe_inference_experiment(Name=NAME)


def test_handler_has_permissions_of_submitter_when_another_caller_polls(account: Account) -> None:
    put_experiment(account.emulator)
    account.grant(policy(allow("cloudformation:*"), allow(DESCRIBE, "sagemaker:ListTags")))
    event = account.client("cloudcontrol").update_resource(
        TypeName=TYPE_NAME, Identifier=NAME, PatchDocument=json.dumps([add("/Description", "x")])
    )["ProgressEvent"]
    account.emulator.clock.advance(60)
    other = account.emulator.client("cloudcontrol", REGION)
    polled = other.get_resource_request_status(RequestToken=event["RequestToken"])["ProgressEvent"]
    assert "not authorized to perform: sagemaker:UpdateInferenceExperiment" in polled["StatusMessage"]
