# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the troubleshooting guide from the hints of the modules: `python -m tools.generated_docs`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.error_report import (
    HINTS_BY_MESSAGE,
    hint_for,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.python_version import (
    HINT as PYTHON_HINT,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    REGIONS_PAGE,
)
from tests.emulator.settings import REGIONS_WITHOUT_TYPE
from tests.support.environment import ROOT
from tests.support.faults.matrix import TRIES
from tools.generated_docs import rejections

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst"

_HEAD = f"""\
.. _ansible_collections.awscc.sagemaker.docsite.guide_troubleshooting:

Troubleshooting
===============

.. Written by "python -m tools.generated_docs" from the hints of the modules.

A failed task returns:

- ``msg``: the attempted operation, the message of AWS, the error code and a hint
- :ansretval:`awscc.sagemaker.inference_experiment#module:error`: the same parts as ``code``, ``message``,
  ``operation``, ``request_token`` and ``hint``
- :ansretval:`awscc.sagemaker.inference_experiment#module:operations`: the operations of the task
- ``changed``: whether AWS applied a change
- :ansretval:`awscc.sagemaker.inference_experiment#module:inference_experiment`: the experiment as it was last read

If Ansible itself rejects the options of a task, the result has only ``msg``. Ansible reports unknown options, missing
options, wrong types and wrong choices, one error at a time.

First look for a phrase of your message in the section `Messages about credentials and connections`_. If the section has
no such phrase, find the ``code`` on this page. Each entry describes the error and then repeats the hint. A numeric code
is the HTTP status of a response without an error code. If a numeric code has no entry, see ``InternalFailure`` for 500
and above, and ``NotCloudControl`` for numbers below 500.

The :ref:`glossary <ansible_collections.awscc.sagemaker.docsite.guide_glossary>` defines terms such as *API endpoint*,
*calling identity* and *resource handler*.

Correct the cause and run the task again. The module reads the experiment and continues. It does not repeat an operation
that AWS has applied.

.. contents::
   :local:
   :depth: 1

Retries
-------

The modules retry transient errors before the task fails. A call has at most {TRIES} attempts within about a minute.
Calls that poll an operation or a status are retried until
:ansopt:`awscc.sagemaker.inference_experiment#module:wait_timeout` has elapsed. `Retries and failed calls
<https://github.com/awscc/ansible-collection-sagemaker/blob/main/tests/unit/faults/README.md>`__ lists the outcome of
each error for each call.
"""

# The errors of the collection.
OWN = {
    "InvalidOptions": (
        "Options are invalid or conflict with each other. No call was made. The message says how to correct each"
        " option."
    ),
    "Refused": (
        "The current status does not allow the change, or options are missing or conflict with the experiment. See"
        " `Rejected tasks`_."
    ),
    "TimedOut": "wait_timeout has elapsed. AWS continues the submitted operation.",
    "NoRegion": "No region is set.",
    "UnsupportedPython": "The Python that runs the module is too old.",
    "MissingLibrary": "boto3 or botocore is not installed for the Python that runs the module.",
    "NotApplied": "AWS reported success, but a later read does not show the change. The message names the properties.",
    "Unsettled": "The status in Cloud Control differs from the status in SageMaker, also in repeated reads.",
    "OutdatedBotocore": "The installed botocore does not support a call.",
}
# Codes without a hint: the message is sufficient, or has one of the hints for rejected tasks.
WITHOUT_HINT = {"InvalidOptions", "Refused"}

