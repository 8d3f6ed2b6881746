#!/usr/bin/python
# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inference_experiment_info
version_added: 1.0.0
short_description: Gather information about Amazon SageMaker inference experiments (shadow tests)
description:
  - List and read the SageMaker inference experiments of an account and region through the AWS Cloud Control API.
  - O(names), O(name_contains) and O(statuses) are filters. The module returns an experiment only if it matches all
    filters that the task sets. Without a filter, the module returns all experiments of the region.
  - The module first lists the experiments, unless O(names) is set. The module then reads each experiment with a
    separate call, in parallel. If the name or the listed status of an experiment does not match the filters, the module
    does not make this call.
author:
  - awscc.sagemaker contributors (@awscc)
options:
  names:
    description:
      - Return only the experiments with these names.
      - A name without an experiment is ignored. The task fails if a name is not valid. An empty list returns no
        experiments.
    type: list
    elements: str
    aliases: [name]
  name_contains:
    description:
      - Return only the experiments with this string in their name.
      - Upper and lower case are distinguished.
    type: str
  statuses:
    description:
      - Return only the experiments with one of these statuses. An empty list returns no experiments.
      - A V(Created) experiment waits for its scheduled start. A V(Running) experiment copies requests to the shadow
        variant. A V(Completed) or V(Cancelled) experiment has ended. All other statuses are transitional.
    type: list
    elements: str
    choices: [Creating, Created, Updating, Starting, Running, Stopping, Completed, Cancelled]
  identifiers_only:
    description:
      - Return only C(name) and C(region) of each experiment. The module lists the experiments and does not read each
        experiment.
      - Takes precedence over O(include_write_only).
      - If O(identifiers_only=true) and O(statuses) are set, the module filters by the statuses in the response to the
        list call. If Cloud Control omits the status of an experiment in this response, the task fails.
    type: bool
    default: false
  include_write_only:
    description:
      - Whether to return the write-only properties C(schedule), C(status_reason) and C(desired_state) as well.
      - Write-only means that Cloud Control does not return these properties. The module reads them with one call of
        C(sagemaker:DescribeInferenceExperiment) for each experiment. The calling identity needs this action, even if
        O(cloud_control_role_arn) is set.
    type: bool
    default: false
  wait_for:
    description:
      - Wait until each experiment in O(names) has one of these statuses, for example until a test has ended.
      - Requires O(names). Cannot be combined with O(name_contains), O(statuses) and O(identifiers_only).
      - The module reads the experiments repeatedly, first after a fraction of a second, later every 30 seconds. A
        temporary failure of a later read does not end the wait.
      - The task fails at once if an experiment does not exist or can no longer reach any of these statuses. For
        example, a V(Completed) experiment cannot become V(Running). The failed task returns the experiments as last
        read.
      - An experiment becomes V(Cancelled) if a caller cancels it or an operation of AWS fails. To wait for the end of a
        test in any case, set both V(Completed) and V(Cancelled).
      - In check mode, the module does not wait. It reads the experiments once and succeeds with any status.
    type: list
    elements: str
    choices: [Creating, Created, Updating, Starting, Running, Stopping, Completed, Cancelled]
    version_added: 1.1.0
  wait_timeout:
    description:
      - The maximum duration of a task with O(wait_for) in seconds, from 1 to 2678400 (31 days).
      - If the experiments have not reached the statuses by then, the task fails with the last known statuses. Run the
        task again to resume.
    type: int
    default: 1800
    version_added: 1.1.0
  include_endpoint:
    description:
      - Whether to return C(endpoint), the endpoint of each experiment with its variants, and C(promoted).
      - The module reads each endpoint with C(sagemaker:DescribeEndpoint) and C(sagemaker:DescribeEndpointConfig). The
        calling identity needs these actions, even if O(cloud_control_role_arn) is set. If an endpoint cannot be read
        because an action is denied or the endpoint was deleted, the module returns a warning.
      - The module does not wait for an endpoint that is being updated. Until the update ends, such an endpoint serves
        the variants in the result.
      - With O(wait_for), the module reads the endpoints once, after the wait.
      - Ignored if O(identifiers_only=true).
    type: bool
    default: false
    version_added: 1.1.0
notes:
  - The calling identity needs the IAM actions C(cloudformation:GetResource) and C(cloudformation:ListResources). The
    resource handler needs C(sagemaker:DescribeInferenceExperiment), C(sagemaker:ListTags) and
    C(sagemaker:ListInferenceExperiments). For O(include_endpoint=true), the calling identity also needs
    C(sagemaker:DescribeEndpoint) and C(sagemaker:DescribeEndpointConfig).
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
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - awscc.sagemaker.cloud_control
"""

EXAMPLES = r"""
- name: Read all experiments of a region
  awscc.sagemaker.inference_experiment_info:
    region: us-east-1

