"""Find the text of each area: documents, documentation strings, messages, comments and docstrings, test names."""

from __future__ import annotations

import ast
import io
import itertools
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

README, DOCS, MODULES, MESSAGES = "README, CONTRIBUTING", "docs/", "module documentation", "messages"
PLUGINS, TESTS, NAMES = "comments of plugins/", "comments of tests/, tools/", "test names"
AREAS = (README, DOCS, MODULES, MESSAGES, PLUGINS, TESTS, NAMES)

DOCUMENTS = {
    README: ("*.md", "CHANGELOG.rst", "changelogs/fragments/*.yml", ".github/**/*.md", ".github/**/*.yml"),
    DOCS: (
        *("docs/**/*.md", "docs/**/*.rst", "docs/**/*.yml", "docs/**/*.json", "tools/site/index.rst"),
        *("tools/benchmarks/results/*.md", "tests/unit/faults/*.md"),
    ),
}
# The modules' own strings, and those of the documentation fragments.
_DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}
_HEADER = re.compile(r"#!|# (?:Copyright|GNU General Public|SPDX)")
# The end of one piece of a string and the beginning of the next, and the expressions of an f-string.
_SEAM = re.compile(r"""["']\s*\n\s*f?["']|\{[^{}]*\}""")
_QUOTED = re.compile(r"""\A\w*(?:\"\"\"|'''|["'])|(?:\"\"\"|'''|["'])\Z""")


class Text(NamedTuple):
    """A piece of a file: its words, and the line on which it begins."""

    path: Path
    line: int
    words: str


Areas = dict[str, list[Text]]


def areas(root: Path) -> Areas:
    """Return the text of each area of the project below root."""
    found: Areas = defaultdict(list)
    for area, patterns in DOCUMENTS.items():
        for path in sorted({path for pattern in patterns for path in root.glob(pattern)}):
            found[area].append(Text(path, 1, path.read_text(encoding="utf-8")))
    for folder in ("plugins", "tests", "tools"):
        for path in sorted((root / folder).rglob("*.py")):
            _source(path, folder, found)
    return found


def _source(path: Path, folder: str, found: Areas) -> None:
    source = path.read_text(encoding="utf-8")
    if not source:
        return
    lines = source.split("\n")
    nodes = list(ast.walk(ast.parse(source)))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    documentation = _documentation(path, nodes) if folder == "plugins" else set()
    comments = PLUGINS if folder == "plugins" else TESTS
    found[comments] += _comments(path, source)
    for node in _strings(nodes):
        text = Text(path, node.lineno, _slice(lines, node))
        if id(node) in docstrings:
            found[comments].append(text)
        elif id(node) in documentation:
            found[MODULES].append(text)
        elif folder == "plugins" and _is_message(text.words):
            found[MESSAGES].append(text._replace(words=_blank(_SEAM, _blank(_QUOTED, text.words))))
    found[NAMES] += [
        Text(path, node.lineno, node.name.replace("_", " "))
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def _strings(nodes: Sequence[ast.AST]) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield the strings, without those inside of an f-string."""
    inner = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield node
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node


def _documentation(path: Path, nodes: Sequence[ast.AST]) -> set[int]:
    fragment = path.parent.name == "doc_fragments"
    return {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if fragment or node.targets[0].id in _DOCUMENTATION
    }


def _is_message(source: str) -> bool:
    """Return whether a string is prose: regular expressions are raw, and names have no space."""
    return not source.startswith("r") and re.search(r"[A-Za-z,.:] [A-Za-z]", source) is not None


def _comments(path: Path, source: str) -> Iterator[Text]:
    """Yield the comments. Lines that follow each other are one text."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]
    numbered = enumerate((line, words.lstrip("#:")) for line, words in comments if not _HEADER.match(words))
    for _distance, group in itertools.groupby(numbered, lambda entry: entry[1][0] - entry[0]):
        block = [comment for _number, comment in group]
        yield Text(path, block[0][0], "\n".join(words for _line, words in block))


def _slice(lines: Sequence[str], node: ast.Constant | ast.JoinedStr) -> str:
    """Return the source of a node: ast.get_source_segment splits the file for each node, which takes seconds."""
    assert node.end_lineno is not None
    part = list(lines[node.lineno - 1 : node.end_lineno])
    part[-1] = part[-1][: node.end_col_offset]
    part[0] = part[0][node.col_offset :]
    return "\n".join(part)


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Replace matches by white space of the same length and lines, so that positions stay the same."""
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
