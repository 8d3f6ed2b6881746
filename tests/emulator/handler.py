"""The handler of AWS::SageMaker::InferenceExperiment that Cloud Control runs: what it does, and what it silently drops.

Create, update and delete are generators: each `yield` is the moment to be called again, so that the same code serves
real time and a clock moved by hand. They end in SUCCESS by returning, and in FAILED by raising HandlerFailure.
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
LOOKS_AGAIN = timedelta(seconds=5)
READ = ("Name", "Type", "RoleArn", "EndpointName", "KmsKey", "Description")

ANY = None
UPDATE_ROWS: tuple[tuple[str, tuple[str, ...] | None, str], ...] = (
    # found, asked (DesiredState of the patched model), what the handler does; tags are brought in line in every row
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
    # (production, shadow) in the patched ModelVariants: what a stop does with (production, shadow)
    (True, True): ("Retain", "Retain"),
    (True, False): ("Retain", "Remove"),
    (False, True): ("Remove", "Promote"),
    (False, False): ("Remove", "Remove"),
}


class HandlerFailure(Exception):
    """The operation ends in FAILED: a HandlerErrorCode and a status message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Handler:
    """One run of the handler, with somebody's rights (None: the root's). Whoever runs it sets `now` before a step."""

    type_name = TYPE_NAME

    def __init__(self, backend: SageMakerBackend, now: datetime, principal: Principal | None = None) -> None:
        self.backend = backend
        self.principal = principal
        self.experiments = backend.inference_experiments
        self.now = now
        self.effects: list[str] = []
        """What it has had SageMaker change: create, start, update, stop, delete, tag, untag."""
        self._begun = now

    # create

    def create(self, model: Model) -> Steps:
        """DesiredState and StatusReason are ignored."""
        ignored = current().settings.ignore_properties - {"Name", "Type", "RoleArn", "EndpointName", "ModelVariants"}
        request = self._request({name: value for name, value in model.items() if name not in ignored})
        if request.get("ShadowModeConfig") is None:
            constraint = "Value null at 'shadowModeConfig' failed to satisfy constraint: Member must not be null"
            raise HandlerFailure("InvalidRequest", f"1 validation error detected: {constraint}")
        self._call("CreateInferenceExperiment", lambda: self.experiments.create(request, self.now), **request)
        yield from self._stabilize(model["Name"], "", waits=("Creating",), good=("Created", "Running"))

    # update

    def update(self, name: str, model: Model) -> Steps:
        """One row of UPDATE_ROWS, then the tags."""
        ignored = current().settings.ignore_properties
        experiment = self._find(name)
        request = self._request({**model, **{key: experiment.properties.get(key) for key in ignored}})
        action = _row(experiment.status, model.get("DesiredState"))
        if action == "start" and "DesiredState" not in ignored:
            yield from self._start(name)
        elif action == "stop" and "DesiredState" not in ignored:
            yield from self._stop(name, request)
        elif action == "update":
            yield from self._update(name, request, found=experiment.status)
        elif action == "wait for update":
            yield from self._stabilize(name, "during update ", waits=("Updating",), good=("Created", "Running"))
        elif action == "wait for stop":
            yield from self._stabilize_stop(name)
        if "Tags" not in ignored:
            self._bring_tags(name, model.get("Tags") or [])

    def _start(self, name: str) -> Steps:
        self._call("StartInferenceExperiment", lambda: self.experiments.start(name, self.now), Name=name)
        if not current().settings.start_reports_early:
            yield from self._stabilize(name, "during start ", waits=("Starting",), good=("Running",))

    def _update(self, name: str, request: Model, *, found: str) -> Steps:
        """A null is unchanged; what the row does not name is dropped."""
        given = {"Name": name, **{key: request.get(key) for key in UPDATED[found]}}
        self._call("UpdateInferenceExperiment", lambda: self.experiments.update(given, self.now), **given)
        yield from self._stabilize(name, "during update ", waits=("Updating",), good=("Created", "Running"))

    def _stop(self, name: str, model: Model) -> Steps:
        """The patched ModelVariants decide the fate of the variants, by VARIANT_ROWS."""
        roles = rules.variant_roles(self._find(name).properties["ShadowModeConfig"])
        named = {variant["VariantName"] for variant in model.get("ModelVariants") or []}
        fates = VARIANT_ROWS[roles["production"] in named, roles["shadow"] in named]
        actions = {roles["production"]: fates[0], roles["shadow"]: fates[1]}
        order = Stop(actions, model["DesiredState"], model.get("StatusReason"), model.get("ModelVariants"))
        self._send_stop(name, order)
        yield from self._stabilize_stop(name)

    def _send_stop(self, name: str, order: Stop) -> None:
        request = {"Name": name, "ModelVariantActions": order.actions}
        self._call("StopInferenceExperiment", lambda: self.experiments.stop(name, order, self.now), **request)

    def _bring_tags(self, name: str, wanted: list[dict[str, str]]) -> None:
        """To exactly the model's; deleting comes first, and fails for aws:* tags that the model lacks."""
        experiment = self._find(name)
        new = {tag["Key"]: tag["Value"] for tag in wanted}
        old = {tag["Key"]: tag["Value"] for tag in self._tags(experiment)}
        gone = [key for key in old if key not in new]
        changed = [{"Key": key, "Value": value} for key, value in new.items() if old.get(key) != value]
        if gone:
            self._call("DeleteTags", lambda: self.experiments.delete_tags(experiment, gone), ResourceArn=experiment.arn)
        if changed:
            add = {"ResourceArn": experiment.arn, "Tags": changed}
            self._call("AddTags", lambda: self.experiments.add_tags(experiment, changed), **add)

    # delete

    def delete(self, name: str) -> Steps:
        """Running: stopped first, both variants retained. Stopping: waited out. Only the record goes."""
        experiment = self._find(name)
        self._tags(experiment)  # the type declares this right for delete, though nothing is done with the tags
        if experiment.status == "Running":
            roles = rules.variant_roles(experiment.properties["ShadowModeConfig"])
            order = Stop(dict.fromkeys(roles.values(), "Retain"), "Completed", None, None)
            self._send_stop(name, order)
        if experiment.status == "Stopping":
            yield from self._stabilize_stop(name)
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
        """Listing takes one right, whatever there is to list."""
        self._call("ListInferenceExperiments", lambda: None)

    def summary(self, name: str) -> dict[str, Any]:
        """Return the properties of one ListResources entry, which Cloud Control does not strip of write-only ones."""
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

    # how it waits, and what becomes of errors

    def _stabilize_stop(self, name: str) -> Steps:
        yield from self._stabilize(name, "during stop ", waits=("Stopping",), good=("Completed", "Cancelled"))

    def _stabilize(self, name: str, doing: str, *, waits: tuple[str, ...], good: tuple[str, ...]) -> Steps:
        """Look until the status is good; fail on any that is neither good nor one to wait in, and after 20 minutes."""
        deadline = self._begun + timedelta(seconds=current().settings.stabilize_seconds)
        while (experiment := self._find(name)).status not in good:
            if experiment.status not in waits:
                raise _general(f"Stabilizing {doing}of {json.dumps({'/properties/Name': name}, separators=(',', ':'))}")
            if self.now >= deadline:
                raise HandlerFailure(
                    "NotStabilized", f"Resource of type '{TYPE_NAME}' with identifier '{name}' did not stabilize."
                )
            change = experiment.next_change()
            yield min(deadline, self.now + LOOKS_AGAIN, *([change[0]] if change else []))

    def _find(self, name: str) -> Experiment:
        return self._call("DescribeInferenceExperiment", lambda: self.experiments.get(name, self.now), Name=name)

    def _tags(self, experiment: Experiment) -> list[dict[str, str]]:
        return self._call("ListTags", lambda: experiment.tags, ResourceArn=experiment.arn)

    def _request(self, model: Model) -> dict[str, Any]:
        """The model as a SageMaker request: times are parsed, which only ISO 8601 with an offset survives."""
        request = {key: value for key, value in model.items() if value is not None}
        try:
            if "Schedule" in request:
                request["Schedule"] = {key: rules.parse_time(text) for key, text in request["Schedule"].items()}
        except ValueError as error:
            raise HandlerFailure("InternalFailure", str(error)) from error
        return request

    def _call(self, operation: str, call: Callable[[], Result], **request: Any) -> Result:
        """One call to SageMaker."""
        try:
            if self.principal and current().settings.enforce_iam:
                self.principal.check(*sagemaker_needs(operation, request, self.backend.region_name))
            result = call()
        except SageMakerError as error:
            raise _translated(error, request.get("Name", "")) from error
        if operation in EFFECTS:
            fates = [f"{variant} {action}" for variant, action in request.get("ModelVariantActions", {}).items()]
            self.effects.append(f"{EFFECTS[operation]}: {', '.join(fates)}" if fates else EFFECTS[operation])
        return result


