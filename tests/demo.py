# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run docs/examples/shadow_test.yml, as a user would on AWS, against an emulator that lives as long as the run."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys

from tests.emulator.server import EmulatorServer
from tests.environment import REGION, ROOT, command, emulator_environment

PLAYBOOK = ROOT / "docs" / "examples" / "shadow_test.yml"


def main() -> int:
    with EmulatorServer(operation_seconds=0.5, transition_seconds=0.3) as server:
        # The names of what the shadow test is about: on AWS a user gives their own.
        names = json.dumps(dataclasses.asdict(server.seed(REGION)))
        print(f"An emulator of AWS answers at {server.endpoint_url}; no AWS account is involved.")
        shown = PLAYBOOK.relative_to(ROOT)
        print(
            f"$ AWS_ENDPOINT_URL={server.endpoint_url} ansible-playbook --diff {shown} --extra-vars '{names}'\n",
            flush=True,
        )
        environment = emulator_environment(server.endpoint_url)
        if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
            environment["ANSIBLE_FORCE_COLOR"] = "1"
        done = subprocess.run(
            [command("ansible-playbook"), "--diff", str(PLAYBOOK), "--extra-vars", names],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    print("The demo ended as it should." if done.returncode == 0 else "The demo FAILED: see above.")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