# The other errors, with their descriptions. Codes with the same hint are one entry.
GROUPS = {
    "Permissions and credentials": (
        (
            "AccessDenied",
            (
                "The calling identity lacks a permission. This entry covers all codes that begin with AccessDenied. If"
                ' the message contains "with an explicit deny", a policy denies the action explicitly, so granting'
                " the permission does not help. Change that policy or use another identity."
            ),
        ),
        ("UnauthorizedTaggingOperation", "The calling identity lacks a permission to read or change tags."),
        (
            "ProfileNotFound ConfigNotFound ConfigParseError InvalidConfigError InfiniteLoopConfigError",
            (
                "The profile is not in the AWS configuration of the host that runs the task, or the configuration is"
                " not valid."
            ),
        ),
        ("NoCredentialsError PartialCredentialsError", "The credentials are missing or incomplete."),
        (
            "CredentialRetrievalError MetadataRetrievalError SSOError",
            "The source of the credentials, for example a role or a metadata service, returned no credentials.",
        ),
        (
            "TokenRetrievalError SSOTokenLoadError UnauthorizedSSOTokenError LoginRefreshRequired LoginTokenLoadError",
            "The profile needs a login, which does not exist or has expired.",
        ),
        ("ExpiredToken ExpiredTokenException RequestExpired", "The temporary credentials have expired."),
        (
            "InvalidClientTokenId UnrecognizedClientException",
            "The access key does not exist, or is not valid in this region.",
        ),
        (
            "InvalidSignatureException SignatureDoesNotMatch",
            "The signature of the request does not match the request.",
        ),
        (
            "InvalidCredentials InvalidCredentialsException",
            "The handler could not use the credentials of the calling identity or of cloud_control_role_arn.",
        ),
    ),
    "Network and region": (
        (
            "EndpointConnectionError ConnectTimeoutError",
            "No server accepts connections at the address of the API endpoint.",
        ),
        (
            "ProxyConnectionError 407",
            "The proxy does not accept connections, or rejects the connection to the API endpoint.",
        ),
        (
            "NoClient InvalidRegionError",
            "botocore rejects a setting: an address, a region, a file or another value is not valid.",
        ),
        (
            "ConnectionClosedError ReadTimeoutError HTTPClientError ResponseStreamingError",
            "The connection was closed, or the response did not arrive in time.",
        ),
        (
            "SSLError",
            "The certificate of the server has an unknown authority, is for another host, or has expired.",
        ),
        (
            "InvalidAnswer NotCloudControl",
            "The response does not have the format of an AWS response. It is, for example, an HTML page.",
        ),
        ("501", "The server reports that it does not implement the request. The request is not retried."),
        (
            "TypeNotFoundException UnsupportedActionException UnsupportedTarget",
            "Cloud Control does not support inference experiments in this region.",
        ),
    ),
    "Errors of AWS": (
        (
            "Throttling ThrottlingException ThrottledException TooManyRequestsException RequestLimitExceeded SlowDown",
            "AWS throttled the calls. The modules have retried them with increasing delays.",
        ),
        (
            "InternalFailure InternalError InternalServerError ServiceUnavailable",
            "AWS reported an internal error. The modules have retried the call.",
        ),
        ("NetworkFailure NetworkFailureException", "The handler lost its connection to the service."),
        (
            "ServiceInternalError ServiceInternalErrorException ServiceTimeout NotStabilized NotStabilizedException",
            "SageMaker reported an internal error, or needed more time than the handler waits.",
        ),
        (
            "HandlerFailureException HandlerInternalFailure HandlerInternalFailureException Unknown",
            "The handler failed.",
        ),
    ),
    "Experiment and related resources": (
        (
            "GeneralServiceException",
            "SageMaker rejected the request. Denied permissions, invalid values and conflicts have this code.",
        ),
        (
            "InvalidRequest InvalidRequestException ValidationException ClientTokenConflictException",
            (
                "A value is not valid for the resource type, or the patch of an update does not match the current"
                " properties of the experiment."
            ),
        ),
        ("NotUpdatable NotUpdatableException", "The request changes a create-only property."),
        ("AlreadyExists AlreadyExistsException", "An experiment has this name, or an experiment uses the endpoint."),
        ("NotFound ResourceNotFoundException", "The experiment existed when the task started, and does not exist now."),
        (
            "ResourceConflict ResourceConflictException ConcurrentOperationException",
            "A concurrent operation changes the experiment.",
        ),
        ("ServiceLimitExceeded ServiceLimitExceededException", "The account has reached a quota."),
        ("NonCompliant", "A CloudFormation hook of the account rejects the operation."),
        (
            "InvalidTypeConfiguration",
            "The configuration of the resource type in the CloudFormation registry of the account is not valid.",
        ),
        ("CANCEL_COMPLETE", "The operation was cancelled."),
        (
            "RequestTokenNotFoundException",
            "Cloud Control does not have the operation any more. It keeps operations for 7 days.",
        ),
    ),
}

