# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ansible callback that notes when each task begins, so that the calls in the emulator's log can be told apart.

Writes a line of JSON for each task, and a last one without a name, to the file that STEPS_FILE names.
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
short_description: Note when each task begins
description: Writes to the file that the environment variable STEPS_FILE names.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc] # Ansible is not typed
    """Needs to be enabled; has no options and shows nothing."""

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
