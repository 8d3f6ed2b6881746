"""A Cloud Control client that returns prepared results, and a task that uses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.client import CloudControl
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.polling import Deadline
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.responses import ProgressEvent
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CloudControlError
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.state import (
    Context,
    Report,
    State,
    Task,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Declaration,
    Properties,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.support.manual_time import ManualTime

REQUEST = "0aa1b5c8"  # the request token of all operations


def failed(code: str, message: str = "") -> ProgressEvent:
    """Return the end of an operation that failed."""
    return ProgressEvent("update", REQUEST, "FAILED", error_code=code, message=message)


class ScriptedClient:
    """The methods of CloudControl that the package execution calls, without a service.

    get() returns the reads in their order, and the last one again. Each write returns or raises the next result, and
    SUCCESS if there is none. requests has the writes.
    """

    def __init__(
        self, *reads: Properties | CloudControlError | None, results: Sequence[ProgressEvent | CloudControlError] = ()
    ) -> None:
        self.requests: list[tuple[Any, ...]] = []
        self._reads, self._results = list(reads), list(results)

    def create_clients(self, *_services: str) -> None:
        pass

    def get(self, _identifier: str) -> Properties | None:
        read = self._reads.pop(0) if len(self._reads) > 1 else self._reads[0]
        if isinstance(read, CloudControlError):
            raise read
        return read

    def create(self, properties: Properties) -> ProgressEvent:
        return self._write("create", properties)

    def update(self, identifier: str, patch: list[dict[str, Any]]) -> ProgressEvent:
        return self._write("update", identifier, patch)

    def delete(self, identifier: str) -> ProgressEvent:
        return self._write("delete", identifier)

    def wait_until_ended(self, progress: ProgressEvent) -> ProgressEvent:
        return progress

    def _write(self, *request: Any) -> ProgressEvent:
        self.requests.append(request)
        if not self._results:
            return ProgressEvent(request[0], REQUEST, "SUCCESS")
        result = self._results.pop(0)
        if isinstance(result, ProgressEvent):
            return result
        raise result


def create_context(client: ScriptedClient, *, wait: bool = True, check_mode: bool = False) -> Context:
    deadline = Deadline(ManualTime().clock, 1800)
    return Context(INFERENCE_EXPERIMENT, cast(CloudControl, client), deadline, wait=wait, check_mode=check_mode)


def create_task(client: ScriptedClient, declaration: Declaration, **settings: bool) -> Task:
    context = create_context(client, **settings)
    return Task(context, State(declaration, plan_only=context.check_mode), Report())
