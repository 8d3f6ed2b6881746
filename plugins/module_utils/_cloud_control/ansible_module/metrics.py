# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module that reads and compares the metrics of the variants of one resource."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from ansible.module_utils.common.warnings import warn

from ..api.metrics import read_metrics, read_subject
from ..errors import CloudControlError, Rejected
from ..model import metrics
from ..model.equivalence import format_instant, parse_instant
from ..model.messages import format_value
from ..model.metrics import MetricsTable, Subject, Times, Values
from ..model.resource_type import ResourceType
from ..model.validation import RawErrors, validate_value
from . import base

_MAX_PERCENTILES = 10
_DECIMAL_PLACES = 10  # of a percentile, from "CloudWatch statistics definitions" in the CloudWatch User Guide
_NO_TIMES = {"start_time": None, "end_time": None}


class _Request(NamedTuple):
    """The valid options of a task."""

    start: datetime | None
    end: datetime | None
    percentiles: list[str]
    include_datapoints: bool
    period: int | None


def run_metrics_module(resource_type: ResourceType) -> None:
    """Run the module that compares the metrics of two variants, from its arguments to its result."""
    table = cast(MetricsTable, resource_type.metrics)
    module, raw = base.create_module(_spec(resource_type))
    region = base.region_of(module)
    try:
        request = _request(resource_type, module.params, raw)
        client = base.create_client(module, resource_type)
        subject, now = read_subject(client, table, module.params[resource_type.identifier])
        times = _times(request, subject, now)
        period = 0
        values: Values = {}
        if subject.started and times.start < times.end:
            datapoint_period = _datapoint_period(request, times, now)
            period, values = read_metrics(
                client, table, subject, times, percentiles=request.percentiles, datapoint_period=datapoint_period
            )
            request = request._replace(period=datapoint_period)
    except CloudControlError as error:
        from .error_report import describe_failure  # only a failed task needs it

        attempt = "Invalid options for the metrics of" if error.code == "InvalidOptions" else "Could not measure"
        attempt += f" {resource_type.noun} {module.params[resource_type.identifier]!r}"
        attempt += f" in {region}" if region else ""
        module.fail_json(**describe_failure(attempt, error, hints=resource_type.hints, region=region))
    else:
        for warning in times.warnings:
            warn(warning)  # ansible-core deprecates the way in which AnsibleAWSModule.warn() calls it
        shown = {name: format_instant(moment) for name, moment in _shown_times(subject, times)}
        result = {**subject.shown, "region": region, **_NO_TIMES, **shown}
        result |= _numbers(table, subject, request, period, values)
        module.exit_json(changed=False, **{f"{resource_type.result_name}_metrics": result})


def _spec(resource_type: ResourceType) -> dict[str, Any]:
    return {
        resource_type.identifier: {"type": "str", "required": True},
        "start_time": {"type": "str"},
        "end_time": {"type": "str"},
        "percentiles": {"type": "list", "elements": "float", "default": [50, 90, 99]},
        "include_datapoints": {"type": "bool", "default": False},
        "period": {"type": "int"},
    }


def _request(resource_type: ResourceType, params: Mapping[str, Any], raw: RawErrors) -> _Request:
    """Return the options. Raises Rejected with all errors that can be found without a call."""
    identifier = resource_type.identifier
    errors = validate_value(identifier, params[identifier], resource_type.limits.get(identifier))
    start, end = (_instant(option, params[option], errors) for option in _NO_TIMES)
    if start and end and end <= start:
        errors.append("end_time must be after start_time.")
    percentiles = params["percentiles"] or []
    if not 1 <= len(percentiles) <= _MAX_PERCENTILES:
        errors.append(f"percentiles must have 1 to {_MAX_PERCENTILES} elements, got {len(percentiles)}.")
    for percentile in percentiles:
        if not (0 < percentile < 100 and round(percentile, _DECIMAL_PLACES) == percentile):
            errors.append(
                "percentiles must be numbers above 0 and below 100 with up to 10 decimal places, got"
                f" {format_value(percentile)}."
            )
    period = params["period"]
    errors += _period_errors(period, start, base.CLOCK.now()) if period is not None else []
    if period is not None and not params["include_datapoints"]:
        errors.append("period requires include_datapoints: true.")
    base.raise_if_invalid(raw.with_further(errors) + base.validate_connection(params))
    names = list(dict.fromkeys(map(metrics.percentile_name, percentiles)))
    return _Request(start, end, names, params["include_datapoints"], period)


def _instant(option: str, value: str | None, errors: list[str]) -> datetime | None:
    """Return the value of an option as a time; None if it is not set, or is invalid: then add an error."""
    try:
        return None if value is None else parse_instant(value)
    except ValueError as error:
        errors.append(f"{option} {error}.")
        return None


def _period_errors(period: int, start: datetime | None, now: datetime) -> list[str]:
    if period < 60 or period % 60:
        return [f"period must be a multiple of 60, got {period}."]
    if start is None or period % (shortest := metrics.shortest_period(start, now)) == 0:
        return []
    reason = f"CloudWatch keeps data from {format_instant(start)} with periods of {shortest} seconds."
    return [f"period must be a multiple of {shortest}, got {period}. {reason}"]


def _times(request: _Request, subject: Subject, now: datetime) -> Times:
    """Return the rounded times with all warnings. Raises Rejected if the end is before the start."""
    if not subject.started:
        return Times(now, now, ("The test has not started, so there are no metrics.",))
    times = metrics.request_times(subject, request.start, request.end, now)
    # The current time is from a Date header, which has whole seconds.
    if times.end < times.start.replace(microsecond=0):
        message = f"The end {format_instant(times.end)} is not after the start {format_instant(times.start)}."
        raise Rejected(message, code="InvalidOptions", hint="Set start_time before end_time and before now.")
    times = metrics.rounded(times, now)
    warnings = list(times.warnings)
    if times.end <= times.start:
        seconds = metrics.shortest_period(times.start, now)
        warnings.append(f"The time has no complete period of {seconds} seconds, so there are no metrics.")
    if now - times.start > metrics.RETAINED:
        warnings.append(f"CloudWatch keeps data for {metrics.RETAINED.days} days. Older data is missing.")
    return times._replace(warnings=tuple(warnings))


def _datapoint_period(request: _Request, times: Times, now: datetime) -> int | None:
    """Return the period of the datapoints; None without datapoints. Raises Rejected if the period is too short."""
    if not request.include_datapoints:
        return None
    if request.period is None:
        return metrics.default_period(times, now)
    base.raise_if_invalid(_period_errors(request.period, times.start, now))
    return request.period


def _shown_times(subject: Subject, times: Times) -> list[tuple[str, datetime]]:
    return list(zip(_NO_TIMES, times[:2], strict=True)) if subject.started else []


def _numbers(table: MetricsTable, subject: Subject, request: _Request, period: int, values: Values) -> dict[str, Any]:
    """Return the numbers of both variants and their comparison."""
    percentiles = request.percentiles
    exact = metrics.exact(values, metrics.queries(table, percentiles, period))
    numbers = {
        role: metrics.summary(table, role, percentiles, period, values, bounds=not exact) for role in metrics.ROLES
    }
    comparison = metrics.compare(*numbers.values())
    if not exact:
        metrics.add_worst_ratios(comparison, table, percentiles, period, values)
    result: dict[str, Any] = {"percentiles_exact": exact, "comparison": comparison}
    for role, found in numbers.items():
        result[role] = {**subject.variants[role].shown, **found}
        if request.include_datapoints:
            points = metrics.datapoints(table, role, percentiles, request.period or 0, values)
            result[role]["datapoints"] = points
    return result
