# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""next_step(): the step for each status and declaration, with its patch or its message."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import (
    Declaration,
    Properties,
    Resource,
    ResourceType,
)
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
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
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


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        pytest.param(declaration(properties=CREATABLE), CREATABLE, id="required options only"),
        pytest.param(
            declaration(properties={**CREATABLE, "DesiredState": "Running"}),
            CREATABLE,
            id="intent left to a later step",
        ),
        pytest.param(
            declaration(properties={**CREATABLE, "Schedule": SCHEDULE, "Description": "d"}),
            {**CREATABLE, "Schedule": SCHEDULE, "Description": "d"},
            id="schedule and description",
        ),
        pytest.param(
            declaration(properties=CREATABLE, tags={"b": "1", "a": ""}),
            {**CREATABLE, "Tags": [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]},
            id="tags",
        ),
        pytest.param(declaration(properties=CREATABLE, tags={}), CREATABLE, id="empty tags"),
        pytest.param(declaration(properties=CREATABLE, recreate=True), CREATABLE, id="recreate"),
    ],
)
def test_next_step_creates_missing_experiment_with_declared_properties(declared: Declaration, sent: Properties) -> None:
    assert plan(declared, None) == Create(properties=sent)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        pytest.param(
            {},
            "The inference experiment does not exist. The create requires these options: type, role_arn, endpoint_name,"
            " model_variants, shadow_mode_config. Set these options, or correct the value of name or region.",
            id="name only",
        ),
        pytest.param(
            {n: v for n, v in CREATABLE.items() if n != "RoleArn"},
            "The inference experiment does not exist. The create requires these options: role_arn. Set these options,"
            " or correct the value of name or region.",
            id="one required option missing",
        ),
        *(
            pytest.param(
                {**CREATABLE, "DesiredState": intent},
                f"The inference experiment does not exist. desired_state: {intent} requires an existing inference"
                " experiment. Omit desired_state, or set desired_state: Running.",
                id=f"desired_state {intent}",
            )
            for intent in ("Completed", "Cancelled")
        ),
        pytest.param(
            {**CREATABLE, "ShadowModeConfig": shadow_mode(shadow="x")},
            "shadow_mode_config must name the two variants of model_variants (production, shadow), got"
            " production and x. Correct these options.",
            id="conflicting options",
        ),
    ],
)
def test_next_step_rejects_create(properties: Properties, words: str) -> None:
    assert rejection(plan(declaration(properties=properties), None)) == words


# --- transitional statuses ---


@pytest.mark.parametrize("status", TRANSITIONAL)
@pytest.mark.parametrize(
    "declared",
    [
        pytest.param(declaration(), id="no options"),
        pytest.param(declaration(properties={"Description": "new", "DesiredState": "Running"}), id="changed options"),
        pytest.param(declaration(properties={"Schedule": SCHEDULE}), id="schedule"),
        pytest.param(declaration(properties={"KmsKey": "other"}, recreate=True), id="recreate"),
        pytest.param(declaration(present=False), id="absent"),
    ],
)
def test_next_step_waits_in_transitional_status(status: str, declared: Declaration) -> None:
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


@pytest.mark.parametrize(
    ("status", "declared", "patch"), [pytest.param(s, d, p, id=f"{s}: {c}") for s, c, d, p in UPDATES]
)
def test_next_step_updates_with_patch(status: str, declared: Declaration, patch: Patch) -> None:
    step = plan(declared, seen(status))

    assert update(step) == patch
    # An independent implementation of JSON Patch applies it.
    jsonpatch.apply_patch(experiment(status), patch)


