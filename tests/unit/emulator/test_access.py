"""IAM: signatures, policies, and denied calls of callers and of the handler."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.emulator import Emulator, ManualClock, Seed, Settings, schema
from tests.emulator.controls import new_session
from tests.emulator.seed import ACCOUNT_ID
from tests.support.aws_clients import REGION, TYPE_NAME, Aws, Operation, add, client_of_protocol, rejected

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


def test_call_without_policy_is_denied(caller: Caller) -> None:
    everything = f"arn:aws:cloudformation:{REGION}:{ACCOUNT_ID}:resource/*"
    with rejected(DENIED, denied("cloudformation:GetResource", everything)):
        caller.get()
    with rejected(DENIED, denied(DESCRIBE)):
        caller.describe()
    with rejected(DENIED, denied("sagemaker:ListInferenceExperiments", "*")):
        caller.sagemaker.list_inference_experiments()
    record = caller.emulator.log[0]
    assert (record.operation, record.status, record.error) == ("GetResource", 400, DENIED)


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


def test_policies_of_groups_and_managed_policies_apply(caller: Caller) -> None:
    caller.iam.create_group(GroupName="g")
    caller.iam.add_user_to_group(GroupName="g", UserName="u")
    caller.iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=policy(NAMED))
    assert caller.describe()["Name"] == "test"
    caller.iam.delete_group_policy(GroupName="g", PolicyName="p")
    with rejected(DENIED):
        caller.describe()
    arn = caller.iam.create_policy(PolicyName="m", PolicyDocument=policy(NAMED))["Policy"]["Arn"]
    caller.iam.attach_user_policy(UserName="u", PolicyArn=arn)
    assert caller.describe()["Name"] == "test"
    caller.iam.detach_user_policy(UserName="u", PolicyArn=arn)


def test_policies_do_not_apply_to_root_user_controls_or_default_settings(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sagemaker in (signing("sagemaker", "testing", "testing"), caller.emulator.client("sagemaker")):
        assert sagemaker.describe_inference_experiment(Name="test")["Name"] == "test"
    monkeypatch.setattr(caller.emulator.settings, "enforce_iam", Settings().enforce_iam)
    assert caller.get()["Name"] == caller.describe()["Name"] == "test"


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


def test_assumed_role_has_permissions_of_its_policies(caller: Caller) -> None:
    arn = caller.role("reader", NAMED)
    session = caller.emulator.client("sts").assume_role(RoleArn=arn, RoleSessionName="awx")["Credentials"]
    sagemaker = signing("sagemaker", session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"])
    assert sagemaker.describe_inference_experiment(Name="test")["Name"] == "test"
    user = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/reader/awx"
    with rejected(DENIED, denied("sagemaker:DeleteInferenceExperiment", user=user)):
        sagemaker.delete_inference_experiment(Name="test")


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


def test_read_is_denied_at_once(caller: Caller) -> None:
    caller.grant(CLOUD_CONTROL, allow("sagemaker:ListTags"))
    with rejected(GENERAL, denied(DESCRIBE)):
        caller.get()
    with rejected(GENERAL, denied(DESCRIBE, EXPERIMENT.replace("test", "nothing"))):
        caller.get("nothing")
    caller.emulator.settings.access_denied_has_a_code = True
    with rejected(DENIED, "HandlerErrorCode: AccessDenied"):
        caller.get()
    caller.grant(CLOUD_CONTROL, allow(DESCRIBE))
    with rejected(DENIED, denied("sagemaker:ListTags")):
        caller.get()
    with rejected(DENIED, denied("sagemaker:ListInferenceExperiments", "*")):
        caller.cloudcontrol.list_resources(TypeName=TYPE_NAME)
    caller.grant(CLOUD_CONTROL, allow("sagemaker:ListInferenceExperiments"))
    caller.cloudcontrol.list_resources(TypeName=TYPE_NAME)


CHANGES: list[Any] = [
    # status, patch, required action
    ("Running", [add("/Description", "x")], "UpdateInferenceExperiment"),
    ("Created", [add("/DesiredState", "Running")], "StartInferenceExperiment"),
    ("Running", [add("/DesiredState", "Completed")], "StopInferenceExperiment"),
    ("Completed", [add("/Tags", [])], "DeleteTags"),
    ("Completed", [add("/Tags/-", {"Key": "a", "Value": "b"})], "AddTags"),
]


@pytest.mark.parametrize(
    ("has_a_code", "code"), [(False, "GeneralServiceException"), (True, "AccessDenied")], ids=["general", "own code"]
)
@pytest.mark.parametrize(("status", "patch", "name"), CHANGES, ids=[name for *_row, name in CHANGES])
def test_update_fails_without_permission_for_its_change(
    caller: Caller, status: str, patch: list[Operation], name: str, has_a_code: bool, code: str
) -> None:
    action = f"sagemaker:{name}"
    caller.emulator.settings.access_denied_has_a_code = has_a_code
    before = caller.put(status, tags={"team": "checkout"})
    caller.grant(CLOUD_CONTROL, READ)
    event = caller.update(*patch)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", code)
    assert denied(action) in event["StatusMessage"]
    assert caller.raw() == before
    caller.grant(CLOUD_CONTROL, READ, allow(action))
    assert caller.update(*patch)["OperationStatus"] == "SUCCESS"


def test_delete_of_running_experiment_requires_stop_and_delete(caller: Caller) -> None:
    stop, delete = (f"sagemaker:{verb}InferenceExperiment" for verb in ("Stop", "Delete"))
    caller.grant(CLOUD_CONTROL, READ)
    assert denied(stop) in caller.delete()["StatusMessage"]
    caller.grant(CLOUD_CONTROL, READ, allow(stop))
    assert denied(delete) in caller.delete()["StatusMessage"]
    assert caller.raw()["status"] == "Completed"
    caller.grant(CLOUD_CONTROL, READ, allow(delete))
    assert caller.delete()["OperationStatus"] == "SUCCESS"


def needed(verb: str, *, without: str = "") -> Policy:
    """Return the permissions of a handler in the schema, all or all but one."""
    declared = schema.load()["handlers"][verb]["permissions"]
    return allow(*(action for action in declared if action != without))


READING = pytest.mark.parametrize("action", [DESCRIBE, "sagemaker:ListTags"], ids=["Describe", "ListTags"])


@READING
@pytest.mark.parametrize(
    ("verb", "send"),
    [
        pytest.param("update", lambda caller: caller.send_update(add("/Tags", [])), id="update"),
        pytest.param("delete", lambda caller: caller.send_delete(), id="delete"),
    ],
)
def test_write_without_permission_to_read_is_denied_at_once_or_fails_later(
    caller: Caller, verb: str, send: Any, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = caller.put("Completed", tags={"team": "checkout"})
    caller.grant(CLOUD_CONTROL, needed(verb, without=action))
    with rejected(GENERAL, denied(action)):
        send(caller)
    monkeypatch.setattr(caller.emulator.settings, "pending_seconds", 5)
    caller.grant(CLOUD_CONTROL, needed(verb))
    event = send(caller)
    caller.grant(CLOUD_CONTROL, needed(verb, without=action))
    event = caller.final(event)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", GENERAL)
    assert denied(action) in event["StatusMessage"]
    assert caller.raw() == before
    caller.grant(CLOUD_CONTROL, needed(verb))
    assert caller.final(send(caller))["OperationStatus"] == "SUCCESS"


@READING
def test_delete_accepted_without_read_fails_without_permission_to_read(
    caller: Caller, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller.emulator.settings, "delete_missing_late", True)
    before = caller.raw()
    caller.grant(CLOUD_CONTROL, needed("delete", without=action))
    assert denied(action) in caller.delete()["StatusMessage"]
    assert caller.raw() == before
    caller.grant(CLOUD_CONTROL, needed("delete"))
    assert caller.delete()["OperationStatus"] == "SUCCESS"


def test_create_without_permission_to_read_fails_although_experiment_exists(caller: Caller) -> None:
    caller.put("Completed")
    caller.grant(CLOUD_CONTROL, allow("sagemaker:CreateInferenceExperiment", "iam:PassRole", DESCRIBE))
    event = caller.create("new")
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", GENERAL)
    assert denied("sagemaker:ListTags", EXPERIMENT.replace("test", "new")) in event["StatusMessage"]
    assert caller.raw("new")["status"] == "Running"


def test_handler_has_permissions_of_submitter_when_another_caller_polls(caller: Caller) -> None:
    caller.grant(CLOUD_CONTROL, READ)
    event = caller.send_update(add("/Description", "x"))
    root = caller.emulator.client("cloudcontrol")
    caller.pass_time(60)
    polled = root.get_resource_request_status(RequestToken=event["RequestToken"])["ProgressEvent"]
    assert denied("sagemaker:UpdateInferenceExperiment") in polled["StatusMessage"]


# CloudWatch and endpoints


@pytest.mark.parametrize("protocol", ["query", "json"])
def test_cloudwatch_requires_action_in_both_protocols(caller: Caller, protocol: str, tmp_path: Path) -> None:
    keys = {"aws_access_key_id": caller.key["AccessKeyId"], "aws_secret_access_key": caller.key["SecretAccessKey"]}
    client = client_of_protocol("cloudwatch", protocol, tmp_path, **keys)
    with rejected("AccessDenied", denied("cloudwatch:GetMetricData", "*")):
        get_metric_data(client, caller)
    assert (caller.emulator.log[-1].status, caller.emulator.log[-1].protocol) == (403, protocol)
    caller.grant(allow("cloudwatch:GetMetricData"))
    assert get_metric_data(client, caller)["MetricDataResults"][0]["StatusCode"] == "Complete"
    stranger = client_of_protocol("cloudwatch", protocol, tmp_path / "x", **{**keys, "aws_access_key_id": "AKIA0"})
    with rejected("InvalidClientTokenId"):
        get_metric_data(stranger, caller)


def get_metric_data(client: Any, caller: Caller) -> Any:
    metric = {"Namespace": "AWS/SageMaker", "MetricName": "Invocations"}
    query = {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    end = caller.emulator.clock.now()
    return client.get_metric_data(MetricDataQueries=[query], StartTime=end - timedelta(hours=1), EndTime=end)


@pytest.mark.parametrize(
    ("method", "request_", "name"),
    [
        pytest.param("describe_endpoint", {"EndpointName": "Demo-X"}, "endpoint/demo-x", id="endpoint"),
        pytest.param(
            "describe_endpoint_config", {"EndpointConfigName": "Any"}, "endpoint-config/any", id="configuration"
        ),
    ],
)
def test_call_for_endpoint_requires_action_on_resource(
    caller: Caller, method: str, request_: dict[str, str], name: str
) -> None:
    action = f"sagemaker:{''.join(word.title() for word in method.split('_'))}"
    resource = f"arn:aws:sagemaker:{REGION}:{ACCOUNT_ID}:{name}"
    caller.grant(allow(action, resource=f"{resource}-2"))
    with rejected(DENIED, denied(action, resource)):
        getattr(caller.sagemaker, method)(**request_)
    caller.grant(allow(action, resource=resource))
    with rejected("ValidationException", "Could not find"):
        getattr(caller.sagemaker, method)(**request_)


# RoleArn of a Cloud Control request


def get(caller: Caller, role: str) -> Any:
    return caller.cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier="test", RoleArn=role)


def test_role_requires_permissions_of_handler_and_caller_pass_role(caller: Caller) -> None:
    role = caller.role("handler", READ)
    caller.grant(CLOUD_CONTROL, EVERYTHING | {"Action": ["sagemaker:*"]})
    with rejected(DENIED, denied("iam:PassRole", role)):
        get(caller, role)
    passing = equals(iam_PassedToService="cloudformation.amazonaws.com")
    caller.grant(CLOUD_CONTROL, allow("iam:PassRole", resource=role, Condition=passing))
    assert get(caller, role)["TypeName"] == TYPE_NAME
    with rejected(GENERAL, denied(DESCRIBE)):
        caller.get()
    event = caller.final(caller.send_update(add("/Description", "x"), RoleArn=role))
    user = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/handler/AWSCloudFormation"
    assert denied("sagemaker:UpdateInferenceExperiment", user=user) in event["StatusMessage"]
    caller.role("handler", READ, allow("sagemaker:UpdateInferenceExperiment"))
    event = caller.final(caller.send_update(add("/Description", "x"), RoleArn=role))
    assert event["OperationStatus"] == "SUCCESS"


def test_role_must_exist_and_trust_cloudformation(caller: Caller) -> None:
    caller.grant(EVERYTHING)
    wrong = caller.role("other-trust", READ, service="lambda.amazonaws.com")
    for role in (wrong, wrong + "-missing"):
        with rejected("InvalidCredentialsException", f"Role {role} is invalid or cannot be assumed"):
            get(caller, role)
