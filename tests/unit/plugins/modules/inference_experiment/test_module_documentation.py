"""Options, limits, examples and return values of the modules equal their documentation at every depth."""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module import info, resource
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
from tests.support.tasks import ERROR_KEYS, INFO, MODULE

COLLECTION = "awscc.sagemaker"
DEBUG = "ansible.builtin.debug"
ASSERT = "ansible.builtin.assert"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
IMPORTED = {
    name: importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name}") for name in MODULES
}
EXAMPLES: dict[str, list[dict[str, Any]]] = {name: yaml.safe_load(IMPORTED[name].EXAMPLES) for name in MODULES}


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    """Return the output of ansible-doc for each module, with the documentation fragments."""
    names = [f"{COLLECTION}.{name}" for name in MODULES]
    arguments = [command("ansible-doc"), "-t", "module", "--json", *names]
    shown = subprocess.run(arguments, env=clean_environment(), capture_output=True, text=True, timeout=120, check=True)
    return {name.rpartition(".")[2]: found for name, found in json.loads(shown.stdout).items()}


# Read this test first.
def test_type_of_on_stop_is_documented(documented: dict[str, Any]) -> None:
    option = documented["inference_experiment"]["doc"]["options"]["on_stop"]
    spec = argument_spec("inference_experiment")["on_stop"]
    assert (option["type"], option["choices"], option["default"]) == ("str", list(spec["choices"]), spec["default"])


@pytest.mark.parametrize(
    ("module", "task"),
    [(module, task) for module in MODULES for task in EXAMPLES[module]],
    ids=[str(task.get("name")) for module in MODULES for task in EXAMPLES[module]],
)
def test_example_is_valid_task_of_its_module(module: str, task: dict[str, Any]) -> None:
    (action,) = set(task) - {"name", "register", "check_mode", "when"}
    assert task["name"]
    if action in (DEBUG, ASSERT):
        return
    assert action == f"{COLLECTION}.{module}"
    assert ArgumentSpecValidator(argument_spec(module)).validate(task[action]).error_messages == []


def test_examples_have_no_anchors_and_start_with_the_smallest(module: str) -> None:
    text = IMPORTED[module].EXAMPLES
    assert re.findall(r"[&*]\w+", text) == []
    assert f"ansible localhost -m {COLLECTION}.{module} " in text
    numbers_of_options = [
        len(task[f"{COLLECTION}.{module}"]) for task in EXAMPLES[module] if f"{COLLECTION}.{module}" in task
    ]
    assert numbers_of_options[0] == min(numbers_of_options)


def test_examples_use_a_registered_result(module: str) -> None:
    registered = {task["register"] for task in EXAMPLES[module] if "register" in task}
    used = set(re.findall(r"\b(\w+)\.\w+", str([task for task in EXAMPLES[module] if {DEBUG, ASSERT} & set(task)])))
    assert registered
    assert registered <= used


def test_examples_show_variant_actions_before_a_promotion() -> None:
    tasks = EXAMPLES[MODULE]
    shown = [task.get(DEBUG, {}).get("var") for task in tasks]
    options = [task.get(f"{COLLECTION}.{MODULE}", {}) for task in tasks]
    promotes = [index for index, values in enumerate(options) if values.get("on_stop") == "promote_shadow"]
    assert [tasks[index].get("check_mode", "when" in tasks[index]) for index in promotes] == [True, True]
    assert promotes[0] < shown.index("plan.variant_actions") < promotes[1]


