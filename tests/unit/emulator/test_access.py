"""IAM in the emulator: who has signed, what policies say, what is denied at the door and what in the handler."""

from __future__ import annotations

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
DENIED = "AccessDeniedException"
Policy = dict[str, Any]


def allow(*actions: str, resource: Any = "*", **more: Any) -> Policy:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def policy(*statements: Policy) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def equals(**values: Any) -> Mapping[str, Any]:
    return {"StringEquals": {key.replace("__", "/").replace("_", ":"): value for key, value in values.items()}}


EVERYTHING = allow("cloudformation:*", "sagemaker:*", "iam:PassRole")


class Caller(Aws):
    """The user `u`, who calls with an access key of its own, and whose rights are set by each test."""

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
        """Make a role, or make it anew."""
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
    """May do nothing; the experiment `test` is there, Running."""
    _caller.emulator.settings.access_denied_has_a_code = False
    _caller.emulator.forget_experiments()
    _caller.grant()
    _caller.put("Running", tags={"team": "checkout"})
    return _caller


def denied(action: str, resource: str, who: str = f"arn:aws:iam::{ACCOUNT_ID}:user/u") -> str:
    """AWS's words."""
    why = f"because no identity-based policy allows the {action} action"
    return f"User: {who} is not authorized to perform: {action} on resource: {resource} {why}"


# at the door


def test_a_call_that_no_policy_allows_is_denied_in_aws_s_words(caller: Caller) -> None:
    everything = f"arn:aws:cloudformation:{REGION}:{ACCOUNT_ID}:resource/*"
    with rejected(DENIED, denied("cloudformation:GetResource", everything)):
        caller.get()
    with rejected(DENIED, denied("sagemaker:DescribeInferenceExperiment", EXPERIMENT)):
        caller.describe()
    with rejected(DENIED, denied("sagemaker:ListInferenceExperiments", "*")):
        caller.sagemaker.list_inference_experiments()
    log = [(record.operation, record.status, record.error) for record in caller.emulator.log]
    assert log[0] == ("GetResource", 400, DENIED)


NAMED = allow("sagemaker:DescribeInferenceExperiment", resource="arn:aws:sagemaker:*:*:inference-experiment/te*")
DESCRIBE = "sagemaker:DescribeInferenceExperiment"
POLICIES: list[Any] = [
    pytest.param([allow(DESCRIBE)], True, id="allowed"),
    pytest.param([allow("sagemaker:*")], True, id="allowed by a pattern"),
    pytest.param([NAMED], True, id="allowed for the resource"),
    pytest.param([allow(DESCRIBE, resource=EXPERIMENT.replace("test", "other"))], False, id="allowed for another"),
    pytest.param([allow(DESCRIBE, resource=[EXPERIMENT, EXPERIMENT + "-2"])], True, id="one of several resources"),
    pytest.param([allow("cloudformation:*")], False, id="another service"),
    pytest.param([allow(DESCRIBE), {**allow(DESCRIBE), "Effect": "Deny"}], False, id="denied goes before allowed"),
    pytest.param([allow(DESCRIBE, Condition=equals(aws_ResourceTag__team="checkout"))], True, id="its tag"),
    pytest.param([allow(DESCRIBE, Condition=equals(aws_ResourceTag__team=["a", "checkout"]))], True, id="of two tags"),
    pytest.param([allow(DESCRIBE, Condition=equals(aws_ResourceTag__team="shop"))], False, id="another tag"),
    pytest.param([allow(DESCRIBE, Condition=equals(aws_ResourceTag__cost="1"))], False, id="a tag that it lacks"),
    pytest.param(
        [allow(DESCRIBE, Condition=equals(aws_ResourceTag__team="shop")), allow(DESCRIBE)],
        True,
        id="a condition that does not hold denies nothing",
    ),
]


@pytest.mark.parametrize(("statements", "allowed"), POLICIES)
def test_a_policy(caller: Caller, statements: list[Policy], allowed: bool) -> None:
    caller.grant(*statements)
    if allowed:
        assert caller.describe()["Name"] == "test"
        return
    with rejected(DENIED, "not authorized to perform: sagemaker:DescribeInferenceExperiment"):
        caller.describe()


def test_an_explicit_deny_is_told_from_nothing_that_allows(caller: Caller) -> None:
    caller.grant({**allow(DESCRIBE), "Effect": "Deny"})
    with rejected(DENIED, "with an explicit deny in an identity-based policy"):
        caller.describe()


