"""Figures (costs with baselines and targets) and counts, printed as a table and written as JSON."""

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


@dataclass(frozen=True, kw_only=True)
class Count:
    """A number that is the same on each machine, and its expected value."""

    what: str
    found: Any
    wanted: Any

    @property
    def met(self) -> bool:
        return bool(self.found == self.wanted)


@dataclass
class Report:
    """The results of a run. series has the points of the picture."""

    figures: list[Figure] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    series: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "measured_on": measured_on(),
            "figures": [figure.as_json() for figure in self.figures],
            "counts": [{"what": c.what, "found": c.found, "wanted": c.wanted, "met": c.met} for c in self.counts],
            "series": self.series,
        }

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")

    def table(self) -> str:
        """Return the figures and counts as a table for a terminal."""
        width = max([len(figure.what) for figure in self.figures] + [len(count.what) for count in self.counts])
        lines = [f"{'':{width}}  {'cost':>10}  {'baseline':>10}        {'ratio':>6}  target"]
        for figure in self.figures:
            target = "" if figure.target is None else f"{figure.target:6.2f}  {'met' if figure.met else 'MISSED'}"
            numbers = f"{_number(figure.cost):>10}  {_number(figure.floor):>10} {figure.unit:6} {figure.ratio:6.2f}"
            lines.append(f"{figure.what:{width}}  {numbers}  {target}".rstrip())
        for count in self.counts:
            verdict = "ok" if count.met else f"WRONG, wanted {count.wanted}"
            lines.append(f"{count.what:{width}}  {count.found}  {verdict}")
        return "\n".join(lines)


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


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3f}"
