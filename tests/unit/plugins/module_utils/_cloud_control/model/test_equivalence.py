# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparison and merging of declared and actual values, and the forms of times."""

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


# Read this test first.
def test_differences_and_merge_of_storage_configuration() -> None:
    declared = {"KmsKey": KEY_ID, "Destination": "s3://new"}
    actual = {"KmsKey": KEY_ARN, "Destination": "s3://old", "ContentType": {"CsvContentTypes": ["text/csv"]}}

    # KMS keys are compared by an equivalence of the type, and ContentType is not declared.
    assert list(differences(INFERENCE_EXPERIMENT, declared, actual, ("DataStorageConfig",))) == [
        (("DataStorageConfig", "Destination"), "s3://old", "s3://new")
    ]
    assert merge(INFERENCE_EXPERIMENT, declared, actual, ("DataStorageConfig",)) == {
        "KmsKey": KEY_ARN,
        "Destination": "s3://new",
        "ContentType": {"CsvContentTypes": ["text/csv"]},
    }


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param({"A": 1}, {"A": 1, "B": 2}, True, id="undeclared member"),
        pytest.param({"A": {"B": 1}}, {"A": {"B": 1, "C": 2}}, True, id="undeclared nested member"),
        pytest.param({}, {"A": 1}, True, id="no member declared"),
        pytest.param({"A": 1}, {}, False, id="member not set"),
        pytest.param({"A": {"B": 1}}, {"A": {}}, False, id="nested member not set"),
        pytest.param([1, 2], [1, 2], True, id="equal lists"),
        pytest.param([1], [1, 2], False, id="longer list"),
        pytest.param([2, 1], [1, 2], False, id="list in another order"),
        pytest.param("a", "A", False, id="upper case"),
        pytest.param("1", 1, False, id="number and string"),
    ],
)
def test_same_without_equivalence(declared: Any, actual: Any, expected: bool) -> None:
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
        pytest.param(VARIANTS, VARIANTS[::-1], [], id="day first"),
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
        pytest.param(["text/csv", "text/plain"], ["text/plain", "text/csv"], True, id="day first"),
        pytest.param(["text/csv", "text/csv"], ["text/csv"], True, id="repetitions"),
        pytest.param(["text/csv"], ["text/csv", "text/plain"], False, id="one more actual element"),
        pytest.param(["text/csv", "text/plain"], ["text/csv"], False, id="one more declared element"),
        pytest.param(["text/csv"], [], False, id="empty actual list"),
    ],
)
def test_same_set_ignores_order_and_repetitions(declared: Any, actual: Any, expected: bool) -> None:
    assert same_set(declared, actual) is expected


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param(KEY_ID, KEY_ID, True, id="equal key IDs"),
        pytest.param(KEY_ID, KEY_ARN, True, id="key ID and its ARN"),
        pytest.param(KEY_ARN, KEY_ID, True, id="ARN and its key ID"),
        pytest.param("alias/shadow", ALIAS_ARN, True, id="alias and its ARN"),
        pytest.param(ALIAS_ARN, "alias/shadow", True, id="ARN and its alias"),
        pytest.param(KEY_ARN, KEY_ARN.replace("aws:kms", "aws-cn:kms"), False, id="two partitions"),
        pytest.param(KEY_ARN.replace("us-east-1", "eu-west-1"), KEY_ARN, False, id="two regions"),
        pytest.param(KEY_ID[1:], KEY_ARN, False, id="end of a key ID"),
        pytest.param("shadow", ALIAS_ARN, False, id="alias without prefix"),
        pytest.param("alias/other", ALIAS_ARN, False, id="other alias"),
        pytest.param("alias/x-shadow", "alias/shadow", False, id="alias that ends like another"),
        pytest.param(KEY_ID, f"x:key/{KEY_ID}", False, id="no ARN"),
        pytest.param("mrk-" + KEY_ID, KEY_ARN, False, id="multi-region key"),
    ],
)
def test_same_kms_key(declared: str, actual: str, expected: bool) -> None:
    assert same_kms_key(declared, actual) is expected


