"""run_module(): the options that a module receives, the result that it returns, and the isolation of runs."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule

from tests.emulator import Emulator, ManualClock
from tests.support.module_runner import ENGINE, Result, run_module
from tests.unit.conftest import Run


def _run(main: Callable[[], None], args: dict[str, Any] | None = None, **modes: bool) -> Result:
    module = ModuleType("small_module")
    module.main = main  # type: ignore[attr-defined]
    return run_module(module, args or {}, emulator=SimpleNamespace(clock=ManualClock()), **modes)


def _module() -> Any:
    spec = {"region": {"type": "str"}, "time": {"type": "str"}}
    return AnsibleModule(argument_spec=spec, supports_check_mode=True)


# Read this test first.
def test_module_reads_from_the_emulator(run: Run, emulator: Emulator) -> None:
    result = run("inference_experiment_info", {})
    assert (result["inference_experiments"], emulator.calls(), emulator.writes()) == ([], ["ListResources"], [])


def test_module_that_rejects_options_returns_a_failure(run: Run, emulator: Emulator) -> None:
    result = run("inference_experiment", {"name": "a test"})
    assert (result.failed, "name" in result.msg, emulator.calls()) == (True, True, [])


def test_options_have_a_default_region_and_types_of_json() -> None:
    time = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    result = _run(lambda: _module().exit_json(**_module().params), {"time": time})
    assert (result["region"], result["time"]) == ("us-east-1", "2026-01-01T12:00:00+00:00")


def test_warnings_of_a_run_are_not_in_the_next_run() -> None:
    def warn() -> None:
        module = _module()
        module.warn("a warning")
        module.deprecate("a deprecation", version="9.0.0", collection_name="awscc.sagemaker")
        module.exit_json()

    assert _run(warn).warnings == ["a warning"]
    after = _run(lambda: _module().exit_json())
    assert ("warnings" in after, "deprecations" in after) == (False, False)


def test_sleep_of_the_engine_advances_the_clock_of_the_emulator() -> None:
    engine = importlib.import_module(ENGINE)

    def main() -> None:
        now, monotonic = engine.CLOCK.now(), engine.CLOCK.monotonic()
        engine.CLOCK.sleep(1800)
        seconds = (engine.CLOCK.now() - now).total_seconds()
        _module().exit_json(now=seconds, monotonic=engine.CLOCK.monotonic() - monotonic)

    real = engine.CLOCK
    result = _run(main)
    assert (result["now"], result["monotonic"]) == (1800, 1800)
    assert engine.CLOCK is real


UNEXPECTED: dict[str, Callable[[], None]] = {
    "return without result": lambda: None,
    "exit without result": functools.partial(sys.exit, 0),
    "return with result": lambda: print('{"changed": false}'),
}


@pytest.mark.parametrize("main", UNEXPECTED.values(), ids=UNEXPECTED)
def test_unexpected_end_of_module_raises(main: Callable[[], None]) -> None:
    with pytest.raises(AssertionError):
        _run(main)
