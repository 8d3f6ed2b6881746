# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks at -vvvv over HTTPS, with credentials from anywhere: none is on the screen, in the log or left on the host.

With THOROUGH=1 in the environment, from every kind of source and to every end; without it, from one to some.
"""

from __future__ import annotations

import json
import socket
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.server import EmulatorServer
from tests.support.certificates import Authorities
from tests.support.credential_sources import SOURCES, Source, found_in, known_secrets, write_profiles, wrong_signature
from tests.support.environment import REGION
from tests.support.playbooks import ansible
from tests.support.thorough import THOROUGH

ALWAYS = 10**6
MANAGE, INFO = "awscc.sagemaker.inference_experiment", "awscc.sagemaker.inference_experiment_info"
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# The code of its error, None if it does not fail; the module, its options, and what else the task has.
Task = tuple[str | None, str, dict[str, Any], dict[str, Any]]


def tasks(authorities: Authorities) -> dict[str, Task]:
    """By the names of their experiments."""
    return {
        "changed": (None, MANAGE, {"description": "New"}, {}),
        "listed": (None, INFO, {"name": "changed", "include_write_only": True}, {}),
        "misshapen": ("InvalidOptions", MANAGE, {"wait_timeout": True}, {}),
        "unknown-authority": ("SSLError", MANAGE, {"state": "absent", "aws_ca_bundle": authorities.theirs}, {}),
        **(more_tasks() if THOROUGH else {}),
    }


def more_tasks() -> dict[str, Task]:
    with socket.create_server(("127.0.0.1", 0)) as freed:
        nobody = f"https://127.0.0.1:{freed.getsockname()[1]}"
    return {
        "no-authority": ("SSLError", INFO, {"name": "no-authority", "aws_ca_bundle": ""}, {}),
        "wrong-signature": ("InvalidSignatureException", MANAGE, {"state": "absent"}, {}),
        "planned": (None, MANAGE, {"description": "New"}, {"check_mode": True}),
        "debugged": (None, MANAGE, {"description": "New", "debug_botocore_endpoint_logs": True}, {}),
        "unchecked": (None, MANAGE, {"description": "New", "validate_certs": False}, {}),
        "wrong-options": ("InvalidOptions", MANAGE, {"description": "", "kms_key": ""}, {}),
        "unreachable": ("EndpointConnectionError", MANAGE, {"state": "absent", "endpoint_url": nobody}, {}),
        "denied": ("AccessDeniedException", MANAGE, {"description": "New"}, {}),
        "throttled": ("TimedOut", MANAGE, {"description": "New", "wait_timeout": 3}, {}),
        "garbled": ("TimedOut", MANAGE, {"description": "New", "wait_timeout": 3}, {}),
        "failed": ("NotStabilized", MANAGE, {"description": "New"}, {}),
    }


def order_faults(server: EmulatorServer) -> None:
    for name in ("changed", "planned", "debugged", "unchecked", "denied", "throttled", "garbled", "failed", "async"):
        server.put_experiment(REGION, {"Name": name, "Description": "Old"}, status="Created")
    signature = {"change": lambda _: wrong_signature(), "status": 400}
    server.fault("GetResource", "changed", times=ALWAYS, identifier="wrong-signature", **signature)
    server.fault("UpdateResource", "error", times=ALWAYS, identifier="denied", code="AccessDeniedException")
    server.fault("GetResource", "throttle", times=ALWAYS, identifier="throttled")
    server.fault("GetResource", "broken_json", times=ALWAYS, identifier="garbled")
    server.fault("UpdateResource", "failed", times=ALWAYS, identifier="failed", code="NotStabilized")


@pytest.fixture
def authorities(tmp_path: Path) -> Authorities:
    return Authorities(tmp_path)


@pytest.fixture
def server(authorities: Authorities) -> Iterator[EmulatorServer]:
    tls = authorities.server_context()
    with EmulatorServer(operation_seconds=0, transition_seconds=0, check_references=False, tls=tls) as server:
        order_faults(server)
        yield server


class Host:
    """Where Ansible and its modules write: nothing but this folder, and the playbook is not in it."""

    def __init__(self, folder: Path, server: EmulatorServer, authorities: Authorities) -> None:
        self.folder = folder / "host"
        self._given = folder
        self._server, self._authorities = server, authorities
        self.folder.mkdir()

    def play(self, source: Source, tasks: list[dict[str, Any]], **variables: str) -> str:
        """Run tasks with the credentials of a source; return what was said, the log of Ansible included."""
        secrets = self._given / "secrets.json"  # where a user has a vault
        secrets.write_text(json.dumps({f"the_{name}": value for name, value in source.options.items()}))
        options = {name: f"{{{{ the_{name} }}}}" for name in source.options}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars_files": [str(secrets)],
            "module_defaults": {"group/awscc.sagemaker.aws": {"region": REGION, **options}},
            "tasks": tasks,
        }
        playbook = self._given / "playbook.json"
        playbook.write_text(json.dumps([play]), encoding="utf-8")
        log = self.folder / "ansible.log"
        places = {
            **{name: str(self.folder) for name in ("HOME", "ANSIBLE_HOME", "TMPDIR")},
            **{f"ANSIBLE_{name}": str(self.folder / name) for name in ("REMOTE_TMP", "LOCAL_TEMP", "ASYNC_DIR")},
            "ANSIBLE_LOG_PATH": str(log),
        }
        keys = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CA_BUNDLE": self._authorities.ours}
        given = {**places, **keys, **write_profiles(self._given), **source.environment, **variables}
        said = ansible(
            *(self._server, "ansible-playbook", "-vvvv", "--diff", str(playbook)), cwd=self._given, variables=given
        )
        return said + log.read_text(encoding="utf-8")

    def files(self) -> dict[str, str]:
        """What has been left, by the names of the files."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes().decode("utf-8", "replace") for path in found}


