# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What means the same, what both together come to, and times in every spelling."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model.equivalence import (
    differences,
    format_instant,
    merge,
    parse_instant,
    same,
    same_instant,
    same_kms_key,
    same_set,
)
from ansible_collections.awscc.sagemaker.plugins.module_utils._resource_types.inference_experiment import (
    INFERENCE_EXPERIMENT,
)
from tests.support.experiments import variant

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"
ALIAS_ARN = "arn:aws:kms:us-east-1:123456789012:alias/shadow"


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param({"A": 1}, {"A": 1, "B": 2}, True, id="a member that is not declared is left alone"),
        pytest.param({"A": {"B": 1}}, {"A": {"B": 1, "C": 2}}, True, id="a nested one too"),
        pytest.param({}, {"A": 1}, True, id="nothing declared is always so"),
        pytest.param({"A": 1}, {}, False, id="declared and not there"),
        pytest.param({"A": {"B": 1}}, {"A": {}}, False, id="declared and not there, deeper down"),
        pytest.param({"A": {"B": 1}}, {"A": None}, False, id="an object declared, null there"),
        pytest.param({"A": {"B": 1}}, {"A": "text"}, False, id="an object declared, a text there"),
        pytest.param([1, 2], [1, 2], True, id="a list is the whole list"),
        pytest.param([1], [1, 2], False, id="a list with one element more is another"),
        pytest.param([2, 1], [1, 2], False, id="a list in another order is another"),
        pytest.param("a", "A", False, id="texts by their letters"),
        pytest.param("1", 1, False, id="a number and its text"),
    ],
)
def test_without_a_rule(declared: Any, actual: Any, expected: bool) -> None:
    assert same(INFERENCE_EXPERIMENT, declared, actual, ("Other",)) is expected


