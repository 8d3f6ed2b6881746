# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts by area, in the order in which a run checks them."""

from __future__ import annotations

from tests.conformance.fact import FACTS

from tests.conformance.facts import (  # isort: skip # the order of the run
    cloud_control,
    metrics,
    errors,
    reads,
    creates,
    updates,
    deletes,
    stops,
)

AREAS = (cloud_control, metrics, errors, reads, creates, updates, deletes, stops)

__all__ = ["AREAS", "FACTS"]
