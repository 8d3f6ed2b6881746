# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things are, and the environment that Ansible and boto3 run in: nothing of the developer's own gets in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / ".build" / "dist"
# ansible-test begins inside the collection and tests it where it lies; all else tests what `make` has installed.
UNDER_ANSIBLE_TEST = "ansible_collections.awscc.sagemaker.tests" in sys.modules
COLLECTIONS = ROOT.parents[2] if UNDER_ANSIBLE_TEST else ROOT / ".build" / "collections"
INSTALLED = COLLECTIONS / "ansible_collections" / "awscc" / "sagemaker"
REGION = "us-east-1"

# Credentials that sign requests to the emulator and open nothing anywhere else.
AWS_ENVIRONMENT: Mapping[str, str] = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_RETRY_MODE": "standard",
}


def clean_environment() -> dict[str, str]:
    """Return this process's environment with Ansible's, AWS's and Python's settings replaced by the project's."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "PYTHON"))
    }
    ansible = {
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_HOME": str(ROOT / ".build" / "ansible"),
        # With a tilde, the one that begins a job and the one that looks for it may not mean the same home.
        "ANSIBLE_ASYNC_DIR": str(ROOT / ".build" / "ansible" / "async"),
        "ANSIBLE_REMOTE_TMP": str(ROOT / ".build" / "ansible" / "tmp"),
    }
    return {**inherited, **AWS_ENVIRONMENT, **ansible}


def emulator_environment(url: str) -> dict[str, str]:
    """Return the environment in which boto3 and the modules of amazon.aws find the emulator at C(url), and no AWS."""
    return {**clean_environment(), "AWS_ENDPOINT_URL": url, "AWS_URL": url}


def command(name: str) -> str:
    """Return the path of a program that was installed beside this Python."""
    return str(Path(sys.executable).with_name(name))
