"""The counts of the benchmarks, and the playbooks of the guide to many experiments. No test asserts a duration."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.environment import ROOT
from tools.benchmarks import guide, plays
from tools.benchmarks.figures import Report

SECONDS = 300
pytestmark = pytest.mark.slow(reason="the playbooks have about eighty tasks, and Ansible needs a second for each")


def test_smoke_run_has_expected_counts() -> None:
    smoke = [sys.executable, "-m", "tools.benchmarks", "--smoke"]
    done = subprocess.run(smoke, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_playbooks_of_guide_create_all_experiments() -> None:
    report = Report()
    with plays.bench() as bench:
        guide.throughput(bench, report, number=guide.REGIONS, length=0.1)
    assert [count for count in report.counts if not count.met] == []
    assert [point["playbook"] for point in report.series["throughput"]] == list(guide.WAYS)
