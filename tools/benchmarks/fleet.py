"""Measure the playbooks of docs/examples/fleet for unchanged experiments: four ways to compare N experiments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import yaml

from tests.support.environment import ROOT, command
from tools.benchmarks.figures import Figure, Report, expect
from tools.benchmarks.plays import Bench, declared, names

EXAMPLES = ROOT / "docs" / "examples" / "fleet"
HOSTS = 4
Play = dict[str, Any]


def _example(name: str) -> Play:
    (play,) = yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))
    return dict(play)


def _loop() -> Play:
    """Return the play of apply.yml without async."""
    play = _example("apply.yml")
    task = {key: value for key, value in play["tasks"][0].items() if key not in ("async", "poll", "register")}
    return {**play, "tasks": [task]}


def _hosts() -> Play:
    """Return the loop on several hosts. Each host has its part of the experiments."""
    play = _loop()
    part = f"{{{{ experiments[ansible_play_hosts_all.index(inventory_hostname)::{HOSTS}] }}}}"
    return {**play, "hosts": "all", "strategy": "free", "tasks": [{**play["tasks"][0], "loop": part}]}


# The title of each way -> its play, and the arguments of ansible-playbook.
_INVENTORY = "".join(f"host-{number}," for number in range(HOSTS))
_LOCAL = ["-e", "ansible_connection=local", "-e", "ansible_python_interpreter={{ ansible_playbook_python }}"]
WAYS: dict[str, tuple[Play, Sequence[str]]] = {
    "loop": (_loop(), ()),
    "async": (_example("apply.yml"), ()),
    f"{HOSTS} hosts": (_hosts(), ("--inventory", _INVENTORY, "--forks", str(HOSTS), *_LOCAL)),
    "one info task": (_example("drift.yml"), ()),
}


def fleet(bench: Bench, report: Report, *, numbers: Sequence[int]) -> None:
    """Measure each way for each number of unchanged experiments. Add a point to the picture for each."""
    seconds: dict[tuple[str, int], float] = {}
    for number in numbers:
        bench.fill(number)
        options = [declared(name) for name in names(number)]
        experiments = bench.folder / "experiments.json"
        experiments.write_text(json.dumps({"experiments": options}), encoding="utf-8")
        for way, (play, arguments) in WAYS.items():
            path = bench.folder / "fleet.json"
            path.write_text(json.dumps([{**play, "vars_files": []}]), encoding="utf-8")
            bench.server.clear_log()
            words = [command("ansible-playbook"), str(path), "-e", f"@{experiments}", *arguments]
            seconds[way, number], _output = bench.run(words)
            calls = bench.server.calls()
            found = calls.count("GetResource"), len(set(calls))
            wanted = number, 2 if way == "one info task" else 1
            expect(f"reads and kinds of calls for {number:,} experiments, {way}", found, wanted)
            point = {"way": way, "experiments": number, "seconds": round(seconds[way, number], 2)}
            report.series.setdefault("fleet", []).append(point)
    most = max(numbers)
    what = f"drift report of {most} experiments with one info task / {most} unchanged tasks"
    cost, floor = seconds["one info task", most], seconds["loop", most]
    report.figures.append(Figure(what=what, cost=cost, floor=floor, target=1 / 20))
