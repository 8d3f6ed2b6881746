"""Modules on a host without Python 3.10 or without boto3."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.support.environment import INSTALLED
from tests.support.module_runner import MODULES
from tests.support.tasks import CHECK, INFO, MODULE
from tests.unit.conftest import Run

COLLECTION = "ansible_collections.awscc.sagemaker"
ENGINE_PACKAGE = f"{COLLECTION}.plugins.module_utils._cloud_control"
ENGINE = INSTALLED / "plugins" / "module_utils" / "_cloud_control"
# The other values of each failure.
OTHER_VALUES: dict[str, dict[str, Any]] = {MODULE: {"inference_experiment": {}, "operations": []}, INFO: {}}


NO_REQUEST = {"operation": None, "request_token": None}


# Read this test first.
@pytest.mark.parametrize("module", OTHER_VALUES)
@pytest.mark.parametrize("version", [(3, 8, 18), (3, 9, 18)])
def test_module_on_older_python_fails_before_other_imports(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: str, version: tuple[int, ...]
) -> None:
    spec = importlib.util.find_spec(f"{MODULES}.{module}")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "executable", "/usr/bin/old-python")
    # An import of one of these raises an error.
    for name in ("resource", "info"):
        monkeypatch.setitem(sys.modules, f"{ENGINE_PACKAGE}.ansible_module.{name}", None)
    with pytest.raises(SystemExit) as end:
        spec.loader.exec_module(loaded)
    found = ".".join(map(str, version))
    message = f"This module requires Python 3.10 or newer, but /usr/bin/old-python is Python {found}."
    hint = "Set ansible_python_interpreter to a newer Python on the host that runs the task."
    assert end.value.code == 1
    assert json.loads(capsys.readouterr().out) == {
        "failed": True,
        "changed": False,
        "msg": f"{message} {hint}",
        "error": {"code": "UnsupportedPython", "message": message, "hint": hint, **NO_REQUEST},
        **OTHER_VALUES[module],
    }


@pytest.mark.parametrize(
    "path",
    [ENGINE / "ansible_module" / "python_version.py", *(INSTALLED / "plugins" / "modules").glob("*.py")],
    ids=lambda path: path.name,
)
def test_files_that_older_python_loads_are_valid_in_its_syntax(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


@CHECK
@pytest.mark.parametrize("module", OTHER_VALUES)
@pytest.mark.parametrize("options", [{}, {"region": None}], ids=["region", "no region"])
def test_module_without_boto3_fails_with_error(
    run: Run, monkeypatch: pytest.MonkeyPatch, module: str, options: dict[str, Any], check: bool
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    with mock.patch.dict(sys.modules, {"boto3": None, "botocore": None}):
        for name in list(sys.modules):
            if name.startswith(("boto3.", "botocore.", COLLECTION, "ansible_collections.amazon.aws")):
                del sys.modules[name]
        result = run(module, {"name": "checkout", **options}, check=check)
    assert result.failed
    error = result["error"]
    assert result.msg.endswith(f": {error['message']} (MissingLibrary). {error['hint']}")
    assert (error["code"], error["operation"], error["request_token"]) == ("MissingLibrary", None, None)
    assert error["message"] == f"boto3 and botocore are not installed for {sys.executable}"
    assert error["hint"].startswith("Install boto3 and botocore for this Python, or set ansible_python_interpreter")
    others = {key: value for key, value in result.values.items() if key in {"inference_experiment", "operations"}}
    assert (result.changed, "exception" in result, others) == (False, False, OTHER_VALUES[module])
