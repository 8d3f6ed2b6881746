# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide the next step: next_step() looks at what is declared and at what is, and names the one thing to do now.

Pure: no I/O, no clock, and nothing remembered from one step to the next. Whoever carries the steps out reads again
after each and asks anew, until the answer is Done or Reject. What the steps ahead do not allow is refused before the
first of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..model import validation
from ..model.conversion import to_options
from ..model.equivalence import Difference, merge
from ..model.messages import got
from ..model.resource_type import (
    Declaration,
    Path,
    Properties,
    Resource,
    ResourceType,
    Status,
    Transition,
    WriteOnlyReader,
    option_name,
)
from ..model.tags import tags_to_dict, tags_to_property, validate_number_of_tags
from .diff import Diff, base, declared, find_differences, intent_of, patch_for

if TYPE_CHECKING:
    from .json_patch import PatchDocument


class Create(NamedTuple):
    properties: Properties


class Update(NamedTuple):
    patch: PatchDocument
    properties: frozenset[str]
    """What the patch is to change, and what must not turn up in a later patch of the same task."""


class Delete(NamedTuple):
    then: Declaration | None = None
    """What to bring about once it is gone (recreate), beginning with C(create)."""
    create: Create | None = None
    properties_that_differ: frozenset[str] = frozenset()
    """The properties that nothing less can change."""


class Wait(NamedTuple):
    current: Resource
    """The resource, in transit."""


class ReadWriteOnly(NamedTuple):
    """Ask the service itself for the properties that GetResource does not return, then decide."""

    current: Resource
    reader: WriteOnlyReader


class Done(NamedTuple):
    """Nothing is left to do."""


class Reject(NamedTuple):
    why: str
    hint: str = ""
    properties_that_differ: frozenset[str] = frozenset()
    """The properties that differ."""


_UPGRADE = "Upgrade the collection."

Write: TypeAlias = "Create | Update | Delete"
Step: TypeAlias = "Create | Update | Delete | Wait | ReadWriteOnly | Done | Reject"


def next_step(resource_type: ResourceType, declaration: Declaration, current: Resource | None) -> Step:
    """Return the next step towards the declaration. C(current) is None if the resource does not exist."""
    if current is None:
        return _create(resource_type, declaration) if declaration.present else Done()
    rules = resource_type.status_row(current)
    if rules.transitional:
        return Wait(current=current)
    if not declaration.present:
        return _delete(resource_type, declaration, current, rules)

    compared = declared(resource_type, declaration, current, rules)
    reader = resource_type.write_only_reader
    if reader and current.write_only is None and compared.keys() & rules.write_only.keys():
        return ReadWriteOnly(current=current, reader=reader)
    changes = find_differences(resource_type, declaration, compared, current, rules)
    intent = intent_of(resource_type, declaration)
    if intent == resource_type.status_of(current):
        intent = None

    rejection = _rejection(resource_type, declaration, current, rules, changes, intent)
    if rejection:
        return _recreate(resource_type, declaration, current, rules, rejection) if declaration.recreate else rejection
    if intent is None:
        return _update(resource_type, current, changes) if changes.names else Done()
    transition = rules.transitions[intent]
    move = _move(resource_type, declaration, current, transition, changes)
    if isinstance(move, Reject) or changes.names <= transition.applies:
        return move
    return _update(resource_type, current, changes)


def _update(resource_type: ResourceType, current: Resource, changes: Diff) -> Step:
    whole = {**base(resource_type, current), **changes.properties}
    for name in changes.names & (current.write_only or {}).keys():
        # Members that the task leaves out, or that do not count now, are as the service has told.
        whole[name] = {**(current.write_only or {})[name], **whole[name]}
    already = resource_type.validate_model(base(resource_type, current))
    problems = [problem for problem in resource_type.validate_model(whole) if problem not in already]
    ways_out = ["Set the conflicting options in the same task."] if problems else []
    if resource_type.tags in changes.names:
        too_many = validate_number_of_tags(
            resource_type.tags_option, tags_to_dict(changes.properties[resource_type.tags])
        )
        problems += too_many
        ways_out += [f"Set fewer {resource_type.tags_option}, or purge_tags: true."] * len(too_many)
    if problems:
        return Reject(
            why=f"{' '.join(problems)} The options set by the task conflict with the current values of the"
            f" {resource_type.noun}.",
            hint=" ".join(ways_out),
        )
    patch = patch_for(resource_type, current, changes.properties, changes.protected)
    return Update(patch=patch, properties=changes.names)


