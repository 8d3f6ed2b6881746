"""CloudWatch's GetMetricData as boto3 and its paginator see it, in the query protocol and in JSON."""

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
    """Put a test that has been running for so long, with 600 requests a minute and half of them for the shadow."""
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


def get(cloudwatch: CloudWatch, start: datetime, end: datetime, *queries: Mapping[str, Any], **more: Any) -> Any:
    return cloudwatch.client.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end, **more)


def points(answer: Any) -> dict[str, list[Any]]:
    """Return time and value of the datapoints by Id."""
    return {
        each["Id"]: list(zip(each["Timestamps"], each["Values"], strict=True)) for each in answer["MetricDataResults"]
    }


# one datapoint for the whole time

WHOLE: list[Any] = [
    # namespace, metric, statistic, its value for production and for shadow over ten days
    pytest.param(INVOCATIONS, "Invocations", "Sum", 8_640_000, 4_320_000, id="invocations"),
    pytest.param(INVOCATIONS, "InvocationsPerInstance", "Sum", 8_640_000, 4_320_000, id="per instance"),
    pytest.param(INVOCATIONS, "Invocation4XXErrors", "Sum", 86_400, 43_200, id="4xx errors"),
    pytest.param(INVOCATIONS, "Invocation5XXErrors", "Sum", 0, 0, id="5xx errors"),
    pytest.param(INVOCATIONS, "InvocationModelErrors", "Sum", 172_800, 216_000, id="model errors"),
    pytest.param(INVOCATIONS, "ModelLatency", "SampleCount", 8_640_000, 4_320_000, id="samples"),
    pytest.param(INVOCATIONS, "ModelLatency", "Average", 25_800, 15_000, id="average"),
    pytest.param(INVOCATIONS, "ModelLatency", "Minimum", 10_000, 15_000, id="minimum"),
    pytest.param(INVOCATIONS, "ModelLatency", "Maximum", 100_000, 15_000, id="maximum"),
    pytest.param(INVOCATIONS, "ModelLatency", "p50", 20_000, 15_000, id="p50"),
    pytest.param(INVOCATIONS, "ModelLatency", "p99", 80_000, 15_000, id="p99"),
    pytest.param(INVOCATIONS, "ModelLatency", "p99.5", 90_000, 15_000, id="p99.5"),
    pytest.param(INSTANCES, "CPUUtilization", "Maximum", 80, 80, id="CPU"),
    pytest.param(INSTANCES, "CPUUtilization", "SampleCount", 14_400, 14_400, id="CPU samples"),
]


@pytest.mark.parametrize(("namespace", "name", "stat", "production", "shadow"), WHOLE)
def test_one_period_over_whole_time_is_one_datapoint(
    aws: Aws, cloudwatch: CloudWatch, namespace: str, name: str, stat: str, production: float, shadow: float
) -> None:
    put(aws, days=10)
    start = ago(aws, days=10)
    queries = [
        query(name, stat, 10 * DAY, variant, id_=f"m{number}", namespace=namespace)
        for number, variant in enumerate(("production", "shadow"))
    ]
    answer = get(cloudwatch, start, now(aws), *queries)
    assert [each["StatusCode"] for each in answer["MetricDataResults"]] == ["Complete", "Complete"]
    assert [each["Label"] for each in answer["MetricDataResults"]] == [name, name]
    assert "NextToken" not in answer
    assert points(answer) == {"m0": [(start, pytest.approx(production))], "m1": [(start, pytest.approx(shadow))]}


def test_percentile_over_whole_time_is_exact_and_between_those_of_days(aws: Aws, cloudwatch: CloudWatch) -> None:
    name = aws.seed.endpoint_name
    start = ago(aws, days=10)
    for days, latency in ((10, 1_000), (3, {"minimum": 2_000, "maximum": 4_000})):
        variants = {"production": {"model_latency": latency}}
        aws.emulator.traffic(name, invocations_per_minute=60, variants=variants, start=ago(aws, days=days))
    whole = get(cloudwatch, start, now(aws), query("ModelLatency", "p85", 10 * DAY))
    daily = get(cloudwatch, start, now(aws), query("ModelLatency", "p85", DAY))
    assert points(whole)["m1"] == [(start, pytest.approx(3_000))]
    assert sorted({value for _moment, value in points(daily)["m1"]}) == pytest.approx([1_000, 3_700])


