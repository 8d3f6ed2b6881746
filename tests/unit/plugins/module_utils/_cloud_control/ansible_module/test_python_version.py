"""The check of the Python version. test_requirements.py tests it in the modules."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.python_version import (
    require_python,
)


@pytest.mark.parametrize("version", [(3, 10), (3, 10, 0, "final", 0), (3, 14, 2, "final", 0)])
def test_require_python_accepts_python_3_10(monkeypatch: pytest.MonkeyPatch, version: tuple[Any, ...]) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    require_python()


def test_require_python_rejects_python_3_9(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    with pytest.raises(SystemExit):
        require_python()
    assert "is Python 3.9.18. Set ansible_python_interpreter" in capsys.readouterr().out
