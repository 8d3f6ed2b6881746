# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbooks in docs/examples against an emulator of AWS: `make demo`.

The demo prints each command, its result and its requests. It fails if a command has another result or sends other
requests than STEPS expects.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION, ROOT, command, emulator_environment

EXAMPLES = "docs/examples"
EXPERIMENT = "test-model-b"
GET, DESCRIBE, UPDATE = "GetResource", "DescribeInferenceExperiment", "UpdateResource"
# The number of polls depends on the speed of the machine.
POLL = "GetResourceRequestStatus"
# Seconds that Ansible has to end after an interrupt.
GRACE = 10


class Step(NamedTuple):
    """A command, and its expected result and requests."""

    title: str
    command: str
    result: str
    requests: Sequence[str]


STEPS = (
    Step(
        "Show the operations of a shadow test. Check mode writes nothing.",
        f"ansible-playbook --check {EXAMPLES}/shadow_test.yml",
        "changed, create PLANNED, status Created",
        [GET],
    ),
    Step(
        "Create the shadow test. It waits for its start time.",
        f"ansible-playbook {EXAMPLES}/shadow_test.yml",
        "changed, create SUCCESS, status Created",
        [GET, "CreateResource", GET, DESCRIBE],
    ),
    Step(
        "Run the same playbook again. Nothing differs, so the module only reads.",
        f"ansible-playbook {EXAMPLES}/shadow_test.yml",
        "ok, status Created",
        [GET, DESCRIBE],
    ),
    Step(
        "Raise the traffic sampling percentage. The module sends only the difference.",
        f"ansible-playbook {EXAMPLES}/shadow_test.yml -e sampling_percentage=50",
        "changed, update SUCCESS (/ShadowModeConfig/ShadowModelVariants), status Created",
        [GET, DESCRIBE, UPDATE, GET, DESCRIBE],
    ),
    Step(
        "Start the test before its start time. Copies of the requests now go to the shadow variant.",
        f"ansible-playbook {EXAMPLES}/shadow_test.yml -e sampling_percentage=50 -e start_now=true",
        "changed, update SUCCESS (/DesiredState), status Running",
        [GET, DESCRIBE, UPDATE, GET, DESCRIBE],
    ),
    Step(
        "List the tests that have not ended.",
        f"ansible-playbook {EXAMPLES}/report.yml",
        f"ok, {EXPERIMENT} Running",
        ["ListResources", GET, DESCRIBE],
    ),
    Step(
        "Stop the test without a decision about the models. The playbook fails before any request.",
        f"ansible-playbook {EXAMPLES}/stop_and_promote.yml",
        "failed, Set -e promote=true to promote the shadow variant, or -e promote=false to remove it.",
        [],
    ),
    Step(
        "Stop the test and promote the shadow variant. Its model becomes the production model.",
        f"ansible-playbook {EXAMPLES}/stop_and_promote.yml -e promote=true",
        "changed, update SUCCESS (production: Remove, shadow: Promote), status Completed",
        [GET, GET, UPDATE, GET],
    ),
    Step(
        "Delete the record of the test. The endpoint stays.",
        f"ansible localhost -m awscc.sagemaker.inference_experiment -a 'name={EXPERIMENT} state=absent'",
        "changed, delete SUCCESS",
        [GET, "DeleteResource", GET],
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if each step has the expected result, 130 after an interrupt, otherwise 1."""
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="print all output of Ansible")
    verbose = parser.parse_args(arguments).verbose
    try:
        return _demo(verbose=verbose)
    except KeyboardInterrupt:
        print("\nInterrupted. The emulator has stopped.")
        return 130


def _demo(*, verbose: bool) -> int:
    with EmulatorServer(operation_seconds=0.2, transition_seconds=0.2) as server:
        seed = server.seed(REGION)
        _print(
            f"An emulator of AWS runs on this machine, with the endpoint {seed.endpoint_name} and two models.",
            f"{seed.production_model} answers the requests. A shadow test tries {seed.shadow_model}.",
            "",
        )
        for number, step in enumerate(STEPS, 1):
            _print(f"{number}. {step.title}", f"   $ {step.command}")
            problems = run(step, server, verbose=verbose)
            if problems:
                _print(*problems, "The demo FAILED.")
                return 1
        actual = serving_models(server, seed.endpoint_name)
    if actual != [seed.shadow_model]:
        _print(f"The endpoint has the models {actual}, not {seed.shadow_model}.", "The demo FAILED.")
        return 1
    _print(
        f"The endpoint now has the model {seed.shadow_model} only. Each step had the expected result.",
        "Print all output of Ansible: make demo V=1. Try your own playbooks: make emulator.",
    )
    return 0


def run(step: Step, server: EmulatorServer, *, verbose: bool = False) -> list[str]:
    """Run the command of a step and print its result and its requests. Return the differences from the expectation."""
    before = len(server.log)
    output, results = _ansible(step.command, server, verbose=verbose)
    result = summary(results)
    requests = [record.operation for record in server.log[before:] if record.operation != POLL]
    _print(f"   {result}", f"   requests: {short(requests)}")
    problems = []
    if result != step.result:
        problems.append(f"Expected the result: {step.result}\n{output}")
    if requests != list(step.requests):
        problems.append(f"Expected the requests: {', '.join(step.requests) or 'none'}")
    return problems


def _ansible(line: str, server: EmulatorServer, *, verbose: bool) -> tuple[str, list[dict[str, Any]]]:
    """Run a command line of Ansible. Return its output, which is empty if it was printed, and the tasks' results."""
    program, *arguments = shlex.split(line)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "results"
        file.touch()
        callback = {
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tools" / "callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": "results",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true",
            "RESULTS_FILE": str(file),
        }
        process = subprocess.Popen(
            [command(program), *arguments],
            cwd=ROOT,
            env={**emulator_environment(server.endpoint_url), **callback},
            stdin=subprocess.DEVNULL,
            stdout=None if verbose else subprocess.PIPE,
            stderr=None if verbose else subprocess.STDOUT,
            text=True,
        )
        try:
            output = process.communicate()[0]
        except KeyboardInterrupt:
            # Ctrl-C reaches Ansible too. The emulator must not stop before Ansible.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
            raise
        finally:
            process.kill()
            process.wait()
        return output or "", [json.loads(result) for result in file.read_text(encoding="utf-8").splitlines()]


def summary(results: Sequence[dict[str, Any]]) -> str:
    """Return the result of the last task that failed or that ran a module of the collection, on one line."""
    ours = [
        result
        for result in results
        if result["failed"] or "inference_experiment" in result or "inference_experiments" in result
    ]
    if not ours:
        return "no result"
    result = ours[-1]
    if result["failed"]:
        return f"failed, {result['msg']}"
    parts = ["changed" if result["changed"] else "ok"]
    for operation in result.get("operations", []):
        paths = [part["path"] for part in operation.get("patch_document", []) if part["op"] != "test"]
        actions = [f"{name}: {action}" for name, action in result.get("variant_actions", {}).items()]
        details = f" ({', '.join(actions or paths)})" if paths else ""
        parts.append(f"{operation['operation']} {operation['operation_status']}{details}")
    parts += [f"{experiment['name']} {experiment['status']}" for experiment in result.get("inference_experiments", [])]
    if result.get("inference_experiment"):
        parts.append(f"status {result['inference_experiment']['status']}")
    return ", ".join(parts)


def short(requests: Sequence[str]) -> str:
    """Return the names of the writes, and the numbers of reads between them."""
    parts = []
    for is_read, group in groupby(requests, key=lambda name: name.startswith(("Get", "List", "Describe"))):
        names = list(group)
        parts += [f"{len(names)} {'read' if len(names) == 1 else 'reads'}"] if is_read else names
    return ", ".join(parts) or "none"


def serving_models(server: EmulatorServer, endpoint_name: str) -> list[str]:
    """Return the models of the endpoint's variants."""
    sagemaker = server.client("sagemaker", REGION)
    config = sagemaker.describe_endpoint(EndpointName=endpoint_name)["EndpointConfigName"]
    variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    return [variant["ModelName"] for variant in variants]


def _print(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
