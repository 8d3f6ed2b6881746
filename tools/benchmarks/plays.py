"""Run playbooks against an emulator over HTTP, and measure the duration of each task."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.emulator.seed import ACCOUNT_ID
from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION, ROOT, command, emulator_environment
from tests.support.tasks import full
from tools.benchmarks import baseline

SECONDS = 600
MODULE = "awscc.sagemaker.inference_experiment"
INFO = "awscc.sagemaker.inference_experiment_info"
METRICS = "awscc.sagemaker.inference_experiment_metrics_info"


@dataclass(frozen=True)
class Task:
    """A module and its options."""

    module: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Bench:
    """An emulator, and a folder with the collection of the baseline modules."""

    server: EmulatorServer
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        collections = [self.folder / "collections", ROOT / ".build" / "collections"]
        return {
            **emulator_environment(self.server.endpoint_url),
            "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join(map(str, collections)),
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tools" / "callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
        }

    def play(self, tasks: Sequence[Task], **environment: str) -> list[float]:
        """Run the tasks in order. Return the seconds of each task from its start to the start of the next."""
        notes = self.folder / "steps"
        notes.unlink(missing_ok=True)
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [
                {"name": str(number), task.module: {"region": REGION, **task.options}}
                for number, task in enumerate(tasks)
            ],
        }
        playbook = self.folder / "playbook.json"
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        self.run([command("ansible-playbook"), str(playbook)], STEPS_FILE=str(notes), **environment)
        begun = [json.loads(line)["begun"] for line in notes.read_text(encoding="utf-8").splitlines()]
        return [end - begin for begin, end in pairwise(begun)]

    def run(self, words: Sequence[str], **environment: str) -> tuple[float, str]:
        """Run a command. Return its duration in seconds and its output. Raises RuntimeError if the command fails."""
        begun = time.perf_counter()
        done = subprocess.run(
            words,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        seconds = time.perf_counter() - begun
        if done.returncode:
            raise RuntimeError(f"{Path(words[0]).name} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return seconds, done.stdout

    def fill(self, number: int) -> None:
        """Remove all experiments and create a number of new ones."""
        self.server.reset()
        for name in names(number):
            self.server.put_experiment(REGION, {"Name": name, "EndpointName": f"{name}-endpoint"}, status="Running")


@contextlib.contextmanager
def bench(**settings: Any) -> Iterator[Bench]:
    """Start an emulator without checks of references: an operation takes 0.5 s, each transitional status 0.3 s."""
    times = {
        "operation_seconds": 0.5,
        "transition_seconds": 0.3,
        "check_references": False,
        "assume_endpoints": True,
        **settings,
    }
    with EmulatorServer(**times) as server, tempfile.TemporaryDirectory() as folder:
        baseline.install(Path(folder) / "collections")
        yield Bench(server, Path(folder))


def names(number: int) -> list[str]:
    """Return the names of a number of experiments in order."""
    return [f"experiment-{index:05}" for index in range(number)]


def declared(name: str, **changes: Any) -> dict[str, Any]:
    """Return all options of an experiment."""
    role_arn = f"arn:aws:iam::{ACCOUNT_ID}:role/demo-sagemaker"
    return full(name=name, role_arn=role_arn, endpoint_name=f"{name}-endpoint", **changes)
