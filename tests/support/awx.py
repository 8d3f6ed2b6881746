# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: a private data directory goes to a worker of ansible-runner, and events come back.

AWX transmits the directory, `ansible-runner worker` runs the playbook in a container, and AWX processes what it sends.
Here the worker has no container; what is left of one when it is taken away is ended by its environment.
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
# As the one host of AWX's own Demo Inventory.
LOCALHOST = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
# Of AWS's settings an image has none; these keep those of the machine out.
_OF_THE_IMAGE = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED")


class _Unsafe(str):
    """An answer of a person's, in which nothing is to be taken for a template; AWX marks them so."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(_Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


@dataclasses.dataclass(frozen=True)
class Job:
    """What AWX knows of a job when it is over."""

    status: str
    events: Sequence[Event]

    def of_kind(self, event: str) -> list[dict[str, Any]]:
        """The data of all events of a kind, in their order."""
        return [found["event_data"] for found in self.events if found["event"] == event]

    def result(self, task: str) -> dict[str, Any]:
        """What the module returned."""
        (found,) = [data["res"] for data in self.of_kind("runner_on_ok") if data["task"] == task]
        return dict(found)

    @property
    def artifacts(self) -> dict[str, Any]:
        """What set_stats has left, which a workflow gives to its next jobs as variables."""
        (found,) = self.of_kind("playbook_on_stats")
        return dict(found["artifact_data"])

    @property
    def stdout(self) -> str:
        return "\n".join(event["stdout"] for event in self.events)


class Awx:
    """Launches jobs below a folder, with these variables of a credential in the environment of each."""

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
        takes_container: bool = True,
        timeout: int = 0,
    ) -> Job:
        """Run a job to its end, or cancel it when an event comes in and C(cancel_when) says so. A timeout of 0 is none.

        Without takes_container a cancelled job leaves behind what it had put into the background.
        """
        self._count += 1
        folder = self._folder / f"awx_{self._count}"
        settings = {"suppress_ansible_output": True, "pexpect_timeout": 0.2, "job_timeout": timeout}
        self._write(folder, playbook, variables, job_type, settings)
        job = self._run(folder, playbook.name, cancel_when)
        if takes_container:
            _end_all_of(folder)
        return job

    def clear_away(self) -> None:
        """End what jobs have left behind."""
        for number in range(1, self._count + 1):
            _end_all_of(self._folder / f"awx_{number}")

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
    """What an execution environment brings: Ansible and the collections, and nobody's credentials."""
    found = {name: value for name, value in clean_environment().items() if not name.startswith("AWS_")}
    aws = {name: value for name, value in AWS_ENVIRONMENT.items() if name in _OF_THE_IMAGE}
    return {**found, **aws, "PATH": f"{Path(command('ansible-playbook')).parent}{os.pathsep}{found['PATH']}"}


def _end_all_of(folder: Path) -> None:
    """Kill the processes that have a job's folder in their environment, as happens to those of a container."""
    variable = f"AWX_PRIVATE_DATA_DIR={folder}"
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if variable.encode() in (place / "environ").read_bytes().split(b"\0"):
                os.kill(int(place.name), signal.SIGKILL)
