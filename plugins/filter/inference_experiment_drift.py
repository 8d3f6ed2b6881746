# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter awscc.sagemaker.inference_experiment_drift."""

from __future__ import annotations

DOCUMENTATION = r"""
name: inference_experiment_drift
version_added: 1.1.0
short_description: Compare inference experiments with their declarations
description:
  - Compare experiments that M(awscc.sagemaker.inference_experiment_info) has returned with the options of
    M(awscc.sagemaker.inference_experiment) tasks. The filter reads nothing and changes nothing.
  - One task of M(awscc.sagemaker.inference_experiment_info) reads all experiments in parallel, so a drift report of
    many experiments is faster than a task of M(awscc.sagemaker.inference_experiment) for each experiment.
  - The filter compares in the same way as M(awscc.sagemaker.inference_experiment) in check mode.
author:
  - awscc.sagemaker contributors (@awscc)
positional: declarations
options:
  _input:
    description:
      - The return value C(inference_experiments) of M(awscc.sagemaker.inference_experiment_info) with
        O(awscc.sagemaker.inference_experiment_info#module:include_write_only=true).
    type: list
    elements: dict
    required: true
  declarations:
    description:
      - The options of the experiments, one dictionary for each experiment. The options have the names, types and limits
        of those of M(awscc.sagemaker.inference_experiment).
      - Connection options other than C(region), and the options C(wait) and C(wait_timeout), are not allowed. If a
        declaration sets C(region), the declaration is compared with the experiment of this region.
    type: list
    elements: dict
    required: true
seealso:
  - plugin: awscc.sagemaker.inference_experiment_info
    plugin_type: module
  - plugin: awscc.sagemaker.inference_experiment
    plugin_type: module
"""

EXAMPLES = r"""
- name: Report the experiments that differ from their declarations
  hosts: localhost
  gather_facts: false
  vars:
    declarations:
      - name: checkout-v2
        description: Compare v2 with v1
        tags: {team: search}
      - name: checkout-v1
        state: absent
  tasks:
    - name: Read the declared experiments
      awscc.sagemaker.inference_experiment_info:
        region: us-east-1
        names: "{{ declarations | map(attribute='name') }}"
        include_write_only: true
      register: found

    - name: Show the experiments that differ
      ansible.builtin.debug:
        msg: >-
          {{ found.inference_experiments
          | awscc.sagemaker.inference_experiment_drift(declarations)
          | selectattr('drifted') }}
"""

RETURN = r"""
_value:
  description: One dictionary for each declaration, in the order of the declarations.
  type: list
  elements: dict
  contains:
    name:
      description: The name of the experiment.
      type: str
      sample: checkout-v2
    region:
      description: The region of the experiment. If the experiment does not exist, the region of the declaration.
      type: str
      sample: us-east-1
    status:
      description: The status of the experiment, null if the experiment does not exist.
      type: str
      sample: Running
    drifted:
      description:
        - Whether a M(awscc.sagemaker.inference_experiment) task with this declaration would change the experiment or
          fail.
        - Null if the status is transitional.
      type: bool
      sample: true
    operation:
      description:
        - The first operation of the task, C(create), C(update), C(delete) or C(recreate).
        - Null if the task would submit no operation.
      type: str
      sample: update
    differences:
      description: The options that differ from the experiment.
      type: list
      elements: dict
      contains:
        option:
          description: The path of the option.
          type: str
          sample: model_variants[shadow].model_name
        declared:
          description: The value in the declaration. For C(tags), all tags after the task, with those that the task
            preserves.
          type: raw
          sample: checkout-v3
        actual:
          description: The value of the experiment, null if not set.
          type: raw
          sample: checkout-v2
    reason:
      description:
        - The reason why the task would fail, or why C(drifted) is null.
        - Null in all other cases.
      type: str
      sample: null
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._cloud_control.ansible_module.drift_report import report_drift
from ..module_utils._resource_types.inference_experiment import INFERENCE_EXPERIMENT


def inference_experiment_drift(experiments: Any, declarations: Any) -> list[dict[str, Any]]:
    """Return the drift of each declaration."""
    try:
        return report_drift(INFERENCE_EXPERIMENT, experiments, declarations)
    except ValueError as error:
        raise AnsibleFilterError(f"awscc.sagemaker.inference_experiment_drift: {error}") from error


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {"inference_experiment_drift": inference_experiment_drift}
