# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service that takes connections and never answers: the task's budget of time ends that, not a person's patience."""

from __future__ import annotations

import socket
import subprocess

from tests.support.environment import REGION, command, emulator_environment

BUDGET = 3
# Starting Ansible, two attempts of botocore's with the budget as their time-out, and a slow machine.
PATIENCE = 60


def test_a_task_whose_calls_are_never_answered_ends_by_its_wait_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        task = f"name=checkout region={REGION} wait_timeout={BUDGET} state=absent"
        done = subprocess.run(
            [command("ansible"), "localhost", "-m", "awscc.sagemaker.inference_experiment", "-a", task],
            env=emulator_environment(url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode != 0
    assert f"wait_timeout of {BUDGET} seconds has elapsed" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
