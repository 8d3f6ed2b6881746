# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The info module: every option, all pages, the order, what vanishes meanwhile, and no call that is not needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unittest import mock

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.api.listing import MAX_CONCURRENT_READS
from tests.emulator import Emulator
from tests.emulator.experiments import STATUSES
from tests.emulator.seed import ACCOUNT_ID
from tests.emulator.settings import SUMMARY_PROPERTIES
from tests.support.environment import REGION
from tests.support.module_runner import Result
from tests.support.tasks import MODULE, ROLE_ARN, STORAGE_PROPERTY, full, succeeded
from tests.unit.conftest import Run

INFO = "inference_experiment_info"


def put_all(emulator: Emulator, names: Sequence[str], status: str = "Running", region: str = REGION) -> None:
    for name in names:
        emulator.put_experiment(region, {"Name": name}, status=status)


def listed(run: Run, emulator: Emulator, **options: Any) -> list[str]:
    """The names that are returned; the log has only the calls of this."""
    emulator.clear_log()
    result = succeeded(run(INFO, options))
    assert not result.changed
    assert emulator.writes() == []
    return [experiment["name"] for experiment in result["inference_experiments"]]


def reads(emulator: Emulator) -> list[str]:
    """The experiments that were read in full."""
    return sorted(record.request["Identifier"] for record in emulator.log if record.operation == "GetResource")


@pytest.fixture
def one_a_status(emulator: Emulator) -> Emulator:
    """Eight experiments, each named after the status in which it stays."""
    for status in STATUSES:
        transitional = status in ("Creating", "Updating", "Starting", "Stopping")
        time_left = 1e6 if transitional else None
        emulator.put_experiment(REGION, {"Name": f"is-{status}"}, status=status, time_left=time_left)
    return emulator


@pytest.mark.parametrize("check", [False, True], ids=["for real", "in check mode"])
def test_none_at_all_is_an_empty_list_for_one_call(run: Run, emulator: Emulator, check: bool) -> None:
    result = succeeded(run(INFO, {}, check=check))
    assert (result["inference_experiments"], result.changed, emulator.calls()) == ([], False, ["ListResources"])


@pytest.mark.parametrize(("number", "page"), [(1, 20), (20, 20), (21, 20), (45, 20), (7, 1), (60, 100)])
def test_all_pages_sorted_by_name_whatever_their_size(run: Run, emulator: Emulator, number: int, page: int) -> None:
    emulator.settings.list_page_size = page
    names = [f"n{index * 37 % 61:02}" for index in range(number)]
    put_all(emulator, names)
    assert listed(run, emulator) == sorted(names)
    pages = max(1, -(-number // page))
    assert sorted(emulator.calls()) == ["GetResource"] * number + ["ListResources"] * pages


def test_it_has_the_shape_of_the_other_module(run: Run) -> None:
    task = full(description="d", tags={"Team": "x", "model_name": "y"}, data_storage_config={"destination": "s3://b/k"})
    managed = succeeded(run(MODULE, task))["inference_experiment"]
    assert succeeded(run(INFO, {}))["inference_experiments"] == [managed]


@pytest.mark.parametrize("option", ["names", "name"])
def test_only_these_without_a_list_call(run: Run, emulator: Emulator, option: str) -> None:
    put_all(emulator, ["a", "b", "c"])
    assert listed(run, emulator, **{option: ["c", "missing", "a", "c"]}) == ["a", "c"]
    assert emulator.calls("cloudcontrol") == ["GetResource"] * 3


@pytest.mark.parametrize(
    ("names", "found"),
    [
        pytest.param(["missing"], [], id="one that does not exist"),
        pytest.param([], [], id="none"),
        pytest.param("b", ["b"], id="a text for a list"),
    ],
)
def test_names(run: Run, emulator: Emulator, names: Any, found: list[str]) -> None:
    put_all(emulator, ["a", "b"])
    assert listed(run, emulator, names=names) == found
    assert "ListResources" not in emulator.calls()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        pytest.param({"name_contains": "shop"}, ["my-shop", "shop", "shop-2"], id="a part"),
        pytest.param({"name_contains": "-"}, ["my-shop", "shop-2"], id="a hyphen"),
        pytest.param({"name_contains": "x"}, [], id="nothing matches"),
        pytest.param({"name_contains": "shop", "names": ["shop", "other"]}, ["shop"], id="together with names"),
    ],
)
@pytest.mark.parametrize("listing", [["Name"], ["Name", "Status"], list(SUMMARY_PROPERTIES)], ids=len)
def test_name_contains_reads_only_what_matches(
    run: Run, emulator: Emulator, options: dict[str, Any], found: list[str], listing: list[str]
) -> None:
    emulator.settings.update({"list_properties": listing})
    put_all(emulator, ["shop", "shop-2", "my-shop", "other"])
    assert listed(run, emulator, **options) == found
    assert reads(emulator) == found


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_ruled_out_by_the_list_is_not_read(run: Run, one_a_status: Emulator, status: str) -> None:
    assert listed(run, one_a_status, statuses=[status]) == [f"is-{status}"]
    assert reads(one_a_status) == [f"is-{status}"]


