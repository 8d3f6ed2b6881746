# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a failed task: the attempted operation, the message and the code of the error, and a hint."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .. import errors
from ..errors import CallFailed, CloudControlError, Rejected, TimedOut

_RESUME = "Run the task again to resume."
_LATER = "Run the task again later to resume."
_LONGER = "If this happens often, set a longer wait_timeout."
_POLICIES = "docs/iam of this collection contains sufficient policies."
_IN_AWS = f"The cause is in AWS, not in the task. {_LATER}"

# Error codes of AWS, HandlerErrorCodes, exception classes of botocore and codes of errors.py -> hint.
_HINTS_BY_CODES = {
    "Throttling ThrottlingException ThrottledException TooManyRequestsException RequestLimitExceeded SlowDown": (
        f"Run fewer tasks in parallel. {_LATER}"
    ),
    "InternalFailure InternalError InternalServerError ServiceUnavailable": (
        f"The cause is in AWS or in a proxy, not in the task. {_LATER}"
    ),
    "NetworkFailure NetworkFailureException NotStabilized NotStabilizedException ServiceTimeout Unknown": _IN_AWS,
    "ServiceInternalError ServiceInternalErrorException": _IN_AWS,
    "HandlerFailureException HandlerInternalFailure HandlerInternalFailureException": _IN_AWS,
    "ConnectionClosedError ReadTimeoutError HTTPClientError ResponseStreamingError": (
        f"Check the network and the proxies. {_LATER}"
    ),
    "EndpointConnectionError ConnectTimeoutError": "Check region, endpoint_url, AWS_ENDPOINT_URL and the network.",
    "ProxyConnectionError 407": (
        "Check the proxy in HTTPS_PROXY, HTTP_PROXY or aws_config, and its credentials. Add hosts that need no"
        " proxy to NO_PROXY."
    ),
    "ProfileNotFound ConfigNotFound ConfigParseError InvalidConfigError InfiniteLoopConfigError": (
        "Check profile, and the AWS configuration of the host that runs the task."
    ),
    "NoClient InvalidRegionError": "Check region, endpoint_url, aws_ca_bundle and aws_config.",
    "InvalidAnswer NotCloudControl": (
        "The response is probably not from AWS, but from a proxy or another server. Check endpoint_url,"
        " AWS_ENDPOINT_URL, HTTPS_PROXY and NO_PROXY."
    ),
    "501": (
        "The response is probably not from AWS, but from an emulator or another server. Check endpoint_url and"
        " AWS_ENDPOINT_URL. For an emulator, check which services and resource types it supports."
    ),
    "SSLError": (
        "Set aws_ca_bundle to the CA certificate of the API endpoint. If profile assumes a role, set AWS_CA_BUNDLE"
        " for the calls to AWS STS."
    ),
    "NoCredentialsError PartialCredentialsError": "Set profile, or access_key and secret_key, or the AWS_* variables.",
    "CredentialRetrievalError MetadataRetrievalError SSOError": (
        "Run `aws sts get-caller-identity` with the same profile to find out why the credentials cannot be retrieved."
    ),
    "TokenRetrievalError SSOTokenLoadError UnauthorizedSSOTokenError LoginRefreshRequired LoginTokenLoadError": (
        f"Log in with `aws sso login` or `aws login`. {_RESUME}"
    ),
    "ExpiredToken ExpiredTokenException RequestExpired": f"Get new credentials. {_RESUME}",
    "InvalidClientTokenId UnrecognizedClientException": (
        "Check access_key, profile and the AWS_* variables. Check that the region is enabled in the account."
    ),
    "InvalidSignatureException SignatureDoesNotMatch": (
        "Check region, secret_key and the clock of the host that runs the task."
    ),
    "InvalidCredentials InvalidCredentialsException": (
        f"Use credentials that are valid until the operation ends. Check cloud_control_role_arn if it is set. {_RESUME}"
    ),
    "AccessDenied": (
        f"Grant the missing permission to the calling identity, or to cloud_control_role_arn if it is set. {_POLICIES}"
    ),
    "TypeNotFoundException UnsupportedActionException UnsupportedTarget": (
        "This resource type is not available in {region}. Set another region."
    ),
    "InvalidRequest InvalidRequestException ValidationException ClientTokenConflictException": (
        "AWS rejected the request shown in `operations`. Correct the option named in the message."
    ),
    "NotUpdatable NotUpdatableException": (
        "The property in the message can be set only on create. recreate: true deletes the resource and creates it"
        " again."
    ),
    "NotFound ResourceNotFoundException": f"Another caller has deleted the resource. {_RESUME}",
    "AlreadyExists AlreadyExistsException": f"Another caller has created the resource or a part of it. {_RESUME}",
    "ResourceConflict ResourceConflictException ConcurrentOperationException Unsettled": (
        f"A concurrent operation is in progress. {_LATER}"
    ),
    "ServiceLimitExceeded ServiceLimitExceededException": (
        "The account has reached a quota. Request an increase in Service Quotas, or delete resources."
    ),
    "GeneralServiceException": "The service rejected the request. Correct the cause that the message names.",
    "NonCompliant": (
        "A CloudFormation hook of the account rejected the operation. Correct the options of the task, or ask the"
        " owner of the hook."
    ),
    "InvalidTypeConfiguration": (
        "Check the configuration of this resource type in the account's CloudFormation registry."
    ),
    "CANCEL_COMPLETE": f"Another caller has cancelled the operation. {_RESUME}",
    "NotApplied": f"AWS ignored the change, or another caller has reverted it. {_RESUME}",
    "RequestTokenNotFoundException": f"Cloud Control has no record of the operation. {_RESUME}",
    "MissingLibrary": (
        "Install boto3 and botocore for this Python, or set ansible_python_interpreter to a Python that has both."
    ),
    "TimedOut": f"{_RESUME} {_LONGER}",
    "NoRegion": "Set region, or the variable AWS_REGION.",
    "OutdatedBotocore": "Install the versions of boto3 and botocore in the requirements.txt of this collection.",
}
HINTS = {code: hint for codes, hint in _HINTS_BY_CODES.items() for code in codes.split()}
# (codes, pattern of the message) -> hint that replaces the hint for the code.
HINTS_BY_MESSAGE = {
    ("OutdatedBotocore", "ignores (?:AWS_ENDPOINT_URL|endpoint_url)"): (
        "Set endpoint_url or AWS_URL, or install botocore 1.31.0 and boto3 1.28.0 or newer."
    ),
    ("CredentialRetrievalError", "requires an MFA code"): (
        "Get a session with the code, by `aws sts get-session-token` or the module"
        " community.aws.sts_session_token. Set access_key, secret_key and session_token of the session, or a"
        " profile without mfa_serial."
    ),
    ("CredentialRetrievalError", "web identity token file"): (
        "Check web_identity_token_file in the profile or AWS_WEB_IDENTITY_TOKEN_FILE on the host that runs the"
        " task. The user of the task must be able to read the file."
    ),
    ("CredentialRetrievalError NoClient", "credential_process|No closing quotation"): (
        "Run the command of credential_process as the user of the task, on the host that runs the task: it must"
        " exit with 0 and print Version (1), AccessKeyId, SecretAccessKey and, for temporary credentials,"
        " SessionToken and Expiration."
    ),
    ("CredentialRetrievalError", "still expired"): (
        "Get new credentials, and check the clock of the host that runs the task."
    ),
    ("NoClient", "both a profile and access tokens"): (
        "Use one of them: omit profile and unset AWS_PROFILE, or omit access_key, secret_key and session_token and"
        " unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."
    ),
    ("SSLError", "(?i)wrong.version.number|record.layer.failure|packet.length.too.long"): (
        "The port does not use TLS. In endpoint_url or AWS_ENDPOINT_URL, set a URL that begins with http://, or set"
        " the port for HTTPS."
    ),
    (
        "ConnectionClosedError 400",
        'endpoint URL: "http://|HTTP request to an HTTPS server|sent to HTTPS port|plain HTTP to an SSL|requires TLS',
    ): (
        "If the port expects HTTPS, set a URL that begins with https:// in endpoint_url or AWS_ENDPOINT_URL."
        " Otherwise check the network and the proxies, and run the task again later."
    ),
    ("EndpointConnectionError ConnectTimeoutError", r"//[\w.-]*\bfips\b"): (
        "The service may have no FIPS endpoint in this region. Unset the variable AWS_USE_FIPS_ENDPOINT, and"
        " use_fips_endpoint in the profile and in aws_config, or set another region."
    ),
}
# The words of AWS for a policy that denies an action although another policy allows the action.
_EXPLICIT_DENY = re.compile(r"with an explicit deny(?: in (an? (?:[\w-]+ )+(?:policy|boundary)\b))?")
_NOT_ALLOWED_BY = re.compile(
    r"because no ((?:service control|resource control|session|VPC endpoint) policy|permissions boundary) allows"
)
# Passwords in URLs, and the credentials that AWS and proxies quote from a request that they reject.
_SECRETS = re.compile(
    r"""(://[^/\s:@]*:)[^/\s@]+(?=@)|((?i:x-amz-security-token["']?\s*[:=]\s*["']?|signature=))[\w+/=%.~-]+"""
)


