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
from tests.environment import REGION
from tests.thorough import THOROUGH, some
from tests.unit.conftest import Run
from tests.unit.harness import argument_spec
from tests.unit.modules.hostile.values import VALUES, Path, option_paths, put_at
from tests.unit.modules.tasks import (
    END,
    KEY_ID,
    MODULE,
    SCHEDULE,
    STORAGE,
    done,
    full,
    named,
    put,
    run_again,
    shadow_mode_config,
    state,
    variants,
)

INFO = "inference_experiment_info"
WHOLE = full(
    description="d", kms_key=KEY_ID, data_storage_config=STORAGE, schedule=SCHEDULE, tags={"k": "v"}, recreate=False
)
COUNT = ("infrastructure_config", "real_time_inference_config", "instance_count")
STOP = named(desired_state="Completed", on_stop="retain", status_reason="Over")
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
        put(emulator, "Running")


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


MISSHAPEN: dict[str, tuple[dict[str, Any], list[str]]] = {
    # what is wrong: options, words of the message
    "a text for a dictionary": ({"schedule": "tomorrow"}, ["schedule must be a dictionary", '"tomorrow"']),
    "true for a dictionary": ({"shadow_mode_config": True}, ["shadow_mode_config must be a dictionary, not true"]),
    "a number for a dictionary": ({"data_storage_config": 7}, ["data_storage_config must be a dictionary, not 7"]),
    "a list for a dictionary": ({"schedule": [None]}, ["schedule must be a dictionary, not [null]"]),
    "a dictionary for a list": ({"model_variants": {}}, ["model_variants must be a list, not {}"]),
    "a text in a list of dictionaries": ({"model_variants": ["a"]}, ["model_variants[0] must be a dictionary"]),
    "nothing in a list of dictionaries": (
        {"model_variants": [*variants(), None]},
        ["model_variants[2] must be a dictionary, not null"],
    ),
    "true for a number": (
        {"shadow_mode_config": put_at(shadow_mode_config(), ("shadow_model_variants", 0, "sampling_percentage"), True)},
        ["shadow_mode_config.shadow_model_variants[0].sampling_percentage must be a whole number, not true"],
    ),
    "a fraction for a number": ({"wait_timeout": 1.5}, ["wait_timeout must be a whole number, not 1.5"]),
    "infinity for a number": ({"wait_timeout": math.inf}, ["wait_timeout must be a whole number, not Infinity"]),
    "a number of another kind deep inside": (
        {"model_variants": put_at(variants(), (1, *COUNT), "two")},
        [f"model_variants[1].{'.'.join(COUNT)} must be a whole number"],
    ),
    "half of a surrogate pair": ({"description": "\ud800"}, ["description has half of a surrogate pair"]),
    "half of a surrogate pair in a key": ({"tags": {"\udc00": ""}}, ["tags has half of a surrogate pair"]),
    "by its alias": ({"resource_tags": 7}, ["resource_tags must be a dictionary, not 7"]),
    "two at once": ({"tags": 7, "schedule": 8}, ["tags must be", "schedule must be"]),
    "a role of Cloud Control that is none": ({"cloud_control_role_arn": "admin"}, ["cloud_control_role_arn", "ARN"]),
    "a role of Cloud Control of no account": (
        {"cloud_control_role_arn": "arn:aws:iam::1234:role/operator"},
        ["cloud_control_role_arn", "ARN"],
    ),
}


@pytest.mark.parametrize("what", MISSHAPEN)
def test_what_is_no_such_thing_is_refused_by_name(run: Run, emulator: Emulator, what: str) -> None:
    options, words = MISSHAPEN[what]
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
    done(run(MODULE, task))
    assert state(emulator)["tags"] == {"a": "1", "b": "2"}
    run_again(run, emulator, task)


ODD_BUT_GOOD: dict[str, dict[str, Any]] = {
    "a description of several lines": {"description": "One\nTwo\r\n\tThree\n"},
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
    "a key with the signs of a JSON pointer": {"kms_key": "alias/a~1/b~0"},
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
        done(run(MODULE, full(schedule=SCHEDULE)))
    result = done(run(MODULE, task))
    assert not done(run(MODULE, task)).changed
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
    done(result)
    assert state(emulator)["schedule"]["start"] == instant
    run_again(run, emulator, task)