@pytest.mark.parametrize("wanted", [["Running", "Created"], list(STATUSES), []], ids=["two", "all", "none"])
def test_several_statuses(run: Run, one_a_status: Emulator, wanted: list[str]) -> None:
    assert listed(run, one_a_status, statuses=wanted) == sorted(f"is-{status}" for status in wanted)
    assert reads(one_a_status) == sorted(f"is-{status}" for status in wanted)


def test_none_of_the_statuses_takes_no_call(run: Run, one_a_status: Emulator) -> None:
    one_a_status.settings.update({"list_properties": ["Name"]})
    assert (listed(run, one_a_status, statuses=[]), one_a_status.calls()) == ([], [])


def test_a_list_that_tells_only_names_has_all_read_for_their_status(run: Run, one_a_status: Emulator) -> None:
    one_a_status.settings.update({"list_properties": ["Name"]})
    assert listed(run, one_a_status, statuses=["Running", "Completed"]) == ["is-Completed", "is-Running"]
    assert len(reads(one_a_status)) == len(STATUSES)


def test_filters_count_together(run: Run, one_a_status: Emulator) -> None:
    found = listed(run, one_a_status, statuses=["Created", "Creating", "Running"], name_contains="Crea")
    assert found == ["is-Created", "is-Creating"]
    assert reads(one_a_status) == found
    names = ["is-Created", "is-Running", "missing"]
    assert listed(run, one_a_status, names=names, statuses=["Running"]) == ["is-Running"]


def test_a_status_that_changed_after_the_list_no_longer_matches(run: Run, emulator: Emulator) -> None:
    put_all(emulator, ["a"])
    emulator.on_call("GetResource", lambda: put_all(emulator, ["a"], "Completed"))
    assert listed(run, emulator, statuses=["Running"]) == []


@pytest.mark.parametrize("listing", [["Name"], ["Name", "Status"], list(SUMMARY_PROPERTIES)], ids=len)
@pytest.mark.parametrize(
    ("options", "found"),
    [
        pytest.param({}, ["a-1", "a-2", "b-1"], id="all"),
        pytest.param({"name_contains": "a-"}, ["a-1", "a-2"], id="some"),
        pytest.param({"names": ["b-1", "missing"]}, ["b-1"], id="by name"),
        pytest.param({"include_write_only": True}, ["a-1", "a-2", "b-1"], id="with write-only, which it has not"),
    ],
)
def test_identifiers_only_reads_nothing_in_full(
    run: Run, emulator: Emulator, options: dict[str, Any], found: list[str], listing: list[str]
) -> None:
    emulator.settings.update({"list_properties": listing, "list_page_size": 2})
    put_all(emulator, ["a-2", "b-1", "a-1"])
    result = succeeded(run(INFO, {**options, "identifiers_only": True}))
    assert result["inference_experiments"] == [{"name": name, "region": REGION} for name in found]
    assert set(emulator.calls()) == {"ListResources"}


