"""The tests call this package `tests`; ansible-test begins with the name that it has inside the collection."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ != "tests":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
