# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of docs/many_experiments.md, run as they stand, and how many experiments a minute each creates."""

from __future__ import annotations

import re
from pathlib import Path

from tests.benchmarks.figures import Count, Report
from tests.benchmarks.plays import Bench
from tests.environment import ROOT, command

GUIDE = ROOT / "docs" / "many_experiments.md"
# The first line of each playbook is its name.
_BLOCK = re.compile(r"^```yaml\n# (\w+)\.yml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INVENTORY = re.compile(r"^```ini\n# (\w+)\.ini\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REGIONS = 4
WAYS = ("loop", "side_by_side", "regions")


def write(folder: Path) -> dict[str, Path]:
    """Write the playbooks and inventories of the guide into a folder; return where each is."""
    text = GUIDE.read_text(encoding="utf-8")
    found = {}
    for pattern, ending in ((_BLOCK, "yml"), (_INVENTORY, "ini")):
        for name, content in pattern.findall(text):
            found[name] = folder / f"{name}.{ending}"
            found[name].write_text(content, encoding="utf-8")
    return found


def throughput(bench: Bench, report: Report, *, number: int, length: float) -> None:
    """Create so many experiments, whose creation takes C(length) seconds, in each of the guide's ways."""
    bench.folder.joinpath("guide").mkdir(exist_ok=True)
    files = write(bench.folder / "guide")
    for way in WAYS:
        bench.server.reset()
        bench.server.settings.update({"operation_seconds": length})
        inventory = ["--inventory", str(files["inventory"])] if way == "regions" else []
        each = number // REGIONS if way == "regions" else number
        words = [command("ansible-playbook"), str(files[way]), *inventory, "--extra-vars", f"how_many={each}"]
        seconds, _said = bench.run(words)
        creates = bench.server.calls().count("CreateResource")
        report.counts.append(Count(what=f"experiments created by {way}.yml", found=creates, wanted=number))
        report.series.setdefault("throughput", []).append(
            {
                "playbook": way,
                "experiments": number,
                "operation_seconds": length,
                "seconds": round(seconds, 1),
                "a_minute": round(number / seconds * 60, 1),
            }
        )
