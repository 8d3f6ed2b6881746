# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch metrics of two variants: times, periods and queries of a request, and the comparison of the values.

Sources: GetMetricData in the CloudWatch API Reference (retention, rounding of StartTime) and "Statistics definitions"
in the CloudWatch User Guide. A percentile cannot be computed from the percentiles of shorter periods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from .equivalence import format_instant
from .resource_type import ServiceCall

BASELINE, CANDIDATE = "production", "shadow"
ROLES = (BASELINE, CANDIDATE)
DAY = 86_400

# Age of the start -> the shortest period in seconds. CloudWatch also rounds the start of a request down to this period.
_RETENTION = ((timedelta(days=15), 60), (timedelta(days=63), 300))
_LONGEST_PERIOD = 3600
RETAINED = timedelta(days=455)
# The age is calculated from the time of an earlier response, and CloudWatch receives the request later.
_MARGIN = timedelta(minutes=10)
# With these periods, seven days have at most 168 datapoints, and 30 days at most 120.
_PERIODS = (60, 300, 900, 3600, 21_600)
_MAX_DATAPOINTS = 200

Values = Mapping["Query", Mapping[datetime, float]]


class Metric(NamedTuple):
    """A row of a type's table: one metric of a variant."""

    key: str
    """The key in the return values."""
    namespace: str
    name: str
    statistics: tuple[str, ...] = ("Sum",)
    """With one statistic, the return value is a number, otherwise a dictionary."""
    percentiles: bool = False


class Rate(NamedTuple):
    """A return value that is the ratio of two metrics."""

    key: str
    numerator: str
    denominator: str


class Variant(NamedTuple):
    """A variant: its return values besides the metrics, and the dimensions of its metrics."""

    shown: Mapping[str, Any]
    dimensions: Mapping[str, str]


class Subject(NamedTuple):
    """The resource with the variants, as its service returns it."""

    shown: Mapping[str, Any]
    """The return values besides the metrics."""
    started: bool
    variants: Mapping[str, Variant]
    """Role (C(production) or C(shadow)) -> variant."""
    created: datetime
    start: datetime | None
    end: datetime | None
    """The scheduled end."""
    completed: datetime | None
    """The actual end."""


class MetricsTable(NamedTuple):
    """The metrics of a resource type, and the call that returns the variants."""

    call: ServiceCall
    parse: Callable[[Mapping[str, Any]], Subject]
    """Response of the call -> subject."""
    metrics: tuple[Metric, ...]
    rates: tuple[Rate, ...] = ()


class Query(NamedTuple):
    """One statistic of one metric of one variant."""

    role: str
    metric: Metric
    statistic: str
    period: int


class Times(NamedTuple):
    """The time span that is measured, and warnings about it."""

    start: datetime
    end: datetime
    warnings: tuple[str, ...] = ()


def percentile_name(percentile: float) -> str:
    """Return the name of the statistic: 99.9 -> p99.9."""
    return f"p{percentile:.10f}".rstrip("0").rstrip(".")


def shortest_period(start: datetime, now: datetime) -> int:
    """Return the shortest period in seconds of data that begins at a time."""
    age = now - start + _MARGIN
    return next((period for limit, period in _RETENTION if age < limit), _LONGEST_PERIOD)


def default_period(times: Times, now: datetime) -> int:
    """Return the shortest period that retention allows and that gives up to 200 datapoints, at most one day."""
    shortest, seconds = shortest_period(times.start, now), (times.end - times.start).total_seconds()
    allowed = (period for period in _PERIODS if period >= shortest and seconds <= period * _MAX_DATAPOINTS)
    return next(allowed, DAY)


def request_times(subject: Subject, start: datetime | None, end: datetime | None, now: datetime) -> Times:
    """Return the time to measure. None: the start or the end of the subject. The end is not after C(now)."""
    end = min(end or subject.completed or subject.end or now, now)
    if start is not None:
        return Times(start, end)
    start = subject.start or subject.created
    if start < end or end <= subject.created:
        return Times(start, end)
    warning = (
        f"The scheduled start {format_instant(start)} is not before the end {format_instant(end)}, so start_time is the"
        " time of the create. Set start_time if the test started later."
    )
    return Times(subject.created, end, (warning,))


