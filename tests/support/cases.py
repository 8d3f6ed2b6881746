"""Tables of test cases: @cases(("id", value, ...), ...)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., None])


def cases(*rows: tuple[Any, ...]) -> Callable[[Test], Test]:
    """Run a test once for each row: the id, then the values of the first parameters of the test, in their order."""

    def parametrize(test: Test) -> Test:
        parameters = list(inspect.signature(test).parameters)[: len(rows[0]) - 1]
        table = [pytest.param(*values, id=name) for name, *values in rows]
        parametrized: Test = pytest.mark.parametrize(parameters, table)(test)
        return parametrized

    return parametrize
