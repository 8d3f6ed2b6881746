"""Changes that AWS accepts and does not apply: the task fails with NotApplied and names the option."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
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
    ("Schedule", "Running", {"schedule": {"end_time": LATER}}),
    ("Tags", "Completed", {"tags": {"new": "1"}}),
    ("Tags", "Created", {"tags": {"n": "1"}, "desired_state": "Running"}),
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


@pytest.mark.parametrize("recreate", [False, True], ids=["no recreate", "recreate"])
def test_create_that_is_not_applied_fails_with_option(run: Run, emulator: Emulator, recreate: bool) -> None:
    emulator.settings.update({"ignore_properties": ["Schedule"]})
    result = run(MODULE, full(schedule={"start_time": tasks.START}, recreate=recreate, wait_timeout=30))
    failed(result, "NotApplied", "schedule", '"Schedule": ')
    assert (result.changed, emulator.writes()) == (True, ["CreateResource"])


@cases(
    ("delete", minimal(state="absent"), "(delete)"),
    ("recreate and start", full(desired_state="Running", recreate=True), "(delete)"),
    ("recreate", full(role_arn=tasks.OTHER_ROLE_ARN, recreate=True), "(role_arn)"),
)
def test_delete_that_is_not_applied_fails(task: dict[str, Any], shown: str, run: Run, emulator: Emulator) -> None:
    def restore() -> None:
        emulator.on_call("GetResource", lambda: put_experiment(emulator, "Completed"))

    put_experiment(emulator, "Completed")
    emulator.on_call("DeleteResource", restore)
    result = run(MODULE, task)
    failed(result, "NotApplied", shown)
    assert (result.changed, operation_names(result)[0], emulator.writes()) == (True, "delete", ["DeleteResource"])
    assert result["inference_experiment"]["status"] == "Completed"


def test_created_experiment_that_cannot_be_read_fails(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"read_delay_seconds": 100.0})
    result = run(MODULE, full())
    failed(result, "NotApplied", "(create)")
    assert (result.changed, operation_names(result)) == (True, ["create"])
