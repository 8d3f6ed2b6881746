# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run docs/examples/shadow_test.yml, as a user would on AWS, against an emulator that lives as long as the run.

Afterwards the emulator's log and state are held against what should be there; anything else makes the demo fail.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.emulator.records import Record
from tests.emulator.seed import Seed
from tests.emulator.server import EmulatorServer
from tests.environment import REGION, ROOT, command, emulator_environment

PLAYBOOK = ROOT / "docs" / "examples" / "shadow_test.yml"
EXPERIMENT = "checkout-v2"
TYPE_NAME = "AWS::SageMaker::InferenceExperiment"
POLL = "GetResourceRequestStatus"
# Seconds that Ansible gets to end by itself when the demo is interrupted.
GRACE = 10

GET, DESCRIBE, UPDATE = "GetResource", "DescribeInferenceExperiment", "UpdateResource"
# The tasks of the playbook that talk to AWS and the calls each of them makes, but for polls of an operation under way.
EXPECTED: Mapping[str, Sequence[str]] = {
    "See whether there is an experiment of this name": [GET],
    "Plan the shadow test": [GET],
    "Create it, scheduled": [GET, "CreateResource", GET, DESCRIBE],
    "Say the same again": [GET, DESCRIBE],
    "Raise the share of the requests that the shadow gets": [GET, UPDATE, GET],
    "Start it before its time": [GET, UPDATE, GET],
    "List the experiments that are running, by name only": ["ListResources"],
    "Read it, with what Cloud Control alone does not tell": [GET, DESCRIBE],
    "Complete it and promote the shadow": [GET, UPDATE, GET],
    "Delete it": [GET, "DeleteResource", GET],
    "Delete it again": [GET],
}


@dataclasses.dataclass(frozen=True)
class Step:
    """A task of the playbook: how long it took, and the requests that came meanwhile."""

    name: str
    seconds: float
    records: Sequence[Record]

    @property
    def calls(self) -> list[str]:
        return [record.operation for record in self.records if record.operation != POLL]

    @property
    def polls(self) -> int:
        return len(self.records) - len(self.calls)


@dataclasses.dataclass(frozen=True)
class Check:
    """Something that should be so, whether it is, and what was found instead."""

    sentence: str
    holds: bool
    instead: str = ""


def main() -> int:
    """Return 0 if everything was as it should be, 130 if somebody has interrupted it, 1 otherwise."""
    try:
        return _demo()
    except KeyboardInterrupt:
        print("\nInterrupted. The emulator has stopped, and everything in it is gone.")
        return 130


