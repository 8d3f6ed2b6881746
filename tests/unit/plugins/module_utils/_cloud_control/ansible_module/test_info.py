"""The entry point of modules that list and read resources. test_inference_experiment_info.py tests their results."""

from __future__ import annotations

import pytest

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.unit.conftest import Run

INFO = "inference_experiment_info"


# Read this test first.
def test_run_info_module_returns_list_of_resources(run: Run, emulator: Emulator) -> None:
    for name in ("checkout", "search"):
        emulator.put_experiment(REGION, {"Name": name}, status="Running")
    result = run(INFO, {"names": ["checkout"]})
    assert not result.changed
    assert [(found["name"], found["status"]) for found in result["inference_experiments"]] == [("checkout", "Running")]


def test_run_info_module_reports_all_invalid_options(run: Run) -> None:
    result = run(INFO, {"name": "-", "name_contains": ""})
    assert result.msg == (
        "Invalid options for inference experiments in us-east-1: name must consist of letters and digits, with hyphens"
        ' only between them, got "-". name_contains must not be empty.'
    )


def test_run_info_module_reports_failed_call(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    assert run(INFO, {"region": None}).msg.startswith(
        "Could not read the inference experiments: No region is set (NoRegion)."
    )
