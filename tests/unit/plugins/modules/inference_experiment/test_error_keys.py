"""The keys of the error of each failure. test_requirements.py tests the failure on an old Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module import base as engine
from tests.emulator import Emulator
from tests.support.tasks import ALWAYS, CHECK, INFO, MODULE, failed, minimal, put_experiment
from tests.unit.conftest import Run

# The real method. The fixture of the emulator replaces the method by one that creates each client once.
CREATE_CLIENT = AnsibleAWSModule.client
Prepare = Callable[[Emulator, pytest.MonkeyPatch], object]


class Failure(NamedTuple):
    """A task that fails. Without a task of its own: a task of each module with these options of the connection."""

    code: str
    options: dict[str, Any] = {}  # noqa: RUF012
    prepare: Prepare = lambda _emulator, _patch: None
    task: dict[str, Any] | None = None

    def tasks(self) -> dict[str, dict[str, Any]]:
        if self.task:
            return {MODULE: self.task}
        return {MODULE: {**minimal(description="New"), **self.options}, INFO: {"name": "checkout", **self.options}}


def fault(operation: str, kind: str, **details: Any) -> Prepare:
    return lambda emulator, _patch: emulator.fault(operation, kind, times=ALWAYS, **details)


def without_credentials(_emulator: Emulator, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(AnsibleAWSModule, "client", CREATE_CLIENT)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        patch.delenv(name)


def without_region(_emulator: Emulator, patch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        patch.delenv(name)


def ignore_description(emulator: Emulator, _patch: pytest.MonkeyPatch) -> None:
    emulator.settings.ignore_properties = frozenset({"Description"})


FAILURES = [
    Failure("InvalidOptions", {"cloud_control_role_arn": ""}),
    Failure("InvalidOptions", {"profile": True}),
    Failure("MissingLibrary", prepare=lambda _emulator, patch: patch.setattr(engine, "HAS_BOTO3", False)),
    Failure("NoRegion", {"region": None}, without_region),
    Failure("NoCredentialsError", prepare=without_credentials),
    Failure("ProfileNotFound", {"profile": "unknown"}, without_credentials),
    Failure("NoClient", {"aws_config": {"retries": 5}}, without_credentials),
    Failure("EndpointConnectionError", prepare=fault("GetResource", "refused")),
    Failure("InvalidAnswer", prepare=fault("GetResource", "broken_json")),
    Failure("ThrottlingException", prepare=fault("GetResource", "throttle")),
    Failure("AccessDeniedException", prepare=fault("GetResource", "error", code="AccessDeniedException", message="No")),
    Failure("503", prepare=fault("GetResource", "html503")),
    Failure("TimedOut", prepare=fault("GetResource", "throttle"), task=minimal(description="New", wait_timeout=3)),
    Failure("NotStabilized", prepare=fault("UpdateResource", "failed", code="NotStabilized"), task=minimal(tags={})),
    Failure("Refused", task=minimal(desired_state="Completed")),
    Failure("NotApplied", prepare=ignore_description, task=minimal(description="New")),
]
CASES = [(failure, module) for failure in FAILURES for module in failure.tasks()]


@CHECK
@pytest.mark.parametrize(("failure", "module"), CASES, ids=[f"{failure.code} {module}" for failure, module in CASES])
def test_failed_task_has_error_with_all_keys(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, failure: Failure, module: str, check: bool
) -> None:
    put_experiment(emulator, tags={"old": "1"})
    failure.prepare(emulator, monkeypatch)
    result = run(module, failure.tasks()[module], check=check)
    if check and not result.failed:
        assert emulator.writes() == []
        return
    error = failed(result, failure.code)
    assert error["message"]
    # The message of InvalidOptions has the correction of each option.
    assert error["hint"] or failure.code == "InvalidOptions"
    assert (error["hint"] or "") in result.msg
    assert ("operations" in result, "inference_experiment" in result) == (module == MODULE, module == MODULE)


@pytest.mark.parametrize(("module", "options"), [(MODULE, {"name": "a"}), (INFO, {})], ids=["module", "info"])
def test_unknown_region_fails_after_one_call(
    run: Run, emulator: Emulator, module: str, options: dict[str, Any]
) -> None:
    before = emulator.clock.now()
    result = run(module, {**options, "region": "us-east-9"})
    assert "Check region" in failed(result, "InvalidSignatureException", "us-east-9")["hint"]
    assert (len(emulator.calls()), emulator.clock.now()) == (1, before)
