# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""next_step(): the step for each status and declaration, with its patch or its message."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.plan import (
    Create,
    Delete,
    Done,
    ReadWriteOnly,
    Reject,
    Step,
    Update,
    Wait,
    next_step,
)
from tests.support.cases import cases
from tests.support.experiments import (
    CREATABLE,
    SCHEDULE,
    TAGS,
    VARIANTS,
    declaration,
    experiment,
    seen,
    shadow_mode,
    variant,
)
from tests.support.model import INFERENCE_EXPERIMENT, Declaration, Properties, Resource, ResourceType

Patch = list[dict[str, Any]]
STABLE = ("Created", "Running", "Completed", "Cancelled")
TRANSITIONAL = ("Creating", "Updating", "Starting", "Stopping")
NEW_VARIANTS = [variant("production", count=2), variant("shadow")]
STORAGE = {"Destination": "s3://bucket/captured"}
LATER = {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-10T09:00:00Z"}


# Read this test first.
def test_next_step_returns_update_with_patch_if_description_differs() -> None:
    task = Declaration(identifier="test", properties={"Name": "test", "Description": "New"})
    current = Resource({"Name": "test", "Description": "Old", "Status": "Created"})
    assert next_step(INFERENCE_EXPERIMENT, task, current) == Update(
        patch=[{"op": "replace", "path": "/Description", "value": "New"}], properties=frozenset({"Description"})
    )


def plan(declared: Declaration, current: Resource | None) -> Step:
    """Return the next step for an inference experiment. Asserts that next_step() does not change its arguments."""
    before = copy.deepcopy((declared, current))
    step = next_step(INFERENCE_EXPERIMENT, declared, current)
    assert (declared, current) == before
    return step


def op(name: str, path: str, *value: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **({"value": value[0]} if value else {})}


def rejection(step: Step) -> str:
    assert isinstance(step, Reject), step
    return f"{step.reason} {step.hint}".strip()


def update(step: Step) -> Patch:
    assert isinstance(step, Update), step
    assert step.patch
    return step.patch


# --- the experiment does not exist ---


def test_next_step_is_done_if_absent_is_declared_and_experiment_does_not_exist() -> None:
    assert plan(declaration(present=False, properties={"DesiredState": "Completed"}), None) == Done()


@cases(
    ("required options only", declaration(properties=CREATABLE), CREATABLE),
    ("intent left to a later step", declaration(properties={**CREATABLE, "DesiredState": "Running"}), CREATABLE),
    (
        "schedule and description",
        declaration(properties={**CREATABLE, "Schedule": SCHEDULE, "Description": "d"}),
        {**CREATABLE, "Schedule": SCHEDULE, "Description": "d"},
    ),
    (
        "tags",
        declaration(properties=CREATABLE, tags={"b": "1", "a": ""}),
        {**CREATABLE, "Tags": [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]},
    ),
    ("empty tags", declaration(properties=CREATABLE, tags={}), CREATABLE),
    ("recreate", declaration(properties=CREATABLE, recreate=True), CREATABLE),
)
def test_next_step_creates_missing_experiment_with_declared_properties(declared: Declaration, sent: Properties) -> None:
    assert plan(declared, None) == Create(properties=sent)


@cases(
    (
        "name only",
        {},
        (
            "The inference experiment does not exist. The create requires these options: type, role_arn, endpoint_name,"
            " model_variants, shadow_mode_config. Set these options, or correct the value of name or region."
        ),
    ),
    (
        "one required option missing",
        {n: v for n, v in CREATABLE.items() if n != "RoleArn"},
        (
            "The inference experiment does not exist. The create requires these options: role_arn. Set these options,"
            " or correct the value of name or region."
        ),
    ),
    *(
        (
            f"desired_state {intent}",
            {**CREATABLE, "DesiredState": intent},
            (
                f"The inference experiment does not exist. desired_state: {intent} requires an existing inference"
                " experiment. Omit desired_state, or set desired_state: Running."
            ),
        )
        for intent in ("Completed", "Cancelled")
    ),
    (
        "conflicting options",
        {**CREATABLE, "ShadowModeConfig": shadow_mode(shadow="x")},
        (
            "shadow_mode_config must name the two variants of model_variants (production, shadow), got"
            " production and x. Correct these options."
        ),
    ),
)
def test_next_step_rejects_create(properties: Properties, words: str) -> None:
    assert rejection(plan(declaration(properties=properties), None)) == words


# --- transitional statuses ---


@pytest.mark.parametrize("status", TRANSITIONAL)
@cases(
    ("no options", declaration()),
    ("changed options", declaration(properties={"Description": "new", "DesiredState": "Running"})),
    ("schedule", declaration(properties={"Schedule": SCHEDULE})),
    ("recreate", declaration(properties={"KmsKey": "other"}, recreate=True)),
    ("absent", declaration(present=False)),
)
def test_next_step_waits_in_transitional_status(declared: Declaration, status: str) -> None:
    assert plan(declared, seen(status)) == Wait(current=seen(status))


# --- stable statuses ---

DESCRIBE = declaration(properties={"Description": "New"})
DESCRIBED = [op("replace", "/Description", "New")]
SAMPLE = declaration(properties={"ShadowModeConfig": shadow_mode(50)})
SAMPLED = [op("replace", "/ShadowModeConfig/ShadowModelVariants", shadow_mode(50)["ShadowModelVariants"])]
REVARIANT = declaration(properties={"ModelVariants": NEW_VARIANTS})
STORE = declaration(properties={"DataStorageConfig": STORAGE})
TAGGED = [op("replace", "/Tags", [{"Key": "team", "Value": "ops"}])]
START = declaration(properties={"DesiredState": "Running"})
STOP = declaration(properties={"DesiredState": "Completed"})
CANCEL = declaration(properties={"DesiredState": "Cancelled"})

UPDATES: list[tuple[str, str, Declaration, Patch]] = [
    # status, change, declaration, patch
    ("Created", "description", DESCRIBE, DESCRIBED),
    ("Created", "sampling percentage", SAMPLE, SAMPLED),
    ("Created", "variants", REVARIANT, [op("replace", "/ModelVariants", NEW_VARIANTS)]),
    ("Created", "storage", STORE, [op("add", "/DataStorageConfig", STORAGE)]),
    ("Created", "start", START, [op("add", "/DesiredState", "Running")]),
    (
        "Created",
        "start and tags, applied together by the handler",
        START._replace(tags={"team": "ops"}),
        [*TAGGED, op("add", "/DesiredState", "Running")],
    ),
    (
        "Created",
        "description before start, dropped by the handler otherwise",
        declaration(properties={"DesiredState": "Running", "Description": "New"}),
        DESCRIBED,
    ),
    (
        "Created",
        "description and tags before start",
        declaration(properties={"DesiredState": "Running", "Description": "New"}, tags={"team": "ops"}),
        [*DESCRIBED, *TAGGED],
    ),
    ("Running", "description", DESCRIBE, DESCRIBED),
    ("Running", "sampling percentage", SAMPLE, SAMPLED),
    (
        "Running",
        "description with desired state reached",
        declaration(properties={"DesiredState": "Running", "Description": "New"}),
        DESCRIBED,
    ),
    ("Running", "stop", STOP, [op("add", "/DesiredState", "Completed")]),
    ("Running", "cancel", CANCEL, [op("add", "/DesiredState", "Cancelled")]),
    (
        "Running",
        "cancel with status reason",
        declaration(properties={"DesiredState": "Cancelled", "StatusReason": "why"}),
        [op("add", "/StatusReason", "why"), op("add", "/DesiredState", "Cancelled")],
    ),
    (
        "Running",
        "stop and tags",
        STOP._replace(tags={"team": "ops"}),
        [*TAGGED, op("add", "/DesiredState", "Completed")],
    ),
    (
        "Running",
        "sampling percentage before stop, dropped by the handler otherwise",
        declaration(
            properties={"DesiredState": "Completed", "ShadowModeConfig": shadow_mode(50), "StatusReason": "why"}
        ),
        SAMPLED,
    ),
]


@cases(*((f"{s}: {c}", s, d, p) for s, c, d, p in UPDATES))
def test_next_step_updates_with_patch(status: str, declared: Declaration, patch: Patch) -> None:
    step = plan(declared, seen(status))
    assert update(step) == patch
    # An independent implementation of JSON Patch applies it.
    jsonpatch.apply_patch(experiment(status), patch)


@cases(
    ("change", DESCRIBE, {"Description"}),
    ("start", START, {"DesiredState"}),
    ("start and tags", START._replace(tags={"a": "b"}), {"DesiredState", "Tags"}),
    ("change before start", declaration(properties={"DesiredState": "Running", "Description": "New"}), {"Description"}),
)
def test_update_lists_the_properties_that_its_patch_changes(declared: Declaration, properties: set[str]) -> None:
    step = plan(declared, seen("Created"))
    assert isinstance(step, Update)
    assert step.properties == properties


def test_update_for_stop_does_not_list_variants_because_a_read_returns_both() -> None:
    declared = declaration(properties={"DesiredState": "Completed"}, module_only_options={"on_stop": "promote_shadow"})
    step = plan(declared, seen("Running"))
    assert isinstance(step, Update)
    assert step.properties == {"DesiredState"}


NEVER_STARTED = (
    "The experiment has not started: it can be changed, started (desired_state: Running) or deleted (state: absent)"
)
RUNS = "While Running, only description, sampling_percentage, schedule.end_time and tags can change."
ENDED = "The experiment has ended: only tags can change, and it cannot be started again."
EXCHANGED = shadow_mode(source="shadow", shadow="production")
COUNT = "infrastructure_config.real_time_inference_config.instance_count"
SHADOW_NAME = "shadow_mode_config.shadow_model_variants[*].shadow_model_variant_name"
OTHER_MODELS = [variant("production"), variant("shadow", model="better")]

REJECTIONS: list[tuple[str, str, Declaration, list[str], bool]] = [
    # status, change, declaration, parts of the message, whether the hint offers recreate: true
    (
        "Created",
        "stop",
        STOP,
        ["desired_state: Completed cannot be reached from status Created.", NEVER_STARTED],
        False,
    ),
    (
        "Running",
        "instance count",
        REVARIANT,
        [f"model_variants[production].{COUNT} is 1, not 2 (cannot change in status Running). {RUNS}"],
        False,
    ),
    (
        "Running",
        "model",
        declaration(properties={"ModelVariants": OTHER_MODELS}),
        [
            (
                'model_variants[shadow].model_name is "model-shadow", not "better" (cannot change in'
                f" status Running). {RUNS}"
            )
        ],
        True,
    ),
    (
        "Running",
        "variant names",
        declaration(properties={"ModelVariants": [variant("production"), variant("canary")]}),
        ['model_variants[*].variant_name is ["production", "shadow"], not ["production", "canary"] ('],
        True,
    ),
    (
        "Running",
        "exchanged roles",
        declaration(properties={"ShadowModeConfig": EXCHANGED}),
        [
            'shadow_mode_config.source_model_variant_name is "production", not "shadow"; ',
            f'; {SHADOW_NAME} is ["shadow"], not ["production"] (cannot change in status',
            RUNS,
            "Omit shadow_mode_config or set the current value",
        ],
        True,
    ),
    (
        "Running",
        "storage",
        STORE,
        [f'data_storage_config.destination is not set, but the task sets "{STORAGE["Destination"]}" (cannot', RUNS],
        True,
    ),
    (
        "Running",
        "stop with other variants",
        declaration(properties={"DesiredState": "Completed", "ModelVariants": NEW_VARIANTS}),
        [f"model_variants[production].{COUNT} is 1, not 2 (cannot change in status Running). {RUNS}"],
        False,
    ),
    (
        "Completed",
        "cancel",
        CANCEL,
        [f"desired_state: Cancelled cannot be reached from status Completed. {ENDED} Omit desired_state."],
        False,
    ),
    ("Cancelled", "stop", STOP, ["desired_state: Completed cannot be reached from status Canc", ENDED], False),
    *(
        row
        for status in ("Completed", "Cancelled")
        for row in (
            (status, "start", START, [f"desired_state: Running cannot be reached from status {status}. {ENDED}"], True),
            (
                status,
                "description",
                DESCRIBE,
                [f'description is "As it was", not "New" (cannot change in status {status}). {ENDED}'],
                True,
            ),
            (
                status,
                "sampling percentage",
                SAMPLE,
                ["shadow_mode_config.shadow_model_variants[shadow].sampling_percentage is 10, not 50", ENDED],
                True,
            ),
            (status, "instance count", REVARIANT, [f"{COUNT} is 1, not 2 (", ENDED], False),
            (status, "storage", STORE, ["data_storage_config.destination is not set, but", ENDED], True),
        )
    ),
    *(
        (
            status,
            f"{change}, desired state reached",
            declaration(properties={"DesiredState": status, name: "New"}),
            words,
            False,
        )
        for status in ("Completed", "Cancelled")
        for change, name, words in (
            ("role_arn", "RoleArn", ["(can be set only on create).", "Omit role_arn or set the current value."]),
            ("description", "Description", [ENDED, "Omit description or set the current value."]),
        )
    ),
    (
        "Running",
        "role_arn and stop",
        declaration(properties={"DesiredState": "Completed", "RoleArn": "other"}),
        ["role_arn is", "Omit role_arn or set the current value."],
        False,
    ),
    *(
        (
            status,
            option,
            declaration(properties={name: "other"}),
            [f'{option} is {shown} "other" (can be set only on create).', f"Omit {option} or set the current value"],
            True,
        )
        for status in STABLE
        for option, name, shown in (
            ("role_arn", "RoleArn", f'"{CREATABLE["RoleArn"]}", not'),
            ("endpoint_name", "EndpointName", '"endpoint", not'),
            ("kms_key", "KmsKey", "not set, but the task sets"),
        )
    ),
    (
        "Completed",
        "three changes",
        declaration(properties={"RoleArn": "other", "Description": "New", "DesiredState": "Running"}),
        [
            (
                f'role_arn is "{CREATABLE["RoleArn"]}", not "other" (can be set only on create). '
                'description is "As it was", not "New" (cannot change in status Completed). '
                f"desired_state: Running cannot be reached from status Completed. {ENDED} "
                "Omit role_arn, description, desired_state or set the current value"
            )
        ],
        True,
    ),
]


@cases(*((f"{s}: {c}", s, d, ws, o) for s, c, d, ws, o in REJECTIONS))
def test_next_step_rejects_change_not_allowed_in_status(
    status: str, declared: Declaration, words: list[str], offered: bool
) -> None:
    step = plan(declared, seen(status))
    message = rejection(step)
    assert [word for word in words if word not in message] == [], message
    assert ("recreate" in message) is offered


@pytest.mark.parametrize(
    ("status", "consequence"),
    [
        ("Running", "which ends the running test, deletes its record and creates the experiment again."),
        *(
            (status, "which deletes the record of the experiment and creates the experiment again.")
            for status in ("Created", "Completed", "Cancelled")
        ),
    ],
)
def test_hint_states_consequence_of_recreate(status: str, consequence: str) -> None:
    message = rejection(plan(declaration(properties={"RoleArn": "other"}), seen(status)))
    assert message.endswith(f"Omit role_arn or set the current value, or set recreate: true, {consequence}")


def test_rejection_of_create_only_property_does_not_name_status() -> None:
    assert "While Running" not in rejection(plan(declaration(properties={"KmsKey": "other"}), seen("Running")))


def test_next_step_rejects_intent_before_writing_allowed_change() -> None:
    declared = declaration(properties={"Description": "New", "DesiredState": "Completed"})
    assert "desired_state: Completed" in rejection(plan(declared, seen("Created")))


def test_rejection_in_unknown_status_hints_at_upgrade() -> None:
    assert plan(DESCRIBE, seen("Paused")) == Reject(
        'description is "As it was", not "New" (cannot change in status Paused).'
        " This version of the collection does not support the status 'Paused'.",
        hint="Upgrade the collection. Until then, omit description or set the current value.",
        properties_that_differ=frozenset({"Description"}),
    )


def test_recreate_is_rejected_in_unknown_status() -> None:
    step = plan(DESCRIBE._replace(recreate=True), seen("Paused"))
    unsupported = "This version of the collection does not support the status 'Paused'."
    assert rejection(step).count(unsupported) == 2
    assert rejection(step).endswith("Until then, omit description or set the current value.")


@pytest.mark.parametrize(("present", "expected"), [(True, Done()), (False, Delete())], ids=["present", "absent"])
def test_unknown_status_allows_only_unchanged_experiment_or_delete(present: bool, expected: Step) -> None:
    assert plan(declaration(present=present), seen("Paused")) == expected


CONFLICT = "The options set by the task conflict with the current values of the inference experiment."


@cases(
    (
        "roles for current variants",
        declaration(properties={"ShadowModeConfig": shadow_mode(shadow="x")}),
        Reject(
            "shadow_mode_config must name the two variants of model_variants (production, shadow), got production"
            f" and x. {CONFLICT}",
            hint="In the same task, also set the omitted options that conflict.",
        ),
    ),
    (
        "too many tags with current tags",
        declaration(tags={str(number): "" for number in range(50)}, purge_tags=False),
        Reject(
            f"tags: 51 tags including the existing ones, the maximum is 50. {CONFLICT}",
            hint="Set fewer tags, or purge_tags: true.",
        ),
    ),
)
def test_next_step_rejects_update_that_conflicts_with_current_values(declared: Declaration, expected: Reject) -> None:
    assert plan(declared, seen("Created")) == expected


UNCHANGED: list[tuple[str, Declaration]] = [
    ("name only", declaration()),
    ("options of the create", declaration(properties=CREATABLE, tags={"team": "ml"})),
    ("order of variants", declaration(properties={"ModelVariants": VARIANTS[::-1]})),
    ("one role", declaration(properties={"ShadowModeConfig": {"SourceModelVariantName": "production"}})),
    ("fewer tags without purge", declaration(tags={}, purge_tags=False)),
    ("tags omitted", declaration(tags=None)),
    ("recreate without change", declaration(properties=CREATABLE, recreate=True)),
]


@pytest.mark.parametrize("status", STABLE)
@cases(*((case, declared) for case, declared in UNCHANGED))
def test_next_step_is_done_if_nothing_differs(declared: Declaration, status: str) -> None:
    assert plan(declared, seen(status)) == Done()


@pytest.mark.parametrize("status", ["Running", "Completed", "Cancelled"])
def test_next_step_is_done_if_desired_state_is_reached(status: str) -> None:
    words = {} if status == "Running" else {"StatusReason": "why"}
    declared = declaration(
        properties={"DesiredState": status, **words}, module_only_options={"on_stop": "promote_shadow"}
    )
    assert plan(declared, seen(status)) == Done()


@pytest.mark.parametrize("status", ["Completed", "Cancelled"])
def test_next_step_ignores_variants_if_declared_stop_is_reached(status: str) -> None:
    declared = declaration(
        properties={"DesiredState": status, "ModelVariants": NEW_VARIANTS, "Description": "As it was"}
    )
    assert plan(declared, seen(status)) == Done()


def test_next_step_compares_variants_if_desired_state_running_is_reached() -> None:
    declared = declaration(properties={"DesiredState": "Running", "ModelVariants": NEW_VARIANTS})
    assert "model_variants" in rejection(plan(declared, seen("Running")))


# --- write-only properties ---


@cases(
    ("Created: schedule", "Created", {"Schedule": SCHEDULE}, True),
    ("Running: schedule", "Running", {"Schedule": SCHEDULE}, True),
    ("Created: start time", "Created", {"Schedule": {"StartTime": SCHEDULE["StartTime"]}}, True),
    ("Running: end time", "Running", {"Schedule": {"EndTime": SCHEDULE["EndTime"]}}, True),
    ("Running: start time", "Running", {"Schedule": {"StartTime": SCHEDULE["StartTime"]}}, False),
    ("Completed: schedule", "Completed", {"Schedule": SCHEDULE}, False),
    ("Cancelled: schedule", "Cancelled", {"Schedule": SCHEDULE}, False),
    ("Created: no schedule", "Created", {"Description": "As it was"}, False),
    ("Running: no schedule", "Running", {"DesiredState": "Running"}, False),
)
def test_next_step_reads_write_only_properties_only_if_compared(
    status: str, properties: Properties, read: bool
) -> None:
    step = plan(declaration(properties=properties), seen(status))
    assert isinstance(step, ReadWriteOnly if read else Done)


@cases(
    ("Created: equal", "Created", SCHEDULE, None),
    (
        "Created: equivalent",
        "Created",
        {"StartTime": "2026-02-01T10:00:00+01:00", "EndTime": "2026-02-08T09:00:00.9+00:00"},
        None,
    ),
    ("Created: equal end time", "Created", {"EndTime": SCHEDULE["EndTime"]}, None),
    (
        "Created: end time, sent with current start time",
        "Created",
        {"EndTime": LATER["EndTime"]},
        [op("add", "/Schedule", LATER)],
    ),
    ("Running: equal", "Running", SCHEDULE, None),
    (
        "Running: start time, not compared",
        "Running",
        {"StartTime": "2026-01-31T09:00:00Z", "EndTime": SCHEDULE["EndTime"]},
        None,
    ),
    ("Running: end time, sent alone", "Running", LATER, [op("add", "/Schedule", {"EndTime": LATER["EndTime"]})]),
)
def test_next_step_updates_schedule_members_that_apply_in_status(
    status: str, declared: Properties, patch: Patch | None
) -> None:
    step = plan(declaration(properties={"Schedule": declared}), seen(status, write_only={"Schedule": SCHEDULE}))
    assert step == Done() if patch is None else update(step) == patch


def test_next_step_adds_schedule_if_none_is_set() -> None:
    step = plan(declaration(properties={"Schedule": SCHEDULE}), seen("Created", write_only={}))
    assert update(step) == [op("add", "/Schedule", SCHEDULE)]


@pytest.mark.parametrize("status", ["Created", "Running"])
def test_next_step_rejects_end_time_too_long_after_current_start_time(status: str) -> None:
    declared = declaration(properties={"Schedule": {"EndTime": "2026-06-01T09:00:00Z"}})
    message = rejection(plan(declared, seen(status, write_only={"Schedule": SCHEDULE})))
    assert "schedule must last from 1 hour to 30 days, got 120 days" in message


def test_next_step_ignores_error_that_the_current_schedule_already_has() -> None:
    # An early start moves the start time, so a test planned for 30 days gets longer than the limit.
    schedule = {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-03-10T09:00:00Z"}
    declared = declaration(properties={"Schedule": {"EndTime": schedule["EndTime"]}, "Description": "New"})
    assert update(plan(declared, seen("Running", write_only={"Schedule": schedule}))) == DESCRIBED


def storage(csv: list[str], json: list[str]) -> Properties:
    return {**STORAGE, "ContentType": {"CsvContentTypes": csv, "JsonContentTypes": json}}


@cases(
    (
        "both empty",
        storage([], []),
        DESCRIBE,
        [
            *DESCRIBED,
            op("remove", "/DataStorageConfig/ContentType/CsvContentTypes"),
            op("remove", "/DataStorageConfig/ContentType/JsonContentTypes"),
        ],
    ),
    (
        "one empty",
        storage(["text/csv"], []),
        DESCRIBE,
        [*DESCRIBED, op("remove", "/DataStorageConfig/ContentType/JsonContentTypes")],
    ),
    ("none empty", storage(["text/csv"], ["a/json"]), DESCRIBE, DESCRIBED),
    (
        "one declared",
        storage([], []),
        declaration(properties={"DataStorageConfig": {"ContentType": {"CsvContentTypes": ["text/csv"]}}}),
        [
            op("replace", "/DataStorageConfig/ContentType/CsvContentTypes", ["text/csv"]),
            op("remove", "/DataStorageConfig/ContentType/JsonContentTypes"),
        ],
    ),
    ("no other change", storage([], []), declaration(properties={"DataStorageConfig": STORAGE}), []),
)
def test_patch_removes_empty_content_types_that_the_schema_rejects(
    current: Properties, declared: Declaration, patch: Patch
) -> None:
    step = plan(declared, seen("Created", DataStorageConfig=current))
    assert (update(step) if patch else step) == (patch or Done())
    patched = jsonpatch.apply_patch(experiment("Created", DataStorageConfig=current), patch)
    left = patched["DataStorageConfig"]["ContentType"]
    assert not patch or [] not in left.values()


# --- tags ---


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key.replace("aws_", "aws:"), "Value": value} for key, value in pairs.items()]


