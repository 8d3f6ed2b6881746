"""read_until(): the reads of a wait, and how it ends."""

from __future__ import annotations

from typing import Any, cast

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control import errors
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.client import CloudControl
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.listing import Query
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.polling import FIRST_PAUSES, Deadline
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.wait import read_until
from tests.support.cases import cases
from tests.support.experiments import experiment
from tests.support.manual_time import ManualTime
from tests.support.model import INFERENCE_EXPERIMENT
from tests.support.scripted_client import ScriptedClient

RUNNING, STOPPING, COMPLETED = map(experiment, ("Running", "Stopping", "Completed"))
TRANSIENT = errors.CallFailed("Rate exceeded", code="ThrottlingException", operation="GetResource", transient=True)
DENIED = errors.CallFailed("Denied", code="AccessDeniedException", operation="GetResource")


class Wait:
    """A wait for the end of one experiment: the statuses of each read, the pauses, and the error."""

    def __init__(self, *reads: Any, awaited: tuple[str, ...] = ("Completed", "Cancelled"), seconds: int = 60) -> None:
        time, query = ManualTime(), Query(identifiers=["test"])
        client = cast(CloudControl, ScriptedClient(*reads))
        self.statuses: list[list[str]] = []
        self.pauses = time.slept
        self.error: errors.CloudControlError | None = None
        try:
            for found in read_until(INFERENCE_EXPERIMENT, query, awaited, client, Deadline(time.clock, seconds)):
                self.statuses.append([resource.properties["Status"] for resource in found.values()])
        except errors.CloudControlError as error:
            self.error = error


# Read this test first.
def test_read_until_reads_again_until_status_is_reached() -> None:
    wait = Wait(RUNNING, STOPPING, COMPLETED, RUNNING)
    assert (wait.statuses, wait.error) == ([["Running"], ["Stopping"], ["Completed"]], None)
    assert wait.pauses == list(FIRST_PAUSES[:2])


@cases(
    ("transient", [RUNNING, TRANSIENT, TRANSIENT, COMPLETED], ["Running", "Completed"], None),
    ("transient at the first read", [TRANSIENT], [], TRANSIENT),
    ("denied", [RUNNING, DENIED], ["Running"], DENIED),
)
def test_read_until_recovers_from_transient_failures_after_first_read(
    reads: list[Any], statuses: list[str], error: errors.CallFailed | None
) -> None:
    wait = Wait(*reads)
    assert (wait.statuses, wait.error) == ([[status] for status in statuses], error)


@cases(
    ("no failure", None, ""),
    ("transient failure", TRANSIENT, " GetResource failed with ThrottlingException: Rate exceeded"),
)
def test_read_until_raises_timed_out_with_last_status_and_failure(
    failure: errors.CallFailed | None, reason: str
) -> None:
    wait = Wait(RUNNING, failure or RUNNING)
    assert isinstance(wait.error, errors.TimedOut)
    assert wait.error.message == (
        f"wait_timeout of 60 seconds has elapsed: test is Running, not Completed or Cancelled.{reason}"
    )
    assert (wait.error.__cause__, sum(wait.pauses)) == (failure, 60)


def test_read_until_raises_rejected_if_resource_is_deleted() -> None:
    wait = Wait(RUNNING, None)
    assert isinstance(wait.error, errors.Rejected)
    assert (wait.error.message, wait.statuses) == ("test does not exist.", [["Running"], []])
    assert wait.error.hint


def test_read_until_reads_once_without_awaited_statuses() -> None:
    wait = Wait(None, awaited=())
    assert (wait.statuses, wait.pauses, wait.error) == ([[]], [], None)