def test_policies_of_groups_and_managed_ones_count(caller: Caller) -> None:
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


NOT_EVALUATED: list[Any] = [
    pytest.param(allow(DESCRIBE, Condition={"StringLike": {"a": "b"}}), "StringLike", id="another operator"),
    pytest.param({"Effect": "Allow", "Action": DESCRIBE, "NotResource": "*"}, "NotResource", id="NotResource"),
    pytest.param(allow(DESCRIBE, resource="arn:aws:sagemaker:*:*:*/${aws:username}"), "variables", id="a variable"),
]


@pytest.mark.parametrize(("statement", "word"), NOT_EVALUATED)
def test_what_cannot_be_evaluated_is_an_error(caller: Caller, statement: Policy, word: str) -> None:
    caller.grant(statement)
    with rejected("InternalFailure", word):
        caller.describe()


def test_the_root_user_and_somebody_else_may_do_all(caller: Caller) -> None:
    assert signing("sagemaker", "testing", "testing").describe_inference_experiment(Name="test")["Name"] == "test"
    assert caller.emulator.client("sagemaker").describe_inference_experiment(Name="test")["Name"] == "test"


def test_it_is_off_unless_set(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller.emulator.settings, "enforce_iam", Settings().enforce_iam)
    assert caller.get()["Name"] == "test"
    assert caller.describe()["Name"] == "test"


def test_who_has_not_signed_rightly_gets_nowhere(caller: Caller) -> None:
    caller.grant(EVERYTHING)
    key, secret = caller.key["AccessKeyId"], caller.key["SecretAccessKey"]
    with rejected("InvalidSignatureException", "signature"):
        signing("sagemaker", key, secret[::-1]).list_inference_experiments()
    with rejected("UnrecognizedClientException", "security token"):
        signing("sagemaker", "AKIAUNKNOWNUNKNOWN00", secret).list_inference_experiments()
    with rejected("UnrecognizedClientException", "security token"):
        signing("sagemaker", key, secret, "a token that no session has").list_inference_experiments()
    with rejected("MissingAuthenticationTokenException"):
        signing("sagemaker", key, secret, signature_version=UNSIGNED).list_inference_experiments()


def test_a_role_that_was_assumed_may_do_what_its_policies_say(caller: Caller) -> None:
    arn = caller.role("reader", NAMED)
    session = caller.emulator.client("sts").assume_role(RoleArn=arn, RoleSessionName="awx")["Credentials"]
    keys = session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    sagemaker = signing("sagemaker", *keys)
    assert sagemaker.describe_inference_experiment(Name="test")["Name"] == "test"
    who = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/reader/awx"
    with rejected(DENIED, denied("sagemaker:DeleteInferenceExperiment", EXPERIMENT, who)):
        sagemaker.delete_inference_experiment(Name="test")


def test_sagemaker_itself_asks_for_the_role_and_the_tags_of_a_creation(caller: Caller) -> None:
    request = {**caller.seed.properties("new", Tags=[{"Key": "team", "Value": "checkout"}])}
    create = allow("sagemaker:CreateInferenceExperiment")
    to_sagemaker = allow("iam:PassRole", Condition=equals(iam_PassedToService="sagemaker.amazonaws.com"))
    to_others = allow("iam:PassRole", Condition=equals(iam_PassedToService="lambda.amazonaws.com"))
    tagged = allow("sagemaker:AddTags", Condition=equals(aws_RequestTag__team="checkout"))
    for statements, missing in (
        ([create, to_sagemaker], "sagemaker:AddTags"),
        ([create, tagged], "iam:PassRole"),
        ([create, tagged, to_others], "iam:PassRole"),
    ):
        caller.grant(*statements)
        with rejected(DENIED, f"perform: {missing} "):
            caller.sagemaker.create_inference_experiment(**request)
    caller.grant(create, tagged, to_others, to_sagemaker)
    caller.put("Completed")  # the endpoint is free
    assert caller.sagemaker.create_inference_experiment(**request)["InferenceExperimentArn"].endswith("/new")


# in the handler

DOOR = allow("cloudformation:*")
READ = allow("sagemaker:DescribeInferenceExperiment", "sagemaker:ListTags")


