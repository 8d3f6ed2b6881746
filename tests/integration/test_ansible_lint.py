"""ansible-lint checks tasks with these modules against their argument specs (rule `args[module]`)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.environment import clean_environment, command

MANAGE = "awscc.sagemaker.inference_experiment"
INFO = "awscc.sagemaker.inference_experiment_info"
PLAYBOOK = """\
---
- name: Lint a task
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Use the module
      {module}:
{options}
"""

# Playbook: module, options, text of the message that ansible-lint reports; None if it reports none.
CASES = {
    "manage_suboption": (MANAGE, ["name: checkout", "schedule: {start: x}"], "schedule.start"),
    "manage_correct": (MANAGE, ['name: "{{ name }}"', 'schedule: {end_time: "2030-01-23T08:00:00Z"}'], None),
    "info_choice": (INFO, ["statuses: [Runing]"], "value of statuses must be one or more of"),
    "info_correct": (INFO, ["names: [checkout]"], None),
}


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return the messages of the rule for each playbook, from one run of ansible-lint."""
    folder = tmp_path_factory.mktemp("playbooks")
    for name, (module, options, _words) in CASES.items():
        lines = "\n".join(f"        {option}" for option in options)
        (folder / f"{name}.yml").write_text(PLAYBOOK.format(module=module, options=lines), encoding="utf-8")
    done = subprocess.run(
        [command("ansible-lint"), "--offline", "-q", "--nocolor", "-f", "codeclimate", *map(str, folder.glob("*.yml"))],
        cwd=folder,
        env={**clean_environment(), "PATH": str(Path(command("ansible")).parent) + ":/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found: dict[str, list[str]] = {name: [] for name in CASES}
    for match in json.loads(done.stdout):
        if match["check_name"] == "args[module]":
            found[Path(match["location"]["path"]).stem].append(match["description"])
    return found


@pytest.mark.slow(reason="ansible-lint runs for eight seconds")
@pytest.mark.parametrize("name", CASES)
def test_args_rule_reports_task_that_argument_spec_rejects(reported: dict[str, list[str]], name: str) -> None:
    text = CASES[name][2]
    assert len(reported[name]) == (text is not None), reported[name]
    assert text is None or text in reported[name][0]
