"""Run the playbooks of the guide to many experiments, and measure the experiments that each creates in a minute."""

from __future__ import annotations

from tests.support.environment import command
from tools.benchmarks.figures import Report, expect
from tools.benchmarks.plays import Bench
from tools.generated_docs.guides import blocks

GUIDE = "guide_many_experiments"
REGIONS = 4
WAYS = ("loop", "parallel", "regions")


def throughput(bench: Bench, report: Report, *, number: int, length: float) -> None:
    """Create a number of experiments with each playbook of the guide. A create takes length seconds."""
    for block in blocks(GUIDE, "yaml", "ini"):
        (bench.folder / block.name).write_text(block.text, encoding="utf-8")
    for way in WAYS:
        bench.server.reset()
        bench.server.settings.update({"operation_seconds": length})
        inventory = ["--inventory", str(bench.folder / "inventory.ini")] if way == "regions" else []
        each = number // REGIONS if way == "regions" else number
        playbook = str(bench.folder / f"{way}.yml")
        words = [command("ansible-playbook"), playbook, *inventory, "--extra-vars", f"how_many={each}"]
        seconds, _output = bench.run(words)
        expect(f"experiments created by {way}.yml", bench.server.calls().count("CreateResource"), number)
        report.series.setdefault("throughput", []).append(
            {
                "playbook": way,
                "experiments": number,
                "operation_seconds": length,
                "seconds": round(seconds, 1),
                "a_minute": round(number / seconds * 60, 1),
            }
        )
