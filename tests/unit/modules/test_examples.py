# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules document is what they take and return: examples, options and return values, at every depth."""

from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.environment import ROOT, clean_environment, command

COLLECTION = "awscc.sagemaker"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
IMPORTED = {
    name: importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name}") for name in MODULES
}
Spec = Mapping[str, Mapping[str, Any]]


class _Built(Exception):
    """Ends a module once its argument spec is there."""

    def __init__(self, argument_spec: Spec) -> None:
        super().__init__()
        self.argument_spec = argument_spec


def _instead_of_ansible_module(*, argument_spec: Spec, **_settings: Any) -> None:
    raise _Built(argument_spec)


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _spec(module: str, monkeypatch: pytest.MonkeyPatch) -> Spec:
    """The spec that the module really hands to Ansible, the options of amazon.aws included."""
    monkeypatch.setitem(AnsibleAWSModule.default_settings, "module_class", _instead_of_ansible_module)
    with pytest.raises(_Built) as built:
        IMPORTED[module].main()
    return built.value.argument_spec


@pytest.fixture
def spec(module: str, monkeypatch: pytest.MonkeyPatch) -> Spec:
    return _spec(module, monkeypatch)


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


def _examples() -> Iterator[Any]:
    for module in MODULES:
        for task in yaml.safe_load(IMPORTED[module].EXAMPLES):
            yield pytest.param(task, id=f"{module}: {task.get('name')}")


@pytest.mark.parametrize("task", list(_examples()))
def test_an_example_is_a_task_that_its_module_takes(task: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    (action,) = set(task) - {"name", "register", "check_mode"}
    assert task["name"]
    assert action.rpartition(".")[0] == COLLECTION
    spec = _spec(action.rpartition(".")[2], monkeypatch)
    assert ArgumentSpecValidator(spec).validate(task[action]).error_messages == []


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
    ("module", "result"),
    [
        ("inference_experiment", "inference_experiment"),
        ("inference_experiment_info", "inference_experiments"),
    ],
)
def test_every_property_of_the_type_and_the_region_are_documented_as_returned(
    module: str, result: str, documented: dict[str, Any]
) -> None:
    properties = {**INFERENCE_EXPERIMENT.options, **INFERENCE_EXPERIMENT.read_only, "region": {"type": "str"}}
    returned = documented[module]["return"][result]["contains"]
    assert _types(returned, "contains") == _types(properties, "options")


def test_the_operations_and_the_error_are_documented_as_returned(documented: dict[str, Any]) -> None:
    returned = documented["inference_experiment"]["return"]
    operation = {"operation", "patch_document", "desired_state", "request_token", "operation_status"}
    assert set(returned["operations"]["contains"]) == operation
    for module in MODULES:
        error = documented[module]["return"]["error"]["contains"]
        assert set(error) == {"code", "message", "operation", "request_token", "hint"}
