# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The info module: many experiments at some latency, against a bare boto3 script with as many threads."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.benchmarks.figures import Count, Report, compared
from tests.benchmarks.floor import BARE_SCRIPT, LEAST
from tests.benchmarks.plays import INFO, Bench, Task, names

LATENCY = 0.05
PAGE = 20


def info(bench: Bench, report: Report, *, number: int, latency: float, rounds: int, target: float | None) -> None:
    """Measure an info task of so many experiments, the script and the least module by turns; a point of the picture."""
    bench.fill(number)
    costs, scripts, floors = [], [], []
    first = names(1)[0]
    warm = [Task(LEAST, {"name": first}), Task(INFO, {"name": first})]
    for _ in range(rounds):
        with bench.latency(latency):
            scripts.append(bare_script(bench, number))
        # The floor's own call is without latency: the script's calls are all that are needed.
        floors.append(bench.play([*warm, Task(LEAST, {"name": first})])[-1])
        with bench.latency(latency):
            bench.server.clear_log()
            costs.append(bench.play([*warm, Task(INFO, {})])[-1])
    calls = bench.server.calls()
    pages = -(-number // PAGE)
    report.counts += [
        Count(what=f"pages listed for {number}", found=calls.count("ListResources"), wanted=pages),
        # Two more are those of the tasks that warm up.
        Count(what=f"experiments read for {number}", found=calls.count("GetResource") - 2, wanted=number),
    ]
    floors = [script + least for script, least in zip(scripts, floors, strict=True)]
    at = f" at {latency * 1000:.0f} ms" if latency else ""
    figure = compared(f"info of {number:,}{at} / bare script + least module", costs, floors, target=target)
    report.figures.append(figure)
    point = {"experiments": number, "latency": latency, "seconds": figure.cost, "floor": figure.floor}
    report.series.setdefault("info", []).append(point)


def bare_script(bench: Bench, number: int) -> float:
    """Return the seconds that a bare script needed to list and read so many experiments."""
    from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.listing import READERS

    said: dict[str, Any] = json.loads(bench.run([sys.executable, "-c", BARE_SCRIPT, str(READERS)])[1])
    if said["found"] != number:
        raise RuntimeError(f"the bare script has found {said['found']} experiments instead of {number}")
    return float(said["seconds"])
