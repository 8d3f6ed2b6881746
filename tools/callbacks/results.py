# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ansible callback plugin that writes the result of each task to the file RESULTS_FILE, as a line of JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results
type: notification
short_description: Write the result of each task to a file
description: Writes the result of each task to the file in the environment variable RESULTS_FILE, as a line of JSON.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc] # Ansible is not typed
    """Has no options and prints nothing. Must be enabled."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        _write(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:  # noqa: ARG002
        _write(result, failed=True)


def _write(result: Any, *, failed: bool) -> None:
    # ansible-core before 2.19 has no public attribute for the result.
    values = result.result if hasattr(result, "result") else result._result  # noqa: SLF001
    with Path(os.environ["RESULTS_FILE"]).open("a", encoding="utf-8") as file:
        print(json.dumps({**values, "failed": failed}, default=str), file=file)