def hint_for(code: str, operation: str | None, message: str = "") -> str | None:
    """Return the hint for an error of a call (GetResource) or of an operation (update); None for an unknown code."""
    if errors.NOT_AUTHORIZED in message:
        grant = f"Grant the permission in the message to the identity in the message. {_POLICIES}"
        return _policy_hint(message) or grant
    if code.startswith("AccessDenied") and operation and operation[0].isupper():
        return f"Grant the permission cloudformation:{operation} to the calling identity. {_POLICIES}"
    if errors.is_throttled(code, message):
        return HINTS["Throttling"]
    if errors.is_denied(code, message):
        return HINTS["AccessDenied"]
    for (codes, words), hint in HINTS_BY_MESSAGE.items():
        if code in codes.split() and re.search(words, message):
            return hint
    if errors.is_not_implemented(message):
        return HINTS["501"]
    if code.isdigit() and code not in HINTS:  # the HTTP status of a response without an error code
        code = "InternalFailure" if code >= "500" else "NotCloudControl"
    return HINTS.get(code)


def _policy_hint(message: str) -> str | None:
    """Return the hint for a denial by another policy than the policies of the identity; None for other messages."""
    if denied := _EXPLICIT_DENY.search(message):
        policy = denied[1] or "a policy"
        return (
            f"{policy[0].upper()}{policy[1:]} denies the action explicitly, so granting the permission does not help."
            " Change that policy or use another identity."
        )
    if not_allowed := _NOT_ALLOWED_BY.search(message):
        return f"Allow the action in the {not_allowed[1]} too. The permission of the identity alone is not sufficient."
    return None


