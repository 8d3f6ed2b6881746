# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook of docs/examples and the guides is run; shadow_test.yml, the longest, by the demo (test_demo.py)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests import demo
from tests.emulator.server import EmulatorServer
from tests.environment import REGION, ROOT, emulator_environment
from tests.integration.runner import ansible
from tests.thorough import THOROUGH
from tests.unit.docs.guides import GUIDES, Block, blocks, playbooks

EXAMPLES = ROOT / "docs" / "examples"
# Run with one start of Ansible, in this order.
TOGETHER = ("report.yml", "tag_many.yml", "stop_and_promote.yml")
CLI = "guide_from_aws_cli"


def test_every_example_is_run() -> None:
    assert {path.name for path in EXAMPLES.glob("*.yml")} == {*TOGETHER, demo.PLAYBOOK.name}


if THOROUGH:  # many seconds of Ansible's own; the unit tests hold what the tasks give against the modules

    def test_the_examples_report_tag_and_promote(tmp_path: Path) -> None:
        soon, later = (datetime.now(timezone.utc) + timedelta(hours=hours) for hours in (2, 200))
        with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05, check_references=False) as server:
            for name, status, end in (
                ("checkout-v1", "Completed", soon),
                ("checkout-v2", "Running", soon),
                ("search", "Running", later),
            ):
                schedule = {"EndTime": end.isoformat(timespec="seconds")}
                server.put_experiment(REGION, {"Name": name, "Schedule": schedule}, status=status, tags={"theirs": "x"})
            # Twice: the second time there is nothing to do.
            playbooks = [str(EXAMPLES / name) for name in TOGETHER * 2]
            said = ansible(server, "ansible-playbook", *playbooks, "-e", "promote=true", cwd=tmp_path)
            assert server.writes() == ["UpdateResource"] * 3
            tags = {name: server.experiment(name, REGION)["tags"] for name in ("checkout-v1", "search")}
            assert server.experiment("checkout-v2", REGION)["fate"] == {"production": "Remove", "shadow": "Promote"}
        assert tags == {
            "checkout-v1": {"theirs": "x", "team": "checkout", "cost-centre": "4711"},
            "search": {"theirs": "x"},
        }
        told = ["checkout-v2 on ", "Ending within 24 hours are checkout-v2.", "checkout-v2 has been stopped."]
        told += ["2 of 2 experiments needed the tags: checkout-v1, checkout-v2."]
        told += ["0 of 2 experiments needed the tags: none.", "checkout-v2 was over before. It is Completed."]
        assert [words for words in told if words not in said] == [], said
        assert [words for words in ("checkout-v1 on ", "WARNING") if words in said] == [], said

    @pytest.mark.parametrize(
        ("arguments", "status", "variant_actions"),
        [
            pytest.param([], "Running", None, id="without a decision"),
            pytest.param(["-e", "promote=false"], "Running", None, id="promote is false"),
            pytest.param(
                ["-e", "promote=true"], "Completed", {"production": "Remove", "shadow": "Promote"}, id="promote is true"
            ),
        ],
    )
    def test_readme_playbook_promotes_only_if_promote_is_true(
        arguments: list[str], status: str, variant_actions: dict[str, str] | None, tmp_path: Path
    ) -> None:
        (text,) = re.findall(r"```yaml\n(- .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        playbook = tmp_path / "readme.yml"
        playbook.write_text(text, encoding="utf-8")
        with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
            server.seed(REGION)
            ansible(server, "ansible-playbook", str(playbook), *arguments, cwd=tmp_path)
            experiment = server.experiment("test-model-b", REGION)
        assert experiment["status"] == status
        assert experiment["fate"] == variant_actions

    @pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide != CLI and playbooks(guide)])
    def test_the_playbooks_of_a_guide_run_one_after_the_other(guide: str, tmp_path: Path) -> None:
        plays = [_file(tmp_path, block) for block in playbooks(guide)]
        with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
            server.seed(REGION)
            ansible(server, "ansible-playbook", *plays, cwd=tmp_path)

    def test_after_a_command_of_the_aws_cli_the_task_beside_it_finds_nothing_left_to_do(tmp_path: Path) -> None:
        before = ""
        with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
            server.seed(REGION)
            for block in blocks(CLI, "bash", "sh", "yaml"):
                written = len(server.writes())
                if block.language == "yaml":
                    ansible(server, "ansible-playbook", _file(tmp_path, block), cwd=tmp_path)
                    # What is in sh, the emulator does not know.
                    assert len(server.writes()) - written == (before == "sh"), block.text
                elif block.language == "bash":
                    _shell(server, block, cwd=tmp_path)
                before = block.language
            assert server.writes() == ["CreateResource", "UpdateResource", "UpdateResource", "DeleteResource"]


def _file(folder: Path, block: Block) -> str:
    """Save a playbook under the name in its first line."""
    path = folder / block.name
    path.write_text(block.text, encoding="utf-8")
    return str(path)


def _shell(server: EmulatorServer, block: Block, *, cwd: Path) -> None:
    environment = emulator_environment(server.endpoint_url)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    shell = ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", block.text]
    done = subprocess.run(shell, cwd=cwd, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
