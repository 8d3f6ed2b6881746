"""The outcomes of mutants, in a file that several processes append to and that later runs read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path


class Outcomes:
    """A file with one line for each tested mutant: its key, and the name of the test that detected it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def add(self, key: str, detected_by: str) -> None:
        """Append an outcome. C(detected_by) is empty if the mutant survived."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps([key, detected_by])}\n")

    def read(self) -> Mapping[str, str]:
        """Return the last outcome of each mutant, by key."""
        return dict(json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines())

    def clear(self) -> None:
        self._path.write_text("", encoding="utf-8")
