"""tools/mutation: the mutants of a source, and the rules for those that no test has to detect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.mutation.mutants import Mutant, mutants
from tools.mutation.rules import rule_for


def mutants_of(source: str, folder: Path) -> list[Mutant]:
    path = folder / "source.py"
    path.write_text(source, encoding="utf-8")
    return list(mutants(path, folder))


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        ("x = a == b", ["x = a == b -> x = a != b"]),
        ("x = a < b", ["x = a < b -> x = a >= b", "x = a < b -> x = a <= b"]),
        ("x = a >= b", ["x = a >= b -> x = a < b", "x = a >= b -> x = a > b"]),
        ("x = a is b", ["x = a is b -> x = a is not b"]),
        ("x = a not in b", ["x = a not in b -> x = a in b"]),
        ("x = a and b", ["x = a and b -> x = a or b"]),
        ("x = a or b", ["x = a or b -> x = a and b"]),
        ("x = a + b", ["x = a + b -> x = a - b"]),
        ("x = a ** b", ["x = a ** b -> x = a * b"]),
        ("x = -a", ["x = -a -> x = +a"]),
        ("x = not a", ["x = not a -> x = not not a"]),
        ("x = True", ["x = True -> x = False"]),
        ("x = 5", ["x = 5 -> x = 6", "x = 5 -> x = 4"]),
        ("x = 'text'", []),
        ("x: Literal[5] = y", []),
        ("def f(a: Literal[5]) -> Literal[5]: ...", []),
        ("x = a if b else c", ["x = a if b else c -> x = a if not b else c"]),
        ("if a:\n    b()", ["if a: -> if not a:"]),
        ("if a == b:\n    b()", ["if a == b: -> if a != b:"]),
        ("while a:\n    b()", ["while a: -> while not a:"]),
        ("x = [a for a in b if a]", ["x = [a for a in b if a] -> x = [a for a in b if not a]"]),
        ("for a in b:\n    c()", ["for a in b: -> for a in ():"]),
        ("for a in b:\n    continue", ["for a in b: -> for a in ():", "continue -> break"]),
        ("try:\n    a()\nexcept B:\n    c()", ["except B: -> except ():"]),
        ("try:\n    a()\nexcept:\n    c()", []),
        ("@a\n@b\ndef f(): ...", ["@a -> @b", "@b -> def f():"]),
    ],
)
def test_mutants_have_each_fault_of_a_source(source: str, changes: list[str], tmp_path: Path) -> None:
    found = [" ".join(mutant.change.split()) for mutant in mutants_of(source, tmp_path)]
    assert found == changes


@pytest.mark.parametrize(
    ("source", "in_function"),
    [
        ("x = 5", False),
        ("def f(a=5): ...", False),
        ("class C:\n    x = 5", False),
        ("def f():\n    return 5", True),
        ("class C:\n    def f(self):\n        return 5", True),
        ("def f():\n    def g(a=5): ...", True),
        ("x = lambda: 5", True),
        ("x = lambda a=5: a", False),
        ("def f():\n    return 5\nx = [f()]", False),
        ("def f():\n    return g()\ndef g():\n    return 5\nx = f()", False),
        ("def f():\n    return 5\ndef g():\n    f()", True),
    ],
)
def test_mutant_is_in_function_if_its_fault_runs_with_a_call(source: str, in_function: bool, tmp_path: Path) -> None:
    assert {mutant.in_function for mutant in mutants_of(source, tmp_path)} == {in_function}


def test_code_has_the_fault_and_leaves_the_tree_as_it_was(tmp_path: Path) -> None:
    values = []
    for mutant in mutants_of("x = 5 if y else 7\n", tmp_path):
        scope: dict[str, Any] = {"y": True}
        exec(mutant.code("source.py"), scope)  # noqa: S102 # the source above
        values.append(scope["x"])
    assert values == [7, 6, 4, 5, 5]


def test_lines_are_those_of_the_changed_expression(tmp_path: Path) -> None:
    (mutant,) = mutants_of("f(\n    a,\n    b\n    and c,\n    d,\n)\n", tmp_path)
    assert list(mutant.lines) == [3, 4]


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        pytest.param("wait = clock.now() > end", [None, "boundary of a clock reading"], id="clock reading"),
        pytest.param("wait = age <= limit", [None, None], id="no clock reading"),
        pytest.param("wait = clock.now() == end", [None], id="no order"),
        pytest.param("wait = self.remaining != 0", [None, *["one second beside a clock reading"] * 2], id="instant"),
        pytest.param("wait = attempts != 8", [None, None, None], id="number beside another value"),
        pytest.param("LONGEST_PAUSE = 30.0", ["slightly different duration"] * 2, id="constant of seconds"),
        pytest.param("PAUSES = (0.5, 30.0)", [None] * 4, id="constant of another form"),
        pytest.param("SHORTEST_PAUSE = 1.0", [None, None], id="not slightly different"),
        pytest.param("TAGS = 50", [None, None], id="integer constant, such as a limit of AWS"),
        pytest.param("def f():\n    seconds = 30.0", [None, None], id="no constant of a module"),
        pytest.param("connect(read_timeout=min(60, left))", ["slightly different duration"] * 2, id="timeout"),
        pytest.param("connect(max_attempts=60)", [None, None], id="argument that is no timeout"),
        pytest.param("def backoff(n):\n    return 20.0", ["slightly different duration"] * 2, id="pause"),
        pytest.param("def limit(n):\n    return 20.0", [None, None], id="function of no pause"),
        pytest.param(
            "pause = clock.backoff(3) + 3", [None, *["attempt passed to a pause"] * 2, None, None], id="attempt"
        ),
        pytest.param("x = module.params.get('purge', True)", ["default of a missing option"], id="missing option"),
        pytest.param("x = properties.get('Purge', True)", [None], id="missing property"),
        pytest.param("x = params.setdefault('purge', True)", [None], id="other method"),
        pytest.param("@functools.cache\ndef f(): ...", ["cache"], id="cache"),
        pytest.param("@property\ndef f(): ...", [None], id="other decorator"),
        pytest.param("if TYPE_CHECKING:\n    import a", ["import for type checkers"], id="type checkers"),
        pytest.param("if WINDOWS:\n    import a", [None], id="other condition"),
    ],
)
def test_rules_accept_the_intended_kind_only(source: str, rules: list[str | None], tmp_path: Path) -> None:
    found = [rule_for(mutant) for mutant in mutants_of(source, tmp_path)]
    assert [rule and rule.name for rule in found] == rules
