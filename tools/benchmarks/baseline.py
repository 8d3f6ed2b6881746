"""The baselines: modules with one or two calls, in a collection that is created for each run, and a plain script."""

from __future__ import annotations

from pathlib import Path

LEAST = "bench.floor.least"
LEAST_WITH_DESCRIBE = "bench.floor.least_with_describe"
LEAST_RETURNING_MANY = "bench.floor.least_returning_many"
LEAST_WITH_METRICS = "bench.floor.least_with_metrics"

_LEAST = '''#!/usr/bin/python
DOCUMENTATION = """
module: {name}
short_description: Read one experiment with one call
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
# Returns as much as an info task for 5,000 experiments, without reading them.
_MANY = 'module.exit_json(all=[json.loads(answer["ResourceDescription"]["Properties"]) for _copy in range(5000)])'
_DESCRIBE = 'module.client("sagemaker").describe_inference_experiment(Name=module.params["name"])'

# Makes the calls of inference_experiment_metrics_info, and returns the response.
_METRICS = '''#!/usr/bin/python
DOCUMENTATION = """
module: least_with_metrics
short_description: Read the metrics of the variants of one experiment with two calls
"""
from datetime import datetime, timezone
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

COUNTS = ("s", "sPerInstance", "4XXErrors", "5XXErrors", "ModelErrors")
METRICS = [
    *(("AWS/SageMaker", f"Invocation{name}", ["Sum"]) for name in COUNTS),
    *(
        ("AWS/SageMaker", f"{name}Latency", ["Average", "Minimum", "Maximum", "p50", "p90", "p99"])
        for name in ("Model", "Overhead")
    ),
    *(
        ("/aws/sagemaker/Endpoints", f"{name}Utilization", ["Average", "Maximum"])
        for name in ("CPU", "Memory", "Disk", "GPU", "GPUMemory")
    ),
]


def main():
    module = AnsibleAWSModule(argument_spec={"name": {"type": "str", "required": True}})
    found = module.client("sagemaker").describe_inference_experiment(Name=module.params["name"])
    start, end = found["Schedule"]["StartTime"], datetime.now(timezone.utc).replace(second=0, microsecond=0)
    queries = []
    for variant in found["ModelVariants"]:
        names = {"EndpointName": found["EndpointMetadata"]["EndpointName"], "VariantName": variant["VariantName"]}
        dimensions = [{"Name": key, "Value": value} for key, value in names.items()]
        for namespace, name, statistics in METRICS:
            metric = {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}
            for statistic in statistics:
                stat = {"Metric": metric, "Period": int((end - start).total_seconds()), "Stat": statistic}
                queries.append({"Id": f"m{len(queries)}", "MetricStat": stat})
    cloudwatch = module.client("cloudwatch")
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end)
    module.exit_json(changed=False, values={each["Id"]: each["Values"] for each in answer["MetricDataResults"]})


if __name__ == "__main__":
    main()
'''

# Prints the seconds for listing and reading, without the import of boto3 and without creating the client: the cost of
# the baseline module, which includes both, is added.
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
    """Write the collection of the baseline modules below a folder of collections."""
    modules = folder / "ansible_collections" / "bench" / "floor" / "plugins" / "modules"
    modules.mkdir(parents=True)
    for name, more in (("least", ""), ("least_with_describe", _DESCRIBE), ("least_returning_many", _MANY)):
        (modules / f"{name}.py").write_text(_LEAST.format(name=name, more=more), encoding="utf-8")
    (modules / "least_with_metrics.py").write_text(_METRICS, encoding="utf-8")
