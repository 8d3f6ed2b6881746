# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts about AWS that the modules and the emulator rely on, each with a check in boto3: `make conformance`.

The checks do not use the code of the collection. They run against the emulator, or against an account of AWS.
"""
