# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a failure is told: what was attempted, what came of it, what to do about it and where to look further.

Loaded only when a task fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import (
    NOT_AUTHORIZED,
    CallFailed,
    CloudControlError,
    Rejected,
    TimedOut,
    is_denied,
    is_not_implemented,
    is_throttled,
)

_GO_ON = "Run the task again to resume."
_LATER = "Run the task again later to resume."
_LONGER = "If this happens often, set a longer wait_timeout."
_POLICIES = "docs/iam of this collection contains sufficient policies."
_CHECK_ENDPOINT = "Check region, endpoint_url, AWS_ENDPOINT_URL and the network."

# Codes of AWS's errors, HandlerErrorCodes, classes of botocore and our own, with what to do about them.
_ADVICE = (
    (
        "Throttling ThrottlingException ThrottledException TooManyRequestsException RequestLimitExceeded SlowDown",
        f"Run fewer tasks in parallel. {_LATER}",
    ),
    (
        "InternalFailure InternalError InternalServerError ServiceUnavailable",
        f"The cause is in AWS or in a proxy, not in the task. {_LATER}",
    ),
    (
        (
            "NetworkFailure NetworkFailureException ServiceInternalError ServiceInternalErrorException ServiceTimeout"
            " NotStabilized NotStabilizedException"
        ),
        f"The cause is in AWS, not in the task. {_LATER}",
    ),
    (
        "HandlerFailureException HandlerInternalFailure HandlerInternalFailureException Unknown",
        f"The cause is in AWS, not in the task. {_LATER}",
    ),
    (
        "ConnectionClosedError ReadTimeoutError HTTPClientError ResponseStreamingError",
        f"Check the network and the proxies. {_LATER}",
    ),
    ("EndpointConnectionError ConnectTimeoutError", _CHECK_ENDPOINT),
    (
        "ProxyConnectionError 407",
        (
            "Check the proxy in HTTPS_PROXY, HTTP_PROXY or aws_config, and its credentials. Add hosts that need no"
            " proxy to NO_PROXY."
        ),
    ),
    (
        "ProfileNotFound ConfigNotFound ConfigParseError InvalidConfigError InfiniteLoopConfigError",
        "Check profile, and the AWS configuration of the host that runs the task.",
    ),
    ("NoClient InvalidRegionError", "Check region, endpoint_url, aws_ca_bundle and aws_config."),
    (
        "InvalidAnswer NotCloudControl",
        (
            "The response is probably not from AWS, but from a proxy or another server. Check endpoint_url,"
            " AWS_ENDPOINT_URL, HTTPS_PROXY and NO_PROXY."
        ),
    ),
    (
        "501",
        (
            "The response is probably not from AWS, but from an emulator or another server. Check endpoint_url and"
            " AWS_ENDPOINT_URL. For an emulator, check which services and resource types it supports."
        ),
    ),
    (
        "SSLError",
        (
            "Set aws_ca_bundle to the CA certificate of the API endpoint. If profile assumes a role, set AWS_CA_BUNDLE"
            " for the calls to AWS STS."
        ),
    ),
    (
        "NoCredentialsError PartialCredentialsError",
        "Set profile, or access_key and secret_key, or the AWS_* variables.",
    ),
    (
        "CredentialRetrievalError MetadataRetrievalError SSOError",
        "Run `aws sts get-caller-identity` with the same profile to find out why the credentials cannot be retrieved.",
    ),
    (
        "TokenRetrievalError SSOTokenLoadError UnauthorizedSSOTokenError LoginRefreshRequired LoginTokenLoadError",
        f"Log in with `aws sso login` or `aws login`. {_GO_ON}",
    ),
    (
        "ExpiredToken ExpiredTokenException RequestExpired",
        f"Get new credentials. {_GO_ON}",
    ),
    (
        "InvalidClientTokenId UnrecognizedClientException",
        "Check access_key, profile and the AWS_* variables. Check that the region is enabled in the account.",
    ),
    (
        "InvalidSignatureException SignatureDoesNotMatch",
        "Check region, secret_key and the clock of the host that runs the task.",
    ),
    (
        "InvalidCredentials InvalidCredentialsException",
        f"Use credentials that are valid until the operation ends. Check cloud_control_role_arn if it is set. {_GO_ON}",
    ),
    (
        "AccessDenied",
        f"Grant the missing permission to the calling identity, or to cloud_control_role_arn if it is set. {_POLICIES}",
    ),
    (
        "TypeNotFoundException UnsupportedActionException UnsupportedTarget",
        "This resource type is not available in {region}. Set another region.",
    ),
    (
        "InvalidRequest InvalidRequestException ValidationException ClientTokenConflictException",
        "AWS rejected the request shown in `operations`. Correct the option named in the message.",
    ),
    (
        "NotUpdatable NotUpdatableException",
        (
            "The property in the message can be set only on create. recreate: true deletes the resource and creates it"
            " again."
        ),
    ),
    ("NotFound ResourceNotFoundException", f"Another caller has deleted the resource. {_GO_ON}"),
    ("AlreadyExists AlreadyExistsException", f"Another caller has created the resource or a part of it. {_GO_ON}"),
    (
        "ResourceConflict ResourceConflictException ConcurrentOperationException Unsettled",
        f"A concurrent operation is in progress. {_LATER}",
    ),
    (
        "ServiceLimitExceeded ServiceLimitExceededException",
        "The account has reached a quota. Request an increase in Service Quotas, or delete resources.",
    ),
    (
        "GeneralServiceException",
        "The service rejected the request. Correct the cause that the message names.",
    ),
    (
        "NonCompliant",
        (
            "A CloudFormation hook of the account rejected the operation. Correct the options of the task, or ask the"
            " owner of the hook."
        ),
    ),
    (
        "InvalidTypeConfiguration",
        "Check the configuration of this resource type in the account's CloudFormation registry.",
    ),
    ("CANCEL_COMPLETE", f"Another caller has cancelled the operation. {_GO_ON}"),
    ("NotApplied", f"AWS ignored the change, or another caller has reverted it. {_GO_ON}"),
    ("RequestTokenNotFoundException", f"Cloud Control has no record of the operation. {_GO_ON}"),
    (
        "MissingLibrary",
        "Install boto3 and botocore for this Python, or set ansible_python_interpreter to a Python that has both.",
    ),
    ("TimedOut", f"{_GO_ON} {_LONGER}"),
    ("NoRegion", "Set region, or the variable AWS_REGION."),
    ("OutdatedBotocore", "Install the versions of boto3 and botocore in the requirements.txt of this collection."),
)
HINTS = {code: hint for codes, hint in _ADVICE for code in codes.split()}
# Hints for messages that say more than their code: the codes, a pattern of the message, and the hint.
ADVICE_BY_MESSAGE = (
    (
        "OutdatedBotocore",
        "ignores (?:AWS_ENDPOINT_URL|endpoint_url)",
        "Set endpoint_url or AWS_URL, or install botocore 1.31.0 and boto3 1.28.0 or newer.",
    ),
    (
        "CredentialRetrievalError",
        "requires an MFA code",
        (
            "Get a session with the code, by `aws sts get-session-token` or the module"
            " community.aws.sts_session_token. Set access_key, secret_key and session_token of the session, or a"
            " profile without mfa_serial."
        ),
    ),
    (
        "CredentialRetrievalError",
        "web identity token file",
        (
            "Check web_identity_token_file in the profile or AWS_WEB_IDENTITY_TOKEN_FILE on the host that runs the"
            " task. The user of the task must be able to read the file."
        ),
    ),
    (
        "CredentialRetrievalError NoClient",
        "credential_process|No closing quotation",
        (
            "Run the command of credential_process as the user of the task, on the host that runs the task: it must"
            " exit with 0 and print Version (1), AccessKeyId, SecretAccessKey and, for temporary credentials,"
            " SessionToken and Expiration."
        ),
    ),
    (
        "CredentialRetrievalError",
        "still expired",
        "Get new credentials, and check the clock of the host that runs the task.",
    ),
    (
        "NoClient",
        "both a profile and access tokens",
        (
            "Use one of them: omit profile and unset AWS_PROFILE, or omit access_key, secret_key and session_token and"
            " unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."
        ),
    ),
    (
        "SSLError",
        "(?i)wrong.version.number|record.layer.failure|packet.length.too.long",
        (
            "The port does not use TLS. In endpoint_url or AWS_ENDPOINT_URL, set a URL that begins with http://, or set"
            " the port for HTTPS."
        ),
    ),
    (
        "ConnectionClosedError 400",
        ('endpoint URL: "http://|HTTP request to an HTTPS server|sent to HTTPS port|plain HTTP to an SSL|requires TLS'),
        (
            "If the port expects HTTPS, set a URL that begins with https:// in endpoint_url or AWS_ENDPOINT_URL."
            " Otherwise check the network and the proxies, and run the task again later."
        ),
    ),
    (
        "EndpointConnectionError ConnectTimeoutError",
        r"//[\w.-]*\bfips\b",
        (
            "The service may have no FIPS endpoint in this region. Unset the variable AWS_USE_FIPS_ENDPOINT, and"
            " use_fips_endpoint in the profile and in aws_config, or set another region."
        ),
    ),
)
# AWS's words for the kind of policy that decides, where another policy cannot grant the permission.
_EXPLICIT_DENY = re.compile(r"with an explicit deny(?: in (an? (?:[\w-]+ )+(?:policy|boundary)\b))?")
_NOT_ALLOWED_BY = re.compile(
    r"because no ((?:service control|resource control|session|VPC endpoint) policy|permissions boundary) allows"
)
# Passwords in URLs, and what AWS tells of a request whose signature is wrong, or a proxy of one that it does not like.
_SECRETS = re.compile(
    r"""(://[^/\s:@]*:)[^/\s@]+(?=@)|((?i:x-amz-security-token["']?\s*[:=]\s*["']?|signature=))[\w+/=%.~-]+"""
)


