"""Run each integration target with ansible-playbook over HTTP, against an emulator of its own.

A target is a role in the layout of ansible-test. Other targets use those with the prefix setup_.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION, ROOT
from tests.support.playbooks import TARGETS, ansible, write_playbook

MODULE = "awscc.sagemaker.inference_experiment"


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(operation_seconds=0.1, transition_seconds=0.1) as server:
        yield server


# Read this test first. The targets and the other tests run more such playbooks.
def test_playbook_updates_description_once(server: EmulatorServer, tmp_path: Path) -> None:
    server.put_experiment("us-east-1", {"Name": "checkout", "Description": "Old"})
    task = {"name": "checkout", "region": "us-east-1", "description": "New"}
    playbook = tmp_path / "playbook.json"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [{MODULE: task}] * 2}]))

    output = ansible(server, "ansible-playbook", str(playbook), cwd=tmp_path)

    assert "ok=2    changed=1" in output
    (update,) = [record for record in server.log if record.write]
    assert (update.operation, update.request["Identifier"]) == ("UpdateResource", "checkout")
    assert json.loads(update.request["PatchDocument"]) == [{"op": "replace", "path": "/Description", "value": "New"}]
    assert server.experiment("checkout")["properties"]["Description"] == "New"


SLOW = {f"inference_experiment_{name}" for name in ("connection", "credentials", "info", "metrics_info", "values")}
LIVE = "inference_experiment_live"
NAMES = {path.parent.name for path in TARGETS.glob("*/tasks") if not path.parent.name.startswith("setup_")} - {LIVE}
slow = pytest.mark.slow(reason="Ansible needs a second for each task")


# Takes seconds: Ansible starts a process for each task, which imports boto3.
@pytest.mark.parametrize("target", [pytest.param(name, marks=[slow] * (name in SLOW)) for name in sorted(NAMES)])
def test_target_succeeds(target: str, server: EmulatorServer, tmp_path: Path) -> None:
    play = {"vars": {"emulator_url": server.endpoint_url}, "roles": [target], "module_defaults": {}}
    ansible(server, "ansible-playbook", write_playbook(tmp_path / f"{target}.json", **play), cwd=tmp_path)


# The values of the README, and the variables of the target.
VARIABLES = {
    "test-model-b": "live_name",
    "arn:aws:iam::123456789012:role/demo-sagemaker": "live_role_arn",
    "demo-endpoint": "live_endpoint_name",
    "demo-model-a": "live_production_model",
    "demo-model-b": "live_shadow_model",
}


def test_live_target_has_tasks_of_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (play,) = yaml.safe_load(readme.split("```yaml\n")[1].partition("```")[0])
    text = json.dumps([{key: task[key] for key in ("name", MODULE)} for task in play["tasks"] if MODULE in task])
    for value, variable in VARIABLES.items():
        text = text.replace(f'"{value}"', json.dumps(f"{{{{ {variable} }}}}"))
    files = [yaml.safe_load((TARGETS / LIVE / "tasks" / f"{name}.yml").read_text()) for name in ("start", "promote")]
    assert [{key: task[key] for key in ("name", MODULE)} for (task,) in files] == json.loads(text)


@slow
def test_live_target_succeeds_with_credentials_of_its_configuration(server: EmulatorServer, tmp_path: Path) -> None:
    server.seed(REGION)
    credentials = {"aws_access_key": "testing", "aws_secret_key": "testing", "security_token": None}
    values = {variable: value for value, variable in VARIABLES.items() if variable != "live_name"}
    config = {**credentials, **values, "aws_region": REGION, "resource_prefix": "ansible-test"}
    playbook = write_playbook(tmp_path / "live.json", roles=[LIVE], module_defaults={})
    removed = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    arguments = [playbook, "--extra-vars", json.dumps(config)]
    output = ansible(server, "ansible-playbook", *arguments, cwd=tmp_path, variables=removed)
    assert "failed=0" in output
    assert server.writes() == ["CreateResource", "UpdateResource", "DeleteResource"]