def test_identifiers_only_with_statuses_that_the_list_tells(run: Run, one_a_status: Emulator) -> None:
    result = succeeded(run(INFO, {"identifiers_only": True, "statuses": ["Running"]}))
    assert result["inference_experiments"] == [{"name": "is-Running", "region": REGION}]
    assert set(one_a_status.calls()) == {"ListResources"}


def test_identifiers_only_with_statuses_that_the_list_does_not_tell_is_refused(run: Run, emulator: Emulator) -> None:
    emulator.settings.update({"list_properties": ["Name"]})
    put_all(emulator, ["a"])
    result = run(INFO, {"identifiers_only": True, "statuses": ["Running"]})
    assert result.failed
    assert all(word in result.msg for word in ("statuses", "identifiers_only"))
    assert "GetResource" not in emulator.calls()


WRITE_ONLY: dict[str, str | None] = {
    # status: the desired state that it meets
    "Created": None,
    "Updating": None,
    "Running": "Running",
    "Stopping": None,
    "Completed": "Completed",
    "Cancelled": "Cancelled",
}


@pytest.mark.parametrize(("status", "desired"), WRITE_ONLY.items())
def test_include_write_only(run: Run, emulator: Emulator, status: str, desired: str | None) -> None:
    schedule = {"StartTime": "2026-01-02T12:00:00Z", "EndTime": "2026-01-09T12:00:00Z"}
    reason = {"StatusReason": "It was slow"} if status == "Cancelled" else {}
    emulator.put_experiment(REGION, {"Name": "a", "Schedule": schedule, **reason}, status=status)
    (found,) = succeeded(run(INFO, {"include_write_only": True}))["inference_experiments"]
    times = {name: time.replace("+00:00", "Z") for name, time in found["schedule"].items()}
    assert times == {"start_time": schedule["StartTime"], "end_time": schedule["EndTime"]}
    assert (found["status"], found["desired_state"]) == (status, desired)
    assert found["status_reason"] == reason.get("StatusReason")
    assert sorted(emulator.calls()) == ["DescribeInferenceExperiment", "GetResource", "ListResources"]


