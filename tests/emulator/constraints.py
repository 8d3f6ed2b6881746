"""Checks of requests against botocore's service models: required members, lengths and patterns.

Enumerations are not checked: the registry schema lists them, and botocore lacks the latest instance types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
import regex
from botocore.loaders import Loader
from botocore.model import ServiceModel

LOADER: Any = Loader(extra_search_paths=[str(Path(boto3.__file__).parent / "data")])
# The dot of Java's patterns matches none of these characters, that of Python all but the first.
_LINE_ENDS = str.maketrans(dict.fromkeys("\n\r\x85\u2028\u2029", "\n"))


def violation(service: str, operation: str, request: Mapping[str, Any]) -> str | None:
    """Return the message with which the service rejects a request, or None. A member that is null counts as absent."""
    shape = _model(service).operation_model(operation).input_shape
    found = list(_violations(shape, request, ""))
    if not found:
        return None
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(found)}"


@lru_cache
def _model(service: str) -> Any:
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    for constraint in _constraints(shape, value):
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
    for name, member, inner in _members(shape, value):
        here = f"{path}.{name}" if path else name
        if inner is not None:
            yield from _violations(member, inner, here)
        elif name[:1].upper() + name[1:] in shape.metadata.get("required", ()):
            yield f"Value null at '{here}' failed to satisfy constraint: Member must not be null"


def _members(shape: Any, value: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the name as in AWS's messages, the model and the value of each member."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield name[:1].lower() + name[1:], member, value.get(name)
    elif shape.type_name == "list":
        for number, element in enumerate(value, start=1):
            yield f"{number}.member", shape.member, element


def _constraints(shape: Any, value: Any) -> Iterator[str]:
    if shape.type_name in ("string", "list", "map"):
        least, most, what = shape.metadata.get("min", 0), shape.metadata.get("max"), "length"
        size = len(value)
    elif shape.type_name == "integer":
        least, most, what, size = shape.metadata.get("min"), shape.metadata.get("max"), "value", value
    else:
        return
    if least is not None and size < least:
        yield f"Member must have {what} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"Member must have {what} less than or equal to {most}"
    pattern = shape.metadata.get("pattern")
    if pattern and not regex.fullmatch(pattern, value if "\\p" in pattern else value.translate(_LINE_ENDS)):
        yield f"Member must satisfy regular expression pattern: {pattern}"
