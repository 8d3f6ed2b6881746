"""CloudWatch's GetMetricData for boto3 and its paginator; test_protocols.py compares the two protocols."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.emulator.traffic import INSTANCES, INVOCATIONS
from tests.support.aws_clients import REGION, Aws, CloudWatch, rejected, replace

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


# one datapoint for the whole time

WHOLE: list[Any] = [
    # namespace, metric, statistic, values of production and shadow variant over ten days
    pytest.param(INVOCATIONS, "Invocations", "Sum", 8_640_000, 4_320_000, id="invocations"),
    pytest.param(INVOCATIONS, "InvocationModelErrors", "Sum", 172_800, 216_000, id="model errors"),
    pytest.param(INVOCATIONS, "ModelLatency", "Average", 25_800, 15_000, id="average latency"),
    pytest.param(INVOCATIONS, "ModelLatency", "p99.5", 90_000, 15_000, id="percentile of latency"),
    pytest.param(INSTANCES, "CPUUtilization", "Maximum", 80, 80, id="CPU utilization"),
]


@pytest.mark.parametrize(("namespace", "name", "stat", "production", "shadow"), WHOLE)
def test_period_of_whole_time_has_one_datapoint(
    aws: Aws, cloudwatch: CloudWatch, namespace: str, name: str, stat: str, production: float, shadow: float
) -> None:
    put(aws, days=10)
    start = ago(aws, days=10)
    queries = [
        query(name, stat, 10 * DAY, variant, id_=f"m{number}", namespace=namespace)
        for number, variant in enumerate(("production", "shadow"))
    ]
    response = cloudwatch.client.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=now(aws))
    assert [each["StatusCode"] for each in response["MetricDataResults"]] == ["Complete", "Complete"]
    assert [each["Label"] for each in response["MetricDataResults"]] == [name, name]
    assert "NextToken" not in response
    assert points(response) == {"m0": [(start, pytest.approx(production))], "m1": [(start, pytest.approx(shadow))]}


def test_percentile_of_whole_time_is_exact(aws: Aws) -> None:
    start = ago(aws, days=10)
    for days, latency in ((10, 1_000), (3, {"minimum": 2_000, "maximum": 4_000})):
        variants = {"production": {"model_latency": latency}}
        aws.emulator.traffic(
            aws.seed.endpoint_name, invocations_per_minute=60, variants=variants, start=ago(aws, days=days)
        )
    whole = values(aws, start, now(aws), name="ModelLatency", stat="p85", period=10 * DAY)
    daily = values(aws, start, now(aws), name="ModelLatency", stat="p85", period=DAY)
    assert whole == pytest.approx([3_000])
    assert sorted(set(daily)) == pytest.approx([1_000, 3_700])


LONG: list[Any] = [
    # setting, period, number of datapoints
    pytest.param("accept", 2 * DAY, 1, id="two days accepted"),
    pytest.param("split", 2 * DAY, 2, id="two days split"),
    pytest.param("split", DAY, 2, id="day with split"),
    pytest.param("reject", DAY, 2, id="day with reject"),
]


@pytest.mark.parametrize(("setting", "period", "count"), LONG)
def test_setting_applies_to_periods_of_more_than_a_day(aws: Aws, setting: str, period: int, count: int) -> None:
    put(aws, days=3)
    aws.emulator.settings.metric_long_periods = setting
    start = ago(aws, days=2)
    found = points(get(aws, start, now(aws), query(period=period), ScanBy="TimestampAscending"))["m1"]
    assert found == [(start + timedelta(days=number), 2 * 864_000 / count) for number in range(count)]


# periods, rounding and retention


@pytest.mark.parametrize("scan_by", ["TimestampAscending", "TimestampDescending", None])
@pytest.mark.parametrize("period", [60, 300, 3600])
def test_each_period_has_datapoint_in_requested_order(aws: Aws, period: int, scan_by: str | None) -> None:
    put(aws, days=1)
    start = ago(aws, hours=2)
    found = get(aws, start, now(aws), query(period=period), **({"ScanBy": scan_by} if scan_by else {}))
    expected = [(start + timedelta(seconds=number * period), 10.0 * period) for number in range(7200 // period)]
    assert points(found)["m1"] == (expected if scan_by == "TimestampAscending" else expected[::-1])


@pytest.mark.parametrize(("days", "rounded"), [(1, 720), (14.9, 720), (15.1, 600), (62.9, 600), (63.1, 0), (400, 0)])
def test_start_is_rounded_down_by_its_age(aws: Aws, days: float, rounded: int) -> None:
    put(aws, days=500)
    hour = ago(aws, days=days).replace(minute=0, second=0)
    start = hour + timedelta(seconds=754)
    found = get(aws, start, start + timedelta(hours=2), query(period=3600), ScanBy="TimestampAscending")
    assert points(found)["m1"][0] == (hour + timedelta(seconds=rounded), 36_000)


def test_end_is_rounded_down_to_minute_and_exclusive(aws: Aws) -> None:
    put(aws, days=1)
    start = ago(aws, hours=2)
    assert values(aws, start, start + timedelta(seconds=3600 + 90), period=3600) == [36_000, 600]


RETENTION: list[Any] = [
    # age in days, period, whether datapoints exist
    (14.9, 60, True),
    (15.1, 60, False),
    (15.1, 360, False),
    (15.1, 300, True),
    (62.9, 600, True),
    (63.1, 300, False),
    (63.1, 5400, False),
    (63.1, 3600, True),
    (454, DAY, True),
    (457, 3600, False),
    *((0.1, period, False) for period in (1, 5, 10, 20, 30)),
]


@pytest.mark.parametrize(("days", "period", "expected"), RETENTION)
def test_retention_depends_on_age_and_period(aws: Aws, days: float, period: int, expected: bool) -> None:
    put(aws, days=500)
    start = ago(aws, days=days)
    (result,) = get(aws, start, start + timedelta(hours=2), query(period=period))["MetricDataResults"]
    assert (bool(result["Values"]), result["StatusCode"]) == (expected, "Complete")


def test_long_period_excludes_data_older_than_455_days(aws: Aws) -> None:
    put(aws, days=500)
    assert values(aws, ago(aws, days=460), ago(aws, days=450), period=10 * DAY) == [5 * 864_000]


def test_datapoints_appear_after_delay(aws: Aws) -> None:
    aws.emulator.settings.metric_delay_seconds = 60
    put(aws, hours=1)
    start, end = ago(aws, minutes=5), now(aws)
    counts = [len(values(aws, start, end))]
    for seconds in (59, 1):
        aws.pass_time(seconds)
        counts.append(len(values(aws, start, end)))
    assert counts == [4, 4, 5]


# results without data

NO_DATA: list[Any] = [
    pytest.param({"namespace": INSTANCES}, id="metric of other namespace"),
    pytest.param({"name": "Unknown"}, id="unknown metric"),
    pytest.param({"namespace": "AWS/EC2"}, id="unknown namespace"),
    pytest.param({"variant": "unknown"}, id="unknown variant"),
    pytest.param({"endpoint": "unknown"}, id="unknown endpoint"),
    pytest.param({"Unit": "Seconds"}, id="other unit"),
    pytest.param({"name": "GPUUtilization", "namespace": INSTANCES}, id="no GPU"),
]


@pytest.mark.parametrize("changes", NO_DATA)
def test_result_without_data_is_complete_and_empty(aws: Aws, changes: dict[str, Any]) -> None:
    put(aws, hours=2)
    (result,) = get(aws, ago(aws, hours=1), now(aws), query(**changes))["MetricDataResults"]
    assert (result["Timestamps"], result["Values"], result["StatusCode"]) == ([], [], "Complete")


def test_metric_requires_exactly_its_dimensions(aws: Aws) -> None:
    put(aws, hours=2)
    few, many = query(id_="few"), query(id_="many")
    few["MetricStat"]["Metric"]["Dimensions"].pop()
    many["MetricStat"]["Metric"]["Dimensions"].append({"Name": "ContainerName", "Value": "c"})
    found = points(get(aws, ago(aws, hours=1), now(aws), few, many, query(Unit="None")))
    assert [len(found[name]) for name in ("few", "many", "m1")] == [0, 0, 60]


def test_query_without_return_data_has_no_result(aws: Aws) -> None:
    put(aws, hours=2)
    hidden = {**query(id_="hidden"), "ReturnData": False}
    response = get(aws, ago(aws, hours=1), now(aws), hidden, {**query(), "Label": "Requests"})
    assert [(each["Id"], each["Label"]) for each in response["MetricDataResults"]] == [("m1", "Requests")]


# traffic and the variants of the endpoint


def total(aws: Aws, start: datetime, end: datetime, variant: str = "production") -> float:
    return sum(values(aws, start, end, variant=variant))


def by_hour(aws: Aws, count: int, variant: str = "production") -> list[float]:
    """Return the invocations in each of the last hours."""
    hours = [ago(aws, hours=hour) for hour in range(count, 0, -1)]
    return [total(aws, hour, hour + timedelta(hours=1), variant) for hour in hours]


def test_shadow_variant_has_invocations_while_experiment_runs(aws: Aws) -> None:
    aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=60)
    begin = now(aws)
    aws.pass_time(3590)
    aws.create()
    start = now(aws)
    aws.pass_time(3600)
    actions = {"production": "Retain", "shadow": "Remove"}
    aws.sagemaker.stop_inference_experiment(Name="test", ModelVariantActions=actions)
    aws.pass_time(3600)
    end = start + timedelta(seconds=3600 + 10)
    running = [total(aws, begin, now(aws), variant) for variant in ("production", "shadow")]
    assert running == [pytest.approx((now(aws) - begin).total_seconds(), abs=60), pytest.approx(1805, abs=6)]
    assert total(aws, begin, start - timedelta(seconds=60), "shadow") == 0
    assert total(aws, end + timedelta(seconds=60), now(aws), "shadow") == 0


def test_sampling_percentage_scales_invocations_of_shadow_variant(aws: Aws) -> None:
    aws.put("Running")
    aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=600)
    aws.pass_time(3600)
    before = by_hour(aws, 1, "shadow")
    aws.update(replace("/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage", 100))
    aws.pass_time(3660)
    assert (before, by_hour(aws, 1, "shadow")) == ([18_000], [36_000])


def test_put_experiment_replaces_later_variants(aws: Aws) -> None:
    put(aws, hours=2)
    times = {"StartTime": ago(aws, hours=4).isoformat(), "EndTime": ago(aws, hours=3).isoformat()}
    aws.put("Completed", Schedule=times)
    aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=600, start=ago(aws, hours=5))
    found = [by_hour(aws, 5, variant) for variant in ("production", "shadow")]
    assert found == [[36_000] * 5, [0, 18_000, 0, 0, 0]]


def test_deleted_endpoint_keeps_its_metrics(aws: Aws) -> None:
    put(aws, hours=2)
    aws.sagemaker.delete_endpoint(EndpointName=aws.seed.endpoint_name)
    aws.pass_time(3600)
    assert by_hour(aws, 2) == [36_000, 0]


def test_traffic_replaces_later_traffic(aws: Aws) -> None:
    for age, rate in ((4, 10), (1, 20), (2, 30)):
        aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=rate, start=ago(aws, hours=age))
    assert by_hour(aws, 4) == [600, 600, 1800, 1800]


def test_clear_traffic_and_forget_experiments_remove_traffic(aws: Aws) -> None:
    for clear in (aws.emulator.clear_traffic, aws.emulator.forget_experiments):
        put(aws, hours=2)
        assert by_hour(aws, 1) == [36_000]
        clear()
        assert by_hour(aws, 1) == [0]


def test_traffic_rejects_wrong_description(aws: Aws) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        aws.emulator.traffic("demo-endpoint", REGION, invocations_per_minute=1, start="today")
    with pytest.raises(ValueError, match="unknown latency"):
        aws.emulator.traffic("demo-endpoint", invocations_per_minute=1, variants={"production": {"latency": 1}})


# pages


def test_paginator_collects_pages_of_max_datapoints(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, days=1)
    start = ago(aws, hours=1)
    queries = [query(id_="a"), query(id_="none", variant="unknown"), query("ModelLatency", "p99", id_="b")]
    whole = points(get(aws, start, now(aws), *queries))
    pages = list(
        cloudwatch.client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=now(aws), PaginationConfig={"PageSize": 50}
        )
    )
    statuses = [[result["StatusCode"] for result in page["MetricDataResults"]] for page in pages]
    assert statuses == [["PartialData"] * 3, ["Complete", "Complete", "PartialData"], ["Complete"] * 3]
    assert [sum(map(len, points(page).values())) for page in pages] == [50, 50, 20]
    assert {name: [each for page in pages for each in points(page)[name]] for name in ("a", "none", "b")} == whole


def test_all_pages_are_of_time_of_first_request(aws: Aws) -> None:
    put(aws, days=1)
    aws.emulator.settings.metric_page_size = 3
    start, end = ago(aws, hours=1), now(aws) + timedelta(hours=1)
    more: dict[str, str] = {}
    found: list[Any] = []
    pages = 0
    while pages == 0 or more:
        response = get(aws, start, end, query(), MaxDatapoints=500, **more)
        found += points(response)["m1"]
        more = {"NextToken": response["NextToken"]} if "NextToken" in response else {}
        pages += 1
        aws.pass_time(60)
    assert (pages, len(found), len(set(found))) == (20, 60, 60)


def test_invalid_token_or_token_of_other_request_is_rejected(aws: Aws) -> None:
    put(aws, days=1)
    start, end = ago(aws, hours=1), now(aws)
    token = get(aws, start, end, query(), MaxDatapoints=10)["NextToken"]
    assert get(aws, start, end, query(), MaxDatapoints=20, NextToken=token)["NextToken"] != token
    for wrong in (query("ModelLatency"), query(period=120)):
        with rejected("InvalidNextToken", "other parameters"):
            get(aws, start, end, wrong, NextToken=token)
    for text in ("nonsense", "e30=", "W10="):
        with rejected("InvalidNextToken", "not valid"):
            get(aws, start, end, query(), NextToken=text)


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


# errors


def changed(**members: Any) -> dict[str, Any]:
    """Return a query with changed members; None removes a member."""
    return {name: value for name, value in {**query(), **members}.items() if value is not None}


def without(member: str) -> dict[str, Any]:
    """Return a query without a member of the metric."""
    found = query()
    del found["MetricStat"]["Metric"][member]
    return found


MANY = [query(id_=f"m{number}") for number in range(501)]
TOO_MANY = "The collection MetricDataQueries must not have a size greater than 500."
PERIOD, STAT = "member.1.MetricStat.Period must be a value in the set", "member.1.MetricStat.Stat"
RANGE = "MaxDatapoints must be between 1 and 100800"
INVALID: list[Any] = [
    # queries, further parameters, part of the message
    pytest.param([], {}, "The parameter MetricDataQueries is required", id="no query"),
    pytest.param(MANY, {}, TOO_MANY, id="501 queries"),
    pytest.param([query(), query()], {}, "not unique", id="duplicate Id"),
    pytest.param([query(id_="M1")], {}, "member.1.Id must begin with a lowercase letter", id="uppercase Id"),
    pytest.param([query(id_="a-b")], {}, "member.1.Id", id="Id with dash"),
    pytest.param([query(), changed(Id="x", MetricStat=None)], {}, "member.2.MetricStat is required", id="no stat"),
    pytest.param([changed(MetricStat=None, Expression="m1 + 1")], {}, "Expression is not emulated", id="expression"),
    pytest.param([changed(Period=60)], {}, "Period must not be specified with MetricStat", id="two periods"),
    *[pytest.param([query(period=period)], {}, PERIOD, id=f"{period} seconds") for period in (7, 59, 61, 90)],
    *[pytest.param([query(stat=stat)], {}, STAT, id=f"statistic {stat}") for stat in ("Median", "p101", "tm90")],
    pytest.param([without("MetricName")], {}, "Metric.MetricName is required", id="no name"),
    pytest.param([without("Namespace")], {}, "Metric.Namespace is required", id="no namespace"),
    pytest.param([query()], {"MaxDatapoints": 100_801}, RANGE, id="too many datapoints"),
    pytest.param([query()], {"MaxDatapoints": -1}, RANGE, id="negative datapoints"),
    pytest.param([query()], {"ScanBy": "Time"}, "ScanBy must be a value in the set", id="unknown order"),
]


@pytest.mark.parametrize(("queries", "more", "message"), INVALID)
def test_request_is_rejected(aws: Aws, queries: list[Any], more: dict[str, Any], message: str) -> None:
    with rejected("ValidationError", message):
        get(aws, ago(aws, hours=1), now(aws), *queries, **more)


def test_times_and_long_period_are_rejected(aws: Aws) -> None:
    with rejected("ValidationError", "The parameter StartTime must not equal parameter EndTime."):
        get(aws, now(aws), now(aws), query())
    with rejected("ValidationError", "The parameter EndTime must be greater than StartTime."):
        get(aws, now(aws), ago(aws, seconds=60), query())
    aws.emulator.settings.metric_long_periods = "reject"
    with rejected("ValidationError", "member.1.MetricStat.Period must be less than or equal to 86400"):
        get(aws, ago(aws, days=2), now(aws), query(period=2 * DAY))


def test_500_queries_are_accepted(aws: Aws) -> None:
    put(aws, days=30)
    queries = [query(id_=f"m{number}", period=30 * DAY, stat=f"p{number / 5}") for number in range(500)]
    response = get(aws, ago(aws, days=30), now(aws), *queries)
    assert [len(each["Values"]) for each in response["MetricDataResults"]] == [1] * 500
