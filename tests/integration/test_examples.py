"""Run each playbook of docs/examples, of README and of the guides. The demo runs shadow_test.yml (test_demo.py)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.emulator.seed import ACCOUNT_ID, Seed
from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION, ROOT, emulator_environment
from tests.support.playbooks import ansible
from tools.demo import STEPS
from tools.generated_docs.guides import GUIDES, Block, blocks, playbooks

EXAMPLES = ROOT / "docs" / "examples"
RUN_HERE = {"minimal.yml", "report.yml", "stop_and_promote.yml", "tag_many.yml"}
CLI = "guide_from_aws_cli"


def test_tests_and_demo_run_each_example() -> None:
    in_demo = {part.rpartition("/")[2] for step in STEPS for part in step.command.split() if part.endswith(".yml")}
    assert {path.name for path in EXAMPLES.glob("*.yml")} == RUN_HERE | in_demo


def _create_operator(server: EmulatorServer, seed: Seed) -> dict[str, str]:
    """Create a user with the policy docs/iam/operator.json for the role of the seed. Return the user's credentials."""
    iam, name = server.client("iam"), "operator"
    policy = (ROOT / "docs" / "iam" / "operator.json").read_text(encoding="utf-8")
    example = f"arn:aws:iam::{ACCOUNT_ID}:role/sagemaker-experiments"
    assert example in policy
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policy.replace(example, seed.role_arn))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


slow = pytest.mark.slow(reason="Ansible needs a second for each task, and unit tests check the options of the tasks")


@slow
def test_minimal_playbook_starts_test_and_second_run_changes_nothing(tmp_path: Path) -> None:
    with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
        server.seed(REGION)
        ansible(server, "ansible-playbook", *[str(EXAMPLES / "minimal.yml")] * 2, cwd=tmp_path)
        assert server.writes() == ["CreateResource"]
        assert server.experiment("test-model-b", REGION)["status"] == "Running"


@slow
@pytest.mark.parametrize(
    ("promote", "status", "variant_actions"),
    [
        ("true", "Completed", {"production": "Remove", "shadow": "Promote"}),
        ("false", "Cancelled", {"production": "Retain", "shadow": "Remove"}),
    ],
)
def test_stop_and_promote_stops_once_with_operator_policy(
    promote: str, status: str, variant_actions: dict[str, str], tmp_path: Path
) -> None:
    playbooks = [str(EXAMPLES / name) for name in ("minimal.yml", *["stop_and_promote.yml"] * 2)]
    with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05, enforce_iam=True) as server:
        operator = _create_operator(server, server.seed(REGION))
        arguments = ["-e", f"promote={promote}"]
        printed = ansible(server, "ansible-playbook", *playbooks, *arguments, cwd=tmp_path, variables=operator)
        assert server.writes() == ["CreateResource", "UpdateResource"]
        experiment = server.experiment("test-model-b", REGION)
    assert experiment["status"] == status
    assert experiment["fate"] == variant_actions
    assert f"the status was already {status}, the variants are unchanged" in printed


@slow
def test_fleet_is_created_by_declarations_and_its_drift_is_reported(tmp_path: Path) -> None:
    apply, drift = (str(EXAMPLES / "fleet" / name) for name in ("apply.yml", "drift.yml"))
    with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
        server.seed(REGION)
        printed = ansible(server, "ansible-playbook", apply, drift, cwd=tmp_path)
        assert "All 2 experiments match their declarations." in printed
        server.put_experiment(REGION, {"Name": "checkout-v1"}, status="Running")
        with pytest.raises(pytest.fail.Exception, match="1 of 2 experiments differ") as failure:
            ansible(server, "ansible-playbook", drift, cwd=tmp_path)
        assert server.writes() == ["CreateResource"]
    assert "(item=checkout-v1: delete)" in str(failure.value)


@slow
def test_report_and_tag_many_select_experiments_by_name(tmp_path: Path) -> None:
    soon, later = (datetime.now(timezone.utc) + timedelta(hours=hours) for hours in (2, 200))
    with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05, check_references=False) as server:
        for name, status, end in (
            ("model-b-1", "Completed", soon),
            ("model-b-2", "Running", soon),
            ("search", "Running", later),
        ):
            schedule = {"EndTime": end.isoformat(timespec="seconds")}
            server.put_experiment(REGION, {"Name": name, "Schedule": schedule}, status=status, tags={"theirs": "x"})
        playbooks = [str(EXAMPLES / name) for name in ("report.yml", *["tag_many.yml"] * 2)]
        printed = ansible(server, "ansible-playbook", *playbooks, cwd=tmp_path)
        assert server.writes() == ["UpdateResource"] * 2
        tags = {name: server.experiment(name, REGION)["tags"] for name in ("model-b-1", "search")}
    assert tags == {
        "model-b-1": {"theirs": "x", "team": "demo", "cost-centre": "4711"},
        "search": {"theirs": "x"},
    }
    expected = [
        "(item=model-b-2)",
        "(item=search)",
        "Ending within 24 hours: model-b-2",
        "Changed 2 of 2 experiments: model-b-1, model-b-2",
        "Changed 0 of 2 experiments: none",
    ]
    assert [text for text in expected if text not in printed] == [], printed
    assert [text for text in ("Completed on endpoint", "WARNING") if text in printed] == [], printed


@slow
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


@slow
@pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide != CLI and playbooks(guide)])
def test_playbooks_of_guide_succeed_in_order(guide: str, tmp_path: Path) -> None:
    plays = [_file(tmp_path, block) for block in playbooks(guide)]
    with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
        server.seed(REGION)
        ansible(server, "ansible-playbook", *plays, cwd=tmp_path)


@slow
def test_task_after_same_aws_cli_command_changes_nothing(tmp_path: Path) -> None:
    before = ""
    with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
        server.seed(REGION)
        for block in blocks(CLI, "bash", "sh", "yaml"):
            written = len(server.writes())
            if block.language == "yaml":
                ansible(server, "ansible-playbook", _file(tmp_path, block), cwd=tmp_path)
                # The emulator does not support the commands in sh blocks, so the task makes the write.
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
