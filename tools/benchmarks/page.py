"""Write tools/benchmarks/results/README.md: the tables of a run of `make bench`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.benchmarks.figures import Report, measured_on

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
    "the task, as Ansible sees it": "Ansible's controller: fork, copy, remove",
}
ADVICE = (
    "A task needs half a second of one CPU before its first call to AWS, so the number of tasks decides the duration",
    "of a playbook. To read or compare many experiments, use one task of `inference_experiment_info`, and the filter",
    "`inference_experiment_drift` for the comparison. To change many experiments, use `async` or several hosts,",
    "because a task waits for minutes until AWS has applied a change.",
)
REASONS = (
    "- **Memory, compared with the baseline module.** `exit_json` copies the result to remove secrets, and then",
    "  serializes the copy. A module that returns a result of the same size needs about as much memory: see the second",
    "  row of memory.",
    "- **Delay after an operation.** A maximum delay of a tenth of the duration needs 46 polls in five minutes, and 40",
    "  are allowed. The maximum delay is one second for operations of up to 10 seconds, a sixth of the duration for",
    "  longer operations, and 30 seconds from five minutes on. A `RetryAfter` of the service takes precedence.",
)
Rows = Sequence[Sequence[Any]]


def page(report: Report) -> str:
    """Return the page."""
    series = report.series
    versions = ", ".join(f"{name} {version}" for name, version in measured_on().items() if name != "cpus")
    return "\n".join(
        [
            "# Performance",
            "",
            "<!-- Written by `make bench`. -->",
            "",
            f"The emulator ran on the same machine, with {measured_on()['cpus']} CPUs: {versions}.",
            "Tasks that list many experiments ran against a service with prepared responses.",
            "",
            "Each cost is the median of several measurements, which alternate with those of its baseline.",
            "The *baseline module* is an `AnsibleAWSModule` that creates one client and makes one `GetResource` call.",
            "A module that calls AWS cannot cost less. The baseline of the metrics task makes the same two calls with",
            "the same statistics. The *plain script* uses boto3 without Ansible, with the same number of threads.",
            "",
            "![Duration of info tasks, and delay of polling](costs.png)",
            "",
            "## Advice",
            "",
            *ADVICE,
            "",
            "## Many unchanged experiments",
            "",
            "Seconds of the whole playbook, for unchanged experiments. *Loop* is one task after the other. *Async* is",
            "[apply.yml](../../../docs/examples/fleet/apply.yml), which polls every five seconds. *4 hosts* is the",
            "loop, on four hosts in parallel. *One info task* is",
            "[drift.yml](../../../docs/examples/fleet/drift.yml), which compares with the filter.",
            "",
            "![Duration of a playbook by the number of experiments](fleet.png)",
            "",
            _table(["experiments", *dict.fromkeys(p["way"] for p in series["fleet"])], _fleet(series["fleet"])),
            "",
            "## Costs and baselines",
            "",
            _table(["cost / baseline", "cost", "baseline", "unit", "ratio", "target", ""], _figures(report)),
            "",
            "## Missed targets",
            "",
            *REASONS,
            "",
            "## Duration of one unchanged task",
            "",
            "In milliseconds. Each part was measured separately, and the rest is the difference from the whole",
            "process, so the parts vary by some milliseconds from run to run.",
            "",
            _table(["", *(row["of"] for row in series["breakdown"]), "component"], _breakdown(series["breakdown"])),
            "",
            "## Polling",
            "",
            "The delay from the end of an operation until the module detects it, in seconds, measured on a simulated",
            "clock. The service returned no `RetryAfter`.",
            "",
            _table(
                ["duration", "median delay", "maximum delay", "target", "median polls", "maximum polls"],
                _waits(series["waiting"]),
            ),
            "",
            "## Size of a module's payload",
            "",
            "In bytes, compressed.",
            "",
            _table(["module", "Ansible", "amazon.aws", "the module's own code"], _bytes(series["payload"])),
            "",
            "## Create many experiments",
            "",
            "The playbooks of [Manage many experiments](../../../docs/docsite/rst/guide_many_experiments.rst).",
            "",
            _table(
                ["playbook", "experiments", "seconds for one create", "seconds for all", "experiments a minute"],
                _ways(series["throughput"]),
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
        [part, *(f"{column[part] * 1000:.0f}" for column in columns), component]
        for part, component in COMPONENTS.items()
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


def _fleet(points: Sequence[Mapping[str, Any]]) -> Rows:
    numbers = dict.fromkeys(point["experiments"] for point in points)
    return [[n, *(f"{point['seconds']:.1f}" for point in points if point["experiments"] == n)] for n in numbers]


def _ways(points: Sequence[Mapping[str, Any]]) -> Rows:
    keys = ("experiments", "operation_seconds", "seconds", "a_minute")
    return [[f"{point['playbook']}.yml", *(point[key] for key in keys)] for point in points]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"


def _table(head: Sequence[str], rows: Rows) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