@pytest.mark.parametrize(
    ("path", "declared", "actual"),
    [
        pytest.param(("KmsKey",), KEY_ID, KEY_ARN, id="KMS key of instances"),
        pytest.param(("DataStorageConfig",), {"KmsKey": KEY_ID}, {"KmsKey": KEY_ARN}, id="KMS key of data"),
        pytest.param(
            ("DataStorageConfig",),
            {"ContentType": {"CsvContentTypes": ["text/csv", "a/b"]}},
            {"Destination": "s3://x", "ContentType": {"CsvContentTypes": ["a/b", "text/csv"], "JsonContentTypes": []}},
            id="CSV content types",
        ),
        pytest.param(
            ("DataStorageConfig",),
            {"ContentType": {"JsonContentTypes": ["a/json", "b/json"]}},
            {"ContentType": {"JsonContentTypes": ["b/json", "a/json"]}},
            id="JSON content types",
        ),
        pytest.param(
            ("Schedule",),
            {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-08T09:00:00Z"},
            {"StartTime": "2026-02-01T10:00:00.123+01:00", "EndTime": "2026-02-08T09:00:00+00:00"},
            id="times of schedule",
        ),
        pytest.param(("ModelVariants",), VARIANTS, WITH_MORE, id="model variants"),
        pytest.param(
            ("ShadowModeConfig",),
            {"ShadowModelVariants": [{"ShadowModelVariantName": "s", "SamplingPercentage": 1}]},
            {"ShadowModelVariants": [{"ShadowModelVariantName": "s", "SamplingPercentage": 1, "New": 1}]},
            id="shadow variants",
        ),
    ],
)
def test_equivalences_of_experiment(path: tuple[str, ...], declared: Any, actual: Any) -> None:
    assert same(INFERENCE_EXPERIMENT, declared, actual, path)
    # Equivalent values keep the actual spelling, so that a patch does not contain them.
    assert merge(INFERENCE_EXPERIMENT, declared, actual, path) == actual


def test_same_is_false_for_property_that_is_not_set() -> None:
    for path in INFERENCE_EXPERIMENT.equivalences:
        assert not same(INFERENCE_EXPERIMENT, "declared", None, path)


@pytest.mark.parametrize(
    ("declared", "actual", "merged"),
    [
        pytest.param({"A": 1}, {"A": 2, "B": 3}, {"A": 1, "B": 3}, id="undeclared member"),
        pytest.param({"A": {"B": 1}}, {"A": {"C": 2}}, {"A": {"B": 1, "C": 2}}, id="nested members"),
        pytest.param([1], [1, 2], [1], id="list"),
        pytest.param({"A": 1}, None, {"A": 1}, id="not set"),
        pytest.param({"A": {"B": 1}}, {"A": "text"}, {"A": {"B": 1}}, id="not an object"),
    ],
)
def test_merge_adds_declared_values_to_actual_value(declared: Any, actual: Any, merged: Any) -> None:
    before = copy.deepcopy([declared, actual])

    assert merge(INFERENCE_EXPERIMENT, declared, actual, ("Other",)) == merged
    assert [declared, actual] == before


nested = st.recursive(
    st.integers(0, 2), lambda inner: st.dictionaries(st.sampled_from("AB"), inner, max_size=2), max_leaves=6
)


@given(nested, nested)
def test_merge_returns_value_that_is_same_as_declared(declared: Any, actual: Any) -> None:
    merged = merge(INFERENCE_EXPERIMENT, declared, actual, ("Other",))

    assert same(INFERENCE_EXPERIMENT, declared, merged, ("Other",))
    assert merge(INFERENCE_EXPERIMENT, declared, merged, ("Other",)) == merged


# --- times ---

NINE_UTC = datetime(2026, 12, 1, 9, tzinfo=timezone.utc)

FORMS = [
    pytest.param("2026-12-01T09:00:00Z", id="UTC"),
    pytest.param("2026-12-01T09:00:00z", id="small z"),
    pytest.param("2026-12-01t09:00:00Z", id="small t"),
    pytest.param("2026-12-01T09:00Z", id="no seconds"),
    pytest.param("2026-12-01T10:00:00+01:00", id="offset"),
    pytest.param("2026-12-01T10:00:00+0100", id="offset without colon, which Python 3.10 rejects"),
    pytest.param("2026-12-01T10:00:00+01", id="offset of hours, which Python 3.10 rejects"),
    pytest.param("2026-12-01T03:30:00-05:30", id="negative offset"),
    pytest.param("2026-11-30T19:00:00-14:00", id="offset across midnight"),
    pytest.param("2026-12-01T09:00:00-00:00", id="offset of minus zero"),
    pytest.param("2026-12-01T09:00:00.5Z", id="one fractional digit, which Python 3.10 rejects"),
    pytest.param("2026-12-01T09:00:00.123Z", id="milliseconds from AWS"),
    pytest.param("2026-12-01T09:00:00.123456+00:00", id="microseconds from boto3"),
    pytest.param("2026-12-01T09:00:00.123456789Z", id="nanoseconds"),
    pytest.param("2026-12-01T09:00:00,5Z", id="fraction after a comma"),
    pytest.param("2026-12-01 09:00:00+00:00", id="space, as in an unquoted YAML timestamp"),
    pytest.param("2026-12-01 10:00:00 +01:00", id="space before the offset, as in YAML"),
    pytest.param(" 2026-12-01T09:00:00Z\n", id="line break at the end, as in a YAML block"),
    pytest.param(datetime(2026, 12, 1, 10, tzinfo=timezone(timedelta(hours=1))), id="datetime with offset"),
]


@pytest.mark.parametrize("value", FORMS)
def test_parse_instant_returns_utc_time_for_each_form(value: Any) -> None:
    assert parse_instant(value) == NINE_UTC
    assert parse_instant(value).utcoffset() == timedelta(0)
    assert format_instant(value) == "2026-12-01T09:00:00Z"
    assert same_instant(value, "2026-12-01T09:00:00Z")
    assert same_instant("2026-12-01T09:00:00Z", value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-12-01T09:00:00", id="no offset"),
        pytest.param("2026-12-01 09:00:00", id="no offset, as in a YAML timestamp"),
        pytest.param("2026-12-01", id="date"),
        pytest.param("09:00:00Z", id="time of day"),
        pytest.param("2026-12-01T09Z", id="hours only"),
        pytest.param("20261201T090000Z", id="basic format"),
        pytest.param("2026-W49-2T09:00:00Z", id="week date"),
        pytest.param("2026-335T09:00:00Z", id="ordinal date"),
        pytest.param("1796115600", id="seconds since 1970"),
        pytest.param(1796115600, id="seconds since 1970, integer"),
        pytest.param("2026-12-01T09:00:00+01:", id="incomplete offset"),
        pytest.param("2026-12-01T09:00:00+1:00", id="one-digit offset"),
        pytest.param("2026-12-01T09:00:00+01:00:30", id="offset with seconds"),
        pytest.param("2026-12-01T09:00.5Z", id="fraction of a minute"),
        pytest.param("2026-12-01T09:00:00 UTC", id="name of a zone"),
        pytest.param("2026-12-01T09:00:00[Europe/Berlin]", id="zone in brackets"),
        pytest.param("1/12/2026 09:00Z", id="day first"),
        pytest.param("tomorrow", id="word"),
        pytest.param("", id="empty string"),
        pytest.param(None, id="null"),
        pytest.param(True, id="true"),
        pytest.param("2026-12-01T09:00:00Z\n2026-12-01T09:00:00Z", id="two times"),
        pytest.param("\u0662\u0660\u0662\u0666-12-01T09:00:00Z", id="digits of another script"),
    ],
)
def test_parse_instant_rejects_other_form(value: Any) -> None:
    with pytest.raises(
        ValueError, match=r"must be an ISO 8601 time with an offset, like 2026-12-01T09:00:00Z or .*, got "
    ):
        parse_instant(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-02-30T09:00:00Z", id="30 February"),
        pytest.param("2026-13-01T09:00:00Z", id="month 13"),
        pytest.param("2026-12-01T25:00:00Z", id="25 o'clock"),
        pytest.param("2026-12-01T09:60:00Z", id="60 minutes"),
        pytest.param("2026-12-01T09:00:61Z", id="61 seconds"),
        pytest.param("2026-12-01T09:00:00+24:00", id="offset of 24 hours"),
        pytest.param("0000-12-01T09:00:00Z", id="year 0"),
        pytest.param("0001-01-01T00:00:00+01:00", id="before year 1 in UTC"),
        pytest.param("9999-12-31T23:59:59-01:00", id="after year 9999 in UTC"),
    ],
)
def test_parse_instant_rejects_time_that_does_not_exist(value: str) -> None:
    with pytest.raises(ValueError, match="must be a valid time, got "):
        parse_instant(value)


