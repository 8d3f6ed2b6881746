# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options with values that nobody means to give: each is refused by its name and before any call, or it works.

A share of the values for each option; THOROUGH=1 in the environment makes it all of them, and thousands of made ones.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emulator import Emulator
from tests.support.environment import REGION
from tests.support.malformed_values import VALUES, Path, option_paths, put_at
from tests.support.module_runner import argument_spec
from tests.support.tasks import (
    END,
    KEY_ID,
    MODULE,
    SCHEDULE,
    STORAGE,
    full,
    minimal,
    put_experiment,
    rerun_unchanged,
    shadow_mode_config,
    stored_experiment,
    succeeded,
    variants,
)
from tests.support.thorough import THOROUGH, some
from tests.unit.conftest import Run

INFO = "inference_experiment_info"
WHOLE = full(
    description="d", kms_key=KEY_ID, data_storage_config=STORAGE, schedule=SCHEDULE, tags={"k": "v"}, recreate=False
)
TIMES_AS_TEXT = "{'start_time': datetime.datetime(2031, 5, 19, 11, 49, 52, tzinfo=datetime.timezone.utc)}"
COUNT = ("infrastructure_config", "real_time_inference_config", "instance_count")
STOP = minimal(desired_state="Completed", on_stop="retain", status_reason="Over")
PATHS = [
    (module, path)
    for module in (MODULE, INFO)
    for path in option_paths(argument_spec(module))
    if path[0] not in aws_argument_spec()
]


def _task(module: str, path: Path) -> Mapping[str, Any]:
    if module == INFO:
        return {}
    return STOP if path[0] in STOP and path[0] != "name" else WHOLE


def _prepare(emulator: Emulator, task: Mapping[str, Any]) -> None:
    emulator.reset()
    if task is STOP:
        put_experiment(emulator, "Running")


def complaints(run: Run, emulator: Emulator, module: str, path: Path, value: Any) -> Iterator[str]:
    """What the module does with a value that it should not."""
    task = put_at(_task(module, path), path, value)
    _prepare(emulator, _task(module, path))
    emulator.clear_log()
    predicted = run(module, task, check=True)
    result = run(module, task)
    if "exception" in result:
        yield "a traceback"
    if (predicted.failed, predicted.changed) != (result.failed, result.changed):
        yield f"check mode says {predicted.msg or predicted.changed!r}, and it is {result.msg or result.changed!r}"
    if not result.failed:
        again = run(module, task)
        if again.failed or again.changed:
            yield f"a second run says {again.msg or again['operations']}"
        return
    if predicted.msg != result.msg:
        yield f"check mode says {predicted.msg!r}"
    # Whether an option that is left out is needed to create the experiment is known when there is none.
    if emulator.writes() if value is None else emulator.calls():
        yield f"refused after {emulator.calls()}: {result.msg}"
    if not any(str(step) in result.msg for step in path):
        yield f"no name: {result.msg}"


def _shown(path: Path) -> str:
    return ".".join(str(step) for step in path if step != 0)


@pytest.mark.parametrize(("module", "path"), PATHS, ids=[f"{module}: {_shown(path)}" for module, path in PATHS])
def test_an_odd_value_is_refused_by_name_or_works(run: Run, emulator: Emulator, module: str, path: Path) -> None:
    tried = some(list(VALUES), each=len(VALUES), turn=PATHS.index((module, path)))
    found = [f"{kind}: {said}" for kind in tried for said in complaints(run, emulator, module, path, VALUES[kind])]
    assert found == []


