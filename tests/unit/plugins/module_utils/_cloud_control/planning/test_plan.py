# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The next step, for each status and each declaration: the patch it sends, or the words it refuses with."""

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
    STATUSES,
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
SETTLED = ("Created", "Running", "Completed", "Cancelled")
TRANSIT = ("Creating", "Updating", "Starting", "Stopping")
NEW_VARIANTS = [variant("production", count=2), variant("shadow")]
STORAGE = {"Destination": "s3://bucket/captured"}
LATER = {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-10T09:00:00Z"}


def step(declared: Declaration, there: Resource | None) -> Step:
    """The next step for an inference experiment; neither the declaration nor what is there may be changed by asking."""
    before = copy.deepcopy((declared, there))
    taken = next_step(INFERENCE_EXPERIMENT, declared, there)
    assert (declared, there) == before
    return taken


def op(name: str, path: str, *value: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **({"value": value[0]} if value else {})}


def refusal(taken: Step) -> str:
    assert isinstance(taken, Reject), taken
    return f"{taken.reason} {taken.hint}".strip()


def update(taken: Step) -> Patch:
    assert isinstance(taken, Update), taken
    assert taken.patch
    return taken.patch


# --- nothing there ---


def test_absent_and_not_there_is_done() -> None:
    assert step(declaration(present=False, properties={"DesiredState": "Completed"}), None) == Done()


@pytest.mark.parametrize(
    ("declared", "sent"),
    [
        pytest.param(declaration(properties=CREATABLE), CREATABLE, id="the least that it takes"),
        pytest.param(
            declaration(properties={**CREATABLE, "DesiredState": "Running"}),
            CREATABLE,
            id="an intent is for a later step",
        ),
        pytest.param(
            declaration(properties={**CREATABLE, "Schedule": SCHEDULE, "Description": "d"}),
            {**CREATABLE, "Schedule": SCHEDULE, "Description": "d"},
            id="with a schedule and a description",
        ),
        pytest.param(
            declaration(properties=CREATABLE, tags={"b": "1", "a": ""}),
            {**CREATABLE, "Tags": [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": ""}]},
            id="with tags",
        ),
        pytest.param(declaration(properties=CREATABLE, tags={}), CREATABLE, id="no tags declared: none sent"),
        pytest.param(declaration(properties=CREATABLE, recreate=True), CREATABLE, id="recreate makes no difference"),
    ],
)
def test_create(declared: Declaration, sent: Properties) -> None:
    assert step(declared, None) == Create(properties=sent)


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        pytest.param(
            {},
            "The inference experiment does not exist. The create requires these options: type, role_arn, endpoint_name,"
            " model_variants, shadow_mode_config. Set these options, or correct name or region.",
            id="nothing but a name: all that is missing, in one message",
        ),
        pytest.param(
            {n: v for n, v in CREATABLE.items() if n != "RoleArn"},
            "The inference experiment does not exist. The create requires these options: role_arn. Set these options,"
            " or correct name or region.",
            id="one option missing",
        ),
        *(
            pytest.param(
                {**CREATABLE, "DesiredState": intent},
                f"The inference experiment does not exist. desired_state: {intent} requires an existing inference"
                " experiment. Omit desired_state, or set desired_state: Running.",
                id=f"{intent} of what does not exist",
            )
            for intent in ("Completed", "Cancelled")
        ),
        pytest.param(
            {**CREATABLE, "ShadowModeConfig": shadow_mode(shadow="x")},
            "shadow_mode_config must name the two variants of model_variants (production, shadow), got"
            " production and x. Correct these options.",
            id="what is wrong between properties",
        ),
    ],
)
def test_refused_create(properties: Properties, words: str) -> None:
    assert refusal(step(declaration(properties=properties), None)) == words


# --- in transit ---


@pytest.mark.parametrize("status", TRANSIT)
@pytest.mark.parametrize(
    "declared",
    [
        pytest.param(declaration(), id="nothing declared"),
        pytest.param(declaration(properties={"Description": "new", "DesiredState": "Running"}), id="changes"),
        pytest.param(declaration(properties={"Schedule": SCHEDULE}), id="a schedule"),
        pytest.param(declaration(properties={"KmsKey": "other"}, recreate=True), id="recreate"),
        pytest.param(declaration(present=False), id="absent"),
    ],
)
def test_a_transit_is_waited_out_before_anything_else(status: str, declared: Declaration) -> None:
    assert step(declared, seen(status)) == Wait(current=seen(status))


# --- each status and each declaration ---

DESCRIBE = declaration(properties={"Description": "New"})
DESCRIBED = [op("replace", "/Description", "New")]
SAMPLE = declaration(properties={"ShadowModeConfig": shadow_mode(50)})
SAMPLED = [op("replace", "/ShadowModeConfig/ShadowModelVariants", shadow_mode(50)["ShadowModelVariants"])]
REVARIANT = declaration(properties={"ModelVariants": NEW_VARIANTS})
STORE = declaration(properties={"DataStorageConfig": STORAGE})
TAG = declaration(tags={"team": "ops"})
TAGGED = [op("replace", "/Tags", [{"Key": "team", "Value": "ops"}])]
START = declaration(properties={"DesiredState": "Running"})
STOP = declaration(properties={"DesiredState": "Completed"})
CANCEL = declaration(properties={"DesiredState": "Cancelled"})

UPDATES: list[tuple[str, str, Declaration, Patch]] = [
    # status, what is asked, declaration, patch
    ("Created", "a description", DESCRIBE, DESCRIBED),
    ("Created", "a sampling", SAMPLE, SAMPLED),
    ("Created", "variants", REVARIANT, [op("replace", "/ModelVariants", NEW_VARIANTS)]),
    ("Created", "a storage", STORE, [op("add", "/DataStorageConfig", STORAGE)]),
    ("Created", "tags", TAG, TAGGED),
    ("Created", "to start", START, [op("add", "/DesiredState", "Running")]),
    (
        "Created",
        "to start, with tags, which the handler heeds in the same patch",
        START._replace(tags={"team": "ops"}),
        [*TAGGED, op("add", "/DesiredState", "Running")],
    ),
    (
        "Created",
        "to start, with a description, which the handler would drop: it goes first and alone",
        declaration(properties={"DesiredState": "Running", "Description": "New"}),
        DESCRIBED,
    ),
    (
        "Created",
        "to start, with a description and tags: both go first",
        declaration(properties={"DesiredState": "Running", "Description": "New"}, tags={"team": "ops"}),
        [*DESCRIBED, *TAGGED],
    ),
    ("Running", "a description", DESCRIBE, DESCRIBED),
    ("Running", "a sampling", SAMPLE, SAMPLED),
    ("Running", "tags", TAG, TAGGED),
    (
        "Running",
        "to run, and a description",
        declaration(properties={"DesiredState": "Running", "Description": "New"}),
        DESCRIBED,
    ),
    ("Running", "to complete", STOP, [op("add", "/DesiredState", "Completed")]),
    ("Running", "to cancel", CANCEL, [op("add", "/DesiredState", "Cancelled")]),
    (
        "Running",
        "to cancel, with a reason",
        declaration(properties={"DesiredState": "Cancelled", "StatusReason": "why"}),
        [op("add", "/StatusReason", "why"), op("add", "/DesiredState", "Cancelled")],
    ),
    (
        "Running",
        "to complete, with tags",
        STOP._replace(tags={"team": "ops"}),
        [*TAGGED, op("add", "/DesiredState", "Completed")],
    ),
    (
        "Running",
        "to complete, with a sampling, which the handler would drop: it goes first and alone",
        declaration(
            properties={"DesiredState": "Completed", "ShadowModeConfig": shadow_mode(50), "StatusReason": "why"}
        ),
        SAMPLED,
    ),
    ("Completed", "tags", TAG, TAGGED),
    ("Cancelled", "tags", TAG, TAGGED),
]


@pytest.mark.parametrize(
    ("status", "declared", "patch"), [pytest.param(s, d, p, id=f"{s}, asked for {w}") for s, w, d, p in UPDATES]
)
def test_update(status: str, declared: Declaration, patch: Patch) -> None:
    taken = step(declared, seen(status))

    assert update(taken) == patch
    # The library, which nobody here wrote, agrees that the patch fits what was read.
    jsonpatch.apply_patch(experiment(status), patch)


@pytest.mark.parametrize(
    ("declared", "properties"),
    [
        pytest.param(DESCRIBE, {"Description"}, id="a change: its property"),
        pytest.param(START, {"DesiredState"}, id="a start: the intent"),
        pytest.param(START._replace(tags={"a": "b"}), {"DesiredState", "Tags"}, id="a start with tags: both"),
        pytest.param(
            declaration(properties={"DesiredState": "Running", "Description": "New"}),
            {"Description"},
            id="a change before a start: the start is still to come",
        ),
    ],
)
def test_an_update_names_what_must_not_turn_up_again(declared: Declaration, properties: set[str]) -> None:
    taken = step(declared, seen("Created"))

    assert isinstance(taken, Update)
    assert taken.properties == properties


def test_a_stop_with_its_variants_does_not_name_them_as_a_change() -> None:
    """After a stop the experiment still lists both variants: that must not count as not applied."""
    declared = declaration(properties={"DesiredState": "Completed"}, module_only_options={"on_stop": "promote_shadow"})
    taken = step(declared, seen("Running"))

    assert isinstance(taken, Update)
    assert taken.properties == {"DesiredState"}


NEVER_STARTED = (
    "The experiment has not started: it can be changed, started (desired_state: Running) or deleted (state: absent)"
)
RUNS = "While Running, only description, sampling_percentage, schedule.end_time and tags can change."
ENDED = "The experiment has ended: only tags can change, and it cannot be started again."
EXCHANGED = shadow_mode(source="shadow", shadow="production")
COUNT = "infrastructure_config.real_time_inference_config.instance_count"
SHADOW_NAME = "shadow_mode_config.shadow_model_variants[*].shadow_model_variant_name"
OTHER_MODELS = [variant("production"), variant("shadow", model="better")]

REFUSALS: list[tuple[str, str, Declaration, list[str], bool]] = [
    # status, what is asked, declaration, words of the rejection, whether recreate: true is offered
    (
        "Created",
        "to complete",
        STOP,
        ["desired_state: Completed cannot be reached from status Created.", NEVER_STARTED],
        False,
    ),
    (
        "Created",
        "to cancel",
        CANCEL,
        ["desired_state: Cancelled cannot be reached from status Created.", NEVER_STARTED],
        False,
    ),
    (
        "Running",
        "another instance count",
        REVARIANT,
        [f"model_variants[production].{COUNT} is 1, not 2 (cannot change in status Running). {RUNS}"],
        False,
    ),
    (
        "Running",
        "another model",
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
        "variants of other names",
        declaration(properties={"ModelVariants": [variant("production"), variant("canary")]}),
        ['model_variants[*].variant_name is ["production", "shadow"], not ["production", "canary"] ('],
        True,
    ),
    (
        "Running",
        "production and shadow exchanged",
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
        "production and shadow exchanged, and another percentage",
        declaration(properties={"ShadowModeConfig": {**EXCHANGED, "SourceModelVariantName": "production"}}),
        [f'{SHADOW_NAME} is ["shadow"], not ["production"] ('],
        True,
    ),
    (
        "Running",
        "a storage",
        STORE,
        [f'data_storage_config.destination is not set, but the task sets "{STORAGE["Destination"]}" (cannot', RUNS],
        True,
    ),
    (
        "Running",
        "variants and a storage at once",
        declaration(properties={"ModelVariants": NEW_VARIANTS, "DataStorageConfig": STORAGE}),
        [
            f"model_variants[production].{COUNT} is 1, not 2; data_storage_config.destination is not set",
            RUNS,
        ],
        True,
    ),
    (
        "Running",
        "to complete, with variants that differ",
        declaration(properties={"DesiredState": "Completed", "ModelVariants": NEW_VARIANTS}),
        [f"model_variants[production].{COUNT} is 1, not 2 (cannot change in status Running). {RUNS}"],
        False,
    ),
    (
        "Completed",
        "to cancel",
        CANCEL,
        [f"desired_state: Cancelled cannot be reached from status Completed. {ENDED} Omit desired_state."],
        False,
    ),
    ("Cancelled", "to complete", STOP, ["desired_state: Completed cannot be reached from status Canc", ENDED], False),
    *(
        row
        for status in ("Completed", "Cancelled")
        for row in (
            (
                status,
                "to start",
                START,
                [f"desired_state: Running cannot be reached from status {status}. {ENDED}"],
                True,
            ),
            (
                status,
                "a description",
                DESCRIBE,
                [f'description is "As it was", not "New" (cannot change in status {status}). {ENDED}'],
                True,
            ),
            (
                status,
                "a sampling",
                SAMPLE,
                [
                    "shadow_mode_config.shadow_model_variants[shadow].sampling_percentage is 10, not 50",
                    ENDED,
                ],
                True,
            ),
            (status, "another instance count", REVARIANT, [f"{COUNT} is 1, not 2 (", ENDED], False),
            (status, "a storage", STORE, ["data_storage_config.destination is not set, but", ENDED], True),
        )
    ),
    *(
        (
            status,
            f"{asked}, and an end that is met",
            declaration(properties={"DesiredState": status, name: "New"}),
            words,
            False,
        )
        for status in ("Completed", "Cancelled")
        for asked, name, words in (
            (
                "another role_arn",
                "RoleArn",
                ["(can be set only on create).", "Omit role_arn or set the current value."],
            ),
            ("a description", "Description", [ENDED, "Omit description or set the current value."]),
        )
    ),
    (
        "Running",
        "another role_arn, and to complete",
        declaration(properties={"DesiredState": "Completed", "RoleArn": "other"}),
        ["role_arn is", "Omit role_arn or set the current value."],
        False,
    ),
    *(
        (
            status,
            f"another {option}",
            declaration(properties={name: "other"}),
            [
                f'{option} is {shown} "other" (can be set only on create).',
                f"Omit {option} or set the current value",
            ],
            True,
        )
        for status in SETTLED
        for option, name, shown in (
            ("role_arn", "RoleArn", f'"{CREATABLE["RoleArn"]}", not'),
            ("endpoint_name", "EndpointName", '"endpoint", not'),
            ("kms_key", "KmsKey", "not set, but the task sets"),
        )
    ),
    (
        "Completed",
        "all at once",
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
    [pytest.param(s, d, ws, o, id=f"{s}, asked for {w}") for s, w, d, ws, o in REFUSALS],
)
def test_next_step_rejects_change_not_allowed_in_status(
    status: str, declared: Declaration, words: list[str], offered: bool
) -> None:
    taken = step(declared, seen(status))

    message = refusal(taken)
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
def test_next_step_states_consequence_of_recreate(status: str, consequence: str) -> None:
    message = refusal(step(declaration(properties={"RoleArn": "other"}), seen(status)))

    assert message.endswith(f"Omit role_arn or set the current value, or set recreate: true, {consequence}")


def test_a_change_only_a_creation_can_make_is_not_blamed_on_the_status() -> None:
    assert "While Running" not in refusal(step(declaration(properties={"KmsKey": "other"}), seen("Running")))


def test_a_refusal_comes_before_what_could_be_written_first() -> None:
    declared = declaration(properties={"Description": "New", "DesiredState": "Completed"})

    assert "desired_state: Completed" in refusal(step(declared, seen("Created")))


def test_a_status_that_nobody_knows_allows_nothing_and_says_so() -> None:
    message = refusal(step(DESCRIBE, seen("Paused")))

    assert 'description is "As it was", not "New" (cannot change in status Paused).' in message
    assert "does not support the status 'Paused'" in message
    assert step(declaration(), seen("Paused")) == Done()
    assert step(declaration(present=False), seen("Paused")) == Delete()


def test_what_a_change_makes_of_the_whole_is_checked_before_it_is_sent() -> None:
    """The task gives the roles only; the variants that they must match are the ones read."""
    declared = declaration(properties={"ShadowModeConfig": shadow_mode(shadow="x")})

    message = refusal(step(declared, seen("Created")))

    assert "must name the two variants of model_variants (production, shadow), got production and x" in message
    assert "The options set by the task conflict with the current values of the inference experiment." in message


AS_IT_IS: list[tuple[str, Declaration]] = [
    ("nothing but the name", declaration()),
    ("all that it was created with", declaration(properties=CREATABLE, tags={"team": "ml"})),
    ("the variants in another order", declaration(properties={"ModelVariants": VARIANTS[::-1]})),
    ("the roles in part", declaration(properties={"ShadowModeConfig": {"SourceModelVariantName": "production"}})),
    ("fewer tags, none purged", declaration(tags={}, purge_tags=False)),
    ("no tags mentioned", declaration(tags=None)),
    ("recreate, and nothing to do", declaration(properties=CREATABLE, recreate=True)),
]


@pytest.mark.parametrize("status", SETTLED)
@pytest.mark.parametrize("declared", [pytest.param(declared, id=words) for words, declared in AS_IT_IS])
def test_done(status: str, declared: Declaration) -> None:
    assert step(declared, seen(status)) == Done()


@pytest.mark.parametrize("status", ["Running", "Completed", "Cancelled"])
def test_an_intent_that_is_met_is_done(status: str) -> None:
    words = {} if status == "Running" else {"StatusReason": "why"}
    declared = declaration(
        properties={"DesiredState": status, **words}, module_only_options={"on_stop": "promote_shadow"}
    )

    assert step(declared, seen(status)) == Done()


@pytest.mark.parametrize("status", ["Completed", "Cancelled"])
def test_variants_are_not_compared_once_the_stop_is_reached(status: str) -> None:
    declared = declaration(
        properties={"DesiredState": status, "ModelVariants": NEW_VARIANTS, "Description": "As it was"}
    )

    assert step(declared, seen(status)) == Done()


def test_variants_are_compared_while_it_runs_as_asked() -> None:
    declared = declaration(properties={"DesiredState": "Running", "ModelVariants": NEW_VARIANTS})

    assert "model_variants" in refusal(step(declared, seen("Running")))


# --- write-only properties ---


@pytest.mark.parametrize(
    ("status", "properties", "asked"),
    [
        pytest.param("Created", {"Schedule": SCHEDULE}, True, id="a schedule, Created"),
        pytest.param("Running", {"Schedule": SCHEDULE}, True, id="a schedule, Running"),
        pytest.param("Created", {"Schedule": {"StartTime": SCHEDULE["StartTime"]}}, True, id="a start, Created"),
        pytest.param("Running", {"Schedule": {"EndTime": SCHEDULE["EndTime"]}}, True, id="an end, Running"),
        pytest.param("Running", {"Schedule": {"StartTime": SCHEDULE["StartTime"]}}, False, id="a start, Running"),
        pytest.param("Completed", {"Schedule": SCHEDULE}, False, id="a schedule, Completed"),
        pytest.param("Cancelled", {"Schedule": SCHEDULE}, False, id="a schedule, Cancelled"),
        pytest.param("Created", {"Description": "As it was"}, False, id="no schedule, Created"),
        pytest.param("Running", {"DesiredState": "Running"}, False, id="no schedule, Running"),
    ],
)
def test_the_service_is_asked_only_for_what_is_compared(status: str, properties: Properties, asked: bool) -> None:
    taken = step(declaration(properties=properties), seen(status))

    assert isinstance(taken, ReadWriteOnly if asked else Done)


@pytest.mark.parametrize(
    ("status", "declared", "patch"),
    [
        pytest.param("Created", SCHEDULE, None, id="Created, the same"),
        pytest.param(
            "Created",
            {"StartTime": "2026-02-01T10:00:00+01:00", "EndTime": "2026-02-08T09:00:00.9+00:00"},
            None,
            id="Created, the same in other words",
        ),
        pytest.param("Created", {"EndTime": SCHEDULE["EndTime"]}, None, id="Created, the same end"),
        pytest.param(
            "Created",
            {"EndTime": LATER["EndTime"]},
            [op("add", "/Schedule", LATER)],
            id="Created, another end: sent with the start that is left as it is",
        ),
        pytest.param("Running", SCHEDULE, None, id="Running, the same"),
        pytest.param(
            "Running",
            {"StartTime": "2026-01-31T09:00:00Z", "EndTime": SCHEDULE["EndTime"]},
            None,
            id="Running, another start: long past, and not compared",
        ),
        pytest.param(
            "Running",
            LATER,
            [op("add", "/Schedule", {"EndTime": LATER["EndTime"]})],
            id="Running, another end: sent without the start, which would be refused",
        ),
    ],
)
def test_the_schedule(status: str, declared: Properties, patch: Patch | None) -> None:
    taken = step(declaration(properties={"Schedule": declared}), seen(status, write_only={"Schedule": SCHEDULE}))

    assert taken == Done() if patch is None else update(taken) == patch


def test_a_schedule_that_nobody_has_set_is_added() -> None:
    taken = step(declaration(properties={"Schedule": SCHEDULE}), seen("Created", write_only={}))

    assert update(taken) == [op("add", "/Schedule", SCHEDULE)]


def test_a_schedule_that_would_be_too_long_with_the_part_left_as_it_is_is_refused() -> None:
    declared = declaration(properties={"Schedule": {"EndTime": "2026-06-01T09:00:00Z"}})

    message = refusal(step(declared, seen("Created", write_only={"Schedule": SCHEDULE})))

    assert "schedule must last from 1 hour to 30 days, got 120 days" in message


def test_an_end_that_makes_a_running_test_too_long_is_refused() -> None:
    declared = declaration(properties={"Schedule": {"EndTime": "2026-06-01T09:00:00Z"}})

    message = refusal(step(declared, seen("Running", write_only={"Schedule": SCHEDULE})))

    assert "schedule must last from 1 hour to 30 days, got 120 days" in message


def test_a_schedule_that_is_left_as_it_is_stands_in_nobody_s_way() -> None:
    """Starting a test of thirty days early moves its start only: from then on it lasts longer than may be asked for."""
    schedule = {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-03-10T09:00:00Z"}
    declared = declaration(properties={"Schedule": {"EndTime": schedule["EndTime"]}, "Description": "New"})

    assert update(step(declared, seen("Running", write_only={"Schedule": schedule}))) == DESCRIBED


def storage(csv: list[str], json: list[str]) -> Properties:
    return {**STORAGE, "ContentType": {"CsvContentTypes": csv, "JsonContentTypes": json}}


@pytest.mark.parametrize(
    ("there", "declared", "patch"),
    [
        pytest.param(
            storage([], []),
            DESCRIBE,
            [
                *DESCRIBED,
                op("remove", "/DataStorageConfig/ContentType/CsvContentTypes"),
                op("remove", "/DataStorageConfig/ContentType/JsonContentTypes"),
            ],
            id="both empty: removed alongside a change",
        ),
        pytest.param(
            storage(["text/csv"], []),
            DESCRIBE,
            [*DESCRIBED, op("remove", "/DataStorageConfig/ContentType/JsonContentTypes")],
            id="one empty: the other stays",
        ),
        pytest.param(storage(["text/csv"], ["a/json"]), DESCRIBE, DESCRIBED, id="none empty: nothing to remove"),
        pytest.param(
            storage([], []),
            declaration(properties={"DataStorageConfig": {"ContentType": {"CsvContentTypes": ["text/csv"]}}}),
            [
                op("replace", "/DataStorageConfig/ContentType/CsvContentTypes", ["text/csv"]),
                op("remove", "/DataStorageConfig/ContentType/JsonContentTypes"),
            ],
            id="one is given: it replaces the empty list",
        ),
        pytest.param(
            storage([], []), declaration(properties={"DataStorageConfig": STORAGE}), [], id="no reason for a patch"
        ),
    ],
)
def test_content_types_that_came_back_empty(there: Properties, declared: Declaration, patch: Patch) -> None:
    taken = step(declared, seen("Created", DataStorageConfig=there))

    assert (update(taken) if patch else taken) == (patch or Done())
    patched = jsonpatch.apply_patch(experiment("Created", DataStorageConfig=there), patch)
    left = patched["DataStorageConfig"]["ContentType"]
    assert not patch or [] not in left.values()


# --- tags ---


def tags(**pairs: str) -> list[dict[str, str]]:
    return [{"Key": key.replace("aws_", "aws:"), "Value": value} for key, value in pairs.items()]


OURS, THEIRS = tags(team="ml"), tags(aws_stack="s", team="ml")


@pytest.mark.parametrize(
    ("there", "declared", "patch"),
    [
        pytest.param(OURS, declaration(tags={"team": "ops"}), TAGGED, id="another value"),
        pytest.param(OURS, declaration(tags={}), [op("replace", "/Tags", [])], id="none: all purged"),
        pytest.param(None, declaration(tags={"a": "1"}), [op("add", "/Tags", tags(a="1"))], id="the first ones"),
        pytest.param(
            OURS,
            declaration(tags={"a": "1"}, purge_tags=False),
            [op("test", "/Tags", OURS), op("replace", "/Tags", tags(team="ml", a="1"))],
            id="one more, none purged: guarded",
        ),
        pytest.param(
            THEIRS,
            declaration(tags={"a": "1"}),
            [op("test", "/Tags", THEIRS), op("replace", "/Tags", tags(aws_stack="s", a="1"))],
            id="purged, but for AWS's own: guarded",
        ),
        pytest.param(
            THEIRS,
            declaration(tags={}),
            [op("test", "/Tags", THEIRS), op("replace", "/Tags", tags(aws_stack="s"))],
            id="none, but AWS's own stay: guarded",
        ),
        pytest.param(
            [],
            declaration(tags={"a": "1"}, purge_tags=False),
            [op("test", "/Tags", []), op("replace", "/Tags", tags(a="1"))],
            id="one more than none, none purged: protected too",
        ),
        pytest.param(THEIRS, declaration(tags={"team": "ml"}), [], id="AWS's own are no difference"),
        pytest.param(tags(b="2", a="1"), declaration(tags={"a": "1", "b": "2"}), [], id="their order is no difference"),
        pytest.param([], declaration(tags={}), [], id="none and none"),
        pytest.param(None, declaration(tags={}), [], id="none and no list at all"),
        pytest.param(OURS, declaration(tags=None, properties={"Description": "As it was"}), [], id="not mentioned"),
    ],
)
@pytest.mark.parametrize("status", SETTLED)
def test_tags(status: str, there: list[dict[str, str]] | None, declared: Declaration, patch: Patch) -> None:
    taken = step(declared, seen(status, Tags=there))

    assert (update(taken) if patch else taken) == (patch or Done())


def test_tags_that_a_start_carries_are_guarded_too() -> None:
    declared = declaration(properties={"DesiredState": "Running"}, tags={"a": "1"}, purge_tags=False)

    assert update(step(declared, seen("Created"))) == [
        op("test", "/Tags", TAGS),
        op("replace", "/Tags", tags(team="ml", a="1")),
        op("add", "/DesiredState", "Running"),
    ]


# --- stops and deletes ---

PROMOTED = [op("test", "/ModelVariants", VARIANTS), op("replace", "/ModelVariants", [variant("shadow")])]
REMOVED = [op("test", "/ModelVariants", VARIANTS), op("replace", "/ModelVariants", [variant("production")])]


@pytest.mark.parametrize(
    ("on_stop", "fate"),
    [
        pytest.param("retain", [], id="retain: both stay in the list"),
        pytest.param("promote_shadow", PROMOTED, id="promote: the shadow alone"),
        pytest.param("remove_shadow", REMOVED, id="remove: production alone"),
    ],
)
@pytest.mark.parametrize("intent", ["Completed", "Cancelled"])
def test_a_stop_decides_the_fate_of_the_variants(on_stop: str, fate: Patch, intent: str) -> None:
    declared = declaration(
        properties={"DesiredState": intent, "StatusReason": "why"}, module_only_options={"on_stop": on_stop}
    )

    assert update(step(declared, seen("Running"))) == [
        *fate,
        op("add", "/StatusReason", "why"),
        op("add", "/DesiredState", intent),
    ]


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(seen("Running", ModelVariants=None), id="no variants were read"),
        pytest.param(seen("Running", ModelVariants=[]), id="an empty list was read"),
        pytest.param(seen("Running", ModelVariants=[variant("a"), variant("b")]), id="the names do not match"),
        pytest.param(seen("Running", ShadowModeConfig=None), id="no roles were read"),
    ],
)
@pytest.mark.parametrize("present", [True, False], ids=["stop", "delete"])
@pytest.mark.parametrize("on_stop", ["promote_shadow", "remove_shadow"])
def test_a_stop_that_would_remove_both_variants_is_refused(there: Resource, present: bool, on_stop: str) -> None:
    declared = declaration(
        properties={"DesiredState": "Completed"}, module_only_options={"on_stop": on_stop}, present=present
    )

    assert refusal(step(declared, there)).startswith(f"on_stop: {on_stop} requires both variants of shadow_mode_config")


@pytest.mark.parametrize("status", SETTLED)
@pytest.mark.parametrize(
    ("properties", "on_stop", "patch"),
    [
        pytest.param({}, "retain", [], id="nothing said: deleted"),
        pytest.param({"Description": "New", "KmsKey": "other"}, "retain", [], id="differences do not matter: deleted"),
        pytest.param({"DesiredState": "Running"}, "retain", [], id="an intent to run is not followed: deleted"),
        pytest.param(
            {"DesiredState": "Cancelled"}, "retain", [op("add", "/DesiredState", "Cancelled")], id="cancelled first"
        ),
        pytest.param(
            {}, "promote_shadow", [*PROMOTED, op("add", "/DesiredState", "Completed")], id="promoted, then deleted"
        ),
        pytest.param(
            {"StatusReason": "why"},
            "retain",
            [op("add", "/StatusReason", "why"), op("add", "/DesiredState", "Completed")],
            id="stopped for a reason, then deleted",
        ),
    ],
)
def test_absent(status: str, properties: Properties, on_stop: str, patch: Patch) -> None:
    declared = declaration(present=False, properties=properties, module_only_options={"on_stop": on_stop})

    taken = step(declared, seen(status))

    if status == "Running" and patch:
        assert update(taken) == patch
    else:
        assert taken == Delete()


# --- recreate ---

AGAIN = {**CREATABLE, "RoleArn": "arn:aws:iam::123456789012:role/another"}


def recreated(declared: Declaration, there: Resource) -> Declaration:
    taken = step(declared, there)
    assert isinstance(taken, Delete), taken
    assert taken.then
    return taken.then


@pytest.mark.parametrize("status", ["Running", "Completed", "Cancelled"])
def test_recreate_deletes_and_then_creates_what_is_declared_and_what_was_left(status: str) -> None:
    there = seen(status, DataStorageConfig=storage(["text/csv"], []), KmsKey="key")

    then = recreated(declaration(properties=AGAIN, recreate=True), there)

    assert then.properties == {
        **AGAIN,
        "Description": "As it was",
        "KmsKey": "key",
        "DataStorageConfig": {**STORAGE, "ContentType": {"CsvContentTypes": ["text/csv"]}},
    }
    assert not then.recreate
    assert step(then, None) == Create(properties={**then.properties, "Tags": TAGS})


def test_recreate_keeps_the_schedule_of_what_has_not_been_started() -> None:
    declared = declaration(properties=AGAIN, recreate=True)

    assert isinstance(step(declared, seen("Created")), ReadWriteOnly)
    then = recreated(declared, seen("Created", write_only={"Schedule": SCHEDULE, "StatusReason": "earlier"}))
    assert then.properties["Schedule"] == SCHEDULE
    assert "StatusReason" not in then.properties


def test_recreate_of_what_has_not_been_started_merges_a_schedule_given_in_part() -> None:
    declared = declaration(properties={**AGAIN, "Schedule": {"EndTime": LATER["EndTime"]}}, recreate=True)

    then = recreated(declared, seen("Created", write_only={"Schedule": SCHEDULE}))

    assert then.properties["Schedule"] == LATER


def test_recreate_replaces_a_list_and_merges_an_object() -> None:
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
        pytest.param(None, {"team": "ml"}, id="not mentioned: kept, but for AWS's own"),
        pytest.param({"a": "1"}, {"a": "1"}, id="given: the others purged"),
        pytest.param({}, {}, id="none given: all purged"),
    ],
)
def test_the_tags_of_what_is_recreated(declared: dict[str, str] | None, expected: dict[str, str]) -> None:
    then = recreated(declaration(properties=AGAIN, recreate=True, tags=declared), seen("Running", Tags=THEIRS))

    assert then.tags == expected


