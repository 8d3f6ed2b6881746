"""The emulator over HTTP: boto3 and its waiter, the AWS CLI, the control path, and faults of connections."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError, WaiterError

from tests.emulator import ManualClock, Seed, control_api
from tests.emulator.controls import CREDENTIALS
from tests.emulator.gate import ConnectionDropped
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


def control(server: EmulatorServer, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    return ask(server.endpoint_url, method, path, body)


def ask(url: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """The HTTP status and the JSON value that the control path at `url` answers."""
    with closing(HTTPConnection(url.removeprefix("http://"), timeout=10)) as connection:
        connection.request(method, f"/_emulator/{path}", None if body is None else json.dumps(body))
        answer = connection.getresponse()
        return answer.status, json.load(answer)


def read(cloudcontrol: Any, name: str = "test") -> Any:
    found = cloudcontrol.get_resource(TypeName=TYPE_NAME, Identifier=name)
    return json.loads(found["ResourceDescription"]["Properties"])


def test_boto3_s_own_waiter_waits_for_a_create(server: EmulatorServer, seed: Seed, cloudcontrol: Any) -> None:
    wanted = json.dumps(seed.properties("test"))
    event = cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=wanted)["ProgressEvent"]
    waiter = cloudcontrol.get_waiter("resource_request_success")
    waiter.wait(RequestToken=event["RequestToken"], WaiterConfig={"Delay": 0})
    assert read(cloudcontrol)["Status"] == "Running"
    assert server.calls() == ["CreateResource", "GetResourceRequestStatus", "GetResource"]


def test_boto3_s_own_waiter_sees_a_failure(seed: Seed, cloudcontrol: Any) -> None:
    wanted = json.dumps(seed.properties("test", EndpointName="nowhere"))
    event = cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=wanted)["ProgressEvent"]
    with pytest.raises(WaiterError, match="terminal failure state"):
        cloudcontrol.get_waiter("resource_request_success").wait(RequestToken=event["RequestToken"])


def aws_cli(server: EmulatorServer, *arguments: str) -> Any:
    """Return what a command of the AWS CLI prints."""
    command = [sys.executable, "-m", "awscli", *arguments, "--output", "json"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**kept, **server.environment(), "AWS_PAGER": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_aws_cli_works_with_it(server: EmulatorServer, seed: Seed) -> None:
    def aws(*arguments: str) -> Any:
        return aws_cli(server, *arguments)

    wanted = json.dumps(seed.properties("cli"))
    created = aws("cloudcontrol", "create-resource", "--type-name", TYPE_NAME, "--desired-state", wanted)
    assert created["ProgressEvent"]["OperationStatus"] == "IN_PROGRESS"
    listed = aws("cloudcontrol", "list-resources", "--type-name", TYPE_NAME)
    assert [entry["Identifier"] for entry in listed["ResourceDescriptions"]] == ["cli"]
    described = aws("sagemaker", "describe-inference-experiment", "--name", "cli")
    assert described["EndpointMetadata"]["EndpointName"] == seed.endpoint_name


def test_other_services_work_beside_it(server: EmulatorServer, seed: Seed) -> None:
    s3 = client(server, "s3")
    s3.put_object(Bucket=seed.bucket, Key="a/b", Body=b"captured")
    assert s3.get_object(Bucket=seed.bucket, Key="a/b")["Body"].read() == b"captured"
    assert s3.head_object(Bucket=seed.bucket, Key="a/b")["ContentLength"] == 8
    assert client(server, "sts").get_caller_identity()["Account"] == "123456789012"


def test_many_threads_are_served_and_each_call_is_logged_once(server: EmulatorServer, cloudcontrol: Any) -> None:
    for number in range(8):
        server.put_experiment(REGION, {"Name": f"test-{number}"})
    with ThreadPoolExecutor(8) as pool:
        names = [f"test-{number % 8}" for number in range(40)]
        assert [found["Name"] for found in pool.map(lambda name: read(cloudcontrol, name), names)] == names
    assert [record.number for record in server.log] == list(range(server.log[0].number, server.log[0].number + 40))


DROPS: list[Any] = [
    pytest.param("close", {}, False, id="closed before it is served"),
    pytest.param("reset", {}, False, id="reset before it is served"),
    pytest.param("lost_response", {}, True, id="closed after it was served"),
    pytest.param("no_answer", {"seconds": 0.2}, False, id="silent for a while and then closed"),
]


@pytest.mark.parametrize(("kind", "details", "applied"), DROPS)
def test_a_connection_can_be(
    server: EmulatorServer, seed: Seed, cloudcontrol: Any, kind: str, details: dict[str, Any], applied: bool
) -> None:
    server.fault("CreateResource", kind, **details)
    with pytest.raises(ConnectionClosedError) as error:
        cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=json.dumps(seed.properties("test")))
    assert ("reset by peer" in str(error.value.kwargs["error"])) is (kind == "reset")
    assert [(record.operation, record.status, record.error) for record in server.log] == [
        ("CreateResource", 0, "ConnectionDropped")
    ]
    listed = cloudcontrol.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"]
    assert len(listed) == applied


def test_an_answer_can_come_late(server: EmulatorServer) -> None:
    server.put_experiment(REGION, {"Name": "test"})
    server.fault("GetResource", "delay", seconds=0.8)
    impatient = client(server, "cloudcontrol", read_timeout=0.4)
    with pytest.raises(ReadTimeoutError):
        read(impatient)
    assert read(impatient)["Name"] == "test"


def test_faults_of_answers_are_the_same_over_http(server: EmulatorServer, cloudcontrol: Any) -> None:
    server.put_experiment(REGION, {"Name": "test"})
    server.fault("GetResource", "html503")
    with rejected("503"):
        read(cloudcontrol)
    server.fault("GetResource", "broken_json")
    with pytest.raises(KeyError):
        read(cloudcontrol)


def test_date_header_is_time_of_emulator(server: EmulatorServer) -> None:
    server.clock.advance(86400)
    with closing(HTTPConnection(server.endpoint_url.removeprefix("http://"), timeout=10)) as connection:
        connection.request("POST", "/", "Action=GetCallerIdentity&Version=2011-06-15")
        answer = connection.getresponse()
    assert [parsedate_to_datetime(date) for date in answer.headers.get_all("Date", [])] == [server.clock.now()]


def test_what_moto_cannot_do_is_a_500_that_says_so(server: EmulatorServer, caplog: pytest.LogCaptureFixture) -> None:
    with rejected("InternalFailure", "NotImplementedError"):
        client(server, "sagemaker").list_spaces()
    assert "moto could not answer" in caplog.text
    assert server.calls() == ["ListSpaces"]


def test_a_callback_plays_somebody_else(server: EmulatorServer, cloudcontrol: Any) -> None:
    server.put_experiment(REGION, {"Name": "test"}, status="Created")
    server.on_call("GetResource", lambda: server.client("sagemaker").start_inference_experiment(Name="test"))
    assert read(cloudcontrol)["Status"] == "Running"
    assert server.calls() == ["GetResource"]


def test_a_callback_can_let_a_call_never_arrive(server: EmulatorServer, seed: Seed, cloudcontrol: Any) -> None:
    def drop() -> None:
        raise ConnectionDropped("close")

    server.on_call("CreateResource", drop)
    with pytest.raises(ConnectionClosedError):
        cloudcontrol.create_resource(TypeName=TYPE_NAME, DesiredState=json.dumps(seed.properties("test")))
    assert (server.calls(), server.operations()) == ([], [])


# the control path


def test_the_log_can_be_read_and_emptied(server: EmulatorServer, cloudcontrol: Any) -> None:
    for _page in range(2):
        cloudcontrol.list_resources(TypeName=TYPE_NAME)
    log = control(server, "GET", "log")[1]
    assert [(entry["operation"], entry["access_key"], entry["write"], entry["status"]) for entry in log] == [
        ("ListResources", "testing", False, 200)
    ] * 2
    assert control(server, "GET", f"log?since={log[0]['number']}")[1] == log[1:]
    assert control(server, "DELETE", "log") == (200, {})
    assert control(server, "GET", "log") == (200, [])


def test_settings_can_be_read_and_set(server: EmulatorServer) -> None:
    status, settings = control(server, "PATCH", "settings", {"list_page_size": 3, "ignore_properties": ["Tags"]})
    assert (status, settings["list_page_size"], settings["ignore_properties"]) == (200, 3, ["Tags"])
    assert control(server, "GET", "settings") == (200, settings)
    assert server.settings.ignore_properties == frozenset({"Tags"})


def test_faults_can_be_ordered_and_forgotten(server: EmulatorServer, cloudcontrol: Any) -> None:
    fault = {"operation": "ListResources", "kind": "throttle", "times": 2}
    assert control(server, "POST", "faults", fault) == (200, {})
    with rejected("ThrottlingException"):
        cloudcontrol.list_resources(TypeName=TYPE_NAME)
    assert control(server, "DELETE", "faults") == (200, {})
    cloudcontrol.list_resources(TypeName=TYPE_NAME)


def test_an_experiment_can_be_put_and_looked_at(server: EmulatorServer, cloudcontrol: Any) -> None:
    wanted = {
        "region": REGION,
        "properties": {"Name": "test"},
        "status": "Stopping",
        "time_left": 60,
        "tags": {"a": "b"},
    }
    status, put = control(server, "POST", "experiments", wanted)
    assert (status, put["status"], put["tags"]) == (200, "Stopping", {"a": "b"})
    assert control(server, "GET", f"experiments/{REGION}/test") == (200, put)
    assert read(cloudcontrol)["Status"] == "Stopping"


def test_an_endpoint_can_be_put_in_a_status(server: EmulatorServer, seed: Seed) -> None:
    put = {"region": REGION, "name": seed.endpoint_name, "status": "Updating", "time_left": 60, "then": "Failed"}
    assert control(server, "POST", "endpoints", put) == (200, {})
    describe = client(server, "sagemaker").describe_endpoint
    assert describe(EndpointName=seed.endpoint_name)["EndpointStatus"] == "Updating"
    server.clock.advance(60)
    assert describe(EndpointName=seed.endpoint_name)["EndpointStatus"] == "Failed"


def test_traffic_can_be_described_and_forgotten(server: EmulatorServer, seed: Seed) -> None:
    dimensions = [
        {"Name": "EndpointName", "Value": seed.endpoint_name},
        {"Name": "VariantName", "Value": "production"},
    ]
    metric = {"Namespace": "AWS/SageMaker", "MetricName": "ModelLatency", "Dimensions": dimensions}
    query = {"Id": "p99", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "p99"}}
    now = server.clock.now().replace(minute=0, second=0, microsecond=0)
    times = {"start": now - timedelta(days=2), "end": now - timedelta(days=2, hours=-2)}
    described = {
        "endpoint_name": seed.endpoint_name,
        "region": REGION,
        "invocations_per_minute": 600,
        "start": (now - timedelta(days=3)).isoformat(),
        "variants": {"production": {"model_latency": {"p50": 10_000, "p99": 50_000}}},
    }
    assert control(server, "POST", "traffic", described) == (200, {})
    arguments = [f"--{name}-time={moment.isoformat()}" for name, moment in times.items()]
    found = aws_cli(server, "cloudwatch", "get-metric-data", *arguments, "--metric-data-queries", json.dumps([query]))
    assert found["MetricDataResults"][0]["Values"] == [50_000, 50_000]
    assert control(server, "DELETE", "traffic") == (200, {})
    cloudwatch = client(server, "cloudwatch")
    found = cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=times["start"], EndTime=times["end"])
    assert found["MetricDataResults"][0]["Values"] == []


def test_time_can_pass(server: EmulatorServer) -> None:
    before = server.clock.now()
    status, answer = control(server, "POST", "clock", {"advance": 90})
    assert (status, (server.clock.now() - before).total_seconds()) == (200, 90)
    assert control(server, "GET", "clock") == (200, answer)


def test_an_account_can_be_seeded_and_emptied(server: EmulatorServer, cloudcontrol: Any) -> None:
    status, seeded = control(server, "POST", "seed", {"region": "eu-west-1"})
    assert (status, seeded["region"], seeded["endpoint_name"]) == (200, "eu-west-1", "demo-endpoint")
    assert client(server, "s3").list_buckets()["Buckets"][0]["Name"] == seeded["bucket"]
    server.put_experiment(REGION, {"Name": "test"})
    assert control(server, "POST", "reset") == (200, {})
    assert cloudcontrol.list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"] == []


def test_it_describes_itself(server: EmulatorServer) -> None:
    status, described = control(server, "GET", "")
    assert status == 200
    assert "GET /_emulator/log" in described["controls"]


MISTAKES: list[Any] = [
    pytest.param("PATCH", "settings", {"colour": 1}, 400, "unknown setting 'colour'", id="an unknown setting"),
    pytest.param(
        "POST", "faults", {"operation": "GetResource", "kind": "x"}, 400, "unknown kind", id="an unknown fault"
    ),
    pytest.param(
        "POST",
        "faults",
        {"operation": "GetResource", "kind": "refused"},
        400,
        "in process only",
        id="a fault that HTTP cannot have",
    ),
    pytest.param("POST", "faults", {"kind": "throttle"}, 400, "operation", id="a fault without operation"),
    pytest.param("POST", "clock", {}, 400, "'advance' is missing", id="a clock without advance"),
    pytest.param("POST", "clock", {"advance": -1}, 400, "forward", id="a clock turned back"),
    pytest.param("POST", "experiments", {"region": REGION}, 400, "'properties' is missing", id="no properties"),
    pytest.param("POST", "endpoints", {"name": "none"}, 400, "no endpoint", id="no such endpoint"),
    pytest.param("POST", "traffic", {"endpoint_name": "x"}, 400, "invocations_per_minute", id="traffic without a rate"),
    pytest.param("POST", "seed", [1], 400, "JSON object", id="a body that is no object"),
    pytest.param("GET", f"experiments/{REGION}/none", None, 404, "no inference experiment", id="no such experiment"),
    pytest.param("GET", "nonsense", None, 404, "there is no GET", id="no such path"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "words"), MISTAKES)
def test_the_control_path_says_what_is_wrong_with(
    server: EmulatorServer, method: str, path: str, body: Any, status: int, words: str
) -> None:
    found, answer = control(server, method, path, body)
    assert found == status
    assert words in answer["error"]


# the program


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_the_program_says_how_to_use_it_and_stops_cleanly_on(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.emulator", "--port", "0", "--seed", "--operation-seconds", "0.1"]
    command.append("--enforce-iam")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        lines = []
        for line in program.stdout:
            lines.append(line.strip())
            if "Ctrl-C" in line:
                break
        exports = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
        settings = ask(exports["AWS_ENDPOINT_URL"], "GET", "settings")[1]
        assert (settings["operation_seconds"], settings["enforce_iam"]) == (0.1, True)
        program.send_signal(number)
        rest, errors = program.communicate(timeout=10)
    assert (program.returncode, errors) == (0, "")
    assert "stopped" in rest
    assert {"AWS_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} <= set(exports)
    assert [key for key in control_api.CONTROLS if not any(line.startswith(f"{key} ") for line in lines)] == []
    assert any(line.startswith("endpoint_name:") for line in lines)
    assert any("IAM policies are enforced." in line for line in lines)
