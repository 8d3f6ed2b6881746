# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make matrix`: ansible-test on every ansible-core that the collection supports, with the interpreters found here."""

from __future__ import annotations

import ast
import configparser
import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.environment import ROOT

BASE = ROOT / ".build" / "matrix"
SECONDS = 3600  # for one step
TAIL = 6000  # so much of the log of a failed one is shown


class Row(NamedTuple):
    """An ansible-core, the package ansible that brings it and amazon.aws, and the Pythons it runs on, best first."""

    core: str
    ansible: int
    pythons: tuple[str, ...]


ROWS = (
    Row("2.16", 9, ("3.10", "3.11", "3.12")),
    Row("2.19", 12, ("3.11", "3.12", "3.13")),
    Row("2.21", 14, ("3.13", "3.12", "3.14")),
)
# ansible-test tells where it looks for the script that brings pip into its environments, if it cannot fetch it.
WANTED_BOOTSTRAP = re.compile(r"manually downloaded and saved to: (\S+)")
# What Python itself brings does as well; the options for get-pip.py do not concern it.
BOOTSTRAP = "import ensurepip\n\nensurepip.bootstrap(default_pip=True)\n"


def main(cores: Sequence[str]) -> int:
    """Run all rows, or those of C(cores), as many at a time as there are processors; tell what came of each."""
    rows = [row for row in ROWS if row.core in (cores or [row.core])]
    pythons = found_pythons(sorted({python for row in rows for python in row.pythons}))
    chosen = {row: next((name for name in row.pythons if name in pythons), None) for row in rows}
    for line in _plan(chosen, pythons):
        print(line, flush=True)
    places = [Place(row, name, pythons[name]) for row, name in chosen.items() if name]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        good = list(threads.map(Place.run, places))
    return 0 if good and all(good) else 1


def _plan(chosen: Mapping[Row, str | None], pythons: Mapping[str, Path]) -> Iterator[str]:
    for row, name in chosen.items():
        if name is None:
            yield f"ansible-core {row.core} is left out: it needs one of Python {', '.join(row.pythons)}"
        else:
            instead = "" if name == row.pythons[0] else f", as Python {row.pythons[0]} is lacking"
            yield f"ansible-core {row.core} (ansible {row.ansible}) runs on {pythons[name]}{instead}"


def found_pythons(names: Iterable[str]) -> dict[str, Path]:
    """Return those of the interpreters (3.10, 3.11...) that are on the PATH or installed by pyenv, and that work."""
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
    """Tell an interpreter with all that an environment is made of from a lesser one, and from a shim of pyenv's."""
    if not os.access(python, os.X_OK):
        return False
    return subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0


def _url(said: Iterable[str]) -> str:
    """The address that the emulator tells when it has begun to listen."""
    for line in said:
        if found := re.search(r"AWS_ENDPOINT_URL=(\S+)", line):
            return found.group(1)
    raise subprocess.SubprocessError("the emulator did not begin")


