# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user is told to do about an error."""

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

# Cloud Control's errors that no call of ours can meet: it cancels nothing.
NEVER = {"ConcurrentModificationException", "PrivateTypeException"}


@pytest.mark.parametrize(
    ("code", "operation", "words"),
    [
        pytest.param("AccessDeniedException", "GetResource", "cloudformation:GetResource", id="which action to grant"),
        pytest.param("AccessDenied", "update", "cloud_control_role_arn", id="that a handler runs under a role"),
        pytest.param("ExpiredTokenException", "GetResource", "to resume", id="that nothing is lost"),
        pytest.param("UnrecognizedClientException", "GetResource", "access_key, profile", id="whence credentials come"),
        pytest.param("InvalidSignatureException", "GetResource", "region, secret_key and the clock", id="the clock"),
        pytest.param("TypeNotFoundException", "GetResource", "Set another region", id="that regions differ"),
        pytest.param("ThrottlingException", "GetResource", "Run fewer tasks in parallel", id="to ask less"),
        pytest.param("503", "GetResource", "in AWS or in a proxy", id="that a status of 5xx is not theirs"),
        pytest.param("500", "GetResource", "in AWS or in a proxy", id="that a status of 500 is none either"),
        pytest.param("403", "GetResource", "probably not from AWS", id="that a status of 4xx is perhaps a proxy's"),
        pytest.param("NotUpdatable", "update", "recreate: true", id="how to change what cannot be changed"),
        pytest.param("NotApplied", "update", "another caller", id="that others may be at work"),
        pytest.param("OutdatedBotocore", "GetResource", "requirements.txt", id="what to install"),
    ],
)
def test_the_hint_says(code: str, operation: str, words: str) -> None:
    assert words in (hint_for(code, operation) or "")


def test_there_is_a_hint_for_every_error_of_cloud_control() -> None:
    model = botocore.session.get_session().get_service_model("cloudcontrol")
    operations = [model.operation_model(name) for name in model.operation_names]
    codes = {shape.name for operation in operations for shape in operation.error_shapes} - NEVER
    enum: Any = model.shape_for("HandlerErrorCode")
    codes |= set(enum.enum) - {"UnauthorizedTaggingOperation"}  # the type's own advice
    assert {code for code in codes if not hint_for(code, "update")} == set()


def test_of_an_error_that_is_not_known_nothing_is_said() -> None:
    assert hint_for("SomethingNew", "update") is None


GO_ON = "Then run the task again to resume."
LONGER = "If this happens often, set a longer wait_timeout."
THROTTLED = CallFailed("Slow down", code="ThrottlingException", operation="GetResource")


def caused(error: CloudControlError, cause: CloudControlError) -> CloudControlError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "submitted", "hint"),
    [
        pytest.param(Rejected("No", hint="Ask."), False, "Ask.", id="what a refusal says"),
        pytest.param(Rejected("No", hint="Ask."), True, "Ask.", id="that alone, whatever was done before"),
        pytest.param(OperationFailed("No", code="X", hint="Ask."), False, "Ask.", id="what the error says itself"),
        pytest.param(OperationFailed("No", code="X", hint="Ask."), True, f"Ask. {GO_ON}", id="and how to go on"),
        pytest.param(OperationFailed("No", code="Of the type"), False, "Look there.", id="what the type says"),
        pytest.param(OperationFailed("No", code="X", hint="Do it again."), True, "Do it again.", id="nothing twice"),
        pytest.param(
            OperationFailed("against", code="X", hint="Ask."), True, f"Ask. {GO_ON}", id="against is not again"
        ),
        pytest.param(
            caused(TimedOut("Late", hint="Wait."), THROTTLED), False, f"Wait. {GO_ON} {LONGER}", id="its own first"
        ),
        pytest.param(
            caused(TimedOut("Late"), CallFailed("No", code="X", operation="GetResource", hint="Ask.")),
            False,
            f"Ask. {GO_ON} {LONGER}",
            id="what it says that time has run out on",
        ),
        pytest.param(
            caused(TimedOut("Late"), THROTTLED),
            False,
            f"{hint_for('ThrottlingException', 'GetResource')} {LONGER}",
            id="what is said of such an error",
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
def test_what_a_failure_advises(error: CloudControlError, submitted: bool, hint: str) -> None:
    told = describe_failure("Could not", error, hints={"Of the type": "Look there."}, region=None, submitted=submitted)
    assert told["error"]["hint"] == hint


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(Rejected("No"), "Could not: No.", id="a refusal"),
        pytest.param(Rejected("Why?"), "Could not: Why?", id="a sentence that has ended"),
        pytest.param(TimedOut("Late"), "Could not: Late.", id="time that is over"),
        pytest.param(
            CallFailed("No.", code="X", operation="GetResource"), "Could not: No (X in GetResource).", id="a call"
        ),
        pytest.param(CallFailed("No", code="X", operation=None), "Could not: No (X).", id="before any call"),
        pytest.param(
            CallFailed("No", code="404", operation="GetResource"), "Could not: No (HTTP 404 in GetResource).", id="HTTP"
        ),
        pytest.param(OperationFailed("No", code="X", operation="update"), "Could not: No (X).", id="an operation"),
    ],
)
def test_a_failure_in_a_sentence(error: CloudControlError, sentence: str) -> None:
    assert describe_failure("Could not", error, hints={}, region=None)["msg"].startswith(sentence)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        pytest.param("x-amz-date:1 X-Amz-Security-Token:IQo/+= host:y", "IQo", id="a token among signed headers"),
        pytest.param('{"X-Amz-Security-Token": "IQo/+=", "Host": "y"}', "IQo", id="a token in a proxy's JSON"),
        pytest.param("https://sts/?X-Amz-Security-Token=IQo%2F%3D&X-Amz-Date=y", "IQo", id="a token in a URL"),
        pytest.param("SignedHeaders=host, Signature=0123abcd", "0123", id="a signature"),
        pytest.param('Could not connect to "http://user:IQo@proxy:1/"', "IQo", id="a password in a URL"),
    ],
)
def test_what_a_message_repeats_of_a_request_is_told_without_its_secrets(message: str, told: str) -> None:
    error = CallFailed(message, code="InvalidSignatureException", operation="GetResource")
    error.__cause__ = RuntimeError(message)
    error.__cause__.__context__ = ValueError(message)
    result = describe_failure("Could not", error, hints={}, region=None)
    assert told not in str(result)
    assert told not in "".join(traceback.format_exception(error)), "which Ansible can be asked to show"
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
def test_what_is_no_secret_is_told_as_it_is(message: str) -> None:
    error = CallFailed(message, code="SomethingNew", operation="GetResource")
    assert describe_failure("Could not", error, hints={}, region=None)["error"]["message"] == message


WHO = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: cloudformation:GetResource on resource: y"
EXPLICIT = "so granting the permission does not help"
# what follows in AWS's message, the words of the hint
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
