"""Figures (costs with baselines and targets), written as JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A cost and its baseline (floor) in the same unit, and the target for their ratio."""

    what: str
    cost: float
    floor: float
    unit: str = "s"
    target: float | None = None
    samples: int = 1
    spread: tuple[float, float] | None = None
    """The quartiles of the cost."""

    @property
    def ratio(self) -> float:
        return self.cost / self.floor

    @property
    def met(self) -> bool | None:
        """Whether the ratio meets the target; None without a target."""
        return None if self.target is None else round(self.ratio, 2) <= self.target

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "cost": round(self.cost, 4),
            "floor": round(self.floor, 4),
            "unit": self.unit,
            "ratio": round(self.ratio, 3),
            "target": self.target,
            "met": self.met,
            "samples": self.samples,
            "quartiles": [round(value, 4) for value in self.spread] if self.spread else None,
        }


@dataclass
class Report:
    """The results of a run. series has the points of the pictures and the rows of tables."""

    figures: list[Figure] = field(default_factory=list)
    series: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        figures = [figure.as_json() for figure in self.figures]
        content = {"measured_on": measured_on(), "figures": figures, "series": self.series}
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def expect(what: str, found: object, wanted: object) -> None:
    """Raise RuntimeError if a benchmark has not done what it measures."""
    if found != wanted:
        raise RuntimeError(f"{what}: {found}, expected {wanted}")


def compared(
    what: str, costs: Sequence[float], floors: Sequence[float], *, target: float | None = None, plus: float = 0.0
) -> Figure:
    """Return the figure of alternating measurements of costs and baselines. plus is added to the baseline."""
    quartiles = statistics.quantiles(costs, n=4) if len(costs) > 1 else [costs[0]] * 3
    return Figure(
        what=what,
        cost=statistics.median(costs),
        floor=statistics.median(floors) + plus,
        target=target,
        samples=len(costs),
        spread=(quartiles[0], quartiles[2]),
    )


def measured_on() -> dict[str, Any]:
    """Return the versions and the number of CPUs, without the name of the machine."""
    packages = ("ansible-core", "boto3", "botocore")
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in packages},
        "cpus": os.cpu_count(),
    }