@pytest.mark.parametrize(
    ("declared", "properties"),
    [
        pytest.param(DESCRIBE, {"Description"}, id="change"),
        pytest.param(START, {"DesiredState"}, id="start"),
        pytest.param(START._replace(tags={"a": "b"}), {"DesiredState", "Tags"}, id="start and tags"),
        pytest.param(
            declaration(properties={"DesiredState": "Running", "Description": "New"}),
            {"Description"},
            id="change before start",
        ),
    ],
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
            (
                status,
                "start",
                START,
                [f"desired_state: Running cannot be reached from status {status}. {ENDED}"],
                True,
            ),
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
                [
                    "shadow_mode_config.shadow_model_variants[shadow].sampling_percentage is 10, not 50",
                    ENDED,
                ],
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
            (
                "role_arn",
                "RoleArn",
                ["(can be set only on create).", "Omit role_arn or set the current value."],
            ),
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
            [
                f'{option} is {shown} "other" (can be set only on create).',
                f"Omit {option} or set the current value",
            ],
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


@pytest.mark.parametrize(
    ("status", "declared", "words", "offered"),
    [pytest.param(s, d, ws, o, id=f"{s}: {c}") for s, c, d, ws, o in REJECTIONS],
)
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


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param(
            declaration(properties={"ShadowModeConfig": shadow_mode(shadow="x")}),
            Reject(
                "shadow_mode_config must name the two variants of model_variants (production, shadow), got production"
                f" and x. {CONFLICT}",
                hint="In the same task, also set the omitted options that conflict.",
            ),
            id="roles for current variants",
        ),
        pytest.param(
            declaration(tags={str(number): "" for number in range(50)}, purge_tags=False),
            Reject(
                f"tags: 51 tags including the existing ones, the maximum is 50. {CONFLICT}",
                hint="Set fewer tags, or purge_tags: true.",
            ),
            id="too many tags with current tags",
        ),
    ],
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
@pytest.mark.parametrize("declared", [pytest.param(declared, id=case) for case, declared in UNCHANGED])
def test_next_step_is_done_if_nothing_differs(status: str, declared: Declaration) -> None:
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


@pytest.mark.parametrize(
    ("status", "properties", "read"),
    [
        pytest.param("Created", {"Schedule": SCHEDULE}, True, id="Created: schedule"),
        pytest.param("Running", {"Schedule": SCHEDULE}, True, id="Running: schedule"),
        pytest.param("Created", {"Schedule": {"StartTime": SCHEDULE["StartTime"]}}, True, id="Created: start time"),
        pytest.param("Running", {"Schedule": {"EndTime": SCHEDULE["EndTime"]}}, True, id="Running: end time"),
        pytest.param("Running", {"Schedule": {"StartTime": SCHEDULE["StartTime"]}}, False, id="Running: start time"),
        pytest.param("Completed", {"Schedule": SCHEDULE}, False, id="Completed: schedule"),
        pytest.param("Cancelled", {"Schedule": SCHEDULE}, False, id="Cancelled: schedule"),
        pytest.param("Created", {"Description": "As it was"}, False, id="Created: no schedule"),
        pytest.param("Running", {"DesiredState": "Running"}, False, id="Running: no schedule"),
    ],
)
def test_next_step_reads_write_only_properties_only_if_compared(
    status: str, properties: Properties, read: bool
) -> None:
    step = plan(declaration(properties=properties), seen(status))

    assert isinstance(step, ReadWriteOnly if read else Done)


