# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of every resource type share: options that Ansible can read, clients, how to tell what was found.

With manage.py and inform.py, of which a module carries the one that it needs, all that knows AnsibleAWSModule.
"""

from __future__ import annotations

import copy
import gc
import re
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from ansible.module_utils.basic import _load_params
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_dict, check_type_int, check_type_list
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule, aws_argument_spec

try:
    from botocore.config import Config as BotoConfig
    from botocore.exceptions import BotoCoreError
except ImportError:  # AnsibleAWSModule says so, and how to install it, before anything here needs it.
    pass

from . import limits, shapes
from .client import CloudControl
from .clock import Clock, Deadline
from .errors import CallFailed, Refused
from .properties import to_options
from .resource_type import Limit, ResourceType, Snapshot, Spec

# The tests put one in its place whose sleep takes no time.
CLOCK = Clock()

ROLE = {"cloud_control_role_arn": {"type": "str"}}
_ROLE_LIMIT = Limit(
    length=(20, 2048),
    pattern=r"arn:.+:iam::\d{12}:role/.+",
    words="be the ARN of an IAM role, like arn:aws:iam::123456789012:role/name",
)
# What Ansible goes on with after the names of options that there are not.
_KNOWN_ONES = ". Supported parameters include: "
_READERS = {"dict": check_type_dict, "list": check_type_list, "int": check_type_int}
_PASSWORD_IN_URL = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")


def begin(spec: dict[str, Any]) -> tuple[AnsibleAWSModule, list[str]]:
    """Return the module, and what is wrong with the shape of its options; if anything is, they are left as given.

    The module itself is not asked then: it would end the task with the first problem, or with a traceback, and without
    what ours return.
    """
    # What has been loaded stays until the task ends. Looking through it for garbage would take 3 % of the task's time.
    gc.freeze()
    whole = {**aws_argument_spec(), **spec}
    loaded = _load_params() or {}
    given = {name: value for name, value in loaded.items() if not name.startswith("_ansible_")}
    problems = list(shapes.option_problems(whole, given, _READERS))
    if not problems and loaded:  # to a task Ansible always adds some; ansible-test, which looks at the spec, has none
        problems = _problems_for_ansible(whole, given)
    if problems:
        spec = _lenient(whole, given)
    # A copy, since Ansible writes into a spec. What is wrong may be something that it cannot even log.
    module = AnsibleAWSModule(argument_spec=copy.deepcopy(spec), supports_check_mode=True, no_log=bool(problems))
    for option in ("endpoint_url", "aws_config"):  # proxies are among the latter
        module._module.no_log_values.update(_PASSWORD_IN_URL.findall(str(module.params[option])))
    module.fail_json_aws = _raise  # would end the task without what ours return
    return module, problems


def _problems_for_ansible(spec: Spec, given: Mapping[str, Any]) -> list[str]:
    """Options that are missing, unknown or none of their choices, in Ansible's words."""
    messages = ArgumentSpecValidator(copy.deepcopy(spec)).validate(given).error_messages
    return [f"{'Unsupported parameters: ' if _KNOWN_ONES in text else ''}{text.rstrip('.')}." for text in messages]


def _lenient(spec: Spec, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a spec that takes whatever is given."""
    known = {name for option, entry in spec.items() for name in (option, *entry.get("aliases", ()))}
    whole = {**spec, **{name: {} for name in given if name not in known}}
    kept = ("aliases", "no_log")
    return {name: {"type": "raw", **{k: entry[k] for k in kept if k in entry}} for name, entry in whole.items()}


def refuse_if(problems: list[str]) -> None:
    """Raise Refused with all that is wrong with a task's options, if anything is."""
    if problems:
        raise Refused(" ".join(problems), code="InvalidOptions")


def connection_problems(params: Mapping[str, Any]) -> list[str]:
    """Return what can be known to be wrong with the options for the connection before one is tried."""
    problems = limits.problems_of("cloud_control_role_arn", params["cloud_control_role_arn"], _ROLE_LIMIT)
    if params["endpoint_url"] is not None and not _is_url(params["endpoint_url"]):
        problems.append("endpoint_url must be a URL like https://host:8443.")
    bundle = params["aws_ca_bundle"]
    if bundle and params["validate_certs"] and not _is_there(bundle):
        problems.append(f"aws_ca_bundle must be a file on the host that the task runs on, and {bundle!r} is not there.")
    for option in ("access_key", "secret_key", "session_token"):  # a file's last line end, for example
        if re.search(r"[\x00-\x1f\x7f]", params[option] or ""):
            problems.append(f"{option} has a line end or another control character in it.")
    return problems


def budget(seconds: float) -> Deadline:
    return Deadline(CLOCK, seconds)


def connect(module: AnsibleAWSModule, resource_type: ResourceType, deadline: Deadline, **config: Any) -> CloudControl:
    """The calls, as the connection options of the task say. The user's aws_config goes before C(config)."""

    def make_client(service: str) -> Any:
        if not module.region:
            message = "It is not known which region to ask."
            raise CallFailed(message, code="NoRegion", operation=None, hint="Give region, or set AWS_REGION.")
        # What cannot be connected with would end the task without what ours return.
        module.fail_json, fail_json = _raise_caught, module.fail_json
        try:
            return module.client(service, config=BotoConfig(**config))
        finally:
            module.fail_json = fail_json

    return CloudControl(
        resource_type.type_name,
        make_client=make_client,
        deadline=deadline,
        role_arn=module.params["cloud_control_role_arn"],
        check=partial(shapes.check_properties, resource_type),
    )


def describe(resource_type: ResourceType, seen: Snapshot | None, region: str | None) -> dict[str, Any]:
    """Return a resource as both modules return it; {} where there is none."""
    if seen is None:
        return {}
    return {**to_options(resource_type, {**seen.properties, **(seen.write_only or {})}), "region": region}


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
