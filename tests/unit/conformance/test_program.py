"""`make conformance`, and the page of the facts. An emulator over HTTP takes the place of AWS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.__main__ import main
from tests.conformance.account import TAG, Account, Time
from tests.conformance.contradictions import CONTRADICTIONS
from tests.conformance.facts import FACTS
from tests.emulator.seed import Seed
from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION, ROOT, emulator_environment
from tools.generated_docs import facts as page

CREATE = "create_ignores_desired_state_and_reason"
STOP = "stop_with_shadow_variant_promotes_shadow"
LOCAL = "request_expires_after_7_days"


def results(folder: Path) -> dict[str, Any]:
    """Return the content of the result file in a folder."""
    (file,) = folder.glob("*.json")
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


# the emulator


def test_result_file_has_facts_and_versions(tmp_path: Path) -> None:
    assert main(["--facts", f"{LOCAL},{CREATE}"], folder=tmp_path) == 0
    found = results(tmp_path)
    assert [each["fact"] for each in found["facts"]] == [LOCAL, CREATE]
    assert {"fact", "expected", "observed", "holds", "seconds"} == set(found["facts"][0])
    assert (found["target"], sorted(found["versions"])) == ("emulator", ["boto3", "botocore", "commit", "python"])


def test_contradicted_fact_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "get_of_missing_resource_raises_resource_not_found"
    assert main(["--facts", name, "--contradict", name], folder=tmp_path) == 1
    assert f'{FACTS[name].sentence}\n        expected: "ResourceNotFoundException"' in capsys.readouterr().out


def test_missing_contradiction_is_rejected(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delitem(CONTRADICTIONS, CREATE)
    with pytest.raises(SystemExit, match="2"):
        main(["--contradict", CREATE])
    assert f"CONTRADICTIONS in tests/conformance/contradictions.py has no {CREATE}." in capsys.readouterr().err


# AWS


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmulatorServer]:
    """An emulator that takes the place of AWS: all boto3 clients that read the environment call it."""
    with EmulatorServer(operation_seconds=1, transition_seconds=10, start_callback_seconds=5) as server:
        server.seed(REGION)
        for name, value in emulator_environment(server.endpoint_url).items():
            monkeypatch.setenv(name, value)
        yield server


class Aws:
    """Run `make conformance AWS=1` in this process."""

    def __init__(self, server: EmulatorServer, folder: Path) -> None:
        self.server, self.folder, self.seed = server, folder, server.seed(REGION)
        server.clear_log()

    def run(
        self,
        *facts: str,
        answer: Callable[[str], str] = lambda _question: "yes",
        sleep: Callable[[float], None] | None = None,
        changes: Mapping[str, str] | None = None,
    ) -> int:
        seed: Seed = self.seed
        options = {
            "region": REGION,
            "role-arn": seed.role_arn,
            "endpoint": seed.endpoint_name,
            "production-model": seed.production_model,
            "shadow-model": seed.shadow_model,
            "facts": ",".join(facts),
            **(changes or {}),
        }
        clock = Time(self.server.clock.now, sleep or self.server.clock.advance)
        arguments = ["--aws", *(f"--{name}={value}" for name, value in options.items())]
        return main(arguments, clock=clock, ask=answer, folder=self.folder)

    def left(self) -> tuple[list[str], str, int]:
        """Return the experiments, the configuration of the endpoint, and the number of configurations."""
        client = self.server.client("sagemaker", REGION)
        found = client.list_inference_experiments()["InferenceExperiments"]
        endpoint = client.describe_endpoint(EndpointName=self.seed.endpoint_name)
        configs = client.list_endpoint_configs()["EndpointConfigs"]
        return [each["Name"] for each in found], endpoint["EndpointConfigName"], len(configs)

    def nothing_left(self) -> bool:
        return self.left() == ([], self.seed.endpoint_config_name, 1)


@pytest.fixture
def aws(server: EmulatorServer, tmp_path: Path) -> Aws:
    return Aws(server, tmp_path)


def test_run_without_option_aws_sends_no_request_to_aws(aws: Aws) -> None:
    command = [sys.executable, "-m", "tests.conformance", f"--facts={CREATE}", f"--region={REGION}", "--endpoint=x"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    assert aws.server.log == []


MAKE: list[Any] = [
    # arguments, environment, whether the command calls AWS
    pytest.param(["AWS=1"], {}, True, id="AWS=1"),
    pytest.param([], {"AWS": "1"}, False, id="AWS=1 in the environment"),
    pytest.param([], {"AWS_PROFILE": "default", "ENDPOINT": "x"}, False, id="credentials in the environment"),
    pytest.param(["AWS=yes"], {}, False, id="other value"),
]


@pytest.mark.parametrize(("arguments", "environment", "expected"), MAKE)
def test_make_conformance_calls_aws_only_with_argument(
    arguments: list[str], environment: dict[str, str], expected: bool
) -> None:
    command = ["make", "--dry-run", "conformance", "REGION=us-east-1", *arguments]
    printed = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)
    assert printed.returncode == 0
    assert (b"--aws" in printed.stdout) is expected


def end_of_input(_question: str) -> str:
    raise EOFError


@pytest.mark.parametrize("answer", [lambda _question: "y", end_of_input], ids=["not yes", "no input"])
def test_plan_is_printed_and_nothing_created_without_yes(
    aws: Aws, answer: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert aws.run(STOP, answer=answer) == 1
    assert aws.server.writes() == []
    printed = " ".join(capsys.readouterr().out.split())
    for words in (
        "one at a time on the endpoint demo-endpoint, with the tag awscc-conformance=",
        "one more instance of ml.m5.xlarge",
        "https://aws.amazon.com/sagemaker/pricing/",
        "about 0 h 40 min",
        "Nothing was created.",
    ):
        assert words in printed


def test_run_on_aws_tags_and_removes_experiments_and_hides_names(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    facts = [CREATE, "delete_keeps_endpoint", STOP]
    assert aws.run(*facts) == 0
    creates = [record.request for record in aws.server.log if record.operation.startswith("Create")]
    tags = [json.loads(each["DesiredState"])["Tags"] if "DesiredState" in each else each["Tags"] for each in creates]
    assert [[tag["Key"] for tag in each] for each in tags] == [[TAG], [TAG]]
    assert aws.nothing_left()
    found = results(aws.folder)
    assert (found["target"], found["region"]) == ("aws", REGION)
    assert [(each["fact"], each["holds"]) for each in found["facts"]] == [(each, True) for each in facts]
    assert [word for word in ("demo", "123456789012") if word in json.dumps(found)] == []
    assert "Everything is removed." in capsys.readouterr().out


def test_failing_check_is_reported_and_everything_removed(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.server.fault("UpdateResource", "not_json", times=9)
    assert aws.run(STOP) == 1
    assert aws.nothing_left()
    assert "KeyError: 'ProgressEvent'" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_interrupted_run_removes_everything(
    aws: Aws, number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    def sleep(seconds: float) -> None:
        # The signals during the removal are ignored.
        os.kill(os.getpid(), number)
        aws.server.clock.advance(seconds)

    assert aws.run(STOP, sleep=sleep) == 1
    assert aws.server.writes()[0] == "CreateInferenceExperiment"
    assert aws.nothing_left()
    assert "Interrupted." in capsys.readouterr().out


def test_interrupted_create_is_removed_after_its_end(aws: Aws) -> None:
    def sleep(seconds: float) -> None:
        aws.server.clock.advance(seconds)
        if aws.server.calls()[-1] == "GetResourceRequestStatus" and not aws.left()[0]:
            os.kill(os.getpid(), signal.SIGINT)

    aws.server.settings.pending_seconds = 20
    assert aws.run(CREATE, sleep=sleep) == 1
    assert aws.server.writes()[0] == "CreateResource"
    assert "DeleteInferenceExperiment" in aws.server.writes()
    assert aws.nothing_left()


def test_configuration_of_endpoint_that_cannot_be_restored_is_kept(
    aws: Aws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS does not reject the delete of a configuration that an endpoint uses."""

    def denied(account: Account) -> None:
        if account.in_service()["EndpointConfigName"] != account.original_config:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "UpdateEndpoint")

    monkeypatch.setattr(Account, "_restore_endpoint", denied)
    assert aws.run(STOP) == 1
    experiments, in_use, _number = aws.left()
    configs = aws.server.client("sagemaker", REGION).list_endpoint_configs()["EndpointConfigs"]
    assert (experiments, in_use in {each["EndpointConfigName"] for each in configs}) == ([], True)
    assert f"NOT REMOVED: endpoint configuration {in_use}: the endpoint" in capsys.readouterr().out