@pytest.mark.parametrize(
    ("options", "found"), [({}, [("Completed", "Completed")]), ({"statuses": ["Running"]}, [])], ids=["all", "running"]
)
def test_what_ends_while_being_read_is_told_as_one_state(
    run: Run, emulator: Emulator, options: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    put_all(emulator, ["a"])
    emulator.on_call("DescribeInferenceExperiment", lambda: put_all(emulator, ["a"], "Completed"))
    result = succeeded(run(INFO, {"include_write_only": True, **options}))
    assert [(e["status"], e["desired_state"]) for e in result["inference_experiments"]] == found


def test_info_omits_write_only_properties_that_the_list_returns(run: Run, emulator: Emulator) -> None:
    emulator.put_experiment(REGION, {"Name": "a", "StatusReason": "It was slow"}, status="Completed")
    (found,) = succeeded(run(INFO, {}))["inference_experiments"]
    assert {"schedule", "status_reason", "desired_state"}.isdisjoint(found)
    assert emulator.calls("sagemaker") == []


def test_write_only_is_asked_for_matches_only(run: Run, one_a_status: Emulator) -> None:
    assert listed(run, one_a_status, include_write_only=True, statuses=["Running"]) == ["is-Running"]
    assert one_a_status.calls("sagemaker") == ["DescribeInferenceExperiment"]


@pytest.mark.parametrize("operation", ["GetResource", "DescribeInferenceExperiment"])
def test_what_is_deleted_while_being_read_is_left_out(run: Run, emulator: Emulator, operation: str) -> None:
    put_all(emulator, ["a"], "Completed")
    sagemaker = emulator.client("sagemaker", REGION)
    emulator.on_call(operation, lambda: sagemaker.delete_inference_experiment(Name="a"))
    assert listed(run, emulator, include_write_only=True) == []


def test_one_of_many_that_vanishes_is_left_out(run: Run, emulator: Emulator) -> None:
    names = [f"n{index:02}" for index in range(30)]
    put_all(emulator, names, "Completed")
    sagemaker = emulator.client("sagemaker", REGION)
    # The last one is read after the others have begun, so this comes in time.
    emulator.on_call("GetResource", lambda: sagemaker.delete_inference_experiment(Name="n29"))
    assert listed(run, emulator) == names[:-1]


def test_the_role_of_cloud_control_is_in_every_request(run: Run, emulator: Emulator) -> None:
    emulator.settings.list_page_size = 2
    put_all(emulator, ["a", "b", "c"])
    listed(run, emulator, cloud_control_role_arn=ROLE_ARN)
    requests = [record.request for record in emulator.log if record.service == "cloudcontrol"]
    assert {request.get("RoleArn") for request in requests} == {ROLE_ARN}
    listed(run, emulator)
    assert all("RoleArn" not in record.request for record in emulator.log)


def test_the_region_is_that_of_the_task(run: Run, emulator: Emulator) -> None:
    put_all(emulator, ["here"])
    put_all(emulator, ["there"], region="eu-central-1")
    result = succeeded(run(INFO, {"region": "eu-central-1"}))
    assert [(e["name"], e["region"]) for e in result["inference_experiments"]] == [("there", "eu-central-1")]


def test_tags_and_content_are_as_they_are(run: Run, emulator: Emulator) -> None:
    tags = {"Team": "x", "aws:createdBy": "shop"}
    emulator.put_experiment(REGION, {"Name": "a", "DataStorageConfig": STORAGE_PROPERTY}, tags=tags)
    (found,) = succeeded(run(INFO, {}))["inference_experiments"]
    assert found["tags"] == tags
    assert found["arn"] == f"arn:aws:sagemaker:{REGION}:{ACCOUNT_ID}:inference-experiment/a"
    assert found["data_storage_config"]["content_type"]["csv_content_types"] == ["text/csv", "text/tsv"]


WRONG: list[Any] = [
    pytest.param({"names": ["a", "b_b"]}, ["names[1] must consist of letters and digits", '"b_b"'], id="a wrong name"),
    pytest.param({"names": "my.test"}, ["names must consist of", 'got "my.test".'], id="a wrong name as a string"),
    pytest.param({"name": "my.test"}, [": name must consist of", 'got "my.test".'], id="a wrong name by the alias"),
    pytest.param({"name": "a,b_b"}, [": name[1] must consist of", 'got "b_b".'], id="wrong names in one string"),
    pytest.param({"names": [""]}, ["names must not be empty."], id="an empty name"),
    pytest.param({"names": ["n" * 121]}, ["names must have 1 to 120 characters, got 121."], id="a long name"),
    pytest.param({"name_contains": ""}, ["name_contains must not be empty."], id="an empty part"),
    pytest.param({"cloud_control_role_arn": ""}, ["cloud_control_role_arn", "empty"], id="an empty role"),
    pytest.param(
        {"names": ["a_a"], "name_contains": "", "cloud_control_role_arn": ""},
        ["a_a", "name_contains", "cloud_control_role_arn"],
        id="all in one message",
    ),
]


@pytest.mark.parametrize(("options", "words"), WRONG)
def test_refused_before_any_call(run: Run, emulator: Emulator, options: dict[str, Any], words: list[str]) -> None:
    result = run(INFO, options)
    assert result.failed
    assert [word for word in words if word not in result.msg] == []
    assert (result["error"]["code"], emulator.calls()) == ("InvalidOptions", [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"statuses": ["Stopped"]}, "value of statuses must be one or more of"),
        ({"status": "x"}, "Unsupported parameters"),
    ],
)
def test_info_rejects_first_with_ansibles_message(
    run: Run, emulator: Emulator, options: dict[str, Any], message: str
) -> None:
    result = run(INFO, {**options, "name_contains": True})
    assert (result.failed, emulator.calls(), "error" in result) == (True, [], False)
    assert message in result.msg


def failed(result: Result, code: str, operation: str) -> None:
    assert result.failed
    assert set(result["error"]) == {"code", "message", "operation", "request_token", "hint"}
    assert (result["error"]["code"], result["error"]["operation"]) == (code, operation)


