# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name and version of the collection for the User-Agent header of requests.

A module that runs on a host has no access to galaxy.yml. C(make release) sets the version in both files.
"""

from __future__ import annotations

NAME = "awscc.sagemaker"
VERSION = "1.0.0"
