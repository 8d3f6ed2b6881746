"""`python -m tests.emulator.schemas.update` copies the schemas that cfn-lint ships. Show the differences by `git diff`.

A difference may require changes of the resource type, its documentation or the emulator.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# The type of the collection, and the second type that proves that a type is one file.
TYPE_NAMES = ("AWS::SageMaker::InferenceExperiment", "AWS::MemoryDB::ParameterGroup")


def shipped(type_name: str) -> dict[str, Any]:
    """Return the schema in the installed cfn-lint."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
    return schema


if __name__ == "__main__":
    for type_name in TYPE_NAMES:
        path = Path(__file__).with_name(f"{type_name.replace('::', '-')}.json")
        path.write_text(json.dumps(shipped(type_name), indent=2, sort_keys=True) + "\n", encoding="utf-8")
