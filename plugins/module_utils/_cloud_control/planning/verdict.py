# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide from a read target whether the effects of an operation have occurred. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..model.verification import Document, Target, Verifier


class Verdict(NamedTuple):
    """The verification of effects."""

    shown: dict[str, Any] | None = None
    """The target as return value."""
    verified: bool = False
    """Whether the target was compared, without an error."""
    conclusion: bool | None = None
    failure: str = ""
    """The reason why the task fails, as the rest of a sentence after "AWS reported success, but"."""
    warnings: tuple[str, ...] = ()


def judge(verifier: Verifier, properties: Document, effects: Mapping[str, Any], target: Target) -> Verdict:
    """Return the verdict about the effects of an operation. properties: those before the operation."""
    verdict = Verdict(target.shown)
    serving = verifier.describe(target.shown) if target.shown else ""
    status = f"the {verifier.noun} has the status {target.status}"
    if target.status in verifier.failed:
        reason = f" ({target.reason.rstrip('.')})" if target.reason else ""
        return verdict._replace(failure=f"{status}{reason}. {serving}")
    if target.unread or target.status not in verifier.stable:
        cause = target.unread or f"{status[0].upper()}{status[1:]}. {serving}"
        return verdict._replace(warnings=(f"The module did not verify {verifier.question}. {cause}",))
    finding = verifier.compare(properties, effects, target.shown or {})
    failure = f"the {verifier.noun} {finding.failure}. {serving}" if finding.failure else ""
    verified = finding.conclusion is not None and not failure
    warnings = tuple(f"{warning} {serving}" for warning in finding.warnings)
    return verdict._replace(verified=verified, conclusion=finding.conclusion, failure=failure, warnings=warnings)
