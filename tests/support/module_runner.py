# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the real modules in this process, as Ansible's wrapper runs them in theirs, on the emulator's time.

Guarantees: what a run leaves behind in Ansible's globals is gone before the next one; nothing sleeps, the emulator's
clock is moved on instead; a module that ends in any other way than exit_json or fail_json raises here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from types import ModuleType
from typing import Any, Protocol
from unittest import mock

from ansible.module_utils import basic
from ansible.module_utils.common import warnings as ansible_warnings
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from tests.support.environment import REGION

MODULES = "ansible_collections.awscc.sagemaker.plugins.modules"
ENGINE = "ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.base"
Spec = Mapping[str, Mapping[str, Any]]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class ManualTime(Protocol):
    """The part of the emulator's clock that is used here."""

    def now(self) -> datetime:
        """What time it is."""

    def advance(self, seconds: float) -> object:
        """Let time pass."""


class HasClock(Protocol):
    """The part of the emulator that is used here."""

    @property
    def clock(self) -> ManualTime:
        """What time it is on the emulator."""


@dataclasses.dataclass(frozen=True)
class Result:
    """What a module printed, as Ansible would read it."""

    values: dict[str, Any]

    @property
    def failed(self) -> bool:
        return bool(self.values.get("failed", False))

    @property
    def changed(self) -> bool:
        return bool(self.values.get("changed", False))

    @property
    def msg(self) -> str:
        return str(self.values.get("msg", ""))

    @property
    def warnings(self) -> list[str]:
        """The words of the warnings; since ansible-core 2.19 they travel wrapped in an event."""
        found = self.values.get("warnings", [])
        return [warning["event"]["msg"] if isinstance(warning, dict) else warning for warning in found]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def __contains__(self, key: object) -> bool:
        return key in self.values


def run_module(
    module: str | ModuleType,
    args: Mapping[str, Any],
    *,
    emulator: HasClock,
    check: bool = False,
    diff: bool = False,
) -> Result:
    """Call a module's main() with the options of a task and return what it answered.

    C(module) is its short name (C(inference_experiment)) or the module object; C(region) has a default. Failure is
    a result like any other: look at its C(failed) and C(msg).
    """
    if isinstance(module, str):
        module = importlib.import_module(f"{MODULES}.{module}")
    task = {"region": REGION, **args, "_ansible_check_mode": check, "_ansible_diff": diff}
    if "inject_invocation" in PASS_VARS:  # where it is to be asked for: ansible-core 2.21
        task["_ansible_inject_invocation"] = True
    _forget_earlier_runs()
    printed = io.StringIO()
    exit_code: object = "none: main() returned"
    # What a module freezes at its beginning is freed by the end of its process, which does not come here.
    frozen = mock.patch.object(gc, "freeze")
    with _module_args(task), _time_of(emulator.clock), frozen, contextlib.redirect_stdout(printed):
        try:
            module.main()
        except SystemExit as end:
            exit_code = end.code
    return _result(printed.getvalue(), exit_code)


class _Built(Exception):
    """Ends a module once its argument spec is there."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec


def argument_spec(module: str | ModuleType) -> Spec:
    """Return the argument spec that a module really hands to Ansible, the options of amazon.aws included."""

    def instead_of_ansible_module(*, argument_spec: Spec, **_settings: Any) -> None:
        raise _Built(argument_spec)

    if isinstance(module, str):
        module = importlib.import_module(f"{MODULES}.{module}")
    try:
        with (
            mock.patch.dict(AnsibleAWSModule.default_settings, module_class=instead_of_ansible_module),
            # As ansible-test asks for it, which compares it with the documentation.
            mock.patch.object(importlib.import_module(ENGINE), "_load_params", return_value=None),
        ):
            module.main()
    except _Built as built:
        return built.spec
    raise AssertionError(f"{module.__name__} has not asked Ansible for anything")


@contextlib.contextmanager
def with_shared_clients() -> Iterator[None]:
    """Make each client once for many runs. It takes longer to make than all calls of a run together."""
    made: dict[str, Any] = {}
    make = AnsibleAWSModule.client

    def client(module: AnsibleAWSModule, service: str, **settings: Any) -> Any:
        if service not in made:
            made[service] = make(module, service, **settings)
        return made[service]

    with mock.patch.object(AnsibleAWSModule, "client", client):
        yield


def _forget_earlier_runs() -> None:
    # A list up to ansible-core 2.18, a dict since: both have clear(). A process of its own would begin with neither.
    ansible_warnings._global_warnings.clear()  # noqa: SLF001
    ansible_warnings._global_deprecations.clear()  # noqa: SLF001


@contextlib.contextmanager
def _module_args(task: dict[str, Any]) -> Iterator[None]:
    try:
        from ansible.module_utils.testing import patch_module_args  # ansible-core 2.19 and later
    except ImportError:
        from ansible.module_utils.common.json import AnsibleJSONEncoder  # before that

        encoded = json.dumps({"ANSIBLE_MODULE_ARGS": task}, cls=AnsibleJSONEncoder).encode()
        with mock.patch.object(basic, "_ANSIBLE_ARGS", encoded):
            yield
    else:
        with patch_module_args(task):
            yield


@contextlib.contextmanager
def _time_of(clock: ManualTime) -> Iterator[None]:
    def monotonic() -> float:
        return (clock.now() - EPOCH).total_seconds()

    engine = importlib.import_module(ENGINE)
    manual = engine.CLOCK._replace(sleep=clock.advance, monotonic=monotonic, now=clock.now)
    with mock.patch.object(engine, "CLOCK", manual):
        yield


def _result(printed: str, exit_code: object) -> Result:
    try:
        values = json.loads(printed)
    except json.JSONDecodeError as error:
        raise AssertionError(f"The module printed no JSON document but {printed!r} (exit {exit_code})") from error
    result = Result(values)
    if exit_code != (1 if result.failed else 0):
        raise AssertionError(f"The module exited with {exit_code!r} after {values!r}")
    return result
