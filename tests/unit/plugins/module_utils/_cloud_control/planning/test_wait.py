"""wait_step(): the end of a wait for statuses, or the reason why it continues or fails."""

from __future__ import annotations

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.plan import Done, Reject
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.planning.wait import Pending, wait_step
from tests.support.cases import cases
from tests.support.experiments import experiment
from tests.support.model import INFERENCE_EXPERIMENT, Resource

ENDED = ("Completed", "Cancelled")
CORRECT = "Correct names or region, or create the inference experiment first."
UPGRADE = "Upgrade the collection."


def add(status: str) -> str:
    return f"If the task may succeed in status {status}, add this status to wait_for."


@cases(
    ("no resource", {}, ENDED, Done()),
    ("each has one of the statuses", {"a": "Completed", "b": "Cancelled"}, ENDED, Done()),
    ("transitional status", {"a": "Updating"}, ["Updating"], Done()),
    (
        "some have none of the statuses yet",
        {"a": "Running", "b": "Completed", "c": "Stopping"},
        ENDED,
        Pending("a is Running, not Completed or Cancelled. c is Stopping, not Completed or Cancelled."),
    ),
    ("before the start", {"a": "Created"}, ["Running"], Pending("a is Created, not Running.")),
    (
        "terminal status",
        {"a": "Completed"},
        ["Starting", "Running"],
        Reject("a is Completed and cannot become Starting or Running.", add("Completed")),
    ),
    (
        "status that has passed",
        {"a": "Running"},
        ["Created"],
        Reject("a is Running and cannot become Created.", add("Running")),
    ),
    ("no such resource", {"a": None}, ENDED, Reject("a does not exist.", CORRECT)),
    (
        "unknown status",
        {"a": "Paused"},
        ENDED,
        Reject("a is Paused. This version of the collection does not support the status 'Paused'.", UPGRADE),
    ),
    (
        "several reasons",
        {"a": None, "b": "Running", "c": "Completed", "d": None, "e": "Running"},
        ["Cancelled", "Running"],
        Reject(
            "a does not exist. c is Completed and cannot become Cancelled or Running. d does not exist.",
            f"{CORRECT} {add('Completed')}",
        ),
    ),
)
def test_wait_step(current: dict[str, str | None], awaited: list[str], expected: Done | Pending | Reject) -> None:
    resources = {name: Resource(experiment(status)) if status else None for name, status in current.items()}
    assert wait_step(INFERENCE_EXPERIMENT, awaited, resources) == expected
