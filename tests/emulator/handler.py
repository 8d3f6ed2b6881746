"""The handler of AWS::SageMaker::InferenceExperiment in Cloud Control, with the changes that it silently drops.

Create, update and delete are generators that yield the time of the next callback, so that they work with any clock.
They return for SUCCESS and raise HandlerFailure for FAILED.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Generator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from . import rules
from .access import Principal, sagemaker_needs
from .experiments import Experiment, Stop
from .rules import SageMakerError
from .schema import TYPE_NAME
from .world import current

if TYPE_CHECKING:
    from .sagemaker.models import SageMakerBackend

Result = TypeVar("Result")
Model = Mapping[str, Any]
Steps = Generator[datetime, None, None]
CALLBACK = timedelta(seconds=5)
ANY = None
UPDATE_ROWS: tuple[tuple[str, tuple[str, ...] | None, str], ...] = (
    # status, DesiredState of the patched model, action of an invocation; the tags follow the last action
    ("Created", ("Running",), "start"),
    ("Created", ANY, "update"),
    ("Running", ("Completed", "Cancelled"), "stop"),
    ("Running", ANY, "update"),
    ("Updating", ANY, "wait for update"),
    ("Stopping", ANY, "wait for stop"),
    ("Creating", ANY, "nothing"),
    ("Starting", ANY, "nothing"),
    ("Completed", ANY, "nothing"),
    ("Cancelled", ANY, "nothing"),
)
STABILIZES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # action: text of its failure, status of the wait, statuses that end the wait
    "create": ("", "Creating", ("Created", "Running")),
    "start": ("during start ", "Starting", ("Running",)),
    "update": ("during update ", "Updating", ("Created", "Running")),
    "wait for update": ("during update ", "Updating", ("Created", "Running")),
    "stop": ("during stop ", "Stopping", ("Completed", "Cancelled")),
    "wait for stop": ("during stop ", "Stopping", ("Completed", "Cancelled")),
}
UPDATED = {
    "Created": ("Description", "Schedule", "DataStorageConfig", "ModelVariants", "ShadowModeConfig"),
    "Running": ("Description", "Schedule", "ShadowModeConfig"),
}
EFFECTS = {
    **{f"{verb}InferenceExperiment": verb.lower() for verb in ("Create", "Start", "Update", "Stop", "Delete")},
    "AddTags": "tag",
    "DeleteTags": "untag",
}
VARIANT_ROWS = {
    # (production, shadow) in the patched ModelVariants: actions of a stop for (production, shadow)
    (True, True): ("Retain", "Retain"),
    (True, False): ("Retain", "Remove"),
    (False, True): ("Remove", "Promote"),
    (False, False): ("Remove", "Remove"),
}


class HandlerFailure(Exception):
    """The operation is FAILED, with a HandlerErrorCode and a status message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Handler:
    """A run of the handler with the permissions of a principal (None: root). The caller sets `now` before a step."""

    type_name = TYPE_NAME

    def __init__(self, backend: SageMakerBackend, now: datetime, principal: Principal | None = None) -> None:
        self.backend = backend
        self.principal = principal
        self.experiments = backend.inference_experiments
        self.now = now
        self.effects: list[str] = []
        """The changes made in SageMaker: create, start, update, stop, delete, tag, untag."""
        self._waited: dict[str, timedelta] = {}

    # create

    def create(self, model: Model) -> Steps:
        """Create an experiment; DesiredState and StatusReason are ignored."""
        ignored = current().settings.ignore_properties - {"Name", "Type", "RoleArn", "EndpointName", "ModelVariants"}
        request = _request({name: value for name, value in model.items() if name not in ignored})
        self._call("CreateInferenceExperiment", lambda: self.experiments.create(request, self.now), **request)
        while not self._is_stable(model["Name"], "create"):
            yield self._callback(model["Name"], "create")

    # update

    def update(self, name: str, model: Model) -> Steps:
        """Run the row of UPDATE_ROWS for the status, again after each callback, then set the tags.

        Calls of the same row are not repeated. The model is the result of the patch when the operation was accepted.
        """
        ignored = current().settings.ignore_properties
        called: set[tuple[str, str]] = set()
        while True:
            experiment = self._find(name)
            found, action = experiment.status, _row(experiment.status, model.get("DesiredState"))
            if action == "nothing" or (action in ("start", "stop") and "DesiredState" in ignored):
                break
            if (found, action) not in called:
                called.add((found, action))
                requested = {**model, **{key: experiment.properties.get(key) for key in ignored}}
                self._act(action, name, requested, found=found)
            if self._is_stable(name, action):
                break
            yield self._callback(name, action)
        if "Tags" not in ignored:
            self._set_tags(name, model.get("Tags") or [])

    def _act(self, action: str, name: str, model: Model, *, found: str) -> None:
        if action == "start":
            self._call("StartInferenceExperiment", lambda: self.experiments.start(name, self.now), Name=name)
        elif action == "update":
            request = _request({"Name": name, **{key: model.get(key) for key in UPDATED[found]}})
            self._call("UpdateInferenceExperiment", lambda: self.experiments.update(request, self.now), **request)
        elif action == "stop":
            self._stop(name, model)

    def _stop(self, name: str, model: Model) -> None:
        """Derive the variant actions from the patched ModelVariants, by VARIANT_ROWS."""
        roles = rules.variant_roles(self._find(name).properties["ShadowModeConfig"])
        named = {variant["VariantName"] for variant in model.get("ModelVariants") or []}
        production, shadow = VARIANT_ROWS[roles["production"] in named, roles["shadow"] in named]
        actions = {roles["production"]: production, roles["shadow"]: shadow}
        order = Stop(actions, model["DesiredState"], model.get("StatusReason"), model.get("ModelVariants"))
        self._send_stop(name, order)

    def _send_stop(self, name: str, order: Stop) -> None:
        self._call(
            "StopInferenceExperiment", lambda: self.experiments.stop(name, order, self.now), **order.request(name)
        )

    def _set_tags(self, name: str, wanted: list[dict[str, str]]) -> None:
        """Set exactly the tags of the model; deletes come first, and fail for `aws:*` tags outside the model."""
        experiment = self._find(name)
        target = {"Name": name, "ResourceArn": experiment.arn}
        new = {tag["Key"]: tag["Value"] for tag in wanted}
        old = {tag["Key"]: tag["Value"] for tag in self._tags(experiment)}
        removed = [key for key in old if key not in new]
        changed = [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value]
        if removed:
            self._call("DeleteTags", lambda: self.experiments.delete_tags(experiment, removed), **target)
        if changed:
            self._call("AddTags", lambda: self.experiments.add_tags(experiment, changed), **target, Tags=changed)

    # delete

    def delete(self, name: str) -> Steps:
        """Stop a Running experiment with both variants retained, wait for Stopping, then delete the record."""
        stopped = False
        while True:
            experiment = self._find(name)
            self._tags(experiment)  # The schema lists this permission for delete.
            if experiment.status == "Running" and not stopped:
                stopped = True
                roles = rules.variant_roles(experiment.properties["ShadowModeConfig"])
                self._send_stop(name, Stop(dict.fromkeys(roles.values(), "Retain"), "Completed", None, None))
            elif experiment.status != "Stopping":
                break
            if self._is_stable(name, "wait for stop"):
                break
            yield self._callback(name, "wait for stop")
        self._call("DeleteInferenceExperiment", lambda: self.experiments.delete(name, self.now), Name=name)

    # read and list

    def identifier(self, model: Model) -> str:
        return str(model.get("Name", ""))

    def created(self, name: str) -> datetime:
        return self.experiments.get(name, self.now).created

    def names(self) -> list[str]:
        return [experiment.name for experiment in self.experiments]

    def read(self, name: str) -> dict[str, Any]:
        """Return all properties except the write-only ones, and the tags."""
        experiment = self._find(name)
        return self._model(experiment, self._tags(experiment))

    def _model(self, experiment: Experiment, tags: list[dict[str, str]]) -> dict[str, Any]:
        properties = copy.deepcopy(experiment.properties)
        if current().settings.empty_objects:
            properties.setdefault("DataStorageConfig", {})
        if current().settings.empty_content_types:
            content_types = properties.get("DataStorageConfig", {}).get("ContentType", {})
            for kind in ("CsvContentTypes", "JsonContentTypes") if content_types else ():
                content_types.setdefault(kind, [])
        properties |= self._read_only(experiment)
        if tags:
            properties["Tags"] = [dict(tag) for tag in tags]
        return properties

    def may_list(self) -> None:
        """Check the permission to list."""
        self._call("ListInferenceExperiments", lambda: None)

    def summary(self, name: str) -> dict[str, Any]:
        """Return the properties of an entry of ListResources, which can include write-only properties."""
        experiment = self.experiments.get(name, self.now)
        everything = self._model(experiment, []) | _listed_write_only(experiment)
        wanted = current().settings.list_properties
        return {key: everything[key] for key in wanted if key in everything}

    def _read_only(self, experiment: Experiment) -> dict[str, Any]:
        return {
            "Arn": experiment.arn,
            "Status": experiment.status,
            "CreationTime": rules.format_time(experiment.created),
            "LastModifiedTime": rules.format_time(experiment.modified),
            "EndpointMetadata": self.backend.endpoint_metadata(experiment.properties["EndpointName"]),
        }

    # waits and errors

    def _is_stable(self, name: str, action: str) -> bool:
        """Return whether the status ends the wait. Raises HandlerFailure for an unexpected status."""
        doing, waits, ends = STABILIZES[action]
        status = self._find(name, stabilizing=True).status
        if status not in (waits, *ends):
            raise _general(f"Stabilizing {doing}of {json.dumps({'/properties/Name': name}, separators=(',', ':'))}")
        return status in ends

    def _callback(self, name: str, action: str) -> datetime:
        """Return the time of the next callback. Raises HandlerFailure if the waits in a status are too long."""
        if action == "start":
            return self.now + timedelta(seconds=current().settings.start_callback_seconds)
        status = STABILIZES[action][1]
        left = timedelta(seconds=current().settings.stabilize_seconds) - self._waited.get(status, timedelta())
        if left <= timedelta():
            raise HandlerFailure("NotStabilized", "Exceeded attempts to wait")
        change = self.experiments.get(name, self.now).next_change()
        pause = min(left, CALLBACK, *([change[0] - self.now] if change else []))
        self._waited[status] = self._waited.get(status, timedelta()) + pause
        return self.now + pause

    def _find(self, name: str, *, stabilizing: bool = False) -> Experiment:
        return self._call(
            "DescribeInferenceExperiment",
            lambda: self.experiments.get(name, self.now),
            place="stabilize" if stabilizing else "handler",
            Name=name,
        )

    def _tags(self, experiment: Experiment) -> list[dict[str, str]]:
        return self._call("ListTags", lambda: experiment.tags, Name=experiment.name, ResourceArn=experiment.arn)

    def _call(self, operation: str, call: Callable[[], Result], *, place: str = "handler", **request: Any) -> Result:
        """Call SageMaker, unless a fault or IAM applies. Raises HandlerFailure."""
        name = str(request.get("Name", ""))
        try:
            _raise_fault(operation, name, place)
            if self.principal and current().settings.enforce_iam:
                self.principal.check(*sagemaker_needs(operation, request, self.backend.region_name))
            result = call()
        except SageMakerError as error:
            raise _translated(error, operation, name, stabilizing=place == "stabilize") from None
        if operation in EFFECTS:
            actions = [f"{variant} {action}" for variant, action in request.get("ModelVariantActions", {}).items()]
            self.effects.append(f"{EFFECTS[operation]}: {', '.join(actions)}" if actions else EFFECTS[operation])
        return result