# The phrases of the messages of rejected tasks, with their descriptions.
REJECTIONS = {
    "The create requires these options": (
        "The experiment does not exist, and the task does not set all options that a create requires."
    ),
    "requires an existing inference experiment": (
        "The task sets desired_state to `Completed` or `Cancelled`, but the experiment does not exist."
    ),
    "The experiment has not started": "The experiment is `Created`. Only a `Running` experiment can be stopped.",
    "While Running, only": "The task changes an option that cannot be changed while the experiment is `Running`.",
    "The experiment has ended": (
        "The experiment is `Completed` or `Cancelled`. Only its tags can be changed, and it cannot be started again."
    ),
    "can be set only on create": "The task sets a create-only option to another value.",
    "would first be deleted by recreate: true. desired_state": (
        "The task must delete the experiment and create it again, but a new experiment cannot be `Completed` or"
        " `Cancelled`."
    ),
    "would first be deleted by recreate: true. The create requires these options": (
        "The task must delete the experiment and create it again, but does not set all options that a create requires."
    ),
    "recreate: true with wait: false would lose options that the task does not set": (
        "With wait: false, the task submits only the delete, and a second run submits the create. After the delete, the"
        " second run cannot read the current values of omitted options."
    ),
    "cannot change when the inference experiment becomes": (
        "With state: absent, the task stops the `Running` experiment and then deletes it. The task also sets"
        " model_variants to values that differ from the current values. A stop cannot change these values."
    ),
    "cannot be created again with its current values": (
        "The task must delete the experiment and create it again, but the current value of an"
        " omitted option is not valid for a create."
    ),
    "The options set by the task conflict with the current values": (
        "The options that the task sets are valid, but not together with the current values of the omitted options."
    ),
    "tags including the existing ones": "The experiment would have more than 50 tags.",
    "requires both variants of shadow_mode_config in model_variants": (
        "To remove or promote a variant, the module needs both variants that shadow_mode_config names. The current"
        " model_variants do not contain both."
    ),
    "does not support the status": "AWS returned a status that this version of the collection does not support, so"
    " the module does not know whether the status allows the change in the task.",
    "The list response has no status": (
        "The task sets `statuses` and identifiers_only, but the list response of AWS does not contain the statuses."
    ),
}

# Errors with a hint that depends on the message: the pattern of the message, the title of the entry, the description.
MESSAGES = {
    "ignores (?:AWS_ENDPOINT_URL|endpoint_url)": (
        "*ignores AWS_ENDPOINT_URL*, *ignores endpoint_url of the profile*",
        (
            "The installed botocore does not read the URLs of API endpoints from environment variables and profiles,"
            " so it would send the requests to AWS instead of the configured URL."
        ),
    ),
    "requires an MFA code": (
        "*requires an MFA code*",
        (
            "The profile, or a profile that its source_profile refers to, has mfa_serial. A module cannot ask for the"
            " code."
        ),
    ),
    "web identity token file": (
        "*The web identity token file cannot be read*",
        "The file with the token is missing, not readable, empty or not text.",
    ),
    "credential_process|No closing quotation": (
        "*credential_process*, *No closing quotation*",
        (
            "The command of credential_process cannot be run, fails, takes longer than a minute, or does not print"
            " credentials. Its output is not in the message, because it can contain secrets."
        ),
    ),
    "still expired": (
        "*the refreshed credentials are still expired*",
        (
            "The profile retrieved new credentials. According to the clock of the host that runs the task, they have"
            " already expired."
        ),
    ),
    "both a profile and access tokens": (
        "*Passing both a profile and access tokens is not supported*",
        "Options or environment variables set both a profile and an access key.",
    ),
    "(?i)wrong.version.number|record.layer.failure|packet.length.too.long": (
        "*wrong version number*, *record layer failure*, *packet length too long*",
        "The URL of the API endpoint begins with https://, and its port expects HTTP.",
    ),
    'endpoint URL: "http://|HTTP request to an HTTPS server|sent to HTTPS port|plain HTTP to an SSL|requires TLS': (
        '*Connection was closed ... endpoint URL: "http://...*, *HTTP request to an HTTPS server*',
        "The URL of the API endpoint begins with http://, and its port expects HTTPS or closes the connection.",
    ),
    r"//[\w.-]*\bfips\b": (
        '*Could not connect to the endpoint URL: "https://...-fips...*',
        "FIPS endpoints are enabled, but the service has none in the region, or the network cannot reach it.",
    ),
}

_PREFIX = "awscc.sagemaker.inference_experiment"
_INFO = ("identifiers_only", "include_write_only", "name_contains")


def _paths(spec: Any, path: str = "") -> Iterator[str]:
    for name, entry in spec.items():
        yield path + name
        yield from _paths(entry.get("options") or {}, f"{path}{name}.")


