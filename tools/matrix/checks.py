"""The checks of an environment: the commands of ansible-test, or the checks of Ansible Galaxy before a release."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.support.environment import ROOT
from tools.matrix.place import BASE, Place

# The message of ansible-test if it cannot download the script that installs pip, with the path of a local copy.
BOOTSTRAP_PATH = re.compile(r"manually downloaded and saved to: (\S+)")
# The tests of the modules, and of templates. The others do not depend on the version of ansible-core, and `make test`
# runs them.
UNITS = (
    *(f"tests/unit/{folder}/" for folder in ("faults", "iam", "plugins", "stateful")),
    "tests/unit/docs/test_promote_if_better.py",
)
# The module ensurepip of Python does the same. It ignores the options for get-pip.py.
BOOTSTRAP = "import ensurepip\n\nensurepip.bootstrap(default_pip=True)\n"


def requirements(ansible: int) -> tuple[str, ...]:
    """Return the requirements of an environment with a major version of the package ansible."""
    files = [f"--requirement={ROOT / name}" for name in ("requirements.txt", "tests/unit/requirements.txt")]
    return (f"ansible>={ansible},<{ansible + 1}", *files)


def steps(python: str, *, sanity: Sequence[str]) -> Mapping[str, Callable[[Place], None]]:
    """Return the commands of ansible-test for a version of Python, for example 3.12.

    sanity has the folders for the sanity tests. Without folders, they check all files.
    """
    commands = {step.__name__.strip("_"): partial(step, python=python) for step in (_units, _integration)}
    return {"sanity": partial(_sanity, python=python, folders=sanity), **commands}


def _sanity(place: Place, *, python: str, folders: Sequence[str]) -> None:
    arguments = ("sanity", "--local", *folders)
    try:
        _ansible_test(place, *arguments, python=python)
    except subprocess.CalledProcessError:
        wanted = BOOTSTRAP_PATH.search(place.output())
        if wanted is None:
            raise
        Path(wanted.group(1)).write_text(BOOTSTRAP, encoding="utf-8")
        _ansible_test(place, *arguments, python=python)


def _units(place: Place, *, python: str) -> None:
    _ansible_test(place, "units", "--requirements", *UNITS, python=python)


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
            emulator.communicate()  # reads the rest of the output


def _url(output: Iterable[str]) -> str:
    """Return the URL that the emulator prints. Raises SubprocessError if the emulator ends before."""
    for line in output:
        if found := re.search(r"AWS_ENDPOINT_URL=(\S+)", line):
            return found.group(1)
    raise subprocess.SubprocessError("the emulator did not start")


def _ansible_test(place: Place, *args: str, python: str) -> None:
    place.call(place.bin / "ansible-test", *args, "--python", python)


# The checks of Ansible Galaxy: antsibull-docs, antsibull-changelog and galaxy-importer.
GALAXY_REQUIREMENTS = (f"--requirement={ROOT / 'tools' / 'requirements' / 'galaxy.txt'}",)
# The additional checks of Automation Hub.
STRICT = {"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true", "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "true"}


def _docs(place: Place) -> None:
    strict = ("--plugin-docs", "--validate-collection-refs=dependent", "--disallow-unknown-collection-refs")
    # antsibull-docs copies amazon.aws too. Without the ceiling, git would list its files as ignored.
    alone = {"GIT_CEILING_DIRECTORIES": str(BASE)}
    place.call(place.bin / "antsibull-docs", "lint-collection-docs", *strict, "--check-extra-docs-refs", ".", **alone)


def _changelog(place: Place) -> None:
    place.call(place.bin / "antsibull-changelog", "lint")


def _importer(place: Place) -> None:
    """Run the importer, and fail for warnings, which do not change its exit status."""
    packed = place.collection.parent / "packed"
    place.call(place.bin / "ansible-galaxy", "collection", "build", "--output-path", packed)
    (tarball,) = packed.glob("*.tar.gz")
    place.call(place.bin / "python", "-m", "galaxy_importer.main", tarball, **STRICT)
    if re.search(r"^(WARNING|ERROR|CRITICAL): ", place.output(), re.MULTILINE):
        raise subprocess.SubprocessError("the importer warns")


GALAXY_STEPS: Mapping[str, Callable[[Place], None]] = {"docs": _docs, "changelog": _changelog, "importer": _importer}
