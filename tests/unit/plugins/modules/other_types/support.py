# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource type's two modules as `main()` would make them, on a service that knows the type."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

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


class Bed:
    """The emulator serves the type; `manage` and `inform` run the modules, `there` is what the service really has."""

    def __init__(self, resource_type: ResourceType, emulator: Emulator, adds: Adds) -> None:
        self.type = resource_type
        self.emulator = emulator
        self.plain = PlainType(resource_type.type_name, adds)
        emulator.serve(self.plain)

    def _run(self, main: Callable[[ResourceType], None], options: dict[str, Any], **how: bool) -> Result:
        module = ModuleType(self.type.result_name)
        vars(module)["main"] = functools.partial(main, self.type)
        self.emulator.clear_log()
        return run_module(module, options, emulator=self.emulator, **how)

    def manage(self, options: dict[str, Any], **how: bool) -> Result:
        return self._run(run_resource_module, options, **how)

    def inform(self, options: dict[str, Any]) -> Result:
        return self._run(run_info_module, options)

    def there(self, identifier: str) -> dict[str, Any]:
        return self.plain.resources[REGION, identifier]

    def brought_about(self, options: dict[str, Any], *operations: str) -> Result:
        """Check mode tells what the real run then does, and a second run changes nothing for a single read."""
        planned = succeeded(self.manage(options, check=True))
        assert self.emulator.writes() == []
        result = succeeded(self.manage(options, diff=True))
        assert [operation["operation"] for operation in result["operations"]] == list(operations)
        assert [operation["operation"] for operation in planned["operations"]] == list(operations)
        assert result.changed == planned.changed == bool(operations)
        kept = set(result[self.type.result_name]) & set(self.type.options)
        shown = ({name: seen[self.type.result_name].get(name) for name in kept} for seen in (planned, result))
        assert next(shown) == next(shown)
        again = succeeded(self.manage(options))
        assert (again.changed, self.emulator.calls()) == (False, ["GetResource"])
        return result