def hint_for(code: str, operation: str | None, message: str = "") -> str | None:
    """Return what a user can do about an error of a call (GetResource) or an operation (update); None if unknown."""
    if NOT_AUTHORIZED in message:
        grant = f"Grant the permission in the message to the identity in the message. {_POLICIES}"
        return _policy_hint(message) or grant
    if code.startswith("AccessDenied") and operation and operation[0].isupper():
        return f"Grant the permission cloudformation:{operation} to the calling identity. {_POLICIES}"
    if is_throttled(code, message):
        return HINTS["Throttling"]
    if is_denied(code, message):
        return HINTS["AccessDenied"]
    for codes, words, hint in ADVICE_BY_MESSAGE:
        if code in codes.split() and re.search(words, message):
            return hint
    if is_not_implemented(message):
        return HINTS["501"]
    if code.isdigit() and code not in HINTS:  # the HTTP status of an answer without a code
        code = "InternalFailure" if code >= "500" else "NotCloudControl"
    return HINTS.get(code)


def _policy_hint(message: str) -> str | None:
    """Return the hint for a denial that granting the permission to the identity does not correct."""
    if denied := _EXPLICIT_DENY.search(message):
        policy = denied[1] or "a policy"
        return (
            f"{policy[0].upper()}{policy[1:]} denies the action explicitly, so granting the permission does not help."
            " Change that policy or use another identity."
        )
    if not_allowed := _NOT_ALLOWED_BY.search(message):
        return f"Allow the action in the {not_allowed[1]} too. The permission of the identity alone is not sufficient."
    return None