def test_tags_that_are_not_purged_survive_a_recreate() -> None:
    declared = declaration(properties=AGAIN, recreate=True, tags={"a": "1"}, purge_tags=False)

    assert recreated(declared, seen("Running", Tags=THEIRS)).tags == {"team": "ml", "a": "1"}


def test_recreate_starts_again_what_has_ended() -> None:
    then = recreated(declaration(properties={**CREATABLE, "DesiredState": "Running"}, recreate=True), seen("Completed"))

    assert then.properties["DesiredState"] == "Running"
    assert step(then, seen("Created")) == Update(
        patch=[op("add", "/DesiredState", "Running")], properties=frozenset({"DesiredState"})
    )


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        pytest.param(
            {"RoleArn": "other"},
            "would first be deleted by recreate: true. The create requires these options: type,"
            " endpoint_name, model_variants, shadow_mode_config. Omit recreate, or set these options, or correct name"
            " or region.",
            id="what a create needs has to be declared, in case the task is killed after the delete",
        ),
        pytest.param(
            {**AGAIN, "DesiredState": "Completed"},
            "would first be deleted by recreate: true. desired_state: Completed requires an existing inference"
            " experiment. Omit recreate, or omit desired_state, or set desired_state: Running.",
            id="what is recreated cannot be completed",
        ),
    ],
)
def test_refused_recreate(properties: Properties, words: str) -> None:
    assert refusal(step(declaration(properties=properties, recreate=True), seen("Created"))).endswith(words)


