"""Write the page of the facts about AWS, with their evidence: `python -m tools.generated_docs.facts`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conformance.fact import Fact
from tests.conformance.facts import FACTS
from tests.support.environment import ROOT

PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_facts.rst"
RESULTS = ROOT / "tests" / "conformance" / "results"
_HEAD = """\
.. _ansible_collections.awscc.sagemaker.docsite.guide_facts:

Facts about AWS
===============

.. Written by "python -m tools.generated_docs.facts" from tests/conformance.

The modules and the emulator rely on the facts on this page. {observed}

Each fact has a check in boto3, without code of the collection. The tests of the collection run all checks against the
emulator.

The evidence for a fact:

- *observed on AWS*: a check on AWS has confirmed the fact.
- *documented*: AWS, or a package with data of AWS, documents the fact.
- *published source*: AWS has published the source code. The deployed version can be newer.
- *assumed*: no source confirms the fact.

The time of a check on AWS is an estimate. Some facts share the calls of a check, which run only once. Statements that
AWS *may* do something are not on this page, because no check can contradict them. For example, GetResource may not find
a new resource for some seconds.

Run the checks on AWS
---------------------

In a clone of the repository:

.. code-block:: console

    $ make conformance AWS=1 REGION=us-east-1 ENDPOINT=my-endpoint ROLE_ARN=arn:aws:iam::123456789012:role/my-role \\
        PRODUCTION_MODEL=my-model SHADOW_MODEL=my-other-model

- The checks use your AWS credentials, for example of the variable ``AWS_PROFILE``.
- ``ENDPOINT`` must have one production variant, with ``PRODUCTION_MODEL``. Use an endpoint without production traffic,
  because some checks replace its production model.
- ``ROLE_ARN`` is the execution role of the experiments.
- ``FACTS=id,id`` runs only the checks with these ids.

Before the checks create anything, they print the resources, the costs and the time, and ask. At the end, also after
``Ctrl-C`` or a failure, they remove all experiments and restore the configuration of the endpoint. Without ``AWS=1``,
the checks run against the emulator.

The last line of the output names a file with the results. To publish the results, attach this file to an
`issue <https://github.com/awscc/ansible-collection-sagemaker/issues/new?template=conformance.yml>`__.
"""
_NONE_OBSERVED = "**No fact on this page has been observed on AWS so far.**"


def page(results: Path = RESULTS) -> str:
    """Return the page, with the observations in the result files of a folder."""
    observed = observations(results)
    intro = f"{len(observed)} of {len(FACTS)} facts have been checked on AWS." if observed else _NONE_OBSERVED
    areas = itertools.groupby(FACTS.values(), lambda fact: fact.area)
    return "\n".join([_HEAD.format(observed=intro), *(line for area in areas for line in _area(*area, observed))])


def observations(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the latest observation on AWS of each fact, with its date."""
    files = (json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json"))
    on_aws = sorted((file for file in files if file["target"] == "aws"), key=lambda file: file["date"])
    return {each["fact"]: {**each, "date": file["date"]} for file in on_aws for each in file["facts"]}


def _area(title: str, facts: Iterator[Fact], observed: Mapping[str, Any]) -> Sequence[str]:
    rows = [
        (f"{_literals(each.sentence)} (``{each.id}``)", _evidence(each, observed.get(each.id)), _check(each))
        for each in facts
    ]
    cells = [line for row in rows for line in (f"   * - {row[0]}", f"     - {row[1]}", f"     - {row[2]}")]
    head = [".. list-table::", "   :header-rows: 1", "   :widths: 55 25 20", ""]
    return [title, "-" * len(title), "", *head, "   * - Fact", "     - Evidence", "     - Check on AWS", *cells, ""]


def _evidence(fact: Fact, observed: Mapping[str, Any] | None) -> str:
    source = "assumed" if fact.source.kind == "assumed" else f"{fact.source.kind}: {fact.source.title}"
    if observed is None:
        return source
    if observed["holds"]:
        return f"observed on AWS on {observed['date']}. {source}"
    return f"AWS differed on {observed['date']}: ``{json.dumps(observed['observed'])}``. {source}"


def _check(fact: Fact) -> str:
    return f"not run. {fact.emulator_only}" if fact.emulator_only else f"about {fact.minutes} min, {fact.cost}"


def _literals(text: str) -> str:
    return text.replace("`", "``")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
