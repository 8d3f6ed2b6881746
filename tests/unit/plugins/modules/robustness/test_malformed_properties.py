"""Responses with invalid, unknown, endless or large values: the task fails before any write, or ignores the values."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, TypeVar

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.call_scenarios import CALL_SCENARIOS, DECLARED_OR_STATUS, properties_with
from tests.support.malformed_values import nested
from tests.support.tasks import ALWAYS, INFO, MODULE, NAME, minimal, put_experiment, rejected, succeeded
from tests.support.thorough import some
from tests.unit.conftest import Run

Test = TypeVar("Test", bound=Callable[..., object])


def sampled(names: str, *lists: Sequence[Any], each: int) -> Callable[[Test], Test]:
    """Run a test with every C(each)-th combination of values, and with all combinations in `make thorough`."""
    chosen = some(list(itertools.product(*lists)), each=each)
    cases = [pytest.param(*values, id="-".join(str(value)[:40] for value in values)) for values in chosen]
    return lambda test: pytest.mark.sampled(pytest.mark.parametrize(names.split(), cases)(test))


def _reads(emulator: Emulator, **properties: Any) -> None:
    """Let GetResource return these properties."""
    emulator.fault("GetResource", "changed", change=properties_with(**properties), times=ALWAYS)


def test_delete_waits_for_a_known_status(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=properties_with(Status="Hibernating"), times=1)
    succeeded(run(MODULE, minimal(state="absent")))
    assert tasks.stored_status(emulator) is None


def _with_unknown_members(value: Any, *, unchanged: Collection[str]) -> Any:
    """Return a copy with an unknown member in every object, but not in the unchanged members."""
    if isinstance(value, dict):
        members = {
            name: member if name in unchanged else _with_unknown_members(member, unchanged=unchanged)
            for name, member in value.items()
        }
        return {**members, "Unknown": {"a": [None, 1.5, "\ud800"]}}
    if isinstance(value, list):
        return [_with_unknown_members(element, unchanged=unchanged) for element in value]
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(_with_unknown_members(json.loads(value), unchanged=unchanged))
    return value


@sampled("title", [scenario.title for scenario in CALL_SCENARIOS], each=3)
def test_unknown_members_are_ignored(run: Run, emulator: Emulator, title: str) -> None:
    (scenario,) = (scenario for scenario in CALL_SCENARIOS if scenario.title == title)
    scenario.prepare(emulator)
    expected = succeeded(scenario.run(run))
    # A patch would send unknown members of a property back to the emulator, which rejects them.
    unchanged = DECLARED_OR_STATUS if emulator.writes() else ()
    scenario.prepare(emulator)
    emulator.fault("*", "changed", change=partial(_with_unknown_members, unchanged=unchanged), times=ALWAYS)
    result = succeeded(scenario.run(run))
    assert result.changed == expected.changed
    if scenario.module == MODULE:
        assert tasks.operation_names(result) == tasks.operation_names(expected)


LARGE = {
    "300 levels": nested(150, lambda value: {"a": [value]}),
    "string of 5 MB": "x" * 5_000_000,
    "list of 5 MB": ["x" * 1000] * 5_000,
}


@sampled("large module", list(LARGE), [MODULE, INFO], each=3)
def test_large_unknown_property_is_ignored(run: Run, emulator: Emulator, large: str, module: str) -> None:
    put_experiment(emulator, "Created")
    _reads(emulator, Unknown=LARGE[large])
    assert not succeeded(run(module, {"name": NAME})).changed


BODIES: dict[str, bytes] = {
    "not UTF-8": b"\xff\xfe" * 100_000,
    "100,000 brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 100_000,
    "integer of a million digits": b"1" * 1_000_000,
    "null": b"null",
    "empty": b"",
    "Properties of 5 MB": json.dumps({"ResourceDescription": {"Properties": "[" * 5_000_000}}).encode(),
}
ERRORS: list[Any] = [
    *({}, {"__type": None}, {"__type": 7}, {"__type": []}, {"__type": "", "message": ""}),
    *({"__type": "Odd", "message": message} for message in (None, 7, ["x"], {"a": 1}, "\ud800", "x" * 5_000_000)),
    *({"__type": "a:b#c", "Message": "x"}, {"__type": "ResourceNotFoundException#", "message": "x"}),
]


@sampled("body status", [*BODIES.values(), *ERRORS], [200, 400, 500], each=7)
def test_malformed_body_fails_with_short_message(run: Run, emulator: Emulator, body: Any, status: int) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=lambda _response: body, status=status, times=ALWAYS)
    result = run(MODULE, minimal(state="absent"))
    rejected(result, emulator)
    assert len(result.msg) < 10_000
    assert len(emulator.calls()) < 10
