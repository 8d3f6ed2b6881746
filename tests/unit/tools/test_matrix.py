"""`make matrix`: the choice of Python versions, the printed plan, and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.matrix import __main__ as matrix
from tools.matrix.place import Place

FOUND = {name: Path(f"/opt/python{name}") for name in ("3.10", "3.11", "3.12", "3.13", "3.14")}
CASES: dict[str, tuple[list[str], list[str], list[str], str]] = {
    # Installed Pythons, arguments, expected runs, expected output.
    "all": ([*FOUND], [], ["2.16-3.10", "2.19-3.11", "2.21-3.13", "galaxy"], "2.21 (ansible 14) runs on"),
    "only 3.12": (["3.12"], ["2.16"], ["2.16-3.12"], "/opt/python3.12, because Python 3.10 is not installed"),
    "no Python of ansible-core": (["3.10"], ["2.19", "2.21"], [], "2.19 is skipped: it needs one of Python 3.11"),
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
    assert printed in capsys.readouterr().out


def test_matrix_fails_if_one_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "found_pythons", lambda _names: FOUND)
    monkeypatch.setattr(Place, "run", lambda place: place.name != "2.19-3.11")
    assert matrix.main([]) == 1
