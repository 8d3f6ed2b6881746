"""`make demo`: its output, and the differences that make it fail."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.environment import ROOT
from tools.demo import Step, run

DEMO = [sys.executable, "-m", "tools.demo"]
SECONDS = 300
REASON = "Set -e if_worse=keep or -e if_worse=remove."
# The playbook fails before it needs a resource or sends a request.
STEP = Step("", "ansible-playbook docs/examples/promote_if_better.yml -e if_worse=leave", f"failed, {REASON}")


@pytest.mark.slow(reason="the demo runs five playbooks")
def test_demo_promotes_one_test_and_rejects_another_in_forty_lines() -> None:
    done = subprocess.run(DEMO, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert 35 <= len(lines) <= 45
    assert [line for line in lines if len(line) > 100] == []
    assert re.findall(r"\d s\b|127\.0\.0\.1|\033|WARNING", done.stdout) == []
    shown = re.findall(r"p99 latency ms .*|Decision .*|DescribeEndpoint .*", done.stdout)
    assert [re.sub(" {2,}", "  ", line) for line in shown] == [
        "p99 latency ms  60.0  45.0  0.75  ratio up to 1.1  yes",
        "Decision for demo-model-b: promote (all limits are met)",
        "DescribeEndpoint in us-east-1 returns: demo-model-b",
        "p99 latency ms  60.0  45.0  0.75  ratio up to 1.1  yes",
        "Decision for demo-model-b: reject (error rate 0.0400 above 0.01)",
        "DescribeEndpoint in eu-west-1 returns: demo-model-a",
    ]


@pytest.fixture
def _interrupts() -> Iterator[None]:
    """Let processes receive SIGINT, which a shell ignores for its background jobs and for all of their processes."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interrupts")
def test_demo_exits_with_130_after_interrupt(tmp_path: Path) -> None:
    printed = tmp_path / "printed"
    with printed.open("w") as output:
        demo = subprocess.Popen(DEMO, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            while "ansible-playbook" not in printed.read_text() and demo.poll() is None:
                time.sleep(0.05)
            os.killpg(demo.pid, signal.SIGINT)  # like a terminal: to the demo and to Ansible
            assert demo.wait(30) == 130
        finally:
            demo.kill()
            demo.wait()
    assert "Interrupted. The emulator has stopped." in printed.read_text()
    assert "Traceback" not in printed.read_text()


def test_run_returns_difference_from_step() -> None:
    with EmulatorServer() as server:
        assert run(STEP, server) == []
        (found,) = run(STEP._replace(result="ok"), server)
    assert found.startswith("Expected the result: ok")
