"""Validation of the connection options, and clients of Cloud Control."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import botocore
import pytest

from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.ansible_module import base
from ansible_collections.awscc.sagemaker.plugins.module_utils._cloud_control.errors import CallFailed
from tests.support.cases import cases
from tests.support.model import INFERENCE_EXPERIMENT, Resource

ROLE = "arn:aws:iam::123456789012:role/"
PARAMS = {
    **dict.fromkeys(("cloud_control_role_arn", "endpoint_url", "aws_ca_bundle", "access_key", "secret_key")),
    **dict.fromkeys(("session_token", "profile")),
    "validate_certs": True,
}


# Read this test first.
def test_validate_connection_returns_all_errors() -> None:
    options = {"cloud_control_role_arn": "admin", "endpoint_url": "localhost", "secret_key": "wJalrXUtnFEMI\n"}
    assert base.validate_connection({**PARAMS, **options}) == [
        (
            "cloud_control_role_arn must be the ARN of an IAM role, like arn:aws:iam::123456789012:role/name, got"
            ' "admin".'
        ),
        "endpoint_url must be a URL like https://host:8443.",
        "secret_key must not contain a line break or another control character.",
    ]


@cases(
    ("no option", {}, 0),
    ("short role ARN", {"cloud_control_role_arn": "arn:x:iam::123456789012:role/y"}, 0),
    ("longest role ARN", {"cloud_control_role_arn": ROLE + "x" * (2048 - len(ROLE))}, 0),
    ("role ARN too long", {"cloud_control_role_arn": ROLE + "x" * (2049 - len(ROLE))}, 1),
    *((f"endpoint_url {url}", {"endpoint_url": url}, 1) for url in ("https://", "ftp://host", "https://host:https")),
    ("missing CA bundle", {"aws_ca_bundle": "/no/such/file"}, 1),
    ("unused CA bundle", {"aws_ca_bundle": "/no/such/file", "validate_certs": False}, 0),
    ("existing CA bundle", {"aws_ca_bundle": __file__}, 0),
    ("control character in access key", {"access_key": "a\x7f"}, 1),
    ("line break in session token", {"session_token": "a\n"}, 1),
)
def test_validate_connection_returns_error_of_option(options: dict[str, Any], errors: int) -> None:
    assert len(base.validate_connection({**PARAMS, **options})) == errors


def module(**params: Any) -> Any:
    """Return the part of an AnsibleAWSModule that create_client() uses."""
    return types.SimpleNamespace(
        params={**PARAMS, **params}, region="us-east-1", fail_json=print, client=lambda service, **_config: service
    )


def prepare_client(**params: Any) -> None:
    """Create the boto3 client for Cloud Control."""
    base.create_client(module(**params), INFERENCE_EXPERIMENT).create_clients("cloudcontrol")


URL = "http://localhost:1"
BY_VARIABLE, DEFAULT, NAMED = (
    {"AWS_ENDPOINT_URL": URL},
    f"[default]\nendpoint_url = {URL}",
    f"[profile p]\nendpoint_url = {URL}",
)
IGNORE = {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"}
IN_PROFILE = "endpoint_url of the profile"


@cases(
    *(
        (name, {name: URL}, "", {}, name)
        for service in ("", "_CLOUDCONTROL", "_SAGEMAKER", "_STS", "_CLOUDWATCH")
        for name in [f"AWS_ENDPOINT_URL{service}"]
    ),
    ("several", {**BY_VARIABLE, "AWS_ENDPOINT_URL_STS": URL}, "", {}, "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS"),
    ("default profile", {}, DEFAULT, {}, IN_PROFILE),
    ("profile", {}, NAMED, {"profile": "p"}, IN_PROFILE),
    ("AWS_PROFILE", {"AWS_PROFILE": "p"}, NAMED, {}, IN_PROFILE),
    ("other profile", {}, NAMED, {}, None),
    ("empty", {"AWS_ENDPOINT_URL": ""}, "", {}, None),
    ("service that the modules do not call", {"AWS_ENDPOINT_URL_S3": URL}, "", {}, None),
    ("endpoint_url", BY_VARIABLE, DEFAULT, {"endpoint_url": URL}, None),
    ("ignored by variable", {**BY_VARIABLE, **IGNORE}, DEFAULT, {}, None),
    ("ignored by profile", BY_VARIABLE, f"{DEFAULT}\nignore_configured_endpoint_urls = true", {}, None),
)
def test_client_on_old_botocore_rejects_endpoint_that_botocore_ignores(
    variables: dict[str, str],
    config: str,
    params: dict[str, str],
    ignored: str | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "config").write_text(config, encoding="utf-8")
    for name, value in {**variables, "AWS_CONFIG_FILE": str(tmp_path / "config")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(botocore, "__version__", "1.30.9")
    if ignored:
        with pytest.raises(CallFailed, match=rf"^botocore 1\.30\.9 ignores {ignored}$"):
            prepare_client(**params)
    else:
        prepare_client(**params)
    monkeypatch.setattr(botocore, "__version__", "1.31.0")
    prepare_client(**params)


def test_region_of_returns_region_of_the_module() -> None:
    assert base.region_of(module(region=None)) == "us-east-1"


def test_to_result_adds_write_only_properties_and_region() -> None:
    current = Resource({"Name": "checkout", "Status": "Created"}, {"Schedule": {"EndTime": "2026-02-08T09:00:00Z"}})
    assert base.to_result(INFERENCE_EXPERIMENT, None, "us-east-1") == {}
    assert base.to_result(INFERENCE_EXPERIMENT, current, "us-east-1") == {
        "name": "checkout",
        "status": "Created",
        "schedule": {"end_time": "2026-02-08T09:00:00Z"},
        "tags": {},
        "region": "us-east-1",
    }
