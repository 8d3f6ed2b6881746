"""The decision and the table of docs/examples/promote_if_better.yml, from the metrics of tests on the emulator."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.emulator import Emulator, ManualClock
from tests.emulator.seed import shadow_mode_config
from tests.support.cases import cases
from tests.support.environment import REGION, ROOT
from tests.support.module_runner import run_module, with_shared_clients

PLAYBOOK = ROOT / "docs" / "examples" / "promote_if_better.yml"
LATENCY = {"p50": 20_000, "p90": 35_000, "p99": 60_000}
GOOD: dict[str, Any] = {"production": {"model_latency": LATENCY}, "shadow": {"model_latency": LATENCY}}
SLOW = {**GOOD, "shadow": {"model_latency": {**LATENCY, "p99": 90_000}}}
ERRORS, BOTH = ({**GOOD, "shadow": {**test["shadow"], "model_error_rate": 0.02}} for test in (GOOD, SLOW))


@pytest.fixture(scope="module")
def seeded() -> Iterator[Emulator]:
    with Emulator(clock=ManualClock()) as emulator, with_shared_clients():
        emulator.seed(REGION)
        yield emulator


def _evaluate(emulator: Emulator, *expressions: str, **variables: Any) -> list[Any]:
    """Return the values of variables of the play after the measurement, with variables of the command line."""
    measured = run_module("inference_experiment_metrics_info", {"name": "test-model-b"}, emulator=emulator)
    assert not measured.failed, measured.msg
    loader: Any = DataLoader()
    # ansible-core 2.19 and later evaluate only templates of trusted files.
    trusted = "trusted_as_template" in inspect.signature(loader.load_from_file).parameters
    (play,) = loader.load_from_file(str(PLAYBOOK), **({"trusted_as_template": True} if trusted else {}))
    templar = Templar(loader=loader, variables={**play["vars"], **variables, "measured": measured.values})
    return [templar.template(play["vars"][expression]) for expression in expressions]


def _put(
    emulator: Emulator, *, status: str = "Running", percentage: int = 100, days: int = 1, traffic: Any = "good"
) -> None:
    """Put a test that started some days ago, and has had this traffic since then."""
    emulator.forget_experiments()
    emulator.clear_traffic()
    start = emulator.clock.now() - timedelta(days=days)
    scheduled = [(start + timedelta(days=later)).isoformat() for later in (10 if status == "Created" else 0, 20)]
    schedule = dict(zip(("StartTime", "EndTime"), scheduled, strict=True))
    properties = {"Name": "test-model-b", "EndpointName": "demo-endpoint", "Schedule": schedule}
    properties |= {"ShadowModeConfig": shadow_mode_config(percentage)}
    emulator.put_experiment(REGION, properties, status=status)
    if traffic:
        variants = GOOD if traffic == "good" else traffic
        emulator.traffic("demo-endpoint", REGION, invocations_per_minute=60, variants=variants, start=start)


@cases(
    ("good", {}, {}, "promote", "all limits are met"),
    ("not_started", {"status": "Created"}, {}, "none", "the test is Created"),
    ("ended", {"status": "Completed"}, {}, "none", "the test is Completed"),
    ("no_traffic", {"traffic": None}, {}, "wait", "not met: invocations, error rate, p99 latency"),
    ("few_requests", {"traffic": ERRORS}, {"min_invocations": "90000"}, "wait", "not met: invocations, error rate"),
    ("low_percentage", {"percentage": 50}, {}, "wait", "not met: sampling"),
    ("errors", {"traffic": ERRORS}, {}, "reject", "error rate 0.0200 above 0.01"),
    ("errors_at_low_percentage", {"traffic": ERRORS, "percentage": 50}, {}, "reject", "error rate 0.0200 above 0.01"),
    ("slow", {"traffic": SLOW}, {}, "reject", "p99 ratio 1.50 above 1.1"),
    ("both", {"traffic": BOTH}, {}, "reject", "error rate 0.0200 above 0.01, p99 ratio 1.50 above 1.1"),
    ("other_limits", {"traffic": SLOW}, {"max_p99_ratio": "1.5"}, "promote", "all limits are met"),
    ("no_production", {"traffic": {"shadow": {}}}, {}, "wait", "not met: p99 latency"),
    # Before ansible-core 2.19, the value of a variable with a template is a string.
    ("no_production_before_2_19", {"traffic": {"shadow": {}}}, {"p99_ratio": "0"}, "wait", "not met: p99 latency"),
    ("percentiles_of_days", {"days": 3}, {}, "promote", "all limits are met"),
    ("slow_day", {"days": 3, "traffic": SLOW}, {}, "reject", "p99 ratio 1.50 above 1.1"),
)
def test_decision_depends_on_status_and_limits(
    test: dict[str, Any], variables: dict[str, Any], decision: str, reason: str, seeded: Emulator
) -> None:
    seeded.settings.metric_long_periods = "reject"
    _put(seeded, **test)
    assert _evaluate(seeded, "decision", "reason", **variables) == [decision, reason]


def test_table_has_each_metric_with_its_limit(seeded: Emulator) -> None:
    _put(seeded, traffic=SLOW)
    (table,) = _evaluate(seeded, "table")
    assert table.splitlines() == [
        "                     production          shadow   ratio   limit             met",
        "sampling %                                  100           at least 100      yes",
        "invocations              86,340          86,340    1.00   at least 10000    yes",
        "error rate               0.0000          0.0000       -   up to 0.01        yes",
        "p50 latency ms             20.0            20.0    1.00",
        "p90 latency ms             35.0            35.0    1.00",
        "p99 latency ms             60.0            90.0    1.50   ratio up to 1.1   no",
        "Decision for demo-model-b: reject (p99 ratio 1.50 above 1.1)",
    ]
