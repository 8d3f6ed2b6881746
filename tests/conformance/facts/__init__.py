"""The facts by area, in the order in which a run checks them."""

from __future__ import annotations

import importlib

from tests.conformance.fact import FACTS

__all__ = ["FACTS"]

for area in ("cloud_control", "metrics", "errors", "reads", "creates", "updates", "deletes", "stops"):
    importlib.import_module(f"{__name__}.{area}")
