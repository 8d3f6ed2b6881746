"""The benchmarks without measurements: the calls of each part, and the playbooks of the guide to many experiments."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.environment import ROOT


@pytest.mark.slow(reason="the playbooks have about eighty tasks, and Ansible needs a second for each")
def test_smoke_run_of_benchmarks_makes_expected_calls() -> None:
    smoke = [sys.executable, "-m", "tools.benchmarks", "--smoke"]
    done = subprocess.run(smoke, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
