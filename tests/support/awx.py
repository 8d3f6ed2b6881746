"""Run jobs as AWX does: send a private data directory to a worker of ansible-runner, and process its events.

In AWX, `ansible-runner worker` runs in a container. Here it runs without one: the end of a container is simulated by
killing all processes that have the job's folder in their environment.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from ansible_runner.interface import run

from tests.support.environment import AWS_ENVIRONMENT, ROOT, clean_environment, command

PLAYBOOKS = ROOT / "docs" / "examples" / "awx"
Event = dict[str, Any]
# The variables of the host in the Demo Inventory of AWX.
LOCALHOST = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
# An image has no settings of AWS. These variables disable the settings of the machine.
_IMAGE_VARIABLES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED")


class _Unsafe(str):
    """An answer of a survey, which AWX marks as unsafe, so that Ansible does not evaluate templates in it."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


@dataclasses.dataclass(frozen=True)
class Job:
    """The status and the events of a job that has ended."""

    status: str
    events: Sequence[Event]

    def of_kind(self, event: str) -> list[dict[str, Any]]:
        """Return the data of all events of a kind in order."""
        return [found["event_data"] for found in self.events if found["event"] == event]

    def result(self, task: str) -> dict[str, Any]:
        """Return the result of a task."""
        (found,) = [data["res"] for data in self.of_kind("runner_on_ok") if data["task"] == task]
        return dict(found)

    @property
    def artifacts(self) -> dict[str, Any]:
        """The values of set_stats, which a workflow passes to the next jobs as variables."""
        (found,) = self.of_kind("playbook_on_stats")
        return dict(found["artifact_data"])

    @property
    def stdout(self) -> str:
        return "\n".join(event["stdout"] for event in self.events)


class Awx:
    """Launches jobs below a folder, with the variables of a credential in their environment."""

    def __init__(self, folder: Path, credential: Mapping[str, str], *, hosts: Sequence[str] = ("localhost",)) -> None:
        self._folder = folder
        self._credential = credential
        self._hosts = hosts
        self._count = 0

    def launch(
        self,
        playbook: Path,
        variables: Mapping[str, Any],
        *,
        job_type: str = "run",
        cancel_when: Callable[[], bool] = lambda: False,
        removes_container: bool = True,
        timeout: int = 0,
    ) -> Job:
        """Run a job. Cancel it if cancel_when returns true after an event, or after timeout seconds; 0 is no timeout.

        Without removes_container, background processes of the job continue.
        """
        self._count += 1
        folder = self._folder / f"awx_{self._count}"
        settings = {"suppress_ansible_output": True, "pexpect_timeout": 0.2, "job_timeout": timeout}
        self._write(folder, playbook, variables, job_type, settings)
        job = self._run(folder, playbook.name, cancel_when)
        if removes_container:
            _kill_processes(folder)
        return job

    def kill_remaining_processes(self) -> None:
        """Kill the background processes of all jobs."""
        for number in range(1, self._count + 1):
            _kill_processes(self._folder / f"awx_{number}")

    def _write(
        self, folder: Path, playbook: Path, variables: Mapping[str, Any], job_type: str, settings: Mapping[str, Any]
    ) -> None:
        shutil.copytree(playbook.parent, folder / "project")
        for name in ("env", "inventory"):
            (folder / name).mkdir()
        inventory = {
            "all": {"hosts": list(self._hosts)},
            "_meta": {"hostvars": dict.fromkeys(self._hosts, LOCALHOST)},
        }
        script = folder / "inventory" / "hosts"
        script.write_text(f"#! /usr/bin/env python3\nprint({json.dumps(inventory)!r})\n", encoding="utf-8")
        script.chmod(0o700)
        ansible = {"ANSIBLE_FORCE_COLOR": "True", "ANSIBLE_RETRY_FILES_ENABLED": "False", "MAX_EVENT_RES": "700000"}
        place = {"AWX_PRIVATE_DATA_DIR": str(folder), "JOB_ID": str(self._count), "INVENTORY_ID": "1"}
        extravars = {name: _Unsafe(value) if isinstance(value, str) else value for name, value in variables.items()}
        check = "--check " if job_type == "check" else ""
        files = {
            "envvars": json.dumps({**ansible, **place, **self._credential}),
            "extravars": yaml.dump(extravars, Dumper=_Dumper),
            "cmdline": f"{check}-u root --diff",
            "settings": json.dumps(settings),
        }
        for name, content in files.items():
            (folder / "env" / name).write_text(content, encoding="utf-8")

    def _run(self, folder: Path, playbook: str, cancel_when: Callable[[], bool]) -> Job:
        paths: dict[str, Any] = {"private_data_dir": str(folder), "ident": self._count}
        never: dict[str, Any] = {"cancel_callback": lambda: False}
        packed = folder.with_suffix(".packed")
        with packed.open("wb") as output:
            run(streamer="transmit", _output=output, playbook=playbook, **paths, **never)
        events: list[Event] = []
        with (
            packed.open("rb") as stdin,
            subprocess.Popen(
                [command("ansible-runner"), "worker"], env=_image(), stdin=stdin, stdout=subprocess.PIPE
            ) as worker,
        ):

            def keep(event: Event) -> bool:
                events.append(event)
                if cancel_when():
                    worker.send_signal(signal.SIGTERM)
                return True

            done = run(streamer="process", _input=worker.stdout, event_handler=keep, quiet=True, **paths, **never)
        return Job(done.status, sorted(events, key=lambda event: int(event["counter"])))


def _image() -> dict[str, str]:
    """Return the environment of an execution environment: Ansible and the collections, without credentials."""
    found = {name: value for name, value in clean_environment().items() if not name.startswith("AWS_")}
    aws = {name: value for name, value in AWS_ENVIRONMENT.items() if name in _IMAGE_VARIABLES}
    return {**found, **aws, "PATH": f"{Path(command('ansible-playbook')).parent}{os.pathsep}{found['PATH']}"}


def _kill_processes(folder: Path) -> None:
    """Kill the processes that have a job's folder in their environment."""
    variable = f"AWX_PRIVATE_DATA_DIR={folder}"
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if variable.encode() in (place / "environ").read_bytes().split(b"\0"):
                os.kill(int(place.name), signal.SIGKILL)
