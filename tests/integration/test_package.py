"""The tarball, the installed copy that the tests use, and the documents at the top of the repository."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path
from typing import Any

import ansible.config
import pytest
import yaml

from tests.support.environment import DIST, INSTALLED, ROOT
from tools import release
from tools.matrix.__main__ import DEFAULT, ROWS

GALAXY: dict[str, Any] = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))

TOP_LEVEL = {
    *("CHANGELOG.rst", "COPYING", "FILES.json", "MANIFEST.json", "README.md"),
    *("changelogs", "docs", "meta", "plugins", "requirements.txt", "tests"),
}


@pytest.fixture(scope="module")
def packed() -> set[str]:
    (tarball,) = DIST.glob("*.tar.gz")
    with tarfile.open(tarball) as archive:
        return {member.name for member in archive.getmembers() if member.isfile()}


def _modules() -> set[str]:
    return {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}


def test_tarball_contains_plugins_documentation_and_changelog_only(packed: set[str]) -> None:
    assert {name.split("/")[0] for name in packed} == TOP_LEVEL
    parts = {name for name in packed if name.startswith(("changelogs/", "tests/"))}
    assert parts == {"changelogs/changelog.yaml", "tests/config.yml"}
    for folder, pattern in (("docs", "*"), ("plugins", "*.py")):
        sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(pattern) if path.is_file()}
        assert sources == {name for name in packed if name.startswith(f"{folder}/")}
    assert "docs/docsite/extra-docs.yml" in packed
    unwanted = re.compile(r"__pycache__|\.pyc$|~$|\.orig$|/\.|^\.|conf\.py$|\.html$|\.css$")
    assert [name for name in packed if unwanted.search(name)] == []


def test_installed_plugins_equal_sources() -> None:
    stale = [
        path.name
        for path in (ROOT / "plugins").rglob("*.py")
        if not (copy := INSTALLED / path.relative_to(ROOT)).is_file() or copy.read_bytes() != path.read_bytes()
    ]
    assert stale == [], "run `make build`"


def test_files_of_release_contain_version_and_no_others() -> None:
    sources = [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "README.md", ROOT / "galaxy.yml"]
    sources += [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "meta").glob("*.yml"), *(ROOT / "docs").rglob("*.md")]
    written = re.compile(rf"\bversion(?:__)?['\"]?\s*[:=]\s*['\"]?{re.escape(GALAXY['version'])}", re.IGNORECASE)
    found = {path.relative_to(ROOT) for path in sources if written.search(path.read_text(encoding="utf-8"))}
    assert found == {release.GALAXY, release.CONSTANT}


def test_last_release_of_changelog_is_version_in_galaxy_yml() -> None:
    changelog = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    assert list(changelog["releases"])[-1] == GALAXY["version"]


def test_action_group_aws_lists_modules_and_extends_group_of_ansible() -> None:
    group = _action_group_aws(ROOT / "meta" / "runtime.yml")
    assert {entry for entry in group if isinstance(entry, str)} == _modules()
    of_ansible = _action_group_aws(Path(ansible.config.__path__[0]) / "ansible_builtin_runtime.yml")
    assert [entry for entry in group if isinstance(entry, dict)] == of_ansible


def _action_group_aws(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["action_groups"]["aws"]


def _required(file: str) -> set[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith(("#", "-r "))}


def test_requirements_are_boto3_and_botocore() -> None:
    assert {re.split(r"[<>=]", line)[0] for line in _required("requirements.txt")} == {"boto3", "botocore"}


MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
USES_MAKE = [
    *(ROOT / ".github" / "workflows").glob("*.yml"),
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    ROOT / ".ci" / "run",
]
REPOSITORY = re.compile(rf"{re.escape(GALAXY['repository'])}/(?:blob|tree)/main/([^)#\s]+)")


@pytest.mark.parametrize("path", USES_MAKE, ids=lambda path: path.name)
def test_make_targets_in_file_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    used = re.findall(r"(?:`|run: |^|\")make ((?:[a-z]+ ?)+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert {target for names in used for target in names.split()} <= targets


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], ids=lambda path: path.name)
def test_links_of_page_lead_to_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    local = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if not re.match(r"[a-z]+:", link)]
    files = [path.parent / link for link in local] + [ROOT / found for found in REPOSITORY.findall(text)]
    assert [str(file) for file in files if not file.exists()] == []


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"])
def test_page_names_existing_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = re.findall(r"[` ]((?:changelogs|docs|meta|plugins|tests|tools)/[^`<\s]+)", text)
    assert paths
    assert [path for path in paths if not any(ROOT.glob(path))] == []


README = (ROOT / "README.md").read_text(encoding="utf-8")
# The sections of the template for certified collections, in its order.
SECTIONS = (
    *("Description", "Requirements", "Installation", "Use Cases", "Testing", "Contributing", "Support"),
    *("Release Notes and Roadmap", "Related Information", "License Information"),
)


def test_readme_has_sections_of_certified_collections() -> None:
    assert tuple(re.findall(r"^## (.*)$", README, re.MULTILINE)) == SECTIONS


def test_readme_lists_requirements_of_collection() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    ansible = runtime["requires_ansible"].removeprefix(">=").removesuffix(".0")
    aws = GALAXY["dependencies"]["amazon.aws"].removeprefix(">=").removesuffix(".0")
    needed = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    libraries = [f"{name} {version}" for name, version in re.findall(r"^(\w+)>=(\S+)$", needed, re.MULTILINE)]
    listed = [f"ansible-core {ansible} or later", f"`amazon.aws` {aws} or later", *libraries]
    assert [words for words in listed if words not in README] == []


def test_readme_lists_versions_of_make_matrix_and_of_ci() -> None:
    words = " ".join(README.split())
    tested = [row for row in ROWS if row.core in DEFAULT]
    columns = [*zip(*((row.core, str(row.ansible), row.pythons[0]) for row in tested), strict=True)]
    for *others, last in [*columns, [row.core for row in ROWS if row not in tested]]:
        assert f"{', '.join(others)} and {last}" in words


def test_requirements_of_ansible_test_include_those_of_emulator_and_modules() -> None:
    needed = {line for line in _required("tools/requirements/demo.txt") if not line.startswith("ansible>")}
    needed |= _required("requirements.txt")
    assert needed - _required("tests/unit/requirements.txt") == set()


def test_no_file_ignores_rules_of_ansible_test_or_ansible_lint() -> None:
    names = ("ignore-*.txt", "ignore.txt", ".ansible-lint-ignore")
    assert [path for name in names for path in (ROOT / "tests").rglob(name)] == []
    assert [path for name in names for path in ROOT.glob(name)] == []
