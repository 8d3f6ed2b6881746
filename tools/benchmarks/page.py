"""Write tools/benchmarks/results/README.md: the tables of a run of `make bench`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.benchmarks.figures import Figure, Report, measured_on
from tools.generated_docs import render, table

# The parts of a task's duration, and the component that needs the time.
COMPONENTS: Mapping[str, str] = {
    "start of Python": "Python",
    "imports of Python's library": "Python and the packages that import it",
    "imports of Ansible": "Ansible: unpacked and compiled for every task",
    "imports of amazon.aws": "amazon.aws: unpacked and compiled for every task",
    "imports of boto3, botocore": "botocore",
    "imports of this collection": "this collection: unpacked and compiled for every task",
    "clients": "botocore: reads the description of the service",
    "calls": "the service",
    "the rest: unpacking, arguments, result": "Ansible",
    "the whole process": "",
}
Points = Sequence[Mapping[str, Any]]


def page(report: Report) -> str:
    """Return the page."""
    series, versions = report.series, measured_on()
    return render(
        "performance.md.j2",
        cpus=versions.pop("cpus"),
        versions=", ".join(f"{name} {version}" for name, version in versions.items()),
        figures=figures(report.figures),
        fleet=_fleet(series["fleet"]),
        breakdown=_breakdown(series["breakdown"]),
        waiting=_waiting(series["waiting"]),
        throughput=_throughput(series["throughput"]),
    )


def figures(of: Sequence[Figure]) -> str:
    """Return the table of the figures."""
    verdicts = {True: "met", False: "**missed**", None: ""}
    rows = [
        [f.what, f"{f.cost:.2f}", f"{f.floor:.2f}", f.unit, f"{f.ratio:.2f}", f.target, verdicts[f.met]] for f in of
    ]
    return table(["cost / baseline", "cost", "baseline", "unit", "ratio", "target", ""], rows)


def _fleet(points: Points) -> str:
    numbers = dict.fromkeys(point["experiments"] for point in points)
    rows = [[n, *(f"{point['seconds']:.1f}" for point in points if point["experiments"] == n)] for n in numbers]
    return table(["experiments", *dict.fromkeys(point["way"] for point in points)], rows)


def _breakdown(columns: Points) -> str:
    rows = [
        [part, *(f"{column[part] * 1000:.0f}" for column in columns), component]
        for part, component in COMPONENTS.items()
    ]
    return table(["", *(column["of"] for column in columns), "component"], rows)


def _waiting(points: Points) -> str:
    delays = ("overshoot_median", "overshoot_most", "overshoot_allowed")
    rows = [
        [
            f"{point['operation_seconds']:g}",
            *(f"{point[key]:.1f}" for key in delays),
            f"{point['polls_median']:.0f}",
            point["polls_most"],
        ]
        for point in points
    ]
    return table(["duration", "median delay", "maximum delay", "target", "median polls", "maximum polls"], rows)


def _throughput(points: Points) -> str:
    keys = ("experiments", "operation_seconds", "seconds", "a_minute")
    rows = [[f"{point['playbook']}.yml", *(point[key] for key in keys)] for point in points]
    return table(["playbook", "experiments", "seconds for one create", "seconds for all", "experiments a minute"], rows)