def test_endpoint_is_restored_if_experiments_cannot_be_listed(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.server.fault("ListInferenceExperiments", "error", code="AccessDeniedException", status=403, times=99)
    assert aws.run(STOP) == 1
    client = aws.server.client("sagemaker", REGION)
    endpoint = client.describe_endpoint(EndpointName=aws.seed.endpoint_name)
    assert endpoint["EndpointConfigName"] == aws.seed.endpoint_config_name
    assert "NOT REMOVED: experiments conformance-" in capsys.readouterr().out


def test_experiment_that_cannot_be_removed_is_named(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    denied = {"code": "AccessDeniedException", "status": 403, "times": 99}
    aws.server.fault("DeleteInferenceExperiment", "error", **denied)
    assert aws.run(CREATE) == 1
    (name,), *_rest = aws.left()
    assert f"NOT REMOVED: experiment {name}: " in capsys.readouterr().out


WRONG: list[Any] = [
    # facts, options, part of the message
    pytest.param([LOCAL], {}, f"{LOCAL} does not run on AWS: The check would take 7 days.", id="emulator only"),
    pytest.param(["none"], {}, "unknown facts: none. The facts are: unknown_type_", id="unknown fact"),
    pytest.param([], {"contradict": LOCAL}, "--contradict changes the emulator, not AWS", id="contradiction on AWS"),
    pytest.param([], {"endpoint": ""}, "--aws requires --endpoint", id="no endpoint"),
    pytest.param([], {"production-model": "x"}, "production variant, with the model x", id="other model"),
]


@pytest.mark.parametrize(("facts", "options", "message"), WRONG)
def test_wrong_option_is_rejected_before_any_write(
    aws: Aws, facts: list[str], options: dict[str, str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        assert aws.run(*facts, changes=options) == 1
    except SystemExit as error:
        assert error.code == 2  # noqa: PT017 # argparse exits, the program returns
    printed = capsys.readouterr()
    assert message in printed.out + printed.err
    assert aws.server.writes() == []


# the page


def test_page_and_readme_are_up_to_date() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run python -m tools.generated_docs"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ("No fact has been observed on AWS so far." in readme) is (not page.observations(page.RESULTS))


def test_page_shows_observations_of_result_files(tmp_path: Path) -> None:
    def write(target: str, date: str, holds: bool) -> None:
        fact = {"fact": CREATE, "expected": 1, "observed": {"Status": "Running"}, "holds": holds}
        content = json.dumps({"target": target, "date": date, "facts": [fact]})
        (tmp_path / f"{target}-{date}.json").write_text(content, encoding="utf-8")

    write("emulator", "2027-01-01", True)
    assert "No fact on this page has been observed on AWS so far." in page.page(tmp_path)
    write("aws", "2027-01-02", False)
    assert 'AWS differed on 2027-01-02: ``{"Status": "Running"}``. published source' in page.page(tmp_path)
    write("aws", "2027-01-03", True)
    shown = page.page(tmp_path)
    assert "observed on AWS on 2027-01-03. published source: resource handler" in shown
    assert f"1 of {len(FACTS)} facts have been checked on AWS." in shown
