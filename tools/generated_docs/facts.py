"""Write the page of the facts about AWS, with their evidence: `python -m tools.generated_docs`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conformance.fact import Fact
from tests.conformance.facts import FACTS
from tests.support.environment import ROOT
from tools.generated_docs import render

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_facts.rst"
RESULTS = ROOT / "tests" / "conformance" / "results"
_NONE_OBSERVED = "**No fact on this page has been observed on AWS so far.**"


def page(results: Path = RESULTS) -> str:
    """Return the page, with the observations in the result files of a folder."""
    observed = observations(results)
    intro = f"{len(observed)} of {len(FACTS)} facts have been checked on AWS." if observed else _NONE_OBSERVED
    areas = {area: list(facts) for area, facts in itertools.groupby(FACTS.values(), lambda fact: fact.area)}

    def evidence(fact: Fact) -> str:
        return _evidence(fact, observed.get(fact.id))

    return render("facts.rst.j2", observed=intro, areas=areas, evidence=evidence)


def observations(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the latest observation on AWS of each fact, with its date."""
    files = (json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json"))
    on_aws = sorted((file for file in files if file["target"] == "aws"), key=lambda file: file["date"])
    return {each["fact"]: {**each, "date": file["date"]} for file in on_aws for each in file["facts"]}


def _evidence(fact: Fact, observed: Mapping[str, Any] | None) -> str:
    source = "assumed" if fact.source.kind == "assumed" else f"{fact.source.kind}: {fact.source.title}"
    if observed is None:
        return source
    if observed["holds"]:
        return f"observed on AWS on {observed['date']}. {source}"
    return f"AWS differed on {observed['date']}: ``{json.dumps(observed['observed'])}``. {source}"