def test_a_read_is_denied_at_once(caller: Caller) -> None:
    caller.grant(DOOR, allow("sagemaker:ListTags"))
    with rejected("GeneralServiceException", denied(DESCRIBE, EXPERIMENT)):
        caller.get()
    with rejected("GeneralServiceException", denied(DESCRIBE, EXPERIMENT.replace("test", "nothing"))):
        caller.get("nothing")
    caller.emulator.settings.access_denied_has_a_code = True
    with rejected(DENIED, "HandlerErrorCode: AccessDenied"):
        caller.get()
    caller.grant(DOOR, allow(DESCRIBE))
    with rejected(DENIED, denied("sagemaker:ListTags", EXPERIMENT)):
        caller.get()
    with rejected(DENIED, denied("sagemaker:ListInferenceExperiments", "*")):
        caller.cloudcontrol.list_resources(TypeName=TYPE_NAME)
    caller.grant(DOOR, allow("sagemaker:ListInferenceExperiments"))
    caller.cloudcontrol.list_resources(TypeName=TYPE_NAME)


CHANGES: list[Any] = [
    pytest.param("Running", [add("/Description", "x")], "sagemaker:UpdateInferenceExperiment", id="update"),
    pytest.param("Created", [add("/DesiredState", "Running")], "sagemaker:StartInferenceExperiment", id="start"),
    pytest.param("Running", [add("/DesiredState", "Completed")], "sagemaker:StopInferenceExperiment", id="stop"),
    pytest.param("Completed", [add("/Tags", [])], "sagemaker:DeleteTags", id="tags taken away"),
    pytest.param("Completed", [add("/Tags/-", {"Key": "a", "Value": "b"})], "sagemaker:AddTags", id="tags added"),
]


@pytest.mark.parametrize("has_a_code", [False, True])
@pytest.mark.parametrize(("found", "patch", "action"), CHANGES)
def test_a_change_fails_for_the_action_that_it_takes(
    caller: Caller, found: str, patch: list[Operation], action: str, has_a_code: bool
) -> None:
    caller.emulator.settings.access_denied_has_a_code = has_a_code
    caller.put(found, tags={"team": "checkout"})
    before = caller.raw()
    caller.grant(DOOR, READ)
    event = caller.update(*patch)
    assert (event["OperationStatus"], event["ErrorCode"]) == (
        "FAILED",
        "AccessDenied" if has_a_code else "GeneralServiceException",
    )
    assert denied(action, EXPERIMENT) in event["StatusMessage"]
    assert caller.raw() == before
    caller.grant(DOOR, READ, allow(action))
    assert caller.update(*patch)["OperationStatus"] == "SUCCESS"


def test_a_deletion_takes_two_actions_of_a_running_experiment(caller: Caller) -> None:
    caller.grant(DOOR, READ)
    assert denied("sagemaker:StopInferenceExperiment", EXPERIMENT) in caller.delete()["StatusMessage"]
    caller.grant(DOOR, READ, allow("sagemaker:StopInferenceExperiment"))
    assert denied("sagemaker:DeleteInferenceExperiment", EXPERIMENT) in caller.delete()["StatusMessage"]
    assert caller.raw()["status"] == "Completed"
    caller.grant(DOOR, READ, allow("sagemaker:DeleteInferenceExperiment"))
    assert caller.delete()["OperationStatus"] == "SUCCESS"


def needed(verb: str, *, but: str = "") -> Policy:
    """What the type declares that its handler needs, all or all but one."""
    declared = schema.load()["handlers"][verb]["permissions"]
    return allow(*(action for action in declared if action != but))


READING = pytest.mark.parametrize("action", [DESCRIBE, "sagemaker:ListTags"], ids=["Describe", "ListTags"])
WRITES: list[Any] = [
    pytest.param("update", lambda caller: caller.send_update(add("/Tags", [])), id="update"),
    pytest.param("delete", lambda caller: caller.send_delete(), id="delete"),
]


@READING
@pytest.mark.parametrize(("verb", "send"), WRITES)
def test_a_write_is_denied_at_once_to_who_may_not_read(caller: Caller, verb: str, send: Any, action: str) -> None:
    caller.grant(DOOR, needed(verb, but=action))
    with rejected("GeneralServiceException", denied(action, EXPERIMENT)):
        send(caller)


