# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook of docs/examples is run; shadow_test.yml, the longest, by the demo (test_demo.py)."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests import demo
from tests.emulator.server import EmulatorServer
from tests.environment import REGION, ROOT
from tests.integration.runner import ansible

EXAMPLES = ROOT / "docs" / "examples"
# Run with one start of Ansible, in this order.
TOGETHER = ("report.yml", "tag_many.yml", "stop_and_promote.yml")
THOROUGH = os.environ.get("THOROUGH") == "1"


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

    def test_the_playbook_of_the_readme_runs_as_it_stands(tmp_path: Path) -> None:
        (text,) = re.findall(r"```yaml\n(- .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        playbook = tmp_path / "readme.yml"
        playbook.write_text(text, encoding="utf-8")
        with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
            server.seed(REGION)
            ansible(server, "ansible-playbook", str(playbook), cwd=tmp_path)
            fate = server.experiment("b-in-the-shadow", REGION)["fate"]
        assert fate == {"production": "Remove", "shadow": "Promote"}