def _demo() -> int:
    before_delete: list[dict[str, Any]] = []
    with (
        EmulatorServer(operation_seconds=0.5, transition_seconds=0.3) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        seed = server.seed(REGION, name="checkout")
        server.on_call("DeleteResource", lambda: before_delete.append(server.experiment(EXPERIMENT, REGION)))
        arguments = arguments_of(seed)
        _say(_introduction(server, seed, arguments))
        notes = Path(folder) / "steps"
        began = time.monotonic()
        code = _play(server, arguments, notes)
        seconds = time.monotonic() - began
        steps = steps_of(notes, server.log)
        checks = [
            Check("The playbook ended well.", code == 0, f"ansible-playbook ended with {code}, see above"),
            *checks_of_calls(steps),
            check_of_promotion(before_delete),
            _check_of_what_is_left(server, seed),
        ]
    _say(_summary(steps, checks, seconds))
    return 0 if all(check.holds for check in checks) else 1


# --- the run ---


def arguments_of(seed: Seed) -> list[str]:
    """Return the arguments that give the playbook the names of what it is about; on AWS users give their own."""
    names = {
        "region": seed.region,
        "experiment_name": EXPERIMENT,
        "role_arn": seed.role_arn,
        "endpoint_name": seed.endpoint_name,
        "production_model": seed.production_model,
        "shadow_model": seed.shadow_model,
        "destination": f"{seed.destination}/",
    }
    return [f"--extra-vars={name}={value}" for name, value in names.items()]


def _play(server: EmulatorServer, arguments: Sequence[str], notes: Path) -> int:
    """Run the playbook, its output going where ours goes; the callback `steps` notes when each task begins."""
    notes.touch()
    shown = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml", "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false"}
    noted = {
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "steps",
        "STEPS_FILE": str(notes),
    }
    playbook = subprocess.Popen(
        [command("ansible-playbook"), "--diff", str(PLAYBOOK), *arguments],
        cwd=ROOT,
        env={**emulator_environment(server.endpoint_url), **shown, **noted},
        stdin=subprocess.DEVNULL,
    )
    try:
        return playbook.wait()
    except KeyboardInterrupt:
        # Ctrl-C reaches Ansible as well, which ends by itself; the emulator has to outlive it.
        with contextlib.suppress(subprocess.TimeoutExpired):
            playbook.wait(GRACE)
        raise
    finally:
        playbook.kill()
        playbook.wait()


def steps_of(notes: Path, log: Sequence[Record]) -> list[Step]:
    """Tell by the time which requests each task has made; tasks that made none are left out."""
    noted = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    ends = {"name": None, "begun": time.time()}
    steps = []
    for note, following in pairwise([*noted, ends]):
        begun, ended = note["begun"], following["begun"]
        records = [record for record in log if begun <= datetime.fromisoformat(record.time).timestamp() < ended]
        if records and note["name"]:
            steps.append(Step(note["name"], ended - begun, records))
    return steps


# --- the verdict ---


def checks_of_calls(steps: Sequence[Step]) -> list[Check]:
    """Hold the calls of each step against those that it needs."""
    made = {step.name: step.calls for step in steps}
    wrong = {
        name: f"{name!r} made {made.get(name, [])} instead of {list(EXPECTED.get(name, []))}"
        for name in [*EXPECTED, *(name for name in made if name not in EXPECTED)]
        if made.get(name, []) != list(EXPECTED.get(name, []))
    }
    return [
        _check_of_calls(wrong, "Plan the shadow test", "The plan read once and wrote nothing."),
        _check_of_calls(
            wrong, "Say the same again", "Said again, it read once, asked for the schedule, wrote nothing."
        ),
        Check("Every step made the calls that it needs and no others.", not wrong, "; ".join(wrong.values())),
    ]


def _check_of_calls(wrong: Mapping[str, str], name: str, sentence: str) -> Check:
    return Check(sentence, name not in wrong, wrong.get(name, ""))


def check_of_promotion(before_delete: Sequence[Mapping[str, Any]]) -> Check:
    """The stop is recorded with the experiment, so it is looked at right before that is deleted."""
    fates = [state["fate"] for state in before_delete]
    wanted = [{"production": "Remove", "shadow": "Promote"}]
    return Check("The stop took production away and promoted the shadow.", fates == wanted, f"fates: {fates}")


def _check_of_what_is_left(server: EmulatorServer, seed: Seed) -> Check:
    left = server.client("cloudcontrol", REGION).list_resources(TypeName=TYPE_NAME)["ResourceDescriptions"]
    endpoint = server.client("sagemaker", REGION).describe_endpoint(EndpointName=seed.endpoint_name)["EndpointStatus"]
    return Check(
        "No experiment is left, and the endpoint is in service.",
        not left and endpoint == "InService",
        f"experiments left: {[description['Identifier'] for description in left]}, endpoint: {endpoint}",
    )


# --- words ---


def _introduction(server: EmulatorServer, seed: Seed, arguments: Sequence[str]) -> str:
    shown = ["ansible-playbook --diff", str(PLAYBOOK.relative_to(ROOT)), *map(shlex.quote, arguments)]
    return "\n".join(
        [
            f"An emulated AWS answers at {server.endpoint_url}. No AWS account is involved, and nothing costs money.",
            f"In {seed.region} it now has what a shadow test needs:",
            "",
            f"  an S3 bucket  {seed.bucket}, where requests and answers are stored",
            f"  an IAM role   {seed.role_arn}",
            f"  two models    {seed.production_model}, in service, and {seed.shadow_model}, to be tried in its shadow",
            f"  an endpoint   {seed.endpoint_name}, configured by {seed.endpoint_config_name}",
            "",
            "The example playbook runs against it just as it would run on AWS:",
            "",
            f"  export AWS_ENDPOINT_URL={server.endpoint_url}",
            "  " + " \\\n    ".join(shown),
        ]
    )


def _summary(steps: Sequence[Step], checks: Sequence[Check], seconds: float) -> str:
    width = max((len(step.name) for step in steps), default=4)
    lines = [_bold("What each step took, and the calls that the emulator saw"), ""]
    for step in steps:
        polls = f" + {step.polls} polls" if step.polls else ""
        lines.append(f"  {step.name:{width}} {step.seconds:5.1f} s  {', '.join(step.calls)}{polls}")
    calls = sum(len(step.records) for step in steps)
    lines += ["", f"  {'All of it':{width}} {seconds:5.1f} s  {calls} calls", ""]
    for check in checks:
        mark = _coloured("  ok   ", 32) if check.holds else _coloured("  WRONG", 31)
        lines.append(f"{mark} {check.sentence}" + ("" if check.holds else f" Found: {check.instead}."))
    good = all(check.holds for check in checks)
    lines += ["", "The demo ended as it should." if good else "The demo FAILED."]
    lines.append("The emulator has stopped, and everything in it is gone.")
    return "\n".join([*lines, "`make emulator` starts one for playbooks of your own."])


def _bold(text: str) -> str:
    return _coloured(text, 1)


def _coloured(text: str, code: int) -> str:
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
