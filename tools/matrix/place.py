"""A folder below .build for checks: an environment, a home directory, and a copy of the collection.

The checks write to this folder only. pip has the developer's settings. All processes of a step end with it.
"""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.support.environment import ROOT

BASE = ROOT / ".build" / "matrix"
# The maximum duration of a command.
SECONDS = 3600
# The number of characters printed from the end of a failed step's log.
TAIL = 6000


class Place:
    """An environment, and its steps in order."""

    def __init__(
        self, name: str, interpreter: Path, requirements: Sequence[str], steps: Mapping[str, Callable[[Place], None]]
    ) -> None:
        self.name = name
        self._interpreter = interpreter
        self._requirements = requirements
        self._steps = steps
        self._folder = BASE / name
        self._home = self._folder / "home"
        self._collections = self._folder / "ansible_collections"
        self.bin = self._folder / "venv" / "bin"
        self.collection = self._collections / "awscc" / "sagemaker"
        self.log = self._folder / "setup.log"

    def run(self) -> bool:
        """Run all steps, also after a failed step. Return whether all succeeded."""
        if not self._run_step("setup", Place._set_up):
            return False
        outcomes = [self._run_step(name, step) for name, step in self._steps.items()]
        return all(outcomes)

    def output(self) -> str:
        """Return the output of the current step."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def call(self, *command: str | Path, **settings: str) -> None:
        """Run a command in the copy of the collection, with its output in the log. Raises CalledProcessError."""
        with (
            self.log.open("ab") as output,
            subprocess.Popen(
                [str(word) for word in command],
                cwd=self.collection,
                env={**self.environment(), **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as process,
        ):
            try:
                code = process.wait(SECONDS)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        if code:
            raise subprocess.CalledProcessError(code, process.args)

    def environment(self) -> dict[str, str]:
        """Return the environment of commands, without the developer's settings for Ansible, AWS and Python."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "PYTHON"))
        }
        return {**inherited, "HOME": str(self._home), "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def _run_step(self, name: str, step: Callable[[Place], None]) -> bool:
        self.log = self._folder / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        start = time.monotonic()
        try:
            step(self)
            outcome = "ok"
        except subprocess.SubprocessError as error:
            outcome = f"FAILED: {error}\n{self.output()[-TAIL:]}"
        seconds = round(time.monotonic() - start)
        print(f"{self.name}: {name} took {seconds} s: {outcome}", flush=True)
        return outcome == "ok"

    def _set_up(self) -> None:
        """Create the environment unless it exists, and a new copy of the collection. The home directory is kept."""
        shutil.rmtree(self._collections, ignore_errors=True)
        self._write_pip_settings()
        self._copy_collection()
        if not self.bin.exists():
            self.call(self._interpreter, "-m", "venv", self.bin.parent)
        self.call(self.bin / "python", "-m", "pip", "install", "--no-compile", *self._requirements)
        (source,) = self.bin.parent.glob("lib/python*/site-packages/ansible_collections/amazon/aws")
        (self._collections / "amazon").mkdir()
        (self._collections / "amazon" / "aws").symlink_to(source)

    def _write_pip_settings(self) -> None:
        """Write pip's settings to the home directory, because ansible-test removes the PIP_* variables."""
        settings = configparser.RawConfigParser()
        settings.read_dict({"global": {"quiet": "1"}})
        listed = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
        )
        for line in listed.stdout.splitlines():
            name, value = line.split("=", 1)
            section, option = name.replace(":env:", "global").split(".", 1)
            settings.read_dict({section: {option: ast.literal_eval(value)}})
        file = self._home / ".config" / "pip" / "pip.conf"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as opened:
            settings.write(opened)

    def _copy_collection(self) -> None:
        """Copy the files that git does not ignore, with uncommitted changes, into a new repository."""
        git = shutil.which("git") or "git"
        listed = subprocess.check_output(
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
        )
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).exists():  # git also lists deleted files until the commit
                (self.collection / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.collection / name)
        self.call(git, "init", "--quiet")
