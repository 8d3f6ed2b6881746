"""The entry point of modules that manage one resource. tests/unit/plugins/modules tests their results."""

from __future__ import annotations

from typing import Any

from tests.emulator import Emulator
from tests.support.call_scenarios import properties_with
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.tasks import full
from tests.unit.conftest import Run

MODULE = "inference_experiment"


# Read this test first.
def test_run_resource_module_sends_changed_property(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment(REGION, {"Name": "checkout", "Description": "Old"}, status="Running")
    result = run(MODULE, {"name": "checkout", "description": "New"}, diff=True)
    (operation,) = result["operations"]
    assert operation["patch_document"] == [{"op": "replace", "path": "/Description", "value": "New"}]
    assert (result.changed, result["inference_experiment"]["description"]) == (True, "New")
    assert (result["diff"]["before"]["description"], result["diff"]["after"]["description"]) == ("Old", "New")


@cases(
    (
        "invalid option",
        {"wait_timeout": 0},
        (
            "Invalid options for inference experiment 'checkout' in us-east-1:"
            " wait_timeout must be an integer from 1 to 604800, got 0."
        ),
    ),
    (
        "rejected declaration",
        {"wait_timeout": 1},
        (
            "The declaration cannot be applied to inference experiment 'checkout' in us-east-1:"
            " The inference experiment does not exist."
        ),
    ),
)
def test_run_resource_module_begins_message_with_attempt(options: dict[str, Any], message: str, run: Run) -> None:
    assert run(MODULE, {"name": "checkout", **options}).msg.startswith(message)


@cases(("delete", "absent", "Could not delete"), ("apply", "present", "Could not apply the declaration to"))
def test_run_resource_module_reports_failed_read(state: str, attempt: str, run: Run, emulator: Emulator) -> None:
    emulator.fault("GetResource", "error", code="AccessDeniedException", message="Denied", status=400)
    assert run(MODULE, {"name": "checkout", "state": state}).msg.startswith(
        f"{attempt} inference experiment 'checkout' in us-east-1: "
    )


@cases(("declared property", "present", "InvalidAnswer"), ("delete", "absent", None))
def test_run_resource_module_requires_members_of_declared_properties(
    state: str, code: str | None, run: Run, emulator: Emulator
) -> None:
    emulator.put_experiment(REGION, {"Name": "checkout"}, status="Created")
    emulator.fault("GetResource", "changed", change=properties_with(ModelVariants=[{}, {}]), times=100)
    task = full(name="checkout", state=state)
    assert (run(MODULE, task, check=True).values.get("error") or {}).get("code") == code
