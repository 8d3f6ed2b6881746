"""Registry schemas, and the checks that Cloud Control derives from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex
from jsonschema import Draft7Validator, ValidationError, validators

TYPE_NAME = "AWS::SageMaker::InferenceExperiment"
ABSENT = object()


@lru_cache
def load(type_name: str = TYPE_NAME) -> dict[str, Any]:
    path = Path(__file__).parent / "schemas" / f"{type_name.replace('::', '-')}.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def problems(type_name: str, model: Mapping[str, Any]) -> list[str]:
    """Return the violations of the schema in a model, a sentence each."""
    found = sorted(_validator(type_name).iter_errors(dict(model)), key=lambda error: list(map(str, error.path)))
    return [f"#/{'/'.join(map(str, error.path))}: {error.message}" for error in found]


def with_nulls(type_name: str, model: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model with null for each member that it lacks, at every depth; write-only properties stay missing."""
    schema = load(type_name)
    write_only = {pointer.removeprefix("/properties/") for pointer in schema.get("writeOnlyProperties", ())}
    filled = _with_nulls(schema, schema, model)
    return {name: value for name, value in filled.items() if name in model or name not in write_only}


def changed(type_name: str, kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the pointers of a kind (`createOnlyProperties`, `readOnlyProperties`) with different values."""
    return [pointer for pointer in load(type_name).get(kind, ()) if _get(before, pointer) != _get(after, pointer)]


def _with_nulls(schema: Mapping[str, Any], part: Mapping[str, Any], value: Any) -> Any:
    if "$ref" in part:
        part = schema["definitions"][part["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [_with_nulls(schema, part.get("items", {}), element) for element in value]
    if not isinstance(value, dict):
        return value
    members = part.get("properties", {})
    filled = {name: _with_nulls(schema, members.get(name, {}), member) for name, member in value.items()}
    return {**dict.fromkeys(members), **filled}


def _get(model: Mapping[str, Any], pointer: str) -> Any:
    return model.get(pointer.removeprefix("/properties/"), ABSENT)


@lru_cache
def _validator(type_name: str) -> Any:
    checks: Any = validators.extend(Draft7Validator, {"pattern": _pattern})
    return checks(_named_by_pattern(load(type_name)))


def _named_by_pattern(part: Any) -> Any:
    """Rewrite patternProperties as propertyNames, so that `_pattern` checks the patterns."""
    if isinstance(part, list):
        return [_named_by_pattern(element) for element in part]
    if not isinstance(part, dict):
        return part
    rewritten = {name: _named_by_pattern(value) for name, value in part.items() if name != "patternProperties"}
    patterns = part.get("patternProperties", {})
    for pattern, values in patterns.items():
        assert len(patterns) == 1, "several patterns are not supported"
        assert part.get("additionalProperties") is False, "names that match no pattern are not supported"
        rewritten |= {"propertyNames": {"pattern": pattern}, "additionalProperties": _named_by_pattern(values)}
    return rewritten


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """Check a pattern with `regex`: AWS's patterns use \\p{L}, which `re` does not support."""
    if isinstance(value, str) and not regex.search(pattern, value):
        yield ValidationError(f"string [{value}] does not match pattern {pattern}")
