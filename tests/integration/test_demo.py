# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo as `make demo` runs it, and its playbook in the situations that the demo does not meet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo import EXPERIMENT, PLAYBOOK, Check, Step, arguments_of, check_of_promotion, checks_of_calls
from tests.emulator.records import Record
from tests.emulator.seed import ACCOUNT_ID, Seed
from tests.emulator.server import EmulatorServer
from tests.environment import REGION, ROOT, command, emulator_environment

DEMO = [sys.executable, "-m", "tests.demo"]
SECONDS = 300


@pytest.fixture
def server() -> Iterator[EmulatorServer]:
    """IAM is enforced, and the playbook is played with a key of the operator's."""
    with EmulatorServer(operation_seconds=0.1, transition_seconds=0.1, enforce_iam=True) as server:
        yield server


@pytest.fixture
def seed(server: EmulatorServer) -> Seed:
    return server.seed(REGION, name="checkout")


def _play(server: EmulatorServer, seed: Seed, *more: str) -> tuple[int, str]:
    done = subprocess.run(
        [command("ansible-playbook"), "--diff", str(PLAYBOOK), *arguments_of(seed), *more],
        env={**emulator_environment(server.endpoint_url), **_operator(server, seed)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _operator(server: EmulatorServer, seed: Seed) -> dict[str, str]:
    """The credentials of a user who has the policy of docs/iam for operators, with the seed's role filled in."""
    iam, name = server.client("iam"), "operator"
    policy = (ROOT / "docs" / "iam" / "operator.json").read_text(encoding="utf-8")
    example = f"arn:aws:iam::{ACCOUNT_ID}:role/sagemaker-experiments"
    assert example in policy
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policy.replace(example, seed.role_arn))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def test_the_demo_ends_as_it_should_and_warns_of_nothing() -> None:
    done = subprocess.run(DEMO, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The demo ended as it should." in done.stdout
    assert "WRONG" not in done.stdout
    assert done.stderr == ""
    # Warnings come on stderr; what is for the eyes of a terminal stays out of files.
    assert "WARNING" not in done.stdout
    assert "\033" not in done.stdout


def test_an_interrupted_demo_ends_soon_and_in_words(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with said.open("w") as output:
        demo = subprocess.Popen(DEMO, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            while "TASK" not in said.read_text() and demo.poll() is None:
                time.sleep(0.05)
            os.killpg(demo.pid, signal.SIGINT)  # as a terminal does it: to the demo and to Ansible
            assert demo.wait(30) == 130
        finally:
            demo.kill()
            demo.wait()
    assert "Interrupted. The emulator has stopped" in said.read_text()
    # Ansible's workers are interrupted too, and one that is just being forked tells where; of the demo nothing is told.
    assert "tests/demo.py" not in said.read_text()


def test_in_check_mode_the_playbook_says_what_it_would_create_and_ends(server: EmulatorServer, seed: Seed) -> None:
    code, said = _play(server, seed, "--check")
    assert code == 0, said
    assert "would create checkout-v2" in said
    assert "failed=0" in said
    assert server.calls() == ["GetResource", "GetResource"]
    assert server.writes() == []


def test_the_playbook_clears_away_what_it_has_left_when_interrupted(server: EmulatorServer, seed: Seed) -> None:
    properties = seed.properties(EXPERIMENT, Schedule={"StartTime": "2020-01-01T00:00:00Z"})
    server.put_experiment(REGION, properties, status="Running", tags={"example": "shadow_test.yml"})
    code, said = _play(server, seed)
    assert code == 0, said
    assert server.writes().count("DeleteResource") == 2


def test_the_playbook_leaves_the_experiments_of_others_alone(server: EmulatorServer, seed: Seed) -> None:
    server.put_experiment(REGION, seed.properties(EXPERIMENT), status="Running", tags={"team": "theirs"})
    code, said = _play(server, seed)
    assert code != 0
    assert "that this playbook has not made" in said
    assert server.calls() == ["GetResource"]


def _step(name: str, *operations: str) -> Step:
    records = [
        Record(number=1, time="", service="cloudcontrol", operation=operation, region=REGION, request={}, write=False)
        for operation in operations
    ]
    return Step(name, 1.0, records)


def _broken(checks: list[Check]) -> list[str]:
    return [check.sentence for check in checks if not check.holds]


def test_a_write_in_check_mode_would_make_the_demo_fail() -> None:
    assert "The plan read once and wrote nothing." in _broken(
        checks_of_calls([_step("Plan the shadow test", "GetResource", "CreateResource")])
    )


def test_a_call_by_a_task_that_should_make_none_would_make_the_demo_fail() -> None:
    (check,) = checks_of_calls([_step("Something new", "GetResource")])[-1:]
    assert "'Something new' made ['GetResource'] instead of []" in check.instead


@pytest.mark.parametrize(
    "fates",
    [
        pytest.param([], id="nothing was deleted"),
        pytest.param([None], id="nobody stopped it"),
        pytest.param([{"production": "Retain", "shadow": "Remove"}], id="the shadow was removed"),
        pytest.param([{"production": "Retain", "shadow": "Retain"}], id="both were retained"),
    ],
)
def test_a_stop_that_promotes_nothing_would_make_the_demo_fail(fates: list[dict[str, str] | None]) -> None:
    assert not check_of_promotion([{"fate": fate} for fate in fates]).holds
