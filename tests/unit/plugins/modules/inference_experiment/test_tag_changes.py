"""Tags: removed or kept, beside the tags of AWS, and with concurrent changes by another caller."""

from __future__ import annotations

from typing import Any

from tests.emulator import Emulator
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.tasks import MODULE, minimal, put_experiment, requests_of, statuses, stored_experiment, succeeded
from tests.unit.conftest import Run

BEFORE = {"kept": "1", "changed": "1", "left": "1"}


# Read this test first.
def test_omitted_tags_are_removed(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Running", tags={"old": "1", "aws:x": "2"})
    result = run("inference_experiment", {"name": "checkout", "tags": {"new": "3"}})
    (operation,) = result["operations"]
    tags = [{"Key": "aws:x", "Value": "2"}, {"Key": "old", "Value": "1"}]
    assert [step["op"] for step in operation["patch_document"]] == ["test", "replace"]
    assert sorted(operation["patch_document"][0]["value"], key=str) == tags
    assert operation["patch_document"][1]["value"] == [tags[0], {"Key": "new", "Value": "3"}]
    assert result["inference_experiment"]["tags"] == {"aws:x": "2", "new": "3"}
    assert emulator.experiment("checkout", "us-east-1")["tags"] == {"aws:x": "2", "new": "3"}


def _add_tag(emulator: Emulator) -> None:
    """Add a tag as another caller."""
    tags = [{"Key": "theirs", "Value": "1"}]
    emulator.client("sagemaker", REGION).add_tags(ResourceArn=stored_experiment(emulator)["arn"], Tags=tags)


@cases(
    ("tags", {}, None),
    ("tags and stop", {"desired_state": "Completed"}, None),
    ("other error code", {}, "InvalidRequestException"),
)
def test_tag_of_another_caller_is_preserved(
    options: dict[str, Any], code: str | None, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Running", tags=BEFORE)
    emulator.on_call("UpdateResource", lambda: _add_tag(emulator))
    if code:
        emulator.fault("UpdateResource", "error", code=code, message="Patch does not apply")
    result = succeeded(run(MODULE, minimal(tags={"ours": "1"}, purge_tags=False, **options)))
    assert stored_experiment(emulator)["tags"] == {**BEFORE, "ours": "1", "theirs": "1"}
    assert statuses(result) == ["FAILED", "SUCCESS"]
    assert len({request["ClientToken"] for request in requests_of(emulator, "UpdateResource")}) == 2
