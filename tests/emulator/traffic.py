"""Synthetic traffic of endpoints and its statistics, as pure functions of descriptions and times.

A description applies until the start of the next: the requests per minute of the endpoint, and the latencies, error
rates and utilizations of each variant. The deployments of the endpoint determine the variants that receive the
requests: a production variant by weight, a shadow variant copies by its weight relative to production ("Shadow
variants", SageMaker Developer Guide).

Metrics, units and samples follow "Metrics for monitoring Amazon SageMaker AI with Amazon CloudWatch": each invocation
sends 1 to Invocations, 1/instances to InvocationsPerInstance, 0 or 1 to each error metric and its microseconds to the
latencies; each instance sends its utilization once a minute. Statistics follow "CloudWatch statistics definitions".
"""

from __future__ import annotations

import itertools
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

from .endpoints import Deployment, Variant, Variants

Distribution = tuple[tuple[float, float], ...]
"""(quantile, value) from the minimum at 0 to the maximum at 1, linear in between."""
Samples = list[tuple[float, Distribution]]
"""(number of samples, distribution)."""
MINUTE = 60
LATENCIES = ("model_latency", "overhead_latency")
RATES = ("error_4xx_rate", "error_5xx_rate", "model_error_rate")
UTILIZATIONS = tuple(f"{part}_utilization" for part in ("cpu", "memory", "disk", "gpu", "gpu_memory"))
DEFAULTS: Mapping[str, Any] = {
    "model_latency": {"minimum": 8_000, "p50": 20_000, "p90": 35_000, "p99": 60_000, "maximum": 120_000},
    "overhead_latency": {"minimum": 1_000, "p50": 3_000, "p99": 9_000, "maximum": 15_000},
    **dict.fromkeys(RATES, 0.0),
    "cpu_utilization": {"minimum": 20, "p50": 40, "maximum": 70},
    "memory_utilization": 30,
    "disk_utilization": 10,
    "gpu_utilization": None,
    "gpu_memory_utilization": None,
}
"""The defaults of a description. None is a metric without data."""
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
"""Up to ten decimal places, as in "CloudWatch statistics definitions"."""


class Profile(NamedTuple):
    """The behavior of a variant."""

    distributions: Mapping[str, Distribution | None]
    rates: Mapping[str, float]


class Phase(NamedTuple):
    """The traffic of an endpoint from a time on; without `profiles` each variant has the default profile."""

    since: datetime
    invocations_per_minute: float
    profiles: Mapping[str, Profile] | None


class Span(NamedTuple):
    """A period, in seconds since the epoch, with the same traffic of a variant."""

    start: float
    end: float
    per_second: float
    instances: int
    profile: Profile


# descriptions


def phase(since: datetime, invocations_per_minute: float, variants: Mapping[str, Any] | None) -> Phase:
    """Return a checked description. Raises ValueError with the path of the wrong member."""
    if not _is_number(invocations_per_minute) or invocations_per_minute < 0:
        raise ValueError(f"invocations_per_minute must be a number from 0 on, got {invocations_per_minute!r}")
    if variants is None:
        return Phase(since, invocations_per_minute, None)
    profiles = {name: _profile(name, described) for name, described in variants.items()}
    return Phase(since, invocations_per_minute, profiles)


def _profile(name: str, described: Mapping[str, Any]) -> Profile:
    if unknown := sorted(set(described) - set(DEFAULTS)):
        raise ValueError(f"variants.{name}: unknown {', '.join(unknown)}; there are: {', '.join(DEFAULTS)}")
    values = {**DEFAULTS, **described}
    for member in RATES:
        if not _is_number(values[member]) or not 0 <= values[member] <= 1:
            raise ValueError(f"variants.{name}.{member} must be a number from 0 to 1, got {values[member]!r}")
    distributions = {
        member: None if values[member] is None else distribution(f"variants.{name}.{member}", values[member])
        for member in (*LATENCIES, *UTILIZATIONS)
    }
    return Profile(distributions, {member: values[member] for member in RATES})


