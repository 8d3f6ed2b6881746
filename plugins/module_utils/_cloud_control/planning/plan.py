# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide the next step: next_step() compares the declaration with the current resource and returns one step.

Pure: no I/O, no clock, no memory of earlier steps. The caller executes the step, reads the resource again and calls
next_step() again, until the step is Done or Reject. A change that is not allowed is rejected before the first write,
even if other writes would come before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from ..model import validation
from ..model.conversion import to_options
from ..model.equivalence import Difference, merge
from ..model.messages import format_value
from ..model.resource_type import Declaration, Path, Properties, Resource, ResourceType, WriteOnlyReader, option_name
from ..model.tags import tags_to_dict, tags_to_property, validate_number_of_tags
from .diff import Diff, Situation, compared_properties, compute_diff, create_patch
from .json_patch import PatchDocument


class Create(NamedTuple):
    """Create the resource."""

    properties: Properties


class Update(NamedTuple):
    """Change the resource."""

    patch: PatchDocument
    properties: frozenset[str]
    """The changed properties that no later step of the task should have to change again. If a later step changes one of
    them again, AWS did not apply the patch."""


class Delete(NamedTuple):
    """Delete the resource."""

    then: Declaration | None = None
    """The declaration after the delete (recreate)."""
    create: Create | None = None
    """The first step of that declaration."""
    properties_that_differ: frozenset[str] = frozenset()
    """All properties that differ from the declaration."""


class Wait(NamedTuple):
    """Wait until the status is no longer transitional."""

    current: Resource


class ReadWriteOnly(NamedTuple):
    """Read the write-only properties with the API of the service, then decide."""

    current: Resource
    reader: WriteOnlyReader


class Done(NamedTuple):
    """The resource has the desired state."""


class Reject(NamedTuple):
    """The task fails, because it requires a change that is not allowed."""

    reason: str
    hint: str = ""
    properties_that_differ: frozenset[str] = frozenset()
    """If the type or the status does not allow a change: all properties that differ from the declaration, including
    those that could change."""


UPGRADE = "Upgrade the collection."

Write: TypeAlias = "Create | Update | Delete"
Step: TypeAlias = "Create | Update | Delete | Wait | ReadWriteOnly | Done | Reject"


def next_step(resource_type: ResourceType, declaration: Declaration, current: Resource | None) -> Step:
    """Return the next step towards the declaration. current is None if the resource does not exist."""
    if current is None:
        return _create(resource_type, declaration) if declaration.present else Done()
    situation = Situation(resource_type, declaration, current)
    status = situation.status
    if status.transitional:
        return Wait(current)
    if not declaration.present:
        return _delete(situation)

    compared = compared_properties(situation)
    reader = resource_type.write_only_reader
    if reader and current.write_only is None and compared.keys() & status.write_only.keys():
        return ReadWriteOnly(current, reader)
    diff = compute_diff(situation, compared)
    rejection = _rejection(situation, diff)
    if rejection:
        return _recreate(situation, rejection) if declaration.recreate else rejection
    intent = situation.pending_intent
    if intent is None:
        return _update(situation, diff) if diff.names else Done()
    transition_step = _transition(situation, intent, diff)
    if isinstance(transition_step, Reject) or diff.names <= status.transitions[intent].applies:
        return transition_step
    return _update(situation, diff)


def _create(resource_type: ResourceType, declaration: Declaration, why: str = "does not exist") -> Create | Reject:
    lifecycle, intent, noun = resource_type.lifecycle, resource_type.intent_of(declaration), resource_type.noun
    if intent and intent not in lifecycle.intents_on_create:
        option = option_name(lifecycle.intent)
        return Reject(
            f"The {noun} {why}. {option}: {intent} requires an existing {noun}.",
            hint=f"Omit {option}, or set {option}: {' or '.join(sorted(lifecycle.intents_on_create))}.",
        )
    missing = [option_name(n) for n in resource_type.required_to_create if n not in declaration.properties]
    if missing:
        return Reject(
            f"The {noun} {why}. The create requires these options: {', '.join(missing)}.",
            hint=f"Set these options, or correct the value of {resource_type.identifier} or region.",
        )
    properties = {n: v for n, v in declaration.properties.items() if n not in resource_type.ignored_by_create}
    tags = declaration.tags or {}
    errors = resource_type.validate_model(properties) + validate_number_of_tags(resource_type.tags_option, tags)
    if errors:
        return Reject(" ".join(errors), hint="Correct these options.")
    return Create({**properties, resource_type.tags: tags_to_property(tags)} if tags else properties)


