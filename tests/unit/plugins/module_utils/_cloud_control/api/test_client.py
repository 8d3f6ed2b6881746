"""client.py: requests, retries, waiting and pagination, with a boto3 client that returns prepared responses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.client import CloudControl
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.polling import FIRST_PAUSES, Deadline
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.responses import ProgressEvent
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed, TimedOut
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import resource_type
from tests.support.cases import cases
from tests.support.manual_time import START, ManualTime

Response: TypeAlias = "dict[str, Any] | Exception"
TYPE = "Test::Test::Thing"
TOKEN = "some-request"  # noqa: S105
TRIES = 8
# botocore returns this for an HTTP 200 without a JSON body.
INVALID: Response = {"ResponseMetadata": {"HTTPStatusCode": 200}}
READER = resource_type.WriteOnlyReader(
    call=resource_type.ServiceCall("things", "describe_thing", "ThingName", "things:DescribeThing"),
    members=("Schedule", "Status"),
    not_found="ThingNotFound",
)
IN_PROGRESS = ProgressEvent(operation="update", request_token=TOKEN, status="IN_PROGRESS", type_name=TYPE)


class FakeBoto3:
    """Return the prepared responses of each method in order, the last one repeatedly. Record the requests."""

    def __init__(self, **responses: list[Response]) -> None:
        self.responses = responses
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.created: list[str] = []
        self.time = ManualTime()

    def make_client(self, service: str) -> FakeBoto3:
        self.created.append(service)
        return self

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        def call(**request: Any) -> dict[str, Any]:
            self.calls.append((method, request))
            left = self.responses[method]
            response = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(response, Exception):
                raise response
            return response

        return call

    def client(
        self, *, seconds: float = 3600, role_arn: str | None = None, check: Callable[[Any], object] = bool
    ) -> CloudControl:
        deadline = Deadline(self.time.clock, seconds)
        return CloudControl(TYPE, make_client=self.make_client, deadline=deadline, role_arn=role_arn, check=check)

    def requests(self, method: str) -> list[dict[str, Any]]:
        return [request for called, request in self.calls if called == method]


def error(code: str, message: str = "It failed.") -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(response, "Operation")


def resource(properties: Any, identifier: str = "x") -> dict[str, Any]:
    return {"Identifier": identifier, "Properties": json.dumps(properties)}


def described(properties: Any) -> Response:
    return {"TypeName": TYPE, "ResourceDescription": resource(properties)}


def event(status: str, *, token: str = TOKEN, **other: Any) -> dict[str, Any]:
    return {"TypeName": TYPE, "Operation": "UPDATE", "RequestToken": token, "OperationStatus": status, **other}


def progress(status: str, **other: Any) -> Response:
    return {"ProgressEvent": event(status, **other)}


UNREACHABLE = EndpointConnectionError(endpoint_url="https://host")
READ_TIMEOUT = ReadTimeoutError(endpoint_url="https://host")


# Read this test first.
def test_get_retries_throttled_call_and_returns_properties() -> None:
    boto3 = FakeBoto3(
        get_resource=[
            error("ThrottlingException", "Rate exceeded"),
            {"ResourceDescription": {"Identifier": "x", "Properties": '{"Name": "x", "Nested": {"A": [1]}}'}},
        ]
    )
    assert boto3.client().get("x") == {"Name": "x", "Nested": {"A": [1]}}
    assert boto3.calls == [("get_resource", {"TypeName": TYPE, "Identifier": "x"})] * 2
    (pause,) = boto3.time.slept
    assert 0.5 <= pause <= 1


def test_get_returns_none_if_resource_not_found() -> None:
    assert FakeBoto3(get_resource=[error("ResourceNotFoundException")]).client().get("x") is None


@pytest.mark.parametrize("code", ["TypeNotFoundException", "UnsupportedActionException", "AccessDeniedException"])
def test_get_raises_other_errors_without_retry(code: str) -> None:
    boto3 = FakeBoto3(get_resource=[error(code, "No such thing was found")])
    with pytest.raises(CallFailed, match="No such thing was found") as raised:
        boto3.client().get("x")
    assert (raised.value.code, raised.value.operation) == (code, "GetResource")
    assert (len(boto3.calls), boto3.time.slept) == (1, [])


def test_get_retries_properties_that_fail_the_check() -> None:
    def check(properties: dict[str, Any]) -> None:
        if "Name" not in properties:
            raise TypeError("Name is missing")

    boto3 = FakeBoto3(get_resource=[described({})])

    with pytest.raises(CallFailed, match=r"The response to GetResource is invalid: .*Name is missing"):
        boto3.client(check=check).get("x")
    assert len(boto3.calls) == TRIES


def test_role_arn_is_in_each_request_for_the_type() -> None:
    writes = {f"{verb}_resource": [progress("PENDING")] for verb in ("create", "update", "delete")}
    boto3 = FakeBoto3(get_resource=[described({})], list_resources=[{"ResourceDescriptions": []}], **writes)
    client = boto3.client(role_arn="arn:role")
    client.get("x")
    list(client.list())
    client.create({})
    client.update("x", [])
    client.delete("x")
    assert [request["RoleArn"] for _method, request in boto3.calls] == ["arn:role"] * 5


@pytest.mark.parametrize("failure", [error("Throttling"), READ_TIMEOUT, INVALID], ids=["code", "timeout", "response"])
def test_call_is_retried_with_growing_pauses_up_to_the_maximum(failure: Response) -> None:
    boto3 = FakeBoto3(get_resource=[failure])
    with pytest.raises(CallFailed):
        boto3.client().get("x")
    assert len(boto3.calls) == TRIES
    assert len(boto3.time.slept) == TRIES - 1
    assert all(ceiling / 2 <= pause <= ceiling for pause, ceiling in zip(boto3.time.slept, (1, 2, 4), strict=False))


def test_retry_ends_at_the_deadline_with_the_failure_as_cause() -> None:
    boto3 = FakeBoto3(get_resource=[error("ThrottlingException", "Rate exceeded")])
    with pytest.raises(TimedOut, match="GetResource failed with ThrottlingException: Rate exceeded") as raised:
        boto3.client(seconds=1).get("x")
    assert boto3.time.elapsed() == pytest.approx(1)
    assert raised.value.operation == "GetResource"
    assert isinstance(raised.value.__cause__, CallFailed)


def test_unreachable_service_fails_on_the_first_try() -> None:
    boto3 = FakeBoto3(create_resource=[UNREACHABLE])
    with pytest.raises(CallFailed) as raised:
        boto3.client().create({})
    assert (raised.value.code, raised.value.without_response) == ("EndpointConnectionError", False)
    assert (len(boto3.calls), boto3.time.slept) == (1, [])


@pytest.mark.parametrize("before", [described({}), error("ThrottlingException")], ids=["response", "error response"])
def test_unreachable_service_that_responded_before_is_retried(before: Response) -> None:
    boto3 = FakeBoto3(get_resource=[before, UNREACHABLE, UNREACHABLE, described({"Name": "x"})])
    client = boto3.client()
    client.get("x")
    assert client.get("x") == {"Name": "x"}


def test_unreachable_service_fails_on_the_first_try_if_another_service_responded() -> None:
    boto3 = FakeBoto3(get_resource=[described({})], describe_thing=[UNREACHABLE])
    client = boto3.client()
    client.get("x")
    with pytest.raises(CallFailed):
        client.read_write_only(READER, "x")
    assert boto3.time.slept == []


def test_failure_after_try_without_response_has_unknown_outcome() -> None:
    # The first try can have deleted the resource.
    boto3 = FakeBoto3(delete_resource=[READ_TIMEOUT, error("ResourceNotFoundException")])
    with pytest.raises(CallFailed) as raised:
        boto3.client().delete("x")
    assert (raised.value.code, raised.value.without_response) == ("ResourceNotFoundException", True)


PATCH = [{"op": "add", "path": "/A", "value": 1}]


@cases(
    ("create", "create_resource", lambda c: c.create({"Name": "x"}), {"DesiredState": '{"Name": "x"}'}),
    (
        "update",
        *("update_resource", lambda c: c.update("x", PATCH)),
        {"Identifier": "x", "PatchDocument": '[{"op": "add", "path": "/A", "value": 1}]'},
    ),
    ("delete", "delete_resource", lambda c: c.delete("x"), {"Identifier": "x"}),
)
def test_write_sends_same_client_token_on_each_try_and_another_for_the_next_write(
    method: str, call: Callable[[CloudControl], ProgressEvent], request_: dict[str, Any]
) -> None:
    boto3 = FakeBoto3(**{method: [error("ThrottlingException"), INVALID, progress("IN_PROGRESS")]})
    client = boto3.client()

    submitted = call(client)
    call(client)

    assert submitted == IN_PROGRESS
    requests = boto3.requests(method)
    tokens = [request.pop("ClientToken") for request in requests]
    assert requests == [{"TypeName": TYPE, **request_}] * 4
    assert len(set(tokens[:3])) == 1
    assert tokens[3] != tokens[0]
    assert all(1 <= len(token) <= 128 for token in tokens)


@pytest.mark.parametrize("status", ["SUCCESS", "FAILED", "CANCEL_COMPLETE"])
def test_wait_until_ended_returns_last_event(status: str) -> None:
    responses = [progress("PENDING"), progress("CANCEL_IN_PROGRESS"), progress(status, Identifier="x")]
    boto3 = FakeBoto3(get_resource_request_status=responses)
    ended = boto3.client().wait_until_ended(IN_PROGRESS)
    assert (ended.status, ended.identifier) == (status, "x")
    assert boto3.calls == [("get_resource_request_status", {"RequestToken": TOKEN})] * 3
    assert boto3.time.slept == [*FIRST_PAUSES]


def test_wait_until_ended_returns_ended_event_without_a_call() -> None:
    boto3 = FakeBoto3()
    assert boto3.client().wait_until_ended(IN_PROGRESS._replace(status="FAILED")).status == "FAILED"
    assert (boto3.calls, boto3.time.slept) == ([], [])


@cases(
    ("later", START + timedelta(seconds=7), 7),
    ("other time zone", (START + timedelta(seconds=7)).astimezone(timezone(timedelta(hours=2))), 7),
    ("before the end of the pause", START + timedelta(seconds=0.1), 0.25),
    ("past", START - timedelta(hours=1), 0.25),
    ("after the maximum", START + timedelta(days=1), 60),
    ("none", None, 0.25),
)
def test_wait_until_ended_pauses_until_retry_after(retry_after: datetime | None, slept: float) -> None:
    boto3 = FakeBoto3(get_resource_request_status=[progress("SUCCESS")])
    boto3.client().wait_until_ended(IN_PROGRESS._replace(retry_after=retry_after))
    assert boto3.time.slept == [pytest.approx(slept)]


@cases(
    # The clock of AWS minus the clock of the host, in seconds, and the pause if RetryAfter is 7 s later by AWS's clock.
    ("equal", 0, 7),
    ("rounded Date header", -5, 2),
    ("host is slow", 3600, 7),
    ("host is fast", -5.1, 7),
)
def test_wait_until_ended_corrects_wrong_clock_of_host(ahead: float, slept: float) -> None:
    boto3 = FakeBoto3(get_resource_request_status=[progress("SUCCESS")])
    sent = START + timedelta(seconds=ahead)
    boto3.client().wait_until_ended(IN_PROGRESS._replace(retry_after=sent + timedelta(seconds=7), sent=sent))
    assert boto3.time.slept == [pytest.approx(slept)]


@pytest.mark.parametrize(
    "failure",
    [error("ThrottlingException"), INVALID, READ_TIMEOUT, progress("SUCCESS", token="another")],  # noqa: S106
    ids=["throttled", "invalid response", "timeout", "event of another request"],
)
def test_wait_until_ended_retries_failed_poll(failure: Response) -> None:
    boto3 = FakeBoto3(get_resource_request_status=[failure, progress("FAILED")])
    ended = boto3.client().wait_until_ended(IN_PROGRESS)
    assert (ended.request_token, ended.status) == (TOKEN, "FAILED")
    assert len(boto3.calls) == 2


def test_wait_until_ended_retries_polls_until_the_deadline() -> None:
    boto3 = FakeBoto3(get_resource_request_status=[progress("IN_PROGRESS"), error("ThrottlingException")])
    with pytest.raises(TimedOut, match="GetResourceRequestStatus failed with ThrottlingException"):
        boto3.client(seconds=600).wait_until_ended(IN_PROGRESS)
    assert len(boto3.calls) > 2 * TRIES
    assert boto3.time.elapsed() == pytest.approx(600)


def test_wait_until_ended_raises_timed_out_with_token_and_status() -> None:
    boto3 = FakeBoto3(get_resource_request_status=[progress("IN_PROGRESS")])
    with pytest.raises(TimedOut) as raised:
        boto3.client(seconds=60).wait_until_ended(IN_PROGRESS)
    assert "update with request token some-request still has the status IN_PROGRESS" in raised.value.message
    assert "wait_timeout of 60 seconds" in raised.value.message
    assert boto3.time.elapsed() == pytest.approx(60)


def test_list_returns_resources_of_all_pages() -> None:
    boto3 = FakeBoto3(
        list_resources=[
            {"ResourceDescriptions": [resource({"Name": "a"}, "a")], "NextToken": "1"},
            {"ResourceDescriptions": [], "NextToken": "2"},
            error("ThrottlingException"),
            {"ResourceDescriptions": [{"Identifier": "b"}, resource({"Name": "c"}, "c")]},
        ]
    )

    assert list(boto3.client().list()) == [("a", {"Name": "a"}), ("b", {}), ("c", {"Name": "c"})]
    assert [request.get("NextToken") for request in boto3.requests("list_resources")] == [None, "1", "2", "2"]
    assert all(request["TypeName"] == TYPE for request in boto3.requests("list_resources"))


def test_invalid_pages_fail() -> None:
    first: Response = {"ResourceDescriptions": [resource({}, "a")], "NextToken": "1"}
    with pytest.raises(CallFailed, match="The response to ListResources is invalid"):
        list(FakeBoto3(list_resources=[first, INVALID]).client().list())
    with pytest.raises(CallFailed, match="The response to ListResourceRequests is invalid"):
        FakeBoto3(list_resource_requests=[INVALID]).client().operation_in_progress("x")


@pytest.mark.parametrize("tokens", [["1", "1"], ["1", "2", "3", "1"]], ids=["next page", "later page"])
def test_list_fails_on_repeated_token(tokens: list[str]) -> None:
    boto3 = FakeBoto3(list_resources=[{"ResourceDescriptions": [], "NextToken": token} for token in tokens])
    with pytest.raises(CallFailed, match="The pagination of ListResources does not end") as raised:
        list(boto3.client().list())
    assert (raised.value.code, raised.value.operation) == ("InvalidAnswer", "ListResources")
    assert len(boto3.calls) == len(tokens)


def test_list_fails_after_maximum_of_pages() -> None:
    boto3 = FakeBoto3(list_resources=[{"ResourceDescriptions": [], "NextToken": str(page)} for page in range(10_002)])
    with pytest.raises(CallFailed, match="does not end"):
        list(boto3.client().list())
    assert len(boto3.calls) == 10_000


def test_read_write_only_returns_members_from_the_service() -> None:
    boto3 = FakeBoto3(describe_thing=[INVALID, {"ThingName": "x", "Schedule": None, "Status": "Running", "Other": 1}])
    assert boto3.client(role_arn="arn:role").read_write_only(READER, "x") == {"Status": "Running"}
    assert boto3.calls == [("describe_thing", {"ThingName": "x"})] * 2
    assert boto3.created == ["things"]


def test_read_write_only_returns_none_if_service_has_no_such_resource() -> None:
    assert FakeBoto3(describe_thing=[error("ThingNotFound")]).client().read_write_only(READER, "x") is None


@cases(
    ("denied", "AccessDeniedException", "Grant things:DescribeThing to the calling identity"),
    ("other error", "ValidationException", "None"),
)
def test_read_write_only_raises_other_errors_with_hint(code: str, hint: str) -> None:
    with pytest.raises(CallFailed) as raised:
        FakeBoto3(describe_thing=[error(code)]).client().read_write_only(READER, "x")
    assert (raised.value.code, str(raised.value.hint)[: len(hint)]) == (code, hint)


def test_read_write_only_fails_if_botocore_does_not_support_the_call() -> None:
    deadline = Deadline(ManualTime().clock, 60)
    client = CloudControl(TYPE, make_client=lambda _service: object(), deadline=deadline, check=bool)
    with pytest.raises(CallFailed, match=r"botocore [\d.]+ does not support DescribeThing") as raised:
        client.read_write_only(READER, "x")
    assert (raised.value.code, raised.value.operation) == ("OutdatedBotocore", "DescribeThing")


def test_operation_in_progress_returns_operation_on_the_resource_from_any_page() -> None:
    others = [
        event("PENDING", token="no identifier yet"),  # noqa: S106
        event("IN_PROGRESS", token="other resource", Identifier="y"),  # noqa: S106
        event("IN_PROGRESS", token="other type", Identifier="x", TypeName="Other"),  # noqa: S106
    ]
    concurrent = event("PENDING", token="concurrent", Identifier="x")  # noqa: S106
    pages: list[Response] = [
        {"ResourceRequestStatusSummaries": others, "NextToken": "1"},
        {"ResourceRequestStatusSummaries": [concurrent]},
    ]
    boto3 = FakeBoto3(list_resource_requests=pages)
    operation = boto3.client().operation_in_progress("x")

    assert operation
    assert (operation.request_token, operation.status) == ("concurrent", "PENDING")
    first, second = boto3.requests("list_resource_requests")
    assert first == {
        "ResourceRequestStatusFilter": {
            "Operations": ["CREATE", "UPDATE", "DELETE"],
            "OperationStatuses": ["PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS"],
        }
    }
    assert second == {**first, "NextToken": "1"}


def test_boto3_clients_are_created_once_on_first_use() -> None:
    boto3 = FakeBoto3(get_resource=[described({})])
    client = boto3.client()
    assert boto3.created == []
    client.create_clients("cloudcontrol", "things")
    client.get("x")
    assert boto3.created == ["cloudcontrol", "things"]
    boto3.client().get("x")
    assert boto3.created == ["cloudcontrol", "things", "cloudcontrol"]


def test_client_that_cannot_be_created_is_reported_as_call_failed() -> None:
    def make_client(_service: str) -> None:
        raise ValueError("no such setting")

    client = CloudControl(TYPE, make_client=make_client, deadline=Deadline(ManualTime().clock, 60), check=bool)

    with pytest.raises(CallFailed, match="The client for cloudcontrol cannot be created: no such setting"):
        client.get("x")
