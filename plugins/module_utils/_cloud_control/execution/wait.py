# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read resources again until each has an awaited status."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ..api.client import CloudControl
from ..api.listing import Query, find
from ..api.polling import LONGEST_PAUSE, Deadline, pauses
from ..errors import CallFailed, Rejected
from ..model.resource_type import Resource, ResourceType
from ..planning.plan import Done, Reject
from ..planning.wait import Pending, wait_step


def read_until(
    resource_type: ResourceType, query: Query, awaited: Collection[str], client: CloudControl, deadline: Deadline
) -> Iterator[Mapping[str, Resource]]:
    """Yield the resources of each read, by identifier, until each resource that the query names has an awaited status.

    Without awaited statuses, read once. After the first read, a transient failure does not end the wait.
    Raises Rejected, CallFailed and TimedOut.
    """
    named = sorted(set(query.identifiers or ())) if awaited else []
    status_pauses = pauses(deadline.clock)
    pending: Pending | None = None
    while True:
        failure, reason = None, ""
        try:
            found = dict(find(resource_type, query, client))
        except CallFailed as error:
            if pending is None or not error.transient:
                raise
            failure = error
            reason = f" {error.operation} failed with {error.code}: {error.message}"
        else:
            yield found
            step = wait_step(resource_type, awaited, {identifier: found.get(identifier) for identifier in named})
            if isinstance(step, Done):
                return
            if isinstance(step, Reject):
                raise Rejected(step.reason, hint=step.hint)
            pending = step
        pause = next(status_pauses, LONGEST_PAUSE)  # The pauses do not end, but pylint requires a default here.
        deadline.pause(pause, waiting_for=pending.reason + reason, cause=failure)
