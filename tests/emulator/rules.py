"""SageMaker's rules for inference experiments, as pure functions that raise its errors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.core.exceptions import JsonRESTError

from . import constraints

DEFAULT_DURATION = timedelta(days=7)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=30)
_ISO_8601 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)")
SERVER_ERRORS = {"InternalError": 500, "InternalFailure": 500, "ServiceUnavailable": 503}


class SageMakerError(JsonRESTError):  # type: ignore[misc] # moto is not typed
    """An error of SageMaker's API: `error_type` is its code, `status` the HTTP status that the handler reports."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.status = SERVER_ERRORS.get(code, 400)


def invalid(message: str) -> SageMakerError:
    return SageMakerError("ValidationException", message)


def arn(kind: str, name: str, *, account_id: str, region: str) -> str:
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
    return f"arn:{partition}:sagemaker:{region}:{account_id}:{kind}/{name}"


def parse_time(text: str) -> datetime:
    """Return an ISO 8601 timestamp with an offset or Z as a datetime in UTC. Raises ValueError."""
    match = _ISO_8601.fullmatch(text)
    if match is None:
        raise ValueError(f"Text '{text}' could not be parsed as an ISO 8601 timestamp with an offset")
    minutes, seconds, fraction, offset = match.groups()
    offset = "+0000" if offset == "Z" else offset.replace(":", "")
    whole = f"{minutes}:{seconds or '00'}.{(fraction or '0')[:6]}{offset}"
    return datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(timezone.utc)


def format_time(time: datetime) -> str:
    """Return a time as AWS's handlers write it: UTC with Z, milliseconds only if they are not 0."""
    text = time.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace(".000+00:00", "Z").replace("+00:00", "Z")


def variant_roles(shadow_mode_config: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the two variants by role: production and shadow."""
    return {
        "production": shadow_mode_config["SourceModelVariantName"],
        "shadow": shadow_mode_config["ShadowModelVariants"][0]["ShadowModelVariantName"],
    }


def check_request(operation: str, request: Mapping[str, Any]) -> None:
    """Raise ValidationException if a request does not satisfy the constraints of the service model."""
    message = constraints.violation("sagemaker", operation, request)
    if message:
        raise invalid(message)


def check_variants(variants: Sequence[Mapping[str, Any]], shadow_mode_config: Mapping[str, Any]) -> None:
    """Raise unless ModelVariants are exactly the production and the shadow variant of ShadowModeConfig."""
    names = [variant["VariantName"] for variant in variants]
    if len(names) != 2 or len(set(names)) != 2:
        raise invalid("ModelVariants must have exactly two variants with different names.")
    if set(names) != set(variant_roles(shadow_mode_config).values()):
        raise invalid("The variants in ShadowModeConfig must be those in ModelVariants.")
    percentage = shadow_mode_config["ShadowModelVariants"][0].get("SamplingPercentage", 0)
    if not 0 <= percentage <= 100:
        raise invalid("SamplingPercentage must be between 0 and 100.")


def check_running_update(
    changes: Mapping[str, Any], schedule: Mapping[str, Any] | None, current: Mapping[str, Any]
) -> None:
    """Raise for any change except of the description, the sampling percentage and the end."""
    config = changes.get("ShadowModeConfig")
    if config and variant_roles(config) != variant_roles(current["ShadowModeConfig"]):
        raise invalid(
            "Only the sampling percentage of ShadowModeConfig can be updated while the inference experiment is Running."
        )
    for name in ("ModelVariants", "DataStorageConfig"):
        if name in changes:
            raise invalid(f"{name} cannot be updated while the inference experiment is Running.")
    if schedule and schedule.get("StartTime") is not None:
        raise invalid("The start time of the schedule cannot be updated while the inference experiment is Running.")


def check_actions(actions: Mapping[str, str], shadow_mode_config: Mapping[str, Any]) -> None:
    """Raise if the actions of a stop name unknown variants or promote the production variant."""
    roles = variant_roles(shadow_mode_config)
    unknown = set(actions) - set(roles.values())
    if unknown:
        raise invalid(f"ModelVariantActions names unknown variants: {', '.join(sorted(unknown))}.")
    if actions.get(roles["production"]) == "Promote":
        raise invalid(f"Variant {roles['production']} is the production variant already and cannot be promoted.")


def check_tags(tags: Sequence[Mapping[str, str]]) -> None:
    """Raise if a key begins with `aws:`; only AWS adds and deletes such tags."""
    for tag in tags:
        if tag["Key"].lower().startswith("aws:"):
            raise invalid(f"aws: prefixed tag key names are not allowed for external use: {tag['Key']}")


def schedule(changes: Mapping[str, datetime | None] | None, *, now: datetime) -> tuple[datetime, datetime]:
    """Return start and end of a new experiment: by default now, and 7 days after the start."""
    changes = changes or {}
    start = changes.get("StartTime") or now
    end = changes.get("EndTime") or start + DEFAULT_DURATION
    _check_duration(start, end)
    return start, end


def rescheduled(
    start: datetime, end: datetime, changes: Mapping[str, datetime | None] | None
) -> tuple[datetime, datetime]:
    """Return start and end after an update; null leaves a time unchanged."""
    if not changes:
        return start, end
    changed = changes.get("StartTime") or start, changes.get("EndTime") or end
    _check_duration(*changed)
    return changed


def _check_duration(start: datetime, end: datetime) -> None:
    if not SHORTEST <= end - start <= LONGEST:
        raise invalid("The duration of the inference experiment must be between 1 hour and 30 days.")
