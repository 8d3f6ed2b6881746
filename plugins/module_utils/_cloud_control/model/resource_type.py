# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vocabulary in which a resource type is described: everything that differs from type to type, as frozen records.

The engine reads these records and names no resource type and no property itself. Property names are CloudFormation's
(C(ModelVariants)); option names are Ansible's (C(model_variants)). Fields are given by keyword, but for Snapshot's.

Named tuples rather than frozen dataclasses: every task defines them anew, and they take a sixth of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

Properties = dict[str, Any]
Path = tuple[str, ...]
Spec = Mapping[str, Mapping[str, Any]]

# A default that records share: a Mapping has no way to be written to.
NOTHING: Mapping[Any, Any] = {}


class Declaration(NamedTuple):
    """What a task declares: the end, and how it may be reached."""

    identifier: str
    present: bool = True
    properties: Mapping[str, Any] = NOTHING
    """Only what the task gives, by property name and without the tags."""
    tags: Mapping[str, str] | None = None
    purge_tags: bool = True
    recreate: bool = False
    module_only_options: Mapping[str, Any] = NOTHING
    """Options that say how, not what: they are never compared."""


class Resource(NamedTuple):
    """A resource as last read: by Cloud Control, and by the service itself if that was asked (None: it was not)."""

    properties: Properties
    write_only: Properties | None = None


class Limit(NamedTuple):
    """Bounds of one option, inclusive. C(pattern) must match the whole text; C(words) says it in words."""

    length: tuple[int, int] | None = None
    number: tuple[int, int] | None = None
    items: tuple[int, int] | None = None
    pattern: str | None = None
    words: str = ""


class Transition(NamedTuple):
    """How one patch moves a resource out of a status."""

    sets: Properties
    """The intent property with the value that asks for the move."""
    also_sends: frozenset[str] = frozenset()
    """Write-only properties sent in the same patch when the task gives them."""
    applies: frozenset[str] = frozenset()
    """Properties whose changes the handler applies in the same patch; it drops all others silently."""
    deploys: frozenset[str] = frozenset()
    """Properties that the handler deploys as the patch result has them. Their elements are sent as read only."""
    derive: Callable[[Properties, Mapping[str, Any]], Properties] | None = None
    """(properties read, module-only options) -> further properties that the patch must set for the options' effect."""
    hint: str = ""
    """How to correct the task if C(derive) raises ValueError."""


class Status(NamedTuple):
    """What a resource in one status allows: a row of the type's lifecycle table."""

    transitional: bool = False
    """It changes by itself before long. Nothing is written meanwhile: the handler would drop it."""
    stable_statuses: tuple[str, ...] = ()
    """The statuses that a transit may end in. Where it is not waited for, it is taken to be the first from which the
    declared intent can be reached; so those that leave most to do come first."""
    updatable: frozenset[str] = frozenset()
    updatable_members: Mapping[str, frozenset[Path]] = NOTHING
    """Updatable properties of which only these members can change."""
    transitions: Mapping[str, Transition] = NOTHING
    """Values of the intent property that can be reached from here."""
    write_only: Mapping[str, tuple[str, ...]] = NOTHING
    """Write-only properties that mean something here, and which of their members count."""
    preserved_on_recreate: frozenset[str] = frozenset()
    """Write-only properties that deleting and creating again must not lose."""
    ignored_when_reached: frozenset[str] = frozenset()
    """Properties that are left alone once the declared intent is this status."""
    restriction: str = ""
    """Why it allows no more than this, and the way out; ends a rejection."""
    recreate: str = "deletes the resource and creates it again"
    """What recreate: true does in this status; follows "which" in the message that offers it."""
    unknown: bool = False
    """It is no row of the table: the service has told a status that the table does not have."""

    def allows(self, path: Path) -> bool:
        """Return whether the member at a path can change in this status."""
        members = self.updatable_members.get(path[0])
        return path[0] in self.updatable and (members is None or path in members)


class Lifecycle(NamedTuple):
    """A type whose resources have a status: which property holds it, which one asks for another, and the table."""

    status: str
    intent: str
    statuses: Mapping[str, Status]
    intents: tuple[str, ...]
    """All values of the intent property; each is named like the status that meets it."""
    intents_on_create: frozenset[str]
    """Values of the intent property that a resource which does not exist yet can be brought to."""
    intent_before_delete: Callable[[Declaration], str | None]
    """The intent that has to be reached before the resource is deleted; None to delete it as it is."""


class WriteOnlyReader(NamedTuple):
    """The call of the service's own API that tells what GetResource does not."""

    service: str
    method: str
    argument: str
    """The parameter of C(method) that takes the identifier, and the member of the answer that repeats it."""
    members: tuple[str, ...]
    """Members of the answer that are taken over; each is named like its property."""
    not_found: str
    """The error code that says that there is no such resource."""
    permission: str


