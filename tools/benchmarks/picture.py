"""Draw the pictures of the results.

fleet.png: the duration of playbooks. costs.png: the duration of info tasks, and the delay of polling.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OURS, FLOOR, LIMIT = "#0b62a4", "#8a8a8a", "#c4412f"
Points = Sequence[Mapping[str, Any]]


def draw(series: Mapping[str, Points], folder: Path) -> None:
    """Write fleet.png and costs.png."""
    # By name, since only `make bench` installs it.
    importlib.import_module("matplotlib").use("Agg")
    plt: Any = importlib.import_module("matplotlib.pyplot")
    plt.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 11})
    figure, axes = plt.subplots(figsize=(6, 4.8), layout="constrained")
    _fleet(axes, series["fleet"])
    figure.savefig(folder / "fleet.png", dpi=110, metadata={"Software": None})
    plt.close(figure)
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.8), layout="constrained")
    _listing(left, series["info"])
    _waiting(right, series["waiting"])
    figure.savefig(folder / "costs.png", dpi=110, metadata={"Software": None})
    plt.close(figure)


def _fleet(axes: Any, points: Points) -> None:
    """Plot the seconds of a playbook against the number of unchanged experiments, one line for each way."""
    styles = {"loop": (FLOOR, "s"), "async": (FLOOR, "^"), "4 hosts": (FLOOR, "D"), "one info task": (OURS, "o")}
    for way, (color, marker) in styles.items():
        chosen = [point for point in points if point["way"] == way]
        numbers, seconds = ([point[key] for point in chosen] for key in ("experiments", "seconds"))
        axes.plot(numbers, seconds, color=color, marker=marker, ms=5, label=way)
    axes.set(xscale="log", yscale="log", xlabel="experiments", ylabel="seconds")
    axes.set_title("Duration of a playbook that compares all experiments", loc="left")
    _plain(axes.xaxis, sorted({point["experiments"] for point in points}))
    _plain(axes.yaxis, [1, 2, 5, 10, 20, 50, 100, 200])
    axes.grid(color="#dddddd", lw=0.6)
    axes.legend(frameon=False, fontsize=9, loc="upper left")


def _listing(axes: Any, points: Points) -> None:
    """Plot the seconds of a task against the number of experiments."""
    numbers, seconds, floors = ([point[key] for point in points] for key in ("experiments", "seconds", "floor"))
    axes.plot(numbers, floors, color=FLOOR, marker="s", ms=4, label="plain boto3 + baseline module, 50 ms latency")
    axes.plot(numbers, seconds, color=OURS, marker="o", ms=4, label="inference_experiment_info, 50 ms latency")
    axes.set(xscale="log", yscale="log", xlabel="experiments", ylabel="seconds")
    axes.set_title("Duration of a task that lists and reads all experiments", loc="left")
    _plain(axes.xaxis, sorted({point["experiments"] for point in points}))
    _plain(axes.yaxis, [0.5, 1, 2, 5, 10, 20, 50])
    axes.grid(color="#dddddd", lw=0.6)
    axes.legend(frameon=False, fontsize=9, loc="upper left")


def _waiting(axes: Any, points: Points) -> None:
    """Plot the delay after an operation in seconds against its duration, with the number of polls."""
    lengths = [point["operation_seconds"] for point in points]
    most = [point["overshoot_most"] for point in points]
    axes.plot(lengths, [point["overshoot_allowed"] for point in points], color=LIMIT, ls="--", label="allowed")
    axes.plot(lengths, most, color=OURS, ls=":", marker="v", ms=4, label="maximum delay")
    medians = [point["overshoot_median"] for point in points]
    axes.plot(lengths, medians, color=OURS, marker="o", ms=4, label="median delay")
    for point in points:
        where = (point["operation_seconds"], point["overshoot_median"])
        label = f"{point['polls_median']:.0f}"
        axes.annotate(label, where, xytext=(3, -14), textcoords="offset points", ha="center", fontsize=9, color=OURS)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="duration of the operation, seconds",
        ylabel="seconds",
    )
    axes.set_title("Delay after an operation, with the number of polls", loc="left")
    _plain(axes.xaxis, [0.5, 1, 2, 5, 10, 20, 60, 300])
    _plain(axes.yaxis, [0.1, 0.2, 0.5, 1, 2, 5, 10, 30])
    axes.grid(color="#dddddd", lw=0.6)
    axes.legend(frameon=False, fontsize=9, loc="upper left")


def _plain(axis: Any, ticks: Sequence[float]) -> None:
    """Label only these ticks of a logarithmic axis."""
    axis.set_ticks(ticks, labels=[f"{tick:,g}" for tick in ticks])
    axis.set_ticks([], minor=True)
