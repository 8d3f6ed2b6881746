"""IAM: signatures, policies, and denied calls of callers and of the handler."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.emulator import Emulator, ManualClock, Seed
from tests.emulator.controls import new_session
from tests.emulator.seed import ACCOUNT_ID
from tests.support.aws_clients import REGION, TYPE_NAME, Aws, add, rejected

EXPERIMENT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT_ID}:inference-experiment/test"
DENIED, GENERAL = "AccessDeniedException", "GeneralServiceException"
DESCRIBE = "sagemaker:DescribeInferenceExperiment"
Policy = dict[str, Any]


def allow(*actions: str, resource: Any = "*", **more: Any) -> Policy:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def policy(*statements: Policy) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def equals(**values: Any) -> Mapping[str, Any]:
    return {"StringEquals": {key.replace("__", "/").replace("_", ":"): value for key, value in values.items()}}


EVERYTHING = allow("cloudformation:*", "sagemaker:*", "iam:PassRole")


class Caller(Aws):
    """The user `u` with an access key; each test sets its permissions."""

    def __init__(self, emulator: Emulator, seed: Seed) -> None:
        super().__init__(emulator, seed)
        self.iam = emulator.client("iam", REGION)
        self.iam.create_user(UserName="u")
        self.key = self.iam.create_access_key(UserName="u")["AccessKey"]
        self._own: dict[str, Any] = {}

    def client(self, service: str, region: str = REGION) -> Any:
        assert region == REGION
        if service not in self._own:
            self._own[service] = signing(service, self.key["AccessKeyId"], self.key["SecretAccessKey"])
        return self._own[service]

    def grant(self, *statements: Policy) -> None:
        document = policy(*(statements or [allow("s3:GetObject")]))
        self.iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)

    def role(self, name: str, *statements: Policy, service: str = "cloudformation.amazonaws.com") -> str:
        """Create or change a role; return its ARN."""
        trust = allow("sts:AssumeRole", Principal={"Service": ["a.amazonaws.com", service]})
        del trust["Resource"]
        if name not in [role["RoleName"] for role in self.iam.list_roles()["Roles"]]:
            self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
        self.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(*statements))
        return f"arn:aws:iam::{ACCOUNT_ID}:role/{name}"


def signing(service: str, key: str, secret: str, token: str | None = None, **config: Any) -> Any:
    keys: Any = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}
    options = Config(retries={"total_max_attempts": 1}, **config)
    return new_session().client(service, region_name=REGION, config=options, **keys)


@pytest.fixture(scope="module")
def _caller() -> Iterator[Caller]:
    with Emulator(clock=ManualClock(), enforce_iam=True) as emulator:
        yield Caller(emulator, emulator.seed(REGION))


@pytest.fixture
def caller(_caller: Caller) -> Caller:
    """A caller without permissions; the experiment `test` is Running."""
    _caller.emulator.settings.access_denied_has_a_code = False
    _caller.emulator.forget_experiments()
    _caller.grant()
    _caller.put("Running", tags={"team": "checkout"})
    return _caller


def denied(action: str, resource: str = EXPERIMENT, user: str = f"arn:aws:iam::{ACCOUNT_ID}:user/u") -> str:
    """Return AWS's message."""
    reason = f"because no identity-based policy allows the {action} action"
    return f"User: {user} is not authorized to perform: {action} on resource: {resource} {reason}"


# calls of a user


def tagged(**tags: Any) -> Policy:
    return allow(DESCRIBE, Condition=equals(**{f"aws_ResourceTag__{key}": value for key, value in tags.items()}))


