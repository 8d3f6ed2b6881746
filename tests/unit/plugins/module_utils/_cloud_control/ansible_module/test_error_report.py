"""The message, the hint and the error of a failed task."""

from __future__ import annotations

import traceback
from typing import Any

import botocore.session
import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.error_report import (
    describe_failure,
    hint_for,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import (
    CallFailed,
    CloudControlError,
    OperationFailed,
    Rejected,
    TimedOut,
)
from tests.support.cases import cases

# Errors of Cloud Control for calls that the modules do not make.
UNUSED = {"ConcurrentModificationException", "PrivateTypeException"}


# Read this test first.
def test_describe_failure_returns_message_and_error() -> None:
    error = CallFailed("Rate exceeded", code="ThrottlingException", operation="GetResource")

    assert describe_failure("Could not delete checkout", error, hints={}, region="us-east-1") == {
        "msg": "Could not delete checkout: Rate exceeded (ThrottlingException in GetResource)."
        " Run fewer tasks in parallel. Run the task again later to resume.",
        "error": {
            "code": "ThrottlingException",
            "message": "Rate exceeded",
            "operation": "GetResource",
            "request_token": None,
            "hint": "Run fewer tasks in parallel. Run the task again later to resume.",
        },
    }


@cases(("region", "us-east-1", " --region us-east-1"), ("no region", None, ""))
def test_describe_failure_names_command_for_operation(region: str | None, option: str) -> None:
    request = "1234"
    error = OperationFailed("No", code="X", request_token=request)
    failure = describe_failure("Could not", error, hints={}, region=region)
    command = f"aws cloudcontrol get-resource-request-status --request-token {request}{option}"
    assert failure["error"]["hint"] == f"To show the operation, run: {command}"


@cases(
    ("denied call", "AccessDeniedException", "GetResource", "cloudformation:GetResource"),
    ("denied handler", "AccessDenied", "update", "cloud_control_role_arn"),
    ("expired token", "ExpiredTokenException", "GetResource", "to resume"),
    ("unknown credentials", "UnrecognizedClientException", "GetResource", "access_key, profile"),
    ("signature", "InvalidSignatureException", "GetResource", "region, secret_key and the clock"),
    ("type not in region", "TypeNotFoundException", "GetResource", "Set another region"),
    ("throttled", "ThrottlingException", "GetResource", "Run fewer tasks in parallel"),
    ("HTTP 503", "503", "GetResource", "in AWS or in a proxy"),
    ("HTTP 500", "500", "GetResource", "in AWS or in a proxy"),
    ("HTTP 403", "403", "GetResource", "probably not from AWS"),
    ("create-only property", "NotUpdatable", "update", "recreate: true"),
    ("not applied", "NotApplied", "update", "another caller"),
    ("old botocore", "OutdatedBotocore", "GetResource", "requirements.txt"),
)
def test_hint_for_contains_words(code: str, operation: str, words: str) -> None:
    assert words in (hint_for(code, operation) or "")


@cases(
    ("HTTPS to an HTTP port", "SSLError", "[SSL: WRONG_VERSION_NUMBER]", "begins with http://"),
    ("HTTP to a TLS port", "ConnectionClosedError", 'endpoint URL: "http://host"', "begins with https://"),
    ("text of a TLS port", "400", "Client sent an HTTP request to an HTTPS server.", "begins with https://"),
    ("page of a TLS port", "400", "The plain HTTP request was sent to HTTPS port", "begins with https://"),
    ("no FIPS endpoint", "EndpointConnectionError", "https://x-fips.us-east-1", "AWS_USE_FIPS_ENDPOINT"),
    ("token file", "CredentialRetrievalError", "The web identity token file", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    ("unclosed quote", "NoClient", "No closing quotation", "Run the command of credential_process"),
    ("expired", "CredentialRetrievalError", "are still expired", "check the clock"),
    ("profile and keys", "NoClient", "both a profile and access tokens", "unset AWS_PROFILE"),
)
def test_hint_for_depends_on_message(code: str, message: str, words: str) -> None:
    assert words in (hint_for(code, "GetResource", message) or "")


def test_hint_for_has_hint_for_each_error_of_cloud_control() -> None:
    model = botocore.session.get_session().get_service_model("cloudcontrol")
    operations = [model.operation_model(name) for name in model.operation_names]
    codes = {shape.name for operation in operations for shape in operation.error_shapes} - UNUSED
    enum: Any = model.shape_for("HandlerErrorCode")
    codes |= set(enum.enum) - {"UnauthorizedTaggingOperation"}  # the type has this hint
    assert {code for code in codes if not hint_for(code, "update")} == set()


def test_hint_for_returns_none_for_unknown_code() -> None:
    assert hint_for("SomethingNew", "update") is None


RESUME = "Then run the task again to resume."
LONGER = "If this happens often, set a longer wait_timeout."
UNKNOWN = CallFailed("No", code="X", operation="GetResource")
WITH_HINT = CallFailed("No", code="X", operation="GetResource", hint="Ask.")
THROTTLED = CallFailed("Slow down", code="ThrottlingException", operation="GetResource")


def caused(error: CloudControlError, cause: CloudControlError) -> CloudControlError:
    error.__cause__ = cause
    return error


@cases(
    ("hint of rejection", Rejected("No", hint="Ask."), False, "Ask."),
    ("hint of rejection after operation", Rejected("No", hint="Ask."), True, "Ask."),
    ("hint of error", OperationFailed("No", code="X", hint="Ask."), False, "Ask."),
    ("hint of error after operation", OperationFailed("No", code="X", hint="Ask."), True, f"Ask. {RESUME}"),
    ("hint of type", OperationFailed("No", code="Of the type"), False, "Check it."),
    ("hint with again", OperationFailed("No", code="X", hint="Do it again."), True, "Do it again."),
    ("message with against", OperationFailed("against", code="X", hint="Ask."), True, f"Ask. {RESUME}"),
    ("hint of time-out", caused(TimedOut("Late", hint="Wait."), THROTTLED), False, f"Wait. {RESUME} {LONGER}"),
    ("hint of cause", caused(TimedOut("Late"), WITH_HINT), False, f"Ask. {RESUME} {LONGER}"),
    ("code of cause", caused(TimedOut("Late"), THROTTLED), False, f"{hint_for('Throttling', 'GetResource')} {LONGER}"),
    ("cause without a hint", caused(TimedOut("Late"), UNKNOWN), False, f"Run the task again to resume. {LONGER}"),
    ("time-out without a cause", TimedOut("Late"), False, f"Run the task again to resume. {LONGER}"),
)
def test_describe_failure_chooses_hint(error: CloudControlError, submitted: bool, hint: str) -> None:
    failure = describe_failure("Could not", error, hints={"Of the type": "Check it."}, region=None, submitted=submitted)
    assert failure["error"]["hint"] == hint


@cases(
    ("rejection", Rejected("No"), "Could not: No."),
    ("question mark", Rejected("Why?"), "Could not: Why?"),
    ("time-out", TimedOut("Late"), "Could not: Late."),
    ("call", CallFailed("No.", code="X", operation="GetResource"), "Could not: No (X in GetResource)."),
    ("no call", CallFailed("No", code="X", operation=None), "Could not: No (X)."),
    ("HTTP status", CallFailed("No", code="404", operation="GetResource"), "Could not: No (HTTP 404 in GetResource)."),
    ("operation", OperationFailed("No", code="X", operation="update"), "Could not: No (X)."),
)
def test_describe_failure_begins_with_sentence(error: CloudControlError, sentence: str) -> None:
    assert describe_failure("Could not", error, hints={}, region=None)["msg"].startswith(sentence)


@cases(
    ("token in headers", "x-amz-date:1 X-Amz-Security-Token:IQo/+= host:y", "IQo"),
    ("token in JSON", '{"X-Amz-Security-Token": "IQo/+=", "Host": "y"}', "IQo"),
    ("token in URL", "https://sts/?X-Amz-Security-Token=IQo%2F%3D&X-Amz-Date=y", "IQo"),
    ("signature", "SignedHeaders=host, Signature=0123abcd", "0123"),
    ("password in URL", 'Could not connect to "http://user:IQo@proxy:1/"', "IQo"),
)
def test_describe_failure_hides_secret(message: str, secret: str) -> None:
    error = CallFailed(message, code="InvalidSignatureException", operation="GetResource")
    error.__cause__ = RuntimeError(message)
    error.__cause__.__context__ = ValueError(message)
    result = describe_failure("Could not", error, hints={}, region=None)
    assert secret not in str(result)
    assert secret not in "".join(traceback.format_exception(error))  # Ansible can show the traceback
    assert "********" in result["msg"]
    assert "********" in result["error"]["message"]


@pytest.mark.parametrize(
    "message",
    [
        "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
        "Could not connect to https://cloudcontrolapi.us-east-1.amazonaws.com:443/ as me@example.com",
        "arn:aws:iam::123456789012:role/token is not authorized to perform cloudformation:GetResource",
    ],
)
def test_describe_failure_keeps_message_without_secret(message: str) -> None:
    error = CallFailed(message, code="SomethingNew", operation="GetResource")
    assert describe_failure("Could not", error, hints={}, region=None)["error"]["message"] == message


WHO = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: cloudformation:GetResource on resource: y"
EXPLICIT = "so granting the permission does not help"
IN = "with an explicit deny in"
# end of the message of AWS -> words of the hint
DENIALS = {
    **{
        f"{IN} a {policy}": (f"A {policy} denies", EXPLICIT)
        for policy in (
            *("service control policy", "resource control policy", "permissions boundary", "resource-based policy"),
            "VPC endpoint policy",
        )
    },
    f"{IN} an identity-based policy": ("An identity-based policy denies", EXPLICIT),
    f"{IN} a session policy: arn:aws:iam::1:policy/z": ("A session policy denies", EXPLICIT),
    "with an explicit deny": ("A policy denies", EXPLICIT),
    **{
        f"because no {policy} allows the action": (f"Allow the action in the {policy}",)
        for policy in ("service control policy", "permissions boundary", "session policy", "VPC endpoint policy")
    },
    "because no identity-based policy allows the action": ("Grant the permission in the message",),
    "because no resource-based policy allows the action": ("Grant the permission in the message",),
    "": ("Grant the permission in the message", "docs/iam"),
}


@pytest.mark.parametrize("code", ["AccessDeniedException", "GeneralServiceException", "InvalidRequest"])
@pytest.mark.parametrize(("why", "words"), DENIALS.items(), ids=DENIALS)
def test_hint_for_denial_names_the_policy_that_decides(why: str, words: tuple[str, ...], code: str) -> None:
    hint = hint_for(code, "update", f"{WHO} {why}") or ""
    assert [some for some in words if some not in hint] == []


@pytest.mark.parametrize("why", [why for why, words in DENIALS.items() if EXPLICIT in words])
def test_hint_for_explicit_deny_precedes_every_hint_to_grant(why: str) -> None:
    denial = OperationFailed(f"{WHO} {why}", code="UnauthorizedTaggingOperation", hint="Grant it.", operation="update")
    hint = describe_failure("Could not", denial, hints={denial.code: "Grant it."}, region=None)["error"]["hint"]
    assert (EXPLICIT in hint, "Grant" in hint) == (True, False)
