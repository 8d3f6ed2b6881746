"""Check the facts against the emulator, or with --aws against an account of AWS. `make conformance` runs this program.

With --aws, the program prints its plan and asks before it creates anything. It removes everything that it has created,
also after a failure, Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.conformance import run, targets
from tests.conformance.account import TAG, Account, Resources, Time
from tests.conformance.fact import SHADOW, Fact, minutes, select
from tests.conformance.facts import FACTS

RESULTS = run.ROOT / ".build" / "conformance"
PRICES = "https://aws.amazon.com/sagemaker/pricing/"
PRICES_OF_REQUESTS = "https://aws.amazon.com/cloudwatch/pricing/"
ISSUES = "https://github.com/awscc/ansible-collection-sagemaker/issues/new?template=conformance.yml"
REQUIRED = ("region", "role_arn", "endpoint", "production_model", "shadow_model")


def main(
    arguments: Sequence[str] | None = None,
    *,
    clock: Time = targets.REAL_TIME,
    ask: Callable[[str], str] = input,
    folder: Path = RESULTS,
) -> int:
    """Return 0 if all facts hold and nothing is left."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        chosen = select(options.facts, on_aws=options.aws)
        select(options.contradict, on_aws=False)
        contradiction = _contradicted(options.contradict) if options.contradict else contextlib.nullcontext()
    except ValueError as error:
        parser.error(str(error))
    if options.aws:
        if options.contradict:
            parser.error("--contradict changes the emulator, not AWS")
        if missing := [f"--{name.replace('_', '-')}" for name in REQUIRED if not getattr(options, name)]:
            parser.error(f"--aws requires {', '.join(missing)}")
        return _on_aws(chosen, options, clock, ask, folder)
    with targets.emulator() as emulator:
        account = targets.EmulatedAccounts(emulator).new()
        results: list[run.Result] = []
        with contradiction:
            _check(chosen, account, results)
    return _finish(results, folder, target="emulator", region=targets.REGION, clock=clock)


def _parser() -> argparse.ArgumentParser:
    def ids(text: str) -> list[str]:
        return [part for part in text.split(",") if part]

    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--facts", type=ids, default=[], help="the ids of the facts to check, separated by commas")
    contradict = "the ids of the facts that the emulator contradicts, separated by commas"
    parser.add_argument("--contradict", type=ids, default=[], help=contradict)
    parser.add_argument("--aws", action="store_true", help="check an account of AWS, with the caller's credentials")
    for name in REQUIRED:
        parser.add_argument(f"--{name.replace('_', '-')}", help=f"the {name.replace('_', ' ')}, only with --aws")
    return parser


def _contradicted(ids: Sequence[str]) -> Any:
    from tests.conformance.contradictions import contradicted

    return contradicted(ids)


def _check(facts: Sequence[Fact], account: Account, results: list[run.Result], *, verbose: bool = False) -> None:
    for result in run.run(facts, account):
        results.append(result)
        if verbose or not result.holds:
            _print(f"{'holds' if result.holds else 'DIFFERS':8}{result.fact} ({result.seconds:.0f} s)")
        if not result.holds:
            _print(f"        {FACTS[result.fact].sentence}")
            _print(f"        expected: {json.dumps(result.expected)}")
            _print(f"        observed: {json.dumps(result.observed)}")


def _finish(results: Sequence[run.Result], folder: Path, *, target: str, region: str, clock: Time) -> int:
    """Write the result file and print the summary. Return 0 if all facts hold."""
    date = clock.now().date().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{target}-{date}.json"
    report = run.report(results, target=target, region=region, date=date)
    file.write_text(json.dumps(report, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    held, seconds = sum(result.holds for result in results), sum(result.seconds for result in results)
    _print(f"{held} of {len(results)} facts hold ({target}, {seconds:.0f} s). Results: {file}")
    return 0 if held == len(results) else 1


# AWS


def _on_aws(facts: Sequence[Fact], options: Any, clock: Time, ask: Callable[[str], str], folder: Path) -> int:
    resources = Resources(*(getattr(options, name) for name in REQUIRED))
    try:
        account = targets.aws(resources, clock)
    except (BotoCoreError, ClientError, ValueError) as error:
        _print(str(error))
        return 1
    _print(plan(account, facts))
    with contextlib.suppress(EOFError):
        if ask("Type yes to continue: ").strip() == "yes":
            return _run_on_aws(facts, account, clock, folder)
    _print("Nothing was created.")
    return 1


def _run_on_aws(facts: Sequence[Fact], account: Account, clock: Time, folder: Path) -> int:
    results: list[run.Result] = []
    with _signals(_interrupt):
        try:
            _check(facts, account, results, verbose=True)
        except KeyboardInterrupt:
            _print("Interrupted.")
        finally:
            failures = _remove(account)
    code = _finish(results, folder, target="aws", region=account.resources.region, clock=clock)
    _print(f"To publish the results, attach the file to an issue: {ISSUES}")
    return 1 if failures or len(results) < len(facts) else code


def _remove(account: Account) -> list[str]:
    """Remove everything; signals are ignored meanwhile. Print and return a line for each failure."""
    with _signals(signal.SIG_IGN):
        _print("Removing all experiments of this run and restoring the endpoint. Do not interrupt.")
        failures = account.remove_all()
    for failure in failures:
        _print(f"NOT REMOVED: {failure}")
    if not failures:
        _print("Everything is removed.")
    return failures


@contextlib.contextmanager
def _signals(action: Any) -> Iterator[None]:
    before = {number: signal.signal(number, action) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def plan(account: Account, facts: Sequence[Fact]) -> str:
    """Return the text about resources, costs and time."""
    caller = account.client("sts").get_caller_identity()
    instance, endpoint = account.variant["InstanceType"], account.resources.endpoint
    left_out = len([fact for fact in FACTS.values() if fact.emulator_only])
    hours, rest = divmod(minutes(facts), 60)
    shadow = any(fact.cost == SHADOW for fact in facts)
    lines = [
        f"Caller:     {caller['Arn']}, account {caller['Account']}, region {account.resources.region}",
        f"Facts:      {len(facts)}. {left_out} further facts can be checked against the emulator only.",
        f"Creates:    inference experiments {account.prefix}..., one at a time on the endpoint {endpoint},",
        f"            with the tag {TAG}={account.run_id}. SageMaker creates endpoint configurations for them.",
        f"Changes:    the endpoint {endpoint}, also its production model. Use an endpoint without production traffic.",
        "Removes:    all experiments and new endpoint configurations at the end, also after Ctrl-C or a failure.",
        f"            The endpoint returns to its configuration {account.original_config}.",
        f"Cost:       {_cost(instance) if shadow else 'no instances.'}",
        f"            Requests to CloudWatch for metrics are charged: {PRICES_OF_REQUESTS}",
        f"Time:       about {hours} h {rest} min. This is an estimate, because no run on AWS has been measured.",
    ]
    return "\n".join(lines)


def _cost(instance: str) -> str:
    return (
        f"while an experiment is running, one more instance of {instance}. While SageMaker updates the\n"
        f"            endpoint, the instances of the old and the new configuration. The price of an instance hour\n"
        f"            depends on region and instance type. See real-time inference at {PRICES}"
    )


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
