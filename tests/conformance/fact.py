"""A fact: its sentence, its source, the expected observation, and the check that makes the observation."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from tests.conformance.account import Account

Check = Callable[[Account], Any]


class Source(NamedTuple):
    """The evidence for a fact: `documented`, `published source` or `assumed`, and the document."""

    kind: str
    title: str


HANDLER = Source(
    "published source",
    "resource handler, aws-cloudformation/aws-cloudformation-resource-providers-sagemaker, commit a9c8d47",
)
PLUGIN = Source(
    "published source",
    "library of the resource handler, aws-cloudformation/cloudformation-cli-java-plugin, commit 4464c46",
)
MODEL = Source("documented", "service models of botocore")
SCHEMA = Source("documented", "schema of AWS::SageMaker::InferenceExperiment in cfn-lint")
ASSUMED = Source("assumed", "no source")


def guide(title: str) -> Source:
    """Return a page of the AWS documentation as a source."""
    return Source("documented", f'AWS documentation, "{title}"')


CLOUD_CONTROL = guide("Cloud Control API User Guide")

FREE = "no charge"
SHADOW = "instances of the shadow variant"
CLOUDWATCH = "requests to CloudWatch"
# Estimates, because no run on AWS has been measured.
UPDATE_MINUTES, START_MINUTES, STOP_MINUTES = 5, 20, 40
NOT_CAUSED = "No request causes this on AWS."


@dataclasses.dataclass(frozen=True)
class Scenario:
    """Calls that several facts share. A run makes the calls once, and the facts read the returned record."""

    name: str
    run: Check
    minutes: int
    cost: str
    emulator_only: str = ""


@dataclasses.dataclass(frozen=True)
class Fact:
    """A fact about AWS.

    `minutes` is the estimated time on AWS. `emulator_only` is the reason why the check does not run on AWS.
    """

    id: str
    area: str
    sentence: str
    source: Source
    expected: Any
    check: Check
    minutes: int
    cost: str
    emulator_only: str = ""
    scenario: str = ""


FACTS: dict[str, Fact] = {}


def scenario(minutes: int, cost: str = FREE, *, emulator_only: str = "") -> Callable[[Check], Scenario]:
    """Make a function a scenario."""
    return lambda run: Scenario(run.__name__, run, minutes, cost, emulator_only)


def fact(
    source: Source,
    expected: Any,
    *,
    minutes: int = 1,
    cost: str = FREE,
    emulator_only: str = "",
    scenario: Scenario | None = None,
    after: Scenario | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a function to FACTS: its name is the id, its docstring the sentence, its return value the observation.

    The function receives the account, or with `scenario` the record of the scenario. With `after`, the function
    receives the account and uses a scenario itself.
    """

    def add(check: Callable[..., Any]) -> Callable[..., Any]:
        area = (sys.modules[check.__module__].__doc__ or "").strip().removesuffix(".")
        sentence = " ".join((check.__doc__ or "").split())
        run = partial(_with_record, scenario, check) if scenario else check
        shared = scenario or after or Scenario("", check, minutes, cost, emulator_only)
        details = (shared.minutes, shared.cost, shared.emulator_only, shared.name)
        assert check.__name__ not in FACTS, f"two facts have the id {check.__name__}"
        FACTS[check.__name__] = Fact(check.__name__, area, sentence, source, expected, run, *details)
        return check

    return add


def _with_record(scenario: Scenario, check: Callable[[Any], Any], account: Account) -> Any:
    return check(account.once(scenario))


def select(ids: Sequence[str], *, on_aws: bool) -> list[Fact]:
    """Return the facts with these ids, by default all that can run. Raises ValueError."""
    if unknown := [each for each in ids if each not in FACTS]:
        raise ValueError(f"unknown facts: {', '.join(unknown)}. The facts are: {', '.join(FACTS)}")
    found = [each for each in FACTS.values() if not ids or each.id in ids]
    if not on_aws:
        return found
    if ids and (local := [each for each in found if each.emulator_only]):
        raise ValueError("; ".join(f"{each.id} does not run on AWS: {each.emulator_only}" for each in local))
    return [each for each in found if not each.emulator_only]


def minutes(facts: Sequence[Fact]) -> int:
    """Return the estimated minutes of facts on AWS; a shared scenario counts once."""
    return sum({each.scenario or each.id: each.minutes for each in facts}.values())