class Place:
    """One row of the matrix on one interpreter: a folder with an environment, a home and a copy of the collection."""

    def __init__(self, row: Row, name: str, python: Path) -> None:
        self.row = row
        self.python = name
        self._interpreter = python
        self._folder = BASE / f"{row.core}-{name}"
        self._home = self._folder / "home"
        self._bin = self._folder / "venv" / "bin"
        self._collections = self._folder / "ansible_collections"
        self._collection = self._collections / "awscc" / "sagemaker"

    def run(self) -> bool:
        """Take every step, the later ones too if an earlier one fails."""
        steps = {"sanity": self._sanity, "units": self._units, "integration": self._integration}
        if not self._take("setup", self._set_up):
            return False
        outcomes = [self._take(name, step) for name, step in steps.items()]
        return all(outcomes)

    def _take(self, name: str, step: Callable[[Path], None]) -> bool:
        log = self._folder / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        begun = time.monotonic()
        try:
            step(log)
            came = "ok"
        except subprocess.SubprocessError as error:
            came = f"FAILED: {error}\n{log.read_text(encoding='utf-8', errors='replace')[-TAIL:]}"
        seconds = round(time.monotonic() - begun)
        print(f"ansible-core {self.row.core}, Python {self.python}: {name} took {seconds} s: {came}", flush=True)
        return came == "ok"

    def _set_up(self, log: Path) -> None:
        """Make the environment once, and the copy anew; the home keeps what ansible-test has installed for itself."""
        shutil.rmtree(self._collections, ignore_errors=True)
        self._write_pip_settings()
        self._copy_collection(log)
        if not self._bin.exists():
            self._call(log, self._interpreter, "-m", "venv", self._bin.parent)
        ansible = f"ansible>={self.row.ansible},<{self.row.ansible + 1}"
        files = [f"--requirement={ROOT / name}" for name in ("requirements.txt", "tests/unit/requirements.txt")]
        self._call(log, self._bin / "python", "-m", "pip", "install", "--no-compile", ansible, *files)
        (source,) = self._bin.parent.glob("lib/python*/site-packages/ansible_collections/amazon/aws")
        (self._collections / "amazon").mkdir()
        (self._collections / "amazon" / "aws").symlink_to(source)

    def _write_pip_settings(self) -> None:
        """ansible-test lets no PIP_* variable through and has a home of its own: a file there has pip's settings."""
        settings = configparser.RawConfigParser()
        settings.read_dict({"global": {"quiet": "1"}})
        said = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
        )
        for line in said.stdout.splitlines():
            name, value = line.split("=", 1)
            section, option = name.replace(":env:", "global").split(".", 1)
            settings.read_dict({section: {option: ast.literal_eval(value)}})
        file = self._home / ".config" / "pip" / "pip.conf"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as opened:
            settings.write(opened)

    def _copy_collection(self, log: Path) -> None:
        """Copy what git knows or would take, the changes that are not committed yet included, into a repository."""
        git = shutil.which("git") or "git"
        listed = subprocess.check_output(
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
        )
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).exists():  # a file deleted and not committed is listed too
                (self._collection / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self._collection / name)
        self._call(log, git, "init", "--quiet")

    def _sanity(self, log: Path) -> None:
        try:
            self._ansible_test(log, "sanity", "--local")
        except subprocess.CalledProcessError:
            wanted = WANTED_BOOTSTRAP.search(log.read_text(encoding="utf-8", errors="replace"))
            if wanted is None:
                raise
            Path(wanted.group(1)).write_text(BOOTSTRAP, encoding="utf-8")
            self._ansible_test(log, "sanity", "--local")

    def _units(self, log: Path) -> None:
        self._ansible_test(log, "units", "--requirements")

    def _integration(self, log: Path) -> None:
        """Run the targets beside an emulator of their own."""
        with self._emulator() as url:
            settings = self._collection / "tests" / "integration" / "integration_config.yml"
            settings.write_text(f"emulator_url: {url}\n", encoding="utf-8")
            self._ansible_test(log, "integration")

    @contextlib.contextmanager
    def _emulator(self) -> Iterator[str]:
        command = [str(self._bin / "python"), "-m", "tests.emulator", "--port", "0"]
        with subprocess.Popen(
            command, cwd=self._collection, env=self._environment(), stdout=subprocess.PIPE, text=True
        ) as emulator:
            try:
                yield _url(emulator.stdout or [])
            finally:
                emulator.terminate()

    def _ansible_test(self, log: Path, *args: str) -> None:
        self._call(log, self._bin / "ansible-test", *args, "--python", self.python)

    def _call(self, log: Path, *command: str | Path) -> None:
        """Run a command in the copy of the collection; what it says goes into the log."""
        with log.open("ab") as output:
            subprocess.run(
                [str(word) for word in command],
                cwd=self._collection,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=True,
            )

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "PYTHON"))
        }
        return {**inherited, "HOME": str(self._home), "PATH": f"{self._bin}{os.pathsep}{os.environ['PATH']}"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
