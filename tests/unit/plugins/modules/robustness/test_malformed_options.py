"""Malformed values of each option: rejected with the name of the option before any call, or applied.

A sample has some values for each option. The full run has all values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec

from tests.emulator import Emulator
from tests.support.malformed_values import VALUES, Path, option_name, option_paths, replace_at
from tests.support.module_runner import argument_spec
from tests.support.tasks import INFO, KEY_ID, MODULE, SCHEDULE, STORAGE, failed, full, minimal, put_experiment
from tests.support.thorough import some
from tests.unit.conftest import Run

ALL_OPTIONS = full(
    description="d", kms_key=KEY_ID, data_storage_config=STORAGE, schedule=SCHEDULE, tags={"k": "v"}, recreate=False
)
STOP = minimal(desired_state="Completed", on_stop="retain", status_reason="Over")
PATHS = [
    (module, path)
    for module in (MODULE, INFO)
    for path in option_paths(argument_spec(module))
    if path[0] not in aws_argument_spec()
]


# Read this test first.
def test_boolean_for_string_is_rejected_with_path_of_option(run: Run, emulator: Emulator) -> None:
    value = {"destination": "s3://bucket/key", "content_type": {"csv_content_types": ["text/csv", True]}}
    result = run("inference_experiment", {"name": "checkout", "data_storage_config": value})
    assert failed(result, "InvalidOptions")["message"] == (
        "data_storage_config.content_type.csv_content_types[1] must be a string, got true. Quote the value."
    )
    assert emulator.calls() == []


def _errors(run: Run, emulator: Emulator, module: str, path: Path, value: Any) -> Iterator[str]:
    """Yield each violation by a task with a malformed value."""
    complete: Mapping[str, Any] = STOP if path[0] in STOP and path[0] != "name" else ALL_OPTIONS
    if module == INFO:
        complete = {}
    task = replace_at(complete, path, value)
    emulator.reset()
    if complete is STOP:
        put_experiment(emulator, "Running")
    emulator.clear_log()
    predicted = run(module, task, check=True)
    result = run(module, task)
    if "exception" in result:
        yield "a traceback"
    if (predicted.failed, predicted.changed) != (result.failed, result.changed):
        yield f"check mode: {predicted.msg or predicted.changed!r}, real run: {result.msg or result.changed!r}"
    if not result.failed:
        again = run(module, task)
        if again.failed or again.changed:
            yield f"second run: {again.msg or again['operations']}"
        return
    if predicted.msg != result.msg:
        yield f"check mode: {predicted.msg!r}, real run: {result.msg!r}"
    # Whether create requires the omitted option is known only after a read.
    if emulator.writes() if value is None else emulator.calls():
        yield f"rejected after {emulator.calls()}: {result.msg}"
    if not any(str(step) in result.msg for step in path):
        yield f"message without the name of the option: {result.msg}"


@pytest.mark.sampled
@pytest.mark.parametrize(("module", "path"), PATHS, ids=[f"{module}: {option_name(path)}" for module, path in PATHS])
def test_malformed_value_is_rejected_by_name_or_applied(run: Run, emulator: Emulator, module: str, path: Path) -> None:
    tried = some(VALUES, each=len(VALUES), turn=PATHS.index((module, path)))
    errors = [(value, error) for value in tried for error in _errors(run, emulator, module, path, value)]
    assert errors == []
