"""Verification of a stop on the endpoint: the values returned, the differences, and the reads that fail."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.emulator import Emulator
from tests.support import tasks
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.module_runner import Result
from tests.support.tasks import CHECK, MODULE, OTHER_ROLE_ARN, failed, full, minimal, put_experiment, succeeded
from tests.unit.conftest import Run

ENDPOINT = "checkout-endpoint"
RETAIN: dict[str, Any] = {"desired_state": "Completed"}
PROMOTE, REMOVE = {**RETAIN, "on_stop": "promote_shadow"}, {**RETAIN, "on_stop": "remove_shadow"}
DELETE = {"state": "absent"}
PROMOTE_AND_DELETE = {**DELETE, "on_stop": "promote_shadow"}
RECREATE = full(role_arn=OTHER_ROLE_ARN, recreate=True)
READS = ["DescribeEndpoint", "DescribeEndpointConfig"]
KEYS = {"endpoint", "verified", "promoted"}


def returned(result: Result) -> tuple[Any, ...]:
    """Return verified and promoted."""
    return result["verified"], result["promoted"]


def endpoint_reads(emulator: Emulator) -> list[str]:
    return [call for call in emulator.calls() if call.startswith("DescribeEndpoint")]


def deploy(emulator: Emulator, variant: dict[str, Any]) -> None:
    """Deploy another variant on the endpoint, as another caller."""
    client = emulator.client("sagemaker", REGION)
    client.create_model(ModelName=variant["ModelName"], ExecutionRoleArn=tasks.ROLE_ARN)
    client.create_endpoint_config(EndpointConfigName="other", ProductionVariants=[variant])
    client.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="other")
    emulator.clock.advance(1)


def served(name: str, model: str) -> dict[str, Any]:
    return {"VariantName": name, "ModelName": model, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}


# Read this test first.
def test_promotion_is_verified_on_the_endpoint(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout"}, status="Running")
    task = {"name": "checkout", "desired_state": "Completed", "on_stop": "promote_shadow"}
    result = run("inference_experiment", task)
    assert (result["promoted"], result["verified"], result.warnings) == (True, True, [])
    (served,) = result["endpoint"]["production_variants"]
    assert (served["variant_name"], served["model_name"]) == ("shadow", "demo-model-b")
    assert result["endpoint"]["shadow_production_variants"] == []


VERIFIED: dict[str, tuple[dict[str, Any], bool]] = {
    # the options, whether the shadow is promoted
    "retain": (RETAIN, False),
    "promote_shadow": (PROMOTE, True),
    "remove_shadow": (REMOVE, False),
    "delete": (DELETE, False),
    "promote and delete": (PROMOTE_AND_DELETE, True),
    "recreate": (RECREATE, False),
}


@pytest.mark.parametrize(("options", "promoted"), VERIFIED.values(), ids=VERIFIED)
def test_stop_reads_endpoint_once_and_returns_it(
    run: Run, emulator: Emulator, options: dict[str, Any], promoted: bool
) -> None:
    put_experiment(emulator, "Running")
    result = succeeded(run(MODULE, minimal(**options)))
    assert (returned(result), result.warnings) == ((True, promoted), [])
    assert endpoint_reads(emulator) == READS
    assert (result["endpoint"]["name"], result["endpoint"]["status"]) == (ENDPOINT, "InService")


@pytest.mark.parametrize("modes", [{"check": True}, {"wait": False}], ids=["check mode", "no wait"])
@pytest.mark.parametrize("options", [options for options, _promoted in VERIFIED.values()], ids=VERIFIED)
def test_stop_without_wait_is_not_verified(
    run: Run, emulator: Emulator, options: dict[str, Any], modes: dict[str, bool]
) -> None:
    put_experiment(emulator, "Running")
    wait = modes.get("wait", True)
    result = succeeded(run(MODULE, minimal(**options, wait=wait), check="check" in modes))
    assert {name: result[name] for name in KEYS} == {"endpoint": None, "verified": False, "promoted": None}
    assert endpoint_reads(emulator) == []


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (None, full()),
        ("Created", {"desired_state": "Running"}),
        ("Running", {"description": "New"}),
        ("Running", {"desired_state": "Running"}),
        ("Completed", RETAIN),
        ("Completed", DELETE),
        ("Created", PROMOTE_AND_DELETE),
        ("Completed", RECREATE),
    ],
)
def test_task_without_stop_does_not_read_endpoint(
    run: Run, emulator: Emulator, status: str | None, options: dict[str, Any]
) -> None:
    if status:
        put_experiment(emulator, status)
    result = succeeded(run(MODULE, minimal(**options)))
    assert (endpoint_reads(emulator), KEYS & result.values.keys()) == ([], set())


NOT_APPLIED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    # the options, the settings of the emulator, a phrase of the message
    "promotion without effect": (PROMOTE, {"endpoint_ignores_stop": True}, "does not serve the variant shadow (model"),
    "promotion and delete": (PROMOTE_AND_DELETE, {"endpoint_ignores_stop": True}, "does not serve the variant shadow"),
    "failed endpoint": (PROMOTE, {"endpoint_update_status": "Failed"}, "the endpoint has the status Failed"),
}


@pytest.mark.parametrize(("options", "settings", "words"), NOT_APPLIED.values(), ids=NOT_APPLIED)
def test_stop_that_endpoint_does_not_show_fails(
    run: Run, emulator: Emulator, options: dict[str, Any], settings: dict[str, Any], words: str
) -> None:
    emulator.settings.update(settings)
    put_experiment(emulator, "Running")
    result = run(MODULE, minimal(**options))
    error = failed(
        result, "NotApplied", "AWS reported success, but the endpoint ", words, f"The endpoint {ENDPOINT} serves"
    )
    assert (error["operation"], error["request_token"]) == ("update", result["operations"][0]["request_token"])
    assert "UpdateEndpoint" in error["hint"]
    assert (result.changed, tasks.operation_names(result), tasks.stored_status(emulator)) == (
        True,
        ["update"],
        "Completed",
    )
    assert (result["verified"], "variant_actions" in result) == (False, False)


def test_endpoint_that_updates_beyond_wait_timeout_times_out(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"endpoint_update_seconds": math.inf})
    put_experiment(emulator, "Running")
    result = run(MODULE, minimal(**PROMOTE, wait_timeout=60))
    failed(result, "TimedOut", f"the endpoint {ENDPOINT} has the status Updating")
    assert returned(result) == (False, None)


UNREAD: dict[str, tuple[str, dict[str, Any], str]] = {
    # the call, the fault, a phrase of the warning
    "DescribeEndpoint denied": (
        *("DescribeEndpoint", {"code": "AccessDeniedException"}),
        "Grant sagemaker:DescribeEndpoint to the calling identity.",
    ),
    "configuration deleted": (
        *("DescribeEndpointConfig", {"code": "ValidationException", "message": "Could not find it"}),
        "DescribeEndpointConfig failed with ValidationException: Could not find it.",
    ),
}


@pytest.mark.parametrize(("call", "fault", "words"), UNREAD.values(), ids=UNREAD)
@pytest.mark.parametrize("status", ["Running", "Completed"], ids=["stop", "already ended"])
def test_endpoint_that_cannot_be_read_returns_a_warning(
    run: Run, emulator: Emulator, call: str, fault: dict[str, Any], words: str, status: str
) -> None:
    put_experiment(emulator, status)
    emulator.fault(call, "error", times=9, **fault)
    result = succeeded(run(MODULE, minimal(**PROMOTE)))
    (warning,) = result.warnings
    assert "The module did not verify which variants the endpoint serves." in warning
    assert words in warning
    assert returned(result) == (False, None)
    assert (result["endpoint"] is None) is (call == "DescribeEndpoint")


ENDED: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[bool, bool | None], str]] = {
    # the options, the variant on the endpoint, verified and promoted, a phrase of the warning
    "other model": (PROMOTE, served("v3", "demo-model-c"), (False, False), "serves the production variant v3"),
    "promoted after remove": (REMOVE, served("s", "demo-model-b"), (False, True), "serves the production variant s"),
    "delete": (PROMOTE_AND_DELETE, served("v3", "demo-model-c"), (False, False), "the production variant v3"),
}


@pytest.mark.parametrize(("options", "variant", "values", "words"), ENDED.values(), ids=ENDED)
def test_on_stop_of_ended_experiment_warns_what_endpoint_serves(
    run: Run,
    emulator: Emulator,
    options: dict[str, Any],
    variant: dict[str, Any],
    values: tuple[bool, bool | None],
    words: str,
) -> None:
    put_experiment(emulator, "Completed")
    deploy(emulator, variant)
    result = succeeded(run(MODULE, minimal(**options)))
    (warning,) = result.warnings
    assert f"on_stop: {options['on_stop']} was not applied" in warning
    assert words in warning
    assert (returned(result), result.changed) == (values, "state" in options)


@cases(
    (
        "failed",
        "Failed",
        None,
        " The endpoint has the status Failed (",
    ),
    ("updating", "Updating", math.inf, "which variants the endpoint serves: wait_timeout of 60 seconds has elapsed"),
)
def test_on_stop_of_ended_experiment_with_endpoint_out_of_service_is_ok(
    status: str, time_left: float | None, words: str, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Completed")
    emulator.put_endpoint(ENDPOINT, REGION, status=status, time_left=time_left)
    result = succeeded(run(MODULE, minimal(**PROMOTE, wait_timeout=60)))
    (warning,) = result.warnings
    assert words in warning
    assert (result.changed, returned(result)) == (False, (False, None))


def test_on_stop_of_ended_experiment_with_failing_read_times_out(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Completed")
    emulator.fault("DescribeEndpoint", "throttle", times=99)
    failed(run(MODULE, minimal(**PROMOTE, wait_timeout=5)), "TimedOut", "DescribeEndpoint")


@CHECK
def test_removed_shadow_of_ended_experiment_returns_no_warning(run: Run, emulator: Emulator, check: bool) -> None:
    put_experiment(emulator, "Completed")
    result = succeeded(run(MODULE, minimal(**REMOVE), check=check))
    assert (len(result.warnings), *returned(result)) == ((1, False, None) if check else (0, True, False))


def test_endpoint_that_fails_while_updating_fails_with_its_reason(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")

    def fail() -> None:
        put_endpoint = emulator.put_endpoint
        put_endpoint(ENDPOINT, REGION, status="Updating", time_left=30, then="Failed", failure_reason="No capacity.")

    emulator.on_call("DescribeEndpoint", fail)
    result = run(MODULE, minimal(**PROMOTE))
    failed(result, "NotApplied", "the endpoint has the status Failed (No capacity). ")
    assert returned(result) == (False, None)
    assert len(endpoint_reads(emulator)) > 5


def test_deleted_endpoint_returns_a_warning(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    emulator.client("sagemaker", REGION).delete_endpoint(EndpointName=ENDPOINT)
    result = succeeded(run(MODULE, minimal(**PROMOTE)))
    (warning,) = result.warnings
    assert "Could not find endpoint" in warning
    assert returned(result) == (False, None)


def test_second_promotion_returns_promoted_without_warning(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    results = [succeeded(run(MODULE, minimal(**PROMOTE))) for _run in range(2)]
    assert [(result.changed, *returned(result), result.warnings) for result in results] == [
        (True, True, True, []),
        (False, True, True, []),
    ]