OWN, WITH_AWS = tags(team="ml"), tags(aws_stack="s", team="ml")


@cases(
    ("changed value", OWN, declaration(tags={"team": "ops"}), TAGGED),
    ("all purged", OWN, declaration(tags={}), [op("replace", "/Tags", [])]),
    ("first tag", None, declaration(tags={"a": "1"}), [op("add", "/Tags", tags(a="1"))]),
    (
        "added without purge",
        OWN,
        declaration(tags={"a": "1"}, purge_tags=False),
        [op("test", "/Tags", OWN), op("replace", "/Tags", tags(team="ml", a="1"))],
    ),
    (
        "purged except tags of AWS",
        WITH_AWS,
        declaration(tags={"a": "1"}),
        [op("test", "/Tags", WITH_AWS), op("replace", "/Tags", tags(aws_stack="s", a="1"))],
    ),
    (
        "all purged except tags of AWS",
        WITH_AWS,
        declaration(tags={}),
        [op("test", "/Tags", WITH_AWS), op("replace", "/Tags", tags(aws_stack="s"))],
    ),
    (
        "first tag without purge",
        [],
        declaration(tags={"a": "1"}, purge_tags=False),
        [op("test", "/Tags", []), op("replace", "/Tags", tags(a="1"))],
    ),
    ("tags of AWS", WITH_AWS, declaration(tags={"team": "ml"}), []),
    ("order", tags(b="2", a="1"), declaration(tags={"a": "1", "b": "2"}), []),
    ("empty", [], declaration(tags={}), []),
    ("empty, none read", None, declaration(tags={}), []),
    ("omitted", OWN, declaration(tags=None, properties={"Description": "As it was"}), []),
)
@pytest.mark.parametrize("status", STABLE)
def test_next_step_updates_tags(
    current: list[dict[str, str]] | None, declared: Declaration, patch: Patch, status: str
) -> None:
    step = plan(declared, seen(status, Tags=current))
    assert (update(step) if patch else step) == (patch or Done())


