"""reconcile(): the loop of reads, steps and writes."""

from __future__ import annotations

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import NotApplied, Rejected
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.reconcile import reconcile
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.state import Report
from tests.support.experiments import experiment
from tests.support.model import Declaration, Resource
from tests.support.scripted_client import REQUEST, ScriptedClient, create_context

DECLARED = Declaration(identifier="test", properties={"Name": "test", "Description": "New"})
PATCH = [{"op": "replace", "path": "/Description", "value": "New"}]
BEFORE, AFTER = experiment("Created", Description="Old"), experiment("Created", Description="New")


# Read this test first.
def test_reconcile_sends_update_and_reads_its_result() -> None:
    client, report = ScriptedClient(BEFORE, AFTER), Report()
    reconcile(create_context(client), DECLARED, report)
    assert client.requests == [("update", "test", PATCH)]
    assert (report.before, report.now) == (Resource(BEFORE), Resource(AFTER))
    assert [operation.result() for operation in report.operations] == [
        {"operation": "update", "patch_document": PATCH, "request_token": REQUEST, "operation_status": "SUCCESS"}
    ]


def test_reconcile_in_check_mode_predicts_without_request() -> None:
    client, report = ScriptedClient(BEFORE), Report()
    reconcile(create_context(client, check_mode=True), DECLARED, report)
    assert client.requests == []
    assert report.now == Resource(AFTER)
    assert report.changed(check_mode=True)


def test_reconcile_reads_again_while_status_is_transitional() -> None:
    client, report = ScriptedClient({**AFTER, "Status": "Creating"}, AFTER), Report()
    reconcile(create_context(client), DECLARED, report)
    assert client.requests == []
    assert report.now == Resource(AFTER)


def test_reconcile_raises_rejected_without_request() -> None:
    client, report = ScriptedClient(experiment("Completed")), Report()
    with pytest.raises(Rejected, match="cannot change in status Completed"):
        reconcile(create_context(client), DECLARED, report)
    assert client.requests == []


def test_reconcile_raises_not_applied_if_read_does_not_show_update() -> None:
    client, report = ScriptedClient(BEFORE), Report()
    with pytest.raises(NotApplied, match=r"a later read does not show the change \(description\)"):
        reconcile(create_context(client), DECLARED, report)
    assert client.requests == [("update", "test", PATCH)]
