# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of this collection document alike."""

from __future__ import annotations


class ModuleDocFragment:
    """Options and notes of every module that works through Cloud Control."""

    DOCUMENTATION = r"""
options:
  cloud_control_role_arn:
    description:
      - ARN of an IAM role that Cloud Control runs the resource handler under, instead of the identity that the task
        runs as, which needs C(iam:PassRole) for it. It is the C(RoleArn) of the Cloud Control requests.
    type: str
requirements:
  - python >= 3.10
  - boto3 >= 1.26.20
  - botocore >= 1.29.20
notes:
  - Works through the AWS Cloud Control API. Its IAM actions are named C(cloudformation:*). The handler's own actions
    are checked against the same identity, or against O(cloud_control_role_arn). Whole policies are in
    U(https://github.com/awscc/ansible-collection-sagemaker/tree/main/docs/iam).
  - O(endpoint_url) holds for every service that is asked. To give one to each, set E(AWS_ENDPOINT_URL_CLOUDCONTROL)
    and its like instead.
  - O(aws_ca_bundle) and O(validate_certs) do not hold for AWS STS, which is asked where a O(profile) assumes a role.
    Its certificate is checked by E(AWS_CA_BUNDLE), which holds for all services.
"""

    # What a module has that creates, changes and deletes a resource.
    MANAGE = r"""
options:
  state:
    description:
      - V(present) creates the resource or brings it to what the task declares.
      - V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  recreate:
    description:
      - Whether to delete the resource and create it again where what is declared cannot be reached otherwise, for
        example a change of an option that can be given only at its creation.
      - All options that a create needs have to be given with it. Other options that the task leaves out, tags included,
        are carried over. With O(wait=false) it is refused if something would have to be.
      - A task that fails between the two warns of what was to be carried over. RV(operations) has it then. Give it with
        the task when you run it again.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait for each operation to end, and to go on until all that is declared has been brought about and
        read back.
      - With V(false) the first operation needed is sent and the task ends at once. RV(operations) lists the rest as
        V(PLANNED). Run the task again to go on.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds that the whole task may take, from 1 to 604800. When they are over the task fails and says what was seen
        last. What was begun goes on at AWS, and the task, run again, goes on from there.
    type: int
    default: 1800
"""