def test_start_with_tags_protects_tags() -> None:
    declared = declaration(properties={"DesiredState": "Running"}, tags={"a": "1"}, purge_tags=False)
    assert update(plan(declared, seen("Created"))) == [
        op("test", "/Tags", TAGS),
        op("replace", "/Tags", tags(team="ml", a="1")),
        op("add", "/DesiredState", "Running"),
    ]


# --- stop and delete ---

PROMOTED = [op("test", "/ModelVariants", VARIANTS), op("replace", "/ModelVariants", [variant("shadow")])]
REMOVED = [op("test", "/ModelVariants", VARIANTS), op("replace", "/ModelVariants", [variant("production")])]


@cases(("retain", "retain", []), ("promote", "promote_shadow", PROMOTED), ("remove", "remove_shadow", REMOVED))
@pytest.mark.parametrize("intent", ["Completed", "Cancelled"])
def test_stop_sends_variants_for_on_stop(on_stop: str, variants: Patch, intent: str) -> None:
    declared = declaration(
        properties={"DesiredState": intent, "StatusReason": "why"}, module_only_options={"on_stop": on_stop}
    )

    assert update(plan(declared, seen("Running"))) == [
        *variants,
        op("add", "/StatusReason", "why"),
        op("add", "/DesiredState", intent),
    ]