@pytest.mark.parametrize("operation", ["ListResources", "GetResource", "DescribeInferenceExperiment"])
def test_a_denied_call_fails(run: Run, emulator: Emulator, operation: str) -> None:
    put_all(emulator, ["a", "b"])
    message = f"not authorized to perform: {operation}"
    emulator.fault(operation, "error", code="AccessDeniedException", message=message, times=99)
    result = run(INFO, {"include_write_only": True})
    failed(result, "AccessDeniedException", operation)
    assert message in result.msg


def test_a_region_without_the_type_is_not_empty(run: Run, emulator: Emulator) -> None:
    result = run(INFO, {"region": "us-gov-west-1"})
    failed(result, "TypeNotFoundException", "ListResources")
    assert "region" in result.msg
    assert emulator.writes() == []


@pytest.mark.parametrize("kind", ["throttle", "html503", "not_json", "missing_keys", "broken_json", "lost"])
@pytest.mark.parametrize("operation", ["ListResources", "GetResource", "DescribeInferenceExperiment"])
def test_a_bad_answer_is_asked_for_again(run: Run, emulator: Emulator, operation: str, kind: str) -> None:
    emulator.settings.list_page_size = 2
    names = ["a", "b", "c", "d", "e"]
    put_all(emulator, names)
    emulator.fault(operation, kind, after=1)
    result = succeeded(run(INFO, {"include_write_only": True}))
    assert [found["name"] for found in result["inference_experiments"]] == names
    assert all(found["schedule"]["end_time"] for found in result["inference_experiments"])


def test_throttled_it_slows_down_and_finds_all(run: Run, emulator: Emulator) -> None:
    names = [f"n{index:03}" for index in range(80)]
    put_all(emulator, names)
    emulator.settings.throttle_per_second = 10
    assert listed(run, emulator) == names


@pytest.mark.parametrize(
    ("module", "options", "made"),
    [
        pytest.param(INFO, {"names": ["b_b"]}, [], id="none for options that are not right"),
        pytest.param(INFO, {}, ["cloudcontrol"], id="one to list and read"),
        pytest.param(INFO, {"include_write_only": True}, ["cloudcontrol", "sagemaker"], id="one more for write-only"),
        pytest.param(MODULE, {"name": "a"}, ["cloudcontrol"], id="one for an unchanged task"),
        pytest.param(
            MODULE,
            {"name": "a", "schedule": {"end_time": "2026-01-05T00:00:00Z"}},
            ["cloudcontrol", "sagemaker"],
            id="one more for the schedule",
        ),
    ],
)
def test_clients_are_made_once_and_only_when_they_are_needed(
    run: Run, emulator: Emulator, module: str, options: dict[str, Any], made: list[str]
) -> None:
    put_all(emulator, ["a", "b", "c"])
    make, asked = AnsibleAWSModule.client, []

    def client(self: AnsibleAWSModule, service: str, **settings: Any) -> Any:
        asked.append((service, settings["config"]))
        return make(self, service, **settings)

    with mock.patch.object(AnsibleAWSModule, "client", client):
        run(module, options)
    assert [service for service, _config in asked] == made
    # Each reader has a connection of its own, and there are never more.
    assert module != INFO or {config.max_pool_connections for _service, config in asked} <= {MAX_CONCURRENT_READS}
    # What slows all calls of a client down once some have been throttled; a call is repeated by the engine alone.
    modes = {(config.retries["mode"], config.retries["total_max_attempts"]) for _service, config in asked}
    assert modes <= {("adaptive" if module == INFO else "standard", 1)}


def test_an_account_of_many_is_still_patient_after_an_hour(run: Run, emulator: Emulator) -> None:
    put_all(emulator, ["a"])
    emulator.on_call("GetResource", lambda: emulator.clock.advance(3600))
    emulator.fault("GetResource", "throttle", times=3)
    assert [found["name"] for found in succeeded(run(INFO, {}))["inference_experiments"]] == ["a"]
