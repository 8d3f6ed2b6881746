# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make docs`: gather the pages of the documentation below .build/docs-source, and build the site in .build/docs.

Run by the Python of .build/docs-venv, which has antsibull-docs and Sphinx. The modules' pages are made of the installed
collection, the guides are docs/docsite/rst, the rest of docs/ stays the Markdown that it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.site.links import dead_links

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / ".build"
SOURCE, SITE, DOCTREES = BUILD / "docs-source", BUILD / "docs", BUILD / "docs-doctrees"
COLLECTION = "awscc.sagemaker"
# What of docs/ becomes pages, and what they show; the guides come with the collection.
PAGES = ("*.md", "iam/*", "benchmarks/*", "images/*")


def main() -> int:
    """Return 0 if the site was built without a warning, and no link of it leads nowhere."""
    for folder in (SOURCE, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    _gather()
    failed = _run("antsibull-docs", *_modules_and_guides()) or _run(
        *("sphinx-build", "--quiet", "--fail-on-warning", "--keep-going", "--builder", "html"),
        *("--conf-dir", str(HERE), "--doctree-dir", str(DOCTREES), str(SOURCE), str(SITE)),
    )
    if failed:
        return failed
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
    dead = dead_links(SITE, repository=repository, checkout=ROOT)
    print(*(f"A link leads nowhere in {link}" for link in dead), sep="\n", end="\n" if dead else "")
    return 1 if dead else 0


def _gather() -> None:
    for pattern in PAGES:
        for path in (ROOT / "docs").glob(pattern):
            copy = SOURCE / path.relative_to(ROOT / "docs")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    for path in (ROOT / "CHANGELOG.rst", ROOT / "CONTRIBUTING.md", HERE / "index.rst"):
        if path.is_file():
            shutil.copy(path, SOURCE)


def _modules_and_guides() -> list[str]:
    folder = SOURCE / "collection"
    folder.mkdir(mode=0o755)
    return ["collection", "--use-current", "--squash-hierarchy", "--fail-on-error", f"--dest-dir={folder}", COLLECTION]


def _run(program: str, *arguments: str) -> int:
    here = Path(sys.executable).parent
    # ansible-doc, which antsibull-docs asks, is in the other environment.
    path = os.pathsep.join([str(here), str(BUILD / "venv" / "bin"), os.environ.get("PATH", "")])
    return subprocess.run(
        [here / program, *arguments], cwd=ROOT, env={**os.environ, "PATH": path}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
