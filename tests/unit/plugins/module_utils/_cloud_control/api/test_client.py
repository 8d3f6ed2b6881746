# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls, on a client that answers by a script and on time that passes only when somebody sleeps."""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.client import CloudControl
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.polling import FIRST_PAUSES, Deadline
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.responses import ProgressEvent
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed, TimedOut
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import WriteOnlyReader
from tests.support.manual_time import START, ManualTime

Answer = dict[str, Any] | Exception
TYPE = "Test::Test::Thing"
METADATA = {"HTTPStatusCode": 200}
# What botocore makes of an HTTP 200 whose body is no JSON.
NO_JSON: Answer = {"ResponseMetadata": METADATA}
READER = WriteOnlyReader(
    service="things",
    method="describe_thing",
    argument="ThingName",
    members=("Schedule", "Status"),
    not_found="ThingNotFound",
    permission="x",
)
TRIES = 8
SOME = "some-request"


class Script:
    """Stands in for boto3: gives each method its answers one after the other, the last again and again."""

    def __init__(self, **answers: list[Answer]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.made: list[str] = []
        self.time = ManualTime()

    def make_client(self, service: str) -> Script:
        self.made.append(service)
        return self

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        def call(**request: Any) -> dict[str, Any]:
            self.calls.append((method, request))
            left = self.answers[method]
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def client(self, *, seconds: float = 3600, role_arn: str | None = None) -> CloudControl:
        deadline = Deadline(self.time.clock, seconds)
        return CloudControl(TYPE, make_client=self.make_client, deadline=deadline, role_arn=role_arn, check=bool)

    def requests(self, method: str) -> list[dict[str, Any]]:
        return [request for called, request in self.calls if called == method]


def error(code: str, *, message: str = "It says why.", http: int = 400) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": http}}
    return ClientError(response, "Operation")


def resource(properties: Any, *, identifier: str = "x") -> dict[str, Any]:
    text = properties if isinstance(properties, str) else json.dumps(properties)
    return {"Identifier": identifier, "Properties": text}


def found(properties: Any) -> Answer:
    return {"TypeName": TYPE, "ResourceDescription": resource(properties), "ResponseMetadata": METADATA}


def event(status: str, *, request: str = SOME, **other: Any) -> dict[str, Any]:
    return {"TypeName": TYPE, "Operation": "UPDATE", "RequestToken": request, "OperationStatus": status, **other}


def progress(status: str, **other: Any) -> Answer:
    return {"ProgressEvent": event(status, **other), "ResponseMetadata": METADATA}


IN_PROGRESS = ProgressEvent(operation="update", request_token=SOME, status="IN_PROGRESS", type_name=TYPE)


# --- reading ---


def test_get_reads_the_properties() -> None:
    script = Script(get_resource=[found({"Name": "x", "Nested": {"A": [1]}})])

    assert script.client().get("x") == {"Name": "x", "Nested": {"A": [1]}}
    assert script.calls == [("get_resource", {"TypeName": TYPE, "Identifier": "x"})]
    assert script.time.slept == []


def test_get_drops_null_members_at_every_depth() -> None:
    read = {"Name": "x", "Note": None, "Part": {"A": None, "B": [{"C": None, "D": 0}]}, "Empty": {"E": None}}

    assert Script(get_resource=[found(read)]).client().get("x") == {
        "Name": "x",
        "Part": {"B": [{"D": 0}]},
        "Empty": {},
    }


def test_the_role_goes_with_every_call_of_cloud_control_about_the_type() -> None:
    script = Script(
        get_resource=[found({})],
        list_resources=[{"ResourceDescriptions": []}],
        create_resource=[progress("PENDING")],
        update_resource=[progress("PENDING")],
        delete_resource=[progress("PENDING")],
    )
    client = script.client(role_arn="arn:role")
    client.get("x")
    list(client.list())
    client.create({})
    client.update("x", [])
    client.delete("x")

    assert [request["RoleArn"] for _method, request in script.calls] == ["arn:role"] * 5


def test_only_not_found_means_absent() -> None:
    assert Script(get_resource=[error("ResourceNotFoundException")]).client().get("x") is None


@pytest.mark.parametrize(
    "code",
    ["TypeNotFoundException", "UnsupportedActionException", "GeneralServiceException", "AccessDeniedException"],
)
def test_another_error_is_not_taken_for_absent(code: str) -> None:
    script = Script(get_resource=[error(code, message="No such thing was found")])

    with pytest.raises(CallFailed, match="No such thing was found") as raised:
        script.client().get("x")

    assert (raised.value.code, raised.value.operation) == (code, "GetResource")
    assert len(script.calls) == 1


def test_an_error_without_words_has_some_all_the_same() -> None:
    response: Any = {"Error": {}, "ResponseMetadata": {}}

    with pytest.raises(CallFailed) as raised:
        Script(get_resource=[ClientError(response, "GetResource")]).client().get("x")

    assert raised.value.code == "Unknown"
    assert "GetResource" in raised.value.message


# --- trying again ---

PASSING = [
    pytest.param(error("ThrottlingException"), id="throttled"),
    pytest.param(error("Throttling"), id="throttled, in other words"),
    pytest.param(error("TooManyRequestsException"), id="throttled, by the service behind"),
    pytest.param(error("RequestLimitExceeded"), id="throttled, by an older service behind"),
    pytest.param(error("GeneralServiceException", message="Rate exceeded (Service: X)"), id="throttled in the handler"),
    pytest.param(error("InvalidRequestException", message="ThrottlingException: slow down"), id="throttled, by name"),
    pytest.param(error("ResourceConflictException", http=409), id="somebody at work, who may soon be done"),
    pytest.param(error("RequestTimeout"), id="timed out over there"),
    pytest.param(error("ServiceInternalErrorException", http=500), id="internal error"),
    pytest.param(error("HandlerInternalFailureException", http=502), id="internal error of the handler"),
    pytest.param(error("NetworkFailureException", http=502), id="network failure over there"),
    pytest.param(error("Whatever", http=503), id="any error that is the server's by its HTTP status"),
    pytest.param(ReadTimeoutError(endpoint_url="https://x"), id="no answer in time"),
    pytest.param(ConnectionClosedError(endpoint_url="https://x"), id="connection closed"),
    pytest.param(NO_JSON, id="a body that is no JSON"),
    pytest.param({"ResourceDescription": None, "ResponseMetadata": METADATA}, id="a description that is null"),
    pytest.param({"ResourceDescription": {"Identifier": "x"}}, id="a description without properties"),
    pytest.param(found("<html>"), id="properties that are no JSON"),
    pytest.param(found("[]"), id="properties that are no object"),
    pytest.param(found("null"), id="properties that are null"),
]


@pytest.mark.parametrize("trouble", PASSING)
def test_a_call_is_made_again_after(trouble: Answer) -> None:
    script = Script(get_resource=[trouble, trouble, found({"Name": "x"})])

    assert script.client().get("x") == {"Name": "x"}
    first, second = script.time.slept
    assert 0.5 <= first <= 1
    assert 1 <= second <= 2


@pytest.mark.parametrize("trouble", PASSING)
def test_a_call_is_not_made_again_for_ever_after(trouble: Answer) -> None:
    script = Script(get_resource=[trouble])

    with pytest.raises(CallFailed) as raised:
        script.client().get("x")

    assert len(script.calls) == TRIES
    assert len(script.time.slept) == TRIES - 1
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        pytest.param(error("ValidationException"), "ValidationException", id="a request that is wrong"),
        pytest.param(error("ConcurrentOperationException"), "ConcurrentOperationException", id="somebody at work"),
        pytest.param(error("ClientTokenConflictException"), "ClientTokenConflictException", id="a token used before"),
        pytest.param(error("NotUpdatableException"), "NotUpdatableException", id="a create-only change"),
        pytest.param(NoCredentialsError(), "NoCredentialsError", id="no credentials"),
        pytest.param(ParamValidationError(report="x"), "ParamValidationError", id="a parameter of a wrong kind"),
    ],
)
def test_a_call_is_not_made_again_after(trouble: Answer, code: str) -> None:
    script = Script(update_resource=[trouble])

    with pytest.raises(CallFailed) as raised:
        script.client().update("x", [])

    assert (raised.value.code, raised.value.operation) == (code, "UpdateResource")
    assert len(script.calls) == 1
    assert script.time.slept == []


