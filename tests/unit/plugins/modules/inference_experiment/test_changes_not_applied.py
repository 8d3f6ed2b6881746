"""Changes that AWS accepts and does not apply: the task fails with NotApplied and names the option."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.tasks import LATER, MODULE, failed, full, minimal, operation_names, put_experiment
from tests.unit.conftest import Run


# Read this test first.
def test_description_that_is_not_applied_fails(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout", "Description": "Old"}, status="Running")
    emulator.settings.ignore_properties = frozenset({"Description"})
    result = run("inference_experiment", {"name": "checkout", "description": "New words"})
    assert (result.failed, result["error"]["code"]) == (True, "NotApplied")
    assert result["error"]["message"].startswith(
        "AWS reported success, but a later read does not show the change (description): "
    )
    assert all(words in result.msg for words in ("Running", "/Description", "New words"))
    assert [operation["operation_status"] for operation in result["operations"]] == ["SUCCESS"]
    assert emulator.writes() == ["UpdateResource"]


IGNORED: list[Any] = [
    # the ignored property, the status, the options
    ("ModelVariants", "Created", {"model_variants": tasks.variants(2)}),
    ("ShadowModeConfig", "Running", {"shadow_mode_config": tasks.shadow_mode_config(7)}),
    ("Schedule", "Running", {"schedule": {"end_time": LATER}}),
    ("Tags", "Completed", {"tags": {"new": "1"}}),
    ("Tags", "Created", {"tags": {"n": "1"}, "desired_state": "Running"}),
    ("DesiredState", "Running", {"desired_state": "Completed"}),
    ("DesiredState", "Running", {"state": "absent", "on_stop": "promote_shadow"}),
]


@pytest.mark.parametrize(
    ("ignored", "status", "options"), IGNORED, ids=[f"{status}: {', '.join(o)}" for _ignored, status, o in IGNORED]
)
def test_update_that_is_not_applied_fails_with_option(
    run: Run, emulator: Emulator, ignored: str, status: str, options: dict[str, Any]
) -> None:
    emulator.settings.update({"ignore_properties": [ignored]})
    put_experiment(emulator, status)
    result = run(MODULE, minimal(**options, wait_timeout=30))
    option = "desired_state" if ignored == "DesiredState" else next(iter(options))
    error = failed(result, "NotApplied", option, f"/{ignored}")
    assert (operation_names(result), emulator.writes()) == (["update"], ["UpdateResource"])
    assert result["operations"][0]["request_token"] == error["request_token"]


CREATED: list[Any] = [
    ("Description", {"description": "New"}),
    ("Tags", {"tags": {"new": "1"}}),
    ("Schedule", {"schedule": tasks.SCHEDULE}),
    ("Schedule", {"schedule": {"start_time": tasks.START}}),
]


@pytest.mark.parametrize("recreate", [False, True], ids=["no recreate", "recreate"])
@pytest.mark.parametrize(("ignored", "options"), CREATED)
def test_create_that_is_not_applied_fails_with_option(
    run: Run, emulator: Emulator, ignored: str, options: dict[str, Any], recreate: bool
) -> None:
    emulator.settings.update({"ignore_properties": [ignored]})
    result = run(MODULE, full(**options, recreate=recreate, wait_timeout=30))
    failed(result, "NotApplied", *options, f'"{ignored}": ')
    assert (result.changed, emulator.writes()) == (True, ["CreateResource"])


@pytest.mark.parametrize("status", ["Created", "Completed"])
def test_delete_that_is_not_applied_fails(run: Run, emulator: Emulator, status: str) -> None:
    put_experiment(emulator, status)
    emulator.on_call("GetResource", lambda: put_experiment(emulator, status), nth=2)
    result = run(MODULE, minimal(state="absent"))
    failed(result, "NotApplied", "(delete)")
    assert (result.changed, operation_names(result)) == (True, ["delete"])
    assert result["inference_experiment"]["status"] == status


@pytest.mark.parametrize(
    "options", [{"desired_state": "Running"}, {"description": "New"}, {"role_arn": tasks.OTHER_ROLE_ARN}], ids=str
)
def test_recreate_with_delete_that_is_not_applied_fails(run: Run, emulator: Emulator, options: dict[str, str]) -> None:
    def restore() -> None:
        emulator.on_call("GetResource", lambda: put_experiment(emulator, "Completed"))

    put_experiment(emulator, "Completed")
    emulator.on_call("DeleteResource", restore)
    result = run(MODULE, full(**options, recreate=True))
    failed(result, "NotApplied")
    assert (result.changed, operation_names(result)[0], emulator.writes()) == (True, "delete", ["DeleteResource"])


def test_created_experiment_that_cannot_be_read_fails(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"read_delay_seconds": 100.0})
    result = run(MODULE, full())
    failed(result, "NotApplied", "(create)")
    assert (result.changed, operation_names(result)) == (True, ["create"])
