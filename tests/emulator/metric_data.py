"""CloudWatch's GetMetricData: checks, rounding of times, retention, and pages.

Sources: botocore's model of GetMetricData (limits, retention, rounding of StartTime, PartialData, InternalError),
CloudWatch User Guide "CloudWatch concepts" and "CloudWatch service quotas". Of the messages, those about the number of
queries, a missing MetricStat and the times are quoted from errors that users have published. EndTime is rounded down to
the minute (grafana/grafana#89341, yet-another-cloudwatch-exporter#203), periods begin at the rounded StartTime
(boto/boto3#3457). Unverified: that the last period ends at EndTime, that each page has a result for each query, and in
which order metrics fill the pages.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from moto.cloudwatch.exceptions import CloudWatchException

from . import traffic
from .faults import Fault
from .traffic import MINUTE, SampleFunction, Span

MAX_QUERIES = 500
MAX_DATAPOINTS = 100_800
HOUR, DAY = 3600, 86_400
RETENTION = (
    # age of the datapoints in seconds: their period
    (15 * DAY, MINUTE),
    (63 * DAY, 5 * MINUTE),
    (455 * DAY, HOUR),
)
HIGH_RESOLUTION = (1, 5, 10, 20, 30)
"""Valid periods without datapoints, because all metrics of SageMaker have standard resolution."""
DIMENSIONS = {"EndpointName", "VariantName"}
_ID = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}")
Statistic = Callable[[traffic.Samples], float]
Traffic = Callable[[str, str, float], Sequence[Span]]
"""(endpoint name, variant name, until) -> the traffic of the variant."""


class Conditions(NamedTuple):
    """The time of a request in seconds since the epoch, the traffic, and the settings of the emulator."""

    now: float
    traffic_of: Traffic
    long_periods: str = "accept"
    delay: float = 0.0
    page_size: int = MAX_DATAPOINTS
    fault: Fault | None = None

    def known_until(self) -> float:
        """Return the end of the available datapoints."""
        return (self.now - self.delay) // MINUTE * MINUTE


class Series(NamedTuple):
    """A query: a datapoint for each period from `start` to before `end`."""

    id: str
    label: str
    samples: SampleFunction | None
    spans: Sequence[Span]
    statistic: Statistic
    start: float
    end: float
    period: int
    oldest: float
    """Datapoints before this time are no longer retained."""


class Token(NamedTuple):
    """The position of a page, and the time of the first request, which applies to all pages."""

    skip: int
    now: float
    digest: str


def get_metric_data(request: Mapping[str, Any], conditions: Conditions) -> dict[str, Any]:
    """Return the response to a request. Raises CloudWatchException."""
    _check(request)
    digest = _digest(request)
    token = _parsed(request["NextToken"], digest) if request.get("NextToken") else Token(0, conditions.now, digest)
    as_of = conditions._replace(now=token.now)
    series = [
        _series(f"MetricDataQueries.member.{number}", query, request, as_of)
        for number, query in enumerate(request["MetricDataQueries"], 1)
    ]
    pairs = zip(series, request["MetricDataQueries"], strict=True)
    returned = [each for each, query in pairs if query.get("ReturnData", True)]
    limit = min(request.get("MaxDatapoints") or MAX_DATAPOINTS, conditions.page_size)
    descending = request.get("ScanBy") != "TimestampAscending"
    return _page(returned, token, limit, descending=descending, fault=conditions.fault)


# checks


def _check(request: Mapping[str, Any]) -> None:
    queries = request.get("MetricDataQueries") or []
    if not queries:
        raise _invalid("The parameter MetricDataQueries is required.\n")
    if len(queries) > MAX_QUERIES:
        raise _invalid(f"The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}.")
    ids = [query["Id"] for query in queries]
    if len(set(ids)) < len(ids):
        raise _invalid("The values for parameter Id in MetricDataQueries are not unique.")
    start, end = _seconds(request["StartTime"]), _seconds(request["EndTime"])
    if start > end:
        raise _invalid("The parameter EndTime must be greater than StartTime.")
    if start == end:
        raise _invalid("The parameter StartTime must not equal parameter EndTime.")
    if not 1 <= (request.get("MaxDatapoints") or 1) <= MAX_DATAPOINTS:
        raise _invalid(f"The parameter MaxDatapoints must be between 1 and {MAX_DATAPOINTS}.")
    if request.get("ScanBy") not in (None, "TimestampDescending", "TimestampAscending"):
        raise _invalid("The parameter ScanBy must be a value in the set [ TimestampDescending, TimestampAscending ].")


def _check_query(path: str, query: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the MetricStat of a query that is valid."""
    if not _ID.fullmatch(query["Id"]):
        raise _invalid(f"The parameter {path}.Id must begin with a lowercase letter: letters, numbers, underscore.")
    if "Expression" in query:
        raise _invalid(f"The parameter {path}.Expression is not emulated.")
    if "MetricStat" not in query:
        raise _invalid(f"The parameter {path}.MetricStat is required.\n")
    if "Period" in query:
        raise _invalid(f"The parameter {path}.Period must not be specified with MetricStat.")
    stat: Mapping[str, Any] = query["MetricStat"]
    for member in ("Namespace", "MetricName"):
        if not stat["Metric"].get(member):
            raise _invalid(f"The parameter {path}.MetricStat.Metric.{member} is required.\n")
    if stat["Period"] not in HIGH_RESOLUTION and (stat["Period"] < 1 or stat["Period"] % MINUTE):
        allowed = f"in the set [ {', '.join(map(str, HIGH_RESOLUTION))} ] or any multiple of {MINUTE}"
        raise _invalid(f"The parameter {path}.MetricStat.Period must be a value {allowed}.")
    if traffic.statistic(stat["Stat"]) is None:
        raise _invalid(f"The parameter {path}.MetricStat.Stat must be a statistic, got {stat['Stat']}.")
    return stat