- name: List the names of the experiments with checkout in their name
  awscc.sagemaker.inference_experiment_info:
    name_contains: checkout
    identifiers_only: true

- name: Read one experiment with its schedule
  awscc.sagemaker.inference_experiment_info:
    name: checkout-v2
    include_write_only: true

- name: Read the experiments that are running
  awscc.sagemaker.inference_experiment_info:
    statuses: [Starting, Running]
  register: running

- name: Show the names of the running experiments
  ansible.builtin.debug:
    msg: "{{ running.inference_experiments | map(attribute='name') }}"

- name: Read one experiment and the variants that its endpoint serves
  awscc.sagemaker.inference_experiment_info:
    name: checkout-v2
    include_endpoint: true
  register: served

- name: Show the models that answer requests
  ansible.builtin.debug:
    msg: "{{ served.inference_experiments | selectattr('endpoint') | map(attribute='endpoint.production_variants') }}"

- name: Wait up to eight days for the end of a shadow test
  awscc.sagemaker.inference_experiment_info:
    name: checkout-v2
    wait_for: [Completed, Cancelled]
    wait_timeout: 691200
  register: ended

- name: Show how the test has ended
  ansible.builtin.debug:
    msg: "{{ ended.inference_experiments[0].status }}"

# Ad-hoc command:
#   ansible localhost -m awscc.sagemaker.inference_experiment_info -a "region=us-east-1"
"""

RETURN = r"""
inference_experiments:
  description:
    - The experiments, sorted by name. Properties that are also options of M(awscc.sagemaker.inference_experiment) have
      the names of these options.
    - With O(identifiers_only=true), only C(name) and C(region).
    - If a task with O(wait_for) fails, the experiments as last read.
  returned: success, or failure of a task with O(wait_for)
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      returned: always
      type: str
      sample: checkout-v2
    region:
      description: The region of the experiment.
      returned: always
      type: str
      sample: us-east-1
    arn:
      description: The ARN of the experiment.
      returned: always
      type: str
      sample: arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/checkout-v2
    type:
      description: The type of the experiment.
      returned: always
      type: str
      sample: ShadowMode
    status:
      description: The status. One of C(Creating), C(Created), C(Updating), C(Starting), C(Running), C(Stopping),
        C(Completed) and C(Cancelled).
      returned: always
      type: str
      sample: Running
    description:
      description: The description of the experiment.
      returned: when set
      type: str
      sample: Compare v2 with v1
    role_arn:
      description: The ARN of the role that SageMaker assumes.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/sagemaker-experiments
    endpoint_name:
      description: The name of the endpoint.
      returned: always
      type: str
      sample: checkout
    endpoint_metadata:
      description: Information about the endpoint.
      returned: always
      type: dict
      contains:
        endpoint_name:
          description: The name of the endpoint.
          returned: always
          type: str
          sample: checkout
        endpoint_config_name:
          description: The name of the endpoint configuration.
          returned: when available
          type: str
          sample: checkout-config
        endpoint_status:
          description: The status of the endpoint.
          returned: when available
          type: str
          sample: InService
    kms_key:
      description: The KMS key of the storage volumes of the endpoint's instances.
      returned: when set
      type: str
      sample: arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012
    model_variants:
      description: The two variants, in the order in which AWS returns them.
      returned: always
      type: list
      elements: dict
      contains:
        model_name:
          description: The name of the SageMaker model.
          returned: always
          type: str
          sample: checkout-v1
        variant_name:
          description: The name of the variant.
          returned: always
          type: str
          sample: v1
        infrastructure_config:
          description: The infrastructure of the variant.
          returned: always
          type: dict
          contains:
            infrastructure_type:
              description: The type of the infrastructure.
              returned: always
              type: str
              sample: RealTimeInference
            real_time_inference_config:
              description: The instances of the variant.
              returned: always
              type: dict
              contains:
                instance_type:
                  description: The instance type.
                  returned: always
                  type: str
                  sample: ml.m5.large
                instance_count:
                  description: The number of instances.
                  returned: always
                  type: int
                  sample: 1
    shadow_mode_config:
      description: The names of the production variant and of the shadow variant, and the traffic sampling percentage.
      returned: always
      type: dict
      contains:
        source_model_variant_name:
          description: The name of the production variant.
          returned: always
          type: str
          sample: v1
        shadow_model_variants:
          description: The shadow variant.
          returned: always
          type: list
          elements: dict
          contains:
            shadow_model_variant_name:
              description: The name of the shadow variant.
              returned: always
              type: str
              sample: v2
            sampling_percentage:
              description: The percentage of requests that are copied to the shadow variant.
              returned: always
              type: int
              sample: 10
    data_storage_config:
      description: The S3 location where SageMaker stores requests and responses.
      returned: when set
      type: dict
      contains:
        destination:
          description: The S3 URI.
          returned: always
          type: str
          sample: s3://example-bucket/checkout-v2/
        kms_key:
          description: The KMS key that encrypts the stored data.
          returned: when set
          type: str
          sample: 12345678-1234-1234-1234-123456789012
        content_type:
          description: The content types that SageMaker stores without encoding.
          returned: when set
          type: dict
          contains:
            csv_content_types:
              description: The content types that SageMaker treats as CSV.
              returned: when set
              type: list
              elements: str
              sample: [text/csv]
            json_content_types:
              description: The content types that SageMaker treats as JSON.
              returned: when set
              type: list
              elements: str
              sample: [application/json]
    schedule:
      description: The start and end of the experiment.
      returned: with O(include_write_only=true)
      type: dict
      contains:
        start_time:
          description: The start. If the experiment was started before its scheduled start, the time of the actual
            start.
          returned: when available
          type: str
          sample: "2030-01-07T08:00:00Z"
        end_time:
          description: The end. If the experiment was stopped before its scheduled end, the time of the stop.
          returned: when available
          type: str
          sample: "2030-01-21T08:00:00Z"
    status_reason:
      description: The reason for the current status. Null if the experiment has no status reason.
      returned: with O(include_write_only=true)
      type: str
      sample: Errors and latency of v2 are within the limits
    desired_state:
      description: The current status if it is C(Running), C(Completed) or C(Cancelled). These are the values of the
        option C(desired_state). Null in all other statuses.
      returned: with O(include_write_only=true)
      type: str
      sample: Running
    creation_time:
      description: The time at which the experiment was created.
      returned: always
      type: str
      sample: "2030-01-06T16:20:00.000Z"
    last_modified_time:
      description: The time of the last change of the experiment.
      returned: always
      type: str
      sample: "2030-01-06T16:20:00.000Z"
    endpoint:
      description:
        - The endpoint of the experiment.
        - Null if the endpoint cannot be read.
      returned: with O(include_endpoint=true)
      type: dict
      version_added: 1.1.0
      contains:
        name:
          description: The name of the endpoint.
          returned: always
          type: str
          sample: checkout
        status:
          description: The status of the endpoint.
          returned: always
          type: str
          sample: InService
        endpoint_config_name:
          description: The name of the endpoint configuration. Each update of the endpoint changes the name.
          returned: always
          type: str
          sample: checkout-config-2
        production_variants:
          description: The variants that answer the requests.
          returned: always
          type: list
          elements: dict
          contains: &variants
            variant_name:
              description: The name of the variant.
              returned: always
              type: str
              sample: v2
            model_name:
              description: The name of the SageMaker model. Null if the endpoint configuration was not read.
              returned: always
              type: str
              sample: checkout-v2
            instance_type:
              description: The instance type. Null if the endpoint configuration was not read.
              returned: always
              type: str
              sample: ml.m5.large
            current_instance_count:
              description: The current number of instances.
              returned: always
              type: int
              sample: 1
            current_weight:
              description: The current weight of the variant. SageMaker distributes the requests by weight.
              returned: always
              type: float
              sample: 1.0
        shadow_production_variants:
          description: The variants that get copies of the requests.
          returned: always
          type: list
          elements: dict
          contains: *variants
    promoted:
      description:
        - Whether the model of the shadow variant answers all requests. If both variants have the same model, their
          instance types decide. If they have the same instance type too, the variant names decide.
        - Null if this cannot be decided, for example because the endpoint is being updated or cannot be read.
      returned: with O(include_endpoint=true)
      type: bool
      version_added: 1.1.0
      sample: false
    tags:
      description: The tags of the experiment.
      returned: always
      type: dict
      sample: {team: checkout}
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
      sample: "User is not authorized to perform: cloudformation:GetResource"
    operation:
      description: The API call or the Cloud Control operation that failed. Null if the failure is not related to one.
      returned: always
      type: str
      sample: GetResource
    request_token:
      description: The request token of the failed Cloud Control operation. Null if there is no token.
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

from ..module_utils._cloud_control.ansible_module.info import run_info_module
from ..module_utils._resource_types.inference_experiment import INFERENCE_EXPERIMENT


def main() -> None:
    run_info_module(INFERENCE_EXPERIMENT)


if __name__ == "__main__":
    main()
