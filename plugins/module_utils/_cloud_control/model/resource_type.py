# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records that describe a resource type, and the records of a task's declaration and of a resource.

The engine reads all names of properties and options from these records. Property names are those of CloudFormation
(C(ModelVariants)), option names those of Ansible (C(model_variants)). A path of properties is a tuple without list
positions: C(("ModelVariants", "ModelName")).

The model of a resource is the document of all properties as the handler receives it: the properties of a create, or the
patched properties of an update.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .metrics import MetricsTable
    from .verification import Verifier

Properties = dict[str, Any]
Path = tuple[str, ...]
Spec = Mapping[str, Mapping[str, Any]]

# The empty default of fields. A Mapping has no method that changes it.
NOTHING: Mapping[Any, Any] = {}


class Declaration(NamedTuple):
    """The desired state of a resource, as the task declares it."""

    identifier: str
    """The value of the primary identifier."""
    present: bool = True
    """False for C(state: absent)."""
    properties: Mapping[str, Any] = NOTHING
    """Property name -> value, for the options that the task sets. The tags are separate."""
    tags: Mapping[str, str] | None = None
    """Key -> value; None if the task does not set tags."""
    purge_tags: bool = True
    """Whether tags that the task does not declare are removed."""
    recreate: bool = False
    """Whether the resource may be deleted and created again."""
    module_only_options: Mapping[str, Any] = NOTHING
    """Option name -> value, for the options that are not properties. They are never compared."""


class Resource(NamedTuple):
    """A resource as it was last read or predicted."""

    properties: Properties
    """The properties in GetResource, by name."""
    write_only: Properties | None = None
    """The write-only properties that the service returned, by name; None if they have not been read."""


class Limit(NamedTuple):
    """The limits of the value of an option. All bounds are inclusive."""

    length: tuple[int, int] | None = None
    """Fewest and most characters of a string, or of each string in a list."""
    number: tuple[int, int] | None = None
    """Lowest and highest integer."""
    items: tuple[int, int] | None = None
    """Fewest and most elements of a list."""
    pattern: str | None = None
    """Regular expression that matches the whole string."""
    words: str = ""
    """The pattern in words, after "must" in a message: "be an S3 URI"."""


class Transition(NamedTuple):
    """The patch that moves a resource from one status to another."""

    sets: Properties
    """The intent property, with the value that requests the status."""
    also_sends: frozenset[str] = frozenset()
    """Write-only properties that the same patch sends if the task sets them."""
    applies: frozenset[str] = frozenset()
    """The handler applies changes of these properties in the same patch. It drops other changes without an error."""
    deploys: frozenset[str] = frozenset()
    """Properties (lists) that the handler writes to another resource during this transition, such as the variants of an
    endpoint. The patch copies their elements from the last read, so this transition cannot apply a declared value that
    differs."""
    derive: Callable[[Properties, Mapping[str, Any]], Properties] | None = None
    """(properties read, module-only options) -> further properties of the patch. Raises ValueError with a
    sentence without the period."""
    hint: str = ""
    """The hint of the error that C(derive) raises."""


class Status(NamedTuple):
    """The changes that a resource allows in one status: a row of the status table."""

    transitional: bool = False
    """Whether the status ends without a further request. The handler drops changes meanwhile."""
    stable_statuses: tuple[str, ...] = ()
    """The statuses after a transitional status. A prediction uses the first one from which the intent is reachable."""
    later: frozenset[str] = frozenset()
    """All statuses that the resource can still reach, directly or through other statuses."""
    updatable: frozenset[str] = frozenset()
    """Properties that can change."""
    updatable_members: Mapping[str, frozenset[Path]] = NOTHING
    """Updatable property -> the paths of its members that can change; all members of the other properties can."""
    transitions: Mapping[str, Transition] = NOTHING
    """Value of the intent property -> the transition to it."""
    write_only: Mapping[str, tuple[str, ...]] = NOTHING
    """Write-only property -> its members that still have an effect in this status. Only these are compared."""
    preserved_on_recreate: frozenset[str] = frozenset()
    """Write-only properties that recreate preserves if the task does not set them."""
    ignored_when_reached: frozenset[str] = frozenset()
    """Properties that are not compared if this status is the declared intent."""
    restriction: str = ""
    """The reason for the limits of this status, as the last sentence of a rejection."""
    recreate: str = "deletes the resource and creates it again"
    """The effect of C(recreate: true) in this status, as the clause after "which" in the hint that offers recreate."""
    unknown: bool = False
    """Whether AWS returned a status that the table lacks. This record replaces the missing row and allows no change."""

    def allows(self, path: Path) -> bool:
        """Return whether the member at a path can change in this status."""
        members = self.updatable_members.get(path[0])
        return path[0] in self.updatable and (members is None or path in members)