def _invalid(message: str) -> CloudWatchException:
    return CloudWatchException("ValidationError", message)


# from a query to datapoints


def _series(path: str, query: Mapping[str, Any], request: Mapping[str, Any], conditions: Conditions) -> Series:
    stat = _check_query(path, query)
    metric, period = stat["Metric"], _period(path, stat["Period"], conditions.long_periods)
    start = _seconds(request["StartTime"])
    granularity = _granularity(conditions.now - start)
    known_until = conditions.known_until()
    unit, samples = traffic.METRICS.get((metric["Namespace"], metric["MetricName"]), ("", None))
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()}
    matches = set(dimensions) == DIMENSIONS and stat.get("Unit") in (None, unit) and period % granularity == 0
    statistic = traffic.statistic(stat["Stat"])
    assert statistic is not None
    return Series(
        query["Id"],
        query.get("Label") or metric["MetricName"],
        samples,
        conditions.traffic_of(dimensions["EndpointName"], dimensions["VariantName"], known_until) if matches else (),
        statistic,
        start // granularity * granularity,
        min(_seconds(request["EndTime"]) // MINUTE * MINUTE, known_until),
        period,
        (conditions.now - RETENTION[-1][0]) // HOUR * HOUR,
    )


def _period(path: str, period: int, long_periods: str) -> int:
    """Return the period of the datapoints; `long_periods` applies to periods of more than one day."""
    if period <= DAY or long_periods == "accept":
        return period
    if long_periods == "split":
        return DAY
    raise _invalid(f"The parameter {path}.MetricStat.Period must be less than or equal to {DAY}.")


def _granularity(age: float) -> int:
    """Return the shortest retained period at an age in seconds."""
    if age < RETENTION[0][0]:
        return RETENTION[0][1]
    return RETENTION[1][1] if age <= RETENTION[1][0] else RETENTION[2][1]


def _datapoints(series: Series, *, descending: bool) -> Iterator[tuple[float, traffic.Samples]]:
    """Yield time and samples of each period with samples; periods outside all traffic are skipped."""
    if not series.spans or series.samples is None:
        return
    first = max(series.oldest, series.start, series.spans[0].start)
    last = min(series.end, series.spans[-1].end)
    begin = int((first - series.start) // series.period)
    count = max(begin, int(-((series.start - last) // series.period)))
    numbers = range(begin, count)
    for number in reversed(numbers) if descending else numbers:
        start = series.start + number * series.period
        end = min(start + series.period, series.end)
        if found := traffic.samples(series.samples, series.spans, max(start, series.oldest), end):
            yield start, found


# pages


def _page(
    series: Sequence[Series], token: Token, limit: int, *, descending: bool, fault: Fault | None
) -> dict[str, Any]:
    """Return the next `limit` datapoints, or half of them for a fault, with the status of each result."""
    datapoints = (
        (index, *point) for index, each in enumerate(series) for point in _datapoints(each, descending=descending)
    )
    page = list(itertools.islice(datapoints, token.skip, token.skip + limit + 1))
    taken = page[: len(page) // 2] if fault else page[:limit]
    rest = page[len(taken) :]
    complete = rest[0][0] if rest else 0 if fault else len(series)
    status = "InternalError" if fault and fault.kind == "internal_error" else "PartialData"
    response: dict[str, Any] = {
        "MetricDataResults": [
            _result(
                each, [point[1:] for point in taken if point[0] == index], "Complete" if index < complete else status
            )
            for index, each in enumerate(series)
        ]
    }
    if complete < len(series) and (fault is None or fault.token):
        response["NextToken"] = _written(token._replace(skip=token.skip + len(taken)))
    return response


def _result(series: Series, points: Sequence[tuple[float, traffic.Samples]], status: str) -> dict[str, Any]:
    return {
        "Id": series.id,
        "Label": series.label,
        "Timestamps": [datetime.fromtimestamp(time, timezone.utc) for time, _samples in points],
        "Values": [float(series.statistic(samples)) for _moment, samples in points],
        "StatusCode": status,
    }


def _digest(request: Mapping[str, Any]) -> str:
    """Return a digest of the parameters that must be equal for all pages."""
    same = [request.get(name) for name in ("MetricDataQueries", "StartTime", "EndTime", "ScanBy")]
    return hashlib.sha256(json.dumps(same, default=str, sort_keys=True).encode()).hexdigest()[:16]


def _written(token: Token) -> str:
    return base64.urlsafe_b64encode(json.dumps(token).encode()).decode()


def _parsed(text: str, digest: str) -> Token:
    try:
        token = Token(*json.loads(base64.urlsafe_b64decode(text.encode())))
    except (TypeError, ValueError) as error:
        raise CloudWatchException("InvalidNextToken", "The next token is not valid.") from error
    if token.digest != digest:
        raise CloudWatchException("InvalidNextToken", "The next token is of a request with other parameters.")
    return token


def _seconds(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=timezone.utc)).timestamp()
