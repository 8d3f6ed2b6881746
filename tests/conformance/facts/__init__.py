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
