"""`make release`: the checks before any change, and a complete release."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.support.environment import ROOT
from tools.release import CONSTANT, GALAXY, GIT, main, problems_of

FRAGMENT = "release_summary: A summary.\nminor_changes:\n  - inference_experiment - a feature.\n"


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Name", "-c", "user.email=name@example.org")
    subprocess.run([GIT, *identity, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Commit")


def make_release(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Without the variables of the make that runs the tests.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "release", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a repository with version 1.9.0 and a fragment, without uncommitted changes."""
    (tmp_path / "changelogs" / "fragments").mkdir(parents=True)
    (tmp_path / GALAXY).write_text("name: sagemaker\nversion: 1.9.0\n")
    (tmp_path / CONSTANT.parent).mkdir(parents=True)
    (tmp_path / CONSTANT).write_text('VERSION = "1.9.0"\n')
    (tmp_path / "changelogs" / "fragments" / "more.yml").write_text(FRAGMENT)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


@pytest.mark.parametrize("version", ["", "v1.10.0", "1.10.0-rc1", "01.10.0", "1.10.0\n"])
def test_invalid_version_is_problem(tree: Path, version: str) -> None:
    (problem,) = problems_of(version, tree)
    assert problem.startswith(f"{version!r} is no version such as 1.2.3.")


@pytest.mark.parametrize("version", ["1.9.0", "1.8.9", "0.10.0"])
def test_version_not_later_than_current_version_is_problem(tree: Path, version: str) -> None:
    assert problems_of(version, tree) == [f"{version} is not later than 1.9.0, the version in galaxy.yml."]


@pytest.mark.parametrize(("name", "words"), [(".gitkeep", "no fragment"), ("x.yml", "no release_summary")])
def test_missing_fragment_or_summary_is_problem(tree: Path, name: str, words: str) -> None:
    (tree / "changelogs" / "fragments" / "more.yml").unlink()
    (tree / "changelogs" / "fragments" / name).write_text("bugfixes: [x - y.]\n")
    commit(tree)
    (problem,) = problems_of("2.0.0", tree)
    assert words in problem


def test_main_with_problems_prints_all_and_changes_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "new_file").touch()
    assert main(["1.0.0"], tree) == 1
    assert (tree / "galaxy.yml").read_text().endswith("version: 1.9.0\n")
    assert capsys.readouterr().err.count("No release: ") == 2


slow = pytest.mark.slow(reason="antsibull-changelog and the build take many seconds")


@slow
def test_release_has_version_changelog_and_tarball(tmp_path: Path) -> None:
    root = tmp_path / "clone"
    subprocess.run([GIT, "clone", "--quiet", str(ROOT), str(root)], check=True)
    (root / ".build").mkdir()
    (root / ".build" / "venv").symlink_to((ROOT / ".build" / "venv").resolve())
    for old in (root / "changelogs" / "fragments").glob("*.yml"):
        old.unlink()
    (root / "changelogs" / "fragments" / "more.yml").write_text(FRAGMENT)
    commit(root)
    for stamp in ("demo", "test"):
        (root / ".build" / f"{stamp}.stamp").touch()
    done = make_release(root, "VERSION=9.9.9")
    assert done.returncode == 0, done.stdout + done.stderr
    assert yaml.safe_load((root / GALAXY).read_text())["version"] == "9.9.9"
    assert 'VERSION = "9.9.9"\n' in (root / CONSTANT).read_text()
    changelog = (root / "CHANGELOG.rst").read_text()
    assert "v9.9.9\n======" in changelog
    assert "- inference_experiment - a feature." in changelog
    assert list(yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text())["releases"])[-1] == "9.9.9"
    assert list((root / "changelogs" / "fragments").glob("*.yml")) == []
    (tarball,) = (root / ".build" / "dist").glob("*.tar.gz")
    assert tarball.name == "awscc-sagemaker-9.9.9.tar.gz"
    with tarfile.open(tarball) as archive:
        assert [name for name in archive.getnames() if name.startswith("changelogs/")] == ["changelogs/changelog.yaml"]
        packed = archive.extractfile("CHANGELOG.rst")
        assert packed is not None
        assert packed.read().decode() == changelog
    assert problems_of("9.9.10", root)[0].startswith("the tree has uncommitted changes")


@slow
def test_failed_release_restores_tree(tree: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ROOT / "changelogs" / "config.yaml", tree / "changelogs")
    (tree / "changelogs" / "fragments" / "more.yml").write_text("release_summary: x\nno_such_section: [x]\n")
    commit(tree)
    assert main(["2.0.0"], tree) == 1
    assert [(tree / name).read_text().count("1.9.0") for name in (GALAXY, CONSTANT)] == [1, 1]
    assert "The tree is restored." in capfd.readouterr().err
