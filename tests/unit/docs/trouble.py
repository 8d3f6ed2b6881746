# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the guide to errors from the engine's own hints: `python -m tests.unit.docs`."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.failure import (
    ADVICE_BY_MESSAGE,
    hint_for,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.environment import ROOT
from tests.unit.lifecycle.grid import REASONS

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_trouble.rst"
_REPOSITORY = "https://github.com/awscc/ansible-collection-sagemaker/blob/main/docs"

_HEAD = """\
.. _ansible_collections.awscc.sagemaker.docsite.guide_trouble:

Trouble
=======

.. Written by "python -m tests.unit.docs" from the hints that the modules give.

A task that fails says in ``msg`` what it attempted, what came of it, and what to do. ``error`` has the same in parts:
``code``, ``message``, ``operation``, ``request_token`` and ``hint``. Look your ``code`` up below. ``operations`` tells
what the task has done before, ``changed`` whether anything has happened, and ``inference_experiment`` how the
experiment was when it was last seen.

Each code has two paragraphs: what it means, and what the task says to do. A code that is a number is the HTTP status of
an answer that had no code: from 500 on look under ``InternalFailure``, else under ``NotCloudControl``.

Run the task again, if nothing else is said: it reads what is there, and goes on from that. Nothing is done twice.

.. contents::
   :local:
   :depth: 1

What the modules try again by themselves, and how often, is told in `What becomes of a task when a call fails
<https://github.com/awscc/ansible-collection-sagemaker/blob/main/tests/unit/faults/README.md>`__.
:ref:`ansible_collections.awscc.sagemaker.docsite.guide_permissions` lists the IAM actions.
"""

# What the collection itself finds, and what to do about it.
OWN = {
    "InvalidOptions": (
        "Options are invalid or conflict with each other. No call was made.",
        "Correct each option that the message names.",
    ),
    "Refused": (
        "What is declared cannot be brought about from the present status, or not as the task gives it.",
        "See the refusals below.",
    ),
    "TimedOut": (
        "wait_timeout is over. What was begun goes on at AWS.",
        "Run the task again: it waits for what is under way, and goes on. Give a longer wait_timeout if this is usual.",
    ),
    "NoRegion": ("It is not known which region to ask.", "Give region, or set AWS_REGION."),
    "NotApplied": (
        "AWS reported success, and what was sent is not there when the experiment is read again. The message names it.",
        None,
    ),
    "Unsettled": ("The status of the experiment and what else AWS says of it do not agree, look after look.", None),
    "OutdatedBotocore": ("The botocore that is installed does not know the call.", None),
}

# What errors mean; those with the same hint stand together.
GROUPS = {
    "Permissions and credentials": (
        (
            "AccessDenied",
            (
                "The calling identity lacks a permission. This entry covers all codes that begin with AccessDenied. If"
                ' the message contains "with an explicit deny", a policy denies the action explicitly: granting the'
                " permission does not help, change that policy or use another identity."
            ),
        ),
        ("UnauthorizedTaggingOperation", "Tags may not be read or changed."),
        (
            "ProfileNotFound ConfigNotFound ConfigParseError InvalidConfigError InfiniteLoopConfigError",
            (
                "The profile is not in the AWS configuration of the host that runs the task, or the configuration is"
                " not valid."
            ),
        ),
        ("NoCredentialsError PartialCredentialsError", "No credentials were found, or a part of them."),
        (
            "CredentialRetrievalError MetadataRetrievalError SSOError",
            "A profile or a role says where credentials come from, and nothing came from there.",
        ),
        (
            "TokenRetrievalError SSOTokenLoadError UnauthorizedSSOTokenError LoginRefreshRequired LoginTokenLoadError",
            "The login that the profile relies on is not there, or is over.",
        ),
        ("ExpiredToken ExpiredTokenException RequestExpired", "Temporary credentials were valid until a while ago."),
        ("InvalidClientTokenId UnrecognizedClientException", "There is no such access key, or not in this region."),
        ("InvalidSignatureException SignatureDoesNotMatch", "What was signed is not what arrived."),
        (
            "InvalidCredentials InvalidCredentialsException",
            "The handler could not use the credentials that the operation was begun with.",
        ),
    ),
    "Network and region": (
        (
            "EndpointConnectionError ConnectTimeoutError",
            "No server accepts connections at the address of the endpoint.",
        ),
        (
            "ProxyConnectionError 407",
            "The proxy does not accept connections, or rejects the connection to the endpoint.",
        ),
        (
            "NoClient InvalidRegionError",
            "botocore cannot work with what it was given: an address, a region, a file or a setting is none.",
        ),
        (
            "ConnectionClosedError ReadTimeoutError HTTPClientError ResponseStreamingError",
            "The connection was cut, or no answer came in time.",
        ),
        (
            "SSLError",
            "The certificate of what answers is of no known authority, or is another host's, or is out of date.",
        ),
        ("InvalidAnswer NotCloudControl", "The response is not one of AWS, such as a page in HTML."),
        ("501", "The server reports that it does not implement the request. The request is not retried."),
        (
            "TypeNotFoundException UnsupportedActionException UnsupportedTarget",
            "This region does not have inference experiments, or not through Cloud Control.",
        ),
    ),
    "AWS is busy or at fault": (
        (
            "Throttling ThrottlingException ThrottledException TooManyRequestsException RequestLimitExceeded SlowDown",
            "Too many calls. The modules have slowed down and tried again before they gave up.",
        ),
        (
            "InternalFailure InternalError InternalServerError ServiceUnavailable",
            "A fault that should pass. It has been tried again for a while.",
        ),
        ("NetworkFailure NetworkFailureException", "The code that AWS runs for this resource type was cut off."),
        (
            "ServiceInternalError ServiceInternalErrorException ServiceTimeout NotStabilized NotStabilizedException",
            "The service behind Cloud Control failed, or took too long.",
        ),
        (
            "HandlerFailureException HandlerInternalFailure HandlerInternalFailureException Unknown",
            "The code that AWS runs for this resource type failed.",
        ),
    ),
    "The experiment and what is around it": (
        (
            "GeneralServiceException",
            "SageMaker has refused. Denied permissions, wrong values and conflicts all come under this code.",
        ),
        (
            "InvalidRequest InvalidRequestException ValidationException ClientTokenConflictException",
            "What was sent does not fit the type, or what is there.",
        ),
        ("NotUpdatable NotUpdatableException", "What can be given only at the creation was to be changed."),
        ("AlreadyExists AlreadyExistsException", "The name is taken, or the endpoint is."),
        ("NotFound ResourceNotFoundException", "It was there a moment ago."),
        (
            "ResourceConflict ResourceConflictException ConcurrentOperationException",
            "Somebody else is changing it.",
        ),
        ("ServiceLimitExceeded ServiceLimitExceededException", "The account has as many as it may have."),
        ("NonCompliant", "A rule of the account does not allow it."),
        ("InvalidTypeConfiguration", "The account has a configuration for the resource type that does not fit."),
        ("CANCEL_COMPLETE", "The operation was ended before it was done."),
        ("RequestTokenNotFoundException", "The operation is not known any more. AWS keeps them for a week."),
    ),
}

# Errors whose message says more than their code: the pattern of the message, the entry, and what it means.
MESSAGES = {
    "requires an MFA code": (
        "*requires an MFA code*",
        "The profile, or a profile that it is based on, has mfa_serial. A module cannot ask for the code.",
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
        "The credentials that a profile retrieves are not valid at the time of the host that runs the task.",
    ),
    "both a profile and access tokens": (
        "*Passing both a profile and access tokens is not supported*",
        "A profile and an access key are set, by options or by variables.",
    ),
    "(?i)wrong.version.number|record.layer.failure|packet.length.too.long": (
        "*wrong version number*, *record layer failure*, *packet length too long*",
        "The URL of the endpoint begins with https://, and its port expects HTTP.",
    ),
    'endpoint URL: "http://|HTTP request to an HTTPS server|sent to HTTPS port|plain HTTP to an SSL|requires TLS': (
        '*Connection was closed ... endpoint URL: "http://...*, *HTTP request to an HTTPS server*',
        "The URL of the endpoint begins with http://, and its port expects HTTPS or closes the connection.",
    ),
    r"//[\w.-]*\bfips\b": (
        '*Could not connect to the endpoint URL: "https://...-fips...*',
        "FIPS endpoints are enabled, and the service has none in the region, or the network does not lead to it.",
    ),
}

# What to do about each of the refusals of the lifecycle grid.
REFUSALS = {
    "missing": "Give the options that the message names, or correct the name: it may be that of no experiment.",
    "absent": "Leave desired_state out, or create the experiment first: a new one can only be brought to Running.",
    "not started": "Start it (desired_state: Running) and stop it then, or delete it (state: absent).",
    "runs": "Set the current value, or wait for the end of the test. recreate: true ends the running test, deletes its"
    " record and creates the experiment again.",
    "ended": "Set the current value, or create an experiment with another name. recreate: true deletes the record of"
    " the experiment and creates the experiment again.",
    "fixed": "Set the current value. recreate: true ends a running test, deletes its record and creates the experiment"
    " again.",
    "new": "Leave recreate or desired_state out: what has just been created cannot have ended.",
}
# And of those that no cell of the grid has: the words by which they are known.
OTHER_REFUSALS = {
    "With wait: false, what it has beside what the task gives would be lost": (
        "recreate: true carries over what the task leaves out. Without waiting another run creates, which knows only"
        " the task: give these options too, or leave wait: false out."
    ),
    "It could not be created again as it is": "Give the options that the message names, with values that can be.",
    "schedule.end_time has passed": "Give a later schedule.end_time.",
    "This comes of what the task gives together with what it leaves as it is": (
        "Give the option too that the message names beside yours: the two have to fit."
    ),
    "with those that are kept": "Set purge_tags: true to have only the tags that the task gives, or give fewer.",
    "needs to know which of the variants is the shadow": (
        "Stop it with on_stop: retain, and change the endpoint's variants in SageMaker."
    ),
    "does not know the status": "Get a later version of the collection. Until then it can be read and deleted.",
    "The list does not tell the status": "Leave identifiers_only out: every experiment is read then.",
}


# A hint marks a command as Markdown does, and has no other markup: an option and its value, an action of IAM, a name.
_LITERAL = re.compile(
    r"`([^`]+)`|\b(?:state|recreate|desired_state): \w+|\b[a-z]+:[A-Z]\w+|\b\w+_\*|\b\w+_\w+|\bdocs/iam|\b\w+\.txt"
)


def page() -> str:
    """Return the guide."""
    assert REFUSALS.keys() == REASONS.keys()
    lines = [_HEAD, *_title("What the collection finds itself")]
    for code, (means, to_do) in OWN.items():
        lines += _entry([code], means, to_do or hint(code))
    lines += _title("Refusals")
    lines += ["The message of a refusal has one of these texts, the status, and the options that it is about.", ""]
    for reason, to_do in REFUSALS.items():
        lines += [f"*{REASONS[reason]}*", *_indented(to_do), ""]
    for words, to_do in OTHER_REFUSALS.items():
        lines += [f"*{words}*", *_indented(to_do), ""]
    for title, rows in GROUPS.items():
        lines += _title(title)
        for codes, means in rows:
            lines += _entry(codes.split(), means, hint(codes.split()[0]))
    lines += _title("Messages about credentials and connections")
    lines += ["Some messages say more than their code. They have these hints:", ""]
    for _codes, words, to_do in ADVICE_BY_MESSAGE:
        shown, means = MESSAGES[words]
        lines += [shown, *_indented(means), "", *_indented(to_do), ""]
    return "\n".join(lines)


def hint(code: str) -> str:
    """What the modules themselves say about a code; of a service's own, what the type says beside it."""
    general, own = hint_for(code, None), INFERENCE_EXPERIMENT.advice.get(code)
    return " ".join(text for text in (own, None if own and general else general) if text)


def _title(title: str) -> list[str]:
    return [title, "-" * len(title), ""]


def _entry(codes: Iterable[str], means: str, to_do: str) -> list[str]:
    return [", ".join(f"``{code}``" for code in codes), *_indented(means), "", *_indented(to_do), ""]


def _indented(text: str) -> list[str]:
    text = _LITERAL.sub(lambda found: f"``{found[1] or found[0]}``", text)
    return textwrap.wrap(text, 120, initial_indent=" " * 4, subsequent_indent=" " * 4)