VARIANTS = [variant("production"), variant("shadow")]
WITH_MORE = [{**variant("shadow"), "New": 1}, {**variant("production"), "New": 2}]
COUNT = ("InfrastructureConfig", "RealTimeInferenceConfig", "InstanceCount")
NAMES = (("ModelVariants", "[*]", "VariantName"), ["production", "shadow"])
Row = tuple[tuple[str, ...], Any, Any]


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param(VARIANTS, VARIANTS, [], id="equal"),
        pytest.param(VARIANTS, VARIANTS[::-1], [], id="another order"),
        pytest.param(VARIANTS, WITH_MORE, [], id="actual has undeclared members"),
        pytest.param(
            [variant("production"), variant("other")], VARIANTS, [(*NAMES, ["production", "other"])], id="another key"
        ),
        pytest.param(
            [variant("shadow"), variant("production", count=2)],
            VARIANTS,
            [(("ModelVariants", "[production]", *COUNT), 1, 2)],
            id="one nested member differs",
        ),
        pytest.param(
            [variant("shadow", model="x"), variant("production", count=2)],
            VARIANTS,
            [
                (("ModelVariants", "[shadow]", "ModelName"), "model-shadow", "x"),
                (("ModelVariants", "[production]", *COUNT), 1, 2),
            ],
            id="two members differ",
        ),
        pytest.param(VARIANTS[:1], VARIANTS, [(*NAMES, ["production"])], id="element not declared"),
        pytest.param([VARIANTS[0]] * 2, VARIANTS, [(*NAMES, ["production"] * 2)], id="key declared twice"),
        pytest.param(
            VARIANTS, [VARIANTS[0]] * 2, [(NAMES[0], ["production"] * 2, NAMES[1])], id="actual has a key twice"
        ),
        pytest.param(
            VARIANTS, [*VARIANTS, VARIANTS[0]], [(NAMES[0], [*NAMES[1], "production"], NAMES[1])], id="repeated element"
        ),
        pytest.param(
            WITH_MORE,
            VARIANTS,
            [(("ModelVariants", f"[{n}]", "New"), None, v) for n, v in (("shadow", 1), ("production", 2))],
            id="declared member is not set",
        ),
        pytest.param(VARIANTS, None, [(("ModelVariants",), None, VARIANTS)], id="list is not set"),
        pytest.param([], [], [], id="both empty"),
        pytest.param(["a", "b"], ["b", "a"], [(("ModelVariants",), ["b", "a"], ["a", "b"])], id="elements have no key"),
        pytest.param([{"Other": 1}], [{"Other": 1}], [], id="equal objects without key"),
        pytest.param(["VariantName"], ["VariantName"], [], id="strings that contain the key"),
    ],
)
def test_differences_compares_elements_by_key(declared: Any, actual: Any, expected: list[Row]) -> None:
    assert list(differences(INFERENCE_EXPERIMENT, declared, actual, ("ModelVariants",))) == expected


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param({"A": {"B": 1}}, None, [(("Other", "A", "B"), None, 1)], id="object is not set"),
        pytest.param(
            {"A": {"B": 1, "C": 2}},
            {"A": {"C": 3}},
            [(("Other", "A", "B"), None, 1), (("Other", "A", "C"), 3, 2)],
            id="each member",
        ),
        pytest.param({}, None, [(("Other",), None, {})], id="empty object declared, not set"),
        pytest.param({"A": 1}, "text", [(("Other",), "text", {"A": 1})], id="not an object"),
    ],
)
def test_differences_names_each_member(declared: Any, actual: Any, expected: list[Row]) -> None:
    assert list(differences(INFERENCE_EXPERIMENT, declared, actual, ("Other",))) == expected


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param(["text/csv", "text/plain"], ["text/plain", "text/csv"], True, id="another order"),
        pytest.param(["text/csv", "text/csv"], ["text/csv"], True, id="repetitions"),
        pytest.param(["text/csv"], ["text/csv", "text/plain"], False, id="one more there"),
        pytest.param(["text/csv", "text/plain"], ["text/csv"], False, id="one more declared"),
        pytest.param(["text/csv"], [], False, id="an empty list there"),
    ],
)
def test_sets(declared: Any, actual: Any, expected: bool) -> None:
    assert same_set(declared, actual) is expected


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param(KEY_ID, KEY_ID, True, id="a key id and itself"),
        pytest.param(KEY_ID, KEY_ARN, True, id="a key id and the ARN that ends in it"),
        pytest.param(KEY_ARN, KEY_ID, True, id="the ARN and the key id in it"),
        pytest.param("alias/shadow", ALIAS_ARN, True, id="an alias and the ARN that ends in it"),
        pytest.param(ALIAS_ARN, "alias/shadow", True, id="an alias's ARN and the alias"),
        pytest.param(KEY_ARN, KEY_ARN.replace("aws:kms", "aws-cn:kms"), False, id="ARNs of two partitions"),
        pytest.param(KEY_ARN.replace("us-east-1", "eu-west-1"), KEY_ARN, False, id="ARNs of two regions"),
        pytest.param(KEY_ID[1:], KEY_ARN, False, id="the end of a key id"),
        pytest.param("shadow", ALIAS_ARN, False, id="an alias without its prefix is no alias"),
        pytest.param("alias/other", ALIAS_ARN, False, id="another alias"),
        pytest.param("alias/x-shadow", "alias/shadow", False, id="an alias that ends in another"),
        pytest.param(KEY_ID, f"x:key/{KEY_ID}", False, id="only an ARN can have more around the id"),
        pytest.param("mrk-" + KEY_ID, KEY_ARN, False, id="a multi-region key of the same number"),
    ],
)
def test_kms_keys(declared: str, actual: str, expected: bool) -> None:
    assert same_kms_key(declared, actual) is expected


