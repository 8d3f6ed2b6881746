# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags: verbatim, purged or not, those of AWS never touched, those of somebody else not lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator import Emulator
from tests.emulator.experiments import STATUSES
from tests.support.environment import REGION
from tests.support.tasks import (
    MODULE,
    minimal,
    operation_names,
    patches,
    put_experiment,
    requests_of,
    rerun_unchanged,
    statuses,
    stored_experiment,
    succeeded,
)
from tests.unit.conftest import Run

AWS_TAGS = {"aws:servicecatalog:productArn": "shop", "aws:createdBy": "1"}
BEFORE = {"kept": "1", "changed": "1", "left": "1"}

ROWS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    # what is given: the options, the tags afterwards
    "purged by default": (
        {"tags": {"kept": "1", "changed": "2", "new": "1"}},
        {"kept": "1", "changed": "2", "new": "1"},
    ),
    "purged when told to": ({"tags": {"kept": "1"}, "purge_tags": True}, {"kept": "1"}),
    "not purged": ({"tags": {"changed": "2", "new": "1"}, "purge_tags": False}, {**BEFORE, "changed": "2", "new": "1"}),
    "by the other name of the option": ({"resource_tags": {"new": "1"}}, {"new": "1"}),
    "none, purged": ({"tags": {}}, {}),
    "keys and values verbatim": (
        {"tags": {"ModelVariants": "Some_Value", "snake_case": "camelCase", "Sp ace": "a/b=1"}},
        {"ModelVariants": "Some_Value", "snake_case": "camelCase", "Sp ace": "a/b=1"},
    ),
    "numbers and booleans as text": (
        {"tags": {"number": 7, "yes": True, "1": 1.5}},
        {"number": "7", "yes": "True", "1": "1.5"},
    ),
}


@pytest.mark.parametrize("system", [{}, AWS_TAGS], ids=["", "beside tags of AWS"])
@pytest.mark.parametrize(("options", "after"), ROWS.values(), ids=ROWS)
def test_tags_are_brought_to_what_is_given(
    run: Run, emulator: Emulator, options: dict[str, Any], after: dict[str, str], system: dict[str, str]
) -> None:
    put_experiment(emulator, "Running", tags={**BEFORE, **system})
    result = succeeded(run(MODULE, minimal(**options)))
    assert operation_names(result) == ["update"]
    assert stored_experiment(emulator)["tags"] == {**after, **system}
    assert result["inference_experiment"]["tags"] == {**after, **system}
    rerun_unchanged(run, emulator, minimal(**options))


@pytest.mark.parametrize("status", STATUSES)
def test_tags_can_change_in_every_status(run: Run, emulator: Emulator, status: str) -> None:
    put_experiment(emulator, status, tags=BEFORE)
    succeeded(run(MODULE, minimal(tags={"new": "1"})))
    assert stored_experiment(emulator)["tags"] == {"new": "1"}


@pytest.mark.parametrize(
    "task",
    [
        pytest.param({"description": "New"}, id="an update"),
        pytest.param({"desired_state": "Completed"}, id="a stop"),
        pytest.param({"desired_state": "Completed", "on_stop": "promote_shadow"}, id="a promotion"),
    ],
)
def test_tags_that_are_not_given_are_left_alone_by(run: Run, emulator: Emulator, task: dict[str, Any]) -> None:
    put_experiment(emulator, "Running", tags={**BEFORE, **AWS_TAGS})
    result = succeeded(run(MODULE, minimal(**task)))
    assert stored_experiment(emulator)["tags"] == {**BEFORE, **AWS_TAGS}
    assert all("/Tags" not in patch for patch in patches(result))


def _tag_by_somebody_else(emulator: Emulator) -> None:
    arn = stored_experiment(emulator)["arn"]
    tags = [{"Key": "theirs", "Value": "1"}]
    emulator.client("sagemaker", REGION).add_tags(ResourceArn=arn, Tags=tags)


@pytest.mark.parametrize(
    "task",
    [
        pytest.param({}, id="a change of tags"),
        pytest.param({"description": "New"}, id="a change of more"),
        pytest.param({"desired_state": "Completed"}, id="a stop"),
    ],
)
def test_a_tag_that_somebody_adds_meanwhile_is_not_lost(run: Run, emulator: Emulator, task: dict[str, Any]) -> None:
    put_experiment(emulator, "Running", tags=BEFORE)
    emulator.on_call("UpdateResource", lambda: _tag_by_somebody_else(emulator))
    result = succeeded(run(MODULE, minimal(tags={"ours": "1"}, purge_tags=False, **task)))
    assert stored_experiment(emulator)["tags"] == {**BEFORE, "ours": "1", "theirs": "1"}
    assert statuses(result) == ["FAILED", "SUCCESS"]
    assert len({request["ClientToken"] for request in requests_of(emulator, "UpdateResource")}) == 2


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
@pytest.mark.parametrize(("more", "fits"), [(2, True), (3, False)], ids=["to 50", "to 51"])
def test_tags_are_counted_with_those_kept_and_those_of_aws(
    run: Run, emulator: Emulator, more: int, fits: bool, check: bool
) -> None:
    put_experiment(emulator, "Created", tags={**AWS_TAGS, **{f"old{n}": "" for n in range(46)}})
    result = run(MODULE, minimal(tags={f"new{n}": "" for n in range(more)}, purge_tags=False), check=check)
    assert (result.failed, result.changed) == (not fits, fits)
    if not fits:
        assert "tags: 51 tags including the existing ones, the maximum is 50." in result.msg


def test_a_patch_that_does_not_fit_any_more_is_known_by_its_other_code_too(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running", tags=BEFORE)
    emulator.on_call("UpdateResource", lambda: _tag_by_somebody_else(emulator))
    emulator.fault("UpdateResource", "error", code="InvalidRequestException", message="Patch does not apply")
    succeeded(run(MODULE, minimal(tags={"ours": "1"}, purge_tags=False)))
    assert stored_experiment(emulator)["tags"] == {**BEFORE, "ours": "1", "theirs": "1"}


def test_a_tag_of_aws_that_comes_meanwhile_is_not_touched(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created", tags={**BEFORE, **AWS_TAGS})
    emulator.on_call(
        "UpdateResource", lambda: put_experiment(emulator, "Created", tags={**BEFORE, **AWS_TAGS, "aws:late": "1"})
    )
    succeeded(run(MODULE, minimal(tags={"ours": "1"})))
    assert stored_experiment(emulator)["tags"] == {**AWS_TAGS, "aws:late": "1", "ours": "1"}


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
@pytest.mark.parametrize("key", [*AWS_TAGS, "aws:cloudformation:stack-name"])
def test_update_of_experiment_with_aws_tags_gives_no_warning(
    run: Run, emulator: Emulator, key: str, check: bool
) -> None:
    put_experiment(emulator, "Running", tags={key: "shop"})
    assert succeeded(run(MODULE, minimal(description="New"), check=check)).warnings == []
    assert stored_experiment(emulator)["tags"] == {key: "shop"}