UNREACHABLE = [
    pytest.param(EndpointConnectionError(endpoint_url="https://x"), "EndpointConnectionError", id="refused"),
    pytest.param(ConnectTimeoutError(endpoint_url="https://x"), "ConnectTimeoutError", id="no connection in time"),
    pytest.param(ProxyConnectionError(proxy_url="https://x"), "ProxyConnectionError", id="no way through the proxy"),
]


@pytest.mark.parametrize(("trouble", "code"), UNREACHABLE)
def test_a_service_that_cannot_be_reached_at_first_fails_at_once(trouble: Exception, code: str) -> None:
    script = Script(create_resource=[trouble])

    with pytest.raises(CallFailed) as raised:
        script.client().create({})

    assert (raised.value.code, raised.value.without_response) == (code, False)
    assert (len(script.calls), script.time.slept) == (1, [])


@pytest.mark.parametrize("before", [found({}), error("ThrottlingException")], ids=["answered", "throttled"])
@pytest.mark.parametrize(("trouble", "code"), UNREACHABLE)
def test_a_service_that_has_answered_is_called_again_when_it_cannot_be_reached(
    trouble: Exception, code: str, before: Answer
) -> None:
    script = Script(get_resource=[before, trouble, trouble, found({"Name": "x"})])
    client = script.client()
    client.get("x")

    assert client.get("x") == {"Name": "x"}
    script.answers["get_resource"] = [trouble]
    with pytest.raises(CallFailed) as raised:
        client.get("x")
    assert raised.value.code == code


