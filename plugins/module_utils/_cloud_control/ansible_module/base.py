# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that the modules of all resource types share: arguments, AWS clients and results."""

from __future__ import annotations

import copy
import gc
import math
import os
import re
import sys
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NoReturn
from urllib.parse import urlsplit

from ansible.module_utils.basic import _load_params
from ansible_collections.amazon.aws.plugins.module_utils.botocore import HAS_BOTO3
from ansible_collections.amazon.aws.plugins.module_utils.common import set_collection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec

try:
    import botocore.session
    from botocore.config import Config as BotoConfig
    from botocore.exceptions import BotoCoreError
except ImportError:  # create_client() reports the missing library.
    pass

from ..api.client import CloudControl
from ..api.credentials import non_interactive
from ..api.polling import Clock, Deadline
from ..api.responses import check_types
from ..errors import CallFailed, Rejected
from ..model.conversion import to_options, without_unset
from ..model.messages import format_value
from ..model.resource_type import Limit, Resource, ResourceType
from ..model.validation import RawErrors, check_raw_options, validate_value
from . import collection

# The unit tests replace the clock, so that a pause takes no time.
CLOCK = Clock()

# The first version of botocore that reads AWS_ENDPOINT_URL and endpoint_url of the profile.
_CONFIGURED_ENDPOINTS = (1, 31)

ROLE = {"cloud_control_role_arn": {"type": "str"}}
_ROLE_LIMIT = Limit(
    length=(20, 2048),
    pattern=r"arn:.+:iam::\d{12}:role/.+",
    words="be the ARN of an IAM role, like arn:aws:iam::123456789012:role/name",
)
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def create_module(spec: dict[str, Any]) -> tuple[AnsibleAWSModule, RawErrors]:
    """Return the module, and the errors of its options that ansible-core's argument validation cannot report.

    Options in C(RawErrors.unreadable) are not validated by ansible-core, because it would raise an exception or would
    not name the option. In the parameters of the module they are unchanged if they are dictionaries or lists, and null
    otherwise.
    """
    # The garbage collector ignores all objects that exist now. This saves a fifth of the CPU time of an unchanged task.
    gc.freeze()
    set_collection_info(collection.NAME, collection.VERSION)
    whole = {**aws_argument_spec(), **spec}
    raw = check_raw_options(whole, _load_params() or {})  # ansible-test loads no parameters
    unvalidated = {
        name: {"type": "raw", "aliases": whole[name].get("aliases", []), "no_log": whole[name].get("no_log", False)}
        for name in raw.unreadable
    }
    module = AnsibleAWSModule(
        argument_spec={**copy.deepcopy(spec), **unvalidated},  # a copy, because Ansible changes the spec
        supports_check_mode=True,
        check_boto3=HAS_BOTO3,  # create_client() reports the missing library
        no_log=bool(unvalidated),
    )
    for name in unvalidated:
        if not isinstance(module.params[name], (dict, list)):
            module.params[name] = None
    for option in ("endpoint_url", "aws_config"):  # aws_config can contain proxies
        module._module.no_log_values.update(_PASSWORD_IN_URL.findall(str(module.params[option])))
    module.fail_json_aws = _raise  # the original would end the task without the return values of this collection
    return module, raw


def raise_if_invalid(errors: list[str]) -> None:
    """Raise Rejected with all errors of a task's options, if there are any."""
    if errors:
        raise Rejected(" ".join(errors), code="InvalidOptions")


def validate_connection(params: Mapping[str, Any]) -> list[str]:
    """Return the errors of the connection options that can be found without a call."""
    errors = validate_value("cloud_control_role_arn", params.get("cloud_control_role_arn"), _ROLE_LIMIT)
    if params["endpoint_url"] is not None and not _is_url(params["endpoint_url"]):
        errors.append("endpoint_url must be a URL like https://host:8443.")
    bundle = params["aws_ca_bundle"]
    # Path.exists() raises an exception for some strings that cannot be a path.
    if bundle and params["validate_certs"] and not os.path.exists(bundle):  # noqa: PTH110
        errors.append(f"aws_ca_bundle must be a file on the host that runs the task, got {format_value(bundle)}.")
    for option in ("access_key", "secret_key", "session_token"):  # a value from a file can end with a line break
        if re.search(r"[\x00-\x1f\x7f]", params[option] or ""):
            errors.append(f"{option} must not contain a line break or another control character.")
    return errors


