"""Count the measures and the terms of an area, and compare the counts with the limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from tools.style.areas import Text

TERM = "terms"
TABLES = yaml.safe_load(Path(__file__).with_name("terms.yml").read_text(encoding="utf-8"))
LIMITS: Mapping[str, float] = {**{measure["name"]: measure["limit"] for measure in TABLES["measures"]}, TERM: 0.0}
COLUMNS = tuple(LIMITS)
_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
# Names of options, values and files are no prose: literals, roles and links of reStructuredText, Markdown and Ansible.
_CODE = re.compile(
    r"``[^`]+``|:[\w:]+:`[^`]+`|(?<!`)`[^`<\n]+`(?![`_])|\b(?:[CVOEMUP]|RV)\([^()]*\)|<[^<>\n]*>|\]\([^()\s]*\)|https?://\S+"
)


class Finding(NamedTuple):
    """A word or a term that the style does not use, and the term to use."""

    path: Path
    line: int
    words: str
    column: str
    use: str


class Count(NamedTuple):
    """The words of an area, and the findings in it."""

    words: int
    findings: tuple[Finding, ...]

    def per_1000(self, column: str) -> float:
        """Return the findings of a column per 1,000 words."""
        found = sum(finding.column == column for finding in self.findings)
        return 1000 * found / self.words if self.words else 0.0

    def above_limit(self) -> list[Finding]:
        """Return the findings of those columns that are above their limits."""
        return [finding for finding in self.findings if self.per_1000(finding.column) > LIMITS[finding.column]]


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + pattern.replace(" ", r"\s+") + r")\b", re.IGNORECASE)


_PATTERNS = [
    *((_compiled(measure["pattern"]), measure["name"], "") for measure in TABLES["measures"]),
    *((_compiled(term["pattern"]), TERM, term["use"]) for term in TABLES["terms"] if "pattern" in term),
]


def count(texts: Iterable[Text]) -> Count:
    """Count the words of an area and find those that the style does not use."""
    words, findings = 0, []
    for text in texts:
        prose = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text.words)
        words += len(_WORD.findall(prose))
        for pattern, column, use in _PATTERNS:
            for found in pattern.finditer(prose):
                line = text.line + prose.count("\n", 0, found.start())
                findings.append(Finding(text.path, line, " ".join(found[0].split()), column, use))
    return Count(words, tuple(sorted(findings)))
