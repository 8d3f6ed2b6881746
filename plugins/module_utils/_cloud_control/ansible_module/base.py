# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of every resource type share: options that Ansible can read, clients, how to tell what was found.

With manage.py and inform.py, of which a module carries the one that it needs, all that knows AnsibleAWSModule.
"""

from __future__ import annotations

import copy
import gc
import os
import re
import sys
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from ansible.module_utils.basic import _load_params
from ansible_collections.amazon.aws.plugins.module_utils.botocore import HAS_BOTO3
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec

try:
    import botocore.session
    from botocore.config import Config as BotoConfig
    from botocore.exceptions import BotoCoreError
except ImportError:  # create_client() reports the missing library before anything needs it.
    pass

from ..api.client import CloudControl
from ..api.credentials import non_interactive
from ..api.polling import Clock, Deadline
from ..api.responses import check_types
from ..errors import CallFailed, Rejected
from ..model import validation
from ..model.conversion import to_options, without_unset
from ..model.messages import got
from ..model.resource_type import Limit, Resource, ResourceType
from ..model.validation import RawErrors

# The tests put one in its place whose sleep takes no time.
CLOCK = Clock()

# The first botocore that reads endpoints from variables and profiles.
_CONFIGURED_ENDPOINTS = (1, 31)

ROLE = {"cloud_control_role_arn": {"type": "str"}}
_ROLE_LIMIT = Limit(
    length=(20, 2048),
    pattern=r"arn:.+:iam::\d{12}:role/.+",
    words="be the ARN of an IAM role, like arn:aws:iam::123456789012:role/name",
)
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def create_module(spec: dict[str, Any]) -> tuple[AnsibleAWSModule, RawErrors]:
    """Return the module, and the errors of its options that ansible-core's argument validation cannot find.

    Options that ansible-core cannot read are unchanged in the module's parameters, or null if they have no suboptions.
    """
    # What has been loaded stays until the task ends. Looking through it for garbage would take 3 % of the task's time.
    gc.freeze()
    whole = {**aws_argument_spec(), **spec}
    found = validation.check_raw_options(whole, _load_params() or {})  # ansible-test loads no parameters
    # A copy, because Ansible writes to the spec.
    module = AnsibleAWSModule(
        argument_spec={**copy.deepcopy(spec), **{name: _unvalidated(whole[name]) for name in found.unreadable}},
        supports_check_mode=True,
        check_boto3=HAS_BOTO3,  # create_client() reports that it is missing
        no_log=bool(found.unreadable),
    )
    for name in found.unreadable:
        if not isinstance(module.params[name], (dict, list)):
            module.params[name] = None
    for option in ("endpoint_url", "aws_config"):  # proxies are among the latter
        module._module.no_log_values.update(_PASSWORD_IN_URL.findall(str(module.params[option])))
    module.fail_json_aws = _raise  # would end the task without what ours return
    return module, found


def _unvalidated(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "raw", "aliases": entry.get("aliases", []), "no_log": entry.get("no_log", False)}


def raise_if_invalid(problems: list[str]) -> None:
    """Raise Rejected with all that is wrong with a task's options, if anything is."""
    if problems:
        raise Rejected(" ".join(problems), code="InvalidOptions")


def validate_connection(params: Mapping[str, Any]) -> list[str]:
    """Return what can be known to be wrong with the options for the connection before one is tried."""
    problems = validation.validate_value("cloud_control_role_arn", params["cloud_control_role_arn"], _ROLE_LIMIT)
    if params["endpoint_url"] is not None and not _is_url(params["endpoint_url"]):
        problems.append("endpoint_url must be a URL like https://host:8443.")
    bundle = params["aws_ca_bundle"]
    if bundle and params["validate_certs"] and not _is_there(bundle):
        problems.append(f"aws_ca_bundle must be a file on the host that runs the task, got {got(bundle)}.")
    for option in ("access_key", "secret_key", "session_token"):  # a file's last line end, for example
        if re.search(r"[\x00-\x1f\x7f]", params[option] or ""):
            problems.append(f"{option} must not contain a line break or another control character.")
    return problems


def create_deadline(seconds: float) -> Deadline:
    return Deadline(CLOCK, seconds)


def create_client(
    module: AnsibleAWSModule,
    resource_type: ResourceType,
    deadline: Deadline,
    *,
    declared: Collection[str] = (),
    **config: Any,
) -> CloudControl:
    """Return the calls, with the connection options of the task. The user's aws_config precedes C(config).

    A read is an invalid response if it lacks what the type requires of the C(declared) properties.
    """
    if not HAS_BOTO3:
        message = f"boto3 and botocore are not installed for {sys.executable}"
        raise CallFailed(message, code="MissingLibrary", operation=None)

    def make_client(service: str) -> Any:
        if not region_of(module):
            raise CallFailed("No region is set", code="NoRegion", operation=None)
        if ignored := _ignored_endpoints(module.params, resource_type):
            message = f"botocore {botocore.__version__} ignores {', '.join(ignored)}"
            raise CallFailed(message, code="OutdatedBotocore", operation=None)
        # What cannot be connected with would end the task without what ours return.
        module.fail_json, fail_json = _raise_caught, module.fail_json
        try:
            with non_interactive(module.params["profile"], deadline.remaining):
                return module.client(service, config=BotoConfig(**config))
        finally:
            module.fail_json = fail_json

    return CloudControl(
        resource_type.type_name,
        make_client=make_client,
        deadline=deadline,
        role_arn=module.params["cloud_control_role_arn"],
        check=partial(check_types, resource_type, declared=declared),
    )


def region_of(module: AnsibleAWSModule) -> str | None:
    """Return the region of the task; without boto3, that of its options and variables."""
    region: str | None = module.region if HAS_BOTO3 else module.params["region"]
    return region


def to_result(resource_type: ResourceType, current: Resource | None, region: str | None) -> dict[str, Any]:
    """Return a resource as both modules return it; {} where there is none."""
    if current is None:
        return {}
    properties = {**without_unset(resource_type, current.properties), **(current.write_only or {})}
    return {**to_options(resource_type, properties), "region": region}


def _ignored_endpoints(params: Mapping[str, Any], resource_type: ResourceType) -> list[str]:
    """Return the settings of endpoints that botocore does not know, so that the requests would reach AWS."""
    if params["endpoint_url"] or tuple(map(int, botocore.__version__.split(".")[:2])) >= _CONFIGURED_ENDPOINTS:
        return []
    profile = botocore.session.Session(profile=params["profile"] or None).get_scoped_config()
    in_profile = profile.get("ignore_configured_endpoint_urls", "")
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", in_profile).lower() == "true":
        return []
    reader = resource_type.write_only_reader
    services = ["cloudcontrol", *([reader.service] if reader else []), "sts", "cloudwatch"]
    names = ["AWS_ENDPOINT_URL", *(f"AWS_ENDPOINT_URL_{service.upper()}" for service in services)]
    found = [name for name in names if os.environ.get(name)]
    return [*found, "endpoint_url of the profile"] if profile.get("endpoint_url") else found


def _raise(error: Exception, **_: Any) -> NoReturn:
    raise error


def _raise_caught(*, msg: str, **_: Any) -> NoReturn:
    """Instead of fail_json, which amazon.aws 7 calls where later ones call fail_json_aws: what it has caught."""
    caught = sys.exc_info()[1]
    raise caught if isinstance(caught, BotoCoreError) else ValueError(msg)


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # such as a port that is no number
        return False


def _is_there(path: str) -> bool:
    try:
        Path(path).stat()
    except (OSError, ValueError):
        return False
    return True
