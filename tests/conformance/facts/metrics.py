"""Metrics of the variants of an endpoint in CloudWatch."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tests.conformance.account import Account, error_of
from tests.conformance.fact import ASSUMED, CLOUDWATCH, MODEL, fact, guide, scenario

SAGEMAKER_METRICS = guide("Metrics for monitoring Amazon SageMaker AI with Amazon CloudWatch")
CONCEPTS = guide("CloudWatch concepts")
INVOCATIONS, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
COUNTS = (
    "Invocations",
    "InvocationsPerInstance",
    "Invocation4XXErrors",
    "Invocation5XXErrors",
    "InvocationModelErrors",
)
NAMES = {
    INVOCATIONS: [*COUNTS, "ModelLatency", "OverheadLatency"],
    INSTANCES: ["CPUUtilization", "MemoryUtilization", "DiskUtilization"],
}
DAY = 86_400
MINUTES = 5


@scenario(2 * MINUTES, CLOUDWATCH)
def invoked(account: Account) -> datetime:
    """Send requests to the endpoint for some minutes, and wait for their metrics; return the time before."""
    start = account.now()
    for _minute in range(MINUTES):
        account.invoke()
        account.sleep(60)
    account.sleep(180)
    return start


def query(
    account: Account, name: str, *, namespace: str = INVOCATIONS, period: int = 60, endpoint: str = "", **stat: Any
) -> Any:
    """Return a query of a metric of the production variant."""
    values = {"EndpointName": endpoint or account.resources.endpoint, "VariantName": account.variant["VariantName"]}
    dimensions = [{"Name": each, "Value": value} for each, value in values.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
    return {"Id": "m1", "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum", **stat}}


def get(account: Account, *queries: Any, start: datetime | None = None, **more: Any) -> Any:
    """Return GetMetricData from the time of the requests on."""
    first = start or account.once(invoked)
    numbered = [{**each, "Id": f"m{number}"} for number, each in enumerate(queries)]
    return account.client("cloudwatch").get_metric_data(
        MetricDataQueries=numbered, StartTime=first, EndTime=account.now(), ScanBy="TimestampAscending", **more
    )


def has_data(account: Account, *queries: Any) -> list[bool]:
    return [bool(result["Values"]) for result in get(account, *queries)["MetricDataResults"]]


def named(account: Account, namespace: str) -> list[str]:
    """Return the names of the metrics of a namespace that have data."""
    names = NAMES[namespace]
    found = has_data(account, *(query(account, name, namespace=namespace, Stat="Average") for name in names))
    return [name for name, present in zip(names, found, strict=True) if present]


@fact(SAGEMAKER_METRICS, NAMES[INVOCATIONS], after=invoked)
def metrics_of_invocations_are_in_aws_sagemaker(account: Account) -> Any:
    """The metrics of invocations and latencies have the namespace AWS/SageMaker."""
    return named(account, INVOCATIONS)


@fact(SAGEMAKER_METRICS, NAMES[INSTANCES], after=invoked)
def metrics_of_instances_are_in_aws_sagemaker_endpoints(account: Account) -> Any:
    """The utilization metrics have the namespace /aws/sagemaker/Endpoints."""
    return named(account, INSTANCES)


@fact(SAGEMAKER_METRICS, {"Microseconds": True, "Milliseconds": False}, after=invoked)
def latencies_are_in_microseconds(account: Account) -> Any:
    """ModelLatency has the unit Microseconds."""
    units = ("Microseconds", "Milliseconds")
    found = has_data(account, *(query(account, "ModelLatency", Stat="Maximum", Unit=unit) for unit in units))
    return dict(zip(units, found, strict=True))


@fact(SAGEMAKER_METRICS, {"both": True, "endpoint only": False}, after=invoked)
def metrics_require_both_dimensions(account: Account) -> Any:
    """A metric requires the dimensions EndpointName and VariantName."""
    both, one = query(account, "Invocations"), query(account, "Invocations")
    one["MetricStat"]["Metric"]["Dimensions"].pop()
    return dict(zip(("both", "endpoint only"), has_data(account, both, one), strict=True))


@fact(guide("CloudWatch statistics definitions"), True, after=invoked)
def latencies_have_percentiles(account: Account) -> Any:
    """Percentiles such as p99.9 are statistics of the latencies."""
    return has_data(account, query(account, "ModelLatency", Stat="p99.9"))[0]


@fact(MODEL, {"first": "PartialData", "more pages": True}, after=invoked)
def page_of_metric_data_has_max_datapoints(account: Account) -> Any:
    """GetMetricData returns MaxDatapoints datapoints per page. A result with more pages has the status PartialData."""
    found = get(account, query(account, "Invocations"), MaxDatapoints=2)
    return {"first": found["MetricDataResults"][0]["StatusCode"], "more pages": "NextToken" in found}


@fact(MODEL, "minute", after=invoked)
def start_time_is_rounded_down_to_minute(account: Account) -> Any:
    """GetMetricData rounds StartTime down to the minute: the first datapoint has the time of the rounded StartTime."""
    start = account.once(invoked).replace(second=0) + timedelta(seconds=157)
    time = get(account, query(account, "Invocations", period=3600), start=start)["MetricDataResults"][0]["Timestamps"][
        0
    ]
    return "minute" if start - time == timedelta(seconds=37) else f"{start - time} before StartTime"


@fact(ASSUMED, 1, after=invoked)
def period_of_whole_time_has_one_datapoint(account: Account) -> Any:
    """Periods begin at the rounded StartTime, so a period over the whole time has one datapoint."""
    start = account.once(invoked)
    period = 60 * (int((account.now() - start).total_seconds()) // 60 + 1)
    return len(get(account, query(account, "Invocations", period=period))["MetricDataResults"][0]["Values"])


@fact(MODEL, {"500": "SUCCESS", "501": "ValidationError"}, cost=CLOUDWATCH)
def request_has_500_queries_at_most(account: Account) -> Any:
    """GetMetricData accepts up to 500 queries."""
    start = account.now() - timedelta(hours=1)
    queries = [query(account, "Invocations", period=3600, endpoint="none")] * 501
    return {str(len(some)): error_of(partial(get, account, *some, start=start)) for some in (queries[1:], queries)}


@fact(MODEL, "ValidationError", cost=CLOUDWATCH)
def period_is_multiple_of_60_seconds(account: Account) -> Any:
    """A period of metrics with standard resolution is a multiple of 60 seconds."""
    start = account.now() - timedelta(hours=1)
    return error_of(lambda: get(account, query(account, "Invocations", period=90), start=start))


@fact(ASSUMED, "SUCCESS", cost=CLOUDWATCH)
def period_of_several_days_is_accepted(account: Account) -> Any:
    """GetMetricData accepts a period of several days. The CloudWatch User Guide states one day as the maximum."""
    start = account.now() - timedelta(days=7)
    return error_of(lambda: get(account, query(account, "Invocations", period=7 * DAY), start=start))


RETAINED = {
    "16 days": {"60": False, "300": True},
    "64 days": {"300": False, "3600": True},
    "456 days": {"3600": False},
}


@fact(CONCEPTS, RETAINED, emulator_only="The check would take 456 days.")
def retention_depends_on_period(account: Account) -> Any:
    """CloudWatch retains periods of 60 seconds for 15 days, of 300 seconds for 63 days, of 1 hour for 455 days."""
    now, endpoint = account.now(), account.resources.endpoint
    account.emulator.traffic(endpoint, invocations_per_minute=60, start=now - timedelta(days=470))
    client, found = account.client("cloudwatch"), {}
    for age, periods in RETAINED.items():
        start = now - timedelta(days=int(age.split()[0]))
        found[age] = {
            period: bool(
                client.get_metric_data(
                    MetricDataQueries=[query(account, "Invocations", period=int(period))],
                    StartTime=start,
                    EndTime=start + timedelta(hours=2),
                )["MetricDataResults"][0]["Values"]
            )
            for period in periods
        }
    account.emulator.clear_traffic()
    return found
