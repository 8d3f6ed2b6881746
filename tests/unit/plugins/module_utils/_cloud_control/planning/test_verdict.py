"""The decision whether a target shows the effects of an operation."""

from __future__ import annotations

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.verification import Finding, Target
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.verdict import Verdict, judge
from tests.support.cases import cases
from tests.support.verification import SHELF

SHOWN = {"goods": "tea"}
FAILURE, WARNING = "does not have coffee", "The shelf should be full."
UNVERIFIED = "The module did not verify which goods the shelf has."


# Read this test first.
def test_judge_fails_if_target_does_not_show_effect() -> None:
    verdict = judge(SHELF, {}, {"finding": Finding(False, "does not have coffee")}, Target({"goods": "tea"}, "Open"))
    assert (verdict.verified, verdict.conclusion) == (False, False)
    assert verdict.failure == "the shelf does not have coffee. The shelf has tea."


@cases(
    ("as expected", Target(SHOWN, "Open"), Finding(True), Verdict(SHOWN, True, True)),
    ("not concluded", Target(SHOWN, "Open"), Finding(False), Verdict(SHOWN, True, False)),
    ("undecided", Target(SHOWN, "Open"), Finding(None), Verdict(SHOWN)),
    (
        *("difference", Target(SHOWN, "Open"), Finding(True, warnings=(WARNING,))),
        Verdict(SHOWN, True, True, warnings=(f"{WARNING} The shelf has tea.",)),
    ),
    (
        *("failed", Target(SHOWN, "Burnt", "Fire."), Finding(True)),
        Verdict(SHOWN, failure="the shelf has the status Burnt (Fire). The shelf has tea."),
    ),
    (
        *("failed, not read completely", Target(SHOWN, "Burnt", unread="No."), Finding(True)),
        Verdict(SHOWN, failure="the shelf has the status Burnt. The shelf has tea."),
    ),
    (
        *("unknown status", Target(SHOWN, "Sold"), Finding(True)),
        Verdict(SHOWN, warnings=(f"{UNVERIFIED} The shelf has the status Sold. The shelf has tea.",)),
    ),
    ("denied", Target(unread="Denied."), Finding(True), Verdict(warnings=(f"{UNVERIFIED} Denied.",))),
    (
        *("not read completely", Target(SHOWN, "Open", unread="No."), Finding(True)),
        Verdict(SHOWN, warnings=(f"{UNVERIFIED} No.",)),
    ),
)
def test_judge_returns_verdict(target: Target, finding: Finding, verdict: Verdict) -> None:
    assert judge(SHELF, {}, {"finding": finding}, target) == verdict