def test_reaching_one_service_says_nothing_of_another() -> None:
    script = Script(get_resource=[found({})], describe_thing=[EndpointConnectionError(endpoint_url="https://x")])
    client = script.client()
    client.get("x")

    with pytest.raises(CallFailed):
        client.read_write_only(READER, "x")
    assert script.time.slept == []


def test_polls_go_on_for_as_long_as_there_is_time_and_no_longer() -> None:
    script = Script(get_resource_request_status=[progress("IN_PROGRESS"), error("ThrottlingException")])

    with pytest.raises(TimedOut, match="GetResourceRequestStatus failed with ThrottlingException"):
        script.client(seconds=600).wait_until_ended(IN_PROGRESS)

    assert len(script.calls) > 2 * TRIES
    assert script.time.elapsed() == pytest.approx(600)


def test_what_an_unanswered_try_may_have_done_is_not_forgotten_by_a_later_one() -> None:
    """The second answer would otherwise pass for a failure that has changed nothing."""
    script = Script(delete_resource=[ReadTimeoutError(endpoint_url="https://x"), error("ResourceNotFoundException")])

    with pytest.raises(CallFailed) as raised:
        script.client().delete("x")

    assert (raised.value.code, raised.value.without_response) == ("ResourceNotFoundException", True)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        pytest.param("<!DOCTYPE html>\n<html><body><h1>Try  again</h1>", "Try again", id="a page"),
        pytest.param("<script>if (a < b) {}</script><style>h1 {}</style> <p>Denied</p>", "Denied", id="a busy page"),
        pytest.param("if a < b and\n b > c", "if a < b and b > c", id="no page at all"),
        pytest.param("<p>" + "x" * 10**6, "x" * 3997, id="a long page, cut"),
    ],
)
def test_of_a_page_in_place_of_an_answer_the_words_are_told(page: str, words: str) -> None:
    with pytest.raises(CallFailed) as raised:
        Script(get_resource=[error("403", message=page, http=403)]).client().get("x")

    assert raised.value.message == words


def test_a_botocore_that_does_not_know_the_call_is_said_to_be_too_old() -> None:
    client = CloudControl(
        TYPE, make_client=lambda _service: object(), deadline=Deadline(ManualTime().clock, 60), check=bool
    )

    with pytest.raises(CallFailed, match=r"botocore [\d.]+ does not support DescribeThing") as raised:
        client.read_write_only(READER, "x")

    assert raised.value.code == "OutdatedBotocore"


def test_clients_that_several_threads_will_use_are_made_at_once_and_once() -> None:
    script = Script(get_resource=[{"ResourceDescription": resource({})}])
    client = script.client()

    client.prepare("cloudcontrol", "sagemaker")
    assert script.made == ["cloudcontrol", "sagemaker"]
    client.get("x")
    assert script.made == ["cloudcontrol", "sagemaker"]


