# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the Pythons of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path


def found_pythons(names: Iterable[str]) -> dict[str, Path]:
    """Return the path of each of these versions (3.10, 3.11...) that is on the PATH or installed by pyenv."""
    found = {name: next(filter(_works, _candidates(name)), None) for name in names}
    return {name: path for name, path in found.items() if path}


def _candidates(name: str) -> Iterator[Path]:
    program = f"python{name}"
    yield Path(sys.base_prefix) / "bin" / program
    for folder in os.get_exec_path():
        yield Path(folder) / program
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{name}.*/bin/{program}"), reverse=True)


def _works(python: Path) -> bool:
    """Return whether an interpreter can create environments. Some packages and shims of pyenv cannot."""
    if not os.access(python, os.X_OK):
        return False
    return subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0