def describe_failure(
    attempt: str,
    error: CloudControlError,
    *,
    hints: Mapping[str, str],
    region: str | None,
    submitted: bool = False,
    without_response: bool = False,
) -> dict[str, Any]:
    """Return {"msg": string, "error": dictionary} for a failed task, without secrets.

    attempt: the beginning of the message. hints: the hints of the resource type, by code; {region} stands for the
    region. submitted: the task has submitted an operation. without_response: an operation got no response.
    """
    _hide_secrets(error)
    hint = (_choose_hint(error, hints, submitted=submitted) or "").replace("{region}", region or "this region")
    where = f" --region {region}" if region else ""
    if error.request_token:
        command = f"aws cloudcontrol get-resource-request-status --request-token {error.request_token}{where}"
        hint += f" To show the operation, run: {command}"
    elif without_response:
        hint += f" To check whether AWS accepted the operation, run: aws cloudcontrol list-resource-requests{where}"
    hint = hint.strip()
    parts = {name: getattr(error, name) for name in ("code", "message", "operation", "request_token")}
    return {"msg": f"{attempt}: {_sentence(error)} {hint}".rstrip(), "error": {**parts, "hint": hint or None}}


def _hide_secrets(error: CloudControlError) -> None:
    """Replace secrets in the message, and in the causes, which Ansible can show in a traceback."""
    error.message = _SECRETS.sub(r"\1\2********", error.message)
    link: BaseException | None = error
    while link:
        link.args = tuple(_SECRETS.sub(r"\1\2********", str(part)) for part in link.args)
        link = link.__cause__ or link.__context__


def _sentence(error: CloudControlError) -> str:
    message = error.message.rstrip()
    if isinstance(error, (Rejected, TimedOut)):
        return message if message.endswith((".", "!", "?")) else f"{message}."
    code = f"HTTP {error.code}" if error.code.isdigit() else error.code
    call = f" in {error.operation}" if isinstance(error, CallFailed) and error.operation else ""
    return f"{message.rstrip('.')} ({code}{call})."


def _choose_hint(error: CloudControlError, hints: Mapping[str, str], *, submitted: bool) -> str | None:
    """Return the hint for an error, or for the error that lasted until wait_timeout, and how to resume."""
    cause = error.__cause__ if isinstance(error.__cause__, CloudControlError) else error
    hint = _policy_hint(cause.message) or error.hint or cause.hint
    hint = hint or hints.get(cause.code) or hint_for(cause.code, cause.operation, cause.message)
    complete = isinstance(error, Rejected) or re.search(r"\bagain\b", f"{error.message} {hint}")
    if hint and not complete and (submitted or cause is not error):
        hint = f"{hint} Then {_RESUME[0].lower()}{_RESUME[1:]}"
    if isinstance(error, TimedOut) and cause is not error:
        hint = f"{hint or _RESUME} {_LONGER}"
    return hint
