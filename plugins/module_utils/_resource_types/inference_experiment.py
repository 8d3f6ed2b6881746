# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource type AWS::SageMaker::InferenceExperiment (a shadow test): its options, limits, statuses and rules.

Sources: the CloudFormation registry schema of the type, botocore's models of cloudcontrol and sagemaker, and the
published source of the resource handler. The table STATUSES allows only the changes that the handler applies: the
handler drops all other changes without an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from .._cloud_control.model.equivalence import format_instant, parse_instant, same_instant, same_kms_key, same_set
from .._cloud_control.model.metrics import ROLES, Metric, MetricsTable, Rate, Subject, Variant
from .._cloud_control.model.resource_type import (
    Declaration,
    Lifecycle,
    Limit,
    Properties,
    ResourceType,
    ServiceCall,
    Status,
    Transition,
    WriteOnlyReader,
    option_name,
)
from .._cloud_control.model.verification import Finding, Target, Unapplied, Verifier

STOPS = ("Completed", "Cancelled")
REGIONS_PAGE = (
    "https://github.com/awscc/ansible-collection-sagemaker/blob/main/docs/docsite/rst/guide_troubleshooting.rst#regions"
)


_INFRASTRUCTURE: dict[str, Any] = {
    "infrastructure_type": {"type": "str", "required": True, "choices": ["RealTimeInference"]},
    "real_time_inference_config": {
        "type": "dict",
        "required": True,
        "options": {
            "instance_type": {"type": "str", "required": True},
            "instance_count": {"type": "int", "required": True},
        },
    },
}
_MODEL_VARIANT: dict[str, Any] = {
    "model_name": {"type": "str", "required": True},
    "variant_name": {"type": "str", "required": True},
    "infrastructure_config": {"type": "dict", "required": True, "options": _INFRASTRUCTURE},
}
_SHADOW_VARIANT: dict[str, Any] = {
    "shadow_model_variant_name": {"type": "str", "required": True},
    "sampling_percentage": {"type": "int", "required": True},
}
_SHADOW_MODE: dict[str, Any] = {
    "source_model_variant_name": {"type": "str", "required": True},
    "shadow_model_variants": {"type": "list", "elements": "dict", "required": True, "options": _SHADOW_VARIANT},
}
_CONTENT_TYPE: dict[str, Any] = {
    "csv_content_types": {"type": "list", "elements": "str"},
    "json_content_types": {"type": "list", "elements": "str"},
}
_DATA_STORAGE: dict[str, Any] = {
    "destination": {"type": "str", "required": True},
    "kms_key": {"type": "str", "no_log": False},
    "content_type": {"type": "dict", "options": _CONTENT_TYPE},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "choices": ["ShadowMode"]},
    "role_arn": {"type": "str"},
    "endpoint_name": {"type": "str"},
    "kms_key": {"type": "str", "no_log": False},
    "description": {"type": "str"},
    "model_variants": {"type": "list", "elements": "dict", "options": _MODEL_VARIANT},
    "shadow_mode_config": {"type": "dict", "options": _SHADOW_MODE},
    "data_storage_config": {"type": "dict", "options": _DATA_STORAGE},
    "schedule": {"type": "dict", "options": {"start_time": {"type": "str"}, "end_time": {"type": "str"}}},
    "desired_state": {"type": "str", "choices": ["Running", *STOPS]},
    "status_reason": {"type": "str"},
    "tags": {"type": "dict", "aliases": ["resource_tags"]},
}

READ_ONLY: dict[str, dict[str, Any]] = {
    "arn": {"type": "str"},
    "creation_time": {"type": "str"},
    "last_modified_time": {"type": "str"},
    "endpoint_metadata": {
        "type": "dict",
        "options": {
            "endpoint_name": {"type": "str"},
            "endpoint_config_name": {"type": "str"},
            "endpoint_status": {"type": "str"},
        },
    },
    "status": {"type": "str"},
}

_NAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9])*"
_NAME_WORDS = "consist of letters and digits, with hyphens only between them"
_NAME_63 = Limit(length=(1, 63), pattern=_NAME, words=_NAME_WORDS)
_CONTENT_TYPES = Limit(
    items=(1, 10),
    length=(1, 256),
    pattern=r"[a-zA-Z0-9](-*[a-zA-Z0-9])*/[a-zA-Z0-9](-*[a-zA-Z0-9.])*",
    words="be a media type like text/csv",
)

# Java's dot, in AWS's patterns, matches no line break of any kind.
_LINE = r"[^\n\v\f\r\x85\u2028\u2029]*"
_ONE_LINE = Limit(
    length=(1, 1024),
    pattern=_LINE,
    words='be a single line (in YAML, write a long line with ">-", not with "|" or ">")',
)
_KMS_KEY = Limit(
    length=(1, 2048), pattern=r"[a-zA-Z0-9:/_-]*", words="be the ID or ARN of a KMS key, or the name or ARN of an alias"
)

LIMITS = {
    "name": Limit(length=(1, 120), pattern=_NAME, words=_NAME_WORDS),
    "role_arn": Limit(
        length=(20, 2048),
        pattern=r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+",
        words="be the ARN of an IAM role, like arn:aws:iam::123456789012:role/name",
    ),
    "endpoint_name": _NAME_63,
    "kms_key": _KMS_KEY,
    "description": _ONE_LINE,
    "status_reason": _ONE_LINE,
    "model_variants": Limit(items=(2, 2)),
    "model_variants.model_name": _NAME_63,
    "model_variants.variant_name": _NAME_63,
    "model_variants.infrastructure_config.real_time_inference_config.instance_count": Limit(number=(0, 2**31 - 1)),
    "shadow_mode_config.source_model_variant_name": _NAME_63,
    "shadow_mode_config.shadow_model_variants": Limit(items=(1, 1)),
    "shadow_mode_config.shadow_model_variants.shadow_model_variant_name": _NAME_63,
    "shadow_mode_config.shadow_model_variants.sampling_percentage": Limit(number=(0, 100)),
    "data_storage_config.destination": Limit(
        length=(1, 512), pattern=rf"(https|s3)://[^/]/?{_LINE}", words="be an S3 URI like s3://bucket/prefix"
    ),
    "data_storage_config.kms_key": _KMS_KEY,
    "data_storage_config.content_type.csv_content_types": _CONTENT_TYPES,
    "data_storage_config.content_type.json_content_types": _CONTENT_TYPES,
}

CLOCKS_MAY_DIFFER = timedelta(minutes=10)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=30)


def validate_model(properties: Properties) -> list[str]:
    """Return the errors of properties that conflict: the variants and their roles, the length of the schedule."""
    return [*_variant_problems(properties), *_schedule_problems(properties.get("Schedule") or {})]


def _variant_problems(properties: Properties) -> list[str]:
    found = []
    names = [variant.get("VariantName") for variant in properties.get("ModelVariants") or []]
    production, shadow = _roles(properties)
    if len(set(names)) < len(names):
        found.append("model_variants must have two variants with different variant_name.")
    if production is not None and production == shadow:
        found.append("shadow_mode_config must name different variants as source and as shadow.")
    elif len(names) == 2 and production is not None and set(names) != {production, shadow}:
        found.append(
            f"shadow_mode_config must name the two variants of model_variants ({', '.join(map(str, names))})"
            f", got {production} and {shadow}."
        )
    return found


def _roles(properties: Properties) -> tuple[str | None, str | None]:
    """Return the names of the production and the shadow variant, None for a name that is not set."""
    config = properties.get("ShadowModeConfig") or {}
    shadows = config.get("ShadowModelVariants") or [{}]
    return config.get("SourceModelVariantName"), shadows[0].get("ShadowModelVariantName")


