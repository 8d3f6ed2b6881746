# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides say what is so: their plays run, and what they tell of the collection is what it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.emulator import Emulator, ManualClock
from tests.support.environment import REGION, ROOT
from tests.support.module_runner import run_module, with_shared_clients
from tools.generated_docs import diagram
from tools.generated_docs.guides import FOLDER, GUIDES, blocks, text_of

WRITE = "run python -m tools.generated_docs"
PREFIX = "awscc.sagemaker."
REPOSITORY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]


def _tasks(guide: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks(guide, "yaml"):
        for task in block.tasks:
            (action,) = (name for name in task if "." in name)
            if action.startswith(PREFIX):
                yield action.removeprefix(PREFIX), task[action] or {}


@pytest.fixture(scope="module")
def ready() -> Iterator[Emulator]:
    """The emulator as `make emulator` starts it, for all guides: to seed it and to make clients takes the longest."""
    with Emulator(clock=ManualClock()) as emulator, with_shared_clients():
        emulator.seed(region=REGION)
        yield emulator


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if blocks(guide, "yaml")])
def test_every_task_of_a_guide_runs_in_its_order(guide: str, ready: Emulator) -> None:
    names = set()
    for module, options in _tasks(guide):
        planned = run_module(module, options, emulator=ready, check=True)
        done = run_module(module, options, emulator=ready)
        assert not done.failed, done.msg
        assert planned.changed == done.changed
        assert not run_module(module, options, emulator=ready).changed
        names.add(options.get("name"))
    for name in names - {None}:
        run_module("inference_experiment", {"name": name, "state": "absent"}, emulator=ready)


def test_picture_shows_transitions_of_type_with_labels() -> None:
    assert set(diagram.transitions()) == set(diagram.ARROWS)
    assert all(arrow.label for arrow in diagram.ARROWS.values())
    assert diagram.PICTURE.read_text(encoding="utf-8") == diagram.picture(), WRITE


def _paths(spec: Any, path: str = "") -> Iterator[str]:
    for name, entry in spec.items():
        nested, mark = entry.get("options"), "[]" if entry["type"] == "list" else ""
        yield from _paths(nested, f"{path}{name}{mark}.") if nested else [path + name]


def test_the_guide_for_stackql_has_every_field_and_every_line_of_a_manifest() -> None:
    guide = text_of("guide_from_stackql")
    fields = {*INFERENCE_EXPERIMENT.options, *INFERENCE_EXPERIMENT.read_only, "region"}
    table = guide.partition("Fields\n---")[2].partition("SELECT\n---")[0]
    assert set(re.findall(r"^   \* - ``(\w+)``$", table, re.MULTILINE)) == fields
    lines = set(re.findall(r"^   \* - ``([\w.\[\]]+)``", _manifest(), re.MULTILINE))
    assert lines - {"version", "providers", "globals", "resources"} == set(_paths(INFERENCE_EXPERIMENT.options))


def test_the_manifest_in_the_guide_for_stackql_declares_what_the_play_beside_it_does() -> None:
    (manifest,) = blocks("guide_from_stackql", "yaml+jinja")
    (resource,) = yaml.safe_load(manifest.text)["resources"]
    props = {prop["name"]: prop["value"] for prop in resource["props"]}
    props["tags"] = {tag["key"]: tag["value"] for tag in props["tags"]}
    (play,) = (block for block in blocks("guide_from_stackql", "yaml") if block.text.startswith("# manifest.yml"))
    given = {name: value for task in play.tasks for name, value in task[f"{PREFIX}inference_experiment"].items()}
    assert given == props
    assert props.keys() == INFERENCE_EXPERIMENT.options.keys()


def _manifest() -> str:
    return text_of("guide_from_stackql").partition("Manifest\n---")[2].partition("Permissions\n---")[0]


def test_what_a_guide_names_in_the_repository_is_there() -> None:
    named = re.compile(rf"{re.escape(REPOSITORY.removeprefix('https://'))}/(?:blob|tree)/main/([^>#\s]+)")
    raw = re.compile(r"raw\.githubusercontent\.com/[^/]+/[^/]+/main/(\S+)")
    for path in FOLDER.glob("*.rst"):
        text = path.read_text(encoding="utf-8")
        assert [name for name in named.findall(text) + raw.findall(text) if not (ROOT / name).exists()] == []


def test_every_guide_is_in_the_contents_of_the_collection_and_of_the_site() -> None:
    sections = yaml.safe_load((FOLDER.parent / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    listed = [guide for section in sections for guide in section["toctree"]]
    assert sorted(listed) == sorted(path.stem for path in FOLDER.glob("*.rst"))
    site = (ROOT / "tools" / "site" / "index.rst").read_text(encoding="utf-8")
    assert [guide for guide in listed if f"collection/docsite/{guide}" not in site] == []
