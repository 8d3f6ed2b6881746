"""Synthetic traffic: distributions, statistics, and the requests of each variant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.emulator import traffic
from tests.emulator.endpoints import Deployment, Variants
from tests.emulator.traffic import INVOCATIONS, METRICS, Phase, Samples

T0 = datetime(2026, 1, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def dist(described: Any) -> traffic.Distribution:
    return traffic.distribution("latency", described)


def value(name: str, found: Samples) -> float:
    function = traffic.statistic(name)
    assert function is not None
    return function(found)


STATISTICS: list[Any] = [
    pytest.param([(4, dist(7))], {"SampleCount": 4, "Sum": 28, "Average": 7, "Minimum": 7, "p50": 7}, id="constant"),
    pytest.param(
        [(10, dist({"minimum": 0, "maximum": 100}))],
        {
            "SampleCount": 10,
            "Sum": 500,
            "Average": 50,
            "Minimum": 0,
            "Maximum": 100,
            "p0": 0,
            "p99.9": 99.9,
            "p100": 100,
        },
        id="linear",
    ),
    pytest.param(
        [(1, dist(1)), (99, dist(0))],
        {"Sum": 1, "Average": 0.01, "p98": 0, "p99": 0, "p99.5": 1, "Maximum": 1},
        id="errors",
    ),
    pytest.param(
        [(5, dist({"minimum": 0, "maximum": 10})), (5, dist({"minimum": 10, "maximum": 20}))],
        {"p25": 5, "p50": 10, "p75": 15, "Average": 10, "Minimum": 0, "Maximum": 20},
        id="adjacent distributions",
    ),
    pytest.param(
        [(9, dist({"minimum": 0, "maximum": 9})), (1, dist(100))],
        {"p45": 4.5, "p90": 9, "p90.1": 100, "p99": 100, "Average": (9 * 4.5 + 100) / 10},
        id="distributions with gap",
    ),
]


@pytest.mark.parametrize(("found", "expected"), STATISTICS)
def test_statistic_of_samples(found: Samples, expected: Mapping[str, float]) -> None:
    assert {name: value(name, found) for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize("name", ["p101", "p-1", "p", "tm90", "sum", "IQM", "p1.12345678901"])
def test_unknown_statistic_is_none(name: str) -> None:
    assert traffic.statistic(name) is None


# the requests of each variant


def deployment(
    since: datetime, production: Mapping[str, float], shadow: Mapping[str, float], count: int = 1
) -> Deployment:
    lists = [
        tuple(
            {"VariantName": name, "InitialVariantWeight": weight, "InitialInstanceCount": count}
            for name, weight in each.items()
        )
        for each in (production, shadow)
    ]
    return Deployment(since, "config", Variants(*lists))


def invocations(variant: str, deployments: list[Deployment], phases: list[Phase], hours: float) -> list[float]:
    """Return the invocations of a variant in each hour from T0 on."""
    function = METRICS[INVOCATIONS, "Invocations"][1]
    start = T0.timestamp()
    found = traffic.spans(variant, deployments, phases, start + hours * 3600)
    return [
        sum(
            count for count, _values in traffic.samples(function, found, start + hour * 3600, start + (hour + 1) * 3600)
        )
        for hour in range(int(hours))
    ]


PLAIN = Phase(T0, 10, None)
SHARES: list[Any] = [
    # deployments, traffic, invocations of `a` and of `b` in each hour
    pytest.param([deployment(T0, {"a": 3, "b": 1}, {})], [PLAIN], [450] * 3, [150] * 3, id="two weights"),
    pytest.param([deployment(T0, {"a": 1}, {"b": 0.5})], [PLAIN], [600] * 3, [300] * 3, id="shadow variant"),
    pytest.param([deployment(T0, {"a": 2}, {"b": 1})], [PLAIN], [600] * 3, [300] * 3, id="weight is relative"),
    pytest.param(
        [
            deployment(T0, {"a": 1}, {}),
            deployment(T0 + HOUR, {"a": 1}, {"b": 1}),
            deployment(T0 + 2 * HOUR, {"b": 1}, {}),
        ],
        [PLAIN],
        [600, 600, 0],
        [0, 600, 600],
        id="shadow promoted",
    ),
    pytest.param([deployment(T0 + HOUR, {"a": 1}, {})], [PLAIN], [600] * 3, [0] * 3, id="before the first deployment"),
    pytest.param(
        [deployment(T0, {"a": 1}, {})],
        [Phase(T0 + HOUR, 10, None), Phase(T0 + 1.5 * HOUR, 20, None)],
        [0, 900, 1200],
        [0] * 3,
        id="traffic begins and grows",
    ),
    pytest.param(
        [deployment(T0, {"a": 1}, {"b": 1})],
        [traffic.phase(T0, 10, {"a": {}})],
        [600] * 3,
        [0] * 3,
        id="variant without description",
    ),
]


@pytest.mark.parametrize(("deployments", "phases", "a", "b"), SHARES)
def test_variant_receives_its_share(
    deployments: list[Deployment], phases: list[Phase], a: list[float], b: list[float]
) -> None:
    assert invocations("a", deployments, phases, 3) == a
    assert invocations("b", deployments, phases, 3) == b


WRONG: list[Any] = [
    # requests a minute, variants, part of the message
    pytest.param(-1, {}, "invocations_per_minute must be a number from 0 on, got -1", id="negative rate"),
    pytest.param("many", {}, "invocations_per_minute must be a number", id="rate is a string"),
    pytest.param(
        1, {"a": {"latency": 1}}, "variants.a: unknown latency; there are: model_latency", id="unknown member"
    ),
    pytest.param(
        1, {"a": {"error_4xx_rate": 2}}, "variants.a.error_4xx_rate must be a number from 0 to 1", id="rate above 1"
    ),
    pytest.param(
        1, {"a": {"model_latency": "slow"}}, "must be a number or an object of numbers", id="latency is a string"
    ),
    pytest.param(1, {"a": {"model_latency": {}}}, "must be a number or an object of numbers", id="empty latency"),
    pytest.param(
        1, {"a": {"model_latency": {"p50": "1"}}}, "must be a number or an object", id="percentile is a string"
    ),
    pytest.param(1, {"a": {"model_latency": {"median": 1}}}, "unknown median", id="unknown percentile"),
    pytest.param(1, {"a": {"model_latency": {"p100": 1}}}, "unknown p100", id="p100"),
    pytest.param(1, {"a": {"model_latency": {"p50": 2, "p90": 1}}}, "must ascend", id="descending"),
    pytest.param(
        1, {"a": {"model_latency": {"minimum": -1, "p90": 1}}}, "must ascend from 0 on", id="negative minimum"
    ),
]


@pytest.mark.parametrize(("rate", "variants", "message"), WRONG)
def test_description_is_rejected(rate: Any, variants: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        traffic.phase(T0, rate, variants)
