"""The playbooks for AWX, launched as AWX does: survey, credential, check mode, events, artifacts, cancellation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.emulator.seed import Seed, shadow_mode_config
from tests.emulator.server import EmulatorServer
from tests.support.awx import PLAYBOOKS, Awx, Job
from tests.support.environment import REGION, ROOT
from tests.support.playbooks import write_playbook

NAME = "checkout-v2"
START, STOP = PLAYBOOKS / "start.yml", PLAYBOOKS / "stop.yml"
PROMOTE = PLAYBOOKS.parent / "promote_if_better.yml"
START_TASK, STOP_TASK = "Create the shadow test and wait until it is running", "Stop the shadow test"
KEY, SECRET = "AKIAJOBS", "a-secret-of-the-credential"
POLL = {"poll_seconds": 1}
slow = pytest.mark.slow(reason="each job starts ansible-runner and Ansible")


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    with EmulatorServer(operation_seconds=1.5, transition_seconds=0.5) as server:
        yield server


@pytest.fixture
def seed(server: EmulatorServer) -> Seed:
    return server.seed(REGION, name="checkout")


@pytest.fixture
def awx(server: EmulatorServer, tmp_path: Path) -> Iterator[Awx]:
    credential = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": server.endpoint_url}
    awx = Awx(tmp_path, credential)
    yield awx
    awx.kill_remaining_processes()


def _survey(playbook: Path) -> list[dict[str, Any]]:
    spec: list[dict[str, Any]] = json.loads((PLAYBOOKS / f"{playbook.stem}_survey.json").read_text())["spec"]
    return spec


def _answers(playbook: Path, **answers: Any) -> dict[str, Any]:
    """Return the variables of a survey with these answers, and the defaults for the other questions."""
    defaults = {question["variable"]: question["default"] for question in _survey(playbook)}
    assert set(answers) <= set(defaults)
    return {**defaults, **answers}


def _start(seed: Seed) -> dict[str, Any]:
    models = {"production_model": seed.production_model, "shadow_model": seed.shadow_model}
    where = {"endpoint_name": seed.endpoint_name, "role_arn": seed.role_arn}
    return {**_answers(START, experiment_name=NAME, **models, **where), **POLL}


def _credential(**inputs: str) -> dict[str, str]:
    """Return the variables of a credential of the type in the examples. Omitted inputs are empty."""
    described = yaml.safe_load((PLAYBOOKS / "credential_type.yml").read_text(encoding="utf-8"))
    fields = {field["id"]: "" for field in described["inputs"]["fields"]}
    assert set(described["inputs"]["required"]) <= set(inputs) <= set(fields)
    filled = {**fields, **inputs}
    injected: dict[str, str] = described["injectors"]["env"]
    return {name: re.sub(r"{{ (\w+) }}", lambda found: filled[found[1]], text) for name, text in injected.items()}


def test_check_job_shows_planned_create_and_writes_nothing(server: EmulatorServer, seed: Seed, tmp_path: Path) -> None:
    credential = _credential(access_key=KEY, secret_key=SECRET, region=REGION)
    awx = Awx(tmp_path, {**credential, "AWS_ENDPOINT_URL": server.endpoint_url})
    job = awx.launch(START, _start(seed), job_type="check")
    assert job.status == "successful", job.stdout
    result = job.result(START_TASK)
    assert result["changed"]
    assert [(done["operation"], done["operation_status"]) for done in result["operations"]] == [("create", "PLANNED")]
    assert result["diff"]["before"] == {}
    assert result["diff"]["after"]["endpoint_name"] == seed.endpoint_name
    assert job.artifacts["experiment_status"] == "Running"
    assert server.calls() == ["GetResource"]
    assert {record.access_key for record in server.log} == {KEY}


@slow
def test_job_after_cancelled_job_passes_artifacts_to_next_job(awx: Awx, server: EmulatorServer, seed: Seed) -> None:
    cancelled = awx.launch(START, _start(seed), cancel_when=lambda: "CreateResource" in server.calls())
    assert cancelled.status == "canceled"
    assert cancelled.of_kind("runner_on_ok") == []

    started = awx.launch(START, _start(seed))
    assert started.status == "successful", started.stdout
    assert server.writes() == ["CreateResource"]
    assert server.experiment(NAME, REGION)["status"] == "Running"
    assert started.artifacts == {
        "region": REGION,
        "experiment_name": NAME,
        "experiment_arn": server.experiment(NAME, REGION)["arn"],
        "experiment_status": "Running",
    }

    decision = _answers(STOP, decision="promote", reason="{{ it }} agrees")
    ended = awx.launch(STOP, {**decision, **started.artifacts, **POLL})
    assert ended.status == "successful", ended.stdout
    result = ended.result(STOP_TASK)
    assert result["changed"]
    assert [(done["operation"], done["operation_status"]) for done in result["operations"]] == [("update", "SUCCESS")]
    assert (result["diff"]["before"]["status"], result["diff"]["after"]["status"]) == ("Running", "Completed")
    experiment = server.experiment(NAME, REGION)
    assert experiment["fate"] == {"production": "Remove", "shadow": "Promote"}
    assert experiment["stop"]["reason"] == "{{ it }} agrees"
    # Each poll has a line and an event, without secrets.
    polls = ended.of_kind("runner_on_async_poll")
    assert [(poll["res"]["started"], poll["res"]["finished"]) for poll in polls][:1] == [(1, 0)]
    assert "ASYNC POLL on localhost" in ended.stdout
    assert SECRET not in json.dumps([*cancelled.events, *started.events, *ended.events])


def test_guide_names_each_file_and_shows_parts_of_files_only() -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "guide_awx.rst").read_text(encoding="utf-8")
    assert [path.name for path in PLAYBOOKS.iterdir() if f"``{path.name}``" not in guide] == []
    blocks = re.findall(r"\.\. code-block:: (?:yaml|json)\n\n((?:    .*\n|\n)+)", guide)
    assert blocks
    files = [_unindented(path.read_text(encoding="utf-8")) for path in PLAYBOOKS.iterdir()]
    assert [block for block in blocks if not any(_unindented(block) in file for file in files)] == []


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())


QUESTION = {"variable", "question_name", "question_description", "type", "default", "required"}


@pytest.mark.parametrize("survey_file", sorted(PLAYBOOKS.glob("*_survey.json")), ids=lambda path: path.stem)
def test_survey_has_format_of_awx(survey_file: Path) -> None:
    survey = json.loads(survey_file.read_text(encoding="utf-8"))
    assert set(survey) == {"name", "description", "spec"}
    for question in survey["spec"]:
        by_type = {"multiplechoice": {"choices"}}.get(question["type"], {"min", "max"})
        assert set(question) == QUESTION | by_type
        assert question["type"] in ("text", "integer", "float", "multiplechoice")
        if question["type"] == "multiplechoice":
            assert question["default"] in question["choices"]
        elif question["type"] in ("integer", "float"):
            assert question["min"] <= question["default"] <= question["max"]
        else:
            assert question["default"] == ""


@pytest.mark.parametrize("playbook", [START, STOP], ids=["start", "stop"])
def test_survey_asks_for_undefined_variables_of_playbook(playbook: Path) -> None:
    (play,) = yaml.safe_load(playbook.read_text(encoding="utf-8"))
    used = set(re.findall(r"{{ (?:decisions\[)?(\w+)", json.dumps(play))) - {"started", "stopped", "ansible_check_mode"}
    asked = {question["variable"] for question in _survey(playbook)}
    assert used - set(play["vars"]) <= asked <= used


def test_survey_of_promotion_has_defaults_of_playbook() -> None:
    (play,) = yaml.safe_load(PROMOTE.read_text(encoding="utf-8"))
    defaults = {**_answers(PROMOTE), "experiment_name": play["vars"]["experiment_name"]}
    assert defaults == {name: play["vars"][name] for name in defaults}


def _controller(task: str) -> list[dict[str, Any]]:
    """Return the loop of a task of controller.yml."""
    (play,) = yaml.safe_load((PLAYBOOKS / "controller.yml").read_text(encoding="utf-8").replace("!unsafe", ""))
    (found,) = (each["loop"] for each in play["tasks"] if each["name"].startswith(task))
    return list(found)


@slow
def test_workflow_promotes_after_check_job_and_approval_if_limits_are_met(
    awx: Awx, server: EmulatorServer, seed: Seed
) -> None:
    templates = {template["name"]: template for template in _controller("Create the job templates")}
    nodes = {node["identifier"]: node for node in _controller("Create the nodes of the workflow")}
    assert (nodes["measure"]["success"], nodes["approve"]["success"]) == (["approve"], ["promote"])
    assert set(nodes["approve"]["approval"]) == {"name", "timeout"}

    def launch(identifier: str) -> Job:
        node = nodes[identifier]
        template = templates[node["template"]]
        assert (template["playbook"], template["survey"]) == (PROMOTE.name, f"{PROMOTE.stem}_survey.json")
        answers = _answers(PROMOTE, experiment_name=NAME)
        return awx.launch(PROMOTE, {**template["extra_vars"], **answers}, job_type=node["job_type"])

    start = {"StartTime": (server.clock.now() - timedelta(days=1)).isoformat()}
    server.put_experiment(REGION, seed.properties(NAME, ShadowModeConfig=shadow_mode_config(100), Schedule=start))
    failed = launch("measure")
    assert failed.status == "failed"
    assert "wait (not met: invocations, error rate, p99 latency)" in failed.stdout

    server.traffic(seed.endpoint_name, invocations_per_minute=600, start=start["StartTime"])
    measured = launch("measure")
    assert measured.status == "successful", measured.stdout
    assert server.writes() == []
    promoted = launch("promote")
    assert promoted.status == "successful", promoted.stdout
    assert server.experiment(NAME, REGION)["serving"] == seed.shadow_model


@slow
@pytest.mark.parametrize(("timeout", "status"), [(0, "canceled"), (3, "timeout")])
def test_background_task_of_ended_job_and_next_job_create_once(
    awx: Awx, server: EmulatorServer, seed: Seed, timeout: int, status: str
) -> None:
    server.settings.operation_seconds = 8
    cancel_when = (lambda: False) if timeout else (lambda: "CreateResource" in server.calls())
    first = awx.launch(START, _start(seed), cancel_when=cancel_when, removes_container=False, timeout=timeout)
    assert first.status == status
    second = awx.launch(START, _start(seed))
    assert second.status == "successful", second.stdout
    effects = [effect for accepted in server.operations(REGION) for effect in accepted.effects]
    assert effects == ["create"]
    assert server.experiment(NAME, REGION)["status"] == "Running"


@slow
def test_slices_of_job_update_all_hosts(server: EmulatorServer, tmp_path: Path) -> None:
    hosts = ["us-east-1", "eu-west-1", "us-west-2", "ap-southeast-2"]
    for host in hosts:
        server.put_experiment(host, {"Name": NAME})
    (tmp_path / "project").mkdir()
    playbook = tmp_path / "project" / "describe.yml"
    write_playbook(
        playbook,
        hosts="all",
        module_defaults={"group/awscc.sagemaker.aws": {"region": "{{ inventory_hostname }}"}},
        tasks=[{"awscc.sagemaker.inference_experiment": {"name": NAME, "description": "{{ text }}"}}],
    )
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": server.endpoint_url}
    for number in range(2):
        awx = Awx(tmp_path / f"slice_{number}", keys, hosts=hosts[number::2])
        job = awx.launch(playbook, {"text": f"slice {number}"})
        assert job.status == "successful", job.stdout
    found = [server.experiment(NAME, host)["properties"]["Description"] for host in hosts]
    assert found == ["slice 0", "slice 1"] * 2
    assert server.writes() == ["UpdateResource"] * 4
