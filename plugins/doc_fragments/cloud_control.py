# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the modules of this collection share."""

from __future__ import annotations


class ModuleDocFragment:
    """Options, requirements and notes of the modules that use Cloud Control."""

    DOCUMENTATION = r"""
options:
  cloud_control_role_arn:
    description:
      - ARN of the IAM role that Cloud Control assumes to run the resource handler. The resource handler is the code of
        AWS that calls the service for Cloud Control.
      - If omitted, the resource handler has the permissions of the calling identity.
      - The calling identity needs C(iam:PassRole) for this role. The module sends the ARN as C(RoleArn) of the Cloud
        Control requests.
    type: str
requirements:
  - python >= 3.10
  - boto3 >= 1.26.20
  - botocore >= 1.29.20
notes:
  - The IAM actions of the AWS Cloud Control API have the prefix C(cloudformation:). If O(cloud_control_role_arn) is
    set, this role needs the IAM actions of the resource handler. Otherwise, the calling identity needs these actions.
    Complete IAM policies are in U(https://github.com/awscc/ansible-collection-sagemaker/tree/main/docs/iam).
  - O(endpoint_url) replaces the URLs of all AWS APIs that the module calls. To replace the URL of one API, use an
    environment variable such as E(AWS_ENDPOINT_URL_CLOUDCONTROL). This variable and E(AWS_ENDPOINT_URL) require
    botocore 1.31.0. If one of them is set and botocore is older, the module fails unless O(endpoint_url) is set.
  - A boolean or a floating-point number is not accepted where an option expects a string. Quote values such as V(on),
    V(yes) and V(1.5).
  - O(aws_ca_bundle) and O(validate_certs) do not apply to calls of AWS STS, the service that returns the credentials of
    a role. If the AWS profile in O(profile) is configured to assume a role, botocore calls AWS STS. Use the environment
    variable E(AWS_CA_BUNDLE) instead. The variable applies to all services.
"""

    # Options of modules that create, update and delete a resource.
    MANAGE = r"""
options:
  state:
    description:
      - Whether the resource exists when the task ends. The resource is the object that the module manages, for example
        an inference experiment.
      - V(present) creates the resource if it does not exist, and updates it if it differs from the task.
      - V(absent) deletes the resource. If it does not exist, nothing changes.
    type: str
    choices: [present, absent]
    default: present
  recreate:
    description:
      - Whether to delete the resource and create it again if an update cannot apply the options of the task, for
        example because the task changes an option that cannot be changed after create.
      - With V(false), the task fails in this case. Nothing is changed.
      - With V(true), the module deletes the resource and creates a new resource in this case. A running shadow test
        ends. The history of the resource is lost. If an update is sufficient, the module updates the resource and does
        not delete it.
      - V(true) requires all options that a create requires. All other options can be omitted. The module preserves the
        values of omitted options, including tags, unless the description of an option states otherwise.
      - With O(wait=false), the module submits only the delete. The next run of the task creates the resource, but
        cannot read the values of the deleted resource. Therefore the task must set all options that have a value
        in the current resource. Otherwise, the task fails before the delete.
      - If the task fails between delete and create, a warning lists the preserved options, and RV(operations) has
        their values. Add these options to the task and run it again.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until all operations have ended and the resource matches the options of the task.
      - With V(true), the module waits for each operation, reads the resource again and verifies that the change was
        applied. The task fails if an operation fails or the task exceeds O(wait_timeout).
      - With V(false), the module submits the first operation and returns immediately. RV(operations) lists the
        remaining operations as C(PLANNED). A later failure of the submitted operation is not reported. Run the task
        again to submit the next operation.
      - With V(false), the module reads the resource once after the first operation was submitted. The result and the
        diff have the values of this read, which can be the values before the change. In check mode, the result and the
        diff have the predicted values after all operations.
      - With V(false), if the status is transitional or another operation is in progress, the module submits no
        operation and returns a warning.
    type: bool
    default: true
  wait_timeout:
    description:
      - The maximum duration of the task in seconds, from 1 to 604800.
      - If the task takes longer, it fails and reports the last known status. Operations that were submitted continue
        in AWS. Run the task again to resume.
    type: int
    default: 1800
"""