@pytest.fixture
def host(tmp_path: Path, server: EmulatorServer, authorities: Authorities) -> Host:
    return Host(tmp_path, server, authorities)


def _play_of(tasks: Mapping[str, Task]) -> list[dict[str, Any]]:
    """The tasks, and one that keeps what they have registered."""
    play: list[dict[str, Any]] = []
    for name, (_source, module, options, more) in tasks.items():
        play.append({module: {"name": name, **options}, "register": f"r{len(play)}", "ignore_errors": True, **more})
    kept = f"{{{{ [{', '.join(task['register'] for task in play)}] | to_json }}}}"
    return [*play, {"ansible.builtin.copy": {"dest": "{{ lookup('env', 'HOME') }}/results.json", "content": kept}}]


def _in_the_background() -> list[dict[str, Any]]:
    """A task in the background whose results nobody clears away."""
    options = {"name": "async", "description": "New"}
    wait = {"ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"}, "register": "job_result"}
    return [
        {MANAGE: options, "async": 60, "poll": 0, "register": "job"},
        {**wait, "until": "job_result is finished", "retries": 100, "delay": 0.2},
    ]


from_each_source = pytest.mark.parametrize(
    "source", ["options", "variables", "a profile", "a profile with a role"] if THOROUGH else ["options"]
)


def _files_in_the_end(host: Host) -> dict[str, str]:
    """What is left once Ansible has cleared away: it looks every five seconds whether a background task has ended."""
    ends = time.monotonic() + 30
    while any("AnsiballZ" in name for name in host.files()) and time.monotonic() < ends:
        time.sleep(0.2)
    return host.files()


@from_each_source
def test_no_secret_is_told_or_left(host: Host, authorities: Authorities, server: EmulatorServer, source: str) -> None:
    attempted = tasks(authorities)
    said = host.play(SOURCES[source], [*_in_the_background(), *_play_of(attempted)])
    files, secrets = _files_in_the_end(host), known_secrets()
    assert [(name, found) for name, text in {**files, "said": said}.items() for found in found_in(text, secrets)] == []
    results = json.loads(files["results.json"])
    codes = [result.get("error", {}).get("code") for result in results]
    assert dict(zip(attempted, codes, strict=True)) == {name: task[0] for name, task in attempted.items()}
    assert "Traceback" not in said
    assert [name for name in files if "AnsiballZ" in name] == []
    jobs = [text for name, text in files.items() if name.startswith("ASYNC_DIR")]
    assert [json.loads(text)["changed"] for text in jobs] == [True]
    shown_as_hidden = source.startswith(("options", "variables"))
    assert (f'"session_token": "{HIDDEN}"' in said) == shown_as_hidden
    assert [HIDDEN in text for text in jobs] == [shown_as_hidden]
    assert server.experiment("changed", REGION)["properties"]["Description"] == "New"


@from_each_source
def test_files_that_are_kept_for_debugging_have_the_options_and_nobody_else_may_read_them(
    host: Host, source: str
) -> None:
    """ANSIBLE_KEEP_REMOTE_FILES keeps what Ansible sends to a host, options in it; other credentials are not."""
    said = host.play(SOURCES[source], [{INFO: {"name": "changed"}}], ANSIBLE_KEEP_REMOTE_FILES="1")
    secrets = known_secrets()
    assert found_in(said, secrets) == []
    telling = {name for name, text in host.files().items() if found_in(text, secrets)}
    kept = {name for name in host.files() if "AnsiballZ_inference_experiment" in name}
    assert kept
    assert telling == (kept if source.startswith("options") else set())
    assert {_rights(host.folder / name) & 0o077 for name in kept} == {0}


def _rights(path: Path) -> int:
    """What others may do to a file: what they may do to it and to its folder."""
    return stat.S_IMODE(path.stat().st_mode) & stat.S_IMODE(path.parent.stat().st_mode)