def failure(
    attempt: str,
    error: CloudControlError,
    *,
    hints: Mapping[str, str],
    region: str | None,
    begun: bool = False,
    without_response: bool = False,
) -> dict[str, Any]:
    """Return the msg and the error of a failed task.

    hints is the resource type's own, by code, where {region} stands for the region; begun: operations were sent;
    without_response: the last of them never was.
    """
    _hide_secrets(error)
    hint = (_hint(error, hints, begun=begun) or "").replace("{region}", region or "this region")
    where = f" --region {region}" if region else ""
    if error.request_token:
        command = f"aws cloudcontrol get-resource-request-status --request-token {error.request_token}{where}"
        hint += f" To show the operation, run: {command}"
    elif without_response:
        hint += f" To check whether AWS accepted the operation, run: aws cloudcontrol list-resource-requests{where}"
    hint = hint.strip()
    parts = {
        "code": error.code,
        "message": error.message,
        "operation": error.operation,
        "request_token": error.request_token,
        "hint": hint or None,
    }
    return {"msg": _sentence(attempt, error) + (f" {hint}" if hint else ""), "error": parts}


def _hide_secrets(error: CloudControlError) -> None:
    """Take them out of what came before as well, which a traceback shows to those who ask Ansible for one."""
    error.message = _SECRETS.sub(r"\1\2********", error.message)
    link: BaseException | None = error
    while link:
        link.args = tuple(_SECRETS.sub(r"\1\2********", str(part)) for part in link.args)
        link = link.__cause__ or link.__context__


def _sentence(attempt: str, error: CloudControlError) -> str:
    message = error.message.rstrip()
    if not isinstance(error, (Rejected, TimedOut)):
        code = f"HTTP {error.code}" if error.code.isdigit() else error.code
        call = f" in {error.operation}" if isinstance(error, CallFailed) and error.operation else ""
        message = f"{message.rstrip('.')} ({code}{call})."
    elif not message.endswith((".", "!", "?")):
        message += "."
    return f"{attempt}: {message}"


def _hint(error: CloudControlError, hints: Mapping[str, str], *, begun: bool) -> str | None:
    """What to do about the error, or about the one that time has run out on, and how to go on."""
    cause = error.__cause__ if isinstance(error.__cause__, CloudControlError) else error
    hint = _policy_hint(cause.message) or error.hint or cause.hint
    hint = hint or hints.get(cause.code) or hint_for(cause.code, cause.operation, cause.message)
    told = isinstance(error, Rejected) or re.search(r"\bagain\b", f"{error.message} {hint}")
    if hint and not told and (begun or cause is not error):
        hint = f"{hint} Then {_GO_ON[0].lower()}{_GO_ON[1:]}"
    if isinstance(error, TimedOut) and cause is not error:
        hint = f"{hint or _GO_ON} {_LONGER}"
    return hint
