# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that ansible-test has: sanity tests, unit tests, and integration targets beside an emulator."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from tests.support.environment import ROOT
from tools.matrix.place import Place

# ansible-test tells where it looks for the script that brings pip into its environments, if it cannot fetch it.
WANTED_BOOTSTRAP = re.compile(r"manually downloaded and saved to: (\S+)")
# What Python itself brings does as well; the options for get-pip.py do not concern it.
BOOTSTRAP = "import ensurepip\n\nensurepip.bootstrap(default_pip=True)\n"


def requirements(ansible: int) -> tuple[str, ...]:
    """What an environment with a certain major version of the package ansible is made of."""
    files = [f"--requirement={ROOT / name}" for name in ("requirements.txt", "tests/unit/requirements.txt")]
    return (f"ansible>={ansible},<{ansible + 1}", *files)


def steps(python: str) -> Mapping[str, Callable[[Place], None]]:
    """The commands of ansible-test, on a version of Python such as 3.12."""
    return {step.__name__.strip("_"): partial(step, python=python) for step in (_sanity, _units, _integration)}


def _sanity(place: Place, *, python: str) -> None:
    try:
        _ansible_test(place, "sanity", "--local", python=python)
    except subprocess.CalledProcessError:
        wanted = WANTED_BOOTSTRAP.search(place.said())
        if wanted is None:
            raise
        Path(wanted.group(1)).write_text(BOOTSTRAP, encoding="utf-8")
        _ansible_test(place, "sanity", "--local", python=python)


def _units(place: Place, *, python: str) -> None:
    _ansible_test(place, "units", "--requirements", python=python)


def _integration(place: Place, *, python: str) -> None:
    with _emulator(place) as url:
        settings = place.collection / "tests" / "integration" / "integration_config.yml"
        settings.write_text(f"emulator_url: {url}\n", encoding="utf-8")
        _ansible_test(place, "integration", python=python)


@contextlib.contextmanager
def _emulator(place: Place) -> Iterator[str]:
    command = [str(place.bin / "python"), "-m", "tests.emulator", "--port", "0"]
    with subprocess.Popen(
        command, cwd=place.collection, env=place.environment(), stdout=subprocess.PIPE, text=True
    ) as emulator:
        try:
            yield _url(emulator.stdout or [])
        finally:
            emulator.terminate()
            emulator.communicate()  # it has a last word


def _url(said: Iterable[str]) -> str:
    """The address that the emulator tells when it has begun to listen."""
    for line in said:
        if found := re.search(r"AWS_ENDPOINT_URL=(\S+)", line):
            return found.group(1)
    raise subprocess.SubprocessError("the emulator did not begin")


def _ansible_test(place: Place, *args: str, python: str) -> None:
    place.call(place.bin / "ansible-test", *args, "--python", python)