def _row(found: str, asked: str | None) -> str:
    return next(
        action for status, states, action in UPDATE_ROWS if status == found and (states is ANY or asked in states)
    )


def _listed_write_only(experiment: Experiment) -> dict[str, Any]:
    schedule = {"StartTime": rules.format_time(experiment.start), "EndTime": rules.format_time(experiment.end)}
    reason = {"StatusReason": experiment.status_reason} if experiment.status_reason else {}
    return {"Schedule": schedule, **reason}


def _general(operation: str) -> HandlerFailure:
    return HandlerFailure("GeneralServiceException", f"Error occurred during operation '{operation}'.")


def _translated(error: SageMakerError, name: str) -> HandlerFailure:
    """SageMaker's errors as Cloud Control shows them: nearly all are general ones, the message is all there is."""
    resource = f"Resource of type '{TYPE_NAME}' with identifier '{name}'"
    if error.code == "ResourceInUse":
        return HandlerFailure("AlreadyExists", f"{resource} already exists.")
    if error.code == "ResourceNotFound":
        return HandlerFailure("NotFound", f"{resource} was not found.")
    if error.code == "AccessDeniedException" and current().settings.access_denied_has_a_code:
        return HandlerFailure("AccessDenied", f"{error.message} (Service: SageMaker, Status Code: 400)")
    return _general(f"Failure reason: {error.message} (Service: SageMaker, Status Code: 400)")
