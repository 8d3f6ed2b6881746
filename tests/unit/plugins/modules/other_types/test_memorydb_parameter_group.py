"""A second resource type, AWS::MemoryDB::ParameterGroup, which needs no change of the engine.

The type has another identifier, create-only and write-only properties, and no statuses.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.info import run_info_module
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.resource import (
    run_resource_module,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.resource_type import ResourceType
from tests.emulator import Emulator
from tests.emulator.plain import Adds, PlainType
from tests.support.environment import REGION
from tests.support.module_runner import Result, run_module
from tests.support.tasks import succeeded
from tests.unit.plugins.modules.other_types.memorydb_parameter_group import PARAMETER_GROUP

NAME = "shop"
ARN = f"arn:aws:memorydb:{REGION}:123456789012:parametergroup/{NAME}"
FULL = {
    "parameter_group_name": NAME,
    "family": "memorydb_redis7",
    "description": "For the shop",
    "parameters": {"maxmemory-policy": "volatile-lru", "KMSKey": "verbatim"},
    "tags": {"team": "shop", "Cost Center": "42"},
}


class Modules:
    """The modules of a type without a file in plugins/modules."""

    def __init__(self, resource_type: ResourceType, emulator: Emulator, adds: Adds) -> None:
        self.type = resource_type
        self.emulator = emulator
        self.plain = PlainType(resource_type.type_name, adds)
        emulator.serve(self.plain)

    def _run(self, main: Callable[[ResourceType], None], options: dict[str, Any], **modes: bool) -> Result:
        module = ModuleType(self.type.result_name)
        vars(module)["main"] = functools.partial(main, self.type)
        self.emulator.clear_log()
        return run_module(module, options, emulator=self.emulator, **modes)

    def manage(self, options: dict[str, Any], **modes: bool) -> Result:
        """Run the module that manages a resource; C(check=True) is check mode."""
        return self._run(run_resource_module, options, **modes)

    def list(self, options: dict[str, Any]) -> Result:
        """Run the module that lists resources."""
        return self._run(run_info_module, options)

    def actual(self, identifier: str) -> dict[str, Any]:
        """Return the properties of a resource in the emulator."""
        return self.plain.resources[REGION, identifier]

    def apply(self, options: dict[str, Any], *operations: str) -> Result:
        """Run a task in check mode, in normal mode and again, and return the result of the second run.

        Check mode has to predict the operations and the resource. The third run has to change nothing.
        """
        predicted = succeeded(self.manage(options, check=True))
        assert self.emulator.writes() == []
        result = succeeded(self.manage(options, diff=True))
        for run in (predicted, result):
            assert [operation["operation"] for operation in run["operations"]] == list(operations)
            assert run.changed == bool(operations)
        compared = set(result[self.type.result_name]) & set(self.type.options)
        assert {name: predicted[self.type.result_name].get(name) for name in compared} == {
            name: result[self.type.result_name][name] for name in compared
        }
        again = succeeded(self.manage(options))
        assert (again.changed, self.emulator.calls()) == (False, ["GetResource"])
        return result


def task(**options: Any) -> dict[str, Any]:
    """Return a task with the name and these options."""
    return {"parameter_group_name": NAME, **options}


@pytest.fixture
def modules(emulator: Emulator) -> Modules:
    """The modules, without a parameter group."""
    return Modules(
        PARAMETER_GROUP,
        emulator,
        lambda model, region: {
            "ARN": f"arn:aws:memorydb:{region}:123456789012:parametergroup/{model['ParameterGroupName']}"
        },
    )


@pytest.fixture
def existing(modules: Modules) -> Modules:
    """The modules, with the parameter group of FULL."""
    succeeded(modules.manage(FULL))
    return modules


# Read this test first.
def test_create_sends_all_properties_and_returns_those_of_the_read(modules: Modules) -> None:
    result = succeeded(modules.manage(FULL))

    (create,) = [record.request for record in modules.emulator.log if record.operation == "CreateResource"]
    assert json.loads(create["DesiredState"]) == {
        "ParameterGroupName": NAME,
        "Family": "memorydb_redis7",
        "Description": "For the shop",
        "Parameters": {"maxmemory-policy": "volatile-lru", "KMSKey": "verbatim"},
        "Tags": [{"Key": "team", "Value": "shop"}, {"Key": "Cost Center", "Value": "42"}],
    }
    # Parameters are write-only.
    assert result["parameter_group"] == {
        "parameter_group_name": NAME,
        "family": "memorydb_redis7",
        "description": "For the shop",
        "ARN": ARN,
        "tags": {"team": "shop", "Cost Center": "42"},
        "region": REGION,
    }


def test_second_create_changes_nothing(modules: Modules) -> None:
    modules.apply(FULL, "create")


def test_update_changes_tags(existing: Modules) -> None:
    result = existing.apply(task(tags={"team": "till"}, purge_tags=False), "update")
    assert result["parameter_group"]["tags"] == {"team": "till", "Cost Center": "42"}


def test_recreate_preserves_omitted_options(existing: Modules) -> None:
    options = task(family="memorydb_valkey7", parameters={"activedefrag": "yes"}, recreate=True)
    result = existing.apply(options, "delete", "create")
    assert result["diff"]["before"]["family"] == "memorydb_redis7"
    actual = existing.actual(NAME)
    assert (actual["Family"], actual["Description"]) == ("memorydb_valkey7", "For the shop")
    assert actual["Parameters"] == {"activedefrag": "yes"}
    assert result["parameter_group"]["tags"] == FULL["tags"]


def test_delete_removes_the_resource(existing: Modules) -> None:
    existing.apply(task(state="absent"), "delete")
    assert existing.plain.resources == {}


def test_change_that_is_not_applied_fails_without_a_status(existing: Modules) -> None:
    existing.emulator.settings.ignore_properties = frozenset({"Tags"})
    result = existing.manage(task(tags={"team": "till"}))
    assert result.failed
    assert "a later read does not show the change (tags): the parameter group is unchanged." in result.msg


def test_list_filters_by_identifier(existing: Modules) -> None:
    succeeded(existing.manage({**FULL, "parameter_group_name": "till"}))
    result = succeeded(existing.list({"parameter_group_name_contains": "i"}))
    assert [group["parameter_group_name"] for group in result["parameter_groups"]] == ["till"]
    found = succeeded(existing.list({"parameter_group_names": [NAME, "missing"]}))["parameter_groups"]
    assert [group["ARN"] for group in found] == [ARN]
    assert "Unsupported parameters" in existing.list({"statuses": True}).msg
