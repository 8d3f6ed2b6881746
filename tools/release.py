"""`make release VERSION=x.y.z`: set the version, write CHANGELOG.rst from the fragments, build the tarball.

All checks run before any change. If a later step fails, the tree is restored. Nothing is committed or pushed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.environment import ROOT

_NUMBER = r"(?:0|[1-9]\d*)"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}")
# The files with the version, and their line with it. A test compares the two versions.
GALAXY = Path("galaxy.yml")
CONSTANT = Path("plugins", "module_utils", "_cloud_control", "ansible_module", "collection.py")
_LINES = {
    GALAXY: re.compile(r"^(version: )(.*)()$", re.MULTILINE),
    CONSTANT: re.compile(r'^(VERSION = ")(.*)(")$', re.MULTILINE),
}
GIT = shutil.which("git") or "git"
FRAGMENTS = Path("changelogs", "fragments")


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Return 0 if the release is prepared."""
    version = arguments[0] if arguments else ""
    problems = problems_of(version, root)
    for problem in problems:
        print(f"No release: {problem}", file=sys.stderr)
    if problems:
        return 1
    try:
        _release(version, root)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"No release: {error}. The tree is restored.", file=sys.stderr)
        _git(root, "reset", "--quiet", "--hard")
        return 1
    print(
        f"{version} is set and the tarball is built. Nothing is committed. Check the changes with `git diff`, then:\n\n"
        f"  git commit --all --message 'Release {version}'\n  git tag {version}\n  git push origin HEAD {version}"
    )
    return 0


def problems_of(version: str, root: Path) -> list[str]:
    """Return the problems that prevent a release of this version from this tree."""
    if not _VERSION.fullmatch(version):
        return [f"{version!r} is no version such as 1.2.3. Run: make release VERSION=1.2.3"]
    found = []
    current = _current(root)
    if _numbers(version) <= _numbers(current):
        found.append(f"{version} is not later than {current}, the version in galaxy.yml.")
    if _git(root, "status", "--porcelain"):
        found.append("the tree has uncommitted changes. Commit or stash the changes.")
    if not fragments(root):
        found.append(f"{FRAGMENTS} has no fragment, so the changelog would be empty.")
    elif not any("release_summary" in path.read_text(encoding="utf-8") for path in fragments(root)):
        found.append(f"{FRAGMENTS} has no release_summary. Describe the release in a few sentences.")
    return found


def fragments(root: Path) -> list[Path]:
    return sorted(path for path in (root / FRAGMENTS).iterdir() if path.suffix in (".yml", ".yaml"))


def _release(version: str, root: Path) -> None:
    for name, line in _LINES.items():
        file = root / name
        file.write_text(line.sub(rf"\g<1>{version}\g<3>", file.read_text(encoding="utf-8")), encoding="utf-8")
    _run(root, "antsibull-changelog", "lint")
    _run(root, "antsibull-changelog", "release", "--version", version)
    _run(root, "make", "--no-print-directory", "build")


def _run(root: Path, *command: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(command, cwd=root, env={**os.environ, "PATH": path}, check=True)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run([GIT, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def _current(root: Path) -> str:
    (line,) = _LINES[GALAXY].finditer((root / GALAXY).read_text(encoding="utf-8"))
    return line.group(2)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