def test_an_unreadable_answer_is_called_so() -> None:
    with pytest.raises(CallFailed, match="The response to GetResource is invalid") as raised:
        Script(get_resource=[NO_JSON]).client().get("x")

    assert raised.value.code == "InvalidAnswer"


def test_of_an_answer_that_may_have_credentials_in_it_nothing_is_quoted() -> None:
    """A profile's role is assumed in the middle of a call, and botocore tells all of an answer that is no XML."""
    garbage = (
        "Unable to parse response (no element found), invalid XML received. Further retries may succeed:\nb'<Secret>"
    )
    script = Script(get_resource=[ResponseParserError(garbage)])

    with pytest.raises(CallFailed, match=r"is invalid: .+ Further retries may succeed$") as raised:
        script.client().get("x")

    assert raised.value.code == "InvalidAnswer"
    assert len(script.calls) == TRIES
    assert "<Secret>" not in "".join(traceback.format_exception(raised.value))


def test_trying_again_ends_with_the_task_s_time_and_says_what_went_wrong() -> None:
    script = Script(get_resource=[error("ThrottlingException", message="Rate exceeded")])

    with pytest.raises(TimedOut, match="GetResource failed with ThrottlingException: Rate exceeded"):
        script.client(seconds=1).get("x")

    assert script.time.elapsed() == pytest.approx(1)


# --- writing ---


@pytest.mark.parametrize(
    ("method", "call", "request_"),
    [
        pytest.param(
            "create_resource",
            lambda client: client.create({"Name": "x", "Tags": []}),
            {"DesiredState": '{"Name": "x", "Tags": []}'},
            id="create",
        ),
        pytest.param(
            "update_resource",
            lambda client: client.update("x", [{"op": "add", "path": "/A", "value": 1}]),
            {"Identifier": "x", "PatchDocument": '[{"op": "add", "path": "/A", "value": 1}]'},
            id="update",
        ),
        pytest.param("delete_resource", lambda client: client.delete("x"), {"Identifier": "x"}, id="delete"),
    ],
)
def test_a_write_keeps_its_token_through_its_tries_and_no_longer(
    method: str, call: Callable[[CloudControl], ProgressEvent], request_: dict[str, Any]
) -> None:
    script = Script(**{method: [error("ThrottlingException"), NO_JSON, progress("IN_PROGRESS")]})
    client = script.client()

    begun = call(client)
    call(client)

    assert begun == IN_PROGRESS
    requests = script.requests(method)
    tokens = [request.pop("ClientToken") for request in requests]
    assert requests == [{"TypeName": TYPE, **request_}] * 4
    assert len(set(tokens[:3])) == 1
    assert tokens[3] != tokens[0]
    assert all(1 <= len(token) <= 128 for token in tokens)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(NO_JSON, id="no event"),
        pytest.param({"ProgressEvent": {}}, id="an empty event"),
        pytest.param({"ProgressEvent": {"OperationStatus": "SUCCESS"}}, id="an event without a token"),
        pytest.param({"ProgressEvent": {"RequestToken": "t"}}, id="an event without a status"),
    ],
)
def test_a_write_without_a_usable_answer_is_never_taken_for_done(answer: Answer) -> None:
    with pytest.raises(CallFailed, match="is invalid"):
        Script(delete_resource=[answer]).client().delete("x")


def test_an_event_is_read_in_full() -> None:
    at = START + timedelta(seconds=5)
    answer = progress(
        "FAILED",
        Identifier="x",
        ErrorCode="NotStabilized",
        StatusMessage="It says why.",
        RetryAfter=at,
        Operation="CREATE",
    )

    assert Script(delete_resource=[answer]).client().delete("x") == ProgressEvent(
        operation="create",
        request_token=SOME,
        status="FAILED",
        type_name=TYPE,
        identifier="x",
        error_code="NotStabilized",
        message="It says why.",
        retry_after=at,
    )


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("PENDING", False),
        ("IN_PROGRESS", False),
        ("CANCEL_IN_PROGRESS", False),
        ("SUCCESS", True),
        ("FAILED", True),
        ("CANCEL_COMPLETE", True),
    ],
)
def test_an_operation_has_ended(status: str, ended: bool) -> None:
    assert ProgressEvent(operation="update", request_token=SOME, status=status).ended is ended


