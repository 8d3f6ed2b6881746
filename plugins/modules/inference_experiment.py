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
  - Create, update, start, stop and delete SageMaker inference experiments through the AWS Cloud Control API
    (resource type C(AWS::SageMaker::InferenceExperiment)).
  - A shadow test has two variants. A variant is a model together with its instances on the endpoint. The production
    variant answers all requests. The shadow variant gets a copy of a percentage of the requests. SageMaker does not
    return the responses of the shadow variant to the callers.
  - A C(Created) experiment waits for its scheduled start. A C(Running) experiment copies requests. A C(Completed) or
    C(Cancelled) experiment has ended. All other statuses are transitional. The module waits until a transitional status
    ends, unless O(wait=false).
  - The module changes only the options that the task sets. Omitted options, including nested ones, keep their current
    values. A list replaces the whole current list.
  - If the experiment exists, only O(name) is required. To create an experiment, O(type), O(role_arn),
    O(endpoint_name), O(model_variants) and O(shadow_mode_config) are required as well.
  - The module reads the experiment again after each operation. Unless O(wait=false), the task fails if AWS reports
    success for a change but does not apply the change.
  - If the current status does not allow all changes of the task, the task fails, and the module changes nothing. With
    O(recreate=true), the module deletes the experiment instead and creates a new one.
author:
  - awscc.sagemaker contributors (@awscc)