def test_recreate_is_not_used_where_an_update_will_do() -> None:
    declared = declaration(properties={**CREATABLE, "Description": "New"}, recreate=True)

    assert update(step(declared, seen("Created"))) == DESCRIBED


def test_every_status_and_every_intent_has_an_answer() -> None:
    for status in STATUSES:
        for intent in (None, "Running", "Completed", "Cancelled"):
            for present in (True, False):
                declared = declaration(properties={"DesiredState": intent} if intent else {}, present=present)
                taken = step(declared, seen(status))
                if isinstance(taken, Update):
                    assert status in ("Created", "Running")
                    assert taken.patch == [op("add", "/DesiredState", intent)]


# --- a type without a lifecycle ---

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
THERE = Resource({"Name": "test", "Kind": "small", "Settings": {"A": 1, "B": 2}, "Arn": "arn"})


@pytest.mark.parametrize(
    ("declared", "there", "expected"),
    [
        pytest.param(declaration(), None, "kind", id="missing options are named"),
        pytest.param(
            declaration(properties={"Kind": "x"}), None, Create(properties={"Name": "test", "Kind": "x"}), id="created"
        ),
        pytest.param(declaration(properties={"Kind": "small", "Settings": {"B": 2}}), THERE, Done(), id="as it is"),
        pytest.param(
            declaration(properties={"Settings": {"B": 3}}),
            THERE,
            Update(patch=[op("replace", "/Settings/B", 3)], properties=frozenset({"Settings"})),
            id="changed by member",
        ),
        pytest.param(
            declaration(properties={"Kind": "large"}),
            THERE,
            'kind is "small", not "large" (can be set only on create). Omit kind or set the current'
            " value, or set recreate: true, which deletes the resource and creates it again.",
            id="create-only",
        ),
        pytest.param(
            declaration(properties={"Kind": "large"}, recreate=True),
            THERE,
            Delete(
                then=declaration(
                    properties={"Name": "test", "Kind": "large", "Settings": {"A": 1, "B": 2}}, tags={}, recreate=False
                ),
                create=Create(properties={"Name": "test", "Kind": "large", "Settings": {"A": 1, "B": 2}}),
                properties_that_differ=frozenset({"Kind"}),
            ),
            id="recreated",
        ),
        pytest.param(declaration(present=False), THERE, Delete(), id="deleted"),
        pytest.param(declaration(present=False), None, Done(), id="not there"),
    ],
)
def test_a_type_without_a_lifecycle(declared: Declaration, there: Resource | None, expected: Step | str) -> None:
    taken = next_step(THING, declared, there)

    if isinstance(expected, str):
        assert expected in refusal(taken)
    else:
        assert taken == expected
