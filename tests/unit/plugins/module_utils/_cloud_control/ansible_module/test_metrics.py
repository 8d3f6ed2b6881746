"""The entry point of modules that measure. test_inference_experiment_metrics_info.py tests their results."""

from __future__ import annotations

import pytest

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.unit.conftest import Run

METRICS_INFO = "inference_experiment_metrics_info"
START, NOW = "2026-01-01T10:00:00Z", "2026-01-01T12:00:00Z"
ENDPOINT = "demo-endpoint"


@pytest.fixture(autouse=True)
def _test_of_two_hours(emulator: Emulator) -> None:
    emulator.seed(REGION)
    emulator.settings.metric_delay_seconds = 0
    properties = {"Name": "checkout", "EndpointName": ENDPOINT, "Schedule": {"StartTime": START}}
    emulator.put_experiment(REGION, properties, status="Running")
    emulator.traffic(ENDPOINT, REGION, invocations_per_minute=600, start=START)


# Read this test first.
def test_run_metrics_module_returns_numbers_of_both_variants(run: Run) -> None:
    result = run(METRICS_INFO, {"name": "checkout"})

    found = result["inference_experiment_metrics"]
    assert (result.changed, result.warnings, found["start_time"], found["end_time"]) == (False, [], START, NOW)
    assert (found["production"]["invocations"], found["shadow"]["invocations"]) == (72_000, 36_000)
    assert found["comparison"]["invocations"]["ratio"] == 0.5
    assert set(found["shadow"]["model_latency"]) == {"average", "minimum", "maximum", "p50", "p90", "p99"}
    assert "datapoints" not in found["shadow"]


def test_run_metrics_module_reports_all_invalid_options(run: Run) -> None:
    result = run(METRICS_INFO, {"name": "a_b", "end_time": "noon", "percentiles": [0], "period": 60})

    head, *errors = result.msg.split(": ", 1)[1].split(". ")
    assert result.msg.startswith(
        "Invalid options for the metrics of inference experiment 'a_b' in us-east-1: name must"
    )
    assert [error.split(" must ")[0] for error in (head, *errors)] == [
        *("name", "end_time", "percentiles"),
        "period requires include_datapoints: true.",
    ]


def test_run_metrics_module_reports_failed_call(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)

    assert run(METRICS_INFO, {"name": "checkout", "region": None}).msg.startswith(
        "Could not measure inference experiment 'checkout': No region is set (NoRegion)."
    )
