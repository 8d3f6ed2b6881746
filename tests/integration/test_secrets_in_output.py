"""Playbooks at -vvvv over HTTPS: no credential is in the output, in the log or in files on the host.

A sample has one source of credentials.
"""

from __future__ import annotations

import json
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
from tests.support.playbooks import ansible, with_results, write_playbook
from tests.support.thorough import THOROUGH

ALWAYS = 10**6
MANAGE, INFO = "awscc.sagemaker.inference_experiment", "awscc.sagemaker.inference_experiment_info"
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# With each source of credentials, Ansible runs all tasks. Unit tests have more kinds of failed tasks.
FROM = ["options", "variables", "profile", "profile with role"] if THOROUGH else ["options"]
# The error code, None if the task succeeds; the module and its options.
Task = tuple[str | None, str, dict[str, Any]]


def tasks(authorities: Authorities) -> dict[str, Task]:
    """Return the tasks by the names of their experiments."""
    return {
        "changed": (None, MANAGE, {"description": "New", "debug_botocore_endpoint_logs": True}),
        "listed": (None, INFO, {"name": "changed", "include_write_only": True}),
        "invalid-type": ("InvalidOptions", MANAGE, {"wait_timeout": True}),
        "unknown-authority": ("SSLError", MANAGE, {"state": "absent", "aws_ca_bundle": authorities.theirs}),
        "wrong-signature": ("InvalidSignatureException", MANAGE, {"state": "absent"}),
    }


@pytest.fixture
def authorities(tmp_path: Path) -> Authorities:
    return Authorities(tmp_path)


@pytest.fixture
def server(authorities: Authorities) -> Iterator[EmulatorServer]:
    tls = authorities.server_context()
    with EmulatorServer(operation_seconds=0, transition_seconds=0, check_references=False, tls=tls) as server:
        for name in ("changed", "async"):
            server.put_experiment(REGION, {"Name": name, "Description": "Old"}, status="Created")
        signature = {"change": lambda _: wrong_signature(), "status": 400}
        server.fault("GetResource", "changed", times=ALWAYS, identifier="wrong-signature", **signature)
        yield server


class Host:
    """The folder to which Ansible and its modules write. The playbook is in the parent folder."""

    def __init__(self, folder: Path, server: EmulatorServer, authorities: Authorities) -> None:
        self.folder = folder / "host"
        self._parent = folder
        self._server, self._authorities = server, authorities
        self.folder.mkdir()

    def play(self, source: Source, tasks: list[dict[str, Any]], **variables: str) -> str:
        """Run tasks with the credentials of a source. Return the output and the log of Ansible."""
        secrets = self._parent / "secrets.json"  # in place of a vault
        secrets.write_text(json.dumps({f"secret_{name}": value for name, value in source.options.items()}))
        options = {name: f"{{{{ secret_{name} }}}}" for name in source.options}
        playbook = write_playbook(
            self._parent / "playbook.json",
            vars_files=[str(secrets)],
            module_defaults={"group/awscc.sagemaker.aws": {"region": REGION, **options}},
            tasks=tasks,
        )
        log = self.folder / "ansible.log"
        places = {
            **{name: str(self.folder) for name in ("HOME", "ANSIBLE_HOME", "TMPDIR")},
            **{f"ANSIBLE_{name}": str(self.folder / name) for name in ("REMOTE_TMP", "LOCAL_TEMP", "ASYNC_DIR")},
            "ANSIBLE_LOG_PATH": str(log),
        }
        keys = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CA_BUNDLE": self._authorities.ours}
        environment = {**places, **keys, **write_profiles(self._parent), **source.environment, **variables}
        output = ansible(
            *(self._server, "ansible-playbook", "-vvvv", "--diff", playbook), cwd=self._parent, variables=environment
        )
        return output + log.read_text(encoding="utf-8")

    def files(self) -> dict[str, str]:
        """Return the content of each file, by its name."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes().decode("utf-8", "replace") for path in found}


@pytest.fixture
def host(tmp_path: Path, server: EmulatorServer, authorities: Authorities) -> Host:
    return Host(tmp_path, server, authorities)


def _with_results(tasks: Mapping[str, Task]) -> list[dict[str, Any]]:
    play = [{module: {"name": name, **options}} for name, (_code, module, options) in tasks.items()]
    return with_results(play, "{{ lookup('env', 'HOME') }}/results.json")


def _background_tasks() -> list[dict[str, Any]]:
    """Return a background task, without a task that removes its result."""
    options = {"name": "async", "description": "New"}
    wait = {"ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"}, "register": "job_result"}
    return [
        {MANAGE: options, "async": 60, "poll": 0, "register": "job"},
        {**wait, "until": "job_result is finished", "retries": 100, "delay": 0.2},
    ]


from_each_source = pytest.mark.parametrize("source", FROM)


def _remaining_files(host: Host) -> dict[str, str]:
    """Return the files after Ansible has removed those of background tasks, which it polls every five seconds."""
    ends = time.monotonic() + 30
    while any("AnsiballZ" in name for name in host.files()) and time.monotonic() < ends:
        time.sleep(0.2)
    return host.files()


# Takes seconds: Ansible starts a process for each task, which imports boto3.
@pytest.mark.sampled
@from_each_source
def test_no_secret_is_in_output_or_files(
    host: Host, authorities: Authorities, server: EmulatorServer, source: str
) -> None:
    attempted = tasks(authorities)
    output = host.play(SOURCES[source], [*_background_tasks(), *_with_results(attempted)])
    files, secrets = _remaining_files(host), known_secrets()
    assert [
        (name, found) for name, text in {**files, "output": output}.items() for found in found_in(text, secrets)
    ] == []
    results = json.loads(files["results.json"])
    codes = [result.get("error", {}).get("code") for result in results]
    assert dict(zip(attempted, codes, strict=True)) == {name: task[0] for name, task in attempted.items()}
    assert "Traceback" not in output
    assert [name for name in files if "AnsiballZ" in name] == []
    jobs = [text for name, text in files.items() if name.startswith("ASYNC_DIR")]
    assert [json.loads(text)["changed"] for text in jobs] == [True]
    shown_as_hidden = source.startswith(("options", "variables"))
    assert (f'"session_token": "{HIDDEN}"' in output) == shown_as_hidden
    assert [HIDDEN in text for text in jobs] == [shown_as_hidden]
    assert server.experiment("changed", REGION)["properties"]["Description"] == "New"


@pytest.mark.sampled
@from_each_source
def test_kept_files_contain_options_only_and_are_private(host: Host, source: str) -> None:
    """With ANSIBLE_KEEP_REMOTE_FILES, the files contain the options, but no credentials from other sources."""
    output = host.play(SOURCES[source], [{INFO: {"name": "changed"}}], ANSIBLE_KEEP_REMOTE_FILES="1")
    secrets = known_secrets()
    assert found_in(output, secrets) == []
    with_secrets = {name for name, text in host.files().items() if found_in(text, secrets)}
    kept = {name for name in host.files() if "AnsiballZ_inference_experiment" in name}
    assert kept
    assert with_secrets == (kept if source.startswith("options") else set())
    assert {_permissions(host.folder / name) & 0o077 for name in kept} == {0}


def _permissions(path: Path) -> int:
    """Return the permissions that both a file and its folder have."""
    return stat.S_IMODE(path.stat().st_mode) & stat.S_IMODE(path.parent.stat().st_mode)
