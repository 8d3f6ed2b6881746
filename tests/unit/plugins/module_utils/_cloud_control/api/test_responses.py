"""responses.py: exceptions to CallFailed, parsers of each response, and the types of properties."""

from __future__ import annotations

import json
import traceback
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

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api import responses
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import resource_type
from tests.support.cases import cases
from tests.support.model import EACH_TYPE, thing

URL = "https://host"
EVENT = {"Operation": "UPDATE", "RequestToken": "token", "OperationStatus": "SUCCESS"}
READER = resource_type.WriteOnlyReader(
    call=resource_type.ServiceCall("things", "describe_thing", "ThingName", "things:Describe"),
    members=("Schedule", "Status"),
    not_found="ThingNotFound",
)


def error_response(code: str, *, message: str = "It failed.", http: int = 400) -> ClientError:
    """Return botocore's exception for an error response."""
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": http}}
    return ClientError(response, "GetResource")


def converted(error: Exception) -> CallFailed:
    with pytest.raises(CallFailed) as raised, responses.convert_errors("GetResource"):
        raise error
    return raised.value


# Read this test first.
def test_convert_errors_raises_call_failed_for_error_response() -> None:
    response: Any = {
        "Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    with pytest.raises(CallFailed) as raised, responses.convert_errors("GetResource"):
        raise ClientError(response, "GetResource")
    failure = raised.value
    assert (failure.code, failure.message, failure.operation) == ("ThrottlingException", "Rate exceeded", "GetResource")
    assert (failure.transient, failure.without_response) == (True, False)
    assert isinstance(failure.__cause__, ClientError)


@cases(
    ("throttled", error_response("Throttling"), True, False),
    ("throttled in message", error_response("X", message="Rate exceeded (Service: X)"), True, False),
    ("conflict", error_response("ResourceConflictException", http=409), True, False),
    ("timeout in AWS", error_response("RequestTimeout"), True, True),
    ("timeout in SageMaker", error_response("RequestTimeoutException"), True, True),
    ("HTTP 500", error_response("ServiceInternalErrorException", http=500), True, True),
    ("HTTP 503", error_response("SomethingNew", http=503), True, True),
    ("HTTP 499", error_response("SomethingNew", http=499), False, False),
    ("not implemented", error_response("X", message="not yet implemented", http=500), False, False),
    ("HTTP 501", error_response("X", http=501), False, False),
    ("concurrent operation", error_response("ConcurrentOperationException"), False, False),
    ("invalid request", error_response("ValidationException"), False, False),
    ("read timeout", ReadTimeoutError(endpoint_url=URL), True, True),
    ("connection closed", ConnectionClosedError(endpoint_url=URL), True, True),
    ("connection refused", EndpointConnectionError(endpoint_url=URL), True, False),
    ("no credentials", NoCredentialsError(), False, False),
    ("invalid parameter", ParamValidationError(report="x"), False, False),
    ("missing member", KeyError("ResourceDescription"), True, True),
    ("attribute of another type", AttributeError("x"), True, True),
    ("number out of range", OverflowError("x"), True, True),
    ("deep nesting", RecursionError("x"), True, True),
)
def test_convert_errors_classifies(error: Exception, transient: bool, without_response: bool) -> None:
    failure = converted(error)
    assert (failure.transient, failure.without_response) == (transient, without_response)


@cases(
    ("connection refused", EndpointConnectionError(endpoint_url=URL), 1),
    ("connect timeout", ConnectTimeoutError(endpoint_url=URL), 1),
    ("no connection to the proxy", ProxyConnectionError(proxy_url=URL), 1),
    ("HTTP connection closed", ConnectionClosedError(endpoint_url="http://host"), 3),
    ("HTTPS connection closed", ConnectionClosedError(endpoint_url=URL), None),
    ("HTML in place of STS", ResponseParserError("invalid XML received:\nb'<html>'"), 1),
    ("truncated response of STS", ResponseParserError("invalid XML received:\nb'<Assume'"), None),
    ("throttled", error_response("Throttling"), None),
)
def test_convert_errors_limits_tries_before_first_response(error: Exception, tries: int | None) -> None:
    assert converted(error).tries_before_first_response == tries


@cases(
    ("page", "<!DOCTYPE html>\n<html><body><h1>Try  again</h1>", "Try again"),
    ("page with script", "<script>if (a < b) {}</script><style>h1 {}</style> <p>Denied</p>", "Denied"),
    ("no page", "if a < b and\n b > c", "if a < b and b > c"),
    ("long page", "<p>" + "x" * 10**6, "x" * 3997),
    ("no message", "", "An error occurred (403) when calling the GetResource operation: "),
)
def test_convert_errors_removes_html_from_message(message: str, expected: str) -> None:
    assert converted(error_response("403", message=message, http=403)).message == expected


def test_convert_errors_uses_http_status_if_response_has_no_code() -> None:
    without_code: Any = {"Error": {}, "ResponseMetadata": {"HTTPStatusCode": 404}}
    assert converted(ClientError(without_code, "GetResource")).code == "404"
    assert converted(ClientError({}, "GetResource")).code == "Unknown"


def test_convert_errors_appends_reason_of_proxy() -> None:
    error = ProxyConnectionError(proxy_url=URL, error="OSError('Tunnel connection failed: 403 Forbidden')")
    assert converted(error).message.endswith(": Tunnel connection failed: 403 Forbidden")


def test_convert_errors_reports_expired_credentials() -> None:
    error = RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired.")
    assert (converted(error).code, converted(error).transient) == ("CredentialRetrievalError", False)


def test_convert_errors_limits_length_of_message() -> None:
    failure = converted(ValueError("x" * 10**6))
    assert failure.code == "InvalidAnswer"
    assert failure.message.startswith("The response to GetResource is invalid: ValueError('xxx")
    assert len(failure.message) < 4100


def test_convert_errors_omits_response_of_sts() -> None:
    # A call can assume the role of a profile, and botocore quotes a response of STS that it cannot parse.
    failure = converted(ResponseParserError("invalid XML received. Further retries may succeed:\nb'<Secret>"))
    assert failure.message.endswith("invalid XML received. Further retries may succeed")
    assert "<Secret>" not in "".join(traceback.format_exception(failure))


@cases(
    ("exception of botocore", NoCredentialsError(), "NoCredentialsError"),
    ("other exception", TypeError("no such argument"), "NoClient"),
)
def test_convert_client_errors_raises_call_failed(error: Exception, code: str) -> None:
    with pytest.raises(CallFailed) as raised, responses.convert_client_errors("sagemaker"):
        raise error
    assert raised.value.message == f"The client for sagemaker cannot be created: {error}"
    assert (raised.value.code, raised.value.operation, raised.value.transient) == (code, None, False)


def test_parse_properties_removes_null_members_at_every_depth() -> None:
    read = {"Name": "x", "Note": None, "Part": {"A": None, "B": [{"C": None, "D": 0}]}, "Empty": {"E": None}}
    assert responses.parse_properties({"Properties": json.dumps(read)}) == {
        "Name": "x",
        "Part": {"B": [{"D": 0}]},
        "Empty": {},
    }


@pytest.mark.parametrize("text", ["<html>", "[]", "null", None])
def test_parse_properties_rejects(text: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        responses.parse_properties({"Properties": text})


def test_parse_resources_returns_identifiers_and_properties() -> None:
    page = [{"Identifier": "a"}, {"Identifier": "b", "Properties": '{"Name": "b"}'}]
    assert responses.parse_resources({"ResourceDescriptions": page}) == [("a", {}), ("b", {"Name": "b"})]


@cases(
    ("no list", {}),
    ("no identifier", {"ResourceDescriptions": [{}]}),
    ("number", {"ResourceDescriptions": [{"Identifier": 1}]}),
    ("invalid properties", {"ResourceDescriptions": [{"Identifier": "x", "Properties": "<"}]}),
)
def test_parse_resources_rejects(response: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        responses.parse_resources(response)


def test_parse_next_token_returns_none_on_last_page_and_rejects_number() -> None:
    assert {responses.parse_next_token(last) for last in ({}, {"NextToken": None}, {"NextToken": ""})} == {None}
    with pytest.raises(TypeError, match="NextToken is not a non-empty string: 7"):
        responses.parse_next_token({"NextToken": 7})


def test_parse_event_returns_all_members() -> None:
    at = datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
    error = {"ErrorCode": "NotStabilized", "StatusMessage": "Why", "RetryAfter": at}
    found = responses.parse_event({**EVENT, "TypeName": "T", "Identifier": "x", **error})
    assert tuple(found) == ("update", "token", "SUCCESS", "T", "x", "NotStabilized", "Why", at, None)


@cases(
    ("valid", {"HTTPHeaders": {"date": "Mon, 05 Jan 2026 09:00:00 GMT"}}, datetime(2026, 1, 5, 9, tzinfo=timezone.utc)),
    ("no date", {"HTTPHeaders": {"date": "now"}}, None),
    ("no header", {}, None),
)
def test_parse_progress_returns_time_of_response(metadata: Any, sent: datetime | None) -> None:
    assert responses.parse_progress({"ProgressEvent": EVENT, "ResponseMetadata": metadata}).sent == sent


@pytest.mark.parametrize("member", ["RequestToken", "OperationStatus"])
@pytest.mark.parametrize("value", [None, "", 7], ids=["null", "empty string", "number"])
def test_parse_event_rejects_member_that_is_no_string(member: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"{member} is not a non-empty string"):
        responses.parse_event({**EVENT, member: value})


def test_parse_event_accepts_other_members_of_any_type() -> None:
    event = responses.parse_event(
        {**EVENT, "Operation": 7, "Identifier": {"a": 1}, "ErrorCode": [], "StatusMessage": "x" * 9_000}
    )
    assert (event.operation, event.identifier, event.error_code, len(event.message)) == ("7", "{'a': 1}", "", 4000)


def test_parse_progress_returns_event_of_the_request() -> None:
    response = {"ProgressEvent": EVENT}
    assert responses.parse_progress(response, token=None) == responses.parse_progress(response, token="token")  # noqa: S106
    with pytest.raises(ValueError, match="the request token is token, not other"):
        responses.parse_progress(response, token="other")  # noqa: S106


def test_parse_requests_returns_events() -> None:
    assert responses.parse_requests({"ResourceRequestStatusSummaries": [EVENT]}) == [responses.parse_event(EVENT)]


def test_progress_event_ended() -> None:
    statuses = ("PENDING", "IN_PROGRESS", "CANCEL_IN_PROGRESS", "SUCCESS", "FAILED", "CANCEL_COMPLETE")
    ended = [responses.ProgressEvent("update", "token", status).ended for status in statuses]
    assert ended == [False, False, False, True, True, True]


def test_parse_write_only_returns_set_members_with_times_as_strings() -> None:
    at = datetime(2026, 2, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    response = {"ThingName": "x", "Schedule": {"StartTime": at, "Ends": [at, 1]}, "Status": None, "Other": at}
    assert responses.parse_write_only(READER, response) == {
        "Schedule": {"StartTime": "2026-02-01T09:00:00Z", "Ends": ["2026-02-01T09:00:00Z", 1]}
    }


def test_parse_write_only_rejects_response_without_members() -> None:
    # Otherwise the schedule would seem not to be set, and the task would write it again.
    with pytest.raises(KeyError):
        responses.parse_write_only(READER, {"ResponseMetadata": {}})


THING = thing(
    {**EACH_TYPE, "size": {"type": "int"}, "secret": {"type": "str"}},
    read_only={"status": {"type": "str"}, "born": {"type": "str"}},
    write_only=frozenset({"Secret"}),
    required_to_create=("Kinds", "Secret"),
    lifecycle=resource_type.Lifecycle("Status", "Wanted"),
)
DECLARED = {"Kinds", "Parts", "Part", "Secret"}
GOOD: dict[str, Any] = {
    "Name": "a",
    "Size": 1,
    "Share": 0.5,
    "Hot": True,
    "Kinds": ["a"],
    "Anything": [1, None, {}],
    "Parts": [{"Code": "a", "Count": 2, "Free": [None]}],
    "Part": {"Code": "a", "Inner": {"Code": "b"}},
    "Map": {"a": None},
    "Tags": [{"Key": "a", "Value": "b"}, {"Key": "c"}, {"Key": "d", "Value": None}],
    "Status": "Up",
    "Born": 7,
    "Unknown": [{}],
}


@cases(
    ("all properties", GOOD),
    ("required properties", {"Name": "a", "Kinds": [], "Status": "Down"}),
    ("null properties", {**GOOD, "Size": 1.0, "Share": 1, "Part": None, "Parts": None, "Tags": None}),
    ("null and unknown members", {**GOOD, "Parts": [{"Code": "a", "Count": None, "Unknown": 1}]}),
    ("empty object", {**GOOD, "Part": {"Code": "a", "Inner": {}}}),
)
def test_check_types_accepts_properties(properties: dict[str, Any]) -> None:
    responses.check_types(THING, properties, DECLARED)


ALWAYS_REQUIRED = ("Name is missing", "Status is missing")
BAD: list[tuple[dict[str, Any], str]] = [
    ({"Name": None}, "Name is missing"),
    ({"Name": 5}, "Name is not a string"),
    ({"Name": True}, "Name is not a string"),
    ({"Size": True}, "Size is not an integer"),
    ({"Size": 1.5}, "Size is not an integer"),
    ({"Size": "1"}, "Size is not an integer"),
    ({"Share": True}, "Share is not a number"),
    ({"Share": "1"}, "Share is not a number"),
    ({"Hot": 1}, "Hot is not a boolean"),
    ({"Kinds": "a"}, "Kinds is not a list"),
    ({"Kinds": ["a", 1]}, "Kinds[1] is not a string"),
    ({"Kinds": None}, "Kinds is missing"),
    ({"Kinds": ""}, "Kinds is not a list"),
    ({"Parts": {}}, "Parts is not a list"),
    ({"Parts": [None]}, "Parts[0] is not a dictionary"),
    ({"Parts": [{"Code": "a"}, {}]}, "Parts[1].Code is missing"),
    ({"Parts": [{"Code": None}]}, "Parts[0].Code is missing"),
    ({"Parts": [{"Code": "a", "Count": []}]}, "Parts[0].Count is not an integer"),
    ({"Part": []}, "Part is not a dictionary"),
    ({"Part": {"Code": "a", "Inner": {"Count": 1}}}, "Part.Inner.Code is missing"),
    ({"Map": []}, "Map is not a dictionary"),
    ({"Status": None}, "Status is missing"),
    ({"Status": ""}, "Status is missing"),
    ({"Status": 7}, "Status is not a string"),
    ({"Tags": {}}, "Tags is not a list of tags"),
    ({"Tags": "a"}, "Tags is not a list of tags"),
    ({"Tags": [None]}, "Tags is not a list of tags"),
    ({"Tags": [{"Value": "a"}]}, "Tags is not a list of tags"),
    ({"Tags": [{"Key": "a", "Value": 0}]}, "Tags is not a list of tags"),
    ({"Tags": [{"Key": "a"}, {"Key": 1}]}, "Tags is not a list of tags"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[f"{message}: {changes}" for changes, message in BAD])
def test_check_types_rejects_properties(changes: dict[str, Any], message: str) -> None:
    # A wrong type is an error of an undeclared property too.
    sets = [DECLARED] if "missing" in message and message not in ALWAYS_REQUIRED else [DECLARED, set()]
    for declared in sets:
        with pytest.raises(TypeError) as error:
            responses.check_types(THING, {**GOOD, **changes}, declared)
        assert str(error.value) == message


@pytest.mark.parametrize("changes", [{"Kinds": None}, {"Parts": [{}]}, {"Part": {"Count": 1}}, {"Part": {}}], ids=str)
def test_check_types_accepts_missing_member_of_undeclared_property(changes: dict[str, Any]) -> None:
    responses.check_types(THING, {**GOOD, **changes}, ())


def test_check_types_requires_no_status_of_type_without_lifecycle() -> None:
    responses.check_types(THING._replace(lifecycle=resource_type.Lifecycle()), {"Name": "a", "Kinds": []}, DECLARED)
