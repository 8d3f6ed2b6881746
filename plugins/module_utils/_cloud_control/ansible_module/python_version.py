# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the version of Python. Python 3.8 can load this file. The other files require Python 3.10."""

from __future__ import annotations

import json
import sys

REQUIRED = (3, 10)
HINT = "Set ansible_python_interpreter to a newer Python on the host that runs the task."


def require_python(**results: object) -> None:
    """End the module with an error and further return values if Python is too old."""
    if sys.version_info >= REQUIRED:
        return
    found = ".".join(map(str, sys.version_info[:3]))
    message = (
        f"This module requires Python {'.'.join(map(str, REQUIRED))} or newer, but {sys.executable} is Python {found}."
    )
    error = {"code": "UnsupportedPython", "message": message, "operation": None, "request_token": None, "hint": HINT}
    failure = {"failed": True, "changed": False, "msg": f"{message} {HINT}", "error": error, **results}
    # Without AnsibleModule, because ansible-core may not support this Python.
    sys.stdout.write(f"{json.dumps(failure)}\n")
    raise SystemExit(1)
