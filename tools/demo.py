"""Run the playbooks in docs/examples against an emulator of AWS: `make demo`.

A shadow test ends in a promotion, and another in a rejection. The demo prints each command, its messages and its
result. It fails if a command has another result than SCENARIOS expects.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.emulator.clock import ManualClock
from tests.emulator.server import EmulatorServer
from tests.support.environment import REGION, ROOT, command, emulator_environment

EXAMPLES = "docs/examples"
# The second scenario has another region, so that it has its own endpoint with the same name.
SECOND = "eu-west-1"
UPDATE = "UpdateResource"
HOUR = 3600


class Step(NamedTuple):
    """A command, and its expected result."""

    title: str
    command: str
    result: str


class Scenario(NamedTuple):
    """A shadow test in a region: its traffic by variant, its steps, and the model that serves afterwards."""

    region: str
    variants: Mapping[str, Any]
    steps: Sequence[Step]
    serving: str


PRODUCTION = {"model_latency": {"p50": 20_000, "p90": 35_000, "p99": 60_000}, "model_error_rate": 0.001}
SHADOW = {"model_latency": {"p50": 15_000, "p90": 24_000, "p99": 45_000}, "model_error_rate": 0.002}

SCENARIOS = (
    Scenario(
        REGION,
        {"production": PRODUCTION, "shadow": SHADOW},
        (
            Step(
                "Start a shadow test. 10 % of the requests are copied to demo-model-b.",
                f"ansible-playbook {EXAMPLES}/shadow_test.yml -e start_now=true",
                "changed, create SUCCESS, update SUCCESS (/DesiredState), status Running",
            ),
            Step(
                "Raise the percentage to 100. Before each step, check the requests of the last hour.",
                f"ansible-playbook {EXAMPLES}/ramp_up.yml -e step_minutes=0",
                "changed, update SUCCESS (/ShadowModeConfig/ShadowModelVariants), status Running",
            ),
            Step(
                "Compare the variants, and promote demo-model-b if it meets all limits.",
                f"ansible-playbook {EXAMPLES}/promote_if_better.yml",
                "changed, update SUCCESS (production: Remove, shadow: Promote), status Completed, promoted: true",
            ),
        ),
        "demo-model-b",
    ),
    Scenario(
        SECOND,
        {"production": PRODUCTION, "shadow": {**SHADOW, "model_error_rate": 0.04}},
        (
            Step(
                "Start the same test in another region.",
                f"ansible-playbook {EXAMPLES}/shadow_test.yml -e region={SECOND} -e start_now=true",
                "changed, create SUCCESS, update SUCCESS (/DesiredState), status Running",
            ),
            Step(
                "Compare the variants. demo-model-b has too many errors, so its variant is removed.",
                f"ansible-playbook {EXAMPLES}/promote_if_better.yml -e region={SECOND} -e if_worse=remove",
                "changed, update SUCCESS (production: Retain, shadow: Remove), status Cancelled, promoted: false",
            ),
        ),
        "demo-model-a",
    ),
)
STEPS = tuple(step for scenario in SCENARIOS for step in scenario.steps)


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
    numbers = itertools.count(1)
    # The time passes only by the callback, so that all runs of the demo have the same metrics.
    durations: Any = dict.fromkeys(("operation_seconds", "transition_seconds", "start_callback_seconds"), 0.0)
    with EmulatorServer(clock=ManualClock(), **durations) as server:
        _print(
            "An emulator of AWS runs on this machine. demo-model-a answers the requests to demo-endpoint, 6,000",
            "a minute. A shadow test tries demo-model-b. The clock moves by one hour after each update.",
            "",
        )

        def pass_hour() -> None:
            server.clock.advance(HOUR)
            server.on_answer(UPDATE, pass_hour)

        server.on_answer(UPDATE, pass_hour)
        for scenario in SCENARIOS:
            problems = _run_scenario(scenario, server, numbers, verbose=verbose)
            if problems:
                _print(*problems, "The demo FAILED.")
                return 1
    _print(
        "",
        "Each step had the expected result. Print all output of Ansible: make demo V=1.",
        "Try your own playbooks: make emulator.",
    )
    return 0


def _run_scenario(
    scenario: Scenario, server: EmulatorServer, numbers: Iterator[int], *, verbose: bool
) -> Sequence[str]:
    """Run the steps and print the model that serves. Return the differences from the expectation."""
    endpoint = server.seed(scenario.region).endpoint_name
    server.traffic(endpoint, scenario.region, invocations_per_minute=6000, variants=scenario.variants)
    for step in scenario.steps:
        _print(f"{next(numbers)}. {step.title}", f"   $ {step.command}")
        if problems := run(step, server, verbose=verbose):
            return problems
    actual = serving_models(server, endpoint, scenario.region)
    _print(f"   DescribeEndpoint in {scenario.region} returns: {', '.join(actual)}")
    return [] if actual == [scenario.serving] else [f"Expected: {scenario.serving}"]


def run(step: Step, server: EmulatorServer, *, verbose: bool = False) -> list[str]:
    """Run the command of a step. Print its messages and its result. Return the differences from the expectation."""
    output, results = _ansible(step.command, server, verbose=verbose)
    result = summary(results)
    _print(*(f"   {line}" for line in messages(results)), f"   {result}")
    return [] if result == step.result else [f"Expected the result: {step.result}\n{output}"]


def _ansible(line: str, server: EmulatorServer, *, verbose: bool) -> tuple[str, list[dict[str, Any]]]:
    """Run a command line of Ansible. Return its output, which is empty if it was printed, and the tasks' results."""
    program, *arguments = shlex.split(line)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "results"
        file.touch()
        callback = {
            "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tools" / "callbacks"),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "true",
            "RESULTS_FILE": str(file),
        }
        done = subprocess.run(
            [command(program), *arguments],
            cwd=ROOT,
            env={**emulator_environment(server.endpoint_url), **callback},
            stdin=subprocess.DEVNULL,
            stdout=None if verbose else subprocess.PIPE,
            stderr=None if verbose else subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout or "", [json.loads(result) for result in file.read_text(encoding="utf-8").splitlines()]


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
    if "promoted" in result:
        parts.append(f"promoted: {json.dumps(result['promoted'])}")
    return ", ".join(parts)


def messages(results: Sequence[dict[str, Any]]) -> list[str]:
    """Return the messages of ansible.builtin.debug."""
    found = [result["msg"] for result in results if "_ansible_verbose_always" in result]
    return [line for message in found for line in (message if isinstance(message, list) else [message])]


def serving_models(server: EmulatorServer, endpoint_name: str, region: str) -> list[str]:
    """Return the models of the production variants, as DescribeEndpoint and DescribeEndpointConfig return them."""
    sagemaker = server.client("sagemaker", region)
    config = sagemaker.describe_endpoint(EndpointName=endpoint_name)["EndpointConfigName"]
    variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    return [variant["ModelName"] for variant in variants]


def _print(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
