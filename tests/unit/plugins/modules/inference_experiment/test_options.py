"""Options: rejected before any call, in one message, or sent to AWS as they are.

test_inference_experiment.py in tests/unit/plugins/module_utils tests each limit.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.malformed_values import replace_at
from tests.support.tasks import END, MODULE, SCHEDULE, full, shadow_mode_config, stored_experiment, succeeded, variant
from tests.unit.conftest import Run


# Read this test first.
def test_invalid_options_fail_before_any_call(run: Run, emulator: Emulator) -> None:
    result = run("inference_experiment", {"name": "check_out", "wait_timeout": 0})
    name = 'name must consist of letters and digits, with hyphens only between them, got "check_out".'
    message = f"{name} wait_timeout must be an integer from 1 to 604800, got 0."
    others = {"operation": None, "request_token": None, "hint": None}
    assert result["error"] == {"code": "InvalidOptions", "message": message, **others}
    assert (result.failed, result.changed, result["inference_experiment"]) == (True, False, {})
    assert (result["operations"], emulator.calls()) == ([], [])


PERCENTAGE = ("shadow_model_variants", 0, "sampling_percentage")
HYPHENS = "must consist of letters and digits, with hyphens only between them, got"
# Options, and all sentences of the message. Wrong numbers of elements, nulls and wrong types hide no other error.
INVALID: dict[str, tuple[dict[str, Any], list[str]]] = {
    "wrong types in a list": (
        {"model_variants": [variant("a", "m", infrastructure_config=7), variant("b b", "n"), "c"], "kms_key": "k k"},
        [
            "model_variants[0].infrastructure_config must be a dictionary, got 7.",
            'model_variants[2] must be a dictionary, got "c".',
            'kms_key must be the ID or ARN of a KMS key, or the name or ARN of an alias, got "k k".',
            "model_variants must have exactly 2 elements, got 3.",
            f'model_variants[1].variant_name {HYPHENS} "b b".',
        ],
    ),
    "options that a delete does not use": (
        {"state": "absent", "name": "a_b", "description": ""},
        [f'name {HYPHENS} "a_b".', "description must not be empty."],
    ),
    "infinite wait_timeout": ({"wait_timeout": float("inf")}, ["wait_timeout must be an integer, got Infinity."]),
    "empty cloud_control_role_arn": ({"cloud_control_role_arn": ""}, ["cloud_control_role_arn must not be empty."]),
    "alias": ({"resource_tags": "a"}, ['resource_tags must be a dictionary, got "a".']),
}


@tasks.CHECK
@pytest.mark.parametrize(("options", "sentences"), INVALID.values(), ids=INVALID)
def test_all_validation_errors_are_in_one_message(
    run: Run, emulator: Emulator, options: dict[str, Any], sentences: list[str], check: bool
) -> None:
    result = run(MODULE, tasks.minimal(**options), check=check, diff=True)
    assert tasks.failed(result, "InvalidOptions")["message"] == " ".join(sentences)
    returned = (result.changed, result["inference_experiment"], result["operations"])
    assert (returned, emulator.calls()) == ((False, {}, []), [])


REJECTED_BY_ANSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "missing option": ({"name": None, "state": "absent"}, "missing required arguments: name"),
    "unknown option": ({"model_variant": []}, "Unsupported parameters for"),
    "choice": ({"desired_state": "Stopped"}, "value of desired_state must be one of: Running, Completed, Cancelled"),
    # Errors of this collection's checks are not in the message.
    "several errors": ({"state": "started", "description": True, "status_reason": ""}, "value of state must be one of"),
}


@tasks.CHECK
@pytest.mark.parametrize(("options", "message"), REJECTED_BY_ANSIBLE.values(), ids=REJECTED_BY_ANSIBLE)
def test_error_of_ansible_core_is_returned_first(
    run: Run, emulator: Emulator, options: dict[str, Any], message: str, check: bool
) -> None:
    task = {name: value for name, value in tasks.minimal(**options).items() if value is not None}
    result = run(MODULE, task, check=check)
    assert (result.failed, emulator.calls()) == (True, [])
    assert message in result.msg
    assert [key for key in result.values if key in {"error", "operations", "exception"}] == []


def test_strings_that_ansible_core_converts_are_applied(run: Run, emulator: Emulator) -> None:
    storage, tags = "destination=s3://captured/checkout", "a=1, b=2"
    config = json.dumps(replace_at(shadow_mode_config(), PERCENTAGE, "5"))
    task = full(shadow_mode_config=config, data_storage_config=storage, tags=tags)
    succeeded(run(MODULE, task))
    assert stored_experiment(emulator)["tags"] == {"a": "1", "b": "2"}
    tasks.rerun_unchanged(run, emulator, task)


PROPERTIES = (
    *("Name", "Type", "RoleArn", "EndpointName", "KmsKey", "Description"),
    *("ModelVariants", "ShadowModeConfig", "DataStorageConfig"),
)


def test_every_option_is_sent_and_returned(run: Run, emulator: Emulator) -> None:
    task = full(
        kms_key="alias/volumes",
        description="Compare v2 with v1",
        data_storage_config=tasks.STORAGE,
        schedule=SCHEDULE,
        tags={"Team": "checkout", "model_variants": "a_b"},
        wait_timeout=604800,
    )
    result = succeeded(run(MODULE, task))
    stored = stored_experiment(emulator)
    assert stored["properties"].keys() == {*PROPERTIES}
    assert stored["properties"]["KmsKey"] == "alias/volumes"
    assert (stored["schedule"], stored["tags"]) == ({"start": tasks.START, "end": END}, task["tags"])
    returned = tasks.omit(task, ["schedule", "wait_timeout"])
    assert {option: result["inference_experiment"][option] for option in returned} == returned


VERBATIM: dict[str, dict[str, Any]] = {
    "description with tab and quotes": {"description": """ 'it' "is" \t `so` \\ """},
    "description in Unicode": {"description": "\U0001f680\u200d\u202e\u05e9 e\u0301" * 100},
    "description that is JSON": {"description": '{"op": "remove", "path": "/Tags"}'},
    "description that is a template": {"description": "{{ lookup('env', 'HOME') }}"},
    "description that is a number": {"description": "007"},
    "tags at their limits": {"tags": {"k" * 128: "v" * 256, **{f"aws{number}": "" for number in range(49)}}},
    "tags in other scripts": {"tags": {"\u5834\u6240": "\u6771\u4eac", "\u043c\u0435\u0441\u0442\u043e": "\u0662"}},
    "tags that differ in spelling": {"tags": {"a": "1", "A": "2", " a ": " 3 ", "\uff41": "4"}},
    "tags named as members": {"tags": {"Key": "Value", "Value": "Key", "ModelVariants": "", "snake_case": "camelCase"}},
    "tags with JSON pointers": {"tags": {"a/b": "/Tags/0", "a:/c": "-", "my:aws:tag": "x"}},
    "tags that are numbers and booleans": {"tags": {"1": 2, "true": True, "1.5": 1.5, "big": 2**70}},
    "kms_key with slashes": {"kms_key": "alias/a/b"},
    "destination with JSON pointers": {"data_storage_config": {"destination": "s3://b/a~b/c d/\u00fc%20?x#y"}},
}


@pytest.mark.parametrize("options", VERBATIM.values(), ids=VERBATIM)
def test_value_is_stored_verbatim(run: Run, emulator: Emulator, options: dict[str, Any]) -> None:
    task = full(schedule=SCHEDULE, **options)
    if "kms_key" not in options:  # The other options are sent in a patch.
        succeeded(run(MODULE, full(schedule=SCHEDULE)))
    result = succeeded(run(MODULE, task))
    tasks.rerun_unchanged(run, emulator, task)
    stored = stored_experiment(emulator)
    assert stored["properties"].get("Description") == options.get("description")
    assert stored["properties"].get("KmsKey") == options.get("kms_key")
    assert stored["tags"] == {key: str(value) for key, value in options.get("tags", {}).items()}
    assert result["inference_experiment"].get("tags", {}) == stored["tags"]


def test_name_of_digits_is_sent_as_a_string(run: Run, emulator: Emulator) -> None:
    result = succeeded(run(MODULE, full(name=20260101, wait=False, wait_timeout=1)))
    assert result["inference_experiment"]["name"] == "20260101"
    assert emulator.writes() == ["CreateResource"]