@cases(
    ("no variants", seen("Running", ModelVariants=None)),
    ("empty list", seen("Running", ModelVariants=[])),
    ("other names", seen("Running", ModelVariants=[variant("a"), variant("b")])),
    ("no roles", seen("Running", ShadowModeConfig=None)),
)
@pytest.mark.parametrize("present", [True, False], ids=["stop", "delete"])
@pytest.mark.parametrize("on_stop", ["promote_shadow", "remove_shadow"])
def test_next_step_rejects_stop_that_would_remove_both_variants(current: Resource, present: bool, on_stop: str) -> None:
    declared = declaration(
        properties={"DesiredState": "Completed"}, module_only_options={"on_stop": on_stop}, present=present
    )
    assert rejection(plan(declared, current)).startswith(
        f"on_stop: {on_stop} requires both variants of shadow_mode_config"
    )


@pytest.mark.parametrize("status", STABLE)
@cases(
    ("no options", {}, "retain", []),
    ("differences", {"Description": "New", "KmsKey": "other"}, "retain", []),
    ("desired_state Running", {"DesiredState": "Running"}, "retain", []),
    ("cancel first", {"DesiredState": "Cancelled"}, "retain", [op("add", "/DesiredState", "Cancelled")]),
    ("promote first", {}, "promote_shadow", [*PROMOTED, op("add", "/DesiredState", "Completed")]),
    (
        "stop with reason first",
        {"StatusReason": "why"},
        "retain",
        [op("add", "/StatusReason", "why"), op("add", "/DesiredState", "Completed")],
    ),
)
def test_absent_stops_running_experiment_if_declared_and_deletes_others(
    properties: Properties, on_stop: str, patch: Patch, status: str
) -> None:
    declared = declaration(present=False, properties=properties, module_only_options={"on_stop": on_stop})
    step = plan(declared, seen(status))
    if status == "Running" and patch:
        assert update(step) == patch
    else:
        assert step == Delete()


