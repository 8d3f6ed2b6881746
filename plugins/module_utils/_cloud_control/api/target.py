# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the target on which the effects of an operation are verified."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ..errors import CallFailed
from ..model.resource_type import Resource
from ..model.verification import Document, Target, Verifier
from .client import CloudControl
from .listing import MAX_CONCURRENT_READS
from .polling import pauses


def read_target(client: CloudControl, verifier: Verifier, properties: Document, *, wait: bool = False) -> Target:
    """Return the target of a resource. A denied read and a missing target are in C(Target.unread).

    wait: poll while the status is transitional. Raises CallFailed for other failures, and TimedOut.
    """
    waits = pauses(client.deadline.clock)
    name = f"{verifier.noun} {properties.get(verifier.reads[0].argument)}"
    while True:
        target = _read_all(client, verifier, properties, only_stable=wait)
        if not wait or target.unread or target.status not in verifier.transitional:
            return target
        client.deadline.pause(next(waits), waiting_for=f"the {name} has the status {target.status}.")


def read_targets(client: CloudControl, verifier: Verifier, resources: Mapping[str, Resource]) -> dict[str, Target]:
    """Return the target of each resource, by identifier, without a wait."""
    client.create_clients(*(read.service for read in verifier.reads))
    with ThreadPoolExecutor(MAX_CONCURRENT_READS) as pool:
        properties = (resource.properties for resource in resources.values())
        return dict(zip(resources, pool.map(partial(read_target, client, verifier), properties), strict=True))


def _read_all(client: CloudControl, verifier: Verifier, properties: Document, *, only_stable: bool) -> Target:
    """Make the calls in order. only_stable: omit the others after the first if the status is transitional."""
    responses: list[Document] = []
    target = Target()
    for read in verifier.reads:
        if only_stable and target.status in verifier.transitional:
            break
        name = [properties, *responses][-1].get(read.argument)
        if not name:
            return target._replace(unread=f"{read.argument} is unknown.")
        try:
            responses.append(client.describe(read, name, partial(_parse, verifier, responses)))
        except CallFailed as error:
            code, words = verifier.missing
            if not error.denied and not (error.code == code and words in error.message):
                raise
            grant = f" Grant {read.permission} to the calling identity." if error.denied else ""
            message = error.message.rstrip(".")
            return target._replace(unread=f"{error.operation} failed with {error.code}: {message}.{grant}")
        target = verifier.parse(responses)
    return target


def _parse(verifier: Verifier, earlier: list[Document], response: Document) -> Document:
    verifier.parse([*earlier, response])  # an exception counts as an invalid response
    return response
