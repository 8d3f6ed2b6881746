"""Responses in the protocol of the request."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.support.aws_clients import Aws, CloudWatch, code_of, rejected

START = datetime(2026, 1, 1, 10, 0, tzinfo=timezone.utc)
CONTENT_TYPES = {
    # protocol: content types of the request and the response
    "query": ("application/x-www-form-urlencoded; charset=utf-8", "text/xml"),
    "json": ("application/x-amz-json-1.0", "application/x-amz-json-1.0"),
}
METRIC = {"Namespace": "AWS/SageMaker", "MetricName": "Invocations"}
QUERY = {"Id": "m1", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}}


def call(cloudwatch: CloudWatch) -> Any:
    return cloudwatch.client.get_metric_data(
        MetricDataQueries=[QUERY], StartTime=START, EndTime=START + timedelta(hours=1)
    )


def test_request_is_logged_with_its_protocol(aws: Aws, cloudwatch: CloudWatch) -> None:
    sent: list[str] = []

    def note(request: Any, **_: Any) -> None:
        sent.append(request.headers["Content-Type"].decode())

    cloudwatch.client.meta.events.register_first("before-send.cloudwatch", note, unique_id="note")
    response = call(cloudwatch)
    cloudwatch.client.meta.events.unregister("before-send.cloudwatch", note, unique_id="note")
    (record,) = aws.emulator.log
    assert (record.service, record.operation, record.write) == ("cloudwatch", "GetMetricData", False)
    assert record.protocol == cloudwatch.protocol
    assert (*sent, response["ResponseMetadata"]["HTTPHeaders"]["content-type"]) == CONTENT_TYPES[cloudwatch.protocol]


ERRORS: list[Any] = [
    ("throttle", {}, "Throttling", 400),
    ("error", {"code": "ThrottlingException", "status": 500}, "ThrottlingException", 500),
    ("lost", {}, "InternalFailure", 500),
]


@pytest.mark.parametrize(("kind", "details", "code", "status"), ERRORS)
def test_fault_is_error_in_protocol_of_request(
    aws: Aws, cloudwatch: CloudWatch, kind: str, details: dict[str, Any], code: str, status: int
) -> None:
    aws.emulator.fault("GetMetricData", kind, **details)
    with pytest.raises(ClientError) as error:
        call(cloudwatch)
    metadata = error.value.response["ResponseMetadata"]
    headers = metadata["HTTPHeaders"]
    assert (code_of(error), metadata["HTTPStatusCode"]) == (code, status)
    assert headers["content-type"] == CONTENT_TYPES[cloudwatch.protocol][1]
    fault = "Sender" if status < 500 else "Receiver"
    assert headers.get("x-amzn-query-error") == {"query": None, "json": f"{code};{fault}"}[cloudwatch.protocol]
    assert (aws.emulator.log[0].status, aws.emulator.log[0].error) == (status, code)
    assert call(cloudwatch)["MetricDataResults"][0]["Id"] == "m1"


@pytest.mark.parametrize("kind", ["not_json", "broken_json"])
def test_invalid_body_raises_in_query_protocol_only(aws: Aws, cloudwatch: CloudWatch, kind: str) -> None:
    aws.emulator.fault("GetMetricData", kind)
    if cloudwatch.protocol == "query":
        with pytest.raises((KeyError, ResponseParserError)):
            call(cloudwatch)
    else:
        assert set(call(cloudwatch)) == {"ResponseMetadata"}


def test_unknown_region_is_rejected_with_code_of_query_protocol(aws: Aws) -> None:
    with rejected("SignatureDoesNotMatch", "valid region"):
        aws.client("cloudwatch", "us-east-9").describe_alarms()
