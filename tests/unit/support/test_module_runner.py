# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness itself, with modules of a few lines: what it hands in, what it gives back, what it keeps apart."""

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


def _run(main: Callable[[], None], args: dict[str, Any] | None = None, **how: bool) -> Result:
    module = ModuleType("a_module_of_a_few_lines")
    module.main = main  # type: ignore[attr-defined]
    return run_module(module, args or {}, emulator=SimpleNamespace(clock=ManualClock()), **how)


def _module() -> Any:
    spec = {"region": {"type": "str"}, "time": {"type": "str"}}
    return AnsibleModule(argument_spec=spec, supports_check_mode=True)


def test_options_arrive_with_a_region_and_as_ansible_would_send_them() -> None:
    time = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    result = _run(lambda: _module().exit_json(**_module().params), {"time": time})
    assert (result["region"], result["time"]) == ("us-east-1", "2026-01-01T12:00:00+00:00")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("diff", [True, False])
def test_check_mode_and_diff_mode_are_as_asked_for(check: bool, diff: bool) -> None:
    def main() -> None:
        module = _module()
        module.exit_json(changed=module.check_mode, diff_mode=module._diff)  # noqa: SLF001

    result = _run(main, check=check, diff=diff)
    assert (result.changed, result["diff_mode"], result.failed) == (check, diff, False)


def test_a_failure_is_a_result() -> None:
    result = _run(lambda: _module().fail_json(msg="It is not there"))
    assert (result.failed, result.changed, result.msg) == (True, False, "It is not there")


def test_an_unknown_option_is_a_failure() -> None:
    result = _run(lambda: _module().exit_json(), {"colour": "green"})
    assert result.failed
    assert "colour" in result.msg


def test_a_warning_of_one_run_is_not_in_the_next() -> None:
    def warn() -> None:
        module = _module()
        module.warn("mind the step")
        module.deprecate("the step will go", version="9.0.0", collection_name="awscc.sagemaker")
        module.exit_json()

    assert _run(warn).warnings == ["mind the step"]
    after = _run(lambda: _module().exit_json())
    assert ("warnings" in after, "deprecations" in after) == (False, False)


def test_a_sleep_of_the_engine_moves_the_clock_of_the_emulator_and_takes_no_time() -> None:
    engine = importlib.import_module(ENGINE)

    def main() -> None:
        before, began = engine.CLOCK.now(), engine.CLOCK.monotonic()
        engine.CLOCK.sleep(1800)
        passed = (engine.CLOCK.now() - before).total_seconds()
        _module().exit_json(now=passed, monotonic=engine.CLOCK.monotonic() - began)

    real = engine.CLOCK
    result = _run(main)
    assert (result["now"], result["monotonic"]) == (1800, 1800)
    assert engine.CLOCK is real


def _result_and_wrong_code() -> None:
    print('{"changed": false}')
    sys.exit(3)


ODD_ENDINGS: dict[str, Callable[[], None]] = {
    "it returned and printed nothing": lambda: None,
    "it exited without a result": functools.partial(sys.exit, 0),
    "it printed something else": lambda: print("done"),
    "it exited with the wrong code": _result_and_wrong_code,
    "it printed a result and returned": lambda: print('{"changed": false}'),
}


@pytest.mark.parametrize("main", ODD_ENDINGS.values(), ids=ODD_ENDINGS.keys())
def test_a_module_that_ends_in_any_other_way_is_an_error_of_the_test(main: Callable[[], None]) -> None:
    with pytest.raises(AssertionError):
        _run(main)


def test_an_exception_of_the_module_comes_through() -> None:
    def main() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _run(main)


def test_a_real_module_reads_from_the_emulator(run: Run, emulator: Emulator) -> None:
    result = run("inference_experiment_info", {})
    assert (result["inference_experiments"], emulator.calls(), emulator.writes()) == ([], ["ListResources"], [])


def test_a_real_module_refuses_what_its_own_rules_refuse(run: Run, emulator: Emulator) -> None:
    result = run("inference_experiment", {"name": "a test"})
    assert result.failed
    assert "name" in result.msg
    assert emulator.calls() == []
