"""An Ansible callback plugin that writes results and start times of tasks to files, a line of JSON for each task.

The results are for the demo. The start times are for the benchmarks, and their last line is the end of the playbook.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Write results and start times of tasks
description: Writes to the files in the environment variables RESULTS_FILE and STEPS_FILE, if they are set.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc] # Ansible is not typed
    """Has no options and prints nothing. Must be enabled."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002
        _write("STEPS_FILE", {"name": task.get_name(), "begun": time.time()})

    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: ARG002
        _write("STEPS_FILE", {"name": None, "begun": time.time()})

    def v2_runner_on_ok(self, result: Any) -> None:
        _write("RESULTS_FILE", {**_values(result), "failed": False})

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:  # noqa: ARG002
        _write("RESULTS_FILE", {**_values(result), "failed": True})


def _values(result: Any) -> dict[str, Any]:
    # ansible-core before 2.19 has no public attribute for the result.
    found: dict[str, Any] = result.result if hasattr(result, "result") else result._result  # noqa: SLF001
    return found


def _write(variable: str, line: dict[str, Any]) -> None:
    if variable in os.environ:
        with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
            print(json.dumps(line, default=str), file=file)
