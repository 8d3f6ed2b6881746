"""Mutants: each is the syntax tree of a file with one small fault."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise, zip_longest
from pathlib import Path
from types import CodeType
from typing import Any, cast

# Characters that are shown before and after a change.
_CONTEXT = 40
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# The opposite of each operator, and for an order the operator with the other boundary too.
_COMPARISONS: Mapping[type[ast.cmpop], Sequence[type[ast.cmpop]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
}
_ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_JUMPS: Mapping[type[ast.stmt], type[ast.stmt]] = {ast.Continue: ast.Break, ast.Break: ast.Continue}


@dataclass(frozen=True, eq=False)
class Mutant:
    """The replacement of one field of one node of the tree."""

    file: str
    tree: ast.Module
    parents: tuple[ast.AST, ...]
    """All nodes that contain the changed node, the outermost first."""
    node: ast.AST
    field: str
    replacement: Any
    place: ast.AST
    """The node with the position of the fault."""

    @cached_property
    def key(self) -> str:
        position = cast("ast.expr", self.place)
        return f"{self.file}:{position.lineno}:{position.col_offset} {self.change}"

    @cached_property
    def change(self) -> str:
        """Return the changed part of the line before and after, as ast.unparse() writes them."""
        statement = next(node for node in reversed(self._chain) if isinstance(node, (ast.stmt, ast.excepthandler)))
        before = ast.unparse(statement).splitlines()
        with self._applied():
            after = ast.unparse(statement).splitlines()
        old, new = next((old, new) for old, new in zip_longest(before, after, fillvalue="") if old != new)
        begin = _common(old, new)
        end = _common(old[:begin:-1], new[:begin:-1])
        return "  ->  ".join(line[max(0, begin - _CONTEXT) : len(line) - end + _CONTEXT].strip() for line in (old, new))

    @property
    def lines(self) -> range:
        position = cast("ast.expr", self.place)
        return range(position.lineno, (position.end_lineno or position.lineno) + 1)

    @property
    def function(self) -> str:
        """Return the qualified name of the innermost function or class with the fault, or an empty string."""
        return ".".join(node.name for node in self.parents if isinstance(node, (*_FUNCTIONS, ast.ClassDef)))

    @property
    def in_function(self) -> bool:
        """Return whether the fault runs when a function is called, and not already when the file is imported."""
        functions = [
            outer
            for outer, inner in pairwise(self._chain)
            if (isinstance(outer, _FUNCTIONS) and inner in outer.body)
            or (isinstance(outer, ast.Lambda) and inner is outer.body)
        ]
        return bool(functions) and getattr(functions[0], "name", None) not in _called_on_import(self.tree)

    def code(self, filename: str) -> CodeType:
        """Return the compiled file with the fault."""
        with self._applied():
            return compile(self.tree, filename, "exec", dont_inherit=True)

    @property
    def _chain(self) -> tuple[ast.AST, ...]:
        return (*self.parents, self.node)

    @contextmanager
    def _applied(self) -> Iterator[None]:
        original = getattr(self.node, self.field)
        setattr(self.node, self.field, self.replacement)
        try:
            yield
        finally:
            setattr(self.node, self.field, original)


def mutants(path: Path, root: Path) -> Iterator[Mutant]:
    """Yield all mutants of a file below C(root)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for parents, node in _walk(tree, ()):
        for field, replacement, place in _alternatives(node):
            yield Mutant(str(path.relative_to(root)), tree, parents, node, field, replacement, place)


@cache
def _called_on_import(tree: ast.Module) -> frozenset[str]:
    """Return the names of the functions of a file that its import calls, in tables for example."""
    bodies = {node.name: node for node in tree.body if isinstance(node, _FUNCTIONS)}
    called: set[str] = set()
    left: list[ast.AST] = [node for node in tree.body if not isinstance(node, (*_FUNCTIONS, ast.ClassDef))]
    while left:
        names = {
            node.func.id
            for node in ast.walk(left.pop())
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in bodies
        }
        left += [bodies[name] for name in names - called]
        called |= names
    return frozenset(called)


