"""Run the real modules in this process, on the clock of the emulator.

A run starts without the global state of earlier runs. A sleep advances the clock of the emulator. A module that ends
without exit_json or fail_json raises AssertionError.
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
from botocore.retries import bucket

from tests.emulator.clock import Clock
from tests.support.environment import REGION

MODULES = "ansible_collections.awscc.sagemaker.plugins.modules"
ENGINE = "ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module.base"
Spec = Mapping[str, Mapping[str, Any]]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class HasClock(Protocol):
    """The emulator, or another object with a clock."""

    @property
    def clock(self) -> Clock:
        """Return the clock."""


@dataclasses.dataclass(frozen=True)
class Result:
    """The JSON document that a module prints."""

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
        """Return the messages of the warnings. Since ansible-core 2.19 each warning is an event."""
        found = self.values.get("warnings", [])
        return [warning["event"]["msg"] if isinstance(warning, dict) else warning for warning in found]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def __contains__(self, key: object) -> bool:
        return key in self.values


def run_module(
    module: str | ModuleType, args: Mapping[str, Any], *, emulator: HasClock, check: bool = False, diff: bool = False
) -> Result:
    """Call main() of a module with the options of a task, and return the result. A failure is a result, too.

    C(module) is the short name (C(inference_experiment)) or the module object. The default of C(region) is REGION.
    """
    if isinstance(module, str):
        module = importlib.import_module(f"{MODULES}.{module}")
    task = {"region": REGION, **args, "_ansible_check_mode": check, "_ansible_diff": diff}
    if "inject_invocation" in PASS_VARS:  # since ansible-core 2.21
        task["_ansible_inject_invocation"] = True
    _forget_earlier_runs()
    printed = io.StringIO()
    exit_code: object = "none: main() returned"
    # Objects frozen by a module would never be freed in this process.
    frozen = mock.patch.object(gc, "freeze")
    printing = contextlib.redirect_stdout(printed)
    with _module_args(task), _time_of(emulator.clock), _outside_the_controller(), frozen, printing:
        try:
            module.main()
        except SystemExit as end:
            exit_code = end.code
    return _result(printed.getvalue(), exit_code)


class _Built(Exception):
    """Ends a module as soon as it passes its argument spec to AnsibleModule."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self.spec = spec


def argument_spec(module: str | ModuleType) -> Spec:
    """Return the argument spec that a module passes to AnsibleModule, with the options of amazon.aws."""

    def instead_of_ansible_module(*, argument_spec: Spec, **_settings: Any) -> None:
        raise _Built(argument_spec)

    if isinstance(module, str):
        module = importlib.import_module(f"{MODULES}.{module}")
    try:
        with (
            mock.patch.dict(AnsibleAWSModule.default_settings, module_class=instead_of_ansible_module),
            # ansible-test also builds the module without parameters.
            mock.patch.object(importlib.import_module(ENGINE), "_load_params", return_value=None),
        ):
            module.main()
    except _Built as built:
        return built.spec
    raise AssertionError(f"{module.__name__} did not create an AnsibleModule")


@contextlib.contextmanager
def with_shared_clients() -> Iterator[dict[Any, Any]]:
    """Create each client once for many runs, and yield the clients.

    To create a client takes ten times as long as all calls of a run. Clients in adaptive mode do not wait after a
    throttled call, because they would wait in real time.
    """
    created: dict[Any, Any] = {}
    create = AnsibleAWSModule.client

    def client(module: AnsibleAWSModule, service: str, **settings: Any) -> Any:
        key = service, str(module.region), str(vars(settings["config"])["_user_provided_options"])
        if key not in created:
            created[key] = create(module, service, **settings)
        return created[key]

    with (
        mock.patch.object(AnsibleAWSModule, "client", client),
        mock.patch.object(bucket.TokenBucket, "acquire"),
    ):
        yield created


@contextlib.contextmanager
def _outside_the_controller() -> Iterator[None]:
    """Run a module as on its host, although tests of filters and templates have imported code of the controller.

    Ansible would print the warnings of the module instead of returning them, and reject unpaired surrogates.
    """
    try:
        from ansible.module_utils import _internal  # ansible-core 2.19 and later
    except ImportError:
        yield
    else:
        with mock.patch.multiple(
            _internal, create=True, is_controller=False, import_controller_module=lambda _name: None
        ):
            yield


def _forget_earlier_runs() -> None:
    # A list up to ansible-core 2.18, a dictionary since.
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
def _time_of(clock: Clock) -> Iterator[None]:
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