def _raise_fault(operation: str, name: str, place: str) -> None:
    fault = current().faults.take(operation, name, place=place)
    if fault:
        raise SageMakerError(fault.code, fault.message or f"{fault.code} ordered by a test")


def _request(model: Model) -> dict[str, Any]:
    """Return the model as a SageMaker request. Raises HandlerFailure for a time that is not ISO 8601 with an offset."""
    request = {key: value for key, value in model.items() if value is not None}
    try:
        if "Schedule" in request:
            request["Schedule"] = {key: rules.parse_time(text) for key, text in request["Schedule"].items()}
    except ValueError as error:
        raise HandlerFailure("InternalFailure", str(error)) from error
    return request


def _row(status: str, desired: str | None) -> str:
    rows = (row for row in UPDATE_ROWS if row[0] == status)
    return next(action for _status, states, action in rows if states is ANY or desired in states)


def _listed_write_only(experiment: Experiment) -> dict[str, Any]:
    schedule = {"StartTime": rules.format_time(experiment.start), "EndTime": rules.format_time(experiment.end)}
    reason = {"StatusReason": experiment.status_reason} if experiment.status_reason else {}
    return {"Schedule": schedule, **reason}


def _general(operation: str) -> HandlerFailure:
    return HandlerFailure("GeneralServiceException", f"Error occurred during operation '{operation}'.")


