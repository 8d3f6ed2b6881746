"""The facts hold on the emulator, and the check of each fact notices its contradiction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.conformance import run
from tests.conformance.contradictions import CONTRADICTIONS, contradicted
from tests.conformance.facts import FACTS
from tests.conformance.targets import EmulatedAccounts, emulator
from tests.support.environment import ROOT

GROUPS = 13
"""The contradictions of a group are tested together, because one run of all checks takes seconds."""


@pytest.fixture(scope="module")
def accounts() -> Iterator[EmulatedAccounts]:
    with emulator() as emulated:
        yield EmulatedAccounts(emulated)


def failed(facts: Sequence[str], contradictions: Sequence[str], accounts: EmulatedAccounts) -> list[str]:
    """Return the facts that do not hold with these contradictions."""
    account = accounts.new()
    with contradicted(contradictions):
        return [result.fact for result in run.run([FACTS[each] for each in facts], account) if not result.holds]


def test_each_fact_has_sentence_and_contradiction() -> None:
    assert set(FACTS) == set(CONTRADICTIONS)
    assert [each.id for each in FACTS.values() if not each.sentence.endswith(".")] == []


def test_checks_do_not_use_code_of_collection() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "conformance").rglob("*.py")]
    assert [text for text in sources if "ansible_collections" in text or "plugins" in text] == []


def test_all_facts_hold_on_emulator_and_nothing_is_left(accounts: EmulatedAccounts) -> None:
    account = accounts.new()
    before = account.serving()
    assert [result for result in run.run(list(FACTS.values()), account) if not result.holds] == []
    assert account.remove_all() == []
    assert account.sagemaker.list_inference_experiments()["InferenceExperiments"] == []
    assert account.serving() == before


@pytest.mark.parametrize("fact", FACTS)
def test_check_fails_if_fact_is_contradicted(fact: str, accounts: EmulatedAccounts) -> None:
    assert failed([fact], [fact], accounts) == [fact]


@pytest.mark.slow(reason="each group runs all checks")
@pytest.mark.parametrize("group", range(GROUPS))
def test_other_checks_hold_if_facts_are_contradicted(group: int, accounts: EmulatedAccounts) -> None:
    ids = list(FACTS)[group::GROUPS]
    assert failed([each for each in FACTS if each not in ids], ids, accounts) == [], f"contradicted: {', '.join(ids)}"
