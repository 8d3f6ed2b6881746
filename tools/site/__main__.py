"""`make docs`: build the documentation as a site, in .build/docs.

The pages are collected below .build/docs-source, each under its path in the repository, so that relative links of
Markdown pages work in both places. antsibull-docs writes the pages of the modules and the guides (docs/docsite/rst) to
the folder collection. An example or a policy is shown on a page of its own.

The Python of .build/docs-venv runs this: it has antsibull-docs and Sphinx.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tools.site.links import dead_links

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / ".build"
SOURCE, SITE, DOCTREES = BUILD / "docs-source", BUILD / "docs", BUILD / "docs-doctrees"
COLLECTION = "awscc.sagemaker"
# The pages, and the files that pages show or link.
PAGES = (
    "CHANGELOG.rst",
    "CONTRIBUTING.md",
    "docs/*.md",
    "docs/images/*",
    "tools/benchmarks/results/*",
    "tests/unit/faults/*.md",
)
# The folders with a page for each file: the title and the text of the list of files.
LISTED = {
    "docs/examples": (
        "Examples",
        "Playbooks to copy and adapt. The tests of the collection run them.",
    ),
    "docs/iam": (
        "IAM policies",
        "See :ref:`ansible_collections.awscc.sagemaker.docsite.guide_permissions`.",
    ),
}
_LANGUAGES = {".yml": "yaml", ".json": "json"}


def main() -> int:
    """Return 0 if the site was built without a warning and has no dead link."""
    for folder in (SOURCE, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    _copy_pages()
    for listed, (title, text) in LISTED.items():
        _list_files(ROOT / listed, SOURCE / listed, title, text)
    failed = _run("antsibull-docs", *_modules_and_guides()) or _run(
        *("sphinx-build", "--quiet", "--fail-on-warning", "--keep-going", "--builder", "html"),
        *("--conf-dir", str(HERE), "--doctree-dir", str(DOCTREES), str(SOURCE), str(SITE)),
    )
    if failed:
        return failed
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["repository"]
    dead = dead_links(SITE, repository=repository, checkout=ROOT)
    print(*(f"Dead link in {link}" for link in dead), sep="\n", end="\n" if dead else "")
    return 1 if dead else 0


def _copy_pages() -> None:
    for pattern in PAGES:
        for path in ROOT.glob(pattern):
            copy = SOURCE / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    shutil.copy(HERE / "index.rst", SOURCE)


def _list_files(folder: Path, target: Path, title: str, text: str) -> None:
    """Write a page for each file of a folder, and a page that lists them."""
    names = []
    for path in sorted(folder.rglob("*.*")):
        if path.suffix not in _LANGUAGES:
            continue
        name = path.relative_to(folder).as_posix()
        names.append(name)
        shown = target / name
        shown.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, shown)
        include = f".. literalinclude:: {path.name}\n   :language: {_LANGUAGES[path.suffix]}\n"
        shown.with_name(f"{path.name}.rst").write_text(f"{_heading(name)}{include}", encoding="utf-8")
    contents = "".join(f"   {name}\n" for name in names)
    page = f"{_heading(title)}{text}\n\n.. toctree::\n   :maxdepth: 1\n\n{contents}"
    (target / "index.rst").write_text(page, encoding="utf-8")


def _heading(title: str) -> str:
    return f"{title}\n{'=' * len(title)}\n\n"


def _modules_and_guides() -> list[str]:
    folder = SOURCE / "collection"
    folder.mkdir(mode=0o755)
    return ["collection", "--use-current", "--squash-hierarchy", "--fail-on-error", f"--dest-dir={folder}", COLLECTION]


def _run(program: str, *arguments: str) -> int:
    here = Path(sys.executable).parent
    # antsibull-docs runs ansible-doc, which is in the other environment.
    path = os.pathsep.join([str(here), str(BUILD / "venv" / "bin"), os.environ.get("PATH", "")])
    return subprocess.run(
        [here / program, *arguments], cwd=ROOT, env={**os.environ, "PATH": path}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
