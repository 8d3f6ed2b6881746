# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ansible callback plugin that writes the start time of each task to the file STEPS_FILE, as a line of JSON.

The benchmarks assign the calls in the log of the emulator to tasks. The last line has no name.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: steps
type: notification
short_description: Write the start time of each task to a file
description: Writes the start time of each task to the file in the environment variable STEPS_FILE.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc] # Ansible is not typed
    """Has no options and prints nothing. Must be enabled."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "steps"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002
        _note(task.get_name())

    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: ARG002
        _note(None)


def _note(name: str | None) -> None:
    with Path(os.environ["STEPS_FILE"]).open("a", encoding="utf-8") as notes:
        print(json.dumps({"name": name, "begun": time.time()}), file=notes)
