"""The filter compares experiments with declarations in the same way as the module in check mode."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from jinja2 import StrictUndefined, UndefinedError

from ansible_collections.awscc.sagemaker.plugins.filter import inference_experiment_drift as plugin
from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.scenarios import CHANGED, RECREATES, TRANSITIONS, UNCHANGED, Scenario, scenarios
from tests.support.tasks import INFO, LATER, MODULE, NAME, SCHEDULE, full, minimal, put_experiment, succeeded, variants
from tests.unit.conftest import Run

COUNT_OF_PRODUCTION = "model_variants[production].infrastructure_config.real_time_inference_config.instance_count"


def _drift(run: Run, *declarations: dict[str, Any], **info: Any) -> list[dict[str, Any]]:
    """Run the info module and the filter."""
    found = succeeded(run(INFO, {"include_write_only": True, **info}))["inference_experiments"]
    rows: list[dict[str, Any]] = plugin.FilterModule().filters()["inference_experiment_drift"](
        found, list(declarations)
    )
    return rows


def test_each_declaration_has_a_row_with_its_differences(run: Run, emulator: Emulator) -> None:
    """Read this test first."""
    put_experiment(emulator, "Running", Description="As it was", tags={"team": "search"})
    rows = _drift(
        run,
        {"name": NAME, "description": "New", "tags": {"team": "ml"}, "desired_state": "Completed"},
        {"name": NAME, "description": "As it was"},
        full(name="missing", region=REGION),
    )
    assert rows == [
        {
            "name": NAME,
            "region": REGION,
            "status": "Running",
            "drifted": True,
            "operation": "update",
            "differences": [
                {"option": "description", "declared": "New", "actual": "As it was"},
                {"option": "tags", "declared": {"team": "ml"}, "actual": {"team": "search"}},
                {"option": "desired_state", "declared": "Completed", "actual": "Running"},
            ],
            "reason": None,
        },
        {
            "name": NAME,
            "region": REGION,
            "status": "Running",
            "drifted": False,
            "operation": None,
            "differences": [],
            "reason": None,
        },
        {
            "name": "missing",
            "region": REGION,
            "status": None,
            "drifted": True,
            "operation": "create",
            "differences": [],
            "reason": None,
        },
    ]


@scenarios([*CHANGED, *UNCHANGED])
def test_filter_expects_first_operation_of_module(scenario: Scenario, run: Run, emulator: Emulator) -> None:
    scenario.prepare(emulator)
    (row,) = _drift(run, dict(scenario.task))
    first = "recreate" if scenario in RECREATES else next(iter(scenario.operations), None)
    transitional = scenario in TRANSITIONS
    assert row["drifted"] is (None if transitional else bool(first))
    assert row["operation"] == (None if transitional else first)
    assert (row["status"], row["reason"] is None) == (scenario.before, not transitional)


@pytest.mark.parametrize(
    ("declaration", "option", "declared", "actual"),
    [
        (minimal(model_variants=variants(2)), COUNT_OF_PRODUCTION, 2, 1),
        (minimal(data_storage_config={"destination": "s3://b"}), "data_storage_config.destination", "s3://b", None),
        (minimal(schedule={**SCHEDULE, "end_time": LATER}), "schedule.end_time", LATER, SCHEDULE["end_time"]),
        (minimal(desired_state="Running"), "desired_state", "Running", "Created"),
        (minimal(model_variants=[variants()[0], {**variants()[1], "variant_name": "other"}]),
         "model_variants[*].variant_name", ["production", "other"], ["production", "shadow"]),
    ],
)  # fmt: skip
def test_difference_has_path_and_values_of_options(
    declaration: dict[str, Any], option: str, declared: Any, actual: Any, run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created")
    (row,) = _drift(run, declaration)
    assert row["differences"][0] == {"option": option, "declared": declared, "actual": actual}


def test_change_that_the_module_rejects_has_its_reason(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    declaration = minimal(role_arn="arn:aws:iam::123456789012:role/other", model_variants=variants(2))
    (row,) = _drift(run, declaration)
    assert (row["drifted"], row["operation"], len(row["differences"])) == (True, None, 3)
    assert row["reason"] in run(MODULE, declaration, check=True).msg


def test_region_of_declaration_selects_experiment(run: Run, emulator: Emulator) -> None:
    put_experiment(emulator, "Running")
    (found,) = succeeded(run(INFO, {"include_write_only": True}))["inference_experiments"]
    both = [found, {**found, "region": "eu-west-1", "status": "Completed"}]
    declarations = [{"name": NAME, "region": region} for region in (REGION, "eu-west-1", "eu-west-2")]
    rows = plugin.inference_experiment_drift(both, declarations)
    assert [(row["region"], row["status"]) for row in rows] == [
        *((REGION, "Running"), ("eu-west-1", "Completed"), ("eu-west-2", None))
    ]
    assert plugin.inference_experiment_drift([found], [{"name": NAME, "region": ""}])[0]["region"] == REGION
    with pytest.raises(AnsibleFilterError, match=r"checkout exists in eu-west-1, us-east-1\. Set region"):
        plugin.inference_experiment_drift(both, [{"name": NAME}])
    with pytest.raises(AnsibleFilterError, match=r"checkout occurs 2 times in us-east-1\. Pass each"):
        plugin.inference_experiment_drift([found, found], [{"name": NAME, "region": REGION}])


@pytest.mark.parametrize(
    ("declarations", "messages"),
    [
        ("checkout", ["declarations must be a list of dictionaries."]),
        (["checkout"], ["declarations must be a list of dictionaries."]),
        ([{}], ["declarations[0]: missing required arguments: name."]),
        ([{"name": "a"}, {"name": "b", "wait": True}], ["declarations[1]: wait. Supported parameters include"]),
        ([{"name": "a_b"}, {"name": "c", "description": ""}], ["declarations[0]: name must", "declarations[1]: desc"]),
        ([{"name": True}], ["declarations[0]: name must be a string, got true"]),
        ([{"name": "a", "on_stop": "promote_shadow"}], ["declarations[0]: on_stop: promote_shadow requires"]),
    ],
)
def test_invalid_declarations_are_reported_by_position(declarations: Any, messages: list[str]) -> None:
    with pytest.raises(AnsibleFilterError) as raised:
        plugin.inference_experiment_drift([], declarations)
    assert [message for message in messages if message not in str(raised.value)] == [], str(raised.value)


@pytest.mark.parametrize(
    ("experiments", "message"),
    [
        ({"checkout": {}}, "inference_experiments must be a list of dictionaries."),
        ([{"name": NAME}], f"{NAME} has no desired_state, schedule, status_reason. Read it with include_write_only"),
    ],
)
def test_experiments_without_properties_are_rejected(experiments: Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        plugin.inference_experiment_drift(experiments, [minimal(region=None)])


def test_documentation_names_keys_of_row(run: Run) -> None:
    documented = yaml.safe_load(plugin.RETURN)["_value"]["contains"]
    assert list(_drift(run, full())[0]) == list(documented)


class Uncopyable(dict[str, Any]):
    """A dictionary like those of the templating engine, whose copies take minutes."""

    def __deepcopy__(self, memo: Any) -> Any:
        raise AssertionError


def test_containers_of_templating_engine_are_not_copied() -> None:
    declaration = Uncopyable(name=NAME, tags=Uncopyable(team="ml"), state="absent")
    assert not plugin.inference_experiment_drift([], [declaration])[0]["drifted"]


class Vaulted:
    """A vaulted string of ansible-core before 2.19."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return "As it was"


