# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/benchmarks/README.md: the tables of the latest run, as `make bench` writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.figures import Report, measured_on

WHOSE: Mapping[str, str] = {
    "start of Python": "Python",
    "imports of Python's library": "Python, and those who import it",
    "imports of Ansible": "Ansible: unpacked and compiled anew for every task",
    "imports of amazon.aws": "amazon.aws: the same",
    "imports of boto3, botocore": "botocore",
    "imports of this collection": "this collection: the same",
    "clients": "botocore, which reads the description of the service",
    "calls": "the service",
    "the rest: unpacking, arguments, result": "Ansible",
    "the whole process": "",
    "the task, as Ansible sees it": "Ansible's controller beside the process: fork, copy, remove",
}
REASONS = (
    "- **Memory.** `exit_json` copies what it is given, to take secrets out, and then writes it as one text. A module",
    "  that makes one call and returns as much needs about as much: the second row of memory. What is left to this",
    "  collection is that a text which many experiments have is kept once.",
    "- **One of 5,000 against one of 200**, where it is missed. When nothing has latency, 200 experiments take a third",
    "  of a second beyond the start of a task, too little to measure well: the ratio was 1.05 and 1.22 in two runs.",
    "  With 50 ms, which is more like AWS, one of 1,000 costs what one of 200 does.",
    "- **The end of an operation.** To notice it within a tenth of its length at the worst takes 46 polls in five",
    "  minutes, and 40 are allowed. So it is noticed within a second up to ten, within half a minute from five minutes",
    "  on, and in between within a tenth as a rule and a sixth at the worst. A `RetryAfter` goes before that.",
)
Rows = Sequence[Sequence[Any]]


def page(report: Report) -> str:
    """Return the page."""
    series = report.series
    on = ", ".join(f"{name} {version}" for name, version in measured_on().items() if name != "cpus")
    return "\n".join(
        [
            "# What tasks cost",
            "",
            "<!-- Written by `make bench`. -->",
            "",
            f"Measured against the emulator, which runs on the same machine of {measured_on()['cpus']} CPUs: {on}.",
            "What lists many experiments was measured against a service that has the emulator's answers ready.",
            "Each cost is the median of several, taken by turns with those of its floor. The *least module* is an",
            "`AnsibleAWSModule` that makes one client and one `GetResource`; nothing that asks AWS can cost less.",
            "",
            "![Costs of listing and of waiting](costs.png)",
            "",
            "## Against the floors",
            "",
            _table(["cost / floor", "cost", "floor", "unit", "ratio", "target", ""], _figures(report)),
            "",
            "## What is missed, and why",
            "",
            *REASONS,
            "",
            "## Where the time of one unchanged task goes",
            "",
            "Milliseconds. The parts were measured one by one and the rest is what the whole leaves over, so that they",
            "differ by a few from run to run.",
            "",
            _table(["", *(row["of"] for row in series["breakdown"]), "whose"], _breakdown(series["breakdown"])),
            "",
            "## Waiting",
            "",
            "Seconds, on a clock that stands still, of an operation whose service gives no `RetryAfter`.",
            "",
            _table(
                ["length", "noticed after", "at the worst", "allowed", "polls", "at the most"],
                _waits(series["waiting"]),
            ),
            "",
            "## Bytes of a payload, as packed",
            "",
            _table(["of", "Ansible", "amazon.aws", "the module's own"], _bytes(series["payload"])),
            "",
            "## Many experiments",
            "",
            "The playbooks of [the guide](../many_experiments.md).",
            "",
            _table(
                ["playbook", "experiments", "each takes (s)", "all took (s)", "a minute"], _ways(series["throughput"])
            ),
            "",
        ]
    )


def _figures(report: Report) -> Rows:
    verdicts = {True: "met", False: "**missed**", None: ""}
    return [
        [f.what, _short(f.cost), _short(f.floor), f.unit, f"{f.ratio:.2f}", f.target or "", verdicts[f.met]]
        for f in report.figures
    ]


def _breakdown(columns: Sequence[Mapping[str, Any]]) -> Rows:
    return [
        [part, *(f"{column[part] * 1000:.0f}" for column in columns), whose]
        for part, whose in WHOSE.items()
        if part in columns[0]
    ]


def _waits(points: Sequence[Mapping[str, Any]]) -> Rows:
    keys = ("overshoot_median", "overshoot_most", "overshoot_allowed")
    return [
        [
            f"{point['operation_seconds']:g}",
            *(f"{point[key]:.1f}" for key in keys),
            f"{point['polls_median']:.0f}",
            point["polls_most"],
        ]
        for point in points
    ]


def _bytes(payloads: Sequence[Mapping[str, Any]]) -> Rows:
    own = ("ansible_collections/awscc", "ansible_collections/bench")
    return [
        [p["of"], p["ansible"], p["ansible_collections/amazon"], sum(p.get(origin, 0) for origin in own)]
        for p in payloads
    ]


def _ways(points: Sequence[Mapping[str, Any]]) -> Rows:
    keys = ("experiments", "operation_seconds", "seconds", "a_minute")
    return [[f"{point['playbook']}.yml", *(point[key] for key in keys)] for point in points]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"


def _table(head: Sequence[str], rows: Rows) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
