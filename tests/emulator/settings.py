"""The settings of the emulator and their defaults."""

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
    """All settings. Times are seconds of the emulator's clock. A change takes effect with the next call."""

    # Cloud Control
    operation_seconds: float = 0.3
    """The minimum time from the acceptance of an operation to SUCCESS or FAILED."""
    pending_seconds: float = 0.0
    """The time that an operation is PENDING before its handler starts."""
    identifier_delay_seconds: float = 0.0
    """The time from the acceptance of an operation in which its ProgressEvents have no Identifier."""
    read_delay_seconds: float = 0.0
    """The time after a create in which GetResource raises ResourceNotFoundException."""
    retry_after_seconds: float | None = 0.2
    """The time from now to RetryAfter in the ProgressEvent of a running operation; None omits RetryAfter."""
    list_page_size: int = 20
    """The page size of ListResources, which ignores MaxResults."""
    list_properties: tuple[str, ...] = SUMMARY_PROPERTIES
    """The properties that ListResources returns for each experiment; AWS may return just `("Name",)`."""
    request_page_size: int = 20
    """The maximum page size of ListResourceRequests."""
    refuse_late: bool = False
    """Invalid creates and updates are accepted and then FAILED, instead of rejected at once."""
    delete_missing_late: bool = False
    """DeleteResource of a missing resource is accepted and then FAILED with NotFound."""
    throttle_per_second: int | None = None
    """The number of Cloud Control calls in a second after which calls raise ThrottlingException."""
    regions_without_type: frozenset[str] = REGIONS_WITHOUT_TYPE
    """Regions in which Cloud Control raises TypeNotFoundException."""

    # The handler and SageMaker
    transition_seconds: float = 0.5
    """The duration of Creating, Updating, Starting and Stopping."""
    start_callback_seconds: float = 0.1
    """The time from a start to the callback of the handler, 5 s on AWS. If the callback finds Starting, the start
    reports SUCCESS at once; if it finds Running, the handler sends the other changes of the patch."""
    stabilize_seconds: float = 1200.0
    """The time after which the handler ends its wait for a status with NotStabilized; SageMaker continues."""
    create_passes_starting: bool = False
    """An experiment that starts at once has the statuses Creating, Starting, Running; its create operation FAILS."""
    null_members: bool = False
    """GetResource returns null for each member that is not set; the document that a patch changes omits it."""
    empty_objects: bool = False
    """GetResource and the document that a patch changes have `{}` for a DataStorageConfig that is not set."""
    empty_content_types: bool = False
    """GetResource returns `[]` for CsvContentTypes and JsonContentTypes that are not set."""
    ignore_properties: frozenset[str] = frozenset()
    """Properties that create and update accept and do not apply, also `DesiredState` and `Tags`."""
    check_references: bool = True
    """The endpoint, the models and the role of an experiment must exist."""

    # Endpoints
    endpoint_update_seconds: float | None = None
    """The duration of Updating when a test starts, changes or stops; None: that of the experiment's status."""
    endpoint_update_status: str = "InService"
    """The status after an update. With Failed and UpdateRollbackFailed the update changes no variants."""
    endpoint_ignores_stop: bool = False
    """A stop does not change the variants of the endpoint."""
    retained_shadow_stays: bool = True
    """A shadow variant that a stop retains remains on the endpoint; if false, it is removed."""
    assume_endpoints: bool = False
    """An experiment creates its missing endpoint; without this and check_references only its name exists."""

    # CloudWatch
    metric_delay_seconds: float = 60.0
    """The time from the end of a minute to its datapoints."""
    metric_long_periods: str = "accept"
    """A period of more than a day has one datapoint (accept), an error (reject), or one datapoint a day (split)."""
    metric_page_size: int = 100_800
    """The maximum number of datapoints on a page of GetMetricData."""

    # IAM
    enforce_iam: bool = False
    """Enforce IAM policies; see access.py. The access key `testing` belongs to the root user."""
    access_denied_has_a_code: bool = False
    """A denied call of the handler ends in AccessDenied instead of GeneralServiceException."""

    def update(self, changes: Mapping[str, Any]) -> None:
        """Set settings from JSON values, all or none. Raises ValueError for an unknown name or a wrong value."""
        checked = {name: self._checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        """Return the settings as JSON values, collections as lists."""
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
