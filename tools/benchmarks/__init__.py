# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task costs beside the least that it could cost: `make bench`, or `python -m tools.benchmarks`.

Every figure is a ratio against a floor that was measured in the same run, by turns, so that both had the same machine.
"""
