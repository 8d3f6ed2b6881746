# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of one resource type to Cloud Control, with retries, pagination and waiting.

Guarantees:
- Only ResourceNotFoundException means that a resource is absent.
- A call that was throttled or has no valid response is retried. The tries of a write have the same ClientToken, so that
  AWS executes it once.
- A failed poll does not lose the operation.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from ..errors import NOT_AUTHORIZED, CallFailed
from ..model.resource_type import Properties, ServiceCall, WriteOnlyReader
from . import responses
from .polling import Deadline, backoff, pauses
from .responses import ProgressEvent

try:
    from botocore import __version__ as botocore_version
except ImportError:  # base.create_client() reports the missing library before a client is created.
    pass

Parsed = TypeVar("Parsed")
Response = Mapping[str, Any]

# Tries of a call, within about a minute. botocore is configured to make one.
_MAX_TRIES = 8
# A list of more pages is the error of a server.
_MAX_PAGES = 10_000
_MAX_RETRY_AFTER = 60.0  # seconds
# RetryAfter is a time by the clock of AWS. If the clock of the host differs by more seconds than this from the Date
# header of the response, the clock of the host is wrong. A Date header has whole seconds.
_CLOCKS_DIFFER = 5.0


@dataclass(eq=False)
class CloudControl:
    """The calls of one resource type. Threads can share an instance after create_clients()."""

    type_name: str
    make_client: Callable[[str], Any]
    """Service name -> boto3 client, called once for each service."""
    deadline: Deadline
    check: Callable[[Properties], object]
    """Raises TypeError for properties of unexpected types."""
    role_arn: str | None = None
    """The role that the handler runs under; None: the calling identity."""
    _clients: dict[str, Any] = field(default_factory=dict)
    _services_reached: set[str] = field(default_factory=set)

    def get(self, identifier: str) -> Properties | None:
        """Return the properties of a resource; None if it does not exist."""

        def parse(response: Response) -> Properties:
            properties = responses.parse_properties(response["ResourceDescription"])
            self.check(properties)
            return properties

        try:
            return self._call("get_resource", parse, Identifier=identifier, **self._type())
        except CallFailed as error:
            if error.code == "ResourceNotFoundException":
                return None
            raise

    def read_write_only(self, reader: WriteOnlyReader, identifier: str) -> Properties | None:
        """Return the write-only properties and the status, from the service's own API; None without such a resource."""
        try:
            return self.describe(reader.call, identifier, partial(responses.parse_write_only, reader))
        except CallFailed as error:
            if error.code == reader.not_found:
                return None
            if error.denied:
                error.hint = (
                    f"Grant {reader.call.permission} to the calling identity: GetResource does not return write-only"
                    " properties."
                )
            raise

    def describe(self, call: ServiceCall, identifier: str, parse: Callable[[Response], Parsed]) -> Parsed:
        """Return the parsed response of a call of a service's own API. Raises CallFailed."""
        argument: dict[str, Any] = {call.argument: identifier}
        with hint_if_denied(call.permission):
            return self._call(call.method, parse, service=call.service, **argument)

    def create_clients(self, *services: str) -> None:
        """Create the clients of services, before other threads use them."""
        for service in services:
            self._client(service)

    def list(self) -> Iterator[tuple[str, Properties]]:
        """Yield (identifier, listed properties) of each resource. The properties can be incomplete."""
        for resources in self.pages("list_resources", responses.parse_resources, **self._type()):
            yield from resources

    def create(self, properties: Properties) -> ProgressEvent:
        return self._submit("create_resource", DesiredState=json.dumps(properties))

    def update(self, identifier: str, patch: Sequence[Mapping[str, Any]]) -> ProgressEvent:
        return self._submit("update_resource", Identifier=identifier, PatchDocument=json.dumps(patch))

    def delete(self, identifier: str) -> ProgressEvent:
        return self._submit("delete_resource", Identifier=identifier)

    def wait_until_ended(self, event: ProgressEvent) -> ProgressEvent:
        """Poll an operation until it succeeds, fails or is cancelled; return its last event. Raises TimedOut."""
        token = event.request_token
        parse = partial(responses.parse_progress, token=token)
        waits = pauses(self.deadline.clock)
        while not event.ended:
            pause = next(waits)
            if event.retry_after:  # can only lengthen a pause
                now = self.deadline.clock.now()
                if event.sent and abs((event.sent - now).total_seconds()) > _CLOCKS_DIFFER:
                    now = event.sent
                seconds = (event.retry_after - now).total_seconds()
                pause = max(pause, min(seconds, _MAX_RETRY_AFTER))
            waiting_for = (
                f"the {event.operation} with request token {token} still has the status {event.status} and continues"
                " in AWS."
            )
            self.deadline.pause(pause, waiting_for=waiting_for)
            event = self._call("get_resource_request_status", parse, until_deadline=True, RequestToken=token)
        return event

    def operation_in_progress(self, identifier: str) -> ProgressEvent | None:
        """Return an operation on a resource that has not ended; None if there is none."""
        statuses = list(responses.IN_PROGRESS)
        filters = {"Operations": ["CREATE", "UPDATE", "DELETE"], "OperationStatuses": statuses}
        pages = self.pages("list_resource_requests", responses.parse_requests, ResourceRequestStatusFilter=filters)
        for events in pages:
            for event in events:
                if (event.type_name, event.identifier) == (self.type_name, identifier):
                    return event
        return None

    def pages(self, method: str, parse: Callable[[Response], Parsed], **request: Any) -> Iterator[Parsed]:
        """Yield each parsed page of a call. service: another service than Cloud Control.

        Raises CallFailed if a call fails, or if the pagination does not end.
        """
        tokens: set[str] = set()
        while len(tokens) < _MAX_PAGES:
            page, token = self._call(method, lambda r: (parse(r), responses.parse_next_token(r)), **request)
            yield page
            if not token:
                return
            if token in tokens:
                break
            tokens.add(token)
            request["NextToken"] = token
        operation = _operation_name(method)
        raise CallFailed(f"The pagination of {operation} does not end", code="InvalidAnswer", operation=operation)

    def _submit(self, method: str, **request: Any) -> ProgressEvent:
        return self._call(method, responses.parse_progress, ClientToken=str(uuid.uuid4()), **self._type(), **request)

    def _type(self) -> dict[str, Any]:
        """Return the members of a request that name the type, and the role that the handler runs under."""
        return {"TypeName": self.type_name, **({"RoleArn": self.role_arn} if self.role_arn else {})}

    def _call(
        self,
        method: str,
        parse: Callable[[Response], Parsed],
        *,
        service: str = "cloudcontrol",
        until_deadline: bool = False,
        **request: Any,
    ) -> Parsed:
        """Make a call, with retries, and return its parsed response.

        until_deadline: the number of tries is not limited, because the task must not lose a submitted operation.
        """
        operation = _operation_name(method)
        client = self._client(service)
        if not hasattr(client, method):
            message = f"The installed botocore {botocore_version} does not support {operation}"
            raise CallFailed(message, code="OutdatedBotocore", operation=operation)
        attempt, without_response = 0, False
        while True:
            attempt += 1
            try:
                with responses.convert_errors(operation):
                    parsed = parse(getattr(client, method)(**request))
            except CallFailed as failure:
                without_response = failure.without_response = failure.without_response or without_response
                if failure.tries_before_first_response is None:  # the service counts as reached
                    self._services_reached.add(service)
                tries = None if service in self._services_reached else failure.tries_before_first_response
                if not failure.transient or (attempt >= (tries or _MAX_TRIES) and not until_deadline):
                    raise
                reason = f"{operation} failed with {failure.code}: {failure.message}"
                self.deadline.pause(backoff(attempt), waiting_for=reason, cause=failure)
            else:
                self._services_reached.add(service)
                return parsed

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            with responses.convert_client_errors(service):
                self._clients[service] = self.make_client(service)
        return self._clients[service]


@contextmanager
def hint_if_denied(permission: str) -> Iterator[None]:
    """Set the hint of CallFailed if AWS denies a call of another service, and the message names no permission."""
    try:
        yield
    except CallFailed as error:
        if error.denied and NOT_AUTHORIZED not in error.message:
            error.hint = f"Grant the permission {permission} to the calling identity."
        raise


def _operation_name(method: str) -> str:
    return "".join(word.capitalize() for word in method.split("_"))