@READING
@pytest.mark.parametrize(("verb", "send"), WRITES)
def test_a_write_fails_of_who_may_no_longer_read_when_its_handler_begins(
    caller: Caller, verb: str, send: Any, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller.emulator.settings, "pending_seconds", 5)
    before = caller.put("Completed", tags={"team": "checkout"})
    caller.grant(DOOR, needed(verb))
    event = send(caller)
    caller.grant(DOOR, needed(verb, but=action))
    event = caller.final(event)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "GeneralServiceException")
    assert denied(action, EXPERIMENT) in event["StatusMessage"]
    assert caller.raw() == before
    caller.grant(DOOR, needed(verb))
    assert caller.final(send(caller))["OperationStatus"] == "SUCCESS"


@READING
def test_a_deletion_that_is_accepted_unread_fails_of_who_may_not_read_and_stops_nothing(
    caller: Caller, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller.emulator.settings, "delete_missing_late", True)
    before = caller.raw()
    caller.grant(DOOR, needed("delete", but=action))
    assert denied(action, EXPERIMENT) in caller.delete()["StatusMessage"]
    assert caller.raw() == before
    caller.grant(DOOR, needed("delete"))
    assert caller.delete()["OperationStatus"] == "SUCCESS"


def test_a_creation_that_cannot_be_read_back_fails_though_the_experiment_is_there(caller: Caller) -> None:
    caller.put("Completed")
    caller.grant(DOOR, allow("sagemaker:CreateInferenceExperiment", "iam:PassRole", DESCRIBE))
    event = caller.create("new")
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "GeneralServiceException")
    assert denied("sagemaker:ListTags", EXPERIMENT.replace("test", "new")) in event["StatusMessage"]
    assert caller.raw("new")["status"] == "Running"


def test_the_handler_has_the_rights_of_who_began_it_whoever_looks(caller: Caller) -> None:
    caller.grant(DOOR, READ)
    event = caller.send_update(add("/Description", "x"))
    root = caller.emulator.client("cloudcontrol")
    caller.pass_time(60)
    seen = root.get_resource_request_status(RequestToken=event["RequestToken"])["ProgressEvent"]
    assert denied("sagemaker:UpdateInferenceExperiment", EXPERIMENT) in seen["StatusMessage"]


# CloudWatch and endpoints


@pytest.mark.parametrize("protocol", ["query", "json"])
def test_cloudwatch_needs_action_in_both_protocols(caller: Caller, protocol: str, tmp_path: Path) -> None:
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


ENDPOINTS: list[Any] = [
    pytest.param("describe_endpoint", {"EndpointName": "Demo-Endpoint"}, "endpoint/demo-endpoint", id="endpoint"),
    pytest.param("describe_endpoint_config", {"EndpointConfigName": "Any"}, "endpoint-config/any", id="configuration"),
]


@pytest.mark.parametrize(("method", "request_", "name"), ENDPOINTS)
def test_endpoint_call_needs_action_on_resource(
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


# under a role


def get(caller: Caller, role: str) -> Any:
    return caller.cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier="test", RoleArn=role)


def test_with_a_role_the_caller_needs_the_door_and_the_role_the_rest(caller: Caller) -> None:
    role = caller.role("handler", READ)
    caller.grant(DOOR, EVERYTHING | {"Action": ["sagemaker:*"]})
    with rejected(DENIED, denied("iam:PassRole", role)):
        get(caller, role)
    passing = equals(iam_PassedToService="cloudformation.amazonaws.com")
    caller.grant(DOOR, allow("iam:PassRole", resource=role, Condition=passing))
    assert get(caller, role)["TypeName"] == TYPE_NAME
    with rejected("GeneralServiceException", denied(DESCRIBE, EXPERIMENT)):
        caller.get()  # without the role, with its own rights
    event = caller.final(caller.send_update(add("/Description", "x"), RoleArn=role))
    who = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/handler/AWSCloudFormation"
    assert denied("sagemaker:UpdateInferenceExperiment", EXPERIMENT, who) in event["StatusMessage"]
    caller.role("handler", READ, allow("sagemaker:UpdateInferenceExperiment"))
    event = caller.final(caller.send_update(add("/Description", "x"), RoleArn=role))
    assert event["OperationStatus"] == "SUCCESS"


def test_a_role_has_to_exist_and_to_trust_cloudformation(caller: Caller) -> None:
    caller.grant(EVERYTHING)
    wrong = caller.role("other-trust", READ, service="lambda.amazonaws.com")
    for role in (wrong, wrong + "-missing"):
        with rejected("InvalidCredentialsException", f"Role {role} is invalid or cannot be assumed"):
            get(caller, role)
