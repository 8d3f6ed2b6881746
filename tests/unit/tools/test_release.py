# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A release is refused before it changes anything, or else is whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.support.environment import ROOT
from tests.support.thorough import THOROUGH
from tools.release import GIT, main, refusals

FRAGMENT = "minor_changes:\n  - inference_experiment - it can do more.\n"


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    subprocess.run([GIT, *who, *arguments], cwd=root, check=True, capture_output=True)


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "As it is")


def make_release(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What an outer make has put into the environment is not for this one."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "release", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with version 1.9.0 and a fragment, all committed."""
    (tmp_path / "changelogs" / "fragments").mkdir(parents=True)
    (tmp_path / "galaxy.yml").write_text("name: sagemaker\nversion: 1.9.0\n")
    (tmp_path / "changelogs" / "fragments" / "more.yml").write_text(FRAGMENT)
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


@pytest.mark.parametrize("version", ["1.9.1", "1.10.0", "2.0.0"])
def test_a_higher_version_of_a_clean_tree_is_let_through(tree: Path, version: str) -> None:
    assert refusals(version, tree) == []


@pytest.mark.parametrize("version", ["", "1.9", "v1.10.0", "1.10.0-rc1", "1.10.0 ", "01.10.0", "1.10.0\n", "newest"])
def test_what_is_no_version_is_refused(tree: Path, version: str) -> None:
    (refusal,) = refusals(version, tree)
    assert refusal.startswith(f"{version!r} is no version like 1.2.3.")


@pytest.mark.parametrize("version", ["1.9.0", "1.8.9", "0.10.0"])
def test_a_version_that_does_not_come_after_the_present_one_is_refused(tree: Path, version: str) -> None:
    assert refusals(version, tree) == [f"{version} does not come after 1.9.0, the version in galaxy.yml."]


@pytest.mark.parametrize("name", ["galaxy.yml", "new_file"])
def test_a_dirty_tree_is_refused(tree: Path, name: str) -> None:
    with (tree / name).open("a") as file:
        file.write("# more\n")
    (refusal,) = refusals("2.0.0", tree)
    assert "not committed" in refusal


def test_nothing_to_tell_of_is_refused(tree: Path) -> None:
    (tree / "changelogs" / "fragments" / "more.yml").rename(tree / "changelogs" / "fragments" / ".gitkeep")
    commit(tree)
    (refusal,) = refusals("2.0.0", tree)
    assert "no fragment" in refusal


def test_a_refused_release_changes_nothing_and_says_all_that_is_wrong(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "new_file").touch()
    assert main(["1.0.0"], tree) == 1
    assert (tree / "galaxy.yml").read_text().endswith("version: 1.9.0\n")
    assert capsys.readouterr().err.count("No release: ") == 2


def test_without_a_version_make_says_how_to_give_one() -> None:
    done = make_release(ROOT)
    assert done.returncode != 0
    assert "make release VERSION=1.2.3" in done.stdout + done.stderr


if THOROUGH:  # antsibull-changelog takes seconds, and a build more

    def test_a_release_is_one_version_a_changelog_and_a_tarball(tmp_path: Path) -> None:
        root = tmp_path / "clone"
        subprocess.run([GIT, "clone", "--quiet", str(ROOT), str(root)], check=True)
        (root / ".build").mkdir()
        (root / ".build" / "venv").symlink_to((ROOT / ".build" / "venv").resolve())
        (root / "changelogs" / "fragments" / "more.yml").write_text(FRAGMENT)
        commit(root)
        for stamp in ("demo", "test"):
            (root / ".build" / f"{stamp}.stamp").touch()
        done = make_release(root, "VERSION=9.9.9")
        assert done.returncode == 0, done.stdout + done.stderr
        assert yaml.safe_load((root / "galaxy.yml").read_text())["version"] == "9.9.9"
        changelog = (root / "CHANGELOG.rst").read_text()
        assert "v9.9.9\n======" in changelog
        assert "- inference_experiment - it can do more." in changelog
        assert list(yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text())["releases"])[-1] == "9.9.9"
        assert list((root / "changelogs" / "fragments").glob("*.yml")) == []
        (tarball,) = (root / ".build" / "dist").glob("*.tar.gz")
        assert tarball.name == "awscc-sagemaker-9.9.9.tar.gz"
        with tarfile.open(tarball) as archive:
            packed = archive.extractfile("CHANGELOG.rst")
            assert packed is not None
            assert packed.read().decode() == changelog
        assert refusals("9.9.10", root)[0].startswith("the tree has changes")

    def test_a_release_that_fails_in_the_middle_leaves_the_tree_as_it_was(
        tree: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        shutil.copy(ROOT / "changelogs" / "config.yaml", tree / "changelogs")
        (tree / "changelogs" / "fragments" / "more.yml").write_text("no_such_section: [x]\n")
        commit(tree)
        assert main(["2.0.0"], tree) == 1
        assert (tree / "galaxy.yml").read_text().endswith("version: 1.9.0\n")
        assert "The tree is put back." in capfd.readouterr().err
