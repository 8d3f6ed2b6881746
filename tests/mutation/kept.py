# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept between two runs, for as long as the files that are mutated stay as they are."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.mutation.mutants import SOURCES, Mutant


class Kept:
    """A folder with the outcomes of mutants, and with what reaches which line."""

    def __init__(self, work: Path) -> None:
        code = b"".join(path.read_bytes() for path in sorted(SOURCES.rglob("*.py")))
        self.folder = work / hashlib.sha256(code).hexdigest()[:12]
        self.folder.mkdir(parents=True, exist_ok=True)
        self._outcomes = self.folder / "outcomes.jsonl"

    def outcomes(self) -> dict[str, bool]:
        """Return, by a mutant's key, whether it survived when it was tried last."""
        if not self._outcomes.exists():
            return {}
        return dict(json.loads(line) for line in self._outcomes.read_text(encoding="utf-8").splitlines())

    def add(self, mutant: Mutant, *, survived: bool) -> None:
        with self._outcomes.open("a", encoding="utf-8") as outcomes:  # a line at a time, from several processes
            outcomes.write(f"{json.dumps([mutant.key, survived])}\n")