def rounded(times: Times, now: datetime) -> Times:
    """Return the time with the start rounded up and the end rounded down to the shortest period of the start."""
    seconds = shortest_period(times.start, now)
    start, end = -(-times.start.timestamp() // seconds) * seconds, times.end.timestamp() // seconds * seconds
    return Times(datetime.fromtimestamp(start, timezone.utc), datetime.fromtimestamp(end, timezone.utc), times.warnings)


def queries(table: MetricsTable, percentiles: Iterable[str], period: int, *, counts: bool = False) -> list[Query]:
    """Return a query for each statistic of both variants. counts: with SampleCount, to combine averages."""
    return [
        Query(role, metric, statistic, period)
        for role in ROLES
        for metric in table.metrics
        for statistic in (
            *metric.statistics,
            *(percentiles if metric.percentiles else ()),
            *(("SampleCount",) if counts and "Average" in metric.statistics else ()),
        )
    ]


def exact(values: Values, asked: Iterable[Query]) -> bool:
    """Return whether each query has at most one datapoint, so that the percentiles are those of the whole time."""
    return all(len(values.get(query, ())) <= 1 for query in asked)


def summary(
    table: MetricsTable, role: str, percentiles: Sequence[str], period: int, values: Values, *, bounds: bool = False
) -> dict[str, Any]:
    """Return the numbers of one variant over all datapoints. A number without data is None.

    bounds: also return, for each percentile, its lowest and its highest value among the datapoints.
    """
    numbers: dict[str, Any] = {}
    for metric in table.metrics:

        def of(statistic: str, metric: Metric = metric) -> Mapping[datetime, float]:
            return values.get(Query(role, metric, statistic, period), {})

        if metric.statistics == ("Sum",):
            numbers[metric.key] = _combined("Sum", of("Sum"), {})
            continue
        counts = of("SampleCount")
        found = {each.lower(): _combined(each, of(each), counts) for each in metric.statistics}
        for name in percentiles if metric.percentiles else ():
            key, parts = name.replace(".", "_"), of(name)
            found[key] = _combined(name, parts, counts)
            if bounds:
                found[f"{key}_lower"] = min(parts.values(), default=None)
                found[f"{key}_upper"] = max(parts.values(), default=None)
        numbers[metric.key] = found
    for rate in table.rates:
        numbers[rate.key] = _ratio(numbers[rate.numerator], numbers[rate.denominator])
    return numbers


def datapoints(
    table: MetricsTable, role: str, percentiles: Sequence[str], period: int, values: Values
) -> list[dict[str, Any]]:
    """Return the numbers of each period with data, in order of time."""
    mine = {query: points for query, points in values.items() if (query.role, query.period) == (role, period)}
    return [
        {
            "timestamp": format_instant(moment),
            **summary(
                table, role, percentiles, period, {q: {moment: p[moment]} for q, p in mine.items() if moment in p}
            ),
        }
        for moment in sorted({moment for points in mine.values() for moment in points})
    ]


def compare(baseline: Mapping[str, Any], candidate: Mapping[str, Any]) -> dict[str, Any]:
    """Return both numbers, their difference and their ratio under the keys of the numbers, without the bounds."""
    return {
        key: compare(value, candidate[key]) if isinstance(value, Mapping) else _compared(value, candidate[key])
        for key, value in baseline.items()
        if not key.endswith(("_lower", "_upper"))
    }


def add_worst_ratios(
    comparison: dict[str, Any], table: MetricsTable, percentiles: Iterable[str], period: int, values: Values
) -> None:
    """Add the highest ratio of one period to the comparison of each percentile."""
    for metric in table.metrics:
        for name in percentiles if metric.percentiles else ():
            base, other = (values.get(Query(role, metric, name, period), {}) for role in ROLES)
            ratios = (_ratio(other[moment], base[moment]) for moment in base.keys() & other.keys())
            worst = max((ratio for ratio in ratios if ratio is not None), default=None)
            comparison[metric.key][name.replace(".", "_")]["worst_ratio"] = worst


def _combined(statistic: str, parts: Mapping[datetime, float], counts: Mapping[datetime, float]) -> float | None:
    """Return the statistic of the whole; None if there is no data or if it cannot be computed from the parts."""
    if len(parts) <= 1:
        return next(iter(parts.values()), None)
    if statistic == "Sum":
        return sum(parts.values())
    if statistic in ("Minimum", "Maximum"):
        return {"Minimum": min, "Maximum": max}[statistic](parts.values())
    weighted = [(value, counts[moment]) for moment, value in parts.items() if moment in counts]
    total = sum(count for _value, count in weighted)
    return sum(value * count for value, count in weighted) / total if statistic == "Average" and total else None


def _compared(base: float | None, other: float | None) -> dict[str, float | None]:
    difference = None if base is None or other is None else other - base
    return {BASELINE: base, CANDIDATE: other, "difference": difference, "ratio": _ratio(other, base)}


def _ratio(numerator: float | None, denominator: float | None) -> float | None:
    return numerator / denominator if numerator is not None and denominator else None
