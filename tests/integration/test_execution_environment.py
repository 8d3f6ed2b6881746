"""The output of ansible-builder: the requirements of the collection, and the build context of an image."""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from tests.support.environment import INSTALLED, ROOT, clean_environment, command

DEFINITION = ROOT / "docs" / "examples" / "awx" / "execution-environment.yml"


def _ansible_builder(*arguments: str) -> str:
    done = subprocess.run(
        [command("ansible-builder"), *arguments], env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_collection_requires_python_packages_only() -> None:
    required = yaml.safe_load(_ansible_builder("introspect", str(INSTALLED.parents[2])))
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [f"{line}  # from collection awscc.sagemaker" for line in lines if not line.startswith("#")]
    assert required == {"python": wanted, "system": []}


def test_example_definition_creates_build_context(tmp_path: Path) -> None:
    context = tmp_path / "context"
    options = ["--file", str(DEFINITION), "--context", str(context), "--output-filename", "Containerfile"]
    _ansible_builder("create", *options)
    galaxy = yaml.safe_load((context / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    assert galaxy == {"collections": [{"name": "awscc.sagemaker"}]}
    containerfile = (context / "Containerfile").read_text(encoding="utf-8")
    assert "ansible-galaxy collection install" in containerfile
    assert "introspect.py" in containerfile
    # The requirements come from meta/execution-environment.yml of the collection.
    assert "boto3" not in containerfile
