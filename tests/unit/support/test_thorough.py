"""The tests that `make test` and `make thorough` select."""

from __future__ import annotations

import pytest

from tests.support.thorough import is_selected


@pytest.mark.parametrize(
    ("markers", "selected"), [((), (True, False)), (("slow", "other"), (False, True)), (("sampled",), (True, True))]
)
def test_test_is_selected_by_its_markers(markers: tuple[str, ...], selected: tuple[bool, bool]) -> None:
    assert (is_selected(markers, thorough=False), is_selected(markers, thorough=True)) == selected
