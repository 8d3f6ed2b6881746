#!/usr/bin/python
# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inference_experiment_metrics_info
version_added: 1.1.0
short_description: Compare the metrics of the variants of an Amazon SageMaker shadow test
description:
  - Read the Amazon CloudWatch metrics of the production variant and of the shadow variant of one inference experiment
    (shadow test), and compare them.
  - The metrics are those of the shadow test dashboard in the Amazon SageMaker console, plus overhead latency and GPU
    utilization.
  - The module calls C(DescribeInferenceExperiment) of SageMaker and C(GetMetricData) of CloudWatch. AWS bills
    C(GetMetricData) by the number of requested metrics. With the default percentiles, a task requests 54 metrics, and
    with O(include_datapoints=true) 108 metrics.
author:
  - awscc.sagemaker contributors (@awscc)
options:
  name:
    description:
      - The name of the experiment. The task fails if the experiment does not exist.
    type: str
    required: true
  start_time:
    description:
      - The start of the time to measure, as an ISO 8601 time with an offset.
      - If omitted, the start of the schedule of the experiment. If the scheduled start is not before the end, the
        time at which the experiment was created, with a warning.
      - The module rounds the start up, because CloudWatch rounds a start down. The module rounds to one minute if the
        start is less than 15 days ago, to 5 minutes up to 63 days ago, and to one hour for an earlier start.
    type: str
  end_time:
    description:
      - The end of the time to measure, as an ISO 8601 time with an offset.
      - If omitted, the time at which the experiment ended. If the experiment has not ended, the scheduled end or the
        current time, whichever is earlier. A time in the future is replaced by the current time.
      - The module rounds the end down to the same unit as the start.
      - CloudWatch can lack the data of the last two minutes.
    type: str
  percentiles:
    description:
      - The percentiles of the latencies. Up to 10 numbers above 0 and below 100, with up to 10 decimal places.
    type: list
    elements: float
    default: [50, 90, 99]
  include_datapoints:
    description:
      - Whether to return the metrics of each O(period) as C(datapoints) of each variant.
    type: bool
    default: false
  period:
    description:
      - The period of the datapoints in seconds. Requires O(include_datapoints=true).
      - Must be a multiple of 60. If the start is 15 days ago or earlier, must be a multiple of 300. If the start is
        more than 63 days ago, must be a multiple of 3600.
      - If omitted, the shortest of 60, 300, 900, 3600, 21600 and 86400 that is allowed and results in at most 200
        datapoints.
    type: int
requirements:
  - python >= 3.10
  - boto3 >= 1.26.20
  - botocore >= 1.29.20
