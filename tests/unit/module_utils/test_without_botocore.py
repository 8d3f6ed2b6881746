# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where botocore is not installed, every file can be loaded all the same: AnsibleAWSModule tells what is missing."""

from __future__ import annotations

import importlib.util
import sys

import pytest

ENGINE = "ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control"


@pytest.mark.parametrize("name", ["client", "module"])
def test_it_can_be_loaded(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == "botocore"]:
        monkeypatch.setitem(sys.modules, loaded, None)
    spec = importlib.util.find_spec(f"{ENGINE}.{name}")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert not {"BotoConfig", "ClientError", "BotoCoreError"} & vars(module).keys()
