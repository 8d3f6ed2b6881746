# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find resources: list them, drop what the list's own data rules out, and read the rest in full, side by side.

Guarantees: every page is read; a resource that vanishes meanwhile is left out; results are sorted by identifier;
nothing is read in full whose identifier is all that is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from .client import CloudControl
from .errors import Refused
from .resource_type import ResourceType, Snapshot

# Reads under way at once, and with it the size of the connection pool. Users measured throttling from about 30 requests
# a second on.
READERS = 16


class Query(NamedTuple):
    """Which resources, and how much of each. None means: no such filter."""

    identifiers: Collection[str] | None = None
    contains: str | None = None
    statuses: Collection[str] | None = None
    identifiers_only: bool = False
    include_write_only: bool = False


def find(resource_type: ResourceType, query: Query, client: CloudControl) -> list[tuple[str, Snapshot]]:
    """Return (identifier, resource) of every match; with identifiers_only the resources have no properties."""
    candidates = sorted(set(_candidates(resource_type, query, client)))
    if query.identifiers_only:
        return [(identifier, Snapshot({})) for identifier in candidates]

    def read(identifier: str) -> tuple[str, Snapshot] | None:
        seen = _read(resource_type, query, client, identifier)
        return (identifier, seen) if seen else None

    if not candidates:
        return []
    reader = resource_type.write_only_reader if query.include_write_only else None
    client.prepare("cloudcontrol", *([reader.service] if reader else []))
    with ThreadPoolExecutor(max_workers=min(READERS, len(candidates))) as readers:
        return [found for found in readers.map(read, candidates) if found]


def _candidates(resource_type: ResourceType, query: Query, client: CloudControl) -> Iterator[str]:
    """Yield the identifiers that may match, as far as can be told without reading a resource."""
    if query.identifiers is not None and not query.identifiers_only:
        yield from (name for name in query.identifiers if _may_match(resource_type, query, name, Snapshot({})))
        return
    if query.identifiers is not None and not query.identifiers:
        return
    for identifier, listed in client.list():
        if not _may_match(resource_type, query, identifier, Snapshot(listed)):
            continue
        lifecycle = resource_type.lifecycle
        if query.identifiers_only and query.statuses and lifecycle and lifecycle.status not in listed:
            raise Refused(
                "The list does not tell the status of what it lists, so statuses needs every one to be read.",
                hint="Leave identifiers_only out.",
            )
        yield identifier


def _may_match(resource_type: ResourceType, query: Query, identifier: str, seen: Snapshot) -> bool:
    if query.identifiers is not None and identifier not in query.identifiers:
        return False
    if query.contains is not None and query.contains not in identifier:
        return False
    lifecycle = resource_type.lifecycle
    if query.statuses is None or lifecycle is None or lifecycle.status not in seen.properties:
        return True
    return resource_type.status_of(seen) in query.statuses


def _read(resource_type: ResourceType, query: Query, client: CloudControl, identifier: str) -> Snapshot | None:
    properties = client.get(identifier)
    if properties is None:
        return None
    seen = Snapshot(properties)
    if not _may_match(resource_type, query, identifier, seen):
        return None  # it has changed since it was listed, or the list did not tell
    reader = resource_type.write_only_reader
    if not query.include_write_only or reader is None:
        return seen
    values = client.read_write_only(reader, identifier)
    return None if values is None else seen._replace(write_only=values)
