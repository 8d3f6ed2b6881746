"""Paths, and the environment of Ansible and boto3 in tests, without the developer's settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / ".build" / "dist"
# ansible-test tests the collection in its own folder. All other tests use the collection that `make` installed.
UNDER_ANSIBLE_TEST = "ansible_collections.awscc.sagemaker.tests" in sys.modules
COLLECTIONS = ROOT.parents[2] if UNDER_ANSIBLE_TEST else ROOT / ".build" / "collections"
INSTALLED = COLLECTIONS / "ansible_collections" / "awscc" / "sagemaker"
REGION = "us-east-1"

# Credentials for the emulator, which are not valid for AWS.
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
        # Not with a tilde: the processes that start and poll a job can have different home directories.
        "ANSIBLE_ASYNC_DIR": str(ROOT / ".build" / "ansible" / "async"),
        "ANSIBLE_REMOTE_TMP": str(ROOT / ".build" / "ansible" / "tmp"),
    }
    return {**inherited, **AWS_ENVIRONMENT, **ansible}


def emulator_environment(url: str) -> dict[str, str]:
    """Return the environment in which boto3 and the modules of amazon.aws call the emulator at the URL."""
    return {**clean_environment(), "AWS_ENDPOINT_URL": url, "AWS_URL": url}


def command(name: str) -> str:
    """Return the path of a program in the environment of this Python."""
    return str(Path(sys.executable).with_name(name))