notes:
  - The calling identity needs the IAM actions C(sagemaker:DescribeInferenceExperiment) and C(cloudwatch:GetMetricData).
    The policy C(metrics.json) in U(https://github.com/awscc/ansible-collection-sagemaker/tree/main/docs/iam) has these
    actions.
  - CloudWatch keeps metrics for 455 days.
  - O(endpoint_url) replaces the URLs of SageMaker and CloudWatch. To replace the URL of one API, use an environment
    variable such as E(AWS_ENDPOINT_URL_CLOUDWATCH). This requires botocore 1.31.0.
attributes:
  check_mode:
    description: The module makes no changes.
    support: full
  diff_mode:
    description: Not applicable. The module makes no changes.
    support: N/A
  idempotent:
    description: The module makes no changes.
    support: full
seealso:
  - module: awscc.sagemaker.inference_experiment
  - module: awscc.sagemaker.inference_experiment_info
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
"""

EXAMPLES = r"""
- name: Compare the variants of a shadow test
  awscc.sagemaker.inference_experiment_metrics_info:
    name: checkout-v2
  register: measured

- name: Show the latency of the shadow variant relative to the production variant
  ansible.builtin.debug:
    var: measured.inference_experiment_metrics.comparison.model_latency.p99.ratio

- name: Read other percentiles of one day
  awscc.sagemaker.inference_experiment_metrics_info:
    name: checkout-v2
    start_time: "2030-01-07T00:00:00Z"
    end_time: "2030-01-08T00:00:00Z"
    percentiles: [50, 99.9]

- name: Read the metrics of each hour
  awscc.sagemaker.inference_experiment_metrics_info:
    name: checkout-v2
    include_datapoints: true
    period: 3600

# Ad-hoc command:
#   ansible localhost -m awscc.sagemaker.inference_experiment_metrics_info -a "name=checkout-v2 region=us-east-1"
"""

RETURN = r"""
inference_experiment_metrics:
  description: The metrics of the experiment. A number without data is null, and a ratio to 0 is null.
  returned: success
  type: dict
  contains:
    name:
      description: The name of the experiment.
      returned: always
      type: str
      sample: checkout-v2
    status:
      description: The status of the experiment.
      returned: always
      type: str
      sample: Running
    region:
      description: The region of the experiment.
      returned: always
      type: str
      sample: us-east-1
    endpoint_name:
      description: The name of the endpoint.
      returned: always
      type: str
      sample: checkout
    sampling_percentage:
      description: The percentage of requests that are copied to the shadow variant.
      returned: always
      type: int
      sample: 50
    start_time:
      description: The start of the measured time after rounding. Null if the experiment has not started.
      returned: always
      type: str
      sample: "2030-01-07T08:00:00Z"
    end_time:
      description: The end of the measured time after rounding. Null if the experiment has not started.
      returned: always
      type: str
      sample: "2030-01-08T08:00:00Z"
    percentiles_exact:
      description: Whether CloudWatch computed the percentiles over the whole time. If CloudWatch does not accept a
        period of the whole time, the module reads periods of one day. The percentiles then have bounds.
      returned: always
      type: bool
      sample: true
    production:
      description: The production variant.
      returned: always
      type: dict
      contains:
        variant_name:
          description: The name of the variant.
          returned: always
          type: str
          sample: v1
        model_name:
          description: The name of the SageMaker model. Null if the experiment does not list the variant any more.
          returned: always
          type: str
          sample: checkout-v1
        invocations:
          description: The number of requests.
          returned: always
          type: float
          sample: 86400.0
        invocations_per_instance:
          description: The number of requests divided by the number of instances.
          returned: always
          type: float
          sample: 43200.0
        invocation_4xx_errors:
          description: The number of requests with an HTTP 4xx response.
          returned: always
          type: float
          sample: 0.0
        invocation_5xx_errors:
          description: The number of requests with an HTTP 5xx response.
          returned: always
          type: float
          sample: 0.0
        invocation_model_errors:
          description: The number of requests without an HTTP 2xx response of the model.
          returned: always
          type: float
          sample: 43.0
        error_rate:
          description: C(invocation_model_errors) divided by C(invocations).
          returned: always
          type: float
          sample: 0.0005
        model_latency:
          description: The time that the model takes for a response in microseconds. Also has one key for each number
            of O(percentiles), such as C(p99) and C(p99_9).
          returned: always
          type: dict
          contains: &latency
            average:
              description: The average.
              returned: always
              type: float
              sample: 20417.3
            minimum:
              description: The minimum.
              returned: always
              type: float
              sample: 8000.0
            maximum:
              description: The maximum.
              returned: always
              type: float
              sample: 120000.0
            p99:
              description: The 99th percentile. Null if C(percentiles_exact) is false and CloudWatch returned several
                datapoints.
              returned: with 99 in O(percentiles)
              type: float
              sample: 60000.0
            p99_lower:
              description: The lowest 99th percentile of one day. The percentile of the whole time is not lower.
              returned: with C(percentiles_exact=false)
              type: float
              sample: 58000.0
            p99_upper:
              description: The highest 99th percentile of one day. The percentile of the whole time is not higher.
              returned: with C(percentiles_exact=false)
              type: float
              sample: 61000.0
        overhead_latency:
          description: The time that SageMaker adds to a response in microseconds. Also has one key for each number of
            O(percentiles), such as C(p99) and C(p99_9).
          returned: always
          type: dict
          contains: *latency
        cpu_utilization:
          description: CPU utilization. 100 percent is one core.
          returned: always
          type: dict
          contains: &utilization
            average:
              description: The average in percent.
              returned: always
              type: float
              sample: 40.0
            maximum:
              description: The maximum in percent.
              returned: always
              type: float
              sample: 70.0
        memory_utilization:
          description: Memory utilization.
          returned: always
          type: dict
          contains: *utilization
        disk_utilization:
          description: Disk utilization.
          returned: always
          type: dict
          contains: *utilization
        gpu_utilization:
          description: GPU utilization. 100 percent is one GPU.
          returned: always
          type: dict
          contains: *utilization
        gpu_memory_utilization:
          description: GPU memory utilization. 100 percent is the memory of one GPU.
          returned: always
          type: dict
          contains: *utilization
        datapoints:
          description: The metrics of each period with data, in order of time. Each element has C(timestamp), the
            start of the period, and the keys of the variant from C(invocations) on.
          returned: with O(include_datapoints=true)
          type: list
          elements: dict
          sample: [{timestamp: "2030-01-07T08:00:00Z", invocations: 3600.0}]
    shadow:
      description: The shadow variant.
      returned: always
      type: dict
      contains:
        variant_name:
          description: The name of the variant.
          returned: always
          type: str
          sample: v2
        model_name:
          description: The name of the SageMaker model. Null if the experiment does not list the variant any more.
          returned: always
          type: str
          sample: checkout-v2
        invocations:
          description: The number of requests.
          returned: always
          type: float
          sample: 86400.0
        invocations_per_instance:
          description: The number of requests divided by the number of instances.
          returned: always
          type: float
          sample: 43200.0
        invocation_4xx_errors:
          description: The number of requests with an HTTP 4xx response.
          returned: always
          type: float
          sample: 0.0
        invocation_5xx_errors:
          description: The number of requests with an HTTP 5xx response.
          returned: always
          type: float
          sample: 0.0
        invocation_model_errors:
          description: The number of requests without an HTTP 2xx response of the model.
          returned: always
          type: float
          sample: 43.0
        error_rate:
          description: C(invocation_model_errors) divided by C(invocations).
          returned: always
          type: float
          sample: 0.0005
        model_latency:
          description: The time that the model takes for a response in microseconds. Also has one key for each number
            of O(percentiles), such as C(p99) and C(p99_9).
          returned: always
          type: dict
          contains: *latency
        overhead_latency:
          description: The time that SageMaker adds to a response in microseconds. Also has one key for each number of
            O(percentiles), such as C(p99) and C(p99_9).
          returned: always
          type: dict
          contains: *latency
        cpu_utilization:
          description: CPU utilization. 100 percent is one core.
          returned: always
          type: dict
          contains: *utilization
        memory_utilization:
          description: Memory utilization.
          returned: always
          type: dict
          contains: *utilization
        disk_utilization:
          description: Disk utilization.
          returned: always
          type: dict
          contains: *utilization
        gpu_utilization:
          description: GPU utilization. 100 percent is one GPU.
          returned: always
          type: dict
          contains: *utilization
        gpu_memory_utilization:
          description: GPU memory utilization. 100 percent is the memory of one GPU.
          returned: always
          type: dict
          contains: *utilization
        datapoints:
          description: The metrics of each period with data, in order of time. Each element has C(timestamp), the
            start of the period, and the keys of the variant from C(invocations) on.
          returned: with O(include_datapoints=true)
          type: list
          elements: dict
          sample: [{timestamp: "2030-01-07T08:00:00Z", invocations: 3600.0}]
    comparison:
      description: The comparison of the variants. Each number of a variant has its comparison under the same keys,
        such as C(comparison.model_latency.p99.ratio) and C(comparison.error_rate.difference).
      returned: always
      type: dict
      contains:
        error_rate:
          description: The comparison of C(error_rate), as an example of all numbers.
          returned: always
          type: dict
          contains:
            production:
              description: The number of the production variant.
              returned: always
              type: float
              sample: 0.0005
            shadow:
              description: The number of the shadow variant.
              returned: always
              type: float
              sample: 0.0007
            difference:
              description: The number of the shadow variant minus the number of the production variant.
              returned: always
              type: float
              sample: 0.0002
            ratio:
              description: The number of the shadow variant divided by the number of the production variant.
              returned: always
              type: float
              sample: 1.4
            worst_ratio:
              description: The highest ratio of one day.
              returned: for percentiles, with C(percentiles_exact=false)
              type: float
              sample: 1.5
error:
  description: The details of the failure.
  returned: on failure, except if Ansible itself rejects the options
  type: dict
  contains:
    code:
      description: The error code of AWS or of the module.
      returned: always
      type: str
      sample: AccessDeniedException
    message:
      description: The error message of AWS or of the module.
      returned: always
      type: str
      sample: "User is not authorized to perform: cloudwatch:GetMetricData"
    operation:
      description: The API call that failed. Null if the failure is not related to one.
      returned: always
      type: str
      sample: GetMetricData
    request_token:
      description: Always null. Present in the results of all modules of the collection.
      returned: always
      type: str
      sample: f2a3b4c5-0d1e-4f60-8a7b-123456789abc
    hint:
      description: How to correct the failure. Null if the module has no advice.
      returned: always
      type: str
      sample: Grant the permission in the message to the identity in the message.
"""

from ..module_utils._cloud_control.ansible_module.python_version import require_python

require_python()

from ..module_utils._cloud_control.ansible_module.metrics import run_metrics_module
from ..module_utils._resource_types.inference_experiment import INFERENCE_EXPERIMENT


def main() -> None:
    run_metrics_module(INFERENCE_EXPERIMENT)


if __name__ == "__main__":
    main()