def _update(situation: Situation, diff: Diff) -> Update | Reject:
    resource_type = situation.resource_type
    model = {**situation.properties, **diff.properties}  # the properties after the update
    for name in diff.names & situation.write_only.keys():
        # Members that the task omits, or that are not compared in this status, keep their current values.
        model[name] = {**situation.write_only[name], **model[name]}
    existing_errors = resource_type.validate_model(situation.properties)
    errors = [error for error in resource_type.validate_model(model) if error not in existing_errors]
    hints = ["In the same task, also set the omitted options that conflict."] if errors else []
    if resource_type.tags in diff.names:
        option = resource_type.tags_option
        too_many = validate_number_of_tags(option, tags_to_dict(diff.properties[resource_type.tags]))
        errors += too_many
        hints += [f"Set fewer {option}, or purge_tags: true."] * len(too_many)
    if errors:
        conflict = f"The options set by the task conflict with the current values of the {resource_type.noun}."
        return Reject(f"{' '.join(errors)} {conflict}", hint=" ".join(hints))
    return Update(create_patch(situation, diff.properties, diff.protected), diff.names)


def _transition(situation: Situation, intent: str, diff: Diff) -> Update | Reject:
    """Return the update that requests another status, with the changes that the handler applies in the same patch."""
    _resource_type, declaration, current = situation
    transition = situation.status.transitions[intent]
    try:
        derived = transition.derive(current.properties, declaration.module_only_options) if transition.derive else {}
    except ValueError as error:
        return Reject(f"{error}.", hint=transition.hint)
    applied = {name: value for name, value in diff.properties.items() if name in transition.applies}
    also_sent = {name: declaration.properties[name] for name in transition.also_sends if name in declaration.properties}
    new = {**applied, **derived, **also_sent, **transition.sets}
    patch = create_patch(situation, new, diff.protected | derived.keys())
    return Update(patch, frozenset({*applied, *transition.sets}))


def _delete(situation: Situation) -> Update | Delete | Reject:
    resource_type, declaration, _current = situation
    status, noun = situation.status, resource_type.noun
    intent = resource_type.lifecycle.intent_before_delete(declaration)
    if intent and status.unknown:
        return Reject(f"{status.restriction} The {noun} cannot be stopped before the delete.", hint=UPGRADE)
    if not intent or intent not in status.transitions:
        return Delete()
    # Only the properties that the transition deploys are compared. The others do not matter, because the resource is
    # going to be deleted.
    deploys = status.transitions[intent].deploys
    deployed = {name: value for name, value in declaration.properties.items() if name in deploys}
    found = compute_diff(situation._replace(declaration=declaration._replace(tags=None)), deployed).differences
    if not found:
        return _transition(situation, intent, Diff())
    return Reject(
        f"{_shown(found)} (cannot change when the {noun} becomes {intent}).",
        hint=f"Omit {_option_names(found)} or set the current value.",
    )


def _recreate(situation: Situation, rejection: Reject) -> Step:
    """Return the delete, and with it the create that has to follow.

    The create takes the values that the task does not set from the current resource. The task must still set all
    options that a create requires: if the task is interrupted after the delete, another run has only these options.
    """
    resource_type, declaration, current = situation
    status = situation.status
    if status.unknown:
        return rejection._replace(reason=f"{rejection.reason} {status.restriction}")
    create = _create(resource_type, declaration, "would first be deleted by recreate: true")
    if isinstance(create, Reject):
        hint = f"Omit recreate, or {create.hint[0].lower()}{create.hint[1:]}"
        return rejection._replace(reason=f"{rejection.reason} {create.reason}", hint=hint)
    if resource_type.write_only_reader and current.write_only is None and status.preserved_on_recreate:
        return ReadWriteOnly(current, resource_type.write_only_reader)
    then = _declaration_after_delete(situation)
    create = _create(resource_type, then)
    if isinstance(create, Reject):
        return create
    # AWS accepted the current values once. They are validated again, because the delete removes the only copy.
    errors = validation.validate_options(resource_type, to_options(resource_type, create.properties))
    if errors:
        sentences = " ".join(sentence for found in errors.values() for sentence in found)
        return Reject(
            f"The {resource_type.noun} cannot be created again with its current values. {sentences}",
            hint="Set these options.",
        )
    return Delete(then, create, rejection.properties_that_differ)


