"""Authentication and authorization of calls by moto's access keys, signatures, roles and identity policies.

Enforced for Cloud Control, SageMaker, CloudWatch and the calls of the handler if the setting `enforce_iam` is on. The
access key `testing` belongs to the root user, who has all permissions. Conditions support StringEquals on the keys in
`Need.context`. Other operators, NotResource and policy variables are errors. Permission boundaries, session policies
and service control policies are not emulated.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, NamedTuple

from moto.core.exceptions import HTTPException
from moto.iam.access_control import IAMPolicy, IAMRequest, PermissionResult, create_access_key
from moto.iam.models import Policy, iam_backends
from moto.sagemaker.models import sagemaker_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from .records import Call
from .rules import SageMakerError, arn
from .seed import ACCOUNT_ID
from .world import current

ROOT_KEY = "testing"
SERVICES = ("cloudcontrol", "sagemaker", "cloudwatch")
HANDLER_PRINCIPAL = "cloudformation.amazonaws.com"
"""The service that assumes the RoleArn of a Cloud Control request."""
_VERBS = ("Create", "Describe", "Update", "Start", "Stop", "Delete")
_BY_NAME: Mapping[str, tuple[str, str]] = {
    # operation: kind of the resource, member of the request with its name
    **{f"{verb}InferenceExperiment": ("inference-experiment", "Name") for verb in _VERBS},
    **{f"{verb}Endpoint": ("endpoint", "EndpointName") for verb in ("Describe", "Update", "Delete")},
    **{f"{verb}EndpointConfig": ("endpoint-config", "EndpointConfigName") for verb in ("Describe", "Delete")},
}
_caller: ContextVar[Principal | None] = ContextVar("caller", default=None)


class Signed(NamedTuple):
    """A signed HTTP request; the names of the headers are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


class Need(NamedTuple):
    """A required action on a resource, with the condition keys that the service passes to IAM."""

    action: str
    resource: str
    context: Mapping[str, str] = MappingProxyType({})


class Principal:
    """A user or the session of a role."""

    def __init__(self, access_key: Any) -> None:
        self._access_key = access_key

    def check(self, *needs: Need) -> None:
        """Raise AccessDeniedException unless a policy allows each need and no policy denies it."""
        documents = [_document(policy) for policy in self._access_key.collect_policies()]
        for need in needs:
            self._check(need, documents)

    def _check(self, need: Need, documents: list[dict[str, Any]]) -> None:
        policies = [_applicable(document, need) for document in documents]
        results = [policy.is_action_permitted(need.action, need.resource) for policy in policies]
        if PermissionResult.DENIED in results:
            reason = "with an explicit deny in an identity-based policy"
        elif PermissionResult.PERMITTED in results:
            return
        else:
            reason = f"because no identity-based policy allows the {need.action} action"
        denied = f"User: {self._access_key.arn} is not authorized to perform: {need.action}"
        raise SageMakerError("AccessDeniedException", f"{denied} on resource: {need.resource} {reason}")


class _Request(IAMRequest):  # type: ignore[misc] # moto is not typed
    @property
    def principal(self) -> Principal:
        return Principal(self._access_key)


# authentication


def enforced(call: Call, signed: Signed) -> bool:
    """Return whether IAM applies to a call; an unsigned request names no service, only a target."""
    ours = call.service in SERVICES or (not call.service and "x-amz-target" in signed.headers)
    return ours and current().settings.enforce_iam


def authenticate(call: Call, signed: Signed) -> Principal | None:
    """Return the signer of a request; None is the root user. Raises SageMakerError if the signature is not valid."""
    authorization = signed.headers.get("authorization", "")
    if "Credential=" not in authorization:
        raise SageMakerError("MissingAuthenticationTokenException", "Missing Authentication Token")
    if f"Credential={ROOT_KEY}/" in authorization:
        return None
    headers = {name.title(): value for name, value in signed.headers.items()}
    try:
        request = _Request(ACCOUNT_ID, signed.method, signed.url, {}, signed.body, headers, call.operation)
        request.check_signature()
    except HTTPException as error:
        if getattr(error, "error_type", "") == "SignatureDoesNotMatch":
            message = "The request signature we calculated does not match the signature you provided."
            raise SageMakerError("InvalidSignatureException", message) from error
        message = "The security token included in the request is invalid."
        raise SageMakerError("UnrecognizedClientException", message) from error
    return request.principal


