"""The metrics module in process, against the synthetic traffic of the emulator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial, reduce
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import METRICS
from ansible_collections.awscc.sagemaker.plugins.modules import inference_experiment_metrics_info
from tests.emulator import Emulator
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.tasks import NAME, failed, put_experiment, succeeded
from tests.unit.conftest import Run

METRICS_INFO = "inference_experiment_metrics_info"
ENDPOINT = "demo-endpoint"
PRODUCTION = {
    "model_latency": {"minimum": 10_000, "p50": 20_000, "p90": 40_000, "p99": 80_000, "maximum": 100_000},
    "model_error_rate": 0.02,
}
SHADOW = {"model_latency": 15_000, "model_error_rate": 0.05, "gpu_utilization": 120}
BOTH = MappingProxyType({"production": PRODUCTION, "shadow": SHADOW})
CALLS = ["DescribeInferenceExperiment", "GetMetricData"]


@pytest.fixture(autouse=True)
def _endpoint_and_no_delay(emulator: Emulator) -> None:
    emulator.seed(REGION)
    emulator.settings.metric_delay_seconds = 0


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def start_test(emulator: Emulator, variants: Any = BOTH, **age: float) -> datetime:
    """Put a test that started so long ago, with 600 requests a minute, half of them copied. Return its start."""
    start = emulator.clock.now() - timedelta(**age)
    schedule = {"StartTime": instant(start), "EndTime": instant(start + timedelta(days=900))}
    put_experiment(emulator, "Running", EndpointName=ENDPOINT, Schedule=schedule)
    if variants is not None:
        emulator.traffic(ENDPOINT, REGION, invocations_per_minute=600, variants=dict(variants), start=start)
    emulator.clear_log()
    return start


def measure(run: Run, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = succeeded(run(METRICS_INFO, {"name": NAME, **options}))["inference_experiment_metrics"]
    return found


# Read this test first.
@pytest.mark.parametrize("check", [False, True], ids=["real run", "check mode"])
def test_measure_compares_variants_with_two_calls(run: Run, emulator: Emulator, check: bool) -> None:
    start_test(emulator, days=10)
    result = succeeded(run(METRICS_INFO, {"name": NAME, "percentiles": [50, 99.5]}, check=check))
    found = result["inference_experiment_metrics"]
    assert (result.changed, result.warnings, emulator.calls(), emulator.writes()) == (False, [], CALLS, [])
    head = {key: value for key, value in found.items() if not isinstance(value, dict)}
    assert head == {
        "name": NAME,
        "status": "Running",
        "region": REGION,
        "endpoint_name": ENDPOINT,
        "sampling_percentage": 50,
        "start_time": "2025-12-22T12:00:00Z",
        "end_time": "2026-01-01T12:00:00Z",
        "percentiles_exact": True,
    }
    production, shadow, comparison = found["production"], found["shadow"], found["comparison"]
    assert (production["variant_name"], production["model_name"]) == ("production", "demo-model-a")
    assert (production["invocations"], shadow["invocations"]) == (8_640_000, 4_320_000)
    assert (production["error_rate"], shadow["error_rate"]) == (0.02, 0.05)
    assert production["model_latency"] == {
        "average": pytest.approx(25_800),
        "minimum": 10_000,
        "maximum": 100_000,
        "p50": pytest.approx(20_000),
        "p99_5": pytest.approx(90_000),
    }
    assert comparison["model_latency"]["p50"] == {
        "production": pytest.approx(20_000),
        "shadow": 15_000,
        "difference": pytest.approx(-5_000),
        "ratio": pytest.approx(0.75),
    }
    assert comparison["error_rate"]["difference"] == pytest.approx(0.03)
    assert comparison["gpu_utilization"]["average"] == {
        "production": None,
        "shadow": 120,
        "difference": None,
        "ratio": None,
    }


def numbers(value: Any) -> list[Any]:
    """Return all numbers of a variant or a comparison."""
    if isinstance(value, dict):
        return [number for each in value.values() for number in numbers(each)]
    return [] if isinstance(value, str) else [value]


def test_test_without_traffic_has_null_for_every_number(run: Run, emulator: Emulator) -> None:
    start_test(emulator, None, days=1)
    found = measure(run)
    assert {*numbers(found["production"]), *numbers(found["shadow"]), *numbers(found["comparison"])} == {None}
    assert found["percentiles_exact"] is True
    assert {metric.key for metric in METRICS} | {"error_rate"} == set(found["comparison"])


def test_traffic_on_one_variant_has_null_for_other_variant_and_ratios(run: Run, emulator: Emulator) -> None:
    start_test(emulator, {"production": PRODUCTION}, days=1)
    found = measure(run)
    assert found["production"]["invocations"] == 864_000
    assert set(numbers(found["shadow"])) == {None}
    expected = {"production": 864_000, "shadow": None, "difference": None, "ratio": None}
    assert found["comparison"]["invocations"] == expected


@pytest.mark.parametrize("setting", ["reject", "split"])
def test_long_period_not_accepted_is_replaced_by_days(run: Run, emulator: Emulator, setting: str) -> None:
    start = start_test(emulator, hours=60)
    slow = {**SHADOW, "model_latency": 60_000}
    emulator.traffic(
        ENDPOINT,
        REGION,
        invocations_per_minute=600,
        variants={"production": PRODUCTION, "shadow": slow},
        start=start + timedelta(hours=48),
    )
    whole = measure(run)
    emulator.settings.metric_long_periods = setting
    emulator.clear_log()
    found = measure(run)
    assert emulator.calls() == [*CALLS, "GetMetricData"]
    assert (whole["percentiles_exact"], found["percentiles_exact"]) == (True, False)
    assert found["shadow"]["invocations"] == whole["shadow"]["invocations"] == 1_080_000
    latency = found["shadow"]["model_latency"]
    assert latency["average"] == pytest.approx(whole["shadow"]["model_latency"]["average"]) == pytest.approx(24_000)
    assert (latency["minimum"], latency["maximum"]) == (15_000, 60_000)
    assert (latency["p50"], latency["p50_lower"], latency["p50_upper"]) == (None, 15_000, 60_000)
    compared = found["comparison"]["model_latency"]["p50"]
    assert compared["worst_ratio"] == pytest.approx(3)
    assert (compared["ratio"], compared["production"], compared["shadow"]) == (None, None, None)
    assert "p50_lower" not in found["comparison"]["model_latency"]
    assert set(numbers(found["comparison"]["gpu_utilization"])) <= {None, 120}


def test_datapoints_have_keys_of_variant_for_each_period(run: Run, emulator: Emulator) -> None:
    start_test(emulator, hours=3)
    found = measure(run, include_datapoints=True, period=3600)
    assert emulator.calls() == CALLS
    for role, count in (("production", 36_000), ("shadow", 18_000)):
        points = found[role].pop("datapoints")
        assert [(point["timestamp"], point["invocations"]) for point in points] == [
            (f"2026-01-01T{hour:02}:00:00Z", count) for hour in (9, 10, 11)
        ]
        assert set(points[0]) - {"timestamp"} == set(found[role]) - {"variant_name", "model_name"}
        assert points[0]["model_latency"]["p50"] == pytest.approx(found[role]["model_latency"]["p50"])


def test_twenty_pages_are_read(run: Run, emulator: Emulator) -> None:
    start_test(emulator, hours=2)
    whole = measure(run, include_datapoints=True, period=60)
    # Per variant: 120 datapoints and a summary of 5 sums, 2 latencies with 6 statistics and the utilizations with 2.
    production, shadow = 121 * (5 + 12 + 6), 121 * (5 + 12 + 8)
    emulator.settings.metric_page_size = -(-(production + shadow) // 20)
    emulator.clear_log()
    assert measure(run, include_datapoints=True, period=60) == whole
    assert emulator.calls() == ["DescribeInferenceExperiment", *["GetMetricData"] * 20]


@cases(
    ("PartialData", "partial_data", {"token": False}, 2),
    ("InternalError with NextToken", "internal_error", {"token": True}, 2),
    ("HTTP 503 twice", "html503", {"times": 2}, 3),
)
def test_incomplete_response_is_retried(
    kind: str, details: Mapping[str, Any], calls: int, run: Run, emulator: Emulator
) -> None:
    start_test(emulator, hours=2)
    expected = measure(run)
    emulator.clear_log()
    emulator.fault("GetMetricData", kind, **details)
    assert measure(run) == expected
    assert emulator.calls().count("GetMetricData") == calls


@pytest.mark.parametrize("status", ["Created", "Creating"])
def test_test_not_started_succeeds_with_null_and_warning(run: Run, emulator: Emulator, status: str) -> None:
    put_experiment(emulator, status, EndpointName=ENDPOINT, time_left=None if status == "Created" else 1e6)
    emulator.clear_log()
    result = succeeded(run(METRICS_INFO, {"name": NAME}))
    found = result["inference_experiment_metrics"]
    assert (result.changed, emulator.calls()) == (False, CALLS[:1])
    assert result.warnings == ["The test has not started, so there are no metrics."]
    assert "deprecations" not in result
    assert (found["start_time"], found["end_time"], found["status"]) == (None, None, status)
    assert {*numbers(found["production"]), *numbers(found["shadow"]), *numbers(found["comparison"])} == {None}


@cases(
    ("in the second of the end", "12:00:00.9", None, {}),
    ("a second before the end", "11:59:59", None, {}),
    ("one minute before the end", "11:59:00", 600, {}),
    ("shortest period", "11:58:00", 1200, {"period": 60, "include_datapoints": True}),
)
def test_time_of_less_than_a_minute_has_null_and_warning(
    start: str, invocations: int | None, options: dict[str, Any], run: Run, emulator: Emulator
) -> None:
    start_test(emulator, hours=2)
    result = succeeded(run(METRICS_INFO, {"name": NAME, "start_time": f"2026-01-01T{start}Z", **options}))
    found = result["inference_experiment_metrics"]["production"]
    assert found["invocations"] == invocations
    assert [point["invocations"] for point in found.get("datapoints", [])] == ([600, 600] if options else [])
    without_period = ["The time has no complete period of 60 seconds, so there are no metrics."]
    assert result.warnings == (without_period if invocations is None else [])


def test_start_before_retention_is_warned_about(run: Run, emulator: Emulator) -> None:
    start_test(emulator, days=500)
    result = succeeded(run(METRICS_INFO, {"name": NAME}))
    assert result.warnings == ["CloudWatch keeps data for 455 days. Older data is missing."]
    assert result["inference_experiment_metrics"]["production"]["invocations"] == 455 * 864_000


def test_ended_test_without_one_variant_is_measured(run: Run, emulator: Emulator) -> None:
    """No source states whether an ended test still lists a variant that its stop has removed."""
    start_test(emulator, hours=5)
    kept = emulator.experiment(NAME, REGION)["properties"]["ModelVariants"][:1]
    put_experiment(emulator, "Completed", EndpointName=ENDPOINT, ModelVariants=kept)
    found = measure(run, start_time="2026-01-01T10:00:00Z")
    assert [found[role]["model_name"] for role in ("production", "shadow")] == ["demo-model-a", None]
    assert found["production"]["invocations"] == 72_000


def test_ten_percentiles_with_ten_decimal_places_are_returned(run: Run, emulator: Emulator) -> None:
    start_test(emulator, hours=2)
    latency = measure(run, percentiles=[0.5, *range(20, 100, 10), 99.9999999999])["shadow"]["model_latency"]
    assert len(latency) == len(("average", "minimum", "maximum")) + 10
    assert {"p0_5", "p20", "p90", "p99_9999999999"} <= set(latency)


PERIOD, EARLY = {"period": 60, "include_datapoints": True}, {"start_time": "2026-01-01T10:00:00Z"}


@cases(
    ("start", {"start_time": "2026-01-01 10:00"}, "start_time must be an ISO 8601 time with an offset"),
    ("end", {"end_time": "2026-01-01T10:00:00"}, "end_time must be an ISO 8601 time with an offset"),
    ("end equal to start", {**EARLY, "end_time": "2026-01-01T11:00:00+01:00"}, "end_time must be after start_time."),
    *(
        (f"p{value}", {"percentiles": [value]}, "percentiles must be numbers above 0 and below 100")
        for value in (0, 100, float("nan"), 99.12345678901)
    ),
    ("boolean percentile", {"percentiles": [50, True]}, "percentiles[1] must be a number, got true."),
    ("no percentile", {"percentiles": []}, "percentiles must have 1 to 10 elements, got 0."),
    ("eleven percentiles", {"percentiles": list(range(1, 12))}, "percentiles must have 1 to 10 elements, got 11."),
    ("name", {"name": "a_b"}, "name must consist of letters and digits"),
    *(
        (f"period of {period}", {**PERIOD, "period": period}, f"period must be a multiple of 60, got {period}.")
        for period in (0, 90)
    ),
    ("period without datapoints", {"period": 60}, "period requires include_datapoints: true."),
    (
        "period too short for age",
        {**PERIOD, "start_time": "2025-12-10T00:00:00Z"},
        "period must be a multiple of 300, got 60. CloudWatch keeps data from 2025-12-10T00:00:00Z with periods of 300",
    ),
)
def test_invalid_option_is_rejected_before_any_call(
    options: Mapping[str, Any], words: str, run: Run, emulator: Emulator
) -> None:
    task = {"name": NAME, **options}
    attempt = f"Invalid options for the metrics of inference experiment '{task['name']}' in {REGION}: "
    failed(run(METRICS_INFO, task), "InvalidOptions", f"{attempt}{words}")
    assert emulator.calls() == []


@cases(
    ("start after the end", {"start_time": "2026-01-01T12:00:01Z"}, "is not after the start"),
    ("period too short for test", {"period": 60, "include_datapoints": True}, "multiple of 300"),
)
def test_option_that_conflicts_with_test_is_rejected_after_describe(
    options: Mapping[str, Any], words: str, run: Run, emulator: Emulator
) -> None:
    start_test(emulator, days=20)
    failed(run(METRICS_INFO, {"name": NAME, **options}), "InvalidOptions", words)
    assert emulator.calls() == CALLS[:1]


@cases(
    ("SageMaker", "DescribeInferenceExperiment", "Grant the permission sagemaker:DescribeInferenceExperiment to"),
    ("CloudWatch", "GetMetricData", "Grant the permission cloudwatch:GetMetricData to the calling identity."),
)
def test_denied_call_without_permission_in_message_names_permission(
    operation: str, hint: str, run: Run, emulator: Emulator
) -> None:
    start_test(emulator, hours=5)
    emulator.fault(operation, "error", code="AccessDeniedException", status=400)
    failed(run(METRICS_INFO, {"name": NAME}), "AccessDeniedException", hint)


def test_missing_experiment_fails(run: Run) -> None:
    failed(
        run(METRICS_INFO, {"name": NAME}),
        "ResourceNotFound",
        f"Could not measure inference experiment '{NAME}' in {REGION}",
    )


# Metrics and statistics of the script, which uses the client and the paginator of boto3 and nothing of the collection.
LATENCY, UTILIZATION = ("Average", "Minimum", "Maximum", "p50", "p90", "p99"), ("Average", "Maximum")
SCRIPT: dict[tuple[str, ...], tuple[str, str, str]] = {
    **{
        (key,): ("AWS/SageMaker", name, "Sum")
        for key, name in {
            "invocations": "Invocations",
            "invocations_per_instance": "InvocationsPerInstance",
            "invocation_4xx_errors": "Invocation4XXErrors",
            "invocation_5xx_errors": "Invocation5XXErrors",
            "invocation_model_errors": "InvocationModelErrors",
        }.items()
    },
    **{
        (f"{kind.lower()}_latency", statistic.lower()): ("AWS/SageMaker", f"{kind}Latency", statistic)
        for kind in ("Model", "Overhead")
        for statistic in LATENCY
    },
    **{
        (f"{key}_utilization", statistic.lower()): ("/aws/sagemaker/Endpoints", f"{name}Utilization", statistic)
        for key, name in {
            "cpu": "CPU",
            "memory": "Memory",
            "disk": "Disk",
            "gpu": "GPU",
            "gpu_memory": "GPUMemory",
        }.items()
        for statistic in UTILIZATION
    },
}


def run_script(emulator: Emulator, variant: str, start: datetime, end: datetime) -> dict[tuple[str, ...], float]:
    """Return the value of each metric with data, of one period over the whole time."""
    dimensions = [{"Name": "EndpointName", "Value": ENDPOINT}, {"Name": "VariantName", "Value": variant}]
    queries = [
        {
            "Id": "_".join(keys),
            "MetricStat": {
                "Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions},
                "Period": int((end - start).total_seconds()),
                "Stat": statistic,
            },
        }
        for keys, (namespace, name, statistic) in SCRIPT.items()
    ]
    paginator = emulator.client("cloudwatch", REGION).get_paginator("get_metric_data")
    pages = paginator.paginate(MetricDataQueries=queries, StartTime=start, EndTime=end)
    values = {each["Id"]: value for page in pages for each in page["MetricDataResults"] for value in each["Values"]}
    return {keys: values["_".join(keys)] for keys in SCRIPT if "_".join(keys) in values}


@cases(
    ("one retention period", {"days": 3}, timedelta()),
    ("15 days after the start", {"days": 20, "minutes": 1}, timedelta(minutes=1)),
    ("15 and 63 days after the start", {"days": 70, "minutes": 1}, timedelta(minutes=1)),
)
def test_independent_script_gets_the_same_numbers(
    age: Mapping[str, Any], rounded_up: timedelta, run: Run, emulator: Emulator
) -> None:
    rates = {"error_4xx_rate": 0.01, "error_5xx_rate": 0.03}
    start = start_test(emulator, {"production": {**PRODUCTION, **rates}, "shadow": {**SHADOW, **rates}}, **age)
    found = measure(run, include_datapoints=True)
    assert (found["start_time"], found["percentiles_exact"]) == (instant(start + rounded_up), True)
    scripted = {role: run_script(emulator, role, start + rounded_up, emulator.clock.now()) for role in BOTH}
    # GPUs have no data on production, and their memory on no variant.
    assert [len(values) for values in scripted.values()] == [len(SCRIPT) - 4, len(SCRIPT) - 2]
    at = partial(reduce, dict.__getitem__)
    for role, values in scripted.items():
        assert {path: number for path in SCRIPT if (number := at(path, found[role])) is not None} == values
        assert found[role]["error_rate"] == values["invocation_model_errors",] / values["invocations",]
        assert sum(point["invocations"] for point in found[role]["datapoints"]) == values["invocations",]
    production, shadow = scripted.values()
    for path in production.keys() & shadow.keys():
        assert at(path, found["comparison"]) == {
            "production": production[path],
            "shadow": shadow[path],
            "difference": shadow[path] - production[path],
            "ratio": shadow[path] / production[path],
        }


def keys(value: Any, documented: Mapping[str, Any], path: str = "") -> set[str]:
    """Return the paths of the keys of a result that RETURN omits."""
    if not isinstance(value, dict):
        return set()
    missing = {f"{path}{key}" for key in value.keys() - documented.keys()}
    known = value.keys() & documented.keys()
    return missing.union(*(keys(value[key], documented[key].get("contains") or {}, f"{path}{key}.") for key in known))


@pytest.mark.parametrize("setting", ["accept", "reject"])
def test_return_documents_every_key(run: Run, emulator: Emulator, setting: str) -> None:
    start_test(emulator, hours=60)
    emulator.settings.metric_long_periods = setting
    found = measure(run, include_datapoints=True, percentiles=[99])
    documented = yaml.safe_load(inference_experiment_metrics_info.RETURN)["inference_experiment_metrics"]["contains"]
    comparison = found.pop("comparison")
    assert keys(found, documented) == set()
    assert set(found) | {"comparison"} == set(documented)
    assert keys(comparison["error_rate"], documented["comparison"]["contains"]["error_rate"]["contains"]) == set()


def test_task_requests_the_documented_number_of_metrics(run: Run, emulator: Emulator) -> None:
    start_test(emulator, hours=2)
    counts = []
    for include in (False, True):
        emulator.clear_log()
        measure(run, include_datapoints=include)
        (request,) = [record.request for record in emulator.log if record.operation == "GetMetricData"]
        counts.append(len(request["MetricDataQueries"]))
    assert counts == [54, 108]
    description = " ".join(yaml.safe_load(inference_experiment_metrics_info.DOCUMENTATION)["description"])
    assert "requests 54 metrics" in description
    assert "108 metrics" in description
