# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules document is what they take and return: examples, options and return values, at every depth."""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module import resource
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.execution.state import Operation
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import tags
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import Limit
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
    LIMITS,
    LONGEST,
    SHORTEST,
    STATUSES,
)
from tests.support.environment import ROOT, clean_environment, command
from tests.support.module_runner import Spec, argument_spec

COLLECTION = "awscc.sagemaker"
MODULE = f"{COLLECTION}.inference_experiment"
DEBUG = "ansible.builtin.debug"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
IMPORTED = {
    name: importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name}") for name in MODULES
}


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def spec(module: str) -> Spec:
    return argument_spec(module)


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    """What ansible-doc makes of the documentation, all fragments merged in."""
    names = [f"{COLLECTION}.{name}" for name in MODULES]
    shown = subprocess.run(
        [command("ansible-doc"), "-t", "module", "--json", *names],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return {name.rpartition(".")[2]: found for name, found in json.loads(shown.stdout).items()}


def _examples(module: str) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = yaml.safe_load(IMPORTED[module].EXAMPLES)
    return tasks


def _example_tasks() -> Iterator[Any]:
    for module in MODULES:
        for task in _examples(module):
            yield pytest.param(module, task, id=f"{module}: {task.get('name')}")


@pytest.mark.parametrize(("module", "task"), list(_example_tasks()))
def test_example_is_valid_task_of_its_module(module: str, task: dict[str, Any]) -> None:
    (action,) = set(task) - {"name", "register", "check_mode", "when"}
    assert task["name"]
    if action == DEBUG:
        return
    assert action == f"{COLLECTION}.{module}"
    assert ArgumentSpecValidator(argument_spec(module)).validate(task[action]).error_messages == []


def test_examples_have_no_anchors_and_start_with_the_smallest(module: str) -> None:
    assert re.findall(r"[&*]\w+", IMPORTED[module].EXAMPLES) == []
    numbers_of_options = [len(task[f"{COLLECTION}.{module}"]) for task in _examples(module) if DEBUG not in task]
    assert numbers_of_options[0] == min(numbers_of_options)


def test_examples_use_a_registered_result(module: str) -> None:
    tasks = _examples(module)
    registered = {task["register"] for task in tasks if "register" in task}
    used = set(re.findall(r"\b(\w+)\.\w+", str([t for t in tasks if DEBUG in t])))
    assert registered
    assert registered <= used


def test_examples_show_variant_actions_before_a_promotion() -> None:
    tasks = _examples("inference_experiment")
    shown = [task.get(DEBUG, {}).get("var") for task in tasks]
    promotes = [
        position for position, task in enumerate(tasks) if task.get(MODULE, {}).get("on_stop") == "promote_shadow"
    ]
    assert [tasks[position].get("check_mode", "when" in tasks[position]) for position in promotes] == [True, True]
    assert promotes[0] < shown.index("plan.variant_actions") < promotes[1]


def _tasks(entries: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield all tasks of plays and blocks."""
    for entry in entries:
        inner = [task for name in ("tasks", "block", "rescue", "always") for task in entry.get(name, ())]
        yield from _tasks(inner) if inner else [entry]


EXAMPLES = ROOT / "docs" / "examples"
PLAYBOOKS = [*sorted(EXAMPLES.glob("*.yml")), EXAMPLES / "awx" / "start.yml", EXAMPLES / "awx" / "stop.yml"]


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda path: path.stem)
def test_a_playbook_of_the_examples_gives_options_that_there_are(playbook: Path) -> None:
    """Templates are left to the run; the names of options, at every depth, and the other values are looked at here."""
    tasks = [*_tasks(yaml.safe_load(playbook.read_text(encoding="utf-8")))]
    ours = [(name, task) for task in tasks for name in task if name.startswith(f"{COLLECTION}.")]
    assert ours
    for action, task in ours:
        spec = argument_spec(action.rpartition(".")[2])
        later = {name for name, value in (task[action] or {}).items() if str(value).startswith("{{") and name != "name"}
        assert later <= set(spec), task["name"]
        given = {name: value for name, value in (task[action] or {}).items() if name not in later}
        found = ArgumentSpecValidator(spec).validate(given)
        templates = tuple(f"argument '{name}' is of type" for name in _templates(given))
        assert [error for error in found.error_messages if not error.startswith(templates)] == [], task["name"]


def _templates(value: Any, name: str = "") -> Iterator[str]:
    """Yield the names of the options, at every depth, whose value is a template."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _templates(member, key)
    elif isinstance(value, list):
        for element in value:
            yield from _templates(element, name)
    elif str(value).startswith("{{"):
        yield name


def test_every_module_has_examples_among_them_an_ad_hoc_command(module: str) -> None:
    examples = IMPORTED[module].EXAMPLES
    assert yaml.safe_load(examples)
    assert f"ansible localhost -m {COLLECTION}.{module} " in examples


def _facts_of_spec(spec: Spec, path: str = "") -> dict[str, dict[str, Any]]:
    """Everything that documentation has to tell of options, by path."""
    facts: dict[str, dict[str, Any]] = {}
    for name, entry in spec.items():
        facts[f"{path}{name}"] = {
            "type": entry.get("type", "str"),
            "elements": entry.get("elements"),
            "required": bool(entry.get("required", False)),
            "default": entry.get("default"),
            "choices": list(entry.get("choices") or []),
            "aliases": sorted(entry.get("aliases") or []),
        }
        facts |= _facts_of_spec(entry.get("options") or {}, f"{path}{name}.")
    return facts


def _facts_of_documentation(options: Spec) -> dict[str, dict[str, Any]]:
    def as_spec(options: Spec) -> dict[str, dict[str, Any]]:
        return {name: {**entry, "options": as_spec(entry.get("suboptions") or {})} for name, entry in options.items()}

    return _facts_of_spec(as_spec(options))


def test_the_documentation_tells_of_every_option_what_the_module_takes(
    module: str, spec: Spec, documented: dict[str, Any]
) -> None:
    assert _facts_of_documentation(documented[module]["doc"]["options"]) == _facts_of_spec(spec)


def test_every_option_and_return_value_is_described(module: str, documented: dict[str, Any]) -> None:
    def undescribed(entries: Spec, nested: str, path: str = "") -> Iterator[str]:
        for name, entry in entries.items():
            if not "".join(entry.get("description") or ""):
                yield f"{path}{name}"
            yield from undescribed(entry.get(nested) or {}, nested, f"{path}{name}.")

    found = documented[module]
    assert list(undescribed(found["doc"]["options"], "suboptions")) == []
    assert list(undescribed(found["return"], "contains")) == []


def _types(entries: Spec, nested: str, path: str = "") -> dict[str, tuple[str, str | None]]:
    found = {}
    for name, entry in entries.items():
        found[f"{path}{name}"] = (entry.get("type", "str"), entry.get("elements"))
        found |= _types(entry.get(nested) or {}, nested, f"{path}{name}.")
    return found


@pytest.mark.parametrize(
    ("module", "result", "not_returned"),
    [
        # No API returns the intent; the info module derives the value from the status.
        ("inference_experiment", "inference_experiment", {"desired_state"}),
        ("inference_experiment_info", "inference_experiments", set()),
    ],
)
def test_return_documents_every_returned_property_and_region(
    module: str, result: str, not_returned: set[str], documented: dict[str, Any]
) -> None:
    known = {**INFERENCE_EXPERIMENT.options, **INFERENCE_EXPERIMENT.read_only, "region": {"type": "str"}}
    properties = {name: entry for name, entry in known.items() if name not in not_returned}
    returned = documented[module]["return"][result]["contains"]
    assert _types(returned, "contains") == _types(properties, "options")


def test_the_operations_and_the_error_are_documented_as_returned(documented: dict[str, Any]) -> None:
    returned = documented["inference_experiment"]["return"]
    operation = {field.name for field in dataclasses.fields(Operation)} - {"effects"}
    assert set(returned["operations"]["contains"]) == operation
    for module in MODULES:
        error = documented[module]["return"]["error"]["contains"]
        assert set(error) == {"code", "message", "operation", "request_token", "hint"}


KINDS: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float,),
    "bool": (bool,),
    "list": (list,),
    "dict": (dict,),
}