# --- recreate ---

AGAIN = {**CREATABLE, "RoleArn": "arn:aws:iam::123456789012:role/another"}


def recreated(declared: Declaration, current: Resource) -> Declaration:
    step = plan(declared, current)
    assert isinstance(step, Delete), step
    assert step.then
    return step.then


@pytest.mark.parametrize("status", ["Running", "Completed", "Cancelled"])
def test_recreate_creates_declared_values_and_preserves_the_others(status: str) -> None:
    current = seen(status, DataStorageConfig=storage(["text/csv"], []), KmsKey="key")

    then = recreated(declaration(properties=AGAIN, recreate=True), current)

    assert then.properties == {
        **AGAIN,
        "Description": "As it was",
        "KmsKey": "key",
        "DataStorageConfig": {**STORAGE, "ContentType": {"CsvContentTypes": ["text/csv"]}},
    }
    assert not then.recreate
    assert plan(then, None) == Create(properties={**then.properties, "Tags": TAGS})


def test_recreate_preserves_schedule_in_status_created() -> None:
    declared = declaration(properties=AGAIN, recreate=True)
    assert isinstance(plan(declared, seen("Created")), ReadWriteOnly)
    then = recreated(declared, seen("Created", write_only={"Schedule": SCHEDULE, "StatusReason": "earlier"}))
    assert then.properties["Schedule"] == SCHEDULE
    assert "StatusReason" not in then.properties


