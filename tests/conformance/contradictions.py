"""A contradiction of each fact: a change of the emulator that makes only the check of this fact fail.

A contradiction changes a table, a setting or a function of the emulator. It shows that the check can fail.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from typing import Any
from unittest import mock

from tests.emulator import constraints, experiments, handler, metric_data, rules, schema, traffic
from tests.emulator.cloudcontrol import exceptions, models, requests
from tests.emulator.cloudwatch import responses
from tests.emulator.endpoints import Endpoints
from tests.emulator.experiments import STATUSES, TERMINAL, Experiments
from tests.emulator.handler import ANY, Handler, HandlerFailure
from tests.emulator.settings import SUMMARY_PROPERTIES
from tests.emulator.world import current

Change = Callable[[], AbstractContextManager[Any]]
CloudControl = models.CloudControlBackend


def contradicted(ids: Sequence[str]) -> AbstractContextManager[None]:
    """Change the emulator that is in use, so that it contradicts these facts. Raises ValueError."""
    if missing := [each for each in ids if each not in CONTRADICTIONS]:
        raise ValueError(f"CONTRADICTIONS in tests/conformance/contradictions.py has no {', '.join(missing)}.")
    return _contradicted(ids)


@contextlib.contextmanager
def _contradicted(ids: Sequence[str]) -> Iterator[None]:
    with ExitStack() as stack:
        for each in ids:
            stack.enter_context(CONTRADICTIONS[each]())
        yield


# kinds of changes


def value(owner: Any, name: str, new: Any) -> Change:
    """Replace a constant of a module."""
    return lambda: mock.patch.object(owner, name, new)


def setting(name: str, new: Any) -> Change:
    return lambda: mock.patch.object(current().settings, name, new)


def item(mapping: Any, key: Any, new: Any) -> Change:
    """Replace a row of a table."""
    return lambda: mock.patch.dict(mapping, {key: new})


def wrapped(owner: Any, name: str, wrapper: Callable[..., Any]) -> Change:
    """Replace a function: the wrapper receives the original and its arguments."""

    def change() -> AbstractContextManager[Any]:
        original = getattr(owner, name)
        return mock.patch.object(owner, name, lambda *args, **kwargs: wrapper(original, *args, **kwargs))

    return change


def error(name: str, code: str, new: Exception) -> Change:
    """Replace an error of a method of Cloud Control."""

    def call(original: Any, *args: Any) -> Any:
        try:
            return original(*args)
        except exceptions.CloudControlError as raised:
            raise (new if raised.error_type == code else raised) from None

    return wrapped(CloudControl, name, call)


def read(change: Callable[[dict[str, Any]], object]) -> Change:
    """Change the properties of GetResource."""

    def get_resource(original: Any, *args: Any) -> Any:
        found = original(*args)
        properties = json.loads(found["Properties"])
        change(properties)
        return {**found, "Properties": json.dumps(properties)}

    return wrapped(CloudControl, "get_resource", get_resource)


def patch(change: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | None]) -> Change:
    """Change the operations of a patch: the function receives properties and operation; None removes an operation."""

    def patched(original: Any, before: Any, document: str) -> Any:
        before = dict(before)
        kept = [change(before, operation) for operation in json.loads(document)]
        return original(before, json.dumps([operation for operation in kept if operation]))

    return wrapped(models, "_patched", patched)


def problems_without(word: str) -> Change:
    return wrapped(schema, "problems", lambda original, *args: [each for each in original(*args) if word not in each])


def changed_without(kind: str) -> Change:
    return wrapped(schema, "changed", lambda original, name, of, *args: [] if of == kind else original(name, of, *args))


def translated(
    error_type: str, code: str, *, operation: str = "", words: str = "", stabilizing: bool = False
) -> Change:
    """Replace the code of the handler for an error of SageMaker."""

    def translate(original: Any, raised: Any, called: str, name: str, *, stabilizing: bool) -> Any:
        found = original(raised, called, name, stabilizing=stabilizing)
        same = raised.error_type == error_type and words in raised.message and stabilizing is wanted
        return HandlerFailure(code, found.message) if same and operation in ("", called) else found

    wanted = stabilizing
    return wrapped(handler, "_translated", translate)


def applies(*names: str, statuses: Sequence[str], states: Sequence[str | None] = (None,)) -> Change:
    """Let an update apply properties that it drops."""

    def update(original: Any, self: Any, name: str, model: Any) -> Any:
        found = self.experiments.get(name, self.now)
        wanted = found.status in statuses and model.get("DesiredState") in states
        yield from original(self, name, model)
        found.properties.update({each: model[each] for each in names if wanted and each in model})

    return wrapped(Handler, "update", update)


def receives(change: Callable[[Any, dict[str, Any]], object]) -> Change:
    """Change the properties that an update receives; the function receives the experiment too."""

    def update(original: Any, self: Any, name: str, model: Any) -> Any:
        model = dict(model)
        change(self.experiments.get(name, self.now), model)
        yield from original(self, name, model)

    return wrapped(Handler, "update", update)


def without(name: str, *, status: str, state: str | None = None) -> Change:
    """Let an update drop a property."""

    def drop(experiment: Any, model: dict[str, Any]) -> None:
        if experiment.status == status and model.get("DesiredState") == state:
            model.pop(name, None)

    return receives(drop)


def ordered(change: Callable[[Any], dict[str, Any]]) -> Change:
    """Change the stop that the handler sends; the function receives the stop and returns other parameters."""
    return wrapped(
        Handler,
        "_send_stop",
        lambda original, self, name, order: original(self, name, dataclasses.replace(order, **change(order))),
    )


def after(name: str, change: Callable[[Any, Any], object]) -> Change:
    """Change the experiment after an operation of SageMaker; the function receives a copy of the earlier state too."""

    def call(original: Any, self: Any, first: Any, *args: Any) -> Any:
        identifier = first if isinstance(first, str) else first["Name"]
        before = copy.copy(self.find(identifier))
        found = original(self, first, *args)
        change(found, before)
        return found

    return wrapped(Experiments, name, call)


def metrics(
    change: Callable[[Any], object] = lambda _request: None, result: Any = lambda _request, _found: None
) -> Change:
    """Change the request or the result of GetMetricData."""

    def get(original: Any, request: Any, conditions: Any) -> Any:
        request = copy.deepcopy(request)
        change(request)
        found = original(request, conditions)
        result(request, found)
        return found

    return wrapped(responses, "get_metric_data", get)


# single changes


def _same_client_token(original: Any, self: Any, *args: Any) -> Any:
    original(self, *args)


def _any_client_token(original: Any, self: Any, operation: str, parameters: Any, now: Any) -> Any:
    try:
        return original(self, operation, parameters, now)
    except exceptions.CloudControlError:
        return next(r for r in self.requests.values() if r.parameters.get("ClientToken") == parameters["ClientToken"])


def _long_client_token(original: Any, service: str, operation: str, request: Any) -> Any:
    return original(service, operation, {name: each for name, each in request.items() if name != "ClientToken"})


def _in_progress_is_not_listed(original: Any, self: Any, parameters: Any) -> Any:
    found, token = original(self, parameters)
    return [each for each in found if each["OperationStatus"] != "IN_PROGRESS"], token


def _create_applies_reason(original: Any, self: Any, model: Any) -> Any:
    yield from original(self, model)
    self.experiments.find(model["Name"]).status_reason = model.get("StatusReason")


def _scheduled_is_stable(original: Any, self: Any, name: str, action: str) -> Any:
    scheduled = self.experiments.find(name).start > self.now + timedelta(days=1)
    return (action == "create" and scheduled) or original(self, name, action)


def _ended_by_handler(original: Any, self: Any, name: str, action: str) -> Any:
    try:
        return original(self, name, action)
    except HandlerFailure:
        self.experiments.find(name).transit_end = self.now
        raise


def _stops_scheduled(experiment: Any, model: dict[str, Any]) -> None:
    if experiment.status == "Created" and model.get("DesiredState") == "Cancelled":
        experiment.enter("Cancelled", experiment.modified)


def _drops_removed(original: Any, self: Any, name: str, model: Any) -> Any:
    yield from original(self, name, model)
    if "Description" not in model:
        self.experiments.find(name).properties.pop("Description", None)


def _reads_again(experiment: Any, model: dict[str, Any]) -> None:
    if experiment.status == "Updating":
        model["Description"] = experiment.properties["Description"]


def _merges_storage(found: Any, before: Any) -> None:
    storage = found.properties.get("DataStorageConfig")
    if storage:
        found.properties["DataStorageConfig"] = {**before.properties.get("DataStorageConfig", {}), **storage}


def _allows(name: str) -> Change:
    """Let SageMaker ignore a rule for a Running experiment."""

    def check(original: Any, changes: Any, schedule: Any, now: Any) -> None:
        original(
            {key: each for key, each in changes.items() if key != name}, None if name == "Schedule" else schedule, now
        )

    return wrapped(rules, "check_running_update", check)


def _delete(change: Callable[[Any, Any], object]) -> Change:
    def delete(original: Any, self: Any, name: str) -> Any:
        found = self.experiments.get(name, self.now)
        status = found.status
        if status == "Stopping":
            change(self, found)
        yield from original(self, name)
        if status == "Created":
            change(self, found)

    return wrapped(Handler, "delete", delete)


def _stops_endpoint(self: Any, found: Any) -> None:
    if found.status == "Created":
        self.backend.deployments.put(found.properties["EndpointName"], self.now, status="OutOfService")


def _fails_while_stopping(_self: Any, found: Any) -> None:
    if found.status == "Stopping":
        raise HandlerFailure("GeneralServiceException", "Stopping")


def _filtered(original: Any, self: Any, parameters: Any) -> Any:
    found, token = original(self, parameters)
    wanted = json.loads(parameters.get("ResourceModel", "{}")).get("Name")
    return [each for each in found if wanted in (None, each["Identifier"])], token


def _limited(original: Any, self: Any, parameters: Any) -> Any:
    found, token = original(self, parameters)
    return found[: parameters.get("MaxResults")], token


def _statistic(original: Any, name: str) -> Any:
    return None if name.startswith("p") else original(name)


def _any_dimensions(request: Any) -> None:
    for each in request["MetricDataQueries"]:
        dimensions = each["MetricStat"]["Metric"]["Dimensions"]
        if len(dimensions) == 1:
            dimensions.append({"Name": "VariantName", "Value": "production"})


def _any_period(request: Any) -> None:
    for each in request["MetricDataQueries"]:
        stat = each["MetricStat"]
        stat["Period"] = stat["Period"] // 60 * 60


def _late_datapoints(_request: Any, found: Any) -> None:
    for each in found["MetricDataResults"]:
        each["Timestamps"] = [time + timedelta(seconds=37) for time in each["Timestamps"]]


def _split_datapoints(request: Any, found: Any) -> None:
    period = request["MetricDataQueries"][0]["MetricStat"]["Period"]
    if period not in (60, 300, 3600):
        for each in found["MetricDataResults"]:
            for member in ("Timestamps", "Values"):
                each[member] = each[member] * 2


def _without_metric(namespace: str, name: str) -> Change:
    return value(traffic, "METRICS", {key: each for key, each in traffic.METRICS.items() if key != (namespace, name)})


def _row(found: str, state: Sequence[str] | None, action: str) -> Change:
    rows = tuple((each[0], each[1], action) if each[:2] == (found, state) else each for each in handler.UPDATE_ROWS)
    return value(handler, "UPDATE_ROWS", rows)


def _variants(*, production: bool, shadow: bool, actions: tuple[str, str]) -> Change:
    return item(handler.VARIANT_ROWS, (production, shadow), actions)


def _finds(status: str) -> Change:
    """Let a create report SUCCESS in other statuses."""
    return item(handler.STABILIZES, "create", ("", "Creating", tuple(status.split())))


def _waits_for_start(original: Any, self: Any, name: str, model: Any) -> Any:
    starts = self.experiments.get(name, self.now).status == "Created" and model.get("DesiredState") == "Running"
    yield from original(self, name, model)
    while starts and self.experiments.get(name, self.now).status == "Starting":
        yield self.now + handler.CALLBACK


def _endpoint_stays(original: Any, self: Any, endpoint: Any, experiment: Any, *args: Any) -> None:
    if experiment.stop:
        original(self, endpoint, experiment, *args)


_latency = traffic.METRICS[traffic.INVOCATIONS, "ModelLatency"]
UNSUPPORTED = exceptions.CloudControlError("UnsupportedActionException", "Not supported")
ENDED = ("Completed", "Cancelled")
UPDATE = "UpdateInferenceExperiment"

CONTRADICTIONS: dict[str, Change] = {
    # Cloud Control
    "unknown_type_raises_type_not_found": error("get_resource", "TypeNotFoundException", UNSUPPORTED),
    "get_of_missing_resource_raises_resource_not_found": error(
        "get_resource", "ResourceNotFoundException", UNSUPPORTED
    ),
    "delete_of_missing_resource_is_not_found": error("_delete", "ResourceNotFoundException", UNSUPPORTED),
    "patch_applies_to_read_properties": patch(
        lambda before, operation: (before.pop("Status", None), operation)[1] if operation["op"] == "test" else operation
    ),
    "failed_test_rejects_whole_patch": patch(
        lambda before, operation: (
            None
            if operation["op"] == "test"
            and operation["value"] != before.get(operation["path"][1:])
            and operation["path"] == "/Status"
            else operation
        )
    ),
    "invalid_operation_rejects_whole_patch": patch(
        lambda _before, operation: None if operation == {"op": "remove", "path": "/KmsKey"} else operation
    ),
    "write_only_property_can_only_be_added": patch(
        lambda _before, operation: {**operation, "op": "add"} if operation["path"] == "/DesiredState" else operation
    ),
    "create_only_property_is_not_updatable": changed_without("createOnlyProperties"),
    "change_of_read_only_property_is_invalid": changed_without("readOnlyProperties"),
    "violation_of_schema_is_invalid": problems_without("Colour"),
    "empty_list_of_content_types_is_invalid": problems_without("CsvContentTypes"),
    "second_operation_on_resource_is_rejected": value(models, "LIVE", ()),
    "operation_in_progress_is_listed": wrapped(CloudControl, "list_requests", _in_progress_is_not_listed),
    "retry_after_is_timestamp": wrapped(
        requests.ResourceRequest, "event", lambda original, self, now: {**original(self, now), "RetryAfter": 30}
    ),
    "cancelled_operation_ends_in_cancel_complete": wrapped(
        requests.ResourceRequest,
        "status",
        lambda original, self, now: original(self, now).replace("CANCEL_COMPLETE", "FAILED"),
    ),
    "repeated_client_token_returns_same_operation": wrapped(CloudControl, "_by_client_token", _same_client_token),
    "client_token_of_other_request_conflicts": wrapped(CloudControl, "_by_client_token", _any_client_token),
    "client_token_is_valid_for_36_hours": value(models, "CLIENT_TOKEN_VALID", timedelta(hours=40)),
    "client_token_has_128_characters_at_most": wrapped(constraints, "violation", _long_client_token),
    "role_arn_of_request_is_role_of_handler": wrapped(
        CloudControl,
        "_handler",
        lambda original, self, parameters, now: original(
            self, {name: each for name, each in parameters.items() if name != "RoleArn"}, now
        ),
    ),
    "list_of_requests_has_20_per_page": setting("request_page_size", 10),
    "request_expires_after_7_days": value(models, "REMEMBERED", timedelta(days=8)),
    # metrics
    "metrics_of_invocations_are_in_aws_sagemaker": _without_metric(traffic.INVOCATIONS, "InvocationsPerInstance"),
    "metrics_of_instances_are_in_aws_sagemaker_endpoints": _without_metric(traffic.INSTANCES, "DiskUtilization"),
    "latencies_are_in_microseconds": item(
        traffic.METRICS, (traffic.INVOCATIONS, "ModelLatency"), ("Milliseconds", _latency[1])
    ),
    "metrics_require_both_dimensions": metrics(_any_dimensions),
    "latencies_have_percentiles": wrapped(traffic, "statistic", _statistic),
    "page_of_metric_data_has_max_datapoints": metrics(lambda request: request.pop("MaxDatapoints", None)),
    "start_time_is_rounded_down_to_minute": metrics(result=_late_datapoints),
    "period_of_whole_time_has_one_datapoint": metrics(result=_split_datapoints),
    "request_has_500_queries_at_most": value(metric_data, "MAX_QUERIES", 1000),
    "period_is_multiple_of_60_seconds": metrics(_any_period),
    "period_of_several_days_is_accepted": setting("metric_long_periods", "reject"),
    "retention_depends_on_period": value(
        metric_data, "RETENTION", ((20 * metric_data.DAY, traffic.MINUTE), *metric_data.RETENTION[1:])
    ),
    # errors
    "validation_error_of_create_is_invalid_request": translated(
        "ValidationException", "GeneralServiceException", operation="CreateInferenceExperiment"
    ),
    "validation_error_of_update_is_general_exception": translated(
        "ValidationException", "InvalidRequest", operation=UPDATE, words="'description'"
    ),
    "create_of_existing_name_already_exists": translated("ResourceInUse", "ResourceConflict", words="already exists"),
    "create_on_used_endpoint_already_exists": translated("ResourceInUse", "ResourceConflict", words="in use by"),
    "missing_experiment_is_not_found": translated("ResourceNotFound", "InternalFailure", operation=UPDATE),
    "throttled_call_is_throttling": translated("ThrottlingException", "InternalFailure", operation=UPDATE),
    "exceeded_limit_is_service_limit_exceeded": translated("ResourceLimitExceeded", "InternalFailure"),
    "server_error_is_service_internal_error": translated("ServiceUnavailable", "InternalFailure"),
    "denied_or_conflicting_call_is_general_exception": translated(
        "AccessDeniedException", "AccessDenied", operation=UPDATE
    ),
    "error_of_tag_call_is_general_exception": translated("ThrottlingException", "Throttling", operation="AddTags"),
    "client_error_while_stabilizing_is_invalid_request": translated(
        "ThrottlingException", "Throttling", stabilizing=True
    ),
    # reads
    "read_has_no_write_only_properties": read(lambda properties: properties.update(StatusReason="x")),
    "read_returns_all_other_properties_and_tags": read(lambda properties: properties.pop("Tags", None)),
    "list_ignores_resource_model": wrapped(CloudControl, "list_resources", _filtered),
    "list_has_schedule_and_no_endpoint": setting("list_properties", (*SUMMARY_PROPERTIES, "EndpointName")),
    "list_ignores_max_results": wrapped(CloudControl, "list_resources", _limited),
    # creates
    "create_ignores_desired_state_and_reason": wrapped(Handler, "create", _create_applies_reason),
    "create_waits_while_creating": wrapped(Handler, "_is_stable", _scheduled_is_stable),
    "create_without_schedule_succeeds_when_running": _finds("Created"),
    "experiment_lasts_7_days_by_default": value(rules, "DEFAULT_DURATION", timedelta(days=6)),
    "create_that_finds_starting_fails": _finds("Created Running Starting"),
    # updates
    "update_while_created_applies_configuration": without("ModelVariants", status="Created"),
    "scheduled_experiment_cannot_be_stopped": receives(_stops_scheduled),
    "update_sets_exactly_tags_of_model": value(Experiments, "delete_tags", lambda *_: None),
    "removed_member_is_unchanged": wrapped(Handler, "update", _drops_removed),
    "object_is_replaced_whole": after("update", _merges_storage),
    "start_drops_other_changes": applies("Description", statuses=["Created"], states=["Running"]),
    "start_succeeds_while_starting": wrapped(Handler, "update", _waits_for_start),
    "early_start_moves_start_time": after("start", lambda found, before: setattr(found, "start", before.start)),
    "start_that_finds_running_applies_changes": without("Description", status="Created", state="Running"),
    "update_while_running_applies_description_end_and_sampling": without("ShadowModeConfig", status="Running"),
    "update_while_running_drops_variants_and_storage": applies("DataStorageConfig", statuses=["Running"]),
    "start_time_of_running_experiment_is_rejected": _allows("Schedule"),
    "sagemaker_rejects_variants_of_running_experiment": _allows("ModelVariants"),
    "update_while_updating_waits_and_applies": without("ShadowModeConfig", status="Updating"),
    "update_while_creating_applies_tags_only": applies("Description", statuses=["Creating"]),
    "update_while_starting_applies_tags_only": applies("Description", statuses=["Starting"]),
    "update_while_stopping_waits_and_applies_tags_only": _row("Stopping", ANY, "nothing"),
    "update_after_end_applies_tags_only": applies("Description", statuses=TERMINAL),
    "update_overwrites_change_after_its_read": receives(_reads_again),
    "handler_waits_20_minutes": setting("stabilize_seconds", 3600),
    "sagemaker_continues_after_not_stabilized": wrapped(Handler, "_callback", _ended_by_handler),
    # deletes
    "delete_keeps_endpoint": _delete(_stops_endpoint),
    "delete_while_running_stops_and_retains_both": ordered(
        lambda order: {} if order.desired_variants else {"actions": {**order.actions, list(order.actions)[1]: "Remove"}}
    ),
    "delete_while_stopping_waits": _delete(_fails_while_stopping),
    "delete_in_other_transitional_status_fails": value(experiments, "DELETABLE", STATUSES),
    # stops
    "stop_sets_desired_state": ordered(lambda _order: {"desired_state": "Completed"}),
    "stop_drops_other_changes": applies("Description", statuses=["Running"], states=ENDED),
    "stop_passes_status_reason": ordered(lambda _order: {"reason": None}),
    "stop_moves_end_time": after("stop", lambda found, before: setattr(found, "end", before.end)),
    "stopped_experiment_lists_both_variants": after(
        "stop", lambda found, _before: found.properties["ModelVariants"].pop()
    ),
    "stop_with_both_variants_retains_both": _variants(production=True, shadow=True, actions=("Retain", "Remove")),
    "stop_with_production_variant_removes_shadow": _variants(
        production=True, shadow=False, actions=("Retain", "Retain")
    ),
    "stop_with_shadow_variant_promotes_shadow": _variants(production=False, shadow=True, actions=("Retain", "Promote")),
    "stop_deploys_variants_of_patch": ordered(lambda _order: {"desired_variants": None}),
    "stop_without_variants_removes_both": _variants(production=False, shadow=False, actions=("Retain", "Remove")),
    "end_of_schedule_restores_endpoint": wrapped(Endpoints, "_end_test", _endpoint_stays),
}
