# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count words and terms that make the project's text hard to read. `make lint` runs it.

The counts find symptoms. They do not replace reading.
"""