def _entries(entries: Spec, nested: str, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the path and the entry of each option or return value at every depth."""
    for name, entry in entries.items():
        yield f"{path}{name}", entry
        yield from _entries(entry.get(nested) or {}, nested, f"{path}{name}.")


def _facts(options: Spec, nested: str) -> dict[str, dict[str, Any]]:
    """Return the documented facts of each option."""
    return {
        path: {
            "type": entry.get("type", "str"),
            "elements": entry.get("elements"),
            "required": bool(entry.get("required", False)),
            "default": entry.get("default"),
            "choices": list(entry.get("choices") or []),
            "aliases": sorted(entry.get("aliases") or []),
        }
        for path, entry in _entries(options, nested)
    }


def test_documentation_of_each_option_equals_argument_spec(module: str, documented: dict[str, Any]) -> None:
    assert _facts(documented[module]["doc"]["options"], "suboptions") == _facts(argument_spec(module), "options")


def test_every_option_and_return_value_has_a_description(module: str, documented: dict[str, Any]) -> None:
    options = _entries(documented[module]["doc"]["options"], "suboptions")
    returned = _entries(documented[module]["return"], "contains")
    undescribed = [path for path, entry in (*options, *returned) if not "".join(entry.get("description") or "")]
    assert undescribed == []


def _types(entries: Spec, nested: str) -> dict[str, tuple[str, str | None]]:
    return {path: (entry.get("type", "str"), entry.get("elements")) for path, entry in _entries(entries, nested)}


@pytest.mark.parametrize(
    ("module", "result", "not_returned"),
    [
        # No API returns the intent. The info module derives the value from the status.
        (MODULE, "inference_experiment", {"desired_state"}),
        (INFO, "inference_experiments", set()),
    ],
)
def test_return_documents_every_returned_property_and_region(
    module: str, result: str, not_returned: set[str], documented: dict[str, Any]
) -> None:
    known = {**INFERENCE_EXPERIMENT.options, **INFERENCE_EXPERIMENT.read_only, "region": {"type": "str"}}
    properties = {name: entry for name, entry in known.items() if name not in not_returned}
    returned = documented[module]["return"][result]["contains"]
    returned = {name: entry for name, entry in returned.items() if name not in ("endpoint", "promoted")}
    assert _types(returned, "contains") == _types(properties, "options")
    assert set(re.findall(r"C\((\w+)\)", "".join(returned["status"]["description"]))) == set(STATUSES)


def test_return_documents_every_key_of_operations_and_error(documented: dict[str, Any]) -> None:
    operation = {field.name for field in dataclasses.fields(Operation)} - {"effects"}
    assert set(documented[MODULE]["return"]["operations"]["contains"]) == operation
    for module in MODULES:
        assert set(documented[module]["return"]["error"]["contains"]) == ERROR_KEYS


TYPES: Mapping[str, type] = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}


def test_sample_has_the_documented_type(module: str, documented: dict[str, Any]) -> None:
    returned = dict(_entries(documented[module]["return"], "contains"))
    samples = {path: entry["sample"] for path, entry in returned.items() if entry.get("sample") is not None}
    assert [path for path, sample in samples.items() if not isinstance(sample, TYPES[returned[path]["type"]])] == []
    assert [path for path, entry in returned.items() if path not in samples and not entry.get("contains")] == []


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Limits of options that are not in LIMITS.
OTHER_LIMITS: Mapping[str, set[int]] = {
    "schedule": {SHORTEST // _HOUR, LONGEST // _DAY, 7},  # 7 days without a schedule
    "tags": {tags.MAX_TAGS, 1, tags.MAX_KEY_LENGTH, tags.MAX_VALUE_LENGTH},
    "wait_timeout": {1, resource.MAX_WAIT_TIMEOUT},
}
NUMBER_WORDS = {"exactly one": 1, "the two": 2}
# Numbers that are not limits.
_NAMES = re.compile(r"ISO 8601|[A-Z]\([^)]*\)")


def _limits(path: str) -> set[int]:
    limit = LIMITS.get(path, Limit())
    pairs = (limit.length, limit.number, limit.items)
    return {number for pair in pairs if pair for number in pair} | OTHER_LIMITS.get(path, set())


def _numbers(description: str | Iterable[str]) -> set[int]:
    text = _NAMES.sub("", description if isinstance(description, str) else " ".join(description))
    words = {number for words, number in NUMBER_WORDS.items() if words in text.lower()}
    return {int(number) for number in re.findall(r"\b\d+\b", text)} | words


def test_documentation_has_every_limit_and_no_other(documented: dict[str, Any]) -> None:
    own = {*INFERENCE_EXPERIMENT.options, *INFERENCE_EXPERIMENT.module_only_options, "wait_timeout"}
    options = {name: entry for name, entry in documented[MODULE]["doc"]["options"].items() if name in own}
    numbers = {path: _numbers(entry["description"]) for path, entry in _entries(options, "suboptions")}
    assert set(LIMITS) | set(OTHER_LIMITS) <= set(numbers)
    # "Up to 63" starts at 1. A percentage or a count starts at 0 by default.
    missing = {path: limits for path in numbers if (limits := _limits(path) - numbers[path] - {0, 1})}
    surplus = {path: others for path in numbers if (others := numbers[path] - _limits(path))}
    assert (missing, surplus) == ({}, {})
    wait_timeout = documented[INFO]["doc"]["options"]["wait_timeout"]["description"]
    assert _numbers(wait_timeout) == {1, info.MAX_WAIT_TIMEOUT, timedelta(seconds=info.MAX_WAIT_TIMEOUT) // _DAY}
