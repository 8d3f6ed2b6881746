"""Responses in which one value is replaced: the task ends soon, reports its changes, and submits nothing after an
invalid read.

A sample has some of the paths and values. The full run has thousands of them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support.call_scenarios import (
    CALL_SCENARIOS,
    DECLARED_OR_STATUS,
    MAX_CALLS,
    PROPERTIES,
    CallScenario,
    properties_with,
)
from tests.support.cases import cases
from tests.support.malformed_values import Path, Removed, replace_at, value_paths
from tests.support.tasks import (
    ALWAYS,
    MODULE,
    full,
    operation_names,
    put_experiment,
    stored_experiment,
    stored_status,
    succeeded,
)
from tests.support.thorough import some
from tests.unit.conftest import Run

MALFORMED: tuple[Any, ...] = (
    *(Removed, None, 0, -1, 1.5, True, "", "x", "\ud800", [], [None], ["x"], {}, {"a": 1}, {"": None}, [[]]),
    *(10**30, "NaN", [{}], [1]),
)
CALLS = some([(scenario, call) for scenario in CALL_SCENARIOS for call in scenario.calls], each=3)


# Read this test first.
def test_read_without_status_fails_before_any_write(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Created")
    response = {"ResourceDescription": {"Identifier": "checkout", "Properties": '{"Name": "checkout"}'}}
    emulator.fault("GetResource", "changed", change=lambda _response: response, times=99)
    result = run("inference_experiment", {"name": "checkout", "tags": {"new": "1"}})
    assert (result["error"]["code"], result["error"]["operation"]) == ("InvalidAnswer", "GetResource")
    assert "The response to GetResource is invalid" in result.msg
    assert "Status" in result.msg
    assert emulator.writes() == []


def _responses(run: Run, emulator: Emulator, scenario: CallScenario, call: str) -> list[Any]:
    """Return the unchanged responses to a call."""
    seen: list[Any] = []

    def record(response: Any) -> Any:
        seen.append(response)
        return response

    scenario.prepare(emulator)
    emulator.fault(call, "changed", change=record, times=ALWAYS)
    succeeded(scenario.run(run))
    return [response for response in seen if "__type" not in response]


def _errors(run: Run, emulator: Emulator, scenario: CallScenario, change: Any, *, invalid_read: bool) -> Iterator[str]:
    """Yield each violation by a task that gets changed responses."""
    call, path, new = change
    scenario.prepare(emulator)
    before = stored_experiment(emulator) if stored_status(emulator) else None
    emulator.fault(call, "changed", change=lambda response: replace_at(response, path, new), times=ALWAYS)
    result = scenario.run(run)
    writes, after = emulator.writes(), stored_experiment(emulator) if stored_status(emulator) else None
    if "exception" in result:
        yield "a traceback"
    if len(emulator.calls()) > MAX_CALLS:
        yield f"{len(emulator.calls())} calls"
    if not result.failed and result.changed != bool(writes):
        yield f"changed is {result.changed} after {writes}"
    if not result.failed and not result.changed and before != after:
        yield "a change that is not reported"
    if result.changed and not writes:
        yield "a reported change without a write"
    if writes and invalid_read:
        yield f"{writes} after an invalid read: {result.msg}"


def _is_invalid_read(properties: Any, path: Path, new: Any) -> bool:
    """Return whether no write may follow. Another string, or a missing member, can be valid."""
    if replace_at(properties, path, Removed) == properties:
        return False
    if path[:3] != PROPERTIES or len(path) == len(PROPERTIES):
        return path not in (("TypeName",), ("ResourceDescription", "Identifier"))
    types = {"InstanceCount": (int,), "SamplingPercentage": (int,)}.get(str(path[-1]), (str, dict, list))
    return path[3] in DECLARED_OR_STATUS and type(new) not in (*types, type, type(None))


@pytest.mark.sampled
@pytest.mark.parametrize(("scenario", "call"), CALLS, ids=[f"{scenario.title}: {call}" for scenario, call in CALLS])
def test_changed_response_leads_to_no_wrong_write_or_report(
    run: Run, emulator: Emulator, scenario: CallScenario, call: str
) -> None:
    responses = _responses(run, emulator, scenario, call)
    read_first = call == "GetResource" and scenario.experiment is not None
    paths = dict.fromkeys(itertools.chain(*map(value_paths, responses)))
    changes = [(path, new) for path in paths for new in MALFORMED if path or new is not Removed]
    found = []
    for path, new in some(changes, each=541, thorough=7, turn=CALLS.index((scenario, call))):
        invalid_read = read_first and _is_invalid_read(responses[0], path, new)
        errors = list(_errors(run, emulator, scenario, (call, path, new), invalid_read=invalid_read))
        found += [(path, new, *errors)] if errors else []
    assert found == []


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


@pytest.mark.sampled
@pytest.mark.parametrize("scenario", some(CALL_SCENARIOS, each=3), ids=lambda scenario: scenario.title)
def test_unknown_members_are_ignored(run: Run, emulator: Emulator, scenario: CallScenario) -> None:
    scenario.prepare(emulator)
    expected = succeeded(scenario.run(run))
    # A patch would send unknown members of a property back to the emulator, which rejects them.
    unchanged = DECLARED_OR_STATUS if emulator.writes() else ()
    scenario.prepare(emulator)
    emulator.fault("*", "changed", change=partial(_with_unknown_members, unchanged=unchanged), times=ALWAYS)
    result = succeeded(scenario.run(run))
    assert result.changed == expected.changed
    if scenario.module == MODULE:
        assert operation_names(result) == operation_names(expected)


@cases(("declared property", "present", "InvalidAnswer"), ("delete", "absent", None))
def test_members_of_declared_properties_are_required(
    state: str, code: str | None, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created")
    emulator.fault("GetResource", "changed", change=properties_with(ModelVariants=[{}, {}]), times=ALWAYS)
    result = run(MODULE, full(state=state), check=True)
    assert (result.values.get("error") or {}).get("code") == code
