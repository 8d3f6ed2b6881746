# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find resources: list them, omit those that the listed data excludes, and read the others in parallel.

Guarantees: every page is read; a resource that is deleted meanwhile is omitted; the results are sorted by identifier.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from ..errors import Rejected
from ..model.resource_type import Lifecycle, Properties, Resource, ResourceType
from .client import CloudControl

# Also the size of the connection pool. Users measured that AWS throttles from about 30 requests a second.
MAX_CONCURRENT_READS = 16


class Query(NamedTuple):
    """The resources to find, and which of their properties to read. None: no such filter."""

    identifiers: Collection[str] | None = None
    contains: str | None = None
    statuses: Collection[str] | None = None
    identifiers_only: bool = False
    include_write_only: bool = False

    def may_match(self, lifecycle: Lifecycle, identifier: str, properties: Properties) -> bool:
        """Return False if the identifier or the properties exclude a resource. The properties can be incomplete."""
        if self.identifiers is not None and identifier not in self.identifiers:
            return False
        if self.contains is not None and self.contains not in identifier:
            return False
        if self.statuses is None or lifecycle.status not in properties:
            return True
        return properties[lifecycle.status] in self.statuses


def find(resource_type: ResourceType, query: Query, client: CloudControl) -> Iterator[tuple[str, Resource]]:
    """Yield (identifier, resource) of each match. With identifiers_only, the resources have no properties.

    Raises CallFailed if a call fails, and Rejected if the query requires a status that the list response omits.
    """
    candidates = sorted(set(_candidates(resource_type, query, client)))
    if query.identifiers_only:
        yield from ((identifier, Resource({})) for identifier in candidates)
    elif candidates:
        reader = resource_type.write_only_reader if query.include_write_only else None
        client.create_clients("cloudcontrol", *([reader.call.service] if reader else []))
        with ThreadPoolExecutor(MAX_CONCURRENT_READS) as pool:
            # After a failure, map() cancels the reads that have not started.
            found = pool.map(partial(_read, resource_type, query, client), candidates)
            for identifier, current in zip(candidates, found, strict=True):
                if current:
                    yield identifier, current


def _candidates(resource_type: ResourceType, query: Query, client: CloudControl) -> Iterator[str]:
    """Yield the identifiers of resources that may match, without reading the resources."""
    lifecycle = resource_type.lifecycle
    if any(wanted is not None and not wanted for wanted in (query.identifiers, query.statuses)):
        return
    if query.identifiers is not None and not query.identifiers_only:
        yield from (identifier for identifier in query.identifiers if query.may_match(lifecycle, identifier, {}))
        return
    for identifier, listed in client.list():
        if not query.may_match(lifecycle, identifier, listed):
            continue
        if query.identifiers_only and query.statuses and lifecycle.status not in listed:
            raise Rejected(
                "The list response has no status, so statuses cannot be combined with identifiers_only.",
                hint="Omit identifiers_only.",
            )
        yield identifier


def _read(resource_type: ResourceType, query: Query, client: CloudControl, identifier: str) -> Resource | None:
    """Return a resource; None if it does not exist or does not match."""
    lifecycle, reader = resource_type.lifecycle, resource_type.write_only_reader
    properties = client.get(identifier)
    if properties is None or not query.may_match(lifecycle, identifier, properties):
        return None
    if reader and query.include_write_only:
        values = client.read_write_only(reader, identifier)
        if values is None:
            return None
        properties = {**properties, **values}  # the status of the later read replaces that of the first
        if not query.may_match(lifecycle, identifier, properties):
            return None
    return Resource(properties)
