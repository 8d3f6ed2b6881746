"""Comparison and merging of declared and actual values, and the forms of times."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.model import equivalence
from tests.support.cases import cases
from tests.support.experiments import variant
from tests.support.model import INFERENCE_EXPERIMENT

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"
ALIAS_ARN = "arn:aws:kms:us-east-1:123456789012:alias/shadow"


# Read this test first.
def test_differences_and_merge_of_storage_configuration() -> None:
    declared = {"KmsKey": KEY_ID, "Destination": "s3://new"}
    actual = {"KmsKey": KEY_ARN, "Destination": "s3://old", "ContentType": {"CsvContentTypes": ["text/csv"]}}

    # KMS keys are compared by an equivalence of the type, and ContentType is not declared.
    assert list(equivalence.differences(INFERENCE_EXPERIMENT, declared, actual, ("DataStorageConfig",))) == [
        (("DataStorageConfig", "Destination"), "s3://old", "s3://new")
    ]
    assert equivalence.merge(INFERENCE_EXPERIMENT, declared, actual, ("DataStorageConfig",)) == {
        "KmsKey": KEY_ARN,
        "Destination": "s3://new",
        "ContentType": {"CsvContentTypes": ["text/csv"]},
    }


@cases(
    ("undeclared member", {"A": 1}, {"A": 1, "B": 2}, True),
    ("undeclared nested member", {"A": {"B": 1}}, {"A": {"B": 1, "C": 2}}, True),
    ("no member declared", {}, {"A": 1}, True),
    ("member not set", {"A": 1}, {}, False),
    ("nested member not set", {"A": {"B": 1}}, {"A": {}}, False),
    ("equal lists", [1, 2], [1, 2], True),
    ("longer list", [1], [1, 2], False),
    ("list in another order", [2, 1], [1, 2], False),
    ("upper case", "a", "A", False),
    ("number and string", "1", 1, False),
)
def test_same_without_equivalence(declared: Any, actual: Any, expected: bool) -> None:
    assert equivalence.same(INFERENCE_EXPERIMENT, declared, actual, ("Other",)) is expected


VARIANTS = [variant("production"), variant("shadow")]
WITH_MORE = [{**variant("shadow"), "New": 1}, {**variant("production"), "New": 2}]
COUNT = ("InfrastructureConfig", "RealTimeInferenceConfig", "InstanceCount")
NAMES = (("ModelVariants", "[*]", "VariantName"), ["production", "shadow"])
Row = tuple[tuple[str, ...], Any, Any]
COUNT_DIFFERS: Row = (("ModelVariants", "[production]", *COUNT), 1, 2)
MODEL_DIFFERS: Row = (("ModelVariants", "[shadow]", "ModelName"), "model-shadow", "x")
NEW_DIFFERS: list[Row] = [
    (("ModelVariants", f"[{name}]", "New"), None, value) for name, value in (("shadow", 1), ("production", 2))
]


@cases(
    ("equal", VARIANTS, VARIANTS, []),
    ("another order", VARIANTS, VARIANTS[::-1], []),
    ("actual has undeclared members", VARIANTS, WITH_MORE, []),
    ("another key", [variant("production"), variant("other")], VARIANTS, [(*NAMES, ["production", "other"])]),
    ("nested member", [variant("shadow"), variant("production", count=2)], VARIANTS, [COUNT_DIFFERS]),
    (
        "two members",
        [variant("shadow", model="x"), variant("production", count=2)],
        VARIANTS,
        [MODEL_DIFFERS, COUNT_DIFFERS],
    ),
    ("element not declared", VARIANTS[:1], VARIANTS, [(*NAMES, ["production"])]),
    ("key declared twice", [VARIANTS[0]] * 2, VARIANTS, [(*NAMES, ["production"] * 2)]),
    ("actual has a key twice", VARIANTS, [VARIANTS[0]] * 2, [(NAMES[0], ["production"] * 2, NAMES[1])]),
    ("repeated element", VARIANTS, [*VARIANTS, VARIANTS[0]], [(NAMES[0], [*NAMES[1], "production"], NAMES[1])]),
    ("declared member is not set", WITH_MORE, VARIANTS, NEW_DIFFERS),
    ("list is not set", VARIANTS, None, [(("ModelVariants",), None, VARIANTS)]),
    ("both empty", [], [], []),
    ("elements have no key", ["a", "b"], ["b", "a"], [(("ModelVariants",), ["b", "a"], ["a", "b"])]),
    ("equal objects without key", [{"Other": 1}], [{"Other": 1}], []),
    ("strings that contain the key", ["VariantName"], ["VariantName"], []),
)
def test_differences_compares_elements_by_key(declared: Any, actual: Any, expected: list[Row]) -> None:
    assert list(equivalence.differences(INFERENCE_EXPERIMENT, declared, actual, ("ModelVariants",))) == expected


@cases(
    ("object is not set", {"A": {"B": 1}}, None, [(("Other", "A", "B"), None, 1)]),
    (
        "members",
        {"A": {"B": 1, "C": 2}},
        {"A": {"C": 3}},
        [(("Other", "A", "B"), None, 1), (("Other", "A", "C"), 3, 2)],
    ),
    ("empty object declared, not set", {}, None, [(("Other",), None, {})]),
    ("not an object", {"A": 1}, "text", [(("Other",), "text", {"A": 1})]),
)
def test_differences_names_each_member(declared: Any, actual: Any, expected: list[Row]) -> None:
    assert list(equivalence.differences(INFERENCE_EXPERIMENT, declared, actual, ("Other",))) == expected


@cases(
    ("another order", ["text/csv", "text/plain"], ["text/plain", "text/csv"], True),
    ("repetitions", ["text/csv", "text/csv"], ["text/csv"], True),
    ("one more actual element", ["text/csv"], ["text/csv", "text/plain"], False),
    ("one more declared element", ["text/csv", "text/plain"], ["text/csv"], False),
    ("empty actual list", ["text/csv"], [], False),
)
def test_same_set_ignores_order_and_repetitions(declared: Any, actual: Any, expected: bool) -> None:
    assert equivalence.same_set(declared, actual) is expected


@cases(
    ("equal key IDs", KEY_ID, KEY_ID, True),
    ("key ID and its ARN", KEY_ID, KEY_ARN, True),
    ("ARN and its key ID", KEY_ARN, KEY_ID, True),
    ("alias and its ARN", "alias/shadow", ALIAS_ARN, True),
    ("ARN and its alias", ALIAS_ARN, "alias/shadow", True),
    ("two partitions", KEY_ARN, KEY_ARN.replace("aws:kms", "aws-cn:kms"), False),
    ("two regions", KEY_ARN.replace("us-east-1", "eu-west-1"), KEY_ARN, False),
    ("end of a key ID", KEY_ID[1:], KEY_ARN, False),
    ("alias without prefix", "shadow", ALIAS_ARN, False),
    ("other alias", "alias/other", ALIAS_ARN, False),
    ("alias that ends like another", "alias/x-shadow", "alias/shadow", False),
    ("no ARN", KEY_ID, f"x:key/{KEY_ID}", False),
    ("multi-region key", "mrk-" + KEY_ID, KEY_ARN, False),
)
def test_same_kms_key(declared: str, actual: str, expected: bool) -> None:
    assert equivalence.same_kms_key(declared, actual) is expected


TYPES = ["text/csv", "a/b"]
CSV, JSON = ({"ContentType": {name: TYPES}} for name in ("CsvContentTypes", "JsonContentTypes"))
MORE_CSV = {"Destination": "x", "ContentType": {"CsvContentTypes": TYPES[::-1], "JsonContentTypes": []}}
START_AND_END = {"StartTime": "2026-02-01T09:00:00Z", "EndTime": "2026-02-08T09:00:00Z"}
OTHER_FORMS = {"StartTime": "2026-02-01T10:00:00.123+01:00", "EndTime": "2026-02-08T09:00:00+00:00"}
SHADOW = {"ShadowModelVariantName": "s", "SamplingPercentage": 1}


@cases(
    ("KMS key of instances", "KmsKey", KEY_ID, KEY_ARN),
    ("KMS key of data", "DataStorageConfig", {"KmsKey": KEY_ID}, {"KmsKey": KEY_ARN}),
    ("CSV content types", "DataStorageConfig", CSV, MORE_CSV),
    ("JSON content types", "DataStorageConfig", JSON, {"ContentType": {"JsonContentTypes": TYPES[::-1]}}),
    ("times of schedule", "Schedule", START_AND_END, OTHER_FORMS),
    ("model variants", "ModelVariants", VARIANTS, WITH_MORE),
    ("shadows", "ShadowModeConfig", {"ShadowModelVariants": [SHADOW]}, {"ShadowModelVariants": [{**SHADOW, "New": 1}]}),
)
def test_equivalences_of_experiment(name: str, declared: Any, actual: Any) -> None:
    assert equivalence.same(INFERENCE_EXPERIMENT, declared, actual, (name,))
    # Equivalent values keep the actual spelling, so that a patch does not contain them.
    assert equivalence.merge(INFERENCE_EXPERIMENT, declared, actual, (name,)) == actual


def test_same_is_false_for_property_that_is_not_set() -> None:
    for path in INFERENCE_EXPERIMENT.equivalences:
        assert not equivalence.same(INFERENCE_EXPERIMENT, "declared", None, path)


@cases(
    ("undeclared member", {"A": 1}, {"A": 2, "B": 3}, {"A": 1, "B": 3}),
    ("nested members", {"A": {"B": 1}}, {"A": {"C": 2}}, {"A": {"B": 1, "C": 2}}),
    ("list", [1], [1, 2], [1]),
    ("not set", {"A": 1}, None, {"A": 1}),
    ("not an object", {"A": {"B": 1}}, {"A": "text"}, {"A": {"B": 1}}),
)
def test_merge_adds_declared_values_to_actual_value(declared: Any, actual: Any, merged: Any) -> None:
    before = copy.deepcopy([declared, actual])
    assert equivalence.merge(INFERENCE_EXPERIMENT, declared, actual, ("Other",)) == merged
    assert [declared, actual] == before


nested = st.recursive(
    st.integers(0, 2), lambda inner: st.dictionaries(st.sampled_from("AB"), inner, max_size=2), max_leaves=6
)


@given(nested, nested)
def test_merge_returns_value_that_is_same_as_declared(declared: Any, actual: Any) -> None:
    merged = equivalence.merge(INFERENCE_EXPERIMENT, declared, actual, ("Other",))
    assert equivalence.same(INFERENCE_EXPERIMENT, declared, merged, ("Other",))
    assert equivalence.merge(INFERENCE_EXPERIMENT, declared, merged, ("Other",)) == merged


NINE_UTC = datetime(2026, 12, 1, 9, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "value",
    [
        *("2026-12-01T09:00:00Z", "2026-12-01T09:00:00z", "2026-12-01t09:00:00Z", "2026-12-01T09:00Z"),
        *("2026-12-01T10:00:00+01:00", "2026-12-01T03:30:00-05:30", "2026-11-30T19:00:00-14:00"),
        # Python 3.10 rejects the next three.
        *("2026-12-01T10:00:00+0100", "2026-12-01T10:00:00+01", "2026-12-01T09:00:00.5Z"),
        *("2026-12-01T09:00:00-00:00", "2026-12-01T09:00:00,5Z", "2026-12-01T09:00:00.123456789Z"),
        # The forms of AWS and boto3, of YAML without quotes, and of a YAML block.
        *("2026-12-01T09:00:00.123Z", "2026-12-01T09:00:00.123456+00:00", "2026-12-01 09:00:00+00:00"),
        *("2026-12-01 10:00:00 +01:00", " 2026-12-01T09:00:00Z\n"),
        datetime(2026, 12, 1, 10, tzinfo=timezone(timedelta(hours=1))),
    ],
    ids=str,
)
def test_parse_instant_returns_utc_time_for_each_form(value: Any) -> None:
    assert equivalence.parse_instant(value) == NINE_UTC
    assert equivalence.parse_instant(value).utcoffset() == timedelta(0)
    assert equivalence.format_instant(value) == "2026-12-01T09:00:00Z"
    assert equivalence.same_instant(value, "2026-12-01T09:00:00Z")
    assert equivalence.same_instant("2026-12-01T09:00:00Z", value)


OTHER_FORM = "must be an ISO 8601 time with an offset, like 2026-12-01T09:00:00Z or .*, got "
NO_TIME = "must be a valid time, got "


@pytest.mark.parametrize(
    ("value", "message"),
    [
        *((f"2026-12-01{end}", OTHER_FORM) for end in ("T09:00:00", " 09:00:00", "", "T09Z", "T09:00.5Z")),
        *(
            (f"2026-12-01T09:00:00{end}", OTHER_FORM)
            for end in ("+01:", "+1:00", "+01:00:30", " UTC", "[Europe/Berlin]")
        ),
        *((value, OTHER_FORM) for value in ("09:00:00Z", "20261201T090000Z", "2026-W49-2T09:00:00Z", "1796115600")),
        *((value, OTHER_FORM) for value in ("2026-335T09:00:00Z", "1/12/2026 09:00Z", "tomorrow", "")),
        *((value, OTHER_FORM) for value in (1796115600, None, True, "2026-12-01T09:00:00Z\n2026-12-01T09:00:00Z")),
        ("\u0662\u0660\u0662\u0666-12-01T09:00:00Z", OTHER_FORM),
        *((value, NO_TIME) for value in ("2026-02-30T09:00:00Z", "2026-13-01T09:00:00Z", "0000-12-01T09:00:00Z")),
        *((f"2026-12-01T{time}", NO_TIME) for time in ("25:00:00Z", "09:60:00Z", "09:00:61Z", "09:00:00+24:00")),
        # Before year 1 and after year 9999 in UTC.
        *((value, NO_TIME) for value in ("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00")),
    ],
)
def test_parse_instant_rejects_value(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        equivalence.parse_instant(value)


def test_format_instant_rejects_datetime_without_offset() -> None:
    # Python would assume the time zone of the host.
    with pytest.raises(ValueError, match="must have an offset, got 2026-12-01T09:00:00"):
        equivalence.format_instant(datetime.fromisoformat("2026-12-01T09:00:00"))


digits = st.integers(0, 99).map("{:02}".format)
offsets = st.builds("{}{}{}{}".format, st.sampled_from("+-"), digits, st.sampled_from([":", ""]), digits)
near_instants = st.builds(
    "{}{}-{}-{}{}{}:{}{}{}{}".format,
    *[digits] * 4,
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
        moment = equivalence.parse_instant(text)
    except ValueError:
        return
    assert moment.tzinfo is timezone.utc
    assert moment.microsecond == 0
    assert equivalence.parse_instant(equivalence.format_instant(text)) == moment


@given(
    st.datetimes(
        min_value=datetime.fromisoformat("0002-01-01"),
        max_value=datetime.fromisoformat("9998-12-31"),
        timezones=st.builds(timezone, st.integers(-1439, 1439).map(lambda minutes: timedelta(minutes=minutes))),
    )
)
def test_format_instant_preserves_time_to_the_second(moment: datetime) -> None:
    expected = moment.astimezone(timezone.utc).replace(microsecond=0)
    assert equivalence.parse_instant(moment) == expected
    assert equivalence.parse_instant(moment.isoformat()) == expected
    assert equivalence.parse_instant(equivalence.format_instant(moment)) == expected
    assert equivalence.same_instant(moment.isoformat(), equivalence.format_instant(moment))


@cases(
    ("one second apart", "2026-12-01T09:00:00Z", "2026-12-01T09:00:01Z", False),
    ("other offset", "2026-12-01T09:00:00Z", "2026-12-01T09:00:00+01:00", False),
    ("actual value is no time", "2026-12-01T09:00:00Z", "soon", False),
    ("equal strings that are no times", "soon", "soon", True),
)
def test_same_instant(declared: str, actual: str, expected: bool) -> None:
    assert equivalence.same_instant(declared, actual) is expected