# The options that are no ordinary words, and those that are options only with a value.
_OPTIONS = {
    *(path for path in _paths(INFERENCE_EXPERIMENT.options) if re.search(r"[_.]", path)),
    *("recreate", "wait_timeout", "purge_tags", "on_stop", "cloud_control_role_arn", *_INFO),
    *("access_key", "secret_key", "session_token", "endpoint_url", "aws_ca_bundle", "aws_config"),
}
_WITH_VALUE = {*_OPTIONS, "state", "wait"}
# These words are options only without an article: "Check region", but "in this region".
_BARE = "".join(f"(?<!{word} )" for word in ("a", "The", "the", "this", "that", "same", "another", "every", "No"))


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_MARKUP = re.compile(
    r"`(?P<command>[^`]+)`(?![_])"
    r"|\b(?P<module>awscc\.sagemaker\.\w+)"
    rf"|\b(?P<value>(?:{_any(_WITH_VALUE)}): \w+)"
    rf"|\b(?P<option>{_any(_OPTIONS)})\b(?!\.\w)"
    rf"|\b{_BARE}(?P<bare>region|profile)\b(?=[,.]?(?:\s|$))"
    r"|(?P<literal>\b[a-z]+:[A-Z]\w+|\b\w+_\*|\b[\w.]*\w_\w+|\bdocs/iam|\b\w+\.txt|\bhttps?://)"
)


_REGIONS = (
    "The CloudFormation registry does not contain inference experiments in these regions, so Cloud Control returns"
    " ``TypeNotFoundException``: {regions}."
)


def page() -> str:
    """Return the page."""
    lines = [_HEAD, *_title("Errors of the collection")]
    for code, means in OWN.items():
        lines += _entry([code], means, hint(code))
    lines += _title("Rejected tasks")
    lines += [
        "The code is ``Refused``. Each entry begins with a phrase of the message, describes the cause, and contains an",
        "example of the hint. The hint in the message names the options of your task.",
        "",
    ]
    for words, result in rejections.results().items():
        lines += [f"*{words}*", *_indented(REJECTIONS[words]), "", *_indented(result["error"]["hint"]), ""]
    for title, rows in GROUPS.items():
        lines += _title(title)
        for codes, means in rows:
            lines += _entry(codes.split(), means, hint(codes.split()[0]))
    lines += _title("Messages about credentials and connections")
    lines += ["The hint for these errors depends on a phrase in the message, not on the code:", ""]
    for (_codes, words), to_do in HINTS_BY_MESSAGE.items():
        shown, means = MESSAGES[words]
        lines += [shown, *_indented(means), "", *_indented(to_do), ""]
    lines += _title("Regions")
    regions = ", ".join(sorted(REGIONS_WITHOUT_TYPE))
    lines += [*textwrap.wrap(_REGIONS.format(regions=regions), 120, break_on_hyphens=False), ""]
    return "\n".join(lines)


def hint(code: str) -> str:
    """Return the hint of the modules for a code. A hint of the resource type replaces that of the engine."""
    if code == "UnsupportedPython":
        return PYTHON_HINT
    general, own = hint_for(code, None), INFERENCE_EXPERIMENT.hints.get(code)
    return (own or general or "").replace("{region}", "the region").replace(REGIONS_PAGE, "`Regions`_")


def _title(title: str) -> list[str]:
    return [title, "-" * len(title), ""]


def _entry(codes: Iterable[str], means: str, to_do: str) -> list[str]:
    advice = [*_indented(to_do), ""] if to_do else []
    return [", ".join(f"``{code}``" for code in codes), *_indented(means), "", *advice]


def _indented(text: str) -> list[str]:
    indent = " " * 4
    return textwrap.wrap(
        marked(text),
        120,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def marked(text: str) -> str:
    """Return the text with markup: roles for options and modules, literals for other names, commands and values."""
    return _MARKUP.sub(_role, text)


def _role(found: re.Match[str]) -> str:
    kind, name = found.lastgroup, found[0]
    if kind == "module":
        return f":ansplugin:`{name}#module`"
    if kind in ("option", "bare", "value"):
        module = f"{_PREFIX}_info" if name in _INFO else _PREFIX
        return f":ansopt:`{module}#module:{name.replace(': ', '=')}`"
    return f"``{found['command'] or name}``"