def test_recreate_merges_schedule_in_status_created() -> None:
    declared = declaration(properties={**AGAIN, "Schedule": {"EndTime": LATER["EndTime"]}}, recreate=True)
    then = recreated(declared, seen("Created", write_only={"Schedule": SCHEDULE}))
    assert then.properties["Schedule"] == LATER


def test_recreate_replaces_lists_and_merges_objects() -> None:
    declared = declaration(
        properties={**AGAIN, "ModelVariants": NEW_VARIANTS, "DataStorageConfig": {"Destination": "s3://new"}},
        recreate=True,
    )
    then = recreated(declared, seen("Running", DataStorageConfig=storage(["text/csv"], ["a/json"])))
    assert then.properties["ModelVariants"] == NEW_VARIANTS
    assert then.properties["DataStorageConfig"] == {**storage(["text/csv"], ["a/json"]), "Destination": "s3://new"}


@cases(("omitted", None, {"team": "ml"}), ("declared", {"a": "1"}, {"a": "1"}), ("empty", {}, {}))
def test_recreate_purges_or_preserves_tags(declared: dict[str, str] | None, expected: dict[str, str]) -> None:
    then = recreated(declaration(properties=AGAIN, recreate=True, tags=declared), seen("Running", Tags=WITH_AWS))
    assert then.tags == expected