def _common(one: str, other: str) -> int:
    """Return how many characters two lines have in common at their beginning."""
    return next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _walk(node: ast.AST, parents: tuple[ast.AST, ...]) -> Iterator[tuple[tuple[ast.AST, ...], ast.AST]]:
    yield parents, node
    for field, value in ast.iter_fields(node):
        if field not in {"annotation", "returns"}:  # not evaluated: the files postpone annotations
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _walk(child, (*parents, node))


def _alternatives(node: ast.AST) -> Iterator[tuple[str, Any, ast.AST]]:
    """Yield (field, replacement, node with the position) of each fault of a node itself."""
    match node:
        case ast.Compare() | ast.BoolOp() | ast.BinOp() | ast.UnaryOp():
            for field, replacement in _operators(node):
                yield field, replacement, node
        case ast.Constant(value=bool() as value):
            yield "value", not value, node
        case ast.Constant(value=(int() | float()) as number):
            yield "value", number + 1, node
            yield "value", number - 1, node
        case ast.For(iter=iterated):
            yield "iter", _nothing(iterated), iterated
        case ast.ExceptHandler(type=ast.expr() as caught):
            yield "type", _nothing(caught), caught
        case ast.FunctionDef(decorator_list=decorators) | ast.ClassDef(decorator_list=decorators):
            for index, decorator in enumerate(decorators):
                yield "decorator_list", [*decorators[:index], *decorators[index + 1 :]], decorator
    yield from _conditions(node)
    yield from _jumps(node)


def _operators(node: ast.Compare | ast.BoolOp | ast.BinOp | ast.UnaryOp) -> Iterator[tuple[str, Any]]:
    match node:
        case ast.Compare(ops=operators):
            for index, operator in enumerate(operators):
                for other in _COMPARISONS[type(operator)]:
                    yield "ops", _with(operators, index, other())
        case ast.BoolOp(op=ast.And()):
            yield "op", ast.Or()
        case ast.BoolOp(op=ast.Or()):
            yield "op", ast.And()
        case ast.BinOp(op=arithmetic) if type(arithmetic) in _ARITHMETIC:
            yield "op", _ARITHMETIC[type(arithmetic)]()
        case ast.UnaryOp(op=ast.USub()):
            yield "op", ast.UAdd()
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "operand", _negated(operand)


def _conditions(node: ast.AST) -> Iterator[tuple[str, Any, ast.AST]]:
    match node:
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if not _has_opposite(test):
            yield "test", _negated(test), test
        case ast.comprehension(ifs=tests):
            for index, test in enumerate(tests):
                if not _has_opposite(test):
                    yield "ifs", _with(tests, index, _negated(test)), test


def _jumps(node: ast.AST) -> Iterator[tuple[str, Any, ast.AST]]:
    for field, statements in ast.iter_fields(node):
        for index, statement in enumerate(statements if isinstance(statements, list) else []):
            other = _JUMPS.get(type(statement))
            if other:
                yield field, _with(statements, index, ast.copy_location(other(), statement)), statement


def _with(nodes: Sequence[ast.AST], index: int, node: ast.AST) -> list[ast.AST]:
    return [*nodes[:index], node, *nodes[index + 1 :]]


def _negated(node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), node), node)


def _nothing(node: ast.expr) -> ast.expr:
    """Return an empty tuple: a loop over it runs zero times, and a handler of it catches no exception."""
    return ast.copy_location(ast.Tuple([], ast.Load()), node)


def _has_opposite(node: ast.expr) -> bool:
    """Return whether another mutant negates the node: one with the opposite operator, or without C(not)."""
    return (isinstance(node, ast.Compare) and len(node.ops) == 1) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )
