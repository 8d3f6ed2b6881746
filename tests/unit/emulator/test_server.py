"""The emulator over HTTP: faults of responses, the control API and the program."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from tests.emulator import ManualClock, Seed, control_api
from tests.emulator.controls import CREDENTIALS
from tests.emulator.server import EmulatorServer
from tests.support.aws_clients import REGION, TYPE_NAME, rejected


@pytest.fixture(scope="module")
def _module_server() -> Iterator[EmulatorServer]:
    with EmulatorServer(clock=ManualClock(), operation_seconds=0, transition_seconds=0) as server:
        yield server


@pytest.fixture
def server(_module_server: EmulatorServer) -> EmulatorServer:
    _module_server.reset()
    return _module_server


@pytest.fixture
def seed(server: EmulatorServer) -> Seed:
    return server.seed(REGION)


@pytest.fixture(scope="module")
def cloudcontrol(_module_server: EmulatorServer) -> Any:
    return client(_module_server, "cloudcontrol")


def client(server: EmulatorServer, service: str, **config: Any) -> Any:
    keys: dict[str, Any] = {name.lower(): value for name, value in CREDENTIALS.items()}
    make: Any = boto3.session.Session(**keys).client
    options = Config(retries={"total_max_attempts": 1}, **config)
    return make(service, region_name=REGION, endpoint_url=server.endpoint_url, config=options)


def control(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Return the HTTP status and the JSON value of a response of the control API."""
    with closing(HTTPConnection(url.removeprefix("http://"), timeout=10)) as connection:
        connection.request(method, f"/_emulator/{path}", None if body is None else json.dumps(body))
        response = connection.getresponse()
        return response.status, json.load(response)


def read(cloudcontrol: Any, name: str = "test") -> Any:
    found = cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier=name)
    return json.loads(found["ResourceDescription"]["Properties"])


# faults


def test_faults_of_responses_apply_over_http(server: EmulatorServer, cloudcontrol: Any) -> None:
    server.put_experiment(REGION, {"Name": "test"})
    server.fault("GetResource", "delay", seconds=0.8)
    with pytest.raises(ReadTimeoutError):
        read(client(server, "cloudcontrol", read_timeout=0.4))
    server.fault("GetResource", "html503")
    with rejected("503"):
        read(cloudcontrol)
    server.fault("GetResource", "broken_json")
    with pytest.raises(KeyError):
        read(cloudcontrol)


def test_exception_of_moto_is_status_500_with_message(server: EmulatorServer, caplog: pytest.LogCaptureFixture) -> None:
    with rejected("InternalFailure", "NotImplementedError"):
        client(server, "sagemaker").list_spaces()
    assert "moto could not answer" in caplog.text
    assert server.calls() == ["ListSpaces"]


# the control API


def test_log_is_read_and_emptied(server: EmulatorServer, cloudcontrol: Any) -> None:
    for _page in range(2):
        cloudcontrol.list_resources(TypeName=TYPE_NAME)
    log = control(server.endpoint_url, "GET", "log")[1]
    assert [(entry["operation"], entry["access_key"], entry["write"], entry["status"]) for entry in log] == [
        ("ListResources", "testing", False, 200)
    ] * 2
    assert control(server.endpoint_url, "GET", f"log?since={log[0]['number']}")[1] == log[1:]
    assert control(server.endpoint_url, "DELETE", "log") == (200, {})
    assert control(server.endpoint_url, "GET", "log") == (200, [])


def test_settings_are_read_and_set(server: EmulatorServer) -> None:
    changes = {"list_page_size": 3, "ignore_properties": ["Tags"]}
    status, settings = control(server.endpoint_url, "PATCH", "settings", changes)
    assert (status, settings["list_page_size"], settings["ignore_properties"]) == (200, 3, ["Tags"])
    assert control(server.endpoint_url, "GET", "settings") == (200, settings)
    assert server.settings.ignore_properties == frozenset({"Tags"})


def test_faults_are_set_and_removed(server: EmulatorServer, cloudcontrol: Any) -> None:
    fault = {"operation": "ListResources", "kind": "throttle", "times": 2}
    assert control(server.endpoint_url, "POST", "faults", fault) == (200, {})
    with rejected("ThrottlingException"):
        cloudcontrol.list_resources(TypeName=TYPE_NAME)
    assert control(server.endpoint_url, "DELETE", "faults") == (200, {})
    cloudcontrol.list_resources(TypeName=TYPE_NAME)


def test_experiment_is_put_and_shown(server: EmulatorServer, cloudcontrol: Any) -> None:
    details = {"status": "Stopping", "time_left": 60, "tags": {"a": "b"}}
    body = {"region": REGION, "properties": {"Name": "test"}, **details}
    status, put = control(server.endpoint_url, "POST", "experiments", body)
    assert (status, put["status"], put["tags"]) == (200, "Stopping", {"a": "b"})
    assert control(server.endpoint_url, "GET", f"experiments/{REGION}/test") == (200, put)
    assert read(cloudcontrol)["Status"] == "Stopping"