def distribution(path: str, described: Any) -> Distribution:
    """Return a distribution: a number for all samples, or minimum, maximum and percentiles such as p50 and p99.9."""
    if _is_number(described):
        return constant(described)
    if not isinstance(described, Mapping) or not described or not all(map(_is_number, described.values())):
        raise ValueError(f"{path} must be a number or an object of numbers, got {described!r}")
    points = sorted((_rank(path, name), float(value)) for name, value in described.items())
    ends = [(0.0, points[0][1]), *points, (1.0, points[-1][1])]
    unique = tuple(dict.fromkeys(ends))
    if unique[0][1] < 0 or [value for _quantile, value in unique] != sorted(value for _quantile, value in unique):
        raise ValueError(f"{path} must ascend from 0 on, got {described!r}")
    return unique


def _rank(path: str, name: str) -> float:
    found = _PERCENTILE.fullmatch(name)
    rank = {"minimum": 0.0, "maximum": 1.0}.get(name, float(found[1]) / 100 if found else -1.0)
    if rank < 0 or (found and rank in (0.0, 1.0)):
        raise ValueError(f"{path}: unknown {name}; there are: minimum, maximum, and percentiles such as p50 and p99.9")
    return rank


def constant(value: float) -> Distribution:
    return ((0.0, float(value)), (1.0, float(value)))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# the traffic of a variant


def spans(variant: str, deployments: Sequence[Deployment], phases: Sequence[Phase], until: float) -> list[Span]:
    """Return the traffic of a variant in the order of time; the first deployment applies to earlier times too."""
    found = []
    starts = [-math.inf, *(each.since.timestamp() for each in deployments[1:])]
    for described, begin, end in _with_end([each.since.timestamp() for each in phases], phases, until):
        for deployment, deployed, replaced in _with_end(starts, deployments, until):
            start, stop = max(begin, deployed), min(end, replaced)
            profile = _profile_of(described, variant)
            share = _share(deployment.variants, variant)
            if start < stop and profile and share:
                per_second = described.invocations_per_minute / MINUTE * share[0]
                found.append(Span(start, stop, per_second, share[1], profile))
    return found


def _with_end(starts: Sequence[float], values: Sequence[Any], until: float) -> Iterator[tuple[Any, float, float]]:
    yield from zip(values, starts, [*starts, until][1:], strict=True)


def _profile_of(described: Phase, variant: str) -> Profile | None:
    return _profile(variant, {}) if described.profiles is None else described.profiles.get(variant)


def _share(variants: Variants, name: str) -> tuple[float, int] | None:
    """Return the share of a variant in the endpoint's requests, and its number of instances."""
    total = sum(map(_weight, variants.production))
    for variant in (*variants.production, *variants.shadow):
        if variant["VariantName"] == name:
            return min(_weight(variant) / total, 1.0) if total else 0.0, variant.get("InitialInstanceCount") or 1
    return None


def _weight(variant: Variant) -> float:
    return float(variant.get("InitialVariantWeight", 1.0))


# samples


def _invocations(span: Span, time: float) -> int:
    """Return the invocations since the start of a span, so that adjacent periods add up exactly."""
    return math.floor(span.per_second * (time - span.start) + 1e-6)


def _count_of(span: Span, start: float, end: float) -> int:
    return _invocations(span, end) - _invocations(span, start)


def _errors(rate: str, span: Span, start: float, end: float) -> Samples:
    before, after = (math.floor(_invocations(span, time) * span.profile.rates[rate] + 1e-6) for time in (start, end))
    errors = after - before
    return [(errors, constant(1)), (_count_of(span, start, end) - errors, constant(0))]


def _latency(member: str, span: Span, start: float, end: float) -> Samples:
    found = span.profile.distributions[member]
    return [(_count_of(span, start, end), found)] if found else []


def _utilization(member: str, span: Span, start: float, end: float) -> Samples:
    found = span.profile.distributions[member]
    minutes = math.ceil(end / MINUTE) - math.ceil(start / MINUTE)
    return [(minutes * span.instances, found)] if found else []