_EXCEPTION = "Exception=[class software.amazon.awssdk.services.sagemaker.model.SageMakerException]"
_RESOURCE = f"Resource of type '{TYPE_NAME}' with identifier"
_DOWNSTREAM = "Internal error reported from downstream service during operation"
TRANSLATIONS = {
    # SageMaker's error code: HandlerErrorCode and status message; every other code is a GeneralServiceException
    "ResourceInUse": ("AlreadyExists", f"{_RESOURCE} '{{name}}' already exists."),
    "ResourceNotFound": ("NotFound", f"{_RESOURCE} '{{name}}' was not found."),
    "ThrottlingException": ("Throttling", "Rate exceeded for operation '{reason}'."),
    "ResourceLimitExceeded": (
        "ServiceLimitExceeded",
        f"Limit exceeded for resource of type '{TYPE_NAME}'. Reason: {{reason}}",
    ),
    "InternalError": ("ServiceInternalError", f"{_DOWNSTREAM} '{{reason}}'."),
    "ServiceUnavailable": ("ServiceInternalError", f"{_DOWNSTREAM} '{{reason}}'."),
}


def _translated(error: SageMakerError, operation: str, name: str, *, stabilizing: bool) -> HandlerFailure:
    """Return the failure of the operation after SageMaker has rejected a call."""
    if stabilizing:
        code = "GeneralServiceException" if error.status >= 500 else "InvalidRequest"
        return HandlerFailure(code, f"{_EXCEPTION} ErrorCode=[{error.error_type}],  ErrorMessage=[{error.message}]")
    reason = f"Failure reason: {error.message} (Service: SageMaker, Status Code: {error.status})"
    if operation == "CreateInferenceExperiment" and "validation error detected" in error.message:
        return HandlerFailure("InvalidRequest", f"Invalid request provided: {reason}")
    if error.error_type == "AccessDeniedException" and current().settings.access_denied_has_a_code:
        return HandlerFailure("AccessDenied", reason.removeprefix("Failure reason: "))
    if error.error_type not in TRANSLATIONS or (operation.endswith("Tags") and error.error_type != "ResourceNotFound"):
        return _general(reason)
    code, message = TRANSLATIONS[error.error_type]
    return HandlerFailure(code, message.format(name=name, reason=reason))