def _declaration_after_delete(situation: Situation) -> Declaration:
    resource_type, declaration, current = situation
    readable = resource_type.writable - resource_type.write_only - {resource_type.tags}
    preserved = {name: value for name, value in situation.properties.items() if name in readable}
    preserved_on_recreate = situation.status.preserved_on_recreate
    preserved |= {name: value for name, value in situation.write_only.items() if name in preserved_on_recreate}
    merged = {
        name: merge(resource_type, value, preserved.get(name), (name,))
        for name, value in declaration.properties.items()
    }
    tags = dict(declaration.tags or {})
    if declaration.tags is None or not declaration.purge_tags:
        existing = tags_to_dict(current.properties.get(resource_type.tags))
        tags = {**{key: value for key, value in existing.items() if not key.startswith("aws:")}, **tags}
    return declaration._replace(properties={**preserved, **merged}, tags=tags, recreate=False)


def _rejection(situation: Situation, diff: Diff) -> Reject | None:
    """Return all changes that the type or the status does not allow, in one Reject; None if all are allowed."""
    resource_type, status, status_name = situation.resource_type, situation.status, situation.status_name
    intent = situation.pending_intent
    create_only = [d for d in diff.differences if d.path[0] in resource_type.create_only]
    blocked = [d for d in diff.differences if d.path[0] not in resource_type.create_only and not status.allows(d.path)]
    reasons = []
    if create_only:
        reasons.append(f"{_shown(create_only)} (can be set only on create).")
    if blocked:
        reasons.append(f"{_shown(blocked)} (cannot change in status {status_name}).")
    unreachable = intent is not None and intent not in status.transitions
    if unreachable:
        option = option_name(resource_type.lifecycle.intent)
        reasons.append(f"{option}: {intent} cannot be reached from status {status_name}.")
    if not reasons:
        return None
    if blocked or unreachable:
        reasons.append(status.restriction)
    hint = _rejection_hint(situation, [*create_only, *blocked], unreachable=unreachable)
    return Reject(" ".join(reasons), hint, diff.names)


def _rejection_hint(situation: Situation, rejected: list[Difference], *, unreachable: bool) -> str:
    resource_type, status, lifecycle = situation.resource_type, situation.status, situation.resource_type.lifecycle
    options = _option_names(rejected, *([lifecycle.intent] if unreachable else []))
    hint = f"Omit {options} or set the current value" if rejected else f"Omit {options}"
    if status.unknown:
        return f"{UPGRADE} Until then, {hint[0].lower()}{hint[1:]}."
    intent = resource_type.intent_of(situation.declaration)
    # A recreated resource has to reach the declared intent too.
    reachable = intent is None or intent in lifecycle.intents_on_create
    if reachable and (unreachable or any(d.path not in resource_type.recreate_not_offered for d in rejected)):
        hint += f", or set recreate: true, which {status.recreate}"
    return f"{hint}."


def _option_names(differences: Iterable[Difference], *further: str) -> str:
    names = (*(difference.path[0] for difference in differences), *further)
    return ", ".join(dict.fromkeys(option_name(name) for name in names))


def _shown(differences: Iterable[Difference]) -> str:
    """Return the options that differ, with both values."""
    return "; ".join(
        f"{option_path(d.tokens)} is not set, but the task sets {format_value(d.declared)}"
        if d.actual is None
        else f"{option_path(d.tokens)} is {format_value(d.actual)}, not {format_value(d.declared)}"
        for d in differences
    )


def option_path(tokens: Path) -> str:
    """Return the path of an option in YAML, with the key of each list element: parts[left].size."""
    names = (token if token.startswith("[") else f".{option_name(token)}" for token in tokens)
    return "".join(names).removeprefix(".")