def _move(
    resource_type: ResourceType, declaration: Declaration, current: Resource, transition: Transition, changes: Diff
) -> Update | Reject:
    """Ask for another status, and send along what the handler heeds in the same patch."""
    try:
        shaped = transition.derive(current.properties, declaration.module_only_options) if transition.derive else {}
    except ValueError as error:
        return Reject(why=f"{error}.", hint=transition.hint)
    carried = {name: value for name, value in changes.properties.items() if name in transition.applies}
    told = {name: declaration.properties[name] for name in transition.also_sends if name in declaration.properties}
    new = {**carried, **shaped, **told, **transition.sets}
    patch = patch_for(resource_type, current, new, changes.protected | shaped.keys())
    return Update(patch=patch, properties=frozenset({*carried, *transition.sets}))


def _delete(resource_type: ResourceType, declaration: Declaration, current: Resource, rules: Status) -> Step:
    intent = resource_type.lifecycle.intent_before_delete(declaration) if resource_type.lifecycle else None
    if intent and intent in rules.transitions:
        return _move_before_delete(resource_type, declaration, current, rules, intent)
    if intent and rules.unknown:
        return Reject(
            why=f"{rules.restriction} The {resource_type.noun} cannot be stopped before the delete.", hint=_UPGRADE
        )
    return Delete()


def _move_before_delete(
    resource_type: ResourceType, declaration: Declaration, current: Resource, rules: Status, intent: str
) -> Update | Reject:
    """Return the step that reaches a status before the delete, for which the other declared properties do not count."""
    transition = rules.transitions[intent]
    deployed = {name: value for name, value in declaration.properties.items() if name in transition.deploys}
    found = find_differences(resource_type, declaration._replace(tags=None), deployed, current, rules).differences
    if not found:
        return _move(resource_type, declaration, current, transition, Diff())
    names = ", ".join(dict.fromkeys(option_name(difference.path[0]) for difference in found))
    return Reject(
        why=f"{_shown(list(found))} (cannot change when the {resource_type.noun} becomes {intent}).",
        hint=f"Omit {names} or set the current value.",
    )


def _create(
    resource_type: ResourceType, declaration: Declaration, *, situation: str = "does not exist"
) -> Create | Reject:
    lifecycle, intent = resource_type.lifecycle, intent_of(resource_type, declaration)
    if lifecycle and intent and intent not in lifecycle.intents_on_create:
        option = option_name(lifecycle.intent)
        return Reject(
            why=f"The {resource_type.noun} {situation}. {option}: {intent} requires an existing {resource_type.noun}.",
            hint=f"Omit {option}, or set {option}: {' or '.join(sorted(lifecycle.intents_on_create))}.",
        )
    missing = [option_name(n) for n in resource_type.required_to_create if n not in declaration.properties]
    if missing:
        return Reject(
            why=f"The {resource_type.noun} {situation}. The create requires these options: {', '.join(missing)}.",
            hint=f"Set these options, or correct {resource_type.identifier} or region.",
        )
    properties = {n: v for n, v in declaration.properties.items() if n not in resource_type.ignored_by_create}
    problems = resource_type.validate_model(properties) + validate_number_of_tags(
        resource_type.tags_option, declaration.tags or {}
    )
    if problems:
        return Reject(why=" ".join(problems), hint="Correct these options.")
    if declaration.tags:
        properties[resource_type.tags] = tags_to_property(declaration.tags)
    return Create(properties=properties)


