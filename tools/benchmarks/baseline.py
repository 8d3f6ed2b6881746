# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floors: the least possible modules, in a collection that lives as long as a run, and a plain boto3 script."""

from __future__ import annotations

from pathlib import Path

LEAST = "bench.floor.least"
LEAST_WITH_DESCRIBE = "bench.floor.least_with_describe"
LEAST_RETURNING_MANY = "bench.floor.least_returning_many"

_LEAST = '''#!/usr/bin/python
DOCUMENTATION = """
module: {name}
short_description: The least that a module can do for one experiment
"""
import json
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


def main():
    module = AnsibleAWSModule(argument_spec={{"name": {{"type": "str", "required": True}}}})
    client = module.client("cloudcontrol")
    answer = client.get_resource(TypeName="AWS::SageMaker::InferenceExperiment", Identifier=module.params["name"])
    {more}
    module.exit_json(changed=False, properties=answer["ResourceDescription"]["Properties"])


if __name__ == "__main__":
    main()
'''
# As much as an info task of so many has to return, without having read it.
_MANY = 'module.exit_json(all=[json.loads(answer["ResourceDescription"]["Properties"]) for _copy in range(5000)])'
_DESCRIBE = 'module.client("sagemaker").describe_inference_experiment(Name=module.params["name"])'

# Prints the seconds that listing and reading took, once there is a client: importing boto3 and making a client are in
# the baseline module already, whose cost is added.
BARE_SCRIPT = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.config import Config

threads = int(sys.argv[1])
type_name = "AWS::SageMaker::InferenceExperiment"
client = boto3.client("cloudcontrol", config=Config(max_pool_connections=threads))


def read(name):
    return json.loads(client.get_resource(TypeName=type_name, Identifier=name)["ResourceDescription"]["Properties"])


begun = time.perf_counter()
pages = client.get_paginator("list_resources").paginate(TypeName=type_name)
names = [description["Identifier"] for page in pages for description in page["ResourceDescriptions"]]
with ThreadPoolExecutor(threads) as pool:
    found = list(pool.map(read, names))
print(json.dumps({"seconds": time.perf_counter() - begun, "found": len(found)}))
"""


def install(folder: Path) -> None:
    """Write the floor's collection below a folder of collections."""
    modules = folder / "ansible_collections" / "bench" / "floor" / "plugins" / "modules"
    modules.mkdir(parents=True)
    for name, more in (("least", ""), ("least_with_describe", _DESCRIBE), ("least_returning_many", _MANY)):
        (modules / f"{name}.py").write_text(_LEAST.format(name=name, more=more), encoding="utf-8")