def assume(role_arn: str, region: str) -> Principal | None:
    """Return a session of the role for the handler; None if it does not exist or does not trust CloudFormation."""
    partition = get_partition(region)
    role = next((r for r in iam_backends[ACCOUNT_ID][partition].roles.values() if r.arn == role_arn), None)
    if role is None or not _trusts(json.loads(role.assume_role_policy_document)):
        return None
    details = {"role_arn": role_arn, "policy": "", "duration": 3600, "external_id": ""}
    session = sts_backends[ACCOUNT_ID][partition].assume_role(region, "AWSCloudFormation", **details)
    headers = {"X-Amz-Security-Token": session.session_token}
    return Principal(create_access_key(ACCOUNT_ID, partition, session.access_key_id, headers))


def _trusts(document: Mapping[str, Any]) -> bool:
    """Return whether a trust policy allows CloudFormation to assume its role; moto checks AWS principals only."""
    allowing = [statement for statement in _list(document["Statement"]) if statement["Effect"] == "Allow"]
    return any(HANDLER_PRINCIPAL in _list((each.get("Principal") or {}).get("Service")) for each in allowing)


@contextlib.contextmanager
def acting(principal: Principal | None) -> Iterator[None]:
    """Set the principal of the call that this thread serves."""
    before = _caller.set(principal)
    try:
        yield
    finally:
        _caller.reset(before)


def caller() -> Principal | None:
    """Return the principal of the call that this thread serves; None is the root user."""
    return _caller.get()


# required permissions


def needs(call: Call) -> list[Need]:
    """Return the permissions that a call requires, without those of the handler that it runs."""
    if call.service == "sagemaker":
        return sagemaker_needs(call.operation, call.request, call.region)
    if call.service == "cloudwatch":
        return [Need(f"cloudwatch:{call.operation}", "*")]
    partition = get_partition(call.region)
    everything = f"arn:{partition}:cloudformation:{call.region}:{ACCOUNT_ID}:resource/*"
    role = call.request.get("RoleArn")
    door = Need(f"cloudformation:{call.operation}", everything, {"aws:RequestedRegion": call.region})
    return [door, *([_pass(role, HANDLER_PRINCIPAL)] if role else [])]


def sagemaker_needs(operation: str, request: Mapping[str, Any], region: str) -> list[Need]:
    """Return the permissions that a call to SageMaker requires; an operation outside _BY_NAME has the resource `*`."""
    resource = request.get("ResourceArn", "*")
    if operation in _BY_NAME:
        kind, member = _BY_NAME[operation]
        resource = arn(kind, request[member].lower(), account_id=ACCOUNT_ID, region=region)
    new_tags = request.get("Tags") or []
    context = {**_tags("RequestTag", new_tags), **_tags("ResourceTag", _tags_of(resource, region))}
    found = [Need(f"sagemaker:{operation}", resource, context)]
    if operation == "CreateInferenceExperiment":
        found += [Need("sagemaker:AddTags", resource, context)] if new_tags else []
        found.append(_pass(request["RoleArn"], "sagemaker.amazonaws.com"))
    return found


def _tags_of(resource: str, region: str) -> list[dict[str, str]]:
    experiments: Any = sagemaker_backends[ACCOUNT_ID][region].inference_experiments
    return next((experiment.tags for experiment in experiments if experiment.arn == resource), [])


def _tags(kind: str, tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {f"aws:{kind}/{tag['Key']}": tag["Value"] for tag in tags}


def _pass(role_arn: str, service: str) -> Need:
    return Need("iam:PassRole", role_arn, {"iam:PassedToService": service})


# policies


def _document(policy: Any) -> dict[str, Any]:
    """Return a policy as a dict; moto stores policies in three forms."""
    if isinstance(policy, Policy):
        text = next(version.document for version in policy.versions if version.is_default)
    else:
        text = policy if isinstance(policy, str) else policy["policy_document"]
    document: dict[str, Any] = json.loads(text)
    return document


def _applicable(document: Mapping[str, Any], need: Need) -> Any:
    """Return the statements with satisfied conditions as a policy of moto, which evaluates conditions unlike AWS."""
    statements = [s for s in _list(document["Statement"]) if _holds(s.get("Condition") or {}, need.context)]
    if any("NotResource" in s for s in statements) or "${" in json.dumps(statements):
        raise _not_evaluated("A policy with NotResource or with variables")
    bare = [{name: value for name, value in s.items() if name != "Condition"} for s in statements]
    return IAMPolicy(json.dumps({"Statement": bare}))


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    unknown = sorted(set(conditions) - {"StringEquals"})
    if unknown:
        raise _not_evaluated(f"A policy with the conditions {', '.join(unknown)}")
    return all(context.get(key) in _list(value) for key, value in conditions.get("StringEquals", {}).items())


def _not_evaluated(construct: str) -> SageMakerError:
    return SageMakerError("InternalFailure", f"{construct} cannot be evaluated by this emulator.")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