LONG: list[Any] = [
    pytest.param("accept", 2 * DAY, 1, id="one datapoint"),
    pytest.param("split", 2 * DAY, 2, id="a datapoint a day"),
    pytest.param("split", DAY, 2, id="a day is not split"),
    pytest.param("reject", DAY, 2, id="a day is not rejected"),
]


@pytest.mark.parametrize(("setting", "period", "count"), LONG)
def test_long_period_gives(aws: Aws, cloudwatch: CloudWatch, setting: str, period: int, count: int) -> None:
    put(aws, days=3)
    aws.emulator.settings.metric_long_periods = setting
    start = ago(aws, days=2)
    found = points(get(cloudwatch, start, now(aws), query(period=period), ScanBy="TimestampAscending"))["m1"]
    each = 2 * 864_000 / count
    assert found == [
        (start + timedelta(seconds=number * period if count == 1 else number * DAY), each) for number in range(count)
    ]


def test_long_period_can_be_rejected(aws: Aws, cloudwatch: CloudWatch) -> None:
    aws.emulator.settings.metric_long_periods = "reject"
    with rejected(
        "ValidationError", "MetricDataQueries.member.1.MetricStat.Period must be less than or equal to 86400"
    ):
        get(cloudwatch, ago(aws, days=2), now(aws), query(period=2 * DAY))


# periods, rounding and retention


