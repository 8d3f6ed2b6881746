"""The paths and names of the code that gets mutants, and of the tests."""

from __future__ import annotations

from pathlib import Path

from tests.support import environment

SOURCES = environment.ROOT / "plugins" / "module_utils"
# The tests import this copy.
INSTALLED = environment.INSTALLED / "plugins" / "module_utils"
PACKAGE = "ansible_collections.awscc.sagemaker.plugins.module_utils"
WORK = environment.ROOT / ".build" / "mutation"
# The tests that run the code in their own process, in the order in which they are tried. The other tests do not reach
# the code, start processes, or take too long.
TESTS = ("tests/unit/plugins/module_utils", "tests/unit/plugins/modules", "tests/unit/faults")
# Mirrors SOURCES: the tests of a/b.py are in a/test_b.py.
TESTS_OF_SOURCES = Path(TESTS[0])
# Native tracebacks take a tenth of the time: most mutants are detected, and each detection formats a traceback.
OPTIONS = ("-q", "--no-header", "--tb=native", "-p", "no:xdist")


def module_name(file: str) -> str:
    """Return the name under which the tests import a file of SOURCES."""
    return f"{PACKAGE}.{file.removesuffix('.py').replace('/', '.')}"