class ResourceType(NamedTuple):
    """Everything that the engine has to know of one CloudFormation resource type."""

    type_name: str
    noun: str
    """The resource in a sentence: "inference experiment"."""
    result_name: str
    """The key of the returned dict; its plural, by adding "s", is the info module's."""
    identifier: str
    """The option that is the primary identifier."""
    options: Spec
    """Argument spec of every property that can be written, the tags as a free map."""
    read_only: Spec
    """The same for properties that only the service writes, for the way back."""
    tags: str
    """The property that holds the tags, a list of objects with Key and Value."""
    module_only_options: Spec = NOTHING
    values: Mapping[str, Callable[[Any], Any]] = NOTHING
    """Option path -> converter of its value; raises ValueError with a clause that can follow "<path>"."""
    limits: Mapping[str, Limit] = NOTHING
    equivalences: Mapping[Path, Callable[[Any, Any], bool]] = NOTHING
    """Property path -> (declared, actual) -> whether both mean the same; equality elsewhere."""
    list_keys: Mapping[Path, str] = NOTHING
    """Lists of objects without an order: path of the list -> the member that identifies an element."""
    recreate_not_offered: frozenset[Path] = frozenset()
    """Members for whose change a message does not offer recreate."""
    create_only: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    never_compared: frozenset[str] = frozenset()
    ignored_by_create: frozenset[str] = frozenset()
    """Properties that the create handler does not look at; they are not sent to it."""
    required_to_create: tuple[str, ...] = ()
    unset_when_empty: frozenset[Path] = frozenset()
    """Lists that the service returns empty where it means "not there", and that the schema then refuses."""
    validate_model: Callable[[Properties], list[str]] = lambda _properties: []
    """Properties, whole or in part -> problems, in the user's words."""
    validate_create: Callable[[Properties, datetime], list[str]] = lambda _properties, _now: []
    """(properties of a create, the time) -> what would make the create fail after all, in the user's words."""
    validate_declaration: Callable[[Declaration], list[str]] = lambda _wish: []
    warn_without_effect: Callable[[Declaration, Properties, datetime], list[str]] = lambda _wish, _properties, _now: []
    """(the task, properties read, the time) -> warnings about declarations that cannot have an effect any more."""
    lifecycle: Lifecycle | None = None
    write_only_reader: WriteOnlyReader | None = None
    predict: Callable[[Properties | None, Properties, Properties, datetime], Properties] | None = None
    """(properties before, None for a create; the model that the handler is given; its write-only values; the time) ->
    properties once the write has ended and the status has settled."""
    effects: Callable[[Properties, Properties | None], dict[str, Any]] | None = None
    """(properties read; the model that the update handler is given, None for a delete) -> what the operation does and
    no read shows, by the name under which the module returns it; an option is shown in the diff only."""
    not_applied_by_create: Callable[[Properties, Properties, datetime], frozenset[str]] | None = None
    """(properties sent, properties read, the time) -> those sent which the status read shows not to have been applied,
    and which no later comparison would find."""
    continues_after: tuple[str, ...] = ()
    """Texts in the message of a failed operation which say that only the handler's own waiting ended."""
    hints: Mapping[str, str] = NOTHING
    """Error code -> hint that precedes the general one. {region} stands for the region."""

    @property
    def tags_option(self) -> str:
        return option_name(self.tags)

    @property
    def property_options(self) -> Spec:
        """The options that are properties by themselves; the tags are a map with keys of their own."""
        tags = self.tags_option
        return {name: entry for name, entry in self.options.items() if name != tags}

    @property
    def writable(self) -> frozenset[str]:
        return frozenset(property_name(option) for option in self.options)

    def status_of(self, current: Resource) -> str:
        return str(current.properties.get(self.lifecycle.status)) if self.lifecycle else ""

    def status_row(self, current: Resource) -> Status:
        """The row of the lifecycle table; for a type without a table, all that is not create-only may change."""
        if self.lifecycle is None:
            return Status(updatable=self.writable)
        status = self.status_of(current)
        words = f"This version of the collection does not support the status {status!r}."
        unknown = Status(unknown=True, restriction=words)
        return self.lifecycle.statuses.get(status, unknown)


@cache  # called for each member of each resource that is read
def property_name(option: str) -> str:
    """Return the name of the property for an option: model_variants -> ModelVariants."""
    return "".join(word[:1].upper() + word[1:] for word in option.split("_"))


@cache
def option_name(name: str) -> str:
    """Return the name of the option for a property: ModelVariants -> model_variants."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
