"""Run each playbook of docs/examples, of README and of the guides. The demo runs shadow_test.yml (test_demo.py)."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.clock import ManualClock
from tests.emulator.seed import ACCOUNT_ID, Seed, shadow_mode_config
from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION, ROOT, emulator_environment
from tests.support.playbooks import ansible
from tools.demo import STEPS
from tools.generated_docs.guides import GUIDES, Block, blocks, playbooks

EXAMPLES = ROOT / "docs" / "examples"
RUN_HERE = {"minimal.yml", "report.yml", "stop_and_promote.yml", "tag_many.yml"}
CLI, RUN = "guide_from_aws_cli", "guide_run_a_test"
HOUR = 3600


def test_tests_and_demo_run_each_example() -> None:
    in_demo = {part.rpartition("/")[2] for step in STEPS for part in step.command.split() if part.endswith(".yml")}
    assert {path.name for path in EXAMPLES.glob("*.yml")} == RUN_HERE | in_demo


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(operation_seconds=0.05, transition_seconds=0.05) as server:
        server.seed(REGION)
        yield server


def _create_user(server: EmulatorServer, seed: Seed, *policies: str) -> dict[str, str]:
    """Create a user with policies of docs/iam, for the role of the seed, and enforce them. Return the credentials."""
    server.settings.enforce_iam = True
    iam = server.client("iam")
    example = f"arn:aws:iam::{ACCOUNT_ID}:role/sagemaker-experiments"
    iam.create_user(UserName="operator")
    for name in policies:
        policy = (ROOT / "docs" / "iam" / f"{name}.json").read_text(encoding="utf-8").replace(example, seed.role_arn)
        iam.put_user_policy(UserName="operator", PolicyName=name, PolicyDocument=policy)
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


slow = pytest.mark.slow(reason="Ansible needs a second for each task, and unit tests check the options of the tasks")


@slow
def test_minimal_playbook_starts_test_and_second_run_changes_nothing(server: EmulatorServer, tmp_path: Path) -> None:
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
    promote: str, status: str, variant_actions: dict[str, str], server: EmulatorServer, tmp_path: Path
) -> None:
    playbooks = [str(EXAMPLES / name) for name in ("minimal.yml", *["stop_and_promote.yml"] * 2)]
    operator = _create_user(server, server.seed(REGION), "operator")
    arguments = ["-e", f"promote={promote}", "-e", "experiment_name=other"]
    printed = ansible(server, "ansible-playbook", *playbooks, *arguments, cwd=tmp_path, variables=operator)
    assert server.writes() == ["CreateResource", "UpdateResource"]
    experiment = server.experiment("other", REGION)
    assert experiment["status"] == status
    assert experiment["fate"] == variant_actions
    assert f"the status was already {status}, the variants are unchanged" in printed


@slow
def test_fleet_is_created_by_declarations_and_its_drift_is_reported(server: EmulatorServer, tmp_path: Path) -> None:
    apply, drift = (str(EXAMPLES / "fleet" / name) for name in ("apply.yml", "drift.yml"))
    planned = ansible(server, "ansible-playbook", "--check", "--diff", apply, cwd=tmp_path)
    assert '+    "name": "checkout-v2"' in planned
    printed = ansible(server, "ansible-playbook", apply, drift, cwd=tmp_path)
    assert "All 2 experiments match their declarations." in printed
    server.put_experiment(REGION, {"Name": "checkout-v1"}, status="Running")
    with pytest.raises(pytest.fail.Exception, match="1 of 2 experiments differ") as failure:
        ansible(server, "ansible-playbook", drift, cwd=tmp_path)
    assert server.writes() == ["CreateResource"]
    assert "(item=checkout-v1: delete)" in str(failure.value)


TEST = "test-model-b"


def _put(server: EmulatorServer, seed: Seed, percentage: int, status: str = "Running", **variants: Any) -> None:
    """Put a test that started a day ago, and has had 600 requests a minute since then, if variants are set."""
    start = server.clock.now() + timedelta(days=1 if status == "Created" else -1)
    schedule = {"StartTime": start.isoformat(), "EndTime": (start + timedelta(days=7)).isoformat()}
    config = shadow_mode_config(percentage)
    server.put_experiment(REGION, seed.properties(TEST, Schedule=schedule, ShadowModeConfig=config), status=status)
    if variants:
        server.traffic(seed.endpoint_name, invocations_per_minute=600, variants=variants, start=start)


def _play(server: EmulatorServer, playbook: str, user: dict[str, str], *arguments: str, fails: str = "") -> str:
    """Run an example with ansible-playbook. Return its output. If `fails` is set, it must fail with this text."""
    command = ("ansible-playbook", str(EXAMPLES / playbook), *arguments)
    if not fails:
        return ansible(server, *command, cwd=EXAMPLES, variables=user)
    with pytest.raises(pytest.fail.Exception, match=re.escape(fails)) as failure:
        ansible(server, *command, cwd=EXAMPLES, variables=user)
    return str(failure.value)


@slow
def test_promote_if_better_promotes_once_and_is_safe_in_each_status(server: EmulatorServer) -> None:
    seed = server.seed(REGION)
    user = _create_user(server, seed, "operator", "metrics")
    play = functools.partial(_play, server, "promote_if_better.yml", user)
    play(fails="Inference experiment with name test-model-b does not exist")
    _put(server, seed, 100, status="Created")
    assert "none (the test is Created)" in play()
    _put(server, seed, 100)
    strict = ("-e", "fail_unless_promoted=true")
    play(*strict, fails="not promoted: wait (not met: invocations, error rate, p99 latency)")
    _put(server, seed, 100, production={}, shadow={})
    shown = play("--check", *strict)
    assert ["promote (all limits are met)" in shown, "demo-model-a (check mode: not changed)" in shown] == [True, True]
    assert server.writes() == []
    assert 'demo-endpoint serves: demo-model-b"' in play(*strict)
    shown = play(*strict)
    assert ["none (the test is Completed)" in shown, "demo-endpoint serves: demo-model-b" in shown] == [True, True]
    assert server.writes() == ["UpdateResource"]


@slow
def test_promote_if_better_fails_if_another_caller_stops_the_test_first(server: EmulatorServer) -> None:
    seed = server.seed(REGION)
    user = _create_user(server, seed, "operator", "metrics")
    _put(server, seed, 100, production={}, shadow={})

    def stop() -> None:
        actions = {"production": "Retain", "shadow": "Remove"}
        server.client("sagemaker", REGION).stop_inference_experiment(Name=TEST, ModelVariantActions=actions)

    server.on_answer("GetMetricData", stop)
    _play(server, "promote_if_better.yml", user, fails="The model demo-model-b does not answer the requests")
    assert server.experiment(TEST, REGION)["serving"] == seed.production_model


@slow
def test_ramp_up_stops_at_limit_and_continues_with_current_percentage(server: EmulatorServer) -> None:
    seed = server.seed(REGION)
    user = _create_user(server, seed, "operator", "metrics")
    play = functools.partial(_play, server, "ramp_up.yml", user, "-e", "step_minutes=0")
    play(fails="test-model-b is missing")
    _put(server, seed, 30, production={}, shadow={"model_error_rate": 0.02})
    server.clock.advance(HOUR)
    assert "30 %: 10," in play("--check", "-e", "max_error_rate=0.03")
    play(fails="test-model-b stays at 30 %: a limit is not met.")
    assert server.writes() == []
    # There is no request since the first step.
    assert "50 %: 0 requests" in play("-e", "max_error_rate=0.03")
    server.clock.advance(HOUR)
    assert "test-model-b has 100 % since" in play("-e", "max_error_rate=0.03")
    assert "test-model-b has 100 % since" in play()
    assert server.writes() == ["UpdateResource"] * 2


@slow
def test_report_and_tag_many_select_experiments_by_name(server: EmulatorServer, tmp_path: Path) -> None:
    soon, later = (datetime.now(timezone.utc) + timedelta(hours=hours) for hours in (2, 200))
    server.settings.check_references = False
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
        pytest.param(
            ["-e", "promote=true"], "Completed", {"production": "Remove", "shadow": "Promote"}, id="promote is true"
        ),
    ],
)
def test_readme_playbook_promotes_only_if_promote_is_true(
    arguments: list[str], status: str, variant_actions: dict[str, str] | None, server: EmulatorServer, tmp_path: Path
) -> None:
    (text,) = re.findall(r"```yaml\n(- .*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    playbook = tmp_path / "readme.yml"
    playbook.write_text(text, encoding="utf-8")
    ansible(server, "ansible-playbook", str(playbook), *arguments, cwd=tmp_path)
    experiment = server.experiment("test-model-b", REGION)
    assert experiment["status"] == status
    assert experiment["fate"] == variant_actions


@slow
@pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide != CLI and playbooks(guide)])
def test_playbooks_of_guide_succeed_in_order(guide: str, server: EmulatorServer, tmp_path: Path) -> None:
    plays = [_file(tmp_path, block) for block in playbooks(guide)]
    ansible(server, "ansible-playbook", *plays, cwd=tmp_path)


@slow
def test_commands_of_guide_promote_one_test_and_reject_another() -> None:
    commands = [
        command.strip()
        for block in blocks(RUN, "console")
        for command in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    ]
    (table,) = blocks(RUN, "text")
    serving, printed = [], ""
    with EmulatorServer(clock=ManualClock(), operation_seconds=0, transition_seconds=0) as server:
        server.seed(REGION)
        for command in commands:
            text = command.replace("curl", "curl --fail --silent --show-error --noproxy '*'")
            printed += _shell(server, Block("bash", text), cwd=EXAMPLES)
            if command.startswith("ansible-playbook promote_if_better.yml"):
                serving.append(server.experiment(TEST, REGION)["serving"])
    assert serving == ["demo-model-b", "demo-model-a"]
    assert [line for line in table.text.splitlines() if line and line not in printed] == []
    assert '"status_reason": "promote_if_better.yml: promote (all limits are met)"' in printed
    assert "Decision for demo-model-b: reject (error rate 0.0400 above 0.01)" in printed


@slow
def test_task_after_same_aws_cli_command_changes_nothing(server: EmulatorServer, tmp_path: Path) -> None:
    before = ""
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


def _shell(server: EmulatorServer, block: Block, *, cwd: Path) -> str:
    """Run a command in the shell. Return its output."""
    environment = emulator_environment(server.endpoint_url)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    shell = ["/usr/bin/env", "bash", "-euo", "pipefail", "-c", block.text]
    done = subprocess.run(shell, cwd=cwd, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return done.stdout.decode()
