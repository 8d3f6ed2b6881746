"""Rules for mutants that no test has to detect. `make mutation` does not try these mutants."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import NamedTuple

from tools.mutation.mutants import Mutant

_BOUNDARIES = ({ast.Lt, ast.LtE}, {ast.Gt, ast.GtE})
_CLOCK_READINGS = {"monotonic", "now", "remaining"}
_PAUSES = {"backoff", "pauses"}
_CACHES = {"cache", "lru_cache"}


class Rule(NamedTuple):
    """A kind of mutant, and why no test has to detect it."""

    name: str
    reason: str
    accepts: Callable[[Mutant], bool]


def rule_for(mutant: Mutant) -> Rule | None:
    """Return the first rule that accepts the mutant."""
    return next((rule for rule in RULES if rule.accepts(mutant)), None)


def _is_boundary_of_clock_reading(mutant: Mutant) -> bool:
    if not isinstance(mutant.node, ast.Compare) or mutant.field != "ops":
        return False
    changed = {
        type(operator)
        for before, after in zip(mutant.node.ops, mutant.replacement, strict=True)
        if before is not after
        for operator in (before, after)
    }
    return changed in _BOUNDARIES and _reads_clock(mutant.node)


def _is_instant(mutant: Mutant) -> bool:
    return _is_number(mutant) and isinstance(mutant.parents[-1], ast.Compare) and _reads_clock(mutant.parents[-1])


def _is_duration(mutant: Mutant) -> bool:
    *outer, parent = mutant.parents
    is_constant = isinstance(parent, (ast.Assign, ast.AnnAssign)) and isinstance(outer[-1], ast.Module)
    return _is_slight(mutant) and (
        (is_constant and isinstance(mutant.replacement, float))
        or any(isinstance(node, ast.keyword) and (node.arg or "").endswith("timeout") for node in mutant.parents)
        or any(isinstance(node, ast.FunctionDef) and node.name in _PAUSES for node in mutant.parents)
    )


def _is_attempt(mutant: Mutant) -> bool:
    return _is_number(mutant) and any(
        isinstance(node, ast.Call) and _name(node.func) in _PAUSES for node in mutant.parents
    )


def _is_default_of_missing_option(mutant: Mutant) -> bool:
    call = mutant.parents[-1]
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "get"
        and _name(call.func.value) == "params"
        and mutant.node in call.args[1:]
    )


def _is_cache(mutant: Mutant) -> bool:
    return mutant.field == "decorator_list" and _name(mutant.place) in _CACHES


def _is_import_for_type_checkers(mutant: Mutant) -> bool:
    return isinstance(mutant.node, ast.If) and _name(mutant.node.test) == "TYPE_CHECKING"


def _is_number(mutant: Mutant) -> bool:
    return isinstance(mutant.node, ast.Constant) and not isinstance(mutant.node.value, bool)


def _is_slight(mutant: Mutant) -> bool:
    """Return whether a number changes by at most a fifth."""
    match mutant.node:
        case ast.Constant(value=(int() | float()) as number):
            return bool(abs(mutant.replacement - number) <= abs(number) / 5)
    return False


def _reads_clock(comparison: ast.Compare) -> bool:
    return any(_name(node) in _CLOCK_READINGS for node in ast.walk(comparison))


def _name(node: ast.AST) -> str | None:
    """Return the last part of a dotted name, or None for another expression."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


RULES = (
    Rule(
        "boundary of a clock reading",
        "Clock readings are precise to a microsecond, so a reading that equals the limit does not occur in practice.",
        _is_boundary_of_clock_reading,
    ),
    Rule(
        "one second beside a clock reading",
        "A second more or less is within the time that a call takes.",
        _is_instant,
    ),
    Rule(
        "slightly different duration",
        "Timeouts, limits and pauses are tuned. A fifth more or less is as good.",
        _is_duration,
    ),
    Rule(
        "attempt passed to a pause",
        "It selects a pause of about the right length. Tests check the order of magnitude.",
        _is_attempt,
    ),
    Rule(
        "default of a missing option",
        "Ansible sets each option of the argument spec. If the spec has no such option, no code uses its value.",
        _is_default_of_missing_option,
    ),
    Rule("cache", "A function returns the same result without its cache.", _is_cache),
    Rule(
        "import for type checkers",
        "Imports below `if TYPE_CHECKING` do not change what the code does.",
        _is_import_for_type_checkers,
    ),
)
