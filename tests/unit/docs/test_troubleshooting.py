"""The troubleshooting guide has the hints of the modules, and each hint is in the message of its error."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control import errors
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module import error_report
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    REGIONS_PAGE,
)
from tests.support.stateful.transitions import REASONS
from tools.generated_docs import rejections, troubleshooting

WRITE = "run python -m tools.generated_docs"
OWN = troubleshooting.DATA["own"]
GROUPED = [codes for rows in troubleshooting.DATA["groups"].values() for codes in rows]


def test_troubleshooting_page_equals_generated_page() -> None:
    assert troubleshooting.PAGE.read_text(encoding="utf-8") == troubleshooting.page(), WRITE


def test_troubleshooting_lists_every_error_code_once() -> None:
    listed = [code for codes in GROUPED for code in codes.split()]
    listed += OWN.keys() - troubleshooting.WITHOUT_HINT - {"UnsupportedPython"}
    # The code of an error without a code of AWS is the name of its class.
    classes = {"Refused", errors.NotApplied.__name__, errors.TimedOut.__name__}
    assert len(listed) == len(set(listed))
    assert set(listed) == error_report.HINTS.keys() | INFERENCE_EXPERIMENT.hints.keys()
    assert classes <= OWN.keys()


def test_troubleshooting_lists_every_hint_by_message() -> None:
    assert [words for _codes, words in error_report.HINTS_BY_MESSAGE] == [*troubleshooting.DATA["messages"]]


def test_rejections_have_every_reason_of_the_lifecycle() -> None:
    assert [words for words in REASONS.values() if not any(words in known for known in rejections.EXAMPLES)] == []


@pytest.mark.parametrize("words", rejections.EXAMPLES)
def test_rejected_task_has_words_and_hint_in_message(words: str) -> None:
    result = rejections.results()[words]
    assert result["error"]["code"] == "Refused"
    assert words in result.msg
    assert result["error"]["hint"]
    assert result.msg.endswith(result["error"]["hint"])


MESSAGES: Mapping[str, str] = {
    # The code of an error with a message that a hint depends on: an example of the message.
    "ignores (?:AWS_ENDPOINT_URL|endpoint_url)": "botocore 1.30.0 ignores AWS_ENDPOINT_URL",
    "requires an MFA code": "Profile a requires an MFA code (mfa_serial), and a module cannot ask for the code",
    "web identity token file": "The web identity token file cannot be read: /token: the file is empty",
    "credential_process|No closing quotation": "credential_process of profile a exited with status 1",
    "still expired": "Credentials were refreshed, but the refreshed credentials are still expired.",
    "both a profile and access tokens": "Passing both a profile and access tokens is not supported.",
    "(?i)wrong.version.number|record.layer.failure|packet.length.too.long": "[SSL: WRONG_VERSION_NUMBER]",
    'endpoint URL: "http://|HTTP request to an HTTPS server|sent to HTTPS port|plain HTTP to an SSL|requires TLS': (
        'Connection was closed before we received a valid response from endpoint URL: "http://host:8443/".'
    ),
    r"//[\w.-]*\bfips\b": 'Could not connect to the endpoint URL: "https://cloudcontrolapi-fips.eu-west-1.amazonaws.com/"',
}
HINTED = [
    *(
        (code, "Something failed.", troubleshooting.hint(code))
        for code in (*error_report.HINTS, *INFERENCE_EXPERIMENT.hints)
    ),
    *(
        (code, MESSAGES[words], hint)
        for (codes, words), hint in error_report.HINTS_BY_MESSAGE.items()
        for code in codes.split()
    ),
]


@pytest.mark.parametrize(("code", "message", "hint"), HINTED, ids=[f"{row[0]} {row[1]}" for row in HINTED])
def test_hint_of_the_guide_is_in_the_message_of_its_error(code: str, message: str, hint: str) -> None:
    error = errors.TimedOut(message) if code == "TimedOut" else errors.CallFailed(message, code=code, operation=None)
    report = error_report.describe_failure(
        "Could not do it", error, hints=INFERENCE_EXPERIMENT.hints, region="the region"
    )
    expected = hint.replace("`Regions`_", REGIONS_PAGE)
    assert (report["error"]["hint"], report["msg"].endswith(f" {expected}")) == (expected, True)


def test_troubleshooting_entries_have_one_hint_for_all_codes() -> None:
    for codes in GROUPED:
        assert len({troubleshooting.hint(code) for code in codes.split()}) == 1, codes
