"""The guides of docs/docsite/rst, and their playbooks and shell commands, which the tests run."""

from __future__ import annotations

import re
import textwrap
from typing import Any, NamedTuple

import yaml

from tests.support.environment import ROOT

FOLDER = ROOT / "docs" / "docsite" / "rst"
# Other tests run the playbooks of these guides: tests/integration/test_runner.py, tools/benchmarks.
_ELSEWHERE = {"guide_awx", "guide_many_experiments"}
GUIDES = sorted(path.stem for path in FOLDER.glob("guide_*.rst") if path.stem not in _ELSEWHERE)
_BLOCK = re.compile(r"^\.\. code-block:: ([\w+]+)\n\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)


class Block(NamedTuple):
    """A playbook, an inventory or a piece of a shell script."""

    language: str
    text: str

    @property
    def name(self) -> str:
        """The name of the file, in the comment of the first line."""
        return self.text.split()[1]

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The tasks of a playbook, or of a list of tasks."""
        return [task for entry in yaml.safe_load(self.text) for task in entry.get("tasks", [entry])]


def text_of(guide: str) -> str:
    return (FOLDER / f"{guide}.rst").read_text(encoding="utf-8")


def blocks(guide: str, *languages: str) -> list[Block]:
    """Return the blocks of a guide in these languages, in order."""
    found = [Block(language, textwrap.dedent(text)) for language, text in _BLOCK.findall(text_of(guide))]
    return [block for block in found if block.language in languages]


def playbooks(guide: str) -> list[Block]:
    """Return the playbooks of a guide. The first line of a playbook is a comment with its name."""
    return [block for block in blocks(guide, "yaml") if block.text.startswith("# ")]