@pytest.mark.parametrize("scan_by", ["TimestampAscending", "TimestampDescending", None])
@pytest.mark.parametrize("period", [60, 300, 3600])
def test_each_period_has_datapoint_in_requested_order(
    aws: Aws, cloudwatch: CloudWatch, period: int, scan_by: str | None
) -> None:
    put(aws, days=1)
    start = ago(aws, hours=2)
    found = get(cloudwatch, start, now(aws), query(period=period), **({"ScanBy": scan_by} if scan_by else {}))
    expected = [(start + timedelta(seconds=number * period), 10.0 * period) for number in range(7200 // period)]
    assert points(found)["m1"] == (expected if scan_by == "TimestampAscending" else expected[::-1])


ROUNDED: list[Any] = [
    # age in days, seconds past the hour of StartTime, of the first datapoint
    pytest.param(1, 754, 720, id="minute"),
    pytest.param(14.9, 754, 720, id="minute, nearly 15 days"),
    pytest.param(15.1, 754, 600, id="5 minutes"),
    pytest.param(62.9, 754, 600, id="5 minutes, nearly 63 days"),
    pytest.param(63.1, 754, 0, id="hour"),
    pytest.param(400, 754, 0, id="hour, 400 days"),
]


@pytest.mark.parametrize(("days", "given", "rounded"), ROUNDED)
def test_start_is_rounded_down_by_its_age(
    aws: Aws, cloudwatch: CloudWatch, days: float, given: int, rounded: int
) -> None:
    put(aws, days=500)
    hour = ago(aws, days=days).replace(minute=0, second=0)
    start = hour + timedelta(seconds=given)
    found = get(cloudwatch, start, start + timedelta(hours=2), query(period=3600), ScanBy="TimestampAscending")
    assert points(found)["m1"][0] == (hour + timedelta(seconds=rounded), 36_000)


def test_end_is_rounded_down_to_minute_and_exclusive(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, days=1)
    start = ago(aws, hours=2)
    found = get(cloudwatch, start, start + timedelta(seconds=3600 + 90), query(period=3600))
    assert [value for _moment, value in points(found)["m1"]] == [600, 36_000]


RETENTION: list[Any] = [
    # age in days, period, whether there are datapoints
    pytest.param(14.9, 60, True, id="1 minute up to 15 days"),
    pytest.param(15.1, 60, False, id="1 minute no longer"),
    pytest.param(15.1, 360, False, id="6 minutes are no multiple of 5"),
    pytest.param(15.1, 300, True, id="5 minutes up to 63 days"),
    pytest.param(62.9, 600, True, id="10 minutes"),
    pytest.param(63.1, 300, False, id="5 minutes no longer"),
    pytest.param(63.1, 5400, False, id="90 minutes are no multiple of an hour"),
    pytest.param(63.1, 3600, True, id="1 hour up to 455 days"),
    pytest.param(454, DAY, True, id="a day"),
    pytest.param(457, 3600, False, id="no longer retained"),
    *[pytest.param(0.1, period, False, id=f"{period} s is for high resolution") for period in (1, 5, 10, 20, 30)],
]


@pytest.mark.parametrize(("days", "period", "expected"), RETENTION)
def test_retention_decides_about_datapoints(
    aws: Aws, cloudwatch: CloudWatch, days: float, period: int, expected: bool
) -> None:
    put(aws, days=500)
    start = ago(aws, days=days)
    (result,) = get(cloudwatch, start, start + timedelta(hours=2), query(period=period))["MetricDataResults"]
    assert (bool(result["Values"]), result["StatusCode"]) == (expected, "Complete")


def test_data_older_than_455_days_is_missing_from_long_period(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, days=500)
    start = ago(aws, days=460)
    ((_moment, value),) = points(get(cloudwatch, start, ago(aws, days=450), query(period=10 * DAY)))["m1"]
    assert value == 5 * 864_000


def test_last_minute_is_missing_for_delay(aws: Aws, cloudwatch: CloudWatch) -> None:
    aws.emulator.settings.metric_delay_seconds = 60
    put(aws, hours=1)
    start, end = ago(aws, minutes=5), now(aws)
    assert len(points(get(cloudwatch, start, end, query()))["m1"]) == 4
    aws.pass_time(59)
    assert len(points(get(cloudwatch, start, end, query()))["m1"]) == 4
    aws.pass_time(1)
    assert len(points(get(cloudwatch, start, end, query()))["m1"]) == 5


# results without data

NOTHING: list[Any] = [
    pytest.param({"namespace": INSTANCES}, id="metric of the other namespace"),
    pytest.param({"name": "Unknown"}, id="unknown metric"),
    pytest.param({"namespace": "AWS/EC2"}, id="unknown namespace"),
    pytest.param({"variant": "nobody"}, id="unknown variant"),
    pytest.param({"endpoint": "nowhere"}, id="unknown endpoint"),
    pytest.param({"Unit": "Seconds"}, id="other unit"),
    pytest.param({"name": "GPUUtilization", "namespace": INSTANCES}, id="no GPU"),
]


@pytest.mark.parametrize("changes", NOTHING)
def test_result_without_data_is_complete_and_empty(aws: Aws, cloudwatch: CloudWatch, changes: dict[str, Any]) -> None:
    put(aws, hours=2)
    (result,) = get(cloudwatch, ago(aws, hours=1), now(aws), query(**changes))["MetricDataResults"]
    assert (result["Timestamps"], result["Values"], result["StatusCode"]) == ([], [], "Complete")


def test_metric_needs_exactly_its_dimensions(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, hours=2)
    few, many = query(id_="few"), query(id_="many")
    few["MetricStat"]["Metric"]["Dimensions"].pop()
    many["MetricStat"]["Metric"]["Dimensions"].append({"Name": "ContainerName", "Value": "c"})
    found = points(get(cloudwatch, ago(aws, hours=1), now(aws), few, many, query(Unit="None")))
    assert [len(found[name]) for name in ("few", "many", "m1")] == [0, 0, 60]


def test_endpoint_without_traffic_has_no_data(aws: Aws, cloudwatch: CloudWatch) -> None:
    aws.put("Running")
    assert points(get(cloudwatch, ago(aws, hours=1), now(aws), query()))["m1"] == []


def test_query_without_return_data_has_no_result(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, hours=2)
    hidden = {**query(id_="hidden"), "ReturnData": False}
    answer = get(cloudwatch, ago(aws, hours=1), now(aws), hidden, {**query(), "Label": "Requests"})
    assert [(each["Id"], each["Label"]) for each in answer["MetricDataResults"]] == [("m1", "Requests")]


# traffic and the variants of the endpoint


def total(cloudwatch: CloudWatch, start: datetime, end: datetime, variant: str) -> float:
    found = points(get(cloudwatch, start, end, query(variant=variant)))["m1"]
    return sum(float(value) for _moment, value in found)


def test_shadow_has_invocations_while_test_runs(aws: Aws, cloudwatch: CloudWatch) -> None:
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
    running = [total(cloudwatch, begin, now(aws), variant) for variant in ("production", "shadow")]
    assert running == [pytest.approx((now(aws) - begin).total_seconds(), abs=60), pytest.approx(1805, abs=6)]
    assert total(cloudwatch, begin, start - timedelta(seconds=60), "shadow") == 0
    assert total(cloudwatch, end + timedelta(seconds=60), now(aws), "shadow") == 0


def test_sampling_percentage_scales_invocations_of_shadow(aws: Aws, cloudwatch: CloudWatch) -> None:
    aws.put("Running")
    aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=600)
    start = now(aws)
    aws.pass_time(3600)
    before = total(cloudwatch, start, now(aws), "shadow")
    aws.update(replace("/ShadowModeConfig/ShadowModelVariants/0/SamplingPercentage", 100))
    changed = now(aws) + timedelta(seconds=60)
    aws.pass_time(3660)
    after = total(cloudwatch, changed, changed + timedelta(hours=1), "shadow")
    assert (before, after) == (18_000, 36_000)


def test_promoted_variant_gets_all_requests(aws: Aws, cloudwatch: CloudWatch) -> None:
    aws.put("Running")
    aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=600)
    actions = {"production": "Remove", "shadow": "Promote"}
    aws.sagemaker.stop_inference_experiment(Name="test", ModelVariantActions=actions)
    aws.pass_time(60)
    start = now(aws)
    aws.pass_time(600)
    assert [total(cloudwatch, start, now(aws), variant) for variant in ("production", "shadow")] == [0, 6000]


