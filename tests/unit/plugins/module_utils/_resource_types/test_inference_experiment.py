"""The limits, the rules, the statuses and the predictions of the resource type."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.conversion import to_properties
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.metrics import Metric
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Spec,
    property_name,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.validation import validate_options
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types import inference_experiment
from tests.emulator import traffic
from tests.support.cases import cases
from tests.support.experiments import SCHEDULE, VARIANTS, experiment, shadow_mode, variant
from tests.support.model import INFERENCE_EXPERIMENT, Declaration, Properties

UNMATCHED = "shadow_mode_config must name the two variants of model_variants (production, shadow), got"


# Read this test first.
def test_options_become_properties_of_request() -> None:
    options = {
        "name": "checkout",
        "shadow_mode_config": {"shadow_model_variants": [{"sampling_percentage": 101}]},
        "schedule": {"start_time": "2026-02-01 10:00:00.5+01:00", "end_time": "2026-02-08T09:00Z"},
    }

    assert validate_options(INFERENCE_EXPERIMENT, options) == {
        "shadow_mode_config": [
            (
                "shadow_mode_config.shadow_model_variants[0].sampling_percentage must be an integer from 0 to 100, got"
                " 101."
            )
        ]
    }
    assert to_properties(INFERENCE_EXPERIMENT, options) == {
        "Name": "checkout",
        "ShadowModeConfig": {"ShadowModelVariants": [{"SamplingPercentage": 101}]},
        "Schedule": {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-08T09:00:00Z"},
    }


def storage(**members: Any) -> dict[str, Any]:
    return {"data_storage_config": members}


USER = "arn:aws:iam::123456789012:user/name"


@cases(
    ("name", {"name": "a_b"}, 'must consist of letters and digits, with hyphens only between them, got "a_b".'),
    ("role", {"role_arn": USER}, "must be the ARN of an IAM role, like arn:aws:iam::123456789012:role/name, g"),
    ("KMS key", {"kms_key": "my key"}, "must be the ID or ARN of a KMS key, or the name or ARN of an alias, got "),
    ("line break", {"description": "a\n"}, 'must be a single line (in YAML, write a long line with ">-", not with '),
    ("storage", storage(destination="s3:///a"), 'must be an S3 URI like s3://bucket/prefix, got "s3:///a".'),
    ("type", storage(content_type={"csv_content_types": ["*/*"]}), 'must be a media type like text/csv, got "*/*".'),
    ("start", {"schedule": {"start_time": "tomorrow"}}, "must be an ISO 8601 time with an offset, like 2026-12-01T09"),
    ("end", {"schedule": {"end_time": "2026-02-30T09:00:00Z"}}, 'must be a valid time, got "2026-02-30T09:00:00Z" ('),
)
def test_limits_have_words_for_message(options: dict[str, Any], words: str) -> None:
    errors = validate_options(INFERENCE_EXPERIMENT, options)
    assert [words in error for found in errors.values() for error in found] == [True]


def test_limits_have_each_string_without_choices() -> None:
    def strings(spec: Spec, path: str = "") -> Iterator[str]:
        for name, entry in spec.items():
            here = f"{path}.{name}".lstrip(".")
            if "str" in (entry["type"], entry.get("elements")) and "choices" not in entry:
                yield here
            yield from strings(entry.get("options", {}), here)

    unlimited = {"model_variants.infrastructure_config.real_time_inference_config.instance_type"}
    assert (
        set(strings(INFERENCE_EXPERIMENT.options)) - unlimited
        <= inference_experiment.LIMITS.keys() | INFERENCE_EXPERIMENT.values.keys()
    )


def test_kms_keys_are_shown_in_logs() -> None:
    storage = INFERENCE_EXPERIMENT.options["data_storage_config"]["options"]
    # Without no_log: false, Ansible warns about options with "key" in the name.
    assert INFERENCE_EXPERIMENT.options["kms_key"]["no_log"] is storage["kms_key"]["no_log"] is False


def lasting(length: timedelta) -> Properties:
    start = datetime(2026, 2, 1, tzinfo=timezone.utc)
    return {"Schedule": {"StartTime": start.isoformat(), "EndTime": (start + length).isoformat()}}


SECOND = timedelta(seconds=1)


SAME = {"ModelVariants": [variant("a"), variant("a")]}
SAME_NAMES = "model_variants must have two variants with different variant_name."
EARLY, LASTS = "schedule.end_time must be after schedule.start_time.", "schedule must last from 1 hour to 30 days, got"
SHADOWS = [{"ShadowModelVariantName": name} for name in ("shadow", "other")]
EAST, WEST = "2026-02-01T09:00:00+02:00", "2026-02-01T08:00:00+00:00"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def roles(*variants: Properties, **names: Any) -> Properties:
    return {"ModelVariants": [*(variants or VARIANTS)], "ShadowModeConfig": shadow_mode(**names)}


@cases(
    ("no property", {}, []),
    ("variants and roles", roles(), []),
    ("variants in another order", roles(*VARIANTS[::-1]), []),
    ("variants without roles", {"ModelVariants": VARIANTS}, []),
    ("roles without variants", {"ShadowModeConfig": shadow_mode()}, []),
    ("equal names", SAME, [SAME_NAMES]),
    (
        "equal roles",
        {"ShadowModeConfig": shadow_mode(shadow="production")},
        ["shadow_mode_config must name different variants as source and as shadow."],
    ),
    ("unknown shadow", roles(shadow="other"), [f"{UNMATCHED} production and other."]),
    ("unknown source", roles(source="other"), [f"{UNMATCHED} other and shadow."]),
    # The limits of the lists reject the next two.
    ("second shadow", {**roles(), "ShadowModeConfig": {**shadow_mode(), "ShadowModelVariants": SHADOWS}}, []),
    ("three variants", roles(*VARIANTS, variant("third")), []),
    ("start time only", {"Schedule": {"StartTime": EAST}}, []),
    ("end time only", {"Schedule": {"EndTime": EAST}}, []),
    ("1 hour", lasting(HOUR), []),
    ("30 days", lasting(30 * DAY), []),
    ("less than 1 hour", lasting(HOUR - SECOND), [f"{LASTS} 59 minutes 59 seconds."]),
    ("more than 30 days", lasting(30 * DAY + SECOND), [f"{LASTS} 30 days 1 second."]),
    ("days and hours", lasting(32 * DAY + 2 * HOUR), [f"{LASTS} 32 days 2 hours."]),
    ("no duration", lasting(timedelta(0)), [EARLY]),
    ("end before start", lasting(-SECOND), [EARLY]),
    ("end after start in UTC", {"Schedule": {"StartTime": EAST, "EndTime": WEST}}, []),
    ("several errors", {**SAME, **lasting(-SECOND)}, [SAME_NAMES, EARLY]),
)
def test_validate_model_returns_errors(properties: Properties, expected: list[str]) -> None:
    assert inference_experiment.validate_model(properties) == expected


REQUIRES = "requires desired_state: Completed, desired_state: Cancelled or state: absent."
REASON, PROMOTE = f"status_reason {REQUIRES}", f"on_stop: promote_shadow {REQUIRES}"


def stop_task(properties: Properties, *, on_stop: str = "retain", present: bool = True) -> Declaration:
    return Declaration("test", present=present, properties=properties, module_only_options={"on_stop": on_stop})


@cases(
    ("no option of a stop", stop_task({}), []),
    ("reason", stop_task({"StatusReason": "x"}), [REASON]),
    ("on_stop", stop_task({}, on_stop="promote_shadow"), [PROMOTE]),
    ("start", stop_task({"StatusReason": "x", "DesiredState": "Running"}, on_stop="promote_shadow"), [REASON, PROMOTE]),
    ("stop", stop_task({"StatusReason": "x", "DesiredState": "Completed"}, on_stop="promote_shadow"), []),
    ("reason with Cancelled", stop_task({"StatusReason": "x", "DesiredState": "Cancelled"}), []),
    ("both with absent", stop_task({"StatusReason": "x"}, on_stop="remove_shadow", present=False), []),
)
def test_validate_declaration_rejects_options_of_stop_without_stop(declaration: Declaration, errors: list[str]) -> None:
    assert inference_experiment.validate_declaration(declaration) == errors


@cases(
    ("omitted", {}, {}),
    ("retain", {"on_stop": "retain"}, {}),
    ("promote", {"on_stop": "promote_shadow"}, {"ModelVariants": [variant("shadow")]}),
    ("remove", {"on_stop": "remove_shadow"}, {"ModelVariants": [variant("production")]}),
)
@pytest.mark.parametrize("variants", [VARIANTS, VARIANTS[::-1]], ids=["in order", "in reverse"])
def test_variants_after_stop_returns_variants_to_keep(
    options: dict[str, str], expected: Properties, variants: list[Properties]
) -> None:
    read = experiment("Running", ModelVariants=variants)
    before = copy.deepcopy(read)
    assert inference_experiment.variants_after_stop(read, options) == expected
    assert read == before


@cases(
    ("variants not set", experiment("Running", ModelVariants=None)),
    ("no variants", experiment("Running", ModelVariants=[])),
    ("other variants", experiment("Running", ModelVariants=[variant("x"), variant("y")])),
    ("roles not set", experiment("Running", ShadowModeConfig=None)),
    ("no roles", experiment("Running", ShadowModeConfig={})),
)
@pytest.mark.parametrize("on_stop", ["promote_shadow", "remove_shadow"])
def test_variants_after_stop_rejects_missing_variant(read: Properties, on_stop: str) -> None:
    with pytest.raises(ValueError, match=f"^on_stop: {on_stop} requires both variants of shadow_mode_config in model"):
        inference_experiment.variants_after_stop(read, {"on_stop": on_stop})


@cases(
    ("no option of a stop", {}, "retain", None),
    ("on_stop", {}, "promote_shadow", "Completed"),
    ("reason", {"StatusReason": "x"}, "retain", "Completed"),
    ("Cancelled", {"DesiredState": "Cancelled"}, "retain", "Cancelled"),
    ("Completed", {"DesiredState": "Completed"}, "remove_shadow", "Completed"),
    ("Running", {"DesiredState": "Running"}, "retain", None),
)
def test_intent_before_delete(properties: Properties, on_stop: str, expected: str | None) -> None:
    assert inference_experiment.intent_before_delete(stop_task(properties, on_stop=on_stop, present=False)) == expected


def test_statuses_are_transitional_stable_or_ended() -> None:
    transitional = {name for name, status in inference_experiment.STATUSES.items() if status.transitional}
    ended = {name for name, status in inference_experiment.STATUSES.items() if status.updatable == {"Tags"}}
    assert len(inference_experiment.STATUSES) == 8
    assert transitional == {"Creating", "Updating", "Starting", "Stopping"}
    assert ended == {"Completed", "Cancelled"}


def test_later_statuses_lead_to_cancelled_and_never_back_before_the_start() -> None:
    later = {name: set(status.later) for name, status in inference_experiment.STATUSES.items()}
    # Updating follows Created and Running, and leads back to both.
    beyond = {
        name: {further for status in found - {"Updating"} for further in later[status]} for name, found in later.items()
    }
    assert {name for name, found in later.items() if not found} == {"Completed", "Cancelled"}
    assert all("Cancelled" in found for found in later.values() if found)
    assert {name for name, found in later.items() if "Created" in found} == {"Creating", "Created", "Updating"}
    for name, status in inference_experiment.STATUSES.items():
        assert {*status.stable_statuses, *status.transitions, *beyond[name]} <= later[name]


def test_names_in_fields_of_type_are_properties_of_type() -> None:
    resource_type = INFERENCE_EXPERIMENT
    readable = {property_name(option) for option in resource_type.read_only}
    known = {*resource_type.create_only, *resource_type.write_only, *resource_type.never_compared}
    known |= {*resource_type.ignored_by_create, *resource_type.required_to_create}
    known |= {path[0] for path in (*resource_type.equivalences, *resource_type.unset_when_empty)}
    for status in inference_experiment.STATUSES.values():
        known |= {*status.updatable, *status.write_only, *status.preserved_on_recreate, *status.ignored_when_reached}
        for transition in status.transitions.values():
            known |= {*transition.also_sends, *transition.applies}

    assert known <= resource_type.writable
    assert not resource_type.writable & readable
    assert resource_type.lifecycle.status in readable
    assert resource_type.lifecycle.intent in resource_type.writable
    assert (
        resource_type.lifecycle.intents_on_create
        <= {*resource_type.lifecycle.intents}
        <= {*inference_experiment.STATUSES}
    )


def test_statuses_allow_only_changes_that_handler_applies() -> None:
    everything = {"Description", "Schedule", "DataStorageConfig", "ModelVariants", "ShadowModeConfig", "Tags"}
    assert inference_experiment.STATUSES["Created"].updatable == everything
    assert inference_experiment.STATUSES["Running"].updatable == everything - {"DataStorageConfig", "ModelVariants"}
    assert inference_experiment.STATUSES["Created"].transitions.keys() == {"Running"}
    assert inference_experiment.STATUSES["Running"].transitions.keys() == {"Completed", "Cancelled"}
    assert inference_experiment.STATUSES["Running"].write_only == {"Schedule": ("EndTime",)}


NOW = datetime(2026, 1, 5, 9, tzinfo=timezone.utc)


@cases(
    ("create without schedule", None, {}, "Running"),
    ("create with later start", None, {"Schedule": SCHEDULE}, "Created"),
    ("create with start now", None, {"Schedule": {"StartTime": "2026-01-05T09:00:00Z"}}, "Running"),
    ("create with end only", None, {"Schedule": {"EndTime": "2026-02-08T09:00:00Z"}}, "Running"),
    ("start", "Created", {"DesiredState": "Running"}, "Running"),
    ("stop as Completed", "Running", {"DesiredState": "Completed"}, "Completed"),
    ("stop as Cancelled", "Running", {"DesiredState": "Cancelled"}, "Cancelled"),
    ("update", "Running", {"Schedule": {"EndTime": "x"}}, "Running"),
)
def test_predict_returns_status_after_operation(before: str | None, sent: Properties, expected: str) -> None:
    read = experiment(before) if before else None
    model = experiment(before or "none", Status=before)
    assert inference_experiment.predict(read, model, sent, NOW)["Status"] == expected


def test_predict_keeps_both_variants_after_stop() -> None:
    model = experiment("Running", ModelVariants=[variant("shadow")], Description="New")
    predicted = inference_experiment.predict(experiment("Running"), model, {"DesiredState": "Completed"}, NOW)
    assert predicted == {**model, "ModelVariants": VARIANTS, "Status": "Completed"}


BEFORE_NOW, AFTER_NOW = "2026-01-05T08:00:00Z", "2026-01-05T10:00:00Z"
ENDED, BOTH = "the experiment has already ended (Completed)", {"StartTime": AFTER_NOW, "EndTime": AFTER_NOW}


@cases(
    ("end", "Completed", {"EndTime": AFTER_NOW}, [f"schedule.end_time has no effect, because {ENDED}"]),
    ("start and end", "Cancelled", BOTH, ["schedule.start_time and schedule.end_time have", "(Cancelled)"]),
    ("start", "Running", {"StartTime": AFTER_NOW}, ["start_time has no effect", "already started (Running)"]),
    ("start in the past", "Completed", {**BOTH, "StartTime": BEFORE_NOW}, ["schedule.end_time has"]),
    ("no schedule", "Completed", {}, []),
    ("all in the past", "Completed", {"StartTime": BEFORE_NOW, "EndTime": BEFORE_NOW}, []),
    ("Created", "Created", BOTH, []),
    ("end of a running experiment", "Running", {"EndTime": AFTER_NOW}, []),
)
def test_warn_without_effect_names_options(status: str, schedule: Properties, words: list[str]) -> None:
    task = stop_task({"Schedule": schedule} if schedule else {})
    warnings = inference_experiment.warn_without_effect(task, experiment(status), NOW)
    assert len(warnings) == bool(words)
    assert [word for word in words if word not in warnings[0]] == []


@cases(
    ("absent with schedule", Declaration("test", present=False, properties={"Schedule": BOTH}), "Completed"),
    ("stop before the end", stop_task({"Schedule": BOTH, "DesiredState": "Completed"}), "Completed"),
    ("start before the start", stop_task({"Schedule": BOTH, "DesiredState": "Running"}), "Running"),
)
def test_warn_without_effect_returns_nothing_if_declared(task: Declaration, status: str) -> None:
    assert inference_experiment.warn_without_effect(task, experiment(status), NOW) == []


PROMOTION: Properties = {"variant_actions": {"production": "Remove", "shadow": "Promote"}}
REMOVAL: Properties = {"variant_actions": {"production": "Retain", "shadow": "Remove"}}
RETENTION: Properties = {"variant_actions": {"production": "Retain", "shadow": "Retain"}}


@cases(
    ("promote", "Completed", "promote_shadow", [ENDED], PROMOTION),
    ("remove", "Cancelled", "remove_shadow", ["has already ended (Cancelled)"], REMOVAL),
    ("not started", "Created", "remove_shadow", ["on_stop: remove_shadow was not", "not started (Created)"], None),
)
def test_unapplied_on_stop_returns_warning_and_effects(
    status: str, on_stop: str, words: list[str], effects: Properties | None
) -> None:
    unapplied = inference_experiment.unapplied_on_stop(status, {"on_stop": on_stop})
    assert unapplied
    assert [word for word in words if word not in unapplied.warning] == []
    assert unapplied.effects == effects


@cases(
    ("retain", "Completed", {"on_stop": "retain"}),
    ("default", "Completed", {}),
    ("Running", "Running", {"on_stop": "promote_shadow"}),
)
def test_unapplied_on_stop_is_none_if_on_stop_has_an_effect(status: str, options: Properties) -> None:
    assert inference_experiment.unapplied_on_stop(status, options) is None


def on_endpoint(name: str, model: str = "", kind: str = "ml.m5.large") -> Properties:
    """Return a variant of an endpoint. The default model is that of variant(name)."""
    values = (name, model or f"model-{name}", kind, 1, 1.0)
    keys = ("variant_name", "model_name", "instance_type", "current_instance_count", "current_weight")
    return dict(zip(keys, values, strict=True))


def endpoint(production: list[Properties], shadow: list[Properties] | None = None) -> Properties:
    return {"name": "e", "production_variants": production, "shadow_production_variants": shadow or []}


A, B, OTHER = on_endpoint("production"), on_endpoint("shadow"), on_endpoint("x")
UNKNOWN = {**OTHER, "model_name": None}


@cases(
    ("promoted", PROMOTION, [B], [], True, "", ""),
    ("promoted under another name", PROMOTION, [on_endpoint("new", "model-shadow")], [], True, "", ""),
    ("not promoted", PROMOTION, [A], [B], False, "does not serve the variant shadow (model model-shadow, ml.m5.l", ""),
    ("no variant", PROMOTION, [], [], False, "does not serve the variant shadow", ""),
    ("other model", PROMOTION, [OTHER], [], False, "does not serve the variant shadow", ""),
    ("promoted, production remains", PROMOTION, [A, B], [], False, "", "leave the variant shadow (model model-shadow"),
    ("promoted, shadow remains", PROMOTION, [B], [A], True, "", "leave the variant shadow (model model-shadow"),
    ("promoted without requests", PROMOTION, [A, {**B, "current_weight": 0}], [], False, "does not serve", ""),
    ("promoted, production without requests", PROMOTION, [{**A, "current_weight": 0}, B], [], True, "", "leave the"),
    ("only variant without requests", PROMOTION, [{**B, "current_weight": 0}], [], True, "", ""),
    ("unknown model", PROMOTION, [UNKNOWN], [], None, "", "cannot decide"),
    ("removed", REMOVAL, [A], [], False, "", ""),
    ("removed, shadow remains", REMOVAL, [A], [B], False, "", "leave the variant production (model model-production"),
    ("removed, but promoted", REMOVAL, [B], [], True, "does not serve the variant production", ""),
    ("retained", RETENTION, [A], [B], False, "", ""),
    ("retained, shadow gone", RETENTION, [A], [], False, "", "and the shadow variant shadow (model model-shadow"),
    ("retained, other shadow", RETENTION, [A], [OTHER], False, "", "but the endpoint has other variants"),
    ("retained, but other model", RETENTION, [OTHER], [B], False, "does not serve the variant production", ""),
    ("no effects, promoted", {}, [B], [], True, "", ""),
    ("no effects, other model", {}, [OTHER], [], False, "", ""),
)
def test_compare_endpoint_returns_promoted_failure_and_differences(
    effects: Properties,
    production: list[Properties],
    shadow: list[Properties],
    promoted: bool | None,
    failure: str,
    warning: str,
) -> None:
    finding = inference_experiment.compare_endpoint(experiment("Running"), effects, endpoint(production, shadow))
    assert finding.conclusion is promoted
    assert (bool(finding.failure), len(finding.warnings)) == (bool(failure), bool(warning))
    assert failure in finding.failure
    assert warning in "".join(finding.warnings)


def same_model(*kinds: str) -> Properties:
    """Return an experiment with two variants of the same model, with these instance types."""
    both = [variant(name, model="m") for name in ("production", "shadow")]
    for each, kind in zip(both, kinds, strict=True):
        each["InfrastructureConfig"]["RealTimeInferenceConfig"]["InstanceType"] = kind
    return experiment("Running", ModelVariants=both)


@cases(
    ("type of shadow", ("a", "b"), on_endpoint("production", "m", "b"), True),
    ("type of production", ("a", "b"), on_endpoint("shadow", "m", "a"), False),
    ("other type, name of shadow", ("a", "b"), on_endpoint("shadow", "m", "c"), True),
    ("same type, name of shadow", ("a", "a"), on_endpoint("shadow", "m", "a"), True),
    ("same type, name of production", ("a", "a"), on_endpoint("production", "m", "a"), False),
    ("same type, other name", ("a", "a"), on_endpoint("other", "m", "a"), None),
    ("other model", ("a", "a"), on_endpoint("shadow", "n", "a"), False),
)
def test_compare_endpoint_distinguishes_variants_of_same_model(
    kinds: tuple[str, str], served: Properties, promoted: bool | None
) -> None:
    assert inference_experiment.compare_endpoint(same_model(*kinds), {}, endpoint([served])).conclusion is promoted


def test_compare_endpoint_cannot_decide_without_both_variants() -> None:
    incomplete = experiment("Running", ModelVariants=[variant("shadow")])
    assert inference_experiment.compare_endpoint(incomplete, RETENTION, endpoint([B])).conclusion is None


def test_parse_endpoint_takes_models_from_configuration() -> None:
    variants = [{"VariantName": "v", "CurrentInstanceCount": 2, "CurrentWeight": 0.5}]
    described = {"EndpointName": "e", "EndpointConfigName": "c", "EndpointStatus": "Failed", "FailureReason": "Full"}
    configured = [{"VariantName": "v", "ModelName": "m", "InstanceType": "t"}]
    responses = [{**described, "ShadowProductionVariants": variants}]
    before, after = (
        inference_experiment.parse_endpoint([*responses, *further])
        for further in ([], [{"EndpointConfigName": "c", "ShadowProductionVariants": configured}])
    )
    shown: Properties = {"name": "e", "status": "Failed", "endpoint_config_name": "c", "production_variants": []}
    sizes = {"variant_name": "v", "current_instance_count": 2, "current_weight": 0.5}
    for target, values in ((before, {"model_name": None, "instance_type": None}), (after, {"model_name": "m"})):
        assert (target.status, target.reason) == ("Failed", "Full")
        assert target.shown == {**shown, "shadow_production_variants": [{**sizes, "instance_type": "t", **values}]}


@cases(
    *((name, {name: 7}) for name in ("EndpointName", "EndpointStatus", "EndpointConfigName", "FailureReason")),
    ("variant", {"ProductionVariants": [{"VariantName": ["v"]}]}),
)
def test_parse_endpoint_rejects_values_of_other_types(members: Properties) -> None:
    valid = {"EndpointName": "e", "EndpointConfigName": "c", "EndpointStatus": "InService"}
    with pytest.raises(TypeError):
        inference_experiment.parse_endpoint([{**valid, **members}])


@cases(
    ("both", [A], [B], "e serves the production variant production (model model-production, ml.m5.large) and the sha"),
    ("none", [], [], "The endpoint e serves no variant."),
    ("unknown", [{**UNKNOWN, "instance_type": None}], [], "serves the production variant x (model unknown)."),
)
def test_describe_endpoint_lists_variants(production: list[Properties], shadow: list[Properties], words: str) -> None:
    assert words in inference_experiment.describe_endpoint(endpoint(production, shadow))


@pytest.mark.parametrize("metric", inference_experiment.METRICS, ids=lambda metric: metric.key)
def test_metric_is_key_of_metric_in_cloudwatch(metric: Metric) -> None:
    assert metric.name.lower() == metric.key.replace("_", "")
    assert (metric.namespace, metric.name) in traffic.METRICS