def test_endpoint_is_put_in_status_and_time_advanced(server: EmulatorServer, seed: Seed) -> None:
    put = {"region": REGION, "name": seed.endpoint_name, "status": "Updating", "time_left": 60, "then": "Failed"}
    assert control(server.endpoint_url, "POST", "endpoints", put) == (200, {})
    describe = client(server, "sagemaker").describe_endpoint
    assert describe(EndpointName=seed.endpoint_name)["EndpointStatus"] == "Updating"
    before = server.clock.now()
    status, time = control(server.endpoint_url, "POST", "clock", {"advance": 60})
    assert (status, (server.clock.now() - before).total_seconds()) == (200, 60)
    assert control(server.endpoint_url, "GET", "clock") == (200, time)
    assert describe(EndpointName=seed.endpoint_name)["EndpointStatus"] == "Failed"


def test_account_is_seeded_and_reset(server: EmulatorServer, cloudcontrol: Any) -> None:
    status, seeded = control(server.endpoint_url, "POST", "seed", {"region": "eu-west-1"})
    assert (status, seeded["region"], seeded["endpoint_name"]) == (200, "eu-west-1", "demo-endpoint")
    assert client(server, "s3").list_buckets()["Buckets"][0]["Name"] == seeded["bucket"]
    server.put_experiment(REGION, {"Name": "test"})
    before = server.clock.now()
    control(server.endpoint_url, "POST", "clock", {"advance": 60})
    assert control(server.endpoint_url, "POST", "reset") == (200, {})
    assert server.clock.now() == before
    assert cloudcontrol.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"] == []


def test_root_path_lists_controls(server: EmulatorServer) -> None:
    status, described = control(server.endpoint_url, "GET", "")
    assert (status, "GET /_emulator/log" in described["controls"]) == (200, True)


IN_PROCESS = {"operation": "GetResource", "kind": "refused"}
INVALID: list[Any] = [
    # method, path, body, HTTP status, part of the message
    pytest.param("PATCH", "settings", {"colour": 1}, 400, "unknown setting 'colour'", id="unknown setting"),
    pytest.param("POST", "faults", {**IN_PROCESS, "kind": "x"}, 400, "unknown kind", id="unknown fault"),
    pytest.param("POST", "faults", IN_PROCESS, 400, "in process only", id="fault in process"),
    pytest.param("POST", "faults", {"kind": "throttle"}, 400, "operation", id="fault without operation"),
    pytest.param("POST", "clock", {}, 400, "'advance' is missing", id="clock without advance"),
    pytest.param("POST", "clock", {"advance": -1}, 400, "forward", id="clock backward"),
    pytest.param("POST", "experiments", {"region": REGION}, 400, "'properties' is missing", id="no properties"),
    pytest.param("POST", "endpoints", {"name": "none"}, 400, "no endpoint", id="missing endpoint"),
    pytest.param("POST", "traffic", {"endpoint_name": "x"}, 400, "invocations_per_minute", id="traffic without rate"),
    pytest.param("POST", "seed", [1], 400, "JSON object", id="body of wrong type"),
    pytest.param("GET", f"experiments/{REGION}/none", None, 404, "no inference experiment", id="missing experiment"),
    pytest.param("GET", "nonsense", None, 404, "there is no GET", id="unknown path"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "message"), INVALID)
def test_control_api_rejects_request(
    server: EmulatorServer, method: str, path: str, body: Any, status: int, message: str
) -> None:
    found, response = control(server.endpoint_url, method, path, body)
    assert found == status
    assert message in response["error"]


# the program


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_program_prints_instructions_and_stops_at_signal(number: signal.Signals) -> None:
    options = ["--port", "0", "--seed", "--operation-seconds", "0.1", "--enforce-iam"]
    command = [sys.executable, "-m", "tests.emulator", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        lines = []
        for line in program.stdout:
            lines.append(line.strip())
            if "Ctrl-C" in line:
                break
        exports = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
        settings = control(exports["AWS_ENDPOINT_URL"], "GET", "settings")[1]
        assert (settings["operation_seconds"], settings["enforce_iam"]) == (0.1, True)
        program.send_signal(number)
        rest, errors = program.communicate(timeout=10)
    assert (program.returncode, errors) == (0, "")
    assert "stopped" in rest
    assert {"AWS_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} <= set(exports)
    assert [key for key in control_api.CONTROLS if not any(line.startswith(f"{key} ") for line in lines)] == []
    assert any(line.startswith("endpoint_name:") for line in lines)
    assert any("IAM policies are enforced." in line for line in lines)