OMIT = type("_OmitType", (), {})()  # from ansible-core 2.19 on
OLD_OMIT = "__omit_place_holder__" + 40 * "0"
BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"schedule": {"start_time": datetime(2026, 1, 2, 13, tzinfo=BERLIN)}}, id="unquoted time"),
        pytest.param({"schedule": {"start_time": SCHEDULE["start_time"], "end_time": OMIT}}, id="omitted suboption"),
        pytest.param({"description": Vaulted(), "kms_key": OMIT}, id="vaulted string, omitted option"),
        pytest.param({"tags": {"day": date(2030, 1, 7)}, "role_arn": OLD_OMIT}, id="date, omitted option before 2.19"),
        pytest.param({"model_variants": tuple(variants())}, id="tuple"),
    ],
)
def test_values_of_yaml_and_templates_are_compared_as_the_module_receives_them(
    options: dict[str, Any], run: Run, emulator: Emulator
) -> None:
    put_experiment(emulator, "Created", Description="As it was", tags={"day": "2030-01-07"})
    assert _drift(run, {"name": NAME, **options})[0]["differences"] == []


@pytest.mark.parametrize("values", [([], StrictUndefined(name="nix")), (StrictUndefined(name="nix"), [])])
def test_undefined_variable_is_named(values: tuple[Any, Any]) -> None:
    """From ansible-core 2.19 on, the templating engine itself raises the error."""
    with pytest.raises(UndefinedError, match="'nix' is undefined"):
        plugin.inference_experiment_drift(*values)