@pytest.mark.parametrize(
    ("path", "declared", "actual"),
    [
        pytest.param(("KmsKey",), KEY_ID, KEY_ARN, id="the key of the instances' volumes"),
        pytest.param(("DataStorageConfig",), {"KmsKey": KEY_ID}, {"KmsKey": KEY_ARN}, id="the key of the data"),
        pytest.param(
            ("DataStorageConfig",),
            {"ContentType": {"CsvContentTypes": ["text/csv", "a/b"]}},
            {"Destination": "s3://x", "ContentType": {"CsvContentTypes": ["a/b", "text/csv"], "JsonContentTypes": []}},
            id="content types as sets",
        ),
        pytest.param(
            ("DataStorageConfig",),
            {"ContentType": {"JsonContentTypes": ["a/json", "b/json"]}},
            {"ContentType": {"JsonContentTypes": ["b/json", "a/json"]}},
            id="JSON content types too",
        ),
        pytest.param(
            ("Schedule",),
            {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-08T09:00:00Z"},
            {"StartTime": "2026-02-01T10:00:00.123+01:00", "EndTime": "2026-02-08T09:00:00+00:00"},
            id="both ends of a schedule as instants",
        ),
        pytest.param(("ModelVariants",), VARIANTS, WITH_MORE, id="variants by name"),
        pytest.param(
            ("ShadowModeConfig",),
            {"ShadowModelVariants": [{"ShadowModelVariantName": "s", "SamplingPercentage": 1}]},
            {"ShadowModelVariants": [{"ShadowModelVariantName": "s", "SamplingPercentage": 1, "New": 1}]},
            id="shadows by name",
        ),
    ],
)
def test_an_experiment_is_compared_by_meaning(path: tuple[str, ...], declared: Any, actual: Any) -> None:
    assert same(INFERENCE_EXPERIMENT, declared, actual, path)
    # What means the same keeps the spelling that was read, and so never turns up in a patch.
    assert merge(INFERENCE_EXPERIMENT, declared, actual, path) == actual


def test_what_is_not_there_is_never_the_same_whatever_the_rule() -> None:
    for path in INFERENCE_EXPERIMENT.equivalences:
        assert not same(INFERENCE_EXPERIMENT, "declared", None, path)


@pytest.mark.parametrize(
    ("declared", "actual", "merged"),
    [
        pytest.param({"A": 1}, {"A": 2, "B": 3}, {"A": 1, "B": 3}, id="what is not declared stays"),
        pytest.param({"A": {"B": 1}}, {"A": {"C": 2}}, {"A": {"B": 1, "C": 2}}, id="nested too"),
        pytest.param([1], [1, 2], [1], id="a list is taken whole"),
        pytest.param({"A": 1}, None, {"A": 1}, id="nothing there"),
        pytest.param({"A": {"B": 1}}, {"A": "text"}, {"A": {"B": 1}}, id="something else there"),
    ],
)
def test_merging(declared: Any, actual: Any, merged: Any) -> None:
    before = copy.deepcopy([declared, actual])

    assert merge(INFERENCE_EXPERIMENT, declared, actual, ("Other",)) == merged
    assert [declared, actual] == before


def test_merging_changes_only_what_differs_in_meaning() -> None:
    declared = {"KmsKey": KEY_ID, "Destination": "s3://new"}
    actual = {"KmsKey": KEY_ARN, "Destination": "s3://old", "ContentType": {"CsvContentTypes": ["text/csv"]}}

    assert merge(INFERENCE_EXPERIMENT, declared, actual, ("DataStorageConfig",)) == {
        **actual,
        "Destination": "s3://new",
    }


nested = st.recursive(
    st.integers(0, 2), lambda inner: st.dictionaries(st.sampled_from("AB"), inner, max_size=2), max_leaves=6
)


@given(nested, nested)
def test_what_was_merged_is_as_declared(declared: Any, actual: Any) -> None:
    merged = merge(INFERENCE_EXPERIMENT, declared, actual, ("Other",))

    assert same(INFERENCE_EXPERIMENT, declared, merged, ("Other",))
    assert merge(INFERENCE_EXPERIMENT, declared, merged, ("Other",)) == merged


# --- times ---

NINE = datetime(2026, 12, 1, 9, tzinfo=timezone.utc)

SPELLINGS = [
    pytest.param("2026-12-01T09:00:00Z", id="UTC by Z"),
    pytest.param("2026-12-01T09:00:00z", id="UTC by a small z"),
    pytest.param("2026-12-01t09:00:00Z", id="a small t"),
    pytest.param("2026-12-01T09:00Z", id="without seconds"),
    pytest.param("2026-12-01T10:00:00+01:00", id="an offset"),
    pytest.param("2026-12-01T10:00:00+0100", id="an offset without colon, as Python 3.10 does not read it"),
    pytest.param("2026-12-01T10:00:00+01", id="an offset of hours only, as Python 3.10 does not read it"),
    pytest.param("2026-12-01T03:30:00-05:30", id="an offset to the west, with half an hour"),
    pytest.param("2026-11-30T19:00:00-14:00", id="an offset into the day before"),
    pytest.param("2026-12-01T09:00:00-00:00", id="an offset of minus nothing"),
    pytest.param("2026-12-01T09:00:00.5Z", id="one digit of a fraction, as Python 3.10 does not read it"),
    pytest.param("2026-12-01T09:00:00.123Z", id="milliseconds, as AWS writes them"),
    pytest.param("2026-12-01T09:00:00.123456+00:00", id="microseconds, as boto3 gives them"),
    pytest.param("2026-12-01T09:00:00.123456789Z", id="nanoseconds"),
    pytest.param("2026-12-01T09:00:00,5Z", id="a fraction after a comma"),
    pytest.param("2026-12-01 09:00:00+00:00", id="a space between, as an unquoted YAML timestamp arrives"),
    pytest.param("2026-12-01 10:00:00 +01:00", id="a space before the offset, as YAML allows it"),
    pytest.param(" 2026-12-01T09:00:00Z\n", id="space around it, as a YAML block has it"),
    pytest.param(datetime(2026, 12, 1, 10, tzinfo=timezone(timedelta(hours=1))), id="a datetime with an offset"),
]


@pytest.mark.parametrize("value", SPELLINGS)
def test_one_instant_in_many_spellings(value: Any) -> None:
    assert parse_instant(value) == NINE
    assert parse_instant(value).utcoffset() == timedelta(0)
    assert format_instant(value) == "2026-12-01T09:00:00Z"
    assert same_instant(value, "2026-12-01T09:00:00Z")
    assert same_instant("2026-12-01T09:00:00Z", value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-12-01T09:00:00", id="no offset"),
        pytest.param("2026-12-01 09:00:00", id="no offset, as a YAML timestamp without one arrives"),
        pytest.param("2026-12-01", id="a date"),
        pytest.param("09:00:00Z", id="a time of day"),
        pytest.param("2026-12-01T09Z", id="hours only"),
        pytest.param("20261201T090000Z", id="the basic format"),
        pytest.param("2026-W49-2T09:00:00Z", id="a week date"),
        pytest.param("2026-335T09:00:00Z", id="an ordinal date"),
        pytest.param("1796115600", id="seconds since 1970"),
        pytest.param(1796115600, id="seconds since 1970 as a number"),
        pytest.param("2026-12-01T09:00:00+01:", id="an offset cut off after its colon"),
        pytest.param("2026-12-01T09:00:00+1:00", id="an offset of one digit"),
        pytest.param("2026-12-01T09:00:00+01:00:30", id="an offset with seconds"),
        pytest.param("2026-12-01T09:00.5Z", id="a fraction of a minute, which would be read as none"),
        pytest.param("2026-12-01T09:00:00 UTC", id="a zone by its name"),
        pytest.param("2026-12-01T09:00:00[Europe/Berlin]", id="a zone in brackets"),
        pytest.param("1/12/2026 09:00Z", id="another order"),
        pytest.param("tomorrow", id="words"),
        pytest.param("", id="nothing"),
        pytest.param(None, id="None"),
        pytest.param(True, id="true"),
        pytest.param("2026-12-01T09:00:00Z\n2026-12-01T09:00:00Z", id="two of them"),
        pytest.param("\u0662\u0660\u0662\u0666-12-01T09:00:00Z", id="digits of another script"),
    ],
)
def test_no_instant(value: Any) -> None:
    with pytest.raises(
        ValueError, match=r"must be an ISO 8601 time with an offset, like 2026-12-01T09:00:00Z or .*, got "
    ):
        parse_instant(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-02-30T09:00:00Z", id="30 February"),
        pytest.param("2026-13-01T09:00:00Z", id="a thirteenth month"),
        pytest.param("2026-12-01T25:00:00Z", id="25 o'clock"),
        pytest.param("2026-12-01T09:60:00Z", id="60 minutes"),
        pytest.param("2026-12-01T09:00:61Z", id="61 seconds"),
        pytest.param("2026-12-01T09:00:00+24:00", id="an offset of a day"),
        pytest.param("0000-12-01T09:00:00Z", id="the year 0"),
        pytest.param("0001-01-01T00:00:00+01:00", id="before all time in UTC"),
        pytest.param("9999-12-31T23:59:59-01:00", id="after all time in UTC"),
    ],
)
def test_no_time_that_exists(value: str) -> None:
    with pytest.raises(ValueError, match="must be a valid time, got "):
        parse_instant(value)


