# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
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

# Errors of Cloud Control for calls that the modules do not make.
UNUSED = {"ConcurrentModificationException", "PrivateTypeException"}


# Read this test first.
def test_describe_failure_returns_message_and_error() -> None:
    error = CallFailed("Rate exceeded", code="ThrottlingException", operation="GetResource")

    assert describe_failure("Could not delete checkout", error, hints={}, region="us-east-1") == {
        "msg": (
            "Could not delete checkout: Rate exceeded (ThrottlingException in GetResource). Run fewer tasks in"
            " parallel. Run the task again later to resume."
        ),
        "error": {
            "code": "ThrottlingException",
            "message": "Rate exceeded",
            "operation": "GetResource",
            "request_token": None,
            "hint": "Run fewer tasks in parallel. Run the task again later to resume.",
        },
    }


@pytest.mark.parametrize(
    ("region", "option"),
    [pytest.param("us-east-1", " --region us-east-1", id="region"), pytest.param(None, "", id="no region")],
)
def test_describe_failure_names_command_for_operation(region: str | None, option: str) -> None:
    request = "1234"
    error = OperationFailed("No", code="X", request_token=request)
    failure = describe_failure("Could not", error, hints={}, region=region)
    command = f"aws cloudcontrol get-resource-request-status --request-token {request}{option}"
    assert failure["error"]["hint"] == f"To show the operation, run: {command}"


@pytest.mark.parametrize(
    ("code", "operation", "words"),
    [
        pytest.param("AccessDeniedException", "GetResource", "cloudformation:GetResource", id="denied call"),
        pytest.param("AccessDenied", "update", "cloud_control_role_arn", id="denied handler"),
        pytest.param("ExpiredTokenException", "GetResource", "to resume", id="expired token"),
        pytest.param("UnrecognizedClientException", "GetResource", "access_key, profile", id="unknown credentials"),
        pytest.param("InvalidSignatureException", "GetResource", "region, secret_key and the clock", id="signature"),
        pytest.param("TypeNotFoundException", "GetResource", "Set another region", id="type not in region"),
        pytest.param("ThrottlingException", "GetResource", "Run fewer tasks in parallel", id="throttled"),
        pytest.param("503", "GetResource", "in AWS or in a proxy", id="HTTP 503"),
        pytest.param("500", "GetResource", "in AWS or in a proxy", id="HTTP 500"),
        pytest.param("403", "GetResource", "probably not from AWS", id="HTTP 403"),
        pytest.param("NotUpdatable", "update", "recreate: true", id="create-only property"),
        pytest.param("NotApplied", "update", "another caller", id="not applied"),
        pytest.param("OutdatedBotocore", "GetResource", "requirements.txt", id="old botocore"),
    ],
)
def test_hint_for_contains_words(code: str, operation: str, words: str) -> None:
    assert words in (hint_for(code, operation) or "")


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
THROTTLED = CallFailed("Slow down", code="ThrottlingException", operation="GetResource")


