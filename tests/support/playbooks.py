# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own programs, run as a user runs them, against an emulator over HTTP."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.environment import ROOT, command, emulator_environment

TARGETS = ROOT / "tests" / "integration" / "targets"
SECONDS = 300


def ansible(
    server: EmulatorServer, program: str, *args: str, cwd: Path, variables: Mapping[str, str] | None = None
) -> str:
    """Run one of Ansible's programs against the emulator; return all that it said, or fail with it."""
    environment = {**emulator_environment(server.endpoint_url), "ANSIBLE_ROLES_PATH": str(TARGETS)}
    # Targets set what these go before, even when empty: AWS_ENDPOINT_URL, and the region of a profile.
    del environment["AWS_URL"], environment["AWS_DEFAULT_REGION"]
    environment |= variables or {}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [command(program), *args],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{program} ended with {done.returncode}:\n{done.stdout}", pytrace=False)
    return done.stdout
