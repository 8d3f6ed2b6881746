"""What can be chosen about the emulated AWS: every option with its default; unknown names are refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

SUMMARY_PROPERTIES = (
    *("Name", "Type", "RoleArn", "Description", "CreationTime", "LastModifiedTime", "Status"),
    *("Schedule", "StatusReason"),
)
REGIONS_WITHOUT_TYPE = frozenset(
    {
        *("ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6"),
        *("ap-southeast-7", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-2", "eu-south-2"),
        *("il-central-1", "me-central-1", "mx-central-1", "us-gov-east-1", "us-gov-west-1"),
    }
)
_COLLECTIONS = {"ignore_properties": frozenset, "regions_without_type": frozenset, "list_properties": tuple}
_OPTIONAL = {"endpoint_update_seconds", "retry_after_seconds", "throttle_per_second"}
_CHOICES = {
    "endpoint_update_status": ("InService", "OutOfService", "Failed", "UpdateRollbackFailed"),
    "metric_long_periods": ("accept", "reject", "split"),
}


@dataclasses.dataclass(slots=True)
class Settings:
    """All options. Times are seconds of the emulator's clock; a change counts from the next call on."""

    # Cloud Control
    operation_seconds: float = 0.3
    """The least time from the acceptance of an operation to its SUCCESS or FAILED."""
    pending_seconds: float = 0.0
    """How long an operation is PENDING before its handler begins."""
    identifier_delay_seconds: float = 0.0
    """How long after its acceptance a ProgressEvent still comes without Identifier."""
    read_delay_seconds: float = 0.0
    """How long after the creation of an experiment GetResource still says ResourceNotFoundException."""
    retry_after_seconds: float | None = 0.2
    """RetryAfter of an unfinished ProgressEvent is this far ahead of now; None leaves RetryAfter out."""
    list_page_size: int = 20
    """ListResources' own page size: MaxResults of the caller is not looked at."""
    list_properties: tuple[str, ...] = SUMMARY_PROPERTIES
    """The properties that ListResources returns for each experiment; AWS may return just `("Name",)`."""
    request_page_size: int = 20
    """Page size of ListResourceRequests where the caller gives no smaller MaxResults."""
    refuse_late: bool = False
    """Create-only, read-only and schema faults are accepted and then FAILED, instead of refused at once."""
    delete_missing_late: bool = False
    """DeleteResource of nothing is accepted and then FAILED with NotFound, instead of ResourceNotFoundException."""
    throttle_per_second: int | None = None
    """More Cloud Control calls than this within one second get a ThrottlingException."""
    regions_without_type: frozenset[str] = REGIONS_WITHOUT_TYPE
    """Where the type is unknown: TypeNotFoundException."""

    # The handler and SageMaker
    transition_seconds: float = 0.5
    """Time spent in each of Creating, Updating, Starting and Stopping."""
    start_callback_seconds: float = 0.1
    """Time from a start to the callback of the handler, 5 s on AWS. If the callback finds Starting, the start reports
    SUCCESS at once; if it finds Running, the handler sends the other changes of the patch."""
    stabilize_seconds: float = 1200.0
    """The handler waits this long for one kind of status and fails with NotStabilized; SageMaker continues."""
    create_passes_starting: bool = False
    """An experiment that starts at once goes Creating, Starting, Running; its create operation then FAILS."""
    null_members: bool = False
    """GetResource returns null for each member that is not set; the document that a patch is applied to lacks it."""
    empty_objects: bool = False
    """DataStorageConfig that is not set comes back as `{}`, in the document that a patch is applied to as well."""
    empty_content_types: bool = False
    """CsvContentTypes and JsonContentTypes which were not given come back as `[]`."""
    ignore_properties: frozenset[str] = frozenset()
    """Properties that create and update accept and do not apply; `DesiredState` and `Tags` may be among them."""
    check_references: bool = True
    """The endpoint, the models and the role of an experiment have to exist."""

    # Endpoints
    endpoint_update_seconds: float | None = None
    """Time that an endpoint is Updating when a test starts, changes or stops; None is the experiment's transition."""
    endpoint_update_status: str = "InService"
    """The status after an update. With Failed and UpdateRollbackFailed the update changes no variants."""
    endpoint_ignores_stop: bool = False
    """A stop leaves the variants of the endpoint as they are during the test."""
    retained_shadow_stays: bool = True
    """A shadow variant that a stop retains stays a shadow variant of the endpoint; if false, it is removed."""
    assume_endpoints: bool = False
    """An experiment that names no existing endpoint creates it; without check_references it exists in name only."""

    # CloudWatch
    metric_delay_seconds: float = 60.0
    """Datapoints of a minute are there so long after its end."""
    metric_long_periods: str = "accept"
    """A period of more than a day gives one datapoint (accept), an error (reject), or one datapoint a day (split)."""
    metric_page_size: int = 100_800
    """Most datapoints on a page of GetMetricData; MaxDatapoints of the caller can only lower it."""

    # IAM
    enforce_iam: bool = False
    """Cloud Control, its handler and SageMaker ask IAM. The access key `testing` is the root user's, who may do all."""
    access_denied_has_a_code: bool = False
    """What a handler is denied arrives as AccessDenied instead of GeneralServiceException."""

    def update(self, changes: Mapping[str, Any]) -> None:
        """Set several options from plain JSON values, all or none. Raises ValueError that names what is wrong."""
        checked = {name: self._checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """The settings as plain JSON values, collections as lists."""
        return {name: _plain(getattr(self, name)) for name in self.__slots__}

    def _checked(self, name: str, value: Any) -> Any:
        if name not in self.__slots__:
            raise ValueError(f"unknown setting {name!r}; there are: {', '.join(sorted(self.__slots__))}")
        if name in _COLLECTIONS:
            if isinstance(value, str) or not all(isinstance(item, str) for item in value):
                raise ValueError(f"setting {name!r} takes a list of strings, not {value!r}")
            return _COLLECTIONS[name](value)
        if value is None and name in _OPTIONAL:
            return None
        if name in _CHOICES:
            if value not in _CHOICES[name]:
                raise ValueError(f"setting {name!r} must be one of {', '.join(_CHOICES[name])}, got {value!r}")
            return value
        return self._checked_plain(name, value)

    def _checked_plain(self, name: str, value: Any) -> Any:
        wanted: Any = Settings.__dataclass_fields__[name].default
        kinds: tuple[type, ...] = {bool: (bool,), int: (int,)}.get(type(wanted), (int, float))
        wrong_kind = not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)
        if wrong_kind or value < 0 or (name.endswith("page_size") and value < 1):
            raise ValueError(f"setting {name!r} does not take {value!r}")
        return value


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value