def caused(error: CloudControlError, cause: CloudControlError) -> CloudControlError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "submitted", "hint"),
    [
        pytest.param(Rejected("No", hint="Ask."), False, "Ask.", id="hint of rejection"),
        pytest.param(Rejected("No", hint="Ask."), True, "Ask.", id="hint of rejection after operation"),
        pytest.param(OperationFailed("No", code="X", hint="Ask."), False, "Ask.", id="hint of error"),
        pytest.param(
            OperationFailed("No", code="X", hint="Ask."), True, f"Ask. {RESUME}", id="hint of error after operation"
        ),
        pytest.param(OperationFailed("No", code="Of the type"), False, "Check it.", id="hint of type"),
        pytest.param(OperationFailed("No", code="X", hint="Do it again."), True, "Do it again.", id="hint with again"),
        pytest.param(
            OperationFailed("against", code="X", hint="Ask."), True, f"Ask. {RESUME}", id="message with against"
        ),
        pytest.param(
            caused(TimedOut("Late", hint="Wait."), THROTTLED), False, f"Wait. {RESUME} {LONGER}", id="hint of time-out"
        ),
        pytest.param(
            caused(TimedOut("Late"), CallFailed("No", code="X", operation="GetResource", hint="Ask.")),
            False,
            f"Ask. {RESUME} {LONGER}",
            id="hint of cause",
        ),
        pytest.param(
            caused(TimedOut("Late"), THROTTLED),
            False,
            f"{hint_for('ThrottlingException', 'GetResource')} {LONGER}",
            id="code of cause",
        ),
        pytest.param(
            caused(TimedOut("Late"), CallFailed("No", code="X", operation="GetResource")),
            False,
            f"Run the task again to resume. {LONGER}",
            id="time-out without a hint for the cause",
        ),
        pytest.param(TimedOut("Late"), False, f"Run the task again to resume. {LONGER}", id="time-out without a cause"),
    ],
)
def test_describe_failure_chooses_hint(error: CloudControlError, submitted: bool, hint: str) -> None:
    failure = describe_failure("Could not", error, hints={"Of the type": "Check it."}, region=None, submitted=submitted)
    assert failure["error"]["hint"] == hint


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(Rejected("No"), "Could not: No.", id="rejection"),
        pytest.param(Rejected("Why?"), "Could not: Why?", id="question mark"),
        pytest.param(TimedOut("Late"), "Could not: Late.", id="time-out"),
        pytest.param(
            CallFailed("No.", code="X", operation="GetResource"), "Could not: No (X in GetResource).", id="call"
        ),
        pytest.param(CallFailed("No", code="X", operation=None), "Could not: No (X).", id="no call"),
        pytest.param(
            CallFailed("No", code="404", operation="GetResource"),
            "Could not: No (HTTP 404 in GetResource).",
            id="HTTP status",
        ),
        pytest.param(OperationFailed("No", code="X", operation="update"), "Could not: No (X).", id="operation"),
    ],
)
def test_describe_failure_begins_with_sentence(error: CloudControlError, sentence: str) -> None:
    assert describe_failure("Could not", error, hints={}, region=None)["msg"].startswith(sentence)


@pytest.mark.parametrize(
    ("message", "secret"),
    [
        pytest.param("x-amz-date:1 X-Amz-Security-Token:IQo/+= host:y", "IQo", id="token in headers"),
        pytest.param('{"X-Amz-Security-Token": "IQo/+=", "Host": "y"}', "IQo", id="token in JSON"),
        pytest.param("https://sts/?X-Amz-Security-Token=IQo%2F%3D&X-Amz-Date=y", "IQo", id="token in URL"),
        pytest.param("SignedHeaders=host, Signature=0123abcd", "0123", id="signature"),
        pytest.param('Could not connect to "http://user:IQo@proxy:1/"', "IQo", id="password in URL"),
    ],
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
# end of the message of AWS -> words of the hint
DENIALS = {
    "with an explicit deny in a service control policy": ("A service control policy denies", EXPLICIT),
    "with an explicit deny in a resource control policy": ("A resource control policy denies", EXPLICIT),
    "with an explicit deny in a permissions boundary": ("A permissions boundary denies", EXPLICIT),
    "with an explicit deny in an identity-based policy": ("An identity-based policy denies", EXPLICIT),
    "with an explicit deny in a resource-based policy": ("A resource-based policy denies", EXPLICIT),
    "with an explicit deny in a VPC endpoint policy": ("A VPC endpoint policy denies", EXPLICIT),
    "with an explicit deny in a session policy: arn:aws:iam::1:policy/z": ("A session policy denies", EXPLICIT),
    "with an explicit deny": ("A policy denies", EXPLICIT),
    "because no service control policy allows the action": ("Allow the action in the service control policy",),
    "because no permissions boundary allows the action": ("Allow the action in the permissions boundary",),
    "because no session policy allows the action": ("Allow the action in the session policy",),
    "because no VPC endpoint policy allows the action": ("Allow the action in the VPC endpoint policy",),
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
    assert EXPLICIT in hint
    assert "Grant" not in hint
