"""`make matrix`: the choice of Python versions, the printed plan, and the exit status."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support.environment import ROOT
from tools.matrix import __main__ as matrix
from tools.matrix.place import Place

FOUND = {name: Path(f"/opt/python{name}") for name in ("3.10", "3.11", "3.12", "3.13", "3.14")}
ALL = ["2.16-3.10", "2.19-3.11", "2.21-3.13", "galaxy"]

CASES: dict[str, tuple[list[str], list[str], list[str], list[str]]] = {
    # Installed Pythons, arguments, expected runs, expected output.
    "all": ([*FOUND], [], ALL, ["2.21 (ansible 14) runs on /opt/python3.13"]),
    "only 3.12": (
        ["3.12"],
        [],
        ["2.16-3.12", "2.19-3.12", "2.21-3.12", "galaxy"],
        [
            "/opt/python3.12, because Python 3.10 is not installed",
            "because Python 3.11 is not installed",
            "because Python 3.13 is not installed",
        ],
    ),
    "only 3.10": (
        ["3.10"],
        [],
        ["2.16-3.10", "galaxy"],
        ["2.19 is skipped: it needs one of Python 3.11, 3.12, 3.13", "2.21 is skipped: it needs one of"],
    ),
    "none": ([], [], ["galaxy"], ["2.16 is skipped", "2.19 is skipped", "2.21 is skipped"]),
    "one ansible-core": ([*FOUND], ["2.19"], ["2.19-3.11"], ["2.19 (ansible 12) runs on /opt/python3.11"]),
    "one ansible-core without Python": (["3.10"], ["2.21"], [], ["2.21 is skipped"]),
}


@pytest.mark.parametrize("case", CASES)
def test_matrix_runs_versions_with_python_and_prints_plan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    pythons, wanted, expected, printed = CASES[case]
    ran: list[str] = []
    monkeypatch.setattr(matrix, "found_pythons", lambda names: {name: FOUND[name] for name in names if name in pythons})

    def run(place: Place) -> bool:
        ran.append(place.name)
        return True

    monkeypatch.setattr(Place, "run", run)
    assert matrix.main(wanted) == 0
    assert sorted(ran) == expected
    output = capsys.readouterr().out
    assert [words for words in printed if words not in output] == []


@pytest.mark.parametrize(
    ("core", "steps"),
    [
        pytest.param("2.19.4", ["sanity"], id="ansible-core and Python of make test"),
        pytest.param("2.21.0", ["sanity", "units", "integration"], id="another ansible-core"),
    ],
)
def test_matrix_runs_only_sanity_tests_on_versions_of_make_test(
    monkeypatch: pytest.MonkeyPatch, core: str, steps: list[str]
) -> None:
    python = "{}.{}".format(*sys.version_info)
    monkeypatch.setattr(matrix, "version", lambda _package: core)
    assert list(matrix.steps_of(matrix.Row("2.19", 12, (python,)), python)) == steps


def test_sanity_tests_of_last_row_check_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(Place, "call", lambda _place, _program, *words: called.append(words))
    for row in matrix.ROWS[-2:]:
        matrix.steps_of(row, "3.99")["sanity"](Place("x", Path("python"), (), {}))
    options = ("sanity", "--local"), ("--python", "3.99")
    assert called == [(*options[0], *matrix.SHIPPED, *options[1]), options[0] + options[1]]


def test_matrix_fails_if_one_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "found_pythons", lambda _names: FOUND)
    monkeypatch.setattr(Place, "run", lambda place: place.name != "2.19-3.11")
    assert matrix.main([]) == 1


NAMED_UNDERSCORE = re.compile(r"\b_(?: in\b|,|\)| =)")


def test_sources_follow_rules_of_ansible_test() -> None:
    sources = [path for folder in ("plugins", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    assert [path for path in sources if NAMED_UNDERSCORE.search(path.read_text(encoding="utf-8"))] == []
    assert [path for path in (ROOT / "tests" / "unit").rglob("__init__.py") if path.stat().st_size] == []
