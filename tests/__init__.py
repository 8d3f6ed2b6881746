# Copyright (c) awscc.sagemaker contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests call this package `tests`; ansible-test begins with the name that it has inside the collection."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ != "tests":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
