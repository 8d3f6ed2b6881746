"""Cloud Control of an account and region: checks of requests, and runs of the handler.

Every access calls `settle` first, which runs all due steps of handlers in the order of time.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import jsonpatch
import jsonpointer
from moto.core.base_backend import BackendDict, BaseBackend
from moto.sagemaker.models import sagemaker_backends

from .. import access, schema
from ..handler import Handler, HandlerFailure, Steps
from ..plain import PlainHandler
from ..sagemaker.models import SageMakerBackend
from ..world import current
from . import exceptions
from .exceptions import CloudControlError
from .requests import CLIENT_TOKEN_VALID, LIVE, REMEMBERED, ResourceRequest

Parameters = Mapping[str, Any]
AnyHandler = Handler | PlainHandler
Submitted = tuple[str, AnyHandler, Steps]
Result = TypeVar("Result")


class CloudControlBackend(BaseBackend):  # type: ignore[misc] # moto is not typed
    """The requests of an account and region; the resources are in SageMaker's backend."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.requests: dict[str, ResourceRequest] = {}
        self._count = 0

    @property
    def sagemaker(self) -> SageMakerBackend:
        return cast(SageMakerBackend, sagemaker_backends[self.account_id][self.region_name])

    def settle(self) -> datetime:
        """Run all due steps in order; return the current time."""
        now = current().clock.now()
        while due := [request for request in self.requests.values() if request.steps and request.resume <= now]:
            earliest = min(due, key=lambda request: (request.resume, request.number))
            self.sagemaker.inference_experiments.settle(earliest.resume)
            earliest.advance()
        self.sagemaker.inference_experiments.settle(now)
        for token in [request.token for request in self.requests.values() if now - request.accepted >= REMEMBERED]:
            del self.requests[token]
        return now

    def get_resource(self, parameters: Parameters) -> dict[str, Any]:
        now = self._begin(parameters)
        name, handler = parameters["Identifier"], self._handler(parameters, now)
        properties = self._read(name, handler)
        if now < handler.created(name) + timedelta(seconds=current().settings.read_delay_seconds):
            raise exceptions.resource_not_found(handler.type_name, name)
        if current().settings.null_members:
            properties = schema.with_nulls(handler.type_name, properties)
        return {"Identifier": name, "Properties": json.dumps(properties)}

    def list_resources(self, parameters: Parameters) -> tuple[list[dict[str, str]], str | None]:
        """Return a page, latest first, and the next token; ResourceModel and MaxResults are ignored."""
        now = self._begin(parameters)
        last = _decode_token(parameters.get("NextToken"))
        handler = self._handler(parameters, now)
        self._reading("", handler, handler.may_list)
        keys = sorted(([handler.created(name).isoformat(), name] for name in handler.names()), reverse=True)
        rest = [key for key in keys if last is None or key < last]
        page = rest[: current().settings.list_page_size]
        entries = [{"Identifier": name, "Properties": json.dumps(handler.summary(name))} for _created, name in page]
        return entries, _encode_token(page[-1]) if len(rest) > len(page) else None

    def get_request(self, token: str) -> ResourceRequest:
        self.settle()
        if token not in self.requests:
            raise CloudControlError("RequestTokenNotFoundException", f"Request with token {token} was not found.")
        return self.requests[token]

    def list_requests(self, parameters: Parameters) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page, latest first, and the next token; the filters are Operations and OperationStatuses."""
        now = self.settle()
        wanted = parameters.get("ResourceRequestStatusFilter") or {}
        last = _decode_token(parameters.get("NextToken"))
        found = [r for r in self.requests.values() if _matches(r, wanted, now) and (last is None or r.number < last[0])]
        found.sort(key=lambda request: request.number, reverse=True)
        size = current().settings.request_page_size
        page = found[: min(size, parameters.get("MaxResults") or size)]
        token = _encode_token([page[-1].number]) if len(found) > len(page) else None
        return [request.event(now) for request in page], token

    def cancel_request(self, token: str) -> ResourceRequest:
        request, now = self.get_request(token), current().clock.now()
        if request.status(now) not in ("PENDING", "IN_PROGRESS"):
            raise exceptions.validation(f"Request {token} is {request.status(now)} and cannot be cancelled")
        request.cancel(now)
        return request

    def submit(self, operation: str, parameters: Parameters) -> ResourceRequest:
        """Accept an operation, or return that of an earlier request with the same client token."""
        now = self._begin(parameters)
        if earlier := self._by_client_token(operation, parameters, now):
            return earlier
        name, handler, steps = getattr(self, f"_{operation.lower()}")(parameters, now)
        return self._accept(operation, parameters, name, handler, steps)

    def _create(self, parameters: Parameters, now: datetime) -> Submitted:
        model = _parsed(parameters["DesiredState"], "DesiredState", dict)
        handler = self._handler(parameters, now)
        steps = _unless(_create_error(handler.type_name, model), handler.create(model))
        return handler.identifier(model), handler, steps

    def _update(self, parameters: Parameters, now: datetime) -> Submitted:
        name, handler = parameters["Identifier"], self._handler(parameters, now)
        before = self._read(name, handler)
        after = _patched(before, parameters["PatchDocument"])
        steps = _unless(_update_error(handler.type_name, before, after), handler.update(name, after))
        return name, handler, steps

    def _delete(self, parameters: Parameters, now: datetime) -> Submitted:
        name, handler = parameters["Identifier"], self._handler(parameters, now)
        if not current().settings.delete_missing_late:
            self._read(name, handler)
        return name, handler, handler.delete(name)

    def _begin(self, parameters: Parameters) -> datetime:
        name = parameters["TypeName"]
        known = {schema.TYPE_NAME, *current().other_types}
        if self.region_name in current().settings.regions_without_type or name not in known:
            raise CloudControlError("TypeNotFoundException", f"The type '{name}' cannot be found.")
        return self.settle()

    def _handler(self, parameters: Parameters, now: datetime) -> AnyHandler:
        """Return a handler with the permissions of RoleArn, by default of the caller."""
        role, principal = parameters.get("RoleArn"), access.caller()
        if role and current().settings.enforce_iam:
            principal = access.assume(role, self.region_name)
            if principal is None:
                raise CloudControlError("InvalidCredentialsException", f"Role {role} is invalid or cannot be assumed")
        other = current().other_types.get(parameters["TypeName"])
        return other(self.region_name, now) if other else Handler(self.sagemaker, now, principal)

    def _read(self, name: str, handler: AnyHandler) -> dict[str, Any]:
        return self._reading(name, handler, lambda: handler.read(name))

    def _reading(self, name: str, handler: AnyHandler, act: Callable[[], Result]) -> Result:
        """Run a read; a failure of its handler is the error of the call, because a read has no events."""
        try:
            return act()
        except HandlerFailure as failure:
            if failure.code == "NotFound":
                raise exceptions.resource_not_found(handler.type_name, name) from failure
            raise exceptions.handler_failed(handler.type_name, failure.code, failure.message) from failure

    def _by_client_token(self, operation: str, parameters: Parameters, now: datetime) -> ResourceRequest | None:
        """Return the request with the same token within 36 hours. Raises if it differs."""
        token = parameters.get("ClientToken")
        for request in self.requests.values() if token else ():
            if request.parameters.get("ClientToken") == token and now - request.accepted < CLIENT_TOKEN_VALID:
                if (request.operation, request.parameters) != (operation, parameters):
                    message = f"The client token {token} has already been used for a different request."
                    raise CloudControlError("ClientTokenConflictException", message)
                return request
        return None

    def _accept(
        self, operation: str, parameters: Parameters, name: str, handler: AnyHandler, steps: Steps
    ) -> ResourceRequest:
        now, type_name = handler.now, handler.type_name
        same = (r for r in self.requests.values() if (r.handler.type_name, r.identifier) == (type_name, name))
        if any(request.status(now) in LIVE for request in same):
            message = f"Another operation on resource '{name}' of type '{type_name}' is in progress."
            raise CloudControlError("ConcurrentOperationException", message)
        begins = now + timedelta(seconds=current().settings.pending_seconds)
        fault = current().faults.take(f"{operation.title()}Resource", name, place="operation")
        self._count += 1
        request = ResourceRequest(self._count, operation, parameters, name, now, handler, steps, begins, fault)
        self.requests[request.token] = request
        return request


def _create_error(type_name: str, model: Mapping[str, Any]) -> CloudControlError | None:
    read_only = schema.changed(type_name, "readOnlyProperties", {}, model)
    found = [f"#: read-only property {pointer} cannot be given" for pointer in read_only]
    return _model_error([*schema.problems(type_name, model), *found])


def _update_error(type_name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> CloudControlError | None:
    for kind, code in (
        ("createOnlyProperties", "NotUpdatableException"),
        ("readOnlyProperties", "ValidationException"),
    ):
        if pointers := schema.changed(type_name, kind, before, after):
            return CloudControlError(code, f"Invalid patch update: {kind} [{', '.join(pointers)}] cannot be updated")
    return _model_error(schema.problems(type_name, after))


def _model_error(problems: list[str]) -> CloudControlError | None:
    return exceptions.validation(f"Model validation failed ({'; '.join(problems)})") if problems else None


def _unless(error: CloudControlError | None, steps: Steps) -> Steps:
    """Return the steps of a handler, or raise the error, at once or (a setting) as the failure of the operation."""
    if error is None:
        return steps
    if not current().settings.refuse_late:
        raise error
    code = "NotUpdatable" if error.error_type == "NotUpdatableException" else "InvalidRequest"
    return _failing(HandlerFailure(code, error.message))


def _failing(failure: HandlerFailure) -> Steps:
    yield from ()
    raise failure


def _patched(before: Mapping[str, Any], document: str) -> dict[str, Any]:
    """Return the result of a whole patch of the properties that Read returns."""
    operations = _parsed(document, "PatchDocument", list)
    if not operations:
        raise exceptions.validation("The patch document is empty")
    try:
        after = jsonpatch.JsonPatch(operations).apply(dict(before))
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError) as error:
        raise exceptions.validation(f"Invalid patch document: {type(error).__name__}: {error}") from error
    if not isinstance(after, dict):
        raise exceptions.validation("Invalid patch document: the result is not an object")
    return dict(after)


def _parsed(text: str, member: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise exceptions.validation(f"{member} is not valid JSON: {error}") from error
    if not isinstance(value, kind):
        raise exceptions.validation(f"{member} is not a JSON {'object' if kind is dict else 'array'}")
    return value


def _matches(request: ResourceRequest, wanted: Mapping[str, list[str]], now: datetime) -> bool:
    operations, statuses = wanted.get("Operations"), wanted.get("OperationStatuses")
    return (not operations or request.operation in operations) and (not statuses or request.status(now) in statuses)


def _encode_token(key: list[Any]) -> str:
    return base64.b64encode(json.dumps(key).encode()).decode()


def _decode_token(token: str | None) -> list[Any] | None:
    if token is None:
        return None
    try:
        key: list[Any] = json.loads(base64.b64decode(token))
    except ValueError as error:
        raise exceptions.validation("Invalid NextToken") from error
    return key


cloudcontrol_backends = BackendDict(CloudControlBackend, "cloudcontrol")