@pytest.mark.parametrize(
    ("status", "declared", "patch"),
    [
        pytest.param("Created", SCHEDULE, None, id="Created: equal"),
        pytest.param(
            "Created",
            {"StartTime": "2026-02-01T10:00:00+01:00", "EndTime": "2026-02-08T09:00:00.9+00:00"},
            None,
            id="Created: equivalent",
        ),
        pytest.param("Created", {"EndTime": SCHEDULE["EndTime"]}, None, id="Created: equal end time"),
        pytest.param(
            "Created",
            {"EndTime": LATER["EndTime"]},
            [op("add", "/Schedule", LATER)],
            id="Created: end time, sent with current start time",
        ),
        pytest.param("Running", SCHEDULE, None, id="Running: equal"),
        pytest.param(
            "Running",
            {"StartTime": "2026-01-31T09:00:00Z", "EndTime": SCHEDULE["EndTime"]},
            None,
            id="Running: start time, not compared",
        ),
        pytest.param(
            "Running",
            LATER,
            [op("add", "/Schedule", {"EndTime": LATER["EndTime"]})],
            id="Running: end time, sent alone",
        ),
    ],
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


@pytest.mark.parametrize(
    ("current", "declared", "patch"),
    [
        pytest.param(
            storage([], []),
            DESCRIBE,
            [
                *DESCRIBED,
                op("remove", "/DataStorageConfig/ContentType/CsvContentTypes"),
                op("remove", "/DataStorageConfig/ContentType/JsonContentTypes"),
            ],
            id="both empty",
        ),
        pytest.param(
            storage(["text/csv"], []),
            DESCRIBE,
            [*DESCRIBED, op("remove", "/DataStorageConfig/ContentType/JsonContentTypes")],
            id="one empty",
        ),
        pytest.param(storage(["text/csv"], ["a/json"]), DESCRIBE, DESCRIBED, id="none empty"),
        pytest.param(
            storage([], []),
            declaration(properties={"DataStorageConfig": {"ContentType": {"CsvContentTypes": ["text/csv"]}}}),
            [
                op("replace", "/DataStorageConfig/ContentType/CsvContentTypes", ["text/csv"]),
                op("remove", "/DataStorageConfig/ContentType/JsonContentTypes"),
            ],
            id="one declared",
        ),
        pytest.param(storage([], []), declaration(properties={"DataStorageConfig": STORAGE}), [], id="no other change"),
    ],
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


@pytest.mark.parametrize(
    ("current", "declared", "patch"),
    [
        pytest.param(OWN, declaration(tags={"team": "ops"}), TAGGED, id="changed value"),
        pytest.param(OWN, declaration(tags={}), [op("replace", "/Tags", [])], id="all purged"),
        pytest.param(None, declaration(tags={"a": "1"}), [op("add", "/Tags", tags(a="1"))], id="first tag"),
        pytest.param(
            OWN,
            declaration(tags={"a": "1"}, purge_tags=False),
            [op("test", "/Tags", OWN), op("replace", "/Tags", tags(team="ml", a="1"))],
            id="added without purge",
        ),
        pytest.param(
            WITH_AWS,
            declaration(tags={"a": "1"}),
            [op("test", "/Tags", WITH_AWS), op("replace", "/Tags", tags(aws_stack="s", a="1"))],
            id="purged except tags of AWS",
        ),
        pytest.param(
            WITH_AWS,
            declaration(tags={}),
            [op("test", "/Tags", WITH_AWS), op("replace", "/Tags", tags(aws_stack="s"))],
            id="all purged except tags of AWS",
        ),
        pytest.param(
            [],
            declaration(tags={"a": "1"}, purge_tags=False),
            [op("test", "/Tags", []), op("replace", "/Tags", tags(a="1"))],
            id="first tag without purge",
        ),
        pytest.param(WITH_AWS, declaration(tags={"team": "ml"}), [], id="tags of AWS"),
        pytest.param(tags(b="2", a="1"), declaration(tags={"a": "1", "b": "2"}), [], id="order"),
        pytest.param([], declaration(tags={}), [], id="empty"),
        pytest.param(None, declaration(tags={}), [], id="empty, none read"),
        pytest.param(OWN, declaration(tags=None, properties={"Description": "As it was"}), [], id="omitted"),
    ],
)
@pytest.mark.parametrize("status", STABLE)
def test_next_step_updates_tags(
    status: str, current: list[dict[str, str]] | None, declared: Declaration, patch: Patch
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


@pytest.mark.parametrize(
    ("on_stop", "variants"),
    [
        pytest.param("retain", [], id="retain"),
        pytest.param("promote_shadow", PROMOTED, id="promote"),
        pytest.param("remove_shadow", REMOVED, id="remove"),
    ],
)
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


@pytest.mark.parametrize(
    "current",
    [
        pytest.param(seen("Running", ModelVariants=None), id="no variants"),
        pytest.param(seen("Running", ModelVariants=[]), id="empty list"),
        pytest.param(seen("Running", ModelVariants=[variant("a"), variant("b")]), id="other names"),
        pytest.param(seen("Running", ShadowModeConfig=None), id="no roles"),
    ],
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
@pytest.mark.parametrize(
    ("properties", "on_stop", "patch"),
    [
        pytest.param({}, "retain", [], id="no options"),
        pytest.param({"Description": "New", "KmsKey": "other"}, "retain", [], id="differences"),
        pytest.param({"DesiredState": "Running"}, "retain", [], id="desired_state Running"),
        pytest.param(
            {"DesiredState": "Cancelled"}, "retain", [op("add", "/DesiredState", "Cancelled")], id="cancel first"
        ),
        pytest.param({}, "promote_shadow", [*PROMOTED, op("add", "/DesiredState", "Completed")], id="promote first"),
        pytest.param(
            {"StatusReason": "why"},
            "retain",
            [op("add", "/StatusReason", "why"), op("add", "/DesiredState", "Completed")],
            id="stop with reason first",
        ),
    ],
)
def test_absent_stops_running_experiment_if_declared_and_deletes_others(
    status: str, properties: Properties, on_stop: str, patch: Patch
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
        properties={
            **AGAIN,
            "ModelVariants": NEW_VARIANTS,
            "DataStorageConfig": {"Destination": "s3://new"},
        },
        recreate=True,
    )

    then = recreated(declared, seen("Running", DataStorageConfig=storage(["text/csv"], ["a/json"])))

    assert then.properties["ModelVariants"] == NEW_VARIANTS
    assert then.properties["DataStorageConfig"] == {**storage(["text/csv"], ["a/json"]), "Destination": "s3://new"}


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        pytest.param(None, {"team": "ml"}, id="omitted"),
        pytest.param({"a": "1"}, {"a": "1"}, id="declared"),
        pytest.param({}, {}, id="empty"),
    ],
)
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


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        pytest.param(
            {"RoleArn": "other"},
            "would first be deleted by recreate: true. The create requires these options: type,"
            " endpoint_name, model_variants, shadow_mode_config. Omit recreate, or set these options, or"
            " correct the value of name or region.",
            id="required options missing",
        ),
        pytest.param(
            {**AGAIN, "DesiredState": "Completed"},
            "would first be deleted by recreate: true. desired_state: Completed requires an existing inference"
            " experiment. Omit recreate, or omit desired_state, or set desired_state: Running.",
            id="desired_state Completed",
        ),
    ],
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


@pytest.mark.parametrize(
    ("declared", "current", "expected"),
    [
        pytest.param(declaration(), None, "kind", id="create without required option"),
        pytest.param(
            declaration(properties={"Kind": "x"}), None, Create(properties={"Name": "test", "Kind": "x"}), id="create"
        ),
        pytest.param(declaration(properties={"Kind": "small", "Settings": {"B": 2}}), EXISTING, Done(), id="equal"),
        pytest.param(
            declaration(properties={"Settings": {"B": 3}}),
            EXISTING,
            Update(patch=[op("replace", "/Settings/B", 3)], properties=frozenset({"Settings"})),
            id="member changed",
        ),
        pytest.param(
            declaration(properties={"Kind": "large"}),
            EXISTING,
            'kind is "small", not "large" (can be set only on create). Omit kind or set the current'
            " value, or set recreate: true, which deletes the resource and creates it again.",
            id="create-only property",
        ),
        pytest.param(
            declaration(properties={"Kind": "large"}, recreate=True),
            EXISTING,
            Delete(
                then=declaration(
                    properties={"Name": "test", "Kind": "large", "Settings": {"A": 1, "B": 2}}, tags={}, recreate=False
                ),
                create=Create(properties={"Name": "test", "Kind": "large", "Settings": {"A": 1, "B": 2}}),
                properties_that_differ=frozenset({"Kind"}),
            ),
            id="recreate",
        ),
        pytest.param(declaration(present=False), EXISTING, Delete(), id="delete"),
        pytest.param(declaration(present=False), None, Done(), id="absent"),
    ],
)
def test_next_step_without_lifecycle(declared: Declaration, current: Resource | None, expected: Step | str) -> None:
    step = next_step(THING, declared, current)

    if isinstance(expected, str):
        assert expected in rejection(step)
    else:
        assert step == expected
