"""The registry schema of the type, and what Cloud Control refuses on its account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex
from jsonschema import Draft7Validator, ValidationError, validators

PATH = Path(__file__).parent / "schemas" / "AWS-SageMaker-InferenceExperiment.json"
ABSENT = object()


@lru_cache(maxsize=1)
def load() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return schema


def problems(model: Mapping[str, Any]) -> list[str]:
    """What the schema has against a model, one sentence each; [] if nothing."""
    found = sorted(_validator().iter_errors(dict(model)), key=lambda error: list(map(str, error.path)))
    return [f"#/{'/'.join(map(str, error.path))}: {error.message}" for error in found]


def changed(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The pointers of a kind (`createOnlyProperties`, `readOnlyProperties`) whose value differs."""
    return [pointer for pointer in load()[kind] if _get(before, pointer) != _get(after, pointer)]


def _get(model: Mapping[str, Any], pointer: str) -> Any:
    return model.get(pointer.removeprefix("/properties/"), ABSENT)


@lru_cache(maxsize=1)
def _validator() -> Any:
    checks: Any = validators.extend(Draft7Validator, {"pattern": _pattern})
    return checks(load())


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """AWS's patterns use \\p{L}, which Python's own `re` does not know."""
    if isinstance(value, str) and not regex.search(pattern, value):
        yield ValidationError(f"string [{value}] does not match pattern {pattern}")
