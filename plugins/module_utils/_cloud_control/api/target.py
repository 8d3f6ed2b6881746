# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the target on which the effects of an operation are verified."""

from __future__ import annotations

from functools import partial

from ..errors import CallFailed
from ..model.verification import Document, Target, Verifier
from .client import CloudControl
from .polling import Deadline, pauses


def read_target(
    client: CloudControl, verifier: Verifier, properties: Document, deadline: Deadline | None = None
) -> Target:
    """Return the target of a resource. A denied read and a missing target are in C(Target.unread).

    deadline: while the status is transitional, poll until the deadline; None: read once.
    Raises CallFailed for other failures, and TimedOut.
    """
    waits = pauses(deadline.clock) if deadline else None
    name = f"{verifier.noun} {properties.get(verifier.reads[0].argument)}"
    while True:
        target = _read_all(client, verifier, properties, only_stable=bool(waits))
        if deadline is None or waits is None or target.unread or target.status not in verifier.transitional:
            return target
        deadline.pause(next(waits), waiting_for=f"the {name} has the status {target.status}.")


def _read_all(client: CloudControl, verifier: Verifier, properties: Document, *, only_stable: bool) -> Target:
    """Make the calls in order. only_stable: omit the others after the first if the status is transitional."""
    responses: list[Document] = []
    target = Target()
    for read in verifier.reads:
        name = [properties, *responses][-1].get(read.argument)
        if not name:
            return target._replace(unread=f"{read.argument} is unknown.")
        if only_stable and target.status in verifier.transitional:
            break
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
