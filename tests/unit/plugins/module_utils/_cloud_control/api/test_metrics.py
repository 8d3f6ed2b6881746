"""The calls for metrics, and the responses that are retried."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api import metrics as api
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import metrics
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import ServiceCall
from tests.support.cases import cases
from tests.support.fake_boto3 import FakeClient, client_error, connect

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
LATER = START + timedelta(days=1)
VARIANTS = {role: metrics.Variant({}, {"Shop": role}) for role in ("production", "shadow")}
SUBJECT = metrics.Subject({}, True, VARIANTS, created=START, start=None, end=None, completed=None)
TABLE = metrics.MetricsTable(
    ServiceCall("shop", "describe", "Id", "shop:Describe"),
    lambda _response: SUBJECT,
    (metrics.Metric("sent", "Shop", "Sent"),),
)
LOADS = TABLE._replace(metrics=(metrics.Metric("load", "Shop", "Load", ("Average", "Maximum")),))
HEADERS = {"HTTPHeaders": {"date": "Thu, 01 Jan 2026 00:00:30 GMT"}}


def result(query: str, status: str = "Complete", **points: float) -> dict[str, Any]:
    """Return a result with values on the days of January: d1=2.0."""
    days = [datetime(2026, 1, int(name[1:]), tzinfo=timezone.utc) for name in points]
    return {"Id": query, "StatusCode": status, "Timestamps": days, "Values": list(points.values())}


def page(*results: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"MetricDataResults": list(results), **({"NextToken": following} if following else {})}


def read(client: FakeClient, end: datetime = LATER) -> dict[str, float]:
    """Return the sum of each variant."""
    _period, values = api.read_metrics(
        connect(client), TABLE, SUBJECT, metrics.Times(START, end), percentiles=[], datapoint_period=None
    )
    return {query.role: sum(points.values()) for query, points in values.items()}


# Read this test first.
def test_read_metrics_sends_all_queries_in_one_request() -> None:
    client = FakeClient(page(result("m0", d1=2), result("m1", d1=3)))
    assert read(client) == {"production": 2, "shadow": 3}
    (request,) = client.requests
    assert (request["StartTime"], request["EndTime"]) == (START, LATER)
    assert request["MetricDataQueries"] == [
        {
            "Id": name,
            "MetricStat": {
                "Metric": {"Namespace": "Shop", "MetricName": "Sent", "Dimensions": [{"Name": "Shop", "Value": role}]},
                "Period": 86_400,
                "Stat": "Sum",
            },
        }
        for name, role in (("m0", "production"), ("m1", "shadow"))
    ]


def test_pages_of_a_metric_are_merged() -> None:
    client = FakeClient(
        page(result("m0", d1=2), result("m1", "PartialData"), following="next"), page(result("m0"), result("m1", d1=3))
    )
    assert read(client) == {"production": 2, "shadow": 3}
    assert client.requests[1]["NextToken"] == "next"


@cases(
    ("PartialData without NextToken", page(result("m0", "PartialData", d1=7))),
    ("second result incomplete", page(result("m1", d1=7), result("m0", "PartialData"))),
    ("InternalError", page(result("m0", "InternalError", d1=7))),
    ("InternalError with NextToken", page(result("m0", "InternalError", d1=7), following="next")),
    ("no results", {}),
    ("times without values", page({**result("m0", d1=7), "Values": []})),
)
def test_incomplete_page_is_requested_again(response: dict[str, Any]) -> None:
    client = FakeClient(response, page(result("m0", d1=2)))
    assert read(client) == {"production": 2, "shadow": 0}
    assert client.requests[0] == client.requests[1]


def test_forbidden_metric_fails_without_retry() -> None:
    client = FakeClient(page(result("m0", "Forbidden")))
    with pytest.raises(CallFailed, match="GetMetricData returned the status Forbidden for a metric") as error:
        read(client)
    assert (error.value.code, error.value.operation, len(client.requests)) == ("Forbidden", "GetMetricData", 1)


def test_several_datapoints_are_requested_again_with_days() -> None:
    split = page(result("m0", d1=2, d2=3))
    client = FakeClient(split, split)
    assert read(client, START + timedelta(days=3)) == {"production": 5, "shadow": 0}
    periods = [request["MetricDataQueries"][0]["MetricStat"]["Period"] for request in client.requests]
    assert periods == [3 * 86_400, 86_400]


@pytest.mark.parametrize(
    "code",
    [
        *("InvalidParameterCombination", "InvalidParameterValue", "ValidationError"),
        # The names of the same errors in responses without the header x-amzn-query-error.
        *("InvalidParameterCombinationException", "InvalidParameterValueException", "ValidationException"),
    ],
)
def test_rejected_period_of_more_than_a_day_is_replaced_by_days(code: str) -> None:
    client = FakeClient(client_error(code), page(result("m0", d1=2, d2=3), result("m1", d1=1)))
    assert read(client, START + timedelta(days=2)) == {"production": 5, "shadow": 1}
    assert len(client.requests) == 2


@cases(("period of a day", "ValidationError", LATER), ("denied", "AccessDenied", START + timedelta(days=2)))
def test_other_rejected_request_fails(code: str, end: datetime) -> None:
    client = FakeClient(client_error(code))
    with pytest.raises(CallFailed) as error:
        read(client, end)
    assert (error.value.code, len(client.requests)) == (code, 1)


def test_sample_count_is_requested_only_for_several_datapoints() -> None:
    split = page(result("m0", d1=2, d2=3))
    client = FakeClient(split, split)
    times = metrics.Times(START, START + timedelta(days=2))
    api.read_metrics(connect(client), LOADS, SUBJECT, times, percentiles=[], datapoint_period=None)
    statistics = [{query["MetricStat"]["Stat"] for query in each["MetricDataQueries"]} for each in client.requests]
    assert statistics == [{"Average", "Maximum"}, {"Average", "Maximum", "SampleCount"}]


def test_read_subject_returns_time_of_response() -> None:
    client = FakeClient({"ResponseMetadata": HEADERS})
    found = api.read_subject(connect(client), TABLE, "one")
    assert found == (SUBJECT, START + timedelta(seconds=30))
    assert client.requests == [{"Id": "one"}]


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}], ids=["no Date header", "invalid Date header"])
def test_response_without_time_is_retried(headers: dict[str, str]) -> None:
    client = FakeClient({"ResponseMetadata": {"HTTPHeaders": headers}}, {"ResponseMetadata": HEADERS})
    assert api.read_subject(connect(client), TABLE, "one")[0] == SUBJECT
