"""An account with enforced IAM policies, and a user in it with the credentials of the tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from tests.emulator import Emulator, ManualClock
from tests.emulator.controls import new_session
from tests.support.environment import REGION
from tests.support.iam_policies import HANDLER_ROLE, HANDLER_ROLE_ARN, TRUST, WITH_HANDLER_ROLE, Policy, filled_in, read
from tests.support.iam_scenarios import Task
from tests.support.module_runner import Result, run_module, with_shared_clients

USER = "ansible"


class Account:
    """A user, with a policy for each test, and the role of the handler."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.iam = emulator.client("iam", REGION)
        self.iam.create_user(UserName=USER)
        key = self.iam.create_access_key(UserName=USER)["AccessKey"]
        self.keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        self.role = HANDLER_ROLE_ARN.rpartition("/")[2]
        self.iam.create_role(RoleName=self.role, AssumeRolePolicyDocument=json.dumps(read(TRUST)))
        self.handler_role: str | None = None

    def grant(self, policy: Policy) -> None:
        """Attach this policy to the user, in place of any other."""
        self.iam.put_user_policy(UserName=USER, PolicyName="policy", PolicyDocument=json.dumps(policy))
        self.handler_role = None

    def split(self, *, caller: Policy | None = None, handler: Policy | None = None) -> None:
        """Let tasks run with cloud_control_role_arn. The default policies are those of docs/iam."""
        self.grant(caller or filled_in(WITH_HANDLER_ROLE))
        document = json.dumps(handler or filled_in(HANDLER_ROLE))
        self.iam.put_role_policy(RoleName=self.role, PolicyName="policy", PolicyDocument=document)
        self.handler_role = HANDLER_ROLE_ARN

    def run(self, task: Task, *, check: bool = False, again: bool = False) -> Result:
        """Prepare the experiment and run a task. With again, run it on the current experiment."""
        if not again:
            task.prepare(self.emulator)
        role = {"cloud_control_role_arn": self.handler_role} if self.handler_role else {}
        return run_module(task.module, {**task.options, **self.keys, **role}, emulator=self.emulator, check=check)

    def client(self, service: str) -> Any:
        """Return a client with the credentials of the user."""
        keys = {f"aws_{name}".replace("access_key", "access_key_id"): value for name, value in self.keys.items()}
        keys["aws_secret_access_key"] = keys.pop("aws_secret_key")
        config = Config(retries={"total_max_attempts": 1})
        return new_session().client(service, region_name=REGION, config=config, **keys)


@pytest.fixture(scope="module")
def _account() -> Iterator[Account]:
    settings: Any = {"check_references": False, "assume_endpoints": True, "enforce_iam": True}
    with Emulator(clock=ManualClock(), **settings) as emulator, with_shared_clients():
        yield Account(emulator)


@pytest.fixture
def account(_account: Account) -> Account:
    """Return the account without experiments and with the default settings."""
    _account.emulator.forget_experiments()
    _account.emulator.world.clock = ManualClock()
    _account.emulator.settings.update({"access_denied_has_a_code": False, "operation_seconds": 0.5})
    return _account
