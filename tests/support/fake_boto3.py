"""A boto3 client with prepared responses, and a client of the engine that uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.client import CloudControl
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.polling import Deadline
from tests.support.manual_time import ManualTime


class FakeClient:
    """Return or raise the responses in order, whatever the methods, and record the methods and their requests."""

    def __init__(self, *responses: dict[str, Any] | Exception) -> None:
        self.responses = list(responses)
        self.calls: list[str] = []
        self.requests: list[dict[str, Any]] = []

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        def call(**request: Any) -> dict[str, Any]:
            self.calls.append(method)
            self.requests.append(request)
            response = self.responses.pop(0)
            if isinstance(response, Exception):
                raise response
            return response

        return call


def connect(client: FakeClient, seconds: float = 1e6) -> CloudControl:
    deadline = Deadline(ManualTime().clock, seconds)
    return CloudControl("Shop", make_client=lambda _service: client, deadline=deadline, check=lambda _: None)


def client_error(code: str, message: str = "No") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")