DENY = {**allow(DESCRIBE), "Effect": "Deny"}
NAMED = allow(DESCRIBE, resource="arn:aws:sagemaker:*:*:inference-experiment/te*")
UNSUPPORTED = "InternalFailure"
POLICIES: list[Any] = [
    # statements, error code or None, part of the message
    pytest.param([allow(DESCRIBE)], None, "", id="action"),
    pytest.param([allow("sagemaker:*")], None, "", id="pattern of actions"),
    pytest.param([NAMED], None, "", id="pattern of resources"),
    pytest.param([allow(DESCRIBE, resource=EXPERIMENT.replace("test", "x"))], DENIED, DESCRIBE, id="other resource"),
    pytest.param([allow(DESCRIBE, resource=[EXPERIMENT, EXPERIMENT + "-2"])], None, "", id="several resources"),
    pytest.param([allow("cloudformation:*")], DENIED, DESCRIBE, id="other service"),
    pytest.param([allow(DESCRIBE), DENY], DENIED, "with an explicit deny in an identity-based policy", id="deny"),
    pytest.param([tagged(team="checkout")], None, "", id="tag"),
    pytest.param([tagged(team=["a", "checkout"])], None, "", id="one of two tag values"),
    pytest.param([tagged(team="shop")], DENIED, DESCRIBE, id="other tag value"),
    pytest.param([tagged(cost="1")], DENIED, DESCRIBE, id="missing tag"),
    pytest.param([tagged(team="shop"), allow(DESCRIBE)], None, "", id="unsatisfied condition and other statement"),
    pytest.param([allow(DESCRIBE, Condition={"StringLike": {"a": "b"}})], UNSUPPORTED, "StringLike", id="operator"),
    pytest.param(
        [{"Effect": "Allow", "Action": DESCRIBE, "NotResource": "*"}], UNSUPPORTED, "NotResource", id="NotResource"
    ),
    pytest.param(
        [allow(DESCRIBE, resource="arn:aws:sagemaker:*:*:*/${aws:username}")], UNSUPPORTED, "variables", id="variable"
    ),
]


@pytest.mark.parametrize(("statements", "code", "message"), POLICIES)
def test_policy_allows_or_denies_call(caller: Caller, statements: list[Policy], code: str | None, message: str) -> None:
    caller.grant(*statements)
    with rejected(code, message) if code else contextlib.nullcontext():
        assert caller.describe()["Name"] == "test"


def test_invalid_signature_is_rejected(caller: Caller) -> None:
    caller.grant(EVERYTHING)
    key, secret = caller.key["AccessKeyId"], caller.key["SecretAccessKey"]
    with rejected("InvalidSignatureException", "signature"):
        signing("sagemaker", key, secret[::-1]).list_inference_experiments()
    with rejected("UnrecognizedClientException", "security token"):
        signing("sagemaker", "AKIAUNKNOWNUNKNOWN00", secret).list_inference_experiments()
    with rejected("UnrecognizedClientException", "security token"):
        signing("sagemaker", key, secret, "an unknown token").list_inference_experiments()
    with rejected("MissingAuthenticationTokenException"):
        signing("sagemaker", key, secret, signature_version=UNSIGNED).list_inference_experiments()


def test_create_by_sagemaker_requires_pass_role_and_add_tags(caller: Caller) -> None:
    request = caller.seed.properties("new", Tags=[{"Key": "team", "Value": "checkout"}])
    create = allow("sagemaker:CreateInferenceExperiment")
    to_sagemaker, to_others = (
        allow("iam:PassRole", Condition=equals(iam_PassedToService=f"{service}.amazonaws.com"))
        for service in ("sagemaker", "lambda")
    )
    add_tags = allow("sagemaker:AddTags", Condition=equals(aws_RequestTag__team="checkout"))
    for statements, missing in (
        ([create, to_sagemaker], "sagemaker:AddTags"),
        ([create, add_tags], "iam:PassRole"),
        ([create, add_tags, to_others], "iam:PassRole"),
    ):
        caller.grant(*statements)
        with rejected(DENIED, f"perform: {missing} "):
            caller.sagemaker.create_inference_experiment(**request)
    caller.grant(create, add_tags, to_others, to_sagemaker)
    caller.put("Completed")  # releases the endpoint
    assert caller.sagemaker.create_inference_experiment(**request)["InferenceExperimentArn"].endswith("/new")


# calls of the handler

CLOUD_CONTROL = allow("cloudformation:*")
READ = allow(DESCRIBE, "sagemaker:ListTags")


def test_handler_has_permissions_of_submitter_when_another_caller_polls(caller: Caller) -> None:
    caller.grant(CLOUD_CONTROL, READ)
    event = caller.send_update(add("/Description", "x"))
    root = caller.emulator.client("cloudcontrol")
    caller.pass_time(60)
    polled = root.get_resource_request_status(RequestToken=event["RequestToken"])["ProgressEvent"]
    assert denied("sagemaker:UpdateInferenceExperiment") in polled["StatusMessage"]


# CloudWatch and endpoints


# RoleArn of a Cloud Control request


def get(caller: Caller, role: str) -> Any:
    return caller.cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier="test", RoleArn=role)


def test_role_must_exist_and_trust_cloudformation(caller: Caller) -> None:
    caller.grant(EVERYTHING)
    wrong = caller.role("other-trust", READ, service="lambda.amazonaws.com")
    for role in (wrong, wrong + "-missing"):
        with rejected("InvalidCredentialsException", f"Role {role} is invalid or cannot be assumed"):
            get(caller, role)