def test_recreate_merges_tags_without_purge() -> None:
    declared = declaration(properties=AGAIN, recreate=True, tags={"a": "1"}, purge_tags=False)
    assert recreated(declared, seen("Running", Tags=WITH_AWS)).tags == {"team": "ml", "a": "1"}


def test_recreate_starts_ended_experiment_again() -> None:
    then = recreated(declaration(properties={**CREATABLE, "DesiredState": "Running"}, recreate=True), seen("Completed"))
    assert then.properties["DesiredState"] == "Running"
    assert plan(then, seen("Created")) == Update(
        patch=[op("add", "/DesiredState", "Running")], properties=frozenset({"DesiredState"})
    )


@cases(
    (
        "required options missing",
        {"RoleArn": "other"},
        (
            "would first be deleted by recreate: true. The create requires these options: type,"
            " endpoint_name, model_variants, shadow_mode_config. Omit recreate, or set these options, or"
            " correct the value of name or region."
        ),
    ),
    (
        "desired_state Completed",
        {**AGAIN, "DesiredState": "Completed"},
        (
            "would first be deleted by recreate: true. desired_state: Completed requires an existing inference"
            " experiment. Omit recreate, or omit desired_state, or set desired_state: Running."
        ),
    ),
)
def test_next_step_rejects_recreate(properties: Properties, words: str) -> None:
    assert rejection(plan(declaration(properties=properties, recreate=True), seen("Created"))).endswith(words)


