# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder below .build in which checks run: an environment, a home, and a copy of the collection.

Guarantees: nothing is written elsewhere; pip has the developer's settings though the home is another; what a step has
begun ends with it.
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
SECONDS = 3600  # for one command
TAIL = 6000  # so much of the log of a failed step is shown


class Place:
    """One environment and its steps, in their order."""

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
        """Take every step, the later ones too if an earlier one fails."""
        if not self._take("setup", Place._set_up):
            return False
        outcomes = [self._take(name, step) for name, step in self._steps.items()]
        return all(outcomes)

    def said(self) -> str:
        """What the step that is being taken has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def call(self, *command: str | Path, **settings: str) -> None:
        """Run a command in the copy of the collection; what it says goes into the log."""
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
        """The environment of commands: nothing of the developer's own settings for Ansible, AWS and Python."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "PYTHON"))
        }
        return {**inherited, "HOME": str(self._home), "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def _take(self, name: str, step: Callable[[Place], None]) -> bool:
        self.log = self._folder / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        begun = time.monotonic()
        try:
            step(self)
            came = "ok"
        except subprocess.SubprocessError as error:
            came = f"FAILED: {error}\n{self.said()[-TAIL:]}"
        seconds = round(time.monotonic() - begun)
        print(f"{self.name}: {name} took {seconds} s: {came}", flush=True)
        return came == "ok"

    def _set_up(self) -> None:
        """Make the environment once, and the copy anew; the home keeps what ansible-test has installed for itself."""
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

    def _copy_collection(self) -> None:
        """Copy what git knows or would take, the changes that are not committed yet included, into a repository."""
        git = shutil.which("git") or "git"
        listed = subprocess.check_output(
            [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
        )
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).exists():  # a file deleted and not committed is listed too
                (self.collection / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.collection / name)
        self.call(git, "init", "--quiet")