def test_experiment_put_again_replaces_later_variants(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, hours=2)
    times = {"StartTime": ago(aws, hours=4).isoformat(), "EndTime": ago(aws, hours=3).isoformat()}
    aws.put("Completed", Schedule=times)
    aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=600, start=ago(aws, hours=5))
    hours = [ago(aws, hours=hour) for hour in (5, 4, 3, 2, 1)]
    found = [
        [total(cloudwatch, hour, hour + timedelta(hours=1), name) for hour in hours]
        for name in ("production", "shadow")
    ]
    assert found == [[36_000] * 5, [0, 18_000, 0, 0, 0]]


def test_metrics_of_deleted_endpoint_can_be_read(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, hours=2)
    aws.sagemaker.delete_endpoint(EndpointName=aws.seed.endpoint_name)
    start, deleted = ago(aws, hours=1), now(aws)
    aws.pass_time(3600)
    assert total(cloudwatch, start, deleted, "production") == 36_000
    assert total(cloudwatch, deleted, now(aws), "production") == 0


def test_traffic_replaces_later_traffic(aws: Aws, cloudwatch: CloudWatch) -> None:
    for age, rate in ((4, 10), (1, 20), (2, 30)):
        aws.emulator.traffic(aws.seed.endpoint_name, invocations_per_minute=rate, start=ago(aws, hours=age))
    hours = [ago(aws, hours=hour) for hour in (4, 3, 2, 1)]
    found = [total(cloudwatch, hour, hour + timedelta(hours=1), "production") for hour in hours]
    assert found == [600, 600, 1800, 1800]


def test_traffic_can_be_forgotten(aws: Aws, cloudwatch: CloudWatch) -> None:
    for forget in (aws.emulator.clear_traffic, aws.emulator.forget_experiments):
        put(aws, hours=2)
        assert total(cloudwatch, ago(aws, hours=1), now(aws), "production") == 36_000
        forget()
        assert total(cloudwatch, ago(aws, hours=1), now(aws), "production") == 0


# pages