def test_next_step_updates_despite_recreate_if_change_is_allowed() -> None:
    declared = declaration(properties={**CREATABLE, "Description": "New"}, recreate=True)
    assert update(plan(declared, seen("Created"))) == DESCRIBED


# --- resource type without a lifecycle ---

THING = ResourceType(
    type_name="Test::Test::Thing",
    noun="thing",
    result_name="thing",
    identifier="name",
    options={
        "name": {"type": "str"},
        "kind": {"type": "str"},
        "tags": {"type": "dict"},
        "settings": {"type": "dict", "options": {"a": {"type": "int"}, "b": {"type": "int"}}},
    },
    read_only={"arn": {"type": "str"}},
    tags="Tags",
    create_only=frozenset({"Name", "Kind"}),
    required_to_create=("Kind",),
)
EXISTING = Resource({"Name": "test", "Kind": "small", "Settings": {"A": 1, "B": 2}, "Arn": "arn"})


@cases(
    ("create without required option", declaration(), None, "kind"),
    ("create", declaration(properties={"Kind": "x"}), None, Create(properties={"Name": "test", "Kind": "x"})),
    ("equal", declaration(properties={"Kind": "small", "Settings": {"B": 2}}), EXISTING, Done()),
    (
        "member changed",
        declaration(properties={"Settings": {"B": 3}}),
        EXISTING,
        Update(patch=[op("replace", "/Settings/B", 3)], properties=frozenset({"Settings"})),
    ),
    (
        "create-only property",
        declaration(properties={"Kind": "large"}),
        EXISTING,
        (
            'kind is "small", not "large" (can be set only on create). Omit kind or set the current'
            " value, or set recreate: true, which deletes the resource and creates it again."
        ),
    ),
    (
        "recreate",
        declaration(properties={"Kind": "large"}, recreate=True),
        EXISTING,
        Delete(
            then=declaration(
                properties={"Name": "test", "Kind": "large", "Settings": {"A": 1, "B": 2}}, tags={}, recreate=False
            ),
            create=Create(properties={"Name": "test", "Kind": "large", "Settings": {"A": 1, "B": 2}}),
            properties_that_differ=frozenset({"Kind"}),
        ),
    ),
    ("delete", declaration(present=False), EXISTING, Delete()),
    ("absent", declaration(present=False), None, Done()),
)
def test_next_step_without_lifecycle(declared: Declaration, current: Resource | None, expected: Step | str) -> None:
    step = next_step(THING, declared, current)
    if isinstance(expected, str):
        assert expected in rejection(step)
    else:
        assert step == expected
