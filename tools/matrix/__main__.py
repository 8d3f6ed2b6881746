"""`make matrix`: ansible-test on every ansible-core that the collection supports, and the checks of Ansible Galaxy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from tools.matrix import checks
from tools.matrix.place import Place


class Row(NamedTuple):
    """An ansible-core, the package ansible with it and amazon.aws, and the supported Pythons in order of preference."""

    core: str
    ansible: int
    pythons: tuple[str, ...]


ROWS = (
    Row("2.16", 9, ("3.10", "3.11", "3.12")),
    Row("2.17", 10, ("3.10", "3.11", "3.12")),
    Row("2.18", 11, ("3.11", "3.12", "3.13")),
    Row("2.19", 12, ("3.11", "3.12", "3.13")),
    Row("2.20", 13, ("3.12", "3.13", "3.14")),
    Row("2.21", 14, ("3.13", "3.12", "3.14")),
)
GALAXY = "galaxy"
# The files that users install. The rows before the last check these only: pylint takes minutes for the tests.
SHIPPED = ("plugins/", "meta/")
# Without arguments: three versions, because each takes minutes. The workflow ci.yml runs a job for each row.
DEFAULT = ("2.16", "2.19", "2.21", GALAXY)


def main(wanted: Sequence[str]) -> int:
    """Run the rows and the checks of Galaxy in the arguments, or those of DEFAULT. Return 0 if all succeed."""
    wanted = wanted or DEFAULT
    rows = [row for row in ROWS if row.core in wanted]
    pythons = found_pythons(sorted({python for row in rows for python in row.pythons}))
    chosen = {row: next((name for name in row.pythons if name in pythons), None) for row in rows}
    for line in _plan(chosen, pythons):
        print(line, flush=True)
    places = [
        Place(f"{row.core}-{name}", pythons[name], checks.requirements(row.ansible), steps_of(row, name))
        for row, name in chosen.items()
        if name
    ]
    if GALAXY in wanted:
        places.append(Place(GALAXY, Path(sys.executable), checks.GALAXY_REQUIREMENTS, checks.GALAXY_STEPS))
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        good = list(threads.map(Place.run, places))
    return 0 if all(good) else 1


def _is_of_make_test(row: Row, name: str) -> bool:
    """Return whether `make test` runs on the same ansible-core and Python, in this environment."""
    try:
        core = version("ansible-core")
    except PackageNotFoundError:  # `make matrix` alone does not install it
        return False
    return core.startswith(f"{row.core}.") and name == "{}.{}".format(*sys.version_info)


def steps_of(row: Row, name: str) -> Mapping[str, Callable[[Place], None]]:
    """Return the steps of a row: only the sanity tests if `make test` runs the others on the same versions."""
    steps = checks.steps(name, sanity=() if row == ROWS[-1] else SHIPPED)
    return {"sanity": steps["sanity"]} if _is_of_make_test(row, name) else steps


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


def _plan(chosen: Mapping[Row, str | None], pythons: Mapping[str, Path]) -> Iterator[str]:
    for row, name in chosen.items():
        if name is None:
            yield f"ansible-core {row.core} is skipped: it needs one of Python {', '.join(row.pythons)}"
        else:
            instead = "" if name == row.pythons[0] else f", because Python {row.pythons[0]} is not installed"
            yield f"ansible-core {row.core} (ansible {row.ansible}) runs on {pythons[name]}{instead}"
            if _is_of_make_test(row, name):
                yield f"ansible-core {row.core}: sanity tests only, because `make test` runs the other tests"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
