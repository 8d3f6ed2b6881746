"""Who calls, and what IAM lets them do, as far as moto can tell: its keys, signatures, roles and identity policies.

Enforced for Cloud Control, SageMaker, CloudWatch and the handler's own calls if the setting `enforce_iam` is on. The
access key `testing` is the root user's, who may do everything. Of conditions there is StringEquals, on the keys that
`Need` is given; what cannot be evaluated (other operators, NotResource, policy variables) is an error, and never taken
to hold. Boundaries, session policies and service control policies do not exist here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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
"""Who assumes the RoleArn of a Cloud Control request, whose actions belong to CloudFormation."""
_VERBS = ("Create", "Describe", "Update", "Start", "Stop", "Delete")
_BY_NAME: Mapping[str, tuple[str, str]] = {
    # operation: kind of the resource, member of the request with its name
    **{f"{verb}InferenceExperiment": ("inference-experiment", "Name") for verb in _VERBS},
    **{f"{verb}Endpoint": ("endpoint", "EndpointName") for verb in ("Describe", "Update", "Delete")},
    **{f"{verb}EndpointConfig": ("endpoint-config", "EndpointConfigName") for verb in ("Describe", "Delete")},
}
_thread = threading.local()


class Denied(SageMakerError):
    """The caller lacks an action."""

    def __init__(self, message: str) -> None:
        super().__init__("AccessDeniedException", message)


class Unauthenticated(SageMakerError):
    """Nobody knows who calls."""


class NotEvaluated(SageMakerError):
    """A policy says what cannot be evaluated here."""

    def __init__(self, message: str) -> None:
        super().__init__("InternalFailure", f"{message} cannot be evaluated by this emulator.")


@dataclasses.dataclass(frozen=True)
class Signed:
    """An HTTP request as its signature needs it; names of headers in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclasses.dataclass(frozen=True)
class Need:
    """One action on one resource, with the condition keys that the service tells IAM."""

    action: str
    resource: str
    context: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Principal:
    """A user or a role's session."""

    def __init__(self, access_key: Any) -> None:
        self._access_key = access_key

    def check(self, *needs: Need) -> None:
        """Raise Denied, in AWS's words, unless a policy allows what is needed and none denies it."""
        documents = [_document(policy) for policy in self._access_key.collect_policies()]
        for need in needs:
            self._check(need, documents)

    def _check(self, need: Need, documents: list[dict[str, Any]]) -> None:
        policies = [_applicable(document, need) for document in documents]
        results = [policy.is_action_permitted(need.action, need.resource) for policy in policies]
        if PermissionResult.DENIED in results:
            why = "with an explicit deny in an identity-based policy"
        elif PermissionResult.PERMITTED in results:
            return
        else:
            why = f"because no identity-based policy allows the {need.action} action"
        who = f"User: {self._access_key.arn} is not authorized to perform: {need.action}"
        raise Denied(f"{who} on resource: {need.resource} {why}")


class _Request(IAMRequest):  # type: ignore[misc] # moto is not typed
    @property
    def principal(self) -> Principal:
        return Principal(self._access_key)


# who it is


def enforced(call: Call, signed: Signed) -> bool:
    """Whether IAM is asked; a request without a signature, which belongs to no service, has a target all the same."""
    ours = call.service in SERVICES or (not call.service and "x-amz-target" in signed.headers)
    return ours and current().settings.enforce_iam


def authenticate(call: Call, signed: Signed) -> Principal | None:
    """Return who has signed a request; None is the root user. Raises Unauthenticated."""
    authorization = signed.headers.get("authorization", "")
    if "Credential=" not in authorization:
        raise Unauthenticated("MissingAuthenticationTokenException", "Missing Authentication Token")
    if f"Credential={ROOT_KEY}/" in authorization:
        return None
    headers = {name.title(): value for name, value in signed.headers.items()}
    try:
        request = _Request(ACCOUNT_ID, signed.method, signed.url, {}, signed.body, headers, call.operation)
        request.check_signature()
    except HTTPException as error:
        raise _unauthenticated(error) from error
    return request.principal


def _unauthenticated(error: Any) -> Unauthenticated:
    if error.error_type == "SignatureDoesNotMatch":
        words = "The request signature we calculated does not match the signature you provided."
        return Unauthenticated("InvalidSignatureException", words)
    return Unauthenticated("UnrecognizedClientException", "The security token included in the request is invalid.")


def assume(role_arn: str, region: str) -> Principal | None:
    """Return the role that Cloud Control is to run a handler under; None is no such role, or one that it may not be."""
    partition = get_partition(region)
    role = next((r for r in iam_backends[ACCOUNT_ID][partition].roles.values() if r.arn == role_arn), None)
    if role is None or not _trusts(json.loads(role.assume_role_policy_document)):
        return None
    details = {"role_arn": role_arn, "policy": "", "duration": 3600, "external_id": ""}
    session = sts_backends[ACCOUNT_ID][partition].assume_role(region, "AWSCloudFormation", **details)
    headers = {"X-Amz-Security-Token": session.session_token}
    return Principal(create_access_key(ACCOUNT_ID, partition, session.access_key_id, headers))


def _trusts(document: Mapping[str, Any]) -> bool:
    """Whether a trust policy lets CloudFormation assume its role; moto looks at AWS principals only."""
    services = [_list((s.get("Principal") or {}).get("Service")) for s in _list(document["Statement"]) if _allows(s)]
    return any(HANDLER_PRINCIPAL in names for names in services)


def _allows(statement: Mapping[str, Any]) -> bool:
    return bool(statement["Effect"] == "Allow")


@contextlib.contextmanager
def acting(principal: Principal | None) -> Iterator[None]:
    """Whose call this thread is serving."""
    before = caller()
    _thread.principal = principal
    try:
        yield
    finally:
        _thread.principal = before


def caller() -> Principal | None:
    """Who has made the call that is being served; None is the root user."""
    return getattr(_thread, "principal", None)


# what it takes


def needs(call: Call) -> list[Need]:
    """What a caller has to be allowed for a call, without what the handler that it sets to work needs."""
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
    """Return the needs of a call to SageMaker; those of an operation without a row in _BY_NAME name no resource."""
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
    """A policy in any of the three shapes in which moto keeps them."""
    if isinstance(policy, Policy):
        text = next(version.document for version in policy.versions if version.is_default)
    else:
        text = policy if isinstance(policy, str) else policy["policy_document"]
    document: dict[str, Any] = json.loads(text)
    return document


def _applicable(document: Mapping[str, Any], need: Need) -> Any:
    """The statements that may say something about this, as a policy of moto's, which cannot do conditions like AWS."""
    statements = [s for s in _list(document["Statement"]) if _holds(s.get("Condition") or {}, need.context)]
    if any("NotResource" in s for s in statements) or "${" in json.dumps(statements):
        raise NotEvaluated("A policy with NotResource or with variables")
    bare = [{name: value for name, value in s.items() if name != "Condition"} for s in statements]
    return IAMPolicy(json.dumps({"Statement": bare}))


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    unknown = sorted(set(conditions) - {"StringEquals"})
    if unknown:
        raise NotEvaluated(f"A policy with the conditions {', '.join(unknown)}")
    return all(context.get(key) in _list(value) for key, value in conditions.get("StringEquals", {}).items())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
