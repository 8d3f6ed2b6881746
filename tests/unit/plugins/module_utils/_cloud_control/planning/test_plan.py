"""next_step(): the step for each status and declaration, with its patch or its message."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning import plan
from tests.support.cases import cases
from tests.support.experiments import CREATABLE, SCHEDULE, TAGS, VARIANTS, declaration, seen, shadow_mode, variant
from tests.support.model import INFERENCE_EXPERIMENT, Declaration, Properties, Resource, thing

Patch = Sequence[tuple[Any, ...]]
STABLE, ENDED_STATUSES = ("Created", "Running", "Completed", "Cancelled"), ("Completed", "Cancelled")
TRANSITIONAL = ("Creating", "Updating", "Starting", "Stopping")
NEW_VARIANTS = [variant("production", count=2), variant("shadow")]
STORAGE = {"Destination": "s3://bucket/captured"}
LATER = {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-10T09:00:00Z"}


# Read this test first.
def test_next_step_returns_update_with_patch_if_description_differs() -> None:
    task = Declaration(identifier="test", properties={"Name": "test", "Description": "New"})
    current = Resource({"Name": "test", "Description": "Old", "Status": "Created"})
    assert plan.next_step(INFERENCE_EXPERIMENT, task, current) == plan.Update(
        patch=[{"op": "replace", "path": "/Description", "value": "New"}], properties=frozenset({"Description"})
    )


def decide(declared: Declaration, current: Resource | None) -> plan.Step:
    """Return the next step for an inference experiment. Asserts that next_step() does not change its arguments."""
    before = copy.deepcopy((declared, current))
    step = plan.next_step(INFERENCE_EXPERIMENT, declared, current)
    assert (declared, current) == before
    return step


def rejection(step: plan.Step) -> str:
    assert isinstance(step, plan.Reject), step
    return f"{step.reason} {step.hint}".strip()


def patch_of(step: plan.Step) -> Patch:
    """Return the operations of an update as tuples, [] if no update is needed."""
    if step == plan.Done():
        return []
    assert isinstance(step, plan.Update), step
    assert step.patch
    return [tuple(operation.values()) for operation in step.patch]


# --- the experiment does not exist ---


def test_next_step_is_done_if_absent_is_declared_and_experiment_does_not_exist() -> None:
    assert decide(declaration(present=False, DesiredState="Completed"), None) == plan.Done()


DESCRIBED_SCHEDULE = {"Schedule": SCHEDULE, "Description": "d"}


@cases(
    ("required options only", {}, {}),
    ("intent left to a later step", {"DesiredState": "Running"}, {}),
    ("schedule and description", DESCRIBED_SCHEDULE, DESCRIBED_SCHEDULE),
    ("tags", {"tags": {"b": "1", "a": ""}}, {"Tags": [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]}),
    ("empty tags", {"tags": {}}, {}),
    ("recreate", {"recreate": True}, {}),
)
def test_next_step_creates_missing_experiment(declared: dict[str, Any], sent: Properties) -> None:
    assert decide(declaration(**CREATABLE, **declared), None) == plan.Create(properties={**CREATABLE, **sent})


MISSING = "The inference experiment does not exist."
ALL_REQUIRED = "type, role_arn, endpoint_name, model_variants, shadow_mode_config"
REQUIRES = "The create requires these options:"
SET = "Set these options, or correct the value of name or region."
EXISTING_ONLY = "requires an existing inference experiment. Omit desired_state, or set desired_state: Running."
UNMATCHED = (
    "shadow_mode_config must name the two variants of model_variants (production, shadow), got production and x."
)


@cases(
    ("name only", {}, f"{MISSING} {REQUIRES} {ALL_REQUIRED}. {SET}"),
    ("no role", {n: v for n, v in CREATABLE.items() if n != "RoleArn"}, f"{MISSING} {REQUIRES} role_arn. {SET}"),
    ("stop", {**CREATABLE, "DesiredState": "Completed"}, f"{MISSING} desired_state: Completed {EXISTING_ONLY}"),
    ("cancel", {**CREATABLE, "DesiredState": "Cancelled"}, f"{MISSING} desired_state: Cancelled {EXISTING_ONLY}"),
    ("conflict", {**CREATABLE, "ShadowModeConfig": shadow_mode(shadow="x")}, f"{UNMATCHED} Correct these options."),
)
def test_next_step_rejects_create(properties: Properties, message: str) -> None:
    assert rejection(decide(declaration(**properties), None)) == message


@pytest.mark.parametrize("status", TRANSITIONAL)
@cases(
    ("no options", declaration()),
    ("changed options", declaration(Description="new", DesiredState="Running")),
    ("schedule", declaration(Schedule=SCHEDULE)),
    ("recreate", declaration(KmsKey="other", recreate=True)),
    ("absent", declaration(present=False)),
)
def test_next_step_waits_in_transitional_status(declared: Declaration, status: str) -> None:
    assert decide(declared, seen(status)) == plan.Wait(current=seen(status))


# --- stable statuses ---

DESCRIBE, REVARIANT = declaration(Description="New"), declaration(ModelVariants=NEW_VARIANTS)
SAMPLE, STORE = declaration(ShadowModeConfig=shadow_mode(50)), declaration(DataStorageConfig=STORAGE)
START, STOP, CANCEL = (declaration(DesiredState=status) for status in ("Running", "Completed", "Cancelled"))
START_AND_DESCRIBE = declaration(DesiredState="Running", Description="New")
DESCRIBED = [("replace", "/Description", "New")]
SAMPLED = [("replace", "/ShadowModeConfig/ShadowModelVariants", shadow_mode(50)["ShadowModelVariants"])]
TAGGED = [("replace", "/Tags", [{"Key": "team", "Value": "ops"}])]
STARTED, STOPPED = [("add", "/DesiredState", "Running")], [("add", "/DesiredState", "Completed")]
REASON = ("add", "/StatusReason", "why")


@cases(
    ("Created: description", "Created", DESCRIBE, DESCRIBED),
    ("Created: sampling percentage", "Created", SAMPLE, SAMPLED),
    ("Created: variants", "Created", REVARIANT, [("replace", "/ModelVariants", NEW_VARIANTS)]),
    ("Created: storage", "Created", STORE, [("add", "/DataStorageConfig", STORAGE)]),
    ("Created: start", "Created", START, STARTED),
    # The handler applies tags with a start, and drops other changes.
    ("Created: start and tags", "Created", START._replace(tags={"team": "ops"}), [*TAGGED, *STARTED]),
    ("Created: description before start", "Created", START_AND_DESCRIBE, DESCRIBED),
    (
        "Created: description and tags before start",
        *("Created", START_AND_DESCRIBE._replace(tags={"team": "ops"}), [*DESCRIBED, *TAGGED]),
    ),
    ("Running: description", "Running", DESCRIBE, DESCRIBED),
    ("Running: sampling percentage", "Running", SAMPLE, SAMPLED),
    ("Running: description, desired state reached", "Running", START_AND_DESCRIBE, DESCRIBED),
    ("Running: stop and tags", "Running", STOP._replace(tags={"team": "ops"}), [*TAGGED, *STOPPED]),
    (
        "Running: sampling percentage before stop",
        "Running",
        SAMPLE._replace(properties={**SAMPLE.properties, **STOP.properties, "StatusReason": "why"}),
        SAMPLED,
    ),
)
def test_next_step_updates_with_patch(status: str, declared: Declaration, patch: Patch) -> None:
    assert patch_of(decide(declared, seen(status))) == patch


@cases(
    ("change", "Created", DESCRIBE, {"Description"}),
    ("start", "Created", START, {"DesiredState"}),
    ("start and tags", "Created", START._replace(tags={"a": "b"}), {"DesiredState", "Tags"}),
    ("change before start", "Created", START_AND_DESCRIBE, {"Description"}),
    (
        "stop, after which a read returns both variants",
        "Running",
        STOP._replace(module_only_options={"on_stop": "promote_shadow"}),
        {"DesiredState"},
    ),
)
def test_update_lists_the_properties_that_its_patch_changes(
    status: str, declared: Declaration, properties: set[str]
) -> None:
    step = decide(declared, seen(status))
    assert isinstance(step, plan.Update)
    assert step.properties == properties


NEVER_STARTED = (
    "The experiment has not started: it can be changed, started (desired_state: Running) or deleted (state: absent)"
)
RUNS = "While Running, only description, sampling_percentage, schedule.end_time and tags can change."
ENDED = "The experiment has ended: only tags can change, and it cannot be started again."
UNREACHABLE = "cannot be reached from status"
COUNT = "infrastructure_config.real_time_inference_config.instance_count is 1, not 2 (cannot change in status"
SHADOW_NAME = 'shadow_mode_config.shadow_model_variants[*].shadow_model_variant_name is ["shadow"], not ["production"]'
OTHER_MODEL = declaration(ModelVariants=[variant("production"), variant("shadow", model="better")])
OTHER_NAME = declaration(ModelVariants=[variant("production"), variant("canary")])
EXCHANGED = declaration(ShadowModeConfig=shadow_mode(source="shadow", shadow="production"))
EXCHANGED_WORDS = [
    *('shadow_mode_config.source_model_variant_name is "production", not "shadow"; ', f"; {SHADOW_NAME} (cannot"),
    *(RUNS, "Omit shadow_mode_config or set the current value"),
]
STORE_WORDS = f'data_storage_config.destination is not set, but the task sets "{STORAGE["Destination"]}" (cannot'
ROLE_WORDS = f'role_arn is "{CREATABLE["RoleArn"]}", not "other" (can be set only on create).'
THREE = declaration(RoleArn="other", Description="New", DesiredState="Running")
THREE_WORDS = (
    f'{ROLE_WORDS} description is "As it was", not "New" (cannot change in status Completed). '
    f"desired_state: Running cannot be reached from status Completed. {ENDED} "
    "Omit role_arn, description, desired_state or set the current value"
)


def in_ended_status(status: str) -> list[tuple[Any, ...]]:
    reached = {"DesiredState": status}
    description = f'description is "As it was", not "New" (cannot change in status {status}). {ENDED}'
    sampling = "shadow_mode_config.shadow_model_variants[shadow].sampling_percentage is 10, not 50"
    return [
        (status, "start", START, [f"desired_state: Running {UNREACHABLE} {status}. {ENDED}"], True),
        (status, "description", DESCRIBE, [description], True),
        (status, "sampling percentage", SAMPLE, [sampling, ENDED], True),
        (status, "instance count", REVARIANT, [COUNT, ENDED], False),
        (status, "storage", STORE, [STORE_WORDS, ENDED], True),
        (status, "description, reached", declaration(**reached, Description="New"), [description], False),
        (status, "role_arn, reached", declaration(**reached, RoleArn="other"), [ROLE_WORDS], False),
    ]


REJECTIONS: list[tuple[Any, ...]] = [
    # status, change, declaration, parts of the message, whether the hint offers recreate: true
    ("Created", "stop", STOP, [f"desired_state: Completed {UNREACHABLE} Created.", NEVER_STARTED], False),
    ("Created", "update and stop", declaration(Description="New", **STOP.properties), ["desired_state: Com"], False),
    ("Running", "instance count", REVARIANT, [f"model_variants[production].{COUNT} Running). {RUNS}"], False),
    ("Running", "model", OTHER_MODEL, ['[shadow].model_name is "model-shadow", not "better" (', RUNS], True),
    ("Running", "variant names", OTHER_NAME, ['[*].variant_name is ["production", "shadow"], not ["prod'], True),
    ("Running", "exchanged roles", EXCHANGED, EXCHANGED_WORDS, True),
    ("Running", "storage", STORE, [STORE_WORDS, RUNS], True),
    ("Running", "stop with other variants", declaration(**STOP.properties, ModelVariants=NEW_VARIANTS), [COUNT], False),
    (
        "Running",
        "start with other variants",
        declaration(**START.properties, ModelVariants=NEW_VARIANTS),
        [COUNT],
        False,
    ),
    ("Running", "role_arn and stop", declaration(**STOP.properties, RoleArn="other"), [ROLE_WORDS], False),
    ("Completed", "cancel", CANCEL, [f"desired_state: Cancelled {UNREACHABLE} Completed. {ENDED} Omit des"], False),
    ("Cancelled", "stop", STOP, [f"desired_state: Completed {UNREACHABLE} Cancelled.", ENDED], False),
    ("Completed", "three changes", THREE, [THREE_WORDS], True),
    *(row for status in ENDED_STATUSES for row in in_ended_status(status)),
    *(
        (status, option, declaration(**{name: "other"}), [shown, f"Omit {option} or set the current value"], True)
        for status in STABLE
        for option, name, shown in (
            ("role_arn", "RoleArn", ROLE_WORDS),
            ("endpoint_name", "EndpointName", 'endpoint_name is "endpoint", not "other" (can be set only on create).'),
            ("kms_key", "KmsKey", 'kms_key is not set, but the task sets "other" (can be set only on create).'),
        )
    ),
]


@cases(*((f"{s}: {c}", s, d, ws, o) for s, c, d, ws, o in REJECTIONS))
def test_next_step_rejects_change_not_allowed_in_status(
    status: str, declared: Declaration, words: list[str], offered: bool
) -> None:
    message = rejection(decide(declared, seen(status)))
    assert [word for word in words if word not in message] == [], message
    assert ("recreate" in message) is offered
    restricted = "cannot change" in message or UNREACHABLE in message
    assert any(words in message for words in (NEVER_STARTED, RUNS, ENDED)) is restricted


@pytest.mark.parametrize("status", STABLE)
def test_hint_states_consequence_of_recreate(status: str) -> None:
    deletes = "deletes the record of the experiment and creates the experiment again."
    ends = "ends the running test, deletes its record and creates the experiment again."
    assert rejection(decide(declaration(RoleArn="other"), seen(status))).endswith(
        f"set the current value, or set recreate: true, which {ends if status == 'Running' else deletes}"
    )


UNSUPPORTED = "This version of the collection does not support the status 'Paused'."


def test_rejection_in_unknown_status_hints_at_upgrade() -> None:
    assert decide(DESCRIBE, seen("Paused")) == plan.Reject(
        f'description is "As it was", not "New" (cannot change in status Paused). {UNSUPPORTED}',
        hint="Upgrade the collection. Until then, omit description or set the current value.",
        properties_that_differ=frozenset({"Description"}),
    )


def test_recreate_is_rejected_in_unknown_status() -> None:
    message = rejection(decide(DESCRIBE._replace(recreate=True), seen("Paused")))
    assert message.count(UNSUPPORTED) == 2
    assert message.endswith("Until then, omit description or set the current value.")


NO_STOP = plan.Reject(
    f"{UNSUPPORTED} The inference experiment cannot be stopped before the delete.", "Upgrade the collection."
)


@cases(
    ("present", {}, plan.Done()),
    ("absent", {"present": False}, plan.Delete()),
    ("stop before delete", {"present": False, "on_stop": "promote_shadow"}, NO_STOP),
)
def test_unknown_status_allows_only_unchanged_experiment_or_delete(declared: dict[str, Any], step: plan.Step) -> None:
    assert decide(declaration(**declared), seen("Paused")) == step


TOO_MANY = "tags: 51 tags including the existing ones, the maximum is 50."
SET_MORE, FEWER = "also set the omitted options that conflict.", "Set fewer tags, or purge_tags: true."


@cases(
    ("roles", declaration(ShadowModeConfig=shadow_mode(shadow="x")), UNMATCHED, f"In the same task, {SET_MORE}"),
    ("tags", declaration(tags={str(n): "" for n in range(50)}, purge_tags=False), TOO_MANY, FEWER),
)
def test_next_step_rejects_update_that_conflicts_with_current_values(
    declared: Declaration, error: str, hint: str
) -> None:
    conflict = "The options set by the task conflict with the current values of the inference experiment."
    assert decide(declared, seen("Created")) == plan.Reject(f"{error} {conflict}", hint=hint)


@pytest.mark.parametrize("status", STABLE)
@cases(
    ("name only", {}),
    ("options of the create", {**CREATABLE, "tags": {"team": "ml"}}),
    ("order of variants", {"ModelVariants": VARIANTS[::-1]}),
    ("one role", {"ShadowModeConfig": {"SourceModelVariantName": "production"}}),
    ("fewer tags without purge", {"tags": {}, "purge_tags": False}),
    ("recreate without change", {**CREATABLE, "recreate": True}),
)
def test_next_step_is_done_if_nothing_differs(declared: dict[str, Any], status: str) -> None:
    assert decide(declaration(**declared), seen(status)) == plan.Done()
    if status != "Created":
        reached = {"DesiredState": status, "StatusReason": "why", "on_stop": "promote_shadow"}
        assert decide(declaration(**declared, **reached), seen(status)) == plan.Done()


# --- write-only properties ---

START_TIME = {"StartTime": SCHEDULE["StartTime"]}


@cases(
    ("Created: schedule", "Created", {"Schedule": SCHEDULE}, True),
    ("Running: start time", "Running", {"Schedule": START_TIME}, False),
    ("Completed: schedule", "Completed", {"Schedule": SCHEDULE}, False),
    ("Created: no schedule", "Created", {"Description": "As it was"}, False),
)
def test_next_step_reads_write_only_properties_only_if_compared(
    status: str, properties: Properties, read: bool
) -> None:
    assert isinstance(decide(declaration(**properties), seen(status)), plan.ReadWriteOnly if read else plan.Done)


EQUIVALENT = {"StartTime": "2026-02-01T10:00:00+01:00", "EndTime": "2026-02-08T09:00:00.9+00:00"}
LATER_END = {"EndTime": LATER["EndTime"]}


@cases(
    ("Created: equivalent", "Created", EQUIVALENT, []),
    ("Created: end time, sent with current start time", "Created", LATER_END, [("add", "/Schedule", LATER)]),
    ("Running: start time, not compared", "Running", {**SCHEDULE, "StartTime": "2026-01-31T09:00:00Z"}, []),
    ("Running: end time, sent alone", "Running", LATER, [("add", "/Schedule", LATER_END)]),
)
def test_next_step_updates_schedule_members_that_apply_in_status(
    status: str, declared: Properties, patch: Patch
) -> None:
    step = decide(declaration(Schedule=declared), seen(status, write_only={"Schedule": SCHEDULE}))
    assert patch_of(step) == patch


@pytest.mark.parametrize("status", ["Created", "Running"])
def test_next_step_rejects_end_time_too_long_after_current_start_time(status: str) -> None:
    declared = declaration(Schedule={"EndTime": "2026-06-01T09:00:00Z"})
    message = rejection(decide(declared, seen(status, write_only={"Schedule": SCHEDULE})))
    assert "schedule must last from 1 hour to 30 days, got 120 days" in message


def test_next_step_ignores_error_that_the_current_schedule_already_has() -> None:
    # An early start moves the start time, so a test planned for 30 days gets longer than the limit.
    schedule = {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-03-10T09:00:00Z"}
    declared = declaration(Schedule={"EndTime": schedule["EndTime"]}, Description="New")
    assert patch_of(decide(declared, seen("Running", write_only={"Schedule": schedule}))) == DESCRIBED


def storage(csv: list[str], json: list[str]) -> Properties:
    return {**STORAGE, "ContentType": {"CsvContentTypes": csv, "JsonContentTypes": json}}


CSV = {"ContentType": {"CsvContentTypes": ["text/csv"]}}


# --- tags ---


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key.replace("aws_", "aws:"), "Value": value} for key, value in pairs.items()]


OWN, WITH_AWS = tags(team="ml"), tags(aws_stack="s", team="ml")


def protected(before: Any, after: Any) -> Patch:
    return [("test", "/Tags", before), ("replace", "/Tags", after)]


@cases(
    ("changed value", OWN, {"team": "ops"}, True, TAGGED),
    ("all purged", OWN, {}, True, [("replace", "/Tags", [])]),
    ("first tag", None, {"a": "1"}, True, [("add", "/Tags", tags(a="1"))]),
    ("added without purge", OWN, {"a": "1"}, False, protected(OWN, tags(team="ml", a="1"))),
    ("purged", WITH_AWS, {"a": "1"}, True, protected(WITH_AWS, tags(aws_stack="s", a="1"))),
    ("all purged except tags of AWS", WITH_AWS, {}, True, protected(WITH_AWS, tags(aws_stack="s"))),
    ("first tag without purge", [], {"a": "1"}, False, protected([], tags(a="1"))),
    ("tags of AWS", WITH_AWS, {"team": "ml"}, True, []),
    ("order", tags(b="2", a="1"), {"a": "1", "b": "2"}, True, []),
    ("empty", [], {}, True, []),
    ("empty, none read", None, {}, True, []),
    ("omitted", OWN, None, True, []),
)
@pytest.mark.parametrize("status", STABLE)
def test_next_step_updates_tags(
    current: list[dict[str, str]] | None, declared: dict[str, str] | None, purge: bool, patch: Patch, status: str
) -> None:
    assert patch_of(decide(declaration(tags=declared, purge_tags=purge), seen(status, Tags=current))) == patch


def test_start_with_tags_protects_tags() -> None:
    declared = declaration(DesiredState="Running", tags={"a": "1"}, purge_tags=False)
    patch = [*protected(TAGS, tags(team="ml", a="1")), *STARTED]
    assert patch_of(decide(declared, seen("Created"))) == patch


# --- stop and delete ---

PROMOTED = [("test", "/ModelVariants", VARIANTS), ("replace", "/ModelVariants", [variant("shadow")])]
REMOVED = [("test", "/ModelVariants", VARIANTS), ("replace", "/ModelVariants", [variant("production")])]


@cases(("retain", "retain", []), ("promote", "promote_shadow", PROMOTED), ("remove", "remove_shadow", REMOVED))
@pytest.mark.parametrize("intent", ["Completed", "Cancelled"])
def test_stop_sends_variants_for_on_stop(on_stop: str, variants: Patch, intent: str) -> None:
    stop = ("add", "/DesiredState", intent)
    assert patch_of(decide(declaration(DesiredState=intent, on_stop=on_stop), seen("Running"))) == [*variants, stop]
    declared = declaration(DesiredState=intent, StatusReason="why", on_stop=on_stop)
    assert patch_of(decide(declared, seen("Running"))) == [*variants, REASON, stop]


@cases(
    ("no variants", seen("Running", ModelVariants=None)),
    ("empty list", seen("Running", ModelVariants=[])),
    ("other names", seen("Running", ModelVariants=[variant("a"), variant("b")])),
    ("no roles", seen("Running", ShadowModeConfig=None)),
)
@pytest.mark.parametrize("present", [True, False], ids=["stop", "delete"])
@pytest.mark.parametrize("on_stop", ["promote_shadow", "remove_shadow"])
def test_next_step_rejects_stop_that_would_remove_both_variants(current: Resource, present: bool, on_stop: str) -> None:
    message = rejection(decide(declaration(DesiredState="Completed", on_stop=on_stop, present=present), current))
    assert message.startswith(f"on_stop: {on_stop} requires both variants of shadow_mode_config")


@pytest.mark.parametrize("status", STABLE)
@cases(
    ("no options", {}, []),
    ("differences", {"Description": "New", "KmsKey": "other", "ModelVariants": NEW_VARIANTS}, []),
    ("desired_state Running", {"DesiredState": "Running"}, []),
    ("cancel first", {"DesiredState": "Cancelled"}, [("add", "/DesiredState", "Cancelled")]),
    ("promote first", {"on_stop": "promote_shadow"}, [*PROMOTED, *STOPPED]),
    ("stop with reason first", {"StatusReason": "why"}, [REASON, *STOPPED]),
)
def test_absent_stops_running_experiment_if_declared_and_deletes_others(
    declared: dict[str, Any], patch: Patch, status: str
) -> None:
    step = decide(declaration(present=False, **declared), seen(status))
    assert (patch_of(step) == patch) if status == "Running" and patch else (step == plan.Delete())


@cases(
    ("model", {"DesiredState": "Completed", "ModelVariants": OTHER_MODEL.properties["ModelVariants"]}, "model_name"),
    ("count with reason", {"StatusReason": "why", "ModelVariants": NEW_VARIANTS}, "instance_count is 1, not 2"),
)
def test_absent_with_stop_rejects_other_variants(declared: dict[str, Any], words: str) -> None:
    message = rejection(decide(declaration(present=False, **declared), seen("Running")))
    assert words in message
    assert message.endswith(
        "(cannot change when the inference experiment becomes Completed). Omit model_variants or set the current value."
    )


# --- recreate ---

AGAIN = {**CREATABLE, "RoleArn": "arn:aws:iam::123456789012:role/another"}


def recreated(declared: Declaration, current: Resource) -> Declaration:
    step = decide(declared._replace(recreate=True), current)
    assert isinstance(step, plan.Delete), step
    assert step.then
    assert not step.then.recreate
    return step.then


@pytest.mark.parametrize("status", ["Running", *ENDED_STATUSES])
def test_recreate_creates_declared_values_and_preserves_the_others(status: str) -> None:
    current = seen(status, DataStorageConfig=storage(["text/csv"], []), KmsKey="key")
    then = recreated(declaration(**AGAIN), current)
    preserved = {"Description": "As it was", "KmsKey": "key", "DataStorageConfig": {**STORAGE, **CSV}}
    assert then.properties == {**AGAIN, **preserved}
    assert decide(then, None) == plan.Create(properties={**then.properties, "Tags": TAGS})


@cases(("omitted", {}, SCHEDULE), ("merged", {"Schedule": LATER_END}, LATER))
def test_recreate_preserves_schedule_in_status_created(declared: Properties, schedule: Properties) -> None:
    task = declaration(**AGAIN, **declared)
    assert isinstance(decide(task._replace(recreate=True), seen("Created")), plan.ReadWriteOnly)
    then = recreated(task, seen("Created", write_only={"Schedule": SCHEDULE, "StatusReason": "earlier"}))
    assert then.properties["Schedule"] == schedule
    assert "StatusReason" not in then.properties


@cases(
    ("omitted", {}, {"team": "ml"}),
    ("declared", {"tags": {"a": "1"}}, {"a": "1"}),
    ("empty", {"tags": {}}, {}),
    ("without purge", {"tags": {"a": "1"}, "purge_tags": False}, {"team": "ml", "a": "1"}),
)
def test_recreate_purges_or_preserves_tags(declared: dict[str, Any], expected: dict[str, str]) -> None:
    assert recreated(declaration(**AGAIN, **declared), seen("Running", Tags=WITH_AWS)).tags == expected


def test_recreate_starts_ended_experiment_again() -> None:
    then = recreated(declaration(**CREATABLE, DesiredState="Running"), seen("Completed"))
    assert then.properties["DesiredState"] == "Running"
    assert patch_of(decide(then, seen("Created"))) == STARTED


OMIT_RECREATE = "would first be deleted by recreate: true."
LACKING = "type, endpoint_name, model_variants, shadow_mode_config"
TAGS_40 = [{"Key": f"old{number}", "Value": ""} for number in range(40)]


@cases(
    (
        "required options missing",
        *({"RoleArn": "other"}, {}),
        f"{OMIT_RECREATE} {REQUIRES} {LACKING}. Omit recreate, or {SET[0].lower()}{SET[1:]}",
    ),
    (
        "desired_state Completed",
        *({**AGAIN, "DesiredState": "Completed"}, {}),
        (
            f"{OMIT_RECREATE} desired_state: Completed requires an existing inference experiment."
            " Omit recreate, or omit desired_state, or set desired_state: Running."
        ),
    ),
    (
        "too many tags",
        *({**AGAIN, "tags": {f"new{n}": "" for n in range(20)}, "purge_tags": False}, {"Tags": TAGS_40}),
        "tags: 60 tags including the existing ones, the maximum is 50. Correct these options.",
    ),
    (
        "invalid current value",
        *(AGAIN, {"DataStorageConfig": {"Destination": "nowhere"}}),
        (
            "The inference experiment cannot be created again with its current values. data_storage_config.destination"
            ' must be an S3 URI like s3://bucket/prefix, got "nowhere". Set these options.'
        ),
    ),
)
def test_next_step_rejects_recreate(declared: dict[str, Any], current: Properties, words: str) -> None:
    message = rejection(decide(declaration(**declared, recreate=True), seen("Created", write_only={}, **current)))
    assert message.endswith(words)


def test_next_step_updates_despite_recreate_if_change_is_allowed() -> None:
    assert patch_of(decide(declaration(**CREATABLE, Description="New", recreate=True), seen("Created"))) == DESCRIBED


# --- resource type without a lifecycle ---

THING = thing(
    {"kind": {"type": "str"}, "settings": {"type": "dict", "options": {"a": {"type": "int"}, "b": {"type": "int"}}}},
    read_only={"arn": {"type": "str"}},
    create_only=frozenset({"Name", "Kind"}),
    required_to_create=("Kind",),
)
EXISTING = Resource({"Name": "test", "Kind": "small", "Settings": {"A": 1, "B": 2}, "Arn": "arn"})
LARGE: Properties = {"Name": "test", "Kind": "large", "Settings": {"A": 1, "B": 2}}
NOT_LARGE = plan.Reject(
    'kind is "small", not "large" (can be set only on create).',
    "Omit kind or set the current value, or set recreate: true, which deletes the resource and creates it again.",
    frozenset({"Kind"}),
)
RECREATE_LARGE = plan.Delete(declaration(**LARGE, tags={}), plan.Create(LARGE), frozenset({"Kind"}))
B_IS_3 = plan.Update([{"op": "replace", "path": "/Settings/B", "value": 3}], frozenset({"Settings"}))


@cases(
    ("create", declaration(Kind="x"), None, plan.Create({"Name": "test", "Kind": "x"})),
    ("equal", declaration(Kind="small", Settings={"B": 2}), EXISTING, plan.Done()),
    ("member changed", declaration(Settings={"B": 3}), EXISTING, B_IS_3),
    ("create-only property", declaration(Kind="large"), EXISTING, NOT_LARGE),
    ("recreate", declaration(Kind="large", recreate=True), EXISTING, RECREATE_LARGE),
    ("delete", declaration(present=False), EXISTING, plan.Delete()),
    ("absent", declaration(present=False), None, plan.Done()),
)
def test_next_step_without_lifecycle(declared: Declaration, current: Resource | None, expected: plan.Step) -> None:
    assert plan.next_step(THING, declared, current) == expected


def test_next_step_without_lifecycle_rejects_create_without_required_option() -> None:
    assert "kind" in rejection(plan.next_step(THING, declaration(), None))