def test_paginator_collects_pages_of_max_datapoints(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, days=1)
    start = ago(aws, hours=1)
    queries = [query(id_="a"), query(id_="none", variant="nobody"), query("ModelLatency", "p99", id_="b")]
    whole = points(get(cloudwatch, start, now(aws), *queries))
    pages = list(
        cloudwatch.client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=now(aws), PaginationConfig={"PageSize": 50}
        )
    )
    statuses = [[result["StatusCode"] for result in page["MetricDataResults"]] for page in pages]
    assert statuses == [["PartialData"] * 3, ["Complete", "Complete", "PartialData"], ["Complete"] * 3]
    assert [sum(map(len, points(page).values())) for page in pages] == [50, 50, 20]
    assert {name: [each for page in pages for each in points(page)[name]] for name in ("a", "none", "b")} == whole


def test_page_size_of_emulator_gives_twenty_pages(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, days=1)
    aws.emulator.settings.metric_page_size = 3
    start, end = ago(aws, hours=1), now(aws) + timedelta(hours=1)
    more: dict[str, str] = {}
    found: list[Any] = []
    pages = 0
    while pages == 0 or more:
        answer = get(cloudwatch, start, end, query(), MaxDatapoints=500, **more)
        found += points(answer)["m1"]
        more = {"NextToken": answer["NextToken"]} if "NextToken" in answer else {}
        pages += 1
        aws.pass_time(60)  # all pages are of the time of the first, so the new datapoints are on none of them
    assert (pages, len(found), len(set(found))) == (20, 60, 60)


def test_token_of_other_request_is_rejected(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, days=1)
    start, end = ago(aws, hours=1), now(aws)
    token = get(cloudwatch, start, end, query(), MaxDatapoints=10)["NextToken"]
    assert get(cloudwatch, start, end, query(), MaxDatapoints=20, NextToken=token)["NextToken"] != token
    for wrong in (query("ModelLatency"), query(period=120)):
        with rejected("InvalidNextToken", "other parameters"):
            get(cloudwatch, start, end, wrong, NextToken=token)
    for text in ("nonsense", "e30=", "W10="):
        with rejected("InvalidNextToken", "not valid"):
            get(cloudwatch, start, end, query(), NextToken=text)


FAULTS: list[Any] = [
    # kind, details, status of the results, whether there is a NextToken
    pytest.param("partial_data", {}, "PartialData", True, id="partial data"),
    pytest.param("partial_data", {"token": False}, "PartialData", False, id="partial data without token"),
    pytest.param("internal_error", {}, "InternalError", True, id="internal error"),
    pytest.param("internal_error", {"token": False}, "InternalError", False, id="internal error without token"),
]


@pytest.mark.parametrize(("kind", "details", "status", "token"), FAULTS)
def test_fault_leaves_half_of_datapoints_for_next_request(
    aws: Aws, cloudwatch: CloudWatch, kind: str, details: dict[str, Any], status: str, token: bool
) -> None:
    put(aws, days=2)
    start, end = ago(aws, days=1), now(aws)
    queries = [query(id_=f"m{number}", period=DAY) for number in range(4)]
    aws.emulator.fault("GetMetricData", kind, **details)
    first = get(cloudwatch, start, end, *queries)
    assert [each["StatusCode"] for each in first["MetricDataResults"]] == ["Complete"] * 2 + [status] * 2
    assert [len(each["Values"]) for each in first["MetricDataResults"]] == [1, 1, 0, 0]
    assert ("NextToken" in first) is token
    second = get(cloudwatch, start, end, *queries, **({"NextToken": first["NextToken"]} if token else {}))
    assert [each["StatusCode"] for each in second["MetricDataResults"]] == ["Complete"] * 4
    assert [len(each["Values"]) for each in second["MetricDataResults"]] == ([0, 0, 1, 1] if token else [1] * 4)


def test_fault_without_any_data_is_status_of_all_results(aws: Aws, cloudwatch: CloudWatch) -> None:
    aws.emulator.fault("GetMetricData", "internal_error")
    first = get(cloudwatch, ago(aws, days=1), now(aws), query())
    assert first["MetricDataResults"][0]["StatusCode"] == "InternalError"
    second = get(cloudwatch, ago(aws, days=1), now(aws), query(), NextToken=first["NextToken"])
    assert second["MetricDataResults"][0]["StatusCode"] == "Complete"


