# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records that describe how effects are verified on another resource of the service, the target.

For example, the stop of a test changes the variants of an endpoint. No read of the test shows these variants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .resource_type import ServiceCall

Document = Mapping[str, Any]


class Target(NamedTuple):
    """The target as it was read."""

    shown: dict[str, Any] | None = None
    """The target as the module returns it; None if the target was not read."""
    status: str = ""
    reason: str = ""
    """The reason of the service for the status."""
    unread: str = ""
    """The failure of a read, as sentences; "" if all reads succeeded."""


class Finding(NamedTuple):
    """The comparison of a target with the effects of an operation."""

    conclusion: bool | None = None
    """The most important result, such as whether the shadow variant was promoted; None if it cannot be decided."""
    failure: str = ""
    """The error, if the task has to fail because of the target: the end of a sentence that begins with the target, like
    "does not serve the variant b in production"."""
    warnings: tuple[str, ...] = ()
    """Other differences, as sentences."""


class Unapplied(NamedTuple):
    """An option without effect in the current status."""

    warning: str
    effects: Mapping[str, Any] | None = None
    """The effects that the option requests; None if a read of the target cannot show them."""


class Verifier(NamedTuple):
    """The reads of the target, and its comparison with the effects of an operation."""

    noun: str
    """The target in a sentence, also the key of its return value."""
    conclusion: str
    """The key under which the module returns the conclusion of the finding."""
    question: str
    """What is verified, in a sentence: "which variants the endpoint serves"."""
    reads: tuple[ServiceCall, ...]
    """The calls in order. The parameter of the first call is the property of the resource with the same name. The
    parameter of each further call is the member with the same name in the response before."""
    parse: Callable[[Sequence[Document]], Target]
    """The responses so far -> target."""
    stable: tuple[str, ...]
    """The statuses in which the target can be compared."""
    transitional: tuple[str, ...]
    """The statuses that end without a further request."""
    failed: tuple[str, ...]
    """The statuses after a failure of the effects."""
    missing: tuple[str, str]
    """The error code for a target that does not exist, and a part of the message."""
    compare: Callable[[Document, Mapping[str, Any], Mapping[str, Any]], Finding]
    """(properties of the resource before the operation, effects, Target.shown) -> finding. Without effects, only the
    conclusion."""
    describe: Callable[[Mapping[str, Any]], str]
    """Target.shown -> its parts that effects can change, as a sentence."""
    unapplied: Callable[[str, Mapping[str, Any]], Unapplied | None]
    """(status of the resource, module-only options) -> the option that has no effect in this status."""
    hint: str
    """The hint of a failed verification."""