def test_a_datetime_without_an_offset_is_no_instant() -> None:
    """It would be taken for the local time of whatever machine runs the module."""
    with pytest.raises(ValueError, match="must have an offset, got 2026-12-01T09:00:00"):
        format_instant(datetime.fromisoformat("2026-12-01T09:00:00"))


digits = st.integers(0, 99).map("{:02}".format)
offsets = st.builds("{}{}{}{}".format, st.sampled_from("+-"), digits, st.sampled_from([":", ""]), digits)
nearly_instants = st.builds(
    "{}{}-{}-{}{}{}:{}{}{}{}".format,
    digits,
    digits,
    digits,
    digits,
    st.sampled_from(["T", " ", "t", ""]),
    digits,
    digits,
    st.just("") | digits.map(":{}".format),
    st.sampled_from(["", ".5", ".123456789", ",1", "."]),
    st.sampled_from(["", "Z", "z", " Z", "+00:00"]) | offsets,
)


@given(st.text() | nearly_instants | st.from_regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)"))
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59-23:59")
def test_any_text_is_an_aware_time_or_a_value_error(text: str) -> None:
    try:
        moment = parse_instant(text)
    except ValueError:
        return
    assert moment.tzinfo is timezone.utc
    assert moment.microsecond == 0
    assert parse_instant(format_instant(text)) == moment


@given(
    st.datetimes(
        min_value=datetime.fromisoformat("0002-01-01"),
        max_value=datetime.fromisoformat("9998-12-31"),
        timezones=st.builds(timezone, st.integers(-1439, 1439).map(lambda minutes: timedelta(minutes=minutes))),
    )
)
def test_any_aware_time_is_read_back_to_the_second(moment: datetime) -> None:
    expected = moment.astimezone(timezone.utc).replace(microsecond=0)

    assert parse_instant(moment) == expected
    assert parse_instant(moment.isoformat()) == expected
    assert parse_instant(format_instant(moment)) == expected
    assert same_instant(moment.isoformat(), format_instant(moment))


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param("2026-12-01T09:00:00Z", "2026-12-01T09:00:01Z", False, id="a second apart"),
        pytest.param("2026-12-01T09:00:00Z", "2026-12-01T09:00:00+01:00", False, id="the same digits elsewhere"),
        pytest.param("2026-12-01T09:00:00Z", "soon", False, id="what is there is no time"),
        pytest.param("soon", "soon", True, id="no times, but the same text"),
    ],
)
def test_instants(declared: str, actual: str, expected: bool) -> None:
    assert same_instant(declared, actual) is expected