def test_a_sample_is_of_the_type_that_is_documented(module: str, documented: dict[str, Any]) -> None:
    def wrong(entries: Spec, path: str = "") -> Iterator[str]:
        for name, entry in entries.items():
            sample = entry.get("sample")
            if sample is not None and not isinstance(sample, KINDS[entry["type"]]):
                yield f"{path}{name}: {sample!r} is no {entry['type']}"
            if sample is None and not entry.get("contains"):
                yield f"{path}{name} has no sample"
            yield from wrong(entry.get("contains") or {}, f"{path}{name}.")

    assert list(wrong(documented[module]["return"])) == []


# --- limits ---

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Numbers that are limits of an option and stand elsewhere than in LIMITS.
OTHER_LIMITS: Mapping[str, set[int]] = {
    "schedule": {SHORTEST // _HOUR, LONGEST // _DAY, 7},  # how long SageMaker lets a test without a schedule last
    "tags": {tags.MAX_TAGS, 1, tags.MAX_KEY_LENGTH, tags.MAX_VALUE_LENGTH},
    "wait_timeout": {1, resource.MAX_WAIT_TIMEOUT},
}
IN_WORDS = {"exactly one": 1, "the two": 2}
# Numbers that limit nothing.
_NAMES = re.compile(r"ISO 8601|[A-Z]\([^)]*\)")


def _numbers(limit: Limit) -> set[int]:
    pairs = (limit.length, limit.number, limit.items)
    return {number for pair in pairs if pair for number in pair}


def _told(description: str | Iterable[str]) -> set[int]:
    text = _NAMES.sub("", description if isinstance(description, str) else " ".join(description))
    words = {number for words, number in IN_WORDS.items() if words in text.lower()}
    return {int(number) for number in re.findall(r"\b\d+\b", text)} | words


def _descriptions(options: Spec, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, entry in options.items():
        yield f"{path}{name}", entry["description"]
        yield from _descriptions(entry.get("suboptions") or {}, f"{path}{name}.")


def test_the_documentation_tells_every_limit_and_no_other(documented: dict[str, Any]) -> None:
    options = documented["inference_experiment"]["doc"]["options"]
    ours = {*INFERENCE_EXPERIMENT.options, *INFERENCE_EXPERIMENT.module_only_options, "wait_timeout"}
    told = dict(_descriptions({name: entry for name, entry in options.items() if name in ours}))
    assert set(LIMITS) | set(OTHER_LIMITS) <= set(told)
    wrong = []
    for path, description in told.items():
        numbers = _numbers(LIMITS.get(path, Limit())) | OTHER_LIMITS.get(path, set())
        # "Up to 63" is from 1, and a percentage or a count is from 0 unless more is said.
        missing, surplus = numbers - _told(description) - {0, 1}, _told(description) - numbers
        wrong += [f"{path}: {number} is a limit and not documented" for number in sorted(missing)]
        wrong += [f"{path}: {number} is documented and no limit" for number in sorted(surplus)]
    assert wrong == []


@pytest.mark.parametrize("module", ["inference_experiment", "inference_experiment_info"])
def test_the_documentation_tells_every_status(module: str, documented: dict[str, Any]) -> None:
    returned = documented[module]["return"]
    (experiment,) = [entry for name, entry in returned.items() if name.startswith("inference_experiment")]
    told = "".join(experiment["contains"]["status"]["description"])
    assert set(re.findall(r"C\((\w+)\)", told)) == set(STATUSES)