SampleFunction = Callable[[Span, float, float], Samples]
INVOCATIONS, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
METRICS: Mapping[tuple[str, str], tuple[str, SampleFunction]] = {
    # namespace and name: unit, samples
    (INVOCATIONS, "Invocations"): ("None", lambda *period: [(_count_of(*period), constant(1))]),
    (INVOCATIONS, "InvocationsPerInstance"): (
        "None",
        lambda span, *times: [(_count_of(span, *times), constant(1 / span.instances))],
    ),
    (INVOCATIONS, "Invocation4XXErrors"): ("None", partial(_errors, "error_4xx_rate")),
    (INVOCATIONS, "Invocation5XXErrors"): ("None", partial(_errors, "error_5xx_rate")),
    (INVOCATIONS, "InvocationModelErrors"): ("None", partial(_errors, "model_error_rate")),
    (INVOCATIONS, "ModelLatency"): ("Microseconds", partial(_latency, "model_latency")),
    (INVOCATIONS, "OverheadLatency"): ("Microseconds", partial(_latency, "overhead_latency")),
    (INSTANCES, "CPUUtilization"): ("Percent", partial(_utilization, "cpu_utilization")),
    (INSTANCES, "MemoryUtilization"): ("Percent", partial(_utilization, "memory_utilization")),
    (INSTANCES, "DiskUtilization"): ("Percent", partial(_utilization, "disk_utilization")),
    (INSTANCES, "GPUUtilization"): ("Percent", partial(_utilization, "gpu_utilization")),
    (INSTANCES, "GPUMemoryUtilization"): ("Percent", partial(_utilization, "gpu_memory_utilization")),
}


def samples(function: SampleFunction, traffic: Iterable[Span], start: float, end: float) -> Samples:
    """Return the samples of a metric from `start` to before `end`."""
    found: Samples = []
    for span in traffic:
        begin, stop = max(start, span.start), min(end, span.end)
        if begin < stop:
            found += [sample for sample in function(span, begin, stop) if sample[0] > 0]
    return found


# statistics


def statistic(name: str) -> Callable[[Samples], float] | None:
    """Return the function of a CloudWatch statistic, for example Sum or p99.9; None if it is not emulated."""
    found = _PERCENTILE.fullmatch(name)
    return partial(percentile, rank=float(found[1]) / 100) if found else STATISTICS.get(name)


def _count(found: Samples) -> float:
    return sum(count for count, _values in found)


def _sum(found: Samples) -> float:
    return sum(count * _mean(values) for count, values in found)


STATISTICS: Mapping[str, Callable[[Samples], float]] = {
    "SampleCount": _count,
    "Sum": _sum,
    "Average": lambda found: _sum(found) / _count(found),
    "Minimum": lambda found: min(values[0][1] for _count, values in found),
    "Maximum": lambda found: max(values[-1][1] for _count, values in found),
}


@lru_cache
def _mean(values: Distribution) -> float:
    return sum((right[0] - left[0]) * (left[1] + right[1]) / 2 for left, right in itertools.pairwise(values))


def percentile(found: Samples, rank: float) -> float:
    """Return the exact percentile of all samples: the lowest value that the share `rank` does not exceed."""
    if len(found) == 1:
        return _quantile(found[0][1], rank)
    total = _count(found)
    before_value, before_share = 0.0, 0.0
    for value in sorted({value for _count, values in found for _quantile, value in values}):
        below = sum(count * _share_up_to(values, value, inclusive=False) for count, values in found) / total
        up_to = sum(count * _share_up_to(values, value, inclusive=True) for count, values in found) / total
        if below >= rank > before_share:
            return before_value + (value - before_value) * (rank - before_share) / (below - before_share)
        if up_to >= rank - 1e-12:
            return value
        before_value, before_share = value, up_to
    return before_value


def _quantile(values: Distribution, rank: float) -> float:
    place = bisect_left(values, (rank, -math.inf))
    if values[place][0] == rank or place == 0:
        return values[place][1]
    (low, start), (high, end) = values[place - 1], values[place]
    return start + (end - start) * (rank - low) / (high - low)


def _share_up_to(values: Distribution, value: float, *, inclusive: bool) -> float:
    """Return the share of a distribution below a value, or up to and including it."""
    steps = [step for _quantile, step in values]
    place = bisect_right(steps, value) if inclusive else bisect_left(steps, value)
    if place in (0, len(steps)):
        return 1.0 if place else 0.0
    (low, start), (high, end) = values[place - 1], values[place]
    return low + (high - low) * (value - start) / (end - start)
