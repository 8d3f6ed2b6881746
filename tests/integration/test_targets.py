# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every integration target with the real ansible-playbook, over HTTP, each against an emulator of its own.

A target is a role in the layout of ansible-test; one whose name begins with setup_ is there for others to use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.environment import INSTALLED, REGION
from tests.support.playbooks import TARGETS, ansible
from tests.support.thorough import THOROUGH


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer() as server:
        yield server


# Many seconds of Ansible's own; the defaults of the group, with a region, are among the others.
LONG = {f"inference_experiment_{name}" for name in ("credentials", "environment", "regions", "values")}


def _targets() -> list[str]:
    names = {path.parent.parent.name for path in TARGETS.glob("*/tasks/main.yml")}
    return sorted(name for name in names if not name.startswith("setup_") and (name in LONG) == THOROUGH)


@pytest.mark.parametrize("target", _targets())
def test_target(target: str, server: EmulatorServer, tmp_path: Path) -> None:
    play: dict[str, Any] = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"emulator_url": server.endpoint_url},
        "roles": [target],
    }
    playbook = tmp_path / f"{target}.json"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    ansible(server, "ansible-playbook", str(playbook), cwd=tmp_path)


def test_hosts_of_one_play_can_stand_for_regions(server: EmulatorServer, tmp_path: Path) -> None:
    regions = ["us-east-1", "eu-west-1", "ap-southeast-2"]
    for region in regions:
        server.put_experiment(region, {"Name": "everywhere"})
    how = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"all": {"hosts": dict.fromkeys(regions), "vars": how}}), encoding="utf-8")
    play: dict[str, Any] = {
        "hosts": "all",
        "gather_facts": False,
        "strategy": "free",
        "module_defaults": {"group/awscc.sagemaker.aws": {"region": "{{ inventory_hostname }}"}},
        "tasks": [
            {"awscc.sagemaker.inference_experiment": {"name": "everywhere", "description": "{{ inventory_hostname }}"}}
        ],
    }
    playbook = tmp_path / "regions.json"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    ansible(server, "ansible-playbook", "--inventory", str(inventory), str(playbook), cwd=tmp_path)
    found = {region: server.experiment("everywhere", region)["properties"]["Description"] for region in regions}
    assert found == {region: region for region in regions}
    assert [record.operation for record in server.log if record.write] == ["UpdateResource"] * 3
    assert {record.region for record in server.log} == set(regions)


def test_an_ad_hoc_command_lists_no_experiments_where_there_are_none(server: EmulatorServer, tmp_path: Path) -> None:
    module = "awscc.sagemaker.inference_experiment_info"
    said = ansible(server, "ansible", "localhost", "-m", module, "-a", f"region={REGION}", cwd=tmp_path)
    assert '"inference_experiments": []' in said


def test_ansible_finds_the_installed_collection(server: EmulatorServer, tmp_path: Path) -> None:
    said = ansible(server, "ansible-galaxy", "collection", "list", "awscc.sagemaker", "--format=json", cwd=tmp_path)
    paths = json.loads(said[said.index("{") :])
    assert [path for path, found in paths.items() if "awscc.sagemaker" in found] == [str(INSTALLED.parent.parent)]
