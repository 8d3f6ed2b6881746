"""tools/style: the text of each area, the counts, and the result of the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.style.__main__ import main
from tools.style.areas import DOCS, MESSAGES, MODULES, NAMES, PLUGINS, README, TESTS, Text, areas
from tools.style.counts import TABLES, TERM, count

MODULE = '''\
#!/usr/bin/python
# Copyright (c) somebody

DOCUMENTATION = r"""
module: some
"""
'''
ENGINE = '''\
"""Return one thing.

And another.
"""

NAME = "two#words"
PATTERN = r"any word"


def fail(name):
    # The first line of a reason,
    # and the second.
    raise ValueError(
        f"The value {name!r} is"
        " not allowed."
    )  # at once
'''
TEST = '''\
def test_get_returns_none():
    """Check it."""
    text = "not # a comment"
'''
FILES = {
    "README.md": "# Title\n",
    "docs/docsite/rst/guide.rst": "Guide\n",
    "docs/examples/play.yml": "---\n",
    "plugins/modules/some.py": MODULE,
    "plugins/doc_fragments/shared.py": 'class Fragment:\n    SHARED = r"""\n    notes:\n    """\n',
    "plugins/module_utils/engine.py": ENGINE,
    "tests/unit/test_some.py": TEST,
    "tools/some.py": "# A tool.\n",
}


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        (README, [("README.md", 1, "# Title")]),
        (DOCS, [("play.yml", 1, "---"), ("guide.rst", 1, "Guide")]),
        (MODULES, [("shared.py", 2, 'r""" notes: """'), ("some.py", 4, 'r""" module: some """')]),
        (MESSAGES, [("engine.py", 14, "The value is not allowed.")]),
        (
            PLUGINS,
            [
                ("engine.py", 1, '"""Return one thing. And another. """'),
                ("engine.py", 11, "The first line of a reason, and the second."),
                ("engine.py", 16, "at once"),
            ],
        ),
        (TESTS, [("test_some.py", 2, '"""Check it."""'), ("some.py", 1, "A tool.")]),
        (NAMES, [("test_some.py", 1, "test get returns none")]),
    ],
)
def test_areas_collects_text_of_area_with_first_line(
    tmp_path: Path, area: str, expected: list[tuple[str, int, str]]
) -> None:
    found = areas(_write(tmp_path, FILES))[area]
    assert sorted((text.path.name, text.line, " ".join(text.words.split())) for text in found) == sorted(expected)


TERMS = [term for term in TABLES["terms"] if "pattern" in term]


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term["avoid"])
def test_count_finds_term_and_names_standard_term(term: dict[str, str]) -> None:
    findings = count([Text(Path("x.md"), 1, term["example"])]).findings
    assert term["use"] in [finding.use for finding in findings if finding.column == TERM]


def test_count_returns_findings_with_line_and_ignores_code() -> None:
    text = "One\ntask goes\non. The code ``Refused``, C(told) and [it](docs/trouble.md)"
    (finding,) = count([Text(Path("x.rst"), 1, text)]).findings
    assert (finding.line, finding.words, finding.column) == (2, "goes on", TERM)


@pytest.mark.parametrize(
    ("file", "text", "code", "printed"),
    [
        ("README.md", "It told us.\n", 1, "README.md:1: 'told'"),
        ("docs/a.md", "\nThe fate\n", 1, "docs/a.md:2: 'fate': use the variant actions"),
        ("tests/test_a.py", "# It told us.\n", 0, "comments of tests/"),
    ],
    ids=["above limit", "term", "without limit"],
)
def test_main_fails_if_limited_area_is_above_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, code: int, printed: str
) -> None:
    assert main(_write(tmp_path, {file: text})) == code
    assert printed in capsys.readouterr().out