PARTS = 5 if THOROUGH else 1  # to be run side by side
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.text("a/~ 0-:", max_size=9),
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from(["name", "start_time", "variant_name"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_made_up_is_refused_by_name_or_works(run: Run, emulator: Emulator, part: int) -> None:
    @settings(
        max_examples=400 if THOROUGH else 8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(place=st.sampled_from(PATHS[part::PARTS]), value=_JSON)
    def law(place: tuple[str, Path], value: Any) -> None:
        assert list(complaints(run, emulator, *place, value)) == []

    law()


UNREADABLE: dict[str, tuple[dict[str, Any], list[str]]] = {
    # options, words of the message
    "text for a dictionary": ({"schedule": "tomorrow"}, ['schedule must be a dictionary, got "tomorrow".']),
    "the text of a dictionary with times": (
        {"schedule": TIMES_AS_TEXT},
        [f'schedule must be a dictionary, got "{TIMES_AS_TEXT}".', "Quote dates and times"],
    ),
    "tags with a date as text": (
        {"tags": "{'since': datetime.date(2031, 5, 19)}"},
        ["tags must be a dictionary", "Quote dates and times"],
    ),
    "text for a list": ({"model_variants": "a"}, ['model_variants must be a list, got "a".']),
    "the text of a list with times": (
        {"model_variants": f"[{TIMES_AS_TEXT}]"},
        ["model_variants must be a list", "Quote dates and times"],
    ),
    "true for a dictionary": ({"shadow_mode_config": True}, ["shadow_mode_config must be a dictionary, got true."]),
    "a list for a dictionary": ({"schedule": [None]}, ["schedule must be a dictionary, got [null]."]),
    "a string in a list of dictionaries": ({"model_variants": ["a"]}, ["model_variants[0] must be a dictionary"]),
    "a dictionary in a dictionary": (
        {"model_variants": put_at(variants(), (1, "infrastructure_config"), 7)},
        ["model_variants[1].infrastructure_config must be a dictionary, got 7."],
    ),
    "true for an integer": ({"wait_timeout": True}, ["wait_timeout must be an integer, got true."]),
    "infinity for an integer": ({"wait_timeout": math.inf}, ["wait_timeout must be an integer, got Infinity."]),
    "true for a string": (
        {"model_variants": put_at(variants(), (0, "variant_name"), True)},
        ["model_variants[0].variant_name must be a string, got true. Quote the value."],
    ),
    "a float for a string": ({"description": 1.5}, ["description must be a string, got 1.5. Quote the value."]),
    "half of a surrogate pair": (
        {"description": "\ud800"},
        ["description must not contain a NUL character or an unpaired surrogate"],
    ),
    "half of a surrogate pair in a key": ({"tags": {"\udc00": ""}}, ["tags: the key"]),
    "by its alias": ({"resource_tags": "a"}, ['resource_tags must be a dictionary, got "a".']),
    "several": (
        {"tags": "a", "schedule": 8, "role_arn": "x", "description": 1.5, "wait_timeout": 0},
        ["tags must be", "schedule must be", "role_arn must be", "description must be", "wait_timeout must be"],
    ),
    "no ARN as role for Cloud Control": ({"cloud_control_role_arn": "admin"}, ["cloud_control_role_arn", "ARN"]),
    "an ARN without an account as role for Cloud Control": (
        {"cloud_control_role_arn": "arn:aws:iam::1234:role/operator"},
        ["cloud_control_role_arn", "ARN"],
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_manage_rejects_unreadable_and_converted_options_by_name(run: Run, emulator: Emulator, case: str) -> None:
    options, words = UNREADABLE[case]
    result = run(MODULE, full(**options), diff=True)
    assert [word for word in words if word not in result.msg] == [], result.msg
    assert result["error"]["code"] == "InvalidOptions"
    assert (result.changed, result["operations"], result["inference_experiment"]) == (False, [], {})
    assert (emulator.calls(), "exception" in result) == ([], False)


def test_what_ansible_reads_as_a_dictionary_or_a_list_is_taken(run: Run, emulator: Emulator) -> None:
    task = full(
        shadow_mode_config=json.dumps(shadow_mode_config()),
        data_storage_config="destination=s3://captured/checkout",
        tags="a=1, b=2",
    )
    succeeded(run(MODULE, task))
    assert stored_experiment(emulator)["tags"] == {"a": "1", "b": "2"}
    rerun_unchanged(run, emulator, task)


ODD_BUT_GOOD: dict[str, dict[str, Any]] = {
    "a description with a tab": {"description": "One\tTwo"},
    "a description in quotes": {"description": """'it' "is" `so` \\ """},
    "a description with spaces around it": {"description": "  so  "},
    "a description of emojis": {"description": "\U0001f680 \U0001f469\u200d\U0001f52c"},
    "a description from right to left": {"description": "\u202e\u05e9\u05dc\u05d5\u05dd"},
    "a description of one letter and a mark": {"description": "e\u0301"},
    "a description that is JSON": {"description": '{"op": "remove", "path": "/Tags"}'},
    "a description that is a template": {"description": "{{ lookup('env', 'HOME') }}"},
    "a description that is a number": {"description": "007"},
    "a description of 1024 characters beyond 16 bits": {"description": "\U0001f680" * 1024},
    "tags in other scripts": {"tags": {"\u5834\u6240": "\u6771\u4eac", "\u043c\u0435\u0441\u0442\u043e": "\u0662"}},
    "tags that differ in spelling only": {"tags": {"a": "1", "A": "2", "a ": "3", "\uff41": "4"}},
    "tags with spaces around them": {"tags": {" a ": " b "}},
    "tags named as members of objects": {"tags": {"Key": "Value", "Value": "Key", "__class__": ""}},
    "tags with the signs of a JSON pointer": {"tags": {"a/b": "/Tags/0", "a:/c": "-"}},
    "tags that are numbers and booleans": {"tags": {"1": 2, "true": True, "1.5": 1.5, "big": 2**70}},
    "a key with the signs of a JSON pointer": {"kms_key": "alias/a/b"},
    "a place with the signs of a JSON pointer": {
        "data_storage_config": {"destination": "s3://b/a~b/c d/\u00fc%20?x#y"}
    },
    "numbers as text": {"model_variants": put_at(variants(), (0, *COUNT), " 2 ")},
    "a name of digits": {"name": 20260101},
}


@pytest.mark.parametrize("what", some(list(ODD_BUT_GOOD), each=3))
def test_what_is_odd_but_good_arrives_and_stays(run: Run, emulator: Emulator, what: str) -> None:
    options = ODD_BUT_GOOD[what]
    task = full(schedule=SCHEDULE, **options)
    if not options.keys() & {"kms_key", "name"}:  # what can be changed later has to arrive in a patch too
        succeeded(run(MODULE, full(schedule=SCHEDULE)))
    result = succeeded(run(MODULE, task))
    assert not succeeded(run(MODULE, task)).changed
    raw = emulator.experiment(str(task["name"]), REGION)
    if "description" in options:
        assert raw["properties"]["Description"] == options["description"]
    if "tags" in options:
        assert raw["tags"] == {key: str(value) for key, value in options["tags"].items()}
        assert result["inference_experiment"]["tags"] == raw["tags"]


# How a time is spelled, and what it comes to; None where it has to be refused.
TIMES: list[tuple[Any, str | None]] = [
    ("2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z"),
    ("2026-01-05 00:00:00 +00:00", "2026-01-05T00:00:00Z"),
    ("2026-01-05T00:00Z", "2026-01-05T00:00:00Z"),
    ("2026-01-05t00:00:00.999999z", "2026-01-05T00:00:00Z"),
    ("2026-01-05T00:00:00,5+00", "2026-01-05T00:00:00Z"),
    ("2026-01-05T01:30:00+0130", "2026-01-05T00:00:00Z"),
    (datetime(2026, 1, 5, tzinfo=timezone.utc), "2026-01-05T00:00:00Z"),
    (datetime(2026, 1, 4, 14, tzinfo=timezone(timedelta(hours=-10))), "2026-01-05T00:00:00Z"),
    ("2026-01-05T00:00:00-00:00", "2026-01-05T00:00:00Z"),
    (date(2026, 1, 5), None),
    (datetime.fromisoformat("2026-01-05T00:00:00"), None),
    ("2026-01-05T00:00:00", None),
    ("2026-01-05T24:00:00Z", None),
    ("2026-01-05T23:59:60Z", None),
    ("2026-1-5T0:00:00Z", None),
    ("2026-W02-1T00:00:00Z", None),
    ("2026-01-05T00:00:00+24:00", None),
    ("2026-01-05T00:00:00 UTC", None),
    ("\u0662\u0660\u0662\u0666-01-05T00:00:00Z", None),
    ("2026-01-05T00:00:00Z\n2026-01-06T00:00:00Z", None),
    (1767571200, None),
    ("now", None),
]


@pytest.mark.parametrize(("spelled", "instant"), some(TIMES, each=2), ids=str)
def test_times_of_every_spelling(run: Run, emulator: Emulator, spelled: Any, instant: str | None) -> None:
    task = full(schedule={"start_time": spelled, "end_time": END})
    result = run(MODULE, task)
    if instant is None:
        assert (result.failed, "schedule.start_time" in result.msg, emulator.calls()) == (True, True, [])
        return
    succeeded(result)
    assert stored_experiment(emulator)["schedule"]["start"] == instant
    rerun_unchanged(run, emulator, task)