def create_client(
    module: AnsibleAWSModule,
    resource_type: ResourceType,
    *,
    seconds: float = math.inf,
    declared: Collection[str] = (),
    retry_mode: str = "standard",
    **config: Any,
) -> CloudControl:
    """Return the Cloud Control client with the connection options of the task.

    seconds: the time until the deadline, which begins now. No call takes longer. By default, the client has no
    deadline, and only the number of tries of each call is limited.
    declared: names of properties; a read without a required member of one of them is an invalid response.
    retry_mode: the mode of botocore, which makes one try. With C(adaptive), it slows down all calls after a throttled
    call, without regard to a deadline.
    config: further settings of botocore.config.Config. aws_config of the task takes precedence.
    Raises CallFailed if boto3 is not installed.
    """
    if not HAS_BOTO3:
        message = f"boto3 and botocore are not installed for {sys.executable}"
        raise CallFailed(message, code="MissingLibrary", operation=None)
    config["retries"] = {"mode": retry_mode, "total_max_attempts": 1}  # only the engine retries
    if seconds < math.inf:
        config |= {"connect_timeout": min(10, seconds), "read_timeout": min(60, seconds)}
    deadline = Deadline(CLOCK, seconds)
    return CloudControl(
        resource_type.type_name,
        make_client=partial(_make_client, module, resource_type, deadline, BotoConfig(**config)),
        deadline=deadline,
        role_arn=module.params.get("cloud_control_role_arn"),
        check=partial(check_types, resource_type, declared=declared),
    )


def region_of(module: AnsibleAWSModule) -> str | None:
    """Return the region of the task; without boto3, the region in its options or environment variables."""
    region: str | None = module.region if HAS_BOTO3 else module.params["region"]
    return region


def to_result(resource_type: ResourceType, current: Resource | None, region: str | None) -> dict[str, Any]:
    """Return a resource in the form of the return values; {} for None."""
    if current is None:
        return {}
    properties = {**without_unset(resource_type, current.properties), **(current.write_only or {})}
    return {**to_options(resource_type, properties), "region": region}


def _make_client(
    module: AnsibleAWSModule, resource_type: ResourceType, deadline: Deadline, config: BotoConfig, service: str
) -> Any:
    if not region_of(module):
        raise CallFailed("No region is set", code="NoRegion", operation=None)
    if ignored := _ignored_endpoints(module.params, resource_type):
        message = f"botocore {botocore.__version__} ignores {', '.join(ignored)}"
        raise CallFailed(message, code="OutdatedBotocore", operation=None)
    # If the client cannot be created, the original fail_json would end the task without the return values of this
    # collection.
    module.fail_json, fail_json = _raise_caught, module.fail_json
    try:
        with non_interactive(module.params["profile"], deadline.remaining):
            return module.client(service, config=config)
    finally:
        module.fail_json = fail_json


def _ignored_endpoints(params: Mapping[str, Any], resource_type: ResourceType) -> list[str]:
    """Return the endpoint settings that this botocore ignores.

    The requests would go to AWS instead of the configured endpoint.
    """
    if params["endpoint_url"] or tuple(map(int, botocore.__version__.split(".")[:2])) >= _CONFIGURED_ENDPOINTS:
        return []
    profile = botocore.session.Session(profile=params["profile"] or None).get_scoped_config()
    in_profile = profile.get("ignore_configured_endpoint_urls", "")
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", in_profile).lower() == "true":
        return []
    reader = resource_type.write_only_reader
    services = ["cloudcontrol", *([reader.call.service] if reader else []), "sts", "cloudwatch"]
    names = ["AWS_ENDPOINT_URL", *(f"AWS_ENDPOINT_URL_{service.upper()}" for service in services)]
    found = [name for name in names if os.environ.get(name)]
    return [*found, "endpoint_url of the profile"] if profile.get("endpoint_url") else found


def _raise(error: Exception, **_: Any) -> NoReturn:
    raise error


def _raise_caught(*, msg: str, **_: Any) -> NoReturn:
    """Raise the exception that amazon.aws 7 has caught and passes to fail_json; later versions use fail_json_aws."""
    caught = sys.exc_info()[1]
    raise caught if isinstance(caught, BotoCoreError) else ValueError(msg)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # for example a port that is not a number
        return False
