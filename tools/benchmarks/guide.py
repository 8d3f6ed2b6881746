"""Run the playbooks of the guide to many experiments, and measure the experiments that each creates in a minute."""

from __future__ import annotations

from pathlib import Path

from tests.support.environment import command
from tools.benchmarks.figures import Count, Report
from tools.benchmarks.plays import Bench
from tools.generated_docs.guides import blocks

GUIDE = "guide_many_experiments"
REGIONS = 4
WAYS = ("loop", "parallel", "regions")


def write(folder: Path) -> dict[str, Path]:
    """Write the playbooks and the inventory of the guide to a folder. Return their paths by name."""
    found = {}
    for block in blocks(GUIDE, "yaml", "ini"):
        path = folder / block.name
        path.write_text(block.text, encoding="utf-8")
        found[path.stem] = path
    return found


def throughput(bench: Bench, report: Report, *, number: int, length: float) -> None:
    """Create a number of experiments with each playbook of the guide. A create takes length seconds."""
    bench.folder.joinpath("guide").mkdir(exist_ok=True)
    files = write(bench.folder / "guide")
    for way in WAYS:
        bench.server.reset()
        bench.server.settings.update({"operation_seconds": length})
        inventory = ["--inventory", str(files["inventory"])] if way == "regions" else []
        each = number // REGIONS if way == "regions" else number
        words = [command("ansible-playbook"), str(files[way]), *inventory, "--extra-vars", f"how_many={each}"]
        seconds, _output = bench.run(words)
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
