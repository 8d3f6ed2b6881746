#!/usr/bin/python
# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: inference_experiment
version_added: 1.0.0
short_description: Manage Amazon SageMaker inference experiments (shadow tests)
description:
  - Create, change, start, stop and delete SageMaker inference experiments (CloudFormation type
    C(AWS::SageMaker::InferenceExperiment)) through the AWS Cloud Control API.
  - A shadow test sends a copy of a share of an endpoint's requests to a second model, the shadow variant, beside the
    production variant that answers them.
  - Declarative. Only options that the task gives are managed. A nested key that is left out is left alone; a list
    that is given is the whole list. For an experiment that exists nothing but O(name) is required.
  - The module brings about what is declared in as many operations as that takes, and reads the experiment again after
    each. What AWS reports as done and does not apply fails the task. What the present status does not allow is
    refused before anything is written.
  - To create an experiment, O(type), O(role_arn), O(endpoint_name), O(model_variants) and O(shadow_mode_config) are
    needed.
author:
  - awscc.sagemaker contributors (@awscc)
options:
  name:
    description:
      - The name of the experiment, its identifier in the account and region.
      - Up to 120 letters and digits, with hyphens between them.
    type: str
    required: true
  type:
    description:
      - The type of the experiment.
      - Can be given only at its creation.
    type: str
    choices: [ShadowMode]
  role_arn:
    description:
      - ARN of the IAM role that SageMaker assumes to get at models and images and to manage the endpoint.
      - Not the role of the Cloud Control requests, which is O(cloud_control_role_arn).
      - From 20 to 2048 characters. Can be given only at its creation.
    type: str
  endpoint_name:
    description:
      - The endpoint on which the experiment runs. It must exist, and no other experiment may be using it.
      - Up to 63 letters and digits, with hyphens between them. Can be given only at its creation.
    type: str
  kms_key:
    description:
      - The KMS key that encrypts the storage volume of the endpoint's instances. A key id equals the ARN that ends in
        it; an alias equals only itself and the ARN of the alias.
      - Up to 2048 characters. Can be given only at its creation.
    type: str
  description:
    description:
      - What the experiment is for. From 1 to 1024 characters.
      - It can be changed but not taken away again.
    type: str
  model_variants:
    description:
      - The two variants, one production and one shadow, in any order. Their roles are given by O(shadow_mode_config).
      - Can be changed until the experiment has been started.
      - Not compared when O(desired_state=Completed) or O(desired_state=Cancelled) is met already.
    type: list
    elements: dict
    suboptions:
      model_name:
        description: The SageMaker model. Up to 63 letters and digits, with hyphens between them.
        type: str
        required: true
      variant_name:
        description: The name of the variant. Up to 63 letters and digits, with hyphens between them.
        type: str
        required: true
      infrastructure_config:
        description: What the variant runs on.
        type: dict
        required: true
        suboptions:
          infrastructure_type:
            description: The kind of infrastructure.
            type: str
            required: true
            choices: [RealTimeInference]
          real_time_inference_config:
            description: The instances.
            type: dict
            required: true
            suboptions:
              instance_type:
                description: The type of the instances, for example V(ml.m5.large).
                type: str
                required: true
              instance_count:
                description: How many instances, from 0 to 2147483647.
                type: int
                required: true
  shadow_mode_config:
    description:
      - Which variant is production and which is its shadow.
      - Can be changed until the experiment has ended.
    type: dict
    suboptions:
      source_model_variant_name:
        description: The C(variant_name) of the production variant, which answers all requests. Up to 63 characters.
        type: str
        required: true
      shadow_model_variants:
        description: The shadow variant. Exactly one.
        type: list
        elements: dict
        required: true
        suboptions:
          shadow_model_variant_name:
            description: The C(variant_name) of the shadow variant. Up to 63 characters.
            type: str
            required: true
          sampling_percentage:
            description: The share of the requests that the shadow gets a copy of, from 0 to 100.
            type: int
            required: true
  data_storage_config:
    description:
      - Where requests and answers are stored.
      - Can be changed until the experiment has been started, but not taken away again.
    type: dict
    suboptions:
      destination:
        description: The place in S3, beginning with C(s3://) or C(https://). Up to 512 characters.
        type: str
        required: true
      kms_key:
        description: The KMS key that encrypts what is stored, compared as O(kms_key). Up to 2048 characters.
        type: str
      content_type:
        description: Which content types are stored as they are. All others are stored in base64.
        type: dict
        suboptions:
          csv_content_types:
            description:
              - From 1 to 10 content types that are CSV, like V(text/csv). Up to 256 characters each. Their order
                means nothing.
            type: list
            elements: str
          json_content_types:
            description: From 1 to 10 content types that are JSON, like V(application/json), up to 256 characters each.
            type: list
            elements: str
  schedule:
    description:
      - When the experiment starts and ends. It lasts from 1 hour to 30 days. Without a schedule it starts at once and
        ends after 7 days.
      - Write-only for Cloud Control. The module reads it with C(sagemaker:DescribeInferenceExperiment), only if the
        task gives it and only while the experiment is C(Created) or C(Running); and to carry it over when a
        C(Created) one is created again.
      - While C(Running) only O(schedule.end_time) counts and can be changed. An experiment that has ended has no
        schedule to compare. Times that are moved by an early start or by a stop are no difference.
      - Times are compared and sent to the second.
    type: dict
    suboptions:
      start_time:
        description: ISO 8601 with an offset or C(Z). An unquoted YAML timestamp with an offset works too.
        type: str
      end_time:
        description: As O(schedule.start_time).
        type: str
  desired_state:
    description:
      - The status to bring the experiment to. Judged by its C(Status).
      - V(Running) starts a scheduled experiment early. One that has ended cannot be started again.
      - V(Completed) and V(Cancelled) stop a running experiment. One that has not been started cannot be stopped, and
        one that does not exist is refused.
      - Write-only for Cloud Control.
    type: str
    choices: [Running, Completed, Cancelled]
  status_reason:
    description:
      - Why the experiment is stopped, from 1 to 1024 characters. Sent with a stop, never compared, and given only
        with O(desired_state=Completed), O(desired_state=Cancelled) or O(state=absent).
      - Write-only for Cloud Control.
    type: str
  on_stop:
    description:
      - What becomes of the variants when this task stops the experiment, also with O(state=absent).
      - V(retain) leaves both on the endpoint, and so does a deletion for O(recreate=true).
      - V(promote_shadow) takes the production variant away and makes the shadow production.
      - V(remove_shadow) takes the shadow away.
      - Refused, unless V(retain), without O(desired_state=Completed), O(desired_state=Cancelled) or O(state=absent).
      - It says how to stop, not what to be. Of an experiment that has ended already, by its schedule or by somebody
        else, nothing is promoted or removed any more, and the task is C(ok). C(changed) tells whether this task has
        stopped it.
    type: str
    choices: [retain, promote_shadow, remove_shadow]
    default: retain
  tags:
    description:
      - At most 50 tags. Keys of 1 to 128 and values of up to 256 characters, verbatim; numbers and booleans become
        text.
      - Keys that begin with C(aws:) are reserved and cannot be set. Existing tags with such keys stay unchanged.
      - Tags are left alone if the task does not give this option.
    type: dict
    aliases: [resource_tags]
notes:
  - Needs the IAM actions C(cloudformation:GetResource), C(cloudformation:CreateResource),
    C(cloudformation:UpdateResource), C(cloudformation:DeleteResource), C(cloudformation:GetResourceRequestStatus) and
    C(cloudformation:ListResourceRequests), and for the handler C(sagemaker:DescribeInferenceExperiment),
    C(sagemaker:CreateInferenceExperiment), C(sagemaker:UpdateInferenceExperiment),
    C(sagemaker:StartInferenceExperiment), C(sagemaker:StopInferenceExperiment),
    C(sagemaker:DeleteInferenceExperiment), C(sagemaker:ListTags), C(sagemaker:AddTags), C(sagemaker:DeleteTags) and,
    for O(role_arn), C(iam:PassRole). In check mode those of M(awscc.sagemaker.inference_experiment_info) will do.
attributes:
  check_mode:
    description: Makes no write. Reports the same C(changed), the same operations and the experiment as it would be.
    support: full
  diff_mode:
    description: Shows the experiment before and after.
    support: full
  idempotent:
    description: A second run of a task that succeeded changes nothing and makes a single Cloud Control call.
    support: full
seealso:
  - module: awscc.sagemaker.inference_experiment_info
  - name: Shadow tests in Amazon SageMaker
    description: What a shadow test is.
    link: https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests.html
  - name: AWS::SageMaker::InferenceExperiment
    description: The resource type.
    link: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sagemaker-inferenceexperiment.html
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - awscc.sagemaker.cloud_control
  - awscc.sagemaker.cloud_control.manage
"""

EXAMPLES = r"""
- name: Plan a shadow test (check mode writes nothing and shows every operation)
  awscc.sagemaker.inference_experiment: &shadow_test
    name: checkout-v2
    type: ShadowMode
    role_arn: arn:aws:iam::123456789012:role/sagemaker-experiments
    endpoint_name: checkout
    description: Does v2 answer as v1 does?
    model_variants:
      - variant_name: v1
        model_name: checkout-v1
        infrastructure_config: &one_small_instance
          infrastructure_type: RealTimeInference
          real_time_inference_config:
            instance_type: ml.m5.large
            instance_count: 1
      - variant_name: v2
        model_name: checkout-v2
        infrastructure_config: *one_small_instance
    shadow_mode_config:
      source_model_variant_name: v1
      shadow_model_variants:
        - shadow_model_variant_name: v2
          sampling_percentage: 10
    data_storage_config:
      destination: s3://example-bucket/checkout-v2/
      content_type:
        json_content_types: [application/json]
    schedule:
      start_time: "2030-01-07T08:00:00Z"
      end_time: "2030-01-21T08:00:00Z"
    tags:
      team: checkout
  check_mode: true

- name: Create it, scheduled; run again, this changes nothing
  awscc.sagemaker.inference_experiment: *shadow_test

- name: Raise the share of the requests that the shadow gets
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    shadow_mode_config:
      source_model_variant_name: v1
      shadow_model_variants:
        - shadow_model_variant_name: v2
          sampling_percentage: 50

- name: Let it run two days longer
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    schedule:
      end_time: "2030-01-23T08:00:00Z"

- name: Start it, if it has not been started yet
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    desired_state: Running

- name: Complete it and make the shadow the new production variant
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    desired_state: Completed
    status_reason: v2 agreed in 99.98 % of the answers
    on_stop: promote_shadow

- name: Or call it off and take the shadow away
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    desired_state: Cancelled
    on_stop: remove_shadow

- name: Delete it (only the record goes; endpoint and stored data stay)
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    state: absent

- name: Change what only a new experiment can have, by deleting it and creating it again
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    type: ShadowMode
    role_arn: arn:aws:iam::123456789012:role/another-role
    endpoint_name: checkout
    model_variants:
      - variant_name: v1
        model_name: checkout-v1
        infrastructure_config: &instance
          infrastructure_type: RealTimeInference
          real_time_inference_config:
            instance_type: ml.m5.large
            instance_count: 1
      - variant_name: v2
        model_name: checkout-v2
        infrastructure_config: *instance
    shadow_mode_config:
      source_model_variant_name: v1
      shadow_model_variants:
        - shadow_model_variant_name: v2
          sampling_percentage: 10
    recreate: true

# As an ad-hoc command:
#   ansible localhost -m awscc.sagemaker.inference_experiment -a "name=checkout-v2 desired_state=Running"
"""

RETURN = r"""
inference_experiment:
  description:
    - The experiment as it was last read, in check mode as it would be. Every property that is known, under the name
      of its option.
    - Empty when there is none.
  returned: always
  type: dict
  contains:
    name:
      description: The name.
      returned: when the experiment exists
      type: str
      sample: checkout-v2
    region:
      description: The region that the experiment is in.
      returned: when the experiment exists
      type: str
      sample: us-east-1
    arn:
      description: The ARN of the experiment.
      returned: when the experiment exists
      type: str
      sample: arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/checkout-v2
    type:
      description: The type of the experiment.
      returned: when the experiment exists
      type: str
      sample: ShadowMode
    status:
      description: C(Creating), C(Created), C(Updating), C(Starting), C(Running), C(Stopping), C(Completed) or
        C(Cancelled).
      returned: when the experiment exists
      type: str
      sample: Running
    description:
      description: What the experiment is for.
      returned: when it has one
      type: str
      sample: Does v2 answer as v1 does?
    role_arn:
      description: The role that SageMaker assumes.
      returned: when the experiment exists
      type: str
      sample: arn:aws:iam::123456789012:role/sagemaker-experiments
    endpoint_name:
      description: The endpoint on which it runs.
      returned: when the experiment exists
      type: str
      sample: checkout
    endpoint_metadata:
      description: The endpoint as the experiment found it.
      returned: when the experiment exists
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
      description: The two variants, as O(model_variants).
      returned: when the experiment exists
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
      returned: when the experiment exists
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
      returned: when it was read, because the task gave O(schedule) or to carry it over
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
      returned: when it has one and it was read together with the schedule
      type: str
      sample: v2 agreed in 99.98 % of the answers
    creation_time:
      description: When it was created.
      returned: when the experiment exists
      type: str
      sample: "2030-01-06T16:20:00.000Z"
    last_modified_time:
      description: When it was changed last.
      returned: when the experiment exists
      type: str
      sample: "2030-01-06T16:20:00.000Z"
    tags:
      description: The tags, keys and values verbatim.
      returned: when the experiment exists
      type: dict
      sample: {team: checkout}
operations:
  description: The Cloud Control operations that the task made, or would make, in order.
  returned: always
  type: list
  elements: dict
  contains:
    operation:
      description: C(create), C(update) or C(delete).
      returned: always
      type: str
      sample: update
    patch_document:
      description: The JSON Patch document (RFC 6902) that was sent.
      returned: for an update
      type: list
      elements: dict
      sample:
        - {op: add, path: /DesiredState, value: Running}
    desired_state:
      description: The properties that were sent, under the names that CloudFormation gives them.
      returned: for a create
      type: dict
      sample: {Name: checkout-v2, Type: ShadowMode}
    request_token:
      description: Cloud Control's token of the operation, for C(aws cloudcontrol get-resource-request-status).
      returned: when the operation was sent
      type: str
      sample: f2a3b4c5-0d1e-4f60-8a7b-123456789abc
    operation_status:
      description:
        - Cloud Control's status of the operation when it was last seen, or C(PLANNED) if it was not sent.
        - C(PENDING) without a request token is one that was sent and never answered.
      returned: always
      type: str
      sample: SUCCESS
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

from ..module_utils._cloud_control.manage import manage
from ..module_utils._resource_types.inference_experiment import INFERENCE_EXPERIMENT


def main() -> None:
    manage(INFERENCE_EXPERIMENT)


if __name__ == "__main__":
    main()
