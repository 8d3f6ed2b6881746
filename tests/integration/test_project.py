"""The files that users and contributors expect of a collection: community files, workflows and ways to install."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.test_package import TOP_LEVEL
from tests.support.environment import ROOT, clean_environment, command
from tools.matrix.__main__ import GALAXY, ROWS
from tools.release import GIT

CONDUCT = r"https://docs\.ansible\.com/\S+/code_of_conduct\.html"
ISSUES = r"/ansible-collection-sagemaker/issues/new/choose"
EXPECTED = {
    # Expectation: file, pattern. The first four are requirements for collections in the package ansible.
    "Code of Conduct": ("CODE_OF_CONDUCT.md", CONDUCT),
    "Code of Conduct in README": ("README.md", CONDUCT),
    "forum to get help": ("README.md", r"### Communication\n[^#]*welcome[^#]*https://forum\.ansible\.com/c/help/6"),
    "forum tag": ("README.md", r"https://forum\.ansible\.com/tag/aws"),
    "semantic versioning": ("README.md", r"https://semver\.org/"),
    "deprecation policy": ("README.md", r"### Supported versions and deprecation\n"),
    "documentation site": ("README.md", re.escape("https://awscc.github.io/ansible-collection-sagemaker/")),
    "documentation site on Galaxy": ("galaxy.yml", r"\ndocumentation: https://awscc\.github\.io/"),
    "forum on documentation site": ("docs/docsite/links.yml", r"forums:\n(.*\n)+? +url: https://forum\.ansible\.com/"),
    "issues on documentation site": ("docs/docsite/links.yml", ISSUES),
    "private reports": (".github/ISSUE_TEMPLATE/config.yml", r"/security/advisories/new"),
    "pull requests with fragment": (".github/pull_request_template.md", r"changelogs/fragments"),
}
WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")}


@pytest.mark.parametrize("expectation", EXPECTED)
def test_file_has_content_that_is_expected_of_collections(expectation: str) -> None:
    name, pattern = EXPECTED[expectation]
    assert re.search(pattern, (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_pins_actions_and_runs_only_make_targets(name: str) -> None:
    used = re.findall(r"uses: (?!\./)(.*)", WORKFLOWS[name])
    assert [action for action in used if not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)] == []
    runs = [step["run"] for job in _jobs(name) for step in job.get("steps", []) if "run" in step]
    assert [run for run in runs if not run.startswith(("make ", "test -f ", ".build/venv/bin/ansible-galaxy "))] == []


def test_action_has_one_version_in_all_workflows() -> None:
    used = {action for text in WORKFLOWS.values() for action in re.findall(r"uses: (?!\./)(.*)", text)}
    assert sorted(action.split("@")[0] for action in used) == sorted({action.split("@")[0] for action in used})


@pytest.mark.parametrize("name", [name for name, text in WORKFLOWS.items() if "pull_request:" in text])
def test_push_to_pull_request_cancels_stale_run(name: str) -> None:
    concurrency = yaml.safe_load(WORKFLOWS[name])["concurrency"]
    assert concurrency["cancel-in-progress"] is True
    assert "github.event.pull_request.number" in concurrency["group"]


def test_workflows_run_commands_of_ci_run_and_one_job_for_each_ansible_core() -> None:
    test, matrix = _jobs("ci.yml")
    (docs,) = (step["run"] for step in _jobs("docs.yml")[0]["steps"] if "run" in step)
    targets = {*test["strategy"]["matrix"]["target"]}
    targets |= {row["target"] for row in test["strategy"]["matrix"]["include"]} | {docs.split()[1], "matrix"}
    assert {f"make {target}" for target in targets} == set(
        re.findall(r'^\t"(make \w+)"', (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    )
    *rows, galaxy = ((row["core"], row["python"]) for row in matrix["strategy"]["matrix"]["include"])
    assert (rows, galaxy[0]) == ([(row.core, row.pythons[0]) for row in ROWS], GALAXY)


def _jobs(workflow: str) -> list[Any]:
    return list(yaml.safe_load(WORKFLOWS[workflow])["jobs"].values())


def _run(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    # Without the variables of the make that runs the tests.
    inherited = {name: value for name, value in clean_environment().items() if not name.startswith(("MAKE", "GIT_"))}
    identity = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env={**inherited, **identity},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("file", "succeeds"),
    [
        pytest.param("changelogs/fragments/more.yml", True, id="new fragment"),
        pytest.param("changelogs/fragments/old.yml", True, id="changed fragment"),
        pytest.param("changelogs/fragments/.gitkeep", False, id="not a fragment"),
        pytest.param("plugins/more.py", False, id="no fragment"),
    ],
)
def test_make_changelog_requires_fragment(tmp_path: Path, file: str, succeeds: bool) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "plugins").mkdir()
    (tmp_path / "changelogs" / "fragments").mkdir(parents=True)
    assert _run(GIT, "init", "--quiet", "--initial-branch=base", folder=tmp_path).returncode == 0
    for name, branch in (("changelogs/fragments/old.yml", "base"), (file, "change")):
        (tmp_path / name).write_text(branch, encoding="utf-8")
        for words in (("add", "."), ("commit", "--quiet", "--message", branch), ("switch", "--create", "change")):
            _run(GIT, *words, folder=tmp_path)
    done = _run("make", "changelog", "BASE=base", folder=tmp_path)
    assert (done.returncode == 0, "Add a changelog fragment" in done.stderr) == (succeeds, not succeeds)
    assert _run("make", "changelog", "BASE=missing", folder=tmp_path).returncode != 0


@pytest.mark.parametrize("source", [pytest.param("git+file://{}", id="git URL"), pytest.param("{}", id="clone")])
def test_repository_can_be_installed(tmp_path: Path, source: str) -> None:
    clone = tmp_path / "clone"
    assert _run(GIT, "clone", "--quiet", ROOT, clone, folder=tmp_path).returncode == 0
    words = (
        command("ansible-galaxy"),
        "collection",
        "install",
        source.format(clone),
        "--force",
        "--no-deps",
        "-p",
        tmp_path,
    )
    done = _run(*words, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    installed = tmp_path / "ansible_collections" / "awscc" / "sagemaker"
    assert {path.name for path in installed.iterdir()} == TOP_LEVEL
    plugins = {path.name for path in (clone / "plugins").rglob("*.py")}
    assert {path.name for path in (installed / "plugins").rglob("*.py")} == plugins