def test_format_instant_rejects_datetime_without_offset() -> None:
    # Python would assume the time zone of the host.
    with pytest.raises(ValueError, match="must have an offset, got 2026-12-01T09:00:00"):
        format_instant(datetime.fromisoformat("2026-12-01T09:00:00"))


digits = st.integers(0, 99).map("{:02}".format)
offsets = st.builds("{}{}{}{}".format, st.sampled_from("+-"), digits, st.sampled_from([":", ""]), digits)
near_instants = st.builds(
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


@given(st.text() | near_instants | st.from_regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)"))
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59-23:59")
def test_parse_instant_returns_utc_time_or_raises_value_error(text: str) -> None:
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
def test_format_instant_preserves_time_to_the_second(moment: datetime) -> None:
    expected = moment.astimezone(timezone.utc).replace(microsecond=0)

    assert parse_instant(moment) == expected
    assert parse_instant(moment.isoformat()) == expected
    assert parse_instant(format_instant(moment)) == expected
    assert same_instant(moment.isoformat(), format_instant(moment))


@pytest.mark.parametrize(
    ("declared", "actual", "expected"),
    [
        pytest.param("2026-12-01T09:00:00Z", "2026-12-01T09:00:01Z", False, id="one second apart"),
        pytest.param("2026-12-01T09:00:00Z", "2026-12-01T09:00:00+01:00", False, id="other offset"),
        pytest.param("2026-12-01T09:00:00Z", "soon", False, id="actual value is no time"),
        pytest.param("soon", "soon", True, id="equal strings that are no times"),
    ],
)
def test_same_instant(declared: str, actual: str, expected: bool) -> None:
    assert same_instant(declared, actual) is expected