def _schedule_problems(schedule: Mapping[str, Any]) -> list[str]:
    if not schedule.get("StartTime") or not schedule.get("EndTime"):
        return []
    length = parse_instant(schedule["EndTime"]) - parse_instant(schedule["StartTime"])
    if length <= timedelta(0):
        return ["schedule.end_time must be after schedule.start_time."]
    if not SHORTEST <= length <= LONGEST:
        return [f"schedule must last from 1 hour to 30 days, got {_words(length)}."]
    return []


def _words(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    counted = ((days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second"))
    return " ".join(f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in counted if count)


def validate_create(properties: Properties, now: datetime) -> list[str]:
    """Return the errors of the schedule of a new experiment, which starts now if it has no start time."""
    schedule = properties.get("Schedule") or {}
    if not schedule.get("EndTime"):
        return []
    if parse_instant(schedule["EndTime"]) <= now:
        return [f"schedule.end_time must be in the future, got {schedule['EndTime']}."]
    return _schedule_problems({"StartTime": format_instant(now), **schedule})


def validate_declaration(declaration: Declaration) -> list[str]:
    """Return the errors of options that require a stop, for a task that does not stop the experiment."""
    if not declaration.present or declaration.properties.get("DesiredState") in STOPS:
        return []
    options = []
    if "StatusReason" in declaration.properties:
        options.append("status_reason")
    if declaration.module_only_options.get("on_stop", "retain") != "retain":
        options.append(f"on_stop: {declaration.module_only_options['on_stop']}")
    stops = "desired_state: Completed, desired_state: Cancelled or state: absent"
    return [f"{option} requires {stops}." for option in options]


def variants_after_stop(properties: Properties, module_only_options: Mapping[str, Any]) -> Properties:
    """Return the ModelVariants of the patch of a stop: {} for on_stop: retain, otherwise a list of one variant.

    On a stop, the handler removes each variant that the patched list lacks. If the list has only the shadow variant,
    the handler promotes it. Raises ValueError if the experiment lacks one of its two variants, because an empty list
    would remove both.
    """
    on_stop = module_only_options.get("on_stop", "retain")
    if on_stop == "retain":
        return {}
    production, shadow = _roles(properties)
    kept = shadow if on_stop == "promote_shadow" else production
    variants = {variant.get("VariantName"): variant for variant in properties.get("ModelVariants") or []}
    for name in (production, shadow):
        if name not in variants:
            raise ValueError(
                f"on_stop: {on_stop} requires both variants of shadow_mode_config in model_variants, but the current"
                f" model_variants of the experiment have no variant named {name!r}"
            )
    return {"ModelVariants": [variants[kept]]}


def intent_before_delete(declaration: Declaration) -> str | None:
    """Return the status to reach before a delete, if the task sets an option of the stop; None otherwise.

    The delete handler itself stops a running experiment, but always as Completed, with both variants and no reason.
    """
    declared = declaration.properties.get("DesiredState")
    if declared in STOPS:
        return str(declared)
    wants_stop = (
        declaration.module_only_options.get("on_stop", "retain") != "retain" or "StatusReason" in declaration.properties
    )
    return "Completed" if wants_stop else None


_START = Transition(sets={"DesiredState": "Running"}, applies=frozenset({"Tags"}))


def _stop(state: str) -> Transition:
    return Transition(
        sets={"DesiredState": state},
        also_sends=frozenset({"StatusReason"}),
        applies=frozenset({"Tags"}),
        deploys=frozenset({"ModelVariants"}),
        derive=variants_after_stop,
        hint="Set on_stop: retain. After the stop, change the variants of the endpoint in SageMaker.",
    )


_INSTANCES = ("ModelVariants", "InfrastructureConfig", "RealTimeInferenceConfig")
_RECREATE = "deletes the record of the experiment and creates the experiment again"

_ENDED = Status(
    updatable=frozenset({"Tags"}),
    ignored_when_reached=frozenset({"ModelVariants"}),
    restriction="The experiment has ended: only tags can change, and it cannot be started again.",
    recreate=_RECREATE,
)


def _transitional(*stable: str, later: frozenset[str]) -> Status:
    return Status(transitional=True, stable_statuses=stable, later=later)


# The statuses after a status. Each status that is not terminal can become Cancelled: "if any operation fails with an
# unexpected error, it shows as cancelled" (botocore's model of sagemaker, Status of DescribeInferenceExperiment).
_AFTER_STOP = frozenset(STOPS)
_AFTER_START = _AFTER_STOP | {"Running", "Updating", "Stopping"}
_AFTER_CREATE = _AFTER_START | {"Created", "Starting"}


# "Edit a shadow test" in the SageMaker Developer Guide: after the start, the roles of the variants cannot change.
_SAMPLING_PERCENTAGE = ("ShadowModeConfig", "ShadowModelVariants", "SamplingPercentage")

STATUSES = {
    "Creating": _transitional("Created", "Running", later=_AFTER_CREATE),
    "Created": Status(
        later=_AFTER_CREATE,
        updatable=frozenset(
            {"Description", "Schedule", "DataStorageConfig", "ModelVariants", "ShadowModeConfig", "Tags"}
        ),
        transitions={"Running": _START},
        write_only={"Schedule": ("StartTime", "EndTime")},
        preserved_on_recreate=frozenset({"Schedule"}),
        restriction="The experiment has not started: it can be changed, started (desired_state: Running) or deleted"
        " (state: absent), but not stopped.",
        recreate=_RECREATE,
    ),
    "Updating": _transitional("Created", "Running", later=_AFTER_CREATE),
    "Starting": _transitional("Running", later=_AFTER_START),
    "Running": Status(
        later=_AFTER_START,
        updatable=frozenset({"Description", "Schedule", "ShadowModeConfig", "Tags"}),
        updatable_members={"ShadowModeConfig": frozenset({_SAMPLING_PERCENTAGE})},
        transitions={state: _stop(state) for state in STOPS},
        write_only={"Schedule": ("EndTime",)},
        restriction="While Running, only description, sampling_percentage, schedule.end_time and tags can change.",
        recreate="ends the running test, deletes its record and creates the experiment again",
    ),
    "Stopping": _transitional(*STOPS, later=_AFTER_STOP),
    "Completed": _ENDED,
    "Cancelled": _ENDED,
}


def predict(before: Properties | None, after: Properties, sent: Properties, now: datetime) -> Properties:
    """Return the properties after an operation, in a stable status.

    before: properties read, None for a create. after: the patched model without its write-only properties, which are
    in sent.
    """
    start = (sent.get("Schedule") or {}).get("StartTime")
    if before is None:
        waits = start is not None and parse_instant(start) > now
        return {**after, "Status": "Created" if waits else "Running"}
    intent = sent.get("DesiredState")
    if intent is None:
        return after
    # The handler uses the patched list for the variant actions only. The experiment keeps its list.
    return {**after, "ModelVariants": before.get("ModelVariants"), "Status": intent}


# Whether the patched ModelVariants have the production and the shadow variant -> the variant actions of the stop.
_VARIANT_ACTIONS = {
    (True, True): {"production": "Retain", "shadow": "Retain"},
    (True, False): {"production": "Retain", "shadow": "Remove"},
    (False, True): {"production": "Remove", "shadow": "Promote"},
}


def effects(before: Properties, model: Properties | None) -> dict[str, Any]:
    """Return the variant actions and the status reason of an operation that stops the experiment; {} for others."""
    if before["Status"] != "Running":
        return {}
    if model is None:
        return {"variant_actions": _VARIANT_ACTIONS[True, True]}
    if model.get("DesiredState") not in STOPS:
        return {}
    names = {variant.get("VariantName") for variant in model.get("ModelVariants") or []}
    production, shadow = (role in names for role in _roles(before))
    reason = {"status_reason": model["StatusReason"]} if "StatusReason" in model else {}
    return {"variant_actions": _VARIANT_ACTIONS[production, shadow], **reason}


def warn_without_effect(declaration: Declaration, properties: Properties, now: datetime) -> list[str]:
    """Return warnings about schedule times that have no effect any more."""
    status = properties["Status"]
    names = _times_without_effect(declaration, status, now)
    has = "has" if len(names) == 1 else "have"
    warning = (
        f"{' and '.join(names)} {has} no effect, because the experiment {_progress(status)}. Omit the option, or create"
        " an experiment with another name for a new test."
    )
    return [warning] if names else []


def _progress(status: str) -> str:
    state = {"Created": "has not started", "Running": "has already started"}.get(status, "has already ended")
    return f"{state} ({status})"


def _times_without_effect(declaration: Declaration, status: str, now: datetime) -> list[str]:
    """Return the schedule options with a time in the future that do not apply in the current status."""
    late = {"Running": ("StartTime",), **dict.fromkeys(STOPS, ("StartTime", "EndTime"))}.get(status, ())
    schedule = declaration.properties.get("Schedule") or {}
    if not declaration.present or declaration.properties.get("DesiredState") == status:
        return []
    ahead = [name for name in late if name in schedule and parse_instant(schedule[name]) - now > CLOCKS_MAY_DIFFER]
    return [{"StartTime": "schedule.start_time", "EndTime": "schedule.end_time"}[name] for name in ahead]


def not_applied_by_create(sent: Properties, read: Properties, now: datetime) -> frozenset[str]:
    """Return {"Schedule"} if the experiment runs before its start time. While Running, start times are not compared."""
    start = (sent.get("Schedule") or {}).get("StartTime")
    began_at_once = read.get("Status") in ("Starting", "Running")
    if start and began_at_once and parse_instant(start) - now > CLOCKS_MAY_DIFFER:
        return frozenset({"Schedule"})
    return frozenset()


def unapplied_on_stop(status: str, options: Mapping[str, Any]) -> Unapplied | None:
    """Return on_stop if it has no effect in a status; None if it has an effect, or is retain."""
    on_stop = options.get("on_stop", "retain")
    if on_stop == "retain" or status == "Running":
        return None
    return Unapplied(
        f"on_stop: {on_stop} was not applied, because the experiment {_progress(status)}. Only the task that stops an"
        " experiment applies on_stop.",
        {"variant_actions": _VARIANT_ACTIONS[on_stop != "promote_shadow", on_stop == "promote_shadow"]}
        if status in STOPS
        else None,
    )


_SERVED = ("ProductionVariants", "ShadowProductionVariants")


def parse_endpoint(responses: Sequence[Mapping[str, Any]]) -> Target:
    """Return the endpoint in the responses to DescribeEndpoint and, if read, to DescribeEndpointConfig.

    Raises LookupError, TypeError and ValueError for an invalid response.
    """
    endpoint, config = responses[0], responses[-1]
    shown: dict[str, Any] = {
        "name": _text(endpoint["EndpointName"]),
        "status": _text(endpoint["EndpointStatus"]),
        "endpoint_config_name": _text(config["EndpointConfigName"]),
    }
    for members in _SERVED:
        configured = {variant["VariantName"]: variant for variant in config.get(members) or ()}
        shown[option_name(members)] = [
            {
                "variant_name": _text(variant["VariantName"]),
                "model_name": _text(configured.get(variant["VariantName"], {}).get("ModelName")),
                "instance_type": _text(configured.get(variant["VariantName"], {}).get("InstanceType")),
                "current_instance_count": variant.get("CurrentInstanceCount"),
                "current_weight": variant.get("CurrentWeight"),
            }
            for variant in endpoint.get(members) or ()
        ]
    return Target(shown, shown["status"], _text(endpoint.get("FailureReason")) or "")


def _text(value: Any) -> str | None:
    """Return a string or None. Raises TypeError for a value of another type."""
    if value is not None and not isinstance(value, str):
        raise TypeError(f"not a string: {value!r}")
    return value


def compare_endpoint(properties: Mapping[str, Any], effects: Mapping[str, Any], endpoint: Mapping[str, Any]) -> Finding:
    """Return whether only the shadow's model answers requests, and how the endpoint differs from variant actions."""
    tested = _tested_variants(properties)
    production, shadow = ([_role(variant, tested) for variant in endpoint[option_name(each)]] for each in _SERVED)
    weights = [variant["current_weight"] for variant in endpoint["production_variants"]]
    answering = {role for role, weight in zip(production, weights, strict=True) if weight != 0} or set(production)
    promoted = None if None in answering else answering == {"shadow"}
    if not effects:
        return Finding(promoted)
    actions = effects["variant_actions"]
    expected = "shadow" if actions["shadow"] == "Promote" else "production"
    kept = ["shadow"] if actions["shadow"] == "Retain" else []
    if expected not in answering:
        if promoted is None:
            words = "The module cannot decide whether the endpoint serves the production or the shadow variant."
            return Finding(warnings=(words,))
        return Finding(promoted, f"does not serve the variant {_shown(tested[expected])} in production")
    if (production, shadow) == ([expected], kept):
        return Finding(promoted)
    leave = f"the variant {' and the shadow variant '.join(_shown(tested[role]) for role in (expected, *kept))}"
    return Finding(promoted, warnings=(f"The variant actions leave {leave}, but the endpoint has other variants.",))


def _tested_variants(properties: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return role -> variant of the experiment, in the form of the variants of an endpoint."""
    by_name = {variant.get("VariantName"): variant for variant in properties.get("ModelVariants") or ()}
    found = {}
    for role, name in zip(ROLES, _roles(dict(properties)), strict=True):
        if variant := by_name.get(name):
            config = (variant.get("InfrastructureConfig") or {}).get("RealTimeInferenceConfig") or {}
            model, instance_type = variant.get("ModelName"), config.get("InstanceType")
            found[role] = {"variant_name": name, "model_name": model, "instance_type": instance_type}
    return found


def _role(served: Mapping[str, Any], tested: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the role that a served variant had in the test, "other" for another model, None if undecided.

    If both variants have the same model, their instance types decide, and then their names.
    """
    if len(tested) < len(ROLES) or served["model_name"] is None:
        return None
    for member in ("model_name", "instance_type", "variant_name"):
        matching = [role for role, variant in tested.items() if variant[member] == served[member]]
        if len(matching) == 1:
            return matching[0]
        if member == "model_name" and not matching:
            return "other"
    return None


def describe_endpoint(endpoint: Mapping[str, Any]) -> str:
    """Return the sentence that lists the variants of an endpoint."""
    variants = [
        f"the {kind} variant {_shown(variant)}"
        for kind, members in zip(ROLES, _SERVED, strict=True)
        for variant in endpoint[option_name(members)]
    ]
    return f"The endpoint {endpoint['name']} serves {' and '.join(variants) or 'no variant'}."


def _shown(variant: Mapping[str, Any]) -> str:
    details = [f"model {variant['model_name'] or 'unknown'}", *filter(None, [variant["instance_type"]])]
    return f"{variant['variant_name']} ({', '.join(details)})"


def parse_subject(response: Mapping[str, Any]) -> Subject:
    """Return the variants and the times of an experiment in a response to DescribeInferenceExperiment."""
    models = {variant["VariantName"]: variant["ModelName"] for variant in response["ModelVariants"]}
    endpoint, schedule = response["EndpointMetadata"]["EndpointName"], response.get("Schedule") or {}
    config = response["ShadowModeConfig"]
    (shadow,) = config["ShadowModelVariants"]
    names = (config["SourceModelVariantName"], shadow["ShadowModelVariantName"])
    return Subject(
        shown={
            "name": response["Name"],
            "status": response["Status"],
            "endpoint_name": endpoint,
            "sampling_percentage": shadow["SamplingPercentage"],
        },
        started=response["Status"] not in ("Creating", "Created"),
        variants={
            # No source states whether an ended test still lists a variant that its stop has removed.
            role: Variant(
                {"variant_name": name, "model_name": models.get(name)}, {"EndpointName": endpoint, "VariantName": name}
            )
            for role, name in zip(ROLES, names, strict=True)
        },
        created=response["CreationTime"],
        start=schedule.get("StartTime"),
        end=schedule.get("EndTime"),
        completed=response.get("CompletionTime"),
    )


# "Monitor a shadow test" in the SageMaker Developer Guide lists the metrics of the console's dashboard. Names, units
# and dimensions: "Metrics for monitoring Amazon SageMaker AI with Amazon CloudWatch".
_INVOCATIONS, _INSTANCE_METRICS = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
_LATENCY = ("Average", "Minimum", "Maximum")
_UTILIZATION = ("Average", "Maximum")
METRICS = (
    Metric("invocations", _INVOCATIONS, "Invocations"),
    Metric("invocations_per_instance", _INVOCATIONS, "InvocationsPerInstance"),
    Metric("invocation_4xx_errors", _INVOCATIONS, "Invocation4XXErrors"),
    Metric("invocation_5xx_errors", _INVOCATIONS, "Invocation5XXErrors"),
    Metric("invocation_model_errors", _INVOCATIONS, "InvocationModelErrors"),
    Metric("model_latency", _INVOCATIONS, "ModelLatency", _LATENCY, percentiles=True),
    Metric("overhead_latency", _INVOCATIONS, "OverheadLatency", _LATENCY, percentiles=True),
    Metric("cpu_utilization", _INSTANCE_METRICS, "CPUUtilization", _UTILIZATION),
    Metric("memory_utilization", _INSTANCE_METRICS, "MemoryUtilization", _UTILIZATION),
    Metric("disk_utilization", _INSTANCE_METRICS, "DiskUtilization", _UTILIZATION),
    Metric("gpu_utilization", _INSTANCE_METRICS, "GPUUtilization", _UTILIZATION),
    Metric("gpu_memory_utilization", _INSTANCE_METRICS, "GPUMemoryUtilization", _UTILIZATION),
)

_DESCRIBE = ServiceCall("sagemaker", "describe_inference_experiment", "Name", "sagemaker:DescribeInferenceExperiment")
_DESCRIBE_ENDPOINT = ServiceCall("sagemaker", "describe_endpoint", "EndpointName", "sagemaker:DescribeEndpoint")
_DESCRIBE_ENDPOINT_CONFIG = ServiceCall(
    "sagemaker", "describe_endpoint_config", "EndpointConfigName", "sagemaker:DescribeEndpointConfig"
)

INFERENCE_EXPERIMENT = ResourceType(
    type_name="AWS::SageMaker::InferenceExperiment",
    noun="inference experiment",
    result_name="inference_experiment",
    identifier="name",
    options=OPTIONS,
    read_only=READ_ONLY,
    module_only_options={
        "on_stop": {"type": "str", "choices": ["retain", "promote_shadow", "remove_shadow"], "default": "retain"}
    },
    values={"schedule.start_time": format_instant, "schedule.end_time": format_instant},
    limits=LIMITS,
    equivalences={
        ("KmsKey",): same_kms_key,
        ("DataStorageConfig", "KmsKey"): same_kms_key,
        ("DataStorageConfig", "ContentType", "CsvContentTypes"): same_set,
        ("DataStorageConfig", "ContentType", "JsonContentTypes"): same_set,
        ("Schedule", "StartTime"): same_instant,
        ("Schedule", "EndTime"): same_instant,
    },
    list_keys={
        ("ModelVariants",): "VariantName",
        ("ShadowModeConfig", "ShadowModelVariants"): "ShadowModelVariantName",
    },
    # recreate would end a running test. To change instances, stop the test and create another one.
    recreate_not_offered=frozenset({(*_INSTANCES, "InstanceType"), (*_INSTANCES, "InstanceCount")}),
    tags="Tags",
    create_only=frozenset({"Name", "Type", "RoleArn", "EndpointName", "KmsKey"}),
    write_only=frozenset({"Schedule", "DesiredState", "StatusReason"}),
    never_compared=frozenset({"StatusReason"}),
    ignored_by_create=frozenset({"DesiredState", "StatusReason"}),
    required_to_create=("Type", "RoleArn", "EndpointName", "ModelVariants", "ShadowModeConfig"),
    unset_when_empty=frozenset(
        {
            ("DataStorageConfig", "ContentType", "CsvContentTypes"),
            ("DataStorageConfig", "ContentType", "JsonContentTypes"),
        }
    ),
    validate_model=validate_model,
    validate_create=validate_create,
    validate_declaration=validate_declaration,
    warn_without_effect=warn_without_effect,
    lifecycle=Lifecycle(
        status="Status",
        intent="DesiredState",
        statuses=STATUSES,
        intents=("Running", *STOPS),
        intents_on_create=frozenset({"Running"}),
        intent_before_delete=intent_before_delete,
    ),
    write_only_reader=WriteOnlyReader(
        call=_DESCRIBE,
        members=("Schedule", "StatusReason", "Status"),
        not_found="ResourceNotFound",
    ),
    metrics=MetricsTable(
        call=_DESCRIBE,
        parse=parse_subject,
        metrics=METRICS,
        rates=(Rate("error_rate", "invocation_model_errors", "invocations"),),
    ),
    verifier=Verifier(
        noun="endpoint",
        conclusion="promoted",
        question="which variants the endpoint serves",
        reads=(_DESCRIBE_ENDPOINT, _DESCRIBE_ENDPOINT_CONFIG),
        parse=parse_endpoint,
        # EndpointStatus of DescribeEndpoint in the SageMaker API Reference. The only other status is Deleting.
        stable=("InService",),
        transitional=("Creating", "Updating", "SystemUpdating", "RollingBack"),
        failed=("Failed", "UpdateRollbackFailed", "OutOfService"),
        missing=("ValidationException", "Could not find"),
        compare=compare_endpoint,
        describe=describe_endpoint,
        unapplied=unapplied_on_stop,
        hint="Find the cause in SageMaker, and deploy the intended variants with UpdateEndpoint. Running the task again"
        " changes nothing, because the experiment has ended.",
    ),
    predict=predict,
    effects=effects,
    not_applied_by_create=not_applied_by_create,
    continues_after=("Stabilizing ",),
    hints={
        **dict.fromkeys(
            ("TypeNotFoundException", "UnsupportedActionException", "UnsupportedTarget"),
            f"Inference experiments are not available in {{region}}. Set another region. {REGIONS_PAGE} lists the"
            " regions without inference experiments.",
        ),
        **dict.fromkeys(
            ("AlreadyExists", "AlreadyExistsException"),
            "If no experiment has this name, another experiment probably uses the endpoint. List the experiments with"
            " the module awscc.sagemaker.inference_experiment_info.",
        ),
        **dict.fromkeys(
            ("NotUpdatable", "NotUpdatableException"),
            "The property in the message can be set only on create. recreate: true ends a running test, deletes its"
            " record and creates the experiment again.",
        ),
        "UnauthorizedTaggingOperation": "Grant sagemaker:AddTags, sagemaker:DeleteTags and sagemaker:ListTags to the"
        " calling identity, or omit tags.",
    },
)
