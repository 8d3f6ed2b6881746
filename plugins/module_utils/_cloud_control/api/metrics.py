# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the variants of a resource from its service, and their metrics from CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from ..errors import CallFailed
from ..model import metrics
from ..model.metrics import MetricsTable, Query, Subject, Times, Values
from .client import CloudControl, hint_if_denied

# Codes of a request with a period that CloudWatch does not accept.
_INVALID = (
    *("InvalidParameterCombination", "InvalidParameterValue", "ValidationError"),
    *("InvalidParameterCombinationException", "InvalidParameterValueException", "ValidationException"),
)
_OPERATION = "GetMetricData"


def read_subject(client: CloudControl, table: MetricsTable, identifier: str) -> tuple[Subject, datetime]:
    """Return the resource, and the time of the response. Raises CallFailed."""

    def parse(response: Mapping[str, Any]) -> tuple[Subject, datetime]:
        return table.parse(response), parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"])

    return client.describe(table.call, identifier, parse)


def read_metrics(
    client: CloudControl,
    table: MetricsTable,
    subject: Subject,
    times: Times,
    *,
    percentiles: Sequence[str],
    datapoint_period: int | None,
) -> tuple[int, Values]:
    """Return the period of the summaries in seconds, and the values of all queries. Raises CallFailed.

    The period is the whole time. If CloudWatch rejects this period, or returns several datapoints for it, the period is
    at most one day.
    datapoint_period: also read all statistics with this period; None: summaries only.
    """
    period = int((times.end - times.start).total_seconds())
    further = metrics.queries(table, percentiles, datapoint_period) if datapoint_period else []
    asked = metrics.queries(table, percentiles, period)
    try:
        values = _get_metric_data(client, [*asked, *further], subject, times)
        if metrics.exact(values, asked):
            return period, values
    except CallFailed as error:
        if error.code not in _INVALID or period <= metrics.DAY:
            raise
    period = min(period, metrics.DAY)
    asked = metrics.queries(table, percentiles, period, counts=True)
    return period, _get_metric_data(client, [*asked, *further], subject, times)


def _get_metric_data(client: CloudControl, asked: Sequence[Query], subject: Subject, times: Times) -> Values:
    by_id = {f"m{number}": query for number, query in enumerate(dict.fromkeys(asked))}
    request = [_request(name, query, subject) for name, query in by_id.items()]
    found: dict[Query, dict[datetime, float]] = {query: {} for query in by_id.values()}
    parameters = {"MetricDataQueries": request, "StartTime": times.start, "EndTime": times.end}
    with hint_if_denied("cloudwatch:GetMetricData"):
        for results in client.pages("get_metric_data", _parse, service="cloudwatch", **parameters):
            for name, points in results:
                found[by_id[name]].update(points)
    return found


def _request(name: str, query: Query, subject: Subject) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in subject.variants[query.role].dimensions.items()]
    metric = {"Namespace": query.metric.namespace, "MetricName": query.metric.name, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": query.period, "Stat": query.statistic}}


def _parse(response: Mapping[str, Any]) -> list[tuple[str, dict[datetime, float]]]:
    """Return (query ID, values) of each result on a page. Raises CallFailed, transient if the page is incomplete.

    PartialData with a NextToken is continued on the next page. Without a NextToken, the page is requested again.
    """
    for result in response["MetricDataResults"]:
        status = result["StatusCode"]
        if status == "Complete" or (status == "PartialData" and response.get("NextToken")):
            continue
        message = f"{_OPERATION} returned the status {status} for a metric"
        raise CallFailed(message, code=status, operation=_OPERATION, transient=status != "Forbidden")
    return [
        (result["Id"], dict(zip(result["Timestamps"], result["Values"], strict=True)))
        for result in response["MetricDataResults"]
    ]
