#!/usr/bin/python
# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inference_experiment_info
version_added: 1.0.0
short_description: List and read Amazon SageMaker inference experiments (shadow tests)
description:
  - List the inference experiments of an account and region, and read them in full, through the AWS Cloud Control API.
  - Filters are applied to what the list tells already, so that only matches are read in full; the reads are made side
    by side.
author:
  - awscc.sagemaker contributors (@awscc)
options:
  names:
    description:
      - Only the experiments with these names. One that does not exist is left out; what cannot be a name is refused.
    type: list
    elements: str
    aliases: [name]
  name_contains:
    description:
      - Only experiments whose name contains this text.
    type: str
  statuses:
    description:
      - Only experiments with one of these statuses.
    type: list
    elements: str
    choices: [Creating, Created, Updating, Starting, Running, Stopping, Completed, Cancelled]
  identifiers_only:
    description:
      - Return C(name) and C(region) only. Nothing is read in full, so this is fast whatever their number.
      - Goes before O(include_write_only). With O(statuses) it is refused if the list does not tell the status.
    type: bool
    default: false
  include_write_only:
    description:
      - Return C(schedule), C(status_reason) and C(desired_state) too. Cloud Control cannot read them; they take a
        call of C(sagemaker:DescribeInferenceExperiment) for each experiment.
    type: bool
    default: false
notes:
  - Needs the IAM actions C(cloudformation:GetResource) and C(cloudformation:ListResources), and for the handler
    C(sagemaker:DescribeInferenceExperiment), C(sagemaker:ListTags) and C(sagemaker:ListInferenceExperiments).
attributes:
  check_mode:
    description: Never writes.
    support: full
  diff_mode:
    description: Changes nothing that there could be a difference of.
    support: none
  idempotent:
    description: Never changes anything.
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
  register: experiments

- name: Read one, with its schedule
  awscc.sagemaker.inference_experiment_info:
    name: checkout-v2
    include_write_only: true

- name: Those that are running or about to
  awscc.sagemaker.inference_experiment_info:
    statuses: [Starting, Running]

- name: Only the names of those of one team
  awscc.sagemaker.inference_experiment_info:
    name_contains: checkout
    identifiers_only: true

# As an ad-hoc command:
#   ansible localhost -m awscc.sagemaker.inference_experiment_info -a "region=us-east-1"
"""

RETURN = r"""
inference_experiments:
  description:
    - The experiments, sorted by name. Every property that is known, under the name of its option.
    - With O(identifiers_only) each has C(name) and C(region) only.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      returned: always
      type: str
      sample: checkout-v2
    region:
      description: The region that the experiment is in.
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
      description: C(Creating), C(Created), C(Updating), C(Starting), C(Running), C(Stopping), C(Completed) or
        C(Cancelled).
      returned: always
      type: str
      sample: Running
    description:
      description: What the experiment is for.
      returned: when it has one
      type: str
      sample: Does v2 answer as v1 does?
    role_arn:
      description: The role that SageMaker assumes.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/sagemaker-experiments
    endpoint_name:
      description: The endpoint on which it runs.
      returned: always
      type: str
      sample: checkout
    endpoint_metadata:
      description: The endpoint as the experiment found it.
      returned: always
      type: dict
      contains:
        endpoint_name:
          description: The name of the endpoint.
          returned: always
          type: str
          sample: checkout
        endpoint_config_name:
          description: The name of its configuration.
          returned: when known
          type: str
          sample: checkout-config
        endpoint_status:
          description: Its status.
          returned: when known
          type: str
          sample: InService
    kms_key:
      description: The key of the endpoint's storage volumes.
      returned: when it has one
      type: str
      sample: arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012
    model_variants:
      description: The two variants, in the order in which AWS returns them.
      returned: always
      type: list
      elements: dict
      contains:
        model_name:
          description: The SageMaker model.
          returned: always
          type: str
          sample: checkout-v1
        variant_name:
          description: The name of the variant.
          returned: always
          type: str
          sample: v1
        infrastructure_config:
          description: What the variant runs on.
          returned: always
          type: dict
          contains:
            infrastructure_type:
              description: The kind of infrastructure.
              returned: always
              type: str
              sample: RealTimeInference
            real_time_inference_config:
              description: The instances.
              returned: always
              type: dict
              contains:
                instance_type:
                  description: The type of the instances.
                  returned: always
                  type: str
                  sample: ml.m5.large
                instance_count:
                  description: How many instances.
                  returned: always
                  type: int
                  sample: 1
    shadow_mode_config:
      description: Which variant is production and which is its shadow.
      returned: always
      type: dict
      contains:
        source_model_variant_name:
          description: The production variant.
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
              description: Its name.
              returned: always
              type: str
              sample: v2
            sampling_percentage:
              description: The share of the requests that it gets a copy of.
              returned: always
              type: int
              sample: 10
    data_storage_config:
      description: Where requests and answers are stored.
      returned: when it has one
      type: dict
      contains:
        destination:
          description: The place in S3.
          returned: always
          type: str
          sample: s3://example-bucket/checkout-v2/
        kms_key:
          description: The key that encrypts what is stored.
          returned: when it has one
          type: str
          sample: 12345678-1234-1234-1234-123456789012
        content_type:
          description: Which content types are stored as they are.
          returned: when it has them
          type: dict
          contains:
            csv_content_types:
              description: Those that are CSV.
              returned: when it has them
              type: list
              elements: str
              sample: [text/csv]
            json_content_types:
              description: Those that are JSON.
              returned: when it has them
              type: list
              elements: str
              sample: [application/json]
    schedule:
      description: When it starts and ends.
      returned: with O(include_write_only)
      type: dict
      contains:
        start_time:
          description: When it starts or started.
          returned: when known
          type: str
          sample: "2030-01-07T08:00:00Z"
        end_time:
          description: When it ends.
          returned: when known
          type: str
          sample: "2030-01-21T08:00:00Z"
    status_reason:
      description: The reason given for the present status.
      returned: with O(include_write_only); null where there is none
      type: str
      sample: v2 agreed in 99.98 % of the answers
    desired_state:
      description: The state that the present status meets; null where it meets none. Cloud Control does not return it.
      returned: with O(include_write_only)
      type: str
      sample: Running
    creation_time:
      description: When it was created.
      returned: always
      type: str
      sample: "2030-01-06T16:20:00.000Z"
    last_modified_time:
      description: When it was changed last.
      returned: always
      type: str
      sample: "2030-01-06T16:20:00.000Z"
    tags:
      description: The tags, keys and values verbatim.
      returned: always
      type: dict
      sample: {team: checkout}
error:
  description: What went wrong, in parts.
  returned: on failure
  type: dict
  contains:
    code:
      description: The error code of AWS, or of the collection where it refused.
      returned: always
      type: str
      sample: AccessDeniedException
    message:
      description: The message, as AWS gave it.
      returned: always
      type: str
      sample: "User is not authorized to perform: cloudformation:GetResource"
    operation:
      description: The API call or the operation that failed; null where none did.
      returned: always
      type: str
      sample: GetResource
    request_token:
      description: Cloud Control's token of the failed operation; null without one.
      returned: always
      type: str
      sample: f2a3b4c5-0d1e-4f60-8a7b-123456789abc
    hint:
      description: What to do; null where there is nothing to add.
      returned: always
      type: str
      sample: Grant the permission in the message to the identity in the message.
"""

from ..module_utils._cloud_control.inform import inform
from ..module_utils._resource_types.inference_experiment import INFERENCE_EXPERIMENT


def main() -> None:
    inform(INFERENCE_EXPERIMENT)


if __name__ == "__main__":
    main()
