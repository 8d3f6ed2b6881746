"""Asynchronous requests of Cloud Control: their progress over time, and their events."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..faults import Fault
from ..handler import Handler, HandlerFailure, Steps
from ..plain import PlainHandler
from ..world import current

REMEMBERED = timedelta(days=7)
CLIENT_TOKEN_VALID = timedelta(hours=36)
LIVE = ("PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS")
STATUSES = (*LIVE, "SUCCESS", "FAILED", "CANCEL_COMPLETE")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Accepted:
    """An accepted operation; `effects` are the changes that its handler made in SageMaker, even if it FAILED."""

    operation: str
    identifier: str
    client_token: str | None
    request_token: str
    status: str
    error: str | None
    effects: tuple[str, ...]


@dataclasses.dataclass
class ResourceRequest:
    """An accepted operation; `steps` are the remaining steps of its handler."""

    number: int
    operation: str
    parameters: Mapping[str, Any]
    identifier: str
    accepted: datetime
    handler: Handler | PlainHandler
    steps: Steps | None
    resume: datetime
    fault: Fault | None = None
    token: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    finished: datetime | None = None
    failure: tuple[str, str] | None = None
    cancelled: datetime | None = None
    result: dict[str, Any] | None = None

    def advance(self) -> None:
        """Run the handler's next step at its time."""
        assert self.steps is not None
        self.handler.now = self.resume
        try:
            if self.fault is not None and not self.fault.applied:
                self._apply_fault(self.fault)
                return
            self.resume = next(self.steps)
        except StopIteration:
            self._apply_fault(self.fault) if self.fault else self._finish(None)
        except HandlerFailure as failure:
            self._finish(failure)

    def _apply_fault(self, fault: Fault) -> None:
        if fault.kind == "cancelled":
            self.cancel(self.resume)
        else:
            self._finish(HandlerFailure(fault.code, fault.message or f"{fault.code} ordered by a test"))

    def _finish(self, failure: HandlerFailure | None) -> None:
        least = self.accepted + timedelta(seconds=current().settings.operation_seconds)
        self.steps, self.finished = None, max(self.resume, least)
        try:
            if failure is None and self.operation != "DELETE":
                self.result = self.handler.read(self.identifier)
        except HandlerFailure as unreadable:
            failure = unreadable
        if failure is not None:
            self.failure = (failure.code, failure.message)

    def cancel(self, now: datetime) -> None:
        """Stop the handler; its changes remain."""
        self.steps, self.cancelled = None, now

    def status(self, now: datetime) -> str:
        seconds = current().settings.operation_seconds
        if self.cancelled is not None:
            over = now >= self.cancelled + timedelta(seconds=seconds)
            return "CANCEL_COMPLETE" if over else "CANCEL_IN_PROGRESS"
        if self.finished is not None and now >= self.finished:
            return "FAILED" if self.failure else "SUCCESS"
        pending = now < self.accepted + timedelta(seconds=current().settings.pending_seconds)
        return "PENDING" if pending else "IN_PROGRESS"

    def accepted_as(self, now: datetime) -> Accepted:
        """Return the current state for tests."""
        return Accepted(
            operation=self.operation,
            identifier=self.identifier,
            client_token=self.parameters.get("ClientToken"),
            request_token=self.token,
            status=self.status(now),
            error=self.failure[0] if self.failure else None,
            effects=tuple(self.handler.effects),
        )

    def event(self, now: datetime) -> dict[str, Any]:
        """Return the current ProgressEvent."""
        settings, status = current().settings, self.status(now)
        event: dict[str, Any] = {
            "TypeName": self.parameters["TypeName"],
            "RequestToken": self.token,
            "Operation": self.operation,
            "OperationStatus": status,
            "EventTime": now.timestamp() if status in LIVE else (self.finished or now).timestamp(),
        }
        if status not in LIVE or now >= self.accepted + timedelta(seconds=settings.identifier_delay_seconds):
            event["Identifier"] = self.identifier
        if status in LIVE and settings.retry_after_seconds is not None:
            event["RetryAfter"] = now.timestamp() + settings.retry_after_seconds
        if status == "FAILED" and self.failure:
            event |= {"ErrorCode": self.failure[0], "StatusMessage": self.failure[1]}
        if status == "SUCCESS" and self.result is not None:
            event["ResourceModel"] = json.dumps(self.result)
        return event