def _recreate(
    resource_type: ResourceType, declaration: Declaration, current: Resource, rules: Status, rejection: Reject
) -> Step:
    """Delete, and then create what is declared together with what the task leaves as it is.

    All that a create needs has to be declared, even if it could be read now: a task that is killed after the delete has
    to be able to go on when it is run again.
    """
    if rules.unknown:
        return Reject(
            why=f"{rejection.why} {rules.restriction}",
            hint=rejection.hint,
            properties_that_differ=rejection.properties_that_differ,
        )
    create = _create(resource_type, declaration, situation="would first be deleted by recreate: true")
    if isinstance(create, Reject):
        hint = f"Omit recreate, or {create.hint[0].lower()}{create.hint[1:]}"
        return Reject(
            why=f"{rejection.why} {create.why}", hint=hint, properties_that_differ=rejection.properties_that_differ
        )
    if resource_type.write_only_reader and current.write_only is None and rules.preserved_on_recreate:
        return ReadWriteOnly(current=current, reader=resource_type.write_only_reader)
    readable = resource_type.writable - resource_type.write_only - {resource_type.tags}
    left = {name: value for name, value in base(resource_type, current).items() if name in readable}
    left |= {name: value for name, value in (current.write_only or {}).items() if name in rules.preserved_on_recreate}
    merged = {
        name: merge(resource_type, value, left.get(name), (name,)) for name, value in declaration.properties.items()
    }
    tags: Mapping[str, str] = {k: v for k, v in _tags(resource_type, current).items() if not k.startswith("aws:")}
    if declaration.tags is not None:
        tags = declaration.tags if declaration.purge_tags else {**tags, **declaration.tags}
    then = declaration._replace(properties={**left, **merged}, tags=tags, recreate=False)
    create = _create(resource_type, then)
    if isinstance(create, Reject):
        return create
    # What is carried over was accepted once, and is looked at all the same before the only copy of it goes.
    faulty = validation.validate_options(resource_type, to_options(resource_type, create.properties))
    if faulty:
        problems = " ".join(sentence for sentences in faulty.values() for sentence in sentences)
        return Reject(
            why=f"The {resource_type.noun} cannot be created again with its current values. {problems}",
            hint="Set these options.",
        )
    return Delete(then=then, create=create, properties_that_differ=rejection.properties_that_differ)


def _tags(resource_type: ResourceType, current: Resource) -> dict[str, str]:
    return tags_to_dict(current.properties.get(resource_type.tags))


def _rejection(
    resource_type: ResourceType,
    declaration: Declaration,
    current: Resource,
    rules: Status,
    changes: Diff,
    intent: str | None,
) -> Reject | None:
    """Return what the type or the status does not allow, in one message; None if everything is allowed.

    C(intent) is the declared one, None if it is met.
    """
    status, lifecycle = resource_type.status_of(current), resource_type.lifecycle
    fixed = [d for d in changes.differences if d.path[0] in resource_type.create_only]
    blocked = [d for d in changes.differences if d not in fixed and not rules.allows(d.path)]
    whys, options = [], [option_name(difference.path[0]) for difference in (*fixed, *blocked)]
    if fixed:
        whys.append(f"{_shown(fixed)} (can be set only on create).")
    if blocked:
        whys.append(f"{_shown(blocked)} (cannot change in status {status}).")
    unreachable = lifecycle is not None and intent is not None and intent not in rules.transitions
    if lifecycle and unreachable:
        options.append(option_name(lifecycle.intent))
        whys.append(f"{options[-1]}: {intent} cannot be reached from status {status}.")
    if not whys:
        return None
    if blocked or unreachable:
        whys.append(rules.restriction)
    hint = f"Omit {', '.join(dict.fromkeys(options))}"
    if fixed or blocked:
        hint += " or set the current value"
    declared_intent = intent_of(resource_type, declaration)  # a new resource has to reach it too
    reachable = declared_intent is None or (lifecycle is not None and declared_intent in lifecycle.intents_on_create)
    offered = not rules.unknown and (
        unreachable or any(d.path not in resource_type.recreate_not_offered for d in (*fixed, *blocked))
    )
    if reachable and offered:
        hint += f", or set recreate: true, which {rules.recreate}"
    hint = f"{_UPGRADE} Until then, {hint[0].lower()}{hint[1:]}." if rules.unknown else f"{hint}."
    return Reject(why=" ".join(whys), hint=hint, properties_that_differ=changes.names)


def _shown(differences: list[Difference]) -> str:
    return "; ".join(f"{_option_path(d.tokens)} is {_comparison(d.actual, got(d.declared))}" for d in differences)


def _option_path(tokens: Path) -> str:
    """Return the path of an option as a task writes it, with the key of each element: C(parts[left].size)."""
    names = (token if token.startswith("[") else f".{option_name(token)}" for token in tokens)
    return "".join(names).removeprefix(".")


def _comparison(actual: Any, declared: str) -> str:
    return f"not set, but the task sets {declared}" if actual is None else f"{got(actual)}, not {declared}"