# --- following ---


@pytest.mark.parametrize("end", ["SUCCESS", "FAILED", "CANCEL_COMPLETE"])
def test_an_operation_is_followed_to_its_end_however_it_ends(end: str) -> None:
    script = Script(
        get_resource_request_status=[progress("PENDING"), progress("CANCEL_IN_PROGRESS"), progress(end, Identifier="x")]
    )

    ended = script.client().wait_until_ended(IN_PROGRESS)

    assert (ended.status, ended.identifier) == (end, "x")
    assert script.calls == [("get_resource_request_status", {"RequestToken": SOME})] * 3
    assert script.time.slept == [*FIRST_PAUSES]


def test_an_operation_that_has_ended_is_not_asked_for() -> None:
    script = Script()

    assert (
        script.client().wait_until_ended(ProgressEvent(operation="update", request_token=SOME, status="FAILED")).ended
    )
    assert script.calls == []
    assert script.time.slept == []


@pytest.mark.parametrize(
    ("at", "slept"),
    [
        pytest.param(START + timedelta(seconds=7), 7, id="a time ahead is waited for"),
        pytest.param(
            (START + timedelta(seconds=7)).astimezone(timezone(timedelta(hours=2))), 7, id="in whatever zone it is told"
        ),
        pytest.param(START + timedelta(seconds=0.1), 0.25, id="it does not shorten a pause"),
        pytest.param(START - timedelta(hours=1), 0.25, id="a time gone by does not either"),
        pytest.param(None, 0.25, id="none is told"),
    ],
)
def test_retry_after_is_a_time(at: datetime | None, slept: float) -> None:
    script = Script(
        delete_resource=[progress("PENDING", RetryAfter=at)], get_resource_request_status=[progress("SUCCESS")]
    )
    client = script.client()

    client.wait_until_ended(client.delete("x"))

    assert script.time.slept == [pytest.approx(slept)]


def test_a_poll_that_fails_does_not_lose_the_operation() -> None:
    script = Script(
        get_resource_request_status=[
            error("ThrottlingException"),
            NO_JSON,
            ReadTimeoutError(endpoint_url="https://x"),
            progress("SUCCESS"),
        ]
    )

    assert script.client().wait_until_ended(IN_PROGRESS).status == "SUCCESS"
    assert {method for method, _request in script.calls} == {"get_resource_request_status"}


def test_time_runs_out_with_the_token_and_the_last_status() -> None:
    script = Script(get_resource_request_status=[progress("IN_PROGRESS")])

    with pytest.raises(TimedOut) as raised:
        script.client(seconds=60).wait_until_ended(IN_PROGRESS)

    assert "update with request token some-request still has the status IN_PROGRESS" in raised.value.message
    assert "wait_timeout of 60 seconds" in raised.value.message
    assert script.time.elapsed() == pytest.approx(60)


def test_a_retry_after_beyond_the_deadline_is_not_waited_for() -> None:
    script = Script(get_resource_request_status=[progress("IN_PROGRESS", RetryAfter=START + timedelta(days=1))])

    with pytest.raises(TimedOut):
        script.client(seconds=60).wait_until_ended(IN_PROGRESS)

    assert script.time.elapsed() == pytest.approx(60)


# --- lists ---


def test_a_list_has_all_pages_whatever_their_size() -> None:
    script = Script(
        list_resources=[
            {"ResourceDescriptions": [resource({"Name": "a"}, identifier="a")], "NextToken": "1"},
            {"ResourceDescriptions": [], "NextToken": "2"},
            error("ThrottlingException"),
            {"ResourceDescriptions": [{"Identifier": "b"}, resource({"Name": "c"}, identifier="c")]},
        ]
    )

    assert list(script.client().list()) == [("a", {"Name": "a"}), ("b", {}), ("c", {"Name": "c"})]
    assert [request.get("NextToken") for request in script.requests("list_resources")] == [None, "1", "2", "2"]
    assert all(request["TypeName"] == TYPE for request in script.requests("list_resources"))


