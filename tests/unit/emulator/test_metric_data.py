"""Settings, traffic and faults of GetMetricData; the facts of tests/conformance are not repeated here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.emulator.traffic import INVOCATIONS
from tests.support.aws_clients import Aws, replace

DAY = 86_400
PRODUCTION = {
    "model_latency": {"minimum": 10_000, "p50": 20_000, "p90": 40_000, "p99": 80_000, "maximum": 100_000},
    "error_4xx_rate": 0.01,
    "model_error_rate": 0.02,
    "cpu_utilization": {"minimum": 10, "p50": 40, "maximum": 80},
}
SHADOW = {**PRODUCTION, "model_latency": 15_000, "model_error_rate": 0.05, "gpu_utilization": 120}


@pytest.fixture(autouse=True)
def _full_hour_without_delay(aws: Aws) -> None:
    aws.emulator.settings.metric_delay_seconds = 0
    aws.pass_time(3600 - now(aws).timestamp() % 3600)


def now(aws: Aws) -> datetime:
    return aws.emulator.clock.now()


def ago(aws: Aws, **duration: float) -> datetime:
    return now(aws) - timedelta(**duration)


def put(aws: Aws, **duration: float) -> None:
    """Put an experiment that has been Running, with 600 requests a minute and half of them for the shadow variant."""
    start = ago(aws, **duration)
    schedule = {"StartTime": start.isoformat(), "EndTime": (start + timedelta(days=900)).isoformat()}
    aws.put("Running", Schedule=schedule)
    variants = {"production": PRODUCTION, "shadow": SHADOW}
    aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=600, variants=variants, start=start)


def query(
    name: str = "Invocations",
    stat: str = "Sum",
    period: int = 60,
    variant: str = "production",
    *,
    id_: str = "m1",
    namespace: str = INVOCATIONS,
    endpoint: str = "demo-endpoint",
    **more: Any,
) -> dict[str, Any]:
    dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat, **more}}


def get(aws: Aws, start: datetime, end: datetime, *queries: Mapping[str, Any], **more: Any) -> Any:
    cloudwatch = aws.client("cloudwatch")
    return cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end, **more)


def points(response: Any) -> dict[str, list[Any]]:
    """Return time and value of the datapoints by Id."""
    return {
        each["Id"]: list(zip(each["Timestamps"], each["Values"], strict=True)) for each in response["MetricDataResults"]
    }


def values(aws: Aws, start: datetime, end: datetime, **parameters: Any) -> list[float]:
    """Return the values of a query in ascending order of time."""
    found = get(aws, start, end, query(**parameters), ScanBy="TimestampAscending")
    return [value for _time, value in points(found)["m1"]]


def test_datapoints_appear_after_delay(aws: Aws) -> None:
    aws.emulator.settings.metric_delay_seconds = 60
    put(aws, hours=1)
    start, end = ago(aws, minutes=5), now(aws)
    counts = [len(values(aws, start, end))]
    for seconds in (59, 1):
        aws.pass_time(seconds)
        counts.append(len(values(aws, start, end)))
    assert counts == [4, 4, 5]


def total(aws: Aws, start: datetime, end: datetime, variant: str = "production") -> float:
    return sum(values(aws, start, end, variant=variant))


def by_hour(aws: Aws, count: int, variant: str = "production") -> list[float]:
    """Return the invocations in each of the last hours."""
    hours = [ago(aws, hours=hour) for hour in range(count, 0, -1)]
    return [total(aws, hour, hour + timedelta(hours=1), variant) for hour in hours]


def test_sampling_percentage_scales_invocations_of_shadow_variant(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=600)
    aws.pass_time(3600)
    before = by_hour(aws, 1, "shadow")
    aws.update(replace("/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage", 100))
    aws.pass_time(3660)
    assert (before, by_hour(aws, 1, "shadow")) == ([18_000], [36_000])


def test_traffic_replaces_later_traffic(aws: Aws) -> None:
    for age, rate in ((4, 10), (1, 20), (2, 30)):
        aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=rate, start=ago(aws, hours=age))
    assert by_hour(aws, 4) == [600, 600, 1800, 1800]


@pytest.mark.parametrize("token", [True, False], ids=["token", "no token"])
@pytest.mark.parametrize(("kind", "status"), [("partial_data", "PartialData"), ("internal_error", "InternalError")])
def test_fault_returns_half_of_datapoints(aws: Aws, kind: str, status: str, token: bool) -> None:
    put(aws, days=2)
    start, end = ago(aws, days=1), now(aws)
    queries = [query(id_=f"m{number}", period=DAY) for number in range(4)]
    aws.emulator.fault("GetMetricData", kind, token=token)
    first = get(aws, start, end, *queries)
    assert [each["StatusCode"] for each in first["MetricDataResults"]] == ["Complete"] * 2 + [status] * 2
    assert [len(each["Values"]) for each in first["MetricDataResults"]] == [1, 1, 0, 0]
    assert ("NextToken" in first) is token
    second = get(aws, start, end, *queries, **({"NextToken": first["NextToken"]} if token else {}))
    assert [each["StatusCode"] for each in second["MetricDataResults"]] == ["Complete"] * 4
    assert [len(each["Values"]) for each in second["MetricDataResults"]] == ([0, 0, 1, 1] if token else [1] * 4)


def test_fault_without_data_sets_status_of_all_results(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.fault("GetMetricData", "internal_error")
    first = get(aws, ago(aws, days=1), now(aws), query())
    assert first["MetricDataResults"][0]["StatusCode"] == "InternalError"
    second = get(aws, ago(aws, days=1), now(aws), query(), NextToken=first["NextToken"])
    assert (second["MetricDataResults"][0]["StatusCode"], points(second)["m1"]) == ("Complete", [])