class Lifecycle(NamedTuple):
    """The statuses of a type, and the property that requests a status."""

    status: str = ""
    """The read-only property with the status. Without statuses, this field and C(intent) are C("")."""
    intent: str = ""
    """The intent property, a write-only property. Its value, the intent, is the status that a task requests."""
    statuses: Mapping[str, Status] = NOTHING
    """Status -> the changes that it allows."""
    intents: tuple[str, ...] = ()
    """All values of the intent property. Each is the name of the status that it requests."""
    intents_on_create: frozenset[str] = frozenset()
    """The values of the intent property that a new resource can reach."""
    intent_before_delete: Callable[[Declaration], str | None] = lambda _declaration: None
    """Declaration of a delete -> the intent to reach before the delete; None to delete in the current status."""


class ServiceCall(NamedTuple):
    """A call of the service's own API that returns one resource."""

    service: str
    """The name of the service in boto3."""
    method: str
    """The method of the boto3 client."""
    argument: str
    """The only parameter. It takes the identifier, and the response repeats it."""
    permission: str
    """The IAM action of the call."""


class WriteOnlyReader(NamedTuple):
    """The call that returns write-only properties."""

    call: ServiceCall
    members: tuple[str, ...]
    """The members of the response to read: write-only properties, and the status. Each has the name of its property."""
    not_found: str
    """The error code for a resource that does not exist."""


