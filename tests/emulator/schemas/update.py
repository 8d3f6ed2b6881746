"""`python -m tests.emulator.schemas.update` writes the schema beside this file anew, from what cfn-lint ships."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TYPE_NAME = "AWS::SageMaker::InferenceExperiment"
PATH = Path(__file__).parent / "AWS-SageMaker-InferenceExperiment.json"


def shipped() -> dict[str, Any]:
    """The schema as the installed cfn-lint has it."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", TYPE_NAME).schema
    return schema


if __name__ == "__main__":
    PATH.write_text(json.dumps(shipped(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
