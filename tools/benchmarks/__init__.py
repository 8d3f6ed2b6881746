# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the cost of tasks with a baseline: `make bench`, or `python -m tools.benchmarks`.

Each figure is the ratio of a cost to its baseline. Their measurements alternate, so that both have the same load.
"""
