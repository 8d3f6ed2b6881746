"""`python -m tests.emulator.schemas.update` copies the schemas that cfn-lint ships, and prints the differences.

A difference may require changes of the resource type, its documentation or the emulator.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The type of the collection, and the second type that proves that a type is one file.
TYPE_NAMES = ("AWS::SageMaker::InferenceExperiment", "AWS::MemoryDB::ParameterGroup")


def shipped(type_name: str) -> dict[str, Any]:
    """Return the schema in the installed cfn-lint."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
    return schema


def differences(ours: Any, theirs: Any, pointer: str = "#") -> Iterator[str]:
    """Yield a line for each difference to another version of the schema; it begins with the JSON pointer."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted({*ours, *theirs}):
            here = f"{pointer}/{name}"
            if name not in ours:
                yield f"{here}: new: {json.dumps(theirs[name], sort_keys=True)}"
            elif name not in theirs:
                yield f"{here}: gone"
            else:
                yield from differences(ours[name], theirs[name], here)
    elif isinstance(ours, list) and isinstance(theirs, list):
        yield from (f"{pointer}: new: {json.dumps(entry)}" for entry in theirs if entry not in ours)
        yield from (f"{pointer}: gone: {json.dumps(entry)}" for entry in ours if entry not in theirs)
    elif ours != theirs:
        yield f"{pointer}: {json.dumps(theirs)} instead of {json.dumps(ours)}"


def main() -> None:
    for type_name in TYPE_NAMES:
        path, schema = Path(__file__).with_name(f"{type_name.replace('::', '-')}.json"), shipped(type_name)
        before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        for line in differences(before, schema):
            print(f"{type_name}: {line}")
        path.write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
