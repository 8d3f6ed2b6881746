"""Count the measures and the terms of an area, and compare the counts with the limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tools.style.areas import Text
from tools.style.terms import MEASURES, TERMS

TERM = "terms"
COLUMNS = (*(measure.name for measure in MEASURES), TERM)
LIMITS: Mapping[str, float] = {**{measure.name: measure.limit for measure in MEASURES}, TERM: 0.0}
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


_MEASURES = [(_compiled(measure.pattern), measure.name, "") for measure in MEASURES]
_TERMS = [(_compiled(term.pattern), TERM, term.use) for term in TERMS if term.pattern]


def count(texts: Iterable[Text]) -> Count:
    """Count the words of an area and find those that the style does not use."""
    words, findings = 0, []
    for text in texts:
        prose = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text.words)
        words += len(_WORD.findall(prose))
        for pattern, column, use in (*_MEASURES, *_TERMS):
            for found in pattern.finditer(prose):
                line = text.line + prose.count("\n", 0, found.start())
                findings.append(Finding(text.path, line, " ".join(found[0].split()), column, use))
    return Count(words, tuple(sorted(findings)))