@pytest.mark.parametrize("end", [{}, {"NextToken": None}, {"NextToken": ""}], ids=["no token", "null", "empty"])
def test_a_list_ends_with_a_page_that_has(end: dict[str, Any]) -> None:
    script = Script(list_resources=[{"ResourceDescriptions": [], **end}])

    assert list(script.client().list()) == []
    assert len(script.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(NO_JSON, id="no descriptions"),
        pytest.param({"ResourceDescriptions": [{}]}, id="a description without an identifier"),
        pytest.param(
            {"ResourceDescriptions": [{"Identifier": "x", "Properties": "<"}]}, id="properties that are no JSON"
        ),
    ],
)
def test_an_unreadable_page_is_not_taken_for_the_last(answer: Answer) -> None:
    first: Answer = {"ResourceDescriptions": [resource({}, identifier="a")], "NextToken": "1"}

    with pytest.raises(CallFailed, match="The response to ListResources is invalid"):
        list(Script(list_resources=[first, answer]).client().list())


@pytest.mark.parametrize("tokens", [["1", "1"], ["1", "2", "3", "1"]], ids=["at once", "after a while"])
def test_a_token_that_comes_again_ends_a_list(tokens: list[str]) -> None:
    pages: list[Answer] = [
        {"ResourceDescriptions": [resource({}, identifier=f"x{place}")], "NextToken": token}
        for place, token in enumerate(tokens)
    ]
    script = Script(list_resources=pages)

    with pytest.raises(CallFailed) as failure:
        list(script.client().list())
    assert (failure.value.code, failure.value.operation) == ("InvalidAnswer", "ListResources")
    assert "does not end" in failure.value.message
    assert len(script.calls) == len(tokens)


def test_tokens_that_never_end_end_a_list() -> None:
    page: Any = {"ResourceDescriptions": []}
    script = Script(list_resources=[{**page, "NextToken": str(number)} for number in range(10_002)])

    with pytest.raises(CallFailed, match="does not end"):
        list(script.client().list())
    assert len(script.calls) == 10_000


# --- what the service itself says ---


