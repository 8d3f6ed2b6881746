# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutants: each a file of the collection with one small fault in it, as Cosmic Ray makes them."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.environment import ROOT

SOURCES = ROOT / "plugins" / "module_utils"

# The opposite, and for an order its border too. Cosmic Ray has all pairs; the others fail the same tests.
_OPPOSITES = (
    *(("Eq", "NotEq"), ("NotEq", "Eq"), ("Is", "IsNot"), ("IsNot", "Is")),
    *(("Lt", "GtE"), ("Lt", "LtE"), ("LtE", "Gt"), ("LtE", "Lt")),
    *(("Gt", "LtE"), ("Gt", "GtE"), ("GtE", "Lt"), ("GtE", "Gt")),
)
_ARITHMETIC = (
    *(("Add", "Sub"), ("Sub", "Add"), ("Mul", "Div"), ("Div", "Mul"), ("Mod", "Mul"), ("Pow", "Mul")),
    *(("BitOr", "BitAnd"), ("BitAnd", "BitOr")),
)
OPERATORS = (
    "core/AddNot",
    "core/NumberReplacer",
    "core/ZeroIterationForLoop",
    "core/RemoveDecorator",
    "core/ExceptionReplacer",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceUnaryOperator_USub_UAdd",
    *(f"core/ReplaceComparisonOperator_{one}_{other}" for one, other in _OPPOSITES),
    *(f"core/ReplaceBinaryOperator_{one}_{other}" for one, other in _ARITHMETIC),
)


@dataclass(frozen=True)
class Mutant:
    """One fault in one file."""

    path: Path
    operator: str
    lines: frozenset[int]
    source: str
    change: str
    """The lines that differ, as a diff has them: what the fault is known by."""

    @property
    def key(self) -> str:
        return f"{self.name}\n{self.change}"

    @property
    def name(self) -> str:
        return f"{self.path.relative_to(SOURCES)}:{min(self.lines)} {self.operator.removeprefix('core/')}"


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield the mutants of a file that differ from it for Python; annotations and marks in signatures do not count."""
    code = path.read_text(encoding="utf-8")
    seen = {_meaning(code)}
    for name in OPERATORS:
        operator = plugins.get_operator(name)()
        occurrences = sum(len(list(operator.mutation_positions(node))) for node in ast_nodes(get_ast(code)))
        for occurrence in range(occurrences):
            mutated = mutate_code(code, operator, occurrence)
            meaning = _meaning(mutated)
            if meaning is None or meaning in seen:
                continue
            seen.add(meaning)
            lines, change = _difference(code, mutated)
            yield Mutant(path, name, lines, mutated, change)


def _meaning(code: str) -> str | None:
    """Return what the code is to Python, less its annotations and the marks in signatures; None if it is no code."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        elif isinstance(node, ast.arguments):
            # Whether a parameter may be given by its name only, or by its place only, is for those who write calls.
            node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
            node.posonlyargs, node.kwonlyargs = [], []
            node.kw_defaults = [default for default in node.kw_defaults if default]
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
    return ast.dump(tree)


def _difference(code: str, mutated: str) -> tuple[frozenset[int], str]:
    before, after = code.splitlines(), mutated.splitlines()
    lines: set[int] = set()
    words = []
    for tag, begin, end, other_begin, other_end in difflib.SequenceMatcher(None, before, after).get_opcodes():
        if tag != "equal":
            lines.update(range(begin + 1, max(end, begin + 1) + 1))
            words += [f"- {line.strip()}" for line in before[begin:end]]
            words += [f"+ {line.strip()}" for line in after[other_begin:other_end]]
    return frozenset(lines), "\n".join(words)
