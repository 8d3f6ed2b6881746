"""The guides: their tasks run, and their tables have the options of the modules and existing files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.nativetypes import NativeEnvironment

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import metrics
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import option_name
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    STATUSES,
)
from tests.emulator import Emulator, ManualClock
from tests.support.environment import REGION, ROOT
from tests.support.module_runner import run_module, with_shared_clients
from tests.support.stateful.transitions import TRANSITIONS
from tools.generated_docs.guides import FOLDER, GUIDES, blocks, text_of

PREFIX = "awscc.sagemaker."
EXAMPLES = ROOT / "docs" / "examples"


def _tasks(guide: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks(guide, "yaml"):
        for task in block.tasks:
            (action,) = (name for name in task if "." in name)
            if action.startswith(PREFIX):
                yield action.removeprefix(PREFIX), task[action] or {}


@pytest.fixture(scope="module")
def seeded() -> Iterator[Emulator]:
    """Return an emulator with the resources of `make emulator`, for all guides, because its setup takes seconds."""
    with Emulator(clock=ManualClock()) as emulator, with_shared_clients():
        emulator.seed(region=REGION)
        yield emulator


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if blocks(guide, "yaml")])
def test_tasks_of_guide_succeed_in_order(guide: str, seeded: Emulator) -> None:
    names = set()
    for module, options in _tasks(guide):
        planned = run_module(module, options, emulator=seeded, check=True)
        done = run_module(module, options, emulator=seeded)
        assert not done.failed, done.msg
        assert planned.changed == done.changed
        assert not run_module(module, options, emulator=seeded).changed
        names.add(options.get("name"))
    for name in names - {None}:
        run_module("inference_experiment", {"name": name, "state": "absent"}, emulator=seeded)


# The transitional status that a task requests with desired_state.
REQUESTED = {"Running": "Starting", "Completed": "Stopping", "Cancelled": "Stopping"}


def _changeable(status: str) -> Iterator[str]:
    """Yield the options that can be changed in a status, with the member if only one member can be changed."""
    rules = STATUSES[status]
    for name in sorted(rules.updatable):
        option = option_name(name)
        members = INFERENCE_EXPERIMENT.options[option].get("options") or {}
        yield f"{option}.end_time" if 0 < len(rules.write_only.get(name, ())) < len(members) else option


def test_picture_of_lifecycle_shows_each_transition_and_options_that_can_change() -> None:
    picture = (ROOT / "docs" / "images" / "lifecycle.svg").read_text(encoding="utf-8")
    transitions = {("None", "Creating"), *TRANSITIONS}
    for name, status in STATUSES.items():
        transitions |= {(name, "Updating")} if status.updatable - {"Tags"} else set()
        transitions |= {(name, REQUESTED[intent]) for intent in status.transitions}
    assert set(re.findall(r'class="way" id="(\w+)-(\w+)"', picture)) == transitions
    texts = re.findall(r'class="(?:name|note)".*>(.*)</text>', picture)
    for name, status in STATUSES.items():
        options = [] if status.transitional else [*_changeable(name)]
        first = texts.index(name) + 1
        assert texts[first : first + len(options)] == options


def test_picture_of_steps_names_existing_playbooks() -> None:
    picture = (ROOT / "docs" / "images" / "run_a_test.svg").read_text(encoding="utf-8")
    named = set(re.findall(r"\w+\.yml", picture))
    assert named
    assert named <= {path.name for path in EXAMPLES.glob("*.yml")}


def test_guide_has_number_of_requested_metrics() -> None:
    assert INFERENCE_EXPERIMENT.metrics is not None
    measurement, step = (
        len(metrics.queries(INFERENCE_EXPERIMENT.metrics, percentiles, 60))
        for percentiles in (["p50", "p90", "p99"], ["p99"])
    )
    expected = f"each requested metric: {measurement} for a measurement with the default percentiles, {step} for a step"
    assert expected in text_of("guide_run_a_test")


def test_condition_is_boolean_if_return_value_is_null() -> None:
    """From ansible-core 2.19 on, null is no valid condition. These return values can be null."""
    texts = [ROOT / "README.md", *FOLDER.glob("*.rst"), *EXAMPLES.rglob("*.yml"), *(ROOT / "plugins").rglob("*.py")]
    condition = re.compile(r"(?:that|when): [\w.]+\.(?:promoted|drifted)$", re.MULTILINE)
    assert {path.name for path in texts if condition.search(path.read_text(encoding="utf-8"))} == set()


@pytest.mark.parametrize("file", ["docs/docsite/rst/guide_promote.rst", "plugins/modules/inference_experiment_info.py"])
def test_example_with_endpoints_omits_endpoint_that_was_not_read(file: str) -> None:
    expressions = re.findall(
        r"{{ (?:found|served)\.inference_experiments [^}]*endpoint.*}}", (ROOT / file).read_text(encoding="utf-8")
    )
    unread = {"inference_experiments": [{"name": "a", "endpoint": None, "promoted": None}]}
    environment = NativeEnvironment(undefined=StrictUndefined)
    values = [environment.from_string(each).render(found=unread, served=unread) for each in expressions]
    assert [list(value) for value in values] == [[]]


def test_example_with_async_supports_check_mode() -> None:
    """ansible-core 2.16 rejects a task with async in check mode, unless async is 0."""
    texts = "".join(path.read_text(encoding="utf-8") for path in EXAMPLES.rglob("*.yml"))
    assert set(re.findall("^ *async: (.*)", texts, re.MULTILINE)) == {'"{{ ansible_check_mode | ternary(0, 3600) }}"'}


def _paths(spec: Any, path: str = "") -> Iterator[str]:
    for name, entry in spec.items():
        nested, mark = entry.get("options"), "[]" if entry["type"] == "list" else ""
        yield from _paths(nested, f"{path}{name}{mark}.") if nested else [path + name]


def test_stackql_guide_has_each_field_and_each_line_of_manifest() -> None:
    guide = text_of("guide_from_stackql")
    fields = {*INFERENCE_EXPERIMENT.options, *INFERENCE_EXPERIMENT.read_only, "region"}
    table = guide.partition("Fields\n---")[2].partition("SELECT\n---")[0]
    assert set(re.findall(r"^   \* - ``(\w+)``$", table, re.MULTILINE)) == fields
    lines = set(re.findall(r"^   \* - ``([\w.\[\]]+)``", _manifest(), re.MULTILINE))
    assert lines - {"version", "providers", "globals", "resources"} == set(_paths(INFERENCE_EXPERIMENT.options))


def test_stackql_manifest_has_same_values_as_playbook() -> None:
    (manifest,) = blocks("guide_from_stackql", "yaml+jinja")
    (resource,) = yaml.safe_load(manifest.text)["resources"]
    props = {prop["name"]: prop["value"] for prop in resource["props"]}
    props["tags"] = {tag["key"]: tag["value"] for tag in props["tags"]}
    (play,) = (block for block in blocks("guide_from_stackql", "yaml") if block.text.startswith("# manifest.yml"))
    options = {name: value for task in play.tasks for name, value in task[f"{PREFIX}inference_experiment"].items()}
    assert options == props
    assert props.keys() == INFERENCE_EXPERIMENT.options.keys()


def _manifest() -> str:
    return text_of("guide_from_stackql").partition("Manifest\n---")[2].partition("Permissions\n---")[0]


# `make docs` checks the links of the guides, and that the site lists each guide.
def test_contents_of_collection_list_each_guide() -> None:
    sections = yaml.safe_load((FOLDER.parent / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    listed = [guide for section in sections for guide in section["toctree"]]
    assert sorted(listed) == sorted(path.stem for path in FOLDER.glob("*.rst"))
