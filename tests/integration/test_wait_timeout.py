"""A service that accepts connections and sends no response: the task ends at wait_timeout."""

from __future__ import annotations

import socket
import subprocess

from tests.support.environment import REGION, command, emulator_environment

WAIT_TIMEOUT = 1
# Includes the start of Ansible and two attempts of botocore, on a slow machine.
SECONDS = 60


def test_task_without_response_ends_at_wait_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        task = f"name=checkout region={REGION} wait_timeout={WAIT_TIMEOUT} state=absent"
        done = subprocess.run(
            [command("ansible"), "localhost", "-m", "awscc.sagemaker.inference_experiment", "-a", task],
            env=emulator_environment(url),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode != 0
    assert f"wait_timeout of {WAIT_TIMEOUT} seconds has elapsed" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
