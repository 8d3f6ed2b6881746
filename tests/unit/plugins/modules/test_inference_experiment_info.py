"""The info module: filters, order, write-only properties, concurrent changes, and no call that is not needed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from unittest import mock

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.listing import MAX_CONCURRENT_READS
from tests.emulator import Emulator
from tests.emulator.experiments import STATUSES
from tests.emulator.settings import SUMMARY_PROPERTIES
from tests.support import tasks
from tests.support.cases import cases
from tests.support.environment import REGION
from tests.support.tasks import INFO, MODULE, SCHEDULE, failed, full, succeeded
from tests.unit.conftest import Run

# The properties that ListResources can return.
LISTED = pytest.mark.parametrize(
    "listed", [["Name"], ["Name", "Status"], list(SUMMARY_PROPERTIES)], ids=["name", "status", "summary"]
)


def put_experiments(emulator: Emulator, names: Sequence[str], status: str = "Running", region: str = REGION) -> None:
    for name in names:
        emulator.put_experiment(region, {"Name": name}, status=status)


def names_of(run: Run, emulator: Emulator, **options: Any) -> list[str]:
    """Run the module with an empty log of calls, and return the names of the experiments."""
    emulator.clear_log()
    result = succeeded(run(INFO, options))
    assert (result.changed, emulator.writes()) == (False, [])
    return [experiment["name"] for experiment in result["inference_experiments"]]


def reads(emulator: Emulator) -> list[str]:
    """Return the sorted names of the experiments that were read."""
    return sorted(record.request["Identifier"] for record in emulator.log if record.operation == "GetResource")


@pytest.fixture
def each_status(emulator: Emulator) -> Emulator:
    """Store an experiment of each status, with the status in its name. The transitional statuses last."""
    for status in STATUSES:
        time_left = 1e6 if status in tasks.TRANSITIONAL else None
        emulator.put_experiment(REGION, {"Name": f"is-{status}"}, status=status, time_left=time_left)
    return emulator


# Read this test first.
def test_experiments_with_status_are_listed_and_read(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment("us-east-1", {"Name": "checkout", "Description": "Test"}, status="Running")
    emulator.put_experiment("us-east-1", {"Name": "search"}, status="Completed")
    result = run("inference_experiment_info", {"statuses": ["Running"]})
    (experiment,) = result["inference_experiments"]
    assert (experiment["name"], experiment["description"], experiment["status"]) == ("checkout", "Test", "Running")
    assert "schedule" not in experiment
    assert emulator.calls() == ["ListResources", "GetResource"]


@pytest.mark.parametrize(("number", "page"), [(20, 20), (45, 20)])
def test_all_pages_are_read_and_sorted_by_name(run: Run, emulator: Emulator, number: int, page: int) -> None:
    emulator.settings.list_page_size = page
    names = [f"n{index * 37 % 61:02}" for index in range(number)]
    put_experiments(emulator, names)
    assert names_of(run, emulator) == sorted(names)
    pages = max(1, -(-number // page))
    assert sorted(emulator.calls()) == ["GetResource"] * number + ["ListResources"] * pages


def test_info_returns_the_same_value_as_the_module(run: Run) -> None:
    task = full(description="d", tags={"Team": "x", "model_name": "y"}, data_storage_config={"destination": "s3://b/k"})
    managed = succeeded(run(MODULE, task))["inference_experiment"]
    assert succeeded(run(INFO, {}))["inference_experiments"] == [managed]


@cases(
    ("names", {"names": ["c", "missing", "a", "c"]}, ["a", "c"]),
    ("alias", {"name": ["c", "missing", "a", "c"]}, ["a", "c"]),
    ("empty list", {"names": []}, []),
    ("string", {"names": "b"}, ["b"]),
)
def test_names_are_read_without_list(options: dict[str, Any], found: list[str], run: Run, emulator: Emulator) -> None:
    put_experiments(emulator, ["a", "b", "c"])
    assert names_of(run, emulator, **options) == found
    (names,) = options.values()
    assert reads(emulator) == sorted(set(names))
    assert "ListResources" not in emulator.calls()


@cases(
    ("part", {"name_contains": "shop"}, ["my-shop", "shop", "shop-2"]),
    ("names", {"name_contains": "shop", "names": ["shop", "other"]}, ["shop"]),
)
@LISTED
def test_name_contains_reads_matches_only(
    options: dict[str, Any], found: list[str], run: Run, emulator: Emulator, listed: list[str]
) -> None:
    emulator.settings.update({"list_properties": listed})
    put_experiments(emulator, ["shop", "shop-2", "my-shop", "other"])
    assert names_of(run, emulator, **options) == found
    assert reads(emulator) == found


@pytest.mark.parametrize(
    "statuses",
    [["Running", "Created"], []],
    ids=lambda statuses: ", ".join(statuses) or "none",
)
def test_statuses_read_matches_only(run: Run, each_status: Emulator, statuses: list[str]) -> None:
    expected = sorted(f"is-{status}" for status in statuses)
    assert names_of(run, each_status, statuses=statuses) == expected
    assert reads(each_status) == expected


@cases(("two", ["Running", "Completed"], len(STATUSES)), ("none", [], 0))
def test_statuses_read_all_if_list_has_no_status(
    statuses: list[str], number: int, run: Run, each_status: Emulator
) -> None:
    each_status.settings.update({"list_properties": ["Name"]})
    assert names_of(run, each_status, statuses=statuses) == sorted(f"is-{status}" for status in statuses)
    assert (len(reads(each_status)), "ListResources" in each_status.calls()) == (number, number > 0)


@LISTED
@cases(
    ("all", {}, ["a-1", "a-2", "b-1"]),
    ("name_contains", {"name_contains": "a-"}, ["a-1", "a-2"]),
    ("names", {"names": ["b-1", "missing"]}, ["b-1"]),
    ("include_write_only", {"include_write_only": True}, ["a-1", "a-2", "b-1"]),
)
def test_identifiers_only_lists_only(
    options: dict[str, Any], found: list[str], run: Run, emulator: Emulator, listed: list[str]
) -> None:
    emulator.settings.update({"list_properties": listed, "list_page_size": 2})
    put_experiments(emulator, ["a-2", "b-1", "a-1"])
    result = succeeded(run(INFO, {**options, "identifiers_only": True}))
    assert result["inference_experiments"] == [{"name": name, "region": REGION} for name in found]
    assert set(emulator.calls()) == {"ListResources"}


@pytest.mark.parametrize("with_status", [True, False], ids=["list with status", "list without status"])
def test_identifiers_only_with_statuses_requires_status_in_list(
    run: Run, each_status: Emulator, with_status: bool
) -> None:
    if not with_status:
        each_status.settings.update({"list_properties": ["Name"]})
    result = run(INFO, {"identifiers_only": True, "statuses": ["Running"]})
    assert set(each_status.calls()) == {"ListResources"}
    if with_status:
        assert succeeded(result)["inference_experiments"] == [{"name": "is-Running", "region": REGION}]
    else:
        assert result.failed
        assert all(word in result.msg for word in ("statuses", "identifiers_only"))


@pytest.mark.parametrize(("status", "intent"), [("Created", None), ("Cancelled", "Cancelled")])
def test_include_write_only_returns_write_only_properties(
    run: Run, emulator: Emulator, status: str, intent: str | None
) -> None:
    schedule = {"StartTime": SCHEDULE["start_time"], "EndTime": SCHEDULE["end_time"]}
    reason = {"StatusReason": "It was slow"} if status == "Cancelled" else {}
    emulator.put_experiment(REGION, {"Name": "a", "Schedule": schedule, **reason}, status=status)
    (found,) = succeeded(run(INFO, {"include_write_only": True}))["inference_experiments"]
    assert {name: time.replace("+00:00", "Z") for name, time in found["schedule"].items()} == SCHEDULE
    assert (found["status"], found["desired_state"]) == (status, intent)
    assert found["status_reason"] == reason.get("StatusReason")
    assert sorted(emulator.calls()) == ["DescribeInferenceExperiment", "GetResource", "ListResources"]


@cases(("all", {}, [("Completed", "Completed")]), ("Running", {"statuses": ["Running"]}, []))
def test_experiment_that_ends_between_two_reads_has_one_status(
    options: dict[str, Any], found: list[tuple[str, str]], run: Run, emulator: Emulator
) -> None:
    put_experiments(emulator, ["a"])
    emulator.on_call("DescribeInferenceExperiment", lambda: put_experiments(emulator, ["a"], "Completed"))
    result = succeeded(run(INFO, {"include_write_only": True, **options}))
    assert [(e["status"], e["desired_state"]) for e in result["inference_experiments"]] == found


@pytest.mark.parametrize(
    ("operation", "number"), [("GetResource", 1), ("DescribeInferenceExperiment", 1), ("GetResource", 30)]
)
def test_experiment_deleted_after_the_list_is_omitted(
    run: Run, emulator: Emulator, operation: str, number: int
) -> None:
    names = [f"n{index:02}" for index in range(number)]
    put_experiments(emulator, names, "Completed")
    sagemaker = emulator.client("sagemaker", REGION)
    # Of many, the last experiment is read after the first call has started.
    emulator.on_call(operation, lambda: sagemaker.delete_inference_experiment(Name=names[-1]))
    assert names_of(run, emulator, include_write_only=operation != "GetResource") == names[:-1]


ENDED = ["Completed", "Cancelled"]


@pytest.mark.parametrize("write_only", [False, True], ids=["", "include_write_only"])
def test_wait_for_returns_experiments_after_another_caller_has_stopped_one(
    run: Run, emulator: Emulator, write_only: bool
) -> None:
    put_experiments(emulator, ["a", "b"], "Completed")
    put_experiments(emulator, ["b"])
    actions = {"production": "Retain", "shadow": "Retain"}
    sagemaker, start = emulator.client("sagemaker", REGION), emulator.clock.now()
    stop = partial(sagemaker.stop_inference_experiment, Name="b", ModelVariantActions=actions, DesiredState="Cancelled")
    emulator.on_call("GetResource", stop, nth=20)
    result = succeeded(run(INFO, {"names": ["b", "a"], "wait_for": ENDED, "include_write_only": write_only}))
    found = [(e["name"], e["status"], "schedule" in e) for e in result["inference_experiments"]]
    assert found == [("a", "Completed", write_only), ("b", "Cancelled", write_only)]
    assert (result.changed, emulator.writes()) == (False, [])
    assert reads(emulator).count("a") == reads(emulator).count("b") >= 10
    assert (emulator.clock.now() - start).total_seconds() < 60


@cases(
    (
        "impossible",
        {"wait_for": ["Running"]},
        "Refused",
        (
            "The wait failed for the inference experiments in us-east-1: a is Completed and cannot become Running. c"
            " does not exist. If the task"
        ),
        ["Completed", "Running"],
    ),
    (
        "timeout",
        {"names": ["a", "b"], "wait_for": ENDED, "wait_timeout": 100},
        "TimedOut",
        (
            "The wait failed for the inference experiments in us-east-1: wait_timeout of 100 seconds has elapsed: b is"
            " Running, not Completed or Cancelled. Run the task again to resume."
        ),
        ["Completed", "Running"],
    ),
    ("no names", {"wait_for": ["Cancelled"], "names": []}, None, "", []),
)
def test_wait_for_returns_experiments_of_last_read_however_it_ends(
    options: dict[str, Any], code: str | None, words: str, found: list[str], run: Run, emulator: Emulator
) -> None:
    put_experiments(emulator, ["a"], "Completed")
    put_experiments(emulator, ["b"])
    result = run(INFO, {"names": ["a", "b", "c"], **options})
    assert [e["status"] for e in result["inference_experiments"]] == found
    if code:
        failed(result, code, words)


def test_wait_for_in_check_mode_reads_once(run: Run, emulator: Emulator) -> None:
    put_experiments(emulator, ["a"])
    result = succeeded(run(INFO, {"names": ["a", "b"], "wait_for": ["Created"]}, check=True))
    assert ([e["status"] for e in result["inference_experiments"]], reads(emulator)) == (["Running"], ["a", "b"])


@cases(
    ("name", {"names": ["a", "b_b"]}, ["names[1] must consist of letters and digits", '"b_b"']),
    ("name by alias", {"name": "my.test"}, [": name must consist of", 'got "my.test".']),
    ("names in one string", {"name": "a,b_b"}, [": name[1] must consist of", 'got "b_b".']),
    ("wait_for without names", {"wait_for": ["Running"]}, ["wait_for requires names."]),
    ("empty wait_for", {"names": ["a"], "wait_for": []}, ["wait_for must not be empty."]),
    ("wait_for without statuses", {"names": ["a"], "wait_for": ["Running"], "statuses": []}, ["with statuses."]),
    (
        "wait_for with filters",
        {"name": "a", "wait_for": ["Running"], "name_contains": "a", "statuses": ["Created"], "identifiers_only": True},
        [f"wait_for cannot be combined with {name}." for name in ("name_contains", "statuses", "identifiers_only")],
    ),
    ("wait_timeout", {"wait_timeout": 0}, ["wait_timeout must be an integer from 1 to 2678400, got 0."]),
    (
        "all options",
        {"names": ["a_a"], "name_contains": "", "cloud_control_role_arn": ""},
        ["a_a", "name_contains must not be empty.", "cloud_control_role_arn must not be empty."],
    ),
)
def test_invalid_options_fail_before_any_call(
    options: dict[str, Any], words: list[str], run: Run, emulator: Emulator
) -> None:
    failed(run(INFO, options), "InvalidOptions", "Invalid options for inference experiments in us-east-1: ", *words)
    assert emulator.calls() == []


def test_all_experiments_are_read_at_a_limited_rate(run: Run, emulator: Emulator) -> None:
    names = [f"n{index:03}" for index in range(80)]
    put_experiments(emulator, names)
    emulator.settings.throttle_per_second = 10
    assert names_of(run, emulator) == names


@cases(
    ("invalid options", INFO, {"names": ["b_b"]}, []),
    ("info", INFO, {}, ["cloudcontrol"]),
    ("write-only properties", INFO, {"include_write_only": True}, ["cloudcontrol", "sagemaker"]),
    ("wait_for", INFO, {"names": ["a"], "wait_for": ["Running"], "wait_timeout": 5}, ["cloudcontrol"]),
    ("unchanged task", MODULE, {"name": "a"}, ["cloudcontrol"]),
    (
        "schedule",
        *(MODULE, {"name": "a", "schedule": {"end_time": "2026-01-05T00:00:00Z"}}, ["cloudcontrol", "sagemaker"]),
    ),
)
def test_client_of_each_needed_service_is_created_once(
    module: str, options: dict[str, Any], services: list[str], run: Run, emulator: Emulator
) -> None:
    put_experiments(emulator, ["a", "b", "c"])
    create, created = AnsibleAWSModule.client, []

    def client(self: AnsibleAWSModule, service: str, **settings: Any) -> Any:
        created.append((service, settings["config"]))
        return create(self, service, **settings)

    with mock.patch.object(AnsibleAWSModule, "client", client):
        run(module, options)
    assert [service for service, _config in created] == services
    # Each concurrent read has its own connection.
    assert module != INFO or {config.max_pool_connections for _service, config in created} <= {MAX_CONCURRENT_READS}
    # No call takes longer than the deadline.
    assert {config.read_timeout for _service, config in created} <= {options.get("wait_timeout", 60)}
    # The adaptive mode slows down all calls of the client after a throttled call. Only the engine retries.
    modes = {(config.retries["mode"], config.retries["total_max_attempts"]) for _service, config in created}
    assert modes <= {("adaptive" if module == INFO and "wait_for" not in options else "standard", 1)}


ENDPOINT = "shop-endpoint"


def put_endpoint(emulator: Emulator, change: str) -> None:
    if change == "deleted":
        emulator.client("sagemaker", REGION).delete_endpoint(EndpointName=ENDPOINT)
    elif change:
        emulator.put_endpoint(ENDPOINT, REGION, status=change)


@pytest.mark.parametrize(
    ("change", "promoted", "warns"),
    [
        ("", False, ""),
        ("deleted", None, "Could not find"),
        ("Updating", None, ""),
    ],
)
def test_include_endpoint_returns_variants_and_promoted(
    run: Run, emulator: Emulator, change: str, promoted: bool | None, warns: str
) -> None:
    put_experiments(emulator, ["other", "shop"])
    put_endpoint(emulator, change)
    emulator.clear_log()
    result = succeeded(run(INFO, {"name": "shop", "include_endpoint": True}))
    (found,) = result["inference_experiments"]
    assert found["promoted"] is promoted
    assert (found["endpoint"] is None) is (change == "deleted")
    assert [warns in warning for warning in result.warnings] == [True] * bool(warns)
    if not change:
        models = [variant["model_name"] for variant in found["endpoint"]["production_variants"]]
        assert (models, emulator.calls()) == (
            ["demo-model-a"],
            ["GetResource", "DescribeEndpoint", "DescribeEndpointConfig"],
        )


@pytest.mark.parametrize(
    ("options", "found"),
    [({"identifiers_only": True}, [{"name": "shop", "region": REGION}]), ({"names": []}, [])],
    ids=["identifiers_only", "no names"],
)
def test_include_endpoint_without_properties_reads_no_endpoint(
    run: Run, emulator: Emulator, options: dict[str, Any], found: list[dict[str, str]]
) -> None:
    put_experiments(emulator, ["shop"])
    result = succeeded(run(INFO, {"include_endpoint": True, **options}))
    assert (result["inference_experiments"], result.warnings) == (found, [])
    assert "DescribeEndpoint" not in emulator.calls()


def test_include_endpoint_reads_endpoint_once_after_wait(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment(REGION, {"Name": "shop"}, status="Stopping", time_left=60)
    task = {"name": "shop", "include_endpoint": True, "wait_for": ["Completed"]}
    (found,) = succeeded(run(INFO, task))["inference_experiments"]
    assert (found["status"], found["promoted"]) == ("Completed", False)
    assert emulator.calls().count("DescribeEndpoint") == 1
