# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find resources: list them, drop what the list's own data rules out, and read the rest in full, side by side.

Guarantees: every page is read; a resource that vanishes meanwhile is left out; results are sorted by identifier;
nothing is read in full whose identifier is all that is asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from ..errors import Rejected
from ..model.resource_type import Resource, ResourceType
from .client import CloudControl

Found = TypeVar("Found")

# Reads under way at once, and with it the size of the connection pool. Users measured throttling from about 30 requests
# a second on.
MAX_CONCURRENT_READS = 16


class Query(NamedTuple):
    """Which resources, and how much of each. None means: no such filter."""

    identifiers: Collection[str] | None = None
    contains: str | None = None
    statuses: Collection[str] | None = None
    identifiers_only: bool = False
    include_write_only: bool = False


def find(
    resource_type: ResourceType, query: Query, client: CloudControl, *, transform: Callable[[str, Resource], Found]
) -> list[Found]:
    """Return what C(tell) makes of each match; with identifiers_only the resources have no properties.

    It is asked at once, so that of a resource nothing is kept but what is wanted of it.
    """
    candidates = sorted(set(_candidates(resource_type, query, client)))
    if query.identifiers_only:
        return [transform(identifier, Resource({})) for identifier in candidates]
    if not candidates:
        return []
    reader = resource_type.write_only_reader if query.include_write_only else None
    client.prepare("cloudcontrol", *([reader.service] if reader else []))
    waiting, found, texts = deque(candidates), dict[str, Found](), dict[str, str]()

    def read_on(_reader: int) -> None:
        while True:
            try:
                identifier = waiting.popleft()
            except IndexError:  # none is left; to ask first would not help, with others taking them meanwhile
                return
            try:
                current = _read(resource_type, query, client, identifier)
            except BaseException:
                waiting.clear()  # the task fails, so what has not been read need not be
                raise
            if current:
                found[identifier] = transform(
                    identifier, current._replace(properties=_sharing(current.properties, texts))
                )

    number = min(MAX_CONCURRENT_READS, len(candidates))
    with ThreadPoolExecutor(max_workers=number) as readers:
        list(readers.map(read_on, range(number)))
    return [found[identifier] for identifier in candidates if identifier in found]


def _sharing(value: Any, texts: dict[str, str]) -> Any:
    """Return a copy that has each text in common with the resources before it; what many have is kept once."""
    if isinstance(value, str):
        return texts.setdefault(value, value)
    if isinstance(value, dict):
        return {name: _sharing(member, texts) for name, member in value.items()}
    return [_sharing(element, texts) for element in value] if isinstance(value, list) else value


def _candidates(resource_type: ResourceType, query: Query, client: CloudControl) -> Iterator[str]:
    """Yield the identifiers that may match, as far as can be told without reading a resource."""
    if any(wanted is not None and not wanted for wanted in (query.identifiers, query.statuses)):
        return
    if query.identifiers is not None and not query.identifiers_only:
        yield from (name for name in query.identifiers if _may_match(resource_type, query, name, Resource({})))
        return
    for identifier, listed in client.list():
        if not _may_match(resource_type, query, identifier, Resource(listed)):
            continue
        lifecycle = resource_type.lifecycle
        if query.identifiers_only and query.statuses and lifecycle and lifecycle.status not in listed:
            raise Rejected(
                "The list response has no status, so statuses cannot be combined with identifiers_only.",
                hint="Omit identifiers_only.",
            )
        yield identifier


def _may_match(resource_type: ResourceType, query: Query, identifier: str, current: Resource) -> bool:
    if query.identifiers is not None and identifier not in query.identifiers:
        return False
    if query.contains is not None and query.contains not in identifier:
        return False
    lifecycle = resource_type.lifecycle
    if query.statuses is None or lifecycle is None or lifecycle.status not in current.properties:
        return True
    return resource_type.status_of(current) in query.statuses


def _read(resource_type: ResourceType, query: Query, client: CloudControl, identifier: str) -> Resource | None:
    properties = client.get(identifier)
    if properties is None:
        return None
    current = Resource(properties)
    if not _may_match(resource_type, query, identifier, current):
        return None  # it has changed since it was listed, or the list did not tell
    reader = resource_type.write_only_reader
    if not query.include_write_only or reader is None:
        return current
    values = client.read_write_only(reader, identifier)
    if values is None:
        return None
    current = Resource({**properties, **values})  # one state, the later: it may have moved on between the two reads
    return current if _may_match(resource_type, query, identifier, current) else None