def test_write_only_properties_are_read_with_their_times_as_text() -> None:
    at = datetime(2026, 2, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    script = Script(
        describe_thing=[
            {
                "ThingName": "x",
                "Schedule": {"StartTime": at, "Ends": [at, 1]},
                "Status": "Running",
                "Other": at,
                "ResponseMetadata": METADATA,
            }
        ]
    )

    assert script.client(role_arn="arn:role").read_write_only(READER, "x") == {
        "Schedule": {"StartTime": "2026-02-01T09:00:00Z", "Ends": ["2026-02-01T09:00:00Z", 1]},
        "Status": "Running",
    }
    assert script.calls == [("describe_thing", {"ThingName": "x"})]
    assert script.made == ["things"]


def test_a_write_only_property_that_the_service_does_not_have_is_left_out() -> None:
    answer: Answer = {"ThingName": "x", "Schedule": None, "Status": "Running", "ResponseMetadata": METADATA}

    assert Script(describe_thing=[answer]).client().read_write_only(READER, "x") == {"Status": "Running"}


def test_an_unreadable_description_is_not_taken_for_one_without_properties() -> None:
    """It would look as if no schedule had been set, and one would be written that may be set already."""
    answer: Answer = {"ThingName": "x", "Status": "Running", "ResponseMetadata": METADATA}
    script = Script(describe_thing=[NO_JSON, answer])

    assert script.client().read_write_only(READER, "x") == {"Status": "Running"}
    with pytest.raises(CallFailed, match="The response to DescribeThing is invalid"):
        Script(describe_thing=[NO_JSON]).client().read_write_only(READER, "x")


# --- somebody else's operation ---


def test_the_operation_of_somebody_else_is_found_on_any_page() -> None:
    script = Script(
        list_resource_requests=[
            {
                "ResourceRequestStatusSummaries": [
                    event("PENDING", request="no identifier yet"),
                    event("IN_PROGRESS", request="other", Identifier="y"),
                    {**event("IN_PROGRESS", request="type", Identifier="x"), "TypeName": "Other"},
                ],
                "NextToken": "1",
            },
            {"ResourceRequestStatusSummaries": [event("PENDING", request="theirs", Identifier="x")]},
        ]
    )

    theirs = script.client().operation_in_progress("x")

    assert theirs
    assert (theirs.request_token, theirs.status) == ("theirs", "PENDING")
    first, second = script.requests("list_resource_requests")
    assert second == {**first, "NextToken": "1"}
    assert set(first["ResourceRequestStatusFilter"]["Operations"]) == {"CREATE", "UPDATE", "DELETE"}
    assert set(first["ResourceRequestStatusFilter"]["OperationStatuses"]) == {
        "PENDING",
        "IN_PROGRESS",
        "CANCEL_IN_PROGRESS",
    }


def test_progress_of_another_operation_is_asked_for_again() -> None:
    script = Script(get_resource_request_status=[progress("SUCCESS", request="another"), progress("FAILED")])

    ended = script.client().wait_until_ended(IN_PROGRESS)
    assert (ended.request_token, ended.status) == (SOME, "FAILED")
    assert len(script.calls) == 2


@pytest.mark.parametrize("change", [{"RequestToken": None}, {"RequestToken": ""}, {"OperationStatus": 7}], ids=str)
def test_progress_without_the_texts_that_count_is_asked_for_again(change: dict[str, Any]) -> None:
    odd: Answer = {"ProgressEvent": {**event("SUCCESS"), **change}}
    script = Script(get_resource_request_status=[odd, progress("SUCCESS")])

    assert script.client().wait_until_ended(IN_PROGRESS).status == "SUCCESS"
    assert len(script.calls) == 2


def test_what_does_not_count_of_progress_may_be_anything() -> None:
    odd = {"Operation": 7, "Identifier": {"a": 1}, "ErrorCode": [], "StatusMessage": "x" * 9_000, "Hooks": None}
    ended = Script(get_resource_request_status=[progress("FAILED", **odd)]).client().wait_until_ended(IN_PROGRESS)

    assert (ended.operation, ended.identifier, ended.error_code, len(ended.message)) == ("7", "{'a': 1}", None, 4000)


@pytest.mark.parametrize("error", [AttributeError, OverflowError, RecursionError, TypeError, ValueError])
def test_what_botocore_stumbles_over_is_asked_for_again(error: type[Exception]) -> None:
    script = Script(get_resource=[error("odd"), found({"Name": "x"})])

    assert script.client().get("x") == {"Name": "x"}


def test_properties_that_do_not_pass_are_asked_for_again() -> None:
    def check(properties: dict[str, Any]) -> None:
        if "Name" not in properties:
            raise TypeError("Name is missing")

    script = Script(get_resource=[found({})])
    client = CloudControl(TYPE, make_client=script.make_client, deadline=Deadline(script.time.clock, 3600), check=check)
    with pytest.raises(CallFailed, match=r"The response to GetResource is invalid: .*Name is missing") as failure:
        client.get("x")
    assert (failure.value.code, len(script.calls)) == ("InvalidAnswer", TRIES)


@pytest.mark.parametrize(
    ("error", "code"),
    [(NoCredentialsError(), "NoCredentialsError"), (TypeError("no such argument"), "NoClient")],
    ids=["botocore's", "any other"],
)
def test_no_client_is_a_failure_before_any_call(error: Exception, code: str) -> None:
    def make_client(_service: str) -> None:
        raise error

    script = Script()
    client = CloudControl(TYPE, make_client=make_client, deadline=Deadline(script.time.clock, 3600), check=bool)
    with pytest.raises(CallFailed, match="The client for cloudcontrol cannot be created") as failure:
        client.get("x")
    assert (failure.value.code, failure.value.operation, failure.value.transient) == (code, None, False)
    assert str(error) in failure.value.message


def test_nobody_at_work_is_none() -> None:
    script = Script(list_resource_requests=[{"ResourceRequestStatusSummaries": []}])

    assert script.client().operation_in_progress("x") is None


def test_an_unreadable_list_of_requests_is_not_taken_for_nobody_at_work() -> None:
    with pytest.raises(CallFailed, match="The response to ListResourceRequests is invalid"):
        Script(list_resource_requests=[NO_JSON]).client().operation_in_progress("x")


# --- clients ---


def test_a_client_is_made_when_it_is_needed_and_once_for_all_threads() -> None:
    script = Script(get_resource=[found({})])
    client = script.client()
    assert script.made == []
    together = threading.Barrier(8)

    def get(_number: int) -> object:
        together.wait(timeout=10)
        return client.get("x")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(get, range(8))) == [{}] * 8

    assert script.made == ["cloudcontrol"]