options:
  name:
    description:
      - The name of the experiment. It identifies the experiment in the account and region.
      - Up to 120 letters, digits and hyphens. The first and the last character must not be a hyphen.
    type: str
    required: true
  type:
    description:
      - The type of the experiment.
      - Required on create. Cannot be changed afterwards.
    type: str
    choices: [ShadowMode]
  role_arn:
    description:
      - ARN of the IAM role that SageMaker assumes to read models and container images and to manage the endpoint.
      - From 20 to 2048 characters. Required on create. Cannot be changed afterwards.
      - O(cloud_control_role_arn) is another role, which Cloud Control uses.
    type: str
  endpoint_name:
    description:
      - The name of the endpoint that the experiment runs on.
      - The endpoint must exist and must not be in use by another experiment.
      - Up to 63 letters, digits and hyphens. Required on create. Cannot be changed afterwards.
    type: str
  kms_key:
    description:
      - ID, ARN or alias of the KMS key that encrypts the storage volumes of the endpoint's instances.
      - The module compares the value with the current key. A key ID and the ARN of the key count as equal. An alias and
        the ARN of the alias count as equal. The module does not resolve an alias to its key, so an alias differs from
        the ID and the ARN of the key.
      - Up to 2048 letters, digits and the characters C(:/_-). Optional on create. Cannot be changed afterwards.
    type: str
  description:
    description:
      - The description of the experiment.
      - From 1 to 1024 characters, without line breaks.
      - Can be changed while the experiment is C(Created) or C(Running). Cannot be removed.
    type: str
  model_variants:
    description:
      - The two variants of the test, in any order. O(shadow_mode_config) sets which variant is production and which
        variant is shadow.
      - Required on create. Can be changed only while the experiment is C(Created).
      - A task that stops the experiment cannot change the variants. The task fails if the values differ from the
        current variants.
      - With O(state=absent), the module ignores the values, with one exception. If the experiment is C(Running) and the
        task also sets an option for the stop, the task fails if the values differ from the current variants. The
        options for the stop are O(status_reason), O(desired_state=Completed), O(desired_state=Cancelled),
        O(on_stop=promote_shadow) and O(on_stop=remove_shadow).
      - If O(desired_state) is C(Completed) or C(Cancelled) and the experiment already has this status, the module
        ignores the values. Therefore a task that stopped the experiment can run again.
    type: list
    elements: dict
    suboptions:
      model_name:
        description: The name of an existing SageMaker model. Up to 63 letters, digits and hyphens.
        type: str
        required: true
      variant_name:
        description: The name of the variant. Up to 63 letters, digits and hyphens.
        type: str
        required: true
      infrastructure_config:
        description: The infrastructure of the variant.
        type: dict
        required: true
        suboptions:
          infrastructure_type:
            description: The type of the infrastructure.
            type: str
            required: true
            choices: [RealTimeInference]
          real_time_inference_config:
            description: The instances of the variant.
            type: dict
            required: true
            suboptions:
              instance_type:
                description: The instance type, for example V(ml.m5.large).
                type: str
                required: true
              instance_count:
                description: The number of instances, from 0 to 2147483647.
                type: int
                required: true
  shadow_mode_config:
    description:
      - The names of the production variant and of the shadow variant, and the traffic sampling percentage.
      - Required on create. While the experiment is C(Created), all of it can be changed. While it is C(Running),
        only O(shadow_mode_config.shadow_model_variants[].sampling_percentage) can be changed.
    type: dict
    suboptions:
      source_model_variant_name:
        description:
          - The C(variant_name) of the production variant. It answers all requests.
          - Up to 63 characters.
        type: str
        required: true
      shadow_model_variants:
        description: The shadow variant. The list must have exactly one element.
        type: list
        elements: dict
        required: true
        suboptions:
          shadow_model_variant_name:
            description:
              - The C(variant_name) of the shadow variant. Its responses are not returned to the callers.
              - Up to 63 characters.
            type: str
            required: true
          sampling_percentage:
            description:
              - The percentage of requests that are copied to the shadow variant, an integer from 0 to 100.
              - The result of an expression can be a floating-point number, which the module rejects. The filter C(int)
                converts the number, for example C(percentage | int).
            type: int
            required: true
  data_storage_config:
    description:
      - The S3 location where SageMaker stores requests and responses. If omitted on create, nothing is stored.
      - Can be changed only while the experiment is C(Created). Cannot be removed.
    type: dict
    suboptions:
      destination:
        description: The S3 URI, starting with C(s3://) or C(https://). Up to 512 characters.
        type: str
        required: true
      kms_key:
        description:
          - ID, ARN or alias of the KMS key that encrypts the stored data. Compared in the same way as
            the key of the storage volumes, the option O(kms_key) of the experiment.
          - Up to 2048 letters, digits and the characters C(:/_-).
        type: str
      content_type:
        description:
          - The content types that SageMaker stores without encoding. It stores all other content types in base64.
        type: dict
        suboptions:
          csv_content_types:
            description:
              - From 1 to 10 content types that SageMaker treats as CSV, for example V(text/csv). The order
                of the list has no meaning.
              - Up to 256 characters each.
            type: list
            elements: str
          json_content_types:
            description:
              - From 1 to 10 content types that SageMaker treats as JSON, for example V(application/json). The
                order of the list has no meaning.
              - Up to 256 characters each.
            type: list
            elements: str
  schedule:
    description:
      - The start and end of the experiment. The duration must be from 1 hour to 30 days.
      - Without a schedule, the experiment starts when it is created. The default duration is 7 days.
      - While the experiment is C(Created), both times can be changed. While it is C(Running), only
        O(schedule.end_time) can be changed and O(schedule.start_time) is ignored. After the end of the experiment, both
        times are ignored.
      - If an ignored time is in the future, the module returns a warning. There is no warning if the experiment already
        has the status that O(desired_state) sets, for example if a task with O(desired_state=Completed) runs again.
      - Write-only in Cloud Control, which means that Cloud Control does not return the value. To compare the times, the
        module reads the current schedule with C(sagemaker:DescribeInferenceExperiment). The calling identity needs this
        action, even if O(cloud_control_role_arn) is set.
      - O(recreate=true) of a C(Created) experiment preserves each time that the task omits. In all other statuses, the
        times are not preserved, and the new experiment has the default of each time that the task omits.
      - Times are compared and sent with a precision of one second.
    type: dict
    suboptions:
      start_time:
        description:
          - The start in ISO 8601 format with C(Z) or a UTC offset, for example V("2030-01-07T08:00:00Z").
          - If omitted on create, the experiment starts when it is created.
        type: str
      end_time:
        description:
          - The end in ISO 8601 format with C(Z) or a UTC offset, for example V("2030-01-21T08:00:00Z").
        type: str
  desired_state:
    description:
      - The status that the experiment must have.
      - If omitted, the task does not start or stop the experiment. A C(Created) experiment starts at its scheduled
        start.
      - V(Running) starts a C(Created) experiment immediately, before its scheduled start. If the experiment does not
        exist, the module creates the experiment, and then starts it if its scheduled start is in the future. An
        experiment that has ended cannot be started again.
      - V(Completed) stops a C(Running) experiment. Use this value if the test has served its purpose.
      - V(Cancelled) stops a C(Running) experiment. Use this value if the test is abandoned.
      - V(Completed) and V(Cancelled) have the same effect on the variants. Only O(on_stop) selects the variants that
        stay on the endpoint.
      - With O(state=present), V(Completed) and V(Cancelled) fail if the experiment does not exist, is C(Created), or
        has ended with the other status. Use O(state=absent) to delete a C(Created) experiment.
      - With O(state=absent), a C(Running) experiment is stopped before the delete. V(Completed) and V(Cancelled) set
        the status after this stop. If O(desired_state) is omitted or V(Running), the status is C(Completed).
      - Write-only in Cloud Control. The module compares the value with the status of the experiment.
    type: str
    choices: [Running, Completed, Cancelled]
  status_reason:
    description:
      - The reason for the stop, from 1 to 1024 characters, without line breaks.
      - Requires O(desired_state=Completed), O(desired_state=Cancelled) or O(state=absent).
      - Sent only if this task stops the experiment. Otherwise, the reason is ignored. The reason of an experiment that
        has already ended cannot be changed.
    type: str
  on_stop:
    description:
      - The variants that stay on the endpoint if this task stops the experiment, either for O(desired_state) or for
        O(state=absent).
      - V(retain) keeps both variants on the endpoint. The production variant continues to answer all requests.
      - V(promote_shadow) removes the production variant from the endpoint. The shadow variant becomes the new
        production variant and answers all requests. The module cannot restore the previous production variant.
      - V(remove_shadow) removes the shadow variant from the endpoint. The production variant continues to answer all
        requests.
      - V(promote_shadow) and V(remove_shadow) require O(desired_state=Completed), O(desired_state=Cancelled) or
        O(state=absent).
      - After the stop, the module reads the endpoint and returns RV(endpoint), RV(verified) and RV(promoted). While the
        endpoint is being updated, the module waits. The task fails if the model that should answer the requests does
        not, or if the update of the endpoint has failed. Other differences are warnings.
      - If the experiment has already ended, or if O(state=absent) deletes an experiment that has not started,
        O(on_stop) has no effect, and the variants are unchanged. For V(promote_shadow) and V(remove_shadow) of an
        experiment that has ended, the module reads the endpoint. If the endpoint has other variants than O(on_stop)
        selects, the module returns a warning that lists the variants.
      - If O(recreate=true) deletes a C(Running) experiment, both variants are retained.
    type: str
    choices: [retain, promote_shadow, remove_shadow]
    default: retain
  tags:
    description:
      - The tags of the experiment. If omitted, the tags are unchanged.
      - Existing tags that the task does not set are removed, unless O(purge_tags=false). Therefore an empty
        dictionary removes all tags.
      - At most 50 tags. Keys have from 1 to 128 characters, values up to 256. Upper and lower case are preserved.
      - In contrast to other options, values that are not strings are converted to strings. V(true) becomes V("True")
        and V(1.10) becomes V("1.1"). Quote a value to keep the value as written.
      - Keys that start with C(aws:) are reserved and cannot be set. Existing tags with such keys stay unchanged.
    type: dict
    aliases: [resource_tags]
notes:
  - O(state=absent) deletes only the record of the experiment. The endpoint and the stored data remain. If the
    experiment is C(Running), it is stopped first, as O(desired_state) and O(on_stop) specify.
  - The calling identity needs the IAM actions C(cloudformation:GetResource), C(cloudformation:CreateResource),
    C(cloudformation:UpdateResource), C(cloudformation:DeleteResource), C(cloudformation:GetResourceRequestStatus) and
    C(cloudformation:ListResourceRequests). The resource handler needs C(sagemaker:DescribeInferenceExperiment),
    C(sagemaker:CreateInferenceExperiment), C(sagemaker:UpdateInferenceExperiment),
    C(sagemaker:StartInferenceExperiment), C(sagemaker:StopInferenceExperiment),
    C(sagemaker:DeleteInferenceExperiment), C(sagemaker:ListTags), C(sagemaker:AddTags), C(sagemaker:DeleteTags) and,
    for O(role_arn), C(iam:PassRole). To verify a stop, the calling identity also needs C(sagemaker:DescribeEndpoint)
    and C(sagemaker:DescribeEndpointConfig), even if O(cloud_control_role_arn) is set. In check mode, the actions of
    M(awscc.sagemaker.inference_experiment_info) are sufficient.
attributes:
  check_mode:
    description:
      - Makes no write. C(changed) and RV(operations) are the same as in a run without check mode, except that
        each operation is C(PLANNED) and has no request token. RV(inference_experiment) is the predicted experiment.
      - If the status is transitional, the module waits as in a run without check mode.
      - The module does not read the endpoint, so RV(endpoint) and RV(promoted) are null and RV(verified) is false.
    support: full
  diff_mode:
    description:
      - Shows the experiment before and after the task.
      - If the task stops the experiment, the part C(after) of the diff also has C(variant_actions) and, if the task
        sets a reason, C(status_reason).
    support: full
  idempotent:
    description:
      - If the experiment already matches the task, the module makes no write. The module makes one Cloud Control call
        and, to compare O(schedule), one call of C(sagemaker:DescribeInferenceExperiment).
      - If O(on_stop) is V(promote_shadow) or V(remove_shadow) and the experiment has already ended, the module also
        reads the endpoint.
    support: full
seealso:
  - module: awscc.sagemaker.inference_experiment_info
  - name: Shadow tests in Amazon SageMaker
    description: Concepts, supported endpoints and metrics.
    link: https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests.html
  - name: AWS::SageMaker::InferenceExperiment
    description: Reference of the CloudFormation resource type.
    link: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sagemaker-inferenceexperiment.html
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.tags
  - awscc.sagemaker.cloud_control
  - awscc.sagemaker.cloud_control.manage
"""

EXAMPLES = r"""
- name: Start a scheduled shadow test now
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    desired_state: Running

- name: Extend a running shadow test
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    schedule:
      end_time: "2030-01-23T08:00:00Z"

- name: Copy half of the requests to the shadow variant
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    shadow_mode_config:
      source_model_variant_name: v1
      shadow_model_variants:
        - shadow_model_variant_name: v2
          sampling_percentage: 50

- name: Set one tag and keep all others
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    tags:
      team: checkout
    purge_tags: false

- name: Create a scheduled shadow test
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    type: ShadowMode
    role_arn: arn:aws:iam::123456789012:role/sagemaker-experiments
    endpoint_name: checkout
    description: Compare v2 with v1
    model_variants:
      - variant_name: v1
        model_name: checkout-v1
        infrastructure_config:
          infrastructure_type: RealTimeInference
          real_time_inference_config:
            instance_type: ml.m5.large
            instance_count: 1
      - variant_name: v2
        model_name: checkout-v2
        infrastructure_config:
          infrastructure_type: RealTimeInference
          real_time_inference_config:
            instance_type: ml.m5.large
            instance_count: 1
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

# Stop a test without promotion. The production variant continues to answer all requests.

- name: Stop the test and remove the shadow variant
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    desired_state: Cancelled
    status_reason: v2 is too slow
    on_stop: remove_shadow

# Promote the shadow variant. Check the variant actions in check mode before you run the promotion.

- name: Plan the promotion
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    desired_state: Completed
    status_reason: Errors and latency of v2 are within the limits
    on_stop: promote_shadow
  check_mode: true
  register: plan

- name: Show the variant actions (Remove for production, Promote for shadow)
  ansible.builtin.debug:
    var: plan.variant_actions

# The next task runs only if you run the playbook with --extra-vars promote=true.

- name: Promote the shadow variant
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    desired_state: Completed
    status_reason: Errors and latency of v2 are within the limits
    on_stop: promote_shadow
  when: promote | default(false) | bool
  register: stopped

- name: Check that only the model of the shadow variant answers requests
  ansible.builtin.assert:
    that: stopped.promoted is true
    fail_msg: "The shadow variant was not promoted. The endpoint: {{ stopped.endpoint }}"
  when: stopped is not skipped and not ansible_check_mode

# Delete the record of the experiment. The endpoint and the stored data remain.

- name: Delete the experiment
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    state: absent

# Change an option that cannot be updated, here role_arn. This deletes the experiment and creates a new one.
# A running test ends. Remove check_mode to apply the change.

- name: Plan to recreate the experiment with another role
  awscc.sagemaker.inference_experiment:
    name: checkout-v2
    recreate: true
    type: ShadowMode
    role_arn: arn:aws:iam::123456789012:role/another-role
    endpoint_name: checkout
    model_variants:
      - variant_name: v1
        model_name: checkout-v1
        infrastructure_config:
          infrastructure_type: RealTimeInference
          real_time_inference_config:
            instance_type: ml.m5.large
            instance_count: 1
      - variant_name: v2
        model_name: checkout-v2
        infrastructure_config:
          infrastructure_type: RealTimeInference
          real_time_inference_config:
            instance_type: ml.m5.large
            instance_count: 1
    shadow_mode_config:
      source_model_variant_name: v1
      shadow_model_variants:
        - shadow_model_variant_name: v2
          sampling_percentage: 10
  check_mode: true

# Ad-hoc command:
#   ansible localhost -m awscc.sagemaker.inference_experiment -a "name=checkout-v2 desired_state=Running" --check
"""

RETURN = r"""
inference_experiment:
  description:
    - The experiment as last read, or the predicted experiment in check mode. Properties that are also options have the
      names of the options.
    - With O(wait=false), the experiment as read after the first operation was submitted.
    - Empty if the experiment does not exist.
  returned: always
  type: dict
  contains:
    name:
      description: The name.
      returned: when the experiment exists
      type: str
      sample: checkout-v2
    region:
      description: The region of the experiment.
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
      description: The status. One of C(Creating), C(Created), C(Updating), C(Starting), C(Running), C(Stopping),
        C(Completed) and C(Cancelled).
      returned: when the experiment exists
      type: str
      sample: Running
    description:
      description: The description of the experiment.
      returned: when set
      type: str
      sample: Compare v2 with v1
    role_arn:
      description: The ARN of the role that SageMaker assumes.
      returned: when the experiment exists
      type: str
      sample: arn:aws:iam::123456789012:role/sagemaker-experiments
    endpoint_name:
      description: The name of the endpoint.
      returned: when the experiment exists
      type: str
      sample: checkout
    endpoint_metadata:
      description: Information about the endpoint.
      returned: when the experiment exists
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
      description: The two variants, in the format of the option O(model_variants).
      returned: when the experiment exists
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
      returned: when the experiment exists
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
      description:
        - The start and end of the experiment. The module returns the schedule only if the module reads the schedule.
        - If the experiment is C(Created) at the end of the task, the module reads the schedule if the task sets
          O(schedule).
        - If the experiment is C(Running) at the end of the task, the module reads the schedule if the task sets
          O(schedule.end_time).
        - If O(recreate=true) preserves a time of the schedule, the module reads the schedule as well.
      returned: depends on the status and the options, see the description
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
      description: The reason for the current status.
      returned: when the schedule is returned and the experiment has a status reason
      type: str
      sample: Errors and latency of v2 are within the limits
    creation_time:
      description: The time at which the experiment was created.
      returned: when the experiment exists
      type: str
      sample: "2030-01-06T16:20:00.000Z"
    last_modified_time:
      description: The time of the last change of the experiment.
      returned: when the experiment exists
      type: str
      sample: "2030-01-06T16:20:00.000Z"
    tags:
      description: The tags of the experiment.
      returned: when the experiment exists
      type: dict
      sample: {team: checkout}
variant_actions:
  description:
    - The action for each variant of the endpoint when the task stops the experiment.
    - C(Retain) keeps the variant on the endpoint, C(Remove) removes it, and C(Promote) makes the shadow variant the
      production variant.
  returned: when the task stops the experiment, or would stop it in check mode. This includes a stop before a delete
  type: dict
  version_added: 1.1.0
  contains:
    production:
      description: The action for the production variant, C(Retain) or C(Remove).
      returned: always
      type: str
      sample: Remove
    shadow:
      description: The action for the shadow variant, C(Retain), C(Remove) or C(Promote).
      returned: always
      type: str
      sample: Promote
endpoint:
  description:
    - The variants that the endpoint serves at the end of the task.
    - Null if the module has not read the endpoint, for example in check mode and with O(wait=false).
  returned: when the task stops the experiment, or would stop it in check mode, and if the experiment has ended and
    O(on_stop) is not V(retain)
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
verified:
  description:
    - Whether the module has read the endpoint, and the model that should answer the requests answers them.
    - C(false) in check mode and with O(wait=false).
  returned: when C(endpoint) is returned
  type: bool
  version_added: 1.1.0
  sample: true
promoted:
  description:
    - Whether the model of the shadow variant answers all requests. If both variants have the same model, their instance
      types decide. If they have the same instance type too, the variant names decide.
    - Null if this cannot be decided, for example because the endpoint was not read. Always null in check mode and with
      O(wait=false).
  returned: when C(endpoint) is returned
  type: bool
  version_added: 1.1.0
  sample: true
operations:
  description: The Cloud Control operations that the task submitted, or would submit in check mode, in order.
  returned: always
  type: list
  elements: dict
  contains:
    operation:
      description: C(create), C(update) or C(delete). Starts and stops are updates.
      returned: always
      type: str
      sample: update
    patch_document:
      description: The JSON Patch document (RFC 6902) of the update.
      returned: for C(update)
      type: list
      elements: dict
      sample:
        - {op: add, path: /DesiredState, value: Running}
    desired_state:
      description: The properties of the new experiment, with the property names of CloudFormation. Not related to the
        option O(desired_state).
      returned: for C(create)
      type: dict
      sample: {Name: checkout-v2, Type: ShadowMode}
    request_token:
      description: The token of the operation in Cloud Control, for C(aws cloudcontrol get-resource-request-status).
      returned: when Cloud Control accepted the operation
      type: str
      sample: f2a3b4c5-0d1e-4f60-8a7b-123456789abc
    operation_status:
      description:
        - The last known status of the operation in Cloud Control, for example C(SUCCESS), C(IN_PROGRESS) or
          C(FAILED).
        - C(PLANNED) if the operation was not submitted. The reason is check mode, O(wait=false), or a failure of
          O(recreate=true) between the delete and the create.
        - If the status is C(PENDING) and C(request_token) is missing, AWS did not respond to the request. The outcome
          of the operation is unknown.
      returned: always
      type: str
      sample: SUCCESS
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

require_python(inference_experiment={}, operations=[])

from ..module_utils._cloud_control.ansible_module.resource import run_resource_module
from ..module_utils._resource_types.inference_experiment import INFERENCE_EXPERIMENT


def main() -> None:
    run_resource_module(INFERENCE_EXPERIMENT)


if __name__ == "__main__":
    main()