class ResourceType(NamedTuple):
    """The description of one CloudFormation resource type: all data that the engine needs to manage it."""

    type_name: str
    """The name of the type in CloudFormation."""
    noun: str
    """The resource in a sentence: "inference experiment"."""
    result_name: str
    """The key of the resource in the return values. The info module adds "s"."""
    identifier: str
    """The option that is the primary identifier."""
    options: Spec
    """Argument spec of all properties that can be written. The tags are a dictionary."""
    read_only: Spec
    """Argument spec of the properties that only the service writes."""
    tags: str
    """The property with the tags, a list of {"Key": string, "Value": string}."""
    module_only_options: Spec = NOTHING
    """Argument spec of the options that are not properties."""
    values: Mapping[str, Callable[[Any], Any]] = NOTHING
    """Option path (C(schedule.end_time)) -> converter of the value. Raises ValueError with the rest of a sentence that
    begins with the path."""
    limits: Mapping[str, Limit] = NOTHING
    """Option path -> limit of the value."""
    equivalences: Mapping[Path, Callable[[Any, Any], bool]] = NOTHING
    """Property path -> (declared, actual) -> whether both are equivalent. Other values are compared by C(==)."""
    list_keys: Mapping[Path, str] = NOTHING
    """Path of a list of objects without an order -> the member that identifies an object."""
    recreate_not_offered: frozenset[Path] = frozenset()
    """Paths of members. The hint for a change of one of them does not offer recreate."""
    create_only: frozenset[str] = frozenset()
    """Properties that can be set only on create."""
    write_only: frozenset[str] = frozenset()
    """Properties that GetResource does not return."""
    never_compared: frozenset[str] = frozenset()
    """Properties that are sent and never compared."""
    ignored_by_create: frozenset[str] = frozenset()
    """Properties that the create handler ignores, and that are not sent to it."""
    required_to_create: tuple[str, ...] = ()
    """Properties that a create requires, besides the identifier."""
    unset_when_empty: frozenset[Path] = frozenset()
    """Paths of lists that count as not set if they are empty, because the schema rejects an empty list."""
    validate_model: Callable[[Properties], list[str]] = lambda _properties: []
    """The properties that the task declares, or a model (all properties of a create, or after an update) -> errors, as
    sentences."""
    validate_create: Callable[[Properties, datetime], list[str]] = lambda _properties, _now: []
    """(properties of a create, current time) -> errors that depend on the time, as sentences."""
    validate_declaration: Callable[[Declaration], list[str]] = lambda _declaration: []
    """Declaration -> errors of options that conflict with each other, as sentences."""
    warn_without_effect: Callable[[Declaration, Properties, datetime], list[str]] = lambda *_: []
    """(declaration, properties read, current time) -> warnings about declared values that have no effect any more."""
    lifecycle: Lifecycle = Lifecycle()
    """The statuses. By default, the type has none, and all properties that can be written can change at any time."""
    write_only_reader: WriteOnlyReader | None = None
    """The call that returns write-only properties; None if no API returns them."""
    metrics: MetricsTable | None = None
    """The CloudWatch metrics of the variants; None for a type without metrics."""
    predict: Callable[[Properties | None, Properties, Properties, datetime], Properties] = (
        lambda _before, readable, _write_only, _now: readable
    )
    """(properties before, None for a create; readable properties of the model; write-only properties of the model;
    current time) -> properties after the operation, in a stable status."""
    effects: Callable[[Properties, Properties | None], dict[str, Any]] = lambda _properties, _model: {}
    """(properties read; model, or None for a delete) -> effects of the operation that no read of the resource shows, by
    name. The name is the key of the return value. Exception: an effect with the name of an option,
    such as the reason of a stop, is shown in the diff only."""
    verifier: Verifier | None = None
    """How effects are verified on another resource of the service; None if they cannot be verified."""
    not_applied_by_create: Callable[[Properties, Properties, datetime], frozenset[str]] = lambda *_: frozenset()
    """(properties sent, properties read, current time) -> the sent properties that the create has not applied. Needed
    for properties in which next_step() would not find a difference."""
    continues_after: tuple[str, ...] = ()
    """Parts of failure messages. If the message of a failed operation contains one of them, the operation continues in
    the service."""
    hints: Mapping[str, str] = NOTHING
    """Error code -> hint that replaces the hint of the engine. {region} stands for the region."""

    @property
    def tags_option(self) -> str:
        """Return the name of the option with the tags."""
        return option_name(self.tags)

    @property
    def property_options(self) -> Spec:
        """Return the options without the tags, which are converted separately."""
        tags = self.tags_option
        return {name: entry for name, entry in self.options.items() if name != tags}

    @property
    def writable(self) -> frozenset[str]:
        """Return the names of all properties that can be written."""
        return frozenset(property_name(option) for option in self.options)

    def status_of(self, current: Resource | None) -> str | None:
        """Return the status of a resource; "" for a type without statuses. None if the resource does not exist."""
        return str(current.properties.get(self.lifecycle.status, "")) if current else None

    def intent_of(self, declaration: Declaration) -> str | None:
        """Return the declared value of the intent property; None if the task does not set it."""
        return declaration.properties.get(self.lifecycle.intent)

    def status_row(self, current: Resource) -> Status:
        """Return the row of the current status. Without statuses, all properties that can be written are updatable."""
        if not self.lifecycle.statuses:
            return Status(updatable=self.writable)
        status = str(self.status_of(current))
        restriction = f"This version of the collection does not support the status {status!r}."
        return self.lifecycle.statuses.get(status, Status(unknown=True, restriction=restriction))


@cache  # called for each member of each resource
def property_name(option: str) -> str:
    """Return the name of the property for an option: model_variants -> ModelVariants."""
    return "".join(word[:1].upper() + word[1:] for word in option.split("_"))


@cache
def option_name(name: str) -> str:
    """Return the name of the option for a property: ModelVariants -> model_variants."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