def test_partial_data_is_for_get_metric_data_only(aws: Aws) -> None:
    with pytest.raises(ValueError, match="is for GetMetricData, not for GetResource"):
        aws.emulator.fault("GetResource", "partial_data")


# errors


def changed(**members: Any) -> dict[str, Any]:
    """Return a query with other members; of None, without them."""
    return {name: value for name, value in {**query(), **members}.items() if value is not None}


def without(member: str) -> dict[str, Any]:
    """Return a query of a metric that lacks a member."""
    found = query()
    del found["MetricStat"]["Metric"][member]
    return found


INVALID: list[Any] = [
    # queries, further parameters, words of the message
    pytest.param([], {}, "The parameter MetricDataQueries is required", id="no query"),
    pytest.param(
        [query(id_=f"m{number}") for number in range(501)],
        {},
        "The collection MetricDataQueries must not have a size greater than 500.",
        id="501 queries",
    ),
    pytest.param([query(), query()], {}, "not unique", id="an Id twice"),
    pytest.param([query(id_="M1")], {}, "member.1.Id must begin with a lowercase letter", id="Id in capitals"),
    pytest.param([query(id_="a-b")], {}, "member.1.Id", id="Id with a dash"),
    pytest.param(
        [query(), changed(Id="x", MetricStat=None)], {}, "member.2.MetricStat is required", id="no MetricStat"
    ),
    pytest.param([changed(MetricStat=None, Expression="m1 + 1")], {}, "Expression is not emulated", id="expression"),
    pytest.param([changed(Period=60)], {}, "Period must not be specified with MetricStat", id="two periods"),
    *[
        pytest.param(
            [query(period=period)], {}, "member.1.MetricStat.Period must be a value in the set", id=f"{period} s"
        )
        for period in (7, 59, 61, 90)
    ],
    *[
        pytest.param([query(stat=stat)], {}, "member.1.MetricStat.Stat", id=f"statistic {stat}")
        for stat in ("Median", "p101", "tm90")
    ],
    pytest.param([without("MetricName")], {}, "Metric.MetricName is required", id="no name"),
    pytest.param([without("Namespace")], {}, "Metric.Namespace is required", id="no namespace"),
    pytest.param([query()], {"MaxDatapoints": 100_801}, "MaxDatapoints must be between 1 and 100800", id="too many"),
    pytest.param([query()], {"MaxDatapoints": -1}, "MaxDatapoints must be between 1 and 100800", id="negative"),
    pytest.param([query()], {"ScanBy": "Time"}, "ScanBy must be a value in the set", id="order"),
]


@pytest.mark.parametrize(("queries", "more", "words"), INVALID)
def test_request_is_rejected(
    aws: Aws, cloudwatch: CloudWatch, queries: list[Any], more: dict[str, Any], words: str
) -> None:
    with rejected("ValidationError", words):
        get(cloudwatch, ago(aws, hours=1), now(aws), *queries, **more)


TIMES: list[Any] = [
    pytest.param(0, "The parameter StartTime must not equal parameter EndTime.", id="equal"),
    pytest.param(60, "The parameter EndTime must be greater than StartTime.", id="end before start"),
]


@pytest.mark.parametrize(("seconds", "words"), TIMES)
def test_times_are_rejected(aws: Aws, cloudwatch: CloudWatch, seconds: int, words: str) -> None:
    with rejected("ValidationError", words):
        get(cloudwatch, now(aws), ago(aws, seconds=seconds), query())


def test_500_queries_are_answered(aws: Aws, cloudwatch: CloudWatch) -> None:
    put(aws, days=30)
    queries = [query(id_=f"m{number}", period=30 * DAY, stat=f"p{number / 5}") for number in range(500)]
    answer = get(cloudwatch, ago(aws, days=30), now(aws), *queries)
    assert [len(each["Values"]) for each in answer["MetricDataResults"]] == [1] * 500


def test_traffic_is_rejected_with_its_mistake(aws: Aws) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        aws.emulator.traffic("demo-endpoint", REGION, invocations_per_minute=1, start="today")
    with pytest.raises(ValueError, match="unknown latency"):
        aws.emulator.traffic("demo-endpoint", invocations_per_minute=1, variants={"production": {"latency": 1}})
