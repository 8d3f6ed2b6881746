"""The eight operations of Cloud Control as JSON."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import BaseResponse

from .. import constraints
from ..world import current
from . import exceptions
from .models import CloudControlBackend, cloudcontrol_backends
from .requests import ResourceRequest


class CloudControlResponse(BaseResponse):  # type: ignore[misc] # moto is not typed
    """Calls the backend of the account and region of the request."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudcontrol")

    @property
    def backend(self) -> CloudControlBackend:
        backend: CloudControlBackend = cloudcontrol_backends[self.current_account][self.region]
        return backend

    @property
    def parameters(self) -> dict[str, Any]:
        """The members of the request. Raises ValidationException if they violate the constraints of the service."""
        parameters: dict[str, Any] = json.loads(self.body or "{}")
        message = constraints.violation("cloudcontrol", self._get_action(), parameters)
        if message:
            raise exceptions.validation(message)
        return parameters

    def get_resource(self) -> str:
        return json.dumps(
            {"TypeName": self.parameters["TypeName"], "ResourceDescription": self.backend.get_resource(self.parameters)}
        )

    def list_resources(self) -> str:
        entries, token = self.backend.list_resources(self.parameters)
        return _page({"TypeName": self.parameters["TypeName"], "ResourceDescriptions": entries}, token)

    def create_resource(self) -> str:
        return self._submit("CREATE")

    def update_resource(self) -> str:
        return self._submit("UPDATE")

    def delete_resource(self) -> str:
        return self._submit("DELETE")

    def get_resource_request_status(self) -> str:
        return _progress(self.backend.get_request(self.parameters["RequestToken"]))

    def cancel_resource_request(self) -> str:
        return _progress(self.backend.cancel_request(self.parameters["RequestToken"]))

    def list_resource_requests(self) -> str:
        events, token = self.backend.list_requests(self.parameters)
        return _page({"ResourceRequestStatusSummaries": events}, token)

    def _submit(self, operation: str) -> str:
        """Return the first event of an operation; its handler starts after the event."""
        event = _progress(self.backend.submit(operation, self.parameters))
        self.backend.settle()
        return event


def _progress(request: ResourceRequest) -> str:
    return json.dumps({"ProgressEvent": request.event(current().clock.now())})


def _page(response: dict[str, Any], token: str | None) -> str:
    return json.dumps({**response, **({"NextToken": token} if token else {})})
