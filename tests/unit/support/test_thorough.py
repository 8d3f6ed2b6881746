# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that `make test` and `make thorough` select."""

from __future__ import annotations

import pytest

from tests.support.thorough import is_selected


@pytest.mark.parametrize(
    ("markers", "selected"), [((), (True, False)), (("slow", "other"), (False, True)), (("sampled",), (True, True))]
)
def test_test_is_selected_by_its_markers(markers: tuple[str, ...], selected: tuple[bool, bool]) -> None:
    assert (is_selected(markers, thorough=False), is_selected(markers, thorough=True)) == selected
