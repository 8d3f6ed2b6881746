"""Times, periods and queries of metrics, and the summary and the comparison of values."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import metrics
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.metrics import (
    Metric,
    MetricsTable,
    Query,
    Rate,
    Subject,
    Times,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import ServiceCall
from tests.support.cases import cases

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=timezone.utc)
DAY_1, DAY_2, DAY_3 = (datetime(2026, 2, day, tzinfo=timezone.utc) for day in (1, 2, 3))
SENT = Metric("sent", "Shop", "Sent")
LOST = Metric("lost", "Shop", "Lost")
DELAY = Metric("delay", "Shop", "Delay", ("Average", "Minimum", "Maximum"), percentiles=True)
LOAD = Metric("load", "Shop", "Load", ("Average", "Maximum"))


CALL = ServiceCall("shop", "describe", "Id", "shop:Describe")


def no_subject(_response: Any) -> Subject:
    raise NotImplementedError


TABLE = MetricsTable(CALL, no_subject, (SENT, LOST, DELAY, LOAD), (Rate("rate", "lost", "sent"),))
PERIOD = metrics.DAY


def values(
    *rows: tuple[str, Metric, str, dict[datetime, float]], period: int = PERIOD
) -> dict[Query, dict[datetime, float]]:
    return {Query(role, metric, statistic, period): points for role, metric, statistic, points in rows}


def summary(found: metrics.Values, *percentiles: str, bounds: bool = False) -> dict[str, Any]:
    return metrics.summary(TABLE, "production", percentiles, PERIOD, found, bounds=bounds)


# Read this test first.
def test_summary_of_one_datapoint_has_its_values() -> None:
    found = values(
        ("production", SENT, "Sum", {DAY_1: 200}),
        ("production", LOST, "Sum", {DAY_1: 10}),
        ("production", DELAY, "Average", {DAY_1: 5}),
        ("production", DELAY, "p99.9", {DAY_1: 9}),
        ("shadow", SENT, "Sum", {DAY_1: 100}),
    )
    assert summary(found, "p99.9") == {
        "sent": 200,
        "lost": 10,
        "delay": {"average": 5, "minimum": None, "maximum": None, "p99_9": 9},
        "load": {"average": None, "maximum": None},
        "rate": 0.05,
    }


def test_summary_of_several_datapoints_combines_values_by_statistic() -> None:
    points: dict[str, dict[datetime, float]] = {
        "Average": {DAY_1: 10, DAY_2: 40, DAY_3: 70},
        "SampleCount": {DAY_1: 3, DAY_2: 1, DAY_3: 0},
        "Minimum": {DAY_1: 2, DAY_2: 1},
        "Maximum": {DAY_1: 80, DAY_2: 90},
        "p50": {DAY_1: 11, DAY_2: 38, DAY_3: 12},
    }
    found = values(
        ("production", SENT, "Sum", {DAY_1: 200, DAY_2: 50}),
        *[("production", DELAY, statistic, each) for statistic, each in points.items()],
    )
    combined = summary(found, "p50", bounds=True)
    assert combined["sent"] == 250
    assert combined["delay"] == {
        "average": 17.5,
        "minimum": 1,
        "maximum": 90,
        "p50": None,
        "p50_lower": 11,
        "p50_upper": 38,
    }


@pytest.mark.parametrize("counts", [{}, {DAY_1: 0, DAY_2: 0}], ids=["no counts", "counts of 0"])
def test_average_of_several_datapoints_without_samples_is_null(counts: dict[datetime, float]) -> None:
    found = values(("production", LOAD, "Average", {DAY_1: 1, DAY_2: 3}), ("production", LOAD, "SampleCount", counts))
    assert summary(found)["load"]["average"] is None


@cases(
    ("both", {DAY_1: 4}, {DAY_1: 1}, 0.25),
    ("numerator of 0", {DAY_1: 4}, {DAY_1: 0}, 0),
    ("denominator of 0", {DAY_1: 0}, {DAY_1: 0}, None),
    ("no denominator", {}, {DAY_1: 1}, None),
    ("no numerator", {DAY_1: 4}, {}, None),
)
def test_rate_is_ratio_or_null(sent: dict[datetime, float], lost: dict[datetime, float], rate: float | None) -> None:
    found = values(("production", SENT, "Sum", sent), ("production", LOST, "Sum", lost))
    assert summary(found)["rate"] == rate


@cases(
    ("both", 4, 6, 2, 1.5),
    ("shadow of 0", 4, 0, -4, 0),
    ("production of 0", 0, 6, 6, None),
    ("no production", None, 6, None, None),
    ("no shadow", 4, None, None, None),
)
def test_compare_returns_difference_and_ratio_under_same_keys(
    production: float | None, shadow: float | None, difference: float | None, ratio: float | None
) -> None:
    compared = metrics.compare(
        {"delay": {"p50": production, "p50_lower": 1, "p50_upper": 2}}, {"delay": {"p50": shadow}}
    )
    numbers = {"production": production, "shadow": shadow, "difference": difference, "ratio": ratio}
    assert compared == {"delay": {"p50": numbers}}


@cases(
    ("highest of common days", {DAY_1: 10, DAY_2: 20, DAY_3: 1}, {DAY_1: 15, DAY_2: 60}, 3),
    ("production of 0 is ignored", {DAY_1: 0, DAY_2: 20}, {DAY_1: 5, DAY_2: 10}, 0.5),
    ("no common day", {DAY_1: 10}, {DAY_2: 10}, None),
)
def test_worst_ratio_is_highest_ratio_of_one_period(
    production: dict[datetime, float], shadow: dict[datetime, float], worst: float | None
) -> None:
    found = values(("production", DELAY, "p99.9", production), ("shadow", DELAY, "p99.9", shadow))
    comparison: dict[str, Any] = {"delay": {"p99_9": {}}}
    metrics.add_worst_ratios(comparison, TABLE, ["p99.9"], PERIOD, found)
    assert comparison == {"delay": {"p99_9": {"worst_ratio": worst}}}


def test_queries_name_each_statistic_of_both_variants_once() -> None:
    asked = metrics.queries(TABLE, ["p50"], 60)
    assert [(each.metric.key, each.statistic) for each in asked if each.role == "shadow"] == [
        *(("sent", "Sum"), ("lost", "Sum")),
        *(("delay", "Average"), ("delay", "Minimum"), ("delay", "Maximum"), ("delay", "p50")),
        *(("load", "Average"), ("load", "Maximum")),
    ]
    assert len(set(asked)) == len(asked) == 16
    counts = set(metrics.queries(TABLE, ["p50"], 60, counts=True)) - set(asked)
    assert {(each.role, each.metric.key, each.statistic) for each in counts} == {
        (role, key, "SampleCount") for role in ("production", "shadow") for key in ("delay", "load")
    }


@pytest.mark.parametrize(("count", "exact"), [(0, True), (1, True), (2, False)])
def test_exact_is_true_for_up_to_one_datapoint(count: int, exact: bool) -> None:
    query = Query("shadow", SENT, "Sum", PERIOD)
    points = dict.fromkeys([DAY_1, DAY_2][:count], 1.0)
    assert metrics.exact({query: points}, [query, Query("shadow", LOST, "Sum", PERIOD)]) is exact


def test_datapoints_are_sorted_and_of_one_variant_and_period() -> None:
    found = {
        **values(("production", SENT, "Sum", {DAY_2: 2, DAY_1: 1}), period=60),
        **values(("production", LOST, "Sum", {DAY_3: 3}), period=60),
        **values(("shadow", SENT, "Sum", {NOW: 9}), period=60),
        **values(("production", SENT, "Sum", {NOW: 3})),
    }
    points = metrics.datapoints(TABLE, "production", ["p50"], 60, found)
    assert set(points[0]["delay"]) == {"average", "minimum", "maximum", "p50"}
    assert [(point["timestamp"], point["sent"], point["lost"]) for point in points] == [
        ("2026-02-01T00:00:00Z", 1, None),
        ("2026-02-02T00:00:00Z", 2, None),
        ("2026-02-03T00:00:00Z", None, 3),
    ]


@pytest.mark.parametrize(
    ("percentile", "name"), [(50, "p50"), (99.9, "p99.9"), (0.0000000001, "p0.0000000001"), (90.0, "p90"), (1, "p1")]
)
def test_percentile_name_has_no_superfluous_zeros(percentile: float, name: str) -> None:
    assert metrics.percentile_name(percentile) == name


@cases(
    ("now", timedelta(0), 60),
    ("before 15 days", timedelta(days=15) - timedelta(minutes=11), 60),
    ("margin of 15 days", timedelta(days=15) - timedelta(minutes=10), 300),
    ("before 63 days", timedelta(days=63) - timedelta(minutes=11), 300),
    ("margin of 63 days", timedelta(days=63) - timedelta(minutes=10), 3600),
)
def test_shortest_period_grows_with_age(age: timedelta, seconds: int) -> None:
    assert metrics.shortest_period(NOW - age, NOW) == seconds


@cases(
    ("200 minutes", timedelta(minutes=200), timedelta(0), 60),
    ("201 minutes", timedelta(minutes=201), timedelta(0), 300),
    ("older than 15 days", timedelta(minutes=200), timedelta(days=20), 300),
    ("50 hours", timedelta(hours=50), timedelta(0), 900),
    ("7 days", timedelta(days=7), timedelta(0), 3600),
    ("30 days", timedelta(days=30), timedelta(0), 21_600),
    ("51 days", timedelta(days=51), timedelta(0), 86_400),
)
def test_default_period_gives_up_to_200_datapoints(length: timedelta, ended: timedelta, seconds: int) -> None:
    end = NOW - ended
    assert metrics.default_period(Times(end - length, end), NOW) == seconds


@cases(
    ("one minute", NOW - timedelta(hours=1), "11:01", "12:00"),
    ("rounded already", NOW - timedelta(days=20, seconds=30), "12:00", "12:00"),
    ("five minutes", NOW - timedelta(days=20), "12:05", "12:00"),
    ("one hour", NOW - timedelta(days=70), "13:00", "12:00"),
)
def test_rounded_rounds_start_up_and_end_down(start: datetime, rounded_start: str, rounded_end: str) -> None:
    found = metrics.rounded(Times(start, NOW, ("warning",)), NOW)
    assert (f"{found.start:%H:%M}", f"{found.end:%H:%M}") == (rounded_start, rounded_end)
    assert (found.start >= start, found.end <= NOW, found.warnings) == (True, True, ("warning",))


def subject(**times: Any) -> Subject:
    return Subject({}, True, {}, DAY_1, None, None, None)._replace(**times)


@cases(
    ("created until now", subject(), None, None, (DAY_1, NOW)),
    ("start of schedule", subject(start=DAY_2), None, None, (DAY_2, NOW)),
    ("end of schedule", subject(end=DAY_3), None, None, (DAY_1, DAY_3)),
    ("end in the future", subject(end=NOW + timedelta(days=1)), None, None, (DAY_1, NOW)),
    ("completed", subject(end=DAY_3, completed=DAY_2), None, None, (DAY_1, DAY_2)),
    ("both set", subject(completed=DAY_2), DAY_2, DAY_3, (DAY_2, DAY_3)),
    ("set end in the future", subject(), None, NOW + timedelta(days=1), (DAY_1, NOW)),
)
def test_request_times_prefers_set_times(
    of: Subject, start: datetime | None, end: datetime | None, expected: tuple[datetime, datetime]
) -> None:
    assert metrics.request_times(of, start, end, NOW) == Times(*expected)


@pytest.mark.parametrize("start", [DAY_2, DAY_3])
def test_request_times_warns_if_scheduled_start_is_not_before_end(start: datetime) -> None:
    found = metrics.request_times(subject(start=start, completed=DAY_2), None, None, NOW)
    assert found[:2] == (DAY_1, DAY_2)
    assert "not before the end 2026-02-02T00:00:00Z" in found.warnings[0]
